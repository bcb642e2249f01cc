"""The report for people: the line with its span underlined, one kind sentence, the why, and the mend as a diff line."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from itertools import groupby

from rich.cells import cell_len
from rich.text import Text

from highnote.finding import Finding, Level, Mark, Report, Scorecard, Suggestion
from highnote.reporters.places import (
    Checked,
    Lines,
    Results,
    Summary,
    before_and_after,
    count,
    printable,
    sentence_at,
    visible,
    where_found,
    why_unreadable,
)

STYLES = {Level.ERROR: "bold red", Level.WARNING: "bold yellow", Level.INFO: "bold cyan"}
MOST_LINES = 4
"""How many source lines of one finding are shown."""


@dataclass(slots=True)
class Style:
    """How the report is written: its width in cells, all that is known or the short form, and which ticks."""

    width: int = 100
    verbose: bool = False
    scorecard: bool = False
    ticks: tuple[str, str, str] = ("✓", "✗", "–")
    told: set[str] = field(default_factory=set)
    """Rules whose why, and hints, that have been printed in this run."""


def draft_block(checked: Checked, style: Style) -> Text | None:
    """Everything about one draft, ending in a line break; None when there is nothing to say."""
    report = checked.report
    lines = Lines.of(checked.draft)
    parts = []
    findings = sorted(report.findings, key=lambda finding: finding.end > finding.start)  # the whole draft comes first
    for _, group in groupby(findings, key=lambda finding: (finding.start, finding.end)):
        parts.append(_place(list(group), checked, lines, style))
    if style.scorecard and report.scorecard is not None:
        parts.append(_scorecard(report.name, report.scorecard, style))
    return Text("\n").join(parts) if parts else None


def render(results: Results) -> str:
    """The whole report without colours, as it goes into a file."""
    style = Style()
    blocks = [block.plain for one in results.checked if (block := draft_block(one, style)) is not None]
    errors = [f"{printable(f'{report.name}: {why_unreadable(report)}')}\n" for report in results.errors]
    return "\n".join([*blocks, *errors, f"{closing_line(results.summary).plain}\n"])


def closing_line(summary: Summary, *, fixed: int = 0, fix_offered: bool = True) -> Text:
    """The summary of a run; `fixed` counts the findings that `--fix` has mended."""
    said = Text(f"Mended {count(fixed, 'finding')}. " if fixed else "")
    said.append(where_found(summary, after_fix=bool(fixed)), style="bold" if summary.findings else "bold green")
    if summary.fixable and fix_offered:
        can = "can be mended with --fix" if summary.findings > 1 else "--fix mends it"
        said.append(f"; {summary.fixable} {can}" if summary.findings > 1 else f"; {can}")
    said.append(".")
    if summary.unreadable and summary.drafts:
        said.append(f" {count(summary.unreadable, 'input')} could not be read.", style="bold red")
    return said


def _place(findings: list[Finding], checked: Checked, lines: Lines, style: Style) -> Text:
    """The findings on one place: the source once, then what each rule has to say."""
    said = Text()
    offered: list[list[tuple[str, str]]] = []
    for index, finding in enumerate(findings):
        said.append_text(_heading(finding, checked.report, lines, style))
        if index == 0 and finding.end > finding.start:
            said.append_text(_excerpt(finding, checked, lines, style))
        said.append(_wrapped(finding.message, style))
        said.append_text(_why(finding, style))
        if style.verbose:
            said.append_text(_judged(finding, style))
        if finding.evidence is not None:
            said.append(_wrapped(f"In the thread: “{printable(' '.join(finding.evidence.text.split()))}”", style))
        for suggestion in finding.suggestions if style.verbose else finding.suggestions[:1]:
            pairs = before_and_after(checked.draft, suggestion)
            if not pairs:
                said.append(_hint(suggestion, style))
            elif pairs not in offered:
                offered.append(pairs)
                said.append_text(_diff(suggestion, pairs, style))
    return said


def _heading(finding: Finding, report: Report, lines: Lines, style: Style) -> Text:
    line, column = lines.place(finding.start)
    name = printable(report.name)
    place = f"{name}:{line}:{column}" if finding.end > finding.start else f"{name}:{line}" if report.entry else name
    said = Text.assemble(
        (place, "bold"), ": ", (finding.level.value, STYLES[finding.level]), " ", (finding.rule, STYLES[finding.level])
    )
    if report.entry:
        said.append(f" in “{printable(report.entry)}”")
    if style.verbose:
        said.append(f" ({finding.origin}, confidence {finding.confidence:.2f})", style="dim")
    return said.append("\n")


def _excerpt(finding: Finding, checked: Checked, lines: Lines, style: Style) -> Text:
    """The source lines of the finding, numbered and underlined; in encoded mail the sentence as the reader sees it."""
    first, last = lines.within(finding.start)[0], lines.within(max(finding.start, finding.end - 1))[0]
    rows: list[tuple[str, str, int, int]] = []
    prose = sentence_at(checked.draft, finding.start, finding.end)
    if prose is not None:
        rows.append((str(lines.place(finding.start)[0]), *prose))
    else:
        for line in range(first, last + 1):
            start, end = lines.bounds(line)
            span = max(finding.start, start) - start, min(finding.end, end) - start
            rows.append((str(lines.place(start)[0]), lines.text[start:end], *span))
    left_out = len(rows) - MOST_LINES
    if left_out > 0:
        rows = rows[: MOST_LINES - 1] + rows[-1:]
    gutter = max(len(number) for number, *_ in rows) + 2
    said = Text()
    for index, (number, text, start, end) in enumerate(rows):
        if left_out > 0 and index == MOST_LINES - 1:
            said.append(f"{' ' * gutter} | ({count(left_out, 'more line')})\n", style="dim")
        shown, before, width = _underlined(text, start, end, style.width - gutter - 3)
        said.append(f"{number:>{gutter}} | ", style="dim").append(f"{shown}\n")
        if width:
            said.append(f"{'':>{gutter}} | ", style="dim")
            said.append(f"{' ' * before}{'^' * width}\n", style=STYLES[finding.level])
    return said


def _underlined(text: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """A line as it is shown in `width` cells, and where its underline begins and how long it is, in cells.

    A line that is too long is cropped around the span; tabs and control characters are made visible or blank.
    """
    blanks = len(text[start:end]) - len(text[start:end].lstrip())
    start, end = start + blanks, start + max(blanks, len(text[start:end].rstrip()))
    cells = ["    " if char == "\t" else visible(char) for char in text]
    left, right = 0, len(cells)
    if cell_len("".join(cells)) > width:
        while left < start and cell_len("".join(cells[left:start])) > width // 3:
            left += 1
        while right > left + 1 and cell_len("".join(cells[left:right])) > width - 2:
            right -= 1
    head, tail = "…" if left else "", "…" if right < len(cells) else ""
    end = min(end, right)
    before = cell_len(head + "".join(cells[left:start]))
    return head + "".join(cells[left:right]) + tail, before, max(cell_len("".join(cells[start:end])), 1)


def _why(finding: Finding, style: Style) -> Text:
    """The reason: in full or its first sentence; a rule that has been explained in this run only gets a pointer."""
    if finding.rule in style.told:
        return Text(_wrapped(f"Why: `highnote explain {finding.rule}`", style), style="dim")
    style.told.add(finding.rule)
    why = " ".join(re.sub(r"\*(\S[^*]*)\*", r"\1", finding.why).split())
    short = re.split(r"(?<=[.!?])[”\")]?\s+(?=[A-Z“\"(])", why)[0]
    return Text(_wrapped(f"Why: {why if style.verbose else short}", style), style="dim")


def _judged(finding: Finding, style: Style) -> Text:
    """Why the judge let the finding stand."""
    if not finding.threshold and not finding.reasons:
        return Text(_wrapped("Kept: left to its patterns.", style), style="dim")
    sure = f"Kept: confidence {finding.confidence:.2f}, at least {finding.threshold:.2f} is asked for"
    because = f"; for it speak {', '.join(finding.reasons)}" if finding.reasons else ""
    return Text(_wrapped(printable(f"{sure}{because}."), style), style="dim")


def _hint(suggestion: Suggestion, style: Style) -> str:
    """A suggestion without edits, the first time that it is made in this run."""
    if suggestion.label in style.told:
        return ""
    style.told.add(suggestion.label)
    return _wrapped(f"Hint: {suggestion.label}", style)


def _diff(suggestion: Suggestion, pairs: list[tuple[str, str]], style: Style) -> Text:
    said = Text(_wrapped(f"{'Instead' if suggestion.safe else 'For example'} ({suggestion.label}):", style))
    for old, new in pairs:
        if old:
            said.append(_wrapped(printable(old), style, sign="- "), style="red")
        if new:
            said.append(_wrapped(printable(new), style, sign="+ "), style="green")
    return said


def _scorecard(name: str, card: Scorecard, style: Style) -> Text:
    """One line of ticks; in the long form each with the sentence that shows it."""
    answered = f"answered {card.questions_answered} of {card.questions}" if card.questions else "answered"
    marks = {
        "acknowledged": card.acknowledged,
        "apologised": card.apologised,
        "owned": card.owned,
        answered: card.answered,
        "resolved": card.resolved,
        "dated": card.dated,
        "choice": card.choice,
        "high note": card.high_note,
    }
    said = Text(f"{printable(name)}: ", style="bold")
    said.append_text(Text("  ").join(_tick(word, mark, style) for word, mark in marks.items())).append("\n")
    if style.verbose:
        for word, mark in marks.items():
            if mark.text:
                said.append(_wrapped(f"{word}: “{printable(' '.join(mark.text.split()))}”", style), style="dim")
    return said


def _tick(word: str, mark: Mark, style: Style) -> Text:
    tick, colour = {
        True: (style.ticks[0], "green"),
        False: (style.ticks[1], "red"),
        None: (style.ticks[2], "dim"),
    }[mark.done]
    return Text(f"{tick} {word}", style=colour)


def _wrapped(text: str, style: Style, *, sign: str = "") -> str:
    indent = f"  {sign}"
    return (
        textwrap.fill(
            printable(text),
            width=max(style.width, 40),
            initial_indent=indent,
            subsequent_indent=" " * len(indent),
            break_long_words=False,
            break_on_hyphens=False,
        )
        + "\n"
    )
