"""The Code Quality report of GitLab: a list in JSON that a merge request compares with the one of its target branch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from highnote.finding import Level
from highnote.identity import checksum, fingerprints
from highnote.reporters.places import Checked, Lines, Results, explained, file_of, why_unreadable

SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}


def render(results: Results) -> str:
    """The list, with a line break at its end."""
    entries = [entry for checked in results.checked for entry in _findings(checked)]
    for report in results.errors:
        same = checksum(report.name, "unreadable")
        entries.append(_entry(file_of(report), "unreadable", "critical", (1, 1), why_unreadable(report), same))
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _findings(checked: Checked) -> Iterator[dict[str, Any]]:
    report, lines = checked.report, Lines.of(checked.draft)
    for finding, same in zip(report.findings, fingerprints(report), strict=True):
        rows = lines.place(finding.start)[0], lines.place(max(finding.start, finding.end - 1))[0]
        said = " ".join(explained(checked, finding, why=False))
        yield _entry(file_of(report), finding.rule, SEVERITIES[finding.level], rows, said, same)


def _entry(
    file: str, rule: str, severity: str, lines: tuple[int, int], description: str, fingerprint: str
) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": file, "lines": {"begin": lines[0], "end": lines[1]}},
    }
