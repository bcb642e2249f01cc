"""What the tests of mail programs share: a port, patience, and a server that keeps the mail it gets."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds to wait for anything at most: the machine may be busy."""


def until(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Look again and again until there is something to see."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience:.0f} s in vain for {what}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Mailbox:
    """What an SMTP server keeps."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    @property
    def contents(self) -> list[bytes]:
        return [envelope.content for envelope in self.envelopes]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.envelopes.append(envelope)
        return f"250 2.0.0 kept as {len(self.envelopes)}"


@contextlib.contextmanager
def server(mailbox: Mailbox, port: int | None = None, **options: Any) -> Iterator[int]:
    """An SMTP server that delivers into a mailbox; its port."""
    controller = pytest.importorskip("aiosmtpd.controller", reason="the extra “smtp” is not installed")
    running = controller.Controller(
        mailbox, hostname="127.0.0.1", port=port or free_port(), enable_SMTPUTF8=True, **options
    )
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


RELAY = """
import hashlib, os, sys
from aiosmtpd.controller import Controller

class Keep:
    async def handle_DATA(self, server, session, envelope):
        with open(sys.argv[2], "ab", buffering=0) as kept:  # one write: kept whole or not at all
            kept.write(hashlib.sha256(envelope.content).hexdigest().encode() + b"\\n")
        return "250 OK"

server = Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1]), enable_SMTPUTF8=True)
server.start()
print("up", flush=True)
sys.stdin.read()
"""
"""A relay to be run by itself, so that it can be killed: its port, and the file that keeps the sum of each message."""
