"""Training of what tells answered asks from unanswered ones (`answers.json`): `python -m highnote.train_questions FILE…`.

It reads labelled replies (JSON lines): with `asks` (`text`, `state`), or with `thread` and `findings` as drafts are
labelled. It prints how well asks of the first kind are told that the weights were not learned from (ten folds over the
files' items). Needs the extras `highnote[train]` and `highnote[semantic]`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from highnote import reading
from highnote.answers import SEMANTIC_SIGNS, SIGNS, Signs, signs
from highnote.asks import Ask, asks
from highnote.config import Config
from highnote.finding import Message
from highnote.linter import Linter
from highnote.questions import FILE, FORMAT, UNANSWERED, doubt
from highnote.semantic import Similarity, similarity

FOLDS = 10
STRENGTH = 0.5
"""Inverse strength of the regularisation."""
INCIDENTAL = 0.15
"""The weight of an answered ask in a draft that was labelled for other things."""
UNANSWERED_RULES = frozenset({"stock/unanswered-question", "resolution/request-ignored"})
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """An ask with its signs; `item` names the draft it is from, `main` tells asks that were labelled one by one."""

    item: str
    main: bool
    unanswered: bool
    shown: Signs


def examples(files: Iterable[Path], likeness: Similarity | None) -> Iterator[Example]:
    """The labelled asks of the files."""
    linter = Linter(Config(select=("stock/unanswered-question",), judge=False))
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            item: dict[str, Any] = json.loads(line)
            texts = [m["text"] for m in item.get("thread", ()) if m["from"] == "customer"] or [item.get("customer", "")]
            if not texts[-1]:
                continue
            reply = linter.read(reading.read_text(item["draft"]), [Message(sender="customer", text=texts[-1])])
            message = reply.message(0)
            found = asks(message)
            shown = signs(found, message, reply.body, likeness)
            for ask, sign in zip(found, shown, strict=True):
                state = _state(ask, item, texts[-1])
                if state is not None:
                    yield Example(f"{file}:{number}", "asks" in item, state, sign)


def _state(ask: Ask, item: Mapping[str, Any], text: str) -> bool | None:
    """Whether an ask is labelled as unanswered; None where nothing is known."""
    if "asks" in item:
        labels = [label["state"] == "unanswered" for label in item["asks"] if _touches(ask, text, label["text"])]
        return any(labels) if labels else None
    missed = [label for label in item.get("findings", ()) if label["rule"] in UNANSWERED_RULES]
    quotes = [label.get("question") or label.get("quote") or "" for label in missed]
    if any(quote and _touches(ask, text, quote) for quote in quotes):
        return True
    return "" in quotes and ask.kind == "request"


def _touches(ask: Ask, text: str, quote: str) -> bool:
    start = text.find(quote)
    return start >= 0 and ask.start < start + len(quote) and start < ask.end


def fit(rows: Sequence[Example], directions: Mapping[str, int]) -> dict[str, float]:
    """A logistic regression in which each sign can only speak the way it should."""
    from scipy.optimize import minimize  # type: ignore[import-untyped,unused-ignore]

    table = np.array([[row.shown.values.get(name, 0.0) for name in directions] for row in rows])
    answered = np.array([-1.0 if row.unanswered else 1.0 for row in rows])
    weight = np.array([1.0 if row.main or row.unanswered else INCIDENTAL for row in rows])
    spread = table.std(axis=0) + 1e-6
    scaled = (table - table.mean(axis=0)) / spread

    def loss(parameters: Numbers) -> tuple[float, Numbers]:
        margin = answered * (scaled @ parameters[:-1] + parameters[-1])
        slope = -answered / (1 + np.exp(margin)) * weight
        penalty = parameters[:-1] / STRENGTH
        value = (weight * np.logaddexp(0, -margin)).sum() + (parameters[:-1] @ penalty) / 2
        return float(value), np.append(scaled.T @ slope + penalty, slope.sum())

    bounds = [(0, None) if d > 0 else (None, 0) if d < 0 else (None, None) for d in directions.values()]
    start = np.zeros(len(directions) + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = found[:-1] / spread
    bias = float(found[-1] - weights @ table.mean(axis=0))
    return {
        "bias": round(bias, 3),
        **{n: round(float(w), 3) for n, w in zip(directions, weights, strict=True) if abs(w) > 1e-3},
    }


def figures(rows: Sequence[Example], directions: Mapping[str, int]) -> str:
    """Precision and recall of "unanswered" on asks that the weights were not learned from, and on those they were."""
    items = sorted({row.item for row in rows if row.main})
    held_out: list[tuple[bool, bool]] = []
    for fold in range(FOLDS):
        test = {item for number, item in enumerate(items) if number % FOLDS == fold}
        weights = fit([row for row in rows if row.item not in test], directions)
        held_out += [_told(row, weights) for row in rows if row.main and row.item in test]
    weights = fit(rows, directions)
    seen = [_told(row, weights) for row in rows if row.main]
    return f"held out: {_ratios(held_out)}; learned from: {_ratios(seen)}"


def _told(row: Example, weights: Mapping[str, float]) -> tuple[bool, bool]:
    return doubt(row.shown, weights) >= UNANSWERED, row.unanswered


def _ratios(pairs: Sequence[tuple[bool, bool]]) -> str:
    both = sum(told and true for told, true in pairs)
    told, true = sum(told for told, _ in pairs), sum(true for _, true in pairs)
    return f"precision {both / (told or 1):.2f} recall {both / (true or 1):.2f} of {true}"


def main(arguments: Sequence[str]) -> None:
    """Train on the files named and write the weights beside the package's modules."""
    files = [Path(argument) for argument in arguments]
    learned: dict[str, Any] = {"format": FORMAT}
    for name, likeness, directions in (("plain", None, SIGNS), ("semantic", similarity(), SEMANTIC_SIGNS)):
        if name == "semantic" and likeness is None:
            sys.exit("training needs the extra: pip install 'highnote[semantic]'")
        rows = list(examples(files, likeness))
        print(f"{name}: {figures(rows, directions)}")
        learned[name] = fit(rows, directions)
    target = Path(__file__).with_name(FILE)
    target.write_text(json.dumps(learned, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
