"use strict";

// Text of the draft is only ever set as text, never as markup.

const tabId = Number(new URLSearchParams(location.search).get("tab"));
const LEVELS = { error: "Better changed", warning: "Worth a second look", info: "A chance to shine" };

const byId = (id) => document.getElementById(id);
const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const request = (action) => messenger.runtime.sendMessage({ action, tabId });

// Set the text of an element, or take the element away where there is none.
function fill(element, text) {
  element.textContent = text ?? "";
  element.hidden = !text;
}

function pairElement({ before, after }) {
  const pair = document.createElement("div");
  pair.className = "pair";
  for (const [tag, text] of [
    ["del", before],
    ["ins", after],
  ]) {
    if (text) {
      pair.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
  }
  return pair;
}

// The text of a span of the draft, which is markup in an HTML draft; the parsed document is never shown.
function plain(source, format) {
  const text = format === "html" ? new DOMParser().parseFromString(source, "text/html").body.textContent : source;
  return text.trim().replace(/\s+/g, " ");
}

// The sentence in three parts: before what is flagged, what is flagged, after it.
function parts({ sentence, text }, format) {
  const flagged = plain(text, format);
  const at = flagged ? sentence.indexOf(flagged) : -1;
  return at < 0 ? [sentence, "", ""] : [sentence.slice(0, at), flagged, sentence.slice(at + flagged.length)];
}

// The first suggestion that changes something (a safe one before others), and the first that is only a hint.
function advice({ suggestions, rewrites }) {
  const changing = suggestions
    .map((suggestion, index) => ({ ...suggestion, pairs: rewrites[index] }))
    .filter(({ pairs }) => pairs.length);
  return {
    rewrite: changing.find(({ safe }) => safe) ?? changing[0],
    hint: suggestions.find((_, index) => !rewrites[index].length)?.label,
  };
}

function findingElement(finding, format) {
  const item = byId("finding").content.firstElementChild.cloneNode(true);
  const part = (selector) => item.querySelector(selector);
  const [before, flagged, after] = parts(finding, format);
  const { rewrite, hint } = advice(finding);
  item.className = finding.level;
  fill(part(".level"), LEVELS[finding.level]);
  part("blockquote").hidden = !finding.sentence;
  fill(part(".before"), before);
  fill(part("mark"), flagged);
  fill(part(".after"), after);
  fill(part(".message"), finding.message);
  fill(part(".evidence"), finding.evidence && `In their message: “${finding.evidence.text}”`);
  part(".rewrite").hidden = !rewrite;
  if (rewrite) {
    fill(part("h2"), `${rewrite.safe ? "Instead" : "For example"} (${rewrite.label})`);
    part(".pairs").replaceChildren(...rewrite.pairs.map(pairElement));
  }
  fill(part(".hint"), hint);
  fill(part(".why"), finding.why);
  fill(part(".rule"), finding.rule);
  return item;
}

function headline(verdict) {
  const { error, findings, mended, passes } = verdict;
  if (error) {
    return ["This reply has not been read", `highnote could not check it: ${error}. Nothing has been sent yet.`];
  }
  const done = mended ? `${count(mended, "rewrite")} applied. ` : "";
  if (passes) {
    return ["Ready to go", `${done}Nothing in it should upset the reader.`];
  }
  const places = findings.length === 1 ? "One place" : `${findings.length} places`;
  return ["Before it goes out…", `${done}${places} might upset the reader. Nothing has been sent yet.`];
}

function show(verdict) {
  const [title, summary] = headline(verdict);
  const { error, fixable = 0, passes = false } = verdict;
  byId("title").textContent = title;
  byId("summary").textContent = summary;
  byId("findings").replaceChildren(...(verdict.findings ?? []).map((finding) => findingElement(finding, verdict.format)));
  byId("send").textContent = passes ? "Send" : "Send anyway";
  byId("send").className = passes ? "main" : "quiet";
  byId("edit").className = passes ? "" : "main";
  byId("send").hidden = false;
  byId("undo").hidden = !verdict.undo;
  byId("again").hidden = !error;
  byId("mend").hidden = !fixable;
  byId("mend").textContent = fixable === 1 ? "Apply the safe rewrite" : `Apply ${fixable} safe rewrites`;
  byId("mend").title = "Only what needs no new fact and leaves your meaning as it is";
  byId(passes ? "send" : "edit").focus();
  document.body.setAttribute("aria-busy", "false");
}

// Do what a button says; the others rest meanwhile.
async function act(action) {
  const buttons = [...document.querySelectorAll("button")];
  document.body.setAttribute("aria-busy", "true");
  for (const button of buttons) {
    button.disabled = true;
  }
  try {
    const verdict = await request(action);
    if (action === "edit" || action === "send") {
      window.close();
      return;
    }
    for (const button of buttons) {
      button.disabled = false;
    }
    show(verdict);
  } catch (error) {
    for (const button of buttons) {
      button.disabled = false;
    }
    show({ error: error.message });
  }
}

for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => act(button.id));
}
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") {
    act("edit");
  }
});
act("show");
