"""Statement, question, order, condition; and how a clause is linked to the one above it."""

from __future__ import annotations

from highnote.clauses.doers import is_order
from highnote.clauses.vocabulary import (
    CONDITION_STARTS,
    LINK_PHRASES,
    LINKS,
    NEGATIVE,
    SAY,
    SUBJECTS,
    WE_DROPPED,
    WH,
    word_set,
)
from highnote.clauses.words import Facts, Word, first_kid


def mood_of(words: list[Word], word: Word, own: list[int], facts: Facts, above: Facts | None, shares: bool) -> str:
    starts = _start_words(words, own)
    perfect = "have" in facts.auxes or "had" in facts.auxes
    conditional = _is_conditional(words, word, starts) or is_inverted_condition(words, word, own)
    if conditional:
        return "counterfactual" if "had" in facts.auxes and "have to" not in facts.auxes else "condition"
    if perfect and facts.modal in ("would", "should", "could", "ought to"):
        return "counterfactual"
    if above is not None:
        mood = _inherited_mood(words, word, facts, above, shares)
        if mood:
            return mood
    if _is_main_order(words, word, facts, above) or _is_scolding(words, word, facts):
        return "imperative"
    return "statement"


def _is_scolding(words: list[Word], word: Word, facts: Facts) -> bool:
    """ "Don't you worry." is an order in spite of its subject."""
    subject = first_kid(words, word.at, "nsubj")
    return (
        facts.auxes[:1] == ["do"]
        and 1 < subject < word.at
        and words[subject].low == "you"
        and words[subject - 1].low in ("n't", "n’t", "nt", "not")
        and words[subject - 2].low == "do"
        and not has_question_mark(words)
        and (subject == 2 or words[subject - 3].low not in WH)
    )


def _start_words(words: list[Word], own: list[int]) -> list[str]:
    return [words[at].low for at in own if words[at].pos not in ("PUNCT", "SPACE")][:3]


def _is_conditional(words: list[Word], word: Word, starts: list[str]) -> bool:
    for kid in word.kids:
        below = words[kid]
        if kid < word.at and below.low in CONDITION_STARTS and below.dep in ("mark", "advmod", "prep"):
            return below.low != "whether"
    pair = tuple(starts[:2])
    return pair in (("in", "case"), ("as", "long"), ("so", "long"), ("if", "you"), ("on", "condition"))


def is_inverted_condition(words: list[Word], word: Word, own: list[int]) -> bool:
    """ "Had you read", "Should you need", "Were you to": no question mark, or under another clause."""
    subject = first_kid(words, word.at, "nsubj", "nsubjpass")
    if subject < 0 or (subject > word.at and word.lemma != "be"):
        return False
    first = first_kid(words, word.at, "aux", "auxpass")
    lead = words[first] if 0 <= first < subject else word
    if lead.at > subject or lead.low not in ("had", "should", "were"):
        return False
    if any(words[at].low in WH or words[at].low in NEGATIVE for at in own if at < lead.at):
        return False
    if lead.at > 0 and words[lead.at - 1].pos not in ("PUNCT", "CCONJ", "SPACE", "INTJ") and word.head == word.at:
        return False
    return word.head != word.at or not has_question_mark(words)


def has_question_mark(words: list[Word]) -> bool:
    return any("?" in word.low for word in words[-4:])


def _inherited_mood(words: list[Word], word: Word, facts: Facts, above: Facts, shares: bool) -> str:
    if words[above.at].lemma == "wish" and word.dep in ("ccomp", "xcomp") and facts.tense in ("past", "present"):
        return "counterfactual"
    own_subject = any(words[k].dep in SUBJECTS for k in word.kids)
    if word.dep == "conj" and above.mood in ("condition", "counterfactual"):
        if shares or (above.mood == "condition" and facts.link not in ("result", "contrast")):
            return above.mood
        if above.mood == "counterfactual" and not own_subject and not facts.auxes:
            return above.mood if facts.tense == "" else ""
    if facts.tense == "" and word.dep in ("xcomp", "advcl", "pcomp") and not own_subject:
        if above.mood in ("condition", "counterfactual"):
            return above.mood
        if above.mood == "imperative" and word.dep == "xcomp" and facts.doer.who == "customer":
            return "imperative"
    return ""


def _is_main_order(words: list[Word], word: Word, facts: Facts, above: Facts | None) -> bool:
    if not is_order(words, word, facts.auxes) or word.pos not in ("VERB", "AUX"):
        return False
    if word.lemma in WE_DROPPED and facts.doer.who == "us":
        return False
    if above is None or word.head == word.at:
        return True
    if word.dep == "conj":
        return above.mood == "imperative" or _orders_afresh(words, word, facts, above)
    return word.dep in ("ccomp", "parataxis", "dep") and word.at < above.at


def _orders_afresh(words: list[Word], word: Word, facts: Facts, above: Facts) -> bool:
    """ "The form is attached; fill it in": a base form after a clause with no auxiliary to share."""
    breaks = any(words[k].pos == "PUNCT" for k in range(above.at, word.at))
    if facts.auxes and above.grammatical.who == "us" and not breaks:
        return False
    return not above.auxes or above.auxes[-1] in ("be", "was", "have", "had")


def link_of(words: list[Word], word: Word, own: list[int], above: Facts | None) -> str:
    found = _link_word(words, word, own)
    if found == "cause" and _start_words(words, own)[:1] in (["as"], ["like"]) and word.lemma in SAY:
        return "report"
    if found:
        return found
    if word.dep == "relcl" or (word.dep == "acl" and word.tag != "VB"):
        return "relative"
    if above is None:
        return ""
    if is_inverted_condition(words, word, own):
        return "condition"
    if word.dep in ("acl", "advcl") and any(words[k].low == "to" for k in word.kids if words[k].dep == "aux"):
        return "purpose"
    if word.dep == "ccomp" and words[above.at].lemma == "be" and any(words[k].low == "who" for k in word.kids):
        return "relative"
    finite = word.tag in ("VBD", "VBZ", "VBP") or any(words[k].dep in ("aux", "auxpass") for k in word.kids)
    if word.dep == "ccomp" and finite and word.at > above.at and any(words[k].dep in SUBJECTS for k in word.kids):
        return "report"
    return ""


_LEADING = word_set("by for given due seeing considering meaning")


def _link_word(words: list[Word], word: Word, own: list[int]) -> str:
    starts = _start_words(words, own)
    if not starts:
        return ""
    if starts[0] in ("and", "just", "only", "or", "simply") and len(starts) > 1 and word.dep != "ROOT":
        starts = starts[1:]
    pair = (starts[0], starts[1] if len(starts) > 1 else "")
    if pair == ("so", "that") and any(words[k].low == "that" and words[k].dep in SUBJECTS for k in own[:4]):
        return "result"
    if pair in LINK_PHRASES:
        return LINK_PHRASES[pair]
    first = starts[0]
    if first in ("as", "like") and word.lemma in SAY:
        return "report"
    if first in _LEADING and not _leads(words, word, own, first):
        return ""
    if first == "for" and any(words[k].tag == "TO" for k in word.kids):
        return ""
    marked = any(words[k].low == first and words[k].dep == "mark" for k in word.kids)
    if first in ("when", "once", "after", "before", "as", "since") and word.dep in ("ROOT", "ccomp") and not marked:
        return ""
    return LINKS.get(first, "")


def _leads(words: list[Word], word: Word, own: list[int], first: str) -> bool:
    """A preposition that leads the clause's own gerund ("by leaving"), or a mark; not one of a phrase in it."""
    lead = next(at for at in own if words[at].low == first)
    return words[lead].dep == "mark" or word.dep == "pcomp" or word.head == lead
