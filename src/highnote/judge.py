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
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence

FORMAT = 2
"""Version of the judge's file and of the features that it was trained on; it rises when either changes."""

GROUPS: Mapping[str, float] = {
    "lemma": 1.0,
    "lemmas": 1.0,
    "word": 1.0,
    "words": 1.0,
    "phrase": 1.0,
    "grammar": 0.5,
    "form": 0.5,
    "clause": 0.7,
}
"""The groups of features with the weight of each; within a group a sentence has length 1, however long it is."""

SHARED = ""
"""The name of the row that all rules share."""

FILE = "judge.npz"

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class JudgeError(Exception):
    """The file of a judge cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Word:
    """A token as the judge sees it. `norm` and `lemma` are in lower case; `name`: written like a proper name."""

    norm: str
    lemma: str
    tag: str
    name: bool = False


@dataclass(frozen=True, slots=True)
class Features:
    """What the judge sees of a sentence: for every group (in the order of GROUPS) its distinct features, in words."""

    groups: tuple[tuple[str, ...], ...]


_DAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_MONTHS = frozenset({"january", "february", "march", "april", "may", "june", "july"}) | frozenset(
    {"august", "september", "october", "november", "december"}
)
_NUMBER = re.compile(r"#?[\d.,:/-]*\d[\w.,:/-]*")
_CURRENCY = frozenset("£$€")
_START, _END = "^", "$"


def features(sentence: Sentence) -> Features:
    """The features of a sentence that the engine has read."""
    words = [
        Word(t.norm_.lower(), t.lemma_.lower(), t.tag_, t.pos_ == "PROPN" and t.text[:1].isupper())
        for t in sentence.span
        if not t.is_space
    ]
    return features_of(words, clause_features(sentence.clauses))


def features_of(words: Sequence[Word], clauses: Iterable[str] = ()) -> Features:
    """The features of a sentence given as words and what `clause_features` makes of its clauses."""
    norms = [_START, *(_kind(word) or word.norm for word in words), _END]
    lemmas = [_START, *(_kind(word) or word.lemma for word in words), _END]
    tags = [_START, *(word.tag for word in words), _END]
    names = [word.norm for word in words if word.name]
    found: dict[str, Iterable[str]] = {
        "lemma": lemmas[1:-1],
        "lemmas": _runs(lemmas, 2),
        "word": [*norms[1:-1], *names],
        "words": _runs(norms, 2),
        "phrase": _runs(norms, 3),
        "grammar": [*_runs(tags, 2), *_runs(tags, 3)],
        "form": _form(norms[1:-1]),
        "clause": clauses,
    }
    return Features(tuple(tuple(dict.fromkeys(found[group])) for group in GROUPS))


def clause_features(clauses: Iterable[Clause]) -> list[str]:
    """Who does what, and how it is said, for every clause of a sentence."""
    found: list[str] = []
    for clause in clauses:
        who = clause.subject or "-"
        how = [clause.polarity, clause.modal, clause.tense, clause.mood, clause.voice, clause.time, clause.link]
        told = [value for value in how if value and value not in ("positive", "statement", "active")]
        found += [f"{who}: {' '.join(told)}", f"{who} {clause.lemma}", *(f"{who}: {value}" for value in told)]
        found += [f"{clause.lemma} ({value})" for value in told]
        if clause.object:
            found += [f"{who} > {clause.object}", f"{clause.lemma} > {clause.object}"]
        if clause.object_word:
            found += [f"{clause.lemma} > {clause.object_word}", f"{who} > {clause.object_word}"]
        if clause.complement:
            found += [f"{who} be {clause.complement}", f"be {clause.complement} ({clause.polarity})"]
        if clause.subject_owner:
            found += [f"{clause.subject_owner}'s {clause.subject_word}", f"{clause.subject_owner}'s … {clause.lemma}"]
    return found


def _kind(word: Word) -> str:
    """A word for a number, day, month, amount or name, "" for any other."""
    if word.norm in _DAYS:
        return "DAY"
    if word.norm in _MONTHS and word.name:
        return "MONTH"
    if word.norm in _CURRENCY:
        return "MONEY"
    if _NUMBER.fullmatch(word.norm) or word.tag == "CD":
        return "NUM"
    return "NAME" if word.name else ""


def _runs(items: Sequence[str], length: int) -> list[str]:
    return [" ".join(items[i : i + length]) for i in range(len(items) - length + 1)]


def _form(norms: Sequence[str]) -> list[str]:
    """The outward form: how it begins and ends, how long it is, which kinds of facts it holds."""
    first = norms[0] if norms else ""
    facts = [f"has {kind}" for kind in ("NUM", "DAY", "MONTH", "MONEY", "NAME") if kind in norms]
    marks = [f"has {mark}" for mark in ("?", "!") if mark in norms]
    return [f"begins {first}", f"about {min(len(norms) // 5, 6) * 5} words", *facts, *marks]


def key(group: str, feature: str) -> int:
    """The number by which a feature is looked up (32 bits)."""
    return crc32(f"{group}\t{feature}".encode())


_STARTS = [crc32(f"{group}\t".encode()) for group in GROUPS]
_NUMBERS = np.arange(len(GROUPS))
_WEIGHTS = np.array(list(GROUPS.values()))


def values(features: Features, keys: npt.NDArray[np.uint32], rarity: Floats) -> tuple[Places, Places, Floats]:
    """The known features: their numbers in order of GROUPS, their places in `keys` (sorted), and their values."""
    sizes = [len(members) for members in features.groups]
    count = sum(sizes)
    if not count or not len(keys):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    wanted = np.fromiter(
        (
            crc32(member.encode(), start)
            for start, members in zip(_STARTS, features.groups, strict=True)
            for member in members
        ),
        np.uint32,
        count,
    )
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    known = np.flatnonzero(keys[at] == wanted)
    places = at[known]
    rare = rarity[places]
    group = np.repeat(_NUMBERS, sizes)[known]
    lengths = np.sqrt(np.bincount(group, rare * rare, len(GROUPS)))
    lengths[lengths == 0] = 1
    return known, places, (rare * (_WEIGHTS / lengths)[group]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that speaks for a finding (weight above 0) or against it (below 0), in words."""

    words: str
    weight: float


_IN_WORDS = {
    "lemma": "the word “{}” in any form",
    "lemmas": "the words “{}” in any form",
    "word": "the word “{}”",
    "words": "the words “{}”",
    "phrase": "the words “{}”",
    "grammar": "the parts of speech {}",
    "form": "the sentence {}",
    "clause": "the clause {}",
}


_SLOTS = {"NUM": "(a number)", "DAY": "(a day)", "MONTH": "(a month)", "MONEY": "(an amount)", "NAME": "(a name)"}
_WHO = {"customer": "the customer", "third": "somebody else", "-": "nobody named"}
_OWNERS = {"customer": "the customer's", "us": "our"}


def in_words(group: str, feature: str) -> str:
    """A feature told to the reader of a report."""
    if group == "clause":
        return _IN_WORDS[group].format(_clause_in_words(feature))
    text = re.sub(r"^\^ ", "(at the start) ", re.sub(r" \$$", " (at the end)", feature))
    if group in ("lemma", "lemmas", "word", "words", "phrase"):
        text = " ".join(_SLOTS.get(word, word) for word in text.split())
    return _IN_WORDS[group].format(text)


def _clause_in_words(feature: str) -> str:
    """A feature made by `clause_features`, with the parties by name."""
    doer, told, how = feature.partition(": ")
    if told:
        return f"of {_WHO.get(doer, doer)}: {how or 'a plain statement'}"
    owner, owns, thing = feature.partition("'s ")
    if owns and owner in _OWNERS:
        return f"{_OWNERS[owner]} {thing}"
    if " > " in feature:
        return " → ".join(_WHO.get(part, part) for part in feature.split(" > "))
    doer, does, verb = feature.partition(" ")
    return f"{'we' if doer == 'us' else _WHO.get(doer, doer)}{does}{verb}"


_FUNCTION_WORDS = """
    a an the this that these those and or but nor so yet if then than as of at by for from in into on onto to with about
    i me my mine we us our ours you your yours he him his she her it its they them their be am is are was were been
    being do does did have has had having will would shall should can could may might must 's 'm 're 've 'll 'd
    there here who which what when where how some any all both each very just also too
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that tell the reader of a report nothing by themselves."""
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
        elif reason.words.startswith((_IN_WORDS["grammar"][:-2], _IN_WORDS["form"][:-2])):
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
    rows = [
        (max(known), sum(known) / len(known), np.log(len(known))) if known else (0.0, 0.0, 0.0) for known in records
    ]
    return np.column_stack([shared, own - np.logaddexp(own, rivals), np.array(rows, np.float64).reshape(-1, 3)])


def rivalry(scores: npt.NDArray[Any], rivals: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """How well the `rivals` (columns of `scores`) suit each row: the logarithm of their summed odds."""
    if not rivals.any():
        return np.full(len(scores), -np.inf)
    others: npt.NDArray[Any] = np.logaddexp.reduce(scores[:, rivals], axis=1)
    return others


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
        self._rivals = {
            rule: np.array([row not in ("", rule, *model["beside"]) for row in rows]) for rule, model in models.items()
        }

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

    def scores(self, features: Features) -> Floats:
        """How well a sentence suits every rule: worked out once, whatever number of rules propose it."""
        _, places, numbers = values(features, self._keys, self._rarity)
        found: Floats = (numbers @ self._weights[places].astype(np.float32)) * self._scales + self._offsets
        return found

    def confidence(self, rule: str, scores: Floats, patterns: Sequence[str] = ()) -> float | None:
        """How sure it is that a proposal of `rule` in this sentence is right, from 0 to 1; None without a model.

        `scores` is what `scores` says of the sentence; `patterns` are those of the rule that propose it, as written: what
        they were right about in training counts.
        """
        model = self.manifest["rules"].get(rule)
        if model is None:
            return None
        row, own = scores[None, :], scores[self._number[rule], None]
        known = [model["records"].get(pattern, 0.0) for pattern in patterns]
        told = signs(row[:, self._number[SHARED]], own, rivalry(row, self._rivals[rule]), [known])
        sum_ = model["slope"] * float(own[0]) + float(told[0] @ self.manifest["signs"]) + model["intercept"]
        return float(1 / (1 + np.exp(-sum_)))

    def threshold(self, rule: str) -> float:
        """The confidence below which a proposal of `rule` is dropped; 0 without a model."""
        model = self.manifest["rules"].get(rule)
        return 0.0 if model is None else float(model["threshold"])

    def reasons(self, rule: str, features: Features | None = None, n: int = 6) -> tuple[Reason, ...]:
        """The telling features, the strongest first: of this sentence, or of the rule's model as a whole."""
        model = self.manifest["rules"].get(rule)
        if model is None:
            return ()
        if features is None:
            strongest = sorted(model["strongest"], key=lambda pair: -abs(pair[1]))
            return tuple(islice(telling(Reason(words, weight) for words, weight in strongest), n))
        known, places, numbers = values(features, self._keys, self._rarity)
        own, shared = self._number[rule], self._number[SHARED]
        share = np.float32(model["share"]) * self._scales[shared]
        parts = (self._weights[places, own] * self._scales[own] + self._weights[places, shared] * share) * numbers
        names = [(group, member) for group, members in zip(GROUPS, features.groups, strict=True) for member in members]
        ordered = (Reason(in_words(*names[known[i]]), float(parts[i])) for i in _strongest(parts) if parts[i])
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
