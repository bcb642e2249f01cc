"""Linting in the hook's own process: where no resident one can be used, and in hooks that stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from highnote import resident
from highnote.hooks.verdict import Lint
from highnote.service import Linters, lint_mail


def local_lint(config: str = "") -> Lint:
    """A lint by the configuration file `config`, else by that of the current folder; made once, it serves many messages.

    It raises what makes linting impossible (ConfigError, RuleErrors, ModelError).
    """
    linters, folder = Linters(), Path.cwd()

    def lint(raw: bytes) -> dict[str, Any]:
        return lint_mail(linters.at(folder, Path(config) if config else None), raw)

    return lint


def resident_or_local_lint(config: str = "") -> Lint:
    """A lint for hooks that stay: a resident process answers where one is there, and else this process."""
    local = local_lint(config)

    def lint(raw: bytes) -> Mapping[str, Any]:
        try:
            return resident.lint(raw, config=config or None)
        except resident.Gone:
            return local(raw)

    return lint
