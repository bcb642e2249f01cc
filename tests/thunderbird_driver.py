"""Drives a headless Thunderbird over Marionette's raw socket, for tests and for the pictures in the docs."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mail_tools import PATIENCE, until


class Marionette:
    """Runs scripts in Thunderbird's own (chrome) context."""

    def __init__(self, port: int) -> None:
        self._socket = until("Marionette's port", lambda: _connect(port))
        self._socket.settimeout(PATIENCE)
        self._buffer = b""
        self._number = 0
        self._receive()
        self.command("WebDriver:NewSession", {})
        self.command("Marionette:SetContext", {"value": "chrome"})
        self.command("WebDriver:SetTimeouts", {"script": int(PATIENCE * 1000)})

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        data = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(str(len(data)).encode() + b":" + data)
        _, _, error, result = self._receive()
        if error:
            raise AssertionError(f"{name}: {error['message']}\n{error.get('stacktrace', '')}")
        return result

    def run(self, script: str, *args: Any) -> Any:
        """The value of the body of an asynchronous function; `args` are in `arguments`."""
        body = (
            "const done = arguments[arguments.length - 1];"
            f"(async (...args) => {{ {script} }})(...arguments)"
            ".then(value => done({ value }), error => done({ error: `${error}\\n${error.stack}` }));"
        )
        parameters = {"script": body, "args": list(args), "sandbox": "system", "newSandbox": False}
        result = self.command("WebDriver:ExecuteAsyncScript", parameters)["value"]
        if "error" in result:
            raise AssertionError(result["error"])
        return result.get("value")

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> Any:
        while b":" not in self._buffer:
            self._more()
        length, _, self._buffer = self._buffer.partition(b":")
        while len(self._buffer) < int(length):
            self._more()
        data, self._buffer = self._buffer[: int(length)], self._buffer[int(length) :]
        return json.loads(data)

    def _more(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise AssertionError("Thunderbird has closed the connection")
        self._buffer += data


def _connect(port: int) -> socket.socket | None:
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", port), 5)
    return None


def write_profile(home: Path, smtp_port: int, marionette_port: int, received: bytes) -> Path:
    """A Thunderbird folder with one profile: one account, whose mail goes to `smtp_port`, and a received message."""
    profile = home / ".thunderbird" / "abcd1234.default-esr"
    local = profile / "Mail" / "Local Folders"
    local.mkdir(parents=True)
    (local / "Customers").write_bytes(b"From - Sun Nov 22 03:56:21 2026\n" + received + b"\n")
    (profile.parent / "profiles.ini").write_text(
        "[Profile0]\nName=default-esr\nIsRelative=1\nPath=abcd1234.default-esr\nDefault=1\n\n[General]\nVersion=2\n"
    )
    settings: dict[str, Any] = {
        "mail.server.server1.directory": str(local),
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account2",
        "mail.accountmanager.localfoldersserver": "server1",
        "mail.account.account1.server": "server1",
        "mail.server.server1.type": "none",
        "mail.server.server1.userName": "nobody",
        "mail.server.server1.hostname": "Local Folders",
        "mail.account.account2.server": "server2",
        "mail.account.account2.identities": "id1",
        "mail.server.server2.type": "pop3",
        "mail.server.server2.hostname": "127.0.0.1",
        "mail.server.server2.port": 9,
        "mail.server.server2.userName": "dean",
        "mail.server.server2.check_new_mail": False,
        "mail.server.server2.login_at_startup": False,
        "mail.identity.id1.useremail": "dean@shop.example",
        "mail.identity.id1.fullName": "Dean Alder",
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.valid": True,
        "mail.identity.id1.doFcc": False,
        "mail.identity.id1.compose_html": False,
        "mail.identity.id1.htmlSigText": "Dean Alder\nThe Shop",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.hostname": "127.0.0.1",
        "mail.smtpserver.smtp1.port": smtp_port,
        "mail.smtpserver.smtp1.authMethod": 1,
        "mail.smtpserver.smtp1.try_ssl": 0,
        "mail.provider.suppress_dialog_on_startup": True,
        "mail.spotlight.firstRunDone": True,
        "mail.shell.checkDefaultClient": False,
        "mailnews.start_page.enabled": False,
        "mailnews.start_page_override.mstone": "ignore",
        "app.donation.eoy.version.viewed": 999,
        "marionette.port": marionette_port,
        # Nothing leaves the machine.
        "network.proxy.type": 1,
        "network.proxy.socks": "127.0.0.1",
        "network.proxy.socks_port": 9,
        "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.enabled": False,
        "app.update.enabled": False,
        "extensions.update.enabled": False,
        "devtools.console.stdout.content": True,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
    (profile / "user.js").write_text("".join(lines))
    return profile


class Thunderbird:
    """A running Thunderbird. Messages are composed, sent and looked at as its own windows do it."""

    def __init__(self, home: Path, profile: Path, marionette_port: int) -> None:
        log = (home / "thunderbird.log").open("wb")
        self.log = home / "thunderbird.log"
        self._process = subprocess.Popen(
            [
                "thunderbird",
                "--headless",
                "--no-remote",
                "--profile",
                profile,
                "--marionette",
                "-remote-allow-system-access",
            ],
            env={**os.environ, "HOME": str(home), "MOZ_HEADLESS_WIDTH": "1400", "MOZ_HEADLESS_HEIGHT": "1000"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.marionette = Marionette(marionette_port)
        self.run = self.marionette.run

    def stop(self) -> None:
        self.marionette.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)

    # ------------------------------------------------------------ the extension

    def enable(self, identifier: str) -> None:
        """Enable an extension that was found in the profile, as a user does once, and wait until it runs."""
        self.run(
            """
            const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
            const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
            const patience = ms => new Promise(resolve => setTimeout(resolve, ms));
            for (let tries = 0; tries < 1000; tries++) {
              const addon = await AddonManager.getAddonByID(args[0]);
              if (addon?.userDisabled) await addon.enable();
              const state = ExtensionParent.GlobalManager.extensionMap.get(args[0])?.backgroundState;
              if (state == "running" || state == "stopped") return;
              await patience(100);
            }
            throw new Error("the extension has not started");
            """,
            identifier,
        )

    def has_extension(self, identifier: str) -> bool:
        """The extension was found in the profile, enabled or not."""
        return bool(
            self.run(
                """
                const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
                return Boolean(await AddonManager.getAddonByID(args[0]));
                """,
                identifier,
            )
        )

    # ------------------------------------------------------------ the composer

    def compose(self, body: str, *, html: bool = False, subject: str = "Your order") -> int:
        """Open a composer with a message to a customer; the number of its window."""
        return int(
            self.run(
                """
            const [body, html, subject] = args;
            const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
            fields.to = "martha@customer.example";
            fields.subject = subject;
            fields.body = body;
            const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
            params.composeFields = fields;
            params.type = Ci.nsIMsgCompType.New;
            params.format = html ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
            const opened = new Promise(resolve => Services.obs.addObserver(function seen(win) {
              Services.obs.removeObserver(seen, "domwindowopened");
              win.addEventListener("compose-editor-ready", () => resolve(win), { once: true });
            }, "domwindowopened"));
            MailServices.compose.OpenComposeWindowWithParams(null, params);
            const win = await opened;
            return win.docShell.outerWindowID;
            """,
                body,
                html,
                subject,
            )
        )

    def reply(self, *, html: bool, on_top: bool) -> int:
        """Open a composer that answers the received message, above its quote or below; the number of its window."""
        return int(
            self.run(
                """
            const [html, onTop] = args;
            Services.prefs.setIntPref("mail.identity.id1.reply_on_top", onTop ? 1 : 0);
            const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const root = MailServices.accounts.localFoldersServer.rootFolder;
            const folder = root.getChildNamed("Customers").QueryInterface(Ci.nsIMsgLocalMailFolder);
            const database = await new Promise((resolve, reject) => {
              const listener = { OnStopRunningUrl: () => resolve(folder.msgDatabase), OnStartRunningUrl() {} };
              try {
                resolve(folder.getDatabaseWithReparse(listener, null));
              } catch {} // resolves through the listener
            });
            const [message] = [...folder.messages];
            const identity = MailServices.accounts.defaultAccount.defaultIdentity;
            const opened = new Promise(resolve => Services.obs.addObserver(function seen(win) {
              Services.obs.removeObserver(seen, "domwindowopened");
              win.addEventListener("compose-editor-ready", () => resolve(win), { once: true });
            }, "domwindowopened"));
            const format = html ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
            MailServices.compose.OpenComposeWindow(
              null, message, folder.getUriForMsg(message), Ci.nsIMsgCompType.ReplyToSender, format, identity, "", null);
            const win = await opened;
            return win.docShell.outerWindowID;
            """,
                html,
            )
        )

    def type(self, window: int, text: str) -> None:
        """Write where the cursor stands."""
        self.in_composer(window, "win.GetCurrentEditor().insertText(args[0]);", text)

    def in_composer(self, window: int, script: str, *args: Any) -> Any:
        """Run a script with the composer as `win`; None when it is closed."""
        found = "const win = Services.wm.getOuterWindowWithId(args.shift()); if (!win || win.closed) return null;"
        return self.run(found + script, window, *args)

    def send(self, window: int) -> None:
        """Press send."""
        self.in_composer(window, 'win.goDoCommand("cmd_sendNow");')

    def body(self, window: int) -> str:
        """The text of the draft as its writer sees it, without empty lines."""
        text = str(self.in_composer(window, "return win.GetCurrentEditor().document.body.innerText;"))
        return "\n".join(line.strip() for line in text.splitlines() if line.strip())

    def is_open(self, window: int) -> bool:
        return bool(self.in_composer(window, "return true;"))

    def is_locked(self, window: int) -> bool:
        """The composer does not let its writer do anything."""
        return bool(self.in_composer(window, "return win.gWindowLocked;"))

    def discard(self, window: int) -> None:
        """Close the composer and forget the draft."""
        self.in_composer(window, "win.gContentChanged = false; win.gMsgCompose.bodyModified = false; win.close();")
        until("the composer to close", lambda: not self.is_open(window))

    def tidy(self) -> None:
        """Close every composer and popup, and forget what was written."""
        self.run(
            """
            for (const win of Services.wm.getEnumerator("mail:extensionPopup")) win.close();
            for (const win of Services.wm.getEnumerator("msgcompose")) {
              win.gContentChanged = false;
              win.gMsgCompose.bodyModified = false;
              win.close();
            }
            """
        )
        until("the windows to close", lambda: not self.popups() and not self.composers())

    def composers(self) -> int:
        return int(self.run('return [...Services.wm.getEnumerator("msgcompose")].length;'))

    # ------------------------------------------------------------ the popup

    def popups(self) -> int:
        return int(self.run('return [...Services.wm.getEnumerator("mail:extensionPopup")].length;'))

    def in_popup(self, expression: str) -> Any:
        """The value of an expression in the popup's page; None while there is none.

        A page that is being replaced never answers: then None after a while, so that whoever waits asks again.
        """
        return self.run(
            """
            const win = Services.wm.getMostRecentWindow("mail:extensionPopup");
            const browser = win?.document.getElementById("requestFrame");
            const { messageManager } = browser ?? {};
            if (!messageManager) return null;
            // Not the popup's own timer, which ends with it.
            const { setTimeout, clearTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
            const script = `sendAsyncMessage("highnote:test", (() => {
              const { document } = content;
              try { return ${args[0]}; } catch { return null; }
            })());`;
            return new Promise(resolve => {
              function seen(message) {
                clearTimeout(timer);
                messageManager.removeMessageListener("highnote:test", seen);
                resolve(message?.data ?? null);
              }
              const timer = setTimeout(seen, 10000);
              messageManager.addMessageListener("highnote:test", seen);
              messageManager.loadFrameScript("data:text/javascript;charset=utf-8," + encodeURIComponent(script), false);
            });
            """,
            expression,
        )

    def wait_for_popup(self) -> str:
        """Wait until the popup says something; its text."""
        look = 'document.body.getAttribute("aria-busy") === "false" && document.body.innerText'
        return str(until("the popup", lambda: self.popups() and self.in_popup(look)))

    def click(self, button: str) -> None:
        """Press a button of the popup."""
        until(f"the button {button}", lambda: self.in_popup(f"!document.getElementById({button!r}).hidden"))
        self.in_popup(f"document.getElementById({button!r}).click() ?? true")

    def picture(self, file: Path) -> None:
        """A picture of the popup."""
        data = self.run(
            """
            const win = Services.wm.getMostRecentWindow("mail:extensionPopup");
            const { browsingContext } = win.document.getElementById("requestFrame");
            const { width, height } = win.document.getElementById("requestFrame").getBoundingClientRect();
            const image = await browsingContext.currentWindowGlobal.drawSnapshot(
              new DOMRect(0, 0, width, height), 1.5, "rgb(255,255,255)");
            const canvas = new win.OffscreenCanvas(image.width, image.height);
            canvas.getContext("2d").drawImage(image, 0, 0);
            const blob = await canvas.convertToBlob({ type: "image/png" });
            const reader = new win.FileReader();
            await new Promise(resolve => { reader.onload = resolve; reader.readAsDataURL(blob); });
            return reader.result.split(",")[1];
            """
        )
        file.write_bytes(base64.b64decode(data))


@contextlib.contextmanager
def running(home: Path, profile: Path, marionette_port: int) -> Iterator[Thunderbird]:
    """Thunderbird with a profile, for as long as the block lasts."""
    program = Thunderbird(home, profile, marionette_port)
    try:
        yield program
    finally:
        program.stop()


def is_there() -> bool:
    return shutil.which("thunderbird") is not None
