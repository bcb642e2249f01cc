"""The judge is asked before the patterns: what is left out is what it would object to, and nothing else."""

from __future__ import annotations

import pickle

import pytest

import highnote
from highnote import language
from highnote.finding import Level
from highnote.reading import read_text

REBUKE = "Hi Ann,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean"
PLAIN = "Hi Ann,\n\nYour parcel left us this morning. The van brings it on Thursday.\n\nBest wishes,\nDean"


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(highnote.Config(level=Level.INFO))


def test_nothing_that_may_stand_is_left_out(linter: highnote.Linter) -> None:
    reply = linter.read(read_text(REBUKE))
    every = [(matcher.owner.id, proposal.start) for matcher, proposal in linter.proposals(reply)]
    asked = [(matcher.owner.id, proposal.start) for matcher, proposal in linter._proposer.chosen(reply, hopeless=False)]
    standing = [
        (matcher.owner.id, proposal.start)
        for matcher, proposal in linter.proposals(reply)
        if linter.confidence(matcher, proposal, reply) is not None
    ]
    assert set(standing) <= set(asked) <= set(every) and ("rebuke/as-i-said", REBUKE.index("As I")) in standing


def test_a_plain_reply_is_hardly_read(linter: highnote.Linter, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    words_read = language.Words.read

    def counted(self: language.Words, new: list[language.Words]) -> None:
        read.extend(words.text for words in new)
        words_read(self, new)

    monkeypatch.setattr(language.Words, "read", counted)
    assert not linter.lint(PLAIN).findings
    assert len(read) <= 1
    assert linter.lint(PLAIN).scorecard


def test_a_confidence_of_nought_leaves_nothing_out() -> None:
    lenient = highnote.Linter(highnote.Config(level=Level.INFO, min_confidence=0.0))
    reply = lenient.read(read_text(REBUKE))
    assert lenient.proposals(reply) == lenient._proposer.chosen(reply, hopeless=False)


def test_other_circumstances_may_ask_for_more_confidence(linter: highnote.Linter) -> None:
    assert linter.lint(REBUKE).findings
    assert not [f for f in linter.but(min_confidence=1.0).lint(REBUKE).findings if f.origin == "pattern"]


def test_the_scorecard_is_worked_out_when_it_is_asked_for(linter: highnote.Linter) -> None:
    report = linter.lint(PLAIN)
    assert "scorecard" not in report.__dict__
    card = report.scorecard
    assert card == linter.scorecard(PLAIN) and card and card.resolved.done and report.scorecard is card


def test_a_report_goes_to_another_process_without_its_scorecard_or_with_it(linter: highnote.Linter) -> None:
    report = linter.lint(PLAIN)
    assert pickle.loads(pickle.dumps(report)).scorecard is None
    card = report.scorecard
    assert pickle.loads(pickle.dumps(report)).scorecard == card
    assert [one.scorecard for one in linter.lint_many([PLAIN, REBUKE], processes=2)] == [card, linter.scorecard(REBUKE)]


def test_a_scorecard_of_what_is_no_reply_is_refused(linter: highnote.Linter) -> None:
    with pytest.raises(highnote.ReadingError, match="more than any reply"):
        linter.scorecard("The parcel left today. " * 5_000)
