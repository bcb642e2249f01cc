"""One run of `highnote check`: inputs are read, linted in their order, and mended where that was asked for."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from highnote.cli.common import Settings, Status, console, say
from highnote.cli.inputs import Input, WriteError, read_inputs, unified_diff, write_draft, write_entries
from highnote.cli.remember import Memory
from highnote.finding import Report
from highnote.reporters.places import Checked, Summary, summarise

if TYPE_CHECKING:
    from highnote.baseline import Baseline
    from highnote.cache import Cache
    from highnote.config import Config
    from highnote.draft import Draft
    from highnote.finding import Message
    from highnote.linter import Job, Linter
    from highnote.reading import Format as ReadFormat
    from highnote.reading import ReadingError

MANY = 20
"""From this many drafts on, a terminal shows a progress bar, and they are shared out to several processes."""
MAX_PROCESSES = 8
"""Processes that are used without being asked for: each takes a fifth of a gigabyte."""


class Mode(Enum):
    """What happens to the safe suggestions."""

    REPORT = "report"
    FIX = "fix"
    DIFF = "diff"


@dataclass(slots=True)
class Run:
    """One call: how drafts are read and linted, and what has come of it so far."""

    settings: Settings
    mode: Mode
    stdin_format: ReadFormat
    thread: Sequence[Message]
    date: datetime | None
    processes: int = 1
    total: Summary = field(default_factory=Summary)
    errors: list[Report] = field(default_factory=list)
    failed: bool = False
    fixed: int = 0
    linters: dict[int, Linter] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)
    rewritten: list[tuple[Input, Draft, str]] = field(default_factory=list)
    """Entries of one export that are mended and wait to be written together."""
    told: set[tuple[str, str]] = field(default_factory=set)
    cache: Cache | None = None
    baselines: dict[Path, Baseline] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """How the command ends."""
        return Status.UNREADABLE if self.errors else Status.FINDINGS if self.failed else Status.FINE

    def linter(self, config: Config) -> Linter:
        """The linter for a configuration, made once."""
        from highnote.linter import Linter

        if id(config) not in self.linters:
            self.linters[id(config)] = Linter(config)
        return self.linters[id(config)]

    def config(self, name: str) -> Config:
        """The configuration for the draft of this name."""
        folder = name[: name.rfind(os.sep) + 1]  # a text, since paths are slow where there are thousands
        if folder not in self.configs:
            self.configs[folder] = self.settings.for_folder(Path(folder).absolute())
        return self.configs[folder]

    def left(self, report: Report) -> Report:
        """What is left of a report without the findings that the baseline of its folder knows."""
        if not self.baselines:
            return report
        file = self.config(report.name).baseline
        return self.baselines[file].without_known(report) if file in self.baselines else report

    def could_not(self, name: str, message: str) -> None:
        """Note an input that could not be read or written, and say so."""
        self.errors.append(Report(name=name, error=message))
        say(message if message.startswith(name) else f"{name}: {message}")

    def once(self, name: str, what: str) -> None:
        """Say something about a file (or, without a name, about the run) once."""
        if (name, what) not in self.told:
            self.told.add((name, what))
            say(f"{name}: {what}" if name else what)

    def write_rewritten(self) -> None:
        """Write the entries that wait to their file."""
        waiting, self.rewritten = self.rewritten, []
        if waiting:
            source = waiting[0][0]
            assert source.path is not None
            try:
                write_entries(source.path, [(draft, after) for _, draft, after in waiting])
            except WriteError as error:
                self.could_not(source.name, str(error))

    def note(self, report: Report) -> None:
        """Say what was left out: the language of a draft each time, a LanguageTool that is not there once."""
        for note in report.notes:
            from highnote.linter import NOT_ENGLISH  # here, since reports that are remembered need no linter

            self.once(report.name if note == NOT_ENGLISH else "", note)


def suitable_processes(drafts: int) -> int:
    """How many processes suit a number of drafts: one for a few, else one a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 1 if drafts < MANY else min(cores, MAX_PROCESSES)


def lint_inputs(run: Run, inputs: Sequence[Input], screen: Console) -> Iterator[Checked]:
    """What is found in the inputs, in their order: linted now or in an earlier run; a bar on the terminal for many."""
    with _progress(screen, len(inputs)) as advance:
        for checked in _found(run, inputs, advance):
            run.note(checked.report)
            run.failed |= bool(checked.report.at_least(checked.fail_level))
            run.total += summarise([checked.report])
            yield checked


def _found(run: Run, inputs: Sequence[Input], advance: Callable[[], None]) -> Iterator[Checked]:
    """The drafts with what is found in them and not known."""
    if run.cache is None or run.mode is not Mode.REPORT or run.thread or run.date:
        for one in _lint(run, inputs, advance):
            yield Checked(one.draft, run.left(one.report), one.fail_level)
        return
    memory = Memory(
        run.cache,
        config=lambda source: run.config(source.name),
        read=lambda source, config: _read(run, source, config),
        lint=lambda sources: _lint(run, sources, advance),
        failed=lambda name: any(error.name == name for error in run.errors),
        advance=advance,
    )
    yield from memory.checked(inputs, run.left)


def _read(run: Run, source: Input, config: Config) -> Iterator[Draft | ReadingError]:
    """The drafts of an input, or why they cannot be read."""
    from highnote.reading import ReadingError

    try:
        yield from read_inputs(source, run.stdin_format, config)
    except ReadingError as error:
        yield error


@contextmanager
def _progress(screen: Console, number: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr, or on `screen`, where the report goes, if that is the terminal."""
    screen = screen if screen.is_terminal else console(stderr=True)
    if number < MANY or not screen.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("reading drafts"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=screen, transient=True, auto_refresh=False) as progress:  # no thread: see processes
        task = progress.add_task("", total=number)
        yield lambda: progress.update(task, advance=1, refresh=True)


def _lint(run: Run, inputs: Iterable[Input], advance: Callable[[], None]) -> Iterator[Checked]:
    """Lint runs of inputs that share a configuration, each draft as it is read."""
    for config, group in groupby(inputs, key=lambda one: run.config(one.name)):
        linter = run.linter(config)
        waiting: deque[tuple[Input, Draft]] = deque()
        jobs = _jobs(run, group, waiting, advance, config)
        last: Input | None = None
        alone = config.grammar.enabled and config.grammar.server is None  # each process would start a LanguageTool
        for report in linter.lint_many(jobs, processes=1 if alone else run.processes):
            source, draft = waiting.popleft()
            if source is not last:
                advance()
                run.write_rewritten()
            last = source
            if report.error is not None:
                run.could_not(source.name, report.error)
                continue
            yield _after(run, linter, source, Checked(draft, report, config.fail_level))
        run.write_rewritten()


def _jobs(
    run: Run, inputs: Iterable[Input], waiting: deque[tuple[Input, Draft]], advance: Callable[[], None], config: Config
) -> Iterator[Job]:
    """Read the drafts one by one; `waiting` remembers those that the linter has taken and not yet reported."""
    from highnote.linter import Job
    from highnote.reading import ReadingError

    for source in inputs:
        try:
            for draft in read_inputs(source, run.stdin_format, config):
                if isinstance(draft, ReadingError):
                    run.could_not(source.name, str(draft))
                    continue
                waiting.append((source, draft))
                yield Job(draft, run.thread, run.date)
        except ReadingError as error:
            advance()
            run.could_not(source.name, str(error))


def _after(run: Run, linter: Linter, source: Input, checked: Checked) -> Checked:
    """What --fix and --diff do with one result; the result is that of the draft as it is afterwards."""
    before, after, origin = checked.draft.source, checked.report.rewritten, checked.draft.origin
    if run.mode is Mode.DIFF:
        name = f"{source.name} ({origin.entry})" if origin else source.name
        sys.stdout.writelines(unified_diff(name, before, after))
    if run.mode is not Mode.FIX:
        return checked
    left = checked
    locked = checked.draft.locked or (origin.locked if origin else "")
    if locked and summarise([checked.report]).fixable:
        run.once(source.name, locked)
    if source.path is None:
        sys.stdout.write(after)
    if after != before and not locked:
        try:
            if origin is not None:
                run.rewritten.append((source, checked.draft, after))
            elif source.path is not None:
                write_draft(source.path, checked.draft, after)
            left = _again(run, linter, checked, after)
        except WriteError as error:
            run.could_not(source.name, str(error))
    run.fixed += max(0, len(checked.report.findings) - len(left.report.findings))
    return left


def _again(run: Run, linter: Linter, checked: Checked, text: str) -> Checked:
    """The report of a draft after its safe suggestions were applied."""
    draft = checked.draft.read_again(text) if checked.draft.read_again else checked.draft
    return Checked(draft, linter.lint(draft, thread=run.thread, date=run.date), checked.fail_level)
