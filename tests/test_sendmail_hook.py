"""`highnote hook sendmail`, as mail programs call it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAD = b"From: Dean <dean@shop.example>\nTo: ann@home.example\nSubject: Your refund\n"
BAD = HEAD + b"\nHi Ann,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean\n"
FINE = HEAD + b"\nHi Ann,\n\nThe refund is on its way and arrives on Friday.\n\nBest wishes,\nDean\n"


@pytest.fixture
def sendmail(tmp_path: Path) -> Path:
    """A program in the place of sendmail that keeps what it gets: its arguments and stdin, to the byte."""
    program = tmp_path / "sendmail"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/arguments\ncat >> {tmp_path}/message\nexit ${{STATUS:-0}}\n'
    )
    program.chmod(0o755)
    return program


def hook(
    options: Sequence[str], message: bytes, *, environment: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "sendmail", *options],
        input=message,
        capture_output=True,
        check=False,
        env={**os.environ, "HIGHNOTE_SOCKET": "/nonexistent/highnote.sock", **(environment or {})},
        cwd=folder,
        timeout=120,
    )


def sent(sendmail: Path) -> bytes | None:
    """What the real sendmail got, if it was run."""
    message = sendmail.parent / "message"
    return message.read_bytes() if message.exists() else None


def test_a_fine_message_goes_on_byte_for_byte_with_all_arguments(sendmail: Path) -> None:
    message = FINE.replace(b"\n", b"\r\n") + b"\xe9 and no newline"
    run = hook(["--sendmail", str(sendmail), "--", "-oi", "-f", "dean@shop.example", "--", "ann@home.example"], message)
    assert run.returncode == 0, run.stderr
    assert run.stderr == b"" and run.stdout == b""
    assert sent(sendmail) == message
    assert (sendmail.parent / "arguments").read_text().split() == [
        "--",
        "-oi",
        "-f",
        "dean@shop.example",
        "--",
        "ann@home.example",
    ]


def test_a_rebuke_is_held_and_explained(sendmail: Path) -> None:
    run = hook(["--sendmail", str(sendmail), "--", "ann@home.example"], BAD)
    assert run.returncode == 65
    assert sent(sendmail) is None
    said = run.stderr.decode()
    assert "rebuke/as-i-said" in said and "+ The refund takes five days." in said
    assert said.splitlines()[-1].startswith("highnote: not sent, 1 error")


def test_the_writer_may_allow_it_and_the_header_stays_here(sendmail: Path) -> None:
    run = hook(["--sendmail", str(sendmail), "ann@home.example"], b"X-Highnote: allow\n" + BAD)
    assert run.returncode == 0
    assert sent(sendmail) == BAD
    assert b"sent as it is" in run.stderr


def test_the_exit_status_is_that_of_the_real_sendmail(sendmail: Path) -> None:
    assert (
        hook(["--sendmail", str(sendmail), "-t"], b"X-Highnote: allow\n" + BAD, environment={"STATUS": "78"}).returncode
        == 78
    )


@pytest.mark.parametrize(("choice", "status", "words"), [("hold", 75, "not sent"), ("send", 0, "sent unchecked")])
def test_what_could_not_be_checked_is_held_or_sent_as_chosen_and_said(
    sendmail: Path, tmp_path: Path, choice: str, status: int, words: str
) -> None:
    (tmp_path / "highnote.toml").write_text("nonsense = 1\n")
    run = hook(["--sendmail", str(sendmail), "--on-error", choice, "ann@home.example"], FINE, folder=tmp_path)
    assert run.returncode == status
    assert sent(sendmail) == (FINE if choice == "send" else None)
    said = run.stderr.decode()
    assert "could not be checked" in said and "nonsense" in said and words in said


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--sendmail", "/nonexistent/sendmail"], 64, "no program"),
        (["--sendmail"], 64, "--sendmail needs a value"),
        (["--on-error", "drop"], 64, "hold, send"),
        (["--fail-level=high"], 64, "info, warning, error"),
        (["--sendmail", "cat 'x"], 64, "cannot be read"),
    ],
)
def test_a_wrong_call_sends_nothing_and_says_what_is_wrong(options: list[str], status: int, words: str) -> None:
    run = hook([*options, "--", "ann@home.example"], FINE)
    assert run.returncode == status
    assert words in run.stderr.decode()
    assert "not sent" in run.stderr.decode()


def test_a_sendmail_that_cannot_be_run_is_said(sendmail: Path) -> None:
    sendmail.write_text("#!/nonexistent/interpreter\n")
    run = hook(["--sendmail", str(sendmail)], b"X-Highnote: allow\n" + BAD)
    assert run.returncode == 69
    assert "cannot be run" in run.stderr.decode()


def test_a_hook_that_is_given_itself_as_sendmail_ends(tmp_path: Path) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m highnote hook sendmail --sendmail {program} -- "$@"\n')
    program.chmod(0o755)
    run = hook(["--sendmail", str(program)], b"X-Highnote: allow\n" + BAD)
    assert run.returncode == 69
    assert "this hook itself" in run.stderr.decode()


def test_the_fail_level_of_the_call_counts(sendmail: Path) -> None:
    warned = FINE.replace(b"Friday.", b"Friday. Someone will look into it.")
    assert hook(["--sendmail", str(sendmail), "ann@home.example"], warned).returncode == 65
    run = hook(["--fail-level", "error", "--sendmail", str(sendmail), "ann@home.example"], warned)
    assert run.returncode == 0 and sent(sendmail) == warned


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", 0), (b"\n", 65)])
def test_on_a_terminal_the_writer_is_asked(sendmail: Path, answer: bytes, status: int) -> None:
    """Stdin holds the message, so the question goes to the terminal itself."""
    pty = pytest.importorskip("pty", reason="no terminals here")
    message = sendmail.parent / "draft.eml"
    message.write_bytes(BAD)
    pid, terminal = pty.fork()
    if pid == 0:  # in the child, whose terminal this is
        os.dup2(os.open(message, os.O_RDONLY), 0)
        command = [sys.executable, "-m", "highnote", "hook", "sendmail", "--confirm", "--sendmail", str(sendmail), "-t"]
        os.execve(sys.executable, command, {**os.environ, "HIGHNOTE_SOCKET": "/nonexistent/highnote.sock"})
    said = b""
    while b"[y/N]" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, answer)
    with contextlib.suppress(OSError):  # how a terminal ends on Linux
        while os.read(terminal, 1000):
            pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == status
    os.close(terminal)
    assert b"rebuke/as-i-said" in said
    assert sent(sendmail) == (BAD if status == 0 else None)


def test_without_a_terminal_nobody_agrees(sendmail: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "sendmail", "--confirm", "--sendmail", str(sendmail)],
        input=BAD,
        capture_output=True,
        check=False,
        start_new_session=True,
    )
    assert run.returncode == 65 and sent(sendmail) is None


def test_help_is_printed_and_nothing_is_read() -> None:
    run = hook(["--help"], b"")
    assert run.returncode == 0 and b"--on-error" in run.stdout
    group = subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "--help"], capture_output=True, check=True, text=True
    )
    assert "sendmail" in group.stdout


def test_the_quick_path_imports_neither_pydantic_nor_typer_nor_spacy() -> None:
    code = (
        "import sys; sys.argv = ['highnote', 'hook', 'sendmail', '--help']\n"
        "from highnote.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "import highnote.resident\n"
        "heavy = {'pydantic', 'typer', 'spacy', 'numpy', 'dataclasses', 'inspect', 'pathlib', 'subprocess'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_report_prints_json_and_sends_nothing(sendmail: Path) -> None:
    run = hook(["--report", "--sendmail", str(sendmail)], BAD)
    assert run.returncode == 1 and sent(sendmail) is None
    assert [finding["rule"] for finding in json.loads(run.stdout)["drafts"][0]["findings"]] == ["rebuke/as-i-said"]
    run = hook(["--report"], HEAD + b"\n" + b"word " * 100_000)
    assert run.returncode == 75 and not run.stdout and b"could not be checked" in run.stderr
