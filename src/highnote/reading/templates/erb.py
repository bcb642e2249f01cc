"""ERB: text with Ruby in it, of which only what opens, splits and closes a branch is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from highnote.draft import Part
from highnote.reading.templates.tokens import EMPTY, NOT_CLOSED, Branching, Token

_BEGIN = re.compile(r"<%(?P<sort>%|=|==|-|\#)?")
_DO = re.compile(r"(?:\bdo|\{)\s*(?:\|[^|]*\|)?\s*$")
_OPENS = {
    "if": Branching.IF,
    "unless": Branching.UNLESS,
    "case": Branching.CASE,
    "for": Branching.ONCE,
    "while": Branching.ONCE,
    "until": Branching.ONCE,
    "begin": Branching.ONCE,
    "def": Branching.ASIDE,
}
_ELSES = frozenset({"else", "elsif", "when", "in", "rescue", "ensure"})
_PATH = re.compile(r"@?[A-Za-z_]\w*(?:(?:&?\.|::)\w+[?!]?|\[[^\[\]]*\])*")
_WRAPS = re.compile(r"^(?:h|raw|html_escape|number_to_currency|l|localize|t|link_to|pluralize|truncate)[\s(]+")
_FREE = re.compile(r"^(?:render|yield|partial|content_for|t|translate)\b")


def tokens(source: str) -> Iterator[Token]:
    """The tokens of an ERB template."""
    at = 0
    text = 0
    while match := _BEGIN.search(source, at):
        start, sort = match.start(), match["sort"] or ""
        if sort == "%":  # <%% is the text <%
            at = match.end()
            continue
        if start > text:
            yield Token(None, text, start)
        close = source.find("%>", match.end())
        inside = source[match.end() : close]
        if close < 0 or "<%" in inside:
            yield Token(Part.OTHER, start, match.end(), fault=NOT_CLOSED)
            at = text = match.end()
            continue
        end = close + 2
        token = _token(sort, inside.removesuffix("-"), start, end)
        yield token
        at = text = end
        if inside.endswith("-"):  # -%> takes the line break after it
            gone = re.compile(r"\r?\n").match(source, end)
            at = text = gone.end() if gone else end
    if text < len(source):
        yield Token(None, text, len(source))


def _token(sort: str, inside: str, start: int, end: int) -> Token:
    words = inside.strip()
    if sort == "#" or (not sort and words.startswith("#")):
        return Token(Part.COMMENT, start, end, words.lstrip("#"))
    word = re.match(r"\w+|\}", words)
    name = word[0] if word else ""
    if sort in ("=", "=="):
        if _DO.search(words):
            return Token(Part.OPEN, start, end, words, branching=Branching.ONCE, closes="end")
        return _value(words, start, end)
    rest = words[len(name) :].strip()
    if name in ("end", "}"):
        return Token(Part.CLOSE, start, end, name="end")
    if name in _ELSES:
        return Token(Part.ELSE, start, end, rest, name=name)
    if name in _OPENS and not re.search(r"\bend\s*$", words):
        fault = "has no condition" if name in ("if", "unless", "case") and not rest else ""
        return Token(Part.OPEN, start, end, rest, branching=_OPENS[name], closes="end", fault=fault)
    if _DO.search(words):
        return Token(Part.OPEN, start, end, words, branching=Branching.ONCE, closes="end")
    return Token(Part.OTHER, start, end, words)


def _value(words: str, start: int, end: int) -> Token:
    if not words:
        return Token(Part.VALUE, start, end, fault=EMPTY)
    wraps = _WRAPS.match(words)
    path = _PATH.match(words, wraps.end() if wraps else 0)
    name = path[0].replace("::", ".").replace("&.", ".").lstrip("@") if path else ""
    helper = wraps[0].strip(" (") if wraps else ""
    if helper in ("t", "translate"):
        name = ""
    return Token(
        Part.VALUE, start, end, words, name=name, filters=(helper,) if helper else (), free=bool(_FREE.match(words))
    )
