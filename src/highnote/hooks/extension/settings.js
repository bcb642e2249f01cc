"use strict";

// How long a check may take, and what happens to a draft that could not be checked.
const DEFAULTS = { timeLimit: 30, onError: "hold" };

// What the administrator has fixed (managed storage); empty where nothing is.
async function managedSettings() {
  try {
    return await messenger.storage.managed.get(Object.keys(DEFAULTS));
  } catch {
    return {}; // no managed storage is the usual case, and the API reports it as an error
  }
}

async function settings() {
  const found = { ...(await messenger.storage.local.get(DEFAULTS)), ...(await managedSettings()) };
  const limit = Number(found.timeLimit);
  return {
    timeLimit: limit > 0 && limit <= 120 ? limit : DEFAULTS.timeLimit,
    onError: found.onError === "send" ? "send" : "hold",
  };
}
