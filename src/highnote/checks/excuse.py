"""Explaining at length how a fault came about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from highnote import later
from highnote.clauses import Clause
from highnote.language import Sentence, read, told
from highnote.reply import Proposal, Reply


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELSE = frozenset({"request", "ask", "choice", "thank", "wish"})
"""Acts of a sentence that does more than explain."""

_MAIN = frozenset({"", "contrast", "cause", "result"})
"""The links of clauses that say what the sentence says, beside what they hang on."""

_INSIDE = later.compile(
    r"\b(?:systems?|software|scripts?|servers?|database|table|queues?|batch\w*|jobs?|process\w*|cluster|engine|"
    r"logic|feed|sync\w*|migrat\w+|uploads?|updates?|patch\w*|release|firmware|printers?|scann\w+|machines?|"
    r"presses|press|gauge|sensor|warehouses?|depots?|hubs?|site|shifts?|rota|roster|diary|planner|planning|"
    r"belt|line|lorry|lorries|vehicles?|round|carriers?|couriers?|suppliers?|vendors?|masts?|cables?|links?|"
    r"pumps?|controller|backups?|monitor\w*|alerts?|alarm|tools?|codes?|certificates?|keys?|signer|"
    r"accounts? team|finance|ops|procurement|approver|approval|permissions?|exception|report|records?|files?|"
    r"index\w*|catalogue|spreadsheet|sheet|form|template|labels?|rules?|filters?|lists?|models?|config\w*|"
    r"settings?|switch|flag|cache|node|gateway|provider|night|overnight|nightly|weekly|weekdays|manual(?:ly)?|"
    r"automatic(?:ally)?|internal(?:ly)?|reorg\w*|merger?|merged|moved|calibrat\w+|inventory|stock|run|"
    r"supervisors?|dispatch\w*|drivers?|recalculat\w+|archive|cleanup|maintenance|refurb\w*|"
    r"commission\w*|configured|reconfigured|budget|staff\w*|crew|colleagues?|office|department|section|group)\b",
    re.IGNORECASE,
)
"""What customers seldom see of a company."""
_OPENS = later.compile(
    r"^\W*(?:(?:so|well|now|and|but|ok|okay|hi|hello|first)\W+)*(?:you see|see|basically|essentially|technically|internally"
    r"|behind the scenes|in short|long story short)\b"
    r"|\bbackground\b|\bthe (?:way|reason|cause|root of|thing|trouble|problem|snag|catch|explanation)\b[^.;]{0,40}\b(?:is|was|being)\b"
    r"|\bwhat (?:happened|went (?:on|wrong)|occurred|caused|led|took place|it comes down to)\b"
    r"|\b(?:came|comes|went|goes|works?|happened|happens) (?:about )?(?:like this|as follows|this way)\b"
    r"|\b(?:let me|allow me to|to|i(?: wi|')ll|i should|i must|if i may) (?:just |briefly |quickly )?(?:explain|clarify|walk you)\b"
    r"|\b(?:too|overly) technical\b|\bchain\b|\bhere(?: is|'s|’s) (?:what|why|how|the (?:story|background|thing|deal))\b",
    re.IGNORECASE,
)
"""Words that announce an account of how things went."""
_MENDS = _set("""
    fix correct repair replace restore refund resolve mend solve reinstate reissue resend remedy rectify send enclose return
    reopen rebuild cancel waive reconnect dispatch swap close
    """)
"""What we do about a fault."""
_BESIDE = later.compile(
    r"\b(?:now|today|tonight|tomorrow|this (?:morning|afternoon|evening)|on (?:its|the) way|attached is|enclosed|so far|link"
    r"|on us|and ours|you (?!see,)(?!get\b)|we should)\b",
    re.IGNORECASE,
)
"""What is said about the way out, and where the fault is owned."""
_AHEAD = later.compile(r"\b(?:now|attached|enclosed|good news|the (?:cure|way out|link))\b", re.IGNORECASE)
"""What is said of how things stand from here on, where nothing is past."""
_ACCOUNT = _set("reason cause background way explanation happen what truth issue thing be come it")
"""What is said to be the account that follows."""
_ASKED = later.compile(
    r"\b(?:you (?:asked|wanted to know|were asking|wondered)|thank(?:s| you) for asking (?:how|why|what)|good question"
    r"|your question|as you asked|since you ask|to answer your"
    r"|for (?:your|the) (?:audit|auditor|accountant|records|insurer|boss))",
    re.IGNORECASE,
)
_PERSONAL = later.compile(r"\b(?:i|we|you|your|please|thank(?:s| you))\b", re.IGNORECASE)
_THANKED = later.compile(r"\bthank(?:s| you) for asking\b", re.IGNORECASE)


def why(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Runs of more than `most` sentences, or a sentence of more than `clauses` clauses, that tell how the fault came about."""
    asked = reply.situation
    if asked.asks_why or asked.kind == "praise":
        return
    if any(_ASKED.search(s.text) or (_THANKED.search(s.text) and s is not reply.body[-1]) for s in reply.body):
        return
    sorry = any("apologise" in s.acts for s in reply.body)
    if reply.asked is not None and asked.kind == "enquiry" and not asked.harm and not sorry:
        return
    read(s for s in reply.body if _may_tell(s))  # all in one go
    for telling, group in groupby(reply.body, key=_tells):
        run = list(group)
        if telling and _at_length(run, options):
            yield Proposal(run[0].start, run[-1].end, run[0])


def _at_length(run: Sequence[Sentence], options: Mapping[str, Any]) -> bool:
    """More than `most` sentences of the inner workings, or more than `clauses` clauses of them in a sentence."""
    inside = sum(len(set(map(str.lower, _INSIDE.findall(s.text)))) for s in run)
    causes = sum("explain" in s.acts or _was(s) for s in run)
    steps = sum(_steps(s) for s in run)
    announced = any(_OPENS.search(s.text) for s in run)
    long = len(run) > options["most"] and (_has_past(run) or announced)
    if long and (inside + causes >= 2 or steps > options["clauses"] + 1):
        return True
    if any(_BESIDE.search(s.text) for s in run):
        return False
    if announced:
        return steps >= int(options["clauses"])
    return inside > 0 and steps + any("explain" in s.acts for s in run) > options["clauses"] and _has_past(run)


def _has_past(run: Sequence[Sentence]) -> bool:
    return any(clause.tense == "past" for sentence in run for clause in sentence.clauses)


def _was(sentence: Sentence) -> bool:
    """Something had been so, or was not done: the background of a story."""
    past = (clause for clause in sentence.clauses if clause.tense == "past" and clause.subject != "customer")
    return any(clause.polarity == "negative" or clause.voice == "passive" for clause in past)


def _steps(sentence: Sentence) -> int:
    """How many clauses of a sentence tell what went on among others or among things, the customer left out."""
    return sum(
        clause.tense in ("past", "present")
        and clause.mood == "statement"
        and clause.modal in ("", "can", "could", "would")
        and (clause.subject in ("third", "nobody") or clause.subject_owner == "us")
        and not (clause.lemma in ("be", "happen", "come about") and clause.subject_word in _ACCOUNT)
        and "customer" not in (clause.object, clause.object_owner, clause.subject_owner)
        for clause in sentence.clauses
    )


def _may_tell(sentence: Sentence) -> bool:
    """Whether its words leave it open that a sentence tells something."""
    return "?" not in sentence.text and told([sentence], _ELSE) is not True


def _tells(sentence: Sentence) -> bool:
    """Whether a sentence states how things are or were inside the company, and no more than that."""
    if not _may_tell(sentence) or sentence.does(*_ELSE):
        return False
    if "explain" not in sentence.acts and "apologise" in sentence.acts:
        return False
    if any(clause.mood == "condition" or _mends(clause) or _blames(clause) for clause in sentence.clauses):
        return False
    heads = [clause for clause in sentence.clauses if clause.tense and clause.link in _MAIN and not _appeals(clause)]
    if not heads:
        return bool(_INSIDE.search(sentence.text)) and not _PERSONAL.search(sentence.text)
    if all(clause.tense != "past" for clause in heads) and _AHEAD.search(sentence.text):
        return False
    if "promise" in sentence.acts and all(clause.tense != "past" for clause in heads):
        return False
    return _is_inside(heads[0]) and not any(_is_for_customer(clause) for clause in heads)


def _mends(clause: Clause) -> bool:
    """What we did, or what was done by nobody in particular, to put the fault right."""
    return (
        clause.lemma in _MENDS
        and clause.polarity == "positive"
        and (clause.subject_word in ("we", "i") or clause.voice == "passive")
    )


def _blames(clause: Clause) -> bool:
    """The cause lies with the customer, which excuses nobody."""
    return clause.subject == "customer" and clause.link == "cause"


def _appeals(clause: Clause) -> bool:
    """A "you see" or "you know", which says nothing of the customer."""
    return clause.subject == "customer" and clause.lemma in ("see", "know", "understand", "imagine")


def _is_inside(clause: Clause) -> bool:
    """A statement about us, others or nobody that is not about the future; what records show is no cause."""
    if clause.mood != "statement" or clause.subject == "customer" or clause.tense == "future":
        return False
    if clause.lemma == "show" and not clause.object:
        return False
    return clause.modal not in ("will", "shall", "may", "might", "must")


def _is_for_customer(clause: Clause) -> bool:
    """What is done or will be so for this customer: "I've refunded …", "your new card is …", "you will have …"."""
    if clause.tense == "future" or clause.mood in ("imperative", "question"):
        return True
    if clause.subject_word == "i":
        return True
    return clause.tense == "present" and "customer" in (clause.subject, clause.subject_owner)
