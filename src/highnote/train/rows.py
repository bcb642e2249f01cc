"""Labelled text as sentences: what each is under every rule, and which patterns propose it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from highnote.features import Word
from highnote.train.labelled import Passage

if TYPE_CHECKING:
    from highnote.config import Config
    from highnote.draft import Draft
    from highnote.language import Known
    from highnote.linter import Linter

NEIGHBOURS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "rebuke/blame rebuke/customer-error",
        "rebuke/contradict rebuke/doubt",
        "rebuke/obvious last-word/passive-aggressive courtesy/dismissive courtesy/hostile-wording",
        "compensation/bribe resolution/discount-for-defect compensation/token-discount compensation/no-expiry",
        "ending/problem last-word/parting-shot resolution/refusal",
        "ending/apology apology/but apology/conditional",
        "resolution/vague-promise resolution/no-owner runaround/handoff",
        "runaround/pass-the-buck runaround/unavailable",
        "runaround/hoops runaround/interrogation runaround/repeat-info",
        "upsell/hard-sell upsell/too-early",
        "excuse/why-it-happened excuse/third-party excuse/workload apology/passive",
    )
)
"""Rules that may both be right about a sentence: a fault under one is no counter-example for the others."""

SEVERAL = frozenset(
    [
        "apology/excessive",
        "excuse/why-it-happened",
        "ending/keeps-talking",
        "runaround/interrogation",
        "runaround/hoops",
        "compensation/overkill",
        "compensation/retention-plea",
        "upsell/hard-sell",
    ]
)
"""Rules about several sentences together: where a draft holds such a fault, its other sentences may belong to it."""


def neighbours(rules: Iterable[str]) -> frozenset[str]:
    """These rules and those whose border with them careful people draw differently."""
    named = frozenset(rules)
    return named.union(*(group for group in NEIGHBOURS if group & named))


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence: under which rules it is faulty, a near miss, or undecided, and which rules' patterns propose it."""

    passage: Passage
    words: Sequence[Word]
    wrong: frozenset[str]
    near: frozenset[str]
    undecided: frozenset[str]
    proposed: Mapping[str, Sequence[str]]
    """The rules whose patterns propose the sentence, each with these patterns as written."""


def unsure(row: Row, rule: str) -> bool:
    """Whether a proposal here is neither right nor wrong: another rule's fault that this one may see as well."""
    if rule in row.undecided:
        return True
    return not row.passage.draft and bool(row.passage.wrong) and row.passage.rule != rule


def read_rows(passages: Iterable[Passage], linter: Linter) -> list[Row]:
    """The sentences of the passages, read by the engine, with what its patterns propose."""
    from highnote.draft import Draft
    from highnote.language import Known, parse
    from highnote.reading import read_text

    drafts = [(passage, read_text(passage.text)) for passage in passages]
    known = Known()
    parse(Draft("", tuple(block for _, draft in drafts for block in draft.blocks)), linter.config.model, known)
    return [row for passage, draft in drafts for row in _rows(passage, draft, linter, known)]


def read_in_parallel(passages: Sequence[Passage], config: Config, jobs: int) -> list[Row]:
    """The same in several processes, in the same order."""
    from concurrent.futures import ProcessPoolExecutor
    from itertools import repeat

    size = -(-len(passages) // max(jobs, 1)) or 1
    parts = [passages[i : i + size] for i in range(0, len(passages), size)]
    with ProcessPoolExecutor(jobs) as pool:
        return [row for part in pool.map(_read_part, parts, repeat(config)) for row in part]


def _read_part(passages: Sequence[Passage], config: Config) -> list[Row]:
    from highnote.linter import Linter

    return read_rows(passages, Linter(config))


def _rows(passage: Passage, draft: Draft, linter: Linter, known: Known) -> Iterator[Row]:
    reply = linter.but(chat=not passage.draft).read(draft, passage.thread, passage.date, known)
    proposed: dict[int, dict[str, Sequence[str]]] = {}
    for matcher, proposal in linter.proposals(reply):
        if proposal.sentence is not None:
            proposed.setdefault(proposal.sentence.index, {})[matcher.owner.id] = matcher.patterns(proposal)
    faulty = {rule for rule, _, _ in passage.wrong}
    for sentence in reply.parsed.sentences:
        start, end = sentence.start, sentence.end
        wrong = _touching(passage.wrong, start, end)
        near = _touching(passage.right, start, end) - wrong
        undecided = (neighbours(wrong) | (faulty & SEVERAL) if passage.draft else neighbours(faulty)) - wrong
        yield Row(
            passage,
            sentence.words.tokens,
            wrong,
            near,
            frozenset(undecided - near),
            proposed.get(sentence.index, {}),
        )


def _touching(places: Iterable[tuple[str, int, int]], start: int, end: int) -> frozenset[str]:
    return frozenset(rule for rule, first, last in places if first < end and start < last)


def counted(rows: Iterable[Row]) -> tuple[Counter[str], Counter[str]]:
    """How many faulty sentences, and how many near misses, there are of each rule."""
    wrong, near = Counter[str](), Counter[str]()
    for row in rows:
        wrong.update(row.wrong)
        near.update(row.near)
    return wrong, near


def without(rows: Iterable[Row], left_out: Collection[str]) -> list[Row]:
    """The rows whose writer (`abroad`) or fold of drafts (`drafts:0` … `drafts:4`) is not left out."""
    return [row for row in rows if row.passage.fold not in left_out and row.passage.writer not in left_out]
