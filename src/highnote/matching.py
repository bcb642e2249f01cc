"""Patterns with their exceptions and conditions: what a rule or an act finds in a draft."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from highnote.combine import Needs
from highnote.language import any_does
from highnote.language import told as told_acts
from highnote.pattern import (
    Match,
    Pattern,
    PhrasePattern,
    Phrases,
    TokenPattern,
    compile_clause,
    found,
    told,
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
        if not (self.may_match(number, sentence) and self.may_stand(number, sentence, reply)):
            return
        matches = found(flag.pattern, sentence)
        if matches and (reply is None or self._holds(flag, sentence, reply)):
            for match in matches:
                if self._stands(flag, match, sentence, reply):
                    yield _marked(match, flag.source.mark, sentence)

    def needs(self, number: int) -> Needs:
        """Sets of words or base forms; the pattern with this number flags nothing without a word of each."""
        pattern = self.flags[number].pattern
        return pattern.needs if pattern else ()

    def may_match(self, number: int, sentence: Sentence) -> bool:
        """Whether the pattern with this number may match in a sentence, as far as words alone tell."""
        pattern = self.flags[number].pattern
        matches = told(pattern, sentence) if pattern else None
        return matches is None or len(matches) > 0

    def may_stand(self, number: int, sentence: Sentence, reply: Reply | None) -> bool:
        """Whether what a pattern matches in a sentence may stand before its conditions and exceptions.

        Told by words alone, so that the sentence need not be read for what cannot stand; of one that is read, no more is asked.
        """
        if sentence.words.is_read:
            return True
        flag = self.flags[number]
        if reply and not all(may_hold(when, sentence, reply) for when in (flag.when, self.when) if when):
            return False
        exceptions = (*flag.unless, *self.unless)
        if any(_surely_excepted(unless, sentence, reply) for unless in exceptions):
            return False
        left = told(flag.pattern, sentence) if flag.pattern else None
        for unless in exceptions if left is not None else ():
            if unless.when is not None and not (reply and surely_holds(unless.when, sentence, reply)):
                continue
            for other in (told(unless.pattern, sentence) or ()) if unless.pattern else ():
                left = [match for match in left or () if match.end <= other.start or other.end <= match.start]
        return left is None or len(left) > 0

    def surely(self, number: int, sentence: Sentence) -> bool:
        """Whether the pattern with this number flags something, told by the words of the sentence alone."""
        flag = self.flags[number]
        assert flag.pattern is not None
        if not told(flag.pattern, sentence):
            return False
        exceptions = (*flag.unless, *self.unless)
        return all(unless.pattern is not None and told(unless.pattern, sentence) == () for unless in exceptions)

    def in_draft(self, number: int, reply: Reply, hopeful: Set[int]) -> Iterator[Proposal]:
        """What a pattern about the whole draft (an act, the absence of acts, a check) proposes.

        What an act proposes in other sentences than the `hopeful` (their indices) may be left out.
        """
        flag = self.flags[number]
        source = flag.source
        if not self.suits(flag, reply):
            return
        if flag.check is not None:
            for proposal in flag.check(reply, self.options):
                if self._holds(flag, proposal.sentence, reply):
                    yield replace(proposal, pattern=number)
        elif source.absent is not None:
            if self._holds(flag, None, reply) and not any_does(reply.body, source.absent):
                yield Proposal(0, 0, pattern=number)
        elif source.act is not None:
            threshold = self.options[source.more_than] if isinstance(source.more_than, str) else source.more_than or 0
            doing = [
                s for s in reply.parsed.sentences if s.zone.value in flag.zones and s.acts.told(source.act) is not False
            ]
            if not threshold:  # else each counts
                doing = [s for s in doing if s.index in hopeful and self.may_stand(number, s, reply)]
            places = [(sentence, Match(*span)) for sentence in doing for span in sentence.acts.get(source.act, ())]
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
    if unless.when is not None and not (reply is not None and holds(unless.when, sentence, reply)):
        return False
    if unless.source.act is not None:
        return unless.source.act in sentence.acts
    if unless.pattern is None:  # the conditions are all
        return True
    matches = found(unless.pattern, sentence)
    if not matches or unless.source.sentence is not None:
        return bool(matches)
    touched = _touched(match, sentence)
    return any(not touched.isdisjoint(range(other.start, other.end)) for other in matches)


def _surely_excepted(unless: _Unless, sentence: Sentence, reply: Reply | None) -> bool:
    """Whether an exception holds wherever a pattern matches in a sentence, told by words alone."""
    if unless.when is not None and not (reply is not None and surely_holds(unless.when, sentence, reply)):
        return False
    if unless.source.act is not None:
        return sentence.acts.told(unless.source.act) is True
    if unless.pattern is None:
        return True
    return unless.source.sentence is not None and bool(told(unless.pattern, sentence))


_Do = Callable[[Sequence["Sentence"], Sequence[str]], bool]
"""Tells whether one of some sentences does one of some acts."""


def _may_do(sentences: Sequence[Sentence], acts: Sequence[str]) -> bool:
    return told_acts(sentences, acts) is not False


def _surely_do(sentences: Sequence[Sentence], acts: Sequence[str]) -> bool:
    return told_acts(sentences, acts) is True


def holds(when: _When, sentence: Sentence | None, reply: Reply) -> bool:
    """Whether the conditions hold for a sentence of a reply (for the reply alone where `sentence` is None)."""
    return may_hold(when, sentence, reply) and _hold(when, sentence, reply, any_does, any_does)


def may_hold(when: _When, sentence: Sentence | None, reply: Reply) -> bool:
    """Whether the conditions may hold, as far as words alone tell."""
    return _hold(when, sentence, reply, _may_do, _surely_do)


def surely_holds(when: _When, sentence: Sentence | None, reply: Reply) -> bool:
    """Whether the conditions hold, told by words alone."""
    return _hold(when, sentence, reply, _surely_do, _may_do)


def _hold(when: _When, sentence: Sentence | None, reply: Reply, do: _Do, do_not: _Do) -> bool:
    """Whether the conditions hold; `do` tells of acts that are wanted, `do_not` of those that are not."""
    want = when.conditions
    return (
        _suits(want, reply)
        and (when.says is None or _said(when.says, reply))
        and (when.says_not is None or not _said(when.says_not, reply))
        and (sentence is None or _suits_place(want, sentence.zone.value, sentence.place))
        and (not want.draft_has or do(reply.body, want.draft_has))
        and not (want.draft_lacks and do_not(reply.body, want.draft_lacks))
        and (sentence is None or _between(want, sentence, reply, do, do_not))
    )


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


def _between(want: When, sentence: Sentence, reply: Reply, do: _Do, do_not: _Do) -> bool:
    """Whether the sentences around one do what conditions want, and nothing that they do not want."""
    if not _NEARBY.intersection(want.model_fields_set):
        return True
    at = sentence.index
    near = 1 if want.within is None else want.within
    far = len(reply.parsed.sentences) if want.within is None else want.within
    later = [s for s in reply.body if at < s.index <= at + far]
    earlier = [s for s in reply.body if at - far <= s.index < at]
    around = [s for s in reply.body if abs(s.index - at) <= near]
    return (
        (not want.followed_by or do(later, want.followed_by))
        and not do_not(later, want.not_followed_by)
        and (not want.preceded_by or do(earlier, want.preceded_by))
        and not do_not(earlier, want.not_preceded_by)
        and (not want.beside or do(around, want.beside))
        and not do_not(around, want.not_beside)
    )


_NEARBY = frozenset({
    "followed_by", "not_followed_by", "preceded_by", "not_preceded_by", "beside", "not_beside",
})  # fmt: skip
"""The conditions on the sentences around one."""


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
        self._most = max((len(pattern.needs) for _, _, pattern in self._patterns), default=0)
        self._free = 0
        """The patterns that need nothing, place by place in the patterns' needs: each place has bits for all patterns."""
        self._by_word: dict[str, int] = {}
        """For every word the patterns that are content with it, place by place."""
        self._by_place: dict[tuple[str, str], int] = {}
        self._by_circumstances: dict[object, int] = {}
        self._own: dict[str, int] = {}
        self._alike: dict[tuple[int, int], tuple[_Flag, int]] = {}
        """The patterns of each matcher that have the same conditions, and one of them."""
        by_words: dict[frozenset[str], int] = {}
        for number, (m, p, pattern) in enumerate(self._patterns):
            bit = 1 << number
            owner = matchers[m].owner.id
            self._own[owner] = self._own.get(owner, 0) | bit
            flag = matchers[m].flags[p]
            first, alike = self._alike.get((m, id(flag.when)), (flag, 0))
            self._alike[m, id(flag.when)] = first, alike | bit
            for place in range(len(pattern.needs), self._most):
                self._free |= bit << place * len(self._patterns)
            for place, words in enumerate(pattern.needs):
                by_words[words] = by_words.get(words, 0) | bit << place * len(self._patterns)
        for words, bits in by_words.items():  # many patterns need a word of the same list
            for word in words:
                self._by_word[word] = self._by_word.get(word, 0) | bits

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
        return self._those(patterns, lambda matcher, p: matcher.may_match(p, sentence))

    def standing(self, patterns: int, sentence: Sentence, reply: Reply | None = None) -> int:
        """Those of some patterns whose matches in a sentence may stand, as far as words alone tell."""
        return self._those(patterns, lambda matcher, p: matcher.may_stand(p, sentence, reply))

    def _those(self, patterns: int, suits: Callable[[Matcher, int], bool]) -> int:
        kept, left = 0, patterns
        while left:
            bit = left & -left
            m, p, _ = self._patterns[bit.bit_length() - 1]
            if suits(self._matchers[m], p):
                kept |= bit
            left ^= bit
        return kept

    def _worthy(self, sentence: Sentence) -> int:
        """The patterns whose words are in a sentence."""
        worthy: int | None = sentence.words.found.get(self)
        if worthy is None:
            content = self._free
            for word in sentence.words.keys & self._by_word.keys():
                content |= self._by_word[word]
            worthy = (1 << len(self._patterns)) - 1
            for place in range(self._most):
                worthy &= content >> place * len(self._patterns)
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
        return sum(alike for (m, _), (flag, alike) in self._alike.items() if suits(self._matchers[m], flag))


ALL = -1
"""All patterns, as bits."""
