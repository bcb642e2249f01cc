"""Training of the judge: what `highnote train` does (needs scikit-learn, the extra `train`).

The text in `training/` and the rules' own examples become sentences, each right or wrong under the rules. Every rule
gets a logistic regression; one more, shared by all, tells any fault from any tactful sentence. All figures come out of
fold: the sentences of one writer are scored by a model that has seen the others' (drafts: a fifth at a time). A second
regression turns these scores and what is known of the patterns into confidences, for all rules together; the
thresholds are picked on them, on what the patterns propose and at the rate of whole replies.

Lines of the files: `{"rule", "label": "bad" or "good", "text", "mark", "customer"}` in sentences-WRITER.jsonl; drafts
`{"id", "thread" or "customer", "draft", "date", "findings": [{"rule", "quote"}], "hard_negatives": […]}` in others.
"""

from __future__ import annotations

import hashlib
import io
import json
import textwrap
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from highnote import features as seen
from highnote import judge as judging
from highnote.finding import Level, Message

if TYPE_CHECKING:
    from highnote.config import Config
    from highnote.draft import Draft
    from highnote.language import Known
    from highnote.linter import Linter
    from highnote.rule import Rule

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TARGETS = {Level.ERROR: 0.95, Level.WARNING: 0.90, Level.INFO: 0.90}
"""The share of findings that should be right, by level."""
ENOUGH = 20
"""A rule with fewer faulty sentences, or fewer near misses, gets no model."""
NEAR, OTHER = 10.0, 0.3
"""What a near miss or a false proposal of the rule weighs against a faulty sentence, and any other sentence."""
SAMPLE = 0.35
"""The share of the other sentences that is used; those weigh more in turn."""
STRENGTH, SHARED_STRENGTH, CURVE_STRENGTH = 3.0, 4.0, 0.3
"""How freely a rule's model, the shared one and the curves of confidence may fit (scikit-learn's C)."""
OWN_SLOPE = 0.5
"""How far a rule's slope may stray from the common one (1: as freely as anything else)."""
BELIEF = 4
"""So many proposals of an average pattern are added to what is counted of each."""
USERS = 3
"""A feature counts when so many writers (or fifths of the drafts) use it: others tell the writer, not the fault."""
KEPT = 16_000
"""Weights kept for every row, the strongest."""
TELLING = 8
"""So many of the features that speak for a finding, and of those against it, are told of every rule."""
PARTS = 5
"""Drafts are left out a fifth at a time."""
DRAFTS, EXAMPLES = "drafts", "examples"

NEIGHBOURS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "rebuke/blame rebuke/customer-error",
        "rebuke/contradict rebuke/doubt",
        "rebuke/obvious last-word/passive-aggressive courtesy/dismissive courtesy/hostile-wording",
        "compensation/bribe resolution/discount-for-defect compensation/token-discount compensation/no-expiry",
        "ending/problem last-word/parting-shot resolution/refusal",
        "ending/apology apology/but apology/conditional",
        "resolution/vague-promise resolution/no-owner runaround/handoff",
        "runaround/pass-the-buck runaround/unavailable",
        "runaround/hoops runaround/interrogation runaround/repeat-info",
        "upsell/hard-sell upsell/too-early",
        "excuse/why-it-happened excuse/third-party excuse/workload apology/passive",
    )
)
"""Rules that may both be right about a sentence: a fault under one is no counter-example for the others."""

SEVERAL = frozenset(
    [
        "apology/excessive",
        "excuse/why-it-happened",
        "ending/keeps-talking",
        "runaround/interrogation",
        "runaround/hoops",
        "compensation/overkill",
        "compensation/retention-plea",
        "upsell/hard-sell",
    ]
)
"""Rules about several sentences together: where a draft holds such a fault, its other sentences may belong to it."""


class TrainingError(Exception):
    """The text cannot be trained on; the message says why, and where."""


def neighbours(rules: Iterable[str]) -> frozenset[str]:
    """These rules and those whose border with them careful people draw differently."""
    named = frozenset(rules)
    return named.union(*(group for group in NEIGHBOURS if group & named))


@dataclass(frozen=True, slots=True)
class Passage:
    """Labelled text: single sentences by `writer`, or a whole draft (`rule` is "" then).

    `wrong` and `right` hold (rule, start, end) for places that must and must not be flagged.
    """

    name: str
    writer: str
    text: str
    thread: tuple[Message, ...] = ()
    date: datetime | None = None
    rule: str = ""
    wrong: tuple[tuple[str, int, int], ...] = ()
    right: tuple[tuple[str, int, int], ...] = ()

    @property
    def draft(self) -> bool:
        return not self.rule

    @property
    def fold(self) -> str:
        """What is left out together: all of a writer, or a fifth of the drafts."""
        return f"{DRAFTS}:{crc32(self.name.encode()) % PARTS}" if self.draft else self.writer


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence: under which rules it is faulty, a near miss, or undecided, and which rules' patterns propose it."""

    passage: Passage
    words: Sequence[seen.Word]
    wrong: frozenset[str]
    near: frozenset[str]
    undecided: frozenset[str]
    proposed: Mapping[str, Sequence[str]]
    """The rules whose patterns propose the sentence, each with these patterns as written."""


def read_passages(folder: Path) -> list[Passage]:
    """All labelled text in the .jsonl files of a folder, in the order of the files' names. Raises TrainingError."""
    found: list[Passage] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if line.strip():
                found.append(_passage(line, file, number))
    if not found:
        raise TrainingError(f"{folder}: there is no labelled text (.jsonl) here.")
    return found


def _passage(line: str, file: Path, number: int) -> Passage:
    try:
        item = json.loads(line)
        return _draft(item) if "draft" in item else _sentence(item, file, number)
    except json.JSONDecodeError as error:
        raise TrainingError(f"{file}:{number}: this line is no JSON: {error.msg}.") from error
    except KeyError as error:
        raise TrainingError(f"{file}:{number}: {error} is missing.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise TrainingError(f"{file}:{number}: this is no labelled text: {error}.") from error


def _sentence(item: Mapping[str, Any], file: Path, number: int) -> Passage:
    mark = item.get("mark") or item["text"]
    place = ((item["rule"], *_place(item["text"], mark)),)
    return Passage(
        name=f"{file.stem}:{number}",
        writer=file.stem.removeprefix("sentences-"),
        text=item["text"],
        thread=_customer(item.get("customer")),
        rule=item["rule"],
        wrong=place if item["label"] == "bad" else (),
        right=((item["rule"], 0, len(item["text"])),) if item["label"] == "good" else (),
    )


def _draft(item: Mapping[str, Any]) -> Passage:
    thread = tuple(
        Message(sender=m["from"], text=m["text"], date=_moment(m.get("date"))) for m in item.get("thread", ())
    )
    return Passage(
        name=item["id"],
        writer=DRAFTS,
        text=item["draft"],
        thread=thread or _customer(item.get("customer")),
        date=_moment(item.get("date")),
        wrong=_places(item["draft"], item.get("findings", ())),
        right=_places(item["draft"], item.get("hard_negatives", ())),
    )


def _places(text: str, labels: Iterable[Mapping[str, str]]) -> tuple[tuple[str, int, int], ...]:
    return tuple((label["rule"], *_place(text, label["quote"])) for label in labels if label.get("quote"))


def _place(text: str, quote: str) -> tuple[int, int]:
    start = max(text.find(quote), 0)
    return start, start + len(quote)


def _customer(text: str | None) -> tuple[Message, ...]:
    return (Message(sender="customer", text=text),) if text else ()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def example_passages(rules: Iterable[Rule]) -> list[Passage]:
    """The rules' own `bad` and `good` examples; they are always trained on and never scored."""
    found = []
    for rule in rules:
        for label, examples in (("bad", rule.examples.bad), ("good", rule.examples.good)):
            for number, example in enumerate(examples):
                if not example.is_plain:
                    continue
                whole = ((0, len(example.plain)),)
                places = tuple((rule.id, *mark) for mark in (example.marks or whole if label == "bad" else whole))
                found.append(
                    Passage(
                        name=f"{rule.id}:{label}:{number}",
                        writer=EXAMPLES,
                        text=example.plain,
                        thread=_customer(example.customer),
                        rule=rule.id,
                        wrong=places if label == "bad" else (),
                        right=places if label == "good" else (),
                    )
                )
    return found


def read_rows(passages: Iterable[Passage], linter: Linter) -> list[Row]:
    """The sentences of the passages, read by the engine, with what its patterns propose."""
    from highnote.draft import Draft
    from highnote.language import Known, parse
    from highnote.reading import read_text

    drafts = [(passage, read_text(passage.text)) for passage in passages]
    known = Known()
    parse(Draft("", tuple(block for _, draft in drafts for block in draft.blocks)), linter.config.model, known)
    return [row for passage, draft in drafts for row in _rows(passage, draft, linter, known)]


def read_in_parallel(passages: Sequence[Passage], config: Config, jobs: int) -> list[Row]:
    """The same in several processes, in the same order."""
    from concurrent.futures import ProcessPoolExecutor
    from itertools import repeat

    size = -(-len(passages) // max(jobs, 1)) or 1
    parts = [passages[i : i + size] for i in range(0, len(passages), size)]
    with ProcessPoolExecutor(jobs) as pool:
        return [row for part in pool.map(_read_part, parts, repeat(config)) for row in part]


def _read_part(passages: Sequence[Passage], config: Config) -> list[Row]:
    from highnote.linter import Linter

    return read_rows(passages, Linter(config))


def _rows(passage: Passage, draft: Draft, linter: Linter, known: Known) -> Iterator[Row]:
    reply = linter.but(chat=not passage.draft).read(draft, passage.thread, passage.date, known)
    proposed: dict[int, dict[str, Sequence[str]]] = {}
    for matcher, proposal in linter.proposals(reply):
        if proposal.sentence is not None:
            proposed.setdefault(proposal.sentence.index, {})[matcher.owner.id] = matcher.patterns(proposal)
    faulty = {rule for rule, _, _ in passage.wrong}
    for sentence in reply.parsed.sentences:
        start, end = sentence.start, sentence.end
        wrong = _touching(passage.wrong, start, end)
        near = _touching(passage.right, start, end) - wrong
        undecided = (neighbours(wrong) | (faulty & SEVERAL) if passage.draft else neighbours(faulty)) - wrong
        yield Row(
            passage,
            sentence.words.tokens,
            wrong,
            near,
            frozenset(undecided - near),
            proposed.get(sentence.index, {}),
        )


def _touching(places: Iterable[tuple[str, int, int]], start: int, end: int) -> frozenset[str]:
    return frozenset(rule for rule, first, last in places if first < end and start < last)


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
    undecided = np.array([_unsure(row, rule) for row in table.rows])
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


def quantise(coefficients: Floats, rarity: npt.NDArray[np.uint8], offset: float) -> Fitted:
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
    return quantise(*_swap(fit(table, marked, use, STRENGTH, balance=True), table))


def fit_shared(table: Table, use: Mask) -> Fitted:
    return quantise(*_swap(fit(table, shared_labels(table), use, SHARED_STRENGTH, balance=False), table))


def _swap(model: tuple[Floats, float], table: Table) -> tuple[Floats, npt.NDArray[np.uint8], float]:
    return model[0], table.rarity, model[1]


def counted(rows: Iterable[Row]) -> tuple[Counter[str], Counter[str]]:
    """How many faulty sentences, and how many near misses, there are of each rule."""
    wrong, near = Counter[str](), Counter[str]()
    for row in rows:
        wrong.update(row.wrong)
        near.update(row.near)
    return wrong, near


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


def _silent(_: str) -> None:
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


def out_of_fold(table: Table, rules: Sequence[str], progress: Progress = _silent) -> Scores:
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
        unsure = np.array([_unsure(row, rule) for row in table.rows])
        near = np.array([rule in row.near for row in table.rows])
        has = bool((proposed & true).sum() >= ENOUGH // 2)
        use = (proposed if has else true | near) & ~unsure & ~np.isnan(scores.shared)
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


def _unsure(row: Row, rule: str) -> bool:
    """Whether a proposal here is neither right nor wrong: another rule's fault that this one may see as well."""
    if rule in row.undecided:
        return True
    return not row.passage.draft and bool(row.passage.wrong) and row.passage.rule != rule


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
    from scipy.sparse import csr_matrix, hstack
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


@dataclass(slots=True)
class Training:
    """All that training makes: the bytes of the judge's file, and the figures out of fold."""

    data: bytes
    manifest: dict[str, Any]
    patterns: dict[str, Figures] = field(default_factory=dict)
    alone: dict[str, Figures] = field(default_factory=dict)
    both: dict[str, Figures] = field(default_factory=dict)
    reliability: list[tuple[float, float, int]] = field(default_factory=list)
    poor: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The rules that are left to their patterns, with their faulty sentences and near misses."""


def train(
    rows: Sequence[Row],
    levels: Mapping[str, Level] | None = None,
    sums: Mapping[str, str] | None = None,
    progress: Progress = _silent,
) -> Training:
    """Train the judge on these rows; `levels` gives the rules' levels, `sums` the sha256 of every input.

    Raises TrainingError where no rule has enough text.
    """
    table = tabulate(rows)
    rules = trainable(table)
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
    training.poor = {rule: (wrong[rule], near[rule]) for rule in sorted(levels or {}) if rule not in fitted}
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
    told = judging.telling(judging.Reason(words, round(weight, 3)) for words, weight in named)
    sides: dict[bool, list[judging.Reason]] = {True: [], False: []}
    for reason in told:
        side = sides[reason.weight > 0]
        if len(side) < TELLING:
            side.append(reason)
        if min(map(len, sides.values())) >= TELLING:
            break
    return [(reason.words, reason.weight) for side in sides.values() for reason in side]


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


def pack(manifest: Mapping[str, Any], table: Table, fitted: Mapping[str, Fitted]) -> bytes:
    """The judge's file: an .npz without compression and with fixed dates, the same bytes for the same content."""
    gaps, weights = zip(*(_gaps(row.places, row.weights) for row in fitted.values()), strict=True)
    arrays: dict[str, npt.NDArray[Any]] = {
        "manifest": np.frombuffer(json.dumps(manifest, sort_keys=True).encode(), np.uint8),
        "keys": table.keys,
        "rarity": table.rarity,
        "gaps": np.concatenate(gaps),
        "weights": np.concatenate(weights),
        "sizes": np.array([len(part) for part in gaps], np.int64),
        "scales": np.array([row.scale for row in fitted.values()], np.float32),
    }
    return _npz(arrays)


def _gaps(places: npt.NDArray[np.int64], weights: npt.NDArray[np.int8]) -> tuple[Any, Any]:
    """Ascending places as steps of at most 16 bits; a step too wide is filled with weights of 0."""
    steps: list[int] = []
    filled: list[int] = []
    last = 0
    for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
        while place - last > 0xFFFF:
            steps.append(0xFFFF)
            filled.append(0)
            last += 0xFFFF
        steps.append(place - last)
        filled.append(weight)
        last = place
    return np.array(steps, np.uint16), np.array(filled, np.int8)


def _npz(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            archive.writestr(info, part.getvalue())
    return out.getvalue()


def made_with() -> dict[str, str]:
    """The versions that the result depends on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "spacy")}


def sums(folder: Path, rule_folders: Iterable[Path] = ()) -> dict[str, str]:
    """The sha256 of all that a judge is made from: the labelled text in `folder` and every rule, act and list.

    Text goes by its file's name, a rule file by `rules/` and its path without the ending; a rule of one's own replaces
    one of the same name, as it does when rules are loaded.
    """
    from highnote.rule import built_in_folder

    found = {file.name: _digest(file) for file in sorted(folder.glob("*.jsonl"))}
    for rules in (built_in_folder(), *rule_folders):
        for file in sorted(rules.glob("*/*.y*ml")):
            found[f"rules/{file.parent.name}/{file.stem}"] = _digest(file)
    return found


def differences(trained_on: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What a judge was trained on and what is there now, where they differ, a line each."""
    lines = []
    for name in sorted({*trained_on, *there}):
        if name not in there:
            lines.append(f"{name}: the judge was trained on it, and it is gone")
        elif name not in trained_on:
            lines.append(f"{name}: new since the judge was trained")
        elif trained_on[name] != there[name]:
            lines.append(f"{name}: changed since the judge was trained")
    return lines


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def without(rows: Iterable[Row], left_out: Collection[str]) -> list[Row]:
    """The rows whose writer (`abroad`) or fold of drafts (`drafts:0` … `drafts:4`) is not left out."""
    return [row for row in rows if row.passage.fold not in left_out and row.passage.writer not in left_out]


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
