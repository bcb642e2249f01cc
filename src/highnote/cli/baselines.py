"""The baseline on the command line: read before anything is linted, told where it is out of date, written on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from highnote.baseline import Baseline, Known
from highnote.cli.common import Settings, Status, fail, say
from highnote.finding import Level
from highnote.reporters.places import Checked, count, shortened

MOST_TOLD = 5
"""Known findings that are told one by one when they are no longer there."""


def open_baselines(settings: Settings) -> dict[Path, Baseline]:
    """The baselines of all configurations, by their file. Raises ConfigError."""
    files = {config.baseline for config in settings.configs if config.baseline is not None}
    return {file: Baseline.read(file) for file in sorted(files)}


def tell_stale(baselines: dict[Path, Baseline], settings: Settings) -> None:
    """Say how many findings were known, and what is known and no longer there."""
    for file, baseline in baselines.items():
        configs = [config for config in settings.configs if config.baseline == file]

        def looked_for(rule: str, level: Level, configs: list = configs) -> bool:  # type: ignore[type-arg]
            return all(config.wants(rule) and level.rank >= config.level.rank for config in configs)

        if baseline.matched:
            say(f"{count(baseline.matched, 'known finding')} left out ({file}).")
        stale = baseline.stale(looked_for)
        if stale:
            say(
                f"{file} holds {count(len(stale), 'finding')} that can no longer be found; --write-baseline takes them out:"
            )
            for one in stale[:MOST_TOLD]:
                say(f"  {_described(one)}")
            if len(stale) > MOST_TOLD:
                say(f"  … and {len(stale) - MOST_TOLD} more")


def baseline_to_write(file: Path) -> Baseline:
    """The baseline that is to be written, with what it knows of drafts that are not read in this run."""
    if not file.absolute().parent.is_dir():
        fail(f"--write-baseline {file}: there is no folder {file.parent}. Make it first.")
    return Baseline.read(file) if file.exists() else Baseline(file)


def recorded(checks: Iterable[Checked], baseline: Baseline) -> Iterator[Checked]:
    """The results, each taken up in the baseline as it comes."""
    for checked in checks:
        baseline.add(checked.report)
        yield checked


def write(baseline: Baseline) -> None:
    """Write the file and say so. Ends the command where it cannot be written."""
    try:
        number = baseline.write()
    except OSError as error:
        fail(f"{baseline.file}: cannot be written ({error.strerror}).", Status.UNREADABLE)
    say(f"{count(number, 'finding')} written to {baseline.file}: they are known now, and only others count.")


def _described(known: Known) -> str:
    file, entry, rule, text, _ = known
    return f"{file}{f': {entry}' if entry else ''}: {rule}{f' “{shortened(text, 60)}”' if text else ''}"
