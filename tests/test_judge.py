"""The judge and its training, on made-up sentences small enough to train on at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from highnote import train
from highnote.judge import GROUPS, Judge, JudgeError, Word, features_of, in_words
from highnote.train import Candidates, Passage, Row

RULE = "rebuke/customer-error"
THINGS = ["parcel", "invoice", "kettle", "booking", "order", "form", "lamp", "meter"]
WRITERS = ["ann", "bo", "cy", "di"]


def seen(text: str) -> object:
    return features_of([Word(w.lower(), w.lower(), "X", w[0].isupper() and i > 0) for i, w in enumerate(text.split())])


def row(name: str, writer: str, text: str, *, wrong: bool) -> Row:
    place = ((RULE, 0, len(text)),)
    passage = Passage(name, writer, text, rule=RULE, wrong=place if wrong else (), right=() if wrong else place)
    rule = frozenset({RULE})
    none: frozenset[str] = frozenset()
    return Row(passage, seen(text), rule if wrong else none, none if wrong else rule, none, {RULE: "forgot the"})


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    made = []
    for writer in WRITERS:
        for number, thing in enumerate(THINGS):
            made.append(row(f"{writer}{number}b", writer, f"you forgot the {thing} again", wrong=True))
            made.append(row(f"{writer}{number}g", writer, f"we forgot the {thing} again", wrong=False))
    return made


@pytest.fixture(scope="module")
def training(rows: list[Row]) -> train.Training:
    pytest.importorskip("sklearn")
    return train.train(rows)


@pytest.fixture
def judge(training: train.Training, tmp_path: Path) -> Judge:
    file = tmp_path / "judge.npz"
    file.write_bytes(training.data)
    loaded = Judge.load(file)
    assert loaded
    return loaded


def test_it_tells_a_fault_from_a_near_miss(judge: Judge) -> None:
    fault = judge.confidence(RULE, seen("you forgot the cable again"))
    near = judge.confidence(RULE, seen("we forgot the cable again"))
    assert fault is not None and near is not None
    assert fault > judge.threshold(RULE) > near


def test_a_rule_without_a_model_is_left_to_its_patterns(judge: Judge) -> None:
    assert judge.confidence("stock/placeholder", seen("you forgot the cable")) is None
    assert judge.threshold("stock/placeholder") == 0
    assert judge.reasons("stock/placeholder") == ()


def test_reasons_are_told_in_words(judge: Judge) -> None:
    reasons = judge.reasons(RULE, seen("you forgot the cable again"))
    assert any("you forgot" in reason.words and reason.weight > 0 for reason in reasons)
    assert judge.reasons(RULE)
    assert in_words("clause", "customer forget") == "the clause the customer forget"


def test_a_sentence_of_unknown_words_is_judged_too(judge: Judge) -> None:
    assert judge.confidence(RULE, seen("zyx wvu")) is not None
    assert judge.confidence(RULE, features_of([])) is not None


def test_the_same_rows_give_the_same_bytes(rows: list[Row], training: train.Training) -> None:
    assert train.train(rows).data == training.data
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(training.data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_that_is_no_judge_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_text("no judge")
    with pytest.raises(JudgeError, match="no judge"):
        Judge.load(tmp_path / "x.npz")
    with pytest.raises(JudgeError, match="there is no judge"):
        Judge.load(tmp_path / "nowhere.npz")


def test_leaving_a_writer_out_leaves_nothing_of_theirs(rows: list[Row]) -> None:
    assert {r.passage.writer for r in train.without(rows, ["bo"])} == {"ann", "cy", "di"}


def test_the_scores_of_a_writer_come_from_the_others(rows: list[Row]) -> None:
    pytest.importorskip("sklearn")
    table = train.tabulate(rows)
    scores = train.out_of_fold(table, [RULE])[RULE]
    left = table.folds == "bo"
    others = train.fit_rule(table, train.labels(table, RULE), ~left)
    shared = train.fit_shared(table, ~left)
    expected = train.scored(others, table, left) + train.SHARE * train.scored(shared, table, left)
    assert np.allclose(scores[left], expected)


def test_few_examples_make_no_model(rows: list[Row]) -> None:
    assert train.trainable(train.tabulate(rows[:10])) == []


def test_the_threshold_keeps_what_is_right_often_enough() -> None:
    sure = np.linspace(0.99, 0.01, 200)
    true = (np.arange(200) < 100) | (np.arange(200) % 2 == 0)
    found = Candidates(np.arange(200), sure, true, np.ones(200), np.zeros(200))
    strict, lenient = train.threshold(found, sure, 0.95), train.threshold(found, sure, 0.8)
    assert lenient < strict
    assert true[sure >= strict].mean() >= 0.93


def test_a_pattern_that_was_right_counts_for_more() -> None:
    patterns, true = ["good"] * 20 + ["poor"] * 20 + ["once"], np.array([True] * 20 + [False] * 20 + [True])
    good, poor, once = (train.record(patterns, true, pattern) for pattern in ("good", "poor", "once"))
    assert good > once > 0 > poor
    assert train.record(patterns, true, "") == 0


def test_wide_gaps_between_places_survive_packing() -> None:
    places, weights = np.array([3, 70_000, 200_000]), np.array([1, -2, 3], np.int8)
    gaps, filled = train._gaps(places, weights)
    at = np.cumsum(gaps, dtype=np.uint32)
    assert at[filled != 0].tolist() == places.tolist()


def test_numbers_days_and_names_are_one_kind_each() -> None:
    words = [Word("monday", "monday", "NNP", True), Word("12", "12", "CD"), Word("anna", "anna", "NNP", True)]
    lemmas = dict(zip(GROUPS, features_of(words).groups, strict=True))["lemma"]
    assert lemmas == ("DAY", "NUM", "NAME")


def test_labelled_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "sentences-me.jsonl").write_text(
        '{"rule": "a/b", "label": "bad", "text": "Oh no. You did it.", "mark": "You did it.", "customer": null}\n'
    )
    (tmp_path / "drafts.jsonl").write_text(
        '{"id": "d1", "customer": "Help", "draft": "Hi", "findings": [{"rule": "a/b", "quote": "Hi"}]}\n'
    )
    draft, sentence = train.read_passages(tmp_path)
    assert draft.wrong == (("a/b", 0, 2),) and draft.thread[0].text == "Help"
    assert sentence.wrong == (("a/b", 7, 18),) and sentence.writer == "me"
