"""Acts: what each sentence does (apologise, promise, ask, refuse …), told by the files in `rules/acts/`."""

from __future__ import annotations

from collections.abc import Sequence

from highnote.language import Parsed, Sentence
from highnote.matching import Index, Matcher

FAREWELLS = frozenset({"thank", "wish"})
"""Acts that end a body without being its last word: the sentence before them counts as the last."""

SUBSTANCE = frozenset({"apologise", "refuse", "promise", "resolve", "ask"})
"""Acts that make more of a sentence than a farewell, unless read off its thanks or wish ("We hope you will …")."""


class Acts:
    """Recognises the acts of the sentences of a message."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._matchers = tuple(matchers)
        self._index = Index(self._matchers)

    def annotate(self, parsed: Parsed) -> Parsed:
        """Fill in `acts` of every sentence and find the last body sentence; returns the same message."""
        for sentence in parsed.sentences:
            acts = sentence.words.acts.get((self, sentence.zone))
            if acts is None:
                self._find(sentence)
                sentence.words.acts[self, sentence.zone] = sentence.acts
            else:
                sentence.acts = acts
        _place(parsed)
        return parsed

    def _find(self, sentence: Sentence) -> None:
        for m, p, matches in self._index.found(sentence):
            matcher = self._matchers[m]
            spans = [(match.start, match.end) for match in matcher.in_sentence(p, matches, sentence, None)]
            known = sentence.acts.setdefault(matcher.owner.id, []) if spans else []
            known += [s for s in spans if not any(s[0] < end and start < s[1] for start, end in known)]


def _place(parsed: Parsed) -> None:
    """Thanks and wishes at the end are the closing: the body sentence before them is the last."""
    for sentence in parsed.body:
        sentence.place = "middle"
    core = list(parsed.body)
    while len(core) > 1 and _is_farewell(core[-1]):
        core.pop().place = "after"
    if core:
        core[0].place = "first"
        core[-1].place = "last" if len(core) > 1 else "only"


def _is_farewell(sentence: Sentence) -> bool:
    """Whether a sentence thanks or wishes and does nothing else of weight (what follows a semicolon is weighty)."""
    if any(token.text == ";" for token in sentence.span):
        return False
    polite = [span for act in FAREWELLS for span in sentence.acts.get(act, ())]
    weighty = [span for act in SUBSTANCE for span in sentence.acts.get(act, ())]
    return bool(polite) and all(any(start < e and s < end for s, e in polite) for start, end in weighty)
