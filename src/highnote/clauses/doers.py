"""The logical doer and the object of a clause, however it is turned."""

from __future__ import annotations

from highnote.clauses.parties import owner_of, party_of
from highnote.clauses.vocabulary import BARE_US, BASES, PHRASAL, SAY, SUBJECTS, THANKS, WE_DROPPED, WH, word_set
from highnote.clauses.words import Facts, Party, Word, first_kid

_RELATIVE = word_set("who which that whom whose what whoever")
_EXPLETIVE_VERBS = word_set("be seem appear look turn happen rain take mean help sound")
_OBJECT_CONTROL = word_set("""
    ask tell want allow let help advise remind need encourage urge get make expect require invite enable force order
    instruct permit cause leave have keep see hear prompt assist trust beg recommend request like warn find notice
    """)
_TIME_NOUNS = word_set(
    "day time moment way reason date morning week month year minute hour place evening afternoon night"
)
_MEANS = word_set("""
    post email e-mail mail phone telephone letter hand law default mistake accident error fax text chat courier now then
    noon midnight midday end close card cheque transfer sms day week time design surprise chance tomorrow today tonight
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december hour date deadline bus train air sea road yesterday weekend month
    """)
_NONE = Party("", "", "", False)
_NO_DOER = Party("nobody", "", "", False)


def grammatical_of(
    words: list[Word], word: Word, above: Facts | None, auxes: list[str], made: dict[int, Facts]
) -> Party:
    """The grammatical subject, own or inherited."""
    subjects = [k for k in word.kids if words[k].dep in SUBJECTS]
    if subjects:
        near = [k for k in subjects if k < word.at]
        return _own_subject(words, word, near[-1] if near else subjects[0], above, made)
    owner = owner_of(words, word.at, 0)
    if owner and word.tag == "VBG":
        return Party(owner, "you" if owner == "customer" else "we", "", False)
    if word.dep in ("relcl", "acl"):
        return _from_noun(words, word, above, auxes)
    if word.dep == "conj" and above is not None and above.at == word.head:
        return above.grammatical
    if word.head == word.at or (above is None and word.dep not in ("pcomp", "xcomp", "advcl")):
        return _dropped(words, word, auxes)
    if above is None:
        return _from_bare(words, word)
    if word.lemma in WE_DROPPED and _is_base(word) and not auxes and word.at < above.at:
        return Party("us", "", "", False)
    return _controlled(words, word, above, auxes)


def _own_subject(words: list[Word], word: Word, at: int, above: Facts | None, made: dict[int, Facts]) -> Party:
    subject = words[at]
    if subject.dep == "expl":
        return _NO_DOER
    if subject.dep in ("csubj", "csubjpass"):
        return Party("third", subject.lemma, "", False)
    if subject.low in _RELATIVE and subject.low != "what":
        if word.dep in ("relcl", "acl") and word.head != word.at:
            return party_of(words, word.head)
        cleft = _cleft(words, word, above)
        if cleft is not None:
            return cleft
    if subject.low == "it" and word.lemma in _EXPLETIVE_VERBS and _is_expletive(words, word):
        return _NO_DOER
    return party_of(words, at)


def _cleft(words: list[Word], word: Word, above: Facts | None) -> Party | None:
    """ "it was you who cancelled": the one singled out by "it was"."""
    if above is None or words[above.at].lemma != "be":
        return None
    attr = first_kid(words, above.at, "attr", "acomp", "nsubj")
    for kid in words[above.at].kids:
        if words[kid].dep in ("attr", "nsubj") and words[kid].low != "it":
            attr = kid
    return party_of(words, attr) if attr >= 0 else None


def _is_expletive(words: list[Word], word: Word) -> bool:
    for kid in word.kids:
        below = words[kid]
        if below.dep in ("ccomp", "xcomp", "relcl", "acl", "csubj") and kid > word.at:
            return True
        if below.dep in ("acomp", "attr") and any(
            words[k].dep in ("xcomp", "ccomp", "relcl", "acl", "advcl") for k in below.kids
        ):
            return True
    return False


def _from_noun(words: list[Word], word: Word, above: Facts | None, auxes: list[str]) -> Party:
    """The subject of a clause that hangs on a noun: "your failure to read", "the mail telling you"."""
    noun = words[word.head]
    if word.tag in ("VBG", "VBN", "VBD") and "to" not in auxes:
        return party_of(words, word.head)
    owner = owner_of(words, noun.at, 0)
    if owner:
        return Party(owner, "you" if owner == "customer" else "we", "", False)
    if above is None:
        return _NO_DOER
    receiver = first_kid(words, above.at, "dative")
    if receiver >= 0:
        party = party_of(words, receiver)
        if party.who == "customer":
            return party
    return above.grammatical


_NOMINAL = word_set("det nummod amod poss compound nmod appos")


def _dropped(words: list[Word], word: Word, auxes: list[str]) -> Party:
    """A main clause without a subject: an order, or a clipped "Will check", "Sent it on Monday"."""
    if word.pos not in ("VERB", "AUX"):
        us = word.lemma in BARE_US or word.low in THANKS or word.lemma in THANKS
        return Party("us", "", "", False) if us else _NO_DOER
    if word.lemma in WE_DROPPED and _is_base(word) and "do" not in auxes:
        return Party("us", "", "", False)
    if is_order(words, word, auxes):
        return Party("customer", "", "", False)
    if (word.tag == "VBN" and not auxes) or (word.tag == "VBZ" and word.lemma in _EXPLETIVE_VERBS):
        return _NO_DOER
    named = any(words[k].dep in _NOMINAL for k in word.kids if k < word.at)
    if "to" in auxes or named or word.tag == "VBZ":
        return _NO_DOER
    return Party("us", "", "", False)


def _is_base(word: Word) -> bool:
    return word.tag in ("VB", "VBP") or (word.low == word.lemma and word.low in BASES)


def is_order(words: list[Word], word: Word, auxes: list[str]) -> bool:
    """A base form without subject and with no auxiliary but "do"."""
    if not _is_base(word) or any(aux not in ("do", "be") for aux in auxes):
        return False
    if "be" in auxes and not any(words[k].low == "be" for k in word.kids):
        return False
    if word.low in ("am", "is", "are", "'s", "'re", "has"):
        return False
    return not any(words[k].dep in SUBJECTS for k in word.kids)


def _from_bare(words: list[Word], word: Word) -> Party:
    """Under a verbless head: "Sorry for leaving you waiting" is us, "Thanks for sending it" is the customer."""
    up = word.head
    while words[up].head != up:
        up = words[up].head
    low = words[up].low
    if low in THANKS:
        return Party("customer", "you", "", False)
    return Party("us", "we", "", False) if words[up].lemma in BARE_US or low in BARE_US else _NO_DOER


_REMARKS = SAY | word_set("repeat recap reiterate clarify confirm summarise summarize answer recapitulate clear remind")


def _controlled(words: list[Word], word: Word, above: Facts, auxes: list[str]) -> Party:
    """Who does a non-finite verb that hangs on another one: its object ("ask you to") or its subject ("forgot to")."""
    upper = words[above.at]
    mirror = first_kid(words, word.at, "dobj")
    if mirror >= 0 and words[mirror].low in ("myself", "ourselves", "yourself", "yourselves"):
        return party_of(words, mirror)
    if word.dep == "advcl" and "to" in auxes and word.at < above.at and word.lemma in _REMARKS:
        return Party("us", "we", "", False)
    if word.dep in ("ccomp", "parataxis", "dep", "ROOT") and is_order(words, word, auxes) and word.at < above.at:
        return Party("customer", "", "", False)
    if word.dep in ("csubj", "csubjpass"):
        return _NO_DOER
    if upper.lemma in THANKS or (upper.lemma == "appreciate" and word.dep in ("pcomp", "xcomp")):
        return Party("customer", "you", "", False)
    if upper.lemma in _OBJECT_CONTROL and word.dep in ("xcomp", "ccomp", "advcl") and above.thing.who:
        return above.thing
    return above.grammatical


def object_of(words: list[Word], word: Word, grammatical: Party, voice: str) -> Party:
    """The direct object; for a relative clause without one, the noun that it hangs on."""
    at = first_kid(words, word.at, "dobj")
    if at < 0:
        at = first_kid(words, word.at, "dative")
        if at >= 0 and words[at].pos == "ADP":
            at = first_kid(words, at, "pobj")
    if at >= 0 and words[at].low in _RELATIVE and word.dep == "relcl" and word.head != word.at:
        return party_of(words, word.head)
    if at >= 0:
        return party_of(words, at)
    if word.dep == "relcl" and voice == "active" and word.lemma != "be" and _takes_antecedent(words, word):
        return party_of(words, word.head)
    if (word.lemma, phrasal_preposition(words, word)) in PHRASAL:
        return _preposition_object(words, word)
    return _NONE


def _takes_antecedent(words: list[Word], word: Word) -> bool:
    has_subject = False
    for kid in word.kids:
        below = words[kid]
        if below.dep in ("ccomp", "xcomp"):
            return False
        if below.dep in ("advmod", "prep") and (below.low in WH or any(words[k].low in WH for k in below.kids)):
            return False
        if below.dep == "nsubj":
            if below.low in _RELATIVE:
                return False
            has_subject = True
    return has_subject and words[word.head].lemma not in _TIME_NOUNS


def phrasal_preposition(words: list[Word], word: Word) -> str:
    at = first_kid(words, word.at, "prep")
    return words[at].low if at > word.at else ""


def _preposition_object(words: list[Word], word: Word) -> Party:
    at = first_kid(words, first_kid(words, word.at, "prep"), "pobj")
    return party_of(words, at) if at >= 0 else _NONE


def agent_of(words: list[Word], own: list[int]) -> Party:
    """The doer of a passive: "by you", or "on your side"."""
    for at in own:
        low = words[at].low
        if low != "by":
            continue
        for kid in words[at].kids:
            below = words[kid]
            if below.dep == "pobj" and below.lemma not in _MEANS and below.pos != "NUM":
                return party_of(words, kid)
    for at in own:
        if words[at].low in ("on", "at", "from"):
            for kid in words[at].kids:
                if words[kid].lemma in ("side", "end", "part"):
                    party = party_of(words, kid)
                    if party.who in ("us", "customer"):
                        return party
    return _NO_DOER
