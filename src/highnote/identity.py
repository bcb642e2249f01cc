"""What makes a finding the same finding in another run: its rule, its file and its words, not its line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from highnote.finding import Finding, Report

MAX_TEXT = 120
"""Longer words of a finding are kept by their beginning and a checksum of all of them."""


class Identity(NamedTuple):
    """The rule and the flagged words, in one case and with single spaces; no words where the whole draft is meant."""

    rule: str
    text: str


def identity(finding: Finding) -> Identity:
    """What stays the same when lines move, lines are wrapped anew, or other places are edited."""
    words = " ".join(finding.text.split()).casefold()
    if len(words) > MAX_TEXT:
        words = f"{words[:MAX_TEXT].rstrip()}… {hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:12]}"
    return Identity(finding.rule, words)


def fingerprints(report: Report) -> Iterator[str]:
    """A checksum for each finding of a report, no two the same; the second of two equal ones is told by its number."""
    seen: Counter[Identity] = Counter()
    for finding in report.findings:
        same = identity(finding)
        seen[same] += 1
        yield checksum(report.name, report.entry, *same, str(seen[same]))


def checksum(*parts: str) -> str:
    """A checksum over several texts, as 32 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
