"""The tokens of a sentence with what a language model says of them, as plain data that outlives the model's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import overload


class Token:
    """One token. `i` counts in its sentence, `idx` is its offset in the sentence's text; the names are spaCy's."""

    __slots__ = (
        "_head", "dep_", "doc", "i", "idx", "is_punct", "lemma_", "like_num", "lower_", "norm_", "pos_", "tag_", "text",
    )  # fmt: skip

    def __init__(
        self, doc: Doc, i: int, idx: int, text: str, norm: str, like_num: bool, is_punct: bool,
        lemma: str, pos: str, tag: str, dep: str, head: int,
    ) -> None:  # fmt: skip
        self.doc, self.i, self.idx = doc, i, idx
        self.text, self.lower_, self.norm_ = text, text.lower(), norm
        self.is_punct, self.like_num = is_punct, like_num
        self.lemma_, self.pos_, self.tag_, self.dep_ = lemma, pos, tag, dep
        self._head = head

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        return self.text

    @property
    def is_space(self) -> bool:
        return self.text.isspace()

    @property
    def is_alpha(self) -> bool:
        return self.text.isalpha()

    @property
    def is_title(self) -> bool:
        return self.text.istitle()

    @property
    def head(self) -> Token:
        """The token that this one hangs on; a root is its own head."""
        return self.doc[self._head]

    @property
    def children(self) -> tuple[Token, ...]:
        return self.doc.children[self.i]

    @property
    def subtree(self) -> list[Token]:
        """The token and all that hang on it, in the order of the text."""
        found = [self]
        for token in found:
            found.extend(token.children)
        return sorted(found, key=lambda token: token.i)

    @property
    def left_edge(self) -> Token:
        return self.subtree[0]

    @property
    def sent(self) -> Span:
        return self.doc[:]

    def nbor(self, distance: int = 1) -> Token:
        """The token so many places further on. Raises IndexError outside the sentence."""
        if not 0 <= self.i + distance < len(self.doc):
            raise IndexError(f"there is no token {distance} from “{self.text}”")
        return self.doc[self.i + distance]


class Doc:
    """A sentence as tokens; a slice of it is a Span."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> Span: ...
    def __getitem__(self, place: int | slice) -> Token | Span:
        if isinstance(place, int):
            return self.tokens[place]
        start, end, _ = place.indices(len(self.tokens))
        return Span(self, start, max(start, end))

    @cached_property
    def children(self) -> tuple[tuple[Token, ...], ...]:
        """For every token those that hang on it, in the order of the text."""
        found: list[list[Token]] = [[] for _ in self.tokens]
        for token in self.tokens:
            if token.head is not token:
                found[token.head.i].append(token)
        return tuple(map(tuple, found))


class Span:
    """Tokens of a sentence in a row: from index `start` up to `end`."""

    __slots__ = ("doc", "end", "start")

    def __init__(self, doc: Doc, start: int, end: int) -> None:
        self.doc, self.start, self.end = doc, start, end

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[Token]:
        return iter(self.doc.tokens[self.start : self.end])

    def __getitem__(self, place: int) -> Token:
        return self.doc.tokens[self.start : self.end][place]

    @property
    def text(self) -> str:
        if self.start == self.end:
            return ""
        last = self.doc.tokens[self.end - 1]
        return self.doc.text[self.doc.tokens[self.start].idx : last.idx + len(last.text)]
