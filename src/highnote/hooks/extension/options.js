"use strict";

const form = document.querySelector("form");
const state = document.getElementById("state");

async function show() {
  const now = await settings();
  const fixed = await managedSettings();
  for (const [name, value] of Object.entries(now)) {
    const field = form.elements[name];
    field.value = value;
    for (const input of field instanceof RadioNodeList ? field : [field]) {
      input.disabled = name in fixed;
    }
  }
  state.textContent = Object.keys(fixed).length ? "Greyed settings are fixed by your administrator." : "";
}

form.addEventListener("change", async () => {
  if (!form.reportValidity()) {
    return;
  }
  const { timeLimit, onError } = form.elements;
  await messenger.storage.local.set({ timeLimit: timeLimit.valueAsNumber, onError: onError.value });
  state.textContent = "Saved.";
});

show();
