"""Running lints beside the event loop: a few at a time, a bounded number waiting, each for a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Unavailable(Exception):
    """No answer now: too many requests at once, or one that takes too long. The text says which."""


class Workers:
    """Threads that lint. A lint cannot be stopped, so one that overruns keeps its place until it is done."""

    def __init__(self, threads: int, most: int, seconds: float) -> None:
        """`threads` lint at a time, `most` requests are taken at once, and each is answered within `seconds`."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lint")
        self._most, self._seconds = most, seconds
        self.busy = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns. Raises Unavailable, and what `work` raises."""
        if self.busy >= self._most:
            raise Unavailable("too many requests at once; try again in a second")
        loop = asyncio.get_running_loop()
        self.busy += 1
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self._seconds)
        except asyncio.TimeoutError:
            future.cancel()  # where it has not begun
            raise Unavailable(f"this took longer than {self._seconds:g} seconds; try again, or in parts") from None

    def _done(self) -> None:
        self.busy -= 1

    def close(self) -> None:
        """Take no more work, and forget what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
