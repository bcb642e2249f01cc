"""The judge and its training, on made-up sentences small enough to train on at once."""

from __future__ import annotations

import io
import zipfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from highnote import judge as judging
from highnote.features import GROUPS, Word, features, in_words, named
from highnote.finding import Level
from highnote.judge import Judge, JudgeError, Standing, values
from highnote.train import confidence, labelled, models, train
from highnote.train.confidence import Candidates
from highnote.train.figures import Training, as_strict
from highnote.train.labelled import Passage, TrainingError
from highnote.train.pack import _gaps
from highnote.train.rows import Row, without

RULE = "rebuke/customer-error"
THINGS = ["parcel", "invoice", "kettle", "booking", "order", "form", "lamp", "meter"]
WRITERS = ["ann", "bo", "cy", "di"]


def seen(text: str) -> list[Word]:
    return [Word(word, word.lower(), word.lower()) for word in text.split()]


def told(text: str, group: str) -> set[str]:
    return {feature for own, feature in named(seen(text)) if own == group}


def row(name: str, writer: str, text: str, *, wrong: bool) -> Row:
    place = ((RULE, 0, len(text)),)
    passage = Passage(name, writer, text, rule=RULE, wrong=place if wrong else (), right=() if wrong else place)
    rule = frozenset({RULE})
    none: frozenset[str] = frozenset()
    return Row(passage, seen(text), rule if wrong else none, none if wrong else rule, none, {RULE: ["forgot the"]})


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    made = []
    for writer in WRITERS:
        for number, thing in enumerate(THINGS):
            made.append(row(f"{writer}{number}b", writer, f"you forgot the {thing} again", wrong=True))
            made.append(row(f"{writer}{number}g", writer, f"we forgot the {thing} again", wrong=False))
    return made


@pytest.fixture(scope="module")
def training(rows: list[Row]) -> Training:
    pytest.importorskip("sklearn")
    return train(rows)


def standing(judge: Judge, text: str) -> Standing:
    return judge.standings([seen(text)])[0]


@pytest.fixture
def judge(training: Training, tmp_path: Path) -> Judge:
    file = tmp_path / "judge.npz"
    file.write_bytes(training.data)
    loaded = Judge.load(file)
    assert loaded
    return loaded


def test_it_tells_a_fault_from_a_near_miss(judge: Judge) -> None:
    fault = judge.confidence(RULE, standing(judge, "you forgot the cable again"))
    near = judge.confidence(RULE, standing(judge, "we forgot the cable again"))
    assert fault is not None and near is not None
    assert fault > judge.threshold(RULE) > near


def test_a_rule_without_a_model_is_left_to_its_patterns(judge: Judge) -> None:
    assert judge.confidence("stock/placeholder", standing(judge, "you forgot the cable")) is None
    assert judge.threshold("stock/placeholder") == 0
    assert judge.reasons("stock/placeholder") == ()


def test_reasons_are_told_in_words(judge: Judge) -> None:
    reasons = judge.reasons(RULE, seen("you forgot the cable again"))
    assert any("you forgot" in reason.words and reason.weight > 0 for reason in reasons)
    assert judge.reasons(RULE)
    assert in_words("doer", "you forget") == "“you forget” with words between"


def test_a_sentence_of_unknown_words_is_judged_too(judge: Judge) -> None:
    assert judge.confidence(RULE, standing(judge, "zyx wvu")) is not None
    assert judge.confidence(RULE, judge.standings([[]])[0]) is not None
    assert judge.standings([]) == []


def test_a_rule_that_is_not_judged_gets_no_model(rows: list[Row]) -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(TrainingError, match="no rule has enough"):
        train(rows, unjudged={RULE})


def test_the_same_rows_give_the_same_bytes(rows: list[Row], training: Training) -> None:
    assert train(rows).data == training.data
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(training.data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_that_is_no_judge_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_text("no judge")
    with pytest.raises(JudgeError, match="no judge"):
        Judge.load(tmp_path / "x.npz")
    with pytest.raises(JudgeError, match="there is no judge"):
        Judge.load(tmp_path / "nowhere.npz")


def test_leaving_a_writer_out_leaves_nothing_of_theirs(rows: list[Row]) -> None:
    assert {r.passage.writer for r in without(rows, ["bo"])} == {"ann", "cy", "di"}


def test_the_scores_of_a_writer_come_from_the_others(rows: list[Row]) -> None:
    pytest.importorskip("sklearn")
    table = models.tabulate(rows)
    scores = models.out_of_fold(table, [RULE])
    left = table.folds == "bo"
    others = models.fit_rule(table, models.labels(table, RULE), ~left)
    assert np.allclose(scores.of(RULE)[left], models.scored(others, table, left))
    assert np.allclose(scores.shared[left], models.scored(models.fit_shared(table, ~left), table, left))


def test_a_writer_and_a_part_of_the_drafts_are_left_out_together() -> None:
    folds = ["ann", "drafts:1", "bo", "drafts:0", "cy", "examples", "ann"]
    assert models.rounds(folds) == [{"ann", "drafts:0"}, {"bo", "drafts:1"}, {"cy"}]
    assert models.rounds(["drafts:0", "drafts:1", "ann"]) == [{"ann", "drafts:0"}, {"drafts:1"}]


def test_few_examples_make_no_model(rows: list[Row]) -> None:
    assert models.trainable(models.tabulate(rows[:10])) == []


def test_the_threshold_keeps_what_is_right_often_enough() -> None:
    sure = np.linspace(0.99, 0.01, 200)
    true = (np.arange(200) < 100) | (np.arange(200) % 2 == 0)
    strict, lenient = (confidence.threshold(sure, true, np.ones(200), target) for target in (0.95, 0.8))
    assert lenient < strict
    assert true[sure >= strict].mean() >= 0.93


def test_rules_of_a_level_have_one_threshold() -> None:
    true = np.array([True] * 50 + [False] * 10)
    found = {rule: Candidates(np.arange(60), np.zeros((60, 6)), true, np.ones(60)) for rule in ("a/a", "a/b", "a/c")}
    sure = {"a/a": np.linspace(0.99, 0.01, 60), "a/b": np.linspace(0.9, 0.1, 60), "a/c": np.linspace(0.8, 0.2, 60)}
    limits = confidence.thresholds(found, sure, {"a/a": Level.WARNING, "a/c": Level.ERROR})
    assert limits["a/a"] == limits["a/b"] != limits["a/c"]


def test_a_pattern_that_was_right_counts_for_more() -> None:
    patterns, true = (
        [["good"]] * 20 + [["poor", "poor too"]] * 20 + [["once"]],
        np.array([True] * 20 + [False] * 20 + [True]),
    )
    known = confidence.records(patterns, true)
    assert known["good"] > known["once"] > 0 > known["poor"] == known["poor too"]
    assert confidence.records(patterns, true, np.arange(41) < 20).keys() == {"good"}


def test_patterns_alone_pay_for_precision_with_recall(rows: list[Row]) -> None:
    table = models.tabulate(rows)
    faulty = np.array([bool(row.wrong) for row in rows])
    sure = np.where(faulty, np.arange(len(rows)) % 3 / 2, 0.5)  # a third of the faults stand out
    at = {RULE: (np.arange(len(rows)), sure)}
    count = int(faulty.sum())
    strict, lenient = (as_strict(table, at, count, precision) for precision in (1.0, 0.1))
    assert 0 < strict.found < count == lenient.found and strict.flagged == 0 < lenient.flagged


def test_a_rule_that_suits_the_sentence_better_counts_against() -> None:
    scores = np.array([[1.0, 4.0, 9.0], [1.0, -4.0, 9.0]])
    rivals = judging.rivalry(scores, np.array([[False, True, False]]))[:, 0]
    margin = judging.signs(np.zeros(2), scores[:, 0], rivals, [[], []])[:, judging.SIGNS.index("margin")]
    assert margin[0] < -2 and -0.1 < margin[1] < 0
    alone = judging.rivalry(scores, np.array([[False, False, False]]))[:, 0]
    assert judging.signs(np.zeros(2), scores[:, 0], alone, [[], [2.0, 1.0]]).tolist()[1] == [0, 0, 2, 1.5, np.log(2)]


def test_every_group_of_known_features_has_its_weight() -> None:
    sentences = [seen("you forgot the cable and the cable forgot you"), [], seen("We did so on 3 May, Anna .")]
    found = features(sentences)
    keys = np.unique(found.numbers)
    for at, words in enumerate(sentences):
        alone = features([words])
        assert alone.numbers.tolist() == found.numbers[found.sentences == at].tolist()
        names = named(words)
        assert [list(GROUPS)[group] for group in alone.groups] == [group for group, _ in names]
        one = values(alone, 1, keys, np.ones(len(keys), np.float32))
        assert len(one.places) == len(set(alone.numbers.tolist())) == len(set(names))
        assert keys[one.places].tolist() == alone.numbers[one.known].tolist()
        for group, weight in GROUPS.items():
            own = [number for number, k in zip(one.numbers, one.known, strict=True) if names[k][0] == group]
            assert not own or np.isclose(np.sqrt(np.square(own).sum()), weight)
        every = values(found, 3, keys, np.ones(len(keys), np.float32))
        part = slice(every.ends[at], every.ends[at + 1])
        assert every.places[part].tolist() == one.places.tolist()
        assert np.allclose(every.numbers[part], one.numbers)
    assert not len(values(found, 3, keys[:0], np.empty(0, np.float32)).places)


def test_other_words_have_other_numbers() -> None:
    texts = [f"{a} {b} {c}" for a in ("you", "we") for b in ("lost", "forgot") for c in ("it", "them")]
    numbers = {
        n: (g, name) for t in texts for n, (g, name) in zip(features([seen(t)]).numbers, named(seen(t)), strict=True)
    }
    assert len(numbers) == len({name for text in texts for name in named(seen(text))})


def test_sentences_stand_alone_as_they_do_together(judge: Judge) -> None:
    texts = ["you forgot the cable again", "", "we forgot the lamp", "zyx wvu"]
    for text, together in zip(texts, judge.standings(list(map(seen, texts))), strict=True):
        assert together == pytest.approx(standing(judge, text))


def test_wide_gaps_between_places_survive_packing() -> None:
    places, weights = np.array([3, 70_000, 200_000]), np.array([1, -2, 3], np.int8)
    gaps, filled = _gaps(places, weights)
    at = np.cumsum(gaps, dtype=np.uint32)
    assert at[filled != 0].tolist() == places.tolist()


def test_numbers_days_and_names_are_one_kind_each() -> None:
    words = [Word("Monday", "monday", "monday"), Word("12", "12", "12"), Word("two", "two", "two", True)]
    lemmas = [feature for group, feature in named([*words, Word("Anna", "anna", "anna")]) if group == "lemma"]
    assert lemmas == ["DAY", "NUM", "NUM", "NAME"]


def test_what_somebody_does_is_seen_across_other_words() -> None:
    doer = told("Sadly you never quite completed the long form", "doer")
    assert {"you completed", "you not completed"} <= doer and not any(d.startswith("we") for d in doer)


def test_no_choice_of_patterns_makes_more_than_the_limit_says(judge: Judge) -> None:
    patterns = ["forgot the", "never seen", "seen neither"]
    for text in ("you forgot the cable again", "we forgot the cable again", "zyx wvu"):
        known = standing(judge, text)
        for most in (1, 2, 3):
            some = [choice for many in range(1, most + 1) for choice in combinations(patterns[:most], many)]
            sure = max(judge.confidence(RULE, known, choice) or 0 for choice in some)
            for least in (0.01, 0.5, 0.99):
                assert sure < least or known[RULE] >= judge.limit(RULE, patterns[:most], least)


def test_labelled_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "sentences-me.jsonl").write_text(
        '{"rule": "a/b", "label": "bad", "text": "Oh no. You did it.", "mark": "You did it.", "customer": null}\n'
    )
    (tmp_path / "drafts.jsonl").write_text(
        '{"id": "d1", "customer": "Help", "draft": "Hi", "findings": [{"rule": "a/b", "quote": "Hi"}]}\n'
    )
    draft, sentence = labelled.read_passages(tmp_path)
    assert draft.wrong == (("a/b", 0, 2),) and draft.thread[0].text == "Help"
    assert sentence.wrong == (("a/b", 7, 18),) and sentence.writer == "me"
