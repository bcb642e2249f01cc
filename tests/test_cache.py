"""Reports of earlier runs: found again while nothing changes, never trusted when damaged, safe with two runs at once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from highnote.cache import FILE, MAX_DAYS, Cache, key_of, settings_key
from highnote.config import Config
from highnote.finding import Finding, Level, Report

REPORT = Report(
    name="a.txt",
    findings=(Finding(rule="a/b", level=Level.ERROR, message="m “é”", why="w", start=0, end=1, text="é"),),
    rewritten="é",
)
KEY = key_of(b"a", b"b")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def kept(folder: Path, *reports: Report, key: bytes = KEY) -> None:
    cache = Cache(folder)
    cache.keep(key, reports)
    cache.close()


def recalled(folder: Path, key: bytes = KEY) -> tuple[Report, ...] | None:
    cache = Cache(folder)
    try:
        return cache.reports(key)
    finally:
        cache.close()


def test_reports_come_back_as_they_were(folder: Path) -> None:
    assert recalled(folder) is None
    kept(folder, REPORT, REPORT)
    assert recalled(folder) == (REPORT, REPORT)
    assert recalled(folder, key_of(b"ab")) is None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_a_damaged_row_is_as_good_as_none(folder: Path) -> None:
    kept(folder, REPORT)
    with sqlite3.connect(folder / FILE) as table:
        (data,) = table.execute("SELECT data FROM reports").fetchone()
        table.execute("UPDATE reports SET data = ?", (data[:-1] + bytes([data[-1] ^ 1]),))
    assert recalled(folder) is None
    kept(folder, REPORT)
    assert recalled(folder) == (REPORT,)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nonsense" * 99, b"nonsense" * 2000])
def test_a_file_that_is_no_database_is_made_anew(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(content)
    assert recalled(folder) is None
    kept(folder, REPORT)
    assert recalled(folder) == (REPORT,)


def test_a_database_cut_short_or_overwritten_raises_nothing(folder: Path) -> None:
    cache = Cache(folder)
    for number in range(500):
        cache.keep(key_of(bytes([number % 256, number // 256])), [REPORT])
    cache.close()
    whole = (folder / FILE).read_bytes()
    for content in (whole[: len(whole) // 2], whole[:5000] + b"\xff" * 9000 + whole[14000:]):
        (folder / FILE).write_bytes(content)
        for number in range(500):
            assert recalled(folder, key_of(bytes([number % 256, number // 256]))) in (None, (REPORT,))
        kept(folder, REPORT)


def test_a_folder_that_cannot_be_used_remembers_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept(tmp_path / "file" / "cache", REPORT)
    assert recalled(tmp_path / "file" / "cache") is None


def test_what_was_not_used_for_long_is_dropped(folder: Path) -> None:
    kept(folder, REPORT)
    kept(folder, REPORT, key=key_of(b"old"))
    with sqlite3.connect(folder / FILE) as table:
        table.execute("UPDATE reports SET day = day - ? WHERE key = ?", (MAX_DAYS + 1, key_of(b"old")))
        table.execute("UPDATE reports SET day = day - ? WHERE key = ?", (MAX_DAYS - 1, KEY))
    assert recalled(folder) == (REPORT,)
    assert recalled(folder, key_of(b"old")) is None
    with sqlite3.connect(folder / FILE) as table:
        table.execute("UPDATE reports SET day = day - 2")
    assert recalled(folder) == (REPORT,)  # it was used today


def test_two_at_once(folder: Path) -> None:
    def work(name: bytes) -> None:
        cache = Cache(folder)
        for number in range(400):
            cache.keep(key_of(name, bytes([number % 256, number // 256])), [REPORT])
        cache.close()

    threads = [threading.Thread(target=work, args=(bytes([n]),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in range(4):
        assert recalled(folder, key_of(bytes([name]), bytes([399 % 256, 1]))) == (REPORT,)


def test_the_key_changes_with_what_changes_a_report(tmp_path: Path) -> None:
    rule = tmp_path / "own" / "house" / "x.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text("level: error\n")
    judge = tmp_path / "judge.npz"
    judge.write_bytes(b"1")
    config = Config(rules=(tmp_path / "own",), judge=judge)
    keys = [settings_key(config)]
    rule.write_text("level: info\n")
    keys.append(settings_key(config))
    judge.write_bytes(b"2")
    keys.append(settings_key(config))
    for change in ({"level": Level.INFO}, {"chat": True}, {"options": {"a/b": {"n": 1}}}, {"model": "other"}):
        keys.append(settings_key(config.model_copy(update=change)))
    assert len(set(keys)) == len(keys)
    assert settings_key(config.model_copy(update={"baseline": tmp_path / "b.json"})) == keys[2]


# ---------------------------------------------------------------- on the command line

BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nTom Alder\n"
SPY = """
import sys
from highnote.cli import main
sys.argv[0] = "highnote"
try:
    main()
finally:
    print("linted" if "spacy" in sys.modules or "highnote.linter" in sys.modules else "remembered", file=sys.stderr)
"""


def check(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SPY, "check", "--cache-dir", "../cache", *args]
    given = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**given, **environment}, timeout=300
    )


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    for number in range(30):
        fine = BAD.replace("As I said on the phone, the", "The")
        (drafts / f"{number}.txt").write_text(fine.replace("Martha", f"Martha {number}") if number % 3 else BAD)
    return drafts


def test_an_unchanged_folder_needs_no_model_and_says_the_same(drafts: Path) -> None:
    first = check(drafts, ".", "-o", "json=../1.json")
    again = check(drafts, ".", "-o", "json=../2.json")
    assert (first.returncode, first.stderr) == (1, "linted\n")
    assert (again.returncode, again.stderr) == (1, "remembered\n")
    assert again.stdout == first.stdout
    assert (drafts.parent / "2.json").read_bytes() == (drafts.parent / "1.json").read_bytes()
    assert len(json.loads((drafts.parent / "2.json").read_text())["drafts"]) == 30

    (drafts / "7.txt").write_text(BAD)  # one of them changes: the order stays, the others are remembered
    third = check(drafts, ".", "--format", "json")
    names = [draft["name"] for draft in json.loads(third.stdout)["drafts"]]
    assert third.stderr == "linted\n" and names == [draft["name"] for draft in json.loads(_read(drafts, "1"))["drafts"]]
    assert check(drafts, ".").stderr == "remembered\n"
    assert check(drafts, ".", "--level", "info").stderr == "linted\n"
    assert check(drafts, "1.txt", "--no-cache").stderr == "linted\n"
    assert check(drafts, ".", "--fail-level", "error").stderr == "remembered\n"


def _read(drafts: Path, name: str) -> str:
    return (drafts.parent / f"{name}.json").read_text()


def test_wrong_settings_are_told_with_a_full_cache_too(drafts: Path) -> None:
    check(drafts, "1.txt")
    done = check(drafts, "1.txt", "--select", "rebuk")
    assert done.returncode == 2 and "“rebuk” in select" in done.stderr


def test_what_customers_wrote_is_not_remembered(tmp_path: Path, drafts: Path) -> None:
    mail = "From: a@b.example\nTo: c@d.example\nSubject: x\n\n" + BAD + "\nOn Monday Ann wrote:\n> secret words\n"
    (drafts / "a.eml").write_text(mail)
    (drafts / "b").write_text(mail)  # an e-mail by its look
    thread = tmp_path / "thread.txt"
    thread.write_text("Where is my secret parcel?\n")
    calls: list[tuple[Any, ...]] = [("a.eml", "b"), ("1.txt", "--thread", "../thread.txt")]
    for call in calls:
        check(drafts, *call)
        assert check(drafts, *call).stderr == "linted\n"
    cache = tmp_path / "cache" / FILE
    with sqlite3.connect(cache) as table:
        assert table.execute("SELECT count(*) FROM reports WHERE length(data) > 20").fetchone() == (0,)
