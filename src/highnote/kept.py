"""Small files in the user's cache folder: what takes long to work out and is the same in the next run.

They hold no text of any draft. A file that is missing, damaged or not allowed is as good as none; each is named by a sum over
all that its content depends on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from platformdirs import user_cache_path

from highnote.atomic import replace

MAX_FILES = 4
"""Files kept of a kind: one for each set of rules that was used lately."""


def read(kind: str, sum_: str) -> dict[str, Any]:
    """What was written under this kind and sum; empty where nothing is there."""
    try:
        content = json.loads((user_cache_path("highnote") / f"{kind}-{sum_[:20]}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write(kind: str, sum_: str, content: Mapping[str, Any]) -> None:
    """Write something for the next run. Never raises."""
    file = user_cache_path("highnote") / f"{kind}-{sum_[:20]}.json"
    with suppress(OSError):
        data = json.dumps(content, default=str).encode()  # the days of a YAML file are read from text as well
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, data)
        for old in sorted(file.parent.glob(f"{kind}-*.json"), key=lambda f: f.stat().st_mtime)[:-MAX_FILES]:
            old.unlink(missing_ok=True)
