"""What the judge sees of a sentence: its words and how they follow each other, told without reading its grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

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
    """The features of some sentences as numbers of 32 bits; one may come twice in a sentence."""

    numbers: npt.NDArray[np.uint32]
    groups: npt.NDArray[np.intp]
    """The group of each feature: its place in GROUPS."""
    sentences: npt.NDArray[np.intp]
    """The sentence of each feature, counted from 0."""


_DAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_MONTHS = frozenset({"january", "february", "march", "april", "may", "june", "july"}) | frozenset(
    {"august", "september", "october", "november", "december"}
)
_NUMBER = re.compile(r"#?[\d.,:/-]*\d[\w.,:/-]*")
_CURRENCY = frozenset("£$€¤")

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


class _Seen(NamedTuple):
    """A word as features name it. `name` is the norm of what looks like a name; `who` is named by it, if anybody."""

    norm: str
    lemma: str
    built: str
    name: str = ""
    who: str = ""
    denies: bool = False
    weighty: bool = False
    numbers: tuple[int, int, int] = (0, 0, 0)
    """The numbers of norm, lemma and built."""


@lru_cache(maxsize=10_000)
def _seen(word: Word, first: bool) -> _Seen:
    kind = _kind(word, first=first)
    norm, lemma = kind or word.norm, kind or word.lemma
    built = kind or _built(word.norm)
    return _Seen(
        norm,
        lemma,
        built,
        name=word.norm if kind == "NAME" else "",
        who=_DOERS.get(norm, ""),
        denies=norm in ("not", "never", "no"),
        weighty=norm not in FUNCTION_WORDS and bool(_WORDY.search(norm)),
        numbers=(_number(norm), _number(lemma), _number(built)),
    )


def _number(word: str) -> int:
    return crc32(word.encode())


def _edge(sign: str) -> _Seen:
    return _Seen(sign, sign, sign, numbers=(_number(sign),) * 3)


_START, _END = _edge("^"), _edge("$")


def features(sentences: Iterable[Iterable[Word]]) -> Features:
    """The features of sentences given as tokens; white space does not count."""
    every = [_words(tokens) for tokens in sentences]
    numbers = np.array([word.numbers for words in every for word in words], np.uint32).reshape(-1, 3)
    owner = np.repeat(np.arange(len(every)), [len(words) for words in every])
    lone = [(at, place, _joined(said)) for at, words in enumerate(every) for place, said in _lone(words)]
    parts = [np.array(lone, np.int64).reshape(-1, 3).T]
    for group, kind, length in _RUNS:
        begin = _begins(owner, length)
        run = reduce(add, [numbers[begin + at, kind] * _MIX[at] for at in range(length)])
        parts.append(np.stack([owner[begin], np.full(len(begin), _PLACE[group]), run]))
    of, place, joined = np.concatenate(parts, axis=1)
    return Features(joined.astype(np.uint32) + _STARTS[place], place, of)


def named(tokens: Iterable[Word]) -> list[tuple[str, str]]:
    """The features of one sentence, in the same order, in words: the group of each and what it says."""
    words = _words(tokens)
    found = [(_GROUPS[place], " ".join(said)) for place, said in _lone(words)]
    for group, kind, length in _RUNS:
        said = [(word.norm, word.lemma, word.built)[kind] for word in words]
        begin = _begins(np.zeros(len(words)), length).tolist()
        found += [(group, " ".join(said[at : at + length])) for at in begin]
    return found


_RUNS = (
    ("lemma", 1, 1), ("word", 0, 1), ("lemmas", 1, 2), ("words", 0, 2), ("phrase", 0, 3), ("frame", 2, 3), ("frame", 2, 4),
)  # fmt: skip
"""Words that follow each other as features: the group, which of `_Seen.numbers` (norm, base form, built) it takes, how many."""


def _begins(owner: npt.NDArray[Any], length: int) -> npt.NDArray[np.intp]:
    """Where runs of so many words begin that belong to one sentence; the edges of a sentence are no words alone."""
    return _begins(owner, 3) + 1 if length == 1 else np.flatnonzero(owner[: 1 - length] == owner[length - 1 :])


_GROUPS = tuple(GROUPS)
_PLACE = {group: place for place, group in enumerate(GROUPS)}
_STARTS = np.array([crc32(group.encode()) for group in GROUPS], np.uint32)
_MIX = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], np.uint32)
"""Odd factors, as hashes use them: the number of several words is the sum of theirs, each times the factor of its place."""


@lru_cache(maxsize=10_000)
def _joined(said: tuple[str, ...]) -> int:
    """The number of several words."""
    factors: list[int] = _MIX.tolist()
    return sum(_number(word) * factor for word, factor in zip(said, factors, strict=False)) % 2**32


def _words(tokens: Iterable[Word]) -> list[_Seen]:
    told = [word for word in tokens if not word.text.isspace()]
    return [_START, *(_seen(word, at == 0) for at, word in enumerate(told)), _END]


def _lone(words: Sequence[_Seen]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The other features: names as they are written, who is named before which words, the outward form."""
    for word in words:
        if word.name:
            yield _PLACE["word"], (word.name,)
    yield from ((_PLACE["doer"], doing) for doing in _doings(words))
    yield from ((_PLACE["form"], form) for form in _form(words))


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


def _doings(words: Sequence[_Seen]) -> Iterator[tuple[str, str]]:
    """Who is named before which words of weight."""
    who, left, denied = "", 0, False
    for word in words[1:-1]:
        if word.who:
            who, left, denied = word.who, _REACH, False
        elif word.denies:
            denied = True
        elif left and word.weighty:
            left -= 1
            yield who, word.lemma
            if denied:
                yield f"{who} not", word.lemma


def _form(words: Sequence[_Seen]) -> list[tuple[str, str]]:
    """The outward form: how it begins and ends, how long it is, which kinds of facts it holds."""
    norms = [word.norm for word in words[1:-1]]
    facts = [("has", kind) for kind in ("NUM", "DAY", "MONTH", "MONEY", "NAME", "?", "!") if kind in norms]
    return [("begins", norms[0] if norms else ""), ("about", f"{min(len(norms) // 5, 6) * 5} words"), *facts]


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
