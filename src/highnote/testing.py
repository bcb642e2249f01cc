"""Testing rules by their own examples, and telling what each pattern does on labelled text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from highnote import reading
from highnote.config import Config
from highnote.finding import Finding, Level, Message, Report
from highnote.linter import Linter
from highnote.rule import Example, Rule


def example_linter(config: Config | None = None, **changes: Any) -> Linter:
    """A linter at info level that leaves nothing out, for examples."""
    return Linter((config or Config()).model_copy(update={"level": Level.INFO, **changes}))


def linter_for(rule: Rule, config: Config | None = None) -> Linter:
    """A linter for the examples of one rule, and that rule alone; only an allow is idle or not beside all others."""
    return example_linter(config, select=() if rule.category == "allow" else (rule.id,))


def lint_example(linter: Linter, example: Example, *, chat: bool = False) -> Report:
    """The report on an example's text with its thread; `chat` where the example is no whole mail."""
    changes = {"chat": linter.config.chat or chat or example.chat, "valued": linter.config.valued or example.valued}
    draft = reading.read(example.plain, example.format, template=example.template)
    return linter.but(**changes).lint(draft, thread=thread_of(example), date=example.date)


def thread_of(example: Example) -> tuple[Message, ...]:
    """The thread of an example, oldest message first."""
    messages = [Message(sender=m.sender, text=m.text, date=m.date) for m in example.thread]
    if example.customer is not None:
        messages.append(Message(sender="customer", text=example.customer))
    return tuple(messages)


def failures_of(rule: Rule, linter: Linter) -> Iterator[tuple[str, int, str]]:
    """The examples of a rule that do not hold, as (kind, number, what happened)."""
    for number, example in enumerate(rule.examples.bad):
        report = lint_example(linter, example)
        own = [finding for finding in report.findings if finding.rule == rule.id]
        if not own:
            yield "bad", number, f"nothing is found in “{example.plain}”"
        elif example.marks and (missed := _missed(example, own)):
            found = "; ".join(f"“{f.text}”" for f in own)
            yield "bad", number, f"“{missed}” is marked, but {found} is flagged"
        elif example.fixed is not None and report.rewritten.strip() != example.fixed.strip():
            yield "bad", number, f"the fix gives “{report.rewritten}”, not “{example.fixed}”"
    for number, example in enumerate(rule.examples.good):
        for finding in lint_example(linter, example).findings:
            if finding.rule == rule.id:
                yield "good", number, f"“{finding.text or '(the whole draft)'}” is flagged in “{example.plain}”"


def _missed(example: Example, findings: Sequence[Finding]) -> str | None:
    """A marked span that no finding overlaps."""
    for start, end in example.marks:
        if not any(f.start < end and start < f.end for f in findings):
            return example.plain[start:end]
    return None


@dataclass(slots=True)
class PatternCount:
    """How often a pattern fired on labelled text: on bad places of its rule, on near misses and clean text, elsewhere.

    The `kept` counts are what the judge leaves of them; `samples` are the texts flagged wrongly that it leaves.
    """

    rule: str
    number: int
    text: str
    right: int = 0
    right_kept: int = 0
    wrong: int = 0
    wrong_kept: int = 0
    unlabelled: int = 0
    unlabelled_kept: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what is known of it: the spans that a rule should flag, and the rules it must not flag."""

    text: str
    bad: dict[str, tuple[tuple[int, int], ...]]
    good: frozenset[str]
    clean: bool
    thread: tuple[Message, ...] = ()
    chat: bool = False


def labelled(paths: Iterable[Path]) -> Iterator[Labelled]:
    """The texts of labelled JSON lines: sentences (`rule`, `label`, `text`, `mark`), drafts (`draft`, `findings`), or plain turns.

    Raises ValueError naming file and line when a line is no JSON object.
    """
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: this line is no JSON: {error.msg}") from error
            yield _labelled(item)


def _labelled(item: dict[str, Any]) -> Labelled:
    if "rule" in item:
        text = item["text"]
        bad: dict[str, tuple[tuple[int, int], ...]] = {}
        if item["label"] == "bad":
            start = max(text.find(item.get("mark") or text), 0)
            bad[item["rule"]] = ((start, start + len(item.get("mark") or text)),)
        customer = item.get("customer")
        known = (Message(sender="customer", text=customer),) if customer else ()
        return Labelled(text, bad, frozenset() if bad else frozenset({item["rule"]}), False, known, chat=True)
    text = item.get("draft") or item.get("text") or ""
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    for label in item.get("findings", ()):
        quote = label.get("quote") or ""
        start = text.find(quote) if quote else 0
        spans[label["rule"]] = (*spans.get(label["rule"], ()), (start, start + (len(quote) or len(text))))
    thread = tuple(Message(sender=m["from"], text=m["text"]) for m in item.get("thread", ()))
    if item.get("customer"):
        thread = (Message(sender="customer", text=item["customer"]),)
    traps = frozenset(trap["rule"] for trap in item.get("hard_negatives", ()))
    return Labelled(text, spans, traps, "draft" in item and not spans, thread)


def count_patterns(linter: Linter, texts: Iterable[Labelled]) -> list[PatternCount]:
    """What every pattern of the linter's rules did on labelled texts, before and after the judge."""
    counts = {
        (rule.id, number): PatternCount(rule.id, number, flag.text)
        for rule in linter.rules
        for number, flag in enumerate(rule.flag)
    }
    for text in texts:
        one = linter.but(chat=linter.config.chat or text.chat)
        reply = one.read(reading.read_text(text.text), text.thread)
        dropped = {
            (matcher.owner.id, proposal.sentence.index)
            for matcher, proposal in one.proposals(reply)
            if proposal.sentence is not None and one.confidence(matcher, proposal, reply) is None
        }
        for matcher, proposal in one.every_proposal(reply):
            rule = matcher.owner.id
            kept = proposal.sentence is None or (rule, proposal.sentence.index) not in dropped
            _count(counts[rule, proposal.pattern], rule, (proposal.start, proposal.end), text, kept)
    return list(counts.values())


def _count(count: PatternCount, rule: str, span: tuple[int, int], text: Labelled, kept: bool) -> None:
    start, end = span
    if any((start < b and a < end) or start == end for a, b in text.bad.get(rule, ())):
        count.right += 1
        count.right_kept += kept
    elif rule in text.good or text.clean:
        count.wrong += 1
        count.wrong_kept += kept
        if kept:
            count.samples.append(text.text[start:end] or text.text[:80])
    else:
        count.unlabelled += 1
        count.unlabelled_kept += kept
