"""Rules for complaints stay silent where nobody complains; threads that are long, mixed, empty or foreign."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

import highnote
from highnote import Message
from highnote.linter import SURE_OF_TONE

FOR_COMPLAINTS = {
    "acknowledge/missing", "acknowledge/no-thanks", "apology/missing", "resolution/missing", "resolution/no-choice",
    "resolution/request-ignored", "compensation/bribe", "resolution/discount-for-defect", "stock/unanswered-question",
}  # fmt: skip


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(highnote.Config(level="info", select=tuple(FOR_COMPLAINTS | {"resolution/broken-promise"})))


def rules(linter: highnote.Linter, draft: str, *thread: Message, date: datetime | None = None) -> set[str]:
    return {finding.rule for finding in linter.lint(draft, thread=thread, date=date).findings}


def customer(text: str, date: datetime | None = None) -> Message:
    return Message(sender="customer", text=text, date=date)


QUIET = {
    "thank-you": (
        "Your fitter was so kind and left the kitchen cleaner than before. Thank you!",
        "Dear Mrs Hale,\n\nYour note made Joe's day, I read it out at breakfast. Enjoy the new oven!\n\nBest,\nPip",
    ),
    "sales enquiry": (
        "Do you sell the bench in oak, and what does it cost with delivery to Cork?",
        "Hi Sean,\n\nYes, in oak too: €420, and delivery to Cork is €35.\n\nBest,\nMoya",
    ),
    "how-to": (
        "How do I pair a second remote with the lamp?",
        "Hi Lin,\n\nHold the lamp's button for five seconds, then press “on” on the new remote.\n\nBest,\nOla",
    ),
    "outage notice": (
        "Is there maintenance tonight? Your page says so.",
        "Hello,\n\nYes, from 1 to 3 at night. Mail that comes meanwhile is kept and handed over at 3.\n\nRegards,\nKit",
    ),
    "change of plan": (
        "Could you move my appointment to Thursday?",
        "Hi Jo,\n\nThursday at 10 is yours now.\n\nBest,\nAda",
    ),
    "refusal that must stay one": (
        "Can you tell me the new address of the man who lived below me?",
        "Dear Ms Roe,\n\nNo, we may not give out addresses. I'll pass a letter on if you bring one.\n\nRegards,\nUri",
    ),
    "order at a price seen": (
        "Your leaflet says the pine bed is 199 this week. I would like to order one in white.",
        "Dear Ms Lis,\n\nA white one is set aside for you at 199.\n\nBest,\nPip",
    ),
    "paper for somebody": (
        "My lawyer needs a letter saying I was insured in May. Please send it to me. Policy 99.",
        "Dear Mr Scholl,\n\nThe letter is attached.\n\nRegards,\nKit",
    ),
    "plans of their own": (
        "The painter was booked for tomorrow but I've got to see my doctor. Can we do another day?",
        "Hi Jo,\n\nOf course. Friday at 9 or Monday at 10, as you like.\n\nBest,\nAda",
    ),
    "refusal of an enquiry": (
        "May I bring my parrot into the reading room?",
        "Hello,\n\nNo pets in the reading room, I'm afraid; the courtyard is open to both of you.\n\nBest,\nSol",
    ),
}


@pytest.mark.parametrize("kind", QUIET)
def test_rules_for_complaints_are_silent_on_other_kinds(linter: highnote.Linter, kind: str) -> None:
    message, draft = QUIET[kind]
    assert not rules(linter, draft, customer(message)) & FOR_COMPLAINTS


def test_they_speak_on_a_complaint(linter: highnote.Linter) -> None:
    message = "The oven you fitted on Monday does not heat, and nobody answers the phone. I want it repaired."
    draft = "Dear Mrs Hale,\n\nOur ovens are loved all over the country.\n\nBest,\nPip"
    found = rules(linter, draft, customer(message))
    assert {"acknowledge/missing", "apology/missing", "resolution/missing"} <= found


@pytest.mark.parametrize(
    ("message", "draft"),
    [
        ("Died laughing at your out of office, best reply ever", "Ha, glad you liked it!"),
        ("my dog ate the remote, how much is a new one", "A new one is 12 euros."),
        ("Train was late but the crew kept us all laughing, hats off!", "They'll love to read this, thank you!"),
        ("Why do good plants always die on me?", "Sorry to hear that! We hope to see you in the shop."),
        ("the queue at your till is a joke", "Sorry about the wait in the queue. Extra tills are open now."),
        ("My parcel is two weeks late and nobody answers!", "Could you please send us your order number by DM?"),
        ("My parcel is two weeks late and nobody answers!", "We know how hard a wait like that is...1/2"),
    ],
)
def test_in_a_chat_what_is_uncertain_is_left_alone(linter: highnote.Linter, message: str, draft: str) -> None:
    assert not rules(linter.but(chat=True), draft, customer(message))


def test_in_a_chat_what_is_certain_is_told(linter: highnote.Linter) -> None:
    message = "My parcel is two weeks late, I am furious and nobody answers!"
    found = rules(linter.but(chat=True), "Our parcels go out every day at noon.", customer(message))
    assert {"acknowledge/missing", "apology/missing"} <= found


START = datetime(2026, 3, 2, 9)


def test_in_a_chat_the_tone_is_told_only_where_the_judge_is_nearly_sure() -> None:
    lines = [
        "You should have told us sooner, by the way.",
        "You would miss it, so stay with us.",
        "Calm down, it is only a cup.",
        "Obviously the lid goes on top.",
        "I did stay late for you, you know.",
        "You must have pressed it yourself.",
        "Perhaps read the leaflet again.",
    ]
    alone = highnote.Linter(highnote.Config(level="info", chat=True, select=("rebuke/", "last-word/", "courtesy/")))
    lenient = alone.but(min_confidence=0.1)
    asked = [customer("The cup came broken, your people were rude, and nobody answers. I am furious.")]
    less_sure = 0
    for line in lines:
        for finding in alone.lint(line).findings:
            told = [f for f in alone.lint(line, asked).findings if f.rule == finding.rule]
            assert all(f.confidence is None or f.confidence >= SURE_OF_TONE == f.threshold for f in told)
            if finding.confidence is not None and finding.confidence < SURE_OF_TONE:
                less_sure += 1
                assert not told
                assert finding.rule in {f.rule for f in lenient.lint(line, asked).findings}
    assert less_sure


def test_a_thread_of_two_hundred_messages(linter: highnote.Linter) -> None:
    thread = [
        Message(
            sender="agent" if n % 2 else "customer",
            text=f"I will send part {n} by tomorrow." if n == 99 else f"Part {n} has come, thank you, all good so far.",
            date=START + timedelta(hours=n),
        )
        for n in range(199)
    ]
    latest = customer("Part 99 never came. Where is it?", START + timedelta(days=12))
    reply = "Hi Ann,\n\nParts are packed by hand here.\n\nBest,\nTom"
    found = rules(linter, reply, *thread, latest, date=START + timedelta(days=12, hours=2))
    assert {"resolution/broken-promise", "apology/missing"} <= found


@pytest.mark.parametrize("first", [None, timezone.utc])
def test_dates_with_and_without_zones_in_one_thread(linter: highnote.Linter, first: timezone | None) -> None:
    second = None if first else timezone(timedelta(hours=2))
    thread = [
        customer("The lamp is broken.", START.replace(tzinfo=first)),
        Message(sender="agent", text="I will call you on Tuesday 3 March.", date=START.replace(hour=11, tzinfo=second)),
        customer("Nobody called me.", START.replace(day=5, tzinfo=first)),
    ]
    reply = "Hi Ida,\n\nThe lamp is in the workshop.\n\nBest,\nTim"
    found = rules(linter, reply, *thread, date=START.replace(day=5, hour=12, tzinfo=second))
    assert "resolution/broken-promise" in found


@pytest.mark.parametrize(
    "message", ["", "   \n", "Wo bleibt mein Paket? Ich warte seit drei Wochen und bin sehr verärgert!"]
)
def test_an_empty_message_and_one_in_another_language_say_nothing(linter: highnote.Linter, message: str) -> None:
    assert not rules(linter, "Hi,\n\nOur office is painted blue.\n\nBest,\nTim", customer(message)) & FOR_COMPLAINTS


def test_a_draft_that_is_only_a_quote(linter: highnote.Linter) -> None:
    assert not rules(
        linter, "> The lamp is broken.\n> Please repair it.\n", customer("The lamp is broken. Please repair it.")
    )
