"""Messages as sentences: what is read of each, worked out when it is first asked for and remembered.

A sentence is read by itself, so that what is found in it does not hang on its neighbours, and so that an edit leaves the
reading of the other sentences as it was.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence, Set
from functools import cached_property, lru_cache
from itertools import repeat
from threading import Lock
from typing import TYPE_CHECKING, Any

from highnote import model as models
from highnote.clauses import Clause, clauses
from highnote.clauses.signs import FIGURE, ORDER, past
from highnote.clauses.vocabulary import SAME_PAST
from highnote.draft import Block, Zone
from highnote.features import FUNCTION_WORDS, Word
from highnote.sentences import split
from highnote.tokens import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc as SpacyDoc

    from highnote.draft import Draft

PROSE = frozenset({Zone.GREETING, Zone.BODY, Zone.CLOSING})
"""Zones whose sentences are read; quotes and signatures are not ours to judge."""

_PLAIN = str.maketrans("\t\n–—€", "  --¤")
"""Some signs that mean the same, written in one way."""


def plain(word: str) -> str:
    """A word as patterns know it: in small letters, with one kind of dash."""
    return word.lower().translate(_PLAIN)


NONE = frozenset[str]()


LEADS = frozenset([
    "and", "but", "so", "also", "well", "now", "oh", "again", "however", "then", "hi", "hello", "dear", "please", "just", "or",
    "plus", "yes", "no", ",", "-",
])  # fmt: skip
"""Words that may stand before what a sentence begins with."""
_BEFORE_ORDERS = LEADS | frozenset([
    "not", "kindly", "simply", "first", "next", "instead", "otherwise", "do", "never", "always", "either", "if", "until",
    "when", "once", "today", "maybe", "perhaps", "ok", "okay", "meanwhile", "thus", "therefore", "hence", "least",
])  # fmt: skip
"""Words that may stand before an order."""
_BREAKS = frozenset(";:-")
"""Marks after which a sentence begins again."""
_WORDY = re.compile(r"\w")
_FIGURES = re.compile(r"\d")


class Line:
    """The tokens of a sentence as patterns see them; a token that is no word closes each list.

    `bases` holds all base forms of each token, `tags` its part of speech and tag. Of a sentence that is not read, `tags` is
    None, and `perhaps` holds the base forms that only a reading can confirm. Tokens are also bits of numbers: `all` are
    those of the sentence, `where` those that have a word or base form.
    """

    __slots__ = ("all", "bases", "memo", "norms", "perhaps", "size", "tags", "where")

    def __init__(
        self,
        norms: Sequence[str],
        bases: Iterable[frozenset[str]],
        tags: Sequence[tuple[str, str]] | None = None,
        perhaps: Iterable[frozenset[str]] = (),
    ) -> None:
        self.norms = (*norms, "")
        self.bases = (*bases, NONE)
        self.perhaps = (*perhaps, NONE) if tags is None else ()
        self.tags = tags
        self.size = len(norms)
        self.all = (1 << self.size) - 1
        self.where: dict[str, int] = {}
        for at, (word, sure, maybe) in enumerate(zip(norms, self.bases, self.perhaps or repeat(NONE), strict=False)):
            for key in _keys(word, sure, maybe):
                self.where[key] = self.where.get(key, 0) | 1 << at
            if models.may_be_verb(word) and self._may_order(at):
                self.where[ORDER] = self.where.get(ORDER, 0) | 1 << at
        self.memo: dict[object, Any] = {}
        """What parts of patterns match (`highnote.pattern`)."""

    def _may_order(self, at: int) -> bool:
        """Whether a token, the base form of a verb, may be an order: no doer and no "to" stands before it."""
        before = self.norms[at - 1] if at else ""
        return self.norms[at] != "thank" and (
            before in _BEFORE_ORDERS or before.endswith("ly") or not _WORDY.search(before)
        )


class Look:
    """A look at a sentence by one pattern. `doubt` tells whether it met what only a reading can confirm."""

    __slots__ = ("all", "bases", "doubt", "memo", "norms", "perhaps", "size", "tags", "where")

    def __init__(self, line: Line) -> None:
        self.norms, self.bases, self.perhaps, self.tags = line.norms, line.bases, line.perhaps, line.tags
        self.all, self.size, self.where, self.memo = line.all, line.size, line.where, line.memo
        self.doubt = False

    def mask(self, words: Set[str]) -> int:
        """The tokens that have one of the words or base forms."""
        found = 0
        for word in self.where.keys() & words:
            found |= self.where[word]
        return found

    def tagged(self, name: str, fits: Callable[[str, str], bool]) -> int:
        """The tokens whose part of speech and tag fit; all of them where these are not known."""
        if self.tags is None:
            return self.all
        known: int | None = self.memo.get(name)
        if known is None:
            known = self.memo[name] = sum(1 << at for at, tags in enumerate(self.tags[: self.size]) if fits(*tags))
        return known

    def beginnings_at(self, at: int) -> Iterator[int]:
        """Where what counts may begin in a sentence that begins at a token (the first one, or after a mark)."""
        for start in (at, at + 1) if at == 0 else (at + 1,):
            if start == 0 or self.norms[start - 1] in _BREAKS:
                yield start
                while self.norms[start] in LEADS:
                    start += 1
                    yield start

    def beginnings(self) -> int:
        """All places where what counts may begin."""
        known: int | None = self.memo.get("^")
        if known is None:
            places = {start for at in range(self.size) for start in self.beginnings_at(at)}
            known = self.memo["^"] = sum(1 << place for place in places)
        return known

    def endings(self) -> int:
        """All places after which no word comes."""
        known: int | None = self.memo.get("$")
        if known is None:
            place = self.size
            while place and not _WORDY.search(self.norms[place - 1]):
                place -= 1
            known = self.memo["$"] = sum(1 << at for at in range(place, self.size + 1))
        return known


@lru_cache(maxsize=10_000)
def _keys(norm: str, bases: frozenset[str], perhaps: frozenset[str]) -> tuple[str, ...]:
    """All words and signs under which a token is found."""
    return tuple(_with_signs(norm, bases) | _with_signs(norm, perhaps))


def _with_signs(norm: str, bases: frozenset[str]) -> frozenset[str]:
    """Base forms, and once more as past forms where the word may be one; a word with figures has a sign of its own."""
    if _FIGURES.search(norm):
        return bases | {FIGURE}
    if not bases or not (
        norm.endswith("ed") or norm in SAME_PAST or (len(bases) > 1 and not norm.endswith(("s", "ing")))
    ):
        return bases
    return bases | {past(base) for base in bases} | {past("")}


@lru_cache(maxsize=10_000)
def _bases(norm: str, lemma: str) -> frozenset[str]:
    return frozenset((plain(lemma), norm, *models.base_forms(norm)))


@lru_cache(maxsize=10_000)
def _certain(norm: str) -> frozenset[str]:
    return frozenset((norm, *models.base_forms(norm)))


@lru_cache(maxsize=10_000)
def _perhaps(model: models.Model, text: str, norm: str) -> frozenset[str]:
    """The base forms of a word that only a reading can confirm."""
    return model.base_forms(text.lower()) - _certain(norm)


@lru_cache(maxsize=10_000)
def _word(text: str, norm: str, number: bool) -> Word:
    norm = plain(norm)
    return Word(text, norm, _likely(norm), number)


@lru_cache(maxsize=10_000)
def _likely(norm: str) -> str:
    """The base form that a word most likely has."""
    return norm if norm in FUNCTION_WORDS else next(iter(models.base_forms(norm)), norm)


class Words:
    """What can be told from the words of a sentence alone; worked out when it is first asked for."""

    def __init__(self, text: str, model: models.Model) -> None:
        self.text = text
        self._model = model
        self._span: Span | None = None
        self.judged: dict[object, Any] = {}
        """What the judge says of the sentence, by what it was asked about."""
        self.found: dict[object, Any] = {}
        """What patterns match, once they were tried (`highnote.pattern`)."""
        self.doubtful: set[object] = set()
        """The patterns of which only a reading can tell whether they match."""
        self.acts: dict[object, tuple[dict[str, bool | None], dict[str, list[tuple[int, int]]]]] = {}
        """What words tell of its acts, and where it does them (`highnote.acts`), by who looked and in which zone."""

    @property
    def span(self) -> Span:
        """The tokens of the sentence."""
        if self._span is None:
            self.read([self])
        assert self._span is not None
        return self._span

    def read(self, new: Sequence[Words]) -> None:
        """Have the language model tag and parse sentences, all in one go."""
        for words, doc in zip(new, self._model.read([words.text for words in new]), strict=True):
            words._span = doc[:]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return clauses(self.span)

    @cached_property
    def clause_tokens(self) -> tuple[frozenset[int], ...]:
        """The indices of the tokens of each clause."""
        return tuple(frozenset(token.i for token in clause.tokens) for clause in self.clauses)

    def look(self) -> Look:
        """The tokens with what the language model says of them."""
        return Look(self._read)

    def glance(self) -> Look:
        """The tokens with what is known of them; a sentence is read for it only where its words alone tell too little."""
        return Look(self._read if self.is_read or self._unread is None else self._unread)

    @property
    def is_read(self) -> bool:
        return self._span is not None

    @cached_property
    def _read(self) -> Line:
        norms = [plain(token.norm_) for token in self.span]
        bases = [_bases(norm, token.lemma_) for norm, token in zip(norms, self.span, strict=True)]
        return Line(norms, bases, [(token.pos_, token.tag_) for token in self.span] + [("", "")])

    @cached_property
    def _unread(self) -> Line | None:
        if not self._model.tells_by_kind:
            return None
        norms = [word.norm for word in self.tokens]
        perhaps = [_perhaps(self._model, word.text, word.norm) for word in self.tokens]
        return Line(norms, map(_certain, norms), None, perhaps)

    @cached_property
    def tokens(self) -> tuple[Word, ...]:
        """The tokens of the sentence with what is known of them without reading it."""
        return tuple(_word(word.text, word.norm, word.like_num) for word in self._model.words(self.text))

    def as_spacy(self) -> SpacyDoc:
        """The sentence as a Doc of spaCy, for its own matchers."""
        return self._model.as_spacy(self.span.doc)

    @property
    def keys(self) -> KeysView[str]:
        """Every word and base form in the sentence (of one that is not read: those that it may have)."""
        line = self._read if self.is_read or self._unread is None else self._unread
        return line.where.keys()


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


class Done(Mapping[str, list[tuple[int, int]]]):
    """The acts that a sentence does: where, as ranges of tokens. Nobody has looked at this one, so it does none."""

    def told(self, act: str) -> bool | None:
        """Whether the sentence does an act; None where only a reading of it can tell."""
        return act in self

    def at_most(self, act: str) -> int:
        """In how many places the sentence may do an act, told by its words alone."""
        return len(self.get(act, ()))

    def __getitem__(self, act: str) -> list[tuple[int, int]]:
        raise KeyError(act)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
        self.acts = Done()

    @property
    def span(self) -> Span:
        return self.words.span

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of the sentence, the main one first."""
        return self.words.clauses

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

    def does(self, *acts: str) -> bool:
        """Whether the sentence does one of the acts."""
        return any(act in self.acts for act in acts)

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


def told(sentences: Iterable[Sentence], acts: Iterable[str]) -> bool | None:
    """Whether one of some sentences does one of some acts; None where only readings can tell."""
    surely: bool | None = False
    for act in acts:
        for sentence in sentences:
            does = sentence.acts.told(act)
            if does:
                return True
            if does is None:
                surely = None
    return surely


def any_does(sentences: Sequence[Sentence], acts: Sequence[str]) -> bool:
    """Whether one of some sentences does one of some acts; they are read only where no words tell that one does."""
    known = told(sentences, acts)
    return any(sentence.does(*acts) for sentence in sentences) if known is None else known


def at_most(sentences: Iterable[Sentence], act: str) -> int:
    """In how many places some sentences may do an act, told by their words alone."""
    return sum(sentence.acts.at_most(act) for sentence in sentences)


def read(sentences: Iterable[Sentence]) -> None:
    """Tag and parse those sentences (of one language model) that have not been read yet, all in one go."""
    new = list({id(s.words): s.words for s in sentences if not s.words.is_read}.values())
    if new:
        new[0].read(new)


class Parsed:
    """A message as sentences."""

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


def parse(draft: Draft, model: str | None = None, known: Known | None = None, *, at_once: bool = True) -> Parsed:
    """The sentences of the greeting, body and closing of a draft; those that are `known` are not read again.

    They are read `at_once`, all together, or each when something asks for what only a reading can tell.
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
    if at_once:
        read(sentences)
    return Parsed(draft, sentences)
