"""Configuration files: which one counts, what it may say, and how a mistake in one is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from highnote.config import Config, ConfigError, check_names, find_config, load_config, matches, nearest
from highnote.finding import Level

OPTIONS = {
    "apology/but": {},
    "apology/excessive": {"more_than": 2},
    "rebuke/as-i-said": {},
    "rebuke/doubt": {},
}


def written(folder: Path, text: str, name: str = "highnote.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()
    assert Config().level is Level.WARNING


def test_every_key_can_be_set_with_hyphens_or_underscores(tmp_path: Path) -> None:
    written(
        tmp_path,
        """
        level = "info"
        fail-level = "error"
        select = ["rebuke", "apology/*"]
        ignore = ["rebuke/doubt"]
        chat = true
        valued = true
        agent_name = "Tom"
        rules = ["our-rules"]
        model = "en_core_web_md"
        min-confidence = 1
        judge = "judge.bin"
        parse = "full"
        [options."apology/excessive"]
        more-than = 3
        """,
    )
    config = load_config(tmp_path)
    assert config == Config(
        level=Level.INFO,
        fail_level=Level.ERROR,
        select=("rebuke", "apology/*"),
        ignore=("rebuke/doubt",),
        chat=True,
        valued=True,
        agent_name="Tom",
        options={"apology/excessive": {"more_than": 3}},
        rules=(tmp_path / "our-rules",),
        model="en_core_web_md",
        min_confidence=1.0,
        judge=tmp_path / "judge.bin",
        parse="full",
    )


def test_the_nearest_folder_wins_and_pyproject_counts_with_our_table_only(tmp_path: Path) -> None:
    outer = written(tmp_path, 'agent-name = "outer"')
    written(tmp_path / "a", "[tool.other]\nx = 1\n", "pyproject.toml")
    inner = written(tmp_path / "a" / "b", '[tool.highnote]\nagent-name = "inner"\n', "pyproject.toml")
    assert find_config(tmp_path / "a") == outer
    assert find_config(tmp_path / "a" / "b" / "c") == inner
    assert load_config(tmp_path / "a" / "b").agent_name == "inner"
    beside = written(tmp_path / "a" / "b", 'agent-name = "beside"')
    assert find_config(tmp_path / "a" / "b") == beside


def test_an_explicit_file_beats_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, 'agent-name = "near"')
    other = written(tmp_path / "x", 'agent-name = "named"', "other.toml")
    assert load_config(tmp_path, other).agent_name == "named"


def test_a_broken_pyproject_of_others_is_none_of_our_business(tmp_path: Path) -> None:
    written(tmp_path, "[tool.other\n", "pyproject.toml")
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('# x\nfail-lvl = "error"', 2, "“fail-lvl” is no known key. Did you mean “fail-level”?"),
        ("zzz = 1", 1, "“zzz” is no known key. Known keys are level, fail-level, select,"),
        ('chat = "yes"', 1, "chat must be true or false."),
        ('\nlevel = "high"', 2, "level must be “error”, “warning” or “info”."),
        ('ignore = "rebuke"', 1, "ignore must be a list of rules or categories"),
        ('[options]\n"apology/excessive" = 3', 2, "options must be a table for each rule"),
        ("min-confidence = 2", 1, "min-confidence must be a number from 0 to 1."),
        ("judge = 3", 1, "judge must be true, false or the name of a file in quotes."),
        ("model = 3", 1, "model must be a text in quotes."),
        ('parse = "slow"', 1, "parse must be “quick” or “full”."),
        ("chat = true\nlevel = info", 2, "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert str(caught.value).startswith(f"{file}:{line}: {message}")


def test_in_a_pyproject_the_line_is_that_of_our_table(tmp_path: Path) -> None:
    file = written(tmp_path, '[tool.other]\nchat = "x"\n\n[tool.highnote]\nchat = "yes"\n', "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert (caught.value.file, caught.value.line) == (file, 5)


def test_a_missing_and_an_undecodable_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        load_config(tmp_path, tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'agent-name = "Jos\xe9"')
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_config(tmp_path, tmp_path / "latin.toml")
    plain = written(tmp_path, "[project]\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"has no \[tool\.highnote\] table"):
        load_config(tmp_path, plain)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('select = ["rebuk"]', 1, "“rebuk” in select is no known rule or category. Did you mean “rebuke”?"),
        (
            'ignore = [\n  "as-i-sad",\n]',
            2,
            "“as-i-sad” in ignore is no known rule or category. Did you mean",
        ),
        ('[options."apology/exessive"]\nmore-than = 1', 1, "“apology/exessive” in options is no known rule."),
        ('[options."apology/excessive"]\nmore-then = 1', 2, "“more_then” for apology/excessive is no known option"),
        ('[options."apology/excessive"]\nmore-than = "x"', 2, 'more_than of apology/excessive cannot be "x".'),
        ('[options."apology/excessive"]\nmore-than = true', 2, "more_than of apology/excessive cannot be true."),
        ('[options."apology/but"]\nmore-than = 1', 2, "apology/but has no options."),
    ],
)
def test_unknown_names_are_told_with_the_nearest(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        check_names(load_config(tmp_path), OPTIONS, file)
    assert str(caught.value).startswith(f"{file}:{line}: {message}")


def test_known_names_categories_and_globs_pass() -> None:
    check_names(Config(select=("apology", "rebuke/as-i-said", "*/doubt"), ignore=("apology/",)), OPTIONS)
    check_names(Config(options={"apology/excessive": {"more_than": 3}}), OPTIONS)


def test_wants_follows_select_then_ignore() -> None:
    config = Config(select=("rebuke", "apology/but"), ignore=("*/doubt",))
    assert [rule for rule in OPTIONS if config.wants(rule)] == ["apology/but", "rebuke/as-i-said"]
    assert all(Config().wants(rule) for rule in OPTIONS)
    assert not matches("apology/b", "apology/but")


def test_nearest_knows_when_nothing_is_near() -> None:
    assert nearest("rebuke/as-i-sayd", OPTIONS) == "rebuke/as-i-said"
    assert nearest("banana", OPTIONS) is None


def test_reading_a_configuration_loads_no_language_model() -> None:
    code = "import sys, highnote.config; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
