"""Which drafts a call means, how they are read, and how a mended one is written back."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from highnote import atomic
from highnote.finding import Report

if TYPE_CHECKING:
    from highnote.draft import Draft
    from highnote.reading import Format

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".eml"})
"""Files that are drafts when a folder is walked; a file that is named is always read."""

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


def read_input(source: Input, stdin_format: Format) -> Draft:
    """Read one draft under the name it was called by. Raises ReadingError."""
    from highnote.reading import read, read_path

    if source.path is not None:
        return read_path(source.path, name=source.name)
    if sys.stdin.isatty():
        sys.stderr.write("highnote: reading from the terminal; end the draft with Ctrl-D.\n")
    return read(sys.stdin.buffer.read(), stdin_format, source.name)


def write_draft(path: Path, draft: Draft, after: str) -> None:
    """Put `after` in the place of the draft's text in its file, in one step, keeping encoding and mode.

    Raises WriteError; the file is then as it was.
    """
    target = path.resolve()  # a link stays a link
    try:
        if not target.stat().st_mode & 0o222:
            raise WriteError("is write-protected, so it is left as it is. Make it writable, or use --diff.")
        if target.read_bytes().decode(draft.encoding, "replace") != draft.source:
            raise WriteError("has changed meanwhile, so it is left as it is. Run highnote again.")
        atomic.replace(target, after.encode(draft.encoding))
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
