"""Merge fields: `[First Name]`, `%name%`, `{!Contact.FirstName}`, `{name}` and the like; only Mailchimp's can branch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from highnote.draft import Part
from highnote.reading.templates.tokens import Branching, Token

_WORDS = r"[A-Za-z][\w.'’ -]{0,48}?"
_SQUARE = r"[A-Za-z][\w.,;/&'’ -]{0,58}?"
_FIELD = re.compile(
    rf"""
      \{{\{{\{{\s*(?P<triple>[\w.' -]{{1,60}}?)\s*\}}\}}\}}           # {{{{{{Recipient.Name}}}}}}
    | \{{\{{\s*(?P<double>{_WORDS})\s*(?:[|,][^{{}}\n]*)?\}}\}}       # {{{{first name}}}}
    | \{{!\s*(?P<sales>[\w.]+(?:\s*,[^{{}}\n]*)?)\s*\}}               # {{!Contact.FirstName}} of Salesforce
    | \{{%\s*(?P<scout>[\w.]+)(?:,\s*fallback=[^{{}}\n]*)?\s*%\}}     # {{%customer.firstName,fallback=there%}} of Help Scout
    | \$\{{\s*(?P<dollar>{_WORDS})\s*\}}                              # ${{name}}
    | (?<![\w$}}{{])\{{\s*(?P<brace>{_WORDS})\s*\}}(?!\}})            # {{name}}
    | \[\[\s*(?P<squares>{_WORDS})\s*\]\](?!\()                       # [[name]]
    | (?<![\w\]\[])\[\s*(?P<square>{_SQUARE})\s*\](?![\[(:\w])        # [First Name], [the date, if known]
    | <<\s*(?P<angles>{_WORDS})\s*>>                                  # <<name>>
    | «\s*(?P<guillemets>{_WORDS})\s*»                                # «Name»
    | (?<![\w%])%(?P<percent>[A-Za-z_][\w.]{{1,40}})%(?![\w%])        # %name%
    | \*\|(?P<chimp>[A-Z_:0-9]{{2,40}})\|\*                           # *|FNAME|*
    | <attribute\s+key="(?P<attribute>[^"<>]+)"[^<>]*/?>              # what Intercom's interface makes of a blank
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a text with merge fields."""
    at = 0
    comments = [match.span() for match in _COMMENT.finditer(source)]
    for match in _FIELD.finditer(source):
        start, end = match.span()
        if any(first <= start < last for first, last in comments):
            continue
        if start > at:
            yield Token(None, at, start)
        sort = match.lastgroup or ""
        yield _token(sort, match[sort].strip(), start, end)
        at = end
    if at < len(source):
        yield Token(None, at, len(source))


def _token(sort: str, words: str, start: int, end: int) -> Token:
    head, colon, rest = words.partition(":")
    if sort == "chimp" and colon and head in ("IF", "IFNOT", "ELSEIF", "ELSE", "END"):
        if head == "END":
            return Token(Part.CLOSE, start, end, name="END")
        if head in ("ELSE", "ELSEIF"):
            return Token(Part.ELSE, start, end, rest, name=head)
        branching = Branching.IF if head == "IF" else Branching.UNLESS
        return Token(Part.OPEN, start, end, rest, branching=branching, closes="END")
    name = words if sort == "square" else words.split(",")[0].strip()
    return Token(Part.VALUE, start, end, words, name=name)
