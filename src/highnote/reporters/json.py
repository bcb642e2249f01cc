"""The JSON form of a run: a versioned contract, whose schema `highnote schema report` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from highnote.draft import Draft
from highnote.finding import REPORT_VERSION, Finding, Model, Report, Scorecard
from highnote.reporters.places import Checked, Lines, Results, Summary, before_and_after, prose_at, summarise


class Tool(Model):
    """Who wrote the report."""

    name: Literal["highnote"] = "highnote"
    version: str


class Rewrite(Model):
    """A sentence as a reader sees it, before and after the edits of a suggestion; either may be empty."""

    before: str
    after: str


class PlacedFinding(Finding):
    """A finding with its lines and columns (from 1, columns in code points; the end is the place after the span).

    For whoever shows it without the draft at hand (a mail's lines may be encoded): `sentence` is the sentence around
    it, and `rewrites[n]` the sentences that `suggestions[n]` changes.
    """

    line: int = Field(ge=1)
    column: int = Field(ge=1)
    end_line: int = Field(ge=1)
    end_column: int = Field(ge=1)
    sentence: str = ""
    rewrites: tuple[tuple[Rewrite, ...], ...] = ()


class DraftReport(Model):
    """One draft: its findings, its scorecard, and its text after the safe suggestions where they change it.

    `passes`: no finding is at or above the fail level of its configuration.
    """

    name: str
    passes: bool = True
    findings: tuple[PlacedFinding, ...] = ()
    scorecard: Scorecard | None = None
    rewritten: str | None = None


class InputError(Model):
    """An input that could not be read, and why."""

    name: str
    message: str


class RunReport(Model):
    """All drafts of one run, in the order in which they were given."""

    version: int = REPORT_VERSION
    tool: Tool
    drafts: tuple[DraftReport, ...] = ()
    errors: tuple[InputError, ...] = ()
    summary: Summary = Summary()


def run_report(checked: Sequence[Checked], errors: Sequence[Report], *, version: str) -> RunReport:
    """The whole run as one model; `errors` are the reports of inputs that could not be read."""
    return RunReport(
        tool=Tool(version=version),
        drafts=tuple(_draft(one) for one in checked),
        errors=tuple(InputError(name=report.name, message=report.error or "") for report in errors),
        summary=summarise([*(one.report for one in checked), *errors]),
    )


def render(results: Results) -> str:
    """The run as JSON text, indented, with a line break at the end."""
    data = run_report(results.checked, results.errors, version=results.version).model_dump(mode="json")
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _draft(checked: Checked) -> DraftReport:
    report, lines = checked.report, Lines.of(checked.draft)
    return DraftReport(
        name=report.name,
        passes=not report.at_least(checked.fail_level),
        findings=tuple(_placed(finding, checked.draft, lines) for finding in report.findings),
        scorecard=report.scorecard,
        rewritten=report.rewritten if report.rewritten != checked.draft.source else None,
    )


def _placed(finding: Finding, draft: Draft, lines: Lines) -> PlacedFinding:
    (line, column), (end_line, end_column) = lines.place(finding.start), lines.place(finding.end)
    fields = {name: getattr(finding, name) for name in Finding.model_fields}
    return PlacedFinding(
        **fields,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        sentence=prose_at(draft, finding.start, finding.end),
        rewrites=tuple(
            tuple(Rewrite(before=old, after=new) for old, new in before_and_after(draft, suggestion))
            for suggestion in finding.suggestions
        ),
    )
