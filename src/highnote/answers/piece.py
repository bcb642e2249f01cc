"""The pieces of a reply that may each answer something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from highnote.answers.kinds import EMPTY_TALK, KINDS, wordy
from highnote.topics import keys

if TYPE_CHECKING:
    from highnote.language import Sentence
    from highnote.tokens import Token


@dataclass(frozen=True, slots=True)
class Piece:
    """A main clause of the reply with what is subordinate to it: the tokens from `start` to `end` of its Doc."""

    sentence: Sentence
    start: int
    end: int
    text: str
    keys: Mapping[str, float]

    @property
    def tokens(self) -> Iterable[Token]:
        return self.sentence.span.doc[self.start : self.end]

    def brings(self, kind: str) -> bool:
        """Whether the piece holds a kind of thing; see `KINDS`."""
        return bool(KINDS[kind].search(self.text))


def pieces(reply: Iterable[Sentence]) -> list[Piece]:
    """The pieces of a reply that could answer something: no questions of ours, thanks and wishes."""
    found = []
    for sentence in reply:
        parts = _parts(sentence)
        asking = _asking(sentence, parts)
        for start, end in parts:
            span = sentence.span.doc[start:end]
            text = span.text.replace("’", "'")
            if not re.search(r"\w", text) or _MAILBOX.search(text) or (start >= asking and not _PREFERS.search(text)):
                continue
            piece = Piece(sentence, start, end, text, keys(span))
            if not EMPTY_TALK.match(text) or any(map(piece.brings, ("money", "span", "day", "hours"))):
                found.append(piece)
    return found


def _asking(sentence: Sentence, parts: Sequence[tuple[int, int]]) -> int:
    """Where the question of a sentence begins: what is said before a colon, a semicolon or a dash is none."""
    if not sentence.text.rstrip().endswith("?"):
        return sentence.span.end
    doc = sentence.span.doc
    return next((start for start, _ in reversed(parts) if doc[start - 1].text in _DIVIDERS), sentence.span.start)


_DIVIDERS = frozenset({";", ":", "–", "—"})


def _parts(sentence: Sentence) -> list[tuple[int, int]]:
    """Token ranges of the main clauses that are strung together in a sentence."""
    cuts = [sentence.span.start]
    for token in sentence.span:
        if token.i - cuts[-1] < 3 or token.i + 3 >= sentence.span.end:
            continue
        if token.text in _DIVIDERS or ((token.text == "," or token.dep_ == "cc") and _clause_follows(token)):
            cuts.append(token.i + 1 if token.is_punct else token.i)
    return list(zip(cuts, [*cuts[1:], sentence.span.end], strict=True))


def _clause_follows(token: Token) -> bool:
    """A clause with a subject of its own comes after this comma or "and"."""
    rest = token.doc[token.i + 1 : min(token.sent.end, token.i + 7)]
    return any(
        t.dep_ in {"nsubj", "nsubjpass", "expl"}
        and t.head.dep_ in {"conj", "ROOT", "ccomp"}
        and t.head.pos_ in {"VERB", "AUX"}
        and t.head.i > token.i
        and t.left_edge.i <= token.i + 3
        for t in rest
    )


_PREFERS = wordy("prefer|rather|which")
_MAILBOX = wordy(
    r"(?:mailbox|inbox|e-?mail|message|repl(?:y|ies)|answers)\b.{0,40}\b(?:unattended|unmonitored|no-?reply"
    r"|(?:not|cannot|can't|n't|no longer) (?:be )?(?:monitored|read|answered|checked))"
)
