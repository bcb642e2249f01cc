"""The public interface: offsets, threads, rewrites, streaming, and no state between drafts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

import highnote

DRAFTS = sorted((Path(__file__).parent.parent / "examples" / "drafts").iterdir())
REBUKE = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean"


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(highnote.Config(level="info"))


def rules(report: highnote.Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def test_a_rebuke_is_found_explained_and_mended() -> None:
    report = highnote.lint(REBUKE)
    finding = next(f for f in report.findings if f.rule == "rebuke/as-i-said")
    assert REBUKE[finding.start : finding.end] == finding.text
    assert finding.level is highnote.Level.ERROR
    assert finding.why and finding.message and 0 < finding.confidence <= 1
    assert report.rewritten == REBUKE.replace("As I said on the phone, the", "The")


@pytest.mark.parametrize("prefix", ["😀 ", "Grüße: ", "a\u0301 ", "\u2028", "1.  "])
def test_offsets_count_code_points(linter: highnote.Linter, prefix: str) -> None:
    text = f"{prefix}\n\n{REBUKE}".replace("\n", "\r\n")
    for finding in linter.lint(text).findings:
        assert text[finding.start : finding.end] == finding.text
    assert "rebuke/as-i-said" in rules(linter.lint(text))


@pytest.mark.parametrize("path", DRAFTS, ids=lambda p: p.name)
def test_fixing_twice_changes_nothing_more(linter: highnote.Linter, path: Path) -> None:
    once = linter.lint(path).rewritten
    format = "email" if path.suffix == ".eml" else {".md": "markdown", ".html": "html"}.get(path.suffix, "text")
    from highnote.reading import read

    assert linter.lint(read(once, format)).rewritten == once


@pytest.mark.parametrize("path", DRAFTS, ids=lambda p: p.name)
def test_reports_of_the_examples(path: Path, linter: highnote.Linter, snapshot: object) -> None:
    report = linter.lint(path)
    assert [f"{f.level.value} {f.rule}: {f.text}" for f in report.findings] == snapshot
    assert report.rewritten == snapshot


def test_quotes_and_signatures_are_not_linted(linter: highnote.Linter) -> None:
    quoted = "".join(f"> {line}\n" for line in REBUKE.splitlines())
    text = f"Hi Dean,\n\nThank you, the refund is here.\n\nBest wishes,\nMartha\n\nOn 3 May 2026, Dean wrote:\n{quoted}"
    assert "rebuke/as-i-said" not in rules(linter.lint(text))
    assert linter.lint(text).rewritten == text


def test_a_linter_is_shared_between_threads(linter: highnote.Linter) -> None:
    drafts = [path.read_text(encoding="utf-8") for path in DRAFTS if path.suffix == ".txt"] * 4
    alone = [linter.lint(draft) for draft in drafts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(linter.lint, drafts)) == alone


def test_lint_many_streams_and_survives_bad_input(linter: highnote.Linter, tmp_path: Path) -> None:
    asked = []

    def drafts():
        for number in range(1_000_000):
            asked.append(number)
            yield REBUKE if number != 1 else tmp_path / "missing.txt"

    reports = linter.lint_many(drafts())
    first, second, third = next(reports), next(reports), next(reports)
    assert len(asked) < 300, "drafts are asked for as they are needed"
    assert rules(first) == rules(third)
    assert second.error is not None and "missing.txt" in second.error


def test_nothing_is_kept_between_drafts(linter: highnote.Linter) -> None:
    before = linter.lint(REBUKE)
    linter.lint("Something else.", thread=[highnote.Message(sender="customer", text="Where is my refund?")])
    assert linter.lint(REBUKE) == before


def test_levels_select_and_ignore() -> None:
    assert all(
        f.level is highnote.Level.ERROR for f in highnote.Linter(highnote.Config(level="error")).lint(REBUKE).findings
    )
    assert (
        not highnote.Linter(highnote.Config(ignore=("rebuke",), select=("rebuke", "ending")))
        .rules[0]
        .id.startswith("rebuke")
    )


@pytest.mark.parametrize(
    "text", ["", " \n\n", "…", "😀", "> only a quote", "\u200b", "Best,\nDean", "?" * 200, "a" * 5000]
)
def test_odd_drafts_are_linted_in_peace(linter: highnote.Linter, text: str) -> None:
    report = linter.lint(text, thread=[highnote.Message(sender="customer", text="")], date=datetime(2026, 3, 3))
    assert all(0 <= f.start <= f.end <= len(text) for f in report.findings)


def test_reports_round_trip_as_json(linter: highnote.Linter) -> None:
    report = linter.lint(REBUKE)
    assert highnote.Report.model_validate_json(report.model_dump_json()) == report
    assert report.version == 1


def test_a_text_that_is_no_reply_is_refused(linter: highnote.Linter, tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("We sent the lamp on Monday.\n" * 5000, encoding="utf-8")
    with pytest.raises(highnote.ReadingError, match=r"long\.txt holds 13\d,\d{3} characters"):
        linter.lint(long)


def test_a_suggestion_may_leave_a_blank_to_its_writer_and_is_not_applied_then() -> None:
    text = "Hi Ann,\n\nI am sorry about the fee. Lost tickets cannot be replaced. Write to us any time.\n\nBest,\nDean"
    report = highnote.lint(text)
    (finding,) = report.findings
    (edit,) = finding.suggestions[0].edits
    assert edit.text == "Lost tickets cannot be replaced. What I can do is {what you can do}"
    assert text[edit.end] == "." and not finding.suggestions[0].safe and report.rewritten == text
