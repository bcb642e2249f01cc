"""Annotations of GitHub Actions: workflow commands that the log turns into notes beside the lines of a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from highnote.finding import Finding, Level
from highnote.reporters.places import Checked, Lines, Results, count, explained, file_of, where_found, why_unreadable

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
MOST = 10
"""Annotations of one kind that GitHub shows for a step; the others stand in the log alone."""


def render(results: Results) -> str:
    """One command a finding, the gravest first, since GitHub shows only the first ones of each kind."""
    findings = [(checked, finding) for checked in results.checked for finding in checked.report.findings]
    findings.sort(key=lambda pair: -pair[1].level.rank)
    lines = {id(checked): Lines.of(checked.draft) for checked, _ in findings}
    commands = [_annotation(checked, finding, lines[id(checked)]) for checked, finding in findings]
    unreadable = [
        _command("error", why_unreadable(report), file=file_of(report), title="highnote: could not be read")
        for report in results.errors
    ]
    counts = Counter(finding.level for _, finding in findings)
    hidden = sum(max(0, number - MOST) for number in counts.values())
    told = [
        _command(
            "notice",
            f"{where_found(results.summary)}. GitHub shows {MOST} of a kind; {count(hidden, 'more finding')} in the log.",
            title="highnote",
        )
    ]
    return "".join(f"{command}\n" for command in [*(told if hidden else ()), *unreadable, *commands])


def _annotation(checked: Checked, finding: Finding, lines: Lines) -> str:
    (line, column), (end_line, end_column) = lines.place(finding.start), lines.place(finding.end)
    place: dict[str, str | int] = {"file": file_of(checked.report), "line": line, "endLine": end_line}
    if line == end_line and finding.end > finding.start:  # columns that count in different lines would be refused
        place |= {"col": column, "endColumn": end_column}
    said = "\n".join(explained(checked, finding))
    return _command(COMMANDS[finding.level], said, **place, title=f"highnote: {finding.rule}")


def _command(name: str, message: str, **properties: str | int) -> str:
    given = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{name} {given}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """Text in which the characters that steer the log are written as per cent and their number."""
    return "".join(_numbered(text, "%\r\n" + more))


def _numbered(text: str, chars: str) -> Iterator[str]:
    for char in text:
        yield f"%{ord(char):02X}" if char in chars else char
