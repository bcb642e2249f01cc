"""The text and the JSON report, from findings made by hand: what stands where, and how it reads."""

from __future__ import annotations

import io
import json
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from rich.text import Text
from syrupy.assertion import SnapshotAssertion

from highnote.draft import Block, Draft, Zone
from highnote.finding import Edit, Evidence, Finding, Level, Mark, Report, Scorecard, Suggestion
from highnote.reading import read_text
from highnote.reporters import json as json_report
from highnote.reporters.json import RunReport
from highnote.reporters.places import Checked, Lines, Results, before_and_after, sentence_at, summarise
from highnote.reporters.text import Style, closing_line, draft_block

DRAFT = """Hi Martha,

As I said on the phone, the refund takes five days. It is on its
way to your card.

We are sorry for any inconvenience.

Kind regards,
Tom Alder
"""
WHY = "Pointing back reads as a rebuke: the reader hears *you should have known*. Say it as if for the first time."


def finding(source: str, text: str, rule: str = "rebuke/as-i-said", **fields: Any) -> Finding:
    """A finding on the first place where `text` stands; the whole draft for an empty text."""
    start = source.index(text)
    given = {
        "level": Level.ERROR,
        "message": f"“{text}” tells the customer that they did not listen.",
        "why": WHY,
        **fields,
    }
    return Finding(rule=rule, start=start, end=start + len(text), text=text, **given)


def delete(source: str, text: str, put: str = "") -> Suggestion:
    start = source.index(text)
    return Suggestion(label="delete the clause", edits=(Edit(start=start, end=start + len(text), text=put),), safe=True)


def checked(source: str, *findings: Finding, draft: Draft | None = None, **fields: Any) -> Checked:
    report = Report(name="late.txt", findings=findings, rewritten=fields.pop("rewritten", source), **fields)
    return Checked(draft or read_text(source), report)


def shown(text: Text | None, *, colour: bool = False) -> str:
    assert text is not None
    out = io.StringIO()
    Console(file=out, force_terminal=colour, color_system="standard" if colour else None, width=200).print(
        text, soft_wrap=True, end=""
    )
    return out.getvalue()


def rows(source: str, one: Finding, width: int = 100) -> list[str]:
    """The source line and its underline."""
    return shown(draft_block(checked(source, one), Style(width=width))).splitlines()[1:3]


def test_a_draft_with_findings(snapshot: SnapshotAssertion) -> None:
    said = "As I said on the phone, the"
    one = finding(DRAFT, "As I said on the phone,", suggestions=(delete(DRAFT, said, "The"),))
    other = finding(
        DRAFT,
        "As I said on the phone,",
        rule="rebuke/obvious",
        level=Level.WARNING,
        suggestions=one.suggestions,
        why="It talks down.",
    )
    last = finding(
        DRAFT,
        "We are sorry for any inconvenience.",
        rule="apology/conditional",
        suggestions=(
            Suggestion(
                label="name the thing",
                edits=(
                    Edit(start=DRAFT.index("We are"), end=DRAFT.index("\n\nKind"), text="I’m sorry that {problem}."),
                ),
                safe=False,
            ),
        ),
    )
    whole = Finding(
        rule="courtesy/curt",
        level=Level.WARNING,
        message="There is no thank-you.",
        why="A thank-you costs nothing.",
        start=0,
        end=0,
        text="",
        suggestions=(Suggestion(label="add a thank-you", edits=(), safe=False),),
    )
    assert shown(draft_block(checked(DRAFT, one, other, last, whole), Style())) == snapshot


def test_verbose_and_scorecard(snapshot: SnapshotAssertion) -> None:
    card = Scorecard(
        acknowledged=Mark(done=True, text="the refund takes five days"),
        apologised=Mark(done=True, text="We are sorry\nfor any inconvenience."),
        owned=Mark(done=False),
        answered=Mark(done=False),
        questions=2,
        questions_answered=1,
        resolved=Mark(done=True),
        dated=Mark(done=None),
        choice=Mark(done=None),
        high_note=Mark(done=False),
    )
    evidence = Evidence(message=0, start=0, end=9, text="Who pays?")
    one = finding(DRAFT, "As I said on the phone,", confidence=0.914, evidence=evidence)
    block = draft_block(checked(DRAFT, one, scorecard=card), Style(verbose=True, scorecard=True))
    assert shown(block) == snapshot


def test_the_why_is_told_once_in_a_run() -> None:
    style = Style()
    first = shown(draft_block(checked(DRAFT, finding(DRAFT, "As I said")), style))
    again = shown(draft_block(checked(DRAFT, finding(DRAFT, "As I said")), style))
    assert "Why: Pointing back reads as a rebuke: the reader hears you should have known.\n" in first
    assert "Why: `highnote explain rebuke/as-i-said`\n" in again


def test_a_draft_without_findings_says_nothing() -> None:
    assert draft_block(checked(DRAFT), Style()) is None


def test_tabs_wide_characters_and_emoji_keep_the_underline_in_place() -> None:
    assert rows("\tAs I said, no.", finding("\tAs I said, no.", "As I said"))[1].rstrip() == "    |     ^^^^^^^^^"
    wide = "東京 😀 As I said, 東京."
    assert rows(wide, finding(wide, "As I said")) == ["  1 | 東京 😀 As I said, 東京.", "    |         ^^^^^^^^^"]
    assert rows(wide, finding(wide, "東京"))[1] == "    | ^^^^"


def test_a_long_line_is_cropped_around_the_span() -> None:
    source = "word " * 100 + "As I said on the phone, no. " + "more " * 100
    line, underline = rows(source, finding(source, "As I said on the phone,"), width=70)
    assert len(line) <= 70
    assert line[6] == line[-1] == "…"
    assert line[underline.index("^") : underline.rindex("^") + 1] == "As I said on the phone,"


def test_a_span_over_lines_is_underlined_on_each_and_shortened_in_the_middle() -> None:
    source = "".join(f"line {number} goes on\n" for number in range(9))
    block = shown(draft_block(checked(source, finding(source, source.strip())), Style()))
    assert "  1 | line 0 goes on\n    | ^^^^^^^^^^^^^^\n" in block
    assert "(5 more lines)" in block and "  9 | line 8 goes on\n" in block and "  6 | " not in block


def test_control_characters_do_not_reach_the_terminal() -> None:
    source = "As I said\x1b[31m, \x9b no.\x07"
    block = shown(draft_block(checked(source, finding(source, "As I said\x1b[31m")), Style()))
    assert "\x1b" not in block and "\x9b" not in block and "\x07" not in block
    assert "As I said␛[31m" in block


def test_colour_only_where_the_console_has_it() -> None:
    block = draft_block(checked(DRAFT, finding(DRAFT, "As I said")), Style())
    assert "\x1b[" in shown(block, colour=True)
    assert "\x1b[" not in shown(block)


def test_encoded_mail_shows_the_sentence_as_it_is_read() -> None:
    source, text = "As I said=2C it =\nis late. Bye.", "As I said, it is late. Bye."
    starts = [*range(9), 9, *range(12, 16), *range(18, 32)]
    starts = starts[: len(text)]
    draft = Draft(source, (Block(text, starts, [*starts[1:], len(source)], Zone.BODY),))
    assert sentence_at(draft, 0, 16) == ("As I said, it is late.", 0, 14)
    one = Finding(rule="a/b", level=Level.ERROR, message="m", why="w", start=0, end=16, text=source[:16])
    assert "  1 | As I said, it is late." in shown(draft_block(checked(source, one, draft=draft), Style()))


def test_before_and_after_shows_whole_sentences_without_line_breaks() -> None:
    draft = read_text(DRAFT)
    assert before_and_after(draft, delete(DRAFT, "It is on its\nway to your card.")) == [
        ("It is on its way to your card.", "")
    ]
    assert before_and_after(draft, delete(DRAFT, "As I said on the phone, the", "The")) == [
        ("As I said on the phone, the refund takes five days.", "The refund takes five days.")
    ]


def test_before_and_after_of_a_move_shows_both_places() -> None:
    sorry = "We are sorry for any inconvenience.\n\n"
    top = DRAFT.index("As I")
    cut = delete(DRAFT, sorry).edits[0]
    move = Suggestion(label="move it", safe=True, edits=(Edit(start=top, end=top, text="We are sorry. "), cut))
    assert before_and_after(read_text(DRAFT), move) == [
        (
            "As I said on the phone, the refund takes five days.",
            "We are sorry. As I said on the phone, the refund takes five days.",
        ),
        ("We are sorry for any inconvenience.", ""),
    ]


def test_an_insertion_outside_the_prose_is_shown_as_an_addition() -> None:
    edit = Edit(start=len(DRAFT), end=len(DRAFT), text="Thank you.\n")
    pairs = before_and_after(read_text(DRAFT), Suggestion(label="add", edits=(edit,), safe=False))
    assert [new for _, new in pairs][-1].endswith("Thank you.")


@pytest.mark.parametrize(
    ("reports", "fixed", "said"),
    [
        ([Report()], 0, "Nothing to mend in this draft."),
        ([Report()] * 3, 0, "Nothing to mend in 3 drafts."),
        ([Report()], 2, "Mended 2 findings. Nothing else to mend in this draft."),
        ([], 0, "No draft was read."),
        ([Report(error="x")], 0, "No draft was read."),
        ([Report(), Report(error="x")], 0, "Nothing to mend in this draft. 1 input could not be read."),
    ],
)
def test_the_closing_line_when_all_is_well(reports: list[Report], fixed: int, said: str) -> None:
    assert closing_line(summarise(reports), fixed=fixed).plain == said


def test_the_closing_line_counts() -> None:
    safe = (delete(DRAFT, "As I said"),)
    error, warning = finding(DRAFT, "As I", suggestions=safe), finding(DRAFT, "As I", level=Level.WARNING)
    many = [Report(findings=(error, error, warning)), Report(), Report(findings=(warning,))]
    assert closing_line(summarise(many)).plain == "2 errors, 2 warnings in 2 of 3 drafts; 2 can be mended with --fix."
    assert closing_line(summarise([Report(findings=(error,))])).plain == "1 error; --fix mends it."
    assert closing_line(summarise([Report(findings=(warning,))]), fixed=1).plain == "Mended 1 finding. 1 warning left."
    assert closing_line(summarise([Report(findings=(error,))]), fix_offered=False).plain == "1 error."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_and_columns_count_from_one(end: str) -> None:
    lines = Lines(f"one{end}two{end}")
    assert [lines.place(at) for at in (0, 2, 3 + len(end), 5 + len(end))] == [(1, 1), (1, 3), (2, 1), (2, 3)]
    assert lines.place(len(lines.text)) == (3, 1)
    assert lines.bounds(2) == (3 + len(end), 6 + len(end))


def test_the_json_report(snapshot: SnapshotAssertion) -> None:
    one = finding(DRAFT, "It is on its\nway", suggestions=(delete(DRAFT, "As I said"),))
    drafts = [checked(DRAFT, one, rewritten="Hi!"), checked("Hi")]
    text = json_report.render(Results(drafts, [Report(name="x.bin", error="is binary.")], version="1.2.3"))
    assert text == snapshot
    content = json.loads(text)
    jsonschema.validate(content, RunReport.model_json_schema(mode="serialization"))
    assert RunReport.model_validate(content).summary.fixable == 1
    placed = content["drafts"][0]["findings"][0]
    assert (placed["line"], placed["column"], placed["end_line"], placed["end_column"]) == (3, 53, 4, 4)
