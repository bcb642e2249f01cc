"""Explaining at length how a fault came about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from highnote.clauses import Clause
from highnote.language import Sentence
from highnote.reply import Proposal, Reply

_ELSE = frozenset({"request", "ask", "choice", "thank", "wish"})
"""Acts of a sentence that does more than explain."""

_MAIN = frozenset({"", "contrast", "cause", "result"})
"""The links of clauses that say what the sentence says, beside what they hang on."""

_INSIDE = re.compile(
    r"\b(?:systems?|software|scripts?|servers?|database|table|queues?|batch\w*|jobs?|process\w*|cluster|engine|"
    r"logic|feed|sync\w*|migrat\w+|uploads?|updates?|patch\w*|release|firmware|printers?|scann\w+|machines?|"
    r"presses|press|gauge|sensor|warehouses?|depots?|hubs?|site|shifts?|rota|roster|diary|planner|planning|"
    r"belt|line|lorry|lorries|vehicles?|round|carriers?|couriers?|suppliers?|vendors?|masts?|cables?|links?|"
    r"pumps?|controller|backups?|monitor\w*|alerts?|alarm|tools?|codes?|certificates?|keys?|signer|"
    r"accounts? team|finance|ops|procurement|approver|approval|permissions?|exception|report|records?|files?|"
    r"index\w*|catalogue|spreadsheet|sheet|form|template|labels?|rules?|filters?|lists?|models?|config\w*|"
    r"settings?|switch|flag|cache|node|gateway|provider|night|overnight|nightly|weekly|weekdays|manual(?:ly)?|"
    r"automatic(?:ally)?|internal(?:ly)?|reorg\w*|merger?|merged|moved|calibrat\w+|inventory|stock|run|"
    r"supervisors?|dispatch\w*|driver|courier|recalculat\w+|archive|cleanup|maintenance|refurb\w*|"
    r"commission\w*|configured|reconfigured|budget|staff\w*|crew|colleagues?|office|department|section|group)\b",
    re.IGNORECASE,
)
"""What customers seldom see of a company."""
_ASKED = re.compile(
    r"\b(?:you (?:asked|wanted to know|were asking|wondered)|thank(?:s| you) for asking (?:how|why|what)|good question"
    r"|your question|as you asked|since you ask|to answer your"
    r"|for (?:your|the) (?:audit|auditor|accountant|records|insurer|boss))",
    re.IGNORECASE,
)
_THANKED = re.compile(r"\bthank(?:s| you) for asking\b", re.IGNORECASE)


def why(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Runs of more than `most` sentences, or one of more than `clauses` clauses, that tell how the fault came about."""
    asked = reply.situation
    if asked.asks_why or asked.kind == "praise":
        return
    calm = reply.asked is not None and asked.kind == "enquiry" and not asked.harm
    if any(_ASKED.search(s.text) or (_THANKED.search(s.text) and s is not reply.body[-1]) for s in reply.body):
        return
    for telling, group in groupby(reply.body, key=_tells):
        run = list(group)
        if not telling or not _at_length(run, options) or not _has_past(run):
            continue
        if not calm or any("explain" in sentence.acts for sentence in run):
            yield Proposal(run[0].start, run[-1].end, run[0])


def _at_length(run: Sequence[Sentence], options: Mapping[str, Any]) -> bool:
    inside = sum(len(set(map(str.lower, _INSIDE.findall(s.text)))) for s in run)
    causes = sum("explain" in s.acts or _was(s) for s in run)
    tenses = [clause.tense for s in run for clause in s.clauses if clause.tense]
    if len(run) > options["most"]:
        return inside + causes >= 2
    return causes > 0 and inside > 0 and len(tenses) > options["clauses"]


def _has_past(run: Sequence[Sentence]) -> bool:
    return any(clause.tense == "past" for sentence in run for clause in sentence.clauses)


def _was(sentence: Sentence) -> bool:
    """Something had been so, or was not done: the background of a story."""
    past = (clause for clause in sentence.clauses if clause.tense == "past" and clause.subject != "customer")
    return any(clause.polarity == "negative" or clause.voice == "passive" for clause in past)


def _tells(sentence: Sentence) -> bool:
    """Whether a sentence states how things are or were inside the company, and no more than that."""
    if _ELSE.intersection(sentence.acts) or "?" in sentence.text:
        return False
    if "explain" not in sentence.acts and "apologise" in sentence.acts:
        return False
    heads = [clause for clause in sentence.clauses if clause.tense and clause.link in _MAIN]
    if not heads or ("promise" in sentence.acts and heads[0].tense != "past"):
        return False
    return _is_inside(heads[0]) and not any(_is_for_customer(clause) for clause in heads)


def _is_inside(clause: Clause) -> bool:
    """A statement about us, others or nobody that is not about the future."""
    if clause.mood != "statement" or clause.subject == "customer" or clause.tense == "future":
        return False
    return clause.modal not in ("will", "shall", "may", "might", "must")


def _is_for_customer(clause: Clause) -> bool:
    """What is done or will be so for this customer: "I've refunded …", "your new card is …", "you will have …"."""
    if clause.tense == "future" or clause.mood in ("imperative", "question"):
        return True
    if clause.subject_word == "i":
        return True
    return clause.tense == "present" and "customer" in (clause.subject, clause.subject_owner)
