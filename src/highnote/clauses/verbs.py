"""What the verb tells: auxiliaries, voice, modal, tense, and whether it is denied."""

from __future__ import annotations

from highnote.clauses.vocabulary import BE, DO, HAVE, IRREGULAR, MODALS, NEGATIVE, SAME_PAST, SUBJECTS, WH, word_set
from highnote.clauses.words import Facts, Word, first_kid

_WOULD_OR_HAD = word_set("'d ’d d")
_PAST_FORMS = word_set("was were had did")
_DENYING = word_set(
    "think believe suppose expect say suggest imply claim mean feel seem appear look reckon guess assume"
)


def is_past_could(facts: Facts, above: Facts | None) -> bool:
    """ "we couldn't reach you" tells of the past."""
    return (
        facts.modal == "could"
        and facts.negative
        and facts.mood == "statement"
        and (above is None or above.mood == "statement")
    )


def auxes_of(words: list[Word], at: int) -> list[str]:
    """The auxiliaries in order, in full form: will, have, had, be, was, do, did, to, "have to", "able"…"""
    found = []
    for kid in words[at].kids:
        word = words[kid]
        if word.dep in ("aux", "auxpass"):
            found.append(_full_aux(words, word, at))
    return found


def _full_aux(words: list[Word], word: Word, at: int) -> str:
    low = word.low
    half = _half(words, word, at)
    if half:
        return half
    if low in _WOULD_OR_HAD:
        return _would_or_had(words, word, at)
    if low in MODALS:
        return MODALS[low]
    if low in HAVE:
        return "had" if low == "had" else "have"
    if low in BE or low in ("'s", "’s", "s"):
        been = any(words[k].low == "been" and k > word.at for k in words[at].kids)
        if low in ("'s", "’s", "s") and (been or word.lemma == "have" or _is_perfect_s(words, word, at)):
            return "have"
        return "was" if low in ("was", "were") else "be"
    if word.lemma == "get" and word.dep == "auxpass":
        return "was" if low == "got" else "be"
    if low in DO:
        return "did" if low == "did" else "do"
    return "to" if low in ("to", "na", "ta") else low


def _half(words: list[Word], word: Word, at: int) -> str:
    """The name of a half-modal that was taken in by `_mend_half_modal`, with its tense mark; "" for other words."""
    follows = any(words[k].dep == "halfto" and k > word.at for k in words[at].kids)
    if not follows:
        return ""
    if word.lemma == "have" and word.tag != "VBN" and _next_is_to(words, word, at):
        return "had to" if word.low in ("had", "'d", "’d") else "have to"
    if word.lemma == "need" and _next_is_to(words, word, at):
        return "needed to" if word.tag == "VBD" else "need to"
    if word.low in ("got", "gotta"):
        return "have to"
    if word.low in ("able", "unable"):
        return "able"
    if word.low in ("going", "gon", "gonna"):
        return "going"
    if word.low == "used":
        return "used"
    if word.low in ("am", "is", "are", "'s", "’s", "'re", "’re", "'m") and _next_is_to(words, word, at):
        return "be to"
    return ""


def _next_is_to(words: list[Word], word: Word, at: int) -> bool:
    """Nothing but adverbs between the word and its "to"."""
    to = next(k for k in words[at].kids if words[k].dep == "halfto" and k > word.at)
    return not any(words[k].dep in ("aux", "auxpass") and words[k].head == at for k in range(word.at + 1, to))


def _is_perfect_s(words: list[Word], word: Word, at: int) -> bool:
    return words[at].tag == "VBN" and (word.dep == "aux" or words[at].lemma in _NEVER_PASSIVE)


def _would_or_had(words: list[Word], word: Word, at: int) -> str:
    """ "'d" is "had" before a participle and "would" before a base form or "have"."""
    following = words[word.at + 1].low if word.at + 1 < len(words) else ""
    if following == "better":
        return "should"
    if any(words[k].low in HAVE or words[k].low in ("be",) for k in words[at].kids if k > word.at and k < at):
        return "would"
    verb = words[at]
    if any(words[k].low == "been" for k in verb.kids):
        return "had"
    if verb.low == verb.lemma and verb.low not in SAME_PAST:
        return "would"
    if verb.tag in ("VBN", "VBD") or verb.low in IRREGULAR or verb.low.endswith("ed"):
        return "had"
    return "had" if word.lemma == "have" else "would"


def shares_auxes(words: list[Word], word: Word, auxes: list[str], above: Facts | None) -> bool:
    """A second verb that shares subject and auxiliaries with the one before it ("didn't open or read")."""
    if word.dep != "conj" or above is None or auxes or above.at != word.head:
        return False
    if any(words[k].dep in SUBJECTS for k in word.kids) or not above.auxes:
        return False
    if word.tag in ("VB", "VBP"):
        return above.auxes[-1] not in ("be", "was", "have", "had")
    if word.tag in ("VBN", "VBD"):
        return above.auxes[-1] in ("be", "was", "have", "had") and (word.tag == "VBN" or above.voice == "passive")
    return word.tag == "VBG" and words[above.at].tag == "VBG"


_NEVER_PASSIVE = word_set("happen arrive go come become occur be arise appear seem fall")


def voice_of(words: list[Word], word: Word, auxes: list[str], above: Facts | None, shares: bool) -> str:
    if any(words[k].dep in ("auxpass", "nsubjpass") for k in word.kids) and word.lemma not in _NEVER_PASSIVE:
        return "passive"
    if word.lemma == "be" or word.tag not in ("VBN", "VBD"):
        return "active"
    if auxes:
        return "active"
    if shares and above is not None:
        return above.voice
    has_subject = any(words[k].dep in SUBJECTS for k in word.kids)
    if _is_done_for(words, word, above):
        return "passive"
    if word.dep in ("acl", "relcl") and not has_subject:
        return "passive"
    if word.dep in ("advcl", "pcomp", "ccomp", "xcomp") and word.tag == "VBN" and not has_subject:
        return "passive"
    return "active"


def _is_done_for(words: list[Word], word: Word, above: Facts | None) -> bool:
    """ "have the meter exchanged", "get it swapped"."""
    causes = above is not None and words[above.at].lemma in ("have", "get", "want", "need", "like", "see")
    return causes and word.tag == "VBN" and word.dep in ("ccomp", "xcomp", "advcl")


_SEMI = {"have to": "have to", "had to": "have to", "need to": "need to", "needed to": "need to", "able": "be able to",
         "going": "will"}  # fmt: skip
_TRUE_MODALS = frozenset(MODALS.values())


def modal_and_tense(
    words: list[Word], word: Word, auxes: list[str], shares: bool, above: Facts | None, voice: str
) -> tuple[str, str]:
    if shares and above is not None:
        return above.modal, above.tense
    modal = next((aux for aux in auxes if aux in _TRUE_MODALS), "")
    halves = [_SEMI[aux] for aux in auxes if aux in _SEMI]
    semi = halves[-1] if halves else ""
    semi_tense = "will" if "will" in halves else semi
    return semi or modal, _tense(words, word, auxes, modal, semi_tense, voice)


def _tense(words: list[Word], word: Word, auxes: list[str], modal: str, semi: str, voice: str) -> str:
    first = auxes[0] if auxes else ""
    perfect = "have" in auxes or "had" in auxes
    if first == "to":
        return ""
    if modal:
        if perfect and modal not in ("will", "shall"):
            return "past"
        return "future" if modal in ("will", "shall") else "present"
    if semi == "will" and first != "was":
        return "future"
    if first == "have" and auxes[1:2] == ["have to"] and "got" in (words[k].low for k in word.kids):
        return "present"
    if first in ("had", "have", "did", "was", "had to", "needed to", "used"):
        return "past"
    if first == "be to":
        return "future"
    if first in ("be", "do", "have to", "need to", "able"):
        return "" if _is_nonfinite_be(words, word) else "present"
    if first:
        return "present"
    if word.tag == "VBD" or word.low in _PAST_FORMS:
        return "past"
    if word.tag in ("VBZ", "VBP"):
        return "past" if word.low in SAME_PAST and _tells(words, word) else "present"
    has_subject = any(words[k].dep in SUBJECTS for k in word.kids)
    if has_subject and word.tag == "VBN" and voice == "active":
        return "past"
    if has_subject and word.tag == "VB" and word.dep in ("ROOT", "conj", "relcl", "advcl"):
        return "present"
    return ""


def _tells(words: list[Word], word: Word) -> bool:
    """ "you put the old address": more likely the past, unless a conjunction makes it general ("when you put it")."""
    subject = first_kid(words, word.at, "nsubj")
    marked = any(words[k].dep == "mark" or words[k].low in WH for k in word.kids if k < word.at)
    return subject >= 0 and not marked and words[subject].low in ("you", "i", "we", "they")


def _is_nonfinite_be(words: list[Word], word: Word) -> bool:
    first = first_kid(words, word.at, "aux", "auxpass")
    return first >= 0 and words[first].low in ("being", "be", "been")


def is_denied(words: list[Word], word: Word, own: list[int], facts: Facts, above: Facts | None, shares: bool) -> bool:
    negated = facts.doer.negative or facts.thing.negative or facts.grammatical.negative
    for at in own:
        low = words[at].low
        if low in NEGATIVE and words[at].dep != "tag":
            following = words[at + 1].low if at + 1 < len(words) else ""
            if not (low == "not" and following in ("only", "just", "merely", "necessarily")):
                negated = True
        elif low == "unable" or (low == "without" and word.dep == "pcomp"):
            negated = True
        elif low == "no" and words[at].dep in ("det", "neg", "advmod"):
            negated = negated or _counts_as_no(words, at, word)
    if shares and above is not None and above.negative:
        return True
    if above is not None and above.negative and word.dep == "ccomp" and word.at > above.at:
        return not negated if words[above.at].lemma in _DENYING else negated
    return negated


def _counts_as_no(words: list[Word], at: int, verb: Word) -> bool:
    """ "no" on a subject, object or predicate noun, or "no longer"; not inside "no later than"."""
    head = words[words[at].head]
    following = words[at + 1].low if at + 1 < len(words) else ""
    if following in ("longer", "more"):
        return True
    if at > verb.at and words[at - 1].low in ("so", ",", "-", "–", "—", ";"):
        return False
    if head.dep == "pobj" and head.lemma not in ("way", "point", "time", "circumstance", "means", "stage", "account"):
        return False
    if head.at == verb.at:
        return True
    return head.dep in ("nsubj", "nsubjpass", "dobj", "attr", "pobj", "dative") and following not in ("later", "doubt")
