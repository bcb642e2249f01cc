"""Where highnote plugs in, with the programs that use it: pre-commit, the steps of the GitHub Action, the job of GitLab CI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import junitparser
import pytest
import yaml

ROOT = Path(__file__).parent.parent
BAD = "Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nTom Alder\n"
GOOD = BAD.replace("As I said on the phone, the", "The")
SECRET = {"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "PRE_COMMIT_HOME"}
CLEAN = {key: value for key, value in os.environ.items() if key not in SECRET and not key.startswith("GIT_")}


INSTALLS = pytest.mark.skipif(
    not os.environ.get("HIGHNOTE_TEST_INSTALL"), reason="installs highnote anew: set HIGHNOTE_TEST_INSTALL=1"
)


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which `highnote` and `pre-commit` are those of this test run."""
    folder = tmp_path / "bin"
    folder.mkdir()
    code = "import sys; from highnote.cli import main; sys.argv[0] = 'highnote'; main()"
    (folder / "highnote").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    (folder / "highnote").chmod(0o755)
    return {**CLEAN, "PATH": f"{folder}{os.pathsep}{CLEAN['PATH']}", "HOME": str(tmp_path)}


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, timeout=900)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr + done.stdout
    return done


def git(folder: Path, env: dict[str, str], *args: str) -> None:
    done = run("git", "-c", "user.name=t", "-c", "user.email=t@t.example", *args, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr


# ---------------------------------------------------------------- pre-commit


def repositories(tmp_path: Path, env: dict[str, str], *files: str, **hook: Any) -> Path:
    """A repository with templates whose pre-commit uses a repository with highnote's `files`; the first one's folder."""
    theirs, ours = tmp_path / "highnote", tmp_path / "shop"
    for file in (".pre-commit-hooks.yaml", *files):
        source = ROOT / file
        theirs.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, theirs / file, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, theirs / file)
    git(theirs, env, "init", "-q", "-b", "main")
    git(theirs, env, "add", "-A")
    git(theirs, env, "commit", "-qm", "x")
    ours.mkdir()
    head = run("git", "rev-parse", "HEAD", cwd=theirs, env=env).stdout.strip()
    hooks = [{"id": "highnote", "args": ["--select", "rebuke/as-i-said"], **hook}]
    config = {"repos": [{"repo": str(theirs), "rev": head, "hooks": hooks}]}
    (ours / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(ours, env, "init", "-q", "-b", "main")
    return ours


def pre_commit(folder: Path, env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed (extra `test`)")
    env = {**env, "PRE_COMMIT_HOME": str(folder.parent / "pre-commit")}
    return run(sys.executable, "-m", "pre_commit", *args, cwd=folder, env=env)


def test_pre_commit_checks_what_is_staged(tmp_path: Path, programs: dict[str, str]) -> None:
    shop = repositories(tmp_path, programs, language="system")  # the highnote of this run, without an installation
    (shop / "templates").mkdir()
    (shop / "templates" / "late.liquid").write_text(BAD.replace("Martha", "{{ customer.name }}"))
    (shop / "unstaged.txt").write_text(BAD)
    (shop / "code.py").write_text(f'"""{BAD}"""\n')
    git(shop, programs, "add", "templates", "code.py", ".pre-commit-config.yaml")
    done = pre_commit(shop, programs, "run", "highnote")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "templates/late.liquid:3:1: error rebuke/as-i-said" in done.stdout
    assert "unstaged.txt" not in done.stdout and "code.py" not in done.stdout
    (shop / "templates" / "late.liquid").write_text(GOOD)
    git(shop, programs, "add", "templates")
    done = pre_commit(shop, programs, "run", "highnote", "--verbose")
    assert done.returncode == 0 and "Nothing to mend" in done.stdout, done.stdout


def test_pre_commit_mends(tmp_path: Path, programs: dict[str, str]) -> None:
    shop = repositories(tmp_path, programs, id="highnote-fix", language="system")
    (shop / "late.txt").write_text(BAD)
    git(shop, programs, "add", "-A")
    done = pre_commit(shop, programs, "run")
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout
    assert (shop / "late.txt").read_text() == GOOD
    git(shop, programs, "add", "-A")
    assert pre_commit(shop, programs, "run").returncode == 0


@INSTALLS
def test_pre_commit_installs_highnote_by_itself(tmp_path: Path, programs: dict[str, str]) -> None:
    files = ("pyproject.toml", "README.md", "LICENSE", "src", "rules")
    programs = {key: value for key, value in programs.items() if key != "PYTHONPATH"}
    shop = repositories(tmp_path, programs, *files)
    (shop / "late.txt").write_text(BAD)
    git(shop, programs, "add", "-A")
    done = pre_commit(shop, {**programs, "PATH": CLEAN["PATH"]}, "run", "--all-files")
    assert "late.txt:3:1: error rebuke/as-i-said" in done.stdout, done.stdout + done.stderr


# ---------------------------------------------------------------- GitHub


ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def step(name: str, folder: Path, env: dict[str, str], **inputs: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a step of the action as GitHub does, and what it has put out."""
    (one,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    assert "${{" not in one["run"]  # an input would become part of the script
    assert set(inputs) <= set(ACTION["inputs"])
    values = {f"inputs.{key}": inputs.get(key, spec["default"]) for key, spec in ACTION["inputs"].items()}
    values["github.action_path"] = str(ROOT)
    given = {key: re.sub(r"\$\{\{ (\S+) \}\}", lambda m: values[m[1]], value) for key, value in one["env"].items()}
    out = folder.parent / "output"
    out.write_text("")
    runner = {"GITHUB_OUTPUT": str(out), "RUNNER_TEMP": str(folder.parent), "GITHUB_ACTIONS": "true"}
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", one["run"]]
    return run(*bash, cwd=folder, env={**env, **runner, **given}), out.read_text()


def test_the_action_checks(tmp_path: Path, programs: dict[str, str]) -> None:
    folder = tmp_path / "shop"
    (folder / "my templates").mkdir(parents=True)
    (folder / "my templates" / "late.txt").write_text(BAD)
    (folder / "good.txt").write_text(GOOD)
    page = tmp_path / "summary.md"
    given = {"paths": "my templates\n\ngood.txt\n", "options": "--select  rebuke/as-i-said", "sarif": "out.sarif"}
    done, out = step("Check", folder, {**programs, "GITHUB_STEP_SUMMARY": str(page)}, **given)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=my templates/late.txt,line=3,endLine=3,col=1,endColumn=23,")
    assert out == "status=1\nsarif=out.sarif\n"
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"
    assert page.read_text().startswith("## highnote: 1 error in 1 of 2 drafts\n")
    done, out = step("Check", folder, programs, **given, fail="false")
    assert (done.returncode, out) == (0, "status=1\nsarif=out.sarif\n")
    done, out = step("Check", folder, programs, paths="none.txt; touch hacked\n$(touch hacked)", fail="false")
    assert (done.returncode, out) == (3, "status=3\n")
    assert not (folder / "hacked").exists()


@INSTALLS
def test_the_action_installs_highnote_by_itself(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "late.txt").write_text(BAD)
    env = {key: value for key, value in CLEAN.items() if key != "PYTHONPATH"}
    env["PATH"] = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{CLEAN['PATH']}"
    done, _ = step("Install highnote", tmp_path / "shop", env)
    assert done.returncode == 0, done.stderr
    done, out = step("Check", tmp_path / "shop", env, options="--output html=out.html")
    assert out == "status=1\n" and "rebuke/as-i-said" in done.stdout, done.stderr
    assert "<!doctype html>" in (tmp_path / "shop" / "out.html").read_text()  # its template is in the package


def test_the_workflow_uses_the_inputs_that_there_are() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "ci" / "github.yml").read_text(encoding="utf-8"))
    (used,) = [s for s in workflow["jobs"]["highnote"]["steps"] if s["uses"].startswith("highnote/")]
    assert set(used["with"]) <= set(ACTION["inputs"])


# ---------------------------------------------------------------- GitLab


def test_the_job_of_gitlab_makes_its_artifacts(tmp_path: Path, programs: dict[str, str]) -> None:
    job = yaml.safe_load((ROOT / "examples" / "ci" / "gitlab-ci.yml").read_text(encoding="utf-8"))["highnote"]
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "templates" / "late.txt").write_text(BAD)
    done = run("bash", "-ec", "\n".join(["mkdir -p .cache", *job["script"]]), cwd=tmp_path / "shop", env=programs)
    assert done.returncode == 1 and "templates/late.txt:3:1" in done.stdout, done.stderr
    reports = job["artifacts"]["reports"]
    (entry,) = json.loads((tmp_path / "shop" / reports["codequality"]).read_text())
    assert entry["location"] == {"path": "templates/late.txt", "lines": {"begin": 3, "end": 3}}
    (suite,) = junitparser.JUnitXml.fromfile(str(tmp_path / "shop" / reports["junit"]))
    assert suite.failures == 1
    assert "<!doctype html>" in (tmp_path / "shop" / "highnote.html").read_text()


def test_the_example_of_pre_commit_names_a_hook_that_there_is() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    example = yaml.safe_load((ROOT / "examples" / "ci" / "pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert example["repos"][0]["hooks"][0]["id"] in {hook["id"] for hook in hooks}
    from highnote.cli.inputs import SUFFIXES

    for hook in hooks:
        assert {hook[key] for key in ("id", "name", "entry", "language")} and hook["require_serial"] is True
        assert all(re.search(hook["files"], f"a{suffix}") for suffix in SUFFIXES)
        assert not re.search(hook["files"], "a.py")
