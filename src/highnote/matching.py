"""Patterns with their exceptions and conditions: what a rule or an act finds in a draft."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from highnote.pattern import (
    Match,
    Pattern,
    PhrasePattern,
    Phrases,
    TokenPattern,
    compile_clause,
)
from highnote.reply import Proposal, Reply
from highnote.rule import Act, Flag, Rule, RuleError, RuleErrors, Unless, When, line_of
from highnote.syntax import PatternError

if TYPE_CHECKING:
    from highnote.language import Sentence

Check = Callable[[Reply, Mapping[str, Any]], Iterator[Proposal]]

Compiled = TypeVar("Compiled")

DEFAULT_ZONES = ("body", "closing")


@dataclass(frozen=True, slots=True)
class _When:
    conditions: When
    says: PhrasePattern | None
    says_not: PhrasePattern | None


@dataclass(frozen=True, slots=True)
class _Unless:
    source: Unless
    pattern: Pattern | None
    when: _When | None


@dataclass(frozen=True, slots=True)
class _Flag:
    source: Flag
    pattern: Pattern | None
    check: Check | None
    unless: tuple[_Unless, ...]
    when: _When | None
    zones: frozenset[str] = frozenset(DEFAULT_ZONES)


@dataclass(frozen=True, slots=True)
class Matcher:
    """The compiled patterns of one rule or act."""

    owner: Rule | Act
    flags: tuple[_Flag, ...]
    unless: tuple[_Unless, ...]
    when: _When | None
    options: Mapping[str, Any]
    suggest: tuple[_When | None, ...] = ()
    """The conditions of the rule's suggestions, in their order."""

    @property
    def told_by_words(self) -> bool:
        """Whether the words of a sentence tell what is flagged, not a check that compares it with other messages."""
        rule = self.owner
        return not isinstance(rule, Rule) or rule.scope != "thread" or not all(flag.check for flag in rule.flag)

    def suggests(self, number: int, sentence: Sentence | None, reply: Reply) -> bool:
        """Whether the conditions of the rule's suggestion with this number hold for a flagged sentence."""
        when = self.suggest[number]
        return when is None or holds(when, sentence, reply)

    def patterns(self, proposal: Proposal) -> tuple[str, ...]:
        """All patterns that make a proposal, as written."""
        return tuple(dict.fromkeys(self.owner.flag[number].text for number in (proposal.pattern, *proposal.also)))

    def in_sentence(self, number: int, sentence: Sentence, reply: Reply | None) -> Iterator[Match]:
        """What the pattern with this number flags in a sentence. Without a reply only the sentence itself counts."""
        flag = self.flags[number]
        assert flag.pattern is not None
        if told(flag.pattern, sentence) != () and (reply is None or self._holds(flag, sentence, reply)):
            for match in found(flag.pattern, sentence):
                if self._stands(flag, match, sentence, reply):
                    yield _marked(match, flag.source.mark, sentence)

    def looks_around(self, number: int) -> bool:
        """Whether the conditions of the pattern with this number ask for acts."""
        whens = (self.flags[number].when, self.when)
        return any(not _ACTS.isdisjoint(when.conditions.model_fields_set) for when in whens if when)

    def surely(self, number: int, sentence: Sentence) -> bool:
        """Whether the pattern with this number flags something, told by the words of the sentence alone."""
        flag = self.flags[number]
        assert flag.pattern is not None
        if not told(flag.pattern, sentence):
            return False
        exceptions = (*flag.unless, *self.unless)
        return all(unless.pattern is not None and told(unless.pattern, sentence) == () for unless in exceptions)

    def in_draft(self, number: int, reply: Reply) -> Iterator[Proposal]:
        """What a pattern about the whole draft (an act, the absence of acts, a check) proposes."""
        flag = self.flags[number]
        source = flag.source
        if not self.suits(flag, reply):
            return
        if flag.check is not None:
            for proposal in flag.check(reply, self.options):
                if self._holds(flag, proposal.sentence, reply):
                    yield replace(proposal, pattern=number)
        elif source.absent is not None:
            if self._holds(flag, None, reply) and not any(act in s.acts for s in reply.body for act in source.absent):
                yield Proposal(0, 0, pattern=number)
        elif source.act is not None:
            threshold = self.options[source.more_than] if isinstance(source.more_than, str) else source.more_than or 0
            places = [
                (sentence, Match(*span))
                for sentence in reply.parsed.sentences
                if sentence.zone.value in flag.zones
                for span in sentence.acts.get(source.act, ())
            ]
            for sentence, match in places[threshold:]:
                if self._holds(flag, sentence, reply) and self._stands(flag, match, sentence, reply):
                    yield proposal_at(_marked(match, source.mark, sentence), sentence, number)

    def suits(self, flag: _Flag, reply: Reply) -> bool:
        """Whether the conditions of a pattern allow the circumstances of a reply."""
        return all(_suits(when.conditions, reply) for when in (flag.when, self.when) if when)

    def suits_place(self, flag: _Flag, zone: str, place: str) -> bool:
        """Whether the conditions of a pattern allow a sentence in this zone and place."""
        whens = [when.conditions for when in (flag.when, self.when) if when]
        return zone in flag.zones and all(_suits_place(when, zone, place) for when in whens)

    def _holds(self, flag: _Flag, sentence: Sentence | None, reply: Reply) -> bool:
        return all(holds(when, sentence, reply) for when in (flag.when, self.when) if when)

    def _stands(self, flag: _Flag, match: Match, sentence: Sentence, reply: Reply | None) -> bool:
        return not any(_excepted(unless, match, sentence, reply) for unless in (*flag.unless, *self.unless))


def proposal_at(match: Match, sentence: Sentence, number: int) -> Proposal:
    """The proposal for a match in a sentence."""
    start, end = sentence.source(match.start, match.end)
    prose = sentence.span.doc[match.start : match.end].text
    return Proposal(start, end, sentence, number, fields={"text": prose})


def _marked(match: Match, mark: str | None, sentence: Sentence) -> Match:
    if mark == "sentence":
        return Match(sentence.span.start, sentence.span.end, match.clause)
    if mark == "clause" and match.clause is None:
        touched = _touched(match, sentence)
        return Match(min(touched), max(touched) + 1)
    return match


def _touched(match: Match, sentence: Sentence) -> set[int]:
    """The tokens of the match and of the clauses that it stands in."""
    inside = set(range(match.start, match.end))
    return inside.union(*(own for own in sentence.words.clause_tokens if not own.isdisjoint(inside)))


def _excepted(unless: _Unless, match: Match, sentence: Sentence, reply: Reply | None) -> bool:
    if unless.when is not None:
        return reply is not None and holds(unless.when, sentence, reply)
    if unless.source.act is not None:
        return unless.source.act in sentence.acts
    assert unless.pattern is not None
    matches = found(unless.pattern, sentence)
    if not matches or unless.source.sentence is not None:
        return bool(matches)
    touched = _touched(match, sentence)
    return any(not touched.isdisjoint(range(other.start, other.end)) for other in matches)


def holds(when: _When, sentence: Sentence | None, reply: Reply) -> bool:
    """Whether the conditions hold for a sentence of a reply (for the reply alone where `sentence` is None)."""
    want = when.conditions
    if not _suits(want, reply):
        return False
    if when.says and not _said(when.says, reply):
        return False
    if when.says_not and _said(when.says_not, reply):
        return False
    if want.draft_has and not _any_act(reply.body, want.draft_has):
        return False
    if want.draft_lacks and _any_act(reply.body, want.draft_lacks):
        return False
    return sentence is None or _placed(want, sentence, reply)


def circumstances(reply: Reply) -> object:
    """What conditions ask of the circumstances of a reply, as one value."""
    now = reply.situation
    return reply.asked is not None, reply.chat, reply.partial, reply.valued, now.kind, now.harm, now.asks_why


def _suits(want: When, reply: Reply) -> bool:
    """Whether conditions allow the circumstances of a reply."""
    plain = (
        (want.thread, reply.asked is not None),
        (want.chat, reply.chat),
        (want.partial, reply.partial),
        (want.valued, reply.valued),
    )
    if any(wanted is not None and wanted != given for wanted, given in plain):
        return False
    if want.customer and reply.situation.kind not in want.customer:
        return False
    if want.harm is not None and want.harm != reply.situation.harm:
        return False
    return want.asks_why is None or want.asks_why == reply.situation.asks_why


def _suits_place(want: When, zone: str, place: str) -> bool:
    """Whether conditions allow where a sentence stands."""
    if want.zone and zone not in want.zone:
        return False
    return not want.place or place in want.place or (place == "only" and not {"first", "last"}.isdisjoint(want.place))


def _placed(want: When, sentence: Sentence, reply: Reply) -> bool:
    if not _suits_place(want, sentence.zone.value, sentence.place):
        return False
    if not _NEARBY.intersection(want.model_fields_set):
        return True
    at = sentence.index
    near = 1 if want.within is None else want.within
    far = len(reply.parsed.sentences) if want.within is None else want.within
    later = [s for s in reply.body if at < s.index <= at + far]
    earlier = [s for s in reply.body if at - far <= s.index < at]
    around = [s for s in reply.body if abs(s.index - at) <= near]
    return (
        (not want.followed_by or _any_act(later, want.followed_by))
        and not _any_act(later, want.not_followed_by)
        and (not want.preceded_by or _any_act(earlier, want.preceded_by))
        and not _any_act(earlier, want.not_preceded_by)
        and (not want.beside or _any_act(around, want.beside))
        and not _any_act(around, want.not_beside)
    )


_NEARBY = frozenset({
    "followed_by", "not_followed_by", "preceded_by", "not_preceded_by", "beside", "not_beside",
})  # fmt: skip
"""The conditions on the sentences around one."""
_ACTS = _NEARBY | {"draft_has", "draft_lacks"}


def _any_act(sentences: Iterable[Sentence], acts: Sequence[str]) -> bool:
    return any(sentence.does(*acts) for sentence in sentences)


def _said(pattern: PhrasePattern, reply: Reply) -> bool:
    return reply.customer is not None and any(pattern.find(sentence) for sentence in reply.customer.sentences)


# ---------------------------------------------------------------- compiling


def compile_matcher(owner: Rule | Act, phrases: Phrases, options: Mapping[str, Any] | None = None) -> Matcher:
    """Compile the patterns of a rule or act. Raises RuleErrors with the line of each pattern that cannot be understood."""
    errors: list[RuleError] = []

    def guarded(make: Callable[[], Compiled], *where: str | int) -> Iterator[Compiled]:
        try:
            yield make()
        except PatternError as error:
            errors.append(RuleError(owner.path, line_of(owner.path, *where), str(error), error.mend))

    flags = tuple(
        f for i, flag in enumerate(owner.flag) for f in guarded(partial(_compile_flag, flag, phrases, owner), "flag", i)
    )
    unless = tuple(
        u for i, item in enumerate(owner.unless) for u in guarded(partial(_compile_unless, item, phrases), "unless", i)
    )
    when = next(guarded(partial(_compile_when, owner.when, phrases), "when"), None) if isinstance(owner, Rule) else None
    entries = owner.suggest if isinstance(owner, Rule) else ()
    suggest = tuple(
        w for i, entry in enumerate(entries) for w in guarded(partial(_compile_when, entry.when, phrases), "suggest", i)
    )
    if errors:
        raise RuleErrors(errors)
    defaults = owner.options if isinstance(owner, Rule) else {}
    return Matcher(owner, flags, unless, when, {**defaults, **(options or {})}, suggest)


def _compile_when(when: When | None, phrases: Phrases) -> _When | None:
    if when is None:
        return None
    says = phrases.compile(when.customer_says) if when.customer_says else None
    says_not = phrases.compile(when.customer_says_not) if when.customer_says_not else None
    return _When(when, says, says_not)


def _compile_unless(unless: Unless, phrases: Phrases) -> _Unless:
    pattern: Pattern | None = None
    if text := unless.phrase or unless.sentence:
        pattern = phrases.compile(text)
    elif unless.clause is not None:
        pattern = compile_clause(unless.clause, phrases)
    return _Unless(unless, pattern, _compile_when(unless.when, phrases))


def _compile_flag(flag: Flag, phrases: Phrases, owner: Rule | Act) -> _Flag:
    pattern: Pattern | None = None
    if flag.phrase is not None:
        pattern = phrases.compile(flag.phrase)
    elif flag.clause is not None:
        mark = flag.mark if flag.mark and flag.mark != "match" else "clause"
        pattern = compile_clause(flag.clause, phrases, mark=mark)
    elif flag.tokens is not None:
        pattern = TokenPattern(str(flag.tokens), tuple(flag.tokens))
    check = _find_check(flag.check) if flag.check is not None else None
    unless = tuple(_compile_unless(item, phrases) for item in flag.unless)
    whens = [flag.when, owner.when] if isinstance(owner, Rule) else [flag.when]
    zones = [frozenset[str](when.zone) for when in whens if when and when.zone] or [frozenset(DEFAULT_ZONES)]
    return _Flag(flag, pattern, check, unless, _compile_when(flag.when, phrases), frozenset.intersection(*zones))


def _find_check(name: str) -> Check:
    module, _, function = name.partition(".")
    try:
        check: Check = getattr(importlib.import_module(f"highnote.checks.{module}"), function)
    except (ImportError, AttributeError) as error:
        raise PatternError(
            f"there is no check “{name}”", "name a function of highnote.checks, such as `module.function`"
        ) from error
    return check


# ---------------------------------------------------------------- what a sentence has


def found(pattern: Pattern, sentence: Sentence) -> Sequence[Match]:
    """Every place that a pattern matches; worked out once for the same words."""
    known: Sequence[Match] | None = sentence.words.found.get(pattern)
    if known is None:
        known = sentence.words.found[pattern] = tuple(pattern.find(sentence))
    return known


def told(pattern: Pattern, sentence: Sentence) -> Sequence[Match] | None:
    """Every place that a pattern matches; None where only a reading of the sentence can tell."""
    known: Sequence[Match] | None = sentence.words.found.get(pattern)
    if known is None:
        matches = pattern.told(sentence)
        if matches is None:
            return None
        known = sentence.words.found[pattern] = tuple(matches)
    return known


class Index:
    """Tells which patterns are worth trying on a sentence: those whose words are in it, and whose conditions allow it.

    Patterns are bits of whole numbers, so that a few steps a word tell which patterns have all the words that they need.
    """

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._patterns: list[tuple[int, int, Pattern]] = []
        self._matchers = matchers
        self.draft_wide: list[tuple[int, int]] = []
        """(matcher, pattern) numbers of the patterns that look at the whole draft."""
        for m, matcher in enumerate(matchers):
            for p, flag in enumerate(matcher.flags):
                if flag.pattern is None:
                    self.draft_wide.append((m, p))
                else:
                    self._patterns.append((m, p, flag.pattern))
        most = max((len(pattern.needs) for _, _, pattern in self._patterns), default=0)
        self._free = [0] * most
        """For every place in the patterns' needs: the patterns that need nothing there."""
        self._by_word: list[dict[str, int]] = [{} for _ in range(most)]
        """For every place in the patterns' needs, and every word: the patterns that are content with it there."""
        self._by_place: dict[tuple[str, str], int] = {}
        self._by_circumstances: dict[object, int] = {}
        self._own: dict[str, int] = {}
        for number, (m, _, pattern) in enumerate(self._patterns):
            self._enter(1 << number, pattern)
            owner = matchers[m].owner.id
            self._own[owner] = self._own.get(owner, 0) | 1 << number

    def _enter(self, bit: int, pattern: Pattern) -> None:
        for place, known in enumerate(self._by_word):
            if place >= len(pattern.needs):
                self._free[place] |= bit
                continue
            for word in pattern.needs[place]:
                known[word] = known.get(word, 0) | bit

    def of(self, owner: str) -> int:
        """The patterns of one rule or act."""
        return self._own.get(owner, 0)

    def candidates(self, sentence: Sentence, reply: Reply | None = None) -> int:
        """The patterns worth trying on a sentence."""
        worthy = self._worthy(sentence) & self._placed(sentence)
        return worthy if reply is None else worthy & self._allowed(reply)

    def numbers(self, patterns: int) -> Iterator[tuple[int, int]]:
        """The matcher and pattern numbers of some patterns, in their order."""
        while patterns:
            bit = patterns & -patterns
            yield self._patterns[bit.bit_length() - 1][:2]
            patterns ^= bit

    def open(self, patterns: int, sentence: Sentence) -> int:
        """Those of some patterns that match in a sentence, or that only a reading of it could rule out."""
        kept, left = 0, patterns
        while left:
            bit = left & -left
            if told(self._patterns[bit.bit_length() - 1][2], sentence) != ():
                kept |= bit
            left ^= bit
        return kept

    def _worthy(self, sentence: Sentence) -> int:
        """The patterns whose words are in a sentence."""
        worthy: int | None = sentence.words.found.get(self)
        if worthy is None:
            keys = sentence.words.keys
            worthy = ALL
            for free, by_word in zip(self._free, self._by_word, strict=True):
                content = free
                for word in keys & by_word.keys():
                    content |= by_word[word]
                worthy &= content
            sentence.words.found[self] = worthy
        return worthy

    def _placed(self, sentence: Sentence) -> int:
        """The patterns whose conditions allow where the sentence stands."""
        key = (sentence.zone.value, sentence.place)
        if key not in self._by_place:
            self._by_place[key] = self._bits(lambda matcher, flag: matcher.suits_place(flag, *key))
        return self._by_place[key]

    def _allowed(self, reply: Reply) -> int:
        """The patterns whose conditions allow the circumstances of a reply."""
        key = circumstances(reply)
        if key not in self._by_circumstances:
            self._by_circumstances[key] = self._bits(lambda matcher, flag: matcher.suits(flag, reply))
        return self._by_circumstances[key]

    def _bits(self, suits: Callable[[Matcher, _Flag], bool]) -> int:
        return sum(
            1 << number
            for number, (m, p, _) in enumerate(self._patterns)
            if suits(self._matchers[m], self._matchers[m].flags[p])
        )


ALL = -1
"""All patterns, as bits."""
