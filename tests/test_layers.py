"""Imports point one way (the contracts stand in pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_point_one_way() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_import_is_quick() -> None:
    """`import highnote` loads no language model and no spaCy; nor do the commands that only read rules."""
    code = "import highnote, sys; assert 'spacy' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys; from highnote.cli import main; sys.argv = ['highnote', 'rules']\ntry:\n    main()\nexcept SystemExit: pass\n"
    subprocess.run([sys.executable, "-c", code + "assert 'spacy' not in sys.modules"], check=True, capture_output=True)
