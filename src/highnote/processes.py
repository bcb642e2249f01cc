"""Work shared out to several processes: what comes first is given back first, and little waits in memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 8
"""Items that go to a process at once: enough that sending them costs little, few enough that results flow."""
AHEAD = 3
"""Chunks a process that wait or are worked on; the next items are taken only when one of them is done."""


class WorkerError(Exception):
    """A process of the pool is gone, or could not start; the message says what to do."""


def in_order(
    prepare: Callable[[], Callable[[Item], Result]], items: Iterable[Item], processes: int
) -> Iterator[Result]:
    """What each process's `prepare()` makes of the items, in the order of the items.

    `prepare`, the items and the results go between processes, so they must be picklable. An exception that an item
    raises comes out at its place; Ctrl-C, or closing the iterator, ends all processes. Raises WorkerError when a process
    dies.
    """
    chunks = _chunks(items)
    pool = ProcessPoolExecutor(processes, _context(), _start, (prepare,))
    waiting: deque[Future[list[Any]]] = deque()
    broken: BrokenProcessPool | None = None
    try:
        for chunk in islice(chunks, AHEAD * processes):
            waiting.append(pool.submit(_work, chunk))
        while waiting:
            results = waiting.popleft().result()
            for chunk in islice(chunks, 1):
                waiting.append(pool.submit(_work, chunk))
            yield from results
    except BrokenProcessPool as error:  # told below, so that a Ctrl-C which killed the process first is told alone
        broken = error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if broken is not None:
        raise WorkerError(
            "a process that was linting has ended: it was killed, or the memory ran out. Use fewer processes."
        ) from broken


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _context() -> multiprocessing.context.BaseContext:
    """Forked processes share the memory of the language model; with threads about, a fork could hang."""
    forks = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forks else "spawn")


_do: Callable[[Any], Any]


def _start(prepare: Callable[[], Callable[[Any], Any]]) -> None:
    """Make a process of the pool ready: it dies quietly of Ctrl-C, and with the process that started it."""
    global _do
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _do = prepare()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _work(chunk: list[Any]) -> list[Any]:
    return [_do(item) for item in chunk]
