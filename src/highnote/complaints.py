"""How likely a customer's message complains: the signs of harm and mood, weighed by what labelled messages taught.

The weights lie in `complaints.json`, made by `python -m highnote.train_situation`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from highnote.harm import done_by_us, reported
from highnote.moods import feels, joy, shouts, sour
from highnote.remedies import REDRESS, wished
from highnote.wording import phrases

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Parsed, Sentence

FILE = "complaints.json"
FORMAT = 4
"""Version of the file and of the signs; it rises when either changes."""
CAP = 4.0
"""The words alone speak for or against a complaint at most so much (log odds)."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for or against a complaint, by name, besides the words themselves.

    `told` is how much harm is reported in so many words: 1 is plain, 0.5 half so.
    """

    told: float
    upset: bool
    joy: int
    values: Mapping[str, float]


def signs(message: Parsed) -> Signs:
    """The signs in a message that is in English."""
    sentences = [s for s in message.sentences if s.zone.value != "signature"]
    text = " ".join(s.text for s in sentences).replace("’", "'")
    told = [reported(sentence) for sentence in sentences]
    upset, glad = any(map(feels, sentences)), joy(text)
    telling = any(_reports(sentence) for sentence in sentences)
    values = {
        "told": float(max(told, default=0.0) >= 1),
        "half told": float(any(told)),
        "told twice": float(sum(told) >= 2),
        "done by us": float(any(map(done_by_us, sentences))),
        "upset": float(upset),
        "sour": float(sour(text)),
        "joy": float(min(glad, 3)),
        "own slip": float(bool(phrases("complaints", "own slip").search(text))),
        "troubled": float(bool(phrases("complaints", "troubled").search(text))),
        "settled": float(any(_over(sentence) for sentence in sentences)),
        "redress": float(telling and not REDRESS.isdisjoint(wished(sentences))),
        "aftermath": float(telling and bool(phrases("complaints", "aftermath").search(text))),
        "shouts": float(telling and shouts(text)),
        "telling": float(telling),
        "only asks": float(all(s.text.rstrip().endswith("?") for s in sentences)),
    }
    return Signs(sum(told), upset, glad, values)


def likelihood(message: Parsed, found: Signs) -> float:
    """How likely a message with these signs complains, 0 to 1."""
    learned = _learned()
    weights = learned["signs"]
    odds = learned["bias"]["signs"] + weights["words"] * words_say(
        features(message), learned["bias"]["words"], learned["words"]
    )
    return 1 / (1 + math.exp(-odds - sum(weights[name] * value for name, value in found.values.items())))


def words_say(found: list[str], bias: float, weights: Mapping[str, float]) -> float:
    """What the words and clauses of a message say by themselves, in log odds."""
    known = [weights[f] for f in found if f in weights]
    return max(-CAP, min(CAP, bias + sum(known) / math.sqrt(len(known) or 1)))


@cache
def _learned() -> Mapping[str, Mapping[str, float]]:
    found: Mapping[str, Mapping[str, float]] = json.loads(
        resources.files("highnote").joinpath(FILE).read_text(encoding="utf-8")
    )
    return found


def _over(sentence: Sentence) -> bool:
    """The sentence says, and does not ask, that what was wrong is over."""
    text = sentence.text.replace("’", "'")
    return not text.rstrip().endswith("?") and bool(phrases("complaints", "settled").search(text))


def _reports(sentence: Sentence) -> bool:
    """The sentence tells what somebody other than the customer did, or what something is like."""
    return any(
        clause.mood == "statement" and clause.tense in {"past", "present"} and not clause.modal
        and clause.parent is None and (clause.subject != "us" or clause.subject_owner or clause.voice == "passive"
                                       or clause.lemma in {"get", "receive", "find"})
        for clause in sentence.clauses
    )  # fmt: skip


def features(message: Parsed) -> list[str]:
    """The words, word pairs and clauses of a message, each once."""
    found: list[str] = []
    for sentence in message.sentences:
        words = ["^", *("0" if t.like_num else t.norm_.lower() for t in sentence.span if not t.is_space), "$"]
        found += [f"w {word}" for word in words[1:-1]]
        found += [f"b {one} {other}" for one, other in pairwise(words)]
        found += [f"l {t.lemma_.lower()}" for t in sentence.span if t.is_alpha]
        found += [feature for clause in sentence.clauses for feature in _clause_features(clause)]
    return list(dict.fromkeys(found))


def _clause_features(clause: Clause) -> list[str]:
    """Who does what, and how it is said."""
    who = clause.subject or "-"
    how = [v for v in (clause.polarity, clause.modal, clause.tense, clause.mood, clause.voice) if v]
    return [
        f"c {who} {clause.lemma} {clause.polarity}",
        f"c {who} {' '.join(how)}",
        *(f"c {who}: {value}" for value in how),
        *(f"c {clause.lemma} ({value})" for value in how),
        *([f"c be {clause.complement} {clause.polarity}"] if clause.complement else []),
        *([f"c {clause.subject_owner}'s {clause.subject_word}"] if clause.subject_owner else []),
        *([f"c {clause.lemma} > {clause.object_word}"] if clause.object_word else []),
    ]
