"""The encodings of mail parts: from bytes in a file to text whose characters know their bytes, and back."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from array import array

from highnote.reading.traced import Traced, Tracer

_QP = re.compile(r"=[ \t]*(?:\r\n|\n|\r|\Z)|=([0-9A-Fa-f]{2})|[ \t]+(?=\r?\n|\Z)|[^= \t]+|[= \t]")
_SYMBOL = re.compile(r"[A-Za-z0-9+/]")
_SINGLE = re.compile(r"(?:iso8859|cp(?:125|43|85|86)|koi8|latin|mac|ascii|tis)")
_FLOWED = re.compile(r"(>*)( ?)([^\r\n]*)(\r\n|\n|\r|\Z)")


def octets(raw: str, start: int, encoding: str) -> Traced:
    """The bytes of a part, as characters below 256, traced to the file.

    `raw` are the part's bytes in the file, as characters below 256 too; `start` is where they begin. A byte of base64
    stands for the characters of its group of four that begin with it.
    """
    if encoding == "quoted-printable":
        return _from_quoted(raw, start)
    if encoding == "base64":
        return _from_base64(raw, start)
    return Traced(raw, range(start, start + len(raw)), range(start + 1, start + len(raw) + 1))


def _from_quoted(raw: str, start: int) -> Traced:
    tracer = Tracer()
    for match in _QP.finditer(raw):
        piece = match.group()
        if match.group(1):
            tracer.add(chr(int(match.group(1), 16)), start + match.start(), start + match.end())
        elif not (piece[0] == "=" and len(piece) > 1) and not (
            piece.isspace() and piece[0] in " \t" and _ends(raw, match.end())
        ):
            tracer.copy(piece, start + match.start())
    return tracer.done()


def _ends(raw: str, at: int) -> bool:
    return at >= len(raw) or raw[at] in "\r\n"


def _from_base64(raw: str, start: int) -> Traced:
    places = [match.start() for match in _SYMBOL.finditer(raw.split("=", 1)[0])]
    if len(places) % 4 == 1:
        places.pop()
    symbols = "".join(raw[place] for place in places)
    try:
        data = base64.b64decode(symbols + "=" * (-len(symbols) % 4))
    except binascii.Error:
        data = b""
    starts, ends = array("q"), array("q")
    for number in range(len(data)):
        at = number // 3 * 4 + number % 3
        last = at + 1 if number % 3 == 2 else at
        starts.append(start + places[at])
        ends.append(start + places[last] + 1)
    return Traced(data.decode("latin-1"), starts, ends)


def decode(traced: Traced, charset: str) -> tuple[Traced, str]:
    """The text that the bytes in `traced` spell, and the charset that was used.

    A charset that is unknown or does not fit gives way to UTF-8 and then to Windows-1252 or Latin-1, which fit always.
    """
    data = traced.text.encode("latin-1")
    for name in dict.fromkeys([_codec(charset, data), "utf-8", "cp1252"]):
        try:
            text = data.decode(name)
        except (UnicodeError, ValueError):
            continue
        return _with_places(traced, data, text, name), name
    return traced, "latin-1"


def _codec(charset: str, data: bytes) -> str:
    try:
        name = codecs.lookup(charset).name
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        return "utf-8"
    if name == "iso8859-1" and re.search(rb"[\x80-\x9f]", data):
        return "cp1252"  # what mail programs mean by it
    return name


def _with_places(traced: Traced, data: bytes, text: str, name: str) -> Traced:
    if len(text) == len(data) and (_SINGLE.match(name) or data.isascii()) and "\x1b" not in text:
        return Traced(text, traced.starts, traced.ends)
    starts, ends = array("q"), array("q")
    at = 0
    for char, length in _lengths(data, text, name):
        starts.extend([traced.starts[at]] * len(char))
        ends.extend([traced.ends[at + length - 1]] * len(char))
        at += length
    return Traced(text, starts, ends)


def _lengths(data: bytes, text: str, name: str) -> list[tuple[str, int]]:
    """Each character with the number of bytes that spell it (shift sequences count to the character after them)."""
    if name == "utf-8":
        return [(char, len(char.encode())) for char in text]
    decoder = codecs.getincrementaldecoder(name)()
    found: list[tuple[str, int]] = []
    held = 0
    for number in range(len(data)):
        held += 1
        char = decoder.decode(data[number : number + 1])
        if char:
            found.append((char, held))
            held = 0
    rest = decoder.decode(b"", final=True)
    if rest:
        found.append((rest, held))
    return found


def flow(traced: Traced, *, delete_space: bool) -> Traced:
    """The text of a `format=flowed` part with its soft line breaks undone (RFC 3676)."""
    tracer = Tracer()
    open_depth = -1
    for match in _FLOWED.finditer(traced.text):
        if match.start() == match.end() == len(traced.text):
            break
        marks, content = match.group(1), match.group(3)
        soft = content.endswith(" ") and content != "-- "
        if open_depth != len(marks):
            if open_depth >= 0:
                tracer.add("\n", traced.starts[match.start() - 1], traced.ends[match.start() - 1])
            tracer.take(traced, match.start(), match.end(2) if marks else match.end(1))
        tracer.take(traced, match.start(3), match.end(3) - (soft and delete_space))
        open_depth = len(marks) if soft else -1
        if not soft:
            tracer.take(traced, match.start(4), match.end(4))
    return tracer.done()


def to_quoted(text: str, charset: str, newline: str) -> str:
    """`text` in quoted-printable."""
    data = quopri.encodestring(text.replace("\r\n", "\n").encode(charset))
    return data.decode("ascii").replace("\n", newline)


def to_base64(text: str, charset: str, newline: str) -> str:
    """`text` in base64."""
    return base64.encodebytes(text.encode(charset)).decode("ascii").replace("\n", newline)
