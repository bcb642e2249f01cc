"""HTML drafts: the text that a reader sees, every character traced to the markup."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from html.parser import HTMLParser

from highnote.draft import Draft, Kind, Zone
from highnote.reading import quotes
from highnote.reading.allows import markup_comments, read_allows
from highnote.reading.lines import Flat, Line, split
from highnote.reading.plain import assemble, own_names
from highnote.reading.traced import Traced, Tracer, whole

STAND_IN = "\ufffc"
"""Stands in the prose for a piece of code or another object that is no prose."""

_SKIPPED = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "svg", "textarea", "select", "object"}
)
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_LINES = frozenset({"div", "li", "tr", "td", "th", "dt", "dd", "option"})
_PARTS = frozenset(
    {
        "p",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "pre",
        "section",
        "article",
    }
    | {"header", "footer", "address", "center", "body", "html", "form", "figure", "tbody", "thead", "main", "aside"}
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"}
)
_QUOTE = re.compile(
    r"\b(?:gmail_quote(?:_container)?|moz-cite-prefix|moz-forward-container|yahoo_quoted|protonmail_quote|zmail_extra|"
    r"freshdesk_quote|zendesk_quote|tutanota_quote|OLK_SRC_BODY_SECTION)\b"
)
_SIGNATURE = re.compile(
    r"\b(?:gmail_signature|moz-signature|protonmail_signature_block|yahoo-signature|ms-outlook-mobile-signature|"
    r"AppleMailSignature)\b|^Signature$"
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*>")
_TAG_BEGINS = re.compile(r"<[a-zA-Z/!?]")
_NEW_LINE = "\v"
_WHITE = re.compile(r"\s+")


def read_html(text: str, name: str = "draft") -> Draft:
    """Read an HTML draft or fragment. Offsets lead into the markup; `Draft.encode` escapes replacement text."""
    blocks, quoted = assemble(flatten(whole(text)))
    return Draft(
        text,
        blocks,
        name,
        quotes.messages(quoted, own_names(blocks)),
        escape,
        unmatched_tags,
        read_again=partial(read_html, name=name),
        allows=read_allows(text, list(markup_comments(text)), blocks),
    )


def escape(text: str) -> str:
    """`text` as it is written between tags."""
    return html.escape(text, quote=False)


def unmatched_tags(markup: str) -> str:
    """The tags in `markup` whose counterparts lie outside it: what must stay when its text is replaced."""
    kept: list[tuple[str, str]] = []
    for match in _TAG.finditer(markup):
        name = match.group(2).lower()
        if match.group(1) and kept and kept[-1][0] == name:
            kept.pop()
        elif name not in _VOID:
            kept.append((match.group(1) + name, match.group()))
    return "".join(tag for _, tag in kept)


def flatten(traced: Traced) -> Flat:
    """The visible text of the markup `traced.text` as lines."""
    parser = _Parser(traced.text)
    parser.feed(traced.text[: _complete(traced.text)])
    parser.close()
    return parser.flat(traced)


def _complete(markup: str) -> int:
    """Where a comment or tag begins that never ends, which the parser would look for again and again; or the end."""
    comment = markup.find("<!--", markup.rfind("-->") + 1)
    end = comment if comment >= 0 else len(markup)
    tag = _TAG_BEGINS.search(markup, markup.rfind(">", 0, end) + 1, end)
    return tag.start() if tag else end


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the open tags say of the text: its depth in quotes, whether it is a signature, its kind."""

    depth: int = 0
    signature: bool = False
    kind: Kind | None = None


class _Parser(HTMLParser):
    """Collects the visible text with its offsets, and where what the open tags say of it changes."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._source = source
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self._out = Tracer()
        self._open: list[tuple[str, str]] = []
        self._tags: Counter[str] = Counter()
        self._marks: Counter[str] = Counter()
        self._facts: list[tuple[int, _Facts]] = [(0, _Facts())]
        self._last = "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        end = start + max(len(self.get_starttag_text() or ""), 1)
        if tag == "body":
            self._close("head")
        self._break(tag, start, end)
        if tag == "img":
            self._put(STAND_IN, start, end)
        if tag in _VOID:
            return
        mark = _mark(tag, dict(attrs))
        if mark == "code" and not self._marks["code"]:
            self._put(STAND_IN, start, end)
        self._open.append((tag, mark))
        self._tags[tag] += 1
        self._marks[mark] += 1
        self._note()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._close(tag)

    def handle_endtag(self, tag: str) -> None:
        start = self._at()
        close = self._source.find(">", start)
        self._close(tag)
        self._break(tag, start, close + 1 if close >= 0 else len(self._source))
        self._note()

    def handle_data(self, data: str) -> None:
        start = self._at()
        if self._hidden() or self._source[start : start + len(data)] != data:
            return
        if self._tags["pre"]:
            self._copy(data, start)
            return
        at = 0
        for match in _WHITE.finditer(data):
            self._copy(data[at : match.start()], start + at)
            if not self._last.isspace():
                self._put(" ", start + match.start(), start + match.end())
            at = match.end()
        self._copy(data[at:], start + at)

    def handle_entityref(self, name: str) -> None:
        self._reference(len(name) + 1)

    def handle_charref(self, name: str) -> None:
        self._reference(len(name) + 2)

    def _reference(self, length: int) -> None:
        start = self._at()
        end = start + length
        if self._source[end : end + 1] == ";":
            end += 1
        self._put(html.unescape(self._source[start:end]), start, end)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _hidden(self) -> bool:
        return bool(self._marks["hidden"] or self._marks["code"])

    def _copy(self, text: str, start: int) -> None:
        if text:
            self._out.copy(text, start)
            self._last = text[-1]

    def _put(self, text: str, start: int, end: int) -> None:
        if text and not self._hidden():
            self._out.add(text, start, end)
            self._last = text[-1]

    def _break(self, tag: str, start: int, end: int) -> None:
        """A line break for `<br>`, an empty line for a paragraph, a mark that the line is new for `<div>`."""
        if tag == "br":
            self._put("\n", start, end)
        elif tag in _PARTS:
            self._put("\n\n", start, end)
        elif tag in _LINES and self._last not in "\n\v":
            self._put(_NEW_LINE, start, end)

    def _close(self, tag: str) -> None:
        """Close `tag` and all that was opened in it, if it is open."""
        if not self._tags[tag]:
            return
        closed = ""
        while closed != tag:
            closed, mark = self._open.pop()
            self._tags[closed] -= 1
            self._marks[mark] -= 1

    def _note(self) -> None:
        """Remember what holds for the text from here on."""
        headed = any(self._tags[tag] for tag in _HEADINGS)
        kind = Kind.ITEM if self._tags["li"] else Kind.HEADING if headed else None
        facts = _Facts(self._marks["quote"], bool(self._marks["signature"]), kind)
        if facts != self._facts[-1][1]:
            self._facts.append((len(self._out), facts))

    def flat(self, traced: Traced) -> Flat:
        """The collected text as lines, each with what its tags say."""
        flat = split(self._out.done().inside(traced))
        places = [place for place, _ in self._facts]
        return Flat(flat.traced, tuple(self._told(flat.traced.text, line, places) for line in flat.lines))

    def _told(self, text: str, line: Line, places: list[int]) -> Line:
        if not line.text:
            return line
        facts = self._facts[bisect_right(places, line.start) - 1][1]
        before = line.start - line.indent - 1
        return replace(
            line,
            depth=line.depth + facts.depth,
            zone=Zone.SIGNATURE if facts.signature and not facts.depth else None,
            kind=facts.kind,
            hard=before >= 0 and text[before] == _NEW_LINE,
        )


def _mark(tag: str, attrs: dict[str, str | None]) -> str:
    """What the tag makes of its text: a quote, a signature, code, hidden text, or nothing."""
    classes, name, style = (attrs.get(key) or "" for key in ("class", "id", "style"))
    if tag in _SKIPPED or _HIDDEN.search(style):
        return "hidden"
    if tag in _CODE:
        return "code"
    if tag == "blockquote" or _QUOTE.search(classes) or _QUOTE.search(name):
        return "quote"
    return "signature" if _SIGNATURE.search(classes) or _SIGNATURE.search(name) else ""
