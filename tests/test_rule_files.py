"""Wrong rule files: the message names the file, the line, what is wrong and the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from highnote.config import Config
from highnote.linter import Linter
from highnote.rule import Rule, RuleErrors, built_in_folder, load, load_file, rule_schema

GOOD = """\
level: warning
message: "“{text}” makes our own goods sound poor."
why: A customer who has just paid does not want to hear that it was cheap.
flag:
  - "[very|really|so] cheap (product|model|item|version)"
suggest:
  - {hint: "Say “affordable”."}
examples:
  bad: ["That is <mark>a cheap model</mark>, so the lid may be loose."]
  good: ["Shipping is cheap within the country."]
source:
  - {title: "Our style guide", says: "Never call our own goods cheap."}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "shop" / "cheap.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_of_ones_own_works(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    report = Linter(Config(rules=(tmp_path,), select=("shop",))).lint("That is a cheap model, sadly.")
    assert [(f.rule, f.text) for f in report.findings] == [("shop/cheap", "cheap model")]


@pytest.mark.parametrize(("zone", "flagged"), [("closing", True), ("body", False)])
def test_an_exception_counts_in_its_zone_only(tmp_path: Path, zone: str, flagged: bool) -> None:
    write(tmp_path, GOOD.replace("suggest:", f"unless: [{{when: {{zone: {zone}}}}}]\nsuggest:"))
    report = Linter(Config(rules=(tmp_path,), select=("shop",))).lint("That is a cheap model, sadly.")
    assert bool(report.findings) is flagged


@pytest.mark.parametrize(("chat", "flagged"), [(True, False), (False, True)])
def test_an_exception_may_hold_in_some_circumstances_only(tmp_path: Path, chat: bool, flagged: bool) -> None:
    write(tmp_path, GOOD.replace("suggest:", "unless: [{sentence: sadly, when: {chat: true}}]\nsuggest:"))
    report = Linter(Config(rules=(tmp_path,), select=("shop",), chat=chat)).lint("That is a cheap model, sadly.")
    assert bool(report.findings) is flagged


def test_words_that_yaml_takes_for_truth_stay_words(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace('"[very|really|so] cheap (product|model|item|version)"', "no"))
    rule = load_file(path)
    assert isinstance(rule, Rule)
    assert rule.flag[0].phrase == "no"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("level: warning", "level: loud", 1, "“loud” is no value of `level`"),
        ("flag:", "flags:", 4, "did you mean `flag`"),
        ("why: ", "why: [", 4, ""),
        ("[very|really|so] cheap (product|model|item|version)", "[very cheap", 5, "cannot be read"),
        ("[very|really|so] cheap (product|model|item|version)", "@nowhere", 5, "there is no word list"),
        ('  - "[very|really|so] cheap (product|model|item|version)"', "  - {clause: {subject: them}}", 5, "use one of"),
        ('  - "[very|really|so] cheap (product|model|item|version)"', "  - {check: no.where}", 5, "there is no check"),
        ('  - "[very|really|so] cheap (product|model|item|version)"', "  - 5", 5, ""),
        ('  - {hint: "Say “affordable”."}', "  - {hint: a, delete: match}", 7, "one of"),
        ("message: ", "why: doubled\nmessage: ", 4, "twice"),
    ],
)
def test_a_wrong_file_names_line_and_mend(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(RuleErrors) as caught:
        Linter(Config(rules=(tmp_path,)))
    errors = [e for e in caught.value.errors if e.file == path]
    assert errors, caught.value
    assert any(e.line == line and says in str(e) and e.mend for e in errors), caught.value


def test_every_wrong_file_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path / "one", "level: loud")
    write(tmp_path / "two", "- a list")
    with pytest.raises(RuleErrors) as caught:
        load([tmp_path / "one", tmp_path / "two", tmp_path / "missing"])
    assert {e.file.name for e in caught.value.errors} == {"cheap.yaml", "missing"}


def test_the_schema_describes_every_rule() -> None:
    import jsonschema
    import yaml

    schema = rule_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in built_in_folder().glob("rebuke/*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert set(content) <= set(schema["properties"])
