"""Which asks of the customer a reply leaves unanswered.

The signs of an answer (`highnote.answers`) are weighed by what labelled replies taught (`answers.json`, made by
`python -m highnote.train_questions`). Between answered and unanswered lies unclear, which makes no finding.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from highnote import later
from highnote.answers import Signs, signs
from highnote.answers.kinds import GROUPS, WHAT_NOW
from highnote.answers.piece import pieces
from highnote.answers.replies import asks_back, brings, eases, elliptic, points, says_nothing, settles
from highnote.asks import Ask, asks
from highnote.english import is_english
from highnote.remedies import remedies
from highnote.reply import Reply, once
from highnote.semantic import SemanticError, Similarity, similarity
from highnote.topics import keys, topic_words

if TYPE_CHECKING:
    from highnote.language import Parsed, Sentence

State = Literal["answered", "unclear", "unanswered"]

FILE = "answers.json"
FORMAT = 1
"""Version of the file and of the signs; it rises when either changes."""
UNANSWERED, CLEAR = 0.53, 0.35
"""From this doubt an ask counts as unanswered; up to this one as answered; between them it is unclear."""
IN_LETTERS = 0.6
"""From this doubt in a letter, which says more that may answer than the lines of a chat."""
BRIEF = 4
"""A message of so few sentences, all in one paragraph, is about the one thing that it answers."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An ask of the customer (a span in the message with the index `message`) and the sentence that answers it.

    `doubt` is how likely it stays unanswered, 0 to 1.
    """

    start: int
    end: int
    state: State
    sentence: Sentence | None
    ask: Ask
    message: int
    doubt: float


@once
def coverage(reply: Reply) -> tuple[Covered, ...]:
    """The customer's open asks with their state; nothing where there is no message in English or no reply to it.

    Open are the asks of the messages since our last one. Where the latest message asks nothing itself ("Nobody came."),
    the asks of the message before count that our answers in between left open too.
    """
    if reply.partial or not reply.body:
        return ()
    again = said_before(reply)
    fresh = [sentence for sentence in reply.ours if sentence.text not in again]
    covered = [ask for index in _open_messages(reply) for ask in _covered(reply, index, fresh)]
    if not covered and not reply.chat and reply.situation.kind != "praise":
        covered = _left_open(reply)
    if not covered:
        return ()
    letter = "\n\n" in reply.parsed.draft.source.strip().replace("\r", "")
    brief = (reply.chat or reply.at_once) and len(reply.ours) <= BRIEF and not letter
    if brief:
        told = not all(says_nothing(s) and not _declines(s) for s in reply.ours)
        covered = [_perhaps(ask) if told or not _sincere(ask, reply) else ask for ask in covered]
    if reply.chat and not letter and any(map(points, reply.ours)):
        return tuple(map(_perhaps, covered))
    if any(map(asks_back, reply.ours)) and (brief or _only_asks(reply.ours)):
        return tuple(map(_perhaps, covered))
    return tuple(covered) if reply.chat else tuple(_weighed(covered, reply))


_MONEY = ("refund", "compensation")


def _weighed(covered: Sequence[Covered], reply: Reply) -> list[Covered]:
    """The asks of a letter: where it settles as many things as are asked, each may be one of them, in other words.

    Not what wants one kind of thing (money, a day, a place) that nothing in the letter brings. What we said before settles
    nothing now. An ellipsis may answer each ask of which it takes up a word.
    """
    if all(ask.state != "unanswered" for ask in covered):
        return list(covered)
    about = frozenset(word for s in (reply.customer.sentences if reply.customer else ()) for word in topic_words(s))
    said = said_before(reply)
    settled = [s for s in reply.ours if s.text not in said and settles(s, about) and not _sells(s, reply)]
    short = {word for piece in filter(elliptic, pieces(settled)) for word in piece.keys}
    if len(settled) < len(covered):
        return [
            _perhaps(ask) if short & keys(ask.ask.sentence.span.doc[ask.ask.first : ask.ask.last]).keys() else ask
            for ask in covered
        ]
    return [ask if _wants_one_thing(ask.ask) and not brings(ask.ask, settled) else _perhaps(ask) for ask in covered]


def said_before(reply: Reply) -> frozenset[str]:
    """The sentences of our earlier replies: what did not answer then answers nothing now."""
    before = (i for i, m in enumerate(reply.thread) if m.sender == "agent" and i < (reply.asked or 0))
    return frozenset(s.text for i in before for s in reply.message(i).body)


def _declines(sentence: Sentence) -> bool:
    """The sentence says what cannot be, or would have to be, which answers too: "We wish we had one to give you"."""
    cannot = any(c.polarity == "negative" and c.modal for c in sentence.clauses)
    return cannot or sentence.does("refuse") or bool(_WISH_WE_HAD.search(sentence.text))


_WISH_WE_HAD = later.compile(r"\bwish (?:i|we) (?:had|could)\b|\balready been\b", re.IGNORECASE)


def _sells(sentence: Sentence, reply: Reply) -> bool:
    return reply.situation.harm and sentence.does("pitch")


def _wants_one_thing(ask: Ask) -> bool:
    return GROUPS[ask.type] == "value" or ask.type == "why" or any(remedies()[name].search(ask.text) for name in _MONEY)


def _only_asks(ours: Sequence[Sentence]) -> bool:
    """The reply asks what it must know to help, a thing or two, and says nothing else of substance."""
    asking = sum(map(asks_back, ours))
    return asking < 3 and all(asks_back(s) or says_nothing(s) for s in ours)


_FOR_NEWS = later.compile(
    r"(?:and |also |so |or |then )*(?:(?:at |by |from |until |since )?(?:when|what (?:time|day|date)|where|which)"
    r"(?: \w+)? (?:is|are|was|were|will|do|does|did|can|should|would|time|day)\b(?!.*\bgoing to\b)|who (?:do|can"
    r"|should) i\b"
    r"|how (?:do|can|could|should|would|will) (?:i|we|my)\b|how (?:long|much|many|late|early|often|far)\b"
    r"(?! (?:more|longer|\w+ does it take))|(?:can|could|may|should|do|will|would) (?:i|we)\b|(?:do|does|did) (?:you"
    r"|the|your|it"
    r"|this)\b|(?:is|are) (?:there|the|your|my|it possible)\b|(?:if|whether)\b|any (?:update|news|idea|way))",
    re.IGNORECASE,
)
POINTED = later.compile(
    r"[!]|\?\s*\?|\b[A-Z]{4,}\b|\b(?:even|actually|ever|always|never|again|supposed|at least|anyone|anybody|heck|hell"
    r"|you (?:guys |all |really )*have to|you keep \w+ing|you have any idea"
    r"|pretend(?:ing)?|ignor(?:e[ds]?|ing)|refus(?:e[ds]?|ing)|bother(?:ed|ing)?|lie[ds]?|lying"
    r"|(?:know|idea|reali[sz]e) how (?:much|many|long|often)\b.{0,20}\b(?:(?:I|we)(?:'ve| have)|paid|spent|lost|cost))\b"
)
"""What makes a question a reproach: its tone, what it accuses of, what it has cost."""

_ANSWERED_ITSELF = later.compile(
    r"\W*(?:(?:\w+, )?the answer(?: is\b|\W)|(?:(?:far |way )?too (?:many|much|long|often)|none|zero|never|nothing"
    r"|\d+)\s*[!.,])",
    re.IGNORECASE,
)
"""Who asks "How often? Too often!" knows."""
_JEST = re.compile(r"[😂🤣😜😛😝😉]|[;:]-?P\b|\b(?:asking for a friend|lol|lmao|(?:ha){2,})\b", re.IGNORECASE)
"""Who asks with a wink wants no answer."""


def asks_plainly(reply: Reply) -> bool:
    """In a chat: somebody calm asks for news, and wants an answer rather than sympathy."""
    return any(ask.ask.kind != "request" and _sincere(ask, reply) for ask in coverage(reply))


_PLAIN_WISHES = ("refund", "cancel", "callback", "invoice")
_COUNTERFACTUAL = later.compile(r"\b(?:if (?:i|we) had|i'd demand)\b", re.IGNORECASE)


def _sincere(ask: Covered, reply: Reply) -> bool:
    """In a chat: the ask wants to know something, or wants a remedy; it is no reproach in the form of a question."""
    if ask.message != reply.asked or reply.situation.kind == "praise" or any(map(_takes_up, reply.ours)):
        return False
    said = reply.thread[ask.message].text
    text = said[ask.start : ask.end + 2]
    if _ANSWERED_ITSELF.match(said[ask.end :]):
        return False
    if ask.ask.kind == "request":
        return any(remedies()[name].search(text) for name in _PLAIN_WISHES) and not (
            POINTED.search(text) or _COUNTERFACTUAL.search(text)
        )
    if "?" not in text or _JEST.search(said):
        return False
    return bool(_FOR_NEWS.match(text)) and not POINTED.search(text) and not reply.situation.upset


def _takes_up(sentence: Sentence) -> bool:
    """The reply thanks for a suggestion, or praises it: what was asked was one; or it comes late, as it says."""
    if _LATE.search(sentence.text) or _GOOD_IDEA.search(sentence.text):
        return True
    return "thank" in sentence.acts and bool(re.search(r"\b(?:suggestions?|ideas?)\b", sentence.text))


_GOOD_IDEA = re.compile(r"\b(?:good|great|lovely|fun|fantastic|brilliant) (?:suggestion|idea)\b", re.IGNORECASE)
_LATE = re.compile(
    r"\b(?:(?:late|slow|delayed) (?:reply|response)|delay in (?:responding|replying|getting back))\b", re.IGNORECASE
)


def _perhaps(ask: Covered) -> Covered:
    """An ask that the reply may see to in its own way: only the customer can tell."""
    return replace(ask, state="unclear") if ask.state == "unanswered" else ask


def _covered(reply: Reply, index: int, ours: Sequence[Sentence]) -> list[Covered]:
    """The asks of the message at `index`, held against what we said."""
    message = reply.message(index)
    found = asks(message) if is_english(message) else ()
    if not found:
        return []
    judged = doubts(found, message, ours, _likeness())
    return [
        Covered(ask.start, ask.end, _state(doubt, reply.chat), sentence, ask, index, doubt)
        for ask, (doubt, sentence) in zip(found, judged, strict=True)
    ]


def _state(doubt: float, chat: bool) -> State:
    return (
        "unanswered" if doubt >= (UNANSWERED if chat else IN_LETTERS) else "answered" if doubt <= CLEAR else "unclear"
    )


def _open_messages(reply: Reply) -> list[int]:
    """The customer's messages since our last one, oldest first."""
    if reply.asked is None:
        return []
    first = reply.asked
    while first > 0 and reply.thread[first - 1].sender == "customer":
        first -= 1
    return list(range(first, reply.asked + 1))


def _left_open(reply: Reply) -> list[Covered]:
    """Asks of the customer's message before our last one that neither it nor this reply answers."""
    first = next(iter(_open_messages(reply)), 0)
    before = next((i for i in reversed(range(first)) if reply.thread[i].sender == "customer"), None)
    if before is None:
        return []
    ours = [s for i in range(before + 1, first) for s in reply.message(i).body]
    earlier, now = _covered(reply, before, ours), _covered(reply, before, reply.ours)
    return [late for early, late in zip(earlier, now, strict=True) if early.state == "unanswered"]


# ---------------------------------------------------------------- the verdict


def doubts(
    found: Sequence[Ask], message: Parsed, ours: Sequence[Sentence], likeness: Similarity | None = None
) -> list[tuple[float, Sentence | None]]:
    """For each ask how likely it stays unanswered (0 to 1), and the sentence that comes nearest to an answer."""
    weights = _weights()["plain" if likeness is None else "semantic"]
    eased = next((s for s in ours if eases(s)), None)
    opened = ours[0] if ours and _OPENS.match(ours[0].text) else None
    first = next((ask for ask in found if ask.type == "yes/no"), None)
    return [
        (0.0, eased)
        if eased is not None and WHAT_NOW.match(ask.text)
        else (0.0, opened)
        if opened is not None and ask is first
        else (doubt(shown, weights), None if shown.nearest is None else shown.nearest.sentence)
        for ask, shown in zip(found, signs(found, message, ours, likeness), strict=True)
    ]


_OPENS = later.compile(r"\W*(?:yes|no|yep|nope|of course|certainly|sure|indeed)\b", re.IGNORECASE)
"""What opens a reply answers the first question that wants a yes or no."""


def doubt(shown: Signs, weights: Mapping[str, float]) -> float:
    """How likely an ask with these signs stays unanswered, 0 to 1."""
    for_it = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in shown.values.items())
    return 1 / (1 + math.exp(for_it))


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    data = json.loads(resources.files("highnote").joinpath(FILE).read_text(encoding="utf-8"))
    return {"plain": data["plain"], "semantic": data["semantic"]}


def _likeness() -> Similarity | None:
    """The likeness in meaning; None without the extra, or where its files are not the ones that were measured."""
    try:
        return similarity()
    except SemanticError:
        return None
