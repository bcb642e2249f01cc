"""Reading threads from files, and the rules that need one."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

import highnote
from highnote.thread import ThreadError, read_thread

FIRST = (
    b"From: Ida <ida@post.example>\r\nTo: help@shop.example\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n"
    b"Subject: lamp\r\n\r\nThe lamp is broken.\r\n"
)
SECOND = (
    b"From: Tim <tim@shop.example>\r\nTo: ida@post.example\r\nDate: Mon, 2 Mar 2026 11:00:00\r\n"
    b"Subject: Re: lamp\r\n\r\nI will send a new one by Wednesday.\r\n"
)


def roles(path: Path, *ours: str) -> list[tuple[str, str]]:
    return [(m.sender, m.text.strip().split("\n")[0]) for m in read_thread(path, ours)]


EXPECTED = [("customer", "The lamp is broken."), ("agent", "I will send a new one by Wednesday.")]


def test_folder_is_sorted_by_date_and_mixes_zones(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(SECOND)
    (tmp_path / "b.eml").write_bytes(FIRST)
    assert roles(tmp_path) == EXPECTED
    assert roles(tmp_path, "shop.example") == EXPECTED
    assert roles(tmp_path, "Tim") == EXPECTED


def test_mbox(tmp_path: Path) -> None:
    file = tmp_path / "thread.mbox"
    parts = [b"From x Mon Mar  2 09:00:00 2026\n" + m.replace(b"\r\n", b"\n") + b"\n" for m in (FIRST, SECOND)]
    file.write_bytes(b"".join(parts))
    assert roles(file) == EXPECTED


def test_single_mail_is_the_customers(tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(FIRST)
    assert roles(file) == EXPECTED[:1]
    assert roles(file, "@post.example")[0][0] == "agent"


def test_html_mail(tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(
        FIRST.replace(b"Subject", b"Content-Type: text/html; charset=utf-8\r\nSubject").replace(
            b"The lamp", b"<p>The <b>lamp</b>"
        )
    )
    assert roles(file) == EXPECTED[:1]


def test_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text(
        '{"from": "customer", "text": "The lamp is broken.", "date": "2026-03-02T09:00:00Z"}\n\n'
        '{"sender": "tim@shop.example", "body": "I will send a new one by Wednesday.", '
        '"date": "2026-03-02T11:00:00"}\n',
        encoding="utf-8",
    )
    assert roles(file, "shop.example") == EXPECTED


def test_plain_text_is_the_customers_message(tmp_path: Path) -> None:
    file = tmp_path / "m.txt"
    file.write_text("The lamp is broken.\n", encoding="utf-8")
    assert roles(file) == EXPECTED[:1]
    file.write_text("  \n", encoding="utf-8")
    assert read_thread(file) == ()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.jsonl", b'{"text": "a"}\n{oops\n', "t.jsonl:2: this line is no JSON"),
        ("t.jsonl", b'{"from": "customer"}\n', "t.jsonl:1: the message has no text"),
        ("t.jsonl", b'{"text": "a", "date": "soon"}\n', "is no date"),
        ("t.jsonl", b'["a"]\n', "a message is an object"),
        ("t.txt", b"ab\n\xff\xfe", "t.txt:2: this is not UTF-8"),
        ("t.mbox", b"", "holds no message"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ThreadError, match=said):
        read_thread(file)


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ThreadError, match="cannot be read"):
        read_thread(tmp_path / "none.eml")
    with pytest.raises(ThreadError, match=r"no \.eml"):
        read_thread(tmp_path)


# ---------------------------------------------------------------- rules


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(highnote.Config(level="info"))


THREAD_RULES = {
    "stock/unanswered-question", "stock/repeated-reply", "resolution/request-ignored", "resolution/broken-promise",
    "runaround/repeat-info", "apology/missing", "acknowledge/missing", "acknowledge/late-reply",
    "acknowledge/no-restatement", "acknowledge/no-thanks",
}  # fmt: skip


def found(
    linter: highnote.Linter, draft: str, thread: list[highnote.Message], date: datetime | None = None
) -> set[str]:
    return {f.rule for f in linter.lint(draft, thread=thread, date=date).findings} & THREAD_RULES


def customer(text: str, date: datetime | None = None) -> highnote.Message:
    return highnote.Message(sender="customer", text=text, date=date)


def agent(text: str, date: datetime | None = None) -> highnote.Message:
    return highnote.Message(sender="agent", text=text, date=date)


DRAFT = "Hi Ida,\n\nA new lamp leaves today.\n\nBest,\nTim"


@pytest.mark.parametrize("thread", [[], [customer("")], [customer("   \n")], [agent("The lamp is broken.")]])
def test_silent_without_a_customer_message(linter: highnote.Linter, thread: list[highnote.Message]) -> None:
    assert found(linter, DRAFT, thread) == set()


def test_silent_on_another_language(linter: highnote.Linter) -> None:
    text = (
        "Guten Tag, meine Lampe ist kaputt und ich bin verärgert. Wann bekomme ich eine neue? Bitte antworten Sie mir."
    )
    assert found(linter, DRAFT, [customer(text)]) == set()


def test_silent_on_a_draft_that_is_only_a_quote(linter: highnote.Linter) -> None:
    assert found(linter, "> The lamp is broken. When do I get a new one?", [customer("The lamp is broken.")]) == set()


def test_dates_with_and_without_zones(linter: highnote.Linter) -> None:
    aware = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    late, soon = datetime(2026, 3, 6, 9), datetime(2026, 3, 3, 9)
    message = customer("I need the bill for the lamp.", aware)
    assert "acknowledge/late-reply" in found(linter, DRAFT, [message], late)
    assert "acknowledge/late-reply" not in found(linter, DRAFT, [message], soon)
    assert "acknowledge/late-reply" not in found(linter, DRAFT, [message])


def test_a_quoted_question_is_not_asked_again(linter: highnote.Linter) -> None:
    message = customer("Here is the photo.\n\n> When did you buy the toaster?\n> Where do you live?")
    assert "stock/unanswered-question" not in found(
        linter, "Hi,\n\nThank you for the photo, a new one leaves today.\n\nTim", [message]
    )


def test_evidence_points_to_the_question(linter: highnote.Linter) -> None:
    text = "Is lunch included in the tour?\nAnd how much is the parking?"
    report = linter.lint(
        "Hi,\n\nLunch is included: soup and bread.\n\nBest,\nTim", thread=[agent("Welcome!"), customer(text)]
    )
    asked = [f.evidence for f in report.findings if f.rule == "stock/unanswered-question"]
    assert [e.text for e in asked if e] == ["how much is the parking?"]
    assert all(e and e.message == 1 and text[e.start : e.end] == e.text for e in asked)


def test_long_thread(linter: highnote.Linter) -> None:
    thread = [customer(f"Where is lamp {i}?") if i % 2 == 0 else agent(f"Lamp {i} is in the post.") for i in range(200)]
    found(linter, DRAFT, [*thread, customer("Where is my lamp?")])
