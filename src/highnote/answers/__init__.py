"""What could answer an ask: the pieces of a reply, the kind of thing each brings, and the signs of an answer.

Each ask calls for a kind of answer: a time, an amount, a yes or no, a step, something done. A piece of the reply answers
it as far as it brings that kind, takes up the ask's own words, and is not better claimed by another ask. Talk brings
nothing, nor does a figure that the customer named first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from highnote.answers.bringing import how_far
from highnote.answers.echo import says_back
from highnote.answers.kinds import GROUPS, HANDED_ON, WHAT_NOW
from highnote.answers.piece import Piece, elliptic, pieces, points_back
from highnote.answers.replies import worth
from highnote.answers.subject import topics_of
from highnote.answers.values import values
from highnote.sentences import split
from highnote.topics import RELATED, overlap

if TYPE_CHECKING:
    from highnote.asks import Ask
    from highnote.language import Parsed, Sentence
    from highnote.semantic import Similarity


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer to an ask, by name, and the piece that comes nearest to one."""

    values: Mapping[str, float]
    nearest: Piece | None
    spare: bool = False
    """Whether the reply tells something that no other ask has the better claim to, of the kind asked for where that is exact."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """An ask and a piece, with measures from 0 to 1."""

    piece: Piece
    shared: float
    """How much of what the ask is about the piece takes up, in words that mean the same."""
    words: float
    """How much of it in the very words, or their relatives."""
    kind: float
    """How far the piece brings the kind of thing asked for, less where it is talk or says what the customer said."""
    worth: float
    """How much what the piece says counts."""
    like: float
    """Likeness in meaning."""
    back: bool
    """Whether it says the verb of the ask back."""
    order: float
    """How near it stands to where an answer would, if the asks were answered in their order."""
    free: float = 1.0
    """1, or less where another ask has the better claim to the piece."""

    @property
    def claim(self) -> float:
        return (self.shared + self.words) / 2 + 0.5 * self.like

    @property
    def both(self) -> float:
        """The right kind of thing about the right topic."""
        return self.kind * min(1.0, 1.3 * self.shared) * self.free

    @property
    def short(self) -> bool:
        """The piece leaves out what it answers, or points back at it."""
        return elliptic(self.piece) or points_back(self.piece) or self.piece.brings("yes or no")


def signs(
    found: Sequence[Ask], message: Parsed, reply: Sequence[Sentence], likeness: Similarity | None = None
) -> list[Signs]:
    """The signs that a reply answers each ask of a message."""
    bits = pieces(reply)
    table = _contested(_pairs(found, message, bits, likeness))
    taken = [max((pair.shared * pair.worth for pair in row), default=0.0) for row in table]
    return [
        _signs(ask, row, max((*taken[:at], *taken[at + 1 :]), default=0.0), len(found), likeness is not None)
        for at, (ask, row) in enumerate(zip(found, table, strict=True))
    ]


def _pairs(
    found: Sequence[Ask], message: Parsed, bits: Sequence[Piece], likeness: Similarity | None
) -> list[list[_Pair]]:
    in_sentence: dict[int, set[str]] = {}
    for bit in bits:
        in_sentence.setdefault(bit.sentence.index, set()).update(bit.keys)
    near: Sequence[Sequence[float]] = [[0.0] * len(bits) for _ in found]
    if likeness is not None and bits:
        near = likeness([_in_context(ask) for ask in found], [bit.sentence.text for bit in bits])
    told = frozenset(value for sentence in message.sentences for value in values(sentence.text))
    worths = [worth(bit) for bit in bits]
    stale = [bool(values(bit.text)) and values(bit.text) <= told for bit in bits]
    table = []
    for i, (ask, topic) in enumerate(zip(found, topics_of(found, message), strict=True)):
        row = []
        for j, bit in enumerate(bits):
            around = in_sentence[bit.sentence.index]
            shared = max(overlap(topic, bit.keys), 0.75 * overlap(topic, around))
            words = max(overlap(topic, bit.keys, RELATED), 0.75 * overlap(topic, around, RELATED))
            old = 0.3 if stale[j] and GROUPS[ask.type] == "value" else 1.0
            kind = how_far(ask, bit, shared) * worths[j] * old
            order = 1 - abs((i + 0.5) / len(found) - (j + 0.5) / len(bits))
            row.append(_Pair(bit, shared, words, kind, worths[j], near[i][j], says_back(ask, bit), order))
        table.append(row)
    return table


def _contested(table: Sequence[Sequence[_Pair]]) -> list[list[_Pair]]:
    """The pairs with what another ask claims better."""
    return [
        [
            replace(pair, free=0.2)
            if any(other[j].claim > pair.claim + 0.1 for k, other in enumerate(table) if k != i)
            else pair
            for j, pair in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]


def _signs(ask: Ask, row: Sequence[_Pair], others: float, asks: int, semantic: bool) -> Signs:
    group = GROUPS[ask.type]

    def best(measure: Callable[[_Pair], float]) -> float:
        return max(map(measure, row), default=0.0)

    telling = [pair for pair in row if pair.worth == 1.0]
    spare = [pair for pair in telling if pair.free == 1.0 and (group != "value" or pair.kind >= _PERHAPS)]
    measured = {
        f"{group} kind": best(lambda p: p.kind * p.free),
        f"{group} kind and topic": best(lambda p: p.both),
        f"{group} kind and words": best(lambda p: p.kind * min(1.0, 1.5 * p.words) * p.free),
        f"{group} topic": best(lambda p: p.shared * p.worth * p.free),
        f"{group} words": best(lambda p: p.words * p.worth * p.free),
        f"{group} alone": best(lambda p: p.kind) * (asks == 1),
        f"{group} short": best(lambda p: p.short * p.kind * p.free * p.order),
        f"{group} opening": best(lambda p: p.piece.brings("yes or no") * p.worth * p.free * p.order),
        f"{group} spare": min(len(spare), 4) / 4,
        f"{group} left out": others * (1.0 - best(lambda p: p.shared * p.worth)),
        group: 1.0,
        "echo": best(lambda p: p.back * p.free),
        "echo and topic": best(lambda p: p.back * min(1.0, 2 * p.shared)),
        "later": best(lambda p: float(p.piece.brings("later"))),
        "later and topic": best(lambda p: p.piece.brings("later") * min(1.0, 2 * p.shared)),
        "handed on": best(lambda p: float(bool(HANDED_ON.search(p.piece.text)))),
        "empty": 1 - len(telling) / (len(row) or 1),
        "enough": min(len(telling) / asks, 3.0),
        "what now": float(bool(WHAT_NOW.match(ask.text))),
        "asks": math.log(asks),
    }
    if semantic:
        measured["like"] = best(lambda p: p.like * p.worth * p.free)
        measured["like and kind"] = best(lambda p: min(p.kind, 0.8) * p.like * p.free)
    nearest = max(row, key=lambda p: p.both + 0.5 * p.free * (p.shared + p.like), default=None)
    return Signs(measured, None if nearest is None else nearest.piece, bool(spare))


_PERHAPS = 0.3
"""A piece that goes so far in bringing the exact thing asked for may be the answer."""
_GROUPS = ("value", "open", "polar", "do")
_MEASURES = ("kind", "kind and topic", "kind and words", "topic", "words", "alone", "short", "opening", "spare")
SIGNS: Mapping[str, int] = {
    **{f"{group} {name}": 1 for group in _GROUPS for name in _MEASURES},
    **dict.fromkeys((*_GROUPS, "what now", "asks"), 0),
    **dict.fromkeys(("echo", "echo and topic", "later", "later and topic", "enough"), 1),
    **{f"{group} left out": -1 for group in _GROUPS},
    **dict.fromkeys(("handed on", "empty"), -1),
}
"""Every sign and the way it may speak: 1 for an answer, -1 against, 0 whatever the examples teach."""
SEMANTIC_SIGNS: Mapping[str, int] = {**SIGNS, "like": 1, "like and kind": 1}


def _in_context(ask: Ask) -> str:
    """An ask with the sentence before it where it names little itself."""
    if ask.last - ask.first >= 6 or ask.sentence.begin == 0:
        return ask.text
    before = list(split(ask.sentence.block.text[: ask.sentence.begin]))[-1]
    return f"{ask.sentence.block.text[slice(*before)]} {ask.text}"
