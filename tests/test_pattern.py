"""The phrase syntax and clause conditions, each on a sentence that has it and one that has not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highnote.draft import Block, Draft
from highnote.language import Sentence, parse
from highnote.pattern import Phrases, compile_clause
from highnote.syntax import PatternError

LISTS = {
    "say": ["<say>", "<point> out", "<explain>"],
    "weekday": ["monday", "tuesday"],
    "date": ["[on] @weekday", "tomorrow"],
    "round": ["@round"],
}
PHRASES = Phrases(LISTS)


def sentence(text: str) -> Sentence:
    spans = range(len(text))
    return parse(Draft(text, (Block(text, spans, [i + 1 for i in spans]),))).sentences[0]


def found(phrase: str, text: str) -> list[str]:
    one = sentence(text)
    return [one.span.doc[m.start : m.end].text for m in PHRASES.compile(phrase).find(one)]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("as i said", "As I said, it takes five days.", ["As I said"]),
        ("as (i|we) [have|had] @say", "As we have explained, it takes five days.", ["As we have explained"]),
        ("as (i|we) [have|had] @say", "As we pointed out, it takes days.", ["As we pointed out"]),
        ("as (i|we) [have|had] @say", "As you said, it takes five days.", []),
        ("<say>", "I said what she says, saying it twice.", ["said", "says", "saying"]),
        ("don't", "I don't know.", ["don't"]),
        ("don't", "I don’t know.", ["don’t"]),
        ("don't", "I do not know.", ["do not"]),
        ("can't", "We cannot do it.", ["cannot"]),
        ("well now", "Well, now it works.", ["Well, now"]),
        ("we ... refund", "We will gladly refund it.", ["We will gladly refund"]),
        ("we ... refund", "We will; they refund it.", []),
        ("^ next time", "And next time, ask us.", ["next time"]),
        ("^ next time", "We will see you next time.", []),
        ("(^|must) repeat", "Please repeat it, as you must repeat all.", ["Please repeat", "must repeat"]),
        ("(^|must) repeat", "We will repeat it.", []),
        ("five days $", "It takes five days.", ["five days"]),
        ("five days $", "It takes five days or six.", []),
        ("sorry !(for|about)", "I am sorry that it broke.", ["sorry"]),
        ("sorry !(for|about)", "I am sorry for that.", []),
        ("DATE", "We come on Tuesday or tomorrow.", ["on Tuesday", "tomorrow"]),
        ("<leave>=VERB", "The leaves fall when you leave.", ["leave"]),
        ("the NP", "We checked the old red kettle today.", ["the old red kettle"]),
        ("one-time courtesy", "It is a one-time courtesy.", ["one-time courtesy"]),
        ("e-mail", "An email and an e-mail.", ["email", "e-mail"]),
        ("PAST", "We sent it.", ["sent"]),
        ("why ?", "Can you tell me why?", ["why?"]),
    ],
)
def test_phrases(phrase: str, text: str, expected: list[str]) -> None:
    assert found(phrase, text) == expected


@pytest.mark.parametrize(
    ("conditions", "text", "fires"),
    [
        ({"subject": "customer", "verb": "lose", "tense": "past"}, "You lost the key.", True),
        ({"subject": "customer", "verb": "lose", "tense": "past"}, "The key was lost by you.", True),
        ({"subject": "customer", "verb": "lose", "tense": "past"}, "The key that you lost is gone.", True),
        ({"subject": "customer", "verb": "lose", "tense": "past"}, "We lost the key.", False),
        ({"subject": "customer", "verb": "lose", "mood": "not condition"}, "If you lose it, call us.", False),
        ({"verb": "@say", "subject": ["us", "nobody"]}, "It has been explained to you.", True),
        ({"subject": "customer", "polarity": "negative", "link": "cause"}, "It failed because you did not wait.", True),
        ({"subject": "customer", "words": "the (guide|manual)"}, "You read the manual.", True),
        ({"subject": "customer", "without": "the manual"}, "You read the manual.", False),
        ({"subject": "customer", "under": {"subject": "us"}}, "We think that you won.", True),
    ],
)
def test_clauses(conditions: dict[str, object], text: str, fires: bool) -> None:
    assert bool(compile_clause(conditions, PHRASES).find(sentence(text))) is fires


@pytest.mark.parametrize(
    "phrase", ["(a|b", "<say", "[a", "@", "a |", "@nowhere", "@round", "", "we ^ said", "we (said|^ told)"]
)
def test_a_wrong_phrase_says_what_to_do(phrase: str) -> None:
    with pytest.raises(PatternError) as error:
        PHRASES.compile(phrase)
    assert str(error.value) and error.value.mend


@pytest.mark.parametrize(
    "conditions",
    [{"subjekt": "us"}, {"subject": "them"}, {"verb": "@nowhere"}, {"words": "(a"}, {"tense": ["past", "soon"]}],
)
def test_a_wrong_condition_says_what_to_do(conditions: dict[str, object]) -> None:
    with pytest.raises(PatternError) as error:
        compile_clause(conditions, PHRASES)
    assert str(error.value) and error.value.mend


def test_a_pattern_knows_its_triggers() -> None:
    assert PHRASES.compile("as (i|we) @say").needs == ({"say", "point", "explain"}, {"as"}, {"i", "we"})
    assert PHRASES.compile("NOUN VERB").needs == ()
    assert PHRASES.compile("[maybe] refund").needs == ({"refund"},)
    assert PHRASES.compile("so-called").needs == ({"so-called", "socalled", "called"},)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab <>()[]|@.,!?^$=NOUN'-", max_size=24))
def test_any_phrase_compiles_or_is_refused(phrase: str) -> None:
    try:
        pattern = PHRASES.compile(phrase)
    except PatternError:
        return
    pattern.find(sentence("A b is a b, and ab a."))
