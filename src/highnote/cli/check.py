"""`highnote check`: lint drafts, report what was found, mend what can be mended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from highnote import __version__, reporters
from highnote.cache import Cache
from highnote.cli.baselines import baseline_to_write, open_baselines, recorded, tell_stale, write
from highnote.cli.common import Colour, Settings, Status, console, fail, known_rules, names, say, width_of
from highnote.cli.inputs import Input, find_inputs
from highnote.cli.outputs import append_summary, parse_outputs, summary_page, write_outputs
from highnote.cli.run import Mode, Run, lint_inputs, suitable_processes
from highnote.finding import Level
from highnote.reporters import Format
from highnote.reporters import text as text_report
from highnote.reporters.places import Checked, Results

if TYPE_CHECKING:
    from highnote.finding import Message
    from highnote.rule import Rule


class DraftFormat(str, Enum):
    """What stdin holds."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    EMAIL = "email"


class Template(str, Enum):
    """Template languages."""

    LIQUID = "liquid"
    JINJA = "jinja"
    HANDLEBARS = "handlebars"
    ERB = "erb"
    FIELDS = "fields"


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
    grammar: Annotated[
        bool | None, typer.Option("--grammar/--no-grammar", help="Spelling and grammar too, from LanguageTool.")
    ] = None,
    thread: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The messages before: mbox, .eml, folder of .eml, JSON lines or plain text."),
    ] = None,
    ours: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="An address, domain or name that is us in the thread; may be repeated."),
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="ISO", help="When the reply goes out, such as 2026-05-31.")
    ] = None,
    template: Annotated[
        Template | None,
        typer.Option(metavar="LANGUAGE", help="Read as templates: liquid, jinja, handlebars, erb or fields."),
    ] = None,
    text_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The field or column of an export that holds the draft.")
    ] = None,
    thread_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The field or column that holds the customer's message.")
    ] = None,
    format: Annotated[
        Format,
        typer.Option(
            metavar="FORMAT", help="Report on stdout: text, json, sarif, github, gitlab, junit, html, markdown."
        ),
    ] = Format.TEXT,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FORMAT=FILE", help="A report in a file too, such as sarif=out.sarif."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Leave out the known findings that this file holds.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all findings to this file, as known from now on.")
    ] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Remember reports here, not in your cache folder.")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep reports of earlier runs.")] = False,
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
    """Read drafts and say what would upset the customer, why, and what to write instead.

    [bold]Examples[/bold]

    [cyan]highnote check reply.eml[/cyan]            an e-mail: its quoted part is the thread
    [cyan]highnote check - --thread t.mbox[/cyan]    a reply from stdin, the messages before it
    [cyan]highnote check macros/ -o html=a.html[/cyan]        reports in files too
    [cyan]highnote check macros/ --write-baseline b.json[/cyan]  only new findings count
    """
    if fix and diff:
        fail("--fix writes and --diff does not: use one of them.")
    if diff and format is not Format.TEXT:
        fail(f"--diff prints a diff, not {format.value}: leave one of them out, or write the report with --output.")
    outputs, page = parse_outputs(output), summary_page()
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
        "grammar": grammar,
        "min_confidence": min_confidence,
        "template": template.value if template else None,
        "text_column": text_column,
        "thread_column": thread_column,
        "baseline": baseline,
    }
    cache = None if no_cache or thread or date or mode is not Mode.REPORT else Cache(cache_dir)
    settings = Settings(config, rules or (), changes, cache)
    run = Run(
        settings=settings,
        mode=mode,
        stdin_format=stdin_format.value,
        thread=_thread(thread, settings, ours or (), inputs),
        date=_date(date),
        processes=min(processes, len(inputs)) if processes else suitable_processes(len(inputs)),
        cache=cache,
    )
    for one in inputs or [Input("", None)]:  # a wrong configuration is said before anything is read
        run.settings.for_folder(one.folder)
    known = baseline_to_write(write_baseline) if write_baseline else None
    run.baselines = {} if known else open_baselines(run.settings)
    for report in missing:
        run.could_not(report.name, report.error or "")
    for folder in empty:
        say(
            f"{folder}: no drafts here. A folder's drafts end in .txt, .md, .html, .eml or a template's suffix; name exports."
        )
    forms = {format, *(one.format for one in outputs)}
    with closing(cache) if cache else nullcontext():
        checks = lint_inputs(run, inputs, report_console)
        if known is not None:
            checks = recorded(checks, known)
        elif format is Format.TEXT:
            style = text_report.Style(width_of(report_console), verbose, scorecard)
            checks = _printed(checks, run, report_console, style)
        if outputs or page or format is not Format.TEXT:
            results = Results(list(checks), run.errors, __version__, _rules(run, forms))
            if format is not Format.TEXT:
                report_console.file.write(reporters.render(format, results))
            write_outputs(outputs, results)
            if page is not None:
                append_summary(page, results)
        else:
            deque(checks, maxlen=0)  # as they come: a million drafts need no memory
    if known is not None:
        write(known)
        raise typer.Exit(Status.UNREADABLE if run.errors else Status.FINE)
    tell_stale(run.baselines, run.settings)
    raise typer.Exit(run.status)


def _printed(checks: Iterable[Checked], run: Run, out: Console, style: text_report.Style) -> Iterator[Checked]:
    """Print each draft's block as it comes, then the summary."""
    first = True
    for checked in checks:
        block = text_report.draft_block(checked, style)
        if block is not None and run.mode is not Mode.DIFF:
            out.print(block if first else Text("\n") + block, end="")
            first = False
        yield checked
    total = run.total.model_copy(update={"unreadable": len(run.errors)})
    if not first:
        out.print()
    out.print(text_report.closing_line(total, fixed=run.fixed, fix_offered=run.mode is Mode.REPORT))


def _rules(run: Run, forms: Iterable[Format]) -> dict[str, Rule]:
    """The rules that were used, for the forms that explain them."""
    if not {Format.SARIF, Format.HTML}.intersection(forms):
        return {}
    return {rule.id: rule for config in run.settings.configs for rule in known_rules(config.rules)}


def _thread(file: Path | None, settings: Settings, ours: Sequence[str], inputs: Sequence[Input]) -> Sequence[Message]:
    """The messages of the thread file. Who is us, the option and the configuration of the working folder say; else the
    writers of the drafts that are e-mails are."""
    if file is None:
        return ()
    from highnote.thread import ThreadError, read_thread, sender_of

    mails = (one.path for one in inputs if one.path is not None and one.path.suffix.lower() == ".eml")
    try:
        return read_thread(
            file, (*settings.for_folder(Path.cwd()).ours, *ours), tuple(filter(None, map(sender_of, mails)))
        )
    except ThreadError as error:
        fail(str(error))


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in "Zz" else text)
    except ValueError:
        fail(f"“{text}” is no date. Write it like 2026-05-31 or 2026-05-31T14:30.")
