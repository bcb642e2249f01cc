"""The facts of one clause: its parties and its verb, as far as they hang on the clause and the one above it."""

from __future__ import annotations

from highnote.clauses.doers import agent_of, grammatical_of, object_of
from highnote.clauses.moods import link_of, mood_of
from highnote.clauses.verbs import auxes_of, is_denied, is_past_could, modal_and_tense, shares_auxes, voice_of
from highnote.clauses.vocabulary import SUBJECTS
from highnote.clauses.words import Facts, Party, Word


def facts_of(words: list[Word], at: int, parent: int | None, own: list[int], made: dict[int, Facts]) -> Facts:
    word = words[at]
    above = made[parent] if parent is not None else None
    auxes = auxes_of(words, at)
    shares = shares_auxes(words, word, auxes, above)
    voice = voice_of(words, word, auxes, above, shares)
    grammatical = grammatical_of(words, word, above, auxes, made)
    thing = object_of(words, word, grammatical, voice)
    doer = grammatical
    if voice == "passive":
        doer = agent_of(words, own)
        thing = grammatical if grammatical.who else thing
    if shares and above is not None:
        auxes = above.auxes
    facts = Facts(at, parent, auxes, grammatical, doer, thing, voice)
    facts.start = words[own[0]].low if own else ""
    facts.link = link_of(words, word, own, above)
    facts.modal, facts.tense = modal_and_tense(words, word, auxes, shares, above, voice)
    facts.negative = is_denied(words, word, own, facts, above, shares)
    facts.mood = mood_of(words, word, own, facts, above, shares)
    if facts.mood == "imperative":
        facts.tense = "present"
        if doer.who != "customer" and voice == "active" and not any(words[k].dep in SUBJECTS for k in word.kids):
            facts.doer = facts.grammatical = Party("customer", "", "", False)
    if is_past_could(facts, above):
        facts.tense = "past"
    return facts
