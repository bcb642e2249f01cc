"""Mends of what the small model gets wrong in hasty mail: imperatives read as nouns, lost apostrophes, tag questions."""

from __future__ import annotations

from bisect import insort

from highnote.clauses.parties import party_of
from highnote.clauses.vocabulary import BASES, BE, DO, HAVE, IRREGULAR, MODALS, NEGATIVE, SOMEBODY, SUBJECTS, word_set
from highnote.clauses.words import Word, first_kid
from highnote.tokens import Span

_ONLY_PARTICIPLES = word_set("""
    been begun bitten blown broken chosen done drawn driven eaten fallen flown forgotten forgiven frozen gotten given
    gone grown hidden known mistaken ridden risen seen shaken shown spoken stolen taken torn thrown undone woken worn
    written withdrawn
    """)
_OBJECT_STARTS = word_set(
    "the a an your my our this that these those it us them me any all each both his her their every "
    "to in on at into out up off down over back for with via through from by"
)
_SOFT_STARTS = word_set(
    "please kindly just then so and also but or now simply first next finally instead otherwise ok "
    "okay hi hello , pls plz well firstly secondly lastly maybe perhaps either always only"
)


def read(span: Span) -> list[Word]:
    first, size = span.start, len(span)
    words = []
    for at, token in enumerate(span):
        head = token.head.i - first
        inside = 0 <= head < size
        head = head if inside else at
        words.append(Word(at, token, token.lower_, token.lemma_.lower(), token.tag_, token.pos_, token.dep_, head))
    for word in words:
        if word.head != word.at:
            words[word.head].kids.append(word.at)
        if word.pos in ("VERB", "AUX"):
            _mend_form(word)
    return words


def _mend_form(word: Word) -> None:
    """Irregular pasts that the tagger took for a present ("you forgot"), and lemmas it could not find."""
    base = IRREGULAR.get(word.low)
    if base is not None and word.lemma in (word.low, ""):
        word.lemma = base
    if base is not None and word.tag in ("VB", "VBP", "NN") and word.low != base and word.low not in ("lay", "found"):
        word.tag = "VBN" if word.low in _ONLY_PARTICIPLES else "VBD"
    if word.low.endswith("ed") and len(word.low) > 4:
        if word.tag in ("VB", "VBP"):
            word.tag = "VBD"
        if word.lemma == word.low or word.lemma.endswith("cke"):
            word.lemma = _without_ed(word.low)


def _without_ed(form: str) -> str:
    stem = form[:-2]
    if stem in BASES:
        return stem
    if stem + "e" in BASES:
        return stem + "e"
    if stem.endswith("i"):
        return stem[:-1] + "y"
    return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl" else stem


def _move(words: list[Word], at: int, head: int, dep: str) -> None:
    """Hang a word on another head; does nothing where that would make a ring."""
    up = head
    while words[up].head != up:
        if up == at:
            return
        up = words[up].head
    if up == at:
        return
    word = words[at]
    if word.head != at:
        words[word.head].kids.remove(at)
    insort(words[head].kids, at)
    word.head, word.dep = head, dep


def _swap(words: list[Word], upper: int, lower: int, dep: str) -> None:
    """Put `lower` (somewhere below `upper`) in the place of `upper`; what hung on `upper` hangs on `lower` then."""
    old, new = words[upper], words[lower]
    words[new.head].kids.remove(lower)
    if old.head == upper:
        new.head = lower
    else:
        words[old.head].kids.remove(upper)
        insort(words[old.head].kids, lower)
        new.head = old.head
    new.dep = old.dep
    for kid in old.kids:
        words[kid].head = lower
        insort(new.kids, kid)
    old.kids = []
    old.head, old.dep = lower, dep
    insort(new.kids, upper)


def repair(words: list[Word]) -> None:
    _mend_imperative(words)
    _mend_tag_question(words)
    for word in words[1:]:
        if word.tag == "POS" and word.dep == "case" and words[word.head].dep in SUBJECTS:
            _mend_genitive(words, word.at)
        if word.low == "of" and words[word.at - 1].low in _PERFECT_MODALS:
            _mend_should_of(words, word.at)
        if word.low == "case" and words[word.at - 1].low == "in":
            _mend_in_case(words, word.at)
        elif words[word.at - 1].low == "seeing" and word.low in ("as", "that"):
            _mend_seeing(words, word.at - 1)
    for word in words:
        if word.dep in ("aux", "auxpass"):
            for kid in [k for k in word.kids if words[k].dep in SUBJECTS]:
                _move(words, kid, word.head, words[kid].dep)
        elif word.tag == "MD" and words[word.at].kids:
            _mend_may_or_may_not(words, word.at)
    for word in words:
        if word.pos in ("VERB", "AUX") and word.dep not in ("aux", "auxpass"):
            _mend_half_modal(words, word.at)
    for word in words:
        if word.pos in ("VERB", "AUX") and word.dep not in ("aux", "auxpass"):
            _mend_subject(words, word.at)


def _mend_imperative(words: list[Word]) -> None:
    """A sentence that opens with a base verb and an object is an order, whatever the tagger says ("Film the box")."""
    at = 0
    while at < len(words) and (words[at].low in _SOFT_STARTS or words[at].pos == "SPACE"):
        at += 1
    if at + 1 >= len(words):
        return
    word = words[at]
    if word.low not in BASES or word.tag == "VB" or words[at + 1].low not in _OBJECT_STARTS:
        return
    if any(words[kid].dep in ("nsubj", "aux", "auxpass", "det", "poss") and kid < at for kid in word.kids):
        return
    word.pos, word.tag, word.lemma = "VERB", "VB", word.low
    if word.head == at:
        return
    above = words[word.head]
    verbal = above.pos in ("VERB", "AUX") and any(words[kid].dep == "nsubj" and kid != at for kid in above.kids)
    if verbal and above.head == above.at:
        word.dep = "ccomp"
    elif above.head == above.at:
        _lift(words, at, "conj" if above.pos in ("VERB", "AUX") else "dobj")


def _lift(words: list[Word], at: int, dep: str) -> None:
    """Make a child of the root the root; the old root hangs on it as `dep`."""
    word = words[at]
    old = words[word.head]
    old.kids.remove(at)
    word.head, word.dep = at, "ROOT"
    old.head, old.dep = at, dep
    insort(word.kids, old.at)


def _mend_tag_question(words: list[Word]) -> None:
    """ "…, didn't you?": the part before the comma is the main clause, the tag is set aside."""
    last = len(words) - 1
    while last > 0 and words[last].pos in ("PUNCT", "SPACE", "SYM"):
        last -= 1
    if last + 1 >= len(words) or words[last + 1].low[:1] != "?" or words[last].tag not in ("PRP", "EX"):
        return
    first = last - 1
    if first > 0 and words[first].low in NEGATIVE:
        first -= 1
    low = words[first].low if first > 1 else ""
    if not (low in BE or low in DO or low in HAVE or low in MODALS) or words[first - 1].low != ",":
        return
    for word in words[first : last + 1]:
        if word.head == word.at:
            main = [k for k in word.kids if k < first and words[k].pos in ("VERB", "AUX") and words[k].dep != "aux"]
            if not main:
                return
            _lift_over(words, word.at, main[-1])
    for word in words[first : last + 1]:
        word.dep, word.pos = "tag", "X"


def _lift_over(words: list[Word], root: int, main: int) -> None:
    old = words[root]
    before = [k for k in old.kids if k < main and k != main]
    _lift(words, main, "tag")
    for kid in before:
        _move(words, kid, main, words[kid].dep)


def _mend_genitive(words: list[Word], at: int) -> None:
    """ "the tech's bringing one": a shortened "is" or "has" that was read as a genitive."""
    verb = words[words[words[at].head].head]
    between = any(words[k].pos == "NOUN" for k in verb.kids if at < k < verb.at)
    if verb.at > at and verb.tag in ("VBG", "VBN") and not between:
        been = any(words[k].low == "been" for k in verb.kids)
        words[at].pos, words[at].lemma = "AUX", "have" if been or verb.tag == "VBN" else "be"
        _move(words, at, verb.at, "aux")


_PERFECT_MODALS = word_set("should would could must might shouldnt wouldnt couldnt n't nt")


def _mend_should_of(words: list[Word], at: int) -> None:
    """ "should of kept": "have", misspelt."""
    following = at + 1
    while following < len(words) and words[following].pos == "ADV":
        following += 1
    if following < len(words) and words[following].tag in ("VBN", "VBD", "VB") and words[at].head == following:
        words[at].pos, words[at].tag, words[at].lemma, words[at].dep = "AUX", "VB", "have", "aux"


def _mend_in_case(words: list[Word], case: int) -> None:
    """ "in case you miss it" is read as a noun with a clause on it."""
    verb = next((k for k in words[case].kids if k > case and words[k].pos in ("VERB", "AUX")), -1)
    lead = case - 1
    if verb < 0 or words[case].head != lead or words[lead].head in (lead, case, verb):
        return
    _move(words, verb, words[lead].head, "advcl")
    _move(words, lead, verb, "mark")
    _move(words, case, verb, "mark")


def _mend_seeing(words: list[Word], at: int) -> None:
    """ "seeing as you left it": a conjunction, not a verb of seeing."""
    verb = next((k for k in words[at].kids if k > at and words[k].pos in ("VERB", "AUX")), -1)
    if verb >= 0:
        _swap(words, at, verb, "mark")
    elif words[words[at].head].pos == "VERB":
        verb = words[at].head
        subject = first_kid(words, at + 1, "pobj")
        if subject > 0:
            _move(words, subject, verb, "nsubj")
        _move(words, at + 1, verb, "mark")
    words[at].dep, words[at].pos = "mark", "SCONJ"


def _mend_may_or_may_not(words: list[Word], at: int) -> None:
    """ "You may or may not have seen it": the verb is the one after the second modal."""
    joined = next((k for k in words[at].kids if words[k].dep == "conj" and words[k].pos in ("VERB", "AUX")), -1)
    if joined > at and any(words[k].tag == "MD" for k in words[joined].kids):
        _swap(words, at, joined, "aux")


def _mend_half_modal(words: list[Word], at: int) -> None:
    """ "have to go", "is able to go", "going to go", "need to go", "were to go": one clause, whose verb is "go"."""
    word = words[at]
    lemma = word.lemma
    if word.low in ("gon", "gonna"):
        lemma = "go"
    if lemma not in ("have", "need", "be", "go", "ought", "get", "use"):
        return
    if word.low == "had" and _mend_late_had(words, at):
        return
    holder, able = at, -1
    if lemma == "be":
        able = next((k for k in word.kids if words[k].low in ("able", "unable") and words[k].dep == "acomp"), -1)
        holder = able if able >= 0 else at
    lower = next((k for k in words[holder].kids if words[k].dep == "xcomp" and k > holder), -1)
    if lower < 0 or not any(words[k].low in ("to", "na", "ta") and k < lower for k in words[lower].kids):
        return
    if any(words[k].dep in ("nsubj", "nsubjpass") for k in words[lower].kids):
        return
    if not _is_half_modal(words, word, lemma, able):
        return
    _swap(words, at, lower, "aux")
    if able >= 0:
        _move(words, able, lower, "aux")
    for kid in list(words[lower].kids):
        if words[kid].low in ("to", "na", "ta") and words[kid].dep == "aux" and kid > at:
            words[kid].dep = "halfto"


def _mend_late_had(words: list[Word], at: int) -> bool:
    """ "…, had a form been sent": the auxiliary of a condition, read as a verb of its own."""
    if any(words[k].dep in SUBJECTS for k in words[at].kids):
        return False
    for lower in words[at].kids:
        below = words[lower]
        started = lower > at and below.tag in ("VBN", "VBD") and below.dep in ("ccomp", "xcomp")
        if started and any(words[k].dep in SUBJECTS and k > at for k in below.kids):
            _swap(words, at, lower, "aux")
            return True
    return False


def _is_half_modal(words: list[Word], word: Word, lemma: str, able: int) -> bool:
    kids = word.kids
    has_object = any(words[k].dep in ("dobj", "acomp", "attr") for k in kids)
    if lemma == "be":
        return able >= 0 or (not has_object and any(_may_be_told(words, k) for k in kids))
    if lemma == "go":
        return word.tag == "VBG" and any(words[k].low in BE for k in kids)
    if lemma == "get":
        return word.low in ("got", "gotta") and not has_object
    if lemma == "use":
        return word.low == "used" and not has_object and not any(words[k].dep == "auxpass" for k in kids)
    return not has_object and word.tag != "VBG"


def _may_be_told(words: list[Word], at: int) -> bool:
    """ "You are to call", "a colleague is to ring": a person as subject, unlike "the plan is to call"."""
    if not words[at].dep.startswith("nsubj"):
        return False
    party = party_of(words, at)
    return party.who in ("us", "customer", "nobody") or words[at].low in _PRONOUNS or words[at].lemma in SOMEBODY


def _mend_subject(words: list[Word], at: int) -> None:
    """A finite verb without a subject that has a pronoun right before it, taken for an object of what precedes."""
    word = words[at]
    if any(words[k].dep in SUBJECTS for k in word.kids) or word.dep in ("amod", "compound", "acl", "conj"):
        return
    left = min([k for k in word.kids if words[k].dep in ("aux", "auxpass", "neg") and k < at], default=at)
    if left == at and word.tag not in ("VBD", "VBP", "VBZ", "MD"):
        return
    if left < at and (words[left].low == "to" or words[left].tag in ("TO", "VBG", "VBN")):
        return
    left -= 1
    while left > 0 and words[left].pos == "ADV":
        left -= 1
    before = words[max(left, 0)]
    bare_pronoun = left > 0 and before.low in _PRONOUNS
    own_noun = left > 1 and before.pos in ("NOUN", "PROPN") and words[at].head == at and _finite_lead(words, left + 1)
    if before.dep in _MISREAD and (bare_pronoun or own_noun):
        _move(words, left, at, "nsubj")


def _finite_lead(words: list[Word], at: int) -> bool:
    return words[at].tag in ("MD", "VBZ") or words[at].low in ("was", "were", "are", "has", "have", "had", "did")


_PRONOUNS = word_set("i we you he she they it")
_MISREAD = word_set("dobj pobj dative appos dep npadvmod")
