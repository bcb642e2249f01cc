"""Training of what tells a complaint from other messages (`harm.json`): `python -m highnote.train_situation FILE…`.

It reads labelled drafts with their customers' messages. A message counts as a complaint about us where the draft is
labelled with a missing apology or says sorry itself; one whose draft misses only acknowledgement or thanks is left out
as doubtful, any other is none.
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
from highnote.draft import Draft
from highnote.language import parse
from highnote.situation import FILE, FORMAT, features

_SORRY = re.compile(r"\b(?:sorry|apolog|regret|inexcus)", re.IGNORECASE)
_DOUBTFUL = frozenset({"acknowledge/missing", "acknowledge/no-thanks"})
LEAST = 2
"""A feature counts that so many messages have."""


def examples(files: Iterable[Path]) -> Iterator[tuple[str, bool]]:
    """The customers' latest messages with whether they complain."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            item: dict[str, Any] = json.loads(line)
            texts = [m["text"] for m in item.get("thread", ()) if m["from"] == "customer"] or [item.get("customer", "")]
            if not texts[-1]:
                continue
            rules = {label["rule"] for label in item.get("findings", ())}
            complains = "apology/missing" in rules or bool(_SORRY.search(item["draft"]))
            if complains or not rules & _DOUBTFUL:
                yield texts[-1], complains


def fit(rows: Sequence[tuple[Sequence[str], bool]]) -> dict[str, Any]:
    """The weights of a logistic regression, as they are stored."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import Normalizer

    vectorizer = CountVectorizer(analyzer=lambda row: row, binary=True, min_df=LEAST)
    table = Normalizer().fit_transform(vectorizer.fit_transform([row for row, _ in rows]))
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(table, [label for _, label in rows])
    pairs = zip(vectorizer.get_feature_names_out(), model.coef_[0].tolist(), strict=True)
    known = {str(name): round(weight, 2) for name, weight in sorted(pairs)}
    return {"format": FORMAT, "bias": round(float(model.intercept_[0]), 3), "weights": known}


def main(arguments: Sequence[str]) -> None:
    """Train on the files named and write the weights beside the package's modules."""
    rows = []
    for text, complains in examples(Path(argument) for argument in arguments):
        message = parse(Draft(text, reading.message_blocks(text)))
        rows.append((features(message), complains))
    target = Path(__file__).with_name(FILE)
    target.write_text(json.dumps(fit(rows), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{target.name}: {len(rows)} messages, {sum(label for _, label in rows)} complaints")


if __name__ == "__main__":
    main(sys.argv[1:])
