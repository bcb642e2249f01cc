"""Jinja, cut by its own lexer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from highnote.draft import Part
from highnote.reading.templates.tokens import NOT_CLOSED, Branching, Token, value

if TYPE_CHECKING:
    from jinja2.lexer import Lexer

_OPENS = {
    "if": Branching.IF,
    "for": Branching.ONCE,
    "block": Branching.ONCE,
    "filter": Branching.ONCE,
    "with": Branching.ONCE,
    "autoescape": Branching.ONCE,
    "trans": Branching.ONCE,
    "call": Branching.ASIDE,
    "macro": Branching.ASIDE,
}
_ELSES = frozenset({"else", "elif", "pluralize"})
_FREE = frozenset({"include"})
_PLAIN = frozenset({"set", "import", "from", "extends", "do", "break", "continue", "debug"})
KNOWN = frozenset({*_OPENS, *_ELSES, *_FREE, *_PLAIN, "endset", *(f"end{name}" for name in _OPENS)})
MAX_FAULTS = 10
"""After this many tags that cannot be read, the rest is taken as text."""


@cache
def _lexer() -> Lexer:
    from jinja2 import Environment

    return Environment().lexer


@cache
def filters() -> frozenset[str]:
    """The names of Jinja's own filters."""
    from jinja2 import Environment

    return frozenset(Environment().filters)


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a Jinja template."""
    from jinja2 import TemplateSyntaxError

    plain = source.replace("\r\n", " \n").replace("\r", "\n")  # the lexer knows one line break; every place stays
    at = faults = 0
    while at < len(source):
        open_at = at
        try:
            for token in _cut(plain, at):
                yield token
                open_at = token.end
            return
        except TemplateSyntaxError:
            brace = min((found for mark in ("{{", "{%", "{#") if (found := plain.find(mark, open_at)) >= 0), default=-1)
            faults += 1
            if brace < 0 or faults > MAX_FAULTS:
                yield Token(None, open_at, len(source))
                return
            if brace > open_at:
                yield Token(None, open_at, brace)
            closed = plain.find({"{": "}}", "%": "%}", "#": "#}"}[plain[brace + 1]], brace)
            swallows = plain.find("{", brace + 2, closed) >= 0 if closed >= 0 else True
            at = brace + 2 if swallows else closed + 2
            yield Token(Part.OTHER, brace, at, fault=NOT_CLOSED if swallows else "cannot be read")


def _cut(source: str, at: int) -> Iterator[Token]:
    """The tokens from `at` on, those that the lexer makes of one tag as one.

    White space that does not come out is missing in what the lexer says, so each piece is looked for behind the last.
    """
    from jinja2 import TemplateSyntaxError

    opened = ""
    start = said = at
    pieces: list[tuple[str, str]] = []
    for _, kind, text in _lexer().tokeniter(source[at:], None):
        begin = _find(source, text, said)
        said = begin + len(text)
        if kind == "data":
            if said > begin:
                yield Token(None, begin, said)
        elif kind in ("raw_begin", "raw_end"):
            yield Token(Part.OTHER, begin, said)
        elif kind.endswith("_begin"):
            opened, start, pieces = kind, begin, []
        elif kind.endswith("_end"):
            said = begin + len(text.rstrip()) if "}" in text else said  # with “-%}” goes the white space after it
            yield _token(opened, pieces, start, said, source)
            opened = ""
        else:
            pieces.append((kind, text))
    if opened:
        raise TemplateSyntaxError("a tag is open at the end", 1)


def _find(source: str, text: str, at: int) -> int:
    found = source.find(text, at)
    return found if found >= 0 and not source[at:found].strip() else at


def _token(opened: str, pieces: list[tuple[str, str]], start: int, end: int, source: str) -> Token:
    words = "".join(text for _, text in pieces).strip()
    before, after = source[start + 2 : start + 3] == "-", source[end - 3 : end - 2] == "-"
    if opened == "comment_begin":
        return Token(Part.COMMENT, start, end, words, strip_before=before, strip_after=after)
    if opened == "variable_begin":
        return value(start, end, _plain(words), strip_before=before, strip_after=after)
    name = next((text for kind, text in pieces if kind == "name"), "")
    rest = words[len(name) :].strip()

    def token(part: Part, **more: object) -> Token:
        return Token(part, start, end, rest, strip_before=before, strip_after=after, **more)  # type: ignore[arg-type]

    if name == "set" and "=" not in [text for _, text in pieces]:
        return token(Part.OPEN, branching=Branching.ASIDE, closes="endset")
    if name in _OPENS:
        fault = "has no condition" if name == "if" and not rest else ""
        return token(Part.OPEN, branching=_OPENS[name], closes=f"end{name}", fault=fault)
    if name in _ELSES:
        return token(Part.ELSE, name=name)
    if name.startswith("end"):
        return token(Part.CLOSE, name=name, fault="" if name in KNOWN else "is no tag of Jinja")
    if name in _FREE:
        return token(Part.VALUE, free=True)
    return token(Part.OTHER, name=name, fault="" if name in KNOWN else "is no tag of Jinja")


def _plain(words: str) -> str:
    """The expression of a value, as far as it names a blank: “a if b else c” names a, “a or b” too."""
    for word in (" if ", " or ", " ~ ", " + "):
        head, found, _ = words.partition(word)
        if found:
            words = head
    return words if not words.endswith(")") or "|" in words else words.split("(")[0]
