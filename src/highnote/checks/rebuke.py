"""What the rules about telling the customer off need beyond patterns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from highnote.clauses import Clause
from highnote.reply import Proposal, Reply
from highnote.tokens import Token

_CONTENT = frozenset(("NOUN", "VERB", "ADJ", "PROPN", "NUM"))
_LIGHT = frozenset(("be", "have", "do", "get", "go", "come", "make", "thing", "day", "time", "now", "please"))
_SHARED = 2
"""How many content words a denial shares with what it denies."""


def denied(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """A statement that negates what the customer reported: “The water is not brown.” to “Brown water comes out.”"""
    if reply.customer is None:
        return
    reports = [
        _content(clause)
        for sentence in reply.customer.sentences
        for clause in sentence.clauses
        if clause.polarity == "positive" and clause.mood == "statement" and clause.tense
    ]
    for sentence in reply.body:
        for clause in sentence.clauses:
            if _denies(clause) and any(_meets(clause, report) for report in reports):
                start, end = sentence.source(clause.start, clause.end)
                yield Proposal(start, end, sentence)


def _meets(clause: Clause, report: frozenset[str]) -> bool:
    """Whether a clause says the same of the same thing as a report."""
    predicate = clause.complement or clause.verb.lemma_.lower()
    return predicate in report and len(_content(clause) & report) >= _SHARED


def _denies(clause: Clause) -> bool:
    return (
        clause.polarity == "negative"
        and clause.mood == "statement"
        and clause.subject == "third"
        and clause.tense in ("past", "present")
        and not clause.modal
        and clause.link in ("", "contrast", "report")
        and _negated(clause.verb)
        and not any(token.lower_ == "you" for token in clause.verb.doc[clause.start : clause.end])
    )


def _negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)


def _content(clause: Clause) -> frozenset[str]:
    """The base forms of the words in a clause that carry its meaning."""
    return frozenset(t.lemma_.lower() for t in clause.tokens if t.pos_ in _CONTENT) - _LIGHT
