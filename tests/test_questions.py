"""Asks of a message, whether a reply covers them, and what a message is about."""

from __future__ import annotations

import pytest

import highnote
from highnote import reading
from highnote.asks import asks
from highnote.draft import Draft
from highnote.language import Parsed, parse
from highnote.questions import coverage
from highnote.situation import situation


def message(text: str) -> Parsed:
    return parse(Draft(text, reading.message_blocks(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When does it open? And is there a lift?", ["when:When does it open?", "yes/no:is there a lift?"]),
        ("Is there a bar, does a guide come along and where can we park?", ["yes/no", "yes/no", "where"]),
        (
            "Please let me know what I need and whether my wife must come.",
            ["what:what I need", "yes/no:whether my wife"],
        ),
        ("I was wondering if you ship to Iceland.", ["yes/no:if you ship to Iceland"]),
        ("how much is the blue one", ["how much:how much is the blue one"]),
        ("I'd like my money back please.", ["do"]),
        ("Can you send me a new key?", ["do:Can you send me a new key?"]),
        ("Please cancel my order 7011.", ["do:Please cancel my order 7011"]),
        ("Repair my roof window, it drips.", ["do:Repair my roof window"]),
        ("I want it paid. Claim 81-4407, Ron Ames", ["do:I want it paid"]),
        ("My boiler drips. File no. B-112", []),
        ("How are you? I hope business is good.", []),
        ("Seriously? What kind of service is this?!", []),
        ("The lamp came without a bulb.", []),
        ("Let me know if you need anything else.", []),
        ("I know when it opens.", []),
        ("", []),
    ],
)
def test_asks(text: str, expected: list[str]) -> None:
    found = [f"{ask.type}:{ask.text}" for ask in asks(message(text))]
    assert len(found) == len(expected), found
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True)), found


def test_spans_point_into_the_message() -> None:
    text = "Hi there,\n\nthe lamp is fine.\nWhen will the shade come?\n\nThanks, Ida"
    (ask,) = asks(message(text))
    assert text[ask.start : ask.end] == "When will the shade come?"


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(highnote.Config())


def states(linter: highnote.Linter, customer: str, draft: str) -> list[str]:
    thread = [highnote.Message(sender="customer", text=customer)]
    return [covered.state for covered in coverage(linter.read(reading.read_text(draft), thread))]


@pytest.mark.parametrize(
    ("customer", "draft", "state"),
    [
        ("When will my watch be ready?", "It is ready on Friday.", "answered"),
        ("When will my watch be ready?", "I've asked the workshop and will let you know by Friday.", "answered"),
        ("I'd like my money back please.", "The 48 euros went back to your card today.", "answered"),
        ("Is the screen covered by the guarantee?", "It certainly is, for two years.", "answered"),
        ("What now?", "I've sent you a new key today.", "answered"),
        ("Where can the coach park?", "Thank you for your interest in our zoo.", "unanswered"),
        ("Please delete my account.", "Our newsletter is read by thousands of happy people.", "unanswered"),
    ],
)
def test_coverage(linter: highnote.Linter, customer: str, draft: str, state: str) -> None:
    assert states(linter, customer, draft) == [state]


def test_no_asks_no_coverage(linter: highnote.Linter) -> None:
    assert states(linter, "Thank you!", "You're welcome.") == []
    assert states(linter, "Wann kommt meine Lampe und was kostet der Versand nach Wien?", "Soon.") == []


@pytest.mark.parametrize(
    ("text", "kind", "harm"),
    [
        ("The left earbud is dead after two weeks.", "complaint", True),
        ("You charged me twice for March!", "complaint", True),
        ("I've been waiting for my refund since January.", "complaint", True),
        ("Nobody came yesterday although I took the day off.", "complaint", True),
        ("Do you ship to Iceland?", "enquiry", False),
        ("Please cancel my subscription, I don't use it enough.", "request", False),
        ("I typed the wrong address by mistake. Can you change it?", "request", False),
        ("Just wanted to say that your driver was fantastic, thank you so much!", "praise", False),
        ("", "none", False),
        ("Die Lampe ist kaputt und ich bin sehr enttäuscht von Ihnen.", "none", False),
    ],
)
def test_situation(text: str, kind: str, harm: bool) -> None:
    seen = situation(message(text))
    assert (seen.kind, seen.harm) == (kind, harm)


def test_situation_knows_why_leaving_and_remedies() -> None:
    seen = situation(message("Why did this happen? Please refund it and cancel my contract."))
    assert seen.asks_why and seen.leaving and {"refund", "cancel"} <= seen.remedies
    assert situation(None).kind == "none"
