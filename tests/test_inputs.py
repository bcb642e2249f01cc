"""Which files a call means, and how a mended draft is written back."""

from __future__ import annotations

from pathlib import Path

import pytest

from highnote.cli.inputs import WriteError, find_inputs, unified_diff, write_draft
from highnote.draft import Draft


def test_a_folder_is_walked_in_order_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.MD", "sub/c.eml", "sub/.d.txt", ".git/e.txt", "f.py", "g.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    inputs, missing, empty = find_inputs([str(tmp_path)])
    assert [Path(one.name).relative_to(tmp_path).as_posix() for one in inputs] == [
        "a.MD",
        "b.txt",
        "g.html",
        "sub/c.eml",
    ]
    assert not missing and not empty


def test_what_is_named_is_read_whatever_its_name_and_only_once(tmp_path: Path) -> None:
    hidden = tmp_path / ".draft.reply"
    hidden.touch()
    (tmp_path / "again.txt").symlink_to(hidden)
    inputs, missing, _ = find_inputs([str(hidden), "-", str(tmp_path / "again.txt"), "-", str(tmp_path / "none")])
    assert [one.name for one in inputs] == [str(hidden), "stdin"]
    assert [report.name for report in missing] == [str(tmp_path / "none")]
    (tmp_path / "bare").mkdir()
    assert find_inputs([str(tmp_path / "bare")])[2] == [str(tmp_path / "bare")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_line_ends_and_mode_are_kept(tmp_path: Path, encoding: str, end: str) -> None:
    file = tmp_path / "draft.txt"
    before, after = f"As I said, it costs 5 £.{end}Bye{end}", f"It costs 5 £.{end}Bye{end}"
    file.write_bytes(before.encode(encoding))
    file.chmod(0o640)
    write_draft(file, Draft(before, (), encoding=encoding), after)
    assert file.read_bytes() == after.encode(encoding)
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "draft.txt", tmp_path / "link.txt"
    file.write_text("old")
    link.symlink_to(file)
    write_draft(link, Draft("old", ()), "new")
    assert link.is_symlink() and file.read_text() == "new"


def test_a_write_protected_file_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(WriteError, match="write-protected"):
        write_draft(file, Draft("old", ()), "new")
    assert file.read_text() == "old"


def test_a_file_that_changed_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("someone else wrote this")
    with pytest.raises(WriteError, match="has changed"):
        write_draft(file, Draft("old", ()), "new")
    assert file.read_text() == "someone else wrote this"


def test_a_failing_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "draft.txt"
    file.write_text("old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write_draft(file, Draft("old", ()), "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_diff_says_when_the_last_line_has_no_end() -> None:
    no_end = "\\ No newline at end of file\n"
    shown = "".join(unified_diff("a.txt", "one\ntwo", "one\n2"))
    assert shown == f"--- a.txt\n+++ a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n{no_end}+2\n{no_end}"
