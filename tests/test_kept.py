"""What is kept between runs: it saves time, and never shows where it is missing, damaged or out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from highnote import kept, rule
from highnote.phrasebook import keep, open_phrases

FILE = """\
level: warning
message: "“{text}” sounds {how}."
why: It is no help.
flag:
  - "no can do"
examples:
  bad: [No can do.]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "highnote"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules" / "own" / "curt.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(FILE.replace("{how}", "curt"), encoding="utf-8")
    return path


def messages(rules: Path) -> list[str]:
    return [one.message for one in rule.load([rules.parent.parent], built_in=False).rules]


def test_rules_are_the_same_with_and_without_what_was_kept(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = rule.load()
    monkeypatch.setattr(rule, "_content", lambda path: pytest.fail(f"{path} was read again"))
    assert rule.load() == fresh


def test_a_changed_rule_is_read_again(rules: Path) -> None:
    assert messages(rules) == ["“{text}” sounds curt."]
    rules.write_text(FILE.replace("{how}", "rude"), encoding="utf-8")
    assert messages(rules) == ["“{text}” sounds rude."]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2]", b"\xff\xfe"])
def test_what_is_damaged_is_as_good_as_none(rules: Path, folder: Path, damage: bytes) -> None:
    keep_some = open_phrases({})
    keep_some.compile("no can do")
    keep(keep_some)
    expected = messages(rules)
    files = list(folder.glob("*-*"))
    assert {file.name.partition("-")[0] for file in files} == {"phrases", "rules"}
    for file in files:
        file.write_bytes(damage)
    assert messages(rules) == expected
    assert open_phrases({}).compile("no can do").needs == keep_some.compile("no can do").needs


def test_a_faulty_rule_is_explained_each_time(rules: Path) -> None:
    rules.write_text(FILE.replace("level: warning", "level: loud"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(rule.RuleErrors, match=r"curt\.yaml:1: “loud” is no value"):
            messages(rules)


def test_few_files_of_a_kind_are_kept(folder: Path) -> None:
    for number in range(10):
        kept.write("rules", f"{number:020}", {})
    assert len(list(folder.glob("rules-*"))) == kept.MAX_FILES


def test_a_folder_that_cannot_be_written_costs_nothing(folder: Path, rules: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    assert messages(rules) == messages(rules) == ["“{text}” sounds curt."]
