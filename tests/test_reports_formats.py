"""The reports that CI systems read, made from real findings, and read again by what reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import junitparser
import pytest
from markdown_it import MarkdownIt

from highnote import reporters
from highnote.finding import Edit, Evidence, Finding, Level, Report, Suggestion
from highnote.reading import read
from highnote.reporters import Format
from highnote.reporters.places import Checked, Results
from highnote.reporters.sarif import line_hashes
from highnote.rule import load_rules

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
TEXT = "Hi 😀 Zoë,\r\n\r\nAs I said, 100% <b>no</b>: a, b. It is\r\nlate, @team #1 `x`.\r\n"
MAIL = b"From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
MAIL += b"Content-Transfer-Encoding: quoted-printable\n\nHi Ann,\n\nAs I said =E2=80=93 it is late. All the best to =\nyou.\n"


def finding(source: str, words: str, **fields: Any) -> Finding:
    start = source.index(words)
    given: dict[str, Any] = {
        "rule": "rebuke/as-i-said",
        "level": Level.ERROR,
        "message": f"“{words}” reads as a rebuke.",
        "why": "They hear that they did not listen.",
        **fields,
    }
    return Finding(start=start, end=start + len(words), text=words, **given)


def suggestion(source: str, words: str, new: str, *, safe: bool = True) -> Suggestion:
    start = source.index(words)
    return Suggestion(label="say it", edits=(Edit(start=start, end=start + len(words), text=new),), safe=safe)


def checked(source: str | bytes, *findings: Finding, name: str = "late reply.txt", **fields: Any) -> Checked:
    draft = read(source, "email" if isinstance(source, bytes) else "html" if name.endswith("html") else "text", name)
    return Checked(draft, Report(name=name, findings=findings, rewritten=draft.source), **fields)


@pytest.fixture
def results() -> Results:
    one = finding(TEXT, "As I said", suggestions=(suggestion(TEXT, "As I said, 100%", "Well,"),))
    wide = finding(
        TEXT,
        "It is\r\nlate",
        rule="own/rule",
        level=Level.WARNING,
        suggestions=(suggestion(TEXT, "late", "{day}", safe=False),),
    )
    whole = Finding(
        rule="courtesy/curt",
        level=Level.INFO,
        message="No thank-you.",
        why="It costs nothing.",
        start=0,
        end=0,
        text="",
        evidence=Evidence(message=0, start=0, end=4, text="Why?"),
        suggestions=(Suggestion(label="Thank them.", edits=(), safe=False),),
    )
    mail = read(MAIL, "email").source
    encoded = finding(mail, "As I said =E2=80=93", suggestions=(suggestion(mail, "As I said =E2=80=93 it", "It"),))
    drafts = [
        checked(TEXT, whole, one, wide),
        checked("Hi.\n", name="fine.txt"),
        checked(MAIL, encoded, name="m/a.eml"),
    ]
    rules = {rule.id: rule for rule in load_rules()}
    return Results(drafts, [Report(name="x.bin", error="x.bin is a binary file, not text.")], "1.2.3", rules)


def rendered(form: str, results: Results) -> str:
    return reporters.render(Format(form), results)


# ---------------------------------------------------------------- SARIF


def sarif(results: Results) -> dict[str, Any]:
    log = json.loads(rendered("sarif", results))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_is_valid_and_tells_rules_places_and_levels(results: Results) -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    run = sarif(results)
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [result["level"] for result in run["results"]] == ["note", "error", "warning", "error"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (as_i_said,) = [rule for rule in rules if rule["id"] == "rebuke/as-i-said"]
    assert as_i_said["shortDescription"]["text"] == "Rebuke: as I said"
    assert "Source: " in as_i_said["help"]["text"] and "They hear" in as_i_said["fullDescription"]["text"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert regions[1] == {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 10}
    assert regions[2] == {"startLine": 3, "startColumn": 34, "endLine": 4, "endColumn": 5}
    assert all(len(region) == 4 for region in regions)
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert uris[1] == "late%20reply.txt" and unquote(uris[3]) == "m/a.eml"


def test_sarif_columns_count_code_points_behind_an_emoji() -> None:
    source = "😀 As I said, no."
    (result,) = sarif(Results([checked(source, finding(source, "As I said"))]))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (3, 12)


def applied(source: str, replacements: list[dict[str, Any]]) -> str:
    """What an editor makes of the replacements of a fix."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", source))]
    for one in sorted(replacements, key=lambda r: -r["deletedRegion"]["startLine"]):
        region = one["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        source = source[:start] + one.get("insertedContent", {"text": ""})["text"] + source[end:]
    return source


def test_the_fixes_of_sarif_make_the_file_that_fix_makes(results: Results) -> None:
    given = {checked.report.name: checked for checked in results.checked}
    fixed = 0
    for result in sarif(results)["results"]:
        for fix in result.get("fixes", ()):
            (change,) = fix["artifactChanges"]
            draft = given[unquote(change["artifactLocation"]["uri"])].draft
            (found,) = [
                f for f in given[draft.name].report.findings if f.level is Level.ERROR and f.rule == result["ruleId"]
            ]
            assert (
                applied(draft.source, change["replacements"]) == draft.apply(found.suggestions[0].edits) != draft.source
            )
            fixed += 1
    assert fixed == 2  # the suggestion with a blank is told in the message only
    source = "<p>Hi &amp; bye, as I said, fish.</p>"
    page = checked(
        source, finding(source, "as I said", suggestions=(suggestion(source, "as I said", "R&D"),)), name="a.html"
    )
    (result,) = sarif(Results([page]))["results"]
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "R&amp;D"


def test_sarif_tells_an_input_that_could_not_be_read(results: Results) -> None:
    (invocation,) = sarif(results)["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert not invocation["executionSuccessful"]
    assert told["message"]["text"] == "is a binary file, not text."
    assert sarif(Results())["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_fingerprints_stay_when_lines_move_and_differ_from_each_other() -> None:
    once = "As I said, no.\n\nAs I said, yes.\n"
    moved = f"Hello,\n\n{once}"

    def prints(source: str) -> list[str]:
        first = finding(source, "As I said")
        second = first.model_copy(update={"start": source.rindex("As I said"), "end": source.rindex("As I said") + 9})
        found = sarif(Results([checked(source, first, second)]))["results"]
        return [result["partialFingerprints"]["highnote/v1"] for result in found]

    assert prints(once) == prints(moved)
    assert len(set(prints(once))) == 2


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_hashes_are_those_of_code_scanning(end: str) -> None:
    # The expected values are those of codeql-action's own tests (src/fingerprints.test.ts).
    assert line_hashes("") == ["c129715d7a2bc9a3:1"]
    expected = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
    assert line_hashes(" a\nb\n  \t\tc\n d".replace("\n", end)) == expected
    assert line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n".replace("\n", end)) == [
        "e9496ae3ebfced30:1",
        "fb7c023a8b9ccb3f:1",
        "ce8ba1a563dcdaca:1",
        "e20e36e16fcb0cc8:1",
        "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ]
    assert [one.partition(":")[2] for one in line_hashes(f"{'x' * 200}{end}" * 3)] == ["1", "2", "3", "1"]


# ---------------------------------------------------------------- GitHub


def test_github_annotations_are_escaped_and_sorted(results: Results) -> None:
    lines = rendered("github", results).splitlines()
    assert lines[0] == "::error file=x.bin,title=highnote%3A could not be read::is a binary file, not text."
    assert lines[1].startswith(
        "::error file=late reply.txt,line=3,endLine=3,col=1,endColumn=10,title=highnote%3A rebuke/as-i-said::"
    )
    assert lines[3].startswith(
        "::warning file=late reply.txt,line=3,endLine=4,title=highnote%3A own/rule::"
    )  # two lines: no columns
    assert lines[4].startswith("::notice file=late reply.txt,line=1,endLine=1,title=") and "%0AWhy: " in lines[4]
    assert len(lines) == 5


def test_github_properties_and_messages_cannot_break_out() -> None:
    source = "As I said\r\n::error::x, 100%"
    one = checked(source, finding(source, source, message="a\r\n::set-env name=x::y 100%"), name="a,b:c%.txt")
    (line,) = rendered("github", Results([one])).splitlines()
    assert line.startswith("::error file=a%2Cb%3Ac%25.txt,line=1,endLine=2,title=highnote%3A rebuke/as-i-said::a ")
    assert "100%25" in line and "\r" not in line


def test_github_says_when_it_shows_only_some() -> None:
    source = "As I said. " * 12
    found = [finding(source, "As I said").model_copy(update={"start": 11 * n, "end": 11 * n + 9}) for n in range(12)]
    lines = rendered("github", Results([checked(source, *found)])).splitlines()
    assert lines[0] == "::notice title=highnote::12 errors. GitHub shows 10 of a kind; 2 more findings in the log."
    assert len(lines) == 13


# ---------------------------------------------------------------- GitLab


def test_gitlab_code_quality(results: Results) -> None:
    entries = json.loads(rendered("gitlab", results))
    assert [entry["severity"] for entry in entries] == ["info", "major", "minor", "major", "critical"]
    assert [entry["location"]["lines"]["begin"] for entry in entries] == [1, 3, 3, 9, 1]
    assert entries[2]["location"] == {"path": "late reply.txt", "lines": {"begin": 3, "end": 4}}
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert all(set(entry) == {"description", "check_name", "fingerprint", "severity", "location"} for entry in entries)
    assert json.loads(rendered("gitlab", Results())) == []


# ---------------------------------------------------------------- JUnit


def test_junit_is_read_by_junitparser(results: Results) -> None:
    xml = junitparser.JUnitXml.fromstring(rendered("junit", results).encode())
    suites = {suite.name: suite for suite in xml}
    assert list(suites) == ["late reply.txt", "fine.txt", "m/a.eml", "x.bin"]
    late = {case.name: case for case in suites["late reply.txt"]}
    assert [len(suites[name]) for name in suites] == [3, 1, 1, 1]
    assert late["rebuke/as-i-said at 3:1"].is_failure and late["own/rule at 3:34"].is_failure
    assert late["courtesy/curt at 1:1"].is_passed and "No thank-you." in late["courtesy/curt at 1:1"].system_out
    assert [suites[name].failures for name in suites] == [2, 0, 1, 0]
    assert suites["x.bin"].errors == 1
    (failure,) = late["rebuke/as-i-said at 3:1"].result
    assert failure.message == "“As I said” reads as a rebuke." and failure.text.startswith("late reply.txt:3:1\n")


def test_junit_failures_are_what_fails() -> None:
    warning = finding(TEXT, "As I said", level=Level.WARNING)
    text = rendered("junit", Results([checked(TEXT, warning, fail_level=Level.ERROR)]))
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    assert suite.failures == 0


def test_junit_is_xml_whatever_a_draft_holds() -> None:
    source = "As I said \x00\x0b\x1b[31m ]]> <![CDATA[ \ufffe & \"'"
    one = checked(source, finding(source, source), name="a\x07&<.txt")
    (suite,) = junitparser.JUnitXml.fromstring(rendered("junit", Results([one])).encode("utf-8"))
    assert suite.failures == 1


# ---------------------------------------------------------------- Markdown


def test_markdown_escapes_and_calls_nobody(results: Results) -> None:
    text = rendered("markdown", results)
    assert text.startswith("## highnote: 2 errors, 1 warning, 1 suggestion in 2 of 3 drafts\n")
    source = "As I said, @team <img src=x> | [a](b) #1 ``` `` https://x.example www.x.example"
    one = checked(source, finding(source, source), name="a|b@c.txt")
    for said in (rendered("markdown", Results([one])), table(Results([one]))):
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(said)
        plain = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
        assert "reads as a rebuke" in plain
        assert "<img" not in plain and "<a " not in plain
        assert not re.search(r"@\w|#\d|https?://|www\.", plain)


def table(results: Results) -> str:
    from highnote.reporters import markdown

    return markdown.summary(results)


def test_the_table_of_a_summary_page(results: Results) -> None:
    rows = [row for row in table(results).splitlines() if row.startswith("|")]
    assert rows[:2] == ["| draft | level | rule | what |", "| --- | --- | --- | --- |"]
    assert rows[3] == "| `late reply.txt:3` | 🔴 error | `rebuke/as-i-said` | “As I said” reads as a rebuke. |"
    assert len(rows) == 6
    assert "- `x.bin`: is a binary file, not text." in table(results)
    many = Results([checked(TEXT, *[finding(TEXT, "As I said")] * 300)])
    assert len(table(many)) < 60_000 and "… and 100 more findings." in table(many)
    assert len(rendered("markdown", Results([checked(TEXT * 9, *[finding(TEXT, "As")] * 40)] * 40))) < 65_536


@pytest.mark.parametrize("form", [form.value for form in Format])
def test_every_form_takes_nothing_and_everything(form: str, results: Results) -> None:
    for one in (Results(version="1"), results):
        text = rendered(form, one)
        assert text.endswith("\n") or not text
        text.encode("utf-8")
