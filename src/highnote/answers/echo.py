"""Whether a piece says the verb of an ask back: "Can I bring my dog?" is answered by "Yes, bring him"."""

from __future__ import annotations

import re
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
    r"(?:and |but |yes,? |no,? |so )*(?:it|that|they|there|we|you|he|she|i)(?: \w+ly| still| really"
    r"| also)? ?('?\w+(?:n't)?)"
    r"(?= |[,.:;!]|$)",
    re.IGNORECASE,
)


def _figures(text: str) -> frozenset[str]:
    """The times, sums and sizes in a text."""
    return frozenset(re.findall(r"\d[\d.,:]*\d", text))


def says_back(ask: Ask, piece: Piece) -> bool:
    """The piece answers with the verb or a figure of the question: "Is it blocked?" "It was, …"."""
    if ask.type not in {"yes/no", "do"} or NICE.match(piece.text):
        return False
    if ask.type == "yes/no" and not _figures(ask.text).isdisjoint(_figures(piece.text)):
        return True
    first, said = ask.sentence.span.doc[ask.first], _SAYS.match(piece.text)
    if said is not None and any(first.lower_ in verbs and said[1].lower() in verbs for verbs in _AUXILIARIES):
        return True
    asked, verb = first.head, next((t for t in piece.tokens if t.dep_ == "ROOT"), None)
    return first.pos_ == "AUX" and verb is not None and _answers_with(asked, verb)


def _answers_with(asked: Token, verb: Token) -> bool:
    """The same deed, of the same doer as seen from the other side: "Do you fit …?" "We fit …"."""
    doers = [next((t.lower_ for t in v.children if t.dep_ == "nsubj"), "") for v in (asked, verb)]
    return asked.pos_ == "VERB" == verb.pos_ and lemma(asked) == lemma(verb) and tuple(doers) in _SAME_DOER


_SAME_DOER = {("you", "we"), ("you", "i"), ("i", "you"), ("we", "you"), ("it", "it"), ("they", "they")}
