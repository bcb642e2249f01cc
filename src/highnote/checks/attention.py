"""Whether a reply takes up what the customer named, and how long they waited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from highnote import later
from highnote.checks.parts import absent, named_day, whole, whole_text
from highnote.finding import Evidence
from highnote.language import Parsed, Sentence
from highnote.questions import coverage
from highnote.reply import Proposal, Reply
from highnote.topics import SAME, alike, topic_words

Options = Mapping[str, Any]


def no_restatement(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Nothing of what the customer named comes back in the reply."""
    customer = reply.customer
    kind = reply.situation.kind
    if customer is None or kind in {"none", "praise"} or not whole(reply):
        return
    if (reply.chat or reply.at_once) and kind != "complaint":  # what was asked a minute ago need not be said again
        return
    if kind == "enquiry" and _answered(reply):  # the answer says what it is about
        return
    told = [reply.message(i) for i, message in enumerate(reply.thread) if message.sender == "customer"]
    if any(_sizes(message) & _sizes(reply.parsed) for message in told):
        return
    named = _words(customer.sentences)
    back = _words(reply.body)
    if len(named) < int(options.get("least_words", 4)) or any(alike(w, other) >= SAME for w in named for other in back):
        return
    # what was said in earlier messages comes back in its own words
    if not any(_words(message.sentences) & back for message in told):
        yield absent(reply)


def _words(sentences: Iterable[Sentence]) -> frozenset[str]:
    return frozenset(word for sentence in sentences for word in topic_words(sentence))


def _answered(reply: Reply) -> bool:
    asked = coverage(reply)
    return bool(asked) and all(ask.state != "unanswered" for ask in asked)


def _sizes(parsed: Parsed) -> set[str]:
    """The sizes, sums and the like in a text, which name a thing as well as words do; longer numbers are references."""
    text = " ".join(s.text for s in parsed.body)
    return set(re.findall(r"(?<![\w/-])(?:\d{2,4}(?=s?(?![\w/-]))|(?:X{0,3}[SL]|M)(?![\w'’.-]))", text))


def late_reply(reply: Reply, options: Options) -> Iterator[Proposal]:
    """The reply goes out days after the message and does not mention the wait."""
    if reply.asked is None or reply.date is None:
        return
    first = reply.asked
    while first > 0 and reply.thread[first - 1].sender == "customer":
        first -= 1
    sent = reply.thread[first].date
    if sent is None or _since(sent, reply.date) <= timedelta(days=float(options.get("days", 2))):
        return
    if not _WAIT.search(whole_text(reply)) and not any(map(_owns_the_wait, reply.body)):
        text = " ".join(reply.thread[first].text.split())[:80]
        evidence = Evidence(message=first, start=0, end=len(reply.thread[first].text), text=reply.thread[first].text)
        days = _since(sent, reply.date).days
        yield Proposal(0, 0, evidence=evidence, fields={"days": str(days), "day": named_day(sent), "question": text})


def _owns_the_wait(sentence: Sentence) -> bool:
    """An apology that names a message and a time: "sorry that your mail lay here all week"."""
    return sentence.does("apologise") and bool(_MESSAGE.search(sentence.text) and _TIME.search(sentence.text))


_MESSAGE = later.compile(
    r"\b(?:messages?|e?-?mails?|letters?|notes?|repl(?:y|ies|ied)|answer\w*|writ\w*|wrote)\b", re.IGNORECASE
)
_TIME = later.compile(
    r"\b(?:hours?|days?|nights?|weeks?|weekend|months?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|late|long)\b",
    re.IGNORECASE,
)
_WAIT = later.compile(
    r"\b(?:wait(?:ed|ing)?|(?:your|more) patience|patient|bearing with (?:me|us)|"
    r"delay(?:ed)? (?:in|my|our|reply|response)|late (?:reply"
    r"|answer|response)|slow (?:to|in|reply)|(?:took|taken) (?:us |me )?(?:so |too |this |a )?(?:long|while|\w+ days)"
    r"|"
    r"sooner|earlier reply|belated|back to you (?:late|so late|only now)|days? (?:late|of silence)|(?:reply|answer"
    r"|respond|write|wrote|come back) (?:to you )?(?:only now|late|earlier|sooner|so late)|silence|"
    r"without (?:an answer|a reply|hearing)|left you (?:hanging|without)|kept you)\b",
    re.IGNORECASE,
)


def _since(sent: datetime, now: datetime) -> timedelta:
    """The time between two moments; one without a zone counts in the other's."""
    if (sent.tzinfo is None) != (now.tzinfo is None):
        sent, now = sent.replace(tzinfo=sent.tzinfo or now.tzinfo), now.replace(tzinfo=now.tzinfo or sent.tzinfo)
    return now - sent
