"""Who signs a reply, and where its last word is."""

from __future__ import annotations

import pytest

from highnote import reading
from highnote.config import Config
from highnote.linter import Linter

REPLY = "Hello Priya,\n\nYour €18 is on its way and will be on your card by Tuesday.\n\n"


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(Config(select=("ending/anonymous",), judge=False))


@pytest.mark.parametrize(
    "name", ["{{agent.name}}", "[Your name]", "Jo", "Jo @ Ticketbox", "Tom Field\nCustomer Care", "Will"]
)
def test_a_name_or_a_blank_for_one_signs(linter: Linter, name: str) -> None:
    assert not linter.lint(f"{REPLY}Best,\n{name}\n").findings


@pytest.mark.parametrize(
    "name",
    ["Customer Care", "The Ticketbox Team", "Your Ticketbox Support", "Storage Plus Office\nStorage Plus, open 6-22"],
)
def test_a_team_is_no_name(linter: Linter, name: str) -> None:
    assert [f.rule for f in linter.lint(f"{REPLY}Best,\n{name}\n").findings] == ["ending/anonymous"]


@pytest.mark.parametrize("marks", ["…", "-", "( )"])
def test_a_last_line_of_marks_signs_nothing(linter: Linter, marks: str) -> None:
    assert [f.rule for f in linter.lint(f"{REPLY}{marks}").findings] == ["ending/anonymous"]


@pytest.mark.parametrize(
    ("tail", "last"),
    [
        ("Thank you for telling us.", "The rail was posted today."),
        ("We hope you will enjoy it.", "The rail was posted today."),
        ("Thanks for telling us, and I'm sorry again.", "Thanks for telling us, and I'm sorry again."),
        ("Thank you for asking; Ana will ring you on Monday.", "Thank you for asking; Ana will ring you on Monday."),
    ],
)
def test_thanks_and_wishes_are_not_the_last_word(linter: Linter, tail: str, last: str) -> None:
    reply = linter.read(reading.read_text(f"Hi Paul,\n\nWe found it. The rail was posted today. {tail}\n\nEwan"))
    assert [s.text for s in reply.body if s.place == "last"] == [last]
