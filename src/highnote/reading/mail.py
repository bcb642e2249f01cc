"""E-mail files: the text part of a message, traced to the very characters of the file, and rewritten in place."""

from __future__ import annotations

import email
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from functools import partial

from highnote.draft import Block, Draft, Zone
from highnote.finding import Edit
from highnote.finding import Message as Quoted
from highnote.reading import html, quotes, transfer
from highnote.reading.errors import ReadingError
from highnote.reading.headers import parse_date
from highnote.reading.lines import Flat, Line, split
from highnote.reading.plain import assemble, own_names
from highnote.reading.traced import Traced, Tracer, whole

_KNOWN = ("from", "to", "subject", "date", "mime-version", "content-type", "received", "message-id", "reply-to")
MAX_DEPTH = 20
"""Parts nested deeper are left out."""

SIGNED = "The mail is signed, and a change would break its signature: edit the unsigned draft."


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text part: the bytes of the file from `start` up to `end`, its text with offsets to them, and its lines.

    Its header lines begin at `head`. `twins` hold the same text in HTML: a reader of the mail sees one or the other.
    """

    start: int
    end: int
    head: int
    encoding: str
    charset: str
    is_html: bool
    flowed: bool
    content: Traced
    flat: Flat
    twins: tuple[_Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class _Forwarded:
    """A message attached to the mail."""

    pieces: tuple[_Piece, ...]
    sender: str
    date: str


def read_email(data: bytes, name: str = "draft") -> Draft:
    """Read the bytes of an e-mail file.

    `source` is the whole file as text: UTF-8 where it is valid UTF-8 (most mails are plain ASCII), else Latin-1, which
    `Draft.encoding` says. Offsets lead to the characters of the file that spell a character of the prose, whatever the
    transfer encoding: those of `=E2=80=99` for an apostrophe in quoted-printable; in base64, to the characters of the
    group of four that begin with the byte. `apply` gives a valid message: it writes the edits in the part's own charset
    and encoding (base64 parts are written anew, parts that cannot hold a character are made quoted-printable UTF-8). Of
    a mail that says the same in plain text and in HTML, both are edited, and an edit whose place is not found in both
    is left out. A signed mail is read but locked: `apply` leaves it as it is.

    Raises ReadingError when the bytes are no e-mail, or one that is encrypted or broken.
    """
    raw = data.decode("latin-1")
    message = _parse(raw)
    mail = _Mail(raw, message)
    pieces, attached = mail.read(message)
    source, encoding, places = _source(data)
    flat = _joined([piece.flat for piece in pieces])
    blocks, quoted = assemble(Flat(flat.traced.inside(places), flat.lines))
    own = (*_sender(message), *own_names(blocks))
    forwarded = [_forwarded(item, own, places) for item in attached]
    sent = (*(entry for _, entry in forwarded if entry), *quotes.messages(quoted, own))
    return Draft(
        source,
        (*blocks, *(block for found, _ in forwarded for block in found)),
        name,
        quotes.in_order(sent),
        rewrite=_Writer(data, encoding, places, pieces).rewrite,
        locked=SIGNED if mail.signed else "",
        encoding=encoding,
        read_again=partial(_read_again, encoding=encoding, name=name),
    )


def _read_again(edited: str, *, encoding: str, name: str) -> Draft:
    return read_email(edited.encode(encoding), name)


def is_email(data: bytes) -> bool:
    """The bytes begin like a mail: with header lines, some of them those of a mail."""
    head = re.split(rb"\r?\n\r?\n", data[:20_000].lstrip(b"\xef\xbb\xbf"), maxsplit=1)[0]
    lines = [line for line in head.splitlines() if line and line[:1] not in b" \t" and not line.startswith(b"From ")]
    names = [re.match(rb"([!-9;-~]+):", line) for line in lines]
    known = sum(1 for found in names if found and found.group(1).lower().decode("latin-1") in _KNOWN)
    return bool(names) and all(names) and known >= 2


def _parse(raw: str) -> EmailMessage:
    try:
        message = email.message_from_string(raw, policy=policy.default)
    except Exception as error:  # the parser of headers has more ways to fail than it documents
        raise ReadingError(f"The e-mail is broken ({error}): export it from the mail program again.") from error
    if not any(message.get(name) is not None for name in _KNOWN if _safe(message, name) is not None):
        raise ReadingError("This is no e-mail, it has no header lines: if it is plain text, name it .txt or .md.")
    return message


def _safe(message: Message, name: str) -> str | None:
    """A header's value; empty where it cannot be made out."""
    try:
        value = message.get(name)
        return None if value is None else str(value)
    except Exception:  # see _parse
        return ""


def _sender(message: Message) -> tuple[str, ...]:
    name, address = parseaddr(_utf8(_safe(message, "from") or ""))
    return tuple(text for text in (name, address.lower()) if text)


def _utf8(text: str) -> str:
    """Headers written in raw UTF-8 come as the characters of its bytes."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _source(data: bytes) -> tuple[str, str, Traced]:
    """The file as text, its encoding, and the places of its bytes in the text."""
    if data.isascii():
        text = data.decode("ascii")
        return text, "utf-8", whole(text)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        return text, "latin-1", whole(text)
    tracer = Tracer()
    for match in re.finditer(r"[\x00-\x7f]+|[^\x00-\x7f]", text):
        if match.group().isascii():
            tracer.copy(match.group(), match.start())
        else:
            tracer.add("x" * len(match.group().encode()), match.start(), match.end())
    return text, "utf-8", tracer.done()


class _Mail:
    """Finds the parts of a mail in its file and picks those that are its text."""

    def __init__(self, raw: str, message: EmailMessage) -> None:
        self._raw = raw
        self._places = dict(self._find(message))
        self.signed = False

    def read(self, message: Message) -> tuple[tuple[_Piece, ...], tuple[_Forwarded, ...]]:
        """The text parts and the attached messages."""
        attached: list[_Forwarded] = []
        return tuple(self._pick(message, attached, 0)), tuple(attached)

    def _find(self, message: EmailMessage) -> Iterator[tuple[int, tuple[int, int]]]:
        """Where the bodies of the parts stand, by the parts' identities."""
        at = 0
        for part in message.walk():
            body = part.get_payload()
            if not isinstance(body, str) or not body:
                continue
            found = self._raw.find(body, at)
            while found > 0 and not re.search(r"(?:\n\r?\n|\r\r)\Z", self._raw[max(found - 3, 0) : found]):
                found = self._raw.find(body, found + 1)
            if found >= 0:
                at = found + len(body)
                yield id(part), (found, at)

    def _pick(self, part: Message, attached: list[_Forwarded], depth: int) -> list[_Piece]:
        kind = _kind(part)
        if depth > MAX_DEPTH:
            return []
        if kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
            raise ReadingError("The e-mail is encrypted: decrypt it in the mail program and save it again.")
        if kind == "message/rfc822":
            self._attach(part, attached, depth)
            return []
        if not kind.startswith("multipart/"):
            piece = self._piece(part, kind)
            return [piece] if piece else []
        children = part.get_payload()
        if not isinstance(children, list):
            raise ReadingError(
                "The e-mail is broken, its parts are not set off: export it from the mail program again."
            )
        parts = [child for child in children if isinstance(child, Message)]
        if kind == "multipart/signed":
            self.signed = True
            parts = parts[:1]
        picked = [self._pick(child, attached, depth + 1) for child in parts]
        return (
            _alternative(picked) if kind == "multipart/alternative" else [piece for found in picked for piece in found]
        )

    def _attach(self, part: Message, attached: list[_Forwarded], depth: int) -> None:
        children = part.get_payload()
        inner = children[0] if isinstance(children, list) and children else None
        if isinstance(inner, Message):
            pieces = self._pick(inner, attached, depth + 1)
            attached.append(_Forwarded(tuple(pieces), _utf8(_safe(inner, "from") or ""), _safe(inner, "date") or ""))

    def _piece(self, part: Message, kind: str) -> _Piece | None:
        place = self._places.get(id(part))
        if place is None or kind not in ("text/plain", "text/html") or _is_file(part):
            return None
        start, end = place
        encoding = (_safe(part, "content-transfer-encoding") or "7bit").strip().lower()
        octets = transfer.octets(self._raw[start:end], start, encoding)
        content, charset = transfer.decode(octets, _parameter(part, "charset") or "utf-8")
        flowed = kind == "text/plain" and _parameter(part, "format").lower() == "flowed"
        text = content
        if flowed:
            text = transfer.flow(content, delete_space=_parameter(part, "delsp").lower() == "yes")
        flat = html.flatten(text) if kind == "text/html" else split(text)
        head = self._raw.rfind("\n--", 0, start)
        head = self._raw.find("\n", head + 1) + 1 if head >= 0 else 0
        return _Piece(start, end, head, encoding, charset, kind == "text/html", flowed, content, flat)


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # see _parse
        return "text/plain"


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except Exception:  # see _parse
        return ""
    return value if isinstance(value, str) else ""


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except Exception:  # see _parse
        return False


def _alternative(picked: Sequence[list[_Piece]]) -> list[_Piece]:
    """The plain text of the alternatives unless it is empty, else the HTML; the other is its twin."""
    plain = next((found for found in picked if _has_text(found) and not any(piece.is_html for piece in found)), [])
    rich = next((found for found in picked[::-1] if _has_text(found) and any(piece.is_html for piece in found)), [])
    if plain and rich:
        return [replace(plain[0], twins=tuple(rich)), *plain[1:]] if len(plain) == 1 else plain
    return plain or rich


def _has_text(pieces: Iterable[_Piece]) -> bool:
    return any(line.text for piece in pieces for line in piece.flat.lines)


def _joined(flats: Sequence[Flat]) -> Flat:
    """Several parts as one text, an empty line between them."""
    if len(flats) == 1:
        return flats[0]
    tracer = Tracer()
    lines = []
    for flat in flats:
        at = len(tracer)
        tracer.take(flat.traced, 0, len(flat.traced.text))
        lines += [replace(line, start=line.start + at, end=line.end + at) for line in flat.lines]
        lines.append(Line("", len(tracer), len(tracer)))
        tracer.add("\n", flat.traced.starts[-1] if len(flat.traced.starts) else 0, 1)
    return Flat(tracer.done(), tuple(lines))


def _forwarded(item: _Forwarded, own: Sequence[str], places: Traced) -> tuple[list[Block], Quoted | None]:
    """The blocks of an attached message, all of them quoted, and the message."""
    flat = _joined([piece.flat for piece in item.pieces])
    text = "\n".join(line.text for line in flat.lines).strip()
    blocks = [replace(block, zone=Zone.QUOTE) for block in assemble(Flat(flat.traced.inside(places), flat.lines))[0]]
    name, address = parseaddr(item.sender)
    mine = {entry.casefold() for entry in own}
    is_mine = bool({name.casefold(), address.casefold()} & mine - {""})
    if not text:
        return blocks, None
    return blocks, Quoted(sender="agent" if is_mine else "customer", text=text, date=parse_date(item.date))


@dataclass(frozen=True, slots=True)
class _Change:
    """Put `text` in the place of the characters from `start` up to `end` of a piece's text."""

    start: int
    end: int
    text: str


class _Writer:
    """Makes edits in a mail file."""

    def __init__(self, data: bytes, encoding: str, places: Traced, pieces: Sequence[_Piece]) -> None:
        self._data = data
        self._encoding = encoding
        self._places = places
        self._pieces = pieces

    def rewrite(self, edits: Sequence[Edit]) -> str:
        """The file with the edits made (sorted, none overlapping)."""
        spans = []
        for piece in self._pieces:
            changes, twin_changes = self._changes(piece, edits)
            spans += self._write(piece, changes)
            for twin, found in twin_changes:
                spans += self._write(twin, found)
        raw = self._data.decode("latin-1")
        parts, at = [], 0
        for start, end, text in sorted(spans):
            parts += [raw[at:start], text]
            at = end
        return "".join([*parts, raw[at:]]).encode("latin-1").decode(self._encoding)

    def _changes(
        self, piece: _Piece, edits: Sequence[Edit]
    ) -> tuple[list[_Change], list[tuple[_Piece, list[_Change]]]]:
        """The changes that the edits mean for the piece, and for its twins."""
        content = piece.content.inside(self._places)
        if not content.text:
            return [], []
        low, high = content.starts[0], content.ends[-1]
        changes, twins = [], [(twin, _Twin(piece, twin)) for twin in piece.twins]
        found: list[tuple[_Piece, list[_Change]]] = [(twin, []) for twin in piece.twins]
        for edit in edits:
            if edit.start < low or edit.end > high:
                continue
            start = bisect_left(content.starts, edit.start)
            change = _Change(start, max(bisect_left(content.starts, edit.end), start), edit.text)
            mirrored = [twin.mirror(change) for _, twin in twins]
            if not all(mirrored) and mirrored:
                continue
            changes.append(change)
            for (_, kept), mirror in zip(found, mirrored, strict=True):
                if mirror:
                    kept.append(mirror)
        return changes, found

    def _write(self, piece: _Piece, changes: Sequence[_Change]) -> list[tuple[int, int, str]]:
        """What to put in the place of which bytes of the file."""
        if not changes:
            return []
        newline = "\r\n" if "\r\n" in piece.content.text or b"\r\n" in self._data[: piece.start] else "\n"
        written = [_as_written(piece, change, newline) for change in changes]
        if not self._holds(piece, written):
            return self._anew(piece, written, newline)
        if piece.encoding == "base64":
            return [(piece.start, piece.end, transfer.to_base64(_changed(piece, written), piece.charset, newline))]
        if piece.encoding == "quoted-printable":
            return [self._lines(piece, group, newline) for group in _by_line(piece.content.text, written)]
        return [
            (self._byte(piece, change.start), self._byte(piece, change.end), self._bytes(piece, change.text))
            for change in written
        ]

    def _holds(self, piece: _Piece, written: Sequence[_Change]) -> bool:
        """The part's charset and encoding can hold the new text."""
        text = "".join(change.text for change in written)
        try:
            data = text.encode(piece.charset)
        except (UnicodeError, LookupError):
            return False
        if piece.encoding in ("base64", "quoted-printable") or (text.isascii() and data == text.encode("ascii")):
            return True
        return piece.encoding == "8bit" and (self._encoding == "latin-1" or piece.charset == "utf-8")

    def _bytes(self, piece: _Piece, text: str) -> str:
        return text.encode(piece.charset).decode("latin-1")

    def _byte(self, piece: _Piece, at: int) -> int:
        """Where the character `at` of the piece's text begins in the file."""
        return piece.content.starts[at] if at < len(piece.content.text) else piece.end

    def _lines(self, piece: _Piece, group: Sequence[_Change], newline: str) -> tuple[int, int, str]:
        """Whole lines in quoted-printable, so that none grows too long."""
        text = piece.content.text
        start = text.rfind("\n", 0, group[0].start) + 1
        close = text.find("\n", group[-1].end)
        end = len(text) if close < 0 else close
        if text[end - 1 : end] == "\r" and close >= 0 and end > group[-1].end:
            end -= 1
        moved = [_Change(change.start - start, change.end - start, change.text) for change in group]
        line = _with(text[start:end], moved)
        return self._byte(piece, start), self._byte(piece, end), transfer.to_quoted(line, piece.charset, newline)

    def _anew(self, piece: _Piece, written: Sequence[_Change], newline: str) -> list[tuple[int, int, str]]:
        """The whole part as quoted-printable UTF-8, with headers that say so."""
        head = self._data[piece.head : piece.start].decode("latin-1")
        body = transfer.to_quoted(_changed(piece, written), "utf-8", newline)
        return [(piece.head, piece.end, _headers(head, newline) + body)]


def _headers(head: str, newline: str) -> str:
    """A part's header lines, telling of quoted-printable UTF-8."""
    said = re.sub(r"(?im)^content-transfer-encoding:[^\r\n]*\r?\n", "", head)
    said, found = re.subn(r"(?i)charset=(?:\"[^\"]*\"|[^\s;]+)", "charset=utf-8", said, count=1)
    if not found:
        said, found = re.subn(r"(?im)^(content-type:\s*[\w/.+-]+)", r"\1; charset=utf-8", said, count=1)
    added = "" if found else f"MIME-Version: 1.0{newline}Content-Type: text/plain; charset=utf-8{newline}"
    end = len(said.rstrip("\r\n"))
    lead = said[:end] + newline if end else ""
    return f"{lead}{added}Content-Transfer-Encoding: quoted-printable{newline}{newline}"


def _as_written(piece: _Piece, change: _Change, newline: str) -> _Change:
    """The change in the part's own format."""
    text = re.sub(r"\r?\n", newline, change.text)
    if piece.is_html:
        return replace(
            change, text=html.escape(text) + html.unmatched_tags(piece.content.text[change.start : change.end])
        )
    start = change.start
    if piece.flowed and not text and re.match(r"\r?\n|\Z", piece.content.text[change.end : change.end + 2]):
        loose = re.search(r" +(?:\r?\n)?\Z", piece.content.text[max(start - 80, 0) : start])
        start -= len(loose.group()) if loose else 0  # a space at the end of a line would join it with the next
    return _Change(start, change.end, text)


def _changed(piece: _Piece, changes: Sequence[_Change]) -> str:
    return _with(piece.content.text, changes)


def _with(text: str, changes: Sequence[_Change]) -> str:
    parts, at = [], 0
    for change in changes:
        parts += [text[at : change.start], change.text]
        at = max(change.end, at)
    return "".join([*parts, text[at:]])


def _by_line(text: str, changes: Sequence[_Change]) -> list[list[_Change]]:
    """The changes, those that touch the same line together."""
    groups: list[list[_Change]] = []
    for change in changes:
        if groups and "\n" not in text[groups[-1][-1].end : change.start]:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


class _Twin:
    """Finds the place of a change in the HTML that says the same as a plain text."""

    def __init__(self, piece: _Piece, twin: _Piece) -> None:
        self._mine = _blocks(piece)
        self._theirs = _blocks(twin)
        self._starts = twin.content.starts
        self._piece = piece

    def mirror(self, change: _Change) -> _Change | None:
        """The change in the twin's text; None when the words, with some around them, are not there exactly once."""
        content = self._piece.content
        start, end = self._span(content, change)
        for block in self._mine:
            if block.starts[0] <= start and end <= block.ends[-1]:
                return self._there(block, bisect_left(block.starts, start), bisect_left(block.starts, end), change.text)
        return None

    def _span(self, content: Traced, change: _Change) -> tuple[int, int]:
        inner = content.text[change.start : change.end]
        lead = len(inner) - len(inner.lstrip()) if inner.strip() else 0
        tail = len(inner) - len(inner.rstrip()) if inner.strip() else 0
        first, last = change.start + lead, change.end - tail
        start = content.starts[first] if first < len(content.text) else content.ends[-1]
        return start, content.ends[last - 1] if last > first else start

    def _there(self, block: Block, start: int, end: int, text: str) -> _Change | None:
        for before, after in ((25, 25), (25, 0), (0, 25), (0, 0)):
            low, high = max(start - before, 0), min(end + after, len(block.text))
            around = block.text[low:high]
            there = [other for other in self._theirs if around in other.text]
            if len(around) < 3 or _times(around, self._mine) != 1 or _times(around, there) != 1:
                continue
            at = there[0].text.index(around) + start - low
            first, last = there[0].source_span(at, at + end - start)
            return _Change(bisect_left(self._starts, first), bisect_left(self._starts, last), text)
        return None


def _times(text: str, blocks: Iterable[Block]) -> int:
    return sum(block.text.count(text) for block in blocks)


def _blocks(piece: _Piece) -> tuple[Block, ...]:
    return assemble(piece.flat)[0]
