"""Writes the parts of README.md that are made from the project itself: `python docs/build.py` (`--check` only compares).

The run comes from the command, the table of rules from the rule files, the figures from the manifest of the judge (measured
out of fold when it was trained: each sentence judged by a model that had not seen its writer).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXAMPLE = "examples/drafts/late-refund.txt"


def run(*arguments: str) -> str:
    """What the command prints (80 columns, no colour)."""
    command = [sys.executable, "-m", "highnote", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return done.stdout.rstrip()


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def sections() -> dict[str, str]:
    """The made parts of the page, by name."""
    return {
        "run": f"```console\n$ highnote check {EXAMPLE}\n{run('check', EXAMPLE)}\n```",
        "figures": run("train", "--figures"),
        "rules": run("rules", "--format", "markdown"),
    }


def page() -> str:
    """README.md with its made parts made anew."""
    text = README.read_text(encoding="utf-8")
    for name, content in sections().items():
        pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no place for “{name}”: write <!-- {name} --><!-- /{name} -->")
        text = pattern.sub(lambda _, made=content, name=name: f"<!-- {name} -->\n{made}\n<!-- /{name} -->", text)
    return text


def main() -> int:
    """Write the page, or with `--check` say whether it is as it would be written."""
    made = page()
    if "--check" in sys.argv[1:]:
        if made != README.read_text(encoding="utf-8"):
            print("README.md is not what the project makes of it now: run `python docs/build.py`")
            return 1
        return 0
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
