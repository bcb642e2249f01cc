"""The report as GitHub-flavoured Markdown: for the comment on a pull request and for the summary page of a job.

What comes from drafts stands in code, or is escaped: it cannot format the page, link, or call people by their @name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from highnote.draft import Draft
from highnote.finding import Finding, Level
from highnote.reporters.places import (
    Checked,
    Lines,
    Results,
    before_and_after,
    by_level,
    count,
    flagged,
    printable,
    shortened,
    title,
    where_found,
    why_unreadable,
)

MAX_COMMENT = 60_000
"""Characters of a report: a comment on GitHub holds 65,536."""
MAX_ROWS = 200
"""Findings in the table of a summary page, which holds 1 MiB for all steps of a job."""
MARKS = {Level.ERROR: "🔴", Level.WARNING: "🟠", Level.INFO: "🔵"}


def render(results: Results) -> str:
    """The findings by draft, each with its reason and rewrite, folded away under the draft's name."""
    parts = [_heading(results)]
    told: set[str] = set()
    left_out = 0
    for checked in results.checked:
        if checked.report.findings:
            part = _draft(checked, told)
            fits = left_out == 0 and sum(map(len, parts)) + len(part) < MAX_COMMENT
            parts += [part] if fits else []
            left_out += 0 if fits else len(checked.report.findings)
    if left_out:
        parts.append(f"… and {count(left_out, 'more finding')}: see the whole report.\n")
    return "\n".join([*parts, *_errors(results)])


def summary(results: Results) -> str:
    """The findings as one table."""
    rows = [row for checked in results.checked for row in _rows(checked)]
    table = ["| draft | level | rule | what |", "| --- | --- | --- | --- |", *rows[:MAX_ROWS]] if rows else []
    if len(rows) > MAX_ROWS:
        table.append(f"\n… and {count(len(rows) - MAX_ROWS, 'more finding')}.")
    return "\n".join([_heading(results), *(f"{row}\n" for row in ["\n".join(table)] if row), *_errors(results)]) + "\n"


def _heading(results: Results) -> str:
    return f"## highnote: {where_found(results.summary)}\n"


def _rows(checked: Checked) -> Iterator[str]:
    lines = Lines.of(checked.draft) if checked.report.findings else None
    for finding in checked.report.findings:
        place = title(checked.report)
        if lines is not None and finding.end > finding.start:
            place += f":{lines.place(finding.start)[0]}"
        said = " ".join(finding.message.split())
        yield f"| {_cell(_code(place))} | {_level(finding)} | {_code(finding.rule)} | {_cell(_escaped(said))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _level(finding: Finding) -> str:
    return f"{MARKS[finding.level]} {finding.level.value}"


def _errors(results: Results) -> Iterator[str]:
    if results.errors:
        yield f"### {count(len(results.errors), 'input')} could not be read\n"
        yield "".join(f"- {_code(report.name)}: {_escaped(why_unreadable(report))}\n" for report in results.errors)


def _draft(checked: Checked, told: set[str]) -> str:
    """One draft: its places, each with what the rules say; `told` holds the rules whose reason has been given."""
    report, lines = checked.report, Lines.of(checked.draft)
    parts = [
        f"<details open><summary><b>{_html(title(report))}</b>: {by_level(Results([checked]).summary)}</summary>\n"
    ]
    findings = sorted(report.findings, key=lambda finding: finding.end > finding.start)
    for (start, end), group in groupby(findings, key=lambda finding: (finding.start, finding.end)):
        place = f"line {lines.place(start)[0]}: {_code(shortened(flagged(checked.draft, start, end)))}"
        parts.append(f"{place if end > start else 'the whole draft'}\n")
        parts += [_finding(finding, checked.draft, told) for finding in group]
    return "\n".join([*parts, "</details>\n"])


def _finding(finding: Finding, draft: Draft, told: set[str]) -> str:
    said = [f"- {_level(finding)} {_code(finding.rule)} {_escaped(' '.join(finding.message.split()))}"]
    if finding.rule not in told:
        said.append(f"  <br>*Why:* {_escaped(' '.join(finding.why.split()))}")
        told.add(finding.rule)
    if finding.evidence is not None:
        said.append(f"  <br>*In the thread:* {_escaped(shortened(finding.evidence.text))}")
    for suggestion in finding.suggestions[:1]:
        pairs = before_and_after(draft, suggestion)
        if not pairs:
            said.append(f"  <br>*Hint:* {_escaped(suggestion.label)}")
            continue
        said.append(f"  <br>*{'Instead' if suggestion.safe else 'For example'} ({_escaped(suggestion.label)}):*\n")
        rows = [f"{sign} {printable(text)}" for pair in pairs for sign, text in zip("-+", pair, strict=True) if text]
        said.append("\n".join(f"  {row}" for row in _fenced("\n".join(rows), "diff").splitlines()))
    return "\n".join(said) + "\n"


def _fenced(text: str, language: str = "") -> str:
    """A block of code that no row of backticks in it can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    """Text in a line, as code."""
    shown = " ".join(printable(text).split())
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if "`" in shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _html(text: str) -> str:
    return _nameless(escape(printable(text), quote=False))


def _escaped(text: str) -> str:
    """Text in which nothing formats, links, or calls anybody."""
    return _nameless(re.sub(r"[\\`*_{}\[\]()!|<>~$&]", lambda match: f"\\{match[0]}", printable(text)))


def _nameless(text: str) -> str:
    """Text in which no @name, no #number and no address is seen as one."""
    return re.sub(r"[@#]|:(?=//)|www(?=\.)", lambda match: f"{match[0]}<!-- -->", text)
