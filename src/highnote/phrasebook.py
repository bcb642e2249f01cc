"""Phrases as trees, kept between runs: reading thousands of phrases takes longer than linting a draft.

The file lies in the user's cache folder, is named by the syntax that its trees follow, and holds no text of any draft. A file
that is missing, damaged or not allowed is as good as none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from highnote import syntax
from highnote.atomic import replace
from highnote.pattern import Phrases
from highnote.syntax import Item


def open_phrases(lists: Mapping[str, Sequence[str]]) -> Phrases:
    """A compiler of phrases that remembers what an earlier run read."""
    return Phrases(lists, known=_load())


def keep(phrases: Phrases) -> None:
    """Write down the trees of the phrases for the next run, if any of them is new. Never raises."""
    if phrases.fresh:
        with suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            replace(_file(), json.dumps(phrases.known).encode())


def _file() -> Path:
    state = hashlib.sha256(Path(syntax.__file__).read_bytes()).hexdigest()
    return user_cache_path("highnote") / f"phrases-{state[:20]}.json"


def _load() -> dict[str, list[Item]]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
