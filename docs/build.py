"""Writes the made parts of README.md and docs/judge.md: `python docs/build.py` (`--check` only compares).

The run comes from the command, the table of rules from the rule files, the figures from the manifest of the judge (measured
out of fold when it was trained: each sentence judged by a model that had not seen its writer).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/judge.md")
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
        "reliability": _reliability(),
    }


def _reliability() -> str:
    from highnote.judge import Judge
    from highnote.train.figures import reliability_page

    judge = Judge.load()
    if judge is None:
        raise SystemExit("there is no judge yet: run `highnote train`.")
    return reliability_page(judge.manifest).rstrip()


def pages() -> dict[Path, str]:
    """The pages with their made parts made anew."""
    texts = {ROOT / page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
    for name, content in sections().items():
        pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        if not any(pattern.search(text) for text in texts.values()):
            raise SystemExit(f"no page has a place for “{name}”: write <!-- {name} --><!-- /{name} -->")
        made = f"<!-- {name} -->\n{content}\n<!-- /{name} -->"
        texts = {page: pattern.sub(lambda _, made=made: made, text) for page, text in texts.items()}
    return texts


def main() -> int:
    """Write the pages, or with `--check` say whether they are as they would be written."""
    for page, made in pages().items():
        if "--check" not in sys.argv[1:]:
            page.write_text(made, encoding="utf-8")
        elif made != page.read_text(encoding="utf-8"):
            print(f"{page.relative_to(ROOT)} is not what the project makes of it now: run `python docs/build.py`")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
