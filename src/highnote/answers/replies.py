"""Replies that answer later, elsewhere, or all at once; and those that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from highnote import later
from highnote.answers.bringing import how_far
from highnote.answers.kinds import EMPTY_TALK, HANDED_ON, HELPS, KINDS, NICE, wordy
from highnote.answers.piece import Piece, pieces
from highnote.topics import topic_words

if TYPE_CHECKING:
    from highnote.asks import Ask
    from highnote.language import Sentence

_SAYS_NOTHING = wordy(
    r"sorry|apolog\w+|regret|sad(?:dened)?|thank\w*|appreciat\w+|hope|wish|understand|know (?:how|that|you|delays?|it)"
    r"|frustrat\w+|disappoint\w+|concern\w*|hear (?:this|that|about|you|it)|we value|valued|strive|aim|look(?:ing)? forward"
    r"|welcom\w+"
    r"|feedback|patience|priority|never want|always want|best to|(?:hard|working|trying) (?:on|to|at)|as (?:quickly"
    r"|soon|fast)"
    r"|shortly|in no time|bear with|look(?:ing)? into|passed|pass (?:it|this|that|your|on)|forward\w*|escalat\w+"
    r"|noted|oh no"
    r"|bummer"
)
_MOMENT = wordy(
    r"(?:give|allow) (?:me|us) (?:just )?(?:a|some|one|\d)|one (?:moment|second|minute|sec)|(?:just )?a (?:moment"
    r"|minute|second)(?! \w)"
    r"|let me (?:check|look|see|find|ask|pull)|let's (?:take a look|see|check)|i(?:'m| am) (?:checking|looking)"
    r"|hold on|stand by|bear with (?:me|us)"
    r"|(?:i|we)(?:'ll| will) (?:check|find out|look (?:this|that|it) up|ask)"
)
_TELL_US = wordy(
    r"(?:please |pls |plz |kindly |can you |could you )+(?:follow (?:us |and )?(?:and )?)?(?:dm|pm|message"
    r"|direct message|send|provide|forward|share"
    r"|confirm|give|tell|email)(?: (?:us|me|over))*(?: (?:with|by|via|a|the|in))*(?: (?:dm|pm|message"
    r"|direct message))?"
    r"(?: (?:with|of))?(?: (?:your|the|some|more|which|what|any|further|full|a|flight|order|booking|details?))"
    r"|what(?:'s| is) your \w+|let (?:us|me) know (?:what|which|the|when|where|your|more|how|if you are receiving)|(?:like|love"
    r"|want) to (?:know"
    r"|have|hear|get) (?:some |a (?:few|bit|little) )?(?:more|further|the details)|(?:what|which) \w+ (?:was|is|were"
    r"|are) (?:it"
    r"|this|that|you)\b|what(?:'s| is| seems?) (?:to be )?(?:going on|happening|happened|wrong|the (?:matter|problem"
    r"|issue))"
    r"|link (?:below )?to (?:provide|send|share)"
)
_ANYTHING_ELSE = wordy(
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
_STILL_SAYS = wordy(
    r"(?:do|does|did|is|are|can|will|have|has)(?:n't| not)|can't|cannot|unable|not able|only|(?:need|has|have) to|must|if you"
    r"|(?:more than )?welcome to"
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
    if sentence.does(*_SETTLES_NOT) or EMPTY_TALK.match(text) or NICE.match(text):
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
    return any(how_far(ask, piece, 0.0) >= SURELY for piece in pieces(settled))


SURELY = 0.8
