"""Checks that hold the draft against the customer's message and our earlier replies; silent without them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from highnote.answers import asks_back
from highnote.finding import Evidence
from highnote.questions import Covered, coverage
from highnote.remedies import REDRESS, REMEDIES
from highnote.reply import Proposal, Reply
from highnote.topics import SAME, alike, topic_words

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Parsed, Sentence

Options = Mapping[str, Any]

_PARTLY = 5.0
"""What it costs, of 100, that a sentence is only part of the other."""

# ---------------------------------------------------------------- asks


def unanswered_question(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Each question of the customer that nothing in the reply answers."""
    for ask in coverage(reply):
        if ask.state == "unanswered" and not _is_request(ask):
            yield _about(ask, reply)


def request_ignored(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Each remedy or action asked for that the reply neither grants, declines nor mentions."""
    for ask in coverage(reply):
        if ask.state == "unanswered" and _is_request(ask) and _wishes(ask, reply) and not _mentions(ask, reply):
            yield _about(ask, reply)


def _is_request(ask: Covered) -> bool:
    return ask.ask is not None and ask.ask.kind == "request"


_WISH = re.compile(
    r"\b(?:please|pls|plz|want|need|like|wish|hope|expect|demand|can|could|will|would|help|tell|send|give|call|let)\b",
    re.IGNORECASE,
)


def _wishes(ask: Covered, reply: Reply) -> bool:
    """The customer says that they want it, or names a remedy: a headline or an exclamation asks for nothing."""
    text = reply.thread[ask.message].text[ask.start : ask.end]
    return bool(_WISH.search(text)) or any(pattern.search(text) for pattern in REMEDIES.values())


def _mentions(ask: Covered, reply: Reply) -> bool:
    """The remedy itself comes up in the reply, other than in an echo of the wish ("we understand that you want …")."""
    text = reply.thread[ask.message].text[ask.start : ask.end]
    named = [pattern for name, pattern in REMEDIES.items() if pattern.search(text) or name in _redress(ask, reply)]
    return any(p.search(s.text) for p in named for s in reply.body if not _ECHO.search(s.text))


def _redress(ask: Covered, reply: Reply) -> frozenset[str]:
    """The remedies of which the customer will take any: "please fix or replace"."""
    return reply.situation.remedies & REDRESS if ask.message == reply.asked else frozenset()


_ECHO = re.compile(
    r"\b(?:you (?:asked|would like|'d like|want|wanted|requested|wish)|your (?:request|wish|message|demand))\b",
    re.IGNORECASE,
)


def _about(ask: Covered, reply: Reply) -> Proposal:
    text = reply.thread[ask.message].text[ask.start : ask.end]
    evidence = Evidence(message=ask.message, start=ask.start, end=ask.end, text=text)
    return Proposal(0, 0, evidence=evidence, fields={"question": " ".join(text.split())})


# ---------------------------------------------------------------- sorrow and thanks


def apology_missing(reply: Reply, options: Options) -> Iterator[Proposal]:
    """The customer reports a fault of ours, and the reply apologises nowhere."""
    if reply.harm and _whole(reply) and not any(map(_apologises, _said_by_us(reply))):
        yield _absent(reply)


def acknowledge_missing(reply: Reply, options: Options) -> Iterator[Proposal]:
    """The customer reports a problem or is upset, and no sentence recognises what it meant for them."""
    hurt = reply.harm or (reply.situation.upset and reply.situation.kind == "complaint")
    if not hurt or not _whole(reply):
        return
    if not any(_recognises(sentence, reply) for sentence in _said_by_us(reply)):
        yield _absent(reply)


def no_thanks(reply: Reply, options: Options) -> Iterator[Proposal]:
    """A complaint answered with neither thanks for it nor what changes because of it."""
    if not reply.harm or not _whole(reply):
        return
    sentences = [s for s in reply.parsed.sentences if s.zone.value in {"body", "closing"}]
    thanked = any(_THANKS.search(_plain(s.text)) and not _NO_THANKS.search(_plain(s.text)) for s in sentences)
    if not thanked and not any(_CHANGED.search(_plain(s.text)) for s in reply.body):
        yield _absent(reply)


_SORRY = re.compile(
    r"\b(?:sorry|apolog\w+|regret\w*|forgive|inexcusable|ashamed|our (?:fault|mistake|error|slip)|mea culpa)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you| u|ing)?|thx|ty|ta|cheers|grateful|appreciate\w*|glad (?:that )?you (?:told|wrote"
    r"|got in touch|said|let)|good (?:of you|that you))\b(?! *(?:[,.!]|$))"
    r"|\b(?:thanks|thank you|cheers)(?: again| so much| very much)?[,.!]? \w",
    re.IGNORECASE,
)
_NO_THANKS = re.compile(
    r"\b(?:patience|patient|understanding|bearing with|custom\b|loyalty|choosing|advance|cooperation|business"
    r"|being a)\b|^thanks?,?$",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:from now on|from (?:today|this week|tomorrow|monday|next week)(?: on(?:wards)?)?|in future|so that (?:it"
    r"|this|that) (?:can(?:not|'t)|does(?:n't| not)|won't)|won't happen again|thanks to you|because of (?:your|this)|"
    r"(?:we|i)(?:'ve| have)? (?:now |since |also )?(?:chang|updat|correct|rewritten|rewrote|retrain|put a (?:check"
    r"|reminder|note)|add(?:ed)? a (?:check|line|note|step)|stopp|mov)\w*|now (?:check|weigh|test|go through|read"
    r"|ask|lock)s?|is now (?:checked|tested|weighed))\b",
    re.IGNORECASE,
)
_FEELS_FOR = re.compile(
    r"\b(?:(?:i|we) (?:can |do |fully |completely |really )*(?:understand|see|imagine|realise|realize|know)"
    r" (?:how|that|why|what (?:it|this|that|a)|your|this|these|those|it)\b|appreciate (?:this|that|it|how) (?:is|was"
    r"|must|can|has"
    r"|frustrating)\b|(?:does ?n't|does not|didn't) sound (?:good|right|great|like)|must (?:have been|be|feel)"
    r"|should(?:n't| not"
    r"| never) (?:have|happen|be)|"
    r"frustrat\w+|annoy\w+|disappoint\w+|upset\w*|worr(?:y|ying|ied)|stress\w*|unpleasant|horrible|awful|inexcusable"
    r"|not (?:good enough|acceptable|(?:how|what) (?:it|we|you|this|that)|(?:the|an?) \w+ (?:we|you|that))"
    r"|(?:isn't|wasn't|not|never) (?:certainly |quite |at all )*(?:the|an?|our|what|how) (?:\w+ )?(?:impression"
    r"|record|experience"
    r"|standard|service|way|kind|welcome|start|level)|(?:eager|ready|anxious|keen) to (?:be|get|go)|(?:hard|tough"
    r"|no fun|long)"
    r" to wait|waiting is|hope (?:the|your) (?:wait|delay)|didn't mean|no fun|"
    r"you(?:'re| are| were) (?:\w+ )?right|our (?:own )?(?:mistake|fault|error|oversight|slip|doing)|my (?:mistake"
    r"|fault|error|bad)|that(?:'s| is) on us|we (?:got|made|sent|lost|brought|delivered|cancelled|told|overcharged"
    r"|missed|forgot|failed|took|charged|packed|let|broke|put|mixed|kept|booked|"
    r"gave|left|should|didn't|did not)|i (?:got|made|missed|forgot|failed|should|promised|left)|shock\w*|pity"
    r"|(?:we|i) (?:know|hear) you|(?:we|i) know (?:\w+ ){1,3}(?:is|are|can)\b|concern(?:s us|ed|ing)|not what we"
    r"|(?:not|isn't|never)"
    r" (?:good|great|nice|easy) to (?:hear|read)|sad(?:dened)? to|hate (?:to hear|that)|don't like|oh (?:no|man)\b"
    r"|bummer"
    r"|never (?:want|like|our intention)|isn't the norm|not the goal"
    r"|what a (?:nuisance|mess|pain|shame)|bad luck|rotten|embarrass\w+|real money|a long (?:time|wait))\b",
    re.IGNORECASE,
)
_HOLLOW = re.compile(
    r"\bsorry you feel\b|\bsorry to hear (?:this|that|it|about (?:this|that|your (?:experience|issue|problem)))\W*$"
    r"|\bthe inconvenience\W*$|\b(?:sorry|apologi[sz]e|apologies)\b[,.]? *(?:but|however|although|though)"
    r"|\bany (?:inconvenience|trouble|confusion|distress)\b|"
    r"\b(?:did|does|do|has|have)(?: not|n't) (?:meet|met|live up)|unfortunately|\bmeet (?:your )?expectations",
    re.IGNORECASE,
)
_FOR_IT = re.compile(r"\b(?:for|about) (?:your|the|that|this) (?!inconvenience)\w+", re.IGNORECASE)
_BLAMES = re.compile(
    r"\byou (?:did(?:n't| not)|entered|forgot|failed|should have|never|removed|claim|ordered the wrong|must have)\b",
    re.IGNORECASE,
)


def _recognises(sentence: Sentence, reply: Reply) -> bool:
    """The sentence names the problem with sympathy or ownership."""
    text = _plain(sentence.text)
    if _HOLLOW.search(text):
        return False
    if "apologise" in sentence.acts or _SORRY.search(text):
        return len(text.split()) > 4 or bool(_shared([sentence], reply)) or bool(_FOR_IT.search(text))
    if _BLAMES.search(text) or "pitch" in sentence.acts or text.endswith("?"):
        return False
    if _FEELS_FOR.search(text):
        return True
    if re.search(r"\b(?:thank\w*|grateful|appreciate)\b", text, re.IGNORECASE):
        told = re.search(
            r"\b(?:about|that|how|telling|pointing|spotting|flagging|reporting|raising|letting)\b", text, re.IGNORECASE
        )
        return bool(told) and bool(_shared([sentence], reply))
    return False


def _shared(sentences: Iterable[Sentence], reply: Reply) -> set[str]:
    """The words of substance that the sentences share with the customer's open messages."""
    mine = {word for sentence in sentences for word in topic_words(sentence)}
    return mine & {word for parsed in _said(reply) for sentence in parsed.sentences for word in topic_words(sentence)}


def _said(reply: Reply) -> list[Parsed]:
    return [reply.message(i) for i, message in enumerate(reply.thread) if message.sender == "customer"]


# ---------------------------------------------------------------- restating, waiting


def no_restatement(reply: Reply, options: Options) -> Iterator[Proposal]:
    """Nothing of what the customer named comes back in the reply."""
    customer = reply.customer
    if customer is None or reply.situation.kind in {"none", "praise"} or not _whole(reply):
        return
    named = {w for s in customer.sentences for w in topic_words(s)}
    back = {w for s in reply.body for w in topic_words(s)}
    if len(named) >= int(options.get("least_words", 4)) and not any(
        alike(w, other) >= SAME for w in named for other in back
    ):
        yield _absent(reply)


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
    if not _WAIT.search(_text(reply)):
        text = " ".join(reply.thread[first].text.split())[:80]
        evidence = Evidence(message=first, start=0, end=len(reply.thread[first].text), text=reply.thread[first].text)
        days = _since(sent, reply.date).days
        yield Proposal(0, 0, evidence=evidence, fields={"days": str(days), "day": _named_day(sent), "question": text})


_WAIT = re.compile(
    r"\b(?:wait(?:ed|ing)?|(?:your|more) patience|patient|delay(?:ed)? (?:in|my|our|reply|response)|late (?:reply"
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


def _named_day(moment: datetime) -> str:
    return f"{moment:%A}, {moment.day} {moment:%B}"


# ---------------------------------------------------------------- earlier replies


def repeated_reply(reply: Reply, options: Options) -> Iterator[Proposal]:
    """A paragraph of the draft that says again what an earlier reply of ours said."""
    from rapidfuzz import fuzz

    alike, words = float(options.get("alike", 85)), int(options.get("least_words", 7))
    earlier = [(i, s) for i, m in enumerate(reply.thread) if m.sender == "agent" for s in reply.message(i).body]
    for block in _blocks(reply.body):
        again: list[tuple[Sentence, int, Sentence]] = []
        for sentence in block:
            if len(sentence.text.split()) < words or "?" in sentence.text:
                continue
            for i, old in earlier:
                if len(old.text.split()) >= words and _same(fuzz, sentence.text, old.text, words) >= alike:
                    again.append((sentence, i, old))
                    break
        if again and sum(len(s.text) for s, _, _ in again) >= 0.25 * sum(len(s.text) for s in block):
            first, index, old = again[0]
            evidence = Evidence(
                message=index, start=old.start, end=old.end, text=reply.thread[index].text[old.start : old.end]
            )
            yield Proposal(first.start, again[-1][0].end, first, evidence=evidence)


def _same(fuzz: Any, one: str, other: str, words: int) -> float:
    """How alike two sentences are, 0 to 100; one that stands whole in the other is as good as the same."""
    one, other = one.lower(), other.lower()
    alike = float(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)))
    short = min(one, other, key=len)
    return max(alike, fuzz.partial_ratio(one, other) - _PARTLY) if len(short.split()) >= words else alike


def _blocks(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    found: list[list[Sentence]] = []
    for sentence in sentences:
        if found and found[-1][-1].block is sentence.block:
            found[-1].append(sentence)
        else:
            found.append([sentence])
    return found


_PROMISES = re.compile(r"\b(?:will|'ll|shall|promise|going to|guarantee|is|are|'m|be) \b", re.IGNORECASE)
_OWNS = re.compile(
    r"\b(?:promis\w+|as (?:agreed|announced)|said (?:i|we|it|you|he|she|that)|(?:i|we) (?:was|were) (?:going|supposed"
    r"|meant|due) to|(?:didn't|did not|never|haven't|hadn't|failed to|forgot to|missed|should have"
    r"|not) (?:\w+ )?(?:call|write|wrote|come|came|send|sent|get back|"
    r"ring|reply|answer|turn up|show up|keep|kept|post|deliver|arrive|hear|heard|do|let you know|happen)\w*|(?:sorry"
    r"|apologi\w+)[^.!?]{0,80}\b(?:wait\w*|late|delay|silence|call|missed|nobody|no one|came|day|again|let you down"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday))\b",
    re.IGNORECASE,
)
_PLEASED = re.compile(
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
        or any(_OWNS.search(_plain(s.text)) and not _excuse(s.text) for s in reply.body)
    ):
        return
    latest = _plain(reply.thread[reply.asked].text)
    if _PLEASED.search(latest) and not re.search(r"\b(?:not|never|nobody|nothing|no one|still)\b|n't\b", latest):
        return
    for index, message in enumerate(reply.thread):
        if message.sender != "agent" or message.date is None:
            continue
        for sentence in reply.message(index).body:
            day = _promised_day(sentence, message.date)
            if day is not None and _end_of(day) < _naive(now) and index < reply.asked:
                evidence = Evidence(message=index, start=sentence.start, end=sentence.end, text=sentence.text)
                yield Proposal(0, 0, evidence=evidence, fields={"question": sentence.text, "day": _named_day(day)})
                return


def _excuse(text: str) -> bool:
    return bool(re.search(r"\b(?:apologi\w+|sorry)[, ]+(?:but|however|although)", text, re.IGNORECASE))


def _last_date(reply: Reply) -> datetime | None:
    return None if reply.asked is None else reply.thread[reply.asked].date


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _end_of(day: datetime) -> datetime:
    return day.replace(hour=23, minute=59, second=59, microsecond=0, tzinfo=None)


_WHEN = re.compile(
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
    """The day that a sentence of ours promises something for, counted from when it was sent."""
    future = "promise" in sentence.acts or any(_is_promise(clause) for clause in sentence.clauses)
    match = _WHEN.search(_plain(sentence.text))
    if not future or match is None:
        return None
    if match["span"]:
        count = _SPANS.get(match["span"].lower()) or int(match["span"])
        unit = match["unit"].lower()
        days = count * 7 if "week" in unit else -(-count // 24) if "hour" in unit else count
        if "working" in unit or "business" in unit:
            days += 2 * (-(-days // 5))
        return sent + timedelta(days=days)
    return _day(match["day"], sent)


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


# ---------------------------------------------------------------- helpers


def _absent(reply: Reply) -> Proposal:
    """A finding about something that is nowhere in the draft; it points to the customer's message."""
    index = reply.asked or 0
    text = reply.thread[index].text
    return Proposal(0, 0, evidence=Evidence(message=index, start=0, end=len(text), text=text))


def _whole(reply: Reply) -> bool:
    """There is prose to judge, and all of it: not a quote or a signature alone, nor the first step of a chat."""
    if not reply.body or reply.partial:
        return False
    return not reply.chat or not any(asks_back(s) or _cheers(s) for s in reply.body)


_CHEERS = re.compile(
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


def _cheers(sentence: Sentence) -> bool:
    """Whoever read the message took it for praise or good news."""
    return bool(_CHEERS.search(_plain(sentence.text)))


def _said_by_us(reply: Reply) -> list[Sentence]:
    """What we said to the latest message; in a chat, to those before it too."""
    earlier = (
        [i for i, m in enumerate(reply.thread) if m.sender == "agent" and i < (reply.asked or 0)] if reply.chat else []
    )
    greeting = [s for s in reply.parsed.sentences if s.zone.value != "body"]
    return [*(s for i in earlier for s in reply.message(i).body), *reply.ours, *greeting]


def _apologises(sentence: Sentence) -> bool:
    return "apologise" in sentence.acts or bool(_SORRY.search(_plain(sentence.text)))


def _text(reply: Reply) -> str:
    return " ".join(_plain(s.text) for s in reply.parsed.sentences)


def _plain(text: str) -> str:
    return text.replace("’", "'")
