"""Exports of helpdesks, and tables: one file with many drafts, each traced to its place in the file.

Known by their look are the macros of Zendesk and Gorgias, the canned responses of Freshdesk, the saved replies of Help
Scout and the macros of Intercom, as their interfaces hand them out. Of other JSON, JSON lines, YAML and CSV a field or
column holds the text.
"""

from __future__ import annotations

import csv
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import yaml

from highnote.draft import Draft, Origin, TemplateName
from highnote.finding import Message
from highnote.reading.errors import ReadingError
from highnote.reading.files import MAX_BYTES, Format, decode, looks_like_html, read, read_file

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".yaml", ".yml"})
"""Files that hold many drafts."""
MAX_EXPORT = 200_000_000
"""Longer files are no exports."""

_TEXTS = ("body", "text", "content", "reply", "message", "template", "response", "macro", "comment", "draft")
_TITLES = ("title", "name", "label", "subject", "key", "slug", "id")
_TWICE = "holds this text a second time as plain text, which a change would leave behind: mend it in the helpdesk, or by hand."
_YAML = "is YAML, which highnote does not write: mend it by hand (--diff shows how)."


@dataclass(frozen=True, slots=True)
class Columns:
    """What the user says about a table: the fields of the text and of the message before it, and the language."""

    text: str | None = None
    thread: str | None = None
    template: TemplateName | None = None


class _Placed(str):
    """A text that knows where it is written: `file[start:end]`, quotes left out."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One draft of an export. `format` None: by its look. `locked` says why it is not written."""

    title: str
    text: str
    format: Format | None = None
    template: TemplateName | None = None
    thread: str = ""
    locked: str = ""


def read_export(path: Path, name: str, columns: Columns | None = None) -> Iterator[Draft | ReadingError]:
    """The drafts of an export in their order, or in the place of one why it could not be read.

    Raises ReadingError where the file as a whole cannot be read, or holds no drafts.
    """
    text, encoding = decode(read_file(path, name, MAX_EXPORT), name)
    file = _File(name, text, encoding, columns or Columns())
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        found = file.table()
    elif suffix in (".jsonl", ".ndjson"):
        found = file.lines()
    else:
        found = file.tree(suffix)
    nothing = True
    for one in found:
        nothing = False
        yield one
    if nothing:
        raise ReadingError(
            f"{name} holds no drafts that highnote knows: name the field with the text by --text-column."
        )


@dataclass(frozen=True)
class _File:
    name: str
    text: str
    encoding: str
    columns: Columns

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    def tree(self, suffix: str) -> Iterator[Draft | ReadingError]:
        """The drafts of a JSON or YAML file."""
        is_json = suffix == ".json"
        data = self._json(self.text, 0) if is_json else self._yaml()
        for entry in _entries(data, self.columns):
            yield self._draft(entry if is_json else replace(entry, locked=entry.locked or _YAML), is_json=is_json)

    def lines(self) -> Iterator[Draft | ReadingError]:
        """The drafts of a file with one JSON value a line."""
        at = 0
        for number, line in enumerate(self.text.splitlines(keepends=True), 1):
            if line.strip():
                try:
                    data = self._json(line, at)
                except ReadingError as error:
                    yield error
                else:
                    for entry in _entries(data, self.columns, f"line {number}"):
                        yield self._draft(entry, is_json=True)
            at += len(line)

    def _json(self, text: str, at: int) -> Any:
        try:
            return _Json(at).decode(text)
        except json.JSONDecodeError as error:
            line, column = self._place(at + error.pos)
            raise ReadingError(f"{self.name}:{line}:{column}: this is no JSON: {error.msg}.") from None
        except RecursionError:
            raise ReadingError(f"{self.name} is nested too deeply: no export is.") from None

    def _yaml(self) -> Any:
        try:
            documents = [_of_node(node, {}) for node in yaml.compose_all(self.text, yaml.CSafeLoader)]
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problem = getattr(error, "problem", None) or "it cannot be read"
            raise ReadingError(f"{self.name}{place}: this is no YAML: {problem}.") from None
        except RecursionError:
            raise ReadingError(f"{self.name} is nested too deeply: no export is.") from None
        return documents

    def table(self) -> Iterator[Draft | ReadingError]:
        """The drafts of a CSV file with a row of headings."""
        csv.field_size_limit(MAX_BYTES)
        try:
            dialect: Any = csv.Sniffer().sniff(self.text[:20_000].partition("\n")[0], ",;\t|")
            delimiter = dialect.delimiter
        except csv.Error:
            delimiter = "\t" if self.name.endswith(".tsv") else ","
        rows = self._rows(delimiter)
        heads = [cell.strip() for cell in next(rows, [])]
        wanted = self._column(heads, self.columns.text) if self.columns.text else _guessed(heads)
        if wanted is None:
            raise ReadingError(f"{self.name} has no column that is surely the text: name one with --text-column "
                               f"({', '.join(heads)}).")  # fmt: skip
        thread = self._column(heads, self.columns.thread) if self.columns.thread else None
        named = _heading(heads, _TITLES)
        for number, row in enumerate(rows, 1):
            if wanted < len(row) and row[wanted].strip():
                title = row[named].strip() if named is not None and named < len(row) else ""
                before = row[thread] if thread is not None and thread < len(row) else ""
                entry = _Entry(title or f"row {number}", row[wanted], template=self.columns.template, thread=before)
                yield self._draft(entry, is_json=False)

    def _column(self, heads: list[str], name: str) -> int:
        found = _heading(heads, (name.lower(),))
        if found is None:
            raise ReadingError(f"{self.name} has no column “{name}”: it has {', '.join(heads)}.")
        return found

    def _rows(self, delimiter: str) -> Iterator[list[str]]:
        """The rows of the table, each cell with its place: found again in the lines that the row was made of."""
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in self.text.splitlines(keepends=True) if "\x0b" not in self.text else self.text.split("\n"):
                taken.append(line)
                yield line

        at = 0
        try:
            for row in csv.reader(lines(), delimiter=delimiter, strict=True):
                source = "".join(taken)
                taken.clear()
                yield _placed_cells(row, source, at)
                at += len(source)
        except csv.Error as error:
            line = self._place(at)[0]
            raise ReadingError(f"{self.name}:{line}: this row is no CSV: {error}.") from None

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, at)
        return line, at - self._line_starts[line - 1] + 1

    def _draft(self, entry: _Entry, *, is_json: bool) -> Draft | ReadingError:
        text = entry.text
        start, end = (text.start, text.end) if isinstance(text, _Placed) else (0, 0)
        raw = self.text[start:end]
        quoted = self.text[start - 1 : start] == '"'
        line, column = self._place(start)
        if is_json:
            encode: Any = partial(_json_text, ascii=self.text.isascii())
            finish: Any = str
        else:
            encode, finish = (_doubled, str) if quoted else (str, _in_quotes)
        starts = _escapes(raw) if is_json else _aligned(raw, text)
        origin = Origin(entry.title, raw, starts, start, line, column, encode, finish, entry.locked)
        format = entry.format or ("html" if looks_like_html(text) else "text")
        try:
            return _entry_draft(str(text), format, self.name, entry.template, entry.thread, origin, self.encoding)
        except ReadingError as error:
            return error


def _entry_draft(
    text: str, format: Format, name: str, template: TemplateName | None, thread: str, origin: Origin, encoding: str
) -> Draft:
    """A draft with its origin and the message before it, which stay with it when it is read again."""
    draft = read(text, format, name, template)
    quoted = (Message(sender="customer", text=thread),) if thread.strip() else draft.quoted
    again = partial(
        _read_again, format=format, name=name, template=template, thread=thread, origin=origin, encoding=encoding
    )
    ways = tuple(replace(way, quoted=quoted, origin=origin) for way in draft.ways)
    return replace(draft, quoted=quoted, ways=ways, origin=origin, encoding=encoding, read_again=again)


def _read_again(text: str, **told: Any) -> Draft:
    return _entry_draft(text, **told)


# JSON


class _Json(json.JSONDecoder):
    """The standard library's decoder, whose texts know their places; `at` is where the text begins in the file."""

    def __init__(self, at: int) -> None:
        super().__init__()

        def parse_string(text: str, start: int, strict: bool = True) -> tuple[str, int]:
            value, end = scanstring(text, start, strict)
            placed = _Placed(value)
            placed.start, placed.end = at + start, at + end - 1
            return placed, end

        self.parse_string = parse_string
        self.scan_once = py_make_scanner(self)


_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)


def _escapes(raw: str) -> list[int]:
    """Where each character of a JSON text is written."""
    if "\\" not in raw:
        return list(range(len(raw)))
    return [match.start() for match in _ESCAPE.finditer(raw)]


def _json_text(text: str, *, ascii: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii)[1:-1]


# YAML and CSV


def _of_node(node: yaml.Node, known: dict[int, Any]) -> Any:
    """A YAML node as data; what is named twice is one object."""
    if id(node) in known:
        return known[id(node)]
    if isinstance(node, yaml.ScalarNode):
        placed = _Placed(node.value)
        placed.start, placed.end = node.start_mark.index, node.end_mark.index
        return placed
    if isinstance(node, yaml.SequenceNode):
        known[id(node)] = items = []
        items += [_of_node(item, known) for item in node.value]
        return items
    known[id(node)] = table = {}
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            table[key.value] = _of_node(value, known)
    return table


def _aligned(raw: str, text: str) -> list[int]:
    """Where each character of `text` is written in `raw`, white space taken loosely; where it is not, the place before."""
    starts, at = [], 0
    for char in text:
        if char.isspace():
            found = at if raw[at : at + 1].isspace() else -1
        else:
            while raw[at : at + 1].isspace():
                at += 1
            found = raw.find(char, at, at + 200)
        if found >= 0:
            starts.append(found)
            at = found + (2 if char == '"' and raw[found : found + 2] == '""' else 1)
        else:
            starts.append(max(at - 1, 0))
    return starts


def _placed_cells(row: list[str], source: str, at: int) -> list[str]:
    cells: list[str] = []
    cursor = 0
    for cell in row:
        quoted = source[cursor : cursor + 1] == '"'
        begin = cursor + quoted
        written = _doubled(cell) if quoted else cell
        if not source.startswith(written, begin):
            return row  # a dialect of its own: the places are not known
        placed = _Placed(cell)
        placed.start, placed.end = at + begin, at + begin + len(written)
        cells.append(placed)
        cursor = begin + len(written) + quoted + 1
    return cells


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _in_quotes(cell: str) -> str:
    """A cell that was written without quotes, with them where it needs them now."""
    return f'"{_doubled(cell)}"' if re.search(r'[",;|\t\r\n]', cell) else cell


def _heading(heads: list[str], names: tuple[str, ...]) -> int | None:
    lower = [head.lower() for head in heads]
    return next((lower.index(name) for name in names if name in lower), None)


def _guessed(heads: list[str]) -> int | None:
    return _heading(heads, _TEXTS)


# Which fields hold a draft


def _entries(data: Any, columns: Columns, above: str = "") -> Iterator[_Entry]:
    """The drafts in the data of a JSON or YAML file, in its order."""
    waiting: list[tuple[str, Any]] = [(above, data)]
    seen: set[int] = set()
    while waiting:
        title, value = waiting.pop()
        if isinstance(value, (dict, list)):
            if id(value) in seen:
                continue
            seen.add(id(value))
        if isinstance(value, dict):
            found = list(_of_column(value, columns, title) if columns.text else _known(value, title))
            if found:
                language = columns.template
                yield from (replace(entry, template=language) if language else entry for entry in found)
                continue
            waiting += reversed([(str(key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([(f"{title} {n}".strip(), inner) for n, inner in enumerate(value, 1)])


def _of_column(item: Mapping[str, Any], columns: Columns, above: str) -> Iterator[_Entry]:
    text = item.get(columns.text or "")
    if isinstance(text, str) and text.strip():
        thread = item.get(columns.thread or "")
        yield _Entry(_title(item, above), text, thread=thread if isinstance(thread, str) else "")


def _known(item: Mapping[str, Any], above: str) -> Iterator[_Entry]:
    """The drafts of one macro, canned response or saved reply; none where the item is something else."""
    title = _title(item, above)
    actions = item.get("actions")
    if isinstance(actions, list):
        yield from _of_actions([action for action in actions if isinstance(action, dict)], title)
    elif item.get("type") == "macro" and ("body" in item or "body_text" in item):  # Intercom
        yield from _one_of(title, item, "body", "body_text", "fields", "liquid")
    elif "content_html" in item:  # Freshdesk
        yield from _one_of(title, item, "content_html", "content", "liquid", "liquid")
    elif "chatText" in item:  # Help Scout
        for field, format, what in (("text", "html", ""), ("chatText", "text", " (chat)")):
            if isinstance(text := item.get(field), str) and text.strip():
                yield _Entry(f"{title}{what}", text, "html" if format == "html" else "text", "fields")
    elif (text := next((item[key] for key in _TEXTS if _is_text(item.get(key))), None)) is not None and (
        any(key in item for key in _TITLES)
    ):
        yield _Entry(title, text)


def _of_actions(actions: list[dict[str, Any]], title: str) -> Iterator[_Entry]:
    """The comments that a macro of Zendesk or Gorgias writes."""
    fields = {str(action.get("field")): action.get("value") for action in actions}
    html, plain = fields.get("comment_value_html"), fields.get("comment_value")
    if isinstance(plain, list):  # [channel, text]
        plain = next((part for part in reversed(plain) if isinstance(part, str)), None)
    yield from _one_of(title, {"html": html, "text": plain}, "html", "text", "liquid", "liquid")
    for action in actions:
        told = action.get("arguments")
        if isinstance(told, dict) and ("body_html" in told or "body_text" in told):
            yield from _one_of(title, told, "body_html", "body_text", "liquid", "liquid")


def _one_of(
    title: str, item: Mapping[str, Any], html: str, plain: str, html_in: TemplateName, plain_in: TemplateName
) -> Iterator[_Entry]:
    """The text of an item as HTML, or in plain text where there is none; where there are both, it is not written."""
    both = _is_text(item.get(html)) and _is_text(item.get(plain))
    if _is_text(item.get(html)):
        yield _Entry(title, item[html], "html", html_in, locked=_TWICE if both else "")
    elif _is_text(item.get(plain)):
        yield _Entry(title, item[plain], "text", plain_in)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _title(item: Mapping[str, Any], above: str) -> str:
    found = next((item[key] for key in _TITLES if isinstance(item.get(key), (str, int)) and item[key] != ""), above)
    return " ".join(str(found).split()) or "entry"
