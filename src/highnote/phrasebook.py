"""Phrases as trees, kept between runs: reading thousands of phrases takes longer than linting a draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from highnote import kept, pattern, syntax
from highnote.pattern import Phrases, Read

KIND = "phrases"


def open_phrases(lists: Mapping[str, Sequence[str]]) -> Phrases:
    """A compiler of phrases that remembers what an earlier run read with the same word lists."""
    return Phrases(lists, known=_load(_sum(lists)))


def keep(phrases: Phrases) -> None:
    """Write down the phrases for the next run, if any of them is new. Never raises."""
    if phrases.fresh:
        content = {
            text: [phrase.tree, None if phrase.needs is None else [sorted(words) for words in phrase.needs]]
            for text, phrase in phrases.known.items()
        }
        kept.write(KIND, _sum(phrases.lists), content)


def _sum(lists: Mapping[str, Sequence[str]]) -> str:
    state = hashlib.sha256()
    for module in (syntax, pattern):
        state.update(Path(str(module.__file__)).read_bytes())
    state.update(json.dumps({name: list(words) for name, words in lists.items()}, sort_keys=True).encode())
    return state.hexdigest()


def _load(sum_: str) -> dict[str, Read]:
    try:
        return {
            text: Read(tree, None if needs is None else tuple(map(frozenset, needs)))
            for text, (tree, needs) in kept.read(KIND, sum_).items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}
