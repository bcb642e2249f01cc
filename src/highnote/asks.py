"""The asks of a message: its questions, with and without question mark, and what it wants done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from highnote import later

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Parsed, Sentence

Type = Literal["yes/no", "when", "how long", "how much", "where", "who", "which", "why", "how", "what", "do"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that a message wants to know ("question") or to have done ("request").

    `start` and `end` are offsets into the message's source; `first` and `last` (exclusive) are token indices in the
    Doc of `sentence`.
    """

    kind: Literal["question", "request"]
    type: Type
    start: int
    end: int
    first: int
    last: int
    sentence: Sentence

    @property
    def text(self) -> str:
        return self.sentence.span.doc[self.first : self.last].text


_WH = r"(?:what(?:['’]?s)?|when(?:['’]s)?|where(?:['’]?s)?|who(?:['’]?s)?|whom|whose|which|why|how(?:['’]?s)?)"
_AUX = (
    r"(?:is|are|was|were|am|do|does|did|can|could|will|would|may|might|shall|should|has|have|had|must)(?:n['’]?t)?"
    r"|ca?n['’]?t|won['’]?t"
)
_BREAK = (
    r"(?:^|(?<=[.?!;:,–—-] )|(?<=[?!(])|(?<=[?!]\) )|(?:(?<=\band )|(?<=\bor )|(?<=\bbut )|(?<=\balso )|(?<=\bso )"
    r"|(?<=\bplus )|(?<=\bthen )|(?<=\bn )|(?<=& )))"
)
_LEAD = (
    r"(?:(?:and|or|but|also|so|plus|then|well|hi|hello|hey|ok|oh|please|if so|if not|by the way|btw|just|firstly"
    r"|secondly|lastly|first|second|1|2|\(?\d\)|[-*•]),? )*"
)
_SUBJECT = (
    r"(?:i|you|u|we|he|she|it|they|there|this|that|these|those|the|a|an|my|your|our|his|her|their|any|anyone|anybody"
    r"|someone|somebody|all|one|some|each|both|[A-Z]\w+|\w+s)\b"
)
_QUESTION = later.compile(
    rf"{_BREAK}(?P<lead>{_LEAD})(?:(?P<prep>(?:for|from|to|by|until|at|on|in|with|since|of) )?(?P<wh>{_WH})\b"
    rf"|(?P<aux>{_AUX})(?= (?:please )?(?:not )?{_SUBJECT}))",
    re.IGNORECASE,
)
# "… let me know", "I was wondering": what comes after is asked.
_WISH = later.compile(
    r"\b(?:let (?:me|us|them) know|(?:tell|show|advise|inform|update|remind) (?:me|us)(?: back)?|wonder(?:ing|ed)?"
    r"|explain(?: to (?:me|us))?|clarify|"
    r"(?:like|love|need|want|wanted|trying|try|hoping|keen|interested|nice|good|great|curious"
    r"|ask(?:ing)?) (?:\w+ )?to (?:know|find out|understand|hear|ask|check|see|work out|figure out|clarify)|"
    r"interested in knowing|(?:not|un)(?: quite| entirely)? ?sure|(?:do not|don['’]?t|cannot|can['’]?t"
    r"|couldn['’]?t) (?:know|understand|see|tell|work out|figure out|make out)|"
    r"(?:can|could|would|will) (?:you|u|someone|anyone) (?:please |kindly |also )?(?:tell|confirm|check|say|advise"
    r"|explain|specify|clarify)(?: (?:me|us|to me))?|"
    r"(?:please|pls|plz|kindly) (?:also )?(?:confirm|advise|check|specify|state|say|explain)|confirm|(?:my|the|one"
    r"|another|quick) question(?: is|:)?|asking|any idea|no idea|curious(?: about)?|"
    r"help me (?:understand|see))\b[,:]?",
    re.IGNORECASE,
)
_INDIRECT = later.compile(
    rf"(?:^|(?<=[,:;] )|(?<=\s))(?P<join>(?:and|or|also|but)(?: also)? )?(?P<word>whether|if|{_WH})\b", re.IGNORECASE
)
_ABOUT_US = later.compile(r"^ ?(?:the|your|its|my|our|their|a|an|what|any|some|in advance of) ", re.IGNORECASE)
_IDLE = later.compile(
    r"^(?:(?:hi|hello|hey|dear \w+)[,!]? )?(?:how are (?:you|things)|how(?:'s| is) (?:it going|everything|business"
    r"|life|your day)|how do you do|hope you|all (?:well|good)|you (?:ok|know|there)|really|seriously|"
    r"right|ok(?:ay)?|see|eh|huh|remember|what|pardon|sorry|guess what|who knows|why not|so what|what else|and|deal"
    r"|agreed|"
    r"(?:are )?(?:you|u) (?:kidding|joking|serious|for real)|is (?:this|it|that) (?:a joke|some kind|really (?:too"
    r"|so)|(?:really )?(?:too much|asking))|how hard (?:can|is)|"
    r"what (?:kind|sort) of (?:a )?\w+ (?:is|are|does|do)|what(?:'s| is) the point|what part of"
    r"|what (?:exactly )?(?:did|do|am|are|were) (?:i|we) pay(?:ing)? (?:\w+ )*for|what(?:'s| is) wrong with you|"
    r"what (?:do|does) (?:you|one|it) (?:think|take)|(?:do|don't|did) you (?:even|really|ever|actually|people|guys"
    r"|think|honestly)|who (?:does|do|would|wants|wouldn't|cares)|how (?:on earth|dare|stupid|many (?:more )?times)|"
    r"is (?:anyone|anybody|someone) (?:even|there|actually|out there|reading)|am i (?:asking|supposed|meant|the only)|"
    r"(?:can|could|would|will) (?:you|u|someone|anyone|anybody|somebody|i|we) (?:please |pls |kindly "
    r"|possibly )?(?:help|assist|advise|tell me|let me know|be helped|get (?:some |any )?help|believe|imagine"
    r"|ask)(?: (?:me|us|here|out"
    r"|please|pls|with (?:this|that|it)))*|"
    r"any (?:ideas?|help|thoughts|advice|suggestions|tips|chance|luck)|what (?:a|an) |isn't (?:it|that)|aren't you"
    r"|can't you|couldn't you|won't you|what should i say|(?:does|is) that make sense|(?:do )?you see (?:my|the)|"
    r"(?:is|are) (?:you|that|this) (?:ok|okay|alright)|may i ask|where do i (?:start|even)|why (?:bother|me)"
    r"|who am i)\W*$",
    re.IGNORECASE,
)
# A question without a verb turned round or a wh-word is one only if it asks for something by a small word, or is short.
_ASKING = later.compile(
    r"^\W*(?:@\w+ )*(?:hi|hello|hey)?[, ]*(?:any|some|and|or|also|still|possible|ok|okay|maybe|chance|anyone know|you"
    r"|u|your|the|my|please|pls)\b"
    r"|\b(?:please|pls|right|correct|possible|available|either|ok|okay|allowed|or not|or no|yet)\W*$",
    re.IGNORECASE,
)
_RHETORIC = later.compile(
    r"^(?:@\w+ |and |so |but |seriously,? |well,? |honestly,? )*(?:why (?:bother|even|oh why|would|pay|on earth"
    r"|the (?:hell|fuck)|(?:do|did|am|would|should) (?:i|we) (?:\w+ )?(?:bother"
    r"|even|keep|still|always|ever|have to|need to|stay|so)|can(?:'?t|not) (?:you|i|we|they) (?:just|ever|even))"
    r"|how come (?:every|you"
    r" (?:always|never|can't))|how (?:is|are|can|do|does) (?:there|it|that|this|you|we|they|a|an|the|your|one) (?:no"
    r"|not|even|\w+ \w+ and)\b"
    r"|how (?:is|was) (?:this|that|it) (?:even|still|ok|okay|fair|acceptable|legal)|how customer|who(?:'s| is) the"
    r"|like really"
    r"|are you (?:going to|gonna|ever|even|trying|telling)|do you (?:want|expect|treat|care)|does it really"
    r"|did you (?:really|even|honestly)"
    r"|is (?:it|that|this) (?:really|just me|how|why|your|a \w+ show)|is someone going to|how else does one"
    r"|what (?:else is new|a joke))",
    re.IGNORECASE,
)
_RHETORIC_TOO = later.compile(
    r"^(?:and |so |but )?(?:what (?:kind|sort) of (?:a |an )?\w+ (?:is|are|does|do)\b|what(?:'s| is) the (?:point"
    r"|use)\b|what part of\b|how (?:hard|difficult) (?:can|is|could)\b|how dare\b|who (?:in their|on earth)\b|"
    r"what (?:exactly |the hell |on earth )?(?:did|do|am|are|were|was) (?:i|we) (?:\w+ )?(?:pay"
    r"|paying) (?:\w+ )*for\b|are you (?:kidding|joking|serious)|is (?:this|that|it) (?:a joke|some|how you|what you"
    r"|too much)\b|"
    r"(?:can|could|would) (?:you|u) (?:even )?(?:believe|imagine)\b|"
    r"(?:don't|do) you (?:even|think|people|guys|not think|really)\b|do i (?:look|have to do everything)\b"
    r"|please (?:tell|say) (?:me |us )?(?:there|it|that|this|you)\b|is (?:anyone|anybody) (?:even|actually|out)\b"
    r"|how many (?:more )?times (?:do|must|will|have)\b|"
    r"(?:isn't|wasn't|aren't|weren't) (?:it|that|this|there|you) (?:a|the|your|just|supposed|basic|common|enough)\b"
    r"|would you (?:be happy|like it|accept|want to)\b|what am i supposed to tell|"
    r"since when (?:do|did|does|is|are|was|were|has|have)\b|"
    r"what would you (?:do|say|feel)\b|how would you (?:feel|like)\b|who(?:'s| is) ever heard|what more (?:do|can)"
    r"|why (?:should|would) i\b|how difficult)",
    re.IGNORECASE,
)
_NOT_DONE = _set(
    """
    let tell know note see look think imagine forget worry thank hope believe regard excuse pardon wait guess
    say greet hold remember mind advise find keep read trust bear consider have take enjoy be do suppose wish go
    come stop help show explain confirm inform remind clarify understand hear appreciate expect feel listen
    picture check thanks love get pay
    """
)
_ADDRESSED = _set(
    """
    stop help come keep take go send check do find have show be hold confirm explain
    """
)
_WANTING = later.compile(
    r"\b(?:i|we)(?:['’]d| would| do| really| just| also| only| still| urgently| simply|['’]?m| am| are"
    r"|['’]re)* (?:(?<=would )(?:like|love)|(?<=['’]d )(?:like|love)|want|need|request|expect|demand|require|prefer"
    r"|asking for|after|looking for"
    r"|hoping for|insist on|appreciate)(?: to)?\b",
    re.IGNORECASE,
)
_WANT_NOT = later.compile(
    r"^(?:you to know|2 |nothing|it noted|no\b|any\w* (?:more|else)|')|^(?:,? ?(?:it|them|this|that)(?: (?:for|by|on|before"
    r"|to|in"
    r"|at|very|really|so|because|urgently|tomorrow|today|soon|as|and)\b|\W*$)|(?: to)? ?(?:know|understand|find out"
    r"|hear|say|thank|point|tell|complain|think|see|ask|check|add|stress|mention|share|express|congratulate"
    r"|apologi[sz]e|let|wear|use|(?:publicly )?thank|give (?:a|my|you)|congratulate)\b"
    r"|to (?:know|understand|be (?:able|sure|there|in)|work|get to|go|travel|eat)\b|your (?:help|support|advice"
    r"|assistance|reply)|help\b|\W*$)",
    re.IGNORECASE,
)
# Orders that the parser takes for nouns: "Repair my roof window", "Please refund the passes".
_ORDER = later.compile(
    r"(?:^|(?<=, )|(?<=and )|(?<=[.!:;–-] )|(?<=so ))(?:(?:please|pls|plz|kindly|just|also|now"
    r"|then) )*(?P<verb>refund|repair|fix|cancel|delete|remove|replace|send|take|give|change|correct|swap|"
    r"exchange|return|call|ring|stop|close|end|resend|credit|reverse|reimburse|update|move|rebook|collect|reissue"
    r"|transfer|reset|unlock|unblock|sort|forward|turn|put|"
    r"switch|deliver|ship|add|reinstate|extend|waive|mend|come|issue|pay|post|deduct|block|renew|book|reserve"
    r"|confirm|repay)(?= (?:me|my|our|us|the|this|that|these|it|them|his|her|a|one|someone|somebody|half|all|back|at|in|out|both"
    r"|\d+|\w+['’]s)\b)",
    re.IGNORECASE,
)


def asks(message: Parsed) -> tuple[Ask, ...]:
    """What a message asks, in its order; what is only said out of politeness or anger is left out."""
    found: list[Ask] = []
    for sentence in message.sentences:
        for start, end, kind, kind_of in _spans(sentence):
            first, last = _tokens(sentence, start, end)
            if first >= last or any(a.sentence is sentence and a.first < last and first < a.last for a in found):
                continue
            found.append(Ask(kind, kind_of, *sentence.source(first, last), first, last, sentence))
    return tuple(sorted(found, key=lambda a: a.start))


_Span = tuple[int, int, Literal["question", "request"], Type]


def _spans(sentence: Sentence) -> Iterator[_Span]:
    """Character spans in the sentence's text, the surest first."""
    text = sentence.text.replace("’", "'")
    if _IDLE.match(text):
        return
    yield from _indirect(text)
    yield from _direct(sentence, text)
    yield from _wanted(sentence, text)


def _indirect(text: str) -> Iterator[_Span]:
    for wish in _WISH.finditer(text):
        if re.search(r"\b(?:you|he|she|they|colleague) (?:\w+ )?$", text[: wish.start()]) and not re.search(
            r"\b(?:(?:can|could|would|will) (?:you|he|she|they) (?:\w+ )?|(?:hop(?:e|ing)|if) (?:you|someone) (?:can"
            r"|could|would) )$",
            text[: wish.start()],
            re.IGNORECASE,
        ):
            continue  # "as you told me when I called"
        parts = [
            m
            for m in _INDIRECT.finditer(text, wish.end())
            if m.start() - wish.end() <= 1 or m["join"] or text[m.start() - 2 : m.start()] == ", "
        ]
        if parts and parts[0].start() - wish.end() <= 12:
            if (
                re.search(r"\bif\b", parts[0]["word"], re.IGNORECASE)
                and re.search(r"let (?:me|us) know$", wish[0], re.IGNORECASE)
                and re.match(
                    r"\W*(?:you (?:need|require|have any|want|would like)|there is anything|anything|that)",
                    text[parts[0].end() :],
                )
            ):
                continue  # "let me know if you need more"
            for part, following in zip(
                parts, [*(p.start() for p in parts[1:]), _stop(text, parts[-1].end())], strict=True
            ):
                if part["word"].lower() == "if" and part is not parts[0] and not part["join"]:
                    continue
                yield part.start("word"), following, "question", _type(text[part.start("word") : following])
        elif (
            re.match(
                r" (?:the|your|its|my|our|an?|about|any)\b(?! (?:moment|minute|line|lot|bit|copy|photo))",
                text[wish.end() :],
                re.IGNORECASE,
            )
            and not re.search(r"\b(?:sure|wonder\w*|see|tell|know)$", wish[0])
        ) or (
            re.search(r"(?:let (?:me|us) know|tell (?:me|us)|find out|like to know|confirm)$", wish[0], re.IGNORECASE)
            and re.match(r" (?:the|your|about|my|that|its) ", text[wish.end() :])
        ):
            yield wish.end() + 1, _stop(text, wish.end()), "question", _type(text[wish.end() + 1 :])


def _stop(text: str, at: int) -> int:
    mark = re.search(r"[?!.](?:\s|$)|;| [–—-] ", text[at:])
    return at + mark.start() + (mark[0][0] == "?") if mark else len(text)


def _direct(sentence: Sentence, text: str) -> Iterator[_Span]:
    """Questions by their form: a question mark, a wh-word or a turned-round verb."""
    marked = "?" in text
    starts = [m for m in _QUESTION.finditer(text) if marked or _inverted(sentence, text, m)]
    starts = [m for m in starts if not (m["wh"] and (_relative(text, m) or _names_thing(text, m)))]
    starts = [m for m in starts if m is starts[0] or not (m["wh"] and _describes(text[: m.start("wh")], m["wh"]))]
    if not starts:
        if marked and not _IDLE.match(text) and not _rhetorical(text):
            mark = text.index("?")
            begin = (
                max(text.rfind(sep, 0, mark) + len(sep) for sep in (". ", "! ", ": ", "; ", " - ", " – "))
                if any(sep in text[:mark] for sep in (". ", "! ", ": ", "; ", " - ", " – "))
                else 0
            )
            part = text[begin : mark + 1]
            if (
                re.search(r"\w{3}", part)
                and not _IDLE.match(part)
                and _ASKING.search(part)
                and "!" not in text[mark : mark + 3]
            ):
                request = any(c.mood == "imperative" for c in sentence.clauses) or bool(
                    re.search(r"\b(?:please|pls)\b", part, re.IGNORECASE)
                )
                yield begin, mark + 1, "request" if request else "question", "do" if request else "yes/no"
        return
    for number, match in enumerate(starts):
        begin = match.start("prep") if match["prep"] else match.start("wh") if match["wh"] else match.start("aux")
        until = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        mark = text.find("?", begin, until)
        end = mark + 1 if mark >= 0 else _stop(text, begin) if number + 1 == len(starts) else until
        end = min(end, until)
        part = re.sub(r"(?:[\s,;:(]|\b(?:and|or|but|also|if so|if not)\b)*$", "", text[begin:end], flags=re.IGNORECASE)
        if _IDLE.match(part) or _rhetorical(part) or not re.search(r"\w{2}", part):
            continue
        asked_of_us = re.match(
            r"(?:can|could|would|will|ca|can't|couldn't|won't) (?:you|u|someone|somebody|anyone"
            r"|anybody|one of you|your \w+)(?: guys| please| pls| kindly| also| just| possibly"
            r"| at least| maybe)*,? (?!have\b|be\b|tell|ship to|deliver (?:to|on)|accept|offer"
            r"|sell|stock)\w+",
            part,
            re.IGNORECASE,
        )
        if re.match(r"would you mind", part, re.IGNORECASE):
            asked_of_us = re.match("w", part, re.IGNORECASE)
        yield begin, begin + len(part), "request" if asked_of_us else "question", "do" if asked_of_us else _type(part)


def _rhetorical(text: str) -> bool:
    return bool(_RHETORIC.match(text) or _RHETORIC_TOO.match(text))


def _inverted(sentence: Sentence, text: str, match: re.Match[str]) -> bool:
    """Without a question mark: only a main question, with the verb before its subject."""
    after = text[match.end() :]
    if match["aux"]:
        if match["aux"].lower() in {"do", "have", "had", "may", "should", "were"}:
            return (
                bool(re.match(r" (?:i|you|u|we|they)\b(?! please)", after, re.IGNORECASE))
                and match["aux"].lower() != "should"
                and match["aux"].lower() != "had"
            )
        return bool(
            re.match(
                r" (?:i|you|u|we|he|she|it|they|there|the|my|your|someone|anyone|this|that)\b", after, re.IGNORECASE
            )
        )
    if match["wh"].lower() in {
        "what",
        "how",
        "where",
        "when",
        "why",
        "who",
        "which",
        "what's",
        "where's",
        "how's",
        "who's",
        "whats",
    }:
        inverted = re.match(
            rf"(?:['’]s)? (?:\w+ )?(?:\w+ )?(?:{_AUX})\b (?:i|you|u|we|he|she|it|they|there"
            rf"|the|my|your|this|that|one)\b|(?:['’]s)? (?:now|about|are the|is the|happens"
            rf"|is my|is your)\b",
            after,
            re.IGNORECASE,
        )
        at_start = not re.search(r"\w", text[: match.start()])
        return (
            bool(inverted)
            and (at_start or match["wh"].lower() not in {"when", "where", "which", "who"})
            and not re.match(r" (?:a|an) ", after)
        )
    return False


def _relative(text: str, match: re.Match[str]) -> bool:
    """A wh-word that hangs on a noun before it asks nothing: "the order, which came today"."""
    before = text[: match.start()].rstrip()
    word = match["wh"].lower()
    if match["prep"] or not before or word in {"what", "how", "why"} or word.startswith(("what'", "how'")):
        return False
    joined = bool(match["lead"]) or bool(re.search(r"\b(?:and|or|but|so|also)$", before))
    if not before.endswith((",", "-", "–")) or joined:
        return False
    return not re.match(rf" (?:\w+ ){{0,2}}(?:{_AUX})\b", text[match.end() :], re.IGNORECASE) and word in {
        "which",
        "who",
        "where",
        "whose",
        "when",
        "whom",
    }


def _describes(before: str, word: str) -> bool:
    """In a question: the wh-word tells more of the noun before it ("Can I bring my son, who is nine?")."""
    noun = re.search(r"(\w+), $", before)
    return word.lower() in {"who", "which", "whose"} and noun is not None and noun[1].lower() not in _PRONOUNS


_PRONOUNS = _set("it this that them one you me us him her please also and or")


def _names_thing(text: str, match: re.Match[str]) -> bool:
    """A wh-word with a subject right after it, and other words than a question mark at the end: "What I like is …"."""
    stop = re.search(r"[?:.!]", text[match.end() :])
    follows = re.match(r" (?:i|you|we|they|he|she|it)\b", text[match.end() :], re.IGNORECASE)
    return bool(follows) and (stop is None or stop[0] != "?")


def _wanted(sentence: Sentence, text: str) -> Iterator[_Span]:
    """What is to be done: imperatives, "I want …", "… please"."""
    for clause in sentence.clauses:
        if clause.mood == "imperative" and _orders(clause, text):
            start, end = _clause_span(sentence, clause)
            if not re.match(r"\W*(?:let|tell) (?:me|us)", text[start:end], re.IGNORECASE):
                yield start, end, "request", "do"
    for order in _ORDER.finditer(text):
        if not re.match(
            r"(?:confirm|come) (?:my|the|that|back)", text[order.start("verb") :], re.IGNORECASE
        ) and not re.search(
            r"\b(?:to|i|we|you|they|will|can|could|not|n't) $", text[: order.start("verb")], re.IGNORECASE
        ):
            yield order.start(), _stop(text, order.end()), "request", "do"
    for wanting in _WANTING.finditer(text):
        rest = text[wanting.end() :]
        before = text[: wanting.start()]
        if re.search(
            r"\bif (?:\w+ )?$|\b(?:that|what|which|when"
            r"|because|as|since|said|told you) $|\bnot $",
            before,
            re.IGNORECASE,
        ) or _WANT_NOT.match(rest.lstrip()):
            continue
        stop = _stop(text, wanting.end())
        asked = re.compile(rf",? (?:and|or|also)(?: also)? (?P<asked>(?:whether|if|{_WH})\b)", re.IGNORECASE).search(
            text, wanting.end(), stop
        )
        if asked:  # "I need the size, and whether it is in stock"
            yield asked.start("asked"), stop, "question", _type(text[asked.start("asked") : stop])
        yield wanting.start(), asked.start() if asked else stop, "request", "do"
    if (
        re.search(r"\b(?:please|pls|plz)\W*$", text, re.IGNORECASE)
        and len(text.split()) <= 8
        and not re.match(r"(?:help|advise|reply|answer|let)\b", text, re.IGNORECASE)
    ):
        yield 0, len(text), "request", "do"


_REFERENCE = later.compile(
    r"(?:claim|order|case|ticket|report|file|book|quote|return|repair|account)\b\W*"
    r"(?:[A-Z]{0,4}-?\d|(?:no|nr|number)\b\.?\W*(?:[A-Z]{0,4}-?\d|$))",
    re.IGNORECASE,
)
"""The number that a thing has: "Claim 77-301", "Order no. 5512"."""


def _orders(clause: Clause, text: str) -> bool:
    if clause.polarity == "negative" or clause.link in {"condition", "purpose"}:
        return False
    if _REFERENCE.match(text, clause.verb.idx):
        return False
    verb = clause.lemma.split()[0] if clause.lemma else ""
    if verb in {"need", "want", "ref", "order"} or (
        len(clause.tokens) == 1 and (clause.verb.is_title or clause.verb.i == clause.verb.sent.start)
    ):
        polite = re.search(r"\b(?:please|pls|plz)\b", text, re.IGNORECASE)
        if not polite or verb in {"need", "want", "ref", "order"}:
            return False  # a name under the message, "need it by Friday"
    if (
        clause.verb.i > clause.verb.sent.start
        and clause.verb.nbor(-1).lower_ in {"still", "always", "never", "then", "to"}
        and clause.verb.nbor(-1).lower_ != "then"
    ):
        return False
    if verb in _NOT_DONE:
        polite = re.search(r"\b(?:please|pls|plz|kindly)\b", text, re.IGNORECASE)
        return (
            verb in _ADDRESSED
            and bool(polite)
            and bool(clause.object_word or len(clause.tokens) > 3)
            and not re.search(r"\bplease (?:help|confirm|advise)\W*$", text, re.IGNORECASE)
        )
    return True


def _clause_span(sentence: Sentence, clause: Clause) -> tuple[int, int]:
    doc = sentence.span.doc
    last = doc[min(clause.end, sentence.span.end) - 1]
    return doc[clause.start].idx, last.idx + len(last)


def _type(text: str) -> Type:
    """What kind of answer a question wants."""
    words = text.lower().lstrip(" ,(")
    words = re.sub(r"^(?:for|from|to|by|until|at|on|in|with|since|of) (?=what|when|which|who|where|how)", "", words)
    if re.match(
        r"when|(?:what|which) (?:time|day|date|week|month|year)|how soon|by when|what are (?:your"
        r"|the) (?:opening )?(?:hours|times|dates)|what(?:'s| is) the (?:(?:last|first|next|earliest|latest) (?:day"
        r"|date|time)|date|deadline|eta|timeframe"
        r"|earliest|latest)|(?:the |your )?(?:opening hours|hours|dates?|end date|delivery date)",
        words,
    ):
        return "when"
    if re.match(r"how (?:long|many (?:days|weeks|hours|months|years|minutes)|often|far|quickly|fast)", words):
        return "how long"
    if re.match(
        r"how (?:much|many|big|large|wide|high|tall|heavy|deep|old|thick|loud|strong)|what(?:'s| is| are"
        r"|'re)? (?:the |your )?(?:\w+ )?(?:price|cost|fee|rate|charge|size|weight|capacity|dimension"
        r"|percentage|amount|total|number|length|width|height|limit|maximum|minimum)|what (?:does|do|would"
        r"|will|did|could) (?:\w+ ){1,6}(?:cost|charge)|what (?:do|will|would|must) (?:i|we) (?:\w+ ){0,3}(?:owe|pay)|price",
        words,
    ):
        return "how much"
    if words.startswith("where") or re.match(
        r"what(?:'s| is) (?:the |your )?(?:\w+ )?address|which (?:address|place|branch|shop|counter|page"
        r"|menu)",
        words,
    ):
        return "where"
    if re.match(r"who|whom|whose", words):
        return "who"
    if words.startswith("which"):
        return "which"
    if re.match(
        r"why|how come|how (?:could|can|did) (?:this|it|that|such)"
        r"|how (?:this|it|that|such \w+) (?:could |can )?(?:happen|c[ao]me)|what (?:caused|happened|went wrong"
        r"|is the reason|'s the reason)|what(?:'s| is) the reason",
        words,
    ):
        return "why"
    if words.startswith("how"):
        return "how"
    if words.startswith("what"):
        return "what"
    return "yes/no" if re.match(rf"(?:{_AUX}|whether|if)\b", words) else "what"


def _tokens(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """The token range that holds `text[start:end]` of a sentence, without punctuation and "and" at its edges."""
    inside = [t for t in sentence.span if t.idx < end and t.idx + len(t) > start]
    while inside and (inside[0].is_punct or inside[0].lower_ in {"and", "or", "but"}):
        inside.pop(0)
    while inside and (inside[-1].lower_ in {"and", "or", "but", ","}):
        inside.pop()
    return (inside[0].i, inside[-1].i + 1) if inside else (0, 0)
