"""What customers ask to be done, and how they name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from highnote.wording import phrases, words

if TYPE_CHECKING:
    from highnote.language import Sentence

REDRESS = frozenset({"refund", "replacement", "repair", "compensation"})
"""The remedies that put right what went wrong."""


@cache
def remedies() -> Mapping[str, re.Pattern[str]]:
    """What customers ask to be done, by its name, and how they name it: `words/remedies.yaml`."""
    return {name: phrases("remedies", name) for name in words("remedies")}


def wished(sentences: Iterable[Sentence]) -> frozenset[str]:
    """The names of the remedies that a message asks for; what it only tells asks for none."""
    wishes = [s.text for s in sentences if not _tells(s)]
    return frozenset(name for name, pattern in remedies().items() if any(map(pattern.search, wishes)))


def _tells(sentence: Sentence) -> bool:
    """A sentence that only tells what happened wishes nothing."""
    moods = {c.mood for c in sentence.clauses}
    wish = re.search(
        r"\b(?:want|like|need|please|pls|plz|could|would|can|expect|demand|prefer|asked|hope)\b",
        sentence.text,
        re.IGNORECASE,
    )
    return moods <= {"statement", "condition", "counterfactual"} and not wish
