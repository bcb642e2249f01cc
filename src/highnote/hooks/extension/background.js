"use strict";

const HOST = "highnote";

let port = null;
let lastRequest = 0;
const waiting = new Map(); // number of a request -> what settles it
const verdicts = new Map(); // compose tab -> what its popup shows
const allowed = new Set(); // compose tabs whose next message is sent unchecked

// ---------------------------------------------------------------- the native host

function connect() {
  const opened = messenger.runtime.connectNative(HOST);
  opened.onMessage.addListener((answer) => waiting.get(answer.id)?.resolve(answer));
  opened.onDisconnect.addListener((closed) => hangUp(opened, closed.error?.message || "the checker has stopped"));
  return opened;
}

// Drop the port, so that the next request starts a new host, and fail what still waits on it.
function hangUp(which, reason) {
  if (which !== port) {
    return;
  }
  port = null;
  for (const { reject } of waiting.values()) {
    reject(new Error(reason));
  }
  which.disconnect();
}

// Ask the host; always settles, at the latest after `seconds`.
async function ask(request, seconds) {
  const id = ++lastRequest;
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      timer = setTimeout(() => hangUp(port, `no answer within ${seconds} seconds`), seconds * 1000);
      port ??= connect();
      port.postMessage({ ...request, id });
    });
  } finally {
    clearTimeout(timer);
    waiting.delete(id);
  }
}

// What highnote says of a draft: {passes, findings, fixable, rewritten, format}, or {error} where it could not say.
async function check(details) {
  const { timeLimit } = await settings();
  const format = details.isPlainText ? "text" : "html";
  const { body, images } = withoutImages(bodyOf(details));
  try {
    const verdict = await ask({ action: "check", format, from: details.from, body }, timeLimit);
    return { ...verdict, format, rewritten: verdict.rewritten && withImages(verdict.rewritten, images) };
  } catch (error) {
    return { error: error.message };
  }
}

// Pasted pictures stand in the markup. They are of no interest to the host, whose answers may hold 1 MB at most.
function withoutImages(markup) {
  const images = [];
  return { body: markup.replace(/"data:[^"]*"/g, (uri) => `"data:,${images.push(uri) - 1}"`), images };
}

function withImages(markup, images) {
  return markup.replace(/"data:,(\d+)"/g, (_, number) => images[number]);
}

// ---------------------------------------------------------------- before a message is sent

// Registered at top level, so that it also wakes a background that sleeps. A listener that throws or never settles
// would lock the composer for ever.
messenger.compose.onBeforeSend.addListener(async (tab, details) => {
  if (allowed.delete(tab.id)) {
    return {};
  }
  try {
    return await decide(tab, details);
  } catch (error) {
    console.error("highnote:", error);
    notify("Not sent yet", "highnote met a fault of its own. Send once more to try again.");
    return { cancel: true };
  }
});

async function decide(tab, details) {
  const verdict = await check(details);
  if (verdict.error && (await settings()).onError === "send") {
    notify("Sent without a check", `highnote could not read this message: ${verdict.error}.`);
    return {};
  }
  if (!verdict.error && verdict.passes) {
    closePopup(tab.id);
    return {};
  }
  verdicts.set(tab.id, verdict);
  openPopup(tab.id).catch((error) => {
    console.error("highnote:", error);
    notify("Not sent yet", "highnote has stopped this message and could not open its window. Send once more to try again.");
  });
  return { cancel: true };
}

function notify(title, message) {
  messenger.notifications.create({ type: "basic", iconUrl: "icon.svg", title, message }).catch(console.error);
}

// ---------------------------------------------------------------- the popup

const popupUrl = (tabId) => messenger.runtime.getURL(`popup.html?tab=${tabId}`);

async function openPopup(tabId) {
  await closePopup(tabId);
  await messenger.windows.create({
    type: "popup",
    url: popupUrl(tabId),
    width: 680,
    height: 720,
    allowScriptsToClose: true,
  });
}

async function closePopup(tabId) {
  const windows = await messenger.windows.getAll({ populate: true, windowTypes: ["popup"] });
  const mine = windows.filter(({ tabs }) => tabs?.some(({ url }) => url === popupUrl(tabId)));
  await Promise.all(mine.map(({ id }) => messenger.windows.remove(id)));
}

const actions = {
  // What to show; a background that has slept meanwhile has forgotten, and checks again.
  async show(tabId) {
    const verdict = verdicts.get(tabId) ?? (await check(await messenger.compose.getComposeDetails(tabId)));
    verdicts.set(tabId, verdict);
    return verdict;
  },

  // Back to the draft.
  async edit(tabId) {
    const { windowId } = await messenger.tabs.get(tabId);
    await messenger.windows.update(windowId, { focused: true });
  },

  // The safe rewrites, on the draft as it is now; answers with what is left.
  async mend(tabId) {
    const details = await messenger.compose.getComposeDetails(tabId);
    const found = await check(details);
    verdicts.set(tabId, found);
    if (found.rewritten) {
      await setBody(tabId, details.isPlainText, found.rewritten);
      const mended = await messenger.compose.getComposeDetails(tabId);
      const undo = { before: bodyOf(details), after: bodyOf(mended) };
      verdicts.set(tabId, { ...(await check(mended)), mended: found.fixable, undo });
    }
    return verdicts.get(tabId);
  },

  // The text as it was before the rewrites, unless it has been changed by hand since.
  async undo(tabId) {
    const { undo } = verdicts.get(tabId) ?? {};
    const details = await messenger.compose.getComposeDetails(tabId);
    if (undo?.after === bodyOf(details)) {
      await setBody(tabId, details.isPlainText, undo.before);
    }
    return actions.again(tabId);
  },

  // Check the draft as it is now.
  async again(tabId) {
    verdicts.delete(tabId);
    return actions.show(tabId);
  },

  // Send as it is: this one message is let through.
  async send(tabId) {
    allowed.add(tabId);
    messenger.compose
      .sendMessage(tabId) // Thunderbird itself says what went wrong; the composer stays open then
      .catch(console.error)
      .finally(() => allowed.delete(tabId));
  },
};

function bodyOf(details) {
  return details.isPlainText ? details.plainTextBody : details.body;
}

function setBody(tabId, isPlainText, body) {
  return messenger.compose.setComposeDetails(tabId, isPlainText ? { plainTextBody: body } : { body });
}

messenger.runtime.onMessage.addListener(({ action, tabId }) => {
  if (Object.hasOwn(actions, action)) {
    return actions[action](tabId);
  }
});

// ---------------------------------------------------------------- tabs

// The host takes a moment to load its language model: let it begin while the reply is being written.
messenger.tabs.onCreated.addListener((tab) => {
  if (tab.type === "messageCompose") {
    ask({ action: "warm" }, 120).catch((error) => console.warn("highnote:", error.message));
  }
});

messenger.tabs.onRemoved.addListener((tabId) => {
  if (verdicts.delete(tabId)) {
    closePopup(tabId).catch(console.error);
  }
  allowed.delete(tabId);
});
