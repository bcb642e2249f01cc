"""The exact things in a text: times, days, sums and sizes."""

from __future__ import annotations

import re
from functools import lru_cache

from highnote.answers.kinds import KINDS

_FIGURE = re.compile(r"\d(?:[\d.,:]*\d)?")


@lru_cache(maxsize=2048)
def values(text: str) -> frozenset[str]:
    """The figures and days in a text, in small letters."""
    return frozenset((*_FIGURE.findall(text), *(day[0].lower() for day in KINDS["day"].finditer(text))))
