"""A template comes out in several ways: what was found in each becomes one list, every place of a rule once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from highnote.draft import Draft, Part, Zone
from highnote.finding import Finding

Way = tuple[Draft, Sequence[Finding]]


@dataclass(slots=True)
class _Place:
    """A finding, where it was first met (way and number), and the ways that show it."""

    finding: Finding
    way: int
    number: int
    ways: set[int] = field(default_factory=set)


def together(ways: Sequence[Way]) -> Iterator[tuple[int, int, str]]:
    """Each finding once: the way and the number in that way where it was first met, and its message.

    The message says in which branches the fault lies, where its place is shown in others without it. Findings inside a
    tag, and about what is missing from a template that leaves its text open, are left out.
    """
    places: dict[str, list[_Place]] = {}
    for number, (draft, findings) in enumerate(ways):
        for index, finding in enumerate(findings):
            if _stands(draft, finding):
                group = places.setdefault(finding.rule, [])
                same = next((p for p in group if number not in p.ways and _same(p.finding, finding)), None)
                if same is None:
                    group.append(same := _Place(finding, number, index))
                same.ways.add(number)
    for group in places.values():
        for place in group:
            only = _only(place, ways)
            message = place.finding.message
            yield place.way, place.number, f"{message.removesuffix('.')} ({only})." if only else message


def _same(one: Finding, other: Finding) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start == one.end and other.start == other.end
    return one.start < other.end and other.start < one.end


def _stands(draft: Draft, finding: Finding) -> bool:
    """Whether a finding in a way may be told.

    Not one on a stand-in alone. Nothing is missing from a template that leaves its text open, or is only a snippet, with
    neither a greeting nor a closing; and one without a closing is signed by the helpdesk.
    """
    if draft.template is None:
        return True
    zones = {block.zone for block in draft.blocks}
    if finding.rule == "ending/anonymous" and Zone.CLOSING not in zones:
        return False
    if finding.start == finding.end:
        return not draft.open and not zones.isdisjoint({Zone.GREETING, Zone.CLOSING})
    return finding.rule in ABOUT_TAGS or not any(
        tag.part is Part.VALUE and tag.start <= finding.start and finding.end <= tag.end for tag in draft.tags
    )


ABOUT_TAGS = frozenset({"stock/placeholder", "template/broken-tag", "allow/unused", "allow/broken"})
"""Rules whose findings are the tags themselves."""


def _only(place: _Place, ways: Sequence[Way]) -> str:
    """In words, the branches in which a finding lies; empty where it lies wherever its place is shown."""
    finding = place.finding
    shown = {n for n, (draft, _) in enumerate(ways) if finding.start == finding.end or _shows(draft, finding.start)}
    shown |= place.ways
    if shown == place.ways:
        return ""
    first = ways[place.way][0].branches
    for number, pick, words in first:  # the one choice that decides, if there is one
        chosen = {n for n in shown if any(b[:2] == (number, pick) for b in ways[n][0].branches)}
        if chosen <= place.ways:
            return f"only where {words}"
    return f"only where {' and '.join(words for _, _, words in first)}"


def _shows(draft: Draft, start: int) -> bool:
    """Whether the character of the source is part of the prose."""
    for block in draft.blocks:
        at = bisect_right(block.starts, start)
        if at and block.starts[at - 1] == start:
            return True
    return False
