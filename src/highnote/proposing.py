"""What the patterns and checks of the rules propose in a reply.

The judge is asked before the patterns: what it says of a sentence hangs on its words alone, which takes less time than to
try a rule's patterns and far less than to read the grammar that they ask for. So a rule's patterns are tried only in
sentences where the judge would let stand what they propose. That leaves out proposals, never findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from highnote.language import read
from highnote.matching import Index, Matcher, proposal_at
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

    def admits(self, stands: Standing, candidates: int) -> bool:
        """Whether the judge might let stand what the candidates, of all rules, propose for this one in a sentence."""
        stand = stands[self.rule]
        return stand >= self.least and stand >= self.limit(candidates & self.patterns)


class Proposer:
    """Tells what some rules propose. Safe to share between threads.

    `judge` and `least` (the confidence from which on a rule's proposals stand) tell what need not be looked for.
    """

    def __init__(self, matchers: Sequence[Matcher], judge: Judge | None, least: Callable[[str], float]) -> None:
        self._matchers = matchers
        self._index = Index(matchers)
        self._judge = judge
        self._gates: dict[str, _Gate] = {}
        for matcher in matchers:
            rule = matcher.owner.id
            if judge is not None and rule in judge.rules and matcher.told_by_words:
                own = self._index.of(rule)
                limit = lru_cache(LIMITS)(partial(self._limit, matcher, judge, least(rule)))
                self._gates[rule] = _Gate(rule, own, limit, limit(own))

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
        gates = {} if hopeless else self._gates
        if self._judge is not None:
            weigh(reply.parsed.sentences, self._judge)
        worthy = [(s, self._hopeful(s, self._index.candidates(s, reply), gates)) for s in reply.parsed.sentences]
        opened = [(s, self._open(s, patterns, reply, gates)) for s, patterns in worthy]
        read(s for s, patterns in opened if patterns)
        for sentence, patterns in opened:
            for m, p in self._index.numbers(patterns):
                for match in self._matchers[m].in_sentence(p, sentence, reply):
                    yield self._matchers[m], proposal_at(match, sentence, p)
        for m, same in groupby(self._index.draft_wide, key=itemgetter(0)):
            gate = gates.get(self._matchers[m].owner.id)
            hopeful = frozenset(s.index for s, patterns in worthy if gate is None or self._admits(gate, s, patterns))
            # the checks of a rule that has a model propose sentences, not places between them
            if gate is None or hopeful:
                for _, p in same:
                    yield from (
                        (self._matchers[m], proposal) for proposal in self._matchers[m].in_draft(p, reply, hopeful)
                    )

    def _open(self, sentence: Sentence, patterns: int, reply: Reply, gates: Mapping[str, _Gate]) -> int:
        """Those of some patterns that match in a sentence and may stand, or that only a reading of it could rule out."""
        opened = self._hopeful(sentence, self._index.open(patterns, sentence), gates)
        return self._hopeful(sentence, self._index.standing(opened, sentence, reply), gates)

    def _hopeful(self, sentence: Sentence, patterns: int, gates: Mapping[str, _Gate]) -> int:
        """The patterns, without those of rules that the judge would object to even if all of them matched."""
        if not patterns or not gates or self._judge is None:
            return patterns
        stands = standing(sentence, self._judge)
        for gate in gates.values():
            if patterns & gate.patterns and not gate.admits(stands, patterns):
                patterns &= ~gate.patterns
        return patterns

    def _admits(self, gate: _Gate, sentence: Sentence, patterns: int) -> bool:
        return self._judge is not None and gate.admits(standing(sentence, self._judge), patterns)


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
