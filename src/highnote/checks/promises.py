"""Days that an earlier reply of ours promised, held against the day of the draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from highnote import later
from highnote.checks.parts import named_day, plain
from highnote.clauses import Clause
from highnote.finding import Evidence
from highnote.language import Sentence
from highnote.reply import Proposal, Reply

Options = Mapping[str, Any]


_OWNS = later.compile(
    r"\b(?:promis\w+|as (?:agreed|announced)|said (?:i|we|it|you|he|she|that)|(?:i|we) told you|"
    r"(?:i|we) (?:was|were) (?:going|supposed"
    r"|meant|due) to|(?:didn't|did not|never|haven't|hadn't|failed to|forgot to|missed|should have"
    r"|not) (?:\w+ )?(?:call|write|wrote|come|came|send|sent|get back|"
    r"ring|reply|answer|turn up|show up|keep|kept|post|deliver|arrive|hear|heard|do|let you know|happen)\w*|(?:sorry"
    r"|apologi\w+)[^.!?]{0,80}\b(?:wait\w*|late|delay|silence|call|missed|nobody|no one|came|day|again|let you down"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday))\b",
    re.IGNORECASE,
)
_PLEASED = later.compile(
    r"\b(?:arrived|received|got it|it came|thank(?:s| you) for (?:the|your|sending|calling|letting)|all (?:good"
    r"|sorted|fine)|works now|sorted now)\b",
    re.IGNORECASE,
)


def broken_promise(reply: Reply, options: Options) -> Iterator[Proposal]:
    """An earlier reply of ours promised a day that has passed, and the draft neither keeps nor owns it."""
    now = reply.date or _last_date(reply)
    if (
        now is None
        or reply.asked is None
        or any(_OWNS.search(plain(s.text)) and not _excuse(s.text) for s in reply.body)
    ):
        return
    latest = plain(reply.thread[reply.asked].text)
    if _PLEASED.search(latest) and not re.search(r"\b(?:not|never|nobody|nothing|no one|still)\b|n't\b", latest):
        return
    for index, message in enumerate(reply.thread):
        if message.sender != "agent" or message.date is None:
            continue
        for sentence in reply.message(index).body:
            day = _promised_day(sentence, message.date)
            if day is not None and day < _naive(now) and index < reply.asked:
                evidence = Evidence(message=index, start=sentence.start, end=sentence.end, text=sentence.text)
                yield Proposal(0, 0, evidence=evidence, fields={"question": sentence.text, "day": named_day(day)})
                return


def _excuse(text: str) -> bool:
    return bool(re.search(r"\b(?:apologi\w+|sorry)[, ]+(?:but|however|although)", text, re.IGNORECASE))


def _last_date(reply: Reply) -> datetime | None:
    return None if reply.asked is None else reply.thread[reply.asked].date


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _end_of(day: datetime) -> datetime:
    return day.replace(hour=23, minute=59, second=59, microsecond=0, tzinfo=None)


_WHEN = later.compile(
    r"\b(?:(?:on|by|before|until|till|for|this|next|not later than|no later than|latest) )?(?P<day>(?:(?:mon|tues"
    r"|wednes|thurs|fri|satur|sun)day,? )?(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:january|february|march|april"
    r"|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov"
    r"|dec)\b(?:,? \d{4})?"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug|sept?|oct|nov|dec)\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{4}-\d\d-\d\d"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|tonight|(?:the )?end of (?:the|this) (?:day|week)"
    r"|this (?:afternoon|evening|morning|week))\b"
    r"|\b(?:within|in) (?:the next )?(?P<span>\d+|a|one|two|three|four|five|six|seven|eight|nine|ten|fourteen|24"
    r"|48) (?P<unit>hours?|(?:working |business )?days?|weeks?)\b",
    re.IGNORECASE,
)
_SPANS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "fourteen": 14,
}


def _promised_day(sentence: Sentence, sent: datetime) -> datetime | None:
    """When what a sentence of ours promises is due, counted from when it was sent: to the hour, or the end of a day."""
    future = "promise" in sentence.acts or any(_is_promise(clause) for clause in sentence.clauses)
    match = _WHEN.search(plain(sentence.text))
    if not future or match is None:
        return None
    if match["span"]:
        count = _SPANS.get(match["span"].lower()) or int(match["span"])
        unit = match["unit"].lower()
        if "hour" in unit:
            return _naive(sent) + timedelta(hours=count)
        days = count * 7 if "week" in unit else count
        if "working" in unit or "business" in unit:
            days += 2 * (-(-days // 5))
        return _end_of(sent + timedelta(days=days))
    day = _day(match["day"], sent)
    return None if day is None else _end_of(day)


def _is_promise(clause: Clause) -> bool:
    """Somebody will do something: "Kev will be with you today", "you'll have it by Friday"."""
    ahead = clause.modal in {"will", "shall"} or clause.tense == "future"
    return ahead and clause.mood == "statement" and clause.polarity == "positive" and clause.subject != "nobody"


def _day(text: str, sent: datetime) -> datetime | None:
    import dateparser

    text = text.lower().strip()
    if re.search(r"today|tonight|this (?:afternoon|evening|morning)|end of (?:the|this) day", text):
        return sent
    if "week" in text:
        return sent + timedelta(days=4 - sent.weekday() if sent.weekday() <= 4 else 6 - sent.weekday())
    settings = {
        "RELATIVE_BASE": _naive(sent),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    found: datetime | None = dateparser.parse(
        re.sub(r"^the | of ", " ", text).strip(), languages=["en"], settings=settings
    )
    return found
