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
        shared: dict[frozenset[str], frozenset[str]] = {}  # many phrases need a word of the same list
        content = {
            text: (phrase.tree, phrase.needs and tuple(shared.setdefault(words, words) for words in phrase.needs))
            for text, phrase in phrases.known.items()
        }
        kept.write(KIND, _sum(phrases.lists), content)


def _sum(lists: Mapping[str, Sequence[str]]) -> str:
    state = hashlib.sha256()
    for file in (syntax.__file__, pattern.__file__, __file__):
        state.update(Path(str(file)).read_bytes())
    state.update(json.dumps({name: list(words) for name, words in lists.items()}, sort_keys=True).encode())
    return state.hexdigest()


def _load(sum_: str) -> dict[str, Read]:
    return {text: Read(*phrase) for text, phrase in kept.read(KIND, sum_).items()}
