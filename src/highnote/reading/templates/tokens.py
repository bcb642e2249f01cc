"""What every template language is cut into: text, values, and the tags that open, split and close a branch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from highnote.draft import Part


class Branching(str, Enum):
    """What an opening tag does with what stands inside it."""

    IF = "if"
    """It comes out where the condition holds."""
    UNLESS = "unless"
    """It comes out where the condition does not hold."""
    CASE = "case"
    """One of its cases comes out."""
    ONCE = "once"
    """It comes out; a loop comes out once."""
    ASIDE = "aside"
    """It comes out elsewhere, or not at all."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template, from `start` up to `end` of the source.

    `part` is None for text, which is `source[start:end]`. `words` are what a tag says: the condition of a branch, the
    expression of a value, the words of a comment. An opening tag says in `branching` what it does, and in `closes` which
    tag closes it. A value names a blank (`name`) and `filters`; one that is `free` stands for text of any length.
    `strip_before` and `strip_after`: the white space beside the tag does not come out. `fault` says what is wrong.
    """

    part: Part | None
    start: int
    end: int
    words: str = ""
    branching: Branching | None = None
    closes: str = ""
    name: str = ""
    filters: tuple[str, ...] = ()
    free: bool = False
    strip_before: bool = False
    strip_after: bool = False
    fault: str = ""


_NAME = re.compile(r"[A-Za-z_@][\w-]*(?:\??\.[\w-]+|\[[^\[\]]*\])*\??")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'|-?\d+(?:\.\d+)?|\(.*\)|true|false|nil|blank|empty", re.DOTALL)
_FILTER = re.compile(r"\|\s*([\w.]*)")

NOT_CLOSED = "is not closed, so everybody would see it as it stands"
NEVER_CLOSED = "is opened and never closed"
EMPTY = "is empty"


def value(start: int, end: int, words: str, *, strip_before: bool = False, strip_after: bool = False) -> Token:
    """The token of a value written `name | filter: "…" | filter`."""
    bare = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), words)
    pipe = bare.find("|")
    named = (words if pipe < 0 else words[:pipe]).strip()
    filters = tuple(_FILTER.findall(bare)) if pipe >= 0 else ()
    fault = ""
    if not named:
        fault = EMPTY
    elif not _NAME.fullmatch(named) and not _LITERAL.fullmatch(named):
        fault = (
            "has a space in its name" if re.fullmatch(r"[\w.-]+(?:\s+[\w.-]+)+", named) else "is no well-formed name"
        )
    elif not all(filters):
        fault = "has a filter without a name"
    name = named if _NAME.fullmatch(named) else ""
    return Token(
        Part.VALUE,
        start,
        end,
        words.strip(),
        name=name,
        filters=filters,
        strip_before=strip_before,
        strip_after=strip_after,
        fault=fault,
    )


def stripped(source: str, tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, the text beside tags without the white space that does not come out."""
    waiting: Token | None = None
    strip = False
    for token in tokens:
        if token.part is None:
            start = token.start
            if strip:
                start += len(source[start : token.end]) - len(source[start : token.end].lstrip())
            if waiting is not None:
                yield waiting
            waiting = replace(token, start=start)
            strip = strip and start == token.end
            continue
        if waiting is not None:
            if token.strip_before:
                kept = len(source[waiting.start : waiting.end].rstrip())
                waiting = replace(waiting, end=waiting.start + kept)
            yield waiting
        waiting, strip = None, token.strip_after
        yield token
    if waiting is not None:
        yield waiting
