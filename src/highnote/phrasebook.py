"""Phrases as trees, kept between runs: reading thousands of phrases takes longer than linting a draft.

The file lies in the user's cache folder, is named by everything that its content depends on, and holds no text of any draft.
A file that is missing, damaged or not allowed is as good as none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from highnote import pattern, syntax
from highnote.atomic import replace
from highnote.pattern import Phrases, Read

MAX_FILES = 4
"""Files kept: one for each set of word lists that was used lately."""


def open_phrases(lists: Mapping[str, Sequence[str]]) -> Phrases:
    """A compiler of phrases that remembers what an earlier run read with the same word lists."""
    return Phrases(lists, known=_load(_file(lists)))


def keep(phrases: Phrases) -> None:
    """Write down the phrases for the next run, if any of them is new. Never raises."""
    if not phrases.fresh:
        return
    file = _file(phrases.lists)
    content = {
        text: [phrase.tree, None if phrase.needs is None else [sorted(words) for words in phrase.needs]]
        for text, phrase in phrases.known.items()
    }
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, json.dumps(content).encode())
        for old in sorted(file.parent.glob("phrases-*.json"), key=lambda f: f.stat().st_mtime)[:-MAX_FILES]:
            old.unlink(missing_ok=True)


def _file(lists: Mapping[str, Sequence[str]]) -> Path:
    state = hashlib.sha256()
    for module in (syntax, pattern):
        state.update(Path(str(module.__file__)).read_bytes())
    state.update(json.dumps({name: list(words) for name, words in lists.items()}, sort_keys=True).encode())
    return user_cache_path("highnote") / f"phrases-{state.hexdigest()[:20]}.json"


def _load(file: Path) -> dict[str, Read]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            text: Read(tree, None if needs is None else tuple(map(frozenset, needs)))
            for text, (tree, needs) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
