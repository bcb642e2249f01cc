"""What every reporter needs: lines and columns, the counts of a run, and a suggestion as text before and after."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from highnote.draft import Block, Draft, Origin
from highnote.finding import Edit, Finding, Level, Model, Report, Suggestion

if TYPE_CHECKING:
    from highnote.rule import Rule

LINE_BREAK = re.compile(r"\r\n|\r|\n")
SENTENCE_BREAK = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft and what was found in it; reporters take these. `fail_level` is the lowest level that does not pass."""

    draft: Draft
    report: Report
    fail_level: Level = Level.WARNING


@dataclass(frozen=True, slots=True)
class Results:
    """All that came of a run, in the order of its inputs: what a reporter turns into text.

    `errors` are the reports of inputs that could not be read; `rules` are those that may be explained, by identifier.
    """

    checked: Sequence[Checked] = ()
    errors: Sequence[Report] = ()
    version: str = ""
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def summary(self) -> Summary:
        """The counts."""
        return summarise([*(one.report for one in self.checked), *self.errors])


class Summary(Model):
    """The counts of a run: drafts read, drafts with findings, findings by level, findings that `--fix` mends."""

    drafts: int = 0
    drafts_with_findings: int = 0
    unreadable: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    fixable: int = 0

    @property
    def findings(self) -> int:
        """All findings, whatever their level."""
        return self.errors + self.warnings + self.infos

    def __add__(self, other: Summary) -> Summary:
        return Summary(**{name: getattr(self, name) + getattr(other, name) for name in Summary.model_fields})


def summarise(reports: Iterable[Report]) -> Summary:
    """Count what the reports hold; a report with an error counts as unreadable."""
    counts = dict.fromkeys(Summary.model_fields, 0)
    for report in reports:
        if report.error is not None:
            counts["unreadable"] += 1
            continue
        counts["drafts"] += 1
        counts["drafts_with_findings"] += bool(report.findings)
        for finding in report.findings:
            counts[f"{finding.level.value}s"] += 1
            counts["fixable"] += any(suggestion.safe for suggestion in finding.suggestions)
    return Summary(**counts)


class Lines:
    """The lines of a draft's source, found by offset; lines and columns count from 1, columns in code points.

    Where the draft is one entry of a file, `place` tells the place in the file.
    """

    def __init__(self, text: str, origin: Origin | None = None) -> None:
        breaks = list(LINE_BREAK.finditer(text))
        self.text = text
        self._origin = origin
        self._starts = [0, *(match.end() for match in breaks)]
        self._ends = [*(match.start() for match in breaks), len(text)]

    @classmethod
    def of(cls, draft: Draft) -> Lines:
        """The lines of a draft."""
        return cls(draft.source, draft.origin)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character, in the file."""
        return self.within(offset) if self._origin is None else self._origin.place(offset)

    def within(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character, in the draft's own source."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def bounds(self, line: int) -> tuple[int, int]:
        """Where a line begins and ends, without its line break."""
        return self._starts[line - 1], self._ends[line - 1]


def sentence_at(draft: Draft, start: int, end: int) -> tuple[str, int, int] | None:
    """The prose of the sentences around a span of the source, and where the span lies in that text.

    None where the source itself can be read: where it shows the span's words as they are, and in an e-mail, whose
    lines may be encoded, the whole paragraph.
    """
    block = _block_at(draft, start, end)
    if block is None:
        return None
    seen = (0, len(block.text)) if draft.rewrite is not None else local_span(block, start, end)
    return None if _reads_the_same(draft, block, *seen) else _prose(block, start, end)


def prose_at(draft: Draft, start: int, end: int) -> str:
    """The sentences around a span of the source as a reader sees them; empty for an empty span and outside prose."""
    block = _block_at(draft, start, end) if start < end else None
    return "" if block is None else _tidy(_prose(block, start, end)[0])


def _block_at(draft: Draft, start: int, end: int) -> Block | None:
    """The block that holds a span of the source."""
    return next((b for b in draft.blocks if b.text and b.starts[0] <= start and end <= b.ends[-1]), None)


def _prose(block: Block, start: int, end: int) -> tuple[str, int, int]:
    """The sentences of a block around a span of the source, and where the span lies in them."""
    first, last = local_span(block, start, end)
    left, right = _sentences(block.text, first, last)
    return block.text[left:right].rstrip(), first - left, last - left


def _reads_the_same(draft: Draft, block: Block, first: int, last: int) -> bool:
    """Whether the source of `block.text[first:last]` is that text, white space aside."""
    start, end = block.source_span(first, last)
    return block.written(first, last).split() == draft.source[start:end].split()


def flagged(draft: Draft, start: int, end: int) -> str:
    """The words of a span as they are read, on one line."""
    prose = sentence_at(draft, start, end)
    return _tidy(draft.source[start:end] if prose is None else prose[0][prose[1] : prose[2]])


def shortened(text: str, most: int = 160) -> str:
    """Text on one line, its middle left out where it is long."""
    line = _tidy(text)
    return line if len(line) <= most else f"{line[: most // 2].rstrip()} … {line[-most // 2 :].lstrip()}"


def before_and_after(draft: Draft, suggestion: Suggestion) -> list[tuple[str, str]]:
    """The sentences that a suggestion changes, each as read before and after; either may be empty."""
    pairs: list[tuple[str, str]] = []
    rest = list(suggestion.edits)
    for block in draft.blocks:
        if not block.text:
            continue
        touching = [edit for edit in rest if _touches(block, edit)]
        rest = [edit for edit in rest if not (edit in touching and _inside(block, edit))]
        pairs += _changed(block, touching)
    added = [("", edit.text.strip()) for edit in rest if not any(_touches(block, edit) for block in draft.blocks)]
    return [(old, new) for old, new in [*pairs, *added] if old != new]


def _touches(block: Block, edit: Edit) -> bool:
    if not block.text:
        return False
    start, end = block.starts[0], block.ends[-1]
    return start <= edit.start <= end if edit.start == edit.end else edit.start < end and start < edit.end


def _inside(block: Block, edit: Edit) -> bool:
    return block.starts[0] <= edit.start and edit.end <= block.ends[-1]


def _changed(block: Block, edits: Sequence[Edit]) -> list[tuple[str, str]]:
    """The changed sentences of one block; sentences next to each other come as one."""
    local = sorted((*local_span(block, edit.start, edit.end), edit.text) for edit in edits)
    regions: list[tuple[int, int]] = []
    for first, last, _ in local:
        left, right = _sentences(block.text, first, last)
        if regions and left <= regions[-1][1]:
            left, right = regions[-1][0], max(right, regions.pop()[1])
        regions.append((left, right))
    pairs = []
    for left, right in regions:
        new, at = "", left
        for first, last, text in local:
            if left <= first and last <= right and first >= at:
                new, at = new + block.written(at, first) + text, last
        pairs.append((_tidy(block.written(left, right)), _tidy(new + block.written(at, right))))
    return pairs


def local_span(block: Block, start: int, end: int) -> tuple[int, int]:
    """The span of the block's text that stands for a span of the source (cut off at the block's ends)."""
    first = bisect_right(block.ends, start)
    return first, max(first, bisect_left(block.starts, end))


def _sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the whole sentences that hold `text[start:end]`."""
    breaks = [match.end() for match in SENTENCE_BREAK.finditer(text)]
    left = max((at for at in breaks if at <= start), default=0)
    right = min((at for at in breaks if at >= end and at > left), default=len(text))
    return left, right


def _tidy(text: str) -> str:
    return " ".join(text.split())


def count(number: int, word: str) -> str:
    """A number with its word: "1 draft", "2 drafts"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def by_level(summary: Summary) -> str:
    """The counts by level in words: "3 errors, 2 warnings"."""
    names = {Level.ERROR: summary.errors, Level.WARNING: summary.warnings, Level.INFO: summary.infos}
    words = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "suggestion"}
    return ", ".join(count(number, words[level]) for level, number in names.items() if number)


def title(report: Report) -> str:
    """What a draft is called: its file, and its own name where the file holds several."""
    return f"{report.name}: {report.entry}" if report.entry else report.name


def file_of(report: Report) -> str:
    """The file that a draft comes from, as CI systems write it: with slashes."""
    return PurePath(report.name).as_posix()


def where_found(summary: Summary, *, after_fix: bool = False) -> str:
    """The result of a run in words: "3 errors in 2 of 5 drafts", "Nothing to mend in 5 drafts"."""
    if not summary.drafts:
        return "No draft was read"
    if not summary.findings:
        what = "this draft" if summary.drafts == 1 else f"{summary.drafts} drafts"
        return f"Nothing {'else ' if after_fix else ''}to mend in {what}"
    where = "" if summary.drafts == 1 else f" in {summary.drafts_with_findings} of {summary.drafts} drafts"
    return f"{by_level(summary)}{' left' if after_fix else ''}{where}"


def why_unreadable(report: Report) -> str:
    """Why an input could not be read, without its name."""
    said = report.error or "could not be read."
    return said.removeprefix(report.name).lstrip(": ")


def instead(draft: Draft, finding: Finding) -> str | None:
    """What to write instead, in a sentence or two: the first suggestion as the text after it, or its hint."""
    for suggestion in finding.suggestions:
        pairs = before_and_after(draft, suggestion)
        new = " ".join(after for _, after in pairs if after)
        if not pairs:
            return f"Hint: {suggestion.label}"
        if not new:
            return f"Instead: take out “{' '.join(old for old, _ in pairs)}”"
        return f"{'Instead' if suggestion.safe else 'For example'} ({suggestion.label}): {new}"
    return None


def explained(checked: Checked, finding: Finding, *, why: bool = True) -> list[str]:
    """A finding in lines of plain text: its message, its reason, its evidence, what to write instead."""
    lines = [finding.message, f"Why: {finding.why}" if why else ""]
    if finding.evidence is not None:
        lines.append(f"In the thread: “{shortened(finding.evidence.text)}”")
    lines.append(instead(checked.draft, finding) or "")
    return [printable(_tidy(line)) for line in lines if line]


def printable(text: str) -> str:
    """Text with its control characters made visible."""
    return text if text.isprintable() else "".join(map(visible, text))


def visible(char: str) -> str:
    """A character that terminals, pages and XML can be trusted with: control characters of a draft become symbols."""
    if char in "\n\t" or " " <= char < "\x7f" or char >= "\xa0":
        return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" or char in "\ufffe\uffff" else char
    return "␡" if char == "\x7f" else chr(0x2400 + ord(char)) if char < " " else "\N{REPLACEMENT CHARACTER}"
