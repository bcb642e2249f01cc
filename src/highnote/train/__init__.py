"""Training of the judge: what `highnote train` does (needs scikit-learn, the extra `train`).

The text in `training/` and the rules' own examples (`labelled`) become sentences, each right or wrong under the rules
(`rows`). Every rule gets a logistic regression; one more, shared by all, tells any fault from any tactful sentence
(`models`). All figures come out of fold: the sentences of one writer are scored by a model that has seen the others'
(drafts: a fifth at a time). A second regression turns these scores and what is known of the patterns into confidences,
for all rules together; the thresholds are picked on them, on what the patterns propose and at the rate of whole replies
(`confidence`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from highnote import features as seen
from highnote import judge as judging
from highnote.finding import Level
from highnote.train.confidence import by_records, calibrate, candidates, records, reliability, thresholds
from highnote.train.figures import Figures, Training, as_strict, figures
from highnote.train.labelled import TrainingError
from highnote.train.models import (
    ENOUGH,
    Fitted,
    Progress,
    Table,
    fit_rule,
    fit_shared,
    labels,
    out_of_fold,
    silent,
    tabulate,
    trainable,
)
from highnote.train.pack import made_with, pack
from highnote.train.rows import Row, counted, neighbours

TELLING = 8
"""So many of the features that speak for a finding, and of those against it, are told of every rule."""


def train(
    rows: Sequence[Row],
    levels: Mapping[str, Level] | None = None,
    sums: Mapping[str, str] | None = None,
    progress: Progress = silent,
    unjudged: Collection[str] = (),
) -> Training:
    """Train the judge on these rows; `levels` gives the rules' levels, `sums` the sha256 of every input; rules in
    `unjudged` get no model.

    Raises TrainingError where no rule has enough text.
    """
    table = tabulate(rows)
    rules = [rule for rule in trainable(table) if rule not in unjudged]
    if not rules:
        least = f"{ENOUGH} faulty sentences and {ENOUGH} near misses, of two writers at least"
        raise TrainingError(f"no rule has enough labelled text: it takes {least}.")
    scores = out_of_fold(table, rules, progress)
    progress("all together, and the thresholds")
    found = candidates(table, scores)
    curves = calibrate(found)
    if curves is None:
        raise TrainingError("what the patterns propose is all right, or all wrong: a judge has nothing to tell apart.")
    sure = {rule: curves(rule, c.told) for rule, c in found.items()}
    limits = thresholds(found, sure, levels or {})
    everything = np.ones(len(rows), bool)
    shared = fit_shared(table, everything)
    fitted = {judging.SHARED: shared, **{r: fit_rule(table, labels(table, r), everything) for r in rules}}
    entries: dict[str, Any] = {}
    training = Training(b"", {})
    wrong, near = counted(rows)
    training.poor = {
        rule: (wrong[rule], near[rule]) for rule in sorted(levels or {}) if rule not in fitted and rule not in unjudged
    }
    for rule in rules:
        c = found[rule]
        proposed = np.array([rule in row.proposed for row in rows])
        passes = np.zeros(len(rows), bool)
        rest = np.setdiff1d(np.flatnonzero(~np.isnan(scores.shared)), c.rows)
        passes[c.rows] = sure[rule] >= limits[rule]
        passes[rest] = curves(rule, scores.told(rule, rest, [()] * len(rest))) >= limits[rule]
        past = records([rows[i].proposed.get(rule, ()) for i in c.rows], c.true)
        share = round(float(curves.signs[0]) / max(curves.slopes[rule] + float(curves.signs[1]), 0.05), 6)
        training.patterns[rule] = figures(table, rule, proposed)
        training.alone[rule] = figures(table, rule, passes)
        training.both[rule] = figures(table, rule, proposed & passes)
        entries[rule] = {
            "slope": curves.slopes[rule],
            "intercept": curves.intercepts[rule],
            "records": {pattern: round(past[pattern], 3) for pattern in sorted(past)},
            "beside": sorted(neighbours([rule]) - {rule}),
            "offset": round(fitted[rule].offset, 6),
            "share": share,
            "threshold": limits[rule],
            "strongest": _strongest(fitted[rule], shared, share, table),
            "figures": {
                name: [f.faults, f.found, f.near, f.flagged]
                for name, f in (
                    ("patterns", training.patterns[rule]),
                    ("judge", training.alone[rule]),
                    ("both", training.both[rule]),
                )
            },
        }
    total = sum(training.both.values(), Figures())
    alone = {rule: (found[rule].rows, values) for rule, values in by_records(found).items()}
    training.strict = as_strict(table, alone, total.faults, total.precision)
    training.reliability = reliability(table, found)
    training.manifest = {
        "format": judging.FORMAT,
        "signs": curves.signs.tolist(),
        "offset": round(shared.offset, 6),
        "rows": list(fitted),
        "rules": entries,
        "inputs": dict(sums or {}),
        "made_with": made_with(),
        "sentences": len(rows),
        "reliability": [[round(said, 3), round(was, 3), n] for said, was, n in training.reliability],
    }
    training.data = pack(training.manifest, table, fitted)
    return training


def _strongest(own: Fitted, shared: Fitted, share: float, table: Table) -> list[tuple[str, float]]:
    """The telling features that move the rule's score most, for and against a finding, in words, with their weights."""
    dense = np.zeros(len(table.keys))
    dense[own.places] = own.weights * own.scale
    dense[shared.places] += share * shared.weights * shared.scale
    common = np.asarray((table.matrix > 0).sum(0)).ravel()
    strength = dense * np.sqrt(common)  # often met as well, so that no single sentence speaks for the rule
    order = np.argsort(-np.abs(strength), kind="stable").tolist()
    named = ((seen.in_words(*table.names[i]), float(dense[i])) for i in order if dense[i])
    reasons = judging.telling(judging.Reason(words, round(weight, 3)) for words, weight in named)
    sides: dict[bool, list[judging.Reason]] = {True: [], False: []}
    for reason in reasons:
        side = sides[reason.weight > 0]
        if len(side) < TELLING:
            side.append(reason)
        if min(map(len, sides.values())) >= TELLING:
            break
    return [(reason.words, reason.weight) for side in sides.values() for reason in side]
