"""What the patterns and checks of the rules propose in a reply.

The judge is asked before the patterns: what it says of a sentence hangs on its words alone, which takes less time than to
try a rule's patterns and far less than to read the grammar that they ask for. So a rule's patterns are tried only in
sentences where the judge would let stand what they propose. That leaves out proposals, never findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache, partial, reduce
from itertools import groupby
from operator import itemgetter, or_
from typing import TYPE_CHECKING

from highnote.language import read
from highnote.matching import ALL, Index, Matcher, proposal_at
from highnote.reply import Proposal, Reply

if TYPE_CHECKING:
    from highnote.judge import Judge, Standing
    from highnote.language import Sentence

Proposed = tuple[Matcher, Proposal]

LIMITS = 1_000
"""Sets of a rule's patterns for which it is remembered what the judge asks of a sentence."""


@dataclass(frozen=True, slots=True)
class _Gate:
    """What the judge asks of a sentence before a rule's patterns are tried on it. Patterns are bits of numbers."""

    rule: str
    patterns: int
    limit: Callable[[int], float]
    """How the sentence must stand at least with the rule if some of its patterns match."""
    least: float
    """How it must stand if any of them does."""


@dataclass(frozen=True, slots=True)
class _Chances:
    """What the judge might let stand in a sentence."""

    gates: Sequence[tuple[_Gate, float]]
    """Those of the rules with a model that it suits well enough for some of their patterns, and how it stands with each."""
    patterns: int
    """The patterns of these rules, and of those without a model."""

    def admitted(self, patterns: int) -> Iterator[_Gate]:
        """Those of the rules of which the judge might let stand what some patterns, of all rules, propose."""
        return (gate for gate, stand in self.gates if stand >= gate.limit(patterns & gate.patterns))


class Proposer:
    """Tells what some rules propose. Safe to share between threads.

    `judge` and `least` (the confidence from which on a rule's proposals stand) tell what need not be looked for.
    """

    def __init__(self, matchers: Sequence[Matcher], judge: Judge | None, least: Callable[[str], float]) -> None:
        self._matchers = matchers
        self._index = Index(matchers)
        self._judge = judge
        self._gates: dict[str, _Gate] = {}
        self._free = ALL
        """The patterns of rules without a model."""
        for matcher in matchers:
            rule = matcher.owner.id
            if judge is not None and rule in judge.rules and matcher.told_by_words:
                own = self._index.of(rule)
                limit = lru_cache(LIMITS)(partial(self._limit, matcher, judge, least(rule)))
                self._gates[rule] = _Gate(rule, own, limit, limit(own))
                self._free &= ~own

    def _limit(self, matcher: Matcher, judge: Judge, least: float, patterns: int) -> float:
        """How a sentence must stand with a rule if some of its patterns match: those about the whole draft may propose it, too."""
        matching = {p for _, p in self._index.numbers(patterns)}
        texts = {f.source.text for p, f in enumerate(matcher.flags) if f.pattern is None or p in matching}
        return judge.limit(matcher.owner.id, texts, least)

    def chosen(self, reply: Reply, *, hopeless: bool = True) -> list[Proposed]:
        """What the patterns and checks propose, one proposal a rule and sentence, in the order of the draft.

        Some of what the judge would surely object to is left out unless the `hopeless` is wanted, too.
        """
        found: dict[tuple[str, int | None, int], list[Proposed]] = {}
        for number, (matcher, proposal) in enumerate(self.every(reply, hopeless=hopeless)):
            where = proposal.sentence.index if proposal.sentence else None
            key = (matcher.owner.id, where, 0 if where is not None else number)
            found.setdefault(key, []).append((matcher, proposal))
        chosen = [(same[0][0], _together([proposal for _, proposal in same])) for same in found.values()]
        return sorted(chosen, key=lambda pair: (pair[1].start, pair[1].end, pair[0].owner.id))

    def every(self, reply: Reply, *, hopeless: bool = True) -> Iterator[Proposed]:
        """What every pattern proposes, a rule's earlier patterns first."""
        sentences = reply.parsed.sentences
        if self._judge is not None:
            weigh(sentences, self._judge)
        hopeful = _all if hopeless else self._hopeful
        worthy = [(s, hopeful(s, self._index.candidates(s, reply))) for s in sentences]
        matching = [(s, hopeful(s, self._index.open(patterns, s))) for s, patterns in worthy]
        opened = [(s, hopeful(s, self._index.standing(patterns, s, reply))) for s, patterns in matching]
        read(s for s, patterns in opened if patterns)
        for sentence, patterns in opened:
            for m, p in self._index.numbers(patterns):
                for match in self._matchers[m].in_sentence(p, sentence, reply):
                    yield self._matchers[m], proposal_at(match, sentence, p)
        places = {} if hopeless else self._places(opened)
        everywhere = frozenset(s.index for s in sentences)
        for m, same in groupby(self._index.draft_wide, key=itemgetter(0)):
            matcher = self._matchers[m]
            here = places.get(matcher.owner.id, everywhere)
            # the checks of a rule that has a model propose sentences, not places between them
            if here or matcher.owner.id not in places:
                for _, p in same:
                    yield from ((matcher, proposal) for proposal in matcher.in_draft(p, reply, here))

    def _hopeful(self, sentence: Sentence, patterns: int) -> int:
        """The patterns, without those of rules that the judge would object to whichever of them match."""
        chances = self._chances(sentence)
        hopeful = patterns & self._free
        for gate in chances.admitted(patterns) if patterns & chances.patterns != hopeful else ():
            hopeful |= patterns & gate.patterns
        return hopeful

    def _places(self, opened: Iterable[tuple[Sentence, int]]) -> Mapping[str, Set[int]]:
        """For each rule with a model the sentences (their indices) in which the judge might let stand what it proposes."""
        places: dict[str, set[int]] = {rule: set() for rule in self._gates}
        for sentence, patterns in opened:
            for gate in self._chances(sentence).admitted(patterns):
                places[gate.rule].add(sentence.index)
        return places

    def _chances(self, sentence: Sentence) -> _Chances:
        """What the judge might let stand in a sentence; worked out once for the same words."""
        known: _Chances | None = sentence.words.judged.get(self)
        if known is None:
            stands = standing(sentence, self._judge) if self._judge else {}
            gates = [(g, stands[g.rule]) for g in self._gates.values() if stands[g.rule] >= g.least]
            patterns = reduce(or_, (gate.patterns for gate, _ in gates), self._free)
            known = sentence.words.judged[self] = _Chances(gates, patterns)
        return known


def _all(sentence: Sentence, patterns: int) -> int:
    return patterns


def weigh(sentences: Iterable[Sentence], judge: Judge) -> None:
    """Have the judge say how sentences stand with it, all in one go; worked out once for the same words."""
    new = list({id(s.words): s.words for s in sentences if judge not in s.words.judged}.values())
    if new:
        for words, stands in zip(new, judge.standings([words.tokens for words in new]), strict=True):
            words.judged[judge] = stands


def standing(sentence: Sentence, judge: Judge) -> Standing:
    """How a sentence stands with the judge."""
    if judge not in sentence.words.judged:
        weigh([sentence], judge)
    known: Standing = sentence.words.judged[judge]
    return known


def _together(same: Sequence[Proposal]) -> Proposal:
    """The first of a rule's proposals for a sentence, with the patterns of the others."""
    others = dict.fromkeys(proposal.pattern for proposal in same[1:])
    others.pop(same[0].pattern, None)
    return replace(same[0], also=tuple(others)) if others else same[0]
