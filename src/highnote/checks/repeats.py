"""What an earlier reply of ours said already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from highnote.finding import Evidence
from highnote.language import Sentence
from highnote.reply import Proposal, Reply

Options = Mapping[str, Any]
_PARTLY = 5.0
"""What it costs, of 100, that a sentence is only part of the other."""


def repeated_reply(reply: Reply, options: Options) -> Iterator[Proposal]:
    """A paragraph of the draft that says again what an earlier reply of ours said."""
    earlier = [(i, s) for i, m in enumerate(reply.thread) if m.sender == "agent" for s in reply.message(i).body]
    if not earlier:
        return
    from rapidfuzz import fuzz

    alike, words = float(options.get("alike", 85)), int(options.get("least_words", 7))
    for block in _blocks(reply.body):
        again: list[tuple[Sentence, int, Sentence]] = []
        for sentence in block:
            if len(sentence.text.split()) < words or "?" in sentence.text or "wish" in sentence.acts:
                continue
            for i, old in earlier:
                if len(old.text.split()) >= words and _same(fuzz, sentence.text, old.text, words) >= alike:
                    again.append((sentence, i, old))
                    break
        if again and sum(len(s.text) for s, _, _ in again) >= 0.25 * sum(len(s.text) for s in block):
            first, index, old = again[0]
            evidence = Evidence(
                message=index, start=old.start, end=old.end, text=reply.thread[index].text[old.start : old.end]
            )
            yield Proposal(first.start, again[-1][0].end, first, evidence=evidence)


def _same(fuzz: Any, one: str, other: str, words: int) -> float:
    """How alike two sentences are, 0 to 100; one that stands whole in the other is as good as the same."""
    one, other = one.lower(), other.lower()
    alike = float(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)))
    short = min(one, other, key=len)
    return max(alike, fuzz.partial_ratio(one, other) - _PARTLY) if len(short.split()) >= words else alike


def _blocks(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    found: list[list[Sentence]] = []
    for sentence in sentences:
        if found and found[-1][-1].block is sentence.block:
            found[-1].append(sentence)
        else:
            found.append([sentence])
    return found
