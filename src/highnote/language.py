"""Messages as sentences: what is read of each, worked out when it is first asked for and remembered.

A sentence is read by itself, so that what is found in it does not hang on its neighbours, and so that an edit leaves the
reading of the other sentences as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from highnote import model as models
from highnote.clauses import Clause, clauses
from highnote.draft import Block, Zone
from highnote.sentences import split
from highnote.tokens import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc as SpacyDoc

    from highnote.draft import Draft

PROSE = frozenset({Zone.GREETING, Zone.BODY, Zone.CLOSING})
"""Zones whose sentences are read; quotes and signatures are not ours to judge."""

PLAIN = str.maketrans("\t\n–—€", "  --¤")
"""Keeps a token on its line, and its signs in Latin-1: regular expressions with sets of others compile slowly."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence as one string, for regular expressions over tokens: see `highnote.pattern`."""

    text: str
    offsets: tuple[int, ...]
    """Where each token begins in `text`."""
    first: int
    """Index of the first token in its spaCy Doc."""

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The token range (indices in the Doc, end exclusive) for `text[start:end]`."""
        return self.first + bisect_right(self.offsets, start) - 1, self.first + bisect_right(self.offsets, end - 1)


def _encode(span: Span) -> Encoded:
    parts, offsets, at = [], [], 0
    for token in span:
        part = _line(token.norm_, token.lemma_, token.pos_, token.tag_, token.dep_)
        offsets.append(at)
        at += len(part)
        parts.append(part)
    return Encoded("".join(parts), tuple(offsets), span.start)


@lru_cache(maxsize=50_000)
def _line(norm: str, lemma: str, pos: str, tag: str, dep: str) -> str:
    norm = norm.lower().translate(PLAIN)
    lemmas = dict.fromkeys([lemma.lower().translate(PLAIN), norm, *models.base_forms(norm)])
    return f"{norm}\t/{'/'.join(lemmas)}/\t{pos} {tag} {dep}\n"


@lru_cache(maxsize=50_000)
def _keys(line: str) -> frozenset[str]:
    norm, lemmas, _ = line.split("\t")
    return frozenset((norm, *lemmas[1:-1].split("/")))


class Words:
    """What can be told from the words of a sentence alone; worked out when it is first asked for."""

    def __init__(self, text: str, model: models.Model) -> None:
        self.text = text
        self._model = model
        self._span: Span | None = None
        self.judged: dict[object, Any] = {}
        """What the judge says of the sentence, by what it was asked about."""
        self.found: dict[object, Any] = {}
        """What sets of patterns match, once they were tried (`highnote.matching.Index`)."""
        self.acts: dict[object, dict[str, list[tuple[int, int]]]] = {}
        """The acts, once they were looked for (`highnote.acts.Acts`), by who looked and in which zone."""

    @property
    def span(self) -> Span:
        """The tokens of the sentence."""
        if self._span is None:
            read([self])
        assert self._span is not None
        return self._span

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return clauses(self.span)

    @cached_property
    def clause_tokens(self) -> tuple[frozenset[int], ...]:
        """The indices of the tokens of each clause."""
        return tuple(frozenset(token.i for token in clause.tokens) for clause in self.clauses)

    @cached_property
    def encoded(self) -> Encoded:
        return _encode(self.span)

    def as_spacy(self) -> SpacyDoc:
        """The sentence as a Doc of spaCy, for its own matchers."""
        return self._model.as_spacy(self.span.doc)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset().union(*map(_keys, self.encoded.text.splitlines()))


def read(sentences: Iterable[Words]) -> None:
    """Tag and parse those sentences (of one language model) that have not been read yet, all in one go."""
    new = [words for words in sentences if words._span is None]
    if new:
        for words, doc in zip(new, new[0]._model.read([words.text for words in new]), strict=True):
            words._span = doc[:]


class Known:
    """Sentences by their text, so that none is read twice; with a limit, the latest ones. Threads may share it."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._words: OrderedDict[str, Words] = OrderedDict()
        self._lock = Lock()

    def words(self, text: str, model: models.Model) -> Words:
        """What is known of a sentence with this text."""
        with self._lock:
            words = self._words.pop(text, None) or Words(text, model)
            self._words[text] = words
            if self._limit is not None and len(self._words) > self._limit:
                self._words.popitem(last=False)
        return words


class Sentence:
    """One sentence of a message. `begin` is its offset in the text of its block; `start` and `end` are source offsets.

    Token indices, and the offsets of tokens, count in the sentence.
    """

    def __init__(self, words: Words, block: Block, begin: int, index: int) -> None:
        self.words = words
        self.block = block
        self.begin = begin
        self.index = index
        self.place = "middle"
        self.acts: dict[str, list[tuple[int, int]]] = {}

    @property
    def span(self) -> Span:
        return self.words.span

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of the sentence, the main one first."""
        return self.words.clauses

    @property
    def encoded(self) -> Encoded:
        """The sentence as one string of its tokens."""
        return self.words.encoded

    @property
    def keys(self) -> frozenset[str]:
        """Every word and base form in the sentence: what the triggers of patterns are looked up in."""
        return self.words.keys

    @property
    def zone(self) -> Zone:
        return self.block.zone

    @property
    def text(self) -> str:
        return self.words.text

    @property
    def start(self) -> int:
        return self.source_span(0, len(self.text))[0]

    @property
    def end(self) -> int:
        return self.source_span(0, len(self.text))[1]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The source span of `text[start:end]`."""
        return self.block.source_span(self.begin + start, self.begin + end)

    def source(self, first: int, last: int) -> tuple[int, int]:
        """The source span of the tokens from `first` up to `last` (exclusive)."""
        doc = self.span.doc
        start, final = doc[first], doc[last - 1]
        return self.source_span(start.idx, final.idx + len(final))

    def tokens_at(self, start: int, end: int) -> tuple[int, int]:
        """The token range that the source span from `start` to `end` touches."""
        touched = [
            t.i for t in self.span if self.source(t.i, t.i + 1)[0] < end and start < self.source(t.i, t.i + 1)[1]
        ]
        return (touched[0], touched[-1] + 1) if touched else (self.span.start, self.span.start)


class Parsed:
    """A message with its sentences read."""

    def __init__(self, draft: Draft, sentences: Iterable[Sentence]) -> None:
        self.draft = draft
        self.sentences = tuple(sentences)
        self.body = tuple(s for s in self.sentences if s.zone is Zone.BODY)
        for sentence in self.body:
            sentence.place = "middle"
        if self.body:
            self.body[0].place = "first"
            self.body[-1].place = "last" if len(self.body) > 1 else "only"

    def zone(self, zone: Zone) -> Iterator[Sentence]:
        return (s for s in self.sentences if s.zone is zone)


_WORD = re.compile(r"\w")


def parse(draft: Draft, model: str | None = None, known: Known | None = None) -> Parsed:
    """The sentences of the greeting, body and closing of a draft, read together; those that are `known` are not read again.

    Raises ModelError when no language model is installed.
    """
    known = Known() if known is None else known
    language = models.load(model)
    sentences: list[Sentence] = []
    for block in draft.blocks:
        if block.zone in PROSE and _WORD.search(block.text):
            for start, end in split(block.text):
                words = known.words(block.text[start:end], language)
                sentences.append(Sentence(words, block, start, len(sentences)))
    read({id(s.words): s.words for s in sentences}.values())
    return Parsed(draft, sentences)
