"""A real `highnote serve` in a process of its own, for the tests that talk to one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

START_SECONDS = 120


@dataclass
class Server:
    """A running server: its process, its address, and the lines that it has written."""

    process: subprocess.Popen[str]
    address: str = ""
    lines: list[str] = field(default_factory=list)

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit status."""
        self.process.send_signal(with_signal)
        return self.process.wait(timeout=30)


@contextmanager
def served(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server with these options; `address` is its URL, or the path of its socket."""
    process = subprocess.Popen(
        [sys.executable, "-m", "highnote", "serve", *(() if "--socket" in options else ("--port", "0")), *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    server, ready = Server(process), threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            server.lines.append(line.rstrip())
            found = re.search(r"listening on (\S+);", line)
            if found:
                server.address = found[1]
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(START_SECONDS), server.lines
        assert server.address, server.lines
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(10)
        if process.stderr is not None:
            process.stderr.close()
