"""Training of what tells a complaint from other messages (`complaints.json`): `python -m highnote.train_situation FILE…`.

It reads labelled messages (`customer`, `complains`) and labelled drafts with their customers' messages. Of the latter a
message counts as a complaint about us where the draft is labelled with a missing apology or says sorry itself; one whose
draft misses only acknowledgement or thanks is left out as doubtful, any other is none.
Needs the extra `highnote[train]`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from highnote import reading
from highnote.complaints import FILE, FORMAT, Signs, features, signs, words_say
from highnote.draft import Draft
from highnote.english import is_english
from highnote.language import Parsed, parse
from highnote.situation import CERTAIN, LIKELY

_SORRY = re.compile(
    r"\b(?:sorry|apolog|regret|inexcus)(?!\w* (?:to say|but|we (?:don't|can't|cannot)|that (?:we|i) (?:can't|cannot)"
    r"|for (?:the"
    r" (?:late|slow) (?:reply|answer)|your loss)))",
    re.IGNORECASE,
)
_DOUBTFUL = frozenset({"acknowledge/missing", "acknowledge/no-thanks"})
LEAST = 2
"""A feature counts that so many messages have."""
FOLDS = 10
STRENGTH = 1.0
"""Inverse strength of the regularisation of the signs."""


def examples(files: Iterable[Path]) -> Iterator[tuple[str, bool]]:
    """The customers' latest messages with whether they complain."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            item: dict[str, Any] = json.loads(line)
            texts = [m["text"] for m in item.get("thread", ()) if m["from"] == "customer"] or [item.get("customer", "")]
            if not texts[-1]:
                continue
            if "complains" in item:
                yield texts[-1], item["complains"]
                continue
            rules = {label["rule"] for label in item.get("findings", ())}
            complains = "apology/missing" in rules or bool(_SORRY.search(item["draft"]))
            if complains or not rules & _DOUBTFUL:
                yield texts[-1], complains


def fit(rows: Sequence[tuple[Sequence[str], bool]]) -> tuple[float, dict[str, float]]:
    """The weights of a logistic regression over the words: its bias and the weight of each feature."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import Normalizer

    vectorizer = CountVectorizer(analyzer=lambda row: row, binary=True, min_df=LEAST)
    table = Normalizer().fit_transform(vectorizer.fit_transform([row for row, _ in rows]))
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(table, [label for _, label in rows])
    pairs = zip(vectorizer.get_feature_names_out(), model.coef_[0].tolist(), strict=True)
    return round(float(model.intercept_[0]), 3), {str(name): round(weight, 2) for name, weight in sorted(pairs)}


def learn(rows: Sequence[tuple[Sequence[str], Signs, bool]]) -> dict[str, Any]:
    """All weights, as they are stored. How far to trust the words is learned from messages they were not learned from."""
    from sklearn.linear_model import LogisticRegression

    words: list[float] = [0.0] * len(rows)
    for fold in range(FOLDS):
        bias, weights = fit([(row, label) for n, (row, _, label) in enumerate(rows) if n % FOLDS != fold])
        for n in range(fold, len(rows), FOLDS):
            words[n] = words_say(list(rows[n][0]), bias, weights)
    names = list(rows[0][1].values)
    table = [[said, *(found.values[name] for name in names)] for said, (_, found, _) in zip(words, rows, strict=True)]
    labels = [label for _, _, label in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(table, labels)
    for least in (LIKELY, CERTAIN):
        print(f"held out, from {least}: {_figures(model.predict_proba(table)[:, 1].tolist(), labels, least)}")
    bias, weights = fit([(row, label) for row, _, label in rows])
    coefficients = [round(weight, 3) for weight in model.coef_[0].tolist()]
    return {
        "format": FORMAT,
        "bias": {"words": bias, "signs": round(float(model.intercept_[0]), 3)},
        "signs": dict(zip(["words", *names], coefficients, strict=True)),
        "words": weights,
    }


def _figures(likely: Sequence[float], labels: Sequence[bool], least: float) -> str:
    told = [label for odds, label in zip(likely, labels, strict=True) if odds >= least]
    return f"precision {sum(told) / (len(told) or 1):.2f} recall {sum(told) / (sum(labels) or 1):.2f} of {sum(labels)}"


def read(text: str) -> Parsed:
    """A message as the linter reads it."""
    return parse(Draft(text, reading.message_blocks(text)))


def main(arguments: Sequence[str]) -> None:
    """Train on the files named and write the weights beside the package's modules."""
    rows = []
    for text, complains in examples(Path(argument) for argument in arguments):
        message = read(text)
        if is_english(message):
            rows.append((features(message), signs(message), complains))
    target = Path(__file__).with_name(FILE)
    target.write_text(json.dumps(learn(rows), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{target.name}: {len(rows)} messages, {sum(label for *_, label in rows)} complaints")


if __name__ == "__main__":
    main(sys.argv[1:])
