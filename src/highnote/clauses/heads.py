"""Which words head a clause, and which words belong to it."""

from __future__ import annotations

from highnote.clauses.vocabulary import BARE_US, word_set
from highnote.clauses.words import Facts, Word

_BARE_ROOTS = BARE_US | word_set(
    "thank thanks pity shame mistake fault problem worry luck need chance way reason wonder "
    "good bad great sad unfortunate possible impossible wrong right"
)


def top_down(words: list[Word]) -> list[int]:
    order = [word.at for word in words if word.head == word.at]
    for at in order:
        order.extend(words[at].kids)
    return order


_NEVER_HEADS = word_set(
    "aux auxpass amod compound nmod det case mark cc prep punct tag intj advmod oprd acomp npadvmod "
    "quantmod predet neg prt"
)
_GERUND_NOUNS = word_set("dobj pobj nsubj nsubjpass attr appos")
_VERBAL_KIDS = word_set("dobj nsubj nsubjpass aux auxpass acomp ccomp xcomp prt dative agent advmod attr neg")


def is_head(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.pos not in ("VERB", "AUX"):
        return False
    if word.dep in ("acomp", "oprd", "amod", "advmod"):
        return any(words[k].dep in ("nsubj", "nsubjpass") for k in word.kids)
    if word.dep in _NEVER_HEADS or not word.low[-1:].isalpha() or (word.low == "re" and _hyphen_follows(words, at)):
        return False
    if word.dep in _GERUND_NOUNS:
        return any(words[k].dep in _VERBAL_KIDS for k in word.kids)
    return True


def _hyphen_follows(words: list[Word], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1].low[:1] == "-"


def is_bare_predicate(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.lemma in _BARE_ROOTS or word.low in _BARE_ROOTS:
        return True
    denied = any(words[k].low in ("no", "not") for k in word.kids)
    return word.pos == "NOUN" and denied


def owners_of(words: list[Word], order: list[int], heads: frozenset[int]) -> list[int | None]:
    """For every word the head of its clause; linking words go with the clause that they link."""
    owner: list[int | None] = [None] * len(words)
    for at in order:
        word = words[at]
        if at in heads:
            owner[at] = at
        elif word.head != at:
            owner[at] = owner[word.head]
    for at in order:
        word = words[at]
        if word.dep == "cc":
            joined = next((k for k in words[word.head].kids if k > at and k in heads and words[k].dep == "conj"), None)
            owner[at] = joined if joined is not None else owner[at]
        elif word.dep == "prep" or word.pos == "ADP":
            led = next((k for k in word.kids if k in heads and words[k].dep == "pcomp"), None)
            owner[at] = led if led is not None else owner[at]
    _give_to_next(words, owner)
    return owner


def _give_to_next(words: list[Word], owner: list[int | None]) -> None:
    """ "…, so we sent it": the "so" goes with what follows, wherever the parser hung it."""
    for at in range(1, len(words) - 1):
        following = owner[at + 1]
        if words[at].low not in ("so", "but", "because") or following is None or following == owner[at]:
            continue
        if following > at and all(owner[k] != following for k in range(at)):
            owner[at] = following


def parent_of(words: list[Word], at: int, owner: list[int | None], made: dict[int, Facts]) -> int | None:
    up = words[at].head
    if up == at:
        return None
    while up not in made:
        if words[up].head == up:
            return None
        up = words[up].head
    return up
