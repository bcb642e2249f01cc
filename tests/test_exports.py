"""Exports: each entry is a draft with its title and its place in the file, and is mended in its very value."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

import highnote
from highnote.draft import Draft
from highnote.reading import ReadingError
from highnote.reading.exports import Columns, read_export

pytest.importorskip("liquid", reason="python-liquid is not installed (the extra “templates”)")

FAULT = "As I said on the phone, the refund takes five days."
MAIL = f"Hi Ann,\n\n{FAULT}\n\nBest wishes,\nTom"
HTML = f"<p>Hi {{{{name}}}},</p><p>{FAULT}</p><p>Best wishes,<br>Tom</p>"


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "highnote", "check", "-j", "1", *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True)


def drafts(path: Path, columns: Columns | None = None) -> list[Draft]:
    read = list(read_export(path, path.name, columns))
    assert all(isinstance(draft, Draft) for draft in read), read
    return [draft for draft in read if isinstance(draft, Draft)]


def saved(folder: Path, data: object, name: str = "export.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data, indent=1))
    return path


PRODUCTS: list[tuple[str, object, list[tuple[str, str]]]] = [
    (
        "zendesk",
        {"macros": [
            {"id": 1, "title": "A", "actions": [{"field": "comment_value_html", "value": HTML}]},
            {"id": 2, "title": "B", "actions": [{"field": "comment_value", "value": ["channel:all", MAIL]}]},
            {"id": 3, "title": "C", "actions": [{"field": "status", "value": "solved"}]},
        ], "count": 3},
        [("A", "liquid"), ("B", "liquid")],
    ),
    (
        "gorgias",
        {"data": [{"id": 1, "name": "A", "actions": [
            {"name": "addTags", "arguments": {"tags": "x"}},
            {"name": "setResponseText", "arguments": {"body_html": HTML, "body_text": MAIL}}]}]},
        [("A", "liquid")],
    ),
    ("freshdesk", [{"id": 7, "title": "A", "content": MAIL, "content_html": HTML}], [("A", "liquid")]),
    (
        "help scout",
        {"_embedded": {"replies": [{"id": 1, "name": "A", "text": HTML, "chatText": MAIL}]}},
        [("A", "fields"), ("A (chat)", "fields")],
    ),
    (
        "intercom",
        {"type": "list", "data": [{"type": "macro", "id": "1", "name": "A",
                                   "body": '<p>Hi <attribute key="user.name" default="there"/>, hello.</p>',
                                   "body_text": "Hi {{user.name|fallback:\"there\"}}"}]},
        [("A", "fields")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("product", "data", "entries"), PRODUCTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_exports_are_known_by_their_look(
    product: str, data: object, entries: list[tuple[str, str]], tmp_path: Path
) -> None:
    read = drafts(saved(tmp_path, data))
    assert [(draft.origin.entry, draft.template) for draft in read if draft.origin] == entries


def test_a_finding_has_the_line_and_column_of_the_file(tmp_path: Path) -> None:
    action = {"field": "comment_value", "value": f"Hi \\ é,\n\n{FAULT}"}
    text = json.dumps({"macros": [{"title": "Ü", "actions": [action]}]}, indent=1)
    (tmp_path / "z.json").write_text(text)
    (draft,) = drafts(tmp_path / "z.json")
    assert draft.origin is not None
    line, column = draft.origin.place(draft.source.index("As I said"))
    assert text.splitlines()[line - 1][column - 1 :].startswith("As I said")
    first, last = draft.origin.span(0, len(draft.source))
    assert json.loads(f'"{text[first:last]}"') == draft.source
    done = check(tmp_path / "z.json")
    assert f"z.json:{line}:{column}: error rebuke/as-i-said in “Ü”" in done.stdout


def test_fix_changes_only_the_value_in_json(tmp_path: Path) -> None:
    value = f"Hi Ann,\\n\\n{FAULT} \\u00fc\\/\\n\\nBest,\\nTom"
    before = (
        f'{{"macros": [ {{"title":"A", "u": "\\u00fc", "actions":[{{"field":"comment_value","value":"{value}"}}]}}]}}'
    )
    (tmp_path / "z.json").write_text(before)
    done = check(tmp_path / "z.json", "--fix")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "z.json").read_text() == before.replace(FAULT, "The refund takes five days.")


def test_csv_is_named_placed_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "replies.csv"
    rows = [["title", "answer", "asked"], ["One", MAIL, "Where is my refund?"], ["Two", 'Say "hi", please', ""]]
    rows.append(["Three", FAULT, ""])
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    one, two, three = drafts(path, Columns("answer", "asked"))
    assert [d.origin.entry for d in (one, two, three) if d.origin] == ["One", "Two", "Three"]
    assert one.quoted[0].text == "Where is my refund?" and not two.quoted
    assert one.origin and one.origin.place(one.source.index("As I said"))[0] == 4
    before = path.read_bytes()
    done = check(path, "--text-column", "answer", "--thread-column", "asked", "--fix", "--select", "rebuke")
    assert done.returncode == 0, done.stdout + done.stderr
    assert path.read_bytes() == before.replace(FAULT.encode(), b"The refund takes five days.")
    assert "it has title, answer, asked" in check(path, "--text-column", "reply").stderr


def test_json_lines_go_on_after_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(
        "\n".join([json.dumps({"id": 1, "text": MAIL}), '{"id": 2, "text": no}', json.dumps({"id": 3, "text": MAIL})])
    )
    done = check(path)
    assert done.returncode == 3 and "replies.jsonl:2:19: this is no JSON" in done.stderr
    assert "replies.jsonl:1:" in done.stdout and "replies.jsonl:3:" in done.stdout


def test_yaml_is_placed_and_never_written(tmp_path: Path) -> None:
    path = tmp_path / "replies.yaml"
    path.write_text(yaml.safe_dump([{"title": "A", "text": MAIL}], default_style="|"))
    before = path.read_text()
    line = next(number for number, words in enumerate(before.splitlines(), 1) if FAULT in words)
    done = check(path, "--fix")
    assert f"replies.yaml:{line}:" in done.stdout
    assert "which highnote does not write" in done.stderr and path.read_text() == before


def test_a_text_that_stands_twice_is_not_written(tmp_path: Path) -> None:
    path = saved(tmp_path, [{"title": "A", "content": MAIL, "content_html": HTML}])
    before = path.read_text()
    assert "holds this text a second time" in check(path, "--fix").stderr
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", '{"macros": [}', "a.json:1:13: this is no JSON"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"version": 1}', "holds no drafts"),
        ("a.json", "caf\udce9", "not valid UTF-8"),
        ("a.yaml", "a: [b", "this is no YAML"),
        ("a.csv", 'title,text\n"A,b\n', "a.csv:2: this row is no CSV"),
        ("a.csv", "title,words\nA,b\n", "--text-column (title, words)"),
        ("a.csv", "", "--text-column"),
    ],
)
def test_a_broken_export_is_told(name: str, content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReadingError) as error:
        drafts(path)
    assert told in str(error.value)


def test_aliases_of_yaml_do_not_explode(tmp_path: Path) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    (tmp_path / "a.yaml").write_text(f"a0: &a0 {{title: A, text: Hello}}\n{levels}\n")
    assert len(drafts(tmp_path / "a.yaml")) == 1


def test_twenty_megabytes_are_read(tmp_path: Path) -> None:
    macros = [
        {"id": n, "title": f"M{n}", "actions": [{"field": "comment_value", "value": MAIL * 100}]} for n in range(2_600)
    ]
    path = saved(tmp_path, {"macros": macros})
    assert path.stat().st_size > 20_000_000
    begun = time.process_time()
    read = read_export(path, "big.json")
    first = next(read)
    assert isinstance(first, Draft) and first.origin and first.origin.entry == "M0"
    assert time.process_time() - begun < 15


def test_drafts_of_exports_go_to_other_processes(tmp_path: Path) -> None:
    path = saved(tmp_path, PRODUCTS[0][1])
    (found,) = {tuple(f.rule for f in r.findings) for r in highnote.Linter().lint_many(iter(drafts(path)), processes=2)}
    assert "rebuke/as-i-said" in found


def test_an_entry_without_frame_gets_it_from_the_helpdesk(tmp_path: Path) -> None:
    text = "To export your data, open the settings and choose the format. The file is made at once."
    entry = [{"name": "Export", "content": text}, {"name": "Signed", "content": f"Hi,\n\n{text}\n\nRegards,\nThe Team"}]
    file = tmp_path / "macros.json"
    file.write_text(json.dumps(entry))
    linter = highnote.Linter(highnote.Config(select=("courtesy/curt", "ending/anonymous")))
    found = [[f.rule for f in linter.lint(draft).findings] for draft in read_export(file, "macros")]
    assert found == [[], ["ending/anonymous"]]
    assert {f.rule for f in linter.lint(text).findings} == {"courtesy/curt", "ending/anonymous"}
