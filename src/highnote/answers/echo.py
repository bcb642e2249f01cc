"""Whether a piece says the verb of an ask back: "Can I bring my dog?" is answered by "Yes, bring him"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

from highnote import later
from highnote.answers.kinds import NICE
from highnote.answers.piece import Piece
from highnote.topics import lemma

if TYPE_CHECKING:
    from highnote.asks import Ask
    from highnote.tokens import Token

_AUXILIARIES = [
    {"is", "are", "was", "were", "am", "'s", "'re", "isn't", "aren't", "wasn't"},
    {"do", "does", "did", "don't", "doesn't", "didn't"},
    {"can", "could", "may", "might", "can't", "couldn't", "cannot"},
    {"has", "have", "had", "hasn't", "haven't", "'ve"},
    {"will", "would", "'ll", "won't", "wouldn't", "shall"},
]
"""Verbs that answer each other."""
_SAYS = later.compile(
    r"(?:and |but |yes,? |no,? |so )*(?P<doer>it|that|they|there|we|you|he|she|i)(?: \w+ly| still| really"
    r"| also)? ?(?P<verb>'?\w+(?:n't)?)"
    r"(?= |[,.:;!]|$)",
    re.IGNORECASE,
)
_CODE = 5
"""Figures as long as this are those of orders and accounts, which answer nothing."""


def _figures(text: str) -> frozenset[str]:
    """The times, sums and sizes in a text, without the years."""
    found = re.findall(r"\d[\d.,:]*\d", text)
    return frozenset(figure for figure in found if len(figure) < _CODE and not re.match(r"(?:19|20)\d\d$", figure))


def says_back(ask: Ask, piece: Piece) -> bool:
    """The piece answers with the verb or a figure of the question: "Is it blocked?" "It was, …"."""
    if says_it(ask, piece):
        return True
    if ask.type not in {"yes/no", "do"} or NICE.match(piece.text):
        return False
    if ask.type == "yes/no" and not _figures(ask.text).isdisjoint(_figures(piece.text)):
        return True
    if takes_a_side(ask, piece):
        return True
    first, said = ask.sentence.span.doc[ask.first], _SAYS.match(piece.text)
    if said is not None and any(first.lower_ in verbs and said["verb"].lower() in verbs for verbs in _AUXILIARIES):
        return _same(ask.sentence.span.doc[min(ask.first + 1, ask.last - 1)].lower_, said["doer"].lower())
    asked, verb = first.head, next((t for t in piece.tokens if t.dep_ == "ROOT"), None)
    return first.pos_ == "AUX" and verb is not None and _answers_with(asked, verb)


def says_it(ask: Ask, piece: Piece) -> bool:
    """It says what somebody does with the verb of the question: "What do you need?" "All I need is …"."""
    asked = _WHAT_DO.match(ask.text)
    if asked is None:
        return False
    doer = "(?:i|we)" if asked["doer"].lower() == "you" else "you"
    return bool(re.search(rf"\b{doer}(?:['’](?:d|ll|ve))? (?:\w+ )?{asked['verb']}\b", piece.text, re.IGNORECASE))


_WHAT_DO = later.compile(
    r"what (?:else )?(?:do|did|will|would|can|could|should|must) (?P<doer>you|i|we) (?P<verb>\w+)", re.IGNORECASE
)


def takes_a_side(ask: Ask, piece: Piece) -> bool:
    """The piece names one side of "A or B?" and not the other."""
    sides = _SIDES.search(ask.text)
    return sides is not None and len({side.lower() for side in sides.groups() if _names(piece, side)}) == 1


_SIDES = later.compile(r"(\w{3,})\W+or (?:(?:an?|the|to|at|in|on|for|by) )*(\w{3,})", re.IGNORECASE)


def _names(piece: Piece, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}\b", piece.text, re.IGNORECASE))


def _answers_with(asked: Token, verb: Token) -> bool:
    """The same deed, of the same doer as seen from the other side: "Do you fit …?" "We fit …"."""
    asker, doer = (next((t.lower_ for t in v.children if t.dep_ == "nsubj"), "") for v in (asked, verb))
    return asked.pos_ == "VERB" == verb.pos_ and lemma(asked) == lemma(verb) and doer in _ANSWERERS.get(asker, {asker})


def _same(asker: str, doer: str) -> bool:
    """The doer of an answer is that of the question, as seen from the other side; other things are "it" or "they"."""
    return doer in _ANSWERERS.get(asker, {"it", "that", "they", "he", "she"})


_ANSWERERS: Mapping[str, Set[str]] = {
    "i": {"you"}, "we": {"you", "we"}, "you": {"we", "i"}, "u": {"we", "i"}, "it": {"it", "that"}, "they": {"they"},
    "he": {"he"}, "she": {"she"}, "there": {"there"}, "this": {"it", "that"}, "that": {"it", "that"},
}  # fmt: skip
"""Who answers for whom: "Can I …?" "You can"."""
