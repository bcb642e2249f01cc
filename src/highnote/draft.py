"""A draft as the linter sees it: blocks of unwrapped prose, each in a zone, every character traced to its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from highnote.finding import Edit, Message


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
    character is several source characters; a line break with its indent is one space).
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    zone: Zone = Zone.BODY
    kind: Kind = Kind.PARAGRAPH

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source for `text[start:end]`; an empty span lies where `text[start]` begins.

        Raises IndexError when the span lies outside the block.
        """
        if start == end:
            return (self.starts[start], self.starts[start]) if start < len(self.text) else (self.ends[-1], self.ends[-1])
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply about to be sent.

    `source` is the text that was given; every offset of a finding points into it. `quoted` holds the messages found
    in the quoted part, oldest first. `encode` turns replacement text into what the source's format needs (HTML
    entities, say).
    """

    source: str
    blocks: tuple[Block, ...]
    name: str = "draft"
    quoted: tuple[Message, ...] = ()
    encode: Callable[[str], str] = str

    def apply(self, edits: Iterable[Edit]) -> str:
        """The source with `edits` made; an edit that overlaps an earlier one is left out."""
        parts, at = [], 0
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            if edit.start < at:
                continue
            parts += [self.source[at : edit.start], self.encode(edit.text)]
            at = edit.end
        return "".join([*parts, self.source[at:]])
