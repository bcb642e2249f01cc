"""highnote.el in a real Emacs: it compiles without a warning, and stops what should be stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from mail_tools import Mailbox, server
from platformdirs import user_cache_path

from highnote import hooks, resident

LISP = Path(hooks.__file__).parent / "emacs" / "highnote.el"
TESTS = Path(__file__).parent / "highnote-tests.el"
PATIENCE = 300

pytestmark = pytest.mark.skipif(shutil.which("emacs") is None, reason="Emacs is not installed")


def emacs(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["emacs", "--batch", "--no-init-file", "--no-site-file", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, **environment},
    )


@contextlib.contextmanager
def ended_after(socket: Path) -> Iterator[None]:
    """End the resident process that Emacs' first message has started, if it could be started."""
    try:
        yield
    finally:
        process, _ = resident.holder(str(socket))
        if process is not None:
            os.kill(process, signal.SIGTERM)


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    copy = tmp_path / "highnote.el"
    copy.write_bytes(LISP.read_bytes())
    done = emacs("--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", copy)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    assert copy.with_suffix(".elc").exists()


def test_the_command_tells_where_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "emacs"], capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).samefile(LISP)


def test_messages_are_stopped_and_sent(tmp_path: Path) -> None:
    command = "\n".join((sys.executable, "-m", "highnote", "hook", "sendmail", "--report", "--resident"))
    # notmuch's Lisp is not in Emacs' own folders; where it is not installed, its test is skipped
    folders = [
        path for place in ("elpa-src", "elpa") for path in Path("/usr/share/emacs/site-lisp", place).glob("notmuch-*")
    ]
    mailbox = Mailbox()
    with server(mailbox) as port, ended_after(tmp_path / "resident.sock"):
        done = emacs(
            *(word for folder in (LISP.parent, *folders[:1]) for word in ("-L", folder)),
            *("-l", TESTS, "-f", "ert-run-tests-batch-and-exit"),
            HIGHNOTE_COMMAND=command,
            SMTP_PORT=str(port),
            HOME=str(tmp_path),
            LC_ALL="C.UTF-8",
            XDG_CACHE_HOME=str(user_cache_path()),
            HIGHNOTE_SOCKET=str(tmp_path / "resident.sock"),
        )
    subjects = [message_from_bytes(content, policy=policy.default)["subject"] for content in mailbox.contents]
    assert done.returncode == 0, done.stderr
    assert sorted(subjects) == ["bad", "good", "trouble"], done.stderr
