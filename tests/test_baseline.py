"""Known findings: left out while they are there, counted, told when they are gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from highnote.baseline import Baseline
from highnote.config import ConfigError
from highnote.finding import Finding, Level, Report


def finding(text: str, at: int = 0, rule: str = "rebuke/as-i-said", level: Level = Level.ERROR) -> Finding:
    return Finding(rule=rule, level=level, message="m", why="w", start=at, end=at + len(text), text=text)


def report(folder: Path, name: str, *findings: Finding, entry: str = "") -> Report:
    return Report(name=str(folder / name), findings=findings, entry=entry)


def written(folder: Path, *reports: Report) -> Baseline:
    baseline = Baseline(folder / "known.json")
    for one in reports:
        baseline.add(one)
        Path(one.name).touch()
    baseline.write()
    return Baseline.read(folder / "known.json")


def everything(rule: str, level: Level) -> bool:
    return True


def test_known_findings_are_left_out_when_lines_move_and_are_wrapped_anew(tmp_path: Path) -> None:
    baseline = written(tmp_path, report(tmp_path, "a.txt", finding("As I said\non the phone", 40)))
    again = report(tmp_path, "a.txt", finding("as I said  on the phone", 90), finding("As I said", 200))
    assert [one.text for one in baseline.without_known(again).findings] == ["As I said"]
    assert baseline.matched == 1 and baseline.stale(everything) == []


def test_one_more_of_the_same_is_new_and_other_files_are_other_files(tmp_path: Path) -> None:
    baseline = written(tmp_path, report(tmp_path, "a.txt", finding("Sorry"), finding("Sorry", 9)))
    three = report(tmp_path, "a.txt", *[finding("Sorry", 9 * n) for n in range(3)])
    assert [one.start for one in baseline.without_known(three).findings] == [18]
    assert len(baseline.without_known(report(tmp_path, "b.txt", finding("Sorry"))).findings) == 1
    assert len(baseline.without_known(report(tmp_path, "a.txt", finding("Sorry"), entry="Refund")).findings) == 1
    other = finding("Sorry", rule="apology/but")
    assert baseline.without_known(report(tmp_path, "a.txt", other)).findings == (other,)


def test_stale_is_what_was_looked_for_and_not_found(tmp_path: Path) -> None:
    one, other = finding("One"), finding("Two", rule="apology/but", level=Level.WARNING)
    reports = [report(tmp_path, "a.txt", one, other), report(tmp_path, "b.txt", one), report(tmp_path, "c.txt", one)]
    baseline = written(tmp_path, *reports)
    baseline.without_known(report(tmp_path, "a.txt"))
    (tmp_path / "c.txt").unlink()
    stale = baseline.stale(everything)
    assert [(file, rule) for file, _, rule, _, _ in stale] == [
        ("a.txt", "apology/but"),
        ("a.txt", "rebuke/as-i-said"),
        ("c.txt", "rebuke/as-i-said"),
    ]
    stale = baseline.stale(lambda rule, level: level is Level.ERROR)
    assert [(file, rule) for file, _, rule, _, _ in stale] == [
        ("a.txt", "rebuke/as-i-said"),
        ("c.txt", "rebuke/as-i-said"),
    ]


def test_writing_again_keeps_what_was_not_read_and_drops_what_is_gone(tmp_path: Path) -> None:
    baseline = written(tmp_path, *[report(tmp_path, f"{name}.txt", finding("One")) for name in "abc"])
    baseline.add(report(tmp_path, "a.txt", finding("New")))
    (tmp_path / "c.txt").unlink()
    assert baseline.write() == 2
    rows = json.loads((tmp_path / "known.json").read_text())["findings"]
    assert [(row["file"], row["text"]) for row in rows] == [("a.txt", "new"), ("b.txt", "one")]


def test_the_file_is_sorted_and_has_a_finding_a_line(tmp_path: Path) -> None:
    reports = [
        report(tmp_path, name, finding("Zoë"), finding("Zoë", 9), finding("a", 3)) for name in ("b.txt", "a.txt")
    ]
    written(tmp_path, *reports)
    text = (tmp_path / "known.json").read_text(encoding="utf-8")
    written(tmp_path, *reversed(reports))
    assert (tmp_path / "known.json").read_text(encoding="utf-8") == text
    row = '    {"file": "a.txt", "rule": "rebuke/as-i-said", "level": "error", "text": "zoë", "count": 2},'
    assert text.splitlines()[5] == row
    assert len(text.splitlines()) == 10


def test_long_words_are_kept_short_and_still_told_apart(tmp_path: Path) -> None:
    long = "word " * 200
    baseline = written(tmp_path, report(tmp_path, "a.txt", finding(f"{long} one")))
    assert (tmp_path / "known.json").stat().st_size < 500
    assert not baseline.without_known(report(tmp_path, "a.txt", finding(f"{long} one"))).findings
    assert baseline.without_known(report(tmp_path, "a.txt", finding(f"{long} two"))).findings


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such baseline. Write it with --write-baseline"),
        ("{", "known.json:1: is damaged ("),
        ("[]", "is damaged: list indices"),
        ('{"version": 99, "findings": []}', "is of a newer highnote. Update highnote."),
        ('{"version": 1}', "is damaged: 'findings' is missing"),
        ('{"version": 1, "findings": [{"rule": "a/b"}]}', "is damaged: 'file' is missing. Mend it, or write it again"),
        ('{"version": 1, "findings": [{"file": 1, "rule": "a/b", "level": "error"}]}', "a finding's fields are texts"),
        ('{"version": 1, "findings": [{"file": "a", "rule": "a/b", "level": "bad"}]}', "'bad' is not a valid Level"),
        ('{"version": 1, "findings": [{"file": "a", "rule": "a", "level": "info", "count": 0}]}', "count is a number"),
        ("\xff", "cannot be read ("),
    ],
)
def test_a_damaged_baseline_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "known.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError) as told:
        Baseline.read(tmp_path / "known.json")
    assert said in str(told.value)


# ---------------------------------------------------------------- on the command line

BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nTom Alder\n"


def check(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from highnote.cli import main; sys.argv[0] = 'highnote'; main()"
    command = [sys.executable, "-c", code, "check", "--select", "rebuke/as-i-said", "--no-cache", *args]
    environment = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=300)


def test_a_team_starts_with_old_templates_and_stops_new_faults(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(BAD)
    done = check(tmp_path, ".", "--write-baseline", "known.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "highnote: 1 finding written to known.json: they are known now, and only others count.\n"
    (tmp_path / "highnote.toml").write_text('baseline = "known.json"\n')
    (tmp_path / "old.txt").write_text(f"Hello,\n\n{BAD}")
    done = check(tmp_path, ".")
    assert (done.returncode, done.stdout) == (0, "Nothing to mend in this draft.\n")
    assert done.stderr == f"highnote: 1 known finding left out ({tmp_path / 'known.json'}).\n"
    (tmp_path / "new.txt").write_text(BAD)
    done = check(tmp_path, ".")
    assert done.returncode == 1 and "new.txt:3:1" in done.stdout and "old.txt" not in done.stdout
    (tmp_path / "old.txt").write_text("Hi!\n")
    done = check(tmp_path, "old.txt")
    assert done.returncode == 0 and "old.txt: rebuke/as-i-said “as i said on the phone”" in done.stderr
    (tmp_path / "known.json").write_text('{"findings"')
    done = check(tmp_path, ".")
    assert (done.returncode, done.stdout) == (2, "") and "known.json:1: is damaged" in done.stderr
