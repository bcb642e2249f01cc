"""Drafts from files and from bytes: which format, which encoding, and what is wrong where neither can be told."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

from highnote.draft import Draft, TemplateName
from highnote.reading.errors import ReadingError
from highnote.reading.html import read_html
from highnote.reading.mail import is_email, read_email
from highnote.reading.plain import read_text

Format = Literal["text", "markdown", "html", "email"]

MAX_BYTES = 10_000_000
"""Longer files are no drafts."""

_SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".eml": "email",
}
_TEMPLATES: dict[str, TemplateName] = {
    ".liquid": "liquid",
    ".j2": "jinja",
    ".jinja": "jinja",
    ".jinja2": "jinja",
    ".hbs": "handlebars",
    ".handlebars": "handlebars",
    ".mustache": "handlebars",
    ".erb": "erb",
}
SUFFIXES = frozenset({*_SUFFIXES, *_TEMPLATES})
"""The suffixes of drafts and templates."""
_SOME_MARKUP = re.compile(r"<(?:!doctype|html|body|p|div|table|span|br|ul|ol|a\s)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<(?:p|div|table|span)\b[^>]*>)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(
    source: str | bytes | Path,
    format: Format | None = None,
    name: str | None = None,
    template: TemplateName | None = None,
) -> Draft:
    """Read a draft from text, from bytes or from a file.

    Without `format`, text is taken as plain text, bytes are looked at (e-mail, HTML, else plain text), and a file is
    what its suffix says. With `template`, the text is a template in that language. Raises ReadingError.
    """
    if isinstance(source, Path):
        return read_path(source, format, name, template)
    if isinstance(source, bytes):
        return _read_bytes(source, format, name or "draft", template)
    if len(source) > MAX_BYTES:
        raise ReadingError(_too_long(name or "The draft"))
    return _read_str(source, format or "text", name or "draft", template)


def read_path(
    path: Path, format: Format | None = None, name: str | None = None, template: TemplateName | None = None
) -> Draft:
    """Read a draft from a file, in the format that its suffix says (`.txt`, `.md`, `.html`, `.eml`), else by its look.

    A suffix of a template language (`.liquid`, `.j2`, `.hbs`, `.erb` …) comes after that of what the template makes, or
    alone: `late.html.liquid`; `template` is the language of a file whose suffix says none. `name` is the draft's name,
    the path unless given. Raises ReadingError when the file is missing, a folder, not allowed to be read, too long,
    binary, or not UTF-8 (UTF-16 and UTF-32 with a byte order mark are read).
    """
    title = name or str(path)
    data = read_file(path, title)
    suffix = path.suffix.lower()
    if suffix in _TEMPLATES:
        template, suffix = _TEMPLATES[suffix], Path(path.stem).suffix.lower()
    return _read_bytes(data, format or _SUFFIXES.get(suffix), title, template)


def read_file(path: Path, title: str, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file. Raises ReadingError."""
    try:
        if path.is_dir():
            raise ReadingError(f"{title} is a folder: name the files in it.")
        if path.stat().st_size > most:
            raise ReadingError(_too_long(title, most))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadingError(f"{title} does not exist: check the path.") from error
    except PermissionError as error:
        raise ReadingError(f"{title} may not be read: check its permissions.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadingError(f"{title} cannot be read ({reason}): check the path.") from error


def looks_like_html(text: str) -> bool:
    """Whether the text has tags of HTML that prose has."""
    return _SOME_MARKUP.search(text) is not None


def _too_long(title: str, most: int = MAX_BYTES) -> str:
    return f"{title} is longer than {most // 1_000_000} MB: no draft is, so split it or leave it out."


def _read_bytes(data: bytes, format: Format | None, name: str, template: TemplateName | None) -> Draft:
    if len(data) > MAX_BYTES:
        raise ReadingError(_too_long(name))
    if not template and (format == "email" or (format is None and is_email(data))):
        return _read_mail(data, name)
    text, encoding = decode(data, name)
    if format is None and (looks_like_html(text) if template else _MARKUP.match(text)):
        format = "html"
    draft = _read_str(text, format or "text", name, template)
    return draft if encoding == draft.encoding else replace(draft, encoding=encoding)


def _read_mail(data: bytes, name: str) -> Draft:
    if not data.strip():
        return Draft("", (), name)
    if data.count(b"\0") > len(data) // 1000:
        raise ReadingError(_binary(name))
    try:
        return read_email(data, name)
    except ReadingError as error:
        raise ReadingError(f"{name}: {error}") from error


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and its encoding. Raises ReadingError."""
    encoding = next((found for bom, found in _BOMS if data.startswith(bom)), "utf-8")
    if b"\0" in data and encoding in ("utf-8", "utf-8-sig"):
        raise ReadingError(_binary(name))
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        raise ReadingError(
            f"{name} is not valid {shown}: line {line}, byte {error.start} is 0x{data[error.start]:02X}; "
            "save it as UTF-8."
        ) from error


def _binary(name: str) -> str:
    return f"{name} is a binary file, not text: save the draft as text, Markdown, HTML or .eml."


def _read_str(text: str, format: Format, name: str, template: TemplateName | None) -> Draft:
    if template is not None:
        if format == "email":
            raise ReadingError(f"{name}: a template makes text, Markdown or HTML, not an e-mail with its headers.")
        from highnote.reading.templates import read_template

        return read_template(text, template, format, name)
    if format == "email":
        return _read_mail(text.encode("utf-8", "surrogateescape"), name)
    if format == "markdown":
        from highnote.reading.markdown import read_markdown

        return read_markdown(text, name)
    if format == "html":
        return read_html(text, name)
    if format == "text":
        return read_text(text, name)
    raise ReadingError(f"There is no format {format!r}: take text, markdown, html or email.")
