"""The core of every hook: what is said about a message, and that its bytes stay as they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import highnote
from highnote.draft import Draft
from highnote.finding import Level
from highnote.hooks.verdict import Report, Verdict, allows, judge_message, strip_header
from highnote.reading import read
from highnote.reporters import json as json_report
from highnote.reporters.places import Checked

HEAD = b"From: Dean <dean@shop.example>\nTo: ann@home.example\nSubject: Your refund\n"
BAD = HEAD + b"\nHi Ann,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean\n"
FINE = HEAD + b"\nHi Ann,\n\nThe refund is on its way and arrives on Friday.\n\nBest wishes,\nDean\n"


def lint(raw: bytes) -> Report:
    draft: Draft = read(raw, "email", "message")
    checked = Checked(draft, highnote.lint(draft))
    report: Report = json_report.run_report([checked], [], version="1").model_dump(mode="json")
    return report


def never(raw: bytes) -> Report:
    raise AssertionError("it was linted")


def test_a_fine_message_passes() -> None:
    verdict = judge_message(FINE, lint)
    assert verdict.passes and not verdict.allowed and verdict.error is None
    assert verdict.lines == ("highnote: nothing to mend.",)


def test_a_rebuke_is_held_and_explained_and_the_last_line_holds_the_verdict() -> None:
    verdict = judge_message(BAD, lint)
    assert not verdict.passes and verdict.error is None
    said = "\n".join(verdict.lines)
    assert "error rebuke/as-i-said, line 7" in said
    assert "  | As I said on the phone, the refund takes five days." in said
    assert "  + The refund takes five days." in said
    assert verdict.lines[-1] == "highnote: not sent, 1 error: rebuke/as-i-said."


def test_what_is_shown_of_an_encoded_mail_is_what_its_reader_sees() -> None:
    import base64

    head, _, body = BAD.partition(b"\n\n")
    extra = b"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    verdict = judge_message(head + extra + base64.encodebytes(body), lint)
    assert "  | As I said on the phone, the refund takes five days." in verdict.lines
    assert "  + The refund takes five days." in verdict.lines


def test_the_fail_level_decides() -> None:
    def warned(raw: bytes) -> Report:
        report = json.loads(json.dumps(lint(raw)))
        for finding in report["drafts"][0]["findings"]:
            finding["level"] = "warning"
        return report

    assert judge_message(BAD, warned, "error").lines[-1] == "highnote: fine to send, with 1 warning."
    assert judge_message(BAD, warned, "error").passes
    assert not judge_message(BAD, warned, "info").passes


def test_the_fail_level_of_the_configuration_holds_without_another() -> None:
    draft = read(BAD, "email")
    report = highnote.lint(draft)
    lenient = report.model_copy(
        update={"findings": tuple(f.model_copy(update={"level": Level.WARNING}) for f in report.findings)}
    )
    checked = Checked(draft, lenient, Level.ERROR)
    found = json_report.run_report([checked], [], version="1").model_dump(mode="json")
    assert judge_message(BAD, lambda raw: found).passes


@pytest.mark.parametrize(
    "line", [b"X-Highnote: allow\n", b"x-highnote:ALLOW, quoted from the law\n", b"X-Highnote:\n allow\n"]
)
def test_a_message_that_its_writer_allows_is_not_linted(line: bytes) -> None:
    verdict = judge_message(line + BAD, never)
    assert verdict.passes and verdict.allowed
    assert strip_header(line + BAD) == BAD


def test_only_the_head_allows_and_only_with_that_word() -> None:
    assert not allows(HEAD + b"X-Highnote: disallow\n\n")
    assert not allows(HEAD + b"\nX-Highnote: allow\n")
    assert not allows(HEAD + b"X-Highnote:\n\n")
    assert not allows(HEAD + b"X-Highnote-Other: allow\n\n")
    assert not allows(b"")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_stripping_keeps_every_other_byte(end: bytes) -> None:
    lines = [
        b"Received: a",
        b"\tfolded",
        b"X-HIGHNOTE: allow",
        b" for once",
        b"To: b",
        b"x-highnote: 2",
        b"",
        b"\xff\x00",
    ]
    kept = [lines[0], lines[1], lines[4], *lines[6:]]
    assert strip_header(end.join(lines)) == end.join(kept)
    assert strip_header(b"From dean Mon\n" + end.join(lines)) == b"From dean Mon\n" + end.join(kept)


@given(st.binary(), st.sampled_from([b"\n", b"\r\n"]))
def test_a_body_is_never_touched(body: bytes, end: bytes) -> None:
    raw = b"Subject: x" + end + end + body
    assert strip_header(raw) == raw
    assert strip_header(b"X-Highnote: allow" + end + raw) == raw


@given(st.binary())
def test_any_bytes_give_a_verdict(raw: bytes) -> None:
    def broken(raw: bytes) -> Report:
        raise RuntimeError(f"secret {raw!r}")

    verdict = judge_message(raw, broken)
    assert isinstance(verdict, Verdict)
    assert verdict.allowed or (not verdict.passes and verdict.error and "secret" not in verdict.error)


def test_a_lint_that_fails_is_told_from_a_message_that_fails() -> None:
    def unread(raw: bytes) -> Report:
        return {"drafts": [], "errors": [{"name": "message", "message": "The e-mail is encrypted."}]}

    verdict = judge_message(BAD, unread)
    assert not verdict.passes and verdict.error == "The e-mail is encrypted."
    assert verdict.lines == ("highnote: this message could not be checked: The e-mail is encrypted.",)
    assert judge_message(BAD, lambda raw: {}).error  # an answer that is no report


def test_what_is_said_cannot_write_to_a_terminal_or_a_protocol() -> None:
    report = json.loads(json.dumps(lint(BAD)))
    finding = report["drafts"][0]["findings"][0]
    finding["sentence"] = "one\r\n250 OK\x1b[2Jtwo \x9b3 " + "x" * 1000
    finding["message"] = "a\x00b"
    for line in judge_message(BAD, lambda raw: report).lines:
        assert line.isprintable() or not line
        assert len(line.encode()) < 500
