"""What checks of the thread share: a finding about what is absent, and whether there is a whole reply to judge."""

from __future__ import annotations

import re
from datetime import datetime

from highnote import later
from highnote.answers.replies import asks_back
from highnote.finding import Evidence
from highnote.language import Sentence
from highnote.reply import Proposal, Reply
from highnote.wording import phrases


def absent(reply: Reply) -> Proposal:
    """A finding about something that is nowhere in the draft; it points to the customer's message."""
    index = reply.asked or 0
    text = reply.thread[index].text
    return Proposal(0, 0, evidence=Evidence(message=index, start=0, end=len(text), text=text))


def whole(reply: Reply) -> bool:
    """There is prose to judge, and all of it: not a quote or a signature alone, nor the first step of a chat."""
    if not reply.body or reply.partial:
        return False
    return not reply.chat or not any(asks_back(s) or cheers(s) for s in reply.body)


_CHEERS = later.compile(
    r"\b(?:(?:kind|sweet|nice|lovely) (?:words|comments?|compliments?|shout[- ]?out)|(?:love|great|awesome|nice"
    r"|lovely|good"
    r"|wonderful|happy|glad|thrilled|delighted|pleased) to (?:hear|see|read|know|have you)|kudos|props|we love"
    r"|thrilled|yeah|haha\w*|lol|magic|welcome (?:aboard|on ?board|home"
    r"|back)|happy (?:anniversary|birthday|thanksgiving|holidays|travels)|congrat\w*|recogni[sz](?:e"
    r"|ing) (?:\w+ )?(?:for"
    r"|and|our|the|\w+,)|(?:amazing|awesome|outstanding|wonderful) (?:story|job|news|\w+ -)|(?:what a"
    r"|such a) (?:great|lovely"
    r"|nice|sweet|beautiful)|compliments?|you('re| are) (?:the best|too kind|in for)|your day|we miss you"
    r"|we train the best"
    r"|enjoy (?:the|your|it)|sit back)\b|[:;]-?[)D]|[😉😀-😄😁😊🙂😍🥰😎🤗❤♥💕💙👍👏🙌🎉]",
    re.IGNORECASE,
)


def cheers(sentence: Sentence) -> bool:
    """Whoever read the message took it for praise or good news."""
    return bool(_CHEERS.search(plain(sentence.text)))


def pleads_to_stay(reply: Reply) -> bool:
    """The customer leaves, and the reply only pleads: nothing in it says that the end comes, or how."""
    if not reply.situation.leaving or reply.chat:
        return False
    texts = [plain(sentence.text) for sentence in reply.ours]
    return any(map(phrases("asides", "plea").search, texts)) and not any(
        map(phrases("asides", "end of it").search, texts)
    )


def said_by_us(reply: Reply) -> list[Sentence]:
    """What we said to the latest message; in a chat, to those before it too."""
    earlier = (
        [i for i, m in enumerate(reply.thread) if m.sender == "agent" and i < (reply.asked or 0)] if reply.chat else []
    )
    greeting = [s for s in reply.parsed.sentences if s.zone.value != "body"]
    return [*(s for i in earlier for s in reply.message(i).body), *reply.ours, *greeting]


def whole_text(reply: Reply) -> str:
    return " ".join(plain(s.text) for s in reply.parsed.sentences)


def plain(text: str) -> str:
    return text.replace("’", "'")


def named_day(moment: datetime) -> str:
    return f"{moment:%A}, {moment.day} {moment:%B}"
