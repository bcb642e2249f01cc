"""Who is us in a thread read from a file, as the configuration says; the scorecard's last line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import highnote
from highnote import doctor
from highnote.cli.app import app
from highnote.thread import read_thread

OUTREACH = """From: Ida Lamp <ida@shop.example>
To: kim@home.example
Date: Mon, 02 Mar 2026 09:00:00 +0000
Subject: Your order

Your lamp is here. I will call you on Tuesday 3 March.
"""
ANSWER = """From: Kim <kim@home.example>
To: ida@shop.example
Date: Thu, 05 Mar 2026 09:00:00 +0000
Subject: Re: Your order

Nobody called me. Where is the lamp?
"""


@pytest.mark.parametrize(("ours", "found"), [('ours = ["shop.example"]', True), ("", False)])
def test_the_configuration_says_who_is_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str, found: bool
) -> None:
    (tmp_path / "thread").mkdir()
    (tmp_path / "thread" / "1.eml").write_text(OUTREACH)
    (tmp_path / "thread" / "2.eml").write_text(ANSWER)
    (tmp_path / "highnote.toml").write_text(ours)
    (tmp_path / "draft.txt").write_text("Hi Kim,\n\nThe lamp is in the workshop.\n\nBest,\nIda\n")
    monkeypatch.chdir(tmp_path)
    arguments = ["check", "draft.txt", "--thread", "thread", "--date", "2026-03-05T12:00:00"]
    result = CliRunner().invoke(app, arguments)
    assert ("broken-promise" in result.output) is found, result.output


def test_the_option_joins_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thread").mkdir()
    (tmp_path / "thread" / "1.eml").write_text(OUTREACH)
    (tmp_path / "thread" / "2.eml").write_text(ANSWER)
    (tmp_path / "highnote.toml").write_text('ours = ["depot.example"]')
    (tmp_path / "draft.txt").write_text("Hi Kim,\n\nThe lamp is in the workshop.\n\nBest,\nIda\n")
    monkeypatch.chdir(tmp_path)
    call = ["check", "draft.txt", "--thread", "thread", "--date", "2026-03-05T12:00:00"]
    result = CliRunner().invoke(app, [*call, "--ours", "nobody@shop.example", "--ours", "shop.example"])
    assert "broken-promise" in result.output


@pytest.mark.parametrize("writer", ["Ida Lamp <ida@shop.example>", "Tim <tim@shop.example>"])
def test_colleagues_of_the_writer_are_us(tmp_path: Path, writer: str) -> None:
    (tmp_path / "1.eml").write_text(OUTREACH)
    (tmp_path / "2.eml").write_text(ANSWER)
    assert [m.sender for m in read_thread(tmp_path, writers=[writer])] == ["agent", "customer"]
    assert [m.sender for m in read_thread(tmp_path)] == ["customer", "agent"]


def test_whoever_writes_the_draft_is_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thread").mkdir()
    (tmp_path / "thread" / "1.eml").write_text(OUTREACH)
    (tmp_path / "thread" / "2.eml").write_text(ANSWER)
    (tmp_path / "draft.eml").write_text(
        "From: Tim <tim@shop.example>\nTo: kim@home.example\nSubject: Re: Your order\nDate: Thu, 05 Mar 2026 12:00:00 +0000\n\n"
        "Hi Kim,\n\nThe lamp is in the workshop.\n\nBest,\nIda\n"
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["check", "draft.eml", "--thread", "thread"])
    assert "broken-promise" in result.output


def test_a_missing_high_note_shows_no_sentence() -> None:
    card = highnote.lint("Hi Kim,\n\nThe lamp leaves today.\nI am sorry about the wait.\n\nBest,\nIda").scorecard
    assert not card.high_note.done and not card.high_note.text


@pytest.mark.parametrize(("end", "done"), [("today", True), ("as soon as possible", False)])
def test_no_high_note_stands_in_a_finding(end: str, done: bool) -> None:
    draft = f"Hi Kim,\n\nThank you for the photo of the lamp.\nWe will send you a new one {end}.\n\nBest,\nIda"
    report = highnote.lint(draft)
    assert report.scorecard.high_note.done is done
    assert ("resolution/vague-promise" in {finding.rule for finding in report.findings}) is not done


def test_doctor_looks_for_the_extra() -> None:
    lines = list(doctor.examine(highnote.Config(), None))
    assert any(line.what == "likeness in meaning" and line.ok and line.seen for line in lines)


@pytest.mark.parametrize(
    ("customer", "draft"),
    [
        ("Wo bleibt mein Paket? Ich warte seit drei Wochen und niemand antwortet mir!", "Hi,\n\nIt is on its way.\n"),
        ("   ", "Hi,\n\nIt is on its way.\n"),
        ("Where is my parcel?", "> Where is my parcel?\n"),
    ],
)
def test_a_thread_with_nothing_to_go_on_is_silent(customer: str, draft: str) -> None:
    thread = [highnote.Message(sender="customer", text=customer)]
    linter = highnote.Linter(highnote.Config(select=("acknowledge", "apology/missing", "stock/unanswered-question")))
    assert linter.lint(draft, thread=thread).findings == ()


def test_half_of_a_chat_answer_lacks_nothing() -> None:
    thread = [highnote.Message(sender="customer", text="My bag is lost. Where is it?")]
    linter = highnote.Linter(
        highnote.Config(chat=True, select=("acknowledge", "apology/missing", "stock/unanswered-question"))
    )
    assert linter.lint("Please call our desk at 1/2", thread=thread).findings == ()
    assert linter.lint("Thanks for the message. We value our guests.", thread=thread).findings != ()
