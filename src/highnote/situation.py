"""What a customer's message is about: complaint, request, enquiry or praise; is harm reported, how does it feel?

The message is read from the customer's side: its "I" and "we" (subject "us" in `highnote.clauses`) are the customer,
its "you" (subject "customer") is us. Rules that need a complaint rest on this, so what is doubtful is no harm.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from highnote.asks import asks

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Parsed, Sentence

Kind = Literal["complaint", "request", "enquiry", "praise", "none"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a customer's message is about.

    `harm`: the customer reports a fault of ours or a loss. `upset`: they say or show that it moves them. `asks_why`:
    they want to know how it came about. `leaving`: they end the business with us. `remedies`: what they want done, by
    name (see `REMEDIES`).
    """

    kind: Kind = "none"
    harm: bool = False
    upset: bool = False
    asks_why: bool = False
    leaving: bool = False
    remedies: frozenset[str] = field(default_factory=frozenset)


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
_FEELING = _set("""
    furious angry annoyed annoying disappointed disappointing disappointment upset upsetting appalled disgusted
    disgusting outraged frustrated frustrating frustration livid fuming gutted devastated unhappy dissatisfied
    unacceptable ridiculous disgrace disgraceful outrageous shambles joke appalling pathetic embarrassing embarrassed
    humiliating humiliated heartbroken desperate irritated irritating infuriating insulting rude incompetent hopeless
    scandalous absurd unbelievable shocked shocking cheated
    """)
_HURT = _set("rash bruise injury injure hurt allergic ill sick wound vomit poison coeliac tear")
# Spellings that say trouble even where the parser takes the verb for a noun ("the kettle leaks").
_BREAK_WORDS = re.compile(
    r"\b(?:leaks?|leaking|leaked|drips?|dripping|crash(?:es|ed|ing)|freezes|froze|flickers?|flickering|snapped"
    r"|cracked|broke|breaks|overheat(?:s|ed|ing)"
    r"|smoking|sparks|sparking|jams|jammed|malfunction\w*|vanished|disappeared|falls? apart|fell (?:apart|off)"
    r"|came (?:off|apart|loose)|logs? me out"
    r"|(?:has|had|have|with|got|is|are|was|were|been) (?:a |an |only |no |some |the )?(?:\w+ )?(?:hole|chip|crack"
    r"|tear|scratch|dent|stain|fault|defect|bug|zero balance|dead pixels?)s?"
    r"|threw|wiped|swallowed|double[- ]charged|shows? (?:a |an )?(?:error|zero|wrong|e\d+)|says? (?:.{0,3}not"
    r"|.{0,3}error|.{0,3}invalid|i don'?t|wrong)"
    r"|error \w*\d\w*|no (?:hot water|heating|signal|power|water|internet|instructions|manual|lunch|light|sound"
    r"|picture|reply|answer|trace|sign|\w+ option|one (?:came|called|answered|showed)))\b",
    re.IGNORECASE,
)
_AFTERMATH = re.compile(
    r"\b(?:what now|what happens now|what are my options|what (?:will|can|are) you (?:do|going to do)|what(?:'s"
    r"| is) going on|who is going to|sort (?:it|this|that|him|them) out"
    r"|do something|put (?:it|this) right|clear this|make (?:it|this) right|how (?:could|can) this happen|is anyone"
    r"|please help|pls help|help!|seriously\?|what can you do|look into)\b",
    re.IGNORECASE,
)
_REDRESS = ("refund", "replacement", "repair", "compensation")

_CHASING = re.compile(
    r"\b(?:(?:second|third|fourth|fifth|2nd|3rd|4th|5th|umpteenth) (?:time|e-?mail|message|call|attempt|letter"
    r"|request|visit|complaint|one)"
    r"|still (?:no|not|nothing|waiting|have ?n[o']t|has ?n[o']t|haven'?t|hasn'?t|isn'?t|doesn'?t|didn'?t|wrong|broken)"
    r"|(?:nobody|no one|no-one|none of you)(?: has| have| ever| even| at \w+)* (?:\w+(?:s|ed)|came|been|told|rang|got"
    r"|will)"
    r"|(?:was|were) (?:supposed|meant|due|promised|told) (?:to|by|on|it|that|they|there|two|three|\w+ (?:would|days"
    r"|weeks))"
    r"|(?:(?:you|they|he|she|colleague|agent) (?:\w+ )?|was |were |been )promised|keeps? (?:on )?\w+ing"
    r"|i(?: have|'ve)? (?:asked|called|written|wrote|emailed|phoned|rung|told|complained|reported"
    r"|left)(?: \w+){0,6} (?:\w+ times|twice|already|voicemails)"
    r"|(?:been trying|tried) (?:\w+ ){0,6}(?:for \w+ (?:days|weeks|months)|\w+ times)|heard (?:nothing|no more)"
    r"|no longer works?"
    r"|(?:came|come|arrived?|turned up|showed up|delivered|got here) (?:only |just )?(?:(?:a|an|one|two|three|four|five|six"
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
_OWN_SLIP = re.compile(
    r"\b(?:by (?:mistake|accident)|accidentally|my (?:own )?(?:fault|mistake|bad)|silly me|stupid of me"
    r"|i'?m (?:such )?an? idiot"
    r"|(?:i|we|husband|wife|son|daughter) (?:\w+ )?(?:forgot|misread|mistyped|dropped|spilt|spilled|threw|misplaced"
    r"|mixed)"
    r"|i (?:think )?(?:i )?(?:\w+ )?(?:typed|entered|gave|booked|bought|picked|chose|ordered|clicked"
    r"|put)(?: \w+){0,4} wrong)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\b(?:why|how come|how (?:could|can|did) (?:this|it|that|such|you)\b|what (?:happened|went wrong|caused"
    r"|is the reason|was the reason)"
    r"|explain (?:why|how|what)|how is (?:this|it|that) possible|the reason (?:for|why))",
    re.IGNORECASE,
)
_NO_WHY = re.compile(
    r"\b(?:that(?:'s| is) why|why (?:not|don't you)|no idea why|which is why|and why i)\b", re.IGNORECASE
)
_LEAVE = re.compile(
    r"\b(?:cancel\w*|end|terminat\w+|clos(?:e|ing)|quit)\s+(?:\w+\s+){0,2}?(?:membership|subscription|account"
    r"|contract|policy|plan|service|broadband|line)\b"
    r"|\basked to end it\b|\b(?:decided to leave|going elsewhere|business elsewhere|custom elsewhere|switching (?:to"
    r"|provider)|leaving you)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:well done|(?:great|good|lovely|excellent|amazing) (?:job|work|service|experience)|keep it up|lov(?:e"
    r"|ed) (?:the|your|it|this)|fantastic|brilliant|wonderful|"
    r"amazing|excellent|superb|delighted|(?:very |so |really )impressed|so much better|made (?:my|our) (?:day|week"
    r"|evening)|(?:big|huge|many) thank\w*"
    r"|thank(?:s| you) (?:so much|for (?:the|your|being) (?:great|lovely|quick|fast|excellent|kind|wonderful"
    r"|fantastic|brilliant|amazing|\w+ help))|just wanted to say"
    r"|compliments?|kudos|hats off|shout[- ]?out|five stars|couldn'?t be happier|so (?:kind|helpful|happy|pleased)"
    r"|(?:great|outstanding|awesome|lovely|nice|smooth|perfect|best|friendly|courteous|wonderful"
    r"|super|incredible) (?:\w+ )?"
    r"(?:flights?|trip|crews?|staff|team|people|agents?|product|shop|store|support|help|care|stay|meal|food|driver"
    r"|person|app)"
    r"|(?:is|are|was|were|been) (?:so |very |really |just |all )?(?:great|outstanding|awesome"
    r"|perfect|lovely|wonderful|fabulous|spot on)"
    r"|awesome|works? (?:perfectly|great|well|like a charm)|all (?:sorted|good|fixed)|sorted (?:it|now)"
    r"|grateful|congrat\w*|wonderfully"
    r"|thank(?:s| you) [^.?!]{0,40}for (?:always|a|another|getting|helping|sorting|fixing|taking|making|looking"
    r"|going|such|all))\b",
    re.IGNORECASE,
)
_JOY = re.compile(
    r"[😀-😄😁😊🙂😍🥰😎🤗😇❤♥💕💖💙💛💜💯👍👏🙌👌🎉🥳🤘✈]|[:;]-?[)D]|<3|\bthank(?:s| you| u)(?: \w+){0,4} ?!+"
    r"|\b(?:(?:much|mad|lots of|all the|huge) love|props|woo+ ?hoo+|yay|so much fun|(?:was|were|is|are) (?:such )?a pleasure"
    r"|credit (?:where|to)|good (?:move|call)|way to go|genius|painless|very prompt|quick,? thanks|spoil(?:ed|t) us"
    r"|(?:great|best|smoothest|nicest|sweetest|friendliest|most pleasant|most helpful)[.,]? (?:\w+[.,]? ){0,2}(?:ever"
    r"|flight|plane"
    r"|landing|crew|service|agent|person|staff|team|experience|trip|attendants?)"
    r"|you (?:all |guys )?(?:rock|rule|are the (?:best|sweetest|greatest))|(?:are|is|you're) the (?:best|sweetest)"
    r"|love(?:s|d)? (?:you|ya|these|flying|that (?:i|you|we)|it when)|(?:only|always) (?:fly|shop|buy|stay|book|use))\b",
    re.IGNORECASE,
)
"""Signs of joy that say little by themselves: two of them, or one where no trouble is told, are praise."""
_SOUR = re.compile(
    r"[😡😠🤬😤😞😔😕🙄😩😫😒😢😭😖😣☹👎🤦💩🖕]|#\w*(?:fail|disappoint|worst|never|suck|poor|bad|wtf|lost)\w*"
    r"|\b(?:worst|never (?:again|fly|buy|use|order)|sucks?|wtf|no thanks)\b",
    re.IGNORECASE,
)
"""Signs of anger, which make a joke of any praise beside them."""
_TROUBLED = re.compile(
    r"\b(?:not?|never|cannot|\w+n't|without|nothing|nobody|fail\w*|poor|bad|worse|stuck|stranded|lost|losing|useless|rude"
    r"|delay\w*|late|cancell?ed|broken?|miss\w*|wrong|still|problems?|issues?|trouble|errors?|mistakes?|mess|stolen|refus\w+"
    r"|denied|wast\w*|charged|waiting|waited|unhelpful|less than)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:please|pls|plz|(?:can|could|would|will) you|i(?:'d| would) like|i (?:want|need)|we (?:want|need))\b",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"[!?]{2,}|\b(?:NOT|[A-Z]{4,})(?: [A-Z]{2,})+\b")

REMEDIES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "refund": r"\b(?:re-?fund\w*|reimburs\w+|money(?: \w+){0,2} back|(?:fees?|payment|deposit|price"
        r"|[£€$]? ?\d[\d.,]*(?: ?\w{2,5})?|fare|difference|overdraft \w+) (?:paid )?(?:back|returned)"
        r"|(?:give|pay|send|get|want|have)(?: \w+){0,6} back|repay\w*|credit(?:ed)? back|revers\w+ (?:it|the|this"
        r"|that)|pls reverse)\b",
        "replacement": r"\b(?:replac\w+|exchang\w+|swap\w*|re-?sen[dt]\w*|(?:a )?new (?:one|\w+)(?: please| pls)"
        r"|send (?:me )?(?:another|a new|the (?:right|correct|missing)))\b",
        "repair": r"\b(?:repair\w*|fix\w*|mend\w*|sort (?:it|this|that) out|sort this|technician|engineer"
        r"|mechanic|plumber)\b",
        "cancel": r"\b(?:cancel\w*|terminat\w+|unsubscribe\w*|end my|close my|end it|take me off|remove me"
        r"|stop (?:it|this"
        r"|sending))\b",
        "callback": r"\b(?:call(?:ed)? (?:me|us|back)|call-?back|ring me|phone me|speak to|talk to)\b",
        "invoice": r"\b(?:invoices?|receipts?|quote|quotation|estimate)\b",
        "compensation": r"\b(?:compensat\w+|goodwill|discount|knock something off|voucher|something back|paid for)\b",
        "delivery": r"\b(?:deliver\w*|dispatch\w*|ship(?:ped|ping)?|send (?:me |us )?(?:the|my|it|them|one))\b",
        "correction": r"\b(?:correct\w*|chang\w+|updat\w+|amend\w*|remov\w+|delet\w+|move|rebook\w*|re-?issue\w*)\b",
    }.items()
}
"""What customers ask to be done, and how they name it."""


def situation(message: Parsed | None) -> Situation:
    """What a customer's message is about; nothing for no message, an empty one, or one that is not in English."""
    if message is None or not message.sentences or not is_english(message):
        return Situation()
    sentences = [s for s in message.sentences if s.zone.value != "signature"]
    text = " ".join(s.text for s in sentences).replace("’", "'")
    own_slip = bool(_OWN_SLIP.search(text))
    upset = any(_feels(sentence) for sentence in sentences)
    sour = bool(_SOUR.search(text))
    joy = 0 if sour else 2 * len(_PRAISE.findall(text)) + len(_JOY.findall(text))
    wishes = [s for s in sentences if not _tells(s)]
    remedies = frozenset(name for name, pattern in REMEDIES.items() if any(pattern.search(s.text) for s in wishes))
    score = sum(max(_cues(sentence)) for sentence in sentences) + 0.5 * upset
    if any(_reports(sentence) for sentence in sentences):  # something happened, and it is to be put right
        score += (
            0.5 * bool(remedies.intersection(_REDRESS))
            + 0.5 * bool(_AFTERMATH.search(text))
            + 0.5 * bool(_SHOUT.search(text))
        )
    likely = complaint_likelihood(message)
    told = score >= (2.0 if own_slip else 1.0) and likely >= UNLIKELY
    likely_harm = likely >= (LIKELY if score else VERY_LIKELY) and bool(score or sour or _TROUBLED.search(text))
    harm = (told or likely_harm) and not (score < 1 and joy) and not (score < 1.5 and joy > 1)
    requests = any(ask.kind == "request" for ask in asks(message))
    questions = "?" in text or any(c.mood == "question" for s in sentences for c in s.clauses)
    kind: Kind = (
        "complaint" if harm or (upset and not joy)
        else "praise" if joy and not questions and not _WISHES.search(text)
        else "request" if requests
        else "enquiry"
    )  # fmt: skip
    return Situation(
        kind=kind,
        harm=harm,
        upset=upset or (harm and bool(_SHOUT.search(text))),
        asks_why=bool(_WHY.search(_NO_WHY.sub("", text))),
        leaving=bool(_LEAVE.search(text)),
        remedies=remedies,
    )


def _reports(sentence: Sentence) -> bool:
    """The sentence tells what somebody other than the customer did, or what something is like."""
    return any(
        clause.mood == "statement" and clause.tense in {"past", "present"} and not clause.modal
        and clause.parent is None and (clause.subject != "us" or clause.subject_owner or clause.voice == "passive"
                                       or clause.lemma in {"get", "receive", "find"})
        for clause in sentence.clauses
    )  # fmt: skip


def _tells(sentence: Sentence) -> bool:
    """A sentence that only tells what happened wishes nothing."""
    moods = {c.mood for c in sentence.clauses}
    wish = re.search(
        r"\b(?:want|like|need|please|pls|plz|could|would|can|expect|demand|prefer|asked|hope)\b",
        sentence.text,
        re.IGNORECASE,
    )
    return moods <= {"statement", "condition", "counterfactual"} and not wish


def _feels(sentence: Sentence) -> bool:
    """The sentence says how the customer feels about it: "furious", "a joke", "not good enough"."""
    words = {t.lemma_.lower() for t in sentence.span} | {t.lower_ for t in sentence.span}
    if not words & _FEELING:
        return bool(
            re.search(
                r"\b(?:not good enough|good grief|can'?t be serious|beyond a joke|fed up|sick of|losing patience)\b",
                sentence.text,
                re.IGNORECASE,
            )
        )
    return not re.search(
        r"\b(?:not|n't|never) (?:\w+ )?(?:angry|annoyed|upset|disappointed)", sentence.text, re.IGNORECASE
    )


def _cues(sentence: Sentence) -> Iterator[float]:
    """How strongly each part of a sentence reports harm: 1 is enough, 0.5 needs another."""
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


def _failing(clause: Clause, verb: str, weight: float) -> float:
    """Something that should have happened did not."""
    first = verb.partition("-")[0]
    if clause.complement in _WELL and clause.subject != "us":
        return weight
    if first not in _SHOULD:
        return 0.0
    if clause.subject == "us":  # "I never got it", "we cannot log in", but not "I don't use it"
        return weight if first in {"receive", "hear"} or (first == "get" and clause.tense == "past") else 0.0
    if clause.subject in {"third", "nobody"}:
        return (
            weight
            if first not in {"know", "let", "allow", "contain", "include", "go"} or clause.modal == "will"
            else weight / 2
        )
    return weight if clause.tense == "past" or clause.modal in {"will", "can"} or clause.mood == "statement" else 0.0


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
        if lemma not in _TROUBLE or lemma in {"late", "cold"}:
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


# ---------------------------------------------------------------- what was learned

FILE = "harm.json"
FORMAT = 1
"""Version of the file and of the features; it rises when either changes."""
LIKELY, VERY_LIKELY, UNLIKELY = 0.75, 0.95, 0.2
"""From the first likelihood on a message with a weak cue complains, from the second even one without; below the third
none.

What was learned from messages to shops and offices takes too many plain statements for complaints, hence the second.
"""


def features(message: Parsed) -> list[str]:
    """The words, word pairs and clauses of a message, each once."""
    found: list[str] = []
    for sentence in message.sentences:
        words = ["^", *("0" if t.like_num else t.norm_.lower() for t in sentence.span if not t.is_space), "$"]
        found += [f"w {word}" for word in words[1:-1]]
        found += [f"b {one} {other}" for one, other in pairwise(words)]
        found += [f"l {t.lemma_.lower()}" for t in sentence.span if t.is_alpha]
        found += [feature for clause in sentence.clauses for feature in _clause_features(clause)]
    return list(dict.fromkeys(found))


def _clause_features(clause: Clause) -> list[str]:
    """Who does what, and how it is said."""
    who = clause.subject or "-"
    how = [v for v in (clause.polarity, clause.modal, clause.tense, clause.mood, clause.voice) if v]
    return [
        f"c {who} {clause.lemma} {clause.polarity}",
        f"c {who} {' '.join(how)}",
        *(f"c {who}: {value}" for value in how),
        *(f"c {clause.lemma} ({value})" for value in how),
        *([f"c be {clause.complement} {clause.polarity}"] if clause.complement else []),
        *([f"c {clause.subject_owner}'s {clause.subject_word}"] if clause.subject_owner else []),
        *([f"c {clause.lemma} > {clause.object_word}"] if clause.object_word else []),
    ]


@cache
def _learned() -> tuple[float, Mapping[str, float]]:
    data = json.loads(resources.files("highnote").joinpath(FILE).read_text(encoding="utf-8"))
    return float(data["bias"]), data["weights"]


def complaint_likelihood(message: Parsed) -> float:
    """How likely a message complains, 0 to 1, by what was learned from labelled ones."""
    bias, weights = _learned()
    known = [weights[f] for f in features(message) if f in weights]
    return 1 / (1 + math.exp(-bias - sum(known) / math.sqrt(len(known) or 1)))


# ---------------------------------------------------------------- language

_ENGLISH = _set(
    """
    the and you i to of is it that this for was with have has not my your are we be on at but what can please
    from when would will do did am been had me they there so if as by an or no yes how why where who which
    """
)
_FOREIGN: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das und ich nicht ist ein eine einen mit sie wir ihr ihre auf für von zu bitte habe haben wird",
        "fr": "le la les et je ne pas est un une des du avec vous nous votre mon ma pour dans que qui sur merci",
        "es": "el la los las y yo es una con usted por para que de mi su pero muy hola gracias está no en lo ha",
        "it": "il lo gli e non è una con per che di mio sono ho della grazie buongiorno questo ma nel alla",
        "nl": "de het een en ik niet van met voor mijn uw dat zijn heb wij maar ook aan bij graag dank",
        "pt": "os uma não com para que por meu minha você está obrigado mas do da em foi são",
        "sv": "och att jag det är inte en ett på med för min har som ni tack men vi",
        "da": "og jeg det er ikke en et på med for min har som vi tak men til",
        "pl": "nie się jest na do to i w z proszę mój dziękuję ale czy mam jak",
        "fi": "ja on ei en että se mutta minun kiitos olen tämä ole",
        "tr": "ve bir bu için değil ben ile çok ama teşekkürler lütfen benim",
        "cs": "a je se na že to ale prosím můj děkuji není jsem v s",
        "hu": "és a az nem egy hogy van kérem köszönöm de meg",
        "ro": "și nu este un o cu pentru că mulțumesc dar mea meu la",
    }.items()
}
"""Function words that tell a language in a sentence or two; those that are English too do not count."""


# What follows an apostrophe is left out: the “s” of “it's” is a word in Czech.
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+")


def is_english(message: Parsed) -> bool:
    """Whether a message is in English, by its function words; a message of a few words counts as English."""
    words = [w.lower() for s in message.sentences for w in _WORD.findall(s.text)]
    if sum(not w.isascii() for w in words) > len(words) / 2 and len(words) > 2:
        return False
    english = sum(w in _ENGLISH for w in words)
    foreign = max(sum(w in known and w not in _ENGLISH for w in words) for known in _FOREIGN.values())
    return foreign < 2 or english > foreign
