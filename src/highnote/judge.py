"""The judge: a small linear model for every rule that vetoes what patterns propose.

A proposal's sentence is turned into features (words, word sequences, parts of speech, clauses). Each rule has its own
weights, and one shared row tells tactful sentences from tactless ones whatever the rule, which is what makes few
examples go far. Five more signs count: whether a rule beside this one suits the sentence better, and what the patterns
that propose it were right about in training. A logistic curve turns all of them into a confidence. `highnote.train`
makes the file; here it is used.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate, islice, pairwise
from math import exp, inf, log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from highnote.features import FUNCTION_WORDS, GROUPS, Features, Word, features, in_words, named

FORMAT = 4
"""Version of the judge's file and of the features that it was trained on; it rises when either changes."""

SHARED = ""
"""The name of the row that all rules share."""

FILE = "judge.npz"

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class JudgeError(Exception):
    """The file of a judge cannot be used; the message says why."""


_WEIGHTS = np.array(list(GROUPS.values()))


@dataclass(frozen=True, slots=True)
class Values:
    """The known features of some sentences, each once a sentence, sentence by sentence."""

    known: Places
    """Where they stand among all features."""
    places: Places
    """Their places in the judge's keys."""
    numbers: Floats
    ends: Places
    """Where the features of each sentence end, after a 0."""


def values(features: Features, count: int, keys: npt.NDArray[np.uint32], rarity: Floats) -> Values:
    """The values of the features of `count` sentences that are among the `keys` (sorted)."""
    both = features.sentences.astype(np.uint64) << np.uint64(32) | features.numbers
    distinct, first = np.unique(both, return_index=True)
    numbers = distinct.astype(np.uint32)
    at = keys.searchsorted(numbers) if len(keys) else np.zeros(0, np.int64)
    at[at == len(keys)] = 0
    found = np.flatnonzero(keys[at] == numbers) if len(keys) else at
    places, known = at[found], first[found]
    rare, group, sentence = rarity[places], features.groups[known], features.sentences[known]
    cell = sentence * len(GROUPS) + group
    lengths = np.sqrt(np.bincount(cell, rare * rare, count * len(GROUPS)))
    ends = np.concatenate([[0], np.cumsum(np.bincount(sentence, minlength=count))])
    return Values(known, places, (rare * _WEIGHTS[group] / lengths[cell]).astype(np.float32), ends)


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that speaks for a finding (weight above 0) or against it (below 0), in words."""

    words: str
    weight: float


_PERSONS = frozenset(["i", "me", "my", "we", "us", "our", "you", "your"])
_QUOTED = re.compile(r"“(.+)”")
_PLACE = re.compile(r"\((?:at the start|at the end)\)")
_BARE = re.compile(r"[\W\d_]*")


def telling(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """The reasons that say something to people: no bare function words or punctuation, the same content only once."""
    seen: set[tuple[str, ...]] = set()
    for reason in reasons:
        quoted = _QUOTED.search(reason.words)
        if quoted:
            words = _PLACE.sub("", quoted.group(1)).lower().split()
            content = [word for word in words if word not in FUNCTION_WORDS and not _BARE.fullmatch(word)]
            if not content:
                continue
            core = [word for word in words if word in content or word in _PERSONS]
            said = tuple(word[:4] for word in core)  # much the same for a word and its base form
        elif reason.words.startswith("the sentence"):
            continue
        else:
            said = (reason.words,)
        if said not in seen:
            seen.add(said)
            yield reason


SIGNS = ("shared", "margin", "best", "usual", "agreeing")
"""What counts beside a rule's own score: the shared score; by how much the own score exceeds those of the rules that
could be meant instead; the best and the mean record of the patterns that propose it, and how many these are."""


def signs(
    shared: npt.NDArray[Any], own: npt.NDArray[Any], rivals: npt.NDArray[Any], records: Sequence[Sequence[float]]
) -> npt.NDArray[np.float64]:
    """The SIGNS of some proposals, a row each. `rivals` is what `rivalry` makes of the other rules' scores."""
    return np.column_stack([shared, margin(own, rivals), np.array(list(map(record_signs, records))).reshape(-1, 3)])


def margin(own: npt.NDArray[Any], rivals: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The second of the SIGNS."""
    by: npt.NDArray[Any] = own - np.logaddexp(own, rivals)
    return by


def record_signs(records: Sequence[float]) -> tuple[float, float, float]:
    """The last three SIGNS, for the records of the patterns that propose a sentence."""
    return (max(records), sum(records) / len(records), log(len(records))) if records else (0.0, 0.0, 0.0)


def rivalry(scores: npt.NDArray[Any], rivals: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """How well the rivals of each rule suit each row of `scores`: the logarithm of their summed odds, a column a rule.

    Each row of `rivals` marks the columns of `scores` that count for a rule.
    """
    highest = scores.max(axis=1, keepdims=True)
    odds = np.exp((scores - highest).astype(np.float64))
    with np.errstate(divide="ignore"):  # where no column counts, the odds are nought
        others: npt.NDArray[Any] = np.log(odds @ rivals.T) + highest
    return others


def _curve(score: float) -> float:
    return 1 / (1 + exp(-score))


Standing = Mapping[str, float]
"""How a sentence stands with every rule that has a model: what a confidence is made of, but for the patterns' records."""


class Judge:
    """The models of all rules. Immutable, so it may be shared between threads."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        keys: npt.NDArray[np.uint32],
        rarity: npt.NDArray[np.uint8],
        rows: Mapping[str, tuple[npt.NDArray[np.uint32], npt.NDArray[np.int8], float]],
    ) -> None:
        self.manifest = manifest
        self._keys = keys
        self._rarity: Floats = (rarity / np.float32(RARITY_STEPS)).astype(np.float32)
        self._number = {rule: i for i, rule in enumerate(rows)}
        self._weights = np.zeros((len(keys), len(rows)), np.int8)  # a feature's weights lie together: they are read so
        for i, (places, weights, _) in enumerate(rows.values()):
            self._weights[places, i] = weights
        self._scales = np.array([scale for _, _, scale in rows.values()], np.float32)
        models = manifest["rules"]
        self._offsets = np.array([models[row]["offset"] if row else manifest["offset"] for row in rows], np.float32)
        self._own = [self._number[rule] for rule in models]
        self._slopes, self._intercepts = (
            np.array([m[part] for m in models.values()]) for part in ("slope", "intercept")
        )
        self._rivals = np.array(
            [[row not in ("", rule, *m["beside"]) for row in rows] for rule, m in models.items()], np.float64
        )
        self._sign_weights: Sequence[float] = manifest["signs"][:2]
        self._record_weights: Sequence[float] = manifest["signs"][2:]

    @classmethod
    def load(cls, path: Path | None = None) -> Judge | None:
        """The judge in the file at `path`, or the one that comes with highnote (None when that is not there).

        Raises JudgeError for a file that cannot be read or was made for other features.
        """
        return _load(path)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that have a model."""
        return tuple(self.manifest["rules"])

    def standings(self, sentences: Sequence[Iterable[Word]]) -> list[Standing]:
        """How some sentences, given as tokens, stand with every rule."""
        seen = values(features(sentences), len(sentences), self._keys, self._rarity)
        weights = self._weights[seen.places].astype(np.float32)
        sums = [seen.numbers[start:end] @ weights[start:end] for start, end in pairwise(seen.ends.tolist())]
        scores = np.array(sums, np.float32).reshape(len(sentences), len(self._number)) * self._scales + self._offsets
        own = scores[:, self._own]
        by_shared, by_margin = self._sign_weights
        told = by_shared * scores[:, [self._number[SHARED]]] + by_margin * margin(own, rivalry(scores, self._rivals))
        # a product of matrices may differ in its last digits with their size
        stands = np.round(self._slopes * own + told + self._intercepts, 6).tolist()
        return [dict(zip(self.rules, stand, strict=True)) for stand in stands]

    def confidence(self, rule: str, standing: Standing, patterns: Iterable[str] = ()) -> float | None:
        """How sure it is that a proposal of `rule` in this sentence is right, from 0 to 1; None without a model.

        `patterns` are those of the rule that propose the sentence, as written: what they were right about in training
        counts.
        """
        if rule not in standing:
            return None
        known = self._records(rule, patterns)
        return _curve(
            standing[rule] + sum(w * sign for w, sign in zip(self._record_weights, record_signs(known), strict=True))
        )

    def limit(self, rule: str, patterns: Iterable[str], least: float) -> float:
        """How a sentence must stand at least with a rule for a confidence of `least`, whichever of the patterns propose it.

        That is what those would need that help it most: no other sentence has a chance.
        """
        known = sorted(self._records(rule, patterns))
        if not known:
            return inf
        needed = log(least / (1 - least)) if 0 < least < 1 else (1 if least else -1) * inf
        best, usual, agreeing = self._record_weights
        lowest, highest = ([0.0, *accumulate(records)] for records in (known, known[-2::-1]))
        # so many patterns help most at the ends of what their best record and the sum of the others can be
        return needed - max(
            best * top + usual * (top + others) / many + agreeing * log(many)
            for many in range(1, len(known) + 1)
            for top in (known[many - 1], known[-1])
            for others in (lowest[many - 1], highest[many - 1])
        )

    def _records(self, rule: str, patterns: Iterable[str]) -> list[float]:
        records = self.manifest["rules"][rule]["records"]
        return [records.get(pattern, 0.0) for pattern in patterns]

    def threshold(self, rule: str) -> float:
        """The confidence below which a proposal of `rule` is dropped; 0 without a model."""
        model = self.manifest["rules"].get(rule)
        return 0.0 if model is None else float(model["threshold"])

    def reasons(self, rule: str, words: Sequence[Word] | None = None, n: int = 6) -> tuple[Reason, ...]:
        """The telling features, the strongest first: of this sentence, or of the rule's model as a whole."""
        model = self.manifest["rules"].get(rule)
        if model is None:
            return ()
        if words is None:
            strongest = sorted(model["strongest"], key=lambda pair: -abs(pair[1]))
            return tuple(islice(telling(Reason(words, weight) for words, weight in strongest), n))
        seen = values(features([words]), 1, self._keys, self._rarity)
        own, shared = self._number[rule], self._number[SHARED]
        share = np.float32(model["share"]) * self._scales[shared]
        weights = self._weights[seen.places]
        parts = (weights[:, own] * self._scales[own] + weights[:, shared] * share) * seen.numbers
        names = named(words)
        ordered = (Reason(in_words(*names[seen.known[i]]), float(parts[i])) for i in _strongest(parts) if parts[i])
        return tuple(islice(telling(ordered), n))


RARITY_STEPS = 16
"""Rarity (the logarithm of how few sentences hold a feature) is kept in sixteenths."""


def _strongest(weights: Floats) -> list[int]:
    return [int(i) for i in np.argsort(-np.abs(weights), kind="stable")]


@lru_cache(maxsize=4)
def _load(path: Path | None) -> Judge | None:
    try:
        data = path.read_bytes() if path else resources.files("highnote").joinpath(FILE).read_bytes()
    except FileNotFoundError as error:
        if path is None:
            return None
        raise JudgeError(f"there is no judge at {path}") from error
    try:
        return _from_bytes(data)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise JudgeError(f"{path or FILE} is no judge of highnote: {error}") from error


def _from_bytes(data: bytes) -> Judge:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        manifest = json.loads(arrays["manifest"].tobytes())
        if manifest["format"] != FORMAT:
            raise JudgeError(f"the judge has format {manifest['format']}, not {FORMAT}: train it again")
        gaps, weights, sizes = arrays["gaps"], arrays["weights"], arrays["sizes"]
        scales, keys, rarity = arrays["scales"], arrays["keys"], arrays["rarity"]
    ends = np.cumsum(sizes)
    rows = {
        name: (np.cumsum(gaps[end - size : end], dtype=np.uint32), weights[end - size : end], float(scale))
        for name, end, size, scale in zip(manifest["rows"], ends, sizes, scales, strict=True)
    }
    return Judge(manifest, keys, rarity, rows)
