"""A real neomutt in a terminal, with the sendmail hook in front of a real msmtp."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_tools import Mailbox, server, until
from platformdirs import user_cache_path

BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nDean\n"
GOOD = BAD.replace("As I said on the phone, the", "The")
QUOTE = "\nOn Fri, 20 Nov 2026, Martha wrote:\n> As I said on the phone, you should have read it.\n"

MISSING = [program for program in ("neomutt", "tmux", "msmtp") if shutil.which(program) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


class Terminal:
    """A terminal of its own, with a program in it."""

    def __init__(self, folder: Path, *command: str | Path, environment: dict[str, str]) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        settings = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        shape = ["-d", "-x", "140", "-y", "50"]
        self._run("new-session", *shape, *settings, "--", *map(str, command))
        self._run("set-option", "remain-on-exit", "on")

    def _run(self, *words: str) -> str:
        return subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, timeout=30).stdout

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def wait_for(self, text: str) -> str:
        """Wait until the screen shows a text; the screen."""
        seen = ""

        def look() -> bool:
            nonlocal seen
            seen = self._run("capture-pane", "-p")
            return text in seen

        try:
            until(f"“{text}”", look)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen shows:\n{seen}") from None
        return seen

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=30)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, Mailbox]]:
    """A home with the settings of neomutt and msmtp as docs/mail-clients.md gives them, and where the mail arrives."""
    mailbox = Mailbox()
    hook = f"{sys.executable} -m highnote hook sendmail --sendmail {shutil.which('msmtp')} --"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncp {tmp_path}/draft "$1"\n')  # somebody who types what stands in the file "draft"
    editor.chmod(0o755)
    (tmp_path / "Mail").mkdir()
    with server(mailbox) as port:
        (tmp_path / ".msmtprc").write_text(
            f"account default\nhost 127.0.0.1\nport {port}\nfrom dean@shop.example\nauth off\ntls off\n"
        )
        (tmp_path / ".msmtprc").chmod(0o600)
        (tmp_path / "neomuttrc").write_text(
            f'set sendmail="{hook}"\nset editor="{editor}"\nset from="dean@shop.example"\nset realname="Dean Alder"\n'
            "set abort_unmodified=no\nset copy=no\nset crypt_use_gpgme=no\nset send_charset=utf-8\n"
        )
        yield tmp_path, mailbox


@contextlib.contextmanager
def neomutt(home: Path, *options: str) -> Iterator[Terminal]:
    """neomutt with a message to a customer, ready to be sent."""
    (home / "draft").write_text(BAD + QUOTE)
    environment = {
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "XDG_CACHE_HOME": str(user_cache_path()),
        "HIGHNOTE_SOCKET": str(home / "none.sock"),
    }
    call = ("neomutt", "-F", home / "neomuttrc", *options, "-s", "Your refund", "martha@customer.example")
    terminal = Terminal(home, *call, environment=environment)
    try:
        for asked in ("To: martha@customer.example", "Subject: Your refund"):
            terminal.wait_for(asked)
            terminal.press("Enter")
        terminal.wait_for("y:Send")
        yield terminal
    finally:
        terminal.close()


def test_a_bad_message_comes_back_and_the_mended_one_goes_out(desk: tuple[Path, Mailbox]) -> None:
    home, mailbox = desk
    with neomutt(home) as terminal:
        terminal.press("y")
        shown = terminal.wait_for("rebuke/as-i-said.")
        assert "As I said on the phone, the refund takes five days." in shown
        assert "+ The refund takes five days." in shown and "you should have read it" not in shown
        terminal.press("q")
        terminal.wait_for("y:Send")
        assert not mailbox.contents

        (home / "draft").write_text(GOOD + QUOTE)
        terminal.press("e", "y")
        until("delivery", lambda: mailbox.contents)
    assert b"\r\nThe refund takes five days." in mailbox.contents[0] and len(mailbox.contents) == 1
    assert mailbox.envelopes[0].rcpt_tos == ["martha@customer.example"]


def test_the_header_sends_it_as_it_is_and_stays_here(desk: tuple[Path, Mailbox]) -> None:
    home, mailbox = desk
    with neomutt(home, "-e", "my_hdr X-Highnote: allow") as terminal:
        terminal.press("y")
        until("delivery", lambda: mailbox.contents)
    assert b"As I said on the phone" in mailbox.contents[0]
    assert b"x-highnote" not in mailbox.contents[0].lower()
