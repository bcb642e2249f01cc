"""What each ask is about: the words that set it apart from the others of its message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from highnote.remedies import remedies
from highnote.topics import keys, lemma, stem, weight

if TYPE_CHECKING:
    from highnote.asks import Ask
    from highnote.language import Parsed
    from highnote.tokens import Token

_REMEDY_KEYS = {
    "refund": "refund", "replacement": "replace", "repair": "repair", "cancel": "cancel", "callback": "call",
    "invoice": "invoice",
}  # fmt: skip


def _topic(ask: Ask, message: Parsed) -> dict[str, float]:
    """The words that an answer would take up: less those beside the point, or said elsewhere in the message too."""
    span = ask.sentence.span.doc[ask.first : ask.last]
    inside = range(ask.first, ask.last)
    elsewhere = Counter(
        stem(lemma(t)) for s in message.sentences for t in s.span if s is not ask.sentence or t.i not in inside
    )
    words = [(token, weight(token), _role(token, inside)) for token in span if weight(token)]
    roles = {role for _, _, role in words}
    topic: dict[str, float] = {}
    for token, much, role in words:
        if role == "aside" and roles != {"aside"}:
            much *= 0.45
        elif role == "subject" and "core" in roles:
            much *= 0.6
        key = stem(lemma(token))
        topic[key] = max(much * (0.7 if elsewhere[key] else 1.0), topic.get(key, 0.0))
    if ask.type == "do":
        topic.update({stem(key): 1.0 for name, key in _REMEDY_KEYS.items() if remedies()[name].search(ask.text)})
    return topic


def _role(token: Token, inside: range) -> Literal["core", "subject", "aside"]:
    """Whether a word belongs to what is asked, to its subject, or to a phrase on the side ("… on the train to Vienna")."""
    line = [token]
    while line[-1].head is not line[-1]:
        line.append(line[-1].head)
    line = [token, *(t for t in line[1:] if t.i in inside)]
    if any(t.dep_ == "prep" for t in line[1:]):
        return "aside"
    return "subject" if any(t.dep_ in {"nsubj", "nsubjpass"} for t in line) else "core"


def topics_of(found: Sequence[Ask], message: Parsed) -> list[dict[str, float]]:
    """The topic of each ask; one that names little ("Is it planned?") borrows from what comes before it."""
    topics: list[dict[str, float]] = []
    for ask in found:
        topic = _topic(ask, message)
        if sum(topic.values()) < 0.9:
            before = [s for s in message.sentences if s.index < ask.sentence.index][-1:]
            lent = [keys(s.span) for s in before] + topics[-1:]
            topic = {**{key: 0.5 * much for one in lent for key, much in one.items()}, **topic}
        topics.append(topic)
    return topics
