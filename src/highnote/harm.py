"""The signs that a customer's message reports harm: what broke, what did not happen, what somebody did to them.

The message is read from the customer's side: its "I" and "we" (subject "us" in `highnote.clauses`) are the customer, its
"you" (subject "customer") is us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from highnote import later
from highnote.wording import base_forms, phrases

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence
    from highnote.tokens import Token


def _set(name: str) -> frozenset[str]:
    return base_forms("harm", name)


_TOLD = {"chasing": 1.0, "waited": 1.0, "not as ordered": 1.0, "lost": 0.5}
"""The lists of phrases that report harm, with how strongly."""


def reported(sentence: Sentence) -> float:
    """How strongly a sentence reports harm: 1 is enough, 0.5 needs another."""
    return max(_cues(sentence))


def done_by_us(sentence: Sentence) -> bool:
    """The sentence says in so many words that we did it: "you charged me twice", "you never answered"."""
    if _asked(sentence):
        return False
    plain = any(clause.subject == "customer" and _harm(clause) >= 1 for clause in sentence.clauses)
    return plain or phrases("harm", "done by us").search(sentence.text.replace("’", "'")) is not None


def _cues(sentence: Sentence) -> Iterator[float]:
    """How strongly each part of a sentence reports harm."""
    text = sentence.text.replace("’", "'")
    yield 0.0
    for name, weight in _TOLD.items():
        if phrases("harm", name).search(text) and not _asked(sentence):
            yield weight
    if _asked(sentence) and re.search(
        r"\bwhy (?:was|were|has|have|did|is|are|am|isn|hasn|haven|didn|do|does|doesn)\b", text, re.IGNORECASE
    ):
        yield 0.5
    for clause in sentence.clauses:
        yield _harm(clause)
    yield _fragment(sentence)
    if (
        phrases("harm", "breaking").search(text)
        and not _asked(sentence)
        and not re.match(r"(?:i|we) (?!got|was|had|have)", text, re.IGNORECASE)
    ):
        yield 1.0
    if not _asked(sentence) and any(t.lemma_.lower() in _set("hurt") for t in sentence.span):
        yield 0.5


def _asked(sentence: Sentence) -> bool:
    """A question about how things are reports nothing; one about why something happened may."""
    text = sentence.text.rstrip()
    if text.endswith("?") and not re.match(r"\W*(?:and |but |so )?(?:why|how come)\b", text, re.IGNORECASE):
        return True
    return any(c.mood == "question" and c.parent is None and c.tense != "past" for c in sentence.clauses)


def _phrasal(clause: Clause) -> str:
    return clause.lemma.replace(" ", "-")


def _harm(clause: Clause) -> float:
    """How strongly a clause reports harm."""
    if clause.mood in {"condition", "counterfactual", "imperative"} or clause.modal in {
        "would",
        "should",
        "may",
        "might",
        "need to",
    }:
        return 0.0
    if clause.mood == "question" and clause.tense != "past" and clause.polarity == "positive":
        return 0.0
    weight = 0.5 if clause.mood == "question" else 1.0
    verb, positive = _phrasal(clause), clause.polarity == "positive"
    writer = clause.subject == "us" and not clause.subject_owner
    if positive and not writer:
        if (
            (verb in _set("break") or verb in _set("break with") or verb.partition("-")[0] in _set("break"))
            and clause.voice == "active"
            and clause.subject == "third"
            and not (verb in {"give-up", "stop"} and _chooses(clause))
        ):
            return weight
        if clause.complement in _set("trouble") or (
            clause.complement in _set("trouble of a thing") and clause.subject == "third"
        ):
            return weight
        if clause.complement in _set("trouble as a predicate"):
            return weight
    if positive and clause.voice == "passive" and (verb in _set("wrong") or verb in _set("wrong in the passive")):
        return weight if clause.subject != "us" else 0.0
    if (
        positive
        and clause.subject == "customer"
        and (verb in _set("wrong") or (verb in _set("wrong in the past") and clause.tense == "past"))
    ):
        return weight
    if (
        positive
        and clause.subject == "third"
        and verb in _set("wrong in the past") | _set("wrong")
        and clause.tense == "past"
        and clause.object
    ):
        return weight
    if not positive:
        return _failing(clause, verb, weight)
    return 0.0


def _chooses(clause: Clause) -> bool:
    """Somebody stops of their own will, no thing gives out: "they stopped flying to Oslo", "stopped to say", "gave up the shop"."""
    following = clause.verb.doc[clause.verb.i + 1 : clause.verb.i + 2]
    return bool(clause.object_word) or any(
        t.tag_ == "TO"
        or (t.tag_ == "VBG" and t.lemma_.lower() not in _set("break") | _set("should") | {"make", "run", "go"})
        for t in following
    )


def _failing(clause: Clause, verb: str, weight: float) -> float:
    """Something that should have happened did not."""
    first = verb.partition("-")[0]
    if clause.complement in _set("well") and clause.subject != "us":
        return weight
    if first not in _set("should") or (first in {"start", "open", "come"} and _only_later(clause)):
        return 0.0
    if clause.subject == "us":  # "I never got it", "we cannot log in", but not "I don't use it"
        return weight if first in {"receive", "hear"} or (verb == "get" and clause.tense == "past") else 0.0
    if clause.subject in {"third", "nobody"}:
        return (
            weight
            if first not in {"know", "let", "allow", "contain", "include", "go"} or clause.modal == "will"
            else weight / 2
        )
    return weight if clause.tense == "past" or clause.modal in {"will", "can"} or clause.mood == "statement" else 0.0


def _only_later(clause: Clause) -> bool:
    """It does not start until some day: a plan, no failure."""
    return any(t.lower_ in {"till", "until", "til"} for t in clause.verb.doc[clause.verb.i :])


def _fragment(sentence: Sentence) -> float:
    """Trouble named without a verb or before a noun: "wrong size again", "a broken zip", "no light, nothing"."""
    if _asked(sentence):
        return 0.0
    writer = any(
        c.subject == "us" and not c.subject_owner and c.lemma not in {"get", "receive", "have", "find", "be"}
        for c in sentence.clauses
    )
    for token in sentence.span:
        lemma = token.lower_ if token.lower_ in _set("trouble") else token.lemma_.lower()
        if lemma not in _set("trouble") or lemma in {"late", "cold"} or _averted(token):
            continue
        if token.dep_ == "amod" and token.head.pos_ in {"NOUN", "PROPN"}:
            wanted = any(
                c.lemma in {"replace", "fix", "repair", "have", "get"} and c.mood != "statement"
                for c in sentence.clauses
            )
            return 0.5 if writer or wanted else 1.0
        if token.dep_ in {"ROOT", "acl", "acomp", "oprd", "advcl", "xcomp"} and not writer:
            return 1.0
    return 0.0


def _averted(token: Token) -> bool:
    """The trouble did not come: "non-delayed", "no broken parts", "I don't want to be stuck again"; or it is no thing's."""
    before = token.doc.text[: token.idx].lower().replace("’", "'")
    return bool(_NOT_YET.search(before)) or token.head.lower_ in _set("body")


_NOT_YET = later.compile(
    r"\b(?:non|un)-? ?$|\b(?:don't|do not|didn't|not|never|rather not) (?:want|wish|like|hope|plan|need)\b"
    r"|\b(?:hop(?:e|ing)|wish|avoid|afraid|worr(?:y|ied)|scared|in case|what if|what happens if|so (?:that )?(?:i|we"
    r"|it)"
    r" (?:don't|doesn't|won't|am not|are not|is not))\b|\b(?:no|without|never|nothing|neither)(?: \w+)?(?: \w+)? $"
)
