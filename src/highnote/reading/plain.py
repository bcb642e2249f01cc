"""Plain text, and what all formats share: from lines to blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from highnote.draft import Block, Draft, Kind, Zone
from highnote.reading import quotes, zones
from highnote.reading.lines import Flat, Line, split
from highnote.reading.traced import fold, whole

_ITEM = re.compile(r"(?:[*•·‣▪◦●○–+-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+(?=\S)")
_SURE_ITEM = re.compile(r"[*•‣▪◦●○]|\(?(?:1|a)[.)]")
_HEADING = re.compile(r"#{1,6}\s+(?=\S)")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})$")
_RULE = re.compile(r"[-=_*~#. ]{3,}$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_SHORT = 45
_OPEN = """
a an the of to and or but in on at for from by with as if that which who our your my their his her its is are
was were be been will would can could may might must shall should not no we i you they he she it this these
those mr mrs ms dr
"""
_OPEN_WORDS = frozenset(_OPEN.split())
"""A line that ends with one of these goes on in the next."""


def read_text(text: str, name: str = "draft") -> Draft:
    """Read plain text: unwrapped paragraphs, list items and headings, each in its zone, and the messages quoted."""
    flat = split(whole(text))
    blocks, quoted = assemble(flat)
    return Draft(
        text, blocks, name, quotes.messages(quoted, own_names(blocks)), read_again=partial(read_text, name=name)
    )


def message_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of any message, whoever wrote it; offsets lead into `text`."""
    return assemble(split(whole(text)))[0]


def own_names(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The names in the signature of a draft: who writes it."""
    return tuple(block.text.lstrip("-–—~^*/ ") for block in blocks if block.zone is Zone.SIGNATURE)[:3]


def assemble(flat: Flat) -> tuple[tuple[Block, ...], tuple[Line, ...]]:
    """The blocks of a message, in the order of the source, and its quoted lines (for `quotes.messages`)."""
    marked = quotes.mark(_itemise(flat.lines))
    zoned = zones.mark(marked)
    width = _width(zoned)
    blocks = []
    for group in _groups(zoned, width):
        pieces = [(line.start, line.end) for line in group]
        block = fold(flat.traced, pieces, group[0].zone or Zone.BODY, group[0].kind or Kind.PARAGRAPH)
        if block:
            blocks.append(block)
    return tuple(blocks), tuple(line for line in marked if line.zone is Zone.QUOTE or not line.text)


def _itemise(lines: Sequence[Line]) -> list[Line]:
    """Recognise list items and headings by their markers, leave the markers out, drop lines that only rule off."""
    done: list[Line] = []
    in_list = False
    for line in lines:
        above = done[-1] if done else None
        if line.kind or not line.text:
            done.append(line)
        elif above and _UNDERLINE.match(line.text) and _is_title(done) and above.depth == line.depth:
            done[-1] = replace(above, kind=Kind.HEADING, hard=True)
            done.append(replace(line, text="", end=line.start))
        else:
            in_list = in_list and bool(above and above.text)
            done.append(_marked(line, above, in_list=in_list))
            in_list = in_list or done[-1].kind is Kind.ITEM
    return done


def _is_title(done: Sequence[Line]) -> bool:
    """The last line may be a title: it stands alone and is short."""
    return 0 < len(done[-1].text) < 80 and done[-1].kind is None and (len(done) == 1 or not done[-2].text)


def _marked(line: Line, above: Line | None, *, in_list: bool) -> Line:
    kind, marker = Kind.HEADING, _HEADING.match(line.text)
    if not marker and (in_list or _may_be_item(line, above)):
        kind, marker = Kind.ITEM, _ITEM.match(line.text)
    if not marker:
        return line
    return replace(line, text=line.text[marker.end() :], start=line.start + marker.end(), kind=kind, hard=True)


def _may_be_item(line: Line, above: Line | None) -> bool:
    """A marker in the middle of a wrapped sentence ("on the\\n12. of March") is none."""
    if above is None or not above.text or above.kind is Kind.ITEM or above.depth != line.depth:
        return True
    return bool(_SURE_ITEM.match(line.text) or _SENTENCE_END.search(above.text) or above.text.endswith(","))


def _width(lines: Sequence[Line]) -> int:
    """The width at which the text seems to be wrapped."""
    return max((line.end - line.start for line in lines if line.zone is None and " " in line.text), default=0)


def _groups(lines: Sequence[Line], width: int) -> Iterator[list[Line]]:
    """Lines that make up one block."""
    group: list[Line] = []
    for line in lines:
        if not line.text or (not any(map(str.isalnum, line.text)) and _RULE.match(line.text)):
            if group:
                yield group
            group = []
            continue
        if group and not _continues(group[-1], line, width):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _continues(above: Line, line: Line, width: int) -> bool:
    if line.hard or line.zone is not above.zone or line.depth != above.depth or above.kind is Kind.HEADING:
        return False
    if line.zone in (Zone.SIGNATURE, Zone.CLOSING, Zone.GREETING):
        return False
    return not _meant(above, line, width)


def _meant(above: Line, line: Line, width: int) -> bool:
    """The line break above `line` was set on purpose, so that joining the lines would run two things together."""
    first = line.text.split(None, 1)[0]
    room = above.end - above.start + 1 + len(first) <= 0.8 * width
    if not room and width > _SHORT:
        return False
    if first[0].islower() or above.text.endswith(","):
        return False
    if _SENTENCE_END.search(above.text):
        return True
    return len(above.text) <= _SHORT and above.text.rsplit(None, 1)[-1].lower() not in _OPEN_WORDS
