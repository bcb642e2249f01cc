"""How a reply ends: who signs it, and whether it stops when it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from highnote import later
from highnote.draft import Block, Draft, Zone
from highnote.language import Sentence
from highnote.reply import Proposal, Reply
from highnote.wording import phrases

_NOBODY_TEXT = """
    team teams support service services care customer customers client clients guest guests member members user
    relations department dept division section unit office offices desk control account accounts accounting
    receivable payable billing sales after-sales aftersales repairs repair returns helpdesk help success happiness
    experience delight group ltd limited inc gmbh llc plc company co front back reception technical tech environment
    environmental lettings credit operations logistics dispatch shipping fulfilment fulfillment warehouse admin
    administration management hr marketing complaints complaint claims enquiries inquiries hotline centre center
    community staff crew people folks all everyone everybody us collections finance payments payroll planning refunds reservations
    bookings booking orders order delivery deliveries workshop webshop shop store online mail info contact
    backoffice quality assurance maintenance facilities property security solutions insurance bank council committee
    board feedback assistance responsible concierge housekeeping registry registrar secretariat hotel inn hostel
    school academy switchboard kitchen branch surgery practice clinic library studio lab laboratory museum theatre
    the your our
"""
_TRADES_TEXT = """
    travel travels tours energy power gas water telecom mobile broadband airways airlines rail railways bus buses coaches
    taxi taxis cabs motors cars autos furniture interiors homes home garden gardens foods food bakery books music games
    toys fitness gym spa pharmacy optics optical electronics appliances tools bikes cycles kitchens bathrooms media
    software systems technologies digital cloud capital finance wealth partners partnership retail wholesale trading
    stores markets market press publishing holidays resorts events catering cleaning laundry plumbing heating roofing
"""
_TRADES = frozenset(_TRADES_TEXT.split())
"""What companies are called after; it tells theirs from a person's name below the name of a team."""
_LINKS = frozenset(["from", "at", "of", "for", "and", "&", "-", "–", "in", "with"])
_NOBODY = frozenset(_NOBODY_TEXT.split())
_PLACEHOLDER = later.compile(r"\{\{?.*?\}?\}|\[[^\]]+\]|<[^>]+>|%\w+%?|_{3,}")
_SELF = later.compile(
    r"\b(?:my name is|this is|I am|I['’]m) (?!(?:The|Your|Our)\b)[A-Z][a-z]+\b(?= (?:from|at|of|in|and)|[.,!])"
)
_NAME = later.compile(r"[^\W\d_][\w.'’-]*\.?(?:\s+(?:[^\W\d_][\w.'’-]*|&))*")
_KISSES = later.compile(r"(?:\s+[xX]+)+\W*$")
_PARTED = later.compile(r"[.!?…]\s+(?:[^\W\d_]+ ){0,2}[^\W\d_]+,\s+([A-Z][\w'’-]+)\W*$")
"""A short parting and a name after a sentence: "See you at two. Ta, Sal"."""
_ADDED = later.compile(
    r"[.!?…]\s+(?!(?:thanks|cheers|regards|best|sorry|apologies|ta|bye|thx|done|love)\b)((?-i:[A-ZÀ-Þ])[\w'’-]+)$",
    re.IGNORECASE,
)
"""A name behind the last sentence, without a mark: "It comes on Friday. Sal"."""
_DESK = later.compile(r"\s+(?:at|from|in) (?:the|our) [a-z][\w ]*$")
"""Where somebody who signs sits."""
_DIGITS = later.compile(r"[\d@:/]|\bwww\b")

_SOLVES = frozenset({"promise", "resolve", "offer", "compensate", "choice", "dated"})
_NEWS = _SOLVES | {"request", "ask", "apologise", "refuse"}
_PARTICULAR = later.compile(
    r"\d|https?:|@|[£$€%]|\b(?:the|this|that|these|those|it|its|he|she|they|them|his|her|their|both|your|i|my|please"
    r"|if|attached"
    r"|enclosed|below|here)\b",
    re.IGNORECASE,
)
"""What points at something in particular: talk for its own sake has nothing of it."""
_FOR_THEM = later.compile(
    r"https?:|@|[£$€%?]|\b(?:you|yours?|yourself|please|if|unless|until|till|attached|enclosed|below|i|my|me|today|tonight"
    r"|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|o'clock|am|pm|within|replac\w+|refund\w*|repair\w*)\b"
    r"|\b\d{1,2}(?::\d\d|(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
"""What makes a sentence one for this customer, now."""


def anonymous(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The signature that holds no name, or the draft that has none. A blank counts as a name; chat needs none."""
    draft = reply.parsed.draft
    if reply.chat or reply.at_once or not reply.body or reply.parsed.draft.framed_elsewhere:
        return
    named = bool(reply.agent_name and reply.agent_name in draft.source)
    if named or _SELF.search(draft.source) or _signs_in_passing(draft):
        return
    signature = [block for block in draft.blocks if block.zone is Zone.SIGNATURE and block.text.strip()]
    if signature:
        if not _signs(signature) and not _named_above(draft.blocks, signature[0]):
            start, end = signature[0].source_span(0, len(signature[0].text))
            yield Proposal(start, end)
    elif team := _unseen_team(draft.blocks):
        yield Proposal(*team.source_span(0, len(team.text)))
    elif not _ends_on_a_name(draft.blocks):
        yield Proposal(0, 0)


def _signs(signature: Sequence[Block]) -> bool:
    """Whether a line of the signature is a person's name or a blank for one."""
    first = set(_words(signature[0].text))
    team = not _NOBODY.isdisjoint(first)
    for number, block in enumerate(signature):
        if _PLACEHOLDER.search(block.text):
            return True
        name = re.split(r",|\s[-–—|/@&+]\s|\s\(|\||\s(?:from|at|of|and|with)\s", block.text.lstrip("-–—~^* "))[
            0
        ].strip()
        words = _words(name)
        if not words or _DIGITS.search(name) or not _NAME.fullmatch(name):
            continue
        if number and team and words[-1] in _TRADES:
            continue
        if len(words) <= 5 and not (_NOBODY | _LINKS).intersection(words) and not (number and first.issuperset(words)):
            return True
    return False


def _named_above(blocks: Sequence[Block], team: Block) -> bool:
    """Whether the line of the body above a team's is a name and nothing else."""
    lines = [block for block in blocks if block.zone is Zone.BODY and block is not team]
    return bool(lines) and len(_words(lines[-1].text)) > 1 and _person(lines[-1].text)


def _ends_on_a_name(blocks: Sequence[Block]) -> bool:
    """Whether the last line is a name that was not seen as a signature ("Thanks from Jo", "Tom")."""
    last = next((block for block in reversed(blocks) if block.zone in (Zone.BODY, Zone.CLOSING)), None)
    if last is None:
        return False
    if _PLACEHOLDER.fullmatch(last.text.strip()) or _named_above(blocks, last):
        return True
    words = _KISSES.sub("", last.text).strip(" .!,-–—").split()
    if len(blocks) < 2 or not 0 < len(words) <= 6:
        return False
    return words[-1][:1].isupper() and not _NOBODY.intersection(_words(last.text))


def _signs_in_passing(draft: Draft) -> bool:
    """Whether the last paragraph ends on a parting and a name: in lines of their own, or after the last sentence."""
    last = next((block for block in reversed(draft.blocks) if block.zone in (Zone.BODY, Zone.CLOSING)), None)
    if last is None or not last.text:
        return False
    start, end = last.source_span(0, len(last.text))
    lines = [line.strip() for line in draft.source[start:end].splitlines()]
    below = [name for before, name in pairwise(lines) if before.endswith((",", "!"))]
    text = _KISSES.sub("", last.text)
    beside = _PARTED.search(text) or _ADDED.search(text)
    return any(map(_person, below if beside is None else [*below, beside[1]]))


def _person(text: str) -> bool:
    """Whether a line can be the name of one person or of some ("Jo", "Jo at the desk")."""
    text = _DESK.sub("", text)
    words = _words(text)
    return bool(_NAME.fullmatch(text) and text[0].isupper() and len(words) <= 4 and not _NOBODY.intersection(words))


def _unseen_team(blocks: Sequence[Block]) -> Block | None:
    """A last line such as "Your Support Team" that was taken for prose."""
    last = next((block for block in reversed(blocks) if block.zone in (Zone.BODY, Zone.CLOSING)), None)
    if last is None or len(blocks) < 2 or last.text.rstrip()[-1:] in ".!?:" or _named_above(blocks, last):
        return None
    words = _words(last.text)
    return last if len(words) <= 6 and _NOBODY.intersection(words[1:]) and last.text.split()[-1][0].isupper() else None


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[\w&-]+", text.lower()) if word not in "-–"]


def keeps_talking(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The sentences that add nothing after the last one that does; `most` of them are let pass.

    What makes them idle is what they have in common, so that no single sentence is handed to the judge.
    """
    body = list(reply.body)
    least = options["most"] + 1
    if len(body) <= least or not all(map(_may_be_idle, body[-least:])):
        return
    asides = reply.asked is None or reply.situation.kind in ("complaint", "request")
    cut = next((n for n in reversed(range(len(body))) if not (_idle(body[n]) or (asides and _aside(body[n])))), None)
    if cut is None:
        return
    idle = [sentence for sentence in body[cut + 1 :] if "thank" not in sentence.acts and not _closes(sentence)]
    talk = [sentence for sentence in idle if "wish" not in sentence.acts]
    if not any(map(_brags, talk)) and not all(_idle(sentence) and sentence.clauses for sentence in talk):
        return
    if talk and len(idle) > options["most"] and any(sentence.does(*_SOLVES) for sentence in body[: cut + 1]):
        yield Proposal(idle[0].start, idle[-1].end)


def _brags(sentence: Sentence) -> bool:
    """It tells how old, how liked or how proud the company or its goods are, or what the world is like."""
    return bool(phrases("asides", "talk").search(sentence.text))


def _aside(sentence: Sentence) -> bool:
    """A statement about us or others that holds nothing for the customer: no deed of ours for them, no day, no "you"."""
    if _FOR_THEM.search(sentence.text) or sentence.does(
        "promise", "request", "ask", "apologise", "refuse", "offer", "choice"
    ):
        return False
    heads = [clause for clause in sentence.clauses if clause.parent is None]
    return all(clause.mood == "statement" and clause.subject != "customer" and not clause.modal for clause in heads)


def _may_be_idle(sentence: Sentence) -> bool:
    """Whether it takes more than the words to tell that a sentence is not idle."""
    return (
        not _PARTICULAR.search(sentence.text) or not _FOR_THEM.search(sentence.text) or sentence.does("thank", "wish")
    )


def _closes(sentence: Sentence) -> bool:
    """A short wish: the usual way to close."""
    return sentence.does("wish") and len(sentence.span) <= 9


def _idle(sentence: Sentence) -> bool:
    """A sentence that holds nothing for this customer: no deed, no fact, no request."""
    if sentence.does("thank", "wish") and not sentence.does("apologise"):
        return sentence.does("wish") or not sentence.does("promise", "resolve", "refuse")
    if _PARTICULAR.search(sentence.text) or sentence.does(*_NEWS):
        return False
    heads = (clause for clause in sentence.clauses if clause.parent is None)
    return all(_general(clause.tense, clause.mood, clause.subject) for clause in heads)


def _general(tense: str, mood: str, subject: str) -> bool:
    """A statement that holds always, or a remark without a verb."""
    return tense in ("present", "future", "") and mood == "statement" and subject != "customer"
