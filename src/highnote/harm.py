"""The signs that a customer's message reports harm: what broke, what did not happen, what somebody did to them.

The message is read from the customer's side: its "I" and "we" (subject "us" in `highnote.clauses`) are the customer, its
"you" (subject "customer") is us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence
    from highnote.tokens import Token


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Verbs that are trouble by themselves when a thing does them.
_BREAK = _set("""
    break crack leak crash freeze snap tear rip disappear vanish flicker overheat jam malfunction drip explode fail
    shrink peel melt rattle stall lag smell burst shatter collapse corrode rust mould bleed hang die stink buffer sting
    hum squeak buzz wobble fray drop stop dangle scratch stain stick tangle misfire whistle reek
    """)
_BREAK_WITH = _set("down out apart off in away up")
_PHRASAL_TROUBLE = _set("""
    break-down cut-out drop-out fall-apart come-off fall-off fall-out wear-out pack-in pack-up conk-out log-out kick-out
    cut-off shut-down break-off give-up run-out go-off come-apart come-loose go-missing go-wrong hang-up
    """)
# Verbs whose failing is trouble: "it does not …", "nobody …".
_SHOULD = _set("""
    work arrive come start load charge connect function respond answer reply receive get deliver hear appear match
    happen ship refund reimburse honour honor switch turn show fit heat cool print play open close lock hold move help
    fix repair solve resolve bother call contact send inform tell update explain recognise recognize register sync
    download boot drain spin flush seal credit include contain keep warn exist let accept know allow go
    """)
_ON_US = _set("""
    charge bill send deliver ship tell give promise refuse deny cancel cut lock block suspend lose ruin break damage
    mislead ignore overcharge forget split downgrade put make take double-charge reject decline debit invoice keep say
    advise assure quote deduct pass misinform
    """)
# What is a wrong whoever does it to the customer, with "you" as the doer or in the passive.
_WRONG = _set("""
    overcharge double-charge double-bill ignore mislead lie cheat missell mis-sell insult scam rob wreck overbook
    double-book short-change shortchange defraud misinform deceive neglect dupe
    """)
_WRONG_PASSIVE = _set("""
    refuse deny decline reject lose forget ruin break damage block suspend lock split downgrade delay smash steal
    destroy scratch dent bend crush soak spoil cut-off lock-out log-out turn-away turn-down
    """)
_WRONG_ACTIVE = _set(
    "refuse lose forget ruin break damage wreck fail cut-off hang-up reject smash destroy spoil scratch misplace flood"
)
_TROUBLE = _set("""
    broken faulty defective dead damaged wrong missing late cracked torn bent chipped dirty blank stuck scratched dented
    stained leaky leaking mouldy moldy rotten stale incomplete overdue ruined useless unusable frozen unsafe smashed
    soaked spoiled spoilt burnt ripped crooked disgusting filthy rude unhelpful appalling terrible awful horrible
    dreadful shocking inedible delayed inaccurate incorrect misleading unreachable lukewarm shattered warped squashed
    crushed leathery inoperative corrupt corrupted garbled blurry cold unacceptable
    """)
# Adjectives that are trouble as a predicate, though not before every noun ("a late checkout", "the cold starter").
_PREDICATE_ONLY = _set("late cold missing stuck dead blank frozen wrong dirty delayed overdue")
_PREDICATE_TOO = _set("down short empty gone off closed worn loose opened noisy")
_WELL = _set(
    "right good safe ok okay acceptable fine correct fair enough fun funny impressed happy satisfied pleased amused"
)
_HURT = _set("rash bruise injury injure hurt allergic ill sick wound vomit poison coeliac tear")
# Spellings that say trouble even where the parser takes the verb for a noun ("the kettle leaks").
_BREAK_WORDS = re.compile(
    r"\b(?:leaks?|leaking|leaked|drips?|dripping|crash(?:es|ed|ing)|freezes|froze|flickers?|flickering|snapped"
    r"|cracked|broke|breaks|overheat(?:s|ed|ing)"
    r"|smoking|sparks|sparking|jams|jammed|malfunction\w*|vanished|disappeared|falls? apart|fell (?:apart|off)"
    r"|came (?:off|apart|loose)|logs? me out"
    r"|(?:has|had|have|with|got|is|are|was|were|been) (?:a |an |only |no |some |the )?(?:\w+ )?(?:hole|chip|crack"
    r"|tear|scratch|dent|stain|fault|defect|bug|zero balance|dead pixels?)s?"
    r"|threw (?:an? |up an? )?(?:error|fault|message|warning)|wiped|swallowed|double[- ]charged|shows? (?:a "
    r"|an )?(?:error|zero|wrong|e\d+)|says (?:.{0,3}not"
    r"|.{0,3}error|.{0,3}invalid|i don'?t|wrong)"
    r"|error \w*\d\w*|no (?:hot water|heating|signal|power|water|internet|instructions|manual|lunch|light|sound"
    r"|picture|reply|answer|trace|sign|\w+ option|one (?:came|called|answered|showed)))\b",
    re.IGNORECASE,
)
_CHASING = re.compile(
    r"\b(?:(?:second|third|fourth|fifth|2nd|3rd|4th|5th|umpteenth) (?:time|e-?mail|message|call|attempt|letter"
    r"|request|visit|complaint|one)"
    r"|still (?:no|not(?! enough)|nothing|waiting|have ?n[o']t|has ?n[o']t|haven'?t|hasn'?t|isn'?t|doesn'?t|didn'?t"
    r"|wrong|broken)"
    r"|(?:nobody|no one|no-one|none of you)(?: has| have| ever| even| at \w+)* (?:\w+(?:s|ed)|came|been|told|rang|got"
    r"|will (?:help|tell|answer|call|come|reply|talk|listen|take|give|explain|speak|do))"
    r"|(?:was|were) (?:supposed|meant|due|promised|told) (?:to|by|on|it|that|they|there|two|three|\w+ (?:would|days"
    r"|weeks))"
    r"|(?:(?:you|they|he|she|colleague|agent) (?:\w+ )?|was |were |been )promised|keeps? (?:on )?\w+ing"
    r"|i(?: have|'ve)? (?:asked|called|written|wrote|emailed|phoned|rung|told|complained|reported"
    r"|left)(?: \w+){0,6} (?:\w+ times|twice|already|voicemails)"
    r"|(?:been trying|tried) (?:\w+ ){0,6}(?:for \w+ (?:days|weeks|months)|\w+ times)|heard (?:nothing|no more)"
    r"|no longer works?"
    r"|(?:came|come|arrived?|turned up|showed up|delivered|got here) (?:only |just )?(?:(?:a|an|one|two|three|four"
    r"|five|six"
    r"|several|some|\d+) )?(?:whole |full )?(?:hours?|days?|weeks?|months?) after"
    r"|come and gone|\d+ (?:min(?:ute)?s|hours|days|weeks|months) (?:too )?late|(?:hours?|days?|weeks?"
    r"|months?) (?:too )?late"
    r"|took (?:a|the|unpaid|half a) (?:day|afternoon|morning|leave)(?: off)?|fed up|sick of|tired of|had enough"
    r"|losing patience|(?:i|we)(?: have|'ve)? (?:already )?(?:asked|told|wrote to|reminded|chased|informed) (?:you"
    r"|him|her|them|on \d|in"
    r" \w+ to)|and again (?:on|last|this|in|yesterday)|(?:i|we)(?:'ve| have) \w+ed (?:\w+ )?(?:twice|three times"
    r"|several times"
    r"|repeatedly)|and now (?:i|we) (?:get|got|have|receive|received|am|are) (?:a|an|another|being|told) "
    r"|not (?:what|as) (?:i|we|was|described|advertised|ordered|promised)|(?:again|too|yet)!+|in pieces"
    r"|out of order)\b",
    re.IGNORECASE,
)
_WAITED = re.compile(
    r"\b(?:been waiting|(?:have|'ve) waited|waited (?:in|over|all|\d+|\w+ (?:hours|weeks|days))|waiting (?:since"
    r"|for (?:\w+ )?(?:\w+ (?:weeks|days|hours|months))))\b",
    re.IGNORECASE,
)
_NOT_AS_ORDERED = re.compile(
    r"\b(?:came|arrived|delivered|turned up|comes|sent|got|received|shows?|charged|given"
    r"|booked in)\b[^.?!]{0,50}\b(?:without|instead of|rather than|not the|only)\b"
    r"|\((?:\w+ ){1,3}instead of [^)]*\)|\b(?:charged|billed|debited|paid|taken|went out"
    r"|deducted)\b[^.?!]{0,30}\b(?:twice|2x|double|two times|again)\b"
    r"|\b(?:twice|double)(?:[ -]charged|[ -]billed)|only (?:one|two|three|half|\d+) (?:\w+ )?(?:of|out of) (?:the"
    r"|my)\b|\bhad? (?:only|just) \d+ of \d+|there(?:'s| is) (?:glass|hair|mould|mold|a hole|a scratch|a crack|a tear"
    r"|a dent)"
    r"|\b(?:ordered|booked|paid for|asked for|requested|chose|was promised|expected|wanted)\b[^.?!]{3,90}\b(?:(?:but"
    r"|and|yet)(?: i| we| you)? (?:just )?(?:got|received|was given|were given|came|sent|delivered)|,? (?:got|came"
    r"|received|arrived))\b",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\b(?:wasted|a waste of|lost (?:\w+ )?(?:sales|orders|money|customers|data|photos|work|wages|income)|lose sales"
    r"|lost (?:\w+ ){0,3}(?:of|my|our|all) (?:\w+ ){0,3}|lost (?:a|the|half a) (?:day|deposit)|missed (?:the|our"
    r"|my) (?!app)\w+|€?\d+ (?:euros? )?of \w+ lost)\b",
    re.IGNORECASE,
)


def reported(sentence: Sentence) -> float:
    """How strongly a sentence reports harm: 1 is enough, 0.5 needs another."""
    return max(_cues(sentence))


_YOU_DID = re.compile(
    r"\byou(?:'ve| have| had| just| people| lot)* (?:charged|billed|debited|took|sent|shipped|delivered|gave|booked|put|sold"
    r"|cancelled|moved|changed)\b[^.?!]{0,60}\b(?:twice|double|again|wrong|instead|without|never|two times|too much)\b",
    re.IGNORECASE,
)


def done_by_us(sentence: Sentence) -> bool:
    """The sentence says in so many words that we did it: "you charged me twice", "you never answered"."""
    if _asked(sentence):
        return False
    plain = any(clause.subject == "customer" and _harm(clause) >= 1 for clause in sentence.clauses)
    return plain or _YOU_DID.search(sentence.text.replace("’", "'")) is not None


def _cues(sentence: Sentence) -> Iterator[float]:
    """How strongly each part of a sentence reports harm."""
    text = sentence.text.replace("’", "'")
    yield 0.0
    for pattern, weight in ((_CHASING, 1.0), (_WAITED, 1.0), (_NOT_AS_ORDERED, 1.0), (_LOST, 0.5)):
        if pattern.search(text) and not _asked(sentence):
            yield weight
    if _asked(sentence) and re.search(
        r"\bwhy (?:was|were|has|have|did|is|are|am|isn|hasn|haven|didn|do|does|doesn)\b", text, re.IGNORECASE
    ):
        yield 0.5
    for clause in sentence.clauses:
        yield _harm(clause)
    yield _fragment(sentence)
    if (
        _BREAK_WORDS.search(text)
        and not _asked(sentence)
        and not re.match(r"(?:i|we) (?!got|was|had|have)", text, re.IGNORECASE)
    ):
        yield 1.0
    if not _asked(sentence) and any(t.lemma_.lower() in _HURT for t in sentence.span):
        yield 0.5


def _asked(sentence: Sentence) -> bool:
    """A question about how things are reports nothing; one about why something happened may."""
    text = sentence.text.rstrip()
    if text.endswith("?") and not re.match(r"\W*(?:and |but |so )?(?:why|how come)\b", text, re.IGNORECASE):
        return True
    return any(c.mood == "question" and c.parent is None and c.tense != "past" for c in sentence.clauses)


def _phrasal(clause: Clause) -> str:
    return clause.lemma.replace(" ", "-")


def _harm(clause: Clause) -> float:
    """How strongly a clause reports harm."""
    if clause.mood in {"condition", "counterfactual", "imperative"} or clause.modal in {
        "would",
        "should",
        "may",
        "might",
    }:
        return 0.0
    if clause.mood == "question" and clause.tense != "past" and clause.polarity == "positive":
        return 0.0
    weight = 0.5 if clause.mood == "question" else 1.0
    verb, positive = _phrasal(clause), clause.polarity == "positive"
    writer = clause.subject == "us" and not clause.subject_owner
    if positive and not writer:
        if (
            (verb in _BREAK or verb in _PHRASAL_TROUBLE or verb.partition("-")[0] in _BREAK)
            and clause.voice == "active"
            and clause.subject == "third"
            and not (verb in {"give-up", "stop"} and _chooses(clause))
        ):
            return weight
        if clause.complement in _TROUBLE or (clause.complement in _PREDICATE_TOO and clause.subject == "third"):
            return weight
        if clause.complement in _PREDICATE_ONLY:
            return weight
    if positive and clause.voice == "passive" and (verb in _WRONG or verb in _WRONG_PASSIVE):
        return weight if clause.subject != "us" else 0.0
    if (
        positive
        and clause.subject == "customer"
        and (verb in _WRONG or (verb in _WRONG_ACTIVE and clause.tense == "past"))
    ):
        return weight
    if (
        positive
        and clause.subject == "third"
        and verb in _WRONG_ACTIVE | _WRONG
        and clause.tense == "past"
        and clause.object
    ):
        return weight
    if not positive:
        return _failing(clause, verb, weight)
    return 0.0


def _chooses(clause: Clause) -> bool:
    """Somebody stops something of their own will, no thing gives out: "they stopped flying to Oslo", "gave up the shop"."""
    following = clause.verb.doc[clause.verb.i + 1 : clause.verb.i + 2]
    return bool(clause.object_word) or any(
        t.tag_ == "VBG" and t.lemma_.lower() not in _BREAK | _SHOULD | {"make", "run", "go"} for t in following
    )


def _failing(clause: Clause, verb: str, weight: float) -> float:
    """Something that should have happened did not."""
    first = verb.partition("-")[0]
    if clause.complement in _WELL and clause.subject != "us":
        return weight
    if first not in _SHOULD or (first in {"start", "open", "come"} and _only_later(clause)):
        return 0.0
    if clause.subject == "us":  # "I never got it", "we cannot log in", but not "I don't use it"
        return weight if first in {"receive", "hear"} or (verb == "get" and clause.tense == "past") else 0.0
    if clause.subject in {"third", "nobody"}:
        return (
            weight
            if first not in {"know", "let", "allow", "contain", "include", "go"} or clause.modal == "will"
            else weight / 2
        )
    return weight if clause.tense == "past" or clause.modal in {"will", "can"} or clause.mood == "statement" else 0.0


def _only_later(clause: Clause) -> bool:
    """It does not start until some day: a plan, no failure."""
    return any(t.lower_ in {"till", "until", "til"} for t in clause.verb.doc[clause.verb.i :])


def _fragment(sentence: Sentence) -> float:
    """Trouble named without a verb or before a noun: "wrong size again", "a broken zip", "no light, nothing"."""
    if _asked(sentence):
        return 0.0
    writer = any(
        c.subject == "us" and not c.subject_owner and c.lemma not in {"get", "receive", "have", "find", "be"}
        for c in sentence.clauses
    )
    for token in sentence.span:
        lemma = token.lower_ if token.lower_ in _TROUBLE else token.lemma_.lower()
        if lemma not in _TROUBLE or lemma in {"late", "cold"} or _averted(token):
            continue
        if token.dep_ == "amod" and token.head.pos_ in {"NOUN", "PROPN"}:
            wanted = any(
                c.lemma in {"replace", "fix", "repair", "have", "get"} and c.mood != "statement"
                for c in sentence.clauses
            )
            return 0.5 if writer or wanted else 1.0
        if token.dep_ in {"ROOT", "acl", "acomp", "oprd", "advcl", "xcomp"} and not writer:
            return 1.0
    return 0.0


def _averted(token: Token) -> bool:
    """The trouble did not come: "non-delayed", "no broken parts", "I don't want to be stuck again"; or it is no thing's."""
    before = token.doc.text[: token.idx].lower().replace("’", "'")
    return bool(_NOT_YET.search(before)) or token.head.lower_ in _BODY


_NOT_YET = re.compile(
    r"\b(?:non|un)-? ?$|\b(?:don't|do not|didn't|not|never|rather not) (?:want|wish|like|hope|plan|need)\b"
    r"|\b(?:hop(?:e|ing)|wish|avoid|afraid|worr(?:y|ied)|scared|in case|what if|what happens if|so (?:that )?(?:i|we"
    r"|it)"
    r" (?:don't|doesn't|won't|am not|are not|is not))\b|\b(?:no|without|never|nothing|neither)(?: \w+)?(?: \w+)? $"
)
_BODY = _set("arm leg wrist ankle foot toe finger hand knee hip rib nose heart english traffic")
