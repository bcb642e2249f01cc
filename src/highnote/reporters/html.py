"""The report as one HTML file for a browser: the drafts with their findings marked, filters, search; nothing is fetched.

All text is escaped by the template, and the page forbids every script but its own (by checksum) and every connection.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from jinja2 import Environment, StrictUndefined, Template

from highnote.draft import Draft, Zone
from highnote.finding import Finding, Level, Suggestion
from highnote.reporters.places import (
    Checked,
    Lines,
    Results,
    before_and_after,
    by_level,
    count,
    flagged,
    local_span,
    printable,
    summarise,
    title,
    where_found,
    why_unreadable,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with the findings that flag it (by number, the gravest level first)."""

    text: str
    numbers: tuple[int, ...] = ()
    level: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of a draft, or the whole of its source; `zone` says which part of the message it is."""

    pieces: tuple[Piece, ...]
    zone: str = Zone.BODY.value


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as the page shows it: its number on the page, its place, the mend as rows of old and new text."""

    number: int
    finding: Finding
    place: str
    words: str
    evidence: str
    mends: tuple[tuple[Suggestion, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One draft with findings."""

    title: str
    counts: str
    parts: tuple[Part, ...]
    cards: tuple[Card, ...]


def render(results: Results) -> str:
    """The page."""
    sections = list(_sections(results.checked))
    found = [finding for checked in results.checked for finding in checked.report.findings]
    rules = Counter(finding.rule for finding in found)
    levels = Counter(finding.level for finding in found)
    page = _template().render(
        result=where_found(results.summary),
        version=results.version,
        sections=sections,
        clean=[title(checked.report) for checked in results.checked if not checked.report.findings],
        errors=[(report.name, why_unreadable(report)) for report in results.errors],
        rules=sorted(rules.items()),
        levels=[(level.value, levels[level]) for level in Level if levels[level]],
        style=_resource("report.css"),
        script=_resource("report.js"),
        script_sum=_checksum(_resource("report.js")),
        count=count,
    )
    return f"{page}\n"


def _sections(checked: Sequence[Checked]) -> Iterator[Section]:
    number = 0
    for one in checked:
        report = one.report
        if report.findings:
            findings = sorted(report.findings, key=lambda finding: (finding.end > finding.start, finding.start))
            cards = tuple(_card(number + at, finding, one) for at, finding in enumerate(findings, 1))
            number += len(cards)
            yield Section(title(report), by_level(summarise([report])), tuple(_parts(one.draft, cards)), cards)


def _card(number: int, finding: Finding, checked: Checked) -> Card:
    draft = checked.draft
    line, column = Lines.of(draft).place(finding.start)
    spans = finding.end > finding.start
    return Card(
        number=number,
        finding=finding,
        place=f"line {line}, column {column}" if spans else "the whole draft",
        words=printable(flagged(draft, finding.start, finding.end)) if spans else "",
        evidence=printable(finding.evidence.text) if finding.evidence else "",
        mends=tuple((s, tuple(_visible(before_and_after(draft, s)))) for s in finding.suggestions),
    )


def _visible(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for old, new in pairs:
        yield printable(old), printable(new)


def _parts(draft: Draft, cards: Sequence[Card]) -> Iterator[Part]:
    """The draft as it reads: its source, or of a page and an encoded mail the paragraphs."""
    spans = [(card.finding.start, card.finding.end, card) for card in cards if card.finding.end > card.finding.start]
    if draft.template or (draft.rewrite is None and draft.encode is str):
        yield Part(tuple(_pieces(draft.source, spans)))
        return
    for block in draft.blocks:
        if block.text:
            within = [
                (*local, card)
                for start, end, card in spans
                if (local := local_span(block, start, end)) and local[0] < local[1]
            ]
            yield Part(tuple(_pieces(block.text, within)), block.zone.value)


def _pieces(text: str, spans: Sequence[tuple[int, int, Card]]) -> Iterator[Piece]:
    """The text cut where a finding begins or ends."""
    cuts = sorted({0, len(text), *(at for start, end, _ in spans for at in (start, end))})
    for left, right in pairwise(cuts):
        cards = [card for start, end, card in spans if start <= left and right <= end]
        worst = max((card.finding.level for card in cards), key=lambda level: level.rank, default=None)
        numbers = tuple(card.number for card in cards)
        yield Piece(printable(text[left:right]), numbers, worst.value if worst else "")


def _checksum(script: str) -> str:
    """What the page's policy calls a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _resource(name: str) -> str:
    return resources.files("highnote.reporters").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        _resource("report.html.jinja")
    )
