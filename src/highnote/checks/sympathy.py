"""Whether a reply to harm says sorry, recognises what happened, and thanks for the message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from highnote import later
from highnote.checks.parts import absent, plain, said_by_us, whole
from highnote.harm import done_by_us, reported
from highnote.language import Parsed, Sentence
from highnote.moods import feels
from highnote.questions import POINTED, asks_plainly
from highnote.reply import Proposal, Reply
from highnote.topics import topic_words
from highnote.wording import phrases

Options = Mapping[str, Any]


def apology_missing(reply: Reply, options: Options) -> Iterator[Proposal]:
    """The customer reports a fault of ours, and the reply apologises nowhere."""
    harmed = _harmed(reply) or (reply.chat and reply.situation.told and _makes_good(reply) and not asks_plainly(reply))
    if harmed and whole(reply) and not any(map(_apologises, said_by_us(reply))):
        yield absent(reply)


def _makes_good(reply: Reply) -> bool:
    """The writer puts it right, or lets the customer choose how: they take it for a fault of ours."""
    return any("put-right" in s.acts and s.does("choice", "resolve") for s in reply.body)


def acknowledge_missing(reply: Reply, options: Options) -> Iterator[Proposal]:
    """The customer reports a problem or is upset, and no sentence recognises what it meant for them."""
    if not _harmed(reply) or not whole(reply) or (reply.chat and asks_plainly(reply)):
        return
    said = said_by_us(reply)
    # In the two lines of a chat, sorry and a deed are recognition enough.
    acts = reply.chat and any(not s.acts.keys().isdisjoint(("choice", "help", "resolve")) for s in reply.body)
    if not any(_recognises(s, reply) or (acts and _apologises(s)) for s in said) and not _told_and_sorry(said, reply):
        yield absent(reply)


def no_thanks(reply: Reply, options: Options) -> Iterator[Proposal]:
    """A complaint answered with neither thanks for it nor what changes because of it; a chat has no room for them."""
    if reply.chat or not _harmed(reply) or not whole(reply):
        return
    sentences = [s for s in reply.parsed.sentences if s.zone.value in {"body", "closing"}]
    if not any(_thanks(plain(s.text)) for s in sentences) and not any(
        _CHANGED.search(plain(s.text)) for s in reply.body
    ):
        yield absent(reply)


def _thanks(text: str) -> bool:
    """The sentence thanks for the message: for something other than patience or custom."""
    return any(
        not all(map(_FOR_NOTHING.match, re.split(r"\band (?=for\b)", text[match.end() :])))
        for match in _THANKS.finditer(text)
    )


def glad(reply: Reply) -> bool:
    """In a chat: the writer is glad with the customer and sorry for nothing, so nobody was harmed."""
    return any("rejoice" in s.acts for s in reply.body) and not any(map(_apologises, reply.body))


def sorry(reply: Reply) -> bool:
    """The writer is sorry: they take what they were told for harm, which a chat in half-sentences leaves in doubt."""
    return any(map(_apologises, reply.body))


def _harmed(reply: Reply) -> bool:
    """Whether the customer plainly reports harm. Where that is less than certain, a writer who is glad for them knows."""
    now = reply.situation
    if reply.chat:
        known = reply.harm or (now.told and sorry(reply))
        return known and not glad(reply) and not _curious(reply) and not _only_dear(reply)
    if any(_CHEERED.search(s.text) for s in reply.parsed.sentences) or _befell_them(reply):
        return False
    return now.plain and (
        now.certain or not any(_GLAD.search(plain(s.text)) and not _apologises(s) for s in reply.parsed.sentences)
    )


def _curious(reply: Reply) -> bool:
    """The customer only wonders about something, or asks why in one plain question, and is not moved by it."""
    said = [plain(s.text) for s in reply.customer.sentences if _WORDS.search(s.text)] if reply.customer else []
    if reply.situation.upset:
        return False
    only_why = len(said) == 1 and _WHY.match(said[0]) and not POINTED.search(said[0])
    return bool(only_why) or any(map(_WONDERS.search, said))


def _only_dear(reply: Reply) -> bool:
    """All that the customer minds is a price, which is no fault of ours."""
    said = reply.customer.sentences if reply.customer else ()
    minded = [s for s in said if feels(s) or reported(s) >= 1]
    return all(_PRICE.search(s.text) and reported(s) < 1 for s in minded) and bool(minded)


_PRICE = later.compile(
    r"\b(?:prices?|pric(?:ed|ing|ey)|fares?|expensive|overpriced|rip(?:ping)?[- ]?offs?"
    r"|(?:[$£€]\d[\d.,]*|\d+ ?(?:bucks|quid)) for an?)\b",
    re.IGNORECASE,
)
_WORDS = later.compile(r"\w \w")
_WHY = later.compile(
    r"\W*(?:_ )?(?:(?:@\w+|hi|hey|hello)\W+)*(?:why (?:is|was|are|were)|what's (?:up|going on|the))\b", re.IGNORECASE
)


_WONDERS = later.compile(
    r"(?:\b(?:i'm|i am|we're|just) (?:\w+ )?|^\W*(?:_ )?(?:@\w+ )*)(?:curious|wondering) (?:why|if|whether|how|what|when|about)\b",
    re.IGNORECASE,
)
_GLAD = later.compile(
    r"^\W*(?:(?:i|we)(?:'m| am|'re| are)? (?:so |very |really )?)?(?:glad|pleased|delighted|happy|lovely|good|great|nice)"
    r" (?:it|that|you|he|she|they|to (?:hear|read|see|know))\b(?! (?:told|wrote|got in touch|said|let))"
    r"|\bget well soon\b",
    re.IGNORECASE,
)
_CHEERED = later.compile(r"\bcongratulations\b", re.IGNORECASE)


def _befell_them(reply: Reply) -> bool:
    """What went wrong is nothing that we did: a claim on their insurance, a pipe that somebody else has mended."""
    if reply.customer is None or any(map(done_by_us, reply.customer.sentences)):
        return False
    return any(phrases("complaints", "not ours").search(plain(s.text)) for s in reply.customer.sentences)


_SORRY = later.compile(
    r"\b(?:sorry|soz|srr?y|apolog\w+|regret\w*|forgive|inexcusable|ashamed|our (?:fault|mistake|error|slip)|mea culpa)\b",
    re.IGNORECASE,
)
_THANKS = later.compile(
    r"\b(?:thank(?:s|[ -]you| u|ing)?|thx|ty|ta|cheers|grateful"
    r"|(?<!\byou )(?<!\byou can )(?<!\byou will )appreciate\w*|glad (?:that )?you (?:told|wrote"
    r"|got in touch|said|let)|good (?:of you|that you))\b(?! *(?:[,.!]|$))"
    r"|\b(?:thanks|thank you|cheers)(?: again| so much| very much)?[,.!]? (?=\w)",
    re.IGNORECASE,
)
_FOR_NOTHING = later.compile(
    r" *(?:(?:so|very) much |again )?(?:(?:for|in|of) )?(?:(?:all|both|your|the|being|so|such) ){0,2}(?:\w+ )?"
    r"(?:patien(?:ce|t)|understanding|bearing with|custom|loyalty|choosing|advance|cooperation|business"
    r"|(?:an?|our) (?:\w+ )?(?:customer|member|guest)s?)\b",
    re.IGNORECASE,
)
"""What thanks are given for that are none for the message."""
_CHANGED = later.compile(
    r"\b(?:from now on|from (?:today|this week|tomorrow|monday|next week)(?: on(?:wards)?)?"
    r"|(?:we|i|our|nothing)\b[^.]* in future|in future,? (?:we|i|our|every|each|nothing)|so that (?:it"
    r"|this|that) (?:can(?:not|'t)|does(?:n't| not)|won't)|won't happen again|thanks to you|because of (?:your|this)|"
    r"(?:we|i)(?:'ve| have)? (?:now |since |also )?(?:chang|updat|correct|rewritten|rewrote|retrain|put a (?:check"
    r"|reminder|note)|add(?:ed)? a (?:check|line|note|step)|stopp|mov)\w*|now (?:check|weigh|test|go through|read"
    r"|ask|lock)s?|is now (?:checked|tested|weighed))\b",
    re.IGNORECASE,
)
_FEELS_FOR = later.compile(
    r"\b(?:(?:i|we) (?:can |do |fully |completely |really )*(?:understand|see|imagine|realise|realize|know)"
    r" (?:how|that|why|what (?:it|this|that|a)|your|this|these|those|it)\b|appreciate (?:this|that|it|how) (?:is|was"
    r"|must|can|has"
    r"|frustrating)\b|(?:does ?n't|does not|didn't) sound (?:good|right|great|like)|must (?:have been|be|feel)"
    r"|should(?:n't| not"
    r"| never) (?:have|happen|be)|"
    r"frustrat\w+|(?:not|n't) condone|unacceptable|annoy\w+|disappoint\w+|upset\w*|worr(?:y|ying|ied)|stress\w*"
    r"|unpleasant|painful|no good|horrible|horrid|awful|inexcusable|miserable|wretched|dreadful|grim|galling"
    r"|maddening|nasty|frightening"
    r"|distress\w*|heartbreak\w*"
    r"|not (?:good enough|acceptable|(?:how|what) (?:it|we|you|this|that)|(?:the|an?) \w+ (?:we|you|that))"
    r"|(?:isn't|not) how (?:we|you)\b"
    r"|(?:isn't|wasn't|not|never) (?:certainly |quite |at all )*(?:the|an?|our|what|how) (?:\w+ )?(?:impression"
    r"|record|experience"
    r"|standard|service|way|kind|welcome|start|level)|(?:eager|ready|anxious|keen) to (?:be|get|go)|(?:hard|tough"
    r"|no fun|long)"
    r" to wait|waiting is|hope (?:the|your) (?:wait|delay)|didn't mean|no fun|"
    r"you(?:'re| are| were) (?:\w+ )?right|our (?:own )?(?:mistake|fault|error|oversight|slip|doing|responsibility)|my (?:mistake"
    r"|fault|error|bad)|that(?:'s| is) on us|we (?:got|made|sent|lost|brought|delivered|cancelled|told|overcharged"
    r"|missed|forgot|failed|took|charged|packed|let|broke|put|mixed|kept|booked|"
    r"gave|left|should|didn't|did not)|i (?:got|made|missed|forgot|failed|should|promised|left)|shock\w*|pity"
    r"|(?:we|i) (?:know|hear) you|(?:we|i) know (?:\w+ ){1,3}(?:(?:is|are)(?:n't)?|can)\b|concern(?:s us|ed|ing)|not what we"
    r"|(?:not|isn't|never)"
    r" (?:good|great|nice|easy) to (?:hear|read)|sad(?:dened)? to|hate (?:to hear|that)|don't like|dislike|oh (?:no|man)\b"
    r"|that(?:'s| is) (?:very )?(?:strange|odd)|that sucks|despite (?:the|this|your) (?:\w+ )?(?:wait|delay)"
    r"|bummer|could(?:n't| not) agree more"
    r"|never (?:want|like|our intention)|isn't the norm|not the goal"
    r"|what a (?:nuisance|mess|pain|shame)|bad luck|rotten|embarrass\w+|real money|a lo+ng (?:time|wait))\b",
    re.IGNORECASE,
)
_VAGUE = later.compile(
    r"\b(?:(?:sorry|apologi[sz]e|apologies|regret)(?: again)? (?:about|for|to hear(?: about)?) (?:all )?"
    r"(?:this|that|it|(?:the|your) (?:trouble|hassle|bother|issue|problem|situation)|(?:this|that|your) (?:experience|issue|problem))"
    r"|the inconvenience)\W*$",
    re.IGNORECASE,
)
"""An apology that says nothing by itself, though the words before it may."""
_MUCH = 5
"""So many words before it may."""
_HOLLOW = later.compile(
    r"\bsorry you feel\b|\b(?:sorry|apologi[sz]e|apologies)(?: again)? if\b"
    r"|\b(?:sorry|apologi[sz]e|apologies)\b[,.]? *(?:but|however|although|though)"
    r"|\bany (?:inconvenience|trouble|confusion|distress)\b|"
    r"\b(?:did|does|do|has|have)(?: not|n't) (?:meet|met|live up)|"
    r"expectations (?:were|are|was|have been)(?: not|n't) (?:been )?met|unfortunately|\bmeet (?:your )?expectations",
    re.IGNORECASE,
)
_FOR_IT = later.compile(r"\b(?:for|about) (?:your|the|that|this) (?!inconvenience)\w+", re.IGNORECASE)
_BLAMES = later.compile(
    r"\byou (?:did(?:n't| not)|entered|forgot|failed|should have|never|removed|claim|ordered the wrong|must have)\b",
    re.IGNORECASE,
)


def _apologises(sentence: Sentence) -> bool:
    return "apologise" in sentence.acts or bool(_SORRY.search(plain(sentence.text)))


def _recognises(sentence: Sentence, reply: Reply) -> bool:
    """The sentence names the problem with sympathy or ownership."""
    text = plain(sentence.text)
    vague = _VAGUE.search(text)
    named = vague is None or (
        len(text[: vague.start()].split()) >= _MUCH and (bool(_shared([sentence], reply)) or _owns(sentence))
    )
    if not named or (_HOLLOW.search(text) and not (reply.chat and _FEELS_FOR.search(text))):
        return False
    if "apologise" in sentence.acts or _SORRY.search(text):
        return (
            len(text.split()) > 4
            or bool(_shared([sentence], reply))
            or bool(_FOR_IT.search(text))
            or bool(_FEELS_FOR.search(text))
        )
    if _BLAMES.search(text) or "pitch" in sentence.acts or text.endswith("?"):
        return False
    if _FEELS_FOR.search(text):
        return True
    if re.search(r"\b(?:thank\w*|grateful|appreciate)\b", text, re.IGNORECASE):
        told = re.search(
            r"\b(?:about|that|how|telling|pointing|spotting|flagging|reporting|raising|letting)\b", text, re.IGNORECASE
        )
        if _MESSAGE.search(text) and not sentence.does("defect"):  # it names the matter, not what went wrong
            return False
        return bool(told) and bool(_shared([sentence], reply))
    return False


_MESSAGE = later.compile(
    r"\bfor (?:your|the|this) (?:\w+ )?(?:message|letter|e-?mail|mail|note|enquiry|inquiry|query|request)"
    r" (?:about|regarding|concerning|on)\b",
    re.IGNORECASE,
)


def _owns(sentence: Sentence) -> bool:
    """It tells what we did: "I counted twelve on a van that held ten"."""
    return any(
        clause.subject == "us" and clause.tense == "past" and clause.lemma not in _READING
        for clause in sentence.clauses
    )


_READING = frozenset({"receive", "get", "read", "see", "hear", "note", "notice", "learn", "look"})


def _told_and_sorry(said: Sequence[Sentence], reply: Reply) -> bool:
    """What happened is told again beside an apology in a sentence of its own: "Two hours, and for nothing. I apologise."."""
    return any(
        (_apologises(other) and _tells(one, reply)) or (_apologises(one) and _tells(other, reply) and _happened(other))
        for one, other in pairwise(said)
        if one.block is other.block and not _HOLLOW.search(plain(one.text)) and not _HOLLOW.search(plain(other.text))
    )


def _happened(sentence: Sentence) -> bool:
    """The sentence tells what came about, and neither what is done about it nor what cannot be."""
    past = any(clause.tense == "past" and clause.mood == "statement" for clause in sentence.clauses)
    return past and not sentence.does("resolve", "put-right", "refuse", "request", "promise", "explain", "help")


def _tells(sentence: Sentence, reply: Reply) -> bool:
    """The sentence says again what the customer told, with neither blame nor a question."""
    text = plain(sentence.text)
    return bool(_shared([sentence], reply)) and not _BLAMES.search(text) and not text.endswith("?")


def _shared(sentences: Iterable[Sentence], reply: Reply) -> set[str]:
    """The words of substance that the sentences share with the customer's open messages."""
    mine = {word for sentence in sentences for word in topic_words(sentence)}
    return mine & {word for parsed in _said(reply) for sentence in parsed.sentences for word in topic_words(sentence)}


def _said(reply: Reply) -> list[Parsed]:
    return [reply.message(i) for i, message in enumerate(reply.thread) if message.sender == "customer"]
