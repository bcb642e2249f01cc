"""The Thunderbird hook: its installation, and end to end in a real, headless Thunderbird."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mail_tools import Mailbox, free_port, server, until
from platformdirs import user_cache_path
from thunderbird_driver import Thunderbird, is_there, running, write_profile

from highnote import __version__
from highnote.hooks.alone import local_lint
from highnote.hooks.native import answer
from highnote.hooks.thunderbird import EXTENSION, InstallError, Places, extension

BAD = """Hi Martha,

As I said on the phone, the refund takes five days. You should have read the returns page before you sent the jacket.
The money will be in your account by Friday.

Kind regards,
Dean
"""
GOOD = """Hi Martha,

Thank you for waiting. I sent the refund of 40 euros this morning, and it will be in your account by Friday, 4 December.

Kind regards,
Dean
"""
REBUKE = "As I said on the phone, you should have read my mail. Where is my refund?"
RECEIVED = f"""From: Martha Holm <martha@customer.example>
To: dean@shop.example
Date: Fri, 20 Nov 2026 10:00:00 +0000
Subject: My refund
Message-ID: <one@customer.example>
Content-Type: text/plain; charset=utf-8

Hello,

{REBUKE}

Martha
"""
PICTURES = os.environ.get("HIGHNOTE_PICTURES")
"""A folder for pictures of the popup."""


# ---------------------------------------------------------------- installation


def hook(home: Path, *options: str | Path, status: int = 0) -> str:
    """Run `highnote hook thunderbird` for the user with this home; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "thunderbird", *map(str, options)],
        env={**os.environ, "HOME": str(home), "PYTHONUTF8": "1", "COLUMNS": "500"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def leave_xdg_folders(patch: pytest.MonkeyPatch) -> None:
    """Let a user's data lie below their home, and the compiled phrases where other tests have put them."""
    patch.setenv("XDG_CACHE_HOME", str(user_cache_path()))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        patch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home with a Thunderbird folder."""
    leave_xdg_folders(monkeypatch)
    write_profile(tmp_path, 9, 9, RECEIVED.encode())
    return tmp_path


def test_install_puts_four_files_in_place_and_uninstall_takes_exactly_those_away(home: Path) -> None:
    before = snapshot(home)
    profile = home / ".thunderbird" / "abcd1234.default-esr"

    said = hook(home, "--install", "--dry-run", "--on-error", "send")
    assert snapshot(home) == before and said.count("would be written") == 4

    said = hook(home, "--install", "--on-error", "send")
    added = snapshot(home).keys() - before.keys()
    assert len(added) == 4 and all(str(home / name) in said for name in added)
    assert (profile / "extensions" / f"{EXTENSION}.xpi").read_bytes() == extension()
    host = json.loads((home / ".mozilla" / "native-messaging-hosts" / "highnote.json").read_text())
    assert host["allowed_extensions"] == [EXTENSION] and os.access(host["path"], os.X_OK)
    managed = json.loads((home / ".mozilla" / "managed-storage" / f"{EXTENSION}.json").read_text())
    assert managed["data"] == {"onError": "send"}

    after = snapshot(home)
    said = hook(home, "--install", "--on-error", "send")
    assert snapshot(home) == after and said.count("unchanged") == 4 and "written" not in said

    said = hook(home, "--uninstall", "--dry-run")
    assert snapshot(home) == after and said.count("would be removed") == 4
    said = hook(home, "--uninstall")
    assert snapshot(home) == before and said.count("removed") == 4
    assert "Nothing" in hook(home, "--uninstall")


def test_uninstall_needs_no_profile(home: Path) -> None:
    hook(home, "--install")
    (home / ".thunderbird" / "profiles.ini").unlink()
    assert hook(home, "--uninstall").count("removed") == 2


def test_the_extension_has_the_version_of_the_package() -> None:
    with zipfile.ZipFile(io.BytesIO(extension())) as archive:
        assert json.loads(archive.read("manifest.json"))["version"] == __version__


def test_install_mends_what_was_changed(home: Path) -> None:
    hook(home, "--install")
    xpi = home / ".thunderbird" / "abcd1234.default-esr" / "extensions" / f"{EXTENSION}.xpi"
    xpi.write_bytes(b"half a file")
    said = hook(home, "--install")
    assert xpi.read_bytes() == extension()
    assert said.count("written") == 1 and said.count("unchanged") == 2


def test_install_into_a_named_profile_only(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other profile"
    other.mkdir()
    hook(home, "--install", "--profile", other)
    assert [path.parent.parent for path in home.rglob("*.xpi")] == [other]


def test_install_says_what_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "start Thunderbird once" in hook(tmp_path, "--install", status=2)
    assert "--install or --uninstall" in hook(tmp_path, status=2)
    with pytest.raises(InstallError, match="mail-clients"):
        Places.of(tmp_path, "win32")


def test_places_on_a_mac(tmp_path: Path) -> None:
    places = Places.of(tmp_path, "darwin")
    assert places.thunderbird == tmp_path / "Library/Thunderbird"
    assert places.hosts == tmp_path / "Library/Application Support/Mozilla/NativeMessagingHosts"


# ---------------------------------------------------------------- the native host


def said_of(body: str, format: str = "text", sender: str = "Dean <dean@shop.example>") -> dict[str, Any]:
    return answer({"action": "check", "format": format, "from": sender, "body": body}, local_lint())


def test_the_host_rewrites_the_body_and_nothing_else() -> None:
    said = said_of("Hi 😀,\n\nAs I said on the phone, the refund takes five days – café.\n\nKind regards,\nDean\n")
    assert not said["passes"] and said["fixable"] == 1
    assert said["rewritten"] == "Hi 😀,\n\nThe refund takes five days – café.\n\nKind regards,\nDean\n"


def test_the_host_reads_neither_quote_nor_signature() -> None:
    quote = f'<blockquote type="cite"><p>{REBUKE}</p></blockquote>'
    signature = '<pre class="moz-signature">-- \nAs I said: you are lucky</pre>'
    head = '<div class="moz-cite-prefix">On 20/11/2026 Martha wrote:<br></div>'
    own, rebuke = (
        "".join(f"<p>{part}</p>" for part in GOOD.split("\n\n")),
        "As I said on the phone, it takes five days. ",
    )
    assert said_of(f"<html><body>{own}{signature}{head}{quote}</body></html>", "html")["passes"]
    own = own.replace("Thank you for waiting. ", rebuke)
    said = said_of(f"<html><body>{own}{signature}{head}{quote}</body></html>", "html")
    assert [finding["rule"] for finding in said["findings"]] == ["rebuke/as-i-said"]


def test_the_host_survives_what_it_cannot_read() -> None:
    """Requests that make no sense end it, as a broken pipe does; a draft that cannot be read gets an answer."""
    said = said_of("word " * 100_000)
    assert "characters of prose" in said["error"]
    assert answer({"action": "check"}, lambda _: 1 / 0)["error"]  # type: ignore[arg-type,return-value]


# ---------------------------------------------------------------- end to end


class Desk(NamedTuple):
    """Somebody at work: their home, their Thunderbird, and the mail that has gone out."""

    home: Path
    thunderbird: Thunderbird
    mailbox: Mailbox

    @property
    def sent(self) -> list[bytes]:
        """The messages that have gone out."""
        return self.mailbox.contents

    @property
    def host(self) -> Path:
        """The program that Thunderbird starts."""
        manifest = self.home / ".mozilla" / "native-messaging-hosts" / "highnote.json"
        return Path(json.loads(manifest.read_text())["path"])

    def stop_host(self) -> None:
        """End the native host that runs, as a crash would."""
        until("the host", lambda: self._hosts())
        for process in self._hosts():
            os.kill(process, signal.SIGKILL)

    def _hosts(self) -> list[int]:
        """The processes of this user that run the host."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                home = f"HOME={self.home}".encode() in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if home and b"highnote.hooks.native" in words:
                found.append(int(entry.name))
        return found


def at_work(home: Path, *options: str) -> Iterator[Desk]:
    """Install the hook, start Thunderbird, and enable the extension as a user does once."""
    mailbox, port = Mailbox(), free_port()
    with server(mailbox) as smtp_port:
        profile = write_profile(home, smtp_port, port, RECEIVED.encode())
        hook(home, "--install", *options)
        with running(home, profile, port) as thunderbird:
            thunderbird.enable(EXTENSION)
            yield Desk(home, thunderbird, mailbox)


needs_thunderbird = pytest.mark.skipif(not is_there(), reason="Thunderbird is not installed")


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        leave_xdg_folders(patch)
        yield from at_work(tmp_path_factory.mktemp("home"))


@pytest.fixture
def desk(shared_desk: Desk) -> Iterator[Desk]:
    """A tidy desk, whatever the test before left on it."""
    shared_desk.mailbox.envelopes.clear()
    yield shared_desk
    shared_desk.thunderbird.tidy()


def delivered(desk: Desk) -> str:
    until("delivery", lambda: desk.sent)
    return desk.sent[0].decode()


@needs_thunderbird
def test_a_bad_draft_is_stopped_and_sent_anyway_only_when_told(desk: Desk) -> None:
    thunderbird = desk.thunderbird
    window = thunderbird.compose(BAD)
    thunderbird.send(window)
    said = thunderbird.wait_for_popup()
    assert "As I said on the phone, the refund takes five days." in said
    assert "The refund takes five days." in said and "points out the customer's mistake" in said
    assert not desk.sent
    assert thunderbird.is_open(window) and not thunderbird.is_locked(window)
    if PICTURES:
        thunderbird.picture(Path(PICTURES) / "thunderbird-popup.png")

    thunderbird.click("edit")
    until("the popup to close", lambda: not thunderbird.popups())
    assert not desk.sent and thunderbird.is_open(window)

    thunderbird.send(window)
    thunderbird.wait_for_popup()
    thunderbird.click("send")
    assert "As I said on the phone" in delivered(desk)
    until("the composer to close", lambda: not thunderbird.is_open(window))
    assert len(desk.sent) == 1 and not thunderbird.popups()


@needs_thunderbird
def test_sending_anyway_lets_one_message_through(desk: Desk) -> None:
    """The next one from another composer is stopped again."""
    thunderbird = desk.thunderbird
    first, second = thunderbird.compose(BAD), thunderbird.compose(BAD)
    thunderbird.send(first)
    thunderbird.wait_for_popup()
    thunderbird.click("send")
    delivered(desk)
    thunderbird.send(second)
    thunderbird.wait_for_popup()
    assert len(desk.sent) == 1 and thunderbird.is_open(second)
    thunderbird.click("edit")
    thunderbird.discard(second)


@needs_thunderbird
def test_a_good_draft_goes_out_at_once(desk: Desk) -> None:
    window = desk.thunderbird.compose(GOOD)
    desk.thunderbird.send(window)
    assert "Thank you for waiting." in delivered(desk)
    assert not desk.thunderbird.popups()


@needs_thunderbird
@pytest.mark.parametrize("html", [False, True], ids=["plain", "html"])
def test_the_safe_rewrites_are_applied_and_undone(desk: Desk, html: bool) -> None:
    thunderbird = desk.thunderbird
    picture = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">'
    text = BAD.replace("You should have read the returns page before you sent the jacket.", "It is on its way.")
    body = f"<p>{text.strip()}</p>{picture}".replace("\n\n", "</p><p>").replace("\n", "<br>") if html else text
    window = thunderbird.compose(body, html=html)
    before = thunderbird.body(window)
    thunderbird.send(window)
    thunderbird.wait_for_popup()

    thunderbird.click("mend")
    assert "1 rewrite applied" in until("what is left", lambda: _without(thunderbird.wait_for_popup(), "One moment"))
    assert thunderbird.body(window) == before.replace("As I said on the phone, the", "The") != before
    if html:
        assert picture in thunderbird.in_composer(window, "return win.GetCurrentEditor().document.body.innerHTML;")

    thunderbird.click("undo")
    until("the text as it was", lambda: thunderbird.body(window) == before)
    thunderbird.wait_for_popup()
    thunderbird.click("mend")
    until("the mended text", lambda: thunderbird.body(window) != before)
    thunderbird.wait_for_popup()
    thunderbird.click("send")
    assert "As I said" not in delivered(desk)


def _without(text: str, word: str) -> str:
    return "" if word in text or "applied" not in text else text


@needs_thunderbird
@pytest.mark.parametrize("on_top", [False, True], ids=["below the quote", "above the quote"])
@pytest.mark.parametrize("html", [False, True], ids=["plain", "html"])
def test_a_reply_whose_quote_holds_a_rebuke_passes(desk: Desk, html: bool, on_top: bool) -> None:
    thunderbird = desk.thunderbird
    window = thunderbird.reply(html=html, on_top=on_top)
    assert REBUKE[:20] in " ".join(thunderbird.body(window).split())
    thunderbird.type(window, GOOD)
    thunderbird.send(window)
    until("an answer", lambda: thunderbird.popups() or desk.sent)
    assert not thunderbird.popups(), thunderbird.wait_for_popup()
    sent = delivered(desk)
    assert "Thank you for waiting" in sent and "As I said on the phone" in sent
    assert not thunderbird.popups()


@needs_thunderbird
def test_what_the_draft_says_is_never_markup_in_the_popup(desk: Desk) -> None:
    thunderbird = desk.thunderbird
    trap = "As I said on the phone, <img src=x onerror=document.title='caught'> takes five days."
    window = thunderbird.compose(BAD.replace("As I said on the phone, the refund takes five days.", trap))
    thunderbird.send(window)
    assert "<img src=x" in thunderbird.wait_for_popup()
    assert thunderbird.in_popup("document.querySelectorAll('main img').length") == 0
    assert "caught" not in thunderbird.in_popup("document.title")
    thunderbird.click("edit")
    thunderbird.discard(window)


@needs_thunderbird
def test_a_host_that_hangs_or_dies_does_not_lock_the_composer(desk: Desk) -> None:
    thunderbird, works = desk.thunderbird, desk.host.read_bytes()
    window = thunderbird.compose(GOOD)

    def is_held(told: str) -> None:
        said = until(told, lambda: told in (shown := thunderbird.wait_for_popup()) and shown)
        assert "has not been read" in said and not desk.sent
        assert thunderbird.is_open(window) and not thunderbird.is_locked(window)

    try:
        desk.host.write_text("#!/bin/sh\nexit 1\n")
        desk.stop_host()
        thunderbird.send(window)
        is_held("the checker has stopped")
        thunderbird.in_popup("content.wrappedJSObject.messenger.storage.local.set({ timeLimit: 2 }) && true")
        thunderbird.click("edit")
        until("the popup to close", lambda: not thunderbird.popups())

        desk.host.write_text("#!/bin/sh\nexec sleep 1000\n")
        thunderbird.send(window)
        is_held("no answer within 2 seconds")
        thunderbird.in_popup("content.wrappedJSObject.messenger.storage.local.clear() && true")
    finally:
        desk.host.write_bytes(works)
    thunderbird.click("again")
    until("the verdict", lambda: "Ready to go" in thunderbird.wait_for_popup())
    thunderbird.click("send")
    assert "Thank you for waiting." in delivered(desk)


@needs_thunderbird
def test_on_error_send_can_be_fixed_at_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_xdg_folders(monkeypatch)
    for desk in at_work(tmp_path, "--on-error", "send", "--time-limit", "1"):
        desk.host.write_text("#!/bin/sh\nexec sleep 1000\n")
        window = desk.thunderbird.compose(BAD)
        desk.thunderbird.send(window)
        assert "As I said on the phone" in delivered(desk)
        assert not desk.thunderbird.popups()
        hook(desk.home, "--uninstall")
