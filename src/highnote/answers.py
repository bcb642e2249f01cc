"""What could answer an ask: the pieces of a reply, the kind of thing each brings, and the signs of an answer.

Each ask calls for a kind of answer: a time, an amount, a yes or no, a step, something done. A piece of the reply answers
it as far as it brings that kind, takes up the ask's own words, and is not better claimed by another ask.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from highnote import later
from highnote.remedies import remedies
from highnote.sentences import split
from highnote.topics import alike, keys, lemma, overlap, stem, topic_words, weight

if TYPE_CHECKING:
    from highnote.asks import Ask, Type
    from highnote.language import Parsed, Sentence
    from highnote.semantic import Similarity
    from highnote.tokens import Token

Group = Literal["value", "open", "polar", "do"]
GROUPS: Mapping[Type, Group] = {
    "when": "value", "how long": "value", "how much": "value", "where": "value", "who": "value",
    "which": "open", "why": "open", "how": "open", "what": "open", "yes/no": "polar", "do": "do",
}  # fmt: skip
"""Types of asks whose answers are recognised alike."""
HELPS = frozenset({"resolve", "promise", "offer", "choice", "compensate"})
"""Acts that move the customer's matter on."""


def _words(pattern: str) -> re.Pattern[str]:
    return later.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


def _opening(pattern: str) -> re.Pattern[str]:
    return later.compile(rf"^\W*(?:{pattern})\b", re.IGNORECASE)


# ---------------------------------------------------------------- pieces


@dataclass(frozen=True, slots=True)
class Piece:
    """A main clause of the reply with what is subordinate to it: the tokens from `start` to `end` of its Doc."""

    sentence: Sentence
    start: int
    end: int
    text: str
    keys: Mapping[str, float]

    @property
    def tokens(self) -> Iterable[Token]:
        return self.sentence.span.doc[self.start : self.end]

    def brings(self, kind: str) -> bool:
        """Whether the piece holds a kind of thing; see `KINDS`."""
        return bool(KINDS[kind].search(self.text))


def pieces(reply: Iterable[Sentence]) -> list[Piece]:
    """The pieces of a reply that could answer something: no questions of ours, thanks and wishes."""
    found = []
    for sentence in reply:
        parts = _parts(sentence)
        asking = _asking(sentence, parts)
        for start, end in parts:
            span = sentence.span.doc[start:end]
            text = span.text.replace("’", "'")
            if not re.search(r"\w", text) or _MAILBOX.search(text) or (start >= asking and not _PREFERS.search(text)):
                continue
            piece = Piece(sentence, start, end, text, keys(span))
            if not _EMPTY_TALK.match(text) or any(map(piece.brings, ("money", "span", "day", "hours"))):
                found.append(piece)
    return found


def _asking(sentence: Sentence, parts: Sequence[tuple[int, int]]) -> int:
    """Where the question of a sentence begins: what is said before a colon, a semicolon or a dash is none."""
    if not sentence.text.rstrip().endswith("?"):
        return sentence.span.end
    doc = sentence.span.doc
    return next((start for start, _ in reversed(parts) if doc[start - 1].text in _DIVIDERS), sentence.span.start)


_DIVIDERS = frozenset({";", ":", "–", "—"})


def _parts(sentence: Sentence) -> list[tuple[int, int]]:
    """Token ranges of the main clauses that are strung together in a sentence."""
    cuts = [sentence.span.start]
    for token in sentence.span:
        if token.i - cuts[-1] < 3 or token.i + 3 >= sentence.span.end:
            continue
        if token.text in _DIVIDERS or ((token.text == "," or token.dep_ == "cc") and _clause_follows(token)):
            cuts.append(token.i + 1 if token.is_punct else token.i)
    return list(zip(cuts, [*cuts[1:], sentence.span.end], strict=True))


def _clause_follows(token: Token) -> bool:
    """A clause with a subject of its own comes after this comma or "and"."""
    rest = token.doc[token.i + 1 : min(token.sent.end, token.i + 7)]
    return any(
        t.dep_ in {"nsubj", "nsubjpass", "expl"}
        and t.head.dep_ in {"conj", "ROOT", "ccomp"}
        and t.head.pos_ in {"VERB", "AUX"}
        and t.head.i > token.i
        and t.left_edge.i <= token.i + 3
        for t in rest
    )


_PREFERS = _words("prefer|rather|which")
_EMPTY_TALK = _opening(
    r"thank|thanks|many thanks|cheers|(?:best|kind|warm) (?:regards|wishes)|have a|enjoy|welcome|we (?:hope"
    r"|look forward|value"
    r"|appreciate|would be delighted)|i hope|please (?:do not|don't) hesitate|(?:if|should) (?:you"
    r"|there)(?: \w+)* (?:any"
    r"|further|else|more)|let (?:us|me) know if|we(?: fully| completely|'re)? (?:understand|sorry)|(?:i'm|we're|i am"
    r"|we are)"
    r" (?:so |very |really )?sorry|our \w+ (?:is|are) (?:one|important|proud|trained)|congratulations|your \w+ (?:is"
    r"|are)"
    r" (?:very )?important|did you know|great|good luck|see you|looking forward|what a|love"
)

# ---------------------------------------------------------------- kinds of things

_NUMBER = r"(?:\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|a|an|few|couple)"
_STOCK_VERBS = (
    "had|were|was|do|did|know|need|under|value|apprec|hope|wish|love|like|took great|look|strive|believe|think|feel"
    "|regret"
    "|thank|offer|recommend|suggest|would|could|should|can|will|may|might|must|see|find|get|use|work|make|treat|train"
)
KINDS: Mapping[str, re.Pattern[str]] = {
    "day": later.compile(
        r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|tomorrow|tonight|today|yesterday|this (?:morning|afternoon"
        r"|evening"
        r"|week|month)|next (?:week|month|year|\w+day)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov"
        r"|dec)[a-z]*|noon"
        r"|midnight|weekend|christmas|easter|spring|summer|autumn|winter|\d{1,2}(?:st|nd|rd|th)"
        r"|\d{1,2}(?:[:.]\d\d)? ?(?:am|pm"
        r"|o'clock|uhr)|(?:at|by|from|till|until|before|after|between|around) \d{1,2}|20\d\d|\d+ (?:minutes"
        r"|hours|days"
        r"|weeks) ago)\b",
        re.IGNORECASE,
    ),
    "hours": _words("open"),
    "span": _words(
        rf"{_NUMBER}(?: (?:to|or|and|-|–) {_NUMBER})?(?: (?:more|working|business|full|short|clear"
        rf"|calendar))? ?-?(?:second"
        r"|minute|min|hour|day|week|fortnight|month|year|night)s?|overnight|within|straight ?away|at once|immediately"
    ),
    "money": later.compile(
        r"[£$€]\s?\d|\b\d[\d.,]*\s?(?:€|£|\$|%|euros?|eur|pounds?|gbp|dollars?|usd|chf|francs?|kr|percent|per cent"
        r"|pence|cents?"
        r"|p)\b|\b(?:free|no (?:extra )?(?:charge|cost|fee)|not owe|n't owe|nothing(?! wrong| else| whatsoever)"
        r"|on the house|on us|half price|at cost)\b",
        re.IGNORECASE,
    ),
    "amount": later.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|half|unlimited|no)\b", re.IGNORECASE
    ),
    "place": later.compile(
        r"\b(?:at|in|on|under|behind|next to|beside|opposite|outside|near|inside|from|via|into|to) (?:the|our|your|a"
        r"|desk|room"
        r"|floor|platform|gate|page|settings|[A-Z]\w+)\b|https?://|www\.|\.example|\b(?:desk|counter|street|road"
        r"|floor|gate"
        r"|depot|upstairs|downstairs|online|here)\b|[A-Z]\w+ > [A-Z]"
    ),
    "person": _words("me|myself|i(?:'ll| will| am|'m)|colleague|manager|only|yourself|anyone|nobody|everyone"),
    "cause": _words(
        r"because|since (?:the|we|our|it|you)|due to|caus(?:e|ed|es|ing)|reasons?|owing to|turned out|explains"
        r"|behind (?:it|this"
        r"|that|the)|why|came from|by mistake|mistake|mix-?up|mixed|slip|swapped|happened|fault|bug|failed"
        r"|overload\w*|(?:i|we)"
        r" (?:forgot|missed)|as (?:the|your|our|we|it)|so that|comes? from|is for|means|stands for"
    ),
    "steps": _words(
        r"click|press|tap|open|select|choose|go to|hold|keep|enter|type|tick|turn|switch|set|pull|push|put|use|send"
        r"|drop|bring"
        r"|print|reply|sign|log|scan|remove|insert|scroll|drag|hit|add|follow|under|settings|call|ring|write|fill"
        r"|upload"
        r"|download|simply|first|then|by \w+ing|you (?:can|could|need|only|just)|just"
    ),
    "choice": _words(
        r"or|either|both|whichever|the \w+ one|neither|rather|instead|you(?:'ll| will)? want|take the|go for"
        r"|recommend|suggest"
    ),
    "later": _words(
        r"(?:i|we)(?:'ll| will|'m going to| am going to|'m| am)(?: \w+){0,4} (?:let you know|get back|come back"
        r"|tell you|write (?:to"
        r" you|again|back|you)|call you|ring you|answer|reply|update you|ask|find out|check(?:ing)?|confirm|report"
        r"|have (?:an"
        r" answer|news|heard)|email you|know more|be in touch|send you)|(?:i|we) (?:don't|do not) know|i(?:'ve"
        r"| have) asked"
        r"|waiting (?:for|to hear)"
    ),
    "yes or no": later.compile(
        r"^(?:and |but |so |well,? |oh |hi,? )*(?:yes|yep|yeah|yup|no|nope|of course|certainly|sure|gladly|absolutely"
        r"|happily|with"
        r" pleasure|by all means|definitely|indeed|unfortunately|sadly|i'm afraid|sorry, no|not (?:yet|quite|any|at)"
        r"|none"
        r"|neither|only|both|exactly|correct|that's (?:right|correct)|you're right|(?:\w+ ){1,5}it is(?=$|[.,;:!]))\b"
        r"|\b(?:so yes|yes,|no,)",
        re.IGNORECASE,
    ),
    "so or not": _words(
        r"not?|never|none|neither|nor|only|cannot|without|unfortunately|afraid|sadly|\w+n't|excluded|until|instead"
        r"|yes|yeah|yep"
        r"|of course|certainly|sure|gladly|absolutely|definitely|no problem|works?|fine|welcome|included?|free"
        r"|possible|allowed"
        r"|covered|too|also|ready|available|there(?:'s| is| are)|you(?:'ll| will| can| may| could)|comes? with|(?:we"
        r"|i) (?:do|can"
        r"|have|will|offer|accept|take|keep|sell)"
    ),
    "done": _words(
        r"(?:i|we)(?:'ve| have)(?: \w+ly| just| now| already| also| personally| all)* (?:\w+ed|set|put|sent|made"
        r"|given|taken"
        r"|written|spoken|told|found|paid|left|got|done|had|let|cut|reset|rung|begun|kept|brought|built|gone|seen to"
        r"|dealt)\b"
        r"|(?:i|we)(?:'ll| will|'m| am|'re| are)(?: \w+ly| just| now| already| also| personally| all)* (?!sorry"
        r"|afraid|glad|happy"
        r"|delighted|pleased|proud|always|looking|hoping|here\b|open\b|family|trained|adding|the\b|a\b|in\b|at\b"
        r"|be delighted"
        rf"|welcome)\w+|(?:i|we) (?!have|are|am|{_STOCK_VERBS})\w+(?:ed|t)\b|(?:i|we) (?:sent|put|made|set|took|gave"
        rf"|wrote|spoke"
        r"|told|found|paid|moved|booked)\b|go(?:es)? (?:back|out|in|off)|leaves? (?:today|tonight|tomorrow|this|on"
        r"|by)|on (?:its"
        r"|the|their) way|attached|enclosed|here (?:it |they )?(?:is|are)|(?:is|are|was|were|has been|have been"
        r"|will be) (?:now "
        r"|already |back |all )*(?:on your|in your|off|open again|yours|done|closed|cancelled|deleted|gone|refunded"
        r"|paid|changed"
        r"|booked|sent|reset|set up|sorted|corrected|removed|moved|stopped|over|back|credited|waived|swapped|replaced"
        r"|unblocked"
        r"|shipped|posted|dispatched|delivered|reopened|at \d)|(?:is|are) now\b|you(?:'ll| will| now)? (?:get|have"
        r"|receive)(?: \w+){0,5} (?:by|today|tomorrow|on"
        r"|within|back)|as of (?:now|today|\d)|with you (?:by|on|tomorrow|today)|comes? (?:to you|by|along|on \w+day"
        r"|at \d"
        r"|tomorrow|today)|will (?:be with|ring|call|come|visit|collect|bring|arrive)|(?<!\w )(?:found|moved|sent"
        r"|fixed|sorted|done"
        r"|refunded|cancelled|reset|added|changed|updated|removed|swapped) (?:it|that|this|your?|them)"
    ),
    "here": later.compile(
        r"\b(?:here(?:'s| is| are| it is)|it's (?:here|attached|below)|attached|enclosed)\b", re.IGNORECASE
    ),
}
"""How a piece brings what asks call for."""
_NICE = _opening(
    r"(?:it|that|this)(?:'s| is| was) (?:so |very |really |always )?(?:lovely|great|good|nice|wonderful|a pleasure"
    r"|important|kind"
    r"|sad|not easy)|(?:we|i) (?:are|am|were|was|have|will|can|do|would) (?:\w+ )?(?:sorry|glad|happy|delighted"
    r"|pleased|family"
    r"|proud|afraid|always|find|look|hope|understand|value)|you (?:will|can|may|could) (?:\w+ )?(?:find|reach|see"
    r"|read|also"
    r"|open|enjoy)"
)
"""Openings that answer nothing though they look it: "It's lovely to hear …", "You will find us …"."""
_COST = _opening(
    r"how much (?:is|are|does|do|did|will|would|for|to|extra|more)\b(?!.*\b(?:weigh|hold)\b)|what (?:do|does|did"
    r"|will|would"
    r"|could|is the (?:price|cost|fee|rate))\b.*\b(?:cost|owe|price|fee|rate|pay|charge)|.*\b(?:price|cost)"
)
_COUNTED = later.compile(
    r"(?:how (?:much|many) (?:extra |more )?|what(?:'s| is| are)? (?:the|your|its) (?:maximum |minimum |exact "
    r"|usual )?)(?:of (?:the|your|my) )?"
    r"(\w+(?: \w+)?)",
    re.IGNORECASE,
)
_TIMED = _words(
    r"when|weeks?|weekends?|days?|today|tomorrow|tmrw|tonight|\w+day|morning|evening|afternoon|noon|hours?|o'clock"
    r"|\d{1,2}(?:th|st|nd|rd)|slot|appointment|summer|winter|spring|autumn|january|february|march|april|may|june"
    r"|july|august"
    r"|september|october|november|december"
)
_HOW_TO = _opening(
    r"is it (?:ok|okay|fine|safe|possible)|can i|may i|should i|do i|is there (?:a|any) (?:way|workaround|option"
    r"|trick|setting)"
    r"|any way"
)
_MAY_I = _opening("(?:can|could|may|might) (?:i|we)|(?:can|could|will|would) (?:you|u)")
_FREE = _words(
    "free|available|availability|slot|appointment|come|coming|move|reschedule|book|instead|another (?:day|time)"
    "|possible"
)
_SENDABLE = _opening(
    "(?:please )?(?:send|give|email|forward|post|tell)|i (?:need|want|require|would like) (?:to have )?(?:the|your|an?)"
)
_MONEY_BACK = _words("refund\\w*|money back|back")
_REMEDY_KEYS = {
    "refund": "refund", "replacement": "replace", "repair": "repair", "cancel": "cancel", "callback": "call",
    "invoice": "invoice",
}  # fmt: skip
HANDED_ON = _words(
    r"forward(?:ed)?|escalat\w+|passed (?:(?:it |this |your \w+ )(?:on|to)|on to)|handed (?:it|this"
    r"|your \w+) (?:over|on)"
    r"|raised (?:it|this|internally)|looked? into|in (?:the )?(?:coming|due)|as soon as (?:possible|we|i|they"
    r"|it) ?(?:can|is)?"
    r"|(?:put|placed) (?:it|this|your \w+) (?:in|on|into|at) (?:\w+ ){1,3}(?:queue|list|pile|agenda)"
    r"|shortly|bear with|under (?:review|investigation)|will be (?:in touch|contacted|looked|dealt)"
    r"|before (?:too )?long"
    r"|when (?:i|we) (?:can|get)|get round to|high on the list|still open"
)
_UNSURE = _words(r"not sure|no idea|(?:can't|cannot|couldn't|could not) (?:say|tell)|(?:don't|do not) know")
SENDS_AWAY = _words(
    r"(?:have|need|got|best) to (?:\w+ )?(?:approach|contact|call|ring|phone|get hold of|write to|turn to|ask) (?!me\b|us\b)\w+"
    r"|another department|not my department"
)
"""Somebody else is to be asked: no answer to what is to be done, or when."""
_MAILBOX = _words(
    r"(?:mailbox|inbox|e-?mail|message|repl(?:y|ies)|answers)\b.{0,40}\b(?:unattended|unmonitored|no-?reply"
    r"|(?:not|cannot|can't|n't|no longer) (?:be )?(?:monitored|read|answered|checked))"
)
WHAT_NOW = later.compile(
    r"(?:what (?:now|next|happens|can|should|do|will|are|is going|'s going|else)\b(?: (?:now|next|you|i|we|my|do"
    r"|going|to|about|it"
    r"|this|that|the|can|on|here|options?))*|who (?:can|will|is going to|do) .{0,24}(?:this|it|help|sort|do)|(?:can"
    r"|could) you"
    r" (?:help|fix|do|check|look)\b.{0,16})\W*$",
    re.IGNORECASE,
)


def _how_far(ask: Ask, piece: Piece, shared: float) -> float:
    """How far a piece brings the kind of thing that is asked for, 0 to 1; `shared` is the overlap of their words."""
    if ask.type in {"do", "when", "how long"} and SENDS_AWAY.search(piece.sentence.text):
        return 0.0
    if piece.brings("here") and ask.type not in {"yes/no", "when", "how long"}:
        return 0.9
    return 0.8 if _BLANK.search(piece.text) else _BRINGS[ask.type](ask, piece, shared)


_BLANK = later.compile(r"%\w+%|\{\{?\s*\w|<\w+>|\[[\w ]+\]")
"""A blank that a template fills, with whatever was asked for."""


def _when(ask: Ask, piece: Piece, shared: float) -> float:
    if _regrets(piece):
        return 0.0
    if piece.brings("day") or (piece.brings("hours") and _VISIT.search(ask.text)):
        return 1.0
    return 0.8 if piece.brings("span") else 0.4 * (shared > 0.3 and piece.brings("so or not"))


_VISIT = _words(r"open\w*|clos\w*|hours|times|visit|come|call|ring|drop|pick|collect|get|speak|reach|available")
"""Questions that opening hours may answer."""
_REGRET = _opening(r"(?:and |but |again,? )?(?:i'm|we're|i am|we are)? ?(?:so |very |truly |really )?sorry")


def _regrets(piece: Piece) -> bool:
    """The piece is sorry for what was, which says nothing of what will be."""
    if not _REGRET.match(piece.text):
        return False
    told = [c for c in piece.sentence.clauses if c.parent is not None and piece.start <= c.verb.i < piece.end]
    return all(c.tense in ("past", "") for c in told)


_THERE_ARE = _opening(
    rf"(?:yes,? |well,? )?(?:there (?:is|are|were)|we have|i have|it has|it takes|it holds) (?:\w+ ){{0,2}}{_NUMBER}"
)


def _how_much(ask: Ask, piece: Piece, shared: float) -> float:
    if _COST.match(ask.text):
        return float(piece.brings("money"))
    if not piece.brings("amount"):
        return 0.0
    counted = _COUNTED.search(ask.text)
    names = [stem(word.rstrip("s")) for word in counted[1].lower().split()] if counted else []
    if any(alike(name, key) for name in names for key in piece.keys):
        return 1.0
    if _THERE_ARE.match(piece.text):
        return 0.8
    return 0.5 if shared > 0.25 and not piece.brings("span") else 0.3


def _what(ask: Ask, piece: Piece, shared: float) -> float:
    return max(
        0.7 * piece.brings("choice"),
        0.5 * (piece.brings("amount") or piece.brings("steps")),
        0.4 * _names(piece),
    )


def _yes_or_no(ask: Ask, piece: Piece, shared: float) -> float:
    if _NICE.match(piece.text):
        return 0.0
    if piece.brings("yes or no") or (_COST.search(ask.text) and piece.brings("money")):
        return 1.0
    if _MAY_I.match(ask.text) and (piece.brings("done") or piece.brings("here")):
        return 0.9
    if _either(ask, piece) or (
        _FREE.search(ask.text) and _TIMED.search(ask.text) and (piece.brings("day") or piece.brings("hours"))
    ):
        return 0.9
    if _HOW_TO.match(ask.text) and piece.brings("steps") and _orders(piece):
        return 0.85
    return 0.7 if piece.brings("so or not") else 0.2


def _either(ask: Ask, piece: Piece) -> bool:
    """The piece takes one side of "A or B?"."""
    _, word, other = ask.text.lower().partition(" or ")
    sides = re.findall(r"[a-z]{4,}", other) if word else []
    return any(re.search(rf"\b{side}\b", piece.text, re.IGNORECASE) for side in sides)


def _seen_to(ask: Ask, piece: Piece, shared: float) -> float:
    if _NICE.match(piece.text):
        return 0.0
    if piece.brings("done"):  # another remedy than the one that was asked for is no answer
        gift = "compensate" in acts(piece) and any(
            remedies()[name].search(ask.text) for name in ("replacement", "repair")
        )
        return 1.0 if shared > 0.05 or not (gift or _MONEY_BACK.search(ask.text)) else 0.4
    if _SENDABLE.match(ask.text) and not _MONEY_BACK.search(ask.text) and re.search(r"\d{2}", piece.text):
        return 0.7
    did = acts(piece)
    if "gone" in did and shared > 0.05:
        return 0.8
    if did & {"refuse", "offer", "choice"} and (shared > 0.05 or "acknowledge" not in did):
        return 0.8
    return 0.5 if did & {"resolve", "promise"} and re.search(r"\byour?\b|today|now|tomorrow", piece.text) else 0.0


_WHEREABOUTS = later.compile(r"\bwhere(?:['’]s)?\b.*\b(?:my|our|it|they)\b", re.IGNORECASE)
_ON_ITS_WAY = _words(
    r"(?:will|should|to) (?:arrive|reach you|be with you)|on (?:its|their|the) way"
    r"|(?:left|sent|shipped|posted|dispatched) (?:\w+ ){0,4}(?:today|yesterday|this morning|by courier|out)"
)


def _where(ask: Ask, piece: Piece, shared: float) -> float:
    """A place; for a thing that has not come, also that it, or another, is on its way or when it is there."""
    if _WHEREABOUTS.search(ask.text) and _ON_ITS_WAY.search(piece.text):
        return 1.0
    return (0.8 if shared > 0.2 else 0.6) * piece.brings("place")


_BRINGS: Mapping[Type, Callable[[Ask, Piece, float], float]] = {
    "when": _when,
    "how long": lambda ask, piece, shared: (
        0.0 if _regrets(piece) else 1.0 if piece.brings("span") else 0.6 * piece.brings("day")
    ),
    "how much": _how_much,
    "where": _where,
    "who": lambda ask, piece, shared: 0.8 * (piece.brings("person") or _names(piece)),
    "which": lambda ask, piece, shared: 0.7 if piece.brings("choice") else 0.5 * _names(piece),
    "why": lambda ask, piece, shared: 0.9 if piece.brings("cause") else 0.6 * _tells(piece),
    "how": lambda ask, piece, shared: 0.8 * piece.brings("steps"),
    "what": _what,
    "yes/no": _yes_or_no,
    "do": _seen_to,
}


def _names(piece: Piece) -> bool:
    """A name or a number stands in the piece, other than as its first word."""
    return any(t.pos_ == "PROPN" or t.like_num for t in list(piece.tokens)[1:])


def _tells(piece: Piece) -> bool:
    """The piece tells what happened: "A printer stopped on the night of your order"."""
    return any(
        c.tense == "past" and c.mood == "statement" and c.subject != "customer" and piece.start <= c.verb.i < piece.end
        for c in piece.sentence.clauses
    )


def _orders(piece: Piece) -> bool:
    return any(c.mood == "imperative" for c in piece.sentence.clauses)


def acts(piece: Piece) -> frozenset[str]:
    """The acts of the piece's sentence that touch it."""
    return frozenset(
        name
        for name, spans in piece.sentence.acts.items()
        if any(start < piece.end and piece.start < end for start, end in spans)
    )


def _particular(piece: Piece) -> bool:
    """The piece speaks of this customer or says something exact: stock sentences do neither."""
    return any(map(piece.brings, ("money", "day", "hours", "span", "done", "yes or no"))) or bool(
        re.search(r"\d|\byour? \w", piece.text, re.IGNORECASE)
    )


# ---------------------------------------------------------------- verbs said back

_AUXILIARIES = [
    {"is", "are", "was", "were", "am", "'s", "'re", "isn't", "aren't", "wasn't"},
    {"do", "does", "did", "don't", "doesn't", "didn't"},
    {"can", "could", "may", "might", "can't", "couldn't", "cannot"},
    {"has", "have", "had", "hasn't", "haven't", "'ve"},
    {"will", "would", "'ll", "won't", "wouldn't", "shall"},
]
"""Verbs that answer each other."""
_SAYS = later.compile(
    r"(?:and |but |yes,? |no,? |so )*(?:it|that|they|there|we|you|he|she|i)(?: \w+ly| still| really"
    r"| also)? ?('?\w+(?:n't)?)"
    r"(?= |[,.:;!]|$)",
    re.IGNORECASE,
)


def _figures(text: str) -> frozenset[str]:
    """The times, sums and sizes in a text."""
    return frozenset(re.findall(r"\d[\d.,:]*\d", text))


def _says_back(ask: Ask, piece: Piece) -> bool:
    """The piece answers with the verb or a figure of the question: "Is it blocked?" "It was, …"."""
    if ask.type not in {"yes/no", "do"} or _NICE.match(piece.text):
        return False
    if ask.type == "yes/no" and not _figures(ask.text).isdisjoint(_figures(piece.text)):
        return True
    first, said = ask.sentence.span.doc[ask.first], _SAYS.match(piece.text)
    if said is not None and any(first.lower_ in verbs and said[1].lower() in verbs for verbs in _AUXILIARIES):
        return True
    asked, verb = first.head, next((t for t in piece.tokens if t.dep_ == "ROOT"), None)
    return first.pos_ == "AUX" and verb is not None and _answers_with(asked, verb)


def _answers_with(asked: Token, verb: Token) -> bool:
    """The same deed, of the same doer as seen from the other side: "Do you fit …?" "We fit …"."""
    doers = [next((t.lower_ for t in v.children if t.dep_ == "nsubj"), "") for v in (asked, verb)]
    return asked.pos_ == "VERB" == verb.pos_ and lemma(asked) == lemma(verb) and tuple(doers) in _SAME_DOER


_SAME_DOER = {("you", "we"), ("you", "i"), ("i", "you"), ("we", "you"), ("it", "it"), ("they", "they")}


# ---------------------------------------------------------------- topics


def _topic(ask: Ask, message: Parsed) -> dict[str, float]:
    """The words that an answer would take up: less those beside the point, or said elsewhere in the message too."""
    span = ask.sentence.span.doc[ask.first : ask.last]
    inside = range(ask.first, ask.last)
    elsewhere = Counter(
        stem(lemma(t)) for s in message.sentences for t in s.span if s is not ask.sentence or t.i not in inside
    )
    words = [(token, weight(token), _role(token, inside)) for token in span if weight(token)]
    roles = {role for _, _, role in words}
    topic: dict[str, float] = {}
    for token, much, role in words:
        if role == "aside" and roles != {"aside"}:
            much *= 0.45
        elif role == "subject" and "core" in roles:
            much *= 0.6
        key = stem(lemma(token))
        topic[key] = max(much * (0.7 if elsewhere[key] else 1.0), topic.get(key, 0.0))
    if ask.type == "do":
        topic.update({stem(key): 1.0 for name, key in _REMEDY_KEYS.items() if remedies()[name].search(ask.text)})
    return topic


def _role(token: Token, inside: range) -> Literal["core", "subject", "aside"]:
    """Whether a word belongs to what is asked, to its subject, or to a phrase on the side ("… on the train to Vienna")."""
    line = [token]
    while line[-1].head is not line[-1]:
        line.append(line[-1].head)
    line = [token, *(t for t in line[1:] if t.i in inside)]
    if any(t.dep_ == "prep" for t in line[1:]):
        return "aside"
    return "subject" if any(t.dep_ in {"nsubj", "nsubjpass"} for t in line) else "core"


def _topics(found: Sequence[Ask], message: Parsed) -> list[dict[str, float]]:
    """The topic of each ask; one that names little ("Is it planned?") borrows from what comes before it."""
    topics: list[dict[str, float]] = []
    for ask in found:
        topic = _topic(ask, message)
        if sum(topic.values()) < 0.9:
            before = [s for s in message.sentences if s.index < ask.sentence.index][-1:]
            lent = [keys(s.span) for s in before] + topics[-1:]
            topic = {**{key: 0.5 * much for one in lent for key, much in one.items()}, **topic}
        topics.append(topic)
    return topics


# ---------------------------------------------------------------- signs


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer to an ask, by name, and the piece that comes nearest to one."""

    values: Mapping[str, float]
    nearest: Piece | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """An ask and a piece: shared words, the kind of thing brought, likeness in meaning (0 to 1 each)."""

    piece: Piece
    shared: float
    kind: float
    like: float
    back: bool
    order: float
    free: float = 1.0
    """1, or less where another ask has the better claim to the piece."""

    @property
    def claim(self) -> float:
        return self.shared + 0.35 * self.kind + 0.5 * self.like

    def both(self, least: float) -> float:
        """The right kind of thing about the right topic."""
        passed_on = 0.3 if HANDED_ON.search(self.piece.text) or _UNSURE.search(self.piece.text) else 1.0
        return self.kind * (least + (1 - least) * min(1.0, 1.3 * self.shared)) * self.free * passed_on


def signs(
    found: Sequence[Ask], message: Parsed, reply: Sequence[Sentence], likeness: Similarity | None = None
) -> list[Signs]:
    """The signs that a reply answers each ask of a message."""
    bits = pieces(reply)
    table = _contested(_pairs(found, message, bits, likeness))
    return [_signs(ask, row, len(found), likeness is not None) for ask, row in zip(found, table, strict=True)]


def _pairs(
    found: Sequence[Ask], message: Parsed, bits: Sequence[Piece], likeness: Similarity | None
) -> list[list[_Pair]]:
    in_sentence: dict[int, set[str]] = {}
    for bit in bits:
        in_sentence.setdefault(bit.sentence.index, set()).update(bit.keys)
    near: Sequence[Sequence[float]] = [[0.0] * len(bits) for _ in found]
    if likeness is not None and bits:
        near = likeness([_in_context(ask) for ask in found], [bit.sentence.text for bit in bits])
    table = []
    for i, (ask, topic) in enumerate(zip(found, _topics(found, message), strict=True)):
        row = []
        for j, bit in enumerate(bits):
            shared = max(overlap(topic, bit.keys), 0.75 * overlap(topic, in_sentence[bit.sentence.index]))
            order = 1 - abs((i + 0.5) / len(found) - (j + 0.5) / len(bits))
            row.append(_Pair(bit, shared, _how_far(ask, bit, shared), near[i][j], _says_back(ask, bit), order))
        table.append(row)
    return table


def _contested(table: Sequence[Sequence[_Pair]]) -> list[list[_Pair]]:
    """The pairs with what another ask claims better."""
    return [
        [
            replace(pair, free=0.35)
            if any(other[j].kind and other[j].claim > pair.claim + 0.12 for k, other in enumerate(table) if k != i)
            else pair
            for j, pair in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]


def _signs(ask: Ask, row: Sequence[_Pair], asks: int, semantic: bool) -> Signs:
    group = GROUPS[ask.type]
    least = 0.6 if ask.type in {"which", "who", "how"} else 0.3

    def best(measure: Callable[[_Pair], float]) -> float:
        return max(map(measure, row), default=0.0)

    particular = [_particular(pair.piece) for pair in row]
    values = {
        f"{group} kind": best(lambda p: p.kind * p.free),
        f"{group} kind and topic": best(lambda p: p.both(least)),
        f"{group} topic": best(lambda p: p.shared * p.free),
        f"{group}": 1.0,
        "echo": best(lambda p: float(p.back)),
        "particular": sum(particular) / (len(row) or 1),
        "in order": max((p.free * p.order for p, exact in zip(row, particular, strict=True) if exact), default=0.0),
        "enough": min(sum(particular) / asks, 2.0),
        "later": best(lambda p: float(p.piece.brings("later"))),
        "handed on": best(lambda p: float(bool(HANDED_ON.search(p.piece.text)))),
        "what now": float(bool(WHAT_NOW.match(ask.text))),
        "asks": math.log(asks),
    }
    if group == "polar":
        values["polar word"] = best(lambda p: p.free * (0.5 + 0.5 * p.order) * (p.back or p.piece.brings("yes or no")))
    if semantic:
        values["like"] = best(lambda p: p.like * p.free)
        values["like and kind"] = best(lambda p: min(p.kind, 0.8) * p.like * p.free)
    nearest = max(row, key=lambda p: p.both(least) + 0.5 * p.free * (p.shared + p.like), default=None)
    return Signs(values, None if nearest is None else nearest.piece)


SIGNS: Mapping[str, int] = {
    **{
        f"{group} {name}": 1
        for group in ("value", "open", "polar", "do")
        for name in ("kind", "topic", "kind and topic")
    },
    **dict.fromkeys(("value", "open", "polar", "what now", "asks"), 0),
    **dict.fromkeys(("echo", "particular", "in order", "enough", "later", "polar word"), 1),
    "handed on": -1,
}
"""Every sign and the way it may speak: 1 for an answer, -1 against, 0 whatever the examples teach."""
SEMANTIC_SIGNS: Mapping[str, int] = {**SIGNS, "like": 1, "like and kind": 1}


def _in_context(ask: Ask) -> str:
    """An ask with the sentence before it where it names little itself."""
    if ask.last - ask.first >= 6 or ask.sentence.begin == 0:
        return ask.text
    before = list(split(ask.sentence.block.text[: ask.sentence.begin]))[-1]
    return f"{ask.sentence.block.text[slice(*before)]} {ask.text}"


# ---------------------------------------------------------------- replies that answer later, or elsewhere

_SAYS_NOTHING = _words(
    r"sorry|apolog\w+|regret|sad(?:dened)?|thank\w*|appreciat\w+|hope|wish|understand|know (?:how|that|you|delays?|it)"
    r"|frustrat\w+|disappoint\w+|concern\w*|hear (?:this|that|about|you|it)|we value|valued|strive|aim|look(?:ing)? forward"
    r"|welcom\w+"
    r"|feedback|patience|priority|never want|always want|best to|(?:hard|working|trying) (?:on|to|at)|as (?:quickly"
    r"|soon|fast)"
    r"|shortly|in no time|bear with|look(?:ing)? into|passed|pass (?:it|this|that|your|on)|forward\w*|escalat\w+"
    r"|noted|oh no"
    r"|bummer"
)
_MOMENT = _words(
    r"(?:give|allow) (?:me|us) (?:just )?(?:a|some|one|\d)|one (?:moment|second|minute|sec)|(?:just )?a (?:moment"
    r"|minute|second)(?! \w)"
    r"|let me (?:check|look|see|find|ask|pull)|let's (?:take a look|see|check)|i(?:'m| am) (?:checking|looking)"
    r"|hold on|stand by|bear with (?:me|us)"
    r"|(?:i|we)(?:'ll| will) (?:check|find out|look (?:this|that|it) up|ask)"
)
_TELL_US = _words(
    r"(?:please |pls |plz |kindly |can you |could you )+(?:follow (?:us |and )?(?:and )?)?(?:dm|pm|message"
    r"|direct message|send|provide|forward|share"
    r"|confirm|give|tell|email)(?: (?:us|me|over))*(?: (?:with|by|via|a|the|in))*(?: (?:dm|pm|message"
    r"|direct message))?"
    r"(?: (?:with|of))?(?: (?:your|the|some|more|which|what|any|further|full|a|flight|order|booking|details?))"
    r"|let (?:us|me) know (?:what|which|the|when|where|your|more|how|if you are receiving)|(?:like|love"
    r"|want) to (?:know"
    r"|have|hear|get) (?:some |a (?:few|bit|little) )?(?:more|further|the details)|(?:what|which) \w+ (?:was|is|were"
    r"|are) (?:it"
    r"|this|that|you)\b|what(?:'s| is| seems?) (?:to be )?(?:going on|happening|happened|wrong|the (?:matter|problem"
    r"|issue))"
    r"|link (?:below )?to (?:provide|send|share)"
)
_ANYTHING_ELSE = _words(
    r"anything else|further|did you know|how (?:else )?(?:may|can) (?:i|we)|have you (?:tried our|seen our|considered)"
)
_POINTS = later.compile(
    r"\b(?:call|contact|ask|speak (?:to|with)|talk to|reach out|reach us|get in touch|work (?:directly )?with"
    r"|check with|send us"
    r"|reaching|calling|contacting|dm|direct message|follow)\b|\b(?:team|agents?|staff|crew|desk|department"
    r"|relations|office"
    r"|rep)(?: there)? (?:is|are|will|can|would|should|may|has|have)\b|\b(?:available|see here|click|here:|visit"
    r"|via)\b"
    r"|\b1?[- (]?800[-) ]|https?:|www\.|\d{3}[-. )]\d{3,4}",
    re.IGNORECASE,
)


_STILL_SAYS = _words(
    r"(?:do|does|did|is|are|can|will|have|has)(?:n't| not)|can't|cannot|unable|not able|only|need to|must|if you"
    r"|due to|because"
    r"|depends?|usually|typically|there (?:is|are|should|will)|you(?:'ll| can| will| may| would| should)|\d+\w{0,2}"
    r"|not (?!\w+ (?:to|of))|currently"
)


def says_nothing(sentence: Sentence) -> bool:
    """The sentence is sorry, thanks, hopes, cares or hands on: nothing in it helps or answers."""
    text = sentence.text.replace("’", "'")
    empty = _SAYS_NOTHING.search(text) and not _STILL_SAYS.search(text)
    return bool(empty) or sum(t.is_alpha for t in sentence.span) < 3


def asks_back(sentence: Sentence) -> bool:
    """The reply asks what it must know to answer, or asks for a moment."""
    text = sentence.text
    if _MOMENT.search(text) or _TELL_US.search(text):
        return True
    return "?" in text and not _ANYTHING_ELSE.search(text)


def points(sentence: Sentence) -> bool:
    """The sentence names who can answer, or where the answer stands."""
    return bool(_POINTS.search(sentence.text)) and not re.search(r"\balso\b", sentence.text)


def eases(sentence: Sentence) -> bool:
    """The sentence says what is done, or what to do: it answers "what now?", whatever the words."""
    if HANDED_ON.search(sentence.text):
        return False
    return sentence.does("request", *HELPS) or any(c.mood == "imperative" for c in sentence.clauses)


_EXACT = ("money", "day", "span")
_CODE = 6
"""Numbers as long as this are those of orders and tickets."""
_SETTLES_NOT = ("request", "refuse", "apologise", "acknowledge", "explain")


def settles(sentence: Sentence, about: frozenset[str]) -> bool:
    """The sentence says how things stand for the customer, or what comes: in a letter it may answer anything.

    That is an exact statement, a day proposed, or an ellipsis, which only an answer can be; not what was, unless it
    is about what the customer wrote (the topic words `about`), nor that somebody will look or write.
    """
    text = sentence.text.replace("’", "'")
    if says_nothing(sentence) or HANDED_ON.search(text) or KINDS["later"].search(text):
        return False
    if sentence.does(*_SETTLES_NOT) or _EMPTY_TALK.match(text) or _NICE.match(text):
        return False
    on_topic = not about.isdisjoint(topic_words(sentence))
    if sentence.does("gone"):
        return on_topic
    tenses = {clause.tense for clause in sentence.clauses if clause.tense}
    if "?" in text:  # "Is Friday better?"
        return "past" not in tenses and bool(KINDS["day"].search(text)) and not _ANYTHING_ELSE.search(text)
    if any(map(elliptic, pieces([sentence]))):
        return True
    exact = any(KINDS[kind].search(text) for kind in _EXACT) or any(
        t.like_num and t.lower_ != "one" and len(t) < _CODE for t in sentence.span
    )
    return exact and (on_topic or tenses != {"past"})


def elliptic(piece: Piece) -> bool:
    """A piece that opens its sentence and names things or numbers without a verb that says something of them."""
    tokens = list(piece.tokens)
    return (
        piece.start == piece.sentence.span.start
        and "!" not in piece.text
        and tokens[0].pos_ not in {"VERB", "INTJ"}
        and any(t.pos_ in {"NOUN", "PROPN", "NUM"} for t in tokens)
        and not any(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in tokens)
    )


def brings(ask: Ask, settled: Iterable[Sentence]) -> bool:
    """One of the sentences holds the kind of thing that the ask wants, whatever it is about; for a day, one to come."""
    if ask.type in {"when", "how long"}:
        settled = [s for s in settled if {clause.tense for clause in s.clauses if clause.tense} != {"past"}]
    return any(_how_far(ask, piece, 0.0) >= SURELY for piece in pieces(settled))


SURELY = 0.8
