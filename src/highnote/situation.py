"""What a customer's message is about: complaint, request, enquiry or praise; is harm reported, how does it feel?

The message is read from the customer's side: its "I" and "we" (subject "us" in `highnote.clauses`) are the customer,
its "you" (subject "customer") is us. Rules that need a complaint rest on this, so what is doubtful is no harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from highnote.asks import asks
from highnote.complaints import likelihood, signs
from highnote.english import is_english
from highnote.moods import shouts
from highnote.remedies import wished

if TYPE_CHECKING:
    from highnote.language import Parsed, Sentence

Kind = Literal["complaint", "request", "enquiry", "praise", "none"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a customer's message is about.

    `harm`: the customer reports a fault of ours or a loss; `plain`: it is not only the tone that says so, or hardly
    to be doubted; `told`: they say in so many words what went wrong or that it moves them, with no joy beside it, and not
    that it is over; `certain`: that hardly to be doubted. `troubled`: they use words of trouble, which alone mean no harm
    yet.
    `upset`: they say or show that it moves them. `asks_why`: they want to know how it came about. `leaving`: they end
    the business with us. `remedies`: what they want done, by name (see `highnote.remedies`).
    """

    kind: Kind = "none"
    harm: bool = False
    plain: bool = False
    told: bool = False
    certain: bool = False
    troubled: bool = False
    upset: bool = False
    asks_why: bool = False
    leaving: bool = False
    remedies: frozenset[str] = field(default_factory=frozenset)


LIKELY, CERTAIN = 0.6, 0.8
"""From the first likelihood on a message counts as a complaint, from the second it certainly is one."""
SIGNALS = ("sour", "redress", "aftermath", "troubled", "shouts")
"""The signs that more than the drift of the words speaks of harm."""
PRAISE = 2
"""From so much joy on, what only sounds like harm is none; where it hardly does, any joy is enough."""

_WHY = re.compile(
    r"\b(?:why|how come|how (?:could|can|did) (?:this|it|that|such|you)\b|what (?:happened|went wrong|caused"
    r"|is the reason|was the reason)"
    r"|explain (?:why|how|what)|how is (?:this|it|that) possible|the reason (?:for|why))",
    re.IGNORECASE,
)
_NO_WHY = re.compile(
    r"\b(?:that(?:'s| is) why|why (?:not|don't you)|no idea why|which is why|and why i)\b", re.IGNORECASE
)
_LEAVE = re.compile(
    r"\b(?:cancel\w*|end|terminat\w+|clos(?:e|ing)|quit)\s+(?:\w+\s+){0,2}?(?:membership|subscription|account"
    r"|contract|policy|plan|service|broadband|line)\b"
    r"|\basked to end it\b|\b(?:decided to leave|going elsewhere|business elsewhere|custom elsewhere|switching (?:to"
    r"|provider)|leaving you)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:please|pls|plz|(?:can|could|would|will) you|i(?:'d| would) like|(?<!time )(?<!when )(?:i|we) (?:want|need))\b",
    re.IGNORECASE,
)


def situation(message: Parsed | None) -> Situation:
    """What a customer's message is about; nothing for no message, an empty one, or one that is not in English."""
    if message is None or not message.sentences or not is_english(message):
        return Situation()
    sentences = [s for s in message.sentences if s.zone.value != "signature"]
    text = " ".join(s.text for s in sentences).replace("’", "'")
    found = signs(message)
    likely = likelihood(message, found)
    cheerful = found.joy >= (PRAISE if likely >= CERTAIN else 1) and not found.told and not found.upset
    harm = likely >= LIKELY and not cheerful
    requests = any(ask.kind == "request" for ask in asks(message))
    questions = "?" in text or any(c.mood == "question" for s in sentences for c in s.clauses)
    kind: Kind = (
        "complaint" if harm or (found.upset and not found.joy)
        else "praise" if found.joy and not questions and not _WISHES.search(text)
        else "request" if requests
        else "enquiry"
    )  # fmt: skip
    return Situation(
        kind=kind,
        harm=harm,
        plain=harm
        and likely >= CERTAIN
        and (found.told > 0 or found.upset or any(map(found.values.get, SIGNALS)) or _happened(sentences)),
        told=harm and not found.joy and not found.values["settled"] and (found.told >= 1 or found.upset),
        certain=harm
        and likely >= CERTAIN
        and found.values["troubled"] > 0
        and (found.upset or found.told >= 2 or (found.told >= 1 and found.joy < PRAISE)),
        troubled=found.values["troubled"] > 0,
        upset=found.upset or (harm and shouts(text)),
        asks_why=bool(_WHY.search(_NO_WHY.sub("", text))),
        leaving=bool(_LEAVE.search(text)),
        remedies=wished(sentences),
    )


def _happened(sentences: Sequence[Sentence]) -> bool:
    """Something is told that others did or that came about: who orders, asks or quotes a price tells of themselves alone."""
    return any(
        clause.tense == "past"
        and clause.mood == "statement"
        and clause.subject != "us"
        and clause.link != "report"
        and clause.lemma not in _PLANS
        for sentence in sentences
        for clause in sentence.clauses
    )


_PLANS = frozenset({"book", "schedule", "plan", "arrange"})
"""What was only planned has not happened yet."""
