"""The parts that phrases are made of, and how they are put together.

A part tells for a token where it may end if it begins there, the preferred end first. It looks at a sentence through a
`Look`, which may show the words of a sentence that the language model has not read: then whatever the model would have to
tell counts as a match in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace

from highnote.language import LEADS, Look

_TAGS = {"PAST": frozenset({"VBD", "VBN"}), "ING": frozenset({"VBG"}), "BASE": frozenset({"VB"})}
_COMMON = frozenset([
    "a", "an", "the", "i", "we", "you", "it", "he", "she", "they", "me", "us", "my", "our", "your", "this", "that", "to", "of",
    "in", "on", "at", "for", "with", "and", "or", "but", "so", "as", "if", "is", "are", "be", "am", "was", "were", "been",
    "have", "has", "had", "do", "does", "did", "not", "no", "will", "would", "can", "could", "should", "may", "might", "must",
    "'s", "'d", ",", ".", "?", "!", ":",
])  # fmt: skip
_DETERMINERS = frozenset({"DET", "PRON"})
_MODIFIERS = frozenset({"ADJ", "NUM", "NOUN", "PROPN", "ADV"})
_NOUNS = frozenset({"NOUN", "PROPN", "PRON"})

Needs = tuple[frozenset[str], ...]
"""Sets of words or base forms; a sentence without any word of one of them cannot match."""

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
    norm: str = ""
    """The one word that this part is, where it is one."""
    base: str = ""
    """The one base form that this part is, where it is one."""


def _reach_words(words: frozenset[str]) -> Reach:
    if len(words) > 1:
        return lambda look, places: (places & look.mask(words)) << 1
    (word,) = words
    return lambda look, places: (places & look.where.get(word, 0)) << 1


def norm(words: frozenset[str]) -> Part:
    """A token that is one of the words."""
    return Part(
        lambda look, i: (i + 1,) if look.norms[i] in words else (),
        _reach_words(words),
        (words,),
        norm=next(iter(words)) if len(words) == 1 else "",
    )


def base(bases: frozenset[str]) -> Part:
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


def of_class(name: str) -> Part:
    """A token of a class."""
    if name == "ANY":
        return Part(lambda look, i: (i + 1,) if i < look.size else (), lambda look, places: (places & look.all) << 1)
    fits = _tags(name)

    def ends(look: Look, i: int) -> Sequence[int]:
        if look.tags is None:
            look.doubt = True
            return (i + 1,) if i < look.size else ()
        return (i + 1,) if fits(*look.tags[i]) else ()

    return Part(ends, lambda look, places: (places & look.tagged(name, fits)) << 1)


def as_class(part: Part, name: str) -> Part:
    """The part where its first token is of a class."""
    first = of_class(name)
    return replace(
        part,
        ends=lambda look, i: part.ends(look, i) if first.ends(look, i) else (),
        reach=lambda look, places: part.reach(look, first.reach(look, places) >> 1),
        norm="",
        base="",
    )


def noun_phrase() -> Part:
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

    return Part(ends, reach, size=3)


def _further(places: int, most: int, allowed: int) -> int:
    """The places that are up to `most` tokens further on, over `allowed` ones."""
    found = 0
    for _ in range(most):
        places = (places & allowed) << 1
        found |= places
    return found


def gap(most: int) -> Part:
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


def begin() -> Part:
    """The start of the sentence, with the words that may stand before what counts."""

    def ends(look: Look, i: int) -> Sequence[int]:
        if i:
            return ()
        end = 0
        while look.norms[end] in LEADS:
            end += 1
        return range(end + 1)

    return Part(ends, lambda look, places: look.beginnings() if places & 1 else 0, after_comma=False)


def end() -> Part:
    """The end of the sentence, but for its marks."""
    return Part(
        lambda look, i: (i,) if look.endings() >> i & 1 else (),
        lambda look, places: places & look.endings(),
        size=2,
        after_comma=False,
    )


def either(parts: Sequence[Part]) -> Part:
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

    return Part(ends, reach)


def _with(found: Sequence[int], more: Sequence[int]) -> Sequence[int]:
    """Ends with further ones after them."""
    if not found or not more:
        return found or more
    return [*found, *(end for end in more if end not in found)]


def alternatives(parts: Sequence[Part]) -> Part:
    """One of the parts, the longest first, so that "get back to" wins over "get back"; single words are put together."""
    longer = sorted((part for part in parts if not part.norm and not part.base), key=lambda part: -part.size)
    options = [_by_needs(longer)] if len(longer) > _MANY else longer[:]
    if norms := frozenset(part.norm for part in parts if part.norm):
        options.append(norm(norms))
    if bases := frozenset(part.base for part in parts if part.base):
        options.append(base(bases))
    return replace(
        either(options),
        needs=one_of(part.needs for part in parts),
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
        for word in min(part.needs, key=cost, default=()):
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

    return Part(ends, reach)


def maybe(part: Part) -> Part:
    """The part, after a comma perhaps, or nothing."""
    step = _step(part)
    return Part(
        lambda look, i: _with(step.ends(look, i), (i,)),
        lambda look, places: places | step.reach(look, places),
        size=part.size + 1,
        after_comma=False,
    )


def not_ahead(part: Part) -> Part:
    """Nothing, where the part does not follow. What follows in doubt is left for the reading to tell."""
    step = _step(part)

    def ends(look: Look, i: int) -> Sequence[int]:
        before, look.doubt = look.doubt, False
        follows = bool(step.ends(look, i))
        certain, look.doubt = not look.doubt, before or look.doubt
        return () if follows and certain else (i,)

    return Part(ends, lambda _, places: places, size=part.size + 1, after_comma=False)


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

    return Part(ends, reach, size=part.size + 1)


def row(parts: Sequence[Part]) -> Part:
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
    return Part(ends, reach, needs, sum(step.size for step in steps))


def remembered(part: Part) -> Part:
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


def cost(words: Set[str]) -> tuple[int, int]:
    """How often one of the words is met: common ones count first."""
    return len(words & _COMMON), len(words)


def one_of(alternatives: Iterable[Needs]) -> Needs:
    """What one of several alternatives needs: a word of the rarest set of each."""
    union: set[str] = set()
    for needs in alternatives:
        if not needs:
            return ()
        union |= min(needs, key=cost)
    return (frozenset(union),)
