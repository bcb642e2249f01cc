"""Running the server until it is asked to end, or until nobody asks it any more."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import uvicorn

from highnote.server.guard import Guard

GRACE = 5
"""Seconds that requests may go on for after the server was asked to end."""
Life = Callable[[Guard], AbstractAsyncContextManager[None]]


class _Server(uvicorn.Server):
    """uvicorn, for which the signal that ends it is the right way to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def serve(make: Callable[[Life], Guard], line: socket.socket, *, idle: float | None, ready: Callable[[], None]) -> None:
    """Serve on `line` until SIGTERM or Ctrl-C, or after `idle` seconds without a request; `ready` is called when it does.

    `make` gives the application, which enters the life that it is given.
    """

    @asynccontextmanager
    async def life(guard: Guard) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch(guard, idle)) if idle is not None else None
        ready()
        try:
            yield
        finally:
            if watch is not None:
                watch.cancel()

    async def _watch(guard: Guard, seconds: float) -> None:
        while guard.open or time.monotonic() - guard.last < seconds:
            await asyncio.sleep(min(seconds, 5.0) / 5)
        server.should_exit = True

    config = uvicorn.Config(
        make(life),
        access_log=False,  # it would hold the text of GET requests
        log_config=None,
        server_header=False,
        lifespan="on",
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=1 << 18,
    )
    server = _Server(config)
    server.run(sockets=[line])
