"""The compiler that docs/mail-clients.md gives for Vim, in a real Vim."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs" / "mail-clients.md"


@pytest.mark.skipif(shutil.which("vim") is None, reason="Vim is not installed")
def test_findings_fill_the_quickfix_list(tmp_path: Path) -> None:
    compiler = DOCS.read_text(encoding="utf-8").split("```vim\n")[1].split("```")[0]
    (tmp_path / "compiler").mkdir()
    (tmp_path / "compiler" / "highnote.vim").write_text(compiler, encoding="utf-8")
    (tmp_path / "highnote").write_text(f'#!/bin/sh\nexec {sys.executable} -m highnote "$@"\n')
    (tmp_path / "highnote").chmod(0o755)
    draft = "Hi Ann,\n\nÜber all: as I said on the phone, it takes five days.\nYou should have read the page.\n\nDean\n"
    (tmp_path / "reply.txt").write_text(draft, encoding="utf-8")
    (tmp_path / "run.vim").write_text(
        "compiler highnote\nsilent make!\n"
        'call writefile(map(getqflist(), {_, e -> join([e.valid, e.lnum, e.type, e.text], " ")}), "found")\nqall!\n'
    )
    vim = ["vim", "-N", "-u", "NONE", "-i", "NONE", "-es", "--cmd", f"set encoding=utf-8 runtimepath^={tmp_path}"]
    subprocess.run(
        [*vim, "reply.txt", "-S", "run.vim"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        check=True,
        timeout=120,
    )
    found = (tmp_path / "found").read_text(encoding="utf-8").splitlines()
    assert [line.split("\n")[0] for line in found if line.startswith("1 ")] == [
        line for line in found if line.startswith(("1 3 E rebuke/as-i-said", "1 4 E rebuke/customer-error"))
    ]
    assert sum(line.startswith("1 ") for line in found) == 2
