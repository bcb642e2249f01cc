"""What the commands share: exit statuses, consoles, the errors' voice, and the settings of one run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console

from highnote.config import Config, check_names, find_config, read_config

if TYPE_CHECKING:
    from highnote.cache import Cache
    from highnote.rule import Rule

WIDTH = 100
"""Cells a line of a report may fill where the terminal does not say otherwise."""


class Status(IntEnum):
    """Exit statuses; where several hold, the one that comes first here counts."""

    USAGE = 2
    """A wrong call, configuration or rule file."""
    UNREADABLE = 3
    """An input could not be read, or not be written by --fix; the others are linted."""
    FINDINGS = 1
    """Findings at or above the fail level."""
    FINE = 0
    INTERNAL = 70
    """A fault of highnote's own."""
    INTERRUPTED = 130


class Colour(str, Enum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def console(colour: Colour = Colour.AUTO, *, stderr: bool = False) -> Console:
    """A console that prints text as it is; it colours on a terminal without NO_COLOR, or as `colour` says."""
    always = colour is Colour.ALWAYS
    plain = colour is Colour.NEVER or (not always and bool(os.environ.get("NO_COLOR")))
    return Console(
        stderr=stderr,
        force_terminal=True if always else None,
        color_system="standard" if always else None if plain else "auto",
        no_color=plain,
        soft_wrap=True,
        highlight=False,
        markup=False,
        emoji=False,
    )


def width_of(out: Console) -> int:
    """How wide a report may be: the terminal's width up to WIDTH, or what COLUMNS says."""
    return min(out.width, WIDTH) if out.is_terminal or "COLUMNS" in os.environ else WIDTH


def say(message: str) -> None:
    """A note or an error on stderr, in highnote's name."""
    console(stderr=True).print(f"highnote: {message}")


def fail(message: str, status: Status = Status.USAGE) -> NoReturn:
    """Say what is wrong and end with `status`."""
    say(message)
    raise typer.Exit(status)


def forgiving_streams() -> None:
    """Let stdout and stderr replace what their encoding does not hold, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def names(values: Iterable[str] | None) -> tuple[str, ...]:
    """The names in a repeatable option that also takes commas."""
    return tuple(name.strip() for value in values or () for name in value.split(",") if name.strip())


class Settings:
    """The configurations of one run: files found by folder, the command line on top, names checked once."""

    def __init__(
        self, explicit: Path | None, rules: Sequence[Path], changes: Mapping[str, Any], cache: Cache | None = None
    ) -> None:
        self._explicit, self._folders, self._changes = explicit, tuple(rules), dict(changes)
        self._cache = cache
        self._by_folder: dict[Path, Path | None] = {}
        self._by_file: dict[Path | None, Config] = {}

    @property
    def configs(self) -> tuple[Config, ...]:
        """The configurations that were asked for so far."""
        return tuple(self._by_file.values())

    def file_for(self, folder: Path) -> Path | None:
        """The configuration file that counts for a folder: the nearest above it, else above the current folder."""
        if self._explicit is not None:
            return self._explicit
        if folder not in self._by_folder:
            self._by_folder[folder] = find_config(folder) or find_config(Path.cwd())
        return self._by_folder[folder]

    def for_folder(self, folder: Path) -> Config:
        """The configuration for the drafts of a folder. Raises ConfigError and RuleErrors."""
        file = self.file_for(folder)
        if file not in self._by_file:
            self._by_file[file] = self._read(file)
        return self._by_file[file]

    def rules_for(self, folder: Path) -> tuple[Rule, ...]:
        """The rules that a folder's configuration selects."""
        config = self.for_folder(folder)
        return tuple(rule for rule in known_rules(config.rules) if config.wants(rule.id))

    def _read(self, file: Path | None) -> Config:
        written = read_config(file) if file is not None else Config()
        folders = (*written.rules, *self._folders)
        changes = {key: value for key, value in self._changes.items() if value not in (None, ())}
        changes["ignore"] = (*written.ignore, *changes.get("ignore", ()))
        if "grammar" in changes:  # the switch; which LanguageTool is for the file to say
            changes["grammar"] = written.grammar.model_copy(update={"enabled": changes["grammar"]})
        config = written.model_copy(update={**changes, "rules": folders})
        self._check(written, config, file)
        return config

    def _check(self, written: Config, config: Config, file: Path | None) -> None:
        """Raise ConfigError for names that are not there; what an earlier run has found right is not looked at again."""
        key = None
        if self._cache is not None:
            from highnote.cache import key_of, settings_key

            key = key_of(b"right", settings_key(written), settings_key(config))
            if self._cache.knows(key):
                return
        options = {rule.id: rule.options for rule in known_rules(config.rules)}
        check_names(written, options, file)
        check_names(config, options)
        if self._cache is not None and key is not None:
            self._cache.note(key)


def known_rules(folders: Sequence[Path]) -> tuple[Rule, ...]:
    """All rules, highnote's own and those of `folders`. Raises RuleErrors."""
    from highnote.rule import load_rules

    return load_rules(folders)
