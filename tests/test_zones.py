"""Zones: greeting, body, closing, signature, quote."""

from __future__ import annotations

import pytest

from highnote.draft import Zone
from highnote.reading import message_blocks

BODY = "The refund left us today. It reaches you on Friday."


def zoned(text: str) -> list[tuple[str, str]]:
    return [(block.zone.value, block.text) for block in message_blocks(text)]


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi Ben,",
        "Dear Ms Cray:",
        "Hello,",
        "Hi!",
        "Good morning Ana!",
        "Good afternoon,",
        "Dear Customer,",
        "Dear valued customer,",
        "Hey all",
        "hey frostbyte_22,",
        "heyy sushi_soldier,",
        "Martha,",
        "Ms Tan,",
        "Theo and Sam,",
        "Dear Sir/Madam,",
        "Dear Mr and Mrs Lefèvre,",
        "Dear Dr. Falk,",
        "Dear M. Byrne,",
        "Dear {{first_name}},",
        "Dear <CUSTOMER NAME>,",
        "Dear Mr/Ms ____,",
        "Dear Priscilla (ticket 88120077),",
        "Dear Mr Ames, and dear granddaughter,",
        "Dear all at number 9,",
        "Hello everyone in Dock Street,",
        "Greetings, Stormbramble!",
        "Hello you two,",
        "To whom it may concern,",
        "Sehr geehrte Frau Kühn,",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n"])
def test_greetings(greeting: str, gap: str) -> None:
    assert zoned(f"{greeting}{gap}{BODY}") == [("greeting", greeting), ("body", BODY)]


@pytest.mark.parametrize(
    ("line", "greeting"),
    [
        ("Hi Ben, thanks for writing.", "Hi Ben,"),
        ("Hi, thanks for writing.", "Hi,"),
        ("Hello! Thanks for writing.", "Hello!"),
        ("Hi Danielle. You can come in.", "Hi Danielle."),
        ("Hello, Melodie! I apologise.", "Hello, Melodie!"),
        ("Dear Mr. Smith, we are sorry.", "Dear Mr. Smith,"),
        ("Hi there thanks for writing.", "Hi there"),
        ("Hi Ben I have news.", "Hi Ben"),
        ("@ben_77 we are on it.", "@ben_77"),
    ],
)
def test_a_greeting_that_runs_into_the_sentence_is_cut_off(line: str, greeting: str) -> None:
    assert zoned(line) == [("greeting", greeting), ("body", line[len(greeting) :].strip())]


@pytest.mark.parametrize(
    "line",
    [
        "Good news: it is here.",
        "Unfortunately, we cannot.",
        "Martha, we are on it.",
        "Highly recommended, that one.",
        "Yours is the blue one.",
        "Thanks,",
        "Brackets will go out",
    ],
)
def test_no_greeting(line: str) -> None:
    assert all(zone != "greeting" for zone, _ in zoned(f"{line}\n{BODY}"))


@pytest.mark.parametrize(
    "closing",
    [
        "Kind regards,",
        "Regards",
        "Thanks,",
        "Thanks!",
        "Cheers",
        "GG,",
        "xo,",
        "Sweaty greetings,",
        "See you out there,",
        "Yours sincerely,",
        "All the very best,",
        "With love from all of us,",
        "Greetings from Odense,",
        "Thank you for chasing us,",
        "Thank you for telling us, it helps us train the packers,",
        "I hope the knee is healing well,",
        "have a good one,",
        "thx for letting us know",
        "see u there :)",
        "Grüße,",
        "Med venlig hilsen",
    ],
)
@pytest.mark.parametrize("name", ["Sam", "Marta Doe\nReturns desk", "Mia @ Beatlane", "Lars, rugs"])
def test_closings(closing: str, name: str) -> None:
    expected = [("body", BODY), ("closing", closing), *(("signature", line) for line in name.split("\n"))]
    assert zoned(f"{BODY}\n\n{closing}\n{name}") == expected


@pytest.mark.parametrize("line", ["Regards, Sam", "Kind regards, Till Ohm", "Best, Ali"])
def test_closing_and_name_on_one_line(line: str) -> None:
    closing, name = line.split(", ")
    assert zoned(f"{BODY}\n\n{line}")[1:] == [("closing", f"{closing},"), ("signature", name)]


@pytest.mark.parametrize(
    "lines",
    [
        "Bram",
        "Giulia P.",
        "The PayLane Team",
        "Lowri, Technical Support",
        "Jana, front desk",
        "Lettings Department",
        "Repairs",
        "Jo Attwell, 0117 496 0233",
        "Jørn\nBlinds & Co",
        "Sheila Barraclough\nWillow & Weft",
        "- Owen Pryce",
        "^JH",
        "*ABC",
        "Sent from my phone\nRay",
        "Sent from my iPhone",
    ],
)
def test_signatures_without_a_closing(lines: str) -> None:
    blocks = message_blocks(f"{BODY}\n\n{lines}")
    assert [block.zone for block in blocks] == [Zone.BODY] + [Zone.SIGNATURE] * len(lines.split("\n"))


def test_the_delimiter_begins_a_signature() -> None:
    assert zoned(f"{BODY}\n\nBest,\nNoor\n\n-- \nNoor Haddad | Support\nWe value your business!")[1:] == [
        ("closing", "Best,"),
        ("signature", "Noor"),
        ("signature", "Noor Haddad | Support"),
        ("signature", "We value your business!"),
    ]


@pytest.mark.parametrize(
    "last",
    [
        "Have a nice day!",
        "Enjoy the show!",
        "reply asap",
        "Watch the website for updates.",
        "Thank you for your patience.",
        "Sent from my desk, is much easier than my phone.",
        "Let me know.",
        "I hope this helps",
        "Yes",
    ],
)
def test_ordinary_sentences_stay_in_the_body(last: str) -> None:
    assert zoned(f"{BODY}\n\n{last}") == [("body", BODY), ("body", last)]


def test_a_wish_before_the_name_stays_in_the_body() -> None:
    assert zoned(f"{BODY}\n\nHave a great evening!\nAnna")[1:] == [
        ("body", "Have a great evening!"),
        ("signature", "Anna"),
    ]


def test_initials_at_the_end_of_a_short_message() -> None:
    assert zoned("Sorry about that. ^JH") == [("body", "Sorry about that."), ("signature", "^JH")]


@pytest.mark.parametrize("text", [BODY, "brackets will go out", "need address", "Sam", "Thanks"])
def test_a_text_without_line_breaks_is_body(text: str) -> None:
    assert zoned(text) == [("body", text)]


def test_a_postscript_is_body_and_the_closing_above_it_is_found() -> None:
    assert zoned(f"{BODY}\n\nBest,\nSam\n\nP.S. The box is yours to keep.")[1:] == [
        ("closing", "Best,"),
        ("signature", "Sam"),
        ("body", "P.S. The box is yours to keep."),
    ]


def test_answers_between_quotes() -> None:
    text = f"Hi Tone,\n\n> Is lunch included?\n\n{BODY}\n\n> And tea?\n\nTea too.\n\nBest,\nEirik\n\n> older"
    assert zoned(text) == [
        ("greeting", "Hi Tone,"),
        ("quote", "Is lunch included?"),
        ("body", BODY),
        ("quote", "And tea?"),
        ("body", "Tea too."),
        ("closing", "Best,"),
        ("signature", "Eirik"),
        ("quote", "older"),
    ]


@pytest.mark.parametrize(
    "signature",
    [
        "Your branch",
        "Your Sunroom team",
        "The surgery at Mill Lane",
        "Suki x",
        "Rainer Stock\nCourse Office, Sprachhaus am Markt",
    ],
)
@pytest.mark.parametrize("closing", ["Kind regards,", "Mit freundlichen Grüßen"])
def test_teams_kisses_and_offices_sign(closing: str, signature: str) -> None:
    lines = [("signature", line) for line in signature.split("\n")]
    assert zoned(f"{BODY}\n\n{closing}\n{signature}") == [("body", BODY), ("closing", closing), *lines]


def test_a_line_that_goes_on_is_no_signature() -> None:
    text = "It was given\nto\nyour bank"
    assert {zone for zone, _ in zoned(text)} == {"body"}
