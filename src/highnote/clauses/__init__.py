"""Clauses of a sentence with their logical parts: who does what to whom, and whether it is said, asked or wished.

Everything is derived from spaCy's parse (`en_core_web_sm` without the entity recogniser) plus repairs of what that
small model gets wrong in hasty mail: imperatives read as nouns, missing apostrophes, "'d", tag questions. Active,
passive, relative, inverted and shortened forms of one statement come out alike, so that a rule is written once.
"""

from __future__ import annotations

from highnote.clauses.facts import facts_of
from highnote.clauses.finish import finished, mark_questions
from highnote.clauses.heads import is_bare_predicate, is_head, owners_of, parent_of, top_down
from highnote.clauses.repairs import read, repair
from highnote.clauses.words import Clause, Facts
from highnote.tokens import Span

__all__ = ["Clause", "clauses"]


def clauses(span: Span) -> tuple[Clause, ...]:
    """The clauses of a sentence, in the order of their verbs; empty for text without any predicate. Never raises."""
    words = read(span)
    if not words:
        return ()
    repair(words)
    order = top_down(words)
    heads = [at for at in order if is_head(words, at)]
    if not heads:
        heads = [at for at in order if words[at].head == at and is_bare_predicate(words, at)]
    if not heads:
        heads = [at for at in order if words[at].low in ("sorry", "apologies", "thanks")][:1]
    if not heads:
        return ()
    owner = owners_of(words, order, frozenset(heads))
    tokens: dict[int, list[int]] = {at: [] for at in heads}
    for at, head in enumerate(owner):
        if head is not None:
            tokens[head].append(at)
    made: dict[int, Facts] = {}
    for at in heads:
        made[at] = facts_of(words, at, parent_of(words, at, owner, made), tokens[at], made)
    mark_questions(words, heads, made)
    return finished(words, heads, tokens, made)
