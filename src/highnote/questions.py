"""Which asks of the customer a reply leaves unanswered.

Each ask is held against the pieces of the reply: do they share a topic, does a piece bring the kind of thing that was
asked for (a day, an amount, a yes or no, something done), and is there a piece left for it once the other asks have
taken theirs? The weights of these signs were learned from labelled replies; see `docs/` for the figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from highnote.asks import Ask, asks
from highnote.reply import Reply, once
from highnote.semantic import SemanticError, Similarity, similarity
from highnote.sentences import split
from highnote.situation import is_english

if TYPE_CHECKING:
    from highnote.language import Parsed, Sentence
    from highnote.tokens import Token

State = Literal["answered", "unclear", "unanswered"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that stand for the same thing in support mail; a word may belong to several.
CLASSES: tuple[frozenset[str], ...] = tuple(
    _set(line)
    for line in """
    refund reimburse reimbursement repay money return credit back repayment pay euro pound dollar account card
    cost price fee charge rate pay euro pound dollar eur gbp usd chf cent free amount tariff expensive cheap owe
    price cost total quote estimate
    discount reduction rate cheap cheaper voucher code percent concession reduced deal offer saving
    deliver delivery arrive arrival ship shipping shipment dispatch send post courier van
    deliver truck carrier depot parcel package tracking reach
    deliver arrive crew doorstep mail come transit parcel
    cancel cancellation end terminate close stop unsubscribe quit delete finish remove cease leave
    mailing list newsletter subscribe subscription unsubscribe subscriber
    replace replacement exchange swap change new another resend substitute spare
    repair fix mend service technician engineer mechanic workshop restore solve sort overhaul
    switch move alter amend update correct edit modify transfer rename rebook change postpone reschedule shift bring
    open opening close hour till until shut hours
    appointment slot visit booking reservation inspection reserve book table
    invoice bill receipt statement billing document paper
    login password account profile sign log access lock unlock reset credential
    member membership subscription plan subscriber join
    room bed suite hotel apartment double single twin crib cot
    child kid son daughter pupil baby teenager toddler infant junior young age
    pet dog cat hedgehog animal puppy labrador muzzle
    food meal breakfast lunch dinner menu eat dish buffet snack catering cater soup bread
    vegetarian vegan meat plant-based dairy halal kosher
    drink wine beer coffee tea water beverage
    park parking garage space lot
    car vehicle van drive driving licence driver
    bus coach train shuttle tram transfer transport
    lift elevator stair floor upstairs step storey ground
    warranty guarantee cover coverage covered insure insurance policy insurer
    size dimension measure measurement cm mm metre wide long high length width height inch big small large fit medium
    capacity wh mah volume litre liter power storage gb memory
    weight kg gram heavy weigh light
    allow permit possible accept welcome fine ok forbidden ban
    include inclusive provide supply included provided
    exam test certificate assessment quiz final pass diploma
    recognise recognition accredit accredited official chamber approved certified iata
    vaccination vaccine shot jab booster immunisation
    pause hold freeze suspend break interrupt resume
    phone call ring telephone number mobile callback speak talk line
    email e-mail address inbox mail
    address street road postcode
    website site page link portal online web url
    photo picture screenshot image camera
    stock available availability left sold gone shelf discontinue discontinued make produce production still
    staff colleague team person people employee guide crew manager boss representative
    receive get arrive reach land come account in
    pool swim swimming heated lake sauna spa
    degree temperature warm heat heated heating cold hot
    towel linen sheet bedding blanket
    fridge minibar refrigerator freezer cool
    kitchen cook oven stove hob kettle
    check-in arrive arrival check in early noon key late
    check-out checkout leave departure depart late luggage
    safe safety danger dangerous harm toxic
    ticket seat fare pass booking admission entry entrance
    platform station rail train carriage compartment berth sleeper cabin
    deposit advance prepayment down instalment
    instalment installment payment split part third half monthly quarter
    nut allergy allergen gluten contain lactose trace wheat peanut coeliac celiac ingredient free
    location branch shop store counter office desk premises
    colour color red blue green white black navy grey gray brown shade
    second two both another extra additional third
    ill sick flu illness cold health doctor
    internet network connection signal broadband wifi wi-fi wireless router online
    key lock locker barrel
    version update release app upgrade
    export import csv pdf download file format spreadsheet excel
    meter reading electricity gas energy kwh consumption
    contract agreement lease tenancy rent term notice
    doctor medicine tablet dose prescription drug pharmacy
    happen cause reason mistake error fault slip mix-up wrong
    compensation compensate amends goodwill apology
    lesson course class lecture training tutor instructor teacher workshop
    luggage bag suitcase baggage case hand cabin
    battery charger charge cell power
    wheelchair ramp disabled accessible access step-free mobility
    bring take carry along fetch
    collect pick pickup collection fetch self-collect
    return send back bring label
    person alone partner spouse wife husband couple accompany companion guest friend
    document paper id passport proof identity payslip certificate form copy
    sign signature signing
    mortgage loan interest credit lender
    open account bank transfer iban payment standing
    wash washing laundry machine dry dryer clean cleaning dishwasher
    wall mount screw drill bracket
    assemble assembly install installation fit set setup instruction manual
    battery hour last life charge
    screen display monitor panel pixel
    print printer ink cartridge toner
    light lamp bulb led
    noise loud quiet noisy sound volume
    smell odour odor scent
    rain weather outdoor indoor umbrella wet dry
    holiday vacation trip travel tour journey excursion cruise
    flight fly plane airline airport boarding
    abroad foreign country roaming eu spain europe international
    tax vat duty customs import duties
    gift present wrap card message birthday
    voucher code coupon promo redeem valid expire expiry validity
    expire expiry valid validity end last deadline
    loyalty point miles status bonus
    minimum maximum limit cap up most least
    group party people guest pupil person
    student school university pupil education
    senior pensioner retired elderly age
    wedding ceremony bride reception celebration
    photographer photo shoot camera
    concert show gig performance theatre play
    garden plant tree flower seed
    window door glass roof frame
    roof leak drip water damp
    boiler heating radiator heat hot
    carpet rug floor tile
    sofa chair table furniture desk bookcase cot bed
    mattress topper bed sleep firm soft
    shoe boot trainer sole
    dress shirt coat jacket trouser garment clothes sleeve
    zip button seam stitch thread sew
    fabric leather wool cotton material made polyester silk
    eco recycle recycled environment sustainable
    bike bicycle e-bike scooter helmet
    tyre wheel brake chain
    violin instrument guitar piano string bridge
    haircut hair cut colour stylist salon
    dentist tooth dental
    glasses lens optician vision
    gym fitness trainer workout
    swim course lesson pool
    library loan borrow book reading
    book author edition title copy
    magazine issue print paper edition
    newspaper article
    vote election register
    permit licence license application apply
    claim insurance form damage
    police report theft stolen
    data gdpr privacy delete personal information
    security secure encrypt two-factor password
    server host hosting domain
    api key endpoint call request
    licence seat user plan team
    merge combine duplicate join undo restore split
    undo restore revert recover back history
    share access permission admin allow role right
    admin administrator owner permission role
    notification alert message push
    caffeine sugar calorie kcal mg nutrition
    explain mean meaning stand definition
    difference differ compare versus whereas both
    soon date day month week when
    family compartment child kid
    number keep port digit
    hold queue wait waiting
    month year annual annually monthly yearly
    recording record replay slide webinar
    remote control button
    menu setting option settings
    voice speech audio guide speak narrator
    roof window skylight
    tent camping pitch caravan campsite
    bicycle rack transport take
    towel beach sunbed
    smoke smoking balcony
    quiet noise neighbour
    view sea balcony terrace
    crib cot baby bed highchair
    transfer shuttle pickup airport taxi
    late early delay time
    urgent quickly fast express priority
    evening morning afternoon night weekend saturday sunday
    spare part component replacement piece
    trial test try sample demo
    sample swatch try test
    quality grade standard
    used second-hand refurbished new
    original genuine authentic fake
    compatible work fit support suit
    max load hold carry weight bear
    age old minimum young
    language english french german spanish italian translate
    receipt proof purchase
    insurance liability cover
    """.strip().splitlines()
)
_DULL = _set("""
    be have do can could will would shall should may might must i you we he she it they me us my your our his her their
    this that these those the a an and or but if so not no yes of in on at to for from with by about as into than then
    there here what when where who which why how whom whose whether any some all just also still please thank thanks hi
    hello dear get give let know tell ask want need like make go say see think would question wonder much many long
    more very really too only own one thing way something anything everything soon already yet ever again now today
    re us pls thx regards ok okay well got am pm us someone anyone mr mrs ms order number
    'd 's 'll 've 'm 're n't s t d ll ve m re
    """)
_NUMBER_WORDS = r"(?:\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|a|an|few|couple)"
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|today|yesterday|this (?:morning|afternoon|evening"
    r"|week|month)|next (?:week|month|year|\w+day)|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\b"
    r"|noon|midnight|weekend|christmas|easter|spring|summer|autumn|winter"
)
_CUES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "day": (
            rf"\b(?:{_DAY})\b|\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}}(?:[:.]\d\d)? ?(?:am|pm|o'clock|uhr)\b|\b(?:at"
            rf"|by|from|till|until|before|after|between|around) \d{{1,2}}\b|\b20\d\d\b|\bopen\b|\b\d+ (?:minutes"
            rf"|hours|days|weeks) ago\b"
        ),
        "span": (
            rf"\b{_NUMBER_WORDS}(?: (?:to|or|and|-|–) {_NUMBER_WORDS})?(?: (?:more|working|business|full|short|clear"
            rf"|calendar))? ?-?(?:second|minute|min|hour|day|week|fortnight|month|year|night)s?\b|\bovernight\b"
            rf"|\bwithin\b|\bstraight ?away\b|\bat once\b|\bimmediately\b"
        ),
        "money": (
            r"[£$€]\s?\d|\b\d[\d.,]*\s?(?:€|£|\$|%|euros?|eur|pounds?|gbp|dollars?|usd|chf|francs?|kr|percent"
            r"|per cent|pence|cents?|p)\b|\b(?:free|no (?:extra )?(?:charge|cost|fee)|nothing|on the house|on us"
            r"|half price|at cost)\b"
        ),
        "number": r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven"
        r"|twelve|dozen|hundred|half|none|both|unlimited)\b",
        "place": (
            r"\b(?:at|in|on|under|behind|next to|beside|opposite|outside|to|near|inside|from|via|into) (?:the |our "
            r"|your |a )?[A-Za-z]\w+|https?://|www\.|\.(?:example|com|org|net)\b|\b(?:settings|menu|page|desk"
            r"|counter|street|road|floor|gate|depot)\b"
        ),
        "person": (
            r"\b(?:i|we|my|our|colleague|manager|team|staff|driver|engineer|technician|yourself|anyone|anybody"
            r"|everyone|nobody|only|admins?|you|they|mr|ms|mrs|dr)\b"
        ),
        "yes": (
            r"^(?:and |but |so )?(?:[\w ,]{0,24}\b)?(?:yes|yep|yeah|yup|certainly|absolutely|of course|sure|gladly"
            r"|with pleasure|by all means|no problem|definitely|indeed|exactly|correct|happily|all set|done)\b"
            r"|\b(?:yes|of course|certainly|no problem|as you wish|works? (?:fine|well)|you(?:'re| are) (?:right"
            r"|welcome to)|you (?:can|may|could)|we (?:can|do|have|will|offer|allow|accept|take)\b|there (?:is|are"
            r"|'s)|is (?:possible|allowed|included|fine|covered|ready|yours|on)|are (?:possible|allowed|included"
            r"|welcome))\b|^(?:it|they|that|he|she|i) (?:is|was|does|do|did|are|were|certainly|has|have|had|can"
            r"|will)\b"
        ),
        "no": (
            r"^(?:no|nope|not|sadly|unfortunately|i'm afraid|alas|neither|none)\b|\b(?:unfortunately|afraid|sadly"
            r"|neither|not yet|isn't|aren't|can't|cannot|don't|doesn't|won't|wasn't|never|no longer|not possible"
            r"|without|nobody|none|nor|only|yet|rather not|instead)\b"
        ),
        "because": (
            r"\b(?:because|since|due to|caused?|reason|owing to|turned out|it was|that was|explains|behind"
            r"|which is why|that's why|came from|by mistake|mistake|mix-up|slip|happened|(?:we|i) (?:had|did|sent"
            r"|took|used|forgot|put|missed|mixed|made|changed|installed|switched|moved|stopped)|a fault|as (?:the"
            r"|your|our|we|it)|failed|broke)\b"
        ),
        "steps": (
            r"\b(?:click|press|tap|open|select|choose|go to|hold|keep|enter|type|tick|turn|switch|set|pull|push|put"
            r"|use|send|drop|bring|print|reply|sign|log|scan|remove|insert|scroll|drag|hit|add|follow|under|settings"
            r"|call|ring|write|fill|upload|download|simply|first|then|by \w+ing|you (?:can|could|need|only|just)"
            r"|just)\b"
        ),
        "choice": (
            r"\b(?:or|either|both|whichever|the \w+ one|neither|rather|instead|you(?:'ll| will)? want|take the"
            r"|go for|recommend|suggest)\b"
        ),
        "done": (
            r"\b(?:i|we)(?:'ve| have|'ll| will|'m| am|'re| are|'d be| just| already| now)* (?:\w+ly )?(?!hope|wish"
            r"|understand|look|value|appreciate|thank|apologi[sz]e|regret|know|see|like|love|would|could|can\b"
            r"|cannot|try|strive|take|believe|offer|recommend)\w+|\b(?:is|are|was|were|been|be|has been|have been"
            r"|will be|being)(?: \w+)? (?:\w+ed|sent|paid|put|made|done|gone|given|taken|set|on (?:its|the) way|back"
            r"|yours|in (?:the )?(?:post|mail)|off|out)\b|\b(?:attached|here (?:is|it|are|you)|enclosed|on its way"
            r"|on your \w+|goes? (?:back|to|out|on|off)|comes? (?:to|on|at)|you'll (?:get|have|see|find|receive)"
            r"|you will (?:get|have|see|find|receive)|yours)\b"
        ),
        "later": r"\b(?:(?:i|we)(?:'ll| will|'m going to| am going to|'m| am)(?: \w+){0,4} (?:let you know|get back"
        r"|come back|tell you"
        r"|write (?:to you|again|back|you)|call you|ring you|answer|reply|update you|ask|find out|check(?:ing)?"
        r"|confirm|report|have (?:an answer|news|heard)|email you|know more"
        r"|be in touch|send you)|(?:i|we) (?:don't|do not) know|i(?:'ve| have) asked|waiting (?:for|to hear))\b",
    }.items()
}
_WANTS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "when": (("day", 1.0), ("span", 0.9), ("no", 0.4)),
    "how long": (("span", 1.0), ("day", 0.8), ("number", 0.4)),
    "how much": (("money", 1.0), ("number", 0.7), ("no", 0.3)),
    "where": (("place", 0.7), ("no", 0.3)),
    "who": (("person", 0.7),),
    "which": (("choice", 0.7), ("number", 0.5), ("place", 0.4)),
    "why": (("because", 0.9),),
    "how": (("steps", 0.8), ("done", 0.5), ("place", 0.2)),
    "what": (("number", 0.4), ("steps", 0.5), ("done", 0.6), ("choice", 0.4), ("place", 0.3)),
    "yes/no": (("yes", 1.0), ("no", 0.9), ("done", 0.5), ("number", 0.2)),
    "do": (("done", 1.0), ("no", 0.6), ("yes", 0.7), ("later", 0.4)),
}
_EMPTY_TALK = re.compile(
    r"^(?:thank|thanks|many thanks|cheers|(?:best|kind|warm) (?:regards|wishes)|have a|enjoy|welcome|we (?:hope"
    r"|look forward|value|appreciate|would be delighted)|i hope|please (?:do not|don't) hesitate|"
    r"(?:if|should) (?:you|there)(?: \w+)* (?:any|further|else|more)|let (?:us|me) know if|we(?: fully| completely"
    r"|'re)? (?:understand|sorry)|(?:i'm|we're|i am|we are) (?:so |very |really )?sorry|our \w+ (?:is|are) (?:one"
    r"|important|proud|trained|important)|"
    r"congratulations|your \w+ (?:is|are) (?:important|very important)|did you know|great|good luck|see you"
    r"|looking forward|what a|love)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Covered:
    """An ask of the customer (a span in the message with the index `message`) and the sentence that answers it.

    `doubt` is how likely it stays unanswered, 0 to 1.
    """

    start: int
    end: int
    state: State
    sentence: Sentence | None = None
    ask: Ask | None = None
    message: int = 0
    doubt: float = 0.0


# ---------------------------------------------------------------- topics


@cache
def stem(word: str) -> str:
    """The part of a base form that its relatives share: "deliver" for "delivery", "cancel" for "cancellation"."""
    for ending in (
        "isation",
        "ization",
        "ational",
        "ation",
        "ition",
        "ement",
        "ment",
        "ness",
        "ible",
        "able",
        "ance",
        "ence",
        "ity",
        "ing",
        "ion",
        "ive",
        "ery",
        "ed",
        "er",
        "or",
        "al",
        "ly",
        "y",
        "e",
        "s",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "s" else word


@cache
def _classes() -> Mapping[str, frozenset[int]]:
    known: dict[str, set[int]] = {}
    for number, words in enumerate(CLASSES):
        for word in words:
            known.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in known.items()}


def _keys(tokens: Iterable[Token]) -> dict[str, float]:
    """The stems that carry the topic, with their weight: names and numbers most."""
    keys: dict[str, float] = {}
    for token in tokens:
        lemma = token.lemma_.lower()
        if (
            token.is_punct
            or token.is_space
            or lemma in _DULL
            or token.lower_ in _DULL
            or token.pos_ in {"PRON", "DET", "AUX", "CCONJ", "SCONJ", "PART"}
        ):
            continue
        if token.pos_ == "ADP" and lemma not in {"without", "before", "after"}:
            continue
        weight = 1.0 if token.pos_ in {"NOUN", "PROPN", "NUM"} else 0.8 if token.pos_ in {"VERB", "ADJ"} else 0.4
        keys[stem(lemma)] = max(weight, keys.get(stem(lemma), 0.0))
    return keys


def topic_words(sentence: Sentence) -> frozenset[str]:
    """The stems of a sentence that name things, troubles and doings; numbers and codes are none."""
    return frozenset(
        stem
        for token in sentence.span
        if token.is_alpha and token.pos_ != "ADV"
        for stem in _keys([token])
        if len(stem) > 2
    )


def alike(one: str, other: str) -> float:
    """How far two stems mean the same, 0 to 1."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4:
        return 0.9
    if len(short) >= 6 and short[:5] == long[:5]:
        return 0.7
    classes = _classes()
    return 0.6 if classes.get(one, frozenset()) & classes.get(other, frozenset()) else 0.0


def _overlap(topic: Mapping[str, float], piece: Iterable[str]) -> float:
    """The share of a topic that a piece of the reply takes up, 0 to 1."""
    piece = list(piece)
    total = sum(topic.values())
    if not total or not piece:
        return 0.0
    return sum(weight * max(alike(key, other) for other in piece) for key, weight in topic.items()) / total


# ---------------------------------------------------------------- pieces of the reply


@dataclass(frozen=True, slots=True)
class Piece:
    """A main clause of the reply with what is subordinate to it."""

    sentence: Sentence
    start: int
    end: int
    text: str
    keys: Mapping[str, float]
    cues: frozenset[str]
    new: bool
    """It brings a number, a name or a word of substance that the customer did not write."""


def pieces(reply: Iterable[Sentence], said: frozenset[str]) -> list[Piece]:
    """The pieces of a reply that could answer something; `said` holds the stems of the customer's message."""
    found = []
    for sentence in reply:
        for start, end in _parts(sentence):
            span = sentence.span.doc[start:end]
            text = span.text.replace("’", "'")
            if not re.search(r"\w", text) or (
                sentence.text.rstrip().endswith("?")
                and not re.search(r"\b(?:prefer|rather|which)\b", text, re.IGNORECASE)
            ):
                continue
            keys = _keys(span)
            cues = frozenset(name for name, pattern in _CUES.items() if pattern.search(text))
            new = any(key not in said for key in keys) or bool(cues & {"yes", "no"})
            if _EMPTY_TALK.match(text) and not cues & {"money", "span", "day"}:
                continue
            found.append(Piece(sentence, start, end, text, keys, cues, new))
    return found


def _parts(sentence: Sentence) -> list[tuple[int, int]]:
    """Token ranges of the main clauses that are strung together in a sentence."""
    cuts = [sentence.span.start]
    for token in sentence.span:
        if token.i - cuts[-1] < 3 or token.i + 3 >= sentence.span.end:
            continue
        if token.text in {";", ":", "–", "—"} or ((token.text == "," or token.dep_ == "cc") and _clause_follows(token)):
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


# ---------------------------------------------------------------- signs of an answer

PAIR = (
    "focus", "theme", "cue", "polar", "echo", "personal", "refuses", "new", "order", "long", "rival", "focus_cue",
    "focus_polar",     "reach", "own", "similar", "helps", "helps_do", "declines", "hands_on", "asks_back",
)  # fmt: skip
"""What is measured of an ask and a piece of the reply."""
WHOLE = (
    "supply",
    "later",
    "short",
    "request",
    "polar_ask",
    "open_ask",
    "what_now",
    "asks",
    "helped",
    "focus_all",
    "pieces",
    "unhelped",
    "kind_absent",
    "no_polar",
)
"""What is measured of an ask and the reply as a whole."""

_FAMILIES = {
    "be": _set("is are was were am 's 're isn't aren't wasn't"),
    "do": _set("do does did don't doesn't didn't"),
    "can": _set("can could may might can't couldn't cannot"),
    "have": _set("has have had hasn't haven't 've"),
    "will": _set("will would 'll won't wouldn't shall"),
}
_OPENING = re.compile(
    r"^(?:yes|yep|yeah|no|nope|of course|certainly|sure|gladly|absolutely|happily|with pleasure|by all means"
    r"|definitely|unfortunately|sadly|i'm afraid|(?:i'm )?sorry, no|not (?:yet|quite|any)|"
    r"(?:it|that|they|there|we|you|he|she|i|this) (?:certainly |does |still |really |also |now )?(?:is|are|was|were"
    r"|do|does|did|can|could|may|will|has|have|had|isn't|aren't|wasn't|don't|doesn't|didn't|can't|won't|hasn't"
    r"|haven't)(?:n't| not)?(?= |[,.:;!]|$))",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:you|your|yours)\b|\b(?:i|we)(?:'ve|'ll|'m|'re| have| will| am| are)?(?: \w+ly| just"
    r"| already)? (?!hope|value|appreciate|understand|know|love|like|offer|believe|think|take|treat"
    r"|pride)\w+",
    re.IGNORECASE,
)
_OWN_DOING = re.compile(
    r"\b(?:i|we)(?:'ve| have|'ll| will|'m| am|'re| are)?(?: just| already| now| also| \w+ly)* (?!hope|value"
    r"|appreciate|understand|know|love|like|offer|believe|think|take|treat|pride|thank|look|apologi|are\b|is\b"
    r"|have\b|can\b|would\b|could\b|cannot|regret|strive|feel|see\b|was\b|were\b|do\b|need|understood|please)\w+",
    re.IGNORECASE,
)


_SETTLES = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have|'ll| will|'m| am|'re| are| can)\b (?!sorry|afraid|happy to (?:help|hear)|proud"
    r"|glad you|delighted|here)\w+|has been|have been|will be|on its way|attached|enclosed|here (?:is|are|it|you)"
    r"|you'll (?:get|have|receive|see|find)|you (?:can|may|will (?:get|receive|have))|"
    r"(?:is|are) (?:now |already )?(?:yours|done|set|gone|changed|cancelled|closed|refunded|booked|on the"
    r"|in the (?:post|mail)|back)|goes? (?:back|out|to)|comes? (?:on|to|at|back)|not possible|cannot|can't)\b",
    re.IGNORECASE,
)
_COST = re.compile(
    r"(?:how much (?:is|are|does|do|did|will|would|for|to|extra|more)\b(?!.*\b(?:weigh|hold)\b)"
    r"|what (?:do|does|did|will|would|could|is the (?:price|cost|fee|rate))\b.*\b(?:cost|owe|price"
    r"|fee|rate|pay|charge)|.*\b(?:price|cost)\b)",
    re.IGNORECASE,
)


def _cue(ask: Ask, piece: Piece) -> float:
    """How far a piece brings the kind of thing that is asked for, 0 to 1."""
    if ask.type == "how much":
        if _COST.match(ask.text):
            return 1.0 if "money" in piece.cues else 0.2 if "no" in piece.cues else 0.0
        focus, theme = _focus_and_theme(ask)
        told = 0.0 if not piece.cues & {"number", "span"} else 0.5
        return 1.0 if told and _overlap({**focus, **theme}, piece.keys) > 0.2 else told
    return max((weight for cue, weight in _WANTS[ask.type] if cue in piece.cues), default=0.0)


def _focus_and_theme(ask: Ask) -> tuple[dict[str, float], dict[str, float]]:
    """What an ask wants to know, and what it is about: "does *the dog* need **a ticket**"."""
    span = ask.sentence.span.doc[ask.first : ask.last]
    subjects = {
        t.i
        for token in span
        if token.dep_ in {"nsubj", "nsubjpass"} and token.lower_ not in _DULL
        for t in token.subtree
    }
    theme = _keys(t for t in span if t.i in subjects)
    focus = {key: weight for key, weight in _keys(t for t in span if t.i not in subjects).items() if key not in theme}
    return (focus, theme) if focus else (theme, {})


def _topics(found: Sequence[Ask], message: Parsed) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Focus and theme of each ask; one that names little ("Is it planned?") borrows from what comes before it."""
    topics: list[tuple[dict[str, float], dict[str, float]]] = []
    for number, ask in enumerate(found):
        focus, theme = _focus_and_theme(ask)
        if sum(focus.values()) + sum(theme.values()) < 1.5:
            before = [s for s in message.sentences if s.index < ask.sentence.index][-1:]
            borrowed = {k: v * 0.6 for s in before for k, v in _keys(s.span).items()}
            if number:
                borrowed.update({k: v * 0.6 for k, v in {**topics[number - 1][0], **topics[number - 1][1]}.items()})
            theme = {**borrowed, **theme}
            focus = focus or theme
        topics.append((focus, theme))
    return topics


def measure(
    found: Sequence[Ask], message: Parsed, reply: Sequence[Sentence], likeness: Similarity | None = None
) -> tuple[list[list[list[float]]], list[list[float]], list[Piece]]:
    """The signs of every ask with every piece of the reply, of every ask with the whole reply, and the pieces."""
    topics = _topics(found, message)
    said = frozenset(key for s in message.sentences for key in _keys(s.span))
    bits = pieces(reply, said)
    focus = [[_overlap(f, bit.keys) for bit in bits] for f, _ in topics]
    theme = [[_overlap(t, bit.keys) for bit in bits] for _, t in topics]
    cues = [[_cue(ask, bit) for bit in bits] for ask in found]
    near_in_meaning: Sequence[Sequence[float]] = [[0.0] * len(bits) for _ in found]
    if likeness is not None and bits and found:
        texts = [_in_context(ask) for ask in found]
        parts, wholes_of = (
            likeness(texts, [bit.text for bit in bits]),
            likeness(texts, [bit.sentence.text for bit in bits]),
        )
        near_in_meaning = [
            [max(pair) for pair in zip(*rows, strict=True)] for rows in zip(parts, wholes_of, strict=True)
        ]
    near = [{k for b in bits if b.sentence is bit.sentence for k in b.keys} for bit in bits]
    every = {key for bit in bits for key in bit.keys}
    acts = [_acts(bit) for bit in bits]
    helped = any(a & HELPS for a in acts)
    pairs, wholes = [], []
    for i, ask in enumerate(found):
        family = _family(ask)
        rows = []
        for j, bit in enumerate(bits):
            opens = ask.type in {"yes/no", "do"} and bool(_OPENING.match(bit.text))
            own = focus[i][j] + 0.3 * cues[i][j]
            rival = max((focus[k][j] + 0.3 * cues[k][j] for k in range(len(found)) if k != i), default=0.0)
            rows.append(
                [
                    focus[i][j],
                    theme[i][j],
                    cues[i][j],
                    float(opens),
                    float(bool(family) and _says_back(family, bit)),
                    float(bool(_PERSONAL.search(bit.text))),
                    float("no" in bit.cues),
                    sum(key not in said for key in bit.keys) / (len(bit.keys) or 1),
                    1 - abs((i + 0.5) / len(found) - (j + 0.5) / len(bits)),
                    math.log1p(len(bit.keys)) / 2,
                    max(rival - own, 0.0),
                    focus[i][j] * cues[i][j],
                    focus[i][j] * float(opens or "no" in bit.cues),
                    max(_overlap(topics[i][0], near[j]) - focus[i][j], 0.0),
                    float(bool(_OWN_DOING.search(bit.text))),
                    near_in_meaning[i][j],
                    float(bool(acts[j] & HELPS)),
                    float(ask.type == "do" and bool(acts[j] & HELPS)),
                    float(ask.type in {"do", "yes/no"} and "refuse" in acts[j]),
                    float(bool(_HANDED_ON.search(bit.text))),
                    float(bit.sentence.text.rstrip().endswith("?") or "ask" in acts[j]),
                ]
            )
        pairs.append(rows)
        wholes.append(
            [
                min(math.log((len(bits) + 0.5) / len(found)), 0.7),
                float(any("later" in bit.cues for bit in bits)),
                float(sum(topics[i][0].values()) < 1),
                float(ask.kind == "request"),
                float(ask.type == "yes/no"),
                float(ask.type in {"what", "how", "why"}),
                float(bool(_WHAT_NOW.match(ask.text))),
                math.log(len(found)),
                float(helped),
                _overlap(topics[i][0], every),
                math.log1p(min(len(bits), 6)),
                float(
                    ask.type == "do"
                    and not any(a & HELPS or "refuse" in a for a in acts)
                    and not any(_SETTLES.search(bit.text) for bit in bits)
                ),
                float(ask.type in {"when", "how long", "how much"} and not any(c >= 0.7 for c in cues[i])),
                float(ask.type == "yes/no" and not any("yes" in bit.cues or "no" in bit.cues for bit in bits)),
            ]
        )
    return pairs, wholes, bits


HELPS = frozenset({"resolve", "promise", "offer", "choice", "compensate"})
"""Acts that move the customer's matter on."""
_HANDED_ON = re.compile(
    r"\b(?:forward(?:ed)?|escalat\w+|passed (?:it |this |your \w+ )?(?:on|to)|handed (?:it|this|your \w+) (?:over|on)"
    r"|raised (?:it|this|internally)|looked? into|in (?:the )?(?:coming|due)|"
    r"as soon as|shortly|bear with|under (?:review|investigation)|will be (?:in touch|contacted|looked|dealt))\b",
    re.IGNORECASE,
)
_WHAT_NOW = re.compile(
    r"(?:what (?:now|next|happens|can|should|do|will|are|is going|'s going|else)\b(?: (?:now|next|you|i|we|my|do"
    r"|going|to|about|it|this|that|the|can|on|here|options?))*|who (?:can|will|is going to|do) .{0,24}(?:this|it"
    r"|help|sort|do)|(?:can|could) you (?:help|fix|do|check|look)\b.{0,16})\W*$",
    re.IGNORECASE,
)


_HERE_IT_IS = re.compile(
    r"^(?:here (?:it is|they are|you (?:go|are)|is|are)|voilà)\b|\b(?:attached|enclosed)\b", re.IGNORECASE
)


def _acts(piece: Piece) -> frozenset[str]:
    """The acts of a piece: those of its sentence that touch it; "here it is" settles the matter too."""
    touching = (
        name
        for name, spans in piece.sentence.acts.items()
        if any(start < piece.end and piece.start < end for start, end in spans)
    )
    return frozenset({*touching, "resolve"} if _HERE_IT_IS.search(piece.text) else touching)


def _family(ask: Ask) -> str:
    """The auxiliary that a yes/no question turns round, as "be", "do", "can" …"""
    if ask.type not in {"yes/no", "do"}:
        return ""
    first = ask.sentence.span.doc[ask.first].lower_
    return next((name for name, words in _FAMILIES.items() if first in words), "")


def _says_back(family: str, piece: Piece) -> bool:
    """The piece answers with the verb of the question: "Is it blocked?" "It was, …"."""
    match = re.match(
        r"(?:and |but |yes,? |no,? |so )*(?:it|that|they|there|we|you|he|she|i)(?: \w+ly"
        r"| still| really| also)? ?('?\w+(?:n't)?)(?= |[,.:;!]|$)",
        piece.text,
        re.IGNORECASE,
    )
    return bool(match) and match[1].lower() in _FAMILIES[family] if match else False


def _in_context(ask: Ask) -> str:
    """An ask with the sentence before it where it names little itself."""
    if ask.last - ask.first >= 6 or ask.sentence.begin == 0:
        return ask.text
    before = list(split(ask.sentence.block.text[: ask.sentence.begin]))[-1]
    return f"{ask.sentence.block.text[slice(*before)]} {ask.text}"


# ---------------------------------------------------------------- the verdict

UNANSWERED, CLEAR = 0.65, 0.35
"""From this doubt an ask counts as unanswered; up to this one as answered; between them it is unclear."""

WEIGHTS: Mapping[str, float] = {
    "bias": -1.133,
    "focus": 0.499,
    "cue": 1.069,
    "echo": 1.391,
    "personal": 0.212,
    "refuses": 0.642,
    "new": -0.672,
    "order": 0.634,
    "long": -0.738,
    "focus_cue": 0.431,
    "focus_polar": 0.089,
    "reach": 2.170,
    "own": 0.164,
    "declines": 0.198,
    "hands_on": -3.203,
    "later": 0.935,
    "short": 0.186,
    "request": -0.299,
    "polar_ask": -0.162,
    "open_ask": -0.600,
    "what_now": 0.383,
    "asks": -0.296,
    "helped": 0.898,
    "focus_all": 1.423,
    "pieces": 0.436,
    "unhelped": -0.618,
    "kind_absent": -1.314,
    "no_polar": -0.496,
}
"""Learned from labelled replies; each sign's own direction was fixed beforehand."""
SEMANTIC_WEIGHTS: Mapping[str, float] = {
    "bias": -1.032,
    "focus": 0.659,
    "cue": 0.616,
    "echo": 1.330,
    "personal": 0.212,
    "new": -0.339,
    "order": 0.600,
    "long": -1.386,
    "rival": -0.853,
    "focus_cue": 0.240,
    "focus_polar": 0.113,
    "reach": 1.526,
    "own": 0.396,
    "similar": 2.747,
    "helps": 0.251,
    "declines": 0.391,
    "hands_on": -3.517,
    "later": 0.791,
    "short": 0.243,
    "request": -0.314,
    "polar_ask": -0.057,
    "open_ask": -0.661,
    "what_now": 0.499,
    "asks": -0.320,
    "helped": 0.686,
    "focus_all": 1.132,
    "pieces": 0.290,
    "unhelped": -0.653,
    "kind_absent": -1.664,
    "no_polar": -0.657,
}
"""The same with the likeness in meaning at hand."""


def doubts(
    found: Sequence[Ask], message: Parsed, reply: Sequence[Sentence], likeness: Similarity | None = None
) -> list[tuple[float, Sentence | None]]:
    """For each ask how likely it stays unanswered (0 to 1), and the sentence that comes nearest to an answer."""
    weights = SEMANTIC_WEIGHTS if likeness is not None else WEIGHTS
    pairs, wholes, bits = measure(found, message, reply, likeness)
    verdicts: list[tuple[float, Sentence | None]] = []
    eased = next((s for s in reply if _eases(s)), None)
    for ask, rows, whole in zip(found, pairs, wholes, strict=True):
        if eased is not None and _WHAT_NOW.match(ask.text):
            verdicts.append((0.0, eased))
            continue
        scores = [_dot(weights, PAIR, row) for row in rows]
        best = max(range(len(rows)), key=lambda j, s=scores: s[j]) if rows else None  # type: ignore[misc]
        z = weights["bias"] + _dot(weights, WHOLE, whole) + (0.0 if best is None else scores[best])
        verdicts.append((1 / (1 + math.exp(z)), None if best is None else bits[best].sentence))
    return verdicts


def _eases(sentence: Sentence) -> bool:
    """The sentence says what is done, or what to do: it answers "what now?", whatever the words."""
    if _HANDED_ON.search(sentence.text):
        return False
    return bool(sentence.acts.keys() & (HELPS | {"request"})) or any(c.mood == "imperative" for c in sentence.clauses)


def _dot(weights: Mapping[str, float], names: Sequence[str], values: Sequence[float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in zip(names, values, strict=True))


@once
def coverage(reply: Reply) -> tuple[Covered, ...]:
    """The customer's open asks with their state; nothing where there is no message in English or no reply to it.

    Open are the asks of the messages since our last one. Where the latest message asks nothing itself ("Nobody came."),
    the asks of the message before count that our answers in between left open too.
    """
    if reply.partial:
        return ()
    covered: list[Covered] = []
    for index in _open_messages(reply):
        message = reply.message(index)
        found = asks(message) if is_english(message) else ()
        covered += _covered(found, message, reply.ours, index)
    if not covered and reply.asked is not None and reply.situation.kind != "praise" and not reply.chat:
        covered = _left_open(reply)
    brief = len(reply.ours) <= BRIEF and not any(s.zone.value == "closing" for s in reply.parsed.sentences)
    if any(_helps_on(s, chat=reply.chat) for s in reply.ours) or (brief and not all(map(says_nothing, reply.ours))):
        return tuple(map(_perhaps, covered))
    return tuple(covered)


_SAYS_NOTHING = re.compile(
    r"\b(?:sorry|apolog\w+|regret|sad(?:dened)?|thank\w*|appreciat\w+|hope|wish|understand|know (?:how|that|you|delays?|it)"
    r"|frustrat\w+|disappoint\w+|concern\w*|hear (?:this|that|about|you|it)|valued?|strive|aim|look(?:ing)? forward|welcom\w+"
    r"|feedback|patience|priority|never want|always want|best to|(?:hard|working|trying) (?:on|to|at)|as (?:quickly|soon|fast)"
    r"|shortly|in no time|bear with|look(?:ing)? into|passed|pass (?:it|this|that|your|on)|forward\w*|escalat\w+|noted|oh no|bummer)\b",
    re.IGNORECASE,
)


def says_nothing(sentence: Sentence) -> bool:
    """The sentence is sorry, thanks, hopes, cares or hands on: nothing in it helps or answers."""
    return bool(_SAYS_NOTHING.search(sentence.text)) or sum(t.is_alpha for t in sentence.span) < 3


BRIEF = 2
"""A message of so few sentences, without a closing, is about the one thing that it answers."""


def _perhaps(ask: Covered) -> Covered:
    """An ask in a reply that sees to it in its own way: whether that is an answer, only the customer can tell."""
    return replace(ask, state="unclear") if ask.state == "unanswered" else ask


_MOMENT = re.compile(
    r"\b(?:(?:give|allow) (?:me|us) (?:just )?(?:a|some|one|\d)|one (?:moment|second|minute|sec)|(?:just )?a (?:moment|minute|second)"
    r"|let me (?:check|look|see|find|ask|pull)|let's (?:take a look|see|check)|i(?:'m| am) (?:checking|looking)|hold on|stand by"
    r"|(?:i|we)(?:'ll| will) (?:check|find out|look (?:this|that|it) up|ask))\b",
    re.IGNORECASE,
)
_ANYTHING_ELSE = re.compile(
    r"\b(?:anything else|further|did you know|how (?:else )?(?:may|can) (?:i|we)|have you (?:tried our|seen our|considered))\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:(?:call|contact|ask|speak (?:to|with)|talk to|reach out|reach us|get in touch|work (?:directly )?with|check with|send us"
    r"|reaching|calling|contacting|dm|direct message|follow)\b|(?:team|agents?|staff|crew|desk|department|relations|office|rep)"
    r"(?: there)? (?:is|are|will|can|would|should|may|has|have)\b|available|see here|click|here:|visit|via|1?[- (]?800[-) ])"
    r"|https?:|www\.|\d{3}[-. )]\d{3,4}",
    re.IGNORECASE,
)


def _helps_on(sentence: Sentence, *, chat: bool) -> bool:
    """The reply asks what it needs to know to answer, asks for a moment, or (in a chat) names who can answer."""
    text = sentence.text.rstrip(" *^")
    if _MOMENT.search(text):
        return True
    if "?" in text:
        return bool(re.search(r"\b(?:you|your)\b", text, re.IGNORECASE)) and not _ANYTHING_ELSE.search(text)
    return chat and bool(_POINTS.search(text)) and not re.search(r"\balso\b", text)


def _covered(found: Sequence[Ask], message: Parsed, body: Sequence[Sentence], index: int) -> list[Covered]:
    if not found:
        return []
    judged = doubts(found, message, body, _likeness())
    return [
        Covered(ask.start, ask.end, _state(doubt), sentence, ask, index, doubt)
        for ask, (doubt, sentence) in zip(found, judged, strict=True)
    ]


def _state(doubt: float) -> State:
    return "unanswered" if doubt >= UNANSWERED else "answered" if doubt <= CLEAR else "unclear"


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
    first = _open_messages(reply)[0]
    before = next((i for i in reversed(range(first)) if reply.thread[i].sender == "customer"), None)
    if before is None:
        return []
    message = reply.message(before)
    found = asks(message) if is_english(message) else ()
    ours = [s for i in range(before + 1, first) for s in reply.message(i).body]
    earlier = _covered(found, message, ours, before)
    now = _covered(found, message, reply.body, before)
    return [late for early, late in zip(earlier, now, strict=True) if early.state == "unanswered"]


def _likeness() -> Similarity | None:
    """The likeness in meaning; None without the extra, or where its files are not the ones that were measured."""
    try:
        return similarity()
    except SemanticError:
        return None
