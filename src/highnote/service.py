"""One lint for whoever asks over a wire or between two programs: linters by configuration, answers as JSON reports."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from highnote import __version__
from highnote.config import Config, check_names, find_config, read_config
from highnote.finding import Message, Report
from highnote.linter import Linter
from highnote.reading import Format, ReadingError, read
from highnote.reading.mail import is_email
from highnote.reporters.json import RunReport, run_report
from highnote.reporters.places import Checked
from highnote.rule import load_rules

MOST = 4
"""So many configurations are kept ready at once."""


def linter_for(file: Path | None) -> Linter:
    """A linter with the configuration of a file, or with the defaults. Raises ConfigError and RuleErrors."""
    config = read_config(file) if file is not None else Config()
    check_names(config, {rule.id: rule.options for rule in load_rules(config.rules)}, file)
    return Linter(config)


class Linters:
    """Linters by configuration file, ready for the next request; a file that has changed is read again.

    Safe to share between threads.
    """

    def __init__(self) -> None:
        self._ready: OrderedDict[tuple[Path | None, int, int], Linter] = OrderedDict()
        self._lock = Lock()

    def at(self, folder: Path, explicit: Path | None = None) -> Linter:
        """The linter for drafts of a folder, or with the configuration file `explicit`.

        Raises ConfigError and RuleErrors.
        """
        file = explicit or find_config(folder)
        stamp = file.stat() if file is not None and file.exists() else None
        key = (file, stamp.st_mtime_ns, stamp.st_size) if stamp else (file, 0, 0)
        with self._lock:
            if key not in self._ready:
                self._ready[key] = linter_for(file)
            self._ready.move_to_end(key)
            if len(self._ready) > MOST:
                self._ready.popitem(last=False)
            return self._ready[key]


def lint(
    linter: Linter,
    draft: str | bytes,
    *,
    format: Format | None = None,
    thread: Sequence[Message] = (),
    date: datetime | None = None,
    name: str = "draft",
) -> RunReport:
    """Lint one draft; one that cannot be read is among the report's `errors`."""
    try:
        source = read(draft, format, name)
        report = linter.lint(source, thread, date)
    except ReadingError as error:
        return run_report([], [Report(name=name, error=str(error))], version=__version__)
    return run_report([Checked(source, report, linter.config.fail_level)], [], version=__version__)


def lint_mail(linter: Linter, raw: bytes) -> dict[str, Any]:
    """Lint a message about to be sent, its quoted part being the thread, into the form that hooks judge by.

    Bytes without a mail's header lines, as programs hand them to sendmail at times, are taken as the text itself.
    """
    found = lint(linter, raw, format="email" if is_email(raw) else None, name="message")
    return found.model_dump(mode="json")
