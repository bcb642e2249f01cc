"""highnote: a linter for draft support e-mails. It finds what makes unhappy customers unhappier, says why, and mends it.

    import highnote
    report = highnote.lint("As I said on the phone, the refund takes five days.")

The language model is loaded at the first lint, not at import.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; importing `typing` for it would cost a hook's quick path a tenth
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from highnote.config import Config, ConfigError
    from highnote.draft import Draft
    from highnote.finding import Edit, Evidence, Finding, Level, Mark, Message, Report, Scorecard, Suggestion
    from highnote.linter import Job, Linter
    from highnote.processes import WorkerError
    from highnote.reading import ReadingError
    from highnote.rule import RuleErrors

__version__ = "0.1.0"

__all__ = [
    "Config",
    "ConfigError",
    "Edit",
    "Evidence",
    "Finding",
    "Job",
    "Level",
    "Linter",
    "Mark",
    "Message",
    "ReadingError",
    "Report",
    "RuleErrors",
    "Scorecard",
    "Suggestion",
    "WorkerError",
    "lint",
]

_HOMES = {
    "config": ("Config", "ConfigError"),
    "finding": ("Edit", "Evidence", "Finding", "Level", "Mark", "Message", "Report", "Scorecard", "Suggestion"),
    "linter": ("Job", "Linter"),
    "processes": ("WorkerError",),
    "reading": ("ReadingError",),
    "rule": ("RuleErrors",),
}
_LAZY = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a part when it is asked for: a hook's quick path needs none, and only a lint needs the language model."""
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(f"highnote.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def lint(draft: str | bytes | Path | Draft, thread: Sequence[Message] = (), date: datetime | None = None) -> Report:
    """Lint one draft with the default linter, which is made at the first call; see `Linter.lint`."""
    from highnote.linter import default_linter

    return default_linter().lint(draft, thread, date)
