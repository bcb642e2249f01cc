"""What the customer asked: questions that stay open, and requests that are walked past."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from highnote import later
from highnote.checks.parts import pleads_to_stay
from highnote.finding import Evidence
from highnote.language import Sentence
from highnote.questions import Covered, coverage
from highnote.remedies import REDRESS, remedies
from highnote.reply import Proposal, Reply

Options = Mapping[str, Any]


def unanswered_question(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Each question of the customer that nothing in the reply answers."""
    for ask in coverage(reply):
        if ask.state == "unanswered" and not _is_request(ask):
            yield _about(ask, reply)


def request_ignored(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Each remedy or action asked for that the reply neither grants, declines nor mentions."""
    covered = coverage(reply)
    if pleads_to_stay(reply):
        yield _end_ignored(covered, reply)
        return
    if any(map(_gives_another, reply.body)):
        return
    asked = [ask for ask in covered if ask.ask.kind == "question"]
    goes_on = bool(asked) and all(ask.state == "answered" for ask in asked)
    for ask in covered:
        if goes_on and _says_a_wish(ask):
            continue
        if ask.state == "unanswered" and _is_request(ask) and _wishes(ask, reply) and not _mentions(ask, reply):
            yield _about(ask, reply)


def _end_ignored(covered: Sequence[Covered], reply: Reply) -> Proposal:
    """The end that a customer asks for, in their own words where these are an ask, else all that they wrote."""
    ends = (ask for ask in covered if remedies()["cancel"].search(ask.ask.text))
    ask = next(ends, covered[0] if covered else None)
    if ask is not None:
        return _about(ask, reply)
    assert reply.asked is not None  # somebody leaves
    return _quoted(reply.asked, 0, len(reply.thread[reply.asked].text), reply)


def _is_request(ask: Covered) -> bool:
    """It is to be done, or given: "Can I have a replacement?" too."""
    named = any(pattern.search(ask.ask.text) for pattern in remedies().values())
    return ask.ask.kind == "request" or (named and bool(_MAY_HAVE.match(ask.ask.text)))


def _gives_another(sentence: Sentence) -> bool:
    """Something else is offered in place of what was asked for, which declines it."""
    return bool(_INSTEAD.search(sentence.text)) and sentence.does("offer", "compensate", "choice")


_INSTEAD = later.compile(r"\b(?:instead|in place of|rather than)\b", re.IGNORECASE)


def _says_a_wish(ask: Covered) -> bool:
    """A wish that names no remedy, before questions about it: "I'd like it put right. When can I bring it in?"."""
    return bool(_I_WISH.match(ask.ask.text)) and not any(p.search(ask.ask.text) for p in remedies().values())


_I_WISH = later.compile(r"(?:i|we)(?:['’]d| would)? (?:like|love|want|wish|hope)\b", re.IGNORECASE)
_MAY_HAVE = later.compile(
    r"(?:can|could|may|might) (?:i|we) (?:please )?(?:have|get)\b"
    r"|(?:can|could|will|would) (?:an?|your|the|some(?:one|body)|any(?:one|body)|one of you)\b",
    re.IGNORECASE,
)


_WISH = later.compile(
    r"\b(?:please|pls|plz|want|need|like|wish|hope|expect|demand|can|could|will|would|help|tell|send|give|call|let)\b",
    re.IGNORECASE,
)


def _wishes(ask: Covered, reply: Reply) -> bool:
    """The customer says that they want it, or names a remedy: a headline or an exclamation asks for nothing."""
    text = reply.thread[ask.message].text[ask.start : ask.end]
    return bool(_WISH.search(text)) or any(pattern.search(text) for pattern in remedies().values())


def _mentions(ask: Covered, reply: Reply) -> bool:
    """The remedy itself comes up in the reply, other than in an echo of the wish ("we understand that you want …")."""
    text = reply.thread[ask.message].text[ask.start : ask.end]
    named = [pattern for name, pattern in remedies().items() if pattern.search(text) or name in _redress(ask, reply)]
    return any(p.search(s.text) for p in named for s in reply.body if not _ECHO.search(s.text))


def _redress(ask: Covered, reply: Reply) -> frozenset[str]:
    """The remedies of which the customer will take any: "please fix or replace"."""
    return reply.situation.remedies & REDRESS if ask.message == reply.asked else frozenset()


_ECHO = later.compile(
    r"\b(?:you (?:asked|would like|'d like|want|wanted|requested|wish)|your (?:request|wish|message|demand))\b",
    re.IGNORECASE,
)


def _about(ask: Covered, reply: Reply) -> Proposal:
    return _quoted(ask.message, ask.start, ask.end, reply)


def _quoted(message: int, start: int, end: int, reply: Reply) -> Proposal:
    """A proposal that quotes the characters from `start` up to `end` of a message."""
    text = reply.thread[message].text[start:end]
    evidence = Evidence(message=message, start=start, end=end, text=text)
    return Proposal(0, 0, evidence=evidence, fields={"question": " ".join(text.split())})
