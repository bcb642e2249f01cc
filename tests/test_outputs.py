"""Reports in files and on stdout from one call: where they go, what is wrong with a call, what a run of GitHub gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nTom Alder\n"
FORMATS = ["text", "json", "sarif", "github", "gitlab", "junit", "html", "markdown"]


def check(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from highnote.cli import main; sys.argv[0] = 'highnote'; main()"
    command = [sys.executable, "-c", code, "check", "--select", "rebuke/as-i-said", "--no-cache", *args]
    given = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**given, **environment}, timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_all_formats_at_once_and_a_summary_page(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(BAD)
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2" * 99)
    (tmp_path / "out.json").write_text("old")
    (tmp_path / "out.json").chmod(0o640)
    (tmp_path / "page.md").write_text("before\n")
    outputs = [part for form in FORMATS for part in ("-o", f"{form}=out.{form}")]
    done = check(tmp_path, "bad.txt", "binary.txt", *outputs, GITHUB_STEP_SUMMARY=str(tmp_path / "page.md"))
    assert done.returncode == 3
    assert done.stdout.startswith("bad.txt:3:1: error rebuke/as-i-said\n")
    for form in FORMATS:
        text = (tmp_path / f"out.{form}").read_text(encoding="utf-8")
        assert "rebuke/as-i-said" in text and "binary" in text and text.endswith("\n"), form
    assert (tmp_path / "out.text").read_text().startswith("bad.txt:3:1: error rebuke/as-i-said\n")
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o640
    page = (tmp_path / "page.md").read_text()
    assert page.startswith("before\n## highnote: 1 error\n\n| draft | level |") and "binary.txt" in page
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(".")]  # nothing half written is left


def test_a_form_on_stdout_is_alone_there(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(BAD)
    done = check(tmp_path, "bad.txt", "none.txt", "--format", "sarif")
    (run,) = json.loads(done.stdout)["runs"]
    assert [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]] == [
        "there is no such file or folder. Check the name."
    ]
    assert done.returncode == 3 and done.stderr.startswith("highnote: none.txt: there is no such")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["-o", "sarif"], "--output sarif: write it as FORMAT=FILE, such as sarif=highnote.sarif; formats: text, json"),
        (["-o", "pdf=x"], "--output pdf=x: write it as FORMAT=FILE"),
        (["-o", "json=none/x.json"], "--output json=none/x.json: there is no folder none. Make it first."),
        (["-o", "json=."], "--output json=.: . is a folder. Name a file in it."),
        (["-o", "json=x", "-o", "html=./x"], "--output html=./x: another report goes to the same file."),
        (["--write-baseline", "none/b.json"], "--write-baseline none/b.json: there is no folder none. Make it first."),
        (
            ["--diff", "--format", "html"],
            "--diff prints a diff, not html: leave one of them out, or write the report with",
        ),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_linted(tmp_path: Path, args: list[str], said: str) -> None:
    (tmp_path / "bad.txt").write_text(BAD)
    done = check(tmp_path, "bad.txt", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"highnote: {said}")
    assert [file.name for file in tmp_path.iterdir()] == ["bad.txt"]


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(BAD)
    done = check(tmp_path, "bad.txt", "-o", "json=/proc/no.json")
    assert done.returncode == 3 and "highnote: /proc/no.json: cannot be written (" in done.stderr
    assert done.stdout.startswith("bad.txt:3:1")


def test_diff_and_fix_go_with_reports_in_files(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(BAD)
    done = check(tmp_path, "bad.txt", "--diff", "-o", "json=out.json")
    assert done.stdout.startswith("--- bad.txt\n+++ bad.txt\n")
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["errors"] == 1
    done = check(tmp_path, "bad.txt", "--fix", "-o", "json=out.json")
    assert done.returncode == 0
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["errors"] == 0
