"""How far a piece of the reply brings the kind of answer that an ask calls for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from highnote import later
from highnote.answers.kinds import NICE, NUMBER, SENDS_AWAY, opening, wordy
from highnote.answers.piece import Piece
from highnote.remedies import remedies
from highnote.topics import alike, stem

if TYPE_CHECKING:
    from highnote.asks import Ask, Type

_COST = opening(
    r"how much (?:is|are|does|do|did|will|would|for|to|extra|more)\b(?!.*\b(?:weigh|hold)\b)|what (?:do|does|did"
    r"|will|would"
    r"|could|is the (?:price|cost|fee|rate))\b.*\b(?:cost|owe|price|fee|rate|pay|charge)|.*\b(?:price|cost)"
)
_COUNTED = later.compile(
    r"(?:how (?:much|many) (?:extra |more )?|what(?:'s| is| are)? (?:the|your|its) (?:maximum |minimum |exact "
    r"|usual )?)(?:of (?:the|your|my) )?"
    r"(\w+(?: \w+)?)",
    re.IGNORECASE,
)
_TIMED = wordy(
    r"when|weeks?|weekends?|days?|today|tomorrow|tmrw|tonight|\w+day|morning|evening|afternoon|noon|hours?|o'clock"
    r"|\d{1,2}(?:th|st|nd|rd)|slot|appointment|summer|winter|spring|autumn|january|february|march|april|may|june"
    r"|july|august"
    r"|september|october|november|december"
)
_HOW_TO = opening(
    r"is it (?:ok|okay|fine|safe|possible)|can i|may i|should i|do i|is there (?:a|any) (?:way|workaround|option"
    r"|trick|setting)"
    r"|any way"
)
_MAY_I = opening("(?:can|could|may|might) (?:i|we)|(?:can|could|will|would) (?:you|u)")
_FREE = wordy(
    "free|available|availability|slot|appointment|come|coming|move|reschedule|book|instead|another (?:day|time)"
    "|possible"
)
_SENDABLE = opening(
    "(?:please )?(?:send|give|email|forward|post|tell)|i (?:need|want|require|would like) (?:to have )?(?:the|your|an?)"
)
_MONEY_BACK = wordy("refund\\w*|money back|back")


def how_far(ask: Ask, piece: Piece, shared: float) -> float:
    """How far a piece brings the kind of thing that is asked for, 0 to 1; `shared` is the overlap of their words."""
    if ask.type in {"do", "when", "how long"} and SENDS_AWAY.search(piece.sentence.text):
        return 0.0
    if piece.brings("here") and ask.type not in {"yes/no", "when", "how long"}:
        return 0.9
    return 0.8 if _BLANK.search(piece.text) else _BRINGS[ask.type](ask, piece, shared)


_BLANK = later.compile(r"%\w+%|\{\{?\s*\w|<\w+>|\[[\w ]+\]")
"""A blank that a template fills, with whatever was asked for."""


def _when(ask: Ask, piece: Piece, shared: float) -> float:
    if _regrets(piece):
        return 0.0
    if piece.brings("day") or (piece.brings("hours") and _VISIT.search(ask.text)):
        return 1.0
    return 0.8 if piece.brings("span") else 0.4 * (shared > 0.3 and piece.brings("so or not"))


_VISIT = wordy(r"open\w*|clos\w*|hours|times|visit|come|call|ring|drop|pick|collect|get|speak|reach|available")
"""Questions that opening hours may answer."""
_REGRET = opening(r"(?:and |but |again,? )?(?:i'm|we're|i am|we are)? ?(?:so |very |truly |really )?sorry")


def _regrets(piece: Piece) -> bool:
    """The piece is sorry for what was, which says nothing of what will be."""
    if not _REGRET.match(piece.text):
        return False
    told = [c for c in piece.sentence.clauses if c.parent is not None and piece.start <= c.verb.i < piece.end]
    return all(c.tense in ("past", "") for c in told)


_THERE_ARE = opening(
    rf"(?:yes,? |well,? )?(?:there (?:is|are|were)|we have|i have|it has|it takes|it holds) (?:\w+ ){{0,2}}{NUMBER}"
)


def _how_much(ask: Ask, piece: Piece, shared: float) -> float:
    if _COST.match(ask.text):
        return float(piece.brings("money"))
    if not piece.brings("amount"):
        return 0.0
    counted = _COUNTED.search(ask.text)
    names = [stem(word.rstrip("s")) for word in counted[1].lower().split()] if counted else []
    if any(alike(name, key) for name in names for key in piece.keys):
        return 1.0
    if _THERE_ARE.match(piece.text):
        return 0.8
    return 0.5 if shared > 0.25 and not piece.brings("span") else 0.3


def _what(ask: Ask, piece: Piece, shared: float) -> float:
    return max(
        0.9 * _says_it(ask, piece),
        0.7 * piece.brings("choice"),
        0.5 * (piece.brings("amount") or piece.brings("steps")),
        0.4 * _names(piece),
    )


def _says_it(ask: Ask, piece: Piece) -> bool:
    """It says what somebody does with the verb of the question: "What do you need?" "All I need is …"."""
    asked = _WHAT_DO.match(ask.text)
    if asked is None:
        return False
    doer = "(?:i|we)" if asked["doer"].lower() == "you" else "you"
    return bool(re.search(rf"\b{doer}(?:['’](?:d|ll|ve))? (?:\w+ )?{asked['verb']}\b", piece.text, re.IGNORECASE))


_WHAT_DO = later.compile(
    r"what (?:else )?(?:do|did|will|would|can|could|should|must) (?P<doer>you|i|we) (?P<verb>\w+)", re.IGNORECASE
)


def _yes_or_no(ask: Ask, piece: Piece, shared: float) -> float:
    if NICE.match(piece.text):
        return 0.0
    if piece.brings("yes or no") or (_COST.search(ask.text) and piece.brings("money")):
        return 1.0
    if _MAY_I.match(ask.text) and (piece.brings("done") or piece.brings("here")):
        return 0.9
    if _either(ask, piece) or (
        _FREE.search(ask.text) and _TIMED.search(ask.text) and (piece.brings("day") or piece.brings("hours"))
    ):
        return 0.9
    if _HOW_TO.match(ask.text) and piece.brings("steps") and _orders(piece):
        return 0.85
    return 0.7 if piece.brings("so or not") else 0.2


def _either(ask: Ask, piece: Piece) -> bool:
    """The piece takes one side of "A or B?"."""
    _, word, other = ask.text.lower().partition(" or ")
    sides = re.findall(r"[a-z]{4,}", other) if word else []
    return any(re.search(rf"\b{side}\b", piece.text, re.IGNORECASE) for side in sides)


def _seen_to(ask: Ask, piece: Piece, shared: float) -> float:
    if NICE.match(piece.text):
        return 0.0
    if piece.brings("done"):  # another remedy than the one that was asked for is no answer
        gift = "compensate" in acts(piece) and any(
            remedies()[name].search(ask.text) for name in ("replacement", "repair")
        )
        return 1.0 if shared > 0.05 or not (gift or _MONEY_BACK.search(ask.text)) else 0.4
    if _SENDABLE.match(ask.text) and not _MONEY_BACK.search(ask.text) and re.search(r"\d{2}", piece.text):
        return 0.7
    did = acts(piece)
    if "gone" in did and shared > 0.05:
        return 0.8
    if did & {"refuse", "offer", "choice"} and (shared > 0.05 or "acknowledge" not in did):
        return 0.8
    return 0.5 if did & {"resolve", "promise"} and re.search(r"\byour?\b|today|now|tomorrow", piece.text) else 0.0


_WHEREABOUTS = later.compile(r"\bwhere(?:['’]s)?\b.*\b(?:my|our|it|they)\b", re.IGNORECASE)
_ON_ITS_WAY = wordy(
    r"(?:will|should|to) (?:arrive|reach you|be with you)|on (?:its|their|the) way"
    r"|(?:left|sent|shipped|posted|dispatched) (?:\w+ ){0,4}(?:today|yesterday|this morning|by courier|out)"
)


def _where(ask: Ask, piece: Piece, shared: float) -> float:
    """A place; for a thing that has not come, also that it, or another, is on its way or when it is there."""
    if _WHEREABOUTS.search(ask.text) and _ON_ITS_WAY.search(piece.text):
        return 1.0
    return (0.8 if shared > 0.2 else 0.6) * piece.brings("place")


_BRINGS: Mapping[Type, Callable[[Ask, Piece, float], float]] = {
    "when": _when,
    "how long": lambda ask, piece, shared: (
        0.0 if _regrets(piece) else 1.0 if piece.brings("span") else 0.6 * piece.brings("day")
    ),
    "how much": _how_much,
    "where": _where,
    "who": lambda ask, piece, shared: 0.8 * (piece.brings("person") or _names(piece)),
    "which": lambda ask, piece, shared: 0.7 if piece.brings("choice") else 0.5 * _names(piece),
    "why": lambda ask, piece, shared: 0.9 if piece.brings("cause") else 0.6 * _tells(piece),
    "how": lambda ask, piece, shared: 0.8 * piece.brings("steps"),
    "what": _what,
    "yes/no": _yes_or_no,
    "do": _seen_to,
}


def _names(piece: Piece) -> bool:
    """A name or a number stands in the piece, other than as its first word."""
    return any(t.pos_ == "PROPN" or t.like_num for t in list(piece.tokens)[1:])


def _tells(piece: Piece) -> bool:
    """The piece tells what happened: "A printer stopped on the night of your order"."""
    return any(
        c.tense == "past" and c.mood == "statement" and c.subject != "customer" and piece.start <= c.verb.i < piece.end
        for c in piece.sentence.clauses
    )


def _orders(piece: Piece) -> bool:
    return any(c.mood == "imperative" for c in piece.sentence.clauses)


def acts(piece: Piece) -> frozenset[str]:
    """The acts of the piece's sentence that touch it."""
    return frozenset(
        name
        for name, spans in piece.sentence.acts.items()
        if any(start < piece.end and piece.start < end for start, end in spans)
    )


def is_particular(piece: Piece) -> bool:
    """The piece speaks of this customer or says something exact: stock sentences do neither."""
    return any(map(piece.brings, ("money", "day", "hours", "span", "done", "yes or no"))) or bool(
        re.search(r"\d|\byour? \w", piece.text, re.IGNORECASE)
    )
