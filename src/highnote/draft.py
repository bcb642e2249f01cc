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
            return (
                (self.starts[start], self.starts[start]) if start < len(self.text) else (self.ends[-1], self.ends[-1])
            )
        return self.starts[start], self.ends[end - 1]


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
