"""The baseline: findings that a team knows of and lives with for now, so that only new ones count.

A finding is known by its file, its rule and its words, and counted, so that it stays known when lines move or other places
are edited, and one more of the same is new. The file is JSON, sorted, a finding a line: a change of it is easy to read.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from highnote import atomic
from highnote.config import ConfigError
from highnote.finding import Level, Report
from highnote.identity import identity

VERSION = 1
Known = tuple[str, str, str, str, str]
"""File (from the baseline's folder, with slashes), entry in it, rule, words, level."""


class Baseline:
    """The known findings of one file, and which of them a run has met."""

    def __init__(self, file: Path, known: Counter[Known] | None = None) -> None:
        self.file = file
        self._folder = file.absolute().parent
        self.known: Counter[Known] = known or Counter()
        self._met: dict[tuple[str, str], Counter[Known]] = {}

    @classmethod
    def read(cls, file: Path) -> Baseline:
        """The baseline in a file. Raises ConfigError, naming what is wrong in it."""
        mend = "Mend it, or write it again with --write-baseline."
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            mend = f"Write it with --write-baseline {file}."
            raise ConfigError("there is no such baseline.", mend=mend, file=file) from None
        except json.JSONDecodeError as error:
            raise ConfigError(f"is damaged ({error.msg}).", mend=mend, file=file, line=error.lineno) from None
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            raise ConfigError(f"cannot be read ({error}).", mend=mend, file=file) from None
        if isinstance(data, dict) and isinstance(data.get("version"), int) and data["version"] > VERSION:
            raise ConfigError("is of a newer highnote.", mend="Update highnote.", file=file)
        try:
            return cls(file, Counter({_known(row): _count(row) for row in data["findings"]}))
        except (TypeError, KeyError, ValueError) as error:
            raise ConfigError(f"is damaged: {_in_words(error)}.", mend=mend, file=file) from None

    def without_known(self, report: Report) -> Report:
        """The report without the findings that are known."""
        file = self._relative(report.name)
        left, new = Counter(self.known), []
        met: Counter[Known] = Counter()
        for finding in report.findings:
            one = (file, report.entry, *identity(finding), finding.level.value)
            if left[one] > 0:
                left[one] -= 1
                met[one] += 1
            else:
                new.append(finding)
        self._met[file, report.entry] = met
        return report if len(new) == len(report.findings) else report.model_copy(update={"findings": tuple(new)})

    def add(self, report: Report) -> None:
        """Take up all findings of a report, in place of what was known of its draft."""
        file = self._relative(report.name)
        for one in [one for one in self.known if one[:2] == (file, report.entry)]:
            del self.known[one]
        self.known.update((file, report.entry, *identity(f), f.level.value) for f in report.findings)
        self._met[file, report.entry] = Counter()

    @property
    def matched(self) -> int:
        """How many findings of this run were known."""
        return sum(met.total() for met in self._met.values())

    def stale(self, looked_for: Callable[[str, Level], bool]) -> list[Known]:
        """What is known and no longer found: in drafts that were read, of rules that were looked for; or in no file."""
        gone = []
        files = {file for file, _ in self._met}
        for one, number in sorted(self.known.items()):
            file, entry, rule, _, level = one
            if (file, entry) in self._met:
                if looked_for(rule, Level(level)) and self._met[file, entry][one] < number:
                    gone.append(one)
            elif file in files or not (self._folder / file).exists():
                gone.append(one)
        return gone

    def write(self) -> int:
        """Write the file, in one step; how many findings it holds. Drafts that are gone are left out. Raises OSError."""
        gone = set(self.stale(lambda rule, level: False))
        kept = {one: number for one, number in sorted(self.known.items()) if one not in gone}
        atomic.replace(self.file, _written(kept.items()).encode("utf-8", "replace"))
        return sum(kept.values())

    def _relative(self, name: str) -> str:
        return os.path.relpath(name, self._folder).replace(os.sep, "/")


def _known(row: dict[str, Any]) -> Known:
    file, rule, text = row["file"], row["rule"], row.get("text", "")
    fields = (file, row.get("entry", ""), rule, text, Level(row["level"]).value)
    if not all(isinstance(field, str) for field in fields):
        raise ValueError("a finding's fields are texts")
    return fields


def _count(row: dict[str, Any]) -> int:
    number = row.get("count", 1)
    if not isinstance(number, int) or number < 1:
        raise ValueError("count is a number from 1")
    return number


def _written(known: Iterable[tuple[Known, int]]) -> str:
    rows = []
    for (file, entry, rule, text, level), number in known:
        row: dict[str, Any] = {
            "file": file,
            "entry": entry,
            "rule": rule,
            "level": level,
            "text": text,
            "count": number,
        }
        rows.append(json.dumps({key: value for key, value in row.items() if value != ""}, ensure_ascii=False))
    findings = ",\n    ".join(rows)
    inner = f"\n    {findings}\n  " if rows else ""
    return (
        f'{{\n  "about": "findings that highnote leaves out",\n  "version": {VERSION},\n  "findings": [{inner}]\n}}\n'
    )


def _in_words(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
