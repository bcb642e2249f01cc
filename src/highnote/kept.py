"""Small files in the user's cache folder: what takes long to work out and is the same in the next run.

They hold no text of any draft. A file that is missing, damaged or not allowed is as good as none; each is named by a sum over
all that its content depends on. They are written as Python writes its compiled modules, which is the quickest to read.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from highnote.atomic import replace

MAX_FILES = 4
"""Files kept of a kind: one for each set of rules that was used lately."""

SUFFIX = f".{sys.implementation.cache_tag}"
"""Each version of Python has its own files."""
SUM = hashlib.sha256().digest_size


def _file(kind: str, sum_: str) -> Path:
    return user_cache_path("highnote") / f"{kind}-{sum_[:20]}{SUFFIX}"


def read(kind: str, sum_: str) -> dict[str, Any]:
    """What was written under this kind and sum; empty where nothing is there."""
    try:
        data = _file(kind, sum_).read_bytes()
        if hashlib.sha256(data[SUM:]).digest() != data[:SUM]:  # a damaged file can harm more than its reader
            return {}
        content = marshal.loads(data[SUM:])
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return content if isinstance(content, dict) else {}


def write(kind: str, sum_: str, content: dict[str, Any]) -> None:
    """Write something for the next run, of Python's plain types. Raises ValueError for other types."""
    file = _file(kind, sum_)
    data = marshal.dumps(content)
    with suppress(OSError):
        data = hashlib.sha256(data).digest() + data
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, data)
        for old in sorted(file.parent.glob(f"{kind}-*{SUFFIX}"), key=lambda f: f.stat().st_mtime)[:-MAX_FILES]:
            old.unlink(missing_ok=True)
