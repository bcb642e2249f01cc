"""Liquid (Zendesk, Shopify, Freshdesk, Gorgias, Intercom), cut by the rules of python-liquid's lexer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from highnote.draft import Part
from highnote.reading.errors import ReadingError
from highnote.reading.templates.tokens import NEVER_CLOSED, NOT_CLOSED, Branching, Token, value

_OPENS = {
    "if": Branching.IF,
    "unless": Branching.UNLESS,
    "case": Branching.CASE,
    "for": Branching.ONCE,
    "tablerow": Branching.ONCE,
    "ifchanged": Branching.ONCE,
    "capture": Branching.ASIDE,
    "schema": Branching.ASIDE,
    "style": Branching.ASIDE,
    "stylesheet": Branching.ASIDE,
    "javascript": Branching.ASIDE,
    "form": Branching.ONCE,
    "paginate": Branching.ONCE,
    "section": Branching.ONCE,
    "block": Branching.ONCE,
}
_ELSES = frozenset({"else", "elsif", "when"})
_FREE = frozenset({"include", "render", "echo", "section", "sections", "content_for", "layout"})
_PLAIN = frozenset(
    {"assign", "break", "continue", "cycle", "decrement", "increment", "liquid", "#", "extends", "macro"}
)
_LITERALLY = frozenset({"raw", "endraw", "comment", "endcomment", "doc", "enddoc"})
KNOWN = frozenset({*_OPENS, *_ELSES, *_FREE, *_PLAIN, *_LITERALLY, *(f"end{name}" for name in _OPENS)})

_OTHERS = """
    fallback money money_with_currency money_without_currency money_without_trailing_zeros weight_with_unit t translate
    json link_to img_tag image_url img_url asset_url file_url format_address pluralize handle handleize md5 sha1 sha256
    hmac_sha1 hmac_sha256 time_tag customer_login_link url camelcase placeholder_svg_tag within default_errors parse_json
    number_with_delimiter currency datetime days_in_advance base64 upcase_first titlecase time_ago strip_emoji
"""
"""Filters of Shopify, Zendesk, Intercom and others beside Liquid's own."""


@cache
def _rules() -> tuple[re.Pattern[str], frozenset[str]]:
    """The lexer's pattern and the names of Liquid's own filters."""
    try:
        from liquid import Environment
        from liquid.lex import compile_liquid_rules
    except ImportError as error:
        raise ReadingError("Liquid templates need python-liquid: run `pip install 'highnote[templates]'`.") from error
    return compile_liquid_rules(), frozenset(Environment().filters)


def filters() -> frozenset[str]:
    """The names of the filters that Liquid and the products that speak it have."""
    return _rules()[1] | frozenset(_OTHERS.split())


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a Liquid template; comments are whole, from `{% comment %}` to `{% endcomment %}`."""
    pattern, at, last = _rules()[0], 0, {"}}": source.rfind("}}"), "%}": source.rfind("%}")}
    while at < len(source):
        opening = source[at : at + 2]
        closing = {"{{": "}}", "{%": "%}"}.get(opening)
        match = None if closing and last[closing] < at else pattern.match(source, at)
        if closing and (match is None or _runs_on(match)):
            yield Token(Part.OTHER, at, at + 2, fault=NOT_CLOSED)
            at += 2
            continue
        if match is None:  # a lone mark that no rule takes
            yield Token(None, at, at + 1)
            at += 1
            continue
        if match.lastgroup == "RAW":
            yield Token(Part.OTHER, at, match.start("raw"))
            yield Token(None, *match.span("raw"))
            yield Token(Part.OTHER, match.end("raw"), match.end())
            at = match.end()
            continue
        token = _token(match, source)
        if token.part is Part.COMMENT and token.words == "":
            words_end, end, closed = _end_of_comment(source, match.end())
            words = source[match.end() : words_end]
            token = Token(Part.COMMENT, at, end, words, fault="" if closed else NEVER_CLOSED)
        yield token
        at = token.end


def _runs_on(match: re.Match[str]) -> bool:
    """Whether a tag swallows the next: the text of an open tag runs on to the end of another."""
    if match.lastgroup == "content":
        return True
    if match.lastgroup in ("RAW", "DOC"):
        return False
    inside = match.group()[2:-2]
    return "{{" in inside or "{%" in inside


def _token(match: re.Match[str], source: str) -> Token:
    start, end = match.span()
    if match.lastgroup == "content":
        return Token(None, start, end)
    before, after = source[start + 2 : start + 3] == "-", source[end - 3 : end - 2] == "-"
    if match.lastgroup == "output":
        return value(start, end, match["stmt"], strip_before=before, strip_after=after)
    if match.lastgroup == "DOC":
        return Token(Part.COMMENT, start, end, match["doc"] or " ", strip_before=before, strip_after=after)
    return _tag(match["name"], match["expr"].strip(), start, end, before, after)


def _tag(name: str, words: str, start: int, end: int, before: bool, after: bool) -> Token:
    def token(part: Part, **more: object) -> Token:
        return Token(part, start, end, words, strip_before=before, strip_after=after, **more)  # type: ignore[arg-type]

    if name == "comment":
        return Token(Part.COMMENT, start, end)
    if name == "#":
        return Token(Part.COMMENT, start, end, words or " ", strip_before=before, strip_after=after)
    if name in _OPENS:
        fault = "has no condition" if name in ("if", "unless", "case") and not words else ""
        return token(Part.OPEN, branching=_OPENS[name], closes=f"end{name}", fault=fault)
    if name in _ELSES:
        return token(Part.ELSE, name=name)
    if name.startswith("end"):
        return token(Part.CLOSE, name=name, fault="" if name in KNOWN else "is no tag of Liquid")
    if name in _FREE:
        return token(Part.VALUE, free=True)
    return token(Part.OTHER, name=name, fault="" if name in KNOWN else "is no tag of Liquid")


_COMMENT = re.compile(r"\{%-?\s*(end)?comment\b[^%]*%\}")


def _end_of_comment(source: str, at: int) -> tuple[int, int, bool]:
    """Where the words of a comment end, where the comment ends, and whether it is closed."""
    depth = 1
    for match in _COMMENT.finditer(source, at):
        depth += -1 if match[1] else 1
        if not depth:
            return match.start(), match.end(), True
    return len(source), len(source), False
