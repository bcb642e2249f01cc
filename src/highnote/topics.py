"""What a text is about: the words of substance in it, and which of them mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highnote.language import Sentence
    from highnote.tokens import Token


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAME = 0.6
"""Words at least so much alike name the same thing."""
FILE = "topics.txt"
"""Words that stand for the same thing, one class a line."""
DULL = _set(
    """
    be have do can could will would shall should may might must i you we he she it they me us my your our his her
    their this that these those the a an and or but if so not no yes of in on at to for from with by about as into
    than then there here what when where who which why how whom whose whether any some all just also still please
    thank thanks hi hello dear get give let know tell ask want need like make go say see think question wonder much
    many long more very really too only own one thing way something anything everything soon already yet ever again
    now today re pls thx regards ok okay well got am pm someone anyone mr mrs ms order number 'd 's 'll 've 'm 're
    n't s t d ll ve m
    """
)
"""Words that say nothing about the topic."""
_SHORT = {"tmrw": "tomorrow", "tmr": "tomorrow", "pls": "please", "appt": "appointment", "acc": "account"}
_SPELLED = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_NUMBERS = {word: str(number) for number, word in enumerate(_SPELLED.split(" "), 2)}
_GRAMMAR = frozenset({"PRON", "DET", "AUX", "CCONJ", "SCONJ", "PART"})
_ENDINGS = sorted(
    _set(
        "isation ization ational ation ition ement ment ness ible able ance ence ity ing ion ive ery ed er or al ly y e s"
    ),
    key=len,
    reverse=True,
)


@cache
def stem(word: str) -> str:
    """The part of a base form that its relatives share: "deliver" for "delivery", "cancel" for "cancellation"."""
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 4), "")
    word = word.removesuffix(ending)
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] != "s" else word


def lemma(token: Token) -> str:
    """The base form of a token in small letters, short forms of chats spelled out, small numbers in figures."""
    return _SHORT.get(token.lower_) or _NUMBERS.get(token.lower_) or token.lemma_.lower()


def weight(token: Token) -> float:
    """How much a token says about the topic, 0 to 1: things and names most, grammar nothing."""
    base = lemma(token)
    if token.is_punct or token.is_space or base in DULL or token.lower_ in DULL or token.pos_ in _GRAMMAR:
        return 0.0
    if token.pos_ == "ADP":
        return 0.4 if base in {"without", "before", "after"} else 0.0
    return 1.0 if token.pos_ in {"NOUN", "PROPN", "NUM"} else 0.8 if token.pos_ in {"VERB", "ADJ"} else 0.4


def keys(tokens: Iterable[Token]) -> dict[str, float]:
    """The stems that carry the topic, with their weight."""
    found: dict[str, float] = {}
    for token in tokens:
        if said := weight(token):
            key = stem(lemma(token))
            found[key] = max(said, found.get(key, 0.0))
    return found


def topic_words(sentence: Sentence) -> frozenset[str]:
    """The stems of a sentence that name things, troubles and doings; numbers and codes are none."""
    named = (token for token in sentence.span if token.is_alpha and token.pos_ != "ADV" and weight(token))
    return frozenset(key for key in map(stem, map(lemma, named)) if len(key) > 2)


@cache
def _classes() -> Mapping[str, frozenset[int]]:
    known: dict[str, set[int]] = {}
    text = resources.files("highnote").joinpath(FILE).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        for word in () if line.startswith("#") else line.split():
            known.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in known.items()}


def alike(one: str, other: str) -> float:
    """How far two stems mean the same, 0 to 1."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4:
        return 0.9
    if len(short) >= 6 and short[:5] == long[:5]:
        return 0.7
    classes = _classes()
    return 0.6 if classes.get(one, frozenset()) & classes.get(other, frozenset()) else 0.0


def overlap(topic: Mapping[str, float], said: Iterable[str]) -> float:
    """The share of a topic that a text takes up, 0 to 1."""
    said = list(said)
    total = sum(topic.values())
    if not total or not said:
        return 0.0
    return sum(part * max(alike(key, other) for other in said) for key, part in topic.items()) / total
