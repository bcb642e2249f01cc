"""The models: a logistic regression for every rule and a shared one, and their scores out of fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from highnote import features as seen
from highnote import judge as judging
from highnote.train.labelled import DRAFTS, EXAMPLES
from highnote.train.rows import Row, counted, neighbours, unsure

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ENOUGH = 20
"""A rule with fewer faulty sentences, or fewer near misses, gets no model."""
NEAR, OTHER = 10.0, 0.3
"""What a near miss or a false proposal of the rule weighs against a faulty sentence, and any other sentence."""
SAMPLE = 0.35
"""The share of the other sentences that is used; those weigh more in turn."""
STRENGTH, SHARED_STRENGTH = 3.0, 4.0
"""How freely a rule's model and the shared one may fit (scikit-learn's C)."""
USERS = 3
"""A feature counts when so many writers (or fifths of the drafts) use it: others tell the writer, not the fault."""
KEPT = 16_000
"""Weights kept for every row, the strongest."""


@dataclass(frozen=True, slots=True)
class Table:
    """All sentences as a sparse matrix, a feature to a column; `keys` (sorted) and `rarity` describe the columns."""

    rows: Sequence[Row]
    keys: npt.NDArray[np.uint32]
    rarity: npt.NDArray[np.uint8]
    names: Mapping[int, tuple[str, str]]
    matrix: Any  # scipy's csr_matrix, which has no types

    @property
    def folds(self) -> npt.NDArray[np.str_]:
        return np.array([row.passage.fold for row in self.rows])


def tabulate(rows: Sequence[Row]) -> Table:
    """Count the features that several writers use, and weigh them by how rare they are."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    counts: Counter[int] = Counter()
    users: dict[int, set[str]] = {}
    names: dict[int, tuple[str, str]] = {}
    features = seen.features(row.words for row in rows)
    in_order = features.numbers[np.argsort(features.sentences, kind="stable")]
    ends = np.cumsum(np.bincount(features.sentences, minlength=len(rows)))
    for row, own in zip(rows, np.split(in_order, ends[:-1]), strict=True):
        numbers = own.tolist()
        counts.update(set(numbers))
        for number, name in zip(numbers, seen.named(row.words), strict=True):
            users.setdefault(number, set()).add(row.passage.fold)
            names.setdefault(number, name)
    least = min(USERS, len({row.passage.fold for row in rows}))
    known = sorted(number for number, by in users.items() if len(by) >= least)
    keys = np.array(known, np.uint32)
    how_rare = np.log((len(rows) + 1) / (np.array([counts[number] for number in known]) + 1)) + 1
    rarity = np.clip(np.rint(how_rare * judging.RARITY_STEPS), 1, 255).astype(np.uint8)
    scale = (rarity / np.float32(judging.RARITY_STEPS)).astype(np.float32)
    values = judging.values(features, len(rows), keys, scale)
    matrix = csr_matrix((values.numbers.astype(np.float64), values.places, values.ends), shape=(len(rows), len(keys)))
    return Table(rows, keys, rarity, {i: names[number] for i, number in enumerate(known)}, matrix)


@dataclass(frozen=True, slots=True)
class Labels:
    """For one rule: which rows are faulty, which are near misses, and what each weighs in training (0: not used)."""

    wrong: Mask
    near: Mask
    weight: Floats


def labels(table: Table, rule: str) -> Labels:
    """The rows as one rule sees them."""
    wrong = np.array([rule in row.wrong for row in table.rows])
    near = np.array([rule in row.near for row in table.rows])
    undecided = np.array([unsure(row, rule) for row in table.rows])
    hard = near | (np.array([rule in row.proposed for row in table.rows]) & ~undecided)
    beside = np.array([rule in row.undecided for row in table.rows])
    chosen = np.array([crc32(row.passage.name.encode()) % 1000 < SAMPLE * 1000 for row in table.rows])
    weight = np.where(wrong, 1.0, np.where(hard, NEAR, np.where(chosen & ~beside, OTHER / SAMPLE, 0.0)))
    return Labels(wrong, near, weight)


def shared_labels(table: Table) -> Labels:
    """The rows by whether any rule finds fault with them; sentences of unclear standing are not used."""
    wrong = np.array([bool(row.wrong) for row in table.rows])
    near = np.array([bool(row.near) for row in table.rows]) & ~wrong
    draft = np.array([row.passage.draft for row in table.rows])
    weight = np.where(draft, 0.5, np.where(wrong | near, 1.0, 0.0))
    return Labels(wrong, near, weight)


def fit(table: Table, marked: Labels, use: Mask, strength: float, *, balance: bool) -> tuple[Floats, float]:
    """The weights and the offset of a logistic regression on the rows in `use`."""
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero(use & (marked.weight > 0))
    weight, wrong = marked.weight[rows], marked.wrong[rows]
    if balance:
        weight = weight * np.where(wrong, weight[~wrong].sum() / max(weight[wrong].sum(), 1.0) / 2, 1.0)
        weight = weight / weight.mean()
    # the dual form is some thirty times faster where features outnumber sentences, and as good
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.05, random_state=0, max_iter=300)
    model.fit(table.matrix[rows], wrong, sample_weight=weight)
    return model.coef_[0], float(model.intercept_[0])


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of one row of the judge, quantised: columns, weights (−127 to 127), scale, offset."""

    places: npt.NDArray[np.int64]
    weights: npt.NDArray[np.int8]
    scale: float
    offset: float


def quantise(coefficients: Floats, offset: float, rarity: npt.NDArray[np.uint8]) -> Fitted:
    """The strongest weights in eight bits each."""
    strength = np.abs(coefficients) * rarity
    scale = float(np.float32(np.abs(coefficients).max() / 127)) or 1.0
    small = np.rint(coefficients / scale).astype(np.int8)
    strength[small == 0] = 0
    kept = np.sort(np.argsort(-strength, kind="stable")[: min(KEPT, int(np.count_nonzero(small)))])
    return Fitted(kept, small[kept], scale, offset)


def scored(fitted: Fitted, table: Table, rows: Mask) -> Floats:
    """The scores of the rows under a fitted row of the judge."""
    dense = np.zeros(len(table.keys))
    dense[fitted.places] = fitted.weights * fitted.scale
    result: Floats = table.matrix[rows] @ dense + fitted.offset
    return result


def fit_rule(table: Table, marked: Labels, use: Mask) -> Fitted:
    return quantise(*fit(table, marked, use, STRENGTH, balance=True), table.rarity)


def fit_shared(table: Table, use: Mask) -> Fitted:
    return quantise(*fit(table, shared_labels(table), use, SHARED_STRENGTH, balance=False), table.rarity)


def trainable(table: Table) -> list[str]:
    """The rules with enough faulty sentences and near misses, of two writers at least, for a model."""
    wrong, near = counted(table.rows)
    folds: dict[str, set[str]] = {}
    for row in table.rows:
        for rule in row.wrong:
            folds.setdefault(rule, set()).add(row.passage.fold)
    return sorted(r for r in wrong if wrong[r] >= ENOUGH and near[r] >= ENOUGH and len(folds[r]) > 1)


Progress = Callable[[str], None]
"""Is told what is being done."""


def silent(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of every row under every rule (a column each) and under the shared model; NaN: never out of fold."""

    rules: tuple[str, ...]
    own: Floats
    shared: Floats

    def of(self, rule: str) -> Floats:
        """The scores of the rows under one rule."""
        column: Floats = self.own[:, self.rules.index(rule)]
        return column

    def told(self, rule: str, rows: npt.NDArray[np.int64], records: Sequence[Sequence[float]]) -> Floats:
        """What a confidence is made of, a row each: the rule's own score, then `judge.SIGNS`."""
        own, rivals = self.own[rows, self.rules.index(rule)], [r not in neighbours([rule]) for r in self.rules]
        others = judging.rivalry(self.own[rows], np.array([rivals], bool))[:, 0]
        return np.column_stack([own, judging.signs(self.shared[rows], own, others, records)])


def rounds(folds: Iterable[str]) -> list[frozenset[str]]:
    """What is left out together: a writer and a fifth of the drafts, so that fewer models need to be fitted."""
    from itertools import zip_longest

    every = sorted(set(folds) - {EXAMPLES})
    writers = [fold for fold in every if not fold.startswith(DRAFTS)]
    drafts = [fold for fold in every if fold.startswith(DRAFTS)]
    return [frozenset(filter(None, pair)) for pair in zip_longest(writers, drafts)]


def out_of_fold(table: Table, rules: Sequence[str], progress: Progress = silent) -> Scores:
    """The scores of every row by models that have not seen its writer (its drafts); NaN for examples."""
    folds = table.folds
    scores = Scores(tuple(rules), np.full((len(folds), len(rules)), np.nan), np.full(len(folds), np.nan))
    marked = [labels(table, rule) for rule in rules]
    every = rounds(folds)
    for number, out in enumerate(every, 1):
        progress(f"{len(rules)} rules without {' and '.join(sorted(out))} ({number} of {len(every)})")
        left = np.isin(folds, sorted(out))
        scores.shared[left] = scored(fit_shared(table, ~left), table, left)
        for column, mark in enumerate(marked):
            scores.own[left, column] = scored(fit_rule(table, mark, ~left), table, left)
    return scores
