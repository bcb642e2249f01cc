"""Listening: on a TCP port, or on a Unix socket whose lock says that its process lives."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from highnote import __version__
from highnote.resident import lock_of

LOCK_SECONDS = 2.0
"""How long a lock may be held by somebody who only looks at it."""
MOST_PATH = 100
"""Characters that the path of a Unix socket may have everywhere."""


class ListenError(Exception):
    """A place where the server cannot listen: why, and what to do."""


class AlreadyThere(Exception):
    """Another highnote listens at this socket already."""


def listen_tcp(host: str, port: int) -> socket.socket:
    """A socket that listens on a host and port. Raises ListenError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        line = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ListenError(f"cannot listen on {host}:{port}: {reason}. Choose another --port or --host.") from None
    line.listen(128)
    return line


@contextmanager
def listen_unix(path: Path) -> Iterator[socket.socket]:
    """A Unix socket at `path` that only this user may use; a stale one is replaced, ours is removed at the end.

    Raises AlreadyThere where a living process holds it, and ListenError.
    """
    import fcntl

    if len(os.fsencode(path)) > MOST_PATH:
        raise ListenError(f"{path} is too long for a socket (at most {MOST_PATH} bytes): choose a shorter --socket.")
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        lock = os.fdopen(os.open(lock_of(str(path)), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+")
    except OSError as error:
        raise ListenError(f"cannot listen at {path}: {error.strerror}. Choose another --socket.") from None
    with lock, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline or lock.read(1):
                    raise AlreadyThere(f"a highnote listens at {path} already.") from None
                time.sleep(0.05)
        try:
            _bind(line, path)
        except OSError as error:
            raise ListenError(f"cannot listen at {path}: {error.strerror}. Choose another --socket.") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {__version__}\n")
        lock.flush()
        line.listen(128)
        try:
            yield line
        finally:
            path.unlink(missing_ok=True)
            lock.truncate(0)


def _bind(line: socket.socket, path: Path) -> None:
    if path.is_socket():  # we hold the lock, so that nobody listens there
        path.unlink()
    before = os.umask(0o177)
    try:
        line.bind(str(path))
    finally:
        os.umask(before)
