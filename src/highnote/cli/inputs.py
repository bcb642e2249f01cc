"""Which drafts a call means, how they are read, and how a mended one is written back."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from highnote import atomic
from highnote.finding import Report

if TYPE_CHECKING:
    from highnote.config import Config
    from highnote.draft import Draft, TemplateName
    from highnote.reading import Format, ReadingError

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".eml"}) | frozenset(
    {".liquid", ".j2", ".jinja", ".jinja2", ".hbs", ".handlebars", ".mustache", ".erb"}
)
"""Files that are drafts when a folder is walked; a file that is named is always read."""
EXPORTS = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".yaml", ".yml"})
"""Files that hold several drafts; they are read when they are named."""

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """A draft to be read: a file, or stdin where `path` is None."""

    name: str
    path: Path | None

    @property
    def folder(self) -> Path:
        """Where its configuration is looked for."""
        return Path.cwd() if self.path is None else self.path.absolute().parent


class WriteError(Exception):
    """A file that could not be written: why, and what to do."""


def find_inputs(paths: Sequence[str]) -> tuple[list[Input], list[Report], list[str]]:
    """The drafts that the arguments name, each once, the reports of those that are not there, and empty folders."""
    inputs: dict[Path | None, Input] = {}
    missing, empty = [], []
    for name in paths:
        path = Path(name)
        if name == STDIN:
            inputs.setdefault(None, Input("stdin", None))
        elif path.is_dir():
            found = [Input(str(file), file) for file in walk(path)]
            if not found:
                empty.append(name)
            for one in found:
                inputs.setdefault(_key(one.path), one)
        elif path.exists():
            inputs.setdefault(_key(path), Input(name, path))
        else:
            missing.append(Report(name=name, error="there is no such file or folder. Check the name."))
    return list(inputs.values()), missing, empty


def _key(path: Path | None) -> Path | None:
    return path.resolve() if path is not None else None


def walk(folder: Path) -> Iterator[Path]:
    """The drafts in a folder and below, sorted; hidden files and folders are left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)


def read_input(source: Input, stdin_format: Format, template: TemplateName | None = None) -> Draft:
    """Read one draft under the name it was called by. Raises ReadingError."""
    from highnote.reading import read, read_path

    if source.path is not None:
        return read_path(source.path, name=source.name, template=template)
    if sys.stdin.isatty():
        sys.stderr.write("highnote: reading from the terminal; end the draft with Ctrl-D.\n")
    return read(sys.stdin.buffer.read(), stdin_format, source.name, template)


def read_inputs(source: Input, stdin_format: Format, config: Config) -> Iterator[Draft | ReadingError]:
    """Read the drafts of an input under the name it was called by: one, or those of an export.

    Yields why one of them could not be read; raises ReadingError where none could.
    """
    if source.path is None or source.path.suffix.lower() not in EXPORTS:
        yield read_input(source, stdin_format, config.template)
        return
    from highnote.reading.exports import Columns, read_export

    columns = Columns(config.text_column, config.thread_column, config.template)
    yield from read_export(source.path, source.name, columns)


def write_draft(path: Path, draft: Draft, after: str) -> None:
    """Put `after` in the place of the draft's text in its file, in one step, keeping encoding and mode.

    Raises WriteError; the file is then as it was.
    """
    _write(path, draft.encoding, lambda text: after if text == draft.source else None)


def write_entries(path: Path, changed: Sequence[tuple[Draft, str]]) -> None:
    """Put new texts in the places of entries of an export, all in one step; every other character stays.

    Raises WriteError; the file is then as it was.
    """

    def spliced(text: str) -> str | None:
        parts, at = [], 0
        for draft, after in changed:
            origin = draft.origin
            assert origin is not None
            if text[origin.start : origin.start + len(origin.raw)] != origin.raw:
                return None
            parts += [text[at : origin.start], origin.rewritten(draft.source, after)]
            at = origin.start + len(origin.raw)
        return "".join([*parts, text[at:]])

    _write(path, changed[0][0].encoding, spliced)


def _write(path: Path, encoding: str, change: Callable[[str], str | None]) -> None:
    """Change the text of a file in one step; `change` gives None where the text is not the one that was read."""
    target = path.resolve()  # a link stays a link
    try:
        if not target.stat().st_mode & 0o222:
            raise WriteError("is write-protected, so it is left as it is. Make it writable, or use --diff.")
        after = change(target.read_bytes().decode(encoding, "replace"))
        if after is None:
            raise WriteError("has changed meanwhile, so it is left as it is. Run highnote again.")
        atomic.replace(target, after.encode(encoding))
    except OSError as error:
        raise WriteError(f"cannot be written ({error.strerror}), so it is left as it is.") from error
    except UnicodeEncodeError as error:
        raise WriteError(
            "cannot hold the mended text in its encoding, so it is left as it is. Save it as UTF-8."
        ) from error


def unified_diff(name: str, before: str, after: str) -> Iterable[str]:
    """The lines of a unified diff, each with its line break."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
