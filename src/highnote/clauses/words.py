"""A sentence while its clauses are worked out: words whose annotations may be mended, parties, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from highnote.tokens import Token


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb with its parts.

    `subject` is the logical doer: "us", "customer", "third" or "nobody" (a passive without an agent, expletives,
    "nobody"). `start` and `end` (token indices in the doc, end exclusive) cover the clause with what is subordinate
    to it, but not clauses that are merely coordinated with it, nor punctuation at the edges. `lemma` carries a
    particle ("leave out"). `modal` prefers the half-modals: "will have to" is "have to", its tense future.
    A verbless sentence such as "Sorry for the wait" has its root as `verb` and the tense "".
    """

    verb: Token
    lemma: str
    tokens: tuple[Token, ...]
    start: int
    end: int
    subject: str
    subject_word: str
    subject_owner: str
    object: str
    object_word: str
    object_owner: str
    complement: str
    polarity: str
    modal: str
    tense: str
    mood: str
    voice: str
    time: str
    link: str
    parent: Clause | None


class Party(NamedTuple):
    """A party: who it is, the lemma of its head word, whose it is, whether it is a "no …"."""

    who: str
    word: str
    owner: str
    negative: bool


@dataclass(slots=True)
class Word:
    """A token with its annotations, which repairs may change; `head` is a place in the sentence (its own: a root)."""

    at: int
    token: Token
    low: str
    lemma: str
    tag: str
    pos: str
    dep: str
    head: int
    kids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """What is known of one clause while it is worked out; `grammatical` is the subject as the grammar sees it."""

    at: int
    parent: int | None
    auxes: list[str]
    grammatical: Party
    doer: Party
    thing: Party
    voice: str
    modal: str = ""
    tense: str = ""
    mood: str = "statement"
    negative: bool = False
    link: str = ""
    start: str = ""


def first_kid(words: list[Word], at: int, *deps: str) -> int:
    """The place of the first child in one of the relations, -1 when there is none."""
    for kid in words[at].kids:
        if words[kid].dep in deps:
            return kid
    return -1
