"""From scores to confidences: the curves, the thresholds, and how well they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from highnote.finding import Level
from highnote.judge import SIGNS, record_signs
from highnote.train.labelled import EXAMPLES
from highnote.train.models import ENOUGH, Floats, Mask, Scores, Table
from highnote.train.rows import unsure

TARGETS = {Level.ERROR: 0.95, Level.WARNING: 0.90, Level.INFO: 0.90}
"""The share of findings that should be right, by level."""
CURVE_STRENGTH = 0.3
"""How freely the curves of confidence may fit (scikit-learn's C)."""
OWN_SLOPE = 0.5
"""How far a rule's slope may stray from the common one (1: as freely as anything else)."""
BELIEF = 4
"""So many proposals of an average pattern are added to what is counted of each."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows on which one rule's confidence is calibrated: what is told of them, which are right, what they weigh.

    Together they stand for whole replies: `weight` adds up to the faults, and to the false proposals, of a hundred.
    The records of patterns are those without the fold of the row itself.
    """

    rows: npt.NDArray[np.int64]
    told: Floats
    """See `Scores.told`."""
    true: Mask
    weight: Floats
    proposed: bool = True


def candidates(table: Table, scores: Scores) -> dict[str, Candidates]:
    """What the rules' patterns propose (for a rule without patterns: its faulty sentences and near misses)."""
    drafts, folds = np.array([row.passage.draft for row in table.rows]), table.folds
    replies = len({row.passage.name for row in table.rows if row.passage.draft}) or 1
    picked: dict[str, tuple[npt.NDArray[np.int64], Mask, bool]] = {}
    for rule in scores.rules:
        proposed = np.array([rule in row.proposed for row in table.rows])
        true = np.array([rule in row.wrong for row in table.rows])
        unclear = np.array([unsure(row, rule) for row in table.rows])
        near = np.array([rule in row.near for row in table.rows])
        has = bool((proposed & true).sum() >= ENOUGH // 2)
        use = (proposed if has else true | near) & ~unclear & ~np.isnan(scores.shared)
        picked[rule] = np.flatnonzero(use), true[use], has
    hits = {rule: float((drafts[rows] & true).sum()) for rule, (rows, true, _) in picked.items()}
    slips = {rule: float((drafts[rows] & ~true).sum()) for rule, (rows, true, _) in picked.items()}
    usual = float(np.mean(list(hits.values()))) if hits else 0.0
    found = {}
    for rule, (rows, true, has) in picked.items():
        # a rule's own faults in a few hundred drafts are few: half of the estimate is the mean of all rules
        right = (hits[rule] + usual + 1) / 2 / replies * 100
        false = (slips[rule] + 1) / replies * 100 if has else right
        weight = np.where(true, right / max(true.sum(), 1), false / max((~true).sum(), 1))
        patterns = [table.rows[i].proposed.get(rule, ()) for i in rows]
        past: list[Sequence[float]] = [()] * len(rows)
        for fold in sorted(set(folds[rows])):
            known = records(patterns, true, folds[rows] != fold)
            for i in np.flatnonzero(folds[rows] == fold).tolist():
                past[i] = [known.get(pattern, 0.0) for pattern in patterns[i]]
        found[rule] = Candidates(rows, scores.told(rule, rows, past), true, weight, has)
    return found


def records(patterns: Sequence[Sequence[str]], true: Mask, use: Mask | None = None) -> dict[str, float]:
    """How much oftener than its rule's patterns in general each pattern was right, as a difference of log odds.

    `patterns` are those that propose each place, `true` says where they are right, `use` which places are looked at.
    A pattern with few proposals is taken for an average one.
    """
    looked = np.flatnonzero(np.ones(len(true), bool) if use is None else use).tolist()
    usual = (true[looked].sum() + 1) / (len(looked) + 2)
    fired, hits = Counter[str](), Counter[str]()
    for i in looked:
        fired.update(patterns[i])
        if true[i]:
            hits.update(patterns[i])
    shares = {pattern: (hits[pattern] + BELIEF * usual) / (n + BELIEF) for pattern, n in fired.items()}
    return {
        pattern: float(np.log(share / (1 - share)) - np.log(usual / (1 - usual))) for pattern, share in shares.items()
    }


@dataclass(frozen=True, slots=True)
class Curves:
    """Confidence is the logistic function of slope · score + signs + intercept; all rules weigh the signs alike."""

    signs: Floats
    slopes: Mapping[str, float]
    intercepts: Mapping[str, float]

    def __call__(self, rule: str, told: Floats) -> Floats:
        """The confidences of some proposals of a rule; see `Scores.told`."""
        score = told[:, 0] * self.slopes[rule] + told[:, 1:] @ self.signs + self.intercepts[rule]
        result: Floats = 1 / (1 + np.exp(-score))
        return result


def calibrate(found: Mapping[str, Candidates], left: Mapping[str, Mask] | None = None) -> Curves | None:
    """The curves of all rules; None where all candidates are right, or all wrong. `left` names those not looked at.

    They are fitted together: a rule strays from the common curve only as far as its examples insist.
    """
    from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression

    rules = list(found)
    keep = {rule: ~left[rule] if left else np.ones(len(found[rule].true), bool) for rule in rules}

    def every(part: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(found[rule], part)[keep[rule]] for rule in rules])

    told, true = every("told"), every("true")
    if true.all() or not true.any():
        return None
    sizes = [int(keep[rule].sum()) for rule in rules]
    number = np.repeat(np.arange(len(rules)), sizes)
    heavy = np.repeat([len(found[rule].true) / found[rule].weight.sum() for rule in rules], sizes)
    at, shape = np.arange(len(number)), (len(number), len(rules))
    own = csr_matrix((np.ones(len(number)), (at, number)), shape=shape)
    slopes = csr_matrix((told[:, 0] * OWN_SLOPE, (at, number)), shape=shape)
    model = LogisticRegression(C=CURVE_STRENGTH, max_iter=2000, tol=1e-5)
    model.fit(hstack([csr_matrix(told), own, slopes]).tocsr(), true, sample_weight=every("weight") * heavy)
    common, rest = model.coef_[0][: told.shape[1]], model.coef_[0][told.shape[1] :]
    own_slopes = common[0] + OWN_SLOPE * rest[len(rules) :]
    return Curves(
        np.round(common[1:], 6),
        {rule: max(0.05, round(float(slope), 6)) for rule, slope in zip(rules, own_slopes, strict=True)},
        {rule: round(float(rest[i] + model.intercept_[0]), 6) for i, rule in enumerate(rules)},
    )


def by_records(found: Mapping[str, Candidates]) -> dict[str, Floats]:
    """How sure one can be of the same proposals by the records of their patterns alone, whatever the sentence says."""
    signs = len(SIGNS) - len(record_signs(()))
    bare = {rule: replace(c, told=c.told * (np.arange(c.told.shape[1]) > signs)) for rule, c in found.items()}
    curves = calibrate(bare)
    return {rule: curves(rule, c.told) for rule, c in bare.items()} if curves else {}


def threshold(sure: Floats, true: Mask, weight: Floats, target: float) -> float:
    """The lowest confidence at which `target` of the findings are right, as counted and as calibrated.

    Where that would cost more than half of the true findings, the confidence with the best F0.5 is taken.
    """
    order = np.argsort(-sure, kind="stable")
    weight, true, p = weight[order], true[order], sure[order]
    kept, right, expected = np.cumsum(weight), np.cumsum(weight * true), np.cumsum(weight * p)
    some = 10 * weight.mean()  # as much belief in the curve as ten more proposals would bring
    precision = (right + some * expected / kept) / (kept + some)
    recall = right / max(right[-1], 1e-9)
    good = np.flatnonzero((precision >= target) & (recall >= 0.5))
    if not len(good):
        balance = 1.25 * precision * recall / np.maximum(0.25 * precision + recall, 1e-9)
        good = np.array([int(np.argmax(balance))])
    last = int(good[-1])
    lower = p[last + 1] if last + 1 < len(p) else p[last] - 0.02
    return float(np.clip(round((p[last] + lower) / 2, 4), 0.0, 0.99))


def thresholds(
    found: Mapping[str, Candidates], sure: Mapping[str, Floats], levels: Mapping[str, Level]
) -> dict[str, float]:
    """The threshold of every rule: one for all rules of a level.

    A confidence means the same for every rule, and the few drafts that hold a rule's faults say little alone.
    """
    limits: dict[str, float] = {}
    for level, target in TARGETS.items():
        same = [rule for rule in found if levels.get(rule, Level.WARNING) is level]
        if same:
            true, weight = (np.concatenate([getattr(found[r], part) for r in same]) for part in ("true", "weight"))
            limit = threshold(np.concatenate([sure[rule] for rule in same]), true, weight, target)
            limits.update(dict.fromkeys(same, limit))
    return limits


def reliability(table: Table, found: Mapping[str, Candidates]) -> list[tuple[float, float, int]]:
    """For ten steps of confidence: the mean confidence, the weighted share that was right, the number of proposals.

    The curves are fitted without the fold that is looked at.
    """
    folds = table.folds
    said, was, heavy = [], [], []
    for fold in sorted(set(folds) - {EXAMPLES}):
        left = {rule: folds[c.rows] == fold for rule, c in found.items()}
        curves = calibrate(found, left)
        for rule, c in found.items() if curves else ():
            assert curves
            said.append(curves(rule, c.told[left[rule]]))
            was.append(c.true[left[rule]])
            heavy.append(c.weight[left[rule]])
    if not said:
        return []
    p, true, weight = np.concatenate(said), np.concatenate(was), np.concatenate(heavy)
    step = np.minimum((p * 10).astype(int), 9)
    bins = [step == i for i in range(10) if (step == i).any()]
    return [
        (float(np.average(p[b], weights=weight[b])), float(np.average(true[b], weights=weight[b])), int(b.sum()))
        for b in bins
    ]
