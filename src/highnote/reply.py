"""The draft together with all that is known beside it: what rules and checks look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, wraps
from typing import Any, TypeVar

from highnote.draft import Blanks, Zone
from highnote.finding import Evidence, Message
from highnote.language import Parsed, Sentence
from highnote.situation import Situation, situation

_PART = re.compile(
    r"(?:^\W*\(?|\s\(?|[.…,!?]\(?)[1-9] ?/ ?[1-9]\b\)?[\s^*\w]{0,12}$|^\W*[1-9]/[1-9]\b|\.\.\.$|…$|\(cont\w*\.*\)"
)
_CUT_OFF = re.compile(r"\b(?:an?|the|your|our|my|their|such|and|or)$|^(?:you|we|i|it|they)$", re.IGNORECASE)
"""What cannot be a reply's last word: the rest of it was lost or follows."""
AT_ONCE = timedelta(minutes=15)
"""Within so long an answer is part of a talk."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that a rule would flag, before the judge has seen it.

    `start` and `end` are source offsets, equal for something that is absent from the whole draft. `pattern` counts the
    rule's patterns from 0, and `also` are those that propose the same sentence; `fields` fills the blanks of the rule's
    message.
    """

    start: int
    end: int
    sentence: Sentence | None = None
    pattern: int = 0
    also: tuple[int, ...] = ()
    evidence: Evidence | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class Conversation:
    """The messages before a draft, oldest first, each read when it is first asked for."""

    def __init__(self, thread: Sequence[Message], read: Callable[[str], Parsed]) -> None:
        self.thread = tuple(thread)
        self._read = read
        self._messages: dict[int, Parsed] = {}

    def message(self, index: int) -> Parsed:
        """The message at `index`, with its sentences and acts."""
        if index not in self._messages:
            self._messages[index] = self._read(self.thread[index].text)
        return self._messages[index]

    @cached_property
    def asked(self) -> int | None:
        """Index of the customer's latest message; None where there is none."""
        return next((i for i in reversed(range(len(self.thread))) if self.thread[i].sender == "customer"), None)

    @cached_property
    def situation(self) -> Situation:
        """What the customer's latest message is about."""
        return situation(None if self.asked is None else self.message(self.asked))


class Reply:
    """A parsed draft, its thread (oldest message first) and the circumstances of the run."""

    def __init__(
        self,
        parsed: Parsed,
        conversation: Conversation,
        *,
        date: datetime | None = None,
        chat: bool = False,
        valued: bool = False,
        agent_name: str | None = None,
        blanks: Blanks | None = None,
    ) -> None:
        self.parsed = parsed
        self.thread = conversation.thread
        self.date = date
        self.chat = chat
        self.valued = valued
        self.agent_name = agent_name
        self.blanks = blanks or Blanks()
        self._conversation = conversation
        self.memo: dict[object, Any] = {}
        """What was worked out of the reply as a whole, by the function that did (see `once`)."""

    @property
    def body(self) -> tuple[Sentence, ...]:
        return self.parsed.body

    def message(self, index: int) -> Parsed:
        """The message of the thread at `index`, with its sentences and acts."""
        return self._conversation.message(index)

    @property
    def asked(self) -> int | None:
        """Index of the customer's latest message; None where there is none."""
        return self._conversation.asked

    @property
    def customer(self) -> Parsed | None:
        """The customer's latest message, parsed."""
        return None if self.asked is None else self.message(self.asked)

    @property
    def harm(self) -> bool:
        """Whether the customer reports harm; in a chat, with its jokes and half-sentences, only where that is certain."""
        return self.situation.certain if self.chat else self.situation.harm

    @cached_property
    def partial(self) -> bool:
        """Whether the draft is one of several messages ("… 1/2") or cut off, so that what it lacks may stand elsewhere."""
        text, last = self.parsed.draft.source.strip(), self.body[-1].text.strip() if self.body else ""
        return self.chat and bool(_PART.search(text) or text.startswith(("...", "…")) or _CUT_OFF.search(last))

    @cached_property
    def at_once(self) -> bool:
        """Whether the draft is one paragraph that goes out minutes after the message: two who are both there, as in a chat."""
        sent = None if self.asked is None else self.thread[self.asked].date
        if sent is None or self.date is None or (sent.tzinfo is None) != (self.date.tzinfo is None):
            return False
        blocks = [block for block in self.parsed.draft.blocks if block.zone is not Zone.QUOTE and block.text.strip()]
        return len(blocks) <= 1 + (blocks[0].zone is Zone.GREETING) and self.date - sent <= AT_ONCE if blocks else False

    @cached_property
    def ours(self) -> tuple[Sentence, ...]:
        """What we said to the customer's latest message: earlier answers to it, then the body of the draft."""
        later = range(len(self.thread)) if self.asked is None else range(self.asked + 1, len(self.thread))
        return (*(s for i in later for s in self.message(i).body), *self.body)

    @property
    def situation(self) -> Situation:
        """What the customer's latest message is about."""
        return self._conversation.situation

    def body_sentences_with(self, act: str) -> list[Sentence]:
        """The body sentences that do `act`."""
        return [sentence for sentence in self.body if act in sentence.acts]


Made = TypeVar("Made")


def once(function: Callable[[Reply], Made]) -> Callable[[Reply], Made]:
    """The function, its result for a reply worked out once: several rules ask for it."""

    @wraps(function)
    def remembered(reply: Reply) -> Made:
        if function not in reply.memo:
            reply.memo[function] = function(reply)
        made: Made = reply.memo[function]
        return made

    return remembered
