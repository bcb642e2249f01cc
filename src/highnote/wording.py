"""Wordings: the lists of words and phrases in `words/*.yaml`, as regular expressions over plain text.

They are written with the marks of rule files (see docs/writing-rules.md): `(a|b)` one of, `[a]` may be absent, `...` up to
four words, `....` up to ten, `!(…)` not followed by, `<go>` a word with its regular endings; and `fail*` for
whatever begins so. Words in capitals that are in `CLASSES` stand for a kind of thing. The marks of rules match tokens, with
their base forms; these match text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

CLASSES: Mapping[str, str] = {
    "CODE": r"[\"“'#(]*(?:[A-Z]{0,6}[-/ ]?\d[\w/-]*|[A-Z0-9]{2,}-[\w-]*\d[\w-]*|[A-Z]{2,}\d\w*)",
    "FLIGHT": r"(?:#?(?-i:[A-Z]{1,3}) ?\d{1,5}|#?\d{2,5})\b(?!\s?(?:am|pm|hours?|hrs?|minutes?|mins?|days?|weeks?|times?)\b|[:.]\d)",
    "NUM": r"(?:\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|a|an|half)",
    "DAY": r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|this morning|last night"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec) \d{1,2}"
    r"|the \d{1,2}(?:st|nd|rd|th)|\w+ (?:days?|weeks?|months?|years?) ago)",
    "TIME": r"(?:\d{1,2}(?:[.:]\d\d)? ?(?:am|pm|o'clock)|\d{1,2}[.:]\d\d)",
    "NAME": r"(?-i:[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)",
    "EMAIL": r"\S+@\S+\.\w+",
    "PHONE": r"(?:\+|\b0)\d[\d ()/-]{6,}\d",
    "QUOTED": r"[\"“'][^\"”']+[\"”']",
    "MONEY": r"(?:[£€$] ?)?\d[\d.,]*(?: ?(?:euros?|pounds?|dollars?|eur|gbp|usd|chf|[£€$]))?",
    "ANY": r"[\w'-]+",
    "SMALL": r"\d{1,3}",
    "YEAR": r"20\d\d",
    "STREET": r"(?-i:\d+\w? [A-Z][\w'-]+(?: [A-Z][\w'-]+)* (?:Street|St|Road|Rd|Lane|Ln|Way|Avenue|Ave|Close|Drive"
    "|Court|Place"
    r"|Square|Terrace|Row|Hill|Park|Gardens|Rise)\b)",
    "POSTCODE": r"(?-i:[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2})",
}
"""Kinds of things, by the word in capitals that stands for them."""
_PARTS = re.compile(r"\.{3,4}|[()\[\]|]|<[^>]+>|[^\s()\[\]|<>]+")
_BETWEEN = r"[\s,]+"
_GAPS = {"...": rf"(?:{_BETWEEN}[^\s.?!;]+){{0,4}}?", "....": rf"(?:{_BETWEEN}[^\s.?!;]+){{0,10}}?"}


def wording(phrases: Iterable[str]) -> re.Pattern[str]:
    """What matches any of the phrases, in any case. Raises ValueError for a bracket that is not closed."""
    return re.compile("|".join(map(_phrase, phrases)), re.IGNORECASE)


@cache
def words(file: str) -> Mapping[str, Any]:
    """What `words/<file>.yaml` holds, read once."""
    text = resources.files("highnote").joinpath("words").joinpath(f"{file}.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return content


@cache
def phrases(file: str, name: str) -> re.Pattern[str]:
    """The list `name` of phrases in a file, as what matches any of them."""
    return wording(words(file)[name])


@cache
def base_forms(file: str, name: str) -> frozenset[str]:
    """The list `name` of single words in a file."""
    return frozenset(words(file)[name])


def _phrase(text: str) -> str:
    parts = _PARTS.findall(text)
    regex, rest = _one_of(parts)
    if rest:
        raise ValueError(f"the phrase “{text}” has a bracket that is not opened")
    start = r"(?<!\w)" if re.match(r"[\w(\[<]", text) else ""
    end = r"(?!\w)" if re.search(r"[\w)\]>]$", text) else ""
    return f"{start}(?:{regex}){end}"


def _one_of(parts: list[str]) -> tuple[str, list[str]]:
    """The alternatives up to the bracket that closes them, and what comes after it."""
    alternatives = []
    while True:
        sequence, parts = _sequence(parts)
        alternatives.append(sequence)
        if not parts or parts[0] != "|":
            return "|".join(alternatives), parts
        parts = parts[1:]


def _sequence(parts: list[str]) -> tuple[str, list[str]]:
    """Words one after the other; one that may be absent takes the space beside it along."""
    regex, begun = "", False
    while parts and parts[0] not in "|)]":
        part, parts = parts[0], parts[1:]
        if part in _GAPS:
            regex += _GAPS[part]
        elif part == "[":
            inner, parts = _closed(parts, "]")
            regex += f"(?:{_BETWEEN}(?:{inner}))?" if begun else f"(?:(?:{inner}){_BETWEEN})?"
        elif part == "!" and parts[:1] == ["("]:
            inner, parts = _closed(parts[1:], ")")
            regex += rf"(?!{_BETWEEN}(?:{inner})(?!\w))"
        else:
            inner, parts = _closed(parts, ")") if part == "(" else (_word(part), parts)
            regex += f"{_BETWEEN if begun and part not in '?!.,:;' else ''}(?:{inner})"
            begun = True
    return regex, parts


def _closed(parts: list[str], bracket: str) -> tuple[str, list[str]]:
    inner, rest = _one_of(parts)
    if not rest or rest[0] != bracket:
        raise ValueError(f"a bracket before “{' '.join(parts)}” is not closed")
    return inner, rest[1:]


def _word(word: str) -> str:
    if word in CLASSES:
        return CLASSES[word]
    if word.startswith("<"):
        return "|".join(_forms(word[1:-1]))
    *begun, last = word.split("*")
    return "".join(f"{re.escape(piece)}[\\w'-]*" for piece in begun) + re.escape(last)


def _forms(word: str) -> Iterator[str]:
    """A verb or noun with its regular endings."""
    yield re.escape(word)
    stem = re.escape(word)
    if word.endswith("e"):
        yield f"{stem[:-1]}(?:es|ed|ing)"
    elif re.search(r"[^aeiou]y$", word):
        yield f"{stem[:-1]}(?:ies|ied|ying)"
    else:
        yield f"{stem}{word[-1]}?(?:s|es|ed|ing)"
