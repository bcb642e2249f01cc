"""Markdown drafts: the prose without its marks, traced to the source by the parser's line maps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.token import Token

from highnote.draft import Draft, Kind
from highnote.reading import quotes
from highnote.reading.allows import front_matter_allows, markup_comments, read_allows
from highnote.reading.html import STAND_IN, flatten
from highnote.reading.lines import Flat, Line, split
from highnote.reading.plain import assemble, own_names
from highnote.reading.traced import Traced, Tracer

_LINE_BREAK = re.compile(r"\r\n?|\n")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_LINK_END = re.compile(
    r"\]\(\s*(?:<[^>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)|\]\[[^\]]*\]|\]"
)
_EMPHASIS = ("**", "__", "~~", "*", "_")


def read_markdown(text: str, name: str = "draft") -> Draft:
    """Read a Markdown draft. Code is left out (a stand-in takes the place of code in a line), link texts are kept."""
    blocks, quoted = assemble(_flat(text))
    return Draft(
        text,
        blocks,
        name,
        quotes.messages(quoted, own_names(blocks)),
        keep=unmatched_marks,
        read_again=partial(read_markdown, name=name),
        allows=(*front_matter_allows(text), *read_allows(text, list(markup_comments(text)), blocks)),
    )


def unmatched_marks(markup: str) -> str:
    """The marks of emphasis in `markup` whose counterparts lie outside it."""
    kept = []
    for mark in _EMPHASIS:
        parts = re.split(rf"(?<!\w){re.escape(mark)}|{re.escape(mark)}(?!\w)", markup)
        if len(parts) % 2 == 0:
            kept.append(mark)
        markup = "".join(parts)
    return "".join(kept)


def _parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough.

    Underlined headings are left to what all formats share, because a signature's `--` would make a heading of the line
    above it; escapes stay separate, because they have to be traced.
    """
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable(["lheading", "text_join"])


@dataclass(frozen=True, slots=True)
class _Part:
    """Text between two block boundaries: where it lies in the flat text, and what it is."""

    end: int
    depth: int
    kind: Kind | None
    first: bool


def _flat(text: str) -> Flat:
    front = _FRONT_MATTER.match(text)
    skip = front.end() if front else 0
    starts = [skip, *(match.end() for match in _LINE_BREAK.finditer(text, skip))]
    walk = _Walk(text, [*starts, len(text)])
    for token in _parser().parse(text[skip:]):
        walk.step(token)
    return walk.flat()


class _Walk:
    """Goes through the block tokens and collects the prose."""

    def __init__(self, source: str, line_starts: Sequence[int]) -> None:
        self._source = source
        self._starts = line_starts
        self._out = Tracer()
        self._depth = 0
        self._items = 0
        self._heading = False
        self._fresh = False
        self._row: tuple[int, int] = (-1, 0)
        self._parts: list[_Part] = []

    def step(self, token: Token) -> None:
        """Take in the next token."""
        if token.type in ("blockquote_open", "blockquote_close"):
            self._depth += token.nesting
        elif token.type in ("list_item_open", "list_item_close"):
            self._items += token.nesting
            self._fresh = token.nesting > 0
        elif token.type in ("heading_open", "heading_close"):
            self._heading = token.nesting > 0
        elif token.type == "inline" and token.map:
            self._inline(token, token.map[0])
        elif token.type == "html_block" and token.map:
            self._html(self._starts[token.map[0]], self._starts[token.map[1]])

    def _boundary(self) -> None:
        """End the part of the flat text collected last."""
        at = len(self._out)
        kind = Kind.ITEM if self._items else Kind.HEADING if self._heading else None
        self._parts.append(_Part(at, self._depth, kind, self._fresh))
        self._fresh = False
        self._out.add("\n\n", max(at - 1, 0), max(at, 1))

    def _html(self, start: int, end: int) -> None:
        piece = Traced(self._source[start:end], range(start, end), range(start + 1, end + 1))
        flat = flatten(piece)
        self._out.take(flat.traced, 0, len(flat.traced.text))
        self._boundary()

    def _inline(self, token: Token, line: int) -> None:
        content = self._place(token.content, line)
        if content is None:
            return
        for start, end, text in _visible(token.children or [], token.content):
            if text is None:
                self._out.take(content, start, end)
            else:
                self._out.add(text, content.starts[start], content.ends[end - 1])
        self._boundary()

    def _place(self, content: str, line: int) -> Traced | None:
        """Where the characters of `content`, which begins in `line`, stand in the source; None when they do not."""
        tracer = Tracer()
        for number, text in enumerate(content.split("\n"), line):
            if number + 1 >= len(self._starts):
                return None
            low, high = self._starts[number], self._starts[number + 1]
            if number > line:
                tracer.add("\n", low - 1, low)
            stripped = text.strip()
            begin = self._row[1] if self._row[0] == number and number == line else low
            found = self._source.find(stripped, begin, high)
            if found < 0:
                return None
            lead = len(text) - len(text.lstrip())
            tracer.add(text[:lead], found, found + 1)
            tracer.copy(stripped, found)
            tracer.add(text[lead + len(stripped) :], found + len(stripped) - 1, found + len(stripped))
            self._row = (number, found + len(stripped))
        return tracer.done()

    def flat(self) -> Flat:
        """The collected prose as lines."""
        flat = split(self._out.done())
        lines, number = [], 0
        for line in flat.lines:
            while number < len(self._parts) - 1 and line.start >= self._parts[number].end and line.text:
                number += 1
            lines.append(self._told(line, number))
        return Flat(flat.traced, tuple(lines))

    def _told(self, line: Line, number: int) -> Line:
        if not line.text or not self._parts:
            return line
        part = self._parts[number]
        return replace(line, depth=line.depth + part.depth, kind=part.kind)


def _visible(children: Sequence[Token], content: str) -> Iterator[tuple[int, int, str | None]]:
    """The spans of `content` that a reader sees, in order, each with what it reads as (None: as it is written)."""
    at = 0
    for child in children:
        if child.type == "text":
            found = content.find(child.content, at) if child.content else at
            if found < 0:
                continue
            yield found, found + len(child.content), None
            at = found + len(child.content)
        elif child.type == "text_special":
            found = content.find(child.markup, at)
            if found >= 0:
                yield found, found + len(child.markup), child.content
                at = found + len(child.markup)
        elif child.type in ("softbreak", "hardbreak"):
            found = content.find("\n", at)
            yield found, found + 1, None
            at = found + 1
        elif child.type in ("code_inline", "image", "html_inline"):
            start, end = _object(child, content, at)
            if child.type != "html_inline":
                yield start, end, STAND_IN
            elif child.content.lower().startswith("<br"):
                yield start, end, "\n"
            at = end
        elif child.type == "link_close" and child.markup != "autolink":
            match = _LINK_END.search(content, at)
            at = match.end() if match else at
        elif child.markup:
            found = content.find(child.markup, at)
            at = found + len(child.markup) if found >= 0 and child.markup != "autolink" else at


def _object(child: Token, content: str, at: int) -> tuple[int, int]:
    """The span of inline code, an image or a tag."""
    if child.type == "code_inline":
        start = content.find(child.markup, at)
        close = content.find(child.markup, start + len(child.markup) + len(child.content))
        return start, close + len(child.markup)
    if child.type == "image":
        start = content.find("![", at)
        match = _LINK_END.search(content, start + 2 + len(child.content))
        return start, match.end() if match else len(content)
    start = content.find(child.content, at)
    return start, start + len(child.content)
