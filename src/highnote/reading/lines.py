"""The lines of a message, with what is known of each before zones are found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from highnote.draft import Kind, Zone
from highnote.reading.traced import Traced

_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\u2028\u2029]")
_MARKS = re.compile(r"[ \t\xa0]{0,3}((?:>[ \t\xa0]?)+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` is `flat.text[start:end]`, without quote marks and without white space at its ends.

    `depth` counts its quote marks. `hard`: it never continues the line above. `kind` and `zone` are set where the
    format says what the line is (a list item in Markdown, a signature in HTML) and where zones were found.
    """

    text: str
    start: int
    end: int
    depth: int = 0
    hard: bool = False
    kind: Kind | None = None
    zone: Zone | None = None
    indent: int = 0

    def cut(self, at: int) -> tuple[Line, Line]:
        """This line as two, cut before `text[at]`; white space at the cut belongs to neither."""
        left, right = self.text[:at].rstrip(), self.text[at:].lstrip()
        return (
            replace(self, text=left, end=self.start + len(left)),
            replace(self, text=right, start=self.end - len(right), hard=True),
        )


@dataclass(frozen=True, slots=True)
class Flat:
    """A message as lines over one traced text."""

    traced: Traced
    lines: tuple[Line, ...]


def split(traced: Traced) -> Flat:
    """Plain text as lines, the `>` marks of quotes counted and left out."""
    text = traced.text
    lines, at = [], 0
    for match in _BREAK.finditer(text):
        lines.append(_line(text, at, match.start()))
        at = match.end()
    if at < len(text):
        lines.append(_line(text, at, len(text)))
    return Flat(traced, tuple(lines))


def _line(text: str, start: int, end: int) -> Line:
    marks = _MARKS.match(text, start, end)
    depth, at = (marks.group(1).count(">"), marks.end()) if marks else (0, start)
    content = text[at:end]
    kept = content.strip()
    indent = len(content) - len(content.lstrip())
    return Line(kept, at + indent, at + indent + len(kept), depth, indent=indent)
