"""The catalogue tests itself: every rule's examples hold, and every rule says why it exists."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from highnote.finding import Level
from highnote.linter import Linter
from highnote.rule import Rule, built_in_folder, load
from highnote.testing import example_linter, failures_of, lint_example, linter_for

CATALOGUE = load()
RULES = CATALOGUE.rules
WHOLE_REPLY = frozenset(rule.id for rule in RULES if rule.scope != "sentence")
"""Rules about a reply as a whole: a lone example sentence is none, so they have nothing to say about it."""


def ids(rule: Rule) -> str:
    return rule.id


@pytest.fixture(scope="session")
def everything() -> Linter:
    return example_linter()


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_examples_hold(rule: Rule) -> None:
    found = failures_of(rule, linter_for(rule))
    failures = [f"{kind} example {number + 1}: {what}" for kind, number, what in found]
    assert not failures, "\n".join([f"{rule.path.name}: mend the pattern or the example", *failures])


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_rule_says_what_it_must(rule: Rule) -> None:
    assert rule.source, "add `source:`: where the advice comes from and what it says"
    assert len(rule.examples.bad) >= 5, "add bad examples until there are five"
    assert len(rule.examples.good) >= 5, "add good examples until there are five"
    assert len(rule.message) <= 140, "shorten `message` to one sentence of at most 140 characters"
    sentences = re.findall(r"[.!?](?:\s|$)", re.sub(r"“[^”]*”|e\.g\.", "", rule.message))
    assert len(sentences) == 1, "say `message` in one sentence that ends with a full stop"
    assert not re.search(r"\b(violation|offen[cs]e|stupid|must not|forbidden)\b", rule.message, re.IGNORECASE), (
        "say `message` kindly: speak of the reader, not of a violation"
    )
    if rule.scope == "sentence":
        unmarked = [e.text for e in rule.examples.bad if not e.marks]
        assert not unmarked, f"mark what is flagged with <mark>…</mark> in: {unmarked}"


def test_identifiers_are_paths() -> None:
    for rule in RULES:
        assert rule.path == built_in_folder() / f"{rule.id}.yaml"
        assert re.fullmatch(r"[a-z-]+/[a-z-]+", rule.id), f"name {rule.path} with small letters and hyphens"


def test_examples_stand_once() -> None:
    texts = Counter(
        e.plain for rule in RULES for e in (*rule.examples.bad, *rule.examples.good) if not (e.customer or e.thread)
    )
    doubles = [text for text, times in texts.items() if times > 2]
    assert not doubles, f"one example, one place: {doubles}"


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_no_rule_flags_the_good_example_of_another(rule: Rule, everything: Linter) -> None:
    noisy = []
    for example in rule.examples.good:
        for finding in lint_example(everything, example, chat=True).findings:
            if finding.level is not Level.INFO and finding.rule not in WHOLE_REPLY:
                noisy.append(f"{finding.rule} flags “{finding.text}” in “{example.plain}”")
    assert not noisy, "\n".join(noisy)


@pytest.mark.parametrize("rule", [r for r in RULES if any(e.fixed for e in r.examples.bad)], ids=ids)
def test_no_rule_flags_a_fixed_text(rule: Rule, everything: Linter) -> None:
    noisy = []
    for example in rule.examples.bad:
        if example.fixed is None:
            continue
        before = {f.rule for f in lint_example(everything, example, chat=True).findings}
        fixed = example.model_copy(update={"text": example.fixed})
        for finding in lint_example(everything, fixed, chat=True).findings:
            if finding.rule not in before and finding.level is not Level.INFO and finding.rule not in WHOLE_REPLY:
                noisy.append(f"{finding.rule} flags “{finding.text}” in “{example.fixed}”")
    assert not noisy, "\n".join(noisy)


@pytest.mark.parametrize("act", CATALOGUE.acts, ids=lambda act: act.id)
def test_act_examples_hold(act, everything: Linter) -> None:
    from highnote import reading

    for kind in ("bad", "good"):
        for example in getattr(act.examples, kind):
            reply = everything.read(reading.read_text(example.plain))
            done = any(act.id in sentence.acts for sentence in reply.parsed.sentences)
            assert done == (kind == "bad"), f"{act.path.name}: “{example.plain}” is {'not ' if not done else ''}found"
