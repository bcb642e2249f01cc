"""Patterns: the phrases and clause conditions of rule files, made into what matches them in a sentence.

A part of a phrase tells for a token where the part may end that begins there, the preferred end first. It looks at a
sentence through a `Look`, which may show the words of a sentence that the language model has not read: then whatever the
model would have to tell counts as a match in doubt, and the sentence is read only where that matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from highnote.clauses import HELPED_PAST, NAMED_CUSTOMER, SIGNS, past
from highnote.language import LEADS, Look, plain
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
_TAGS = {"PAST": frozenset({"VBD", "VBN"}), "ING": frozenset({"VBG"}), "BASE": frozenset({"VB"})}
_LISTED = {"DATE": "date", "TIME": "time", "MONEY": "money", "NAME": "name"}
_COMMON = frozenset([
    "a", "an", "the", "i", "we", "you", "it", "he", "she", "they", "me", "us", "my", "our", "your", "this", "that", "to", "of",
    "in", "on", "at", "for", "with", "and", "or", "but", "so", "as", "if", "is", "are", "be", "am", "was", "were", "been",
    "have", "has", "had", "do", "does", "did", "not", "no", "will", "would", "can", "could", "should", "may", "might", "must",
    "'s", "'d", ",", ".", "?", "!", ":",
])  # fmt: skip
_DETERMINERS = frozenset({"DET", "PRON"})
_MODIFIERS = frozenset({"ADJ", "NUM", "NOUN", "PROPN", "ADV"})
_NOUNS = frozenset({"NOUN", "PROPN", "PRON"})


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: token indices in the sentence's Doc, end exclusive."""

    start: int
    end: int
    clause: Clause | None = None


Needs = tuple[frozenset[str], ...]


class Pattern(Protocol):
    """What a rule flags or leaves alone inside one sentence."""

    @property
    def needs(self) -> Needs:
        """Sets of words or base forms; a sentence without any word of one of them cannot match."""

    def find(self, sentence: Sentence) -> Sequence[Match]:
        """Every place that the pattern matches; the sentence is read if only that can tell."""

    def told(self, sentence: Sentence) -> Sequence[Match] | None:
        """Every place that the pattern matches; None where only a reading of the sentence can tell."""


# ---------------------------------------------------------------- the parts of a phrase

Ends = Callable[[Look, int], Sequence[int]]
"""Where a part may end that begins at a token: the end that is preferred first."""
Reach = Callable[[Look, int], int]
"""Where a part may end that begins at any of some tokens. Places are bits of a number; there may be too many, never too few."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a phrase, ready to match.

    `reach` looks at all tokens at once, and tells in little time that most phrases match nowhere; `ends` tells exactly.
    """

    ends: Ends
    reach: Reach
    needs: Needs = ()
    size: int = 1
    """How many tokens it is written with: of several alternatives the longer is preferred."""
    after_comma: bool = True
    """Whether a comma may stand before it."""
    plain: bool = True
    """Whether its words alone tell, without parts of speech."""
    norm: str = ""
    """The one word that this part is, where it is one."""
    base: str = ""
    """The one base form that this part is, where it is one."""


def _reach_words(words: frozenset[str]) -> Reach:
    if len(words) > 1:
        return lambda look, places: (places & look.mask(words)) << 1
    (word,) = words
    return lambda look, places: (places & look.where.get(word, 0)) << 1


def _norm(words: frozenset[str]) -> Part:
    """A token that is one of the words."""
    return Part(lambda look, i: (i + 1,) if look.norms[i] in words else (), _reach_words(words))


def _base(bases: frozenset[str]) -> Part:
    """A token with one of the base forms."""

    def ends(look: Look, i: int) -> Sequence[int]:
        if not bases.isdisjoint(look.bases[i]):
            return (i + 1,)
        if look.perhaps and not bases.isdisjoint(look.perhaps[i]):
            look.doubt = True
            return (i + 1,)
        return ()

    return Part(ends, _reach_words(bases))


def _tags(name: str) -> Callable[[str, str], bool]:
    """Whether a part of speech and tag are of a class."""
    tags = _TAGS.get(name)
    return (lambda pos, tag: pos == name) if tags is None else (lambda pos, tag: tag in tags)


def _class(name: str) -> Part:
    """A token of a class."""
    if name == "ANY":
        return Part(lambda look, i: (i + 1,) if i < look.size else (), lambda look, places: (places & look.all) << 1)
    fits = _tags(name)

    def ends(look: Look, i: int) -> Sequence[int]:
        if look.tags is None:
            look.doubt = True
            return (i + 1,) if i < look.size else ()
        return (i + 1,) if fits(*look.tags[i]) else ()

    return Part(ends, lambda look, places: (places & look.tagged(name, fits)) << 1, plain=False)


def _as(part: Part, name: str) -> Part:
    """The part where its first token is of a class."""
    first = _class(name)
    return replace(
        part,
        ends=lambda look, i: part.ends(look, i) if first.ends(look, i) else (),
        reach=lambda look, places: part.reach(look, first.reach(look, places) >> 1),
        plain=False,
        norm="",
        base="",
    )


def _noun_phrase() -> Part:
    """A determiner, up to four words and a noun or pronoun."""

    def ends(look: Look, i: int) -> Sequence[int]:
        if look.tags is None:
            look.doubt = True
            return range(i + 1, min(i + 6, look.size) + 1)
        found: list[int] = []
        for at in (i + 1, i) if look.tags[i][0] in _DETERMINERS else (i,):
            for end in range(at, at + 5):
                pos = look.tags[end][0] if end < look.size else ""
                if pos in _NOUNS and end + 1 not in found:
                    found.append(end + 1)
                if pos not in _MODIFIERS:
                    break
        return found

    def reach(look: Look, places: int) -> int:
        inner = places | _further(places, 5, look.all)
        return (inner & look.tagged("NP", lambda pos, _: pos in _NOUNS)) << 1

    return Part(ends, reach, size=3, plain=False)


def _further(places: int, most: int, allowed: int) -> int:
    """The places that are up to `most` tokens further on, over `allowed` ones."""
    found = 0
    for _ in range(most):
        places = (places & allowed) << 1
        found |= places
    return found


def _gap(most: int) -> Part:
    """Nothing or a few tokens of the same part of the sentence."""

    def ends(look: Look, i: int) -> Sequence[int]:
        end = i
        while end < look.size and end - i < most and look.norms[end] not in _STOPS:
            end += 1
        return range(i, end + 1)

    def reach(look: Look, places: int) -> int:
        return places | _further(places, most, look.all & ~look.mask(_STOPS))

    return Part(ends, reach, after_comma=False)


_STOPS = frozenset({";", "?", "!"})
"""What no gap goes over."""


def _begin() -> Part:
    """The start of the sentence, with the words that may stand before what counts."""

    def ends(look: Look, i: int) -> Sequence[int]:
        if i:
            return ()
        end = 0
        while look.norms[end] in LEADS:
            end += 1
        return range(end + 1)

    return Part(ends, lambda look, places: look.beginnings() if places & 1 else 0, after_comma=False)


def _end() -> Part:
    """The end of the sentence, but for its marks."""
    return Part(
        lambda look, i: (i,) if look.endings() >> i & 1 else (),
        lambda look, places: places & look.endings(),
        size=2,
        after_comma=False,
    )


def _either(parts: Sequence[Part]) -> Part:
    """One of several, the first ones preferred."""
    if len(parts) == 1:
        return parts[0]

    def ends(look: Look, i: int) -> Sequence[int]:
        found: Sequence[int] = ()
        for part in parts:
            found = _with(found, part.ends(look, i))
        return found

    def reach(look: Look, places: int) -> int:
        found = 0
        for part in parts:
            found |= part.reach(look, places)
        return found

    return Part(ends, reach, plain=all(part.plain for part in parts))


def _with(found: Sequence[int], more: Sequence[int]) -> Sequence[int]:
    """Ends with further ones after them."""
    if not found or not more:
        return found or more
    return [*found, *(end for end in more if end not in found)]


def _alternatives(parts: Sequence[Part]) -> Part:
    """One of the parts, the longest first, so that "get back to" wins over "get back"; single words are put together."""
    longer = sorted((part for part in parts if not part.norm and not part.base), key=lambda part: -part.size)
    options = [_by_needs(longer)] if len(longer) > _MANY else longer[:]
    if norms := frozenset(part.norm for part in parts if part.norm):
        options.append(_norm(norms))
    if bases := frozenset(part.base for part in parts if part.base):
        options.append(_base(bases))
    return replace(
        _either(options),
        needs=_one_of(part.needs for part in parts),
        size=bool(norms) + bool(bases) + sum(part.size for part in longer),
        norm="",
        base="",
    )


_MANY = 4
"""More alternatives than these are looked up by the words that they need."""


def _by_needs(parts: Sequence[Part]) -> Part:
    """One of the parts, the first ones preferred; only those are tried whose words are in the sentence."""
    free = [number for number, part in enumerate(parts) if not part.needs]
    by_word: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        for word in min(part.needs, key=_cost, default=()):
            by_word.setdefault(word, []).append(number)

    def worthy(look: Look) -> Sequence[Part]:
        known: Sequence[Part] | None = look.memo.get(worthy)
        if known is None:
            words = look.where.keys()
            numbers = {number for word in words & by_word.keys() for number in by_word[word]}
            chosen = [parts[number] for number in sorted(numbers.union(free))]
            known = [part for part in chosen if not any(map(words.isdisjoint, part.needs))]
            look.memo[worthy] = known
        return known

    def ends(look: Look, i: int) -> Sequence[int]:
        found: Sequence[int] = ()
        for part in worthy(look):
            found = _with(found, part.ends(look, i))
        return found

    def reach(look: Look, places: int) -> int:
        found = 0
        for part in worthy(look):
            found |= part.reach(look, places)
        return found

    return Part(ends, reach, plain=all(part.plain for part in parts))


def _maybe(part: Part) -> Part:
    """The part, after a comma perhaps, or nothing."""
    step = _step(part)
    return Part(
        lambda look, i: _with(step.ends(look, i), (i,)),
        lambda look, places: places | step.reach(look, places),
        size=part.size + 1,
        after_comma=False,
        plain=part.plain,
    )


def _not_ahead(part: Part) -> Part:
    """Nothing, where the part does not follow. What follows in doubt is left for the reading to tell."""
    step = _step(part)

    def ends(look: Look, i: int) -> Sequence[int]:
        before, look.doubt = look.doubt, False
        follows = bool(step.ends(look, i))
        certain, look.doubt = not look.doubt, before or look.doubt
        return () if follows and certain else (i,)

    return Part(ends, lambda _, places: places, size=part.size + 1, after_comma=False, plain=part.plain)


def _step(part: Part) -> Part:
    """The part where it follows on another one: a comma may stand before it."""
    if not part.after_comma:
        return part

    def ends(look: Look, i: int) -> Sequence[int]:
        if look.norms[i] != ",":
            return part.ends(look, i)
        return _with(part.ends(look, i + 1), part.ends(look, i))

    def reach(look: Look, places: int) -> int:
        return part.reach(look, places | (places & look.where.get(",", 0)) << 1)

    return Part(ends, reach, size=part.size + 1, plain=part.plain)


def _row(parts: Sequence[Part]) -> Part:
    """The parts one after the other."""
    if len(parts) == 1:
        return parts[0]
    steps = [parts[0], *map(_step, parts[1:])]

    def ends(look: Look, i: int) -> Sequence[int]:
        reached: Sequence[int] = (i,)
        for step in steps:
            found: Sequence[int] = ()
            for at in reached:
                found = _with(found, step.ends(look, at))
            if not found:
                return ()
            reached = found
        return reached

    def reach(look: Look, places: int) -> int:
        for step in steps:
            places = step.reach(look, places)
            if not places:
                break
        return places

    needs = tuple(need for part in parts for need in part.needs)
    return Part(ends, reach, needs, sum(step.size for step in steps), plain=all(part.plain for part in parts))


def _remembered(part: Part) -> Part:
    """A word list: what it matches in a sentence is worked out once, for all patterns that name it."""

    def ends(look: Look, i: int) -> Sequence[int]:
        known = look.memo.get((part, i))
        if known is None:
            before, look.doubt = look.doubt, False
            known = look.memo[part, i] = (part.ends(look, i), look.doubt)
            look.doubt = before
        found, doubt = known
        look.doubt |= doubt
        return found

    return replace(part, ends=ends, norm="", base="")


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
        return _row([self._item(item, inside) for item in items])

    def _item(self, item: Item, inside: tuple[str, ...]) -> Part:
        match item:
            case ["word", text]:
                if text not in self._words:
                    self._words[text] = _word(text)
                return self._words[text]
            case ["base", text]:
                base = frozenset({text.lower()})
                return replace(_base(base), needs=(base,), base=text.lower())
            case ["class", name] if name in _LISTED:
                return self._list(_LISTED[name], inside)
            case ["class", "NP"]:
                return _noun_phrase()
            case ["class", name]:
                return _class(name)
            case ["as", base, name]:
                return _as(self._item(base, inside), name)
            case ["list", name]:
                return self._list(name, inside)
            case ["one" | "maybe" | "not" as kind, *sequences]:
                one = _alternatives([self._sequence(sequence, inside) for sequence in sequences])
                return one if kind == "one" else _maybe(one) if kind == "maybe" else _not_ahead(one)
            case ["gap", most]:
                return _gap(most)
            case ["begin"]:
                return _begin()
            case ["end"]:
                return _end()
            case _:
                sign = frozenset({plain(item[1].removeprefix("\\"))})  # `\\$` is the sign of money, `$` the end
                return replace(_norm(sign), needs=(sign,), after_comma=False)

    def _list(self, name: str, inside: tuple[str, ...]) -> Part:
        if name in inside:
            raise PatternError(f"the word list “@{name}” holds itself", "take the reference out of one of the lists")
        if name not in self._lists:
            parts = [self._sequence(json.loads(self._read(e).tree), (*inside, name)) for e in self._entries(name)]
            self._lists[name] = _remembered(_alternatives(parts))
        return self._lists[name]


def _word(text: str) -> Part:
    """A word, which may be several tokens; one with a hyphen may be written together or apart."""
    words = _spell(text)
    return replace(_row(list(map(_spelled, words))), needs=tuple(frozenset(_ways(word)) for word in words))


def _spelled(word: str) -> Part:
    """One word that is one token or, with hyphens, may be several."""
    if "-" not in word.strip("-"):
        return replace(_norm(frozenset({word})), norm="" if "-" in word else word)
    pieces = word.split("-")
    together = _norm(frozenset({word, "".join(pieces)}))
    hyphen = replace(_norm(frozenset("-")), after_comma=False)
    apart = [_norm(frozenset({pieces[0]}))]
    for piece in pieces[1:]:
        apart += [_maybe(hyphen), replace(_norm(frozenset({piece})), after_comma=False)]
    return replace(_either([together, _row(apart)]), size=1 + 2 * len(pieces))


def _ways(word: str) -> Iterator[str]:
    """The tokens of which one must be there for a word that may be written with a hyphen, without, or apart."""
    pieces = word.strip("-").split("-")
    if len(pieces) == 1:
        yield word
    else:
        yield from (word, "".join(pieces), max(pieces, key=len))


def _cost(words: Set[str]) -> tuple[int, int]:
    """How often one of the words is met: common ones count first."""
    return len(words & _COMMON), len(words)


def _one_of(alternatives: Iterable[Needs]) -> Needs:
    """What one of several alternatives needs: a word of the rarest set of each."""
    union: set[str] = set()
    for needs in alternatives:
        if not needs:
            return ()
        union |= min(needs, key=_cost)
    return (frozenset(union),)


def _simplest(needs: Needs) -> Needs:
    """The same needs, the rarest first, without those that hold whenever another does."""
    kept: list[frozenset[str]] = []
    for words in sorted(dict.fromkeys(needs), key=_cost):
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
        return self._find(look) if self._may_match(look) else []

    def told(self, sentence: Sentence) -> list[Match] | None:
        look = sentence.words.glance()
        if not self._may_match(look):
            return []
        if look.tags is None and not self._part[0].plain:
            return None
        found = self._find(look)
        return None if found and look.doubt else found

    def _may_match(self, look: Look) -> bool:
        part, begins = self._part
        return bool(part.reach(look, look.beginnings() if begins else look.all))

    def _find(self, look: Look) -> list[Match]:
        part, begins = self._part
        found: list[Match] = []
        reached = 0
        for at in range(look.size):
            if at >= reached and (match := _first(part, look, look.beginnings_at(at) if begins else (at,))) is not None:
                found.append(match)
                reached = match.end
        return found


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
        if not met(self.needs, sentence) or (self.words is not None and self.words.told(sentence) == []):
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
                [m for m in self.words.find(sentence) if clause.start <= m.start and m.end <= clause.end]
                if self.words
                else []
            )
            if self.words and not inside:
                continue
            if self.without and any(
                clause.start <= m.start and m.end <= clause.end for m in self.without.find(sentence)
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
