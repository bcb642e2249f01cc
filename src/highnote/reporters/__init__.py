"""Reporters: pure functions from the results of a run to text, one module a format, loaded when it is asked for."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from typing import cast

from highnote.reporters.places import Results


class Format(str, Enum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    HTML = "html"
    MARKDOWN = "markdown"


def render(form: Format, results: Results) -> str:
    """The report in one form, with a line break at its end."""
    return cast(str, import_module(f"highnote.reporters.{form.value}").render(results))
