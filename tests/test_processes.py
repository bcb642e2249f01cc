"""Many drafts: their order, bad ones among them, bounded memory, and processes that end when they should."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import highnote
from highnote.processes import AHEAD, CHUNK, in_order

DRAFTS = sorted((Path(__file__).parent.parent / "examples" / "drafts").iterdir())
REBUKE = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean"


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter()


@pytest.mark.parametrize("processes", [1, 2])
def test_reports_come_in_order_and_bad_drafts_are_told(linter: highnote.Linter, tmp_path: Path, processes: int) -> None:
    complaint = highnote.Message(sender="customer", text="You charged me twice. When do I get my money back?")
    items = [
        *DRAFTS,
        tmp_path / "missing.txt",
        highnote.Job(REBUKE, thread=[complaint]),
        b"\0\0\0\0",
        *(f"Hi Ann,\n\nParcel {n} is on its way.\n\nBest wishes,\nDean" for n in range(3 * CHUNK)),
        REBUKE,
    ]
    reports = list(linter.lint_many(items, processes=processes))
    assert len(reports) == len(items)
    assert reports[: len(DRAFTS)] == [linter.lint(path) for path in DRAFTS]
    missing, answer, binary = reports[len(DRAFTS) : len(DRAFTS) + 3]
    assert missing.name == str(tmp_path / "missing.txt") and missing.error and "does not exist" in missing.error
    assert answer == linter.lint(REBUKE, thread=[complaint]) and answer != reports[-1]
    assert binary.error and "binary" in binary.error
    assert reports[-1] == linter.lint(REBUKE)


@pytest.mark.parametrize("path", DRAFTS, ids=lambda p: p.name)
def test_a_draft_that_was_read_can_be_sent_and_mended(linter: highnote.Linter, path: Path) -> None:
    from highnote.reading import read

    sent = pickle.loads(pickle.dumps(read(path)))
    assert linter.lint(sent) == linter.lint(path)


# The rest needs no language model: what is done with the items is up to the caller.


def doubling() -> Callable[[int], int]:
    return double


def double(number: int) -> int:
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_items_are_taken_only_when_there_is_room() -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    results = in_order(doubling, endless(), 2)
    assert [next(results) for _ in range(5)] == [2, 4, 6, 8, 10]
    assert taken <= (2 * AHEAD + 1) * CHUNK
    results.close()  # type: ignore[attr-defined]


def test_a_process_that_is_killed_ends_the_run_with_a_clear_error() -> None:
    with pytest.raises(highnote.WorkerError, match="was killed, or the memory ran out"):
        list(in_order(doubling, [1, -1, *range(50)], 2))


SCRIPT = """
import os, sys, time
from highnote.processes import in_order

def prepare():
    os.write(1, f"{os.getpid()}\\n".encode())  # in one piece, whatever the other process writes
    return work

def work(number):
    time.sleep(0.2)
    return number

for _ in in_order(prepare, iter(int, 1), 2):
    pass
"""


def started() -> tuple[subprocess.Popen[str], list[int]]:
    """A run that would never end, in a process group of its own, and the numbers of its two processes."""
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    return run, [int(run.stdout.readline()) for _ in range(2)]


def gone(numbers: list[int]) -> bool:
    """Whether the processes are over within ten seconds."""
    for _ in range(100):
        if not any(Path(f"/proc/{number}").exists() for number in numbers):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at the processes in /proc")
class TestTheEnd:
    def test_interrupted_all_processes_end(self) -> None:
        run, numbers = started()
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does for Ctrl-C
        _, err = run.communicate(timeout=20)
        assert err.strip().endswith("KeyboardInterrupt") and err.count("Traceback") == 1
        assert gone(numbers)

    def test_killed_it_leaves_no_processes_behind(self) -> None:
        run, numbers = started()
        run.kill()
        run.communicate(timeout=20)
        assert gone(numbers)
