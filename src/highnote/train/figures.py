"""What training found, counted and told: by rule, by category, by confidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from highnote.train.labelled import EXAMPLES
from highnote.train.models import ENOUGH, Floats, Mask, Table


@dataclass(frozen=True, slots=True)
class Figures:
    """How a rule fares out of fold on single passages: faults found, near misses flagged."""

    faults: int = 0
    found: int = 0
    near: int = 0
    flagged: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.faults + other.faults, self.found + other.found, self.near + other.near, self.flagged + other.flagged
        )

    @property
    def recall(self) -> float:
        return self.found / self.faults if self.faults else 0.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.flagged) if self.found + self.flagged else 0.0


def figures(table: Table, rule: str, flagged: Mask) -> Figures:
    """Count whole passages of the rule: one is found, or flagged, by any of its sentences."""
    faults: dict[str, bool] = {}
    near: dict[str, bool] = {}
    for row, hit in zip(table.rows, flagged, strict=True):
        if row.passage.rule == rule and row.passage.writer != EXAMPLES:
            if rule in row.wrong:
                faults[row.passage.name] = faults.get(row.passage.name, False) or bool(hit)
            elif rule in row.near:
                near[row.passage.name] = near.get(row.passage.name, False) or bool(hit)
    return Figures(len(faults), sum(faults.values()), len(near), sum(near.values()))


def as_strict(
    table: Table, sure: Mapping[str, tuple[npt.NDArray[np.int64], Floats]], faults: int, precision: float
) -> Figures:
    """The most that some confidences of proposals (rows and values, by rule) find of the faults, held to a precision."""
    best: dict[tuple[str, bool], float] = {}
    for rule, (rows, values) in sure.items():
        for row, value in zip((table.rows[i] for i in rows), values.tolist(), strict=True):
            if row.passage.rule == rule and row.passage.writer != EXAMPLES and (rule in row.wrong or rule in row.near):
                key = row.passage.name, rule in row.wrong
                best[key] = max(best.get(key, 0.0), value)
    found = flagged = 0
    most = Figures(faults)
    ordered = sorted(best.items(), key=lambda place: -place[1])
    for _, same in groupby(ordered, key=lambda place: place[1]):
        right = [true for (_, true), _ in same]
        found, flagged = found + sum(right), flagged + len(right) - sum(right)
        if found >= precision * (found + flagged):
            most = Figures(faults, found, 0, flagged)
    return most


@dataclass(slots=True)
class Training:
    """All that training makes: the bytes of the judge's file, and the figures out of fold."""

    data: bytes
    manifest: dict[str, Any]
    patterns: dict[str, Figures] = field(default_factory=dict)
    alone: dict[str, Figures] = field(default_factory=dict)
    both: dict[str, Figures] = field(default_factory=dict)
    strict: Figures = field(default_factory=Figures)
    """What the patterns alone, by their records, find at the precision of both together."""
    reliability: list[tuple[float, float, int]] = field(default_factory=list)
    poor: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The rules that are left to their patterns, with their faulty sentences and near misses."""


def told(training: Training) -> str:
    """The table per rule: patterns alone, judge alone, both; recall, then precision, out of fold."""
    width = max([len(rule) for rule in training.patterns] or [4])
    lines = [f"{'rule':{width}}  faults   patterns       judge        both      at"]
    total = [Figures(), Figures(), Figures()]
    for rule, patterns in training.patterns.items():
        cells = [patterns, training.alone[rule], training.both[rule]]
        total = [sum_ + cell for sum_, cell in zip(total, cells, strict=True)]
        limit = training.manifest["rules"][rule]["threshold"]
        lines.append(f"{rule:{width}}  {patterns.faults:6d}  {_cells(cells)}  {limit:.2f}")
    lines.append(f"{'all':{width}}  {total[0].faults:6d}  {_cells(total)}")
    if training.strict.faults:
        found = f"find {training.strict.recall:.2f} of the faults"
        lines += [
            "",
            f"The patterns alone, held to a precision of {training.strict.precision:.2f} by their records, {found}.",
        ]
    if training.poor:
        head = f"Left to their patterns, with fewer than {ENOUGH} faulty sentences and {ENOUGH} near misses by two writers:"
        few = [f"{rule} ({wrong} and {near})" for rule, (wrong, near) in training.poor.items()]
        lines += ["", *textwrap.wrap(f"{head} {', '.join(few)}.", 100, break_on_hyphens=False)]
    lines += ["", "confidence  was right  proposals"]
    lines += [f"{said:10.2f}  {was:9.2f}  {n:9d}" for said, was, n in training.reliability]
    return "\n".join(lines)


def _cells(cells: Iterable[Figures]) -> str:
    return "  ".join(f"{f.recall:.2f} / {f.precision:.2f}" for f in cells)


def figures_page(manifest: Mapping[str, Any]) -> str:
    """The figures of a judge by category as a Markdown table, with a line that says how they were measured."""
    names = ("patterns", "judge", "both")
    lines = [
        "| category | rules | faults | patterns alone | judge alone | both |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    categories: dict[str, list[list[Figures]]] = {}
    for rule, entry in sorted(manifest["rules"].items()):
        cells = [_figures(entry["figures"][name]) for name in names]
        if cells[0].faults:  # a rule that was learned from drafts alone has no sentences to count
            categories.setdefault(rule.partition("/")[0], []).append(cells)
    categories["**all**"] = [cells for rules in list(categories.values()) for cells in rules]
    for category, rules in categories.items():
        total = [sum(column, Figures()) for column in zip(*rules, strict=True)]
        shares = " | ".join(f"{f.recall:.2f} / {f.precision:.2f}" for f in total)
        faults = total[0].faults if total else 0
        lines.append(f"| {category} | {len(rules)} | {faults} | {shares} |")
    writers = sum(name.startswith("sentences-") for name in manifest["inputs"])
    measured = (
        f"Recall / precision on the labelled sentences of {writers} writers in `training/`, each sentence judged by a "
        "model that had not seen its writer; precision counts the near misses of the same rule. The patterns were "
        "written with these sentences at hand, and rules with too few of them are left out. Measured by "
        "`highnote train`."
    )
    return "\n".join([*lines, "", textwrap.fill(measured, 118)]) + "\n"


def reliability_page(manifest: Mapping[str, Any]) -> str:
    """The reliability of a judge's confidences as a Markdown table."""
    lines = ["| mean confidence | share that was right | proposals |", "| ---: | ---: | ---: |"]
    return (
        "\n".join([*lines, *(f"| {said:.2f} | {was:.2f} | {n} |" for said, was, n in manifest["reliability"])]) + "\n"
    )


def _figures(counts: Sequence[int]) -> Figures:
    faults, found, near, flagged = counts
    return Figures(faults, found, near, flagged)
