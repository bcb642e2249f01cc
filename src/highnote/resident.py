"""Talking to a resident highnote over its Unix socket, and starting one: what lets a hook answer in milliseconds.

Only the standard library, and little of it: a hook that talks to a resident process pays for nothing else.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time

from highnote import __version__

TYPE_CHECKING = False  # see highnote/__init__.py
if TYPE_CHECKING:
    from typing import Any

SECONDS = 20.0
"""A resident that takes longer over a message is not worth waiting for."""
START_SECONDS = 30.0
"""A resident that is not there after this long will not come."""
IDLE_SECONDS = 3600
"""A resident that a hook has started ends after so long without work."""

TARGET = "/hook/lint"
VERSION_HEADER, CONFIG_HEADER, FOLDER_HEADER = "highnote-version", "highnote-config", "highnote-folder"


class Gone(OSError):
    """No resident answers that could be used; the caller works alone. The text says why, for people."""


def default_socket() -> str:
    """Where the resident process of this user listens: HIGHNOTE_SOCKET, else a file in the user's runtime folder."""
    chosen = os.environ.get("HIGHNOTE_SOCKET")
    if chosen:
        return chosen
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime and os.path.isdir(f"/run/user/{_user()}"):
        runtime = f"/run/user/{_user()}"
    if runtime:
        return f"{runtime}/highnote/highnote.sock"
    import tempfile

    return f"{tempfile.gettempdir()}/highnote-{_user()}/highnote.sock"


def lint(raw: bytes, *, path: str | None = None, config: str | None = None, start: bool = False) -> dict[str, Any]:
    """Have the resident at `path` lint the bytes of an e-mail, as the configuration of this folder (or file) says.

    `start`: where none answers, or one of another version, start one and wait for it. Returns the JSON report.
    Raises Gone where no resident can be used.
    """
    where = path or default_socket()
    headers = {FOLDER_HEADER: os.getcwd(), CONFIG_HEADER: os.path.abspath(config) if config else ""}
    deadline = time.monotonic() + (START_SECONDS if start else SECONDS)
    while True:
        try:
            status, found, body = ask(where, "POST", TARGET, raw, headers, deadline - time.monotonic())
            version = found.get(VERSION_HEADER, "unknown")
            if version != __version__:
                raise Gone(f"the resident is highnote {version}, this is {__version__}")
        except TimeoutError:
            raise Gone("the resident takes too long") from None
        except OSError as error:
            if not start or time.monotonic() > deadline:
                raise error if isinstance(error, Gone) else Gone(f"no resident answers ({error})") from None
            _start(where, deadline)
            continue
        if status == 200:
            return _report(body)
        if status != 503 or time.monotonic() > deadline:
            raise Gone(f"the resident answers with status {status}: {body[:200].decode('utf-8', 'replace')}")
        time.sleep(0.05)


def _report(body: bytes) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except ValueError:
        report = None
    if not isinstance(report, dict) or "drafts" not in report:
        raise Gone("the resident answers nonsense")
    return report


def ask(
    path: str,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    seconds: float = SECONDS,
) -> tuple[int, dict[str, str], bytes]:
    """One request over a Unix socket: the status, the headers (names in small letters) and the body.

    Raises OSError where nobody listens, TimeoutError after `seconds`, and Gone where the answer breaks off or where the
    socket is another user's.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise Gone("this system has no Unix sockets")
    if os.stat(path).st_uid != _user():
        raise Gone(f"{path} belongs to another user")
    deadline = time.monotonic() + seconds
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {_header_value(value)}" for name, value in (headers or {}).items()]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        _limit(line, deadline)
        line.connect(path)
        line.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        got = b""
        while True:
            _limit(line, deadline)
            piece = line.recv(1 << 18)
            if not piece:
                return _parsed(got)
            got += piece


def _limit(line: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    line.settimeout(left)


def _header_value(value: str) -> str:
    """A path as a header can carry it: percent-encoded where it is not plain ASCII."""
    if value.isascii() and value.isprintable() and "%" not in value:
        return value
    from urllib.parse import quote

    return quote(value)


def _parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, end, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    if not end or not first.startswith("HTTP/1.1 ") or len(body) != int(headers.get("content-length", len(body))):
        raise Gone("the resident's answer broke off")
    return int(first.split(" ")[1]), headers, body


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


# ---------------------------------------------------------------- starting and ending one


def _start(path: str, deadline: float) -> None:
    """Start a resident at `path`, ending one of another version, and wait until somebody listens. Raises Gone.

    Of several that are started at once the first to hold the lock stays, the others end at once and well.
    """
    import subprocess

    stop_other_version(path)
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, 0o700, exist_ok=True)
    log = f"{path}.log"
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "highnote", "serve", "--socket", path, "--idle", str(IDLE_SECONDS)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    while not listening(path):
        if process.poll() not in (None, 0) or time.monotonic() > deadline:
            raise Gone(f"no resident could be started; {log} says why")
        time.sleep(0.02)


def listening(path: str) -> bool:
    """Whether somebody accepts connections at `path` (a socket without its process is stale)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        return line.connect_ex(path) == 0


def stop_other_version(path: str) -> None:
    """End the resident at `path` if it is of another version, and wait until it has."""
    import signal

    pid, version = holder(path)
    if pid is None or version == __version__:
        return
    os.kill(pid, signal.SIGTERM)
    for _ in range(100):
        if holder(path)[0] != pid:
            return
        time.sleep(0.05)


def holder(path: str) -> tuple[int | None, str]:
    """The process that holds the lock of the socket at `path`, and its version; None where nobody does."""
    import fcntl

    try:
        with open(os.open(lock_of(path), os.O_RDWR | os.O_NOFOLLOW), "rb+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                words = lock.read(200).decode("ascii", "replace").split()
                return (int(words[0]), words[1]) if len(words) == 2 else (None, "")
    except (OSError, ValueError):
        pass
    return None, ""


def lock_of(path: str) -> str:
    """The file whose lock the process behind a socket holds while it lives; its text is the process's id and version."""
    return f"{path}.lock"
