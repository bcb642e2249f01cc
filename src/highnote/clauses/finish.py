"""Questions over several clauses, how far each clause reaches, its times: the clauses as they are given out."""

from __future__ import annotations

import re

from highnote import later
from highnote.clauses.doers import phrasal_preposition
from highnote.clauses.moods import has_question_mark, is_inverted_condition
from highnote.clauses.vocabulary import BE, NEGATIVE, PHRASAL, SUBJECTS, WH, word_set
from highnote.clauses.words import Clause, Facts, Word, first_kid

_PARTICLES = word_set("up out off over in on down away through around along apart back about across by aside")
_LINKING_VERBS = word_set("be seem appear become look remain get sound feel stay prove turn go come")
_JOINED = word_set("conj parataxis")
_UNIT = r"(?:second|sec|minute|min|hour|hr|day|night|week|fortnight|month|year|weekday)s?"
_COUNT = (
    r"(?:\d+(?: ?[-–to]+ ?\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|"
    r"twenty ?-? ?four|forty ?-? ?eight|a few|a couple of|several|half an?)"
)
_SPAN = rf"(?!a second\b){_COUNT} ?-? ?(?:more |full |further |working |business |calendar |short )*{_UNIT}\b"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_SHORT_MONTH = rf"(?:{_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_PAST_TIME = (
    rf"\b(?:yesterday|ago|earlier|previously|(?:the )?other day|recently|"
    rf"last (?:{_UNIT}|{_WEEKDAY}|{_MONTH}|time|night|spring|summer|autumn|fall|winter|weekend))\b"
)
_DAY = (
    rf"\b(?:{_WEEKDAY}|tomorrow|today|tonight|noon|midday|midnight|this (?:morning|afternoon|evening)|"
    rf"end of (?:play|business|the day|day|the week|the month)|close of (?:play|business)|"
    rf"next (?:week|month|{_WEEKDAY})|this week|"
    rf"\d{{1,2}} ?(?:st|nd|rd|th)? (?:of )?{_SHORT_MONTH}|{_SHORT_MONTH} \d{{1,2}}|"
    rf"(?:in|by|early|mid|late|until|since|from) {_MONTH}(?! (?:be|have|i|we|you))|"
    r"\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|o ?['’]? ?clock)|(?:[01]?\d|2[0-4]):\d\d|"
    r"(?:at|by|before|after|until|from) (?:[01]?\d|2[0-4])\.[0-5]\d|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|"
    r"the \d{1,2} ?(?:st|nd|rd|th))\b"
)
_VAGUE = (
    r"\b(?:soon(?:est)?|shortly|asap|a\.s\.a\.p\.?|in due course|at (?:the|our) earliest|near future|presently|"
    r"before (?:too )?long|some ?time|some point|momentarily|in a (?:while|bit|moment)|when (?:we|i) can|"
    r"in good time|one day|eventually|promptly|the coming (?:days|weeks)|next few (?:days|weeks))\b"
)
_TIME = later.compile(
    rf"\b(?:(?P<past>{_SPAN} (?:ago|back|earlier)|{_PAST_TIME})|(?P<day>{_DAY})|(?P<vague>{_VAGUE})|"
    rf"(?P<span>{_SPAN}))",
    re.IGNORECASE,
)
_TIME_HINTS = later.compile(
    r"\d|.*(?:day|week|month|year|hour|hr|min|sec|night|noon|morning|evening|time|soon|ago|ary|ber|tomorrow)|earl"
    r"|prev|"
    r"recent|march|april|may|ju[nl]|aug|fortnight|last|short|asap|a\.s|course|future|present|long|point|moment|while|"
    r"when|eventually|prompt|play|business|next|spring|summer|autumn|fall|winter|end|bit"
)
"""What the first letters of a word must be for the slower pattern to be tried."""
_TIME_ORDER = ("day", "span", "vague", "past")


def mark_questions(words: list[Word], heads: list[int], made: dict[int, Facts]) -> None:
    """Direct questions: inverted or led by a wh-word, or the main clause of a sentence that ends in "?"."""
    asks = has_question_mark(words)
    found = False
    for at in heads:
        facts = made[at]
        if facts.mood in ("condition", "imperative") or not _may_ask(words, words[at], facts):
            continue
        if _is_inverted(words, words[at], asks) and not is_inverted_condition(words, words[at], [at]):
            facts.mood = "question"
            found = True
    if asks and not found:
        for at in heads:
            facts = made[at]
            if words[at].head == at and facts.mood in ("statement", "counterfactual"):
                facts.mood = "question"
    for at in heads:
        facts = made[at]
        above = made[facts.parent] if facts.parent is not None else None
        shared = words[at].dep == "conj" or (words[at].dep == "xcomp" and facts.tense == "")
        if above is not None and above.mood == "question" and shared and facts.mood == "statement":
            own_subject = any(words[k].dep in SUBJECTS for k in words[at].kids)
            facts.mood = "statement" if own_subject else "question"


def _may_ask(words: list[Word], word: Word, facts: Facts) -> bool:
    return word.head == word.at or word.dep in ("conj", "ccomp", "parataxis", "dep")


_LIGHT = frozenset(("CCONJ", "PUNCT", "INTJ", "SPACE", "ADV"))


def _is_inverted(words: list[Word], word: Word, asks: bool) -> bool:
    subject = first_kid(words, word.at, "nsubj", "nsubjpass", "expl")
    if subject < 0:
        return False
    first = first_kid(words, word.at, "aux", "auxpass")
    lead = first if 0 <= first < subject else word.at
    if lead >= subject or (lead == word.at and word.lemma not in ("be", "have", "do")):
        return False
    before = lead - 1
    while before >= 0 and words[before].pos in _LIGHT and words[before].low not in WH:
        if words[before].low in NEGATIVE or words[before].low in ("only", "so", "here", "there"):
            return False
        before -= 1
    if any(words[k].low in NEGATIVE for k in word.kids if k < lead):
        return False
    opens = before < 0 or words[before + 1].pos in ("PUNCT", "CCONJ", "INTJ") or words[before].low in WH
    return opens or asks


def finished(
    words: list[Word], heads: list[int], tokens: dict[int, list[int]], made: dict[int, Facts]
) -> tuple[Clause, ...]:
    extents = _extents(words, heads, tokens, made)
    hints = {word.at for word in words if _TIME_HINTS.match(word.low)}
    done: dict[int, Clause] = {}
    offset = words[0].token.i
    for at in heads:
        facts = made[at]
        own = _trimmed(words, tokens[at])
        start, end = extents[at]
        done[at] = Clause(
            verb=words[at].token,
            lemma=_lemma(words, words[at]),
            tokens=tuple(words[k].token for k in own),
            start=start + offset,
            end=end + 1 + offset,
            subject=facts.doer.who or "nobody",
            subject_word=facts.doer.word,
            subject_owner=facts.doer.owner,
            object=facts.thing.who,
            object_word=facts.thing.word,
            object_owner=facts.thing.owner,
            complement=_complement(words, words[at]),
            polarity="negative" if facts.negative else "positive",
            modal=facts.modal,
            tense=facts.tense,
            mood=facts.mood,
            voice=facts.voice,
            time=_time(" ".join(words[k].low for k in own)) if not hints.isdisjoint(own) else "",
            link=facts.link,
            parent=done[facts.parent] if facts.parent is not None else None,
        )
    return tuple(done[at] for at in sorted(done))


def _trimmed(words: list[Word], own: list[int]) -> list[int]:
    first, last = 0, len(own)
    while first < last - 1 and words[own[first]].pos in ("PUNCT", "SPACE"):
        first += 1
    while last > first + 1 and words[own[last - 1]].pos in ("PUNCT", "SPACE"):
        last -= 1
    return own[first:last]


def _extents(
    words: list[Word], heads: list[int], tokens: dict[int, list[int]], made: dict[int, Facts]
) -> dict[int, tuple[int, int]]:
    extents: dict[int, tuple[int, int]] = {}
    for at in heads:
        own = _trimmed(words, tokens[at])
        extents[at] = (own[0], own[-1])
    for at in reversed(heads):
        parent = made[at].parent
        if parent is not None and words[at].dep not in _JOINED:
            low, high = extents[parent]
            extents[parent] = (min(low, extents[at][0]), max(high, extents[at][1]))
    return extents


def _lemma(words: list[Word], word: Word) -> str:
    if word.low in BE or word.lemma == "be":
        return "be"
    lemma = word.lemma
    for kid in word.kids:
        below = words[kid]
        near = kid == word.at + 1 or words[kid - 1].dep == "dobj"
        bare = below.dep in ("prep", "advmod") and not below.kids and near
        if kid > word.at and below.low in _PARTICLES and (below.dep == "prt" or bare):
            return f"{lemma} {below.low}"
    preposition = phrasal_preposition(words, word)
    return f"{lemma} {preposition}" if (lemma, preposition) in PHRASAL else lemma


def _complement(words: list[Word], word: Word) -> str:
    if word.lemma not in _LINKING_VERBS:
        return ""
    at = first_kid(words, word.at, "acomp", "attr", "oprd")
    if at < 0 or words[at].low in WH:
        return ""
    as_written = words[at].pos == "PRON" or words[at].tag == "VBN" or words[at].low in ("yours", "ours", "mine")
    return words[at].low if as_written else words[at].lemma


def _time(text: str) -> str:
    kinds = {match.lastgroup for match in _TIME.finditer(text)}
    return next((kind for kind in _TIME_ORDER if kind in kinds), "")
