"""From a template to a draft: one for each way that its branches come out, all over the same source."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import import_module
from itertools import pairwise
from typing import Literal

from highnote.draft import Allow, Block, Draft, Part, Tag, TemplateName
from highnote.reading.allows import Comment, read_allows
from highnote.reading.html import STAND_IN, read_html
from highnote.reading.markdown import read_markdown
from highnote.reading.plain import read_text
from highnote.reading.templates.standins import stand_in
from highnote.reading.templates.tokens import Branching, Token, stripped
from highnote.reading.templates.tree import Picks, Tree, plant
from highnote.reading.traced import Traced, Tracer

ProseFormat = Literal["text", "markdown", "html"]
"""What a template makes."""

_READERS: dict[ProseFormat, Callable[[str, str], Draft]] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
}
_MARKUP = re.compile(r"<[^<>]*>|&nbsp;")


def read_template(text: str, language: TemplateName, format: ProseFormat = "text", name: str = "draft") -> Draft:
    """Read a template: the ways that it comes out, with a stand-in for each value.

    Offsets lead into the template. Raises ReadingError where the language needs a library that is not installed.
    """
    template = _parse(text, language)
    picked, total, left_out = template.tree.ways()
    ways = tuple(_read_way(text, language, format, name, picks) for picks in picked)
    notes: tuple[str, ...] = ()
    if total > len(ways):
        count = f"{total:,}" if total < 1_000_000 else "over a million"
        shows = "every branch is in one of them" if not left_out else f"{left_out:,} branches are in none of them"
        notes = (f"{name} comes out in {count} ways; {len(ways)} of them were linted, and {shows}.",)
    return replace(
        ways[0],
        ways=ways,
        branches=(),
        notes=notes,
        read_again=partial(read_template, language=language, format=format, name=name),
    )


@dataclass(frozen=True, slots=True)
class _Template:
    tree: Tree
    tags: tuple[Tag, ...]
    written: re.Pattern[str] | None
    """Matches the tags as they are written, where there are any."""


@lru_cache(maxsize=16)
def _parse(text: str, language: TemplateName) -> _Template:
    """The template's tree and tags; kept, because each way asks for it."""
    module = import_module(f"highnote.reading.templates.{language}")
    tree = plant(stripped(text, module.tokens(text)))
    own = _own_names(tree.tokens)
    tags = tuple(
        Tag(
            token.start,
            token.end,
            token.part,
            "" if re.split(r"[.\[]", token.name)[0] in own else token.name,
            token.filters,
            token.fault,
        )
        for token in tree.tokens
        if token.part is not None
    )
    written = sorted({text[tag.start : tag.end] for tag in tags if tag.part is Part.VALUE}, key=len, reverse=True)
    return _Template(tree, tags, re.compile("|".join(map(re.escape, written))) if written else None)


_NAMES_OWN = re.compile(
    r"(?:var\s+)?(\w+)(?:\s*,\s*(\w+))?\s+in\b|(\w+)\s*=(?![=~])|.*\|([\w\s,]+)\||(\w+)\Z", re.DOTALL
)


def _own_names(tokens: Sequence[Token]) -> set[str]:
    """The names that a template gives itself: what a loop goes through, what is assigned or captured."""
    own: set[str] = {"forloop", "loop", "tablerowloop"}
    for token in tokens:
        aside = token.part is Part.OPEN and token.branching is Branching.ASIDE
        if (token.part is Part.OTHER or token.branching is Branching.ONCE or aside) and (
            match := _NAMES_OWN.match(token.words)
        ):
            *names, captured = match.groups()
            own.update(name for group in names if group for name in re.findall(r"\w+", group))
            if captured and aside:
                own.add(captured)
    return own


def _read_way(text: str, language: TemplateName, format: ProseFormat, name: str, picks: Picks) -> Draft:
    """The draft that comes out with these picks."""
    template = _parse(text, language)
    tree, shown = template.tree, template.tree.shown(picks)
    tokens = [token for token, branch in zip(tree.tokens, tree.where, strict=True) if shown[branch]]
    traced, slots = _rendered(text, tokens)
    inner = _READERS[format](traced.text, name)
    blocks = tuple(_moved(block, traced, slots, text) for block in inner.blocks)
    comments = list(_comments(text, tokens))
    allows = (*(_placed(allow, traced) for allow in inner.allows), *read_allows(text, comments, blocks))
    return Draft(
        text,
        blocks,
        name,
        inner.quoted,
        partial(_encode, inner.encode, template.written),
        inner.keep,
        read_again=partial(_read_way, language=language, format=format, name=name, picks=picks),
        branches=tuple(
            (index, pick, tree.choices[index].words[pick])
            for index, pick in enumerate(picks)
            if pick >= 0 and len(tree.choices[index].words) > 1
        ),
        tags=template.tags,
        open=any(STAND_IN in traced.text[first:last] for first, last, _ in slots),
        template=language,
        allows=allows,
    )


_Slot = tuple[int, int, Token]


def _rendered(text: str, tokens: Sequence[Token]) -> tuple[Traced, list[_Slot]]:
    """What comes out, traced to the template, and where in it a value's stand-in is."""
    tracer, slots, said = Tracer(), list[_Slot](), ""
    for number, token in enumerate(tokens):
        if token.part is None:
            said = text[token.start : token.end]
            tracer.copy(said, token.start)
        elif token.part is Part.VALUE:
            after = tokens[number + 1] if number + 1 < len(tokens) else None
            follows = "" if after is None else text[after.start : after.end] if after.part is None else "x"
            words = stand_in(token, _seen(said), _seen(follows))
            if words:
                slots.append((len(tracer), len(tracer) + len(words), token))
                tracer.add(words, token.start, token.end)
                said = words
    return tracer.done(), slots


def _seen(text: str) -> str:
    """The text as a reader would see it: a tag of HTML ends a line."""
    return _MARKUP.sub("\n", text[-200:] if len(text) > 400 else text)


def _moved(block: Block, traced: Traced, slots: Sequence[_Slot], source: str) -> Block:
    """A block of what came out, with the places in the template."""
    starts = array("q", (traced.starts[at] for at in block.starts))
    ends = array("q", (traced.ends[at - 1] for at in block.ends))
    held = []
    first = bisect_left(slots, block.starts[0], key=lambda slot: slot[1] - 1) if block.text else len(slots)
    for begin, end, token in slots[first:]:
        if begin >= block.ends[-1]:
            break
        low, high = bisect_left(block.starts, begin), bisect_left(block.starts, end)
        if low < high:
            held.append((low, high, source[token.start : token.end]))
    return replace(block, starts=starts, ends=ends, slots=tuple(held))


def _placed(allow: Allow, traced: Traced) -> Allow:
    covers = allow.covers
    if covers is not None:
        covers = _span(traced, *covers)
    start, end = _span(traced, allow.start, allow.end)
    return replace(allow, start=start, end=end, covers=covers)


def _span(traced: Traced, start: int, end: int) -> tuple[int, int]:
    """The span of the template for a span of what came out."""
    if start >= len(traced.text):
        at = traced.ends[-1] if traced.text else 0
        return at, at
    return traced.starts[start], traced.ends[end - 1] if end > start else traced.starts[start]


def _comments(text: str, tokens: Sequence[Token]) -> Iterator[Comment]:
    for token in tokens:
        if token.part is Part.COMMENT:
            start = max(text.find(token.words, token.start, token.end), token.start)
            yield start, start + len(token.words), token.end


def _encode(encode: Callable[[str], str], written: re.Pattern[str] | None, text: str) -> str:
    """`text` as the format writes it, its tags as they are."""
    if encode is str or written is None:
        return encode(text)
    ends = [0, *(at for match in written.finditer(text) for at in match.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    return "".join(piece if number % 2 else encode(piece) for number, piece in enumerate(pieces))
