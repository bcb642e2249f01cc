"""What the judge sees of a sentence: its words and how they follow each other, told without reading its grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

GROUPS: Mapping[str, float] = {
    "lemma": 1.0,
    "lemmas": 1.0,
    "word": 1.0,
    "words": 1.0,
    "phrase": 1.0,
    "frame": 0.7,
    "doer": 0.7,
    "form": 0.5,
}
"""The groups of features with the weight of each; within a group a sentence has length 1, however long it is."""


class Word(NamedTuple):
    """A token as the judge sees it: `norm` and `lemma` (a likely base form) in small letters."""

    text: str
    norm: str
    lemma: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Features:
    """For every group (in the order of GROUPS) its distinct features, in words."""

    groups: tuple[tuple[str, ...], ...]


_DAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_MONTHS = frozenset({"january", "february", "march", "april", "may", "june", "july"}) | frozenset(
    {"august", "september", "october", "november", "december"}
)
_NUMBER = re.compile(r"#?[\d.,:/-]*\d[\w.,:/-]*")
_CURRENCY = frozenset("£$€¤")
_START, _END = "^", "$"

_FUNCTION_WORDS = """
    a an the this that these those and or but nor so yet if then than as of at by for from in into on onto to with about
    i me my mine we us our ours you your yours he him his she her it its they them their be am is are was were been
    being do does did have has had having will would shall should can could may might must 's 'm 're 've 'll 'd
    there here who which what when where how some any all both each very just also too
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that tell the reader of a report nothing by themselves."""
_FRAME_WORDS = """
    not no never nothing only even again already still ever always because since although though unless until while why
    please sorry yes ok however whether without
"""
_FRAME = FUNCTION_WORDS | frozenset(_FRAME_WORDS.split())
"""Words that show how a sentence is built."""
_ENDINGS = re.compile(r".{2,}?(ing|ed|ly|ness|tion|able|est|er|s)$")
_WORDY = re.compile(r"\w")
_DOERS = {
    "i": "we", "me": "we", "we": "we", "us": "we", "you": "you", "they": "they", "he": "they", "she": "they", "it": "it",
    "my": "our", "our": "our", "your": "your", "this": "it", "that": "it", "nobody": "nobody", "everyone": "they",
}  # fmt: skip
_REACH = 5
"""How many words of weight after somebody may tell what they do."""


def features(tokens: Iterable[Word]) -> Features:
    """The features of a sentence given as tokens; white space does not count."""
    words = [word for word in tokens if not word.text.isspace()]
    kinds = [_kind(word, first=at == 0) for at, word in enumerate(words)]
    norms = [_START, *(kind or word.norm for kind, word in zip(kinds, words, strict=True)), _END]
    lemmas = [_START, *(kind or word.lemma for kind, word in zip(kinds, words, strict=True)), _END]
    frame = [_START, *(kind or _built(word.norm) for kind, word in zip(kinds, words, strict=True)), _END]
    names = [word.norm for kind, word in zip(kinds, words, strict=True) if kind == "NAME"]
    found: dict[str, Iterable[str]] = {
        "lemma": lemmas[1:-1],
        "lemmas": _runs(lemmas, 2),
        "word": [*norms[1:-1], *names],
        "words": _runs(norms, 2),
        "phrase": _runs(norms, 3),
        "frame": [*_runs(frame, 3), *_runs(frame, 4)],
        "doer": _doings(norms, lemmas),
        "form": _form(norms[1:-1]),
    }
    return Features(tuple(tuple(dict.fromkeys(found[group])) for group in GROUPS))


def _kind(word: Word, *, first: bool) -> str:
    """A word for a number, day, month, amount or name, "" for any other."""
    if word.norm in _DAYS:
        return "DAY"
    capital = not first and word.text.isalpha() and word.text.istitle() and word.norm not in FUNCTION_WORDS
    if word.norm in _MONTHS and word.text.istitle():
        return "MONTH"
    if word.norm in _CURRENCY:
        return "MONEY"
    if word.number or _NUMBER.fullmatch(word.norm):
        return "NUM"
    return "NAME" if capital else ""


def _built(norm: str) -> str:
    """A word that shows how a sentence is built; of others only the ending."""
    if norm in _FRAME or not _WORDY.search(norm):
        return norm
    ending = _ENDINGS.fullmatch(norm)
    return f"…{ending[1]}" if ending else "…"


def _doings(norms: Sequence[str], lemmas: Sequence[str]) -> Iterator[str]:
    """Who is named before which words of weight."""
    who, left, denied = "", 0, ""
    for norm, lemma in zip(norms[1:-1], lemmas[1:-1], strict=True):
        if norm in _DOERS:
            who, left, denied = _DOERS[norm], _REACH, ""
        elif norm in ("not", "never", "no"):
            denied = " not"
        elif left and norm not in FUNCTION_WORDS and _WORDY.search(norm):
            left -= 1
            yield f"{who} {lemma}"
            if denied:
                yield f"{who}{denied} {lemma}"


def _runs(items: Sequence[str], length: int) -> list[str]:
    return [" ".join(items[i : i + length]) for i in range(len(items) - length + 1)]


def _form(norms: Sequence[str]) -> list[str]:
    """The outward form: how it begins and ends, how long it is, which kinds of facts it holds."""
    first = norms[0] if norms else ""
    facts = [f"has {kind}" for kind in ("NUM", "DAY", "MONTH", "MONEY", "NAME") if kind in norms]
    marks = [f"has {mark}" for mark in ("?", "!") if mark in norms]
    return [f"begins {first}", f"about {min(len(norms) // 5, 6) * 5} words", *facts, *marks]


_IN_WORDS = {
    "lemma": "the word “{}” in any form",
    "lemmas": "the words “{}” in any form",
    "word": "the word “{}”",
    "words": "the words “{}”",
    "phrase": "the words “{}”",
    "frame": "the frame “{}”",
    "doer": "“{}” with words between",
    "form": "the sentence {}",
}
SLOTS = {"NUM": "(a number)", "DAY": "(a day)", "MONTH": "(a month)", "MONEY": "(an amount)", "NAME": "(a name)"}


def in_words(group: str, feature: str) -> str:
    """A feature told to the reader of a report."""
    text = re.sub(r"^\^ ", "(at the start) ", re.sub(r" \$$", " (at the end)", feature))
    return _IN_WORDS[group].format(" ".join(SLOTS.get(word, word) for word in text.split(" ")))
