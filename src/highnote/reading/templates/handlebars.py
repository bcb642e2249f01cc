"""Handlebars and Mustache.

Mustache's Python tokenizers tell no places and do not know Handlebars' `{{else}}`, so the tags are cut here; the grammar
is that of the Mustache manual and of the Handlebars guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from highnote.draft import Part
from highnote.reading.templates.tokens import NOT_CLOSED, Branching, Token, value

_SORTS = r"(?P<sort>!--|!|\{|&|#>|#\*|\#|\^|/|>|=)?"
_ONCE = frozenset({"each", "with", "let", "inline"})
_LOOKS_UP = re.compile(r"(?:\.\./|\./|this\.|this$)")


def _pattern(left: str, right: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(left)}(?P<before>~)?{_SORTS}")


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a Handlebars or Mustache template; a tag that has a line to itself takes the line with it."""
    yield from _own_lines(source, list(_cut(source)))


def _cut(source: str) -> Iterator[Token]:
    left, right = "{{", "}}"
    pattern, at = _pattern(left, right), 0
    open_blocks: list[str] = []
    while match := pattern.search(source, at):
        start = match.start()
        if source[start - 1 : start] == "\\" and source[start - 2 : start - 1] != "\\":  # \{{ is text
            yield Token(None, at, match.end())
            at = match.end()
            continue
        if start > at:
            yield Token(None, at, start)
        sort = match["sort"] or ""
        closing = {"!--": f"--{right}", "{": f"}}{right}", "=": f"={right}"}.get(sort, right)
        close = source.find(closing, match.end())
        if sort == "!--" and (tilde := source.find(f"--~{right}", match.end(), close if close >= 0 else None)) >= 0:
            close, closing = tilde, f"--~{right}"
        inside = source[match.end() : close]
        if close < 0 or (not sort.startswith("!") and left in inside):
            yield Token(Part.OTHER, start, match.end(), fault=NOT_CLOSED)
            at = match.end()
            continue
        end = close + len(closing)
        after = inside.endswith("~")
        words = inside.removesuffix("~").strip()
        token = _token(sort, words, start, end, open_blocks)
        yield replace(token, strip_before=bool(match["before"]), strip_after=after)
        at = end
        if sort == "=" and len(marks := words.split()) == 2:
            left, right = marks
            pattern = _pattern(left, right)
    if at < len(source):
        yield Token(None, at, len(source))


def _token(sort: str, words: str, start: int, end: int, open_blocks: list[str]) -> Token:
    name, _, rest = words.partition(" ")
    if sort.startswith("!"):
        return Token(Part.COMMENT, start, end, words)
    if sort in (">", "="):
        return Token(Part.VALUE, start, end, words, free=True) if sort == ">" else Token(Part.OTHER, start, end)
    if sort == "/":
        if open_blocks:
            open_blocks.pop()
        return Token(Part.CLOSE, start, end, words, name=f"/{name}")
    if words == "else" or (sort == "^" and not words):
        return Token(Part.ELSE, start, end, name="else")
    if not sort and name == "else":
        return Token(Part.ELSE, start, end, rest.removeprefix("if "), name="else if")
    if sort in ("#", "^", "#>", "#*"):
        open_blocks.append(name)
        named = name in ("if", "unless")
        branching = Branching.UNLESS if (name == "unless") != (sort == "^") else Branching.IF
        if sort != "^" and (name in _ONCE or sort != "#"):
            branching = Branching.ASIDE if sort == "#*" else Branching.ONCE
        fault = "has no condition" if (named and not rest) or not name else ""
        words = rest if named else words
        return Token(Part.OPEN, start, end, words, branching=branching, closes=f"/{name}", fault=fault)
    token = _value(words, start, end)
    # Inside a list or an object, names are those of its parts.
    return replace(token, name="") if any(block not in ("if", "unless") for block in open_blocks) else token


def _value(words: str, start: int, end: int) -> Token:
    """A value: a name, or a helper with its arguments, whose first name is the blank."""
    plain = _LOOKS_UP.sub("", words)
    helper, _, arguments = plain.partition(" ")
    if not arguments or not re.match(r"[\w.-]+$", helper):
        return value(start, end, plain or ("this" if words else ""))
    first = next((word for word in arguments.split() if re.fullmatch(r"[A-Za-z_][\w.-]*", word)), "")
    token = value(start, end, first or helper)
    return replace(token, words=words, filters=(helper,), fault="")


def _own_lines(source: str, cut: list[Token]) -> Iterator[Token]:
    """Sections, comments and partials that have a line to themselves leave no empty line behind."""
    starts, ends = {}, {}
    for token in cut:
        if token.part in (Part.OPEN, Part.ELSE, Part.CLOSE, Part.COMMENT):
            line = source.rfind("\n", 0, token.start) + 1
            after = re.compile(r"[ \t]*(?:\r?\n|\Z)").match(source, token.end)
            if after and not source[line : token.start].strip():
                ends[token.start], starts[token.end] = line, after.end()
    for token in cut:
        if token.part is not None:
            yield token
            continue
        start, end = starts.get(token.start, token.start), ends.get(token.end, token.end)
        if start < end:
            yield replace(token, start=start, end=end)
