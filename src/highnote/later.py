"""Regular expressions that are compiled when they are first used: compiling all of them takes longer than linting a draft."""

from __future__ import annotations

import re
from typing import Any, cast


class _Later:
    """A compiled expression, once something asks for it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, value)  # found at once the next time
        return value


def compile(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, as soon as it is used. A faulty pattern raises `re.error` then."""
    return cast("re.Pattern[str]", _Later(pattern, flags))
