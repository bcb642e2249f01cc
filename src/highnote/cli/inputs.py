"""Which drafts a call means, how they are read, and how a mended one is written back."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from highnote.finding import Report

if TYPE_CHECKING:
    from highnote.draft import Draft

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".eml"})
"""Files that are drafts when a folder is walked; a file that is named is always read."""

STDIN = "-"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")


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


def read_input(source: Input, stdin_format: str) -> Draft:
    """Read one draft under the name it was called by. Raises ReadingError."""
    from highnote.reading import ReadingError, read, read_path

    try:
        if source.path is None:
            if sys.stdin.isatty():
                sys.stderr.write("highnote: reading from the terminal; end the draft with Ctrl-D.\n")
            draft = read(sys.stdin.buffer.read(), stdin_format)
        else:
            draft = read_path(source.path)
    except OSError as error:
        raise ReadingError(f"cannot be read: {error.strerror}.") from error
    return replace(draft, name=source.name)


def write_draft(path: Path, before: str, after: str) -> None:
    """Put `after` in the place of `before` in a file, in one step, keeping its encoding and mode.

    Raises WriteError; the file is then as it was.
    """
    target = path.resolve()  # a link stays a link
    try:
        if not target.stat().st_mode & 0o222:
            raise WriteError("is write-protected, so it is left as it is. Make it writable, or use --diff.")
        content = _encode(target.read_bytes(), before, after)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                shutil.copymode(target, temporary)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise WriteError(f"cannot be written ({error.strerror}), so it is left as it is.") from error


def _encode(content: bytes, before: str, after: str) -> bytes:
    """`after` in the encoding in which `before` gives exactly the file's content."""
    for encoding in ENCODINGS:
        try:
            if content.decode(encoding) == before and before.encode(encoding) == content:
                return after.encode(encoding)
        except UnicodeError:
            continue
    raise WriteError("has changed or has an unclear encoding, so it is left as it is. Save it as UTF-8 and try again.")


def unified_diff(name: str, before: str, after: str) -> Iterable[str]:
    """The lines of a unified diff, each with its line break."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
