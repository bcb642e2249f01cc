"""What the customer gave already and the draft asks for again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from highnote import later
from highnote.reply import Proposal, Reply
from highnote.wording import CLASSES, wording, words


@dataclass(frozen=True)
class _Item:
    """A piece of information: how replies ask for it, and how a message reads that holds it.

    `name` is what both call it; empty where it goes by several names.
    """

    name: str
    ways: Mapping[str, Sequence[str]]

    @cached_property
    def asked(self) -> re.Pattern[str]:
        return self._wording("asked")

    @cached_property
    def given(self) -> re.Pattern[str]:
        return self._wording("given")

    def _wording(self, key: str) -> re.Pattern[str]:
        return wording(phrase.replace("IT", self.name) for phrase in self.ways[key])


@cache
def _items() -> tuple[_Item, ...]:
    """The items of `words/information.yaml`; one with `of` stands for several, its IT for the name of each."""
    return tuple(_Item(name, entry) for entry in words("information").values() for name in entry.get("of", ("",)))


_ASKS = later.compile(
    r"\?|\b(?:please|pls|kindly|could you|can you|would you|need|needed|require|required|send|provide|give|share"
    r"|tell|confirm"
    r"|reply with|attach|upload|let (?:me|us) (?:know|have)|fill in|quote|glad of|grateful for)\b",
    re.IGNORECASE,
)
_AFTER = later.compile(r"\?|\b(?:needed|required)\b", re.IGNORECASE)
"""Where the asking may follow what is asked for; elsewhere it stands before it."""
_HAVE = later.compile(
    r"\b(?:remove|delete|hide|no need|don't need|do not need|needn't|nothing more|already"
    r"|not (?:be )?(?:needed|required|necessary)|have your|thank\w*|giving|in case|if (?:you"
    r"|it|the|any)"
    r"|another|different|change|changed|wrong|our|back on|double[- ]check|your \w+ shows?"
    r"|you (?:sent|attached|gave|enclosed|provided|mention))\b",
    re.IGNORECASE,
)
_VALUE = later.compile(CLASSES["CODE"] + r"|\S+@\S+", re.IGNORECASE)


def repeat_info(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Sentences that ask for what the customer gave already."""
    said = "\n".join(m.text.replace("’", "'") for m in reply.thread if m.sender == "customer")
    if not said.strip():
        return
    lower = said.lower()
    given = [item for item in _items() if item.name in lower and item.given.search(said)]
    for sentence in reply.body:
        text = sentence.text.replace("’", "'")
        asks = _ASKS.search(text)
        if asks is None or _confirms(text, said):
            continue
        for item in given:
            match = item.asked.search(text, 0 if _AFTER.search(text) else asks.start())
            if match and not _HAVE.search(text[max(match.start() - 30, 0) : match.end() + 20]):
                yield Proposal(sentence.start, sentence.end, sentence, fields={"item": match[0]})
                break


def _confirms(text: str, said: str) -> bool:
    """The sentence gives the thing back instead of asking for it."""
    return any(len(value) > 2 and value in said for value in _VALUE.findall(text))
