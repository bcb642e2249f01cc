"""Stand-ins: what a reader would see in the place of a blank, so that the sentence around it still parses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from highnote.reading.html import STAND_IN
from highnote.reading.templates.tokens import Token

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class _Sort:
    """Words that name a blank of this sort, and what stands for it."""

    text: str
    words: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _sort(text: str, words: str) -> _Sort:
    return _Sort(text, _words(words))


_AGENTS = _words("agent assignee sender rep representative user_me me current signature author operator staff")
_FIRMS = _words("brand company shop store organization organisation account business merchant mailbox seller")
_THINGS = _words("product item items line variant article plan model object service room")
_NUMBERED = _words("order ticket case invoice conversation rma booking")
_TEXT = _sort(STAND_IN, "body content text comment comments message messages description details note notes steps "
              "instructions answer solution list table html markdown summary dc snippet footer header formatted")  # fmt: skip
_SORTS = (
    _sort("https://example.com/page", "url link links href website site page portal uri permalink unsubscribe"),
    _sort("help@example.com", "email mail address_email"),
    _sort("555 0134", "phone telephone tel mobile fax"),
    _sort("€20", "amount price total sum refund fee cost balance subtotal money payment charge deposit value"),
    _sort("10%", "percent percentage discount rate"),
    _sort("Friday", "weekday"),
    _sort("10:30", "time hour clock start_time"),
    _sort("May", "month"),
    _sort("2026", "year"),
    _sort("3", "count quantity qty days hours weeks minutes months years points attempts nights people"),
    _sort("3 May", "date day deadline eta due today tomorrow at on when expiry expires until created updated delivered "
          "shipped sent deadline period arrival departure"),
    _sort("10425", "number no num nr id order ticket case ref reference tracking code sku rma invoice case voucher pin "
          "serial iban account_number confirmation key"),
    _sort("12 High Street", "address street"),
    _sort("Leeds", "city town location branch office place area"),
    _sort("Ireland", "country region state county"),
    _sort("LS1 4AB", "zip postcode postal"),
    _sort("Ms", "title salutation_title honorific"),
    _sort("open", "status"),
)  # fmt: skip
_NAMES = _words(
    "name names firstname lastname surname fullname fname lname first last full customer client requester recipient user "
    "username contact guest member buyer student patient reader friend person agent assignee sender signature"
)
_MONEY_BEFORE, _MONEY_AFTER = (
    re.compile(r"[£€$]\s*$"),
    re.compile(r"\s*(?:[£€$]|EUR|USD|GBP|euros?\b|dollars?\b|pounds?\b)"),
)
_DATED = frozenset({"date", "time_tag", "datetime", "strftime", "days_in_advance", "l", "localize", "formatDate"})
_PAID = frozenset({"money", "money_with_currency", "number_to_currency", "currency", "money_without_trailing_zeros"})
_GREETS = re.compile(r"\b(?:hi|hello|dear|hey)[ ,]*$", re.IGNORECASE)
_TITLED = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr)\.? *$", re.IGNORECASE)
UNKNOWN = "Aster"
"""A name that is nobody's and nothing's: what stands for a blank of which nothing is known."""


def stand_in(token: Token, before: str, after: str) -> str:
    """What stands for a value; `before` and `after` are the text around it, as far as the reader sees it."""
    alone = not before.rpartition("\n")[2].strip() and not after.partition("\n")[0].strip()
    if token.free:
        return STAND_IN if alone else "the details"
    literal = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", token.words)
    if literal:
        return literal[1] or literal[2] or STAND_IN
    filters = set(token.filters)
    if filters & _DATED:
        return "3 May"
    text = _by_name(token.name or token.words, before)
    if filters & _PAID:
        text = "€20"
    if text == STAND_IN and not alone:
        return "details"
    if text == UNKNOWN and alone:
        return STAND_IN
    if text == "€20" and (_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after)):
        return "20"
    if text == "10%" and after.lstrip().startswith(("%", "percent")):
        return "10"
    if filters & {"size", "length", "count"}:
        return "3"
    return "https://example.com/page" if text == "12 High Street" and "mail" in token.name.lower() else text


def _by_name(name: str, before: str) -> str:
    parts = [[word.lower() for word in _WORD.findall(part)] for part in re.split(r"[.\[\]]", name)]
    parts = [part for part in parts if part]
    if not parts:
        return UNKNOWN
    last, owners = parts[-1], {word for part in parts[:-1] for word in part}
    words = set(last)
    if _TITLED.search(before) or words & {"last", "surname", "lastname", "lname"}:
        return "Moore"
    if words & _NAMES and not words & {"number", "id", "url", "link", "email", "phone", "date", "at", "no"}:
        return _a_name(words, owners)
    for sort in _SORTS:
        if last[-1] in sort.words:
            return sort.text
    if _GREETS.search(before):
        return "Maria"
    for sort in (*_SORTS, _TEXT):
        if words & sort.words:
            return sort.text
    if words & _THINGS or words & {"title", "subject"}:
        return "desk lamp"
    if words & _FIRMS:
        return "Acme"
    return STAND_IN if owners & {"dc", "snippets"} else UNKNOWN


def _a_name(words: set[str], owners: set[str]) -> str:
    about = owners | words
    if about & _AGENTS or {"my", "your"} & words:
        return "Tom"
    if about & _THINGS and not words & {"first", "firstname"}:
        return "desk lamp"
    if owners & _FIRMS or words & _FIRMS:
        return "Acme"
    if owners & _NUMBERED and "name" in words and not owners & {"requester", "customer", "user"}:
        return "10425"
    return "Maria"
