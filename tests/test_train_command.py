"""`highnote train`, and what the other commands tell of the judge, as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from highnote.judge import Judge, Reason, telling
from highnote.train.labelled import TrainingError, read_passages

ROOT = Path(__file__).parent.parent
START = "import sys; from highnote.cli import main; sys.argv[0] = 'highnote'; main()"
RULE = """\
level: warning
message: "“{text}” is not our word."
why: We say guest.
flag:
  - valued customer
examples:
  bad:
    - "Each <mark>valued customer</mark> gets a key."
    - "As a <mark>valued customer</mark> you get a key."
  good:
    - "Our valued customer programme is closed."
    - "Dear guest, the room is ready."
source:
  - {title: House style, says: Guests are guests.}
"""
THINGS = "kettle lamp room key towel bed view meal pool sauna".split()  # noqa: SIM905


def run(*args: str | Path, cwd: Path | None = None, before: str = "") -> subprocess.CompletedProcess[str]:
    code = f"{before}\nif __name__ == '__main__':\n    {START}"
    settings = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        capture_output=True,
        cwd=cwd,
        text=True,
        encoding="utf-8",
        env={**settings, "PYTHONUTF8": "1"},
        timeout=240,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rule of one's own and labelled text for it, by two writers."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "rules" / "house").mkdir(parents=True)
    (folder / "rules" / "house" / "client.yaml").write_text(RULE)
    (folder / "text").mkdir()
    for writer, verb in (("ann", "gets"), ("bo", "loves")):
        lines = []
        for thing in THINGS:
            bad = f"Every valued customer {verb} the {thing}."
            good = f"The {thing} is in our valued customer programme."
            lines += [{"rule": "house/client", "label": "bad", "text": bad, "mark": "valued customer"}]
            lines += [{"rule": "house/client", "label": "good", "text": good}]
        content = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / "text" / f"sentences-{writer}.jsonl").write_text(content)
    return folder


@pytest.fixture(scope="module")
def trained(own: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("sklearn")
    return run("train", "--training", "text", "--rules", "rules", "--jobs", "2", "-o", "own.npz", cwd=own)


def test_a_judge_for_a_rule_of_ones_own(own: Path, trained: subprocess.CompletedProcess[str]) -> None:
    assert trained.returncode == 0, trained.stderr
    assert "highnote: reading " in trained.stderr and "own.npz: " in trained.stderr
    assert "house/client" in trained.stdout and "confidence  was right" in trained.stdout
    judge = Judge.load(own / "own.npz")
    assert judge and "house/client" in judge.rules

    (own / "highnote.toml").write_text('rules = ["rules"]\njudge = "own.npz"\nchat = true\nselect = ["house"]\n')
    (own / "bad.txt").write_text("Every valued customer gets the spoon.\n")
    (own / "good.txt").write_text("The spoon is in our valued customer programme.\n")
    told = run("check", "bad.txt", "good.txt", "-v", cwd=own).stdout
    assert "good.txt" not in told
    assert "Kept: confidence " in told and "is asked for; for it speak" in told
    found = json.loads(run("check", "bad.txt", "--format", "json", cwd=own).stdout)["drafts"][0]["findings"][0]
    assert found["confidence"] >= found["threshold"] > 0
    assert 1 <= len(found["reasons"]) <= 3
    assert any(word in reason for reason in found["reasons"] for word in ("customer", "valued", "every"))

    explained = run("explain", "house/client", cwd=own).stdout
    assert "The judge looks at\n  for a finding: " in explained
    assert "against it: " in explained and "programme" in explained and "threshold: " in explained

    counts = run("test", "rules", "--patterns", "--on", "text/sentences-ann.jsonl", cwd=own).stdout
    assert "→" in counts and "house/client 1: valued customer" in counts


def test_check_names_what_has_changed(own: Path, trained: subprocess.CompletedProcess[str], tmp_path: Path) -> None:
    call = ["train", "--check", "--training", "text", "--rules", "rules", "-o", "own.npz"]
    no_sklearn = "import sys; sys.modules['sklearn'] = None"
    assert run(*call, cwd=own, before=no_sklearn).returncode == 0
    (own / "text" / "sentences-cy.jsonl").write_text("{}\n")
    rule = own / "rules" / "house" / "client.yaml"
    rule.write_text(RULE.replace("guest.", "guests."))
    done = run(*call, cwd=own)
    (own / "text" / "sentences-cy.jsonl").unlink()
    rule.write_text(RULE)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "rules/house/client: changed since the judge was trained",
        "sentences-cy.jsonl: new since the judge was trained",
    ]


def test_figures_come_from_the_manifest_alone(own: Path, trained: subprocess.CompletedProcess[str]) -> None:
    before = "import sys; sys.modules.update(sklearn=None, spacy=None, scipy=None)"
    done = run("train", "--figures", "-o", "own.npz", cwd=own, before=before)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "| category | rules | faults | patterns alone | judge alone | both |"
    assert any(line.startswith("| house | 1 | 20 | 1.00 / 0.50 |") for line in lines)
    assert "2 writers" in done.stdout and "`highnote train`" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--training", "nowhere"], "nowhere: there is no such folder"),
        (["--training", "text"], "say where the judge goes: -o FILE."),
        (["--training", "text", "-o", "nowhere/own.npz"], "nowhere/own.npz: there is no such folder to write to."),
        (["--check", "--figures"], "--check and --figures do different things"),
        (["--figures", "-o", "none.npz"], "there is no judge at none.npz"),
        (["--training", "rules", "-o", "own2.npz"], "rules: there is no labelled text (.jsonl) here."),
    ],
)
def test_a_wrong_call_is_told(own: Path, args: list[str], said: str) -> None:
    pytest.importorskip("sklearn")
    done = run("train", *args, cwd=own)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"highnote: {said}" in done.stderr


def test_without_scikit_learn_it_says_what_to_install(own: Path) -> None:
    before = "import sys; sys.modules['sklearn'] = None"
    done = run("train", "--training", "text", "-o", "x.npz", cwd=own, before=before)
    assert done.returncode == 2
    assert "pip install 'highnote[train]'" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_line_that_is_no_labelled_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "sentences-me.jsonl").write_text('{"rule": "a/b", "text": "Oh no."}\n')
    with pytest.raises(TrainingError, match=r"sentences-me\.jsonl:1: 'label' is missing"):
        read_passages(tmp_path)
    (tmp_path / "sentences-me.jsonl").write_text("\n{no\n")
    with pytest.raises(TrainingError, match=r"sentences-me\.jsonl:2: this line is no JSON"):
        read_passages(tmp_path)


def test_bare_function_words_are_no_reasons() -> None:
    words = ["the word “your”", "the words “, (at the end)”", "the word “terms”", "the word “term” in any form"]
    told = telling(Reason(text, 1.0) for text in [*words, "the sentence has NUM", "the clause we forget"])
    assert [reason.words for reason in told] == ["the word “terms”", "the clause we forget"]


def test_clauses_are_shown_in_the_words_of_rules(tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("The key that you lost is expensive.\n")
    lines = run("clauses", "draft.txt", cwd=tmp_path).stdout.splitlines()
    assert lines[0].startswith("The key that you lost is expensive.  (body, only")
    assert any("verb: lose, subject: customer" in line and "object_word: key" in line for line in lines)
    assert run("clauses", "none.txt", cwd=tmp_path).returncode == 3
