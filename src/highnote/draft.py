"""A draft as the linter sees it: blocks of unwrapped prose, each in a zone, every character traced to its source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from highnote.finding import Edit, Message

TemplateName = Literal["liquid", "jinja", "handlebars", "erb", "fields"]
"""Template languages; `fields` are simple merge fields such as `[First Name]` and `%name%`."""


class Zone(str, Enum):
    """A part of a message."""

    GREETING = "greeting"
    BODY = "body"
    CLOSING = "closing"
    SIGNATURE = "signature"
    QUOTE = "quote"


class Kind(str, Enum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or heading, its lines joined by single spaces.

    `starts[i]` and `ends[i]` bound the source characters that stand for `text[i]` (an HTML entity or an encoded
    character is several source characters; a line break with its indent is one space). `slots` are the parts of the
    text that stand for a template's tags (start, end, the tag as it is written), in order.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    zone: Zone = Zone.BODY
    kind: Kind = Kind.PARAGRAPH
    slots: tuple[tuple[int, int, str], ...] = ()

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source for `text[start:end]`; an empty span lies where `text[start]` begins.

        Raises IndexError when the span lies outside the block.
        """
        if start == end:
            return (
                (self.starts[start], self.starts[start]) if start < len(self.text) else (self.ends[-1], self.ends[-1])
            )
        return self.starts[start], self.ends[end - 1]

    def written(self, start: int, end: int) -> str:
        """`text[start:end]` with the tags that stand in it as they are written."""
        parts, at = [], start
        for first, last, tag in self.slots:
            if first < end and last > start:
                parts += [self.text[at:first], tag]
                at = last
        return "".join([*parts, self.text[at:end]])


class Part(str, Enum):
    """What a tag of a template is."""

    VALUE = "value"
    OPEN = "open"
    ELSE = "else"
    CLOSE = "close"
    COMMENT = "comment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a template, from `start` up to `end` of the source.

    `name` is the blank that a value names (`customer.first_name`), `filters` the filters that it goes through, and
    `fault` says what is wrong with the tag ("is not closed"); all may be empty.
    """

    start: int
    end: int
    part: Part
    name: str = ""
    filters: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Blanks:
    """What templates may name: `names` are blanks or globs of them (empty: all), `extras` further filters and tags."""

    names: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allow:
    """A comment's leave for one rule (or category): what it names stands from `start` up to `end` of the source.

    `covers` is the span of the source that it holds for, None for the whole draft. Where `fault` is not empty, it says
    what is wrong with the comment, which then allows nothing.
    """

    rule: str
    start: int
    end: int
    covers: tuple[int, int] | None = None
    fault: str = ""

    def holds_for(self, start: int, end: int) -> bool:
        """Whether a finding on this span is one that the comment speaks of; one about the whole draft has no span."""
        if self.fault or self.covers is None:
            return not self.fault
        return start < end and self.covers[0] <= start and end <= self.covers[1]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a draft that is one entry of a file stands in it.

    `entry` is its title or identifier. `raw` is its text as the file has it, which begins in `line` at `column` (from
    1) and at the character `start` of the file; `raw[starts[i]]` is where `source[i]` is written. `encode` writes a part
    of the text as the file does, and `finish` is given the whole that was changed. `locked` says why it is not written.
    """

    entry: str
    raw: str
    starts: Sequence[int]
    start: int
    line: int
    column: int
    encode: Callable[[str], str] = str
    finish: Callable[[str], str] = str
    locked: str = ""

    def rewritten(self, before: str, after: str) -> str:
        """What to write in the place of `raw` where the text becomes `after`; what stays the same stays as written."""
        most = min(len(before), len(after))
        head = next((at for at in range(most) if before[at] != after[at]), most)
        tail = next((at for at in range(most - head) if before[-1 - at] != after[-1 - at]), most - head)
        start, end = (self.span(at, at)[0] - self.start for at in (head, len(before) - tail))
        return self.finish(self.raw[:start] + self.encode(after[head : len(after) - tail]) + self.raw[end:])

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column in the file of a character of the draft's source."""
        at = self.starts[offset] if offset < len(self.starts) else len(self.raw)
        before = self.raw[:at].replace("\r\n", "\n ").replace("\r", "\n")
        breaks = before.count("\n")
        return self.line + breaks, at - before.rfind("\n") if breaks else self.column + at

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the file of `source[start:end]`."""
        first = self.starts[start] if start < len(self.starts) else len(self.raw)
        last = first if start == end else self.starts[end] if end < len(self.starts) else len(self.raw)
        return self.start + first, self.start + last


def _nothing(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply about to be sent.

    `source` is the text that was given; every offset of a finding points into it. `quoted` holds the messages found
    in the quoted part, oldest first.

    How a replacement is written: `encode` turns its text into what the source's format needs (HTML entities, say), and
    `keep` tells what of the replaced source must stay (a tag whose counterpart lies elsewhere). Where that is not
    enough (an e-mail), `rewrite` makes all the edits; they are sorted and do not overlap. `locked` says in a sentence
    why the source must not be changed, and is empty where it may be. `encoding` is that of the bytes that were read:
    `draft.apply(edits).encode(draft.encoding)` are the bytes to write. `read_again` reads an edited source in the same
    format.

    A template comes out in several `ways`, each a draft over the same source: every finding lies in one of them. A way's
    `branches` are the choices that it makes: (number, pick, in words). `tags` are those of the template, which no edit
    changes; `open` says that a tag stands for text of any length, so that nothing can be said to be missing. `template`
    is its language, None for a reply that is ready to send. `allows` are the findings that comments allow, `notes` what
    the reader of the report should know, and `origin` tells where the draft stands in a file of several.
    """

    source: str
    blocks: tuple[Block, ...]
    name: str = "draft"
    quoted: tuple[Message, ...] = ()
    encode: Callable[[str], str] = str
    keep: Callable[[str], str] = _nothing
    rewrite: Callable[[Sequence[Edit]], str] | None = None
    locked: str = ""
    encoding: str = "utf-8"
    read_again: Callable[[str], Draft] | None = None
    ways: tuple[Draft, ...] = ()
    branches: tuple[tuple[int, int, str], ...] = ()
    tags: tuple[Tag, ...] = ()
    open: bool = False
    template: TemplateName | None = None
    allows: tuple[Allow, ...] = ()
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    def apply(self, edits: Iterable[Edit]) -> str:
        """The source with `edits` made, except those that overlap an earlier one; unchanged where it is locked."""
        chosen: list[Edit] = []
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            if not chosen or edit.start >= chosen[-1].end:
                chosen.append(edit)
        if self.locked or not chosen:
            return self.source
        if self.rewrite is not None:
            return self.rewrite(chosen)
        parts, at = [], 0
        for edit in chosen:
            parts += [
                self.source[at : edit.start],
                self.encode(edit.text),
                self.keep(self.source[edit.start : edit.end]),
            ]
            at = edit.end
        return "".join([*parts, self.source[at:]])

    def edited(self, edits: Iterable[Edit]) -> Draft:
        """The draft after the edits, read again; the draft itself where nothing changes or it cannot be read again."""
        source = self.apply(edits)
        return self if source == self.source or self.read_again is None else self.read_again(source)

    @property
    def framed_elsewhere(self) -> bool:
        """Whether this is an entry of an export without greeting and sign-off: the helpdesk puts those around it."""
        frame = (Zone.GREETING, Zone.CLOSING, Zone.SIGNATURE)
        return self.origin is not None and not any(block.zone in frame for block in self.blocks)

    def permits(self, edits: Sequence[Edit]) -> bool:
        """Whether the edits of one suggestion leave every tag as it is, and every branch its own text.

        A value's tag may move with the text around it. Several edits must lie in one branch, so that nothing moves from
        one into another.
        """
        if not self.tags or not edits:
            return True
        starts, ends = [tag.start for tag in self.tags], [tag.end for tag in self.tags]
        moved: Counter[str] = Counter()
        for edit in edits:
            for tag in self.tags[bisect_right(ends, edit.start) : bisect_left(starts, edit.end)]:
                if tag.part is not Part.VALUE or not edit.start <= tag.start < tag.end <= edit.end:
                    return False
                moved[self.source[tag.start : tag.end]] += 1
        if any(sum(edit.text.count(tag) for edit in edits) != number for tag, number in moved.items()):
            return False
        first, last = min(edit.start for edit in edits), max(edit.end for edit in edits)
        depth = 0
        for tag in self.tags[bisect_left(starts, first) : bisect_left(starts, last)]:
            depth += {Part.OPEN: 1, Part.CLOSE: -1}.get(tag.part, 0)
            if depth < 0 or (tag.part is Part.ELSE and depth == 0):
                return False
        return depth == 0
