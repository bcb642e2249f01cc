"""Patterns: the phrases and clause conditions of rule files, made into what matches them in a sentence.

A pattern may look at a sentence that the language model has not read: then whatever the model would have to tell counts as
a match in doubt (`highnote.combine`), and the sentence is read only where that matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from highnote import combine
from highnote.clauses.signs import HELPED_PAST, NAMED_CUSTOMER, SIGNS, past
from highnote.combine import Needs, Part
from highnote.language import Look, plain
from highnote.syntax import Item, PatternError, read

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence

# Contractions, as spaCy's norms spell their parts.
_CONTRACTIONS = (
    ("n't", " not"), ("'ve", " have"), ("'re", " are"), ("'ll", " will"), ("'m", " am"), ("'s", " 's"), ("'d", " 'd"),
)  # fmt: skip
_IRREGULAR = {
    "won't": "will not", "can't": "can not", "shan't": "shall not", "cannot": "can not", "gonna": "going to",
    "gotta": "got to",
}  # fmt: skip
_LISTED = {"DATE": "date", "TIME": "time", "MONEY": "money", "NAME": "name"}


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: token indices in the sentence's Doc, end exclusive."""

    start: int
    end: int
    clause: Clause | None = None


class Pattern(Protocol):
    """What a rule flags or leaves alone inside one sentence."""

    @property
    def needs(self) -> Needs:
        """Sets of words or base forms; a sentence without any word of one of them cannot match."""

    def find(self, sentence: Sentence) -> Sequence[Match]:
        """Every place that the pattern matches; the sentence is read if only that can tell."""

    def told(self, sentence: Sentence) -> Sequence[Match] | None:
        """Every place that the pattern matches; None where only a reading of the sentence can tell."""


def found(pattern: Pattern, sentence: Sentence) -> Sequence[Match]:
    """Every place that a pattern matches; worked out once for the same words."""
    known: Sequence[Match] | None = sentence.words.found.get(pattern)
    if known is None:
        known = sentence.words.found[pattern] = tuple(pattern.find(sentence))
    return known


def told(pattern: Pattern, sentence: Sentence) -> Sequence[Match] | None:
    """Every place that a pattern matches; None where only a reading of the sentence can tell. Worked out once, too."""
    words = sentence.words
    known: Sequence[Match] | None = words.found.get(pattern)
    if known is None and (words.is_read or pattern not in words.doubtful):
        matches = pattern.told(sentence)
        if matches is None:
            words.doubtful.add(pattern)
        else:
            known = words.found[pattern] = tuple(matches)
    return known


# ---------------------------------------------------------------- phrases


def _spell(word: str) -> list[str]:
    """The tokens that spaCy makes of a word of a phrase, as norms."""
    word = plain(word).replace("\u2019", "'")
    word = _IRREGULAR.get(word, word)
    for old, new in _CONTRACTIONS:
        if word.endswith(old) and word != old:
            word = word[: -len(old)] + new
    return word.split()


@dataclass(slots=True)
class Read:
    """A phrase as it was read: its tree, written as JSON, and what it needs (None where nothing asked yet)."""

    tree: str
    needs: Needs | None = None


@dataclass(slots=True)
class Phrases:
    """Makes phrases with the named word lists (a list's entries are phrases too) ready to match.

    `known` holds the phrases that are read already; `fresh` says whether any was added to it.
    """

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: dict[str, Read] = field(default_factory=dict)
    fresh: bool = False
    thorough: bool = False
    """Make patterns that are tried on every sentence, whatever words they need."""
    _made: dict[str, PhrasePattern] = field(default_factory=dict)
    _lists: dict[str, Part] = field(default_factory=dict)
    _words: dict[str, Part] = field(default_factory=dict)

    def compile(self, text: str) -> PhrasePattern:
        """The pattern for a phrase. Raises PatternError."""
        if text not in self._made:
            phrase = self._read(text)
            if phrase.needs is None:
                phrase.needs = _simplest(self.part(text)[0].needs)
                self.fresh = True
            self._made[text] = PhrasePattern(text, () if self.thorough else phrase.needs, self)
        return self._made[text]

    def part(self, text: str) -> tuple[Part, bool]:
        """What matches a phrase, and whether that must stand where a sentence begins. Raises PatternError."""
        tree = json.loads(self._read(text).tree)
        items = [item for item in tree if item[0] != "begin"]
        if not items:
            raise PatternError(f"the phrase “{text}” says nothing", "write words that a sentence may hold")
        return self._sequence(items, ()), len(items) < len(tree)

    def lemmas(self, name: str) -> frozenset[str]:
        """The entries of a word list as base forms (`<go> over` is `go over`). Raises PatternError."""
        found: set[str] = set()
        for entry in self._entries(name):
            if entry.startswith("@"):
                found |= self.lemmas(entry[1:])
            else:
                found.add(re.sub(r"[<>]", "", entry).lower())
        return frozenset(found)

    def _entries(self, name: str) -> Sequence[str]:
        if name not in self.lists:
            known = ", ".join(sorted(self.lists)) or "none"
            raise PatternError(
                f"there is no word list “@{name}”", f"write one in lists/{name}.yaml, or use one of: {known}"
            )
        return self.lists[name]

    def _read(self, text: str) -> Read:
        if text not in self.known:
            self.known[text] = Read(json.dumps(read(text)))
            self.fresh = True
        return self.known[text]

    def _sequence(self, items: Sequence[Item], inside: tuple[str, ...]) -> Part:
        return combine.row([self._item(item, inside) for item in items])

    def _item(self, item: Item, inside: tuple[str, ...]) -> Part:
        match item:
            case ["word", text]:
                if text not in self._words:
                    self._words[text] = _word(text)
                return self._words[text]
            case ["base", text]:
                base = frozenset({text.lower()})
                return replace(combine.base(base), needs=(base,), base=text.lower())
            case ["class", name] if name in _LISTED:
                return self._list(_LISTED[name], inside)
            case ["class", "NP"]:
                return combine.noun_phrase()
            case ["class", name]:
                return combine.of_class(name)
            case ["as", base, name]:
                return combine.as_class(self._item(base, inside), name)
            case ["list", name]:
                return self._list(name, inside)
            case ["one" | "maybe" | "not" as kind, *sequences]:
                one = combine.alternatives([self._sequence(sequence, inside) for sequence in sequences])
                return one if kind == "one" else combine.maybe(one) if kind == "maybe" else combine.not_ahead(one)
            case ["gap", most]:
                return combine.gap(most)
            case ["begin"]:
                return combine.begin()
            case ["end"]:
                return combine.end()
            case _:
                sign = frozenset({plain(item[1].removeprefix("\\"))})  # `\\$` is the sign of money, `$` the end
                return replace(combine.norm(sign), norm="", after_comma=False)

    def _list(self, name: str, inside: tuple[str, ...]) -> Part:
        if name in inside:
            raise PatternError(f"the word list “@{name}” holds itself", "take the reference out of one of the lists")
        if name not in self._lists:
            parts = [self._sequence(json.loads(self._read(e).tree), (*inside, name)) for e in self._entries(name)]
            self._lists[name] = combine.remembered(combine.alternatives(parts))
        return self._lists[name]


def _word(text: str) -> Part:
    """A word, which may be several tokens; one with a hyphen may be written together or apart."""
    words = _spell(text)
    if len(words) == 1 and "-" not in words[0]:
        return combine.norm(frozenset(words))
    return replace(combine.row(list(map(_spelled, words))), needs=tuple(frozenset(_ways(word)) for word in words))


def _spelled(word: str) -> Part:
    """One word that is one token or, with hyphens, may be several."""
    if "-" not in word:
        return combine.norm(frozenset({word}))
    if "-" not in word.strip("-"):
        return replace(combine.norm(frozenset({word})), norm="")
    pieces = word.split("-")
    together = combine.norm(frozenset({word, "".join(pieces)}))
    hyphen = replace(combine.norm(frozenset("-")), after_comma=False)
    apart = [combine.norm(frozenset({pieces[0]}))]
    for piece in pieces[1:]:
        apart += [combine.maybe(hyphen), replace(combine.norm(frozenset({piece})), after_comma=False)]
    return replace(combine.either([together, combine.row(apart)]), size=1 + 2 * len(pieces))


def _ways(word: str) -> Iterator[str]:
    """The tokens of which one must be there for a word that may be written with a hyphen, without, or apart."""
    pieces = word.strip("-").split("-")
    if len(pieces) == 1:
        yield word
    else:
        yield from (word, "".join(pieces), max(pieces, key=len))


def _simplest(needs: Needs) -> Needs:
    """The same needs, the rarest first, without those that hold whenever another does."""
    kept: list[frozenset[str]] = []
    for words in sorted(dict.fromkeys(needs), key=combine.cost):
        if not any(other <= words for other in kept):
            kept.append(words)
    return tuple(kept)


def met(needs: Needs, sentence: Sentence) -> bool:
    """Whether a sentence has a word of each set."""
    keys = sentence.words.keys
    return not any(keys.isdisjoint(words) for words in needs)


@dataclass(frozen=True, eq=False)
class PhrasePattern:
    """A phrase, made ready to match when a sentence first calls for it: most phrases are never needed in a run."""

    text: str
    needs: Needs
    phrases: Phrases

    @cached_property
    def _part(self) -> tuple[Part, bool]:
        return self.phrases.part(self.text)

    def find(self, sentence: Sentence) -> list[Match]:
        found = self.told(sentence)
        if found is not None:
            return found
        look = sentence.words.look()
        return list(self._matches(look)) if self._may_match(look) else []

    def told(self, sentence: Sentence) -> list[Match] | None:
        look = sentence.words.glance()
        if not self._may_match(look):
            return []
        found: list[Match] = []
        for match in self._matches(look):
            found.append(match)
            if look.doubt:
                return None
        return None if found and look.doubt else found

    def _may_match(self, look: Look) -> bool:
        part, begins = self._part
        return bool(part.reach(look, look.beginnings() if begins else look.all))

    def _matches(self, look: Look) -> Iterator[Match]:
        part, begins = self._part
        reached = 0
        for at in range(look.size):
            if at >= reached and (match := _first(part, look, look.beginnings_at(at) if begins else (at,))) is not None:
                yield match
                reached = match.end


def _first(part: Part, look: Look, starts: Iterable[int]) -> Match | None:
    """The match that begins at the first of some tokens where one does."""
    for start in starts:
        for end in part.ends(look, start):
            if end > start:
                return Match(start, end)
    return None


# ---------------------------------------------------------------- clause conditions

_TEXT_FIELDS = ("verb", "subject_word", "object_word", "complement")
_FIELDS = (
    "subject", "subject_owner", "object", "object_owner", "polarity", "modal", "tense", "mood", "voice", "time", "link",
)  # fmt: skip
_PARTIES = {"us", "customer", "third", "nobody", ""}
_VALUES = {
    "subject": _PARTIES,
    "object": _PARTIES,
    "subject_owner": {"us", "customer", ""},
    "object_owner": {"us", "customer", ""},
    "polarity": {"positive", "negative"},
    "tense": {"past", "present", "future", ""},
    "mood": {"statement", "question", "imperative", "condition", "counterfactual"},
    "voice": {"active", "passive"},
    "time": {"", "day", "span", "vague", "past"},
    "link": {"", "cause", "result", "contrast", "condition", "time", "purpose", "relative", "report", "concession"},
    "modal": {
        "", "can", "could", "may", "might", "must", "shall", "should", "will", "would", "have to", "need to", "be able to", "ought to",
    },
}  # fmt: skip
MARKS = ("clause", "subtree", "sentence", "verb", "words")
KEYS = (*_TEXT_FIELDS, *_FIELDS, "words", "without", "under")


@dataclass(frozen=True, slots=True)
class _Value:
    """The values that a field may or may not have."""

    allowed: frozenset[str] | None
    banned: frozenset[str]

    def admits(self, *values: str) -> bool:
        if not self.banned.isdisjoint(values):
            return False
        return self.allowed is None or not self.allowed.isdisjoint(values)


_ANYTHING = _Value(None, frozenset())


def _value(key: str, raw: Any, phrases: Phrases) -> _Value:
    allowed: set[str] = set()
    banned: set[str] = set()
    for item in raw if isinstance(raw, list) else [raw]:
        text = "" if item is None or item == "none" else str(item)
        negative = text.startswith("not ")
        text = text.removeprefix("not ").strip()
        text = "" if text == "none" else text
        words = phrases.lemmas(text[1:]) if text.startswith("@") else {text}
        if key in _VALUES and not words <= _VALUES[key]:
            choice = ", ".join(sorted(v or "none" for v in _VALUES[key]))
            raise PatternError(f"“{text}” is no value of `{key}`", f"use one of: {choice}")
        (banned if negative else allowed).update(words)
    return _Value(frozenset(allowed) if allowed else None, frozenset(banned))


@dataclass(frozen=True, eq=False, slots=True)
class ClausePattern:
    """Conditions on one clause (and on the clause above it)."""

    text: str
    values: Mapping[str, _Value]
    words: PhrasePattern | None
    without: PhrasePattern | None
    under: ClausePattern | None
    mark: str
    needs: Needs

    def told(self, sentence: Sentence) -> list[Match] | None:
        if sentence.words.is_read:
            return self.find(sentence)
        if not met(self.needs, sentence) or (self.words is not None and told(self.words, sentence) == ()):
            return []
        return None

    def find(self, sentence: Sentence) -> list[Match]:
        if not met(self.needs, sentence):
            return []
        matches = []
        for clause in sentence.clauses:
            if not self.admits(clause):
                continue
            inside = (
                [m for m in found(self.words, sentence) if clause.start <= m.start and m.end <= clause.end]
                if self.words
                else []
            )
            if self.words and not inside:
                continue
            if self.without and any(
                clause.start <= m.start and m.end <= clause.end for m in found(self.without, sentence)
            ):
                continue
            start, end = self._marked(clause, sentence, inside)
            matches.append(Match(start, end, clause))
        return matches

    def admits(self, clause: Clause) -> bool:
        """Whether the clause has the values asked for (its words are not looked at)."""
        for key, value in self.values.items():
            if key == "verb":
                if not value.admits(clause.lemma, clause.lemma.split(" ")[0]):
                    return False
            elif not value.admits(getattr(clause, key)):
                return False
        return self.under is None or (clause.parent is not None and self.under.admits(clause.parent))

    def _marked(self, clause: Clause, sentence: Sentence, inside: Sequence[Match]) -> tuple[int, int]:
        match self.mark:
            case "words" if inside:
                return inside[0].start, inside[0].end
            case "sentence":
                return sentence.span.start, sentence.span.end
            case "verb":
                return clause.verb.i, clause.verb.i + 1
            case "subtree":
                return clause.start, clause.end
            case _:
                own = [token.i for token in clause.tokens] or [clause.verb.i]
                return min(own), max(own) + 1


def compile_clause(conditions: Mapping[str, Any], phrases: Phrases, *, mark: str = "clause") -> ClausePattern:
    """The pattern for a mapping of clause conditions. Raises PatternError."""
    unknown = [key for key in conditions if key not in KEYS]
    if unknown:
        raise PatternError(f"a clause has no `{unknown[0]}`", f"use one of: {', '.join(KEYS)}")
    if mark not in MARKS:
        raise PatternError(f"“{mark}” cannot be marked", f"use one of: {', '.join(MARKS)}")
    values = {key: _value(key, raw, phrases) for key, raw in conditions.items() if key in (*_TEXT_FIELDS, *_FIELDS)}
    words = phrases.compile(conditions["words"]) if "words" in conditions else None
    without = phrases.compile(conditions["without"]) if "without" in conditions else None
    under = compile_clause(conditions["under"], phrases) if "under" in conditions else None
    needs: Needs = ()
    if not phrases.thorough:
        needs = (*(words.needs if words else ()), *(under.needs if under else ()), *_signs(values))
    return ClausePattern(str(dict(conditions)), values, words, without, under, mark, _simplest(needs))


def _signs(values: Mapping[str, _Value]) -> Iterator[frozenset[str]]:
    """Sets of words of which a sentence must hold one each for a clause with the values."""
    for key, value in values.items():
        allowed = value.allowed or frozenset()
        if key in _TEXT_FIELDS:
            if allowed and "" not in allowed:
                yield frozenset(word.split(" ")[0] for word in allowed)
        elif allowed and allowed <= SIGNS.get(key, {}).keys():
            yield frozenset().union(*(SIGNS[key][one] for one in allowed))
    tense, voice, verb = (values.get(key, _ANYTHING) for key in ("tense", "voice", "verb"))
    passive = voice.allowed == frozenset({"passive"})
    if passive or tense.allowed == frozenset({"past"}):
        verbs = [word.split(" ")[0] for word in verb.allowed or ("",)]
        yield frozenset(map(past, verbs)) | (frozenset() if passive else HELPED_PAST)
    who = values.get("subject")
    if who is not None and who.allowed == frozenset({"customer"}) and not _may_be_order(values):
        yield NAMED_CUSTOMER


def _may_be_order(values: Mapping[str, _Value]) -> bool:
    """Whether a clause with the values may be an order."""
    tense, mood, modal = (values.get(key, _ANYTHING) for key in ("tense", "mood", "modal"))
    return tense.admits("present") and mood.admits("imperative") and modal.admits("")


# ---------------------------------------------------------------- spaCy's own patterns


@dataclass(frozen=True, eq=False, slots=True)
class TokenPattern:
    """A spaCy token pattern or dependency pattern, where words and clauses are not enough."""

    text: str
    spec: tuple[Mapping[str, Any], ...]
    needs: Needs = ()

    def told(self, sentence: Sentence) -> list[Match] | None:
        return self.find(sentence) if sentence.words.is_read else None

    def find(self, sentence: Sentence) -> list[Match]:
        from spacy.matcher import DependencyMatcher, Matcher

        doc = sentence.words.as_spacy()
        if "RIGHT_ID" in self.spec[0]:
            dependencies = DependencyMatcher(doc.vocab)
            dependencies.add("pattern", [list(map(dict, self.spec))])
            places = [(min(tokens), max(tokens) + 1) for _, tokens in dependencies(doc)]
        else:
            matcher = Matcher(doc.vocab)
            matcher.add("pattern", [list(map(dict, self.spec))], greedy="LONGEST")
            places = [(start, end) for _, start, end in matcher(doc)]
        return [Match(start, end) for start, end in sorted(places)]
