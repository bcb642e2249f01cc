"""What could answer an ask: the pieces of a reply, the kind of thing each brings, and the signs of an answer.

Each ask calls for a kind of answer: a time, an amount, a yes or no, a step, something done. A piece of the reply answers
it as far as it brings that kind, takes up the ask's own words, and is not better claimed by another ask.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from highnote.answers.bringing import how_far, is_particular
from highnote.answers.echo import says_back
from highnote.answers.kinds import GROUPS, HANDED_ON, WHAT_NOW, wordy
from highnote.answers.piece import Piece, pieces
from highnote.answers.subject import topics_of
from highnote.sentences import split
from highnote.topics import overlap

if TYPE_CHECKING:
    from highnote.asks import Ask
    from highnote.language import Parsed, Sentence
    from highnote.semantic import Similarity

_UNSURE = wordy(r"not sure|no idea|(?:can't|cannot|couldn't|could not) (?:say|tell)|(?:don't|do not) know")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer to an ask, by name, and the piece that comes nearest to one."""

    values: Mapping[str, float]
    nearest: Piece | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """An ask and a piece: shared words, the kind of thing brought, likeness in meaning (0 to 1 each)."""

    piece: Piece
    shared: float
    kind: float
    like: float
    back: bool
    order: float
    free: float = 1.0
    """1, or less where another ask has the better claim to the piece."""

    @property
    def claim(self) -> float:
        return self.shared + 0.35 * self.kind + 0.5 * self.like

    def both(self, least: float) -> float:
        """The right kind of thing about the right topic."""
        passed_on = 0.3 if HANDED_ON.search(self.piece.text) or _UNSURE.search(self.piece.text) else 1.0
        return self.kind * (least + (1 - least) * min(1.0, 1.3 * self.shared)) * self.free * passed_on


def signs(
    found: Sequence[Ask], message: Parsed, reply: Sequence[Sentence], likeness: Similarity | None = None
) -> list[Signs]:
    """The signs that a reply answers each ask of a message."""
    bits = pieces(reply)
    table = _contested(_pairs(found, message, bits, likeness))
    return [_signs(ask, row, len(found), likeness is not None) for ask, row in zip(found, table, strict=True)]


def _pairs(
    found: Sequence[Ask], message: Parsed, bits: Sequence[Piece], likeness: Similarity | None
) -> list[list[_Pair]]:
    in_sentence: dict[int, set[str]] = {}
    for bit in bits:
        in_sentence.setdefault(bit.sentence.index, set()).update(bit.keys)
    near: Sequence[Sequence[float]] = [[0.0] * len(bits) for _ in found]
    if likeness is not None and bits:
        near = likeness([_in_context(ask) for ask in found], [bit.sentence.text for bit in bits])
    table = []
    for i, (ask, topic) in enumerate(zip(found, topics_of(found, message), strict=True)):
        row = []
        for j, bit in enumerate(bits):
            shared = max(overlap(topic, bit.keys), 0.75 * overlap(topic, in_sentence[bit.sentence.index]))
            order = 1 - abs((i + 0.5) / len(found) - (j + 0.5) / len(bits))
            row.append(_Pair(bit, shared, how_far(ask, bit, shared), near[i][j], says_back(ask, bit), order))
        table.append(row)
    return table


def _contested(table: Sequence[Sequence[_Pair]]) -> list[list[_Pair]]:
    """The pairs with what another ask claims better."""
    return [
        [
            replace(pair, free=0.35)
            if any(other[j].kind and other[j].claim > pair.claim + 0.12 for k, other in enumerate(table) if k != i)
            else pair
            for j, pair in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]


def _signs(ask: Ask, row: Sequence[_Pair], asks: int, semantic: bool) -> Signs:
    group = GROUPS[ask.type]
    least = 0.6 if ask.type in {"which", "who", "how"} else 0.3

    def best(measure: Callable[[_Pair], float]) -> float:
        return max(map(measure, row), default=0.0)

    particular = [is_particular(pair.piece) for pair in row]
    values = {
        f"{group} kind": best(lambda p: p.kind * p.free),
        f"{group} kind and topic": best(lambda p: p.both(least)),
        f"{group} topic": best(lambda p: p.shared * p.free),
        f"{group}": 1.0,
        "echo": best(lambda p: float(p.back)),
        "particular": sum(particular) / (len(row) or 1),
        "in order": max((p.free * p.order for p, exact in zip(row, particular, strict=True) if exact), default=0.0),
        "enough": min(sum(particular) / asks, 2.0),
        "later": best(lambda p: float(p.piece.brings("later"))),
        "handed on": best(lambda p: float(bool(HANDED_ON.search(p.piece.text)))),
        "what now": float(bool(WHAT_NOW.match(ask.text))),
        "asks": math.log(asks),
    }
    if group == "polar":
        values["polar word"] = best(lambda p: p.free * (0.5 + 0.5 * p.order) * (p.back or p.piece.brings("yes or no")))
    if semantic:
        values["like"] = best(lambda p: p.like * p.free)
        values["like and kind"] = best(lambda p: min(p.kind, 0.8) * p.like * p.free)
    nearest = max(row, key=lambda p: p.both(least) + 0.5 * p.free * (p.shared + p.like), default=None)
    return Signs(values, None if nearest is None else nearest.piece)


SIGNS: Mapping[str, int] = {
    **{
        f"{group} {name}": 1
        for group in ("value", "open", "polar", "do")
        for name in ("kind", "topic", "kind and topic")
    },
    **dict.fromkeys(("value", "open", "polar", "what now", "asks"), 0),
    **dict.fromkeys(("echo", "particular", "in order", "enough", "later", "polar word"), 1),
    "handed on": -1,
}
"""Every sign and the way it may speak: 1 for an answer, -1 against, 0 whatever the examples teach."""
SEMANTIC_SIGNS: Mapping[str, int] = {**SIGNS, "like": 1, "like and kind": 1}


def _in_context(ask: Ask) -> str:
    """An ask with the sentence before it where it names little itself."""
    if ask.last - ask.first >= 6 or ask.sentence.begin == 0:
        return ask.text
    before = list(split(ask.sentence.block.text[: ask.sentence.begin]))[-1]
    return f"{ask.sentence.block.text[slice(*before)]} {ask.text}"
