"""The scorecard: what a reply did, each line with the sentence that shows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from highnote.finding import Mark, Scorecard
from highnote.language import Sentence
from highnote.questions import coverage
from highnote.reply import Reply

NEGATIVE = frozenset({"apologise", "refuse"})
"""Acts that a last sentence should not do."""
POSITIVE = frozenset({"resolve", "promise", "offer", "choice", "compensate", "dated", "thank", "wish"})


def scorecard(reply: Reply, flagged: Collection[int] = ()) -> Scorecard:
    """The scorecard of a reply. Lines about a problem do not apply where the customer reports none.

    `flagged` are the sentences (by index) with an error or warning: a reply does not end on a high note with one.
    """
    complaint = reply.situation.harm or reply.situation.kind == "complaint" or reply.asked is None
    asks = coverage(reply)
    states = {ask.state for ask in asks}
    # Asks that may or may not be answered neither earn the tick nor take it away.
    answered = False if "unanswered" in states else True if states == {"answered"} else None
    last = next((s for s in reply.body if s.place in ("last", "only")), None)
    high = last is not None and last.index not in flagged and not last.does(*NEGATIVE) and last.does(*POSITIVE)
    first_answer = next((ask.sentence for ask in asks if ask.state == "answered" and ask.sentence is not None), None)
    return Scorecard(
        acknowledged=_line(reply, ("acknowledge",), applies=complaint),
        apologised=_line(reply, ("apologise",), applies=complaint),
        owned=_owned(reply, applies=complaint),
        answered=Mark(done=None) if answered is None else _mark(first_answer, answered),
        questions=len(asks),
        questions_answered=sum(ask.state == "answered" for ask in asks),
        resolved=_line(reply, ("resolve", "promise", "offer")),
        dated=_line(reply, ("dated",)),
        choice=_line(reply, ("choice",)),
        high_note=_mark(last if high else None, high),
    )


def weakest(cards: Sequence[Scorecard]) -> Scorecard:
    """One scorecard for all the ways that a draft comes out: a line is done where each of them does it."""
    first = cards[0]
    if len(cards) == 1:
        return first
    marks = {}
    for name in Scorecard.model_fields:
        if isinstance(getattr(first, name), Mark):
            of_all: list[Mark] = [getattr(card, name) for card in cards]
            told = [mark for mark in of_all if mark.done is not None]
            marks[name] = next((mark for mark in told if not mark.done), told[0] if told else of_all[0])
    fewest = min(cards, key=lambda card: card.questions_answered - card.questions)
    return first.model_copy(
        update={**marks, "questions": fewest.questions, "questions_answered": fewest.questions_answered}
    )


def _line(reply: Reply, acts: Sequence[str], *, applies: bool = True) -> Mark:
    shown = next((s for s in reply.body if s.does(*acts)), None)
    if shown is None and not applies:
        return Mark(done=None)
    return _mark(shown, shown is not None)


def _owned(reply: Reply, *, applies: bool) -> Mark:
    """Owned: somebody of ours, in the first person, did or will do something about it."""
    shown = next(
        (
            sentence
            for sentence in reply.body
            if sentence.does("resolve", "promise") and any(clause.subject == "us" for clause in sentence.clauses)
        ),
        None,
    )
    return Mark(done=None) if shown is None and not applies else _mark(shown, shown is not None)


def _mark(sentence: Sentence | None, done: bool) -> Mark:
    if sentence is None:
        return Mark(done=done)
    return Mark(done=done, text=sentence.text, start=sentence.start, end=sentence.end)
