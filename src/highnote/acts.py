"""Acts: what each sentence does (apologise, promise, ask, refuse …), told by the files in `rules/acts/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from highnote.language import Done, Parsed, Sentence
from highnote.matching import Index, Matcher

Spans = list[tuple[int, int]]
"""Where an act is done in a sentence, as ranges of tokens."""

FAREWELLS = frozenset({"thank", "wish"})
"""Acts that end a body without being its last word: the sentence before them counts as the last."""

SUBSTANCE = frozenset({"apologise", "refuse", "promise", "resolve", "ask"})
"""Acts that make more of a sentence than a farewell, unless read off its thanks or wish ("We hope you will …")."""


class Acts:
    """Recognises the acts of the sentences of a message."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._matchers = tuple(matchers)
        self._index = Index(self._matchers)
        self._patterns = {matcher.owner.id: self._index.of(matcher.owner.id) for matcher in matchers}

    def __iter__(self) -> Iterator[str]:
        return iter(self._patterns)

    def annotate(self, parsed: Parsed) -> Parsed:
        """Give every sentence its `acts` and find the last body sentence; returns the same message."""
        for sentence in parsed.sentences:
            sentence.acts = _Done(self, sentence)
        _place(parsed)
        return parsed

    def told(self, sentence: Sentence, act: str) -> bool | None:
        """Whether a sentence does an act, told by its words alone; None where they leave it open."""
        may = [(self._matchers[m], p) for m, p in self._index.numbers(self._open(sentence, act))]
        return None if may and not any(matcher.surely(p, sentence) for matcher, p in may) else bool(may)

    def at_most(self, sentence: Sentence, act: str) -> int:
        """In how many places a sentence may do an act: each holds one of the words that its pattern needs, and none overlap."""
        needs = [self._matchers[m].needs(p) for m, p in self._index.numbers(self._open(sentence, act))]
        words = sentence.words.glance()
        return words.mask(frozenset().union(*(need[0] for need in needs))).bit_count() if all(needs) else words.size

    def _open(self, sentence: Sentence, act: str) -> int:
        """The patterns that may tell of an act in a sentence."""
        patterns = self._index.candidates(sentence) & self._patterns.get(act, 0)
        return self._index.standing(self._index.open(patterns, sentence), sentence)

    def find(self, sentence: Sentence, act: str) -> Spans:
        """Where a sentence does an act, without places that overlap earlier ones."""
        spans: Spans = []
        for m, p in self._index.numbers(self._index.candidates(sentence) & self._patterns.get(act, 0)):
            for match in self._matchers[m].in_sentence(p, sentence, None):
                if not any(match.start < end and start < match.end for start, end in spans):
                    spans.append((match.start, match.end))
        return spans


class _Done(Done):
    """The acts of a sentence, each worked out when it is first asked for and remembered with the words."""

    def __init__(self, acts: Acts, sentence: Sentence) -> None:
        self._acts = acts
        self._sentence = sentence
        self._told, self._known = sentence.words.acts.setdefault((acts, sentence.zone), ({}, {}))

    def told(self, act: str) -> bool | None:
        if act in self._known:
            return bool(self._known[act])
        if act not in self._told:
            self._told[act] = self._acts.told(self._sentence, act)
        return self._told[act]

    def at_most(self, act: str) -> int:
        if act in self._known:
            return len(self._known[act])
        return 0 if self.told(act) is False else self._acts.at_most(self._sentence, act)

    def __contains__(self, act: object) -> bool:
        told = self.told(str(act))
        return bool(self._find(str(act))) if told is None else told

    def __getitem__(self, act: str) -> Spans:
        if act not in self or not (found := self._find(act)):
            raise KeyError(act)
        return found

    def __iter__(self) -> Iterator[str]:
        return (act for act in self._acts if act in self)

    def _find(self, act: str) -> Spans:
        if act not in self._known:
            self._known[act] = self._acts.find(self._sentence, act)
        return self._known[act]


def _place(parsed: Parsed) -> None:
    """Thanks and wishes at the end are the closing: the body sentence before them is the last."""
    for sentence in parsed.body:
        sentence.place = "middle"
    core = list(parsed.body)
    while len(core) > 1 and _is_farewell(core[-1]):
        core.pop().place = "after"
    if core:
        core[0].place = "first"
        core[-1].place = "only" if all(_EXCLAIMS.fullmatch(s.text) for s in core[:-1]) else "last"


def _is_farewell(sentence: Sentence) -> bool:
    """Whether a sentence thanks or wishes and does nothing else of weight (what follows a semicolon is weighty)."""
    if ";" in sentence.text or not sentence.does(*FAREWELLS):
        return False
    polite = [span for act in FAREWELLS for span in sentence.acts.get(act, ())]
    weighty = [span for act in SUBSTANCE for span in sentence.acts.get(act, ())]
    return all(any(start < e and s < end for s, e in polite) for start, end in weighty)


_EXCLAIMS = re.compile(
    r"[\W_]*(?:@\w+|oh,? (?:no|dear|man|my)|oh|wow|yikes|ouch|oops|ugh|darn|whoa|gosh|aww?|hmm+|eek)\W*", re.IGNORECASE
)
"""A sentence that only exclaims or addresses: beside it another stands alone."""
