"""Counting apologies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from highnote.language import Sentence, at_most
from highnote.reply import Proposal, Reply

_APART = 4
"""Tokens between two apologies of a sentence, at least; closer ones are one apology in two words."""


def excessive(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The sentences whose apologies come after the first `most` ones of the draft."""
    if at_most(reply.body, "apologise") <= options["most"]:
        return
    told = 0
    for sentence in reply.body:
        told += (count := _count(sentence))
        if count and told > options["most"]:
            yield Proposal(sentence.start, sentence.end, sentence, fields={"count": str(told)})


def _count(sentence: Sentence) -> int:
    """How often a sentence apologises."""
    count, last = 0, -_APART
    for start, _ in sorted(sentence.acts.get("apologise", ())):
        if start - last >= _APART:
            count, last = count + 1, start
    return count
