"""SARIF 2.1.0, the OASIS form of findings that code scanning and editors read.

Columns count code points (`columnKind` says so). Safe suggestions become fixes; what needs a blank filled is told in the
message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from urllib.parse import quote

from sarif_pydantic import (
    ArtifactLocation,
    Invocation,
    Location,
    LogicalLocation,
    Message,
    PhysicalLocation,
    Region,
    ReportingConfiguration,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    Tool,
    ToolDriver,
)
from sarif_pydantic import (
    Level as SarifLevel,
)
from sarif_pydantic.sarif import ArtifactChange, ArtifactContent, Fix, Notification, Replacement

from highnote.draft import Draft
from highnote.finding import Finding, Level, Report, Suggestion
from highnote.identity import fingerprints
from highnote.reporters.places import Checked, Lines, Results, explained, why_unreadable
from highnote.rule import Rule, Source

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/highnote/highnote"
LEVELS = {Level.ERROR: SarifLevel.ERROR, Level.WARNING: SarifLevel.WARNING, Level.INFO: SarifLevel.NOTE}


def render(results: Results) -> str:
    """The log as JSON text."""
    found = [finding for checked in results.checked for finding in checked.report.findings]
    numbers = {rule: number for number, rule in enumerate(sorted({finding.rule for finding in found}))}
    examples = {finding.rule: finding for finding in reversed(found)}
    driver = ToolDriver(
        name="highnote",
        version=results.version,
        semantic_version=results.version,
        information_uri=HOME,
        rules=[_rule(examples[rule], results.rules.get(rule)) for rule in numbers],
    )
    run = Run(
        tool=Tool(driver=driver),
        invocations=[_invocation(results.errors)],
        results=[result for checked in results.checked for result in _results(checked, numbers)],
        newline_sequences=["\r\n", "\n", "\r"],
        columnKind="unicodeCodePoints",  # not a field of the model
    )
    log = Sarif(schema_uri=SCHEMA, runs=[run])
    return f"{log.model_dump_json(by_alias=True, exclude_none=True, indent=2)}\n"


def _invocation(errors: Sequence[Report]) -> Invocation:
    """How the run went: an input that could not be read is told as a notification."""
    told = [
        Notification(level=SarifLevel.ERROR, message=Message(text=why_unreadable(report)), locations=[_whole(report)])
        for report in errors
    ]
    notifications = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in told]
    return Invocation(execution_successful=not errors, toolExecutionNotifications=notifications)


def _rule(finding: Finding, rule: Rule | None) -> ReportingDescriptor:
    """What is known of a rule: at least what its finding says."""
    why = " ".join(finding.why.split())
    sources = () if rule is None else rule.source
    helped = [why, *(f"Source: {s.title}: {s.says}" for s in sources), f"More: highnote explain {finding.rule}"]
    marked = [why, *(f"- {_linked(s)}: {s.says}" for s in sources), f"More: `highnote explain {finding.rule}`"]
    return ReportingDescriptor(
        id=finding.rule,
        short_description=Message(text=_title(finding.rule)),
        full_description=Message(text=why),
        help=Message(text="\n".join(helped), markdown="\n\n".join(marked)),
        default_configuration=ReportingConfiguration(level=LEVELS[finding.level if rule is None else rule.level].value),
        properties={"tags": ["support-reply", finding.rule.partition("/")[0]]},
    )


def _linked(source: Source) -> str:
    return f"[{source.title}]({source.url})" if source.url else source.title


def _title(rule: str) -> str:
    """A rule's name as a title: `rebuke/as-i-said` is “Rebuke: as I said”."""
    category, _, name = rule.partition("/")
    words = ["I" if word == "i" else word for word in name.split("-")]
    return f"{category.capitalize()}: {' '.join(words)}"


def _results(checked: Checked, numbers: dict[str, int]) -> Iterator[Result]:
    report, draft = checked.report, checked.draft
    lines = Lines.of(draft)
    hashes = line_hashes(draft.source) if report.findings and draft.origin is None else []
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        region = _region(finding.start, finding.end, lines)
        prints = {"highnote/v1": fingerprint}
        if hashes:
            prints["primaryLocationLineHash"] = hashes[lines.within(finding.start)[0] - 1]
        yield Result(
            rule_id=finding.rule,
            rule_index=numbers[finding.rule],
            level=LEVELS[finding.level],
            message=Message(text="\n".join(explained(checked, finding))),
            locations=[_location(report, region)],
            fixes=[fix for s in finding.suggestions if (fix := _fix(s, report, draft, lines)) is not None] or None,
            partial_fingerprints=prints,
            rank=round(finding.confidence * 100, 1),
        )


def _location(report: Report, region: Region | None) -> Location:
    return Location(
        physical_location=PhysicalLocation(artifact_location=_artifact(report), region=region),
        logical_locations=[LogicalLocation(name=report.entry, kind="member")] if report.entry else None,
    )


def _whole(report: Report) -> Location:
    return _location(report, None)


def _artifact(report: Report) -> ArtifactLocation:
    path = PurePath(report.name)
    return ArtifactLocation(uri=path.as_uri() if path.is_absolute() else quote(path.as_posix()))


def _region(start: int, end: int, lines: Lines) -> Region:
    """A region with all four numbers; what concerns the whole draft lies on its first line."""
    (line, column), (end_line, end_column) = lines.place(start), lines.place(end)
    return Region(start_line=line, start_column=column, end_line=end_line, end_column=end_column)


def _fix(suggestion: Suggestion, report: Report, draft: Draft, lines: Lines) -> Fix | None:
    """The edits of a safe suggestion as the file needs them."""
    replacements = [
        Replacement(
            deleted_region=_region(start, end, lines), inserted_content=ArtifactContent(text=text) if text else None
        )
        for start, end, text in _changes(suggestion, draft)
    ]
    if not suggestion.safe or not replacements:
        return None
    change = ArtifactChange(artifact_location=_artifact(report), replacements=replacements)
    return Fix(description=Message(text=suggestion.label), artifact_changes=[change])


def _changes(suggestion: Suggestion, draft: Draft) -> Iterable[tuple[int, int, str]]:
    """What a suggestion does to the file: (start and end in the source, text). An e-mail's lines change as a whole."""
    after = draft.apply(suggestion.edits)
    if after == draft.source:
        return
    if draft.rewrite is None:
        for edit in sorted(suggestion.edits, key=lambda edit: (edit.start, edit.end)):
            text = draft.encode(edit.text) + draft.keep(draft.source[edit.start : edit.end])
            yield edit.start, edit.end, text if draft.origin is None else draft.origin.encode(text)
    else:
        start = _shared(draft.source, after)
        end = _shared(draft.source[start:][::-1], after[start:][::-1])
        yield start, len(draft.source) - end, after[start : len(after) - end]


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


BLOCK = 100
END = 0xFFFF


def line_hashes(source: str) -> list[str]:
    """GitHub's fingerprint of each line, which code scanning works out itself and wants to find the same.

    It covers the 100 UTF-16 units from the line's beginning on, tabs, spaces and the second half of a line break left
    out; lines that look the same are told apart by their number (codeql-action, fingerprints.ts).
    """
    units: list[int] = []
    firsts: list[int] = []
    start = True
    data = source.replace("\r\n", "\n").replace("\r", "\n").encode("utf-16-le", "surrogatepass")
    for unit in (*memoryview(data).cast("H"), END):
        if unit in (0x20, 0x09):
            continue
        if start:
            firsts.append(len(units))
        start = unit == 0x0A
        units.append(unit)
    units += [0] * BLOCK
    seen: Counter[int] = Counter()
    hashes = []
    for first in firsts:
        value = 0
        for unit in units[first : first + BLOCK]:
            value = value * 37 + unit
        value &= 0xFFFFFFFFFFFFFFFF
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes
