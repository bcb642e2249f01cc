"""Allow comments: `highnote: allow RULE[, RULE]: reason` before a paragraph, `allow-file` for the whole draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import yaml

from highnote.draft import Allow, Block

Comment = tuple[int, int, int]
"""Where the words of a comment begin and end in the source, and where the comment itself ends."""

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_SPOKEN_TO = re.compile(r"\s*highnote\s*:\s*", re.IGNORECASE)
_ALLOW = re.compile(r"(allow(?:-file)?)\b[ \t]*(?P<rules>[^:\n]*?)\s*(?P<reason>:[^\n]*|$|\n)", re.IGNORECASE)
_RULE = re.compile(r"[^\s,;]+")
_IS_RULE = re.compile(r"[\w*?\[\]-]+(?:/[\w*?\[\]-]+)?\Z")

HOW = "write “highnote: allow rule/name: the reason”"


def markup_comments(source: str) -> Iterator[Comment]:
    """The comments of HTML and Markdown."""
    if "highnote" in source:
        for match in _COMMENT.finditer(source):
            yield match.start(1), match.end(1), match.end()


def read_allows(source: str, comments: Sequence[Comment], blocks: Sequence[Block]) -> tuple[Allow, ...]:
    """The allows in the comments, each with the paragraph that it stands in or that follows it."""
    found: list[Allow] = []
    for start, end, after in comments:
        spoken = _SPOKEN_TO.match(source, start, end)
        if spoken:
            found += _allows(source, spoken.end(), end, _paragraph(blocks, start, after))
    return tuple(found)


def front_matter_allows(source: str) -> tuple[Allow, ...]:
    """The allows in the front matter of a Markdown file, all for the whole draft.

    `highnote:` holds one allow as in a comment, a list of them, or a table `allow:` of rules with their reasons.
    """
    front = _FRONT_MATTER.match(source)
    if front is None or "highnote" not in front[1]:
        return ()
    try:
        data = yaml.safe_load(front[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return ()
    told = data.get("highnote") if isinstance(data, dict) else None
    start = front.start(1) + front[1].find("highnote")
    if isinstance(told, dict):
        table = told.get("allow")
        pairs = table.items() if isinstance(table, dict) else ()
        return tuple(_of_table(source, start, front.end(1), str(rule), reason) for rule, reason in pairs)
    found: list[Allow] = []
    for text in told if isinstance(told, list) else [told]:
        at = source.find(str(text), start, front.end(1)) if text else -1
        if at >= 0:
            found += _allows(source, at, at + len(str(text)), None)
    return tuple(replace(allow, covers=None) for allow in found)


def _of_table(source: str, start: int, end: int, rule: str, reason: object) -> Allow:
    at = max(source.find(rule, start, end), start)
    return Allow(rule, at, at + len(rule), fault="" if reason and str(reason).strip() else "has no reason")


def _allows(source: str, start: int, end: int, covers: tuple[int, int] | None) -> Iterator[Allow]:
    match = _ALLOW.match(source, start, end)
    if match is None:
        yield Allow("", start, max(end - len(source[start:end]) + len(source[start:end].rstrip()), start + 1),
                    fault=f"is not understood: {HOW}")  # fmt: skip
        return
    reason = match["reason"].lstrip(":").strip()
    if match[1].lower() == "allow-file":
        covers = None
    names = list(_RULE.finditer(source, match.start("rules"), match.end("rules")))
    if not names:
        yield Allow("", match.start(), match.end(1), covers, f"names no rule: {HOW}")
    for name in names:
        fault = "" if reason else f"has no reason: {HOW}"
        if not _IS_RULE.match(name[0]):
            fault = f"is no rule: {HOW}"
        yield Allow(name[0], *name.span(), covers, fault)


def _paragraph(blocks: Sequence[Block], start: int, after: int) -> tuple[int, int]:
    """The span of the block around the comment, else of the next one; nothing where there is none."""
    spans = [(block.starts[0], block.ends[-1]) for block in blocks if block.text]
    around = next(((first, last) for first, last in spans if first < start and after < last), None)
    return around or next(((first, last) for first, last in spans if first >= after), (after, after))
