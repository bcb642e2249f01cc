"""Spelling and grammar from a real LanguageTool, rewrites that it proves, and what happens when it fails."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

import highnote
from highnote import reading
from highnote.cli.app import app
from highnote.config import ConfigError, Grammar, read_config
from highnote.finding import Edit, Suggestion
from highnote.grammar import Proof, proof, variant
from highnote.languagetool import Companion
from highnote.rule import load

TRAINING = Path(__file__).parent.parent / "training"
DRAFT = "Hi Ann 😀,\n\nI has seen teh refund. As I said on the phone, it take five days.\n\nBest wishes,\nDean"


@pytest.fixture(scope="module")
def linter(languagetool: str) -> highnote.Linter:
    return highnote.Linter(
        highnote.Config(level="info", grammar=Grammar(enabled=True, server=languagetool, timeout=60))
    )


def slips(report: highnote.Report) -> list[tuple[str, str]]:
    return [(f.rule, f.text) for f in report.findings if f.origin == "languagetool"]


def test_slips_stand_beside_our_findings_at_their_places(linter: highnote.Linter) -> None:
    report = linter.lint(DRAFT)
    assert slips(report) == [("grammar/base-form", "has"), ("spelling/unknown-word", "teh"), ("grammar/it-vbz", "take")]
    assert "rebuke/as-i-said" in {f.rule for f in report.findings}
    assert [f.start for f in report.findings] == sorted(f.start for f in report.findings)
    for finding in report.findings:
        assert DRAFT[finding.start : finding.end] == finding.text
    spelling = next(f for f in report.findings if f.rule == "spelling/unknown-word")
    assert spelling.suggestions[0].edits[0].text == "the" and not spelling.suggestions[0].safe
    assert "teh" in report.rewritten, "a spelling is offered, not applied"
    assert not report.notes


@pytest.mark.parametrize(
    "text",
    [
        "Hi Leszek,\n\nZbigniew from our Wroclaw depot has your parcel KX-99ab2.\n\nBest wishes,\nAnneke de Wit",
        "Hi,\n\nPlease open https://shop.exampel/retrun and mail retunrs@exampel.org.\n\nBest wishes,\nDean",
        "Hi {{custmer}},\n\nYour code is [cod nam] and {cupon}.\n\nBest wishes,\nDean",
        "Hi Ann,\n\nThe refund is on its way.\n\nBest wishes,\nDean\n\n> teh parcel has not came\n> it take to long",
        "Hi Ann,\n\nThe refund is on its way and you will have it on Friday.\n\nBest wishes,\nDean\n-- \nFrobnitz Gmbh, Strase 4",
    ],
)
def test_names_codes_links_blanks_and_quotes_are_no_slips(linter: highnote.Linter, text: str) -> None:
    assert slips(linter.lint(text)) == []


def test_style_is_not_languagetools_trade(linter: highnote.Linter) -> None:
    text = "Hi Ann,\n\nWe will come and get it at this point in time. We will be there. We will ring.\n\nBest wishes,\nDean"
    assert slips(linter.lint(text)) == []


def test_a_slip_can_be_left_out(languagetool: str) -> None:
    settings = Grammar(enabled=True, server=languagetool, timeout=60)
    linter = highnote.Linter(highnote.Config(grammar=settings, ignore=("spelling", "grammar/it-vbz")))
    assert slips(linter.lint(DRAFT)) == [("grammar/base-form", "has")]


def test_british_spelling_is_no_slip_in_a_british_draft(linter: highnote.Linter) -> None:
    text = "Hi Ann,\n\nThe colour of the jacket was wrong, so the cheque is in the post.\n\nBest wishes,\nDean"
    assert slips(linter.lint(text)) == []
    thread = [highnote.Message(sender="customer", text="I want to recognize my favorite color, grey.")]
    assert variant([m.text for m in thread]) == "en-US"
    assert variant(["I apologise for the grey tyres."]) == "en-GB"
    assert variant(["The refund is on its way."]) == "en-US"


def test_a_draft_in_another_language_is_said_so_and_gets_grammar(linter: highnote.Linter) -> None:
    text = "Hola Ana:\n\nEl dinero no es un problema para usted y muchas gracias por su mensage de ayer.\n\nUn saludo"
    report = linter.lint(text)
    assert "English" in report.notes[0] and len(report.notes) == 1
    assert ("spelling/unknown-word", "mensage") in slips(report)
    assert all(f.origin == "languagetool" for f in report.findings)


def rule(folder: Path, replacement: str) -> Path:
    (folder / "ours").mkdir()
    (folder / "ours" / "thing.yaml").write_text(
        "level: warning\nmessage: A thing.\nwhy: A thing says little.\nflag:\n  - a gizmo\n"
        f'suggest:\n  - {{replace: "{replacement}"}}\n'
        "examples: {bad: ['Here is <mark>a gizmo</mark>.'], good: ['Here is a box.']}\nsource: [{title: Ours, says: Name it.}]\n"
    )
    return folder


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ("a apple", "Here is an apple for you."),  # repaired
        ("a box", "Here is a box for you."),  # fine as it is
        ("teh qzxv", None),  # beyond repair
    ],
)
def test_a_rewrite_that_makes_a_slip_is_repaired_or_dropped(
    languagetool: str, tmp_path: Path, replacement: str, expected: str | None
) -> None:
    settings = Grammar(enabled=True, server=languagetool, timeout=60)
    config = highnote.Config(rules=(rule(tmp_path, replacement),), select=("ours",), grammar=settings)
    text = "Hi Ann,\n\nHere is a gizmo for you. It helps with the lamp.\n\nBest wishes,\nDean"
    report = highnote.Linter(config).lint(text)
    assert [f.rule for f in report.findings] == ["ours/thing"]
    rewritten = report.rewritten.split("\n\n")[1].partition(" It helps")[0]
    assert rewritten == (expected or "Here is a gizmo for you.")
    assert len(report.findings[0].suggestions) == (expected is not None)


def test_a_slip_beside_the_edit_is_repaired_too(languagetool: str) -> None:
    companion = Companion(Grammar(enabled=True, server=languagetool, timeout=60))
    draft = reading.read("Hi Ann,\n\nThis is a good example of what we do.")
    start = draft.source.index("good ")
    proofs = proof(companion, draft, (), True, None)
    proved = proofs.proved(Suggestion(label="", edits=(Edit(start=start, end=start + 5, text=""),), safe=True), draft)
    assert proved is not None and draft.edited(proved.edits).source == "Hi Ann,\n\nThis is an example of what we do."


def test_no_fixed_example_and_no_rewrite_of_the_labelled_drafts_adds_a_slip(languagetool: str) -> None:
    companion = Companion(Grammar(enabled=True, server=languagetool, timeout=60))
    plain = highnote.Linter(highnote.Config(level="info"))
    pairs = [
        (f"{one.id}, example {number + 1}", example.plain, example.fixed)
        for one in load().rules
        for number, example in enumerate(one.examples.bad)
        if example.fixed
    ]
    for line in (TRAINING / "dev.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        messages = [
            highnote.Message(sender="customer" if m["from"] == "customer" else "agent", text=m["text"])
            for m in entry["thread"]
        ]
        report = plain.lint(entry["draft"], thread=messages)
        if report.rewritten != entry["draft"]:
            pairs.append((entry["id"], entry["draft"], report.rewritten))
    assert len(pairs) > 60
    wrong = []
    for name, before, after in pairs:
        first, second = reading.read(before), reading.read(after)
        proofs = proof(companion, first, (), True, None)
        wrong += [(name, match.rule, match.text) for _, match in proofs.added(first, second)]
        assert proofs.note is None
    assert not wrong


# ---------------------------------------------------------------- a LanguageTool that fails


def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server that lists languages as LanguageTool does, and answers a check with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say(json.dumps([{"name": "English", "code": "en", "longCode": "en-US"}]).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def say(self, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def dies(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "4000")
    handler.end_headers()
    handler.wfile.write(b'{"matches": [')
    handler.wfile.flush()
    handler.connection.close()


MATCH = {"message": "m", "replacements": [], "offset": 4000, "length": 9, "context": {"text": "", "offset": 0}}
MATCH |= {"sentence": "", "rule": {"id": "X", "issueType": "grammar", "category": {"id": "GRAMMAR"}}}
FAULTS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "slow": lambda _: time.sleep(30),
    "dies": dies,
    "500": lambda handler: handler.say(b"Error: out of memory", 500),  # type: ignore[attr-defined]
    "not JSON": lambda handler: handler.say(b"<html>hello</html>"),  # type: ignore[attr-defined]
    "a list": lambda handler: handler.say(b"[1, 2]"),  # type: ignore[attr-defined]
    "no matches": lambda handler: handler.say(b'{"software": {}}'),  # type: ignore[attr-defined]
    "a place outside": lambda handler: handler.say(json.dumps({"matches": [MATCH]}).encode()),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_languagetool_that_fails_costs_one_note_and_little_time(fault: str) -> None:
    pytest.importorskip("language_tool_python")
    for server in answering(FAULTS[fault]):
        linter = highnote.Linter(highnote.Config(grammar=Grammar(enabled=True, server=server, timeout=2)))
        linter.but(grammar=Grammar()).lint(DRAFT)  # the model is loaded
        begun = time.monotonic()
        reports = [linter.lint(DRAFT) for _ in range(3)]
        assert time.monotonic() - begun < 20
    for report in reports:
        assert [f.rule for f in report.findings] == ["rebuke/as-i-said"]
        assert report.findings[0].suggestions[0].edits
        assert len(report.notes) == 1 and report.notes[0].startswith("Spelling and grammar were left out: ")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("language_tool_python")
    (tmp_path / "highnote.toml").write_text('[grammar]\nenabled = true\nserver = "http://127.0.0.1:1"\n')
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(DRAFT)
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("no LanguageTool answers at http://127.0.0.1:1") == 1, "said once, not for each draft"
    assert result.output.count("error rebuke/as-i-said") == 2
    assert "LanguageTool" not in CliRunner().invoke(app, ["check", "--no-grammar", str(tmp_path)]).output


def test_no_java_and_no_languagetool_are_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("language_tool_python")
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    linter = highnote.Linter(highnote.Config(grammar=True))
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(java.parent))
    assert "there is no LanguageTool on this machine" in linter.lint(DRAFT).notes[0]
    java.unlink()
    other = highnote.Linter(highnote.Config(grammar=True))
    assert "there is no Java" in other.lint(DRAFT).notes[0]
    assert [f.rule for f in other.lint(DRAFT).findings] == ["rebuke/as-i-said"]


def test_it_starts_the_languagetool_of_this_machine_by_itself(
    languagetool_jars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """language-tool-python runs `languagetool-server.jar` of the newest folder; this one only names the others."""
    folder = tmp_path / "LanguageTool-6.6"
    folder.mkdir()
    names = " ".join(jar.as_uri() for jar in sorted(languagetool_jars.glob("*.jar")))
    path = f"Class-Path: {names}"
    folded = "\n ".join(path[i : i + 70] for i in range(0, len(path), 70))
    with zipfile.ZipFile(folder / "languagetool-server.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\n{folded}\n\n")
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    companion = Companion(Grammar(enabled=True, timeout=60))
    try:
        assert [match.text for match in companion.matches("I has seen it.", "en-US")] == ["has"]
        assert companion.matches("The colour is grey.", "en-GB") == ()
    finally:
        companion.close()


def test_emoji_do_not_shift_a_place(languagetool: str) -> None:
    companion = Companion(Grammar(enabled=True, server=languagetool, timeout=60))
    text = "😀😀 Thank you 🎉. This are the 👩‍👩‍👧 refund."
    proofs = Proof(companion, "en-US", frozenset())
    places = [(f.start, f.text) for f in proofs.findings(reading.read(text))]
    assert (text.index("This"), "This are") in places or (text.index("are"), "are") in places


def test_grammar_in_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "highnote.toml"
    file.write_text("grammar = true\n")
    assert read_config(file).grammar == Grammar(enabled=True)
    for text, said in (
        ("[grammar]\nsrever = 'x'\n", "“grammar.srever” is no known key. Did you mean “server”?"),
        ("[grammar]\ntimeout = 0\n", "grammar.timeout must be a number of seconds above 0"),
        ("grammar = 3\n", "grammar must be true, false or a table"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=r"highnote\.toml") as error:
            read_config(file)
        assert said in str(error.value)
