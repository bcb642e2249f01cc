"""Labelled text to train on: the sentences and drafts of `training/`, and the rules' own examples.

Lines of the files: `{"rule", "label": "bad" or "good", "text", "mark", "customer"}` in sentences-WRITER.jsonl; drafts
`{"id", "thread" or "customer", "draft", "date", "findings": [{"rule", "quote"}], "hard_negatives": […]}` in others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from highnote.finding import Message

if TYPE_CHECKING:
    from highnote.rule import Rule

PARTS = 5
"""Drafts are left out a fifth at a time."""
DRAFTS, EXAMPLES = "drafts", "examples"


class TrainingError(Exception):
    """The text cannot be trained on; the message says why, and where."""


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
