"""What the rules about solutions need beyond patterns: whether a draft holds any help at all, and how much it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from highnote import later
from highnote.answers.kinds import KINDS
from highnote.answers.replies import asks_back, says_nothing
from highnote.checks.parts import cheers, pleads_to_stay
from highnote.checks.sympathy import glad, sorry
from highnote.clauses import Clause
from highnote.language import Sentence
from highnote.questions import coverage, said_before
from highnote.remedies import REDRESS
from highnote.reply import Proposal, Reply
from highnote.topics import SAME, alike, topic_words

_HELPS = frozenset({"resolve", "choice", "put-right", "compensate"})
MANY = 4
"""So many questions in one reply are no first step of help any more."""
_LINK = later.compile(r"https?://|www\.|\S@\S+\.\w|\b\w+\.(?:com|example|org|co\.uk|net)\b", re.IGNORECASE)
_ANSWERS = later.compile(
    r"^\W*(?:yes|no|sure|of course|certainly|absolutely|done|gone|correct|it does|it is|you can"
    r"|(?:please )?find attached|(?:attached|enclosed) (?:you|is|are)|here (?:is|are|comes?))\b",
    re.IGNORECASE,
)
# Steps and questions that lead to no help: waiting, writing again, going elsewhere, calming down.
_IDLE_TEXT = """
    contact call ring phone write email mail message visit speak ask bear wait hold hang calm reconsider think
    hesitate note accept read rest feel see look forgive excuse understand know stay give go come drop watch be
    allow keep have hear leave remember consider bring fax present prove check enjoy treat quote let do reply
    appreciate apply sign subscribe tap click fill print hand grab sorry direct
"""
_IDLE = frozenset(_IDLE_TEXT.split())
_CALLS = frozenset({"call", "contact", "email", "message", "phone", "ring", "text", "write"})
_PAPERWORK = frozenset({"fill", "print", "sign", "scan", "fax", "prove"})
_DOUBT = later.compile(
    r"\b(?:are you sure|can you prove|did you (?:really|even)|is it possible|have you read|who|why|won't you"
    r"|will you not|wouldn't you"
    r"|change your mind|really only|surely|think (?:it|about)|anything else|give us)\b",
    re.IGNORECASE,
)
_IF_WE_CAN = later.compile(
    r"\b(?:(?:anything|something) else|any (?:further|other|more)|further (?:help|assistance|questions?)"
    r"|questions|assist(?:ance)? you|hesitate)\b",
    re.IGNORECASE,
)
_AWAITED = later.compile(
    r"\b(?:your (?:\w+ )?(?:request|complaint|message|case|concern|enquiry|inquiry|claim|issue|ticket"
    r"|report|problem|e-?mail)|(?:matter|issue|problem)\b|looked into"
    r"|get back|sorry|apologi[sz]e|understand)",
    re.IGNORECASE,
)
_STALLS = later.compile(
    r"\b(?:look(?:ed|ing)? into|(?:get|come|circle|be) (?:back|in touch)|keep you|let you know|inform you"
    r"|forwarded|escalated|passed (?:it|this|your|on)|raised|in due course"
    r"|shortly|as soon as|contact you|being (?:reviewed|investigated|looked)|will be (?:looked|contacted"
    r"|reviewed)|on (?:holiday|leave)|not available|our \w+ (?:team|department)"
    r"|working on|waiting for|handed|chase|at the earliest|under review|call again|write again"
    r"|try (?:us )?again|hotline|bear with|out of reach|on a course|is away|are away|before (?:too )?long"
    r"|right people|will have word"
    r"|what is possible|get round to|calm down|giving us a|on the list|in due time|still (?:open|being)|take a while"
    r"|gone (?:across|over) to|some(?:one|body) will|do (?:our|my) best|timely manner|(?:can't|cannot) be reached"
    r"|(?:have|need) to (?:\w+ )?(?:approach|contact|call|ring|phone|get hold of) (?!me\b|us\b))\b",
    re.IGNORECASE,
)


_ELSEWHERE = later.compile(
    r"\b(?:contact|call|ring|write to|ask|reach out to)\b.{0,40}\b(?:department|team|hotline|helpline"
    r"|office|branch|support|desk)\b",
    re.IGNORECASE,
)
_SENDS = later.compile(
    r"\b(?:go(?:es)? out|leaves?|ships?|send|sent|post|replace|refund|repair|collect|credit|fix|cancel|change|correct"
    r"|bring|deliver|swap|reimburse|a new one)\w*\b",
    re.IGNORECASE,
)


def without_help(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """A body in which no sentence solves, acts, offers, answers or names a day, though somebody waits for that."""
    if not reply.body or reply.partial:
        return
    stalls = [sentence for sentence in reply.body if _STALLS.search(sentence.text)]
    if reply.asked is None:
        if reply.chat or not stalls or not any(_AWAITED.search(sentence.text) for sentence in reply.body):
            return
    elif not _awaited(reply, bool(stalls)) or (not reply.harm and any(map(cheers, reply.body))):
        return
    if reply.chat and not all(_empty(s) for s in reply.body):  # help in half-sentences
        return
    interrogates = sum(map(_wanted, reply.ours)) >= MANY
    again = said_before(reply)
    pleads = pleads_to_stay(reply)
    likeliest = sorted(reply.ours, key=lambda s: s.acts.at_most("help"), reverse=True)  # so that few are read
    if not pleads and (
        any(_helps(s, reply, interrogates) for s in likeliest if s.text not in again)
        or any(map(_arranges, likeliest))
        or (not interrogates and _does_as_asked(reply))
    ):
        return
    if (
        pleads
        or stalls
        or not any("refuse" in sentence.acts and not _MAILBOX.search(sentence.text) for sentence in reply.body)
    ):
        yield Proposal(0, 0)


def _empty(sentence: Sentence) -> bool:
    """In a chat: the sentence says nothing, regrets, puts off or sends away, and is no first step of help."""
    if _begins(sentence):
        return False
    text = sentence.text
    puts_off = any(words.search(text) for words in (_STALLS, _ELSEWHERE)) and not _ON_THE_SPOT.search(text)
    return puts_off or says_nothing(sentence) or bool(_REGRETS.search(text))


_REGRETS = later.compile(
    r"^\W*(?:(?:i|we)(?:['’]m|['’]re| am| are| do)? )?(?:\w+ )?(?:sorry|apologi[sz]e|apologies|regret)"
    r"(?: (?!but\b|however\b|and\b)[^\s,;:–—]+)+$",
    re.IGNORECASE,
)
"""A sentence that is sorry for something, and only that."""
_ON_THE_SPOT = later.compile(
    r"\b(?:airport|gate|station|counter|reception|front desk|crew|ground staff|on ?board)\b", re.IGNORECASE
)
"""Whom the customer has before them, and who can help at once."""


def _begins(sentence: Sentence) -> bool:
    """In a chat: the sentence asks what help needs, or for the moment that it takes."""
    return asks_back(sentence) and not _OPEN_DOOR.search(sentence.text)


_OPEN_DOOR = later.compile(r"\bhow (?:we|i) (?:can|may)\b", re.IGNORECASE)


def _arranges(sentence: Sentence) -> bool:
    """Somebody will or can do something, by a day or a span that is named: "Craig can do it this Friday"."""
    if _STALLS.search(sentence.text) or sentence.does(
        "refuse", "request", "ask", "pitch", "compensate", "acknowledge", "thank"
    ):
        return False
    if sentence.does("gone") and not sentence.does("put-right"):
        return False
    timed = any(KINDS[kind].search(sentence.text) for kind in ("day", "span"))
    return timed and any(
        (clause.modal in {"will", "can", "shall"} or clause.tense == "future" or _under_way(clause))
        and clause.subject in {"us", "third"}
        and clause.mood == "statement"
        and clause.polarity == "positive"
        for clause in sentence.clauses
    )


def _under_way(clause: Clause) -> bool:
    """It is being done, or is arranged: "the caretaker is taking the lock off at noon", "a new bill replaces it on 2 May"."""
    if clause.tense != "present" or clause.time != "day" or clause.modal:
        return False
    return clause.verb.tag_ == "VBG" or clause.lemma in _ARRANGED


_ARRANGED = frozenset({"arrive", "begin", "collect", "come", "deliver", "fetch", "fit", "go", "leave", "move", "replace",
                       "return", "send", "ship", "start"})  # fmt: skip
"""What the timetable says of somebody or something, in the present: "Craig comes on Friday"."""


SURE = 0.1
"""Up to this doubt what was asked is certainly done."""


def _does_as_asked(reply: Reply) -> bool:
    """All that the customer asked to be done is done, in whatever words."""
    requests = [ask for ask in coverage(reply) if ask.ask.kind == "request"]
    return bool(requests) and all(ask.doubt < SURE and ask.state == "answered" for ask in requests)


def _awaited(reply: Reply, stalls: bool) -> bool:
    """Whether the customer waits for something to be done."""
    about = reply.situation
    if about.kind not in ("complaint", "request"):
        return about.kind == "enquiry" and stalls and not reply.chat and bool(coverage(reply))
    if reply.chat:
        harm = reply.harm or (about.told and sorry(reply) and not any(_COMMENTS.search(s.text) for s in reply.body))
        return not glad(reply) and (harm or not REDRESS.isdisjoint(about.remedies))
    return reply.harm or bool(about.remedies) or stalls


_COMMENTS = later.compile(r"\byour (?:\w+ )?(?:comments?|feedback|thoughts|views|opinion)\b", re.IGNORECASE)
"""What people say in passing in a chat, as the writer takes it: they wait for no answer."""


def _helps(sentence: Sentence, reply: Reply, interrogates: bool) -> bool:
    """The sentence solves, offers, answers, names a day for what the customer wrote about, or asks what help needs."""
    acts, text = sentence.acts, sentence.text
    if _MAILBOX.search(text) or (
        "pitch" in acts and not sentence.does("promise", "resolve") and reply.situation.kind != "enquiry"
    ):
        return False
    if _ANSWERS.search(text) or (_LINK.search(text) and not _ELSEWHERE.search(text)):
        return True
    if "help" in acts and "choice" not in acts and not sentence.does("resolve", "dated") and _STALLS.search(text):
        return False
    if "help" in acts or "choice" in acts or ("put-right" in acts and "resolve" in acts):
        return not _IF_WE_CAN.search(text)
    # a gift is too little perhaps, which other rules say, but something
    if "compensate" in acts and reply.harm and not sentence.does("thank", "apologise"):
        return True
    if "refuse" in acts or _IF_WE_CAN.search(text):
        return False
    if (
        "dated" in acts
        and not sentence.does("gone", "apologise", "acknowledge", "thank", "compensate")
        and ("defect" not in acts or sentence.does("promise", "resolve", "put-right"))
        and not _STALLS.search(text)
        and not _to_call_us(sentence)
        and (_ahead(sentence) or sentence.does("resolve", "put-right"))
    ):
        about = {word for s in (reply.customer.sentences if reply.customer else ()) for word in topic_words(s)}
        return not about or any(alike(word, other) >= SAME for word in topic_words(sentence) for other in about)
    if "?" in text and "ask" in acts:
        return not interrogates and not _DOUBT.search(text)
    if interrogates or _STALLS.search(text) or "request" not in acts:
        return False
    steps = {
        c.lemma.partition(" ")[0]
        for c in sentence.clauses
        if c.mood == "imperative" and c.subject == "customer" and c.polarity == "positive"
    }
    return bool(steps - _IDLE) and steps.isdisjoint(_PAPERWORK)


def _to_call_us(sentence: Sentence) -> bool:
    """The customer is to get in touch once more: "you could phone us on Monday"."""
    return any(c.subject == "customer" and c.lemma in _CALLS and c.object == "us" for c in sentence.clauses)


def _ahead(sentence: Sentence) -> bool:
    """A day or time that it names stands in no clause about the past: "I have been here for a week" names none to come."""
    days = [start for start, _ in sentence.acts["dated"]]
    past = {token.i for clause in sentence.clauses if clause.tense == "past" for token in clause.tokens}
    return any(day not in past for day in days)


_MAILBOX = later.compile(
    r"\b(?:mailbox|inbox|e-?mail|message|repl(?:y|ies)|answers?)\b.{0,40}\b(?:unattended|unmonitored|no-?reply"
    r"|(?:not|cannot|can't|n't|no longer) (?:be )?(?:\w+ )?(?:monitored|read|answered|checked))\b",
    re.IGNORECASE,
)
"""What is said of the mailbox, which is nobody's matter."""
_WANTED = later.compile(
    r"\b(?:which|what|what's|when|where|whether|who|how|did (?:you|it)|do you|does (?:it|the)|is (?:it"
    r"|the|there)|are (?:you|there)|have you|has (?:it|the)|can you|could you)\b",
    re.IGNORECASE,
)
_DEMANDS = later.compile(
    r"\b(?:the following|please (?:answer|provide|send|state|hand in|supply|confirm|give|list|specify"
    r"|tell)|let (?:me|us) know|need (?:from you|to know))\b",
    re.IGNORECASE,
)
_OFFERS = later.compile(r"^\W*(?:what about|how about|or\b|would you (?:like|prefer|rather)|shall i)", re.IGNORECASE)
_ITEM = later.compile(
    r"\b(?:receipt|card|statement|list|copy|photos?|pictures?|screenshots?|number|invoice|form|id|proof"
    r"|address|name|date|model|version|file|log|serial|code|box|carton|details?)\b",
    re.IGNORECASE,
)


def many_questions(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """`most` questions and demands for information or more before any help; the finding reaches from the first to the last.

    It is their number that tells, so no sentence is handed to the judge.
    """
    counts = [
        (0 if _OFFERS.search(sentence.text) or _says_again(sentence, reply) else _wanted(sentence), sentence)
        for sentence in reply.body
    ]
    if sum(wanted for wanted, _ in counts) < options["most"]:
        return
    found: list[tuple[int, Sentence]] = []
    for wanted, sentence in counts:
        if not wanted and not found and _helps_now(sentence):
            return
        if wanted and ("choice" not in sentence.acts or wanted > 2):
            found.append((wanted, sentence))
    count = sum(wanted for wanted, _ in found)
    if count >= int(options["most"]):
        yield Proposal(found[0][1].start, found[-1][1].end, fields={"count": str(count)})


def _says_again(sentence: Sentence, reply: Reply) -> bool:
    """A question of the customer's, taken up in order to answer it."""
    question = sentence.text.rstrip(" ?").lower()
    return (
        reply.customer is not None
        and len(question.split()) > 1
        and any(
            question in re.sub(r"\byou\b", "we", s.text.lower()) or question in s.text.lower()
            for s in reply.customer.sentences
        )
    )


def _helps_now(sentence: Sentence) -> bool:
    """Whether something was done or is promised; a remark about repairs in general is no help."""
    return sentence.does("resolve") or (sentence.does("put-right") and sentence.does("promise"))


def _wanted(sentence: Sentence) -> int:
    """How many things a sentence wants to know or to have."""
    text = sentence.text
    question = "?" in text
    demands = bool(_DEMANDS.search(text))
    if not question and not (demands and sentence.does("request", "ask")):
        return 0
    asked = len(_WANTED.findall(text))
    return max(asked, len(_ITEM.findall(text)), 1) if demands else max(asked, 1)
