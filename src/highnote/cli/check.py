"""`highnote check`: lint drafts, report what was found, mend what can be mended."""

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
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from highnote import __version__
from highnote.cli.common import Colour, Settings, Status, console, fail, names, say, width_of
from highnote.cli.inputs import Input, WriteError, find_inputs, read_input, unified_diff, write_draft
from highnote.finding import Level, Report
from highnote.reporters import json as json_report
from highnote.reporters import text as text_report
from highnote.reporters.places import Checked, Summary, summarise

if TYPE_CHECKING:
    from highnote.config import Config
    from highnote.draft import Draft
    from highnote.finding import Message
    from highnote.linter import Job, Linter
    from highnote.reading import Format as ReadFormat

MANY = 20
"""From this many drafts on, a terminal shows a progress bar, and they are shared out to several processes."""
MAX_PROCESSES = 8
"""Processes that are used without being asked for: each takes a fifth of a gigabyte."""


class Format(str, Enum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"


class DraftFormat(str, Enum):
    """What stdin holds."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    EMAIL = "email"


class Mode(Enum):
    """What happens to the safe suggestions."""

    REPORT = "report"
    FIX = "fix"
    DIFF = "diff"


@dataclass(slots=True)
class Run:
    """One call: how drafts are read and linted, where the output goes, and what has come of it so far."""

    settings: Settings
    mode: Mode
    stdin_format: ReadFormat
    thread: Sequence[Message]
    date: datetime | None
    out: Console
    total: Summary = field(default_factory=Summary)
    errors: list[Report] = field(default_factory=list)
    failed: bool = False
    fixed: int = 0
    processes: int = 1
    linters: dict[int, Linter] = field(default_factory=dict)

    def linter(self, config: Config) -> Linter:
        """The linter for a configuration, made once."""
        from highnote.linter import Linter

        if id(config) not in self.linters:
            self.linters[id(config)] = Linter(config)
        return self.linters[id(config)]

    def could_not(self, name: str, message: str) -> None:
        """Note an input that could not be read or written, and say so."""
        self.errors.append(Report(name=name, error=message))
        say(message if message.startswith(name) else f"{name}: {message}")


def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Drafts or folders of drafts; - reads stdin.")],
    level: Annotated[
        Level | None, typer.Option(metavar="LEVEL", help="Lowest level to report: error, warning (as a rule) or info.")
    ] = None,
    fail_level: Annotated[
        Level | None, typer.Option(metavar="LEVEL", help="Lowest level that makes the exit status 1.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Only these rules or categories.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Leave these rules out.")] = None,
    chat: Annotated[bool | None, typer.Option("--chat/--no-chat", help="A chat needs no greeting or sign-off.")] = None,
    valued: Annotated[
        bool | None, typer.Option("--valued/--no-valued", help="The customer is marked as valued.")
    ] = None,
    thread: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The messages before: mbox, .eml, folder of .eml, JSON lines or plain text."),
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="ISO", help="When the reply goes out, such as 2026-05-31.")
    ] = None,
    format: Annotated[Format, typer.Option(metavar="FORMAT", help="Form of the report: text or json.")] = Format.TEXT,
    fix: Annotated[bool, typer.Option("--fix", help="Apply the safe suggestions, then report what is left.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change; write nothing.")] = False,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")
    ] = None,
    rules: Annotated[list[Path] | None, typer.Option(metavar="DIR", help="A folder with rules of your own.")] = None,
    scorecard: Annotated[bool, typer.Option("--scorecard", help="Show what each reply did, as ticks.")] = False,
    min_confidence: Annotated[
        float | None, typer.Option(metavar="NUMBER", min=0, max=1, help="Leave out what is less sure (0 to 1).")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Reasons in full, every suggestion, how sure.")
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", "-j", metavar="N", min=1, help="Lint in N processes (else: one a core, for many)."),
    ] = None,
    stdin_format: Annotated[
        DraftFormat, typer.Option(metavar="FORMAT", help="What stdin holds: text, markdown, html or email.")
    ] = DraftFormat.TEXT,
    color: Annotated[
        Colour, typer.Option(metavar="WHEN", help="Colours: auto (on a terminal, without NO_COLOR), always or never.")
    ] = Colour.AUTO,
) -> None:
    """Read drafts and say what would upset the customer, why, and what to write instead."""
    if fix and diff:
        fail("--fix writes and --diff does not: use one of them.")
    if diff and format is Format.JSON:
        fail("--diff prints a diff, not JSON: leave one of them out (the JSON report holds the rewritten text).")
    mode = Mode.FIX if fix else Mode.DIFF if diff else Mode.REPORT
    inputs, missing, empty = find_inputs(paths)
    if mode is Mode.DIFF or (mode is Mode.FIX and any(one.path is None for one in inputs)):
        report_console = console(color, stderr=True)  # stdout is for the diff, or for the mended text of stdin
    else:
        report_console = console(color)
    changes = {
        "level": level,
        "fail_level": fail_level,
        "select": names(select),
        "ignore": names(ignore),
        "chat": chat,
        "valued": valued,
        "min_confidence": min_confidence,
    }
    run = Run(
        settings=Settings(config, rules or (), changes),
        mode=mode,
        stdin_format=stdin_format.value,
        thread=_thread(thread),
        date=_date(date),
        out=report_console,
        processes=min(processes, len(inputs)) if processes else _processes(len(inputs)),
    )
    for one in inputs or [Input("", None)]:  # a wrong configuration is said before anything is read
        run.settings.for_folder(one.folder)
    for report in missing:
        run.could_not(report.name, report.error or "")
    for folder in empty:
        say(f"{folder}: no drafts here. A folder's drafts end in .txt, .md, .html or .eml.")
    if format is Format.JSON:
        checked = list(_with_progress(run, inputs, lambda _: None))
        report_console.file.write(json_report.render(checked, run.errors, version=__version__))
    else:
        style = text_report.Style(width_of(report_console), verbose, scorecard)
        _print_text(run, inputs, style)
    raise typer.Exit(_status(run))


def _processes(drafts: int) -> int:
    """How many processes suit a number of drafts: one for a few, else one a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 1 if drafts < MANY else min(cores, MAX_PROCESSES)


def _status(run: Run) -> Status:
    return Status.UNREADABLE if run.errors else Status.FINDINGS if run.failed else Status.FINE


def _thread(file: Path | None) -> Sequence[Message]:
    if file is None:
        return ()
    from highnote.thread import ThreadError, read_thread

    try:
        return read_thread(file)
    except ThreadError as error:
        fail(str(error))


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in "Zz" else text)
    except ValueError:
        fail(f"“{text}” is no date. Write it like 2026-05-31 or 2026-05-31T14:30.")


def _print_text(run: Run, inputs: Sequence[Input], style: text_report.Style) -> None:
    """Print each draft's block as it comes, then the summary."""
    first = True

    def show(checked: Checked) -> None:
        nonlocal first
        block = text_report.draft_block(checked, style)
        if block is not None and run.mode is not Mode.DIFF:
            run.out.print(block if first else Text("\n") + block, end="")
            first = False

    for _ in _with_progress(run, inputs, show):
        pass
    total = run.total.model_copy(update={"unreadable": len(run.errors)})
    if not first:
        run.out.print()
    run.out.print(text_report.closing_line(total, fixed=run.fixed, fix_offered=run.mode is Mode.REPORT))


def _with_progress(run: Run, inputs: Sequence[Input], show: Callable[[Checked], None]) -> Iterator[Checked]:
    """Lint the inputs in their order, hand each result to `show`, and keep a bar on the terminal for many."""
    with _progress(run, len(inputs)) as advance:
        for checked in _lint(run, inputs, advance):
            run.total += summarise([checked.report])
            show(checked)
            yield checked


@contextmanager
def _progress(run: Run, number: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr, or on the console that reports where both are the terminal."""
    screen = run.out if run.out.is_terminal else console(stderr=True)
    if number < MANY or not screen.is_terminal:
        yield lambda: None
        return
    columns = TextColumn("reading drafts"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=screen, transient=True, auto_refresh=False) as progress:  # no thread: see processes
        task = progress.add_task("", total=number)
        yield lambda: progress.update(task, advance=1, refresh=True)


def _lint(run: Run, inputs: Sequence[Input], advance: Callable[[], None]) -> Iterator[Checked]:
    """Lint runs of inputs that share a configuration, each draft as it is read."""
    for config, group in groupby(inputs, key=lambda one: run.settings.for_folder(one.folder)):
        linter = run.linter(config)
        waiting: deque[tuple[Input, Draft]] = deque()
        jobs = _jobs(run, group, waiting, advance)
        for report in linter.lint_many(jobs, processes=run.processes):
            source, draft = waiting.popleft()
            advance()
            if report.error is not None:
                run.could_not(source.name, report.error)
                continue
            run.failed |= run.mode is not Mode.FIX and bool(report.at_least(config.fail_level))
            yield _after(run, linter, config, source, Checked(draft, report, config.fail_level))


def _jobs(
    run: Run, inputs: Iterable[Input], waiting: deque[tuple[Input, Draft]], advance: Callable[[], None]
) -> Iterator[Job]:
    """Read the drafts one by one; `waiting` remembers those that the linter has taken and not yet reported."""
    from highnote.linter import Job
    from highnote.reading import ReadingError

    for source in inputs:
        try:
            draft = read_input(source, run.stdin_format)
        except ReadingError as error:
            advance()
            run.could_not(source.name, str(error))
            continue
        waiting.append((source, draft))
        yield Job(draft, run.thread, run.date)


def _after(run: Run, linter: Linter, config: Config, source: Input, checked: Checked) -> Checked:
    """What --fix and --diff do with one result; the result is that of the draft as it is afterwards."""
    before, after = checked.draft.source, checked.report.rewritten
    if run.mode is Mode.DIFF:
        sys.stdout.writelines(unified_diff(source.name, before, after))
    if run.mode is not Mode.FIX:
        return checked
    left = checked
    if checked.draft.locked and summarise([checked.report]).fixable:
        say(f"{source.name}: {checked.draft.locked}")
    if source.path is None:
        sys.stdout.write(after)
    if after != before:
        try:
            if source.path is not None:
                write_draft(source.path, checked.draft, after)
            left = _again(run, linter, source, checked, after)
        except WriteError as error:
            run.could_not(source.name, str(error))
    run.fixed += max(0, len(checked.report.findings) - len(left.report.findings))
    run.failed |= bool(left.report.at_least(config.fail_level))
    return left


def _again(run: Run, linter: Linter, source: Input, checked: Checked, text: str) -> Checked:
    """The report of a draft after its safe suggestions were applied."""
    from highnote.reading import read

    draft = read_input(source, run.stdin_format) if source.path else read(text, run.stdin_format, source.name)
    return Checked(draft, linter.lint(draft, thread=run.thread, date=run.date), checked.fail_level)
