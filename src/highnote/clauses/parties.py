"""Who a word stands for: us, the customer, a third or nobody, and whose it is."""

from __future__ import annotations

from highnote.clauses.vocabulary import CUSTOMER, CUSTOMER_NOUNS, NEGATIVE_THINGS, SOMEBODY, word_set
from highnote.clauses.words import Party, Word

_US = word_set("i we me us myself ourselves ours mine 's i'm")
_NOBODY = word_set("nobody nothing none noone neither nowt")
_PART_OF = word_set(
    "one some none each all any both neither most half many several either few rest nobody someone "
    "somebody anyone anybody somebody two three member part everyone person people"
)
_PERSONS = word_set("""
    wife husband partner spouse son daughter child kid mother father mum mom dad parent brother sister family household
    friend neighbour neighbor flatmate housemate roommate colleague coworker workmate boss manager supervisor assistant
    secretary receptionist staff team office company firm business organisation organization employer employee crew
    people guy lot group branch department engineer technician installer fitter driver representative rep agent adviser
    advisor admin administrator specialist expert director owner editor developer designer accountant
    clerk lead end side part self operator side-effect gang lad folk member leader head volunteer teacher nurse doctor
    porter
    """)
_THEIRS = _PERSONS | word_set("""
    bank insurer insurance school university landlord tenant builder plumber electrician solicitor lawyer provider user
    club guest visitor lodger carer gp surgery practice council pet dog cat cleaner decorator contractor buyer client
    recipient customer isp mechanic garage patient traveller passenger companion nephew niece uncle aunt grandson
    granddaughter grandmother grandfather granny nan toddler baby teenager fiancé fiancee girlfriend boyfriend broker
    """)
_OURS = _PERSONS | word_set("""
    warehouse courier carrier system website site server app software platform robot bot depot shop store support
    helpdesk desk service billing finance accounts account-department returns dispatch logistics kitchen workshop
    factory centre center line delivery-driver picker packer packing sales reception security management store-room
    database website checkout shipping fulfilment fulfillment chatbot tech techie buyer van colleague mechanic
    """)


def party_of(words: list[Word], at: int, depth: int = 0) -> Party:
    """Who a noun or pronoun stands for."""
    word = words[at]
    low = word.low
    negative = low in NEGATIVE_THINGS or any(words[k].low in ("no", "neither") for k in word.kids)
    if low in _US:
        return Party("us", "i" if low in ("i", "me", "myself", "mine") else "we", "", negative)
    if low in CUSTOMER:
        return Party("customer", "you", "", negative)
    if depth < 4:
        inner = _inner(words, word, depth)
        if inner is not None:
            return inner._replace(negative=negative or inner.negative)
    if low in _NOBODY or (low == "one" and negative):
        return Party("nobody", low, "", True)
    owner = owner_of(words, at, 0)
    who = "third"
    if owner == "us" and (word.lemma in _OURS or (word.pos == "PROPN" and word.token.text.istitle())):
        who = "us"
    elif (owner == "customer" and word.lemma in _THEIRS) or (word.lemma in CUSTOMER_NOUNS and _has_the(words, word)):
        who = "customer"
    if who == "third" and depth < 4:
        for kid in word.kids:
            if words[kid].dep == "conj":
                other = party_of(words, kid, depth + 1)
                if other.who in ("us", "customer"):
                    return other
    return Party(who, word.lemma, owner, negative)


def _inner(words: list[Word], word: Word, depth: int) -> Party | None:
    """ "one of you", "someone on your side", "the team at our end": the party named inside."""
    if word.lemma not in _PART_OF and word.lemma not in SOMEBODY:
        return None
    for kid in word.kids:
        if words[kid].dep == "prep" and words[kid].low in ("of", "on", "at", "in", "from"):
            for below in words[kid].kids:
                party = party_of(words, below, depth + 1)
                if words[below].dep == "pobj" and party.who in ("us", "customer"):
                    return party
    return None


def _has_the(words: list[Word], word: Word) -> bool:
    return any(words[k].low == "the" for k in word.kids)


def owner_of(words: list[Word], at: int, depth: int) -> str:
    for kid in words[at].kids:
        word = words[kid]
        if word.dep == "poss" or word.tag == "PRP$":
            if word.low in ("your", "yours", "ur", "yer"):
                return "customer"
            if word.low in ("our", "my", "ours"):
                return "us"
            if depth < 3:
                return owner_of(words, kid, depth + 1)
        if word.low == "of" and any(words[k].low in ("yours", "ours") for k in word.kids):
            return "customer" if any(words[k].low == "yours" for k in word.kids) else "us"
    return ""
