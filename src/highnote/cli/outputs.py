"""Where reports go: `--output FORMAT=FILE`, stdout, and the summary page of a GitHub job."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from highnote import atomic, reporters
from highnote.cli.common import Status, fail
from highnote.reporters import Format
from highnote.reporters.places import Results

SUMMARY = "GITHUB_STEP_SUMMARY"
"""GitHub names in this variable the file whose Markdown it shows on the page of the job."""


@dataclass(frozen=True, slots=True)
class Output:
    """A report in a file."""

    format: Format
    file: Path


def parse_outputs(values: Iterable[str] | None) -> tuple[Output, ...]:
    """The outputs that `--output` names; ends the command where one is wrong or its folder is missing."""
    outputs: dict[Path, Output] = {}
    known = [form.value for form in Format]
    for value in values or ():
        name, _, file = value.partition("=")
        if name not in known or not file:
            fail(
                f"--output {value}: write it as FORMAT=FILE, such as sarif=highnote.sarif; formats: {', '.join(known)}."
            )
        path = Path(file)
        if not path.absolute().parent.is_dir():
            fail(f"--output {value}: there is no folder {path.parent}. Make it first.")
        if path.is_dir():
            fail(f"--output {value}: {file} is a folder. Name a file in it.")
        if path.resolve() in outputs:
            fail(f"--output {value}: another report goes to the same file. Give each its own.")
        outputs[path.resolve()] = Output(Format(name), path)
    return tuple(outputs.values())


def summary_page() -> Path | None:
    """The file of the job's summary page, on GitHub."""
    return Path(os.environ[SUMMARY]) if os.environ.get(SUMMARY) else None


def write_outputs(outputs: Sequence[Output], results: Results) -> None:
    """Write each report, in one step, so that nobody reads half of one. Ends the command where one cannot be written."""
    for output in outputs:
        write_text(output.file, reporters.render(output.format, results))


def write_text(file: Path, text: str) -> None:
    """Put a text into a file in one step. Ends the command where that cannot be done; the file is then as it was."""
    try:
        atomic.replace(file, text.encode("utf-8", "replace"))
    except OSError as error:
        fail(f"{file}: cannot be written ({error.strerror}).", Status.UNREADABLE)


def append_summary(file: Path, results: Results) -> None:
    """Add the run's table to the summary page of the job."""
    from highnote.reporters import markdown

    try:
        with file.open("a", encoding="utf-8", errors="replace") as page:
            page.write(markdown.summary(results))
    except OSError as error:
        fail(f"{SUMMARY}: {file} cannot be written ({error.strerror}).", Status.UNREADABLE)
