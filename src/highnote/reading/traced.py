"""Text whose every character knows which characters of the source it stands for."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from highnote.draft import Block, Kind, Zone

INVISIBLE = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphen, zero-width space, word joiner, byte order mark: nobody sees them and they would split words."""

_TRIM = re.compile(rf"[\s{INVISIBLE}]*")
_RUN = re.compile(rf"[\s{INVISIBLE}]{{2,}}|[^\S ]|[{INVISIBLE}]")
"""All that is not a lone ordinary space: runs of white space, odd white space, invisible characters."""


@dataclass(frozen=True, slots=True)
class Traced:
    """`text[i]` stands for the characters from `starts[i]` up to `ends[i]` of the source."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def inside(self, outer: Traced) -> Traced:
        """The same text, with offsets that led into `outer.text` leading into the source of `outer`."""
        if isinstance(outer.starts, range) and outer.starts == range(len(outer.text)):
            return self
        starts, ends = outer.starts, outer.ends
        return Traced(
            self.text,
            array("q", (starts[at] for at in self.starts)),
            array("q", (ends[at - 1] for at in self.ends)),
        )


def whole(text: str) -> Traced:
    """The text itself as its own source."""
    return Traced(text, range(len(text)), range(1, len(text) + 1))


class Tracer:
    """Puts a traced text together, piece by piece."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts = array("q")
        self._ends = array("q")

    def add(self, text: str, start: int, end: int) -> None:
        """Add `text`, each character of which stands for the source from `start` up to `end`."""
        self._parts.append(text)
        self._starts.extend([start] * len(text))
        self._ends.extend([end] * len(text))

    def copy(self, text: str, start: int) -> None:
        """Add `text`, which stands in the source as it is, from `start` on."""
        self._parts.append(text)
        self._starts.extend(range(start, start + len(text)))
        self._ends.extend(range(start + 1, start + len(text) + 1))

    def take(self, traced: Traced, start: int, end: int) -> None:
        """Add the characters of `traced` from `start` up to `end`."""
        self._parts.append(traced.text[start:end])
        self._starts.extend(traced.starts[start:end])
        self._ends.extend(traced.ends[start:end])

    def __len__(self) -> int:
        return len(self._starts)

    def done(self) -> Traced:
        """What was put together."""
        return Traced("".join(self._parts), self._starts, self._ends)


def fold(traced: Traced, pieces: Iterable[tuple[int, int]], zone: Zone, kind: Kind) -> Block | None:
    """The block that consists of `pieces` (spans of `traced.text`, in order) joined by single spaces.

    Runs of white space become one space, invisible characters go. None when nothing visible is left.
    """
    tracer = Tracer()
    last = -1
    for start, end in pieces:
        first, end = _trim(traced.text, start, end)
        if first == end:
            continue
        if last >= 0:
            tracer.add(" ", traced.starts[last], traced.ends[first - 1])
        _fold_piece(traced, first, end, tracer)
        last = end
    if not len(tracer):
        return None
    done = tracer.done()
    return Block(done.text, done.starts, done.ends, zone, kind)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    match = _TRIM.match(text, start, end)
    start = match.end() if match else start
    kept = text[start:end].rstrip()
    while kept and kept[-1] in INVISIBLE:
        kept = kept.rstrip(INVISIBLE).rstrip()
    return start, start + len(kept)


def _fold_piece(traced: Traced, start: int, end: int, tracer: Tracer) -> None:
    at = start
    for match in _RUN.finditer(traced.text, start, end):
        tracer.take(traced, at, match.start())
        if not match.group().isspace() and not match.group().strip(INVISIBLE):
            at = match.end()
            continue
        if match.group().strip(INVISIBLE):
            tracer.add(" ", traced.starts[match.start()], traced.ends[match.end() - 1])
        at = match.end()
    tracer.take(traced, at, end)
