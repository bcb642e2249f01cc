"""The command as a process: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
HIGHNOTE = [sys.executable, "-c", "import sys; from highnote.cli import main; sys.argv[0] = 'highnote'; main()"]
BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nTom Alder\n"
FIXED = "Hi Martha,\n\nThe refund takes five days.\n\nKind regards,\nTom Alder\n"
GOOD = "Hi Martha,\n\nThank you for waiting. I sent the refund this morning.\n\nKind regards,\nTom Alder\n"
SETTINGS = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}


def run(
    *args: str | Path, cwd: Path | None = None, stdin: str | bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command and hand back its status and what it printed."""
    done = subprocess.run(
        [*HIGHNOTE, *map(str, args)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        env={**SETTINGS, "PYTHONUTF8": "1", **environment},
        timeout=120,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def check(*args: str | Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run `highnote check` with two rules, so that the tests depend on no others and are quick."""
    return run("check", *args, "--select", "rebuke/as-i-said,courtesy/shouting", **settings)


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


# ---------------------------------------------------------------- without a draft


@pytest.mark.parametrize(
    "call", ["--help", "check --help", "train --help", "rules", "explain rebuke/as-i-said", "schema"]
)
def test_what_needs_no_draft_loads_no_language_model(call: str) -> None:
    code = f"""
import sys
from highnote.cli import main
sys.argv = ["highnote", *{call.split()!r}]
try:
    main()
finally:
    print("loaded:", [name for name in ("spacy", "numpy", "torch") if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    judge = "numpy" if call.startswith("explain") else "none"  # it tells what the judge looks at
    assert done.stderr.strip() in ("loaded: []", f"loaded: ['{judge}']")


def test_help_and_version() -> None:
    shown = run("--help").stdout
    for command in (
        "check",
        "explain",
        "rules",
        "test",
        "clauses",
        "train",
        "schema",
        "doctor",
        "highnote check reply.txt --diff",
    ):
        assert command in shown
    assert run("--version").stdout.startswith("highnote 0.")
    assert run("check").returncode == 2
    assert run("chekc").returncode == 2


def test_explain_a_rule() -> None:
    done = run("explain", "rebuke/as-i-said")
    assert done.returncode == 0
    for part in (
        "rebuke/as-i-said  error",
        "Why\n",
        "Flagged\n",
        "«As I said on the phone,»",
        "Left alone\n",
        "Source\n",
    ):
        assert part in done.stdout
    assert run("explain", "as-i-said").stdout == done.stdout


def test_explain_a_category_and_an_unknown_name() -> None:
    assert "rebuke/as-i-said" in run("explain", "rebuke").stdout
    done = run("explain", "rebuke/as-i-sayd")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "highnote: “rebuke/as-i-sayd” is no known rule or category. Did you mean “rebuke/as-i-sa"
    )


def test_rules_as_text_json_and_markdown() -> None:
    assert "rebuke/as-i-said" in run("rules").stdout
    listed = json.loads(run("rules", "--format", "json", "--select", "rebuke").stdout)
    assert {rule["category"] for rule in listed} == {"rebuke"}
    assert {"id", "level", "scope", "message", "why", "examples"} <= set(listed[0])
    table = run("rules", "--format", "markdown").stdout.splitlines()
    assert table[:2] == ["| rule | level | looks at | why |", "| --- | --- | --- | --- |"]
    assert all(row.count(" | ") == 3 for row in table[2:])


@pytest.mark.parametrize("kind", ["rule", "report", "config"])
def test_schemas_are_schemas(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(run("schema", kind).stdout))


def test_doctor_finds_all_in_place(tmp_path: Path) -> None:
    (tmp_path / "highnote.toml").write_text('level = "info"\n')
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert all(line.startswith("ok ") for line in done.stdout.splitlines())
    for part in ("Python:", "spaCy: 3.8.", "7 of 7 have the sums", "rules:", "highnote.toml"):
        assert part in done.stdout
    (tmp_path / "highnote.toml").write_text('levle = "info"\n')
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert "not ok configuration:" in done.stdout and "Did you mean “level”?" in done.stdout


# ---------------------------------------------------------------- wrong calls and configurations


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--fix", "--diff"], "--fix writes and --diff does not: use one of them."),
        (["--diff", "--format", "json"], "--diff prints a diff, not json"),
        (["--date", "soon"], "“soon” is no date. Write it like 2026-05-31"),
        (["--select", "rebuk"], "“rebuk” in select is no known rule or category. Did you mean “rebuke”?"),
        (["--ignore", "rebuke,as-i-sayd"], "“as-i-sayd” in ignore is no known rule or category. Did you mean"),
        (["--config", "none.toml"], "none.toml: there is no such configuration file."),
        (["--rules", "none"], "none:1: there is no such rule folder"),
        (["--thread", "none.eml"], "none.eml cannot be read: "),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_read(tmp_path: Path, args: list[str], said: str) -> None:
    written(tmp_path, bad=BAD)
    done = run("check", "bad.txt", *args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"highnote: {said}")


def test_a_wrong_configuration_names_file_line_and_mend(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD)
    (tmp_path / "pyproject.toml").write_text('[tool.highnote]\nchat = true\nfail-levle = "error"\n')
    done = run("check", "bad.txt", "none.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert "pyproject.toml:3: “fail-levle” is no known key. Did you mean “fail-level”?" in done.stderr


def test_a_wrong_rule_file_names_file_line_and_mend(tmp_path: Path) -> None:
    (tmp_path / "own" / "tone").mkdir(parents=True)
    (tmp_path / "own" / "tone" / "x.yaml").write_text("level: error\nmesage: no\n")
    written(tmp_path, bad=BAD)
    done = run("check", "bad.txt", "--rules", "own", cwd=tmp_path)
    assert done.returncode == 2
    assert "highnote: own/tone/x.yaml:2: " in done.stderr and "did you mean `message`?" in done.stderr


# ---------------------------------------------------------------- testing rules

OWN_RULE = """\
level: warning
message: "“{text}” is not our word."
why: We say guest.
flag:
  - valued customer
examples:
  bad:
    - "Each <mark>valued customer</mark> gets a key."
    - "The client is late."
  good:
    - "Dear guest, the room is ready."
    - "Our valued customer programme is closed."
source:
  - {title: House style, says: Guests are guests.}
"""


@pytest.fixture
def own_rules(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    (folder / "house").mkdir(parents=True)
    (folder / "house" / "client.yaml").write_text(OWN_RULE)
    return folder


def test_rules_of_ones_own_are_tested_by_their_examples(own_rules: Path) -> None:
    file = own_rules / "house" / "client.yaml"
    done = run("test", own_rules)
    assert done.returncode == 1
    assert f"{file}:9: house/client: " in done.stdout and f"{file}:12: house/client: " in done.stdout
    assert done.stdout.endswith("2 faults in 1 rule with 4 examples.\n")
    kept = "".join(
        line for line in OWN_RULE.splitlines(keepends=True) if "client is" not in line and "Our v" not in line
    )
    file.write_text(kept)
    for path in (own_rules / "house", file):
        done = run("test", path)
        assert (done.returncode, done.stdout) == (0, "All good: 1 rule with 2 examples.\n")


def test_patterns_tell_what_they_found(own_rules: Path, tmp_path: Path) -> None:
    counts = run("test", own_rules, "--patterns").stdout
    assert "   1 → 1        1 → 1        0 → 0     house/client 1: valued customer\n" in counts
    (tmp_path / "draft.txt").write_text("Hi,\n\nEach valued customer gets a key.\n")
    found = run("test", own_rules, "--patterns", "--on", tmp_path / "draft.txt").stdout
    assert "draft.txt:3:6 house/client “valued customer”\n  pattern 1: valued customer\n" in found


def test_an_unknown_rule_to_test_is_told() -> None:
    done = run("test", "rebuke/as-i-sayd")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean “rebuke/as-i-said”?" in done.stderr


# ---------------------------------------------------------------- reports


def test_a_folder_is_reported_as_text(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD, good=GOOD)
    (tmp_path / ".hidden.txt").write_text(BAD)
    (tmp_path / "notes.log").write_text(BAD)
    done = check(".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(
        "bad.txt:3:1: error rebuke/as-i-said\n"
        "  3 | As I said on the phone, the refund takes five days.\n"
        "    | ^^^^^^^^^^^^^^^^^^^^^^"
    )
    assert "\n  - As I said on the phone, the refund takes five days.\n  + The refund takes five days.\n" in done.stdout
    assert done.stdout.endswith("\n1 error in 1 of 2 drafts; --fix mends it.\n")
    assert "\x1b" not in done.stdout


def test_a_clean_draft_gets_one_friendly_line(tmp_path: Path) -> None:
    written(tmp_path, good=GOOD)
    done = check("good.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing to mend in this draft.\n", "")


def test_the_example_drafts_make_a_reader_nod() -> None:
    done = run("check", "--format", "json", EXAMPLES / "drafts")
    drafts = {Path(draft["name"]).stem: draft for draft in json.loads(done.stdout)["drafts"]}
    found = {name: {finding["rule"] for finding in draft["findings"]} for name, draft in drafts.items()}
    assert done.returncode == 1
    assert found["lost-parcel"] == set()
    assert {"rebuke/as-i-said", "last-word/favour", "ending/apology"} <= found["late-refund"]
    assert {"rebuke/doubt", "rebuke/contradict", "apology/but", "last-word/parting-shot"} <= found["dead-speaker"]
    assert {"apology/excessive", "courtesy/shouting"} <= found["wrong-size"]
    assert {"rebuke/blame", "last-word/effort"} <= found["double-charge"]


def test_json_follows_its_schema_and_its_offsets_lead_to_the_text(tmp_path: Path) -> None:
    text = "Hi Zoë 😀,\r\n\r\nAs I said on the phone, the refund takes five days.\r\n\r\nBye,\r\nTom\r\n"
    done = check("-", "none.txt", "--format", "json", cwd=tmp_path, stdin=text)
    assert done.returncode == 3
    content = json.loads(done.stdout)
    jsonschema.validate(content, json.loads(run("schema", "report").stdout))
    assert (content["version"], content["tool"]["name"]) == (1, "highnote")
    (draft,) = content["drafts"]
    (found,) = [finding for finding in draft["findings"] if finding["rule"] == "rebuke/as-i-said"]
    assert text[found["start"] : found["end"]] == found["text"]
    assert (found["line"], found["column"]) == (3, 1)
    assert (draft["name"], "As I said" in draft["rewritten"]) == ("stdin", False)
    assert [error["name"] for error in content["errors"]] == ["none.txt"]
    assert content["summary"]["unreadable"] == 1


def test_levels_decide_what_is_shown_and_what_fails(tmp_path: Path) -> None:
    written(tmp_path, shout="Hi Martha,\n\nThe refund is on its way!! You will have it by Friday.\n\nBye,\nTom Alder\n")
    assert check("shout.txt", cwd=tmp_path).returncode == 1
    assert check("shout.txt", "--fail-level", "error", cwd=tmp_path).returncode == 0
    done = check("shout.txt", "--level", "error", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing to mend in this draft.\n")


def test_the_configuration_nearest_to_each_draft_counts(tmp_path: Path) -> None:
    for name in ("strict", "lax"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, bad=BAD)
    (tmp_path / "lax" / "highnote.toml").write_text('ignore = ["rebuke"]\n')
    content = json.loads(check(".", "--format", "json", cwd=tmp_path).stdout)
    assert {draft["name"]: bool(draft["findings"]) for draft in content["drafts"]} == {
        "lax/bad.txt": False,
        "strict/bad.txt": True,
    }
    assert check("strict", "--ignore", "rebuke/*", cwd=tmp_path).returncode == 0


def test_colour_is_a_matter_of_choice(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD)
    assert "\x1b[" in check("bad.txt", "--color", "always", cwd=tmp_path).stdout
    assert "\x1b[" not in check("bad.txt", cwd=tmp_path, NO_COLOR="1", FORCE_COLOR="1").stdout


def test_an_encoding_without_the_signs_is_no_trouble(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD.replace("phone", "phone 😀"))
    done = check("bad.txt", "--scorecard", cwd=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 1 and "As I said on the phone ?" in done.stdout


# ---------------------------------------------------------------- bad input


def test_bad_inputs_are_told_and_the_others_are_linted(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD, empty="")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "broken.eml").write_bytes(b"Content-Type: multipart/mixed; boundary=x\n\n--y\n\xff\xfe\x00broken")
    done = check("none.txt", "binary.txt", "broken.eml", "empty.txt", "bad.txt", cwd=tmp_path)
    assert done.returncode == 3
    assert "bad.txt:3:1: error rebuke/as-i-said" in done.stdout
    said = done.stderr.splitlines()
    assert said[0] == "highnote: none.txt: there is no such file or folder. Check the name."
    assert any(line.startswith("highnote: binary.txt is a binary file") for line in said)
    assert all(line.startswith("highnote: ") for line in said)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0
    assert "no drafts here" in done.stderr


# ---------------------------------------------------------------- mending


def test_fix_writes_once_and_says_what_is_left(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD)
    (tmp_path / "bad.txt").chmod(0o600)
    done = check("bad.txt", "--fix", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Mended 1 finding. Nothing else to mend in this draft.\n")
    assert (tmp_path / "bad.txt").read_text() == FIXED
    assert (tmp_path / "bad.txt").stat().st_mode & 0o777 == 0o600
    done = check("bad.txt", "--fix", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing to mend in this draft.\n")
    assert (tmp_path / "bad.txt").read_text() == FIXED


def test_a_file_that_cannot_be_written_is_told_and_the_others_are_mended(tmp_path: Path) -> None:
    written(tmp_path, a=BAD, b=BAD)
    (tmp_path / "a.txt").chmod(0o444)
    done = check("a.txt", "b.txt", "--fix", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("highnote: a.txt: is write-protected, so it is left as it is.")
    assert "a.txt:3:1: error" in done.stdout
    assert ((tmp_path / "a.txt").read_text(), (tmp_path / "b.txt").read_text()) == (BAD, FIXED)


def test_fix_from_stdin_writes_the_text_to_stdout(tmp_path: Path) -> None:
    done = check("-", "--fix", cwd=tmp_path, stdin=BAD.replace("\n", "\r\n"))
    assert (done.returncode, done.stdout) == (0, FIXED.replace("\n", "\r\n"))
    assert done.stderr.startswith("Mended 1 finding.")


def test_diff_writes_nothing(tmp_path: Path) -> None:
    written(tmp_path, bad=BAD, good=GOOD)
    done = check(".", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "--- bad.txt\n+++ bad.txt\n@@ -1,6 +1,6 @@\n Hi Martha,\n \n"
        "-As I said on the phone, the refund takes five days.\n+The refund takes five days.\n"
        " \n Kind regards,\n Tom Alder\n"
    )
    assert (tmp_path / "bad.txt").read_text() == BAD


# ---------------------------------------------------------------- threads and the scorecard


def test_the_scorecard_is_a_line_of_ticks_and_knows_the_thread() -> None:
    draft, thread = EXAMPLES / "drafts" / "lost-parcel.txt", EXAMPLES / "threads" / "lost-parcel.txt"
    done = check(draft, "--scorecard", "--thread", thread, "--date", "2026-03-05T09:00:00Z")
    assert done.returncode == 0
    assert "lost-parcel.txt: ✓ acknowledged  ✓ apologised" in done.stdout
    assert "✓ answered 1 of 1" in done.stdout


# ---------------------------------------------------------------- interruptions


def test_interrupted_it_ends_quietly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*HIGHNOTE, "check", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    time.sleep(4)  # long enough to be waiting for the draft
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.decode()) == (130, b"", "highnote: stopped.\n")


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"{number}.txt").write_text("Hi,\n\n" + "As I said, no. " * 3)
    process = subprocess.Popen(
        [*HIGHNOTE, "check", ".", "--select", "rebuke/as-i-said"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=SETTINGS,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(timeout=60)
