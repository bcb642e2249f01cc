"""Clauses of a sentence with their logical parts: who does what to whom, and whether it is said, asked or wished.

Everything is derived from spaCy's parse (`en_core_web_sm` without the entity recogniser) plus repairs of what that
small model gets wrong in hasty mail: imperatives read as nouns, missing apostrophes, "'d", tag questions. Active,
passive, relative, inverted and shortened forms of one statement come out alike, so that a rule is written once.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass, field
from typing import NamedTuple

from highnote.tokens import Span, Token


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb with its parts.

    `subject` is the logical doer: "us", "customer", "third" or "nobody" (a passive without an agent, expletives,
    "nobody"). `start` and `end` (token indices in the doc, end exclusive) cover the clause with what is subordinate
    to it, but not clauses that are merely coordinated with it, nor punctuation at the edges. `lemma` carries a
    particle ("leave out"). `modal` prefers the half-modals: "will have to" is "have to", its tense future.
    A verbless sentence such as "Sorry for the wait" has its root as `verb` and the tense "".
    """

    verb: Token
    lemma: str
    tokens: tuple[Token, ...]
    start: int
    end: int
    subject: str
    subject_word: str
    subject_owner: str
    object: str
    object_word: str
    object_owner: str
    complement: str
    polarity: str
    modal: str
    tense: str
    mood: str
    voice: str
    time: str
    link: str
    parent: Clause | None


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_US = _set("i we me us myself ourselves ours mine 's i'm")
_CUSTOMER = _set("y' y’ you yourself yourselves u ya yous y'all yours ye")
_NOBODY = _set("nobody nothing none noone neither nowt")
_NEGATIVE = _set("not n't nt never hardly scarcely barely neither nor n’t cannot nae nowhere")
_NEGATIVE_THINGS = _set("nobody nothing none noone neither nor nowt")
_PART_OF = _set(
    "one some none each all any both neither most half many several either few rest nobody someone "
    "somebody anyone anybody somebody two three member part everyone person people"
)
_SOMEBODY = _set(
    "someone somebody anyone anybody everyone person people colleague member one staff team lot guy lad "
    "folk error mistake user admin gentleman lady child"
)
_PERSONS = _set("""
    wife husband partner spouse son daughter child kid mother father mum mom dad parent brother sister family household
    friend neighbour neighbor flatmate housemate roommate colleague coworker workmate boss manager supervisor assistant
    secretary receptionist staff team office company firm business organisation organization employer employee crew
    people guy lot group branch department engineer technician installer fitter driver representative rep agent adviser
    advisor admin administrator specialist expert director owner editor developer designer accountant
    clerk lead end side part self operator side-effect gang lad folk member leader head volunteer teacher nurse doctor
    porter
    """)
_THEIRS = _PERSONS | _set("""
    bank insurer insurance school university landlord tenant builder plumber electrician solicitor lawyer provider user
    club guest visitor lodger carer gp surgery practice council pet dog cat cleaner decorator contractor buyer client
    recipient customer isp mechanic garage patient traveller passenger companion nephew niece uncle aunt grandson
    granddaughter grandmother grandfather granny nan toddler baby teenager fiancé fiancee girlfriend boyfriend broker
    """)
_OURS = _PERSONS | _set("""
    warehouse courier carrier system website site server app software platform robot bot depot shop store support
    helpdesk desk service billing finance accounts account-department returns dispatch logistics kitchen workshop
    factory centre center line delivery-driver picker packer packing sales reception security management store-room
    database website checkout shipping fulfilment fulfillment chatbot tech techie buyer van colleague mechanic
    """)
_CUSTOMER_NOUNS = _set("customer client buyer")
_RELATIVE = _set("who which that whom whose what whoever")
_WH = _set("who which whom whose what when where why how whatever whichever")
_EXPLETIVE_VERBS = _set("be seem appear look turn happen rain take mean help sound")

_MODALS = {
    "can": "can", "ca": "can", "cannot": "can", "could": "could", "may": "may", "might": "might", "must": "must",
    "shall": "shall", "sha": "shall", "should": "should", "will": "will", "wo": "will", "'ll": "will", "ll": "will",
    "’ll": "will", "would": "would", "ought": "ought to", "need": "need to", "'d": "would", "’d": "would",
    "d": "would", "willl": "will", "cud": "could", "wud": "would",
}  # fmt: skip
_WOULD_OR_HAD = _set("'d ’d d")
_HAVE = _set("have has had having 've ’ve ve of a've haven hasn hadn")
_BE = _set("be am is are was were been being 're ’re re 'm ’m m")
_DO = _set("do does did doing")
_PAST_FORMS = _set("was were had did")
_PARTICLES = _set("up out off over in on down away through around along apart back about across by aside")
_PHRASAL = {("go", "over"), ("go", "through"), ("run", "through"), ("look", "into"), ("see", "to"), ("deal", "with")}

_SAY = _set(
    "say mention explain state tell advise note point point-out write discuss describe inform indicate promise "
    "outline warn show agree request request know see"
)
_DENYING = _set("think believe suppose expect say suggest imply claim mean feel seem appear look reckon guess assume")
_OBJECT_CONTROL = _set("""
    ask tell want allow let help advise remind need encourage urge get make expect require invite enable force order
    instruct permit cause leave have keep see hear prompt assist trust beg recommend request like warn find notice
    """)
_WE_DROPPED = _set("hope thank wish look trust appreciate understand apologise apologize suppose guess fear regret")
_BARE_US = _set(
    "sorry apology apologies afraid happy glad pleased delighted grateful thrilled pardon embarrassed ashamed aware"
)
_BARE_ROOTS = _BARE_US | _set(
    "thank thanks pity shame mistake fault problem worry luck need chance way reason wonder "
    "good bad great sad unfortunate possible impossible wrong right"
)
_THANKS = _set("thank thanks cheers")
_TIME_NOUNS = _set("day time moment way reason date morning week month year minute hour place evening afternoon night")
_MEANS = _set("""
    post email e-mail mail phone telephone letter hand law default mistake accident error fax text chat courier now then
    noon midnight midday end close card cheque transfer sms day week time design surprise chance tomorrow today tonight
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december hour date deadline bus train air sea road yesterday weekend month
    """)
_LINKING_VERBS = _set("be seem appear become look remain get sound feel stay prove turn go come")

_PASTS = """
    be:was,were,been become:became begin:began,begun bend:bent bite:bit,bitten blow:blew,blown break:broke,broken
    bring:brought build:built burn:burnt buy:bought catch:caught choose:chose,chosen come:came deal:dealt dig:dug
    do:did,done draw:drew,drawn drink:drank,drunk drive:drove,driven eat:ate,eaten fall:fell,fallen feel:felt feed:fed
    fight:fought find:found flee:fled fly:flew,flown forget:forgot,forgotten forgive:forgave,forgiven
    freeze:froze,frozen get:got,gotten give:gave,given go:went,gone grow:grew,grown hang:hung have:had hear:heard
    hide:hid,hidden hold:held keep:kept know:knew,known lay:laid lead:led learn:learnt leave:left lend:lent
    lie:lay,lain lose:lost make:made mean:meant meet:met mistake:mistook,mistaken misread:misread
    misspell:misspelt,misspelled misunderstand:misunderstood mislay:mislaid mistype:mistyped mishear:misheard
    overlook:overlooked oversee:oversaw overtake:overtook pay:paid ride:rode,ridden ring:rang,rung rise:rose,risen
    run:ran say:said see:saw,seen seek:sought sell:sold send:sent shake:shook,shaken shine:shone show:showed,shown
    shrink:shrank,shrunk sit:sat sleep:slept speak:spoke,spoken spell:spelt spend:spent spill:spilt spoil:spoilt
    stand:stood steal:stole,stolen stick:stuck strike:struck swear:swore,sworn sweep:swept swim:swam,swum
    take:took,taken teach:taught tear:tore,torn tell:told think:thought throw:threw,thrown understand:understood
    undo:undid,undone wake:woke,woken wear:wore,worn win:won wind:wound write:wrote,written
    withdraw:withdrew,withdrawn overwrite:overwrote,overwritten redo:redid,redone resend:resent rebuild:rebuilt
    foresee:foresaw,foreseen mislead:misled override:overrode,overridden unstick:unstuck arise:arose,arisen
    beat:beaten bleed:bled
    """
_IRREGULAR = {
    form: base for base, _, forms in (pair.partition(":") for pair in _PASTS.split()) for form in forms.split(",")
}
_ONLY_PARTICIPLES = _set("""
    been begun bitten blown broken chosen done drawn driven eaten fallen flown forgotten forgiven frozen gotten given
    gone grown hidden known mistaken ridden risen seen shaken shown spoken stolen taken torn thrown undone woken worn
    written withdrawn
    """)
SAME_PAST = _set("read misread put set cut let hit shut cost reset quit split spread upset bet input")
_BASES = _set("""
    accept access activate add adjust agree allow answer apply approve arrange ask assign attach avoid book bring browse
    buy call cancel change charge check choose claim clean clear click close collect compare complete confirm connect
    consider contact copy create cut delete deliver describe detach disable disconnect download drag drop edit email
    empty enable ensure enter exchange expect explain export extend feel file fill film find fix flip follow forward get
    give go grab have head hit hold ignore import include insert install join keep leave let lift link list load locate
    lock log look make mark message measure mention move name note notice open order pack paste pay phone photograph
    pick ping place plug point pop post press print provide pull push put quote raise read reboot recall
    receive recharge record redeem refer refresh register reinstall release remember remove rename renew repeat replace
    reply report request resend reset resize resubmit return review ring rinse run save scan schedule screenshot scroll
    search see select send set share ship shoot show sign skip slide snap start stick stop store submit swap switch
    tag take tap tell test text tick toggle track transfer try turn twist type unbox uncheck unplug untick update
    upgrade upload use verify view visit wait wash watch wipe write
    """)
_OBJECT_STARTS = _set(
    "the a an your my our this that these those it us them me any all each both his her their every "
    "to in on at into out up off down over back for with via through from by"
)
_SOFT_STARTS = _set(
    "please kindly just then so and also but or now simply first next finally instead otherwise ok "
    "okay hi hello , pls plz well firstly secondly lastly maybe perhaps either always only"
)

_LINKS = {
    "because": "cause", "cos": "cause", "coz": "cause", "since": "cause", "as": "cause", "given": "cause",
    "seeing": "cause", "due": "cause", "considering": "cause", "so": "result", "therefore": "result", "thus": "result",
    "hence": "result", "consequently": "result", "meaning": "result", "but": "contrast", "however": "contrast",
    "yet": "contrast", "although": "contrast", "though": "contrast", "whereas": "contrast", "if": "condition",
    "unless": "condition", "provided": "condition", "providing": "condition", "assuming": "condition",
    "supposing": "condition", "when": "time", "after": "time", "before": "time", "once": "time", "until": "time",
    "till": "time", "while": "time", "whilst": "time", "whenever": "time", "despite": "concession",
    "by": "cause", "for": "cause",
}  # fmt: skip
_LINK_PHRASES = {
    ("so", "that"): "purpose", ("in", "order"): "purpose", ("in", "case"): "condition", ("as", "long"): "condition",
    ("so", "long"): "condition", ("as", "soon"): "time", ("even", "though"): "concession", ("ever", "since"): "time",
    ("even", "if"): "concession", ("in", "spite"): "concession", ("regardless", "of"): "concession",
    ("instead", "of"): "contrast", ("on", "condition"): "condition", ("now", "that"): "cause", ("so", "as"): "purpose",
    ("as", "if"): "", ("as", "though"): "", ("only", "if"): "condition", ("if", "only"): "condition",
    ("or", "else"): "result", ("rather", "than"): "contrast",
}  # fmt: skip
_CONDITION_STARTS = _set("if unless provided providing assuming supposing whenever whether")
_JOINED = _set("conj parataxis")

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
_TIME = re.compile(
    rf"\b(?:(?P<past>{_SPAN} (?:ago|back|earlier)|{_PAST_TIME})|(?P<day>{_DAY})|(?P<vague>{_VAGUE})|"
    rf"(?P<span>{_SPAN}))",
    re.IGNORECASE,
)
_TIME_HINTS = re.compile(
    r"\d|.*(?:day|week|month|year|hour|hr|min|sec|night|noon|morning|evening|time|soon|ago|ary|ber|tomorrow)|earl"
    r"|prev|"
    r"recent|march|april|may|ju[nl]|aug|fortnight|last|short|asap|a\.s|course|future|present|long|point|moment|while|"
    r"when|eventually|prompt|play|business|next|spring|summer|autumn|fall|winter|end|bit"
)
"""What the first letters of a word must be for the slower pattern to be tried."""
_TIME_ORDER = ("day", "span", "vague", "past")


class _Who(NamedTuple):
    """A party: who it is, the lemma of its head word, whose it is, whether it is a "no …"."""

    who: str
    word: str
    owner: str
    negative: bool


_NONE = _Who("", "", "", False)
_NO_DOER = _Who("nobody", "", "", False)


@dataclass(slots=True)
class _Word:
    """A token with its annotations, which repairs may change; `head` is a place in the sentence (its own: a root)."""

    at: int
    token: Token
    low: str
    lemma: str
    tag: str
    pos: str
    dep: str
    head: int
    kids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Facts:
    """What is known of one clause while it is worked out; `grammatical` is the subject as the grammar sees it."""

    at: int
    parent: int | None
    auxes: list[str]
    grammatical: _Who
    doer: _Who
    thing: _Who
    voice: str
    modal: str = ""
    tense: str = ""
    mood: str = "statement"
    negative: bool = False
    link: str = ""
    start: str = ""


def clauses(span: Span) -> tuple[Clause, ...]:
    """The clauses of a sentence, in the order of their verbs; empty for text without any predicate. Never raises."""
    words = _read(span)
    if not words:
        return ()
    _repair(words)
    order = _top_down(words)
    heads = [at for at in order if _is_head(words, at)]
    if not heads:
        heads = [at for at in order if words[at].head == at and _is_bare_predicate(words, at)]
    if not heads:
        heads = [at for at in order if words[at].low in ("sorry", "apologies", "thanks")][:1]
    if not heads:
        return ()
    owner = _owners(words, order, frozenset(heads))
    tokens: dict[int, list[int]] = {at: [] for at in heads}
    for at, head in enumerate(owner):
        if head is not None:
            tokens[head].append(at)
    made: dict[int, _Facts] = {}
    for at in heads:
        made[at] = _facts(words, at, _parent(words, at, owner, made), tokens[at], made)
    _mark_questions(words, heads, made)
    return _finish(words, heads, tokens, made)


# What a sentence must hold for a clause of some kind


def _sign(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONDITIONAL = _CONDITION_STARTS | _sign("case long condition should had were wish")
_UNREAL = _sign("had would should could ought wish cud wud 'd d")
_VAGUE_WORDS = _sign("""
    soon soonest shortly asap asap. a.s.a.p a.s.a.p. course earliest future presently long time sometime point momentarily
    while bit moment can time day eventually promptly coming next
    """)
FIGURE, ORDER = "(figure)", "(order)"
"""The signs of a word with figures, and of a word that may be an order by its form and by where it stands."""
_DAY_WORDS = _sign(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays"
    " tomorrow today tonight noon midday midnight morning afternoon evening end close next week january february march"
    " april may june july august september october november december"
) | {FIGURE}
SIGNS: dict[str, dict[str, frozenset[str]]] = {
    "modal": {
        "can": _sign("can ca"), "could": _sign("could cud"), "may": _sign("may"), "might": _sign("might"),
        "must": _sign("must"), "shall": _sign("shall sha"), "should": _sign("should 'd d better"),
        "would": _sign("would wud 'd d used"), "will": _sign("will wo 'll ll willl go gon going gonna"),
        "have to": _sign("have 'd d get gotta"), "need to": _sign("need"), "be able to": _sign("able unable"),
        "ought to": _sign("ought"),
    },
    "polarity": {"negative": _NEGATIVE | _NEGATIVE_THINGS | _sign("no without unable")},
    "mood": {"condition": _CONDITIONAL | _UNREAL, "counterfactual": _UNREAL, "imperative": frozenset({ORDER})},
    "time": {"day": _DAY_WORDS, "vague": _VAGUE_WORDS, "past": _sign("yesterday ago back early earlier previously day recently last")},
    "link": {
        link: _sign(" ".join([
            *(word for word, kind in _LINKS.items() if kind == link),
            *(max(pair, key=len) for pair, kind in _LINK_PHRASES.items() if kind == link), extra,
        ]))
        for link, extra in {
            "cause": "now", "result": "so", "contrast": "but", "condition": "had should were", "time": "when",
            "purpose": "to na ta", "concession": "despite",
        }.items()
    },
    "subject_owner": {"us": _sign("our my ours i we"), "customer": _sign("your yours ur yer thank thanks cheer cheers")},
    "object_owner": {"us": _sign("our my ours i we"), "customer": _sign("your yours ur yer thank thanks cheer cheers")},
}  # fmt: skip
"""Of a field and a value: words (or base forms) of which a sentence must hold one to have a clause with that value."""

HELPED_PAST = _sign("did could had used need was were able unable 'd d do have")
"""Words with which a verb in its base form tells of the past (spaCy takes the "did" of "didn't" for "do")."""


def past(verb: str) -> str:
    """The sign of a past form of a verb; of any verb for ""."""
    return f"{verb} (past)"


NAMED_CUSTOMER = _CUSTOMER | _CUSTOMER_NOUNS | _THANKS | _sign("your ur yer cheer appreciate")
"""The same for a clause whose doer is the customer, unless it is an order, which need not name its doer."""


# Reading and mending the parse


def _read(span: Span) -> list[_Word]:
    first, size = span.start, len(span)
    words = []
    for at, token in enumerate(span):
        head = token.head.i - first
        inside = 0 <= head < size
        head = head if inside else at
        words.append(_Word(at, token, token.lower_, token.lemma_.lower(), token.tag_, token.pos_, token.dep_, head))
    for word in words:
        if word.head != word.at:
            words[word.head].kids.append(word.at)
        if word.pos in ("VERB", "AUX"):
            _mend_form(word)
    return words


def _mend_form(word: _Word) -> None:
    """Irregular pasts that the tagger took for a present ("you forgot"), and lemmas it could not find."""
    base = _IRREGULAR.get(word.low)
    if base is not None and word.lemma in (word.low, ""):
        word.lemma = base
    if base is not None and word.tag in ("VB", "VBP", "NN") and word.low != base and word.low not in ("lay", "found"):
        word.tag = "VBN" if word.low in _ONLY_PARTICIPLES else "VBD"
    if word.low.endswith("ed") and len(word.low) > 4:
        if word.tag in ("VB", "VBP"):
            word.tag = "VBD"
        if word.lemma == word.low or word.lemma.endswith("cke"):
            word.lemma = _without_ed(word.low)


def _without_ed(form: str) -> str:
    stem = form[:-2]
    if stem in _BASES:
        return stem
    if stem + "e" in _BASES:
        return stem + "e"
    if stem.endswith("i"):
        return stem[:-1] + "y"
    return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl" else stem


def _move(words: list[_Word], at: int, head: int, dep: str) -> None:
    """Hang a word on another head; does nothing where that would make a ring."""
    up = head
    while words[up].head != up:
        if up == at:
            return
        up = words[up].head
    if up == at:
        return
    word = words[at]
    if word.head != at:
        words[word.head].kids.remove(at)
    insort(words[head].kids, at)
    word.head, word.dep = head, dep


def _swap(words: list[_Word], upper: int, lower: int, dep: str) -> None:
    """Put `lower` (somewhere below `upper`) in the place of `upper`; what hung on `upper` hangs on `lower` then."""
    old, new = words[upper], words[lower]
    words[new.head].kids.remove(lower)
    if old.head == upper:
        new.head = lower
    else:
        words[old.head].kids.remove(upper)
        insort(words[old.head].kids, lower)
        new.head = old.head
    new.dep = old.dep
    for kid in old.kids:
        words[kid].head = lower
        insort(new.kids, kid)
    old.kids = []
    old.head, old.dep = lower, dep
    insort(new.kids, upper)


def _repair(words: list[_Word]) -> None:
    _mend_imperative(words)
    _mend_tag_question(words)
    for word in words[1:]:
        if word.tag == "POS" and word.dep == "case" and words[word.head].dep in _SUBJECTS:
            _mend_genitive(words, word.at)
        if word.low == "of" and words[word.at - 1].low in _PERFECT_MODALS:
            _mend_should_of(words, word.at)
        if word.low == "case" and words[word.at - 1].low == "in":
            _mend_in_case(words, word.at)
        elif words[word.at - 1].low == "seeing" and word.low in ("as", "that"):
            _mend_seeing(words, word.at - 1)
    for word in words:
        if word.dep in ("aux", "auxpass"):
            for kid in [k for k in word.kids if words[k].dep in _SUBJECTS]:
                _move(words, kid, word.head, words[kid].dep)
        elif word.tag == "MD" and words[word.at].kids:
            _mend_may_or_may_not(words, word.at)
    for word in words:
        if word.pos in ("VERB", "AUX") and word.dep not in ("aux", "auxpass"):
            _mend_half_modal(words, word.at)
    for word in words:
        if word.pos in ("VERB", "AUX") and word.dep not in ("aux", "auxpass"):
            _mend_subject(words, word.at)


def _mend_imperative(words: list[_Word]) -> None:
    """A sentence that opens with a base verb and an object is an order, whatever the tagger says ("Film the box")."""
    at = 0
    while at < len(words) and (words[at].low in _SOFT_STARTS or words[at].pos == "SPACE"):
        at += 1
    if at + 1 >= len(words):
        return
    word = words[at]
    if word.low not in _BASES or word.tag == "VB" or words[at + 1].low not in _OBJECT_STARTS:
        return
    if any(words[kid].dep in ("nsubj", "aux", "auxpass", "det", "poss") and kid < at for kid in word.kids):
        return
    word.pos, word.tag, word.lemma = "VERB", "VB", word.low
    if word.head == at:
        return
    above = words[word.head]
    verbal = above.pos in ("VERB", "AUX") and any(words[kid].dep == "nsubj" and kid != at for kid in above.kids)
    if verbal and above.head == above.at:
        word.dep = "ccomp"
    elif above.head == above.at:
        _lift(words, at, "conj" if above.pos in ("VERB", "AUX") else "dobj")


def _lift(words: list[_Word], at: int, dep: str) -> None:
    """Make a child of the root the root; the old root hangs on it as `dep`."""
    word = words[at]
    old = words[word.head]
    old.kids.remove(at)
    word.head, word.dep = at, "ROOT"
    old.head, old.dep = at, dep
    insort(word.kids, old.at)


def _mend_tag_question(words: list[_Word]) -> None:
    """ "…, didn't you?": the part before the comma is the main clause, the tag is set aside."""
    last = len(words) - 1
    while last > 0 and words[last].pos in ("PUNCT", "SPACE", "SYM"):
        last -= 1
    if last + 1 >= len(words) or words[last + 1].low[:1] != "?" or words[last].tag not in ("PRP", "EX"):
        return
    first = last - 1
    if first > 0 and words[first].low in _NEGATIVE:
        first -= 1
    low = words[first].low if first > 1 else ""
    if not (low in _BE or low in _DO or low in _HAVE or low in _MODALS) or words[first - 1].low != ",":
        return
    for word in words[first : last + 1]:
        if word.head == word.at:
            main = [k for k in word.kids if k < first and words[k].pos in ("VERB", "AUX") and words[k].dep != "aux"]
            if not main:
                return
            _lift_over(words, word.at, main[-1])
    for word in words[first : last + 1]:
        word.dep, word.pos = "tag", "X"


def _lift_over(words: list[_Word], root: int, main: int) -> None:
    old = words[root]
    before = [k for k in old.kids if k < main and k != main]
    _lift(words, main, "tag")
    for kid in before:
        _move(words, kid, main, words[kid].dep)


def _mend_genitive(words: list[_Word], at: int) -> None:
    """ "the tech's bringing one": a shortened "is" or "has" that was read as a genitive."""
    verb = words[words[words[at].head].head]
    between = any(words[k].pos == "NOUN" for k in verb.kids if at < k < verb.at)
    if verb.at > at and verb.tag in ("VBG", "VBN") and not between:
        been = any(words[k].low == "been" for k in verb.kids)
        words[at].pos, words[at].lemma = "AUX", "have" if been or verb.tag == "VBN" else "be"
        _move(words, at, verb.at, "aux")


_PERFECT_MODALS = _set("should would could must might shouldnt wouldnt couldnt n't nt")


def _mend_should_of(words: list[_Word], at: int) -> None:
    """ "should of kept": "have", misspelt."""
    following = at + 1
    while following < len(words) and words[following].pos == "ADV":
        following += 1
    if following < len(words) and words[following].tag in ("VBN", "VBD", "VB") and words[at].head == following:
        words[at].pos, words[at].tag, words[at].lemma, words[at].dep = "AUX", "VB", "have", "aux"


def _mend_in_case(words: list[_Word], case: int) -> None:
    """ "in case you miss it" is read as a noun with a clause on it."""
    verb = next((k for k in words[case].kids if k > case and words[k].pos in ("VERB", "AUX")), -1)
    lead = case - 1
    if verb < 0 or words[case].head != lead or words[lead].head in (lead, case, verb):
        return
    _move(words, verb, words[lead].head, "advcl")
    _move(words, lead, verb, "mark")
    _move(words, case, verb, "mark")


def _mend_seeing(words: list[_Word], at: int) -> None:
    """ "seeing as you left it": a conjunction, not a verb of seeing."""
    verb = next((k for k in words[at].kids if k > at and words[k].pos in ("VERB", "AUX")), -1)
    if verb >= 0:
        _swap(words, at, verb, "mark")
    elif words[words[at].head].pos == "VERB":
        verb = words[at].head
        subject = _first_kid(words, at + 1, "pobj")
        if subject > 0:
            _move(words, subject, verb, "nsubj")
        _move(words, at + 1, verb, "mark")
    words[at].dep, words[at].pos = "mark", "SCONJ"


def _mend_may_or_may_not(words: list[_Word], at: int) -> None:
    """ "You may or may not have seen it": the verb is the one after the second modal."""
    joined = next((k for k in words[at].kids if words[k].dep == "conj" and words[k].pos in ("VERB", "AUX")), -1)
    if joined > at and any(words[k].tag == "MD" for k in words[joined].kids):
        _swap(words, at, joined, "aux")


def _mend_half_modal(words: list[_Word], at: int) -> None:
    """ "have to go", "is able to go", "going to go", "need to go", "were to go": one clause, whose verb is "go"."""
    word = words[at]
    lemma = word.lemma
    if word.low in ("gon", "gonna"):
        lemma = "go"
    if lemma not in ("have", "need", "be", "go", "ought", "get", "use"):
        return
    if word.low == "had" and _mend_late_had(words, at):
        return
    holder, able = at, -1
    if lemma == "be":
        able = next((k for k in word.kids if words[k].low in ("able", "unable") and words[k].dep == "acomp"), -1)
        holder = able if able >= 0 else at
    lower = next((k for k in words[holder].kids if words[k].dep == "xcomp" and k > holder), -1)
    if lower < 0 or not any(words[k].low in ("to", "na", "ta") and k < lower for k in words[lower].kids):
        return
    if any(words[k].dep in ("nsubj", "nsubjpass") for k in words[lower].kids):
        return
    if not _is_half_modal(words, word, lemma, able):
        return
    _swap(words, at, lower, "aux")
    if able >= 0:
        _move(words, able, lower, "aux")
    for kid in list(words[lower].kids):
        if words[kid].low in ("to", "na", "ta") and words[kid].dep == "aux" and kid > at:
            words[kid].dep = "halfto"


def _mend_late_had(words: list[_Word], at: int) -> bool:
    """ "…, had a form been sent": the auxiliary of a condition, read as a verb of its own."""
    if any(words[k].dep in _SUBJECTS for k in words[at].kids):
        return False
    for lower in words[at].kids:
        below = words[lower]
        started = lower > at and below.tag in ("VBN", "VBD") and below.dep in ("ccomp", "xcomp")
        if started and any(words[k].dep in _SUBJECTS and k > at for k in below.kids):
            _swap(words, at, lower, "aux")
            return True
    return False


def _is_half_modal(words: list[_Word], word: _Word, lemma: str, able: int) -> bool:
    kids = word.kids
    has_object = any(words[k].dep in ("dobj", "acomp", "attr") for k in kids)
    if lemma == "be":
        return able >= 0 or (not has_object and any(_may_be_told(words, k) for k in kids))
    if lemma == "go":
        return word.tag == "VBG" and any(words[k].low in _BE for k in kids)
    if lemma == "get":
        return word.low in ("got", "gotta") and not has_object
    if lemma == "use":
        return word.low == "used" and not has_object and not any(words[k].dep == "auxpass" for k in kids)
    return not has_object and word.tag != "VBG"


def _may_be_told(words: list[_Word], at: int) -> bool:
    """ "You are to call", "a colleague is to ring": a person as subject, unlike "the plan is to call"."""
    if not words[at].dep.startswith("nsubj"):
        return False
    party = _who(words, at)
    return party.who in ("us", "customer", "nobody") or words[at].low in _PRONOUNS or words[at].lemma in _SOMEBODY


def _mend_subject(words: list[_Word], at: int) -> None:
    """A finite verb without a subject that has a pronoun right before it, taken for an object of what precedes."""
    word = words[at]
    if any(words[k].dep in _SUBJECTS for k in word.kids) or word.dep in ("amod", "compound", "acl", "conj"):
        return
    left = min([k for k in word.kids if words[k].dep in ("aux", "auxpass", "neg") and k < at], default=at)
    if left == at and word.tag not in ("VBD", "VBP", "VBZ", "MD"):
        return
    if left < at and (words[left].low == "to" or words[left].tag in ("TO", "VBG", "VBN")):
        return
    left -= 1
    while left > 0 and words[left].pos == "ADV":
        left -= 1
    before = words[max(left, 0)]
    bare_pronoun = left > 0 and before.low in _PRONOUNS
    own_noun = left > 1 and before.pos in ("NOUN", "PROPN") and words[at].head == at and _finite_lead(words, left + 1)
    if before.dep in _MISREAD and (bare_pronoun or own_noun):
        _move(words, left, at, "nsubj")


def _finite_lead(words: list[_Word], at: int) -> bool:
    return words[at].tag in ("MD", "VBZ") or words[at].low in ("was", "were", "are", "has", "have", "had", "did")


_PRONOUNS = _set("i we you he she they it")
_MISREAD = _set("dobj pobj dative appos dep npadvmod")
_SUBJECTS = _set("nsubj nsubjpass csubj csubjpass expl")


# Which words head a clause, and which words belong to it


def _top_down(words: list[_Word]) -> list[int]:
    order = [word.at for word in words if word.head == word.at]
    for at in order:
        order.extend(words[at].kids)
    return order


_NEVER_HEADS = _set(
    "aux auxpass amod compound nmod det case mark cc prep punct tag intj advmod oprd acomp npadvmod "
    "quantmod predet neg prt"
)
_GERUND_NOUNS = _set("dobj pobj nsubj nsubjpass attr appos")
_VERBAL_KIDS = _set("dobj nsubj nsubjpass aux auxpass acomp ccomp xcomp prt dative agent advmod attr neg")


def _is_head(words: list[_Word], at: int) -> bool:
    word = words[at]
    if word.pos not in ("VERB", "AUX"):
        return False
    if word.dep in ("acomp", "oprd", "amod", "advmod"):
        return any(words[k].dep in ("nsubj", "nsubjpass") for k in word.kids)
    if word.dep in _NEVER_HEADS or not word.low[-1:].isalpha() or (word.low == "re" and _hyphen_follows(words, at)):
        return False
    if word.dep in _GERUND_NOUNS:
        return any(words[k].dep in _VERBAL_KIDS for k in word.kids)
    return True


def _hyphen_follows(words: list[_Word], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1].low[:1] == "-"


def _is_bare_predicate(words: list[_Word], at: int) -> bool:
    word = words[at]
    if word.lemma in _BARE_ROOTS or word.low in _BARE_ROOTS:
        return True
    denied = any(words[k].low in ("no", "not") for k in word.kids)
    return word.pos == "NOUN" and denied


def _owners(words: list[_Word], order: list[int], heads: frozenset[int]) -> list[int | None]:
    """For every word the head of its clause; linking words go with the clause that they link."""
    owner: list[int | None] = [None] * len(words)
    for at in order:
        word = words[at]
        if at in heads:
            owner[at] = at
        elif word.head != at:
            owner[at] = owner[word.head]
    for at in order:
        word = words[at]
        if word.dep == "cc":
            joined = next((k for k in words[word.head].kids if k > at and k in heads and words[k].dep == "conj"), None)
            owner[at] = joined if joined is not None else owner[at]
        elif word.dep == "prep" or word.pos == "ADP":
            led = next((k for k in word.kids if k in heads and words[k].dep == "pcomp"), None)
            owner[at] = led if led is not None else owner[at]
    _give_to_next(words, owner)
    return owner


def _give_to_next(words: list[_Word], owner: list[int | None]) -> None:
    """ "…, so we sent it": the "so" goes with what follows, wherever the parser hung it."""
    for at in range(1, len(words) - 1):
        following = owner[at + 1]
        if words[at].low not in ("so", "but", "because") or following is None or following == owner[at]:
            continue
        if following > at and all(owner[k] != following for k in range(at)):
            owner[at] = following


def _parent(words: list[_Word], at: int, owner: list[int | None], made: dict[int, _Facts]) -> int | None:
    up = words[at].head
    if up == at:
        return None
    while up not in made:
        if words[up].head == up:
            return None
        up = words[up].head
    return up


# Parties


def _who(words: list[_Word], at: int, depth: int = 0) -> _Who:
    """Who a noun or pronoun stands for."""
    word = words[at]
    low = word.low
    negative = low in _NEGATIVE_THINGS or any(words[k].low in ("no", "neither") for k in word.kids)
    if low in _US:
        return _Who("us", "i" if low in ("i", "me", "myself", "mine") else "we", "", negative)
    if low in _CUSTOMER:
        return _Who("customer", "you", "", negative)
    if depth < 4:
        inner = _inner(words, word, depth)
        if inner is not None:
            return inner._replace(negative=negative or inner.negative)
    if low in _NOBODY or (low == "one" and negative):
        return _Who("nobody", low, "", True)
    owner = _owner_of(words, at, 0)
    who = "third"
    if owner == "us" and (word.lemma in _OURS or (word.pos == "PROPN" and word.token.text.istitle())):
        who = "us"
    elif (owner == "customer" and word.lemma in _THEIRS) or (word.lemma in _CUSTOMER_NOUNS and _has_the(words, word)):
        who = "customer"
    if who == "third" and depth < 4:
        for kid in word.kids:
            if words[kid].dep == "conj":
                other = _who(words, kid, depth + 1)
                if other.who in ("us", "customer"):
                    return other
    return _Who(who, word.lemma, owner, negative)


def _inner(words: list[_Word], word: _Word, depth: int) -> _Who | None:
    """ "one of you", "someone on your side", "the team at our end": the party named inside."""
    if word.lemma not in _PART_OF and word.lemma not in _SOMEBODY:
        return None
    for kid in word.kids:
        if words[kid].dep == "prep" and words[kid].low in ("of", "on", "at", "in", "from"):
            for below in words[kid].kids:
                party = _who(words, below, depth + 1)
                if words[below].dep == "pobj" and party.who in ("us", "customer"):
                    return party
    return None


def _has_the(words: list[_Word], word: _Word) -> bool:
    return any(words[k].low == "the" for k in word.kids)


def _owner_of(words: list[_Word], at: int, depth: int) -> str:
    for kid in words[at].kids:
        word = words[kid]
        if word.dep == "poss" or word.tag == "PRP$":
            if word.low in ("your", "yours", "ur", "yer"):
                return "customer"
            if word.low in ("our", "my", "ours"):
                return "us"
            if depth < 3:
                return _owner_of(words, kid, depth + 1)
        if word.low == "of" and any(words[k].low in ("yours", "ours") for k in word.kids):
            return "customer" if any(words[k].low == "yours" for k in word.kids) else "us"
    return ""


def _first_kid(words: list[_Word], at: int, *deps: str) -> int:
    """The place of the first child in one of the relations, -1 when there is none."""
    for kid in words[at].kids:
        if words[kid].dep in deps:
            return kid
    return -1


# The facts of one clause


def _facts(words: list[_Word], at: int, parent: int | None, own: list[int], made: dict[int, _Facts]) -> _Facts:
    word = words[at]
    above = made[parent] if parent is not None else None
    auxes = _auxes(words, at)
    shares = _shares(words, word, auxes, above)
    voice = _voice(words, word, auxes, above, shares)
    grammatical = _grammatical(words, word, above, auxes, made)
    thing = _object(words, word, grammatical, voice)
    doer = grammatical
    if voice == "passive":
        doer = _agent(words, own)
        thing = grammatical if grammatical.who else thing
    if shares and above is not None:
        auxes = above.auxes
    facts = _Facts(at, parent, auxes, grammatical, doer, thing, voice)
    facts.start = words[own[0]].low if own else ""
    facts.link = _link(words, word, own, above)
    facts.modal, facts.tense = _modal_and_tense(words, word, auxes, shares, above, voice)
    facts.negative = _negative(words, word, own, facts, above, shares)
    facts.mood = _mood(words, word, own, facts, above, shares)
    if facts.mood == "imperative":
        facts.tense = "present"
        if doer.who != "customer" and voice == "active" and not any(words[k].dep in _SUBJECTS for k in word.kids):
            facts.doer = facts.grammatical = _Who("customer", "", "", False)
    if _is_past_could(facts, above):
        facts.tense = "past"
    return facts


def _is_past_could(facts: _Facts, above: _Facts | None) -> bool:
    """ "we couldn't reach you" tells of the past."""
    return (
        facts.modal == "could"
        and facts.negative
        and facts.mood == "statement"
        and (above is None or above.mood == "statement")
    )


def _auxes(words: list[_Word], at: int) -> list[str]:
    """The auxiliaries in order, in full form: will, have, had, be, was, do, did, to, "have to", "able"…"""
    found = []
    for kid in words[at].kids:
        word = words[kid]
        if word.dep in ("aux", "auxpass"):
            found.append(_full_aux(words, word, at))
    return found


def _full_aux(words: list[_Word], word: _Word, at: int) -> str:
    low = word.low
    half = _half(words, word, at)
    if half:
        return half
    if low in _WOULD_OR_HAD:
        return _would_or_had(words, word, at)
    if low in _MODALS:
        return _MODALS[low]
    if low in _HAVE:
        return "had" if low == "had" else "have"
    if low in _BE or low in ("'s", "’s", "s"):
        been = any(words[k].low == "been" and k > word.at for k in words[at].kids)
        if low in ("'s", "’s", "s") and (been or word.lemma == "have" or _is_perfect_s(words, word, at)):
            return "have"
        return "was" if low in ("was", "were") else "be"
    if word.lemma == "get" and word.dep == "auxpass":
        return "was" if low == "got" else "be"
    if low in _DO:
        return "did" if low == "did" else "do"
    return "to" if low in ("to", "na", "ta") else low


def _half(words: list[_Word], word: _Word, at: int) -> str:
    """The name of a half-modal that was taken in by `_mend_half_modal`, with its tense mark; "" for other words."""
    follows = any(words[k].dep == "halfto" and k > word.at for k in words[at].kids)
    if not follows:
        return ""
    if word.lemma == "have" and word.tag != "VBN" and _next_is_to(words, word, at):
        return "had to" if word.low in ("had", "'d", "’d") else "have to"
    if word.lemma == "need" and _next_is_to(words, word, at):
        return "needed to" if word.tag == "VBD" else "need to"
    if word.low in ("got", "gotta"):
        return "have to"
    if word.low in ("able", "unable"):
        return "able"
    if word.low in ("going", "gon", "gonna"):
        return "going"
    if word.low == "used":
        return "used"
    if word.low in ("am", "is", "are", "'s", "’s", "'re", "’re", "'m") and _next_is_to(words, word, at):
        return "be to"
    return ""


def _next_is_to(words: list[_Word], word: _Word, at: int) -> bool:
    """Nothing but adverbs between the word and its "to"."""
    to = next(k for k in words[at].kids if words[k].dep == "halfto" and k > word.at)
    return not any(words[k].dep in ("aux", "auxpass") and words[k].head == at for k in range(word.at + 1, to))


def _is_perfect_s(words: list[_Word], word: _Word, at: int) -> bool:
    return words[at].tag == "VBN" and (word.dep == "aux" or words[at].lemma in _NEVER_PASSIVE)


def _would_or_had(words: list[_Word], word: _Word, at: int) -> str:
    """ "'d" is "had" before a participle and "would" before a base form or "have"."""
    following = words[word.at + 1].low if word.at + 1 < len(words) else ""
    if following == "better":
        return "should"
    if any(words[k].low in _HAVE or words[k].low in ("be",) for k in words[at].kids if k > word.at and k < at):
        return "would"
    verb = words[at]
    if any(words[k].low == "been" for k in verb.kids):
        return "had"
    if verb.low == verb.lemma and verb.low not in SAME_PAST:
        return "would"
    if verb.tag in ("VBN", "VBD") or verb.low in _IRREGULAR or verb.low.endswith("ed"):
        return "had"
    return "had" if word.lemma == "have" else "would"


def _shares(words: list[_Word], word: _Word, auxes: list[str], above: _Facts | None) -> bool:
    """A second verb that shares subject and auxiliaries with the one before it ("didn't open or read")."""
    if word.dep != "conj" or above is None or auxes or above.at != word.head:
        return False
    if any(words[k].dep in _SUBJECTS for k in word.kids) or not above.auxes:
        return False
    if word.tag in ("VB", "VBP"):
        return above.auxes[-1] not in ("be", "was", "have", "had")
    if word.tag in ("VBN", "VBD"):
        return above.auxes[-1] in ("be", "was", "have", "had") and (word.tag == "VBN" or above.voice == "passive")
    return word.tag == "VBG" and words[above.at].tag == "VBG"


_NEVER_PASSIVE = _set("happen arrive go come become occur be arise appear seem fall")


def _voice(words: list[_Word], word: _Word, auxes: list[str], above: _Facts | None, shares: bool) -> str:
    if any(words[k].dep in ("auxpass", "nsubjpass") for k in word.kids) and word.lemma not in _NEVER_PASSIVE:
        return "passive"
    if word.lemma == "be" or word.tag not in ("VBN", "VBD"):
        return "active"
    if auxes:
        return "active"
    if shares and above is not None:
        return above.voice
    has_subject = any(words[k].dep in _SUBJECTS for k in word.kids)
    if _is_done_for(words, word, above):
        return "passive"
    if word.dep in ("acl", "relcl") and not has_subject:
        return "passive"
    if word.dep in ("advcl", "pcomp", "ccomp", "xcomp") and word.tag == "VBN" and not has_subject:
        return "passive"
    return "active"


def _is_done_for(words: list[_Word], word: _Word, above: _Facts | None) -> bool:
    """ "have the meter exchanged", "get it swapped"."""
    causes = above is not None and words[above.at].lemma in ("have", "get", "want", "need", "like", "see")
    return causes and word.tag == "VBN" and word.dep in ("ccomp", "xcomp", "advcl")


def _grammatical(
    words: list[_Word], word: _Word, above: _Facts | None, auxes: list[str], made: dict[int, _Facts]
) -> _Who:
    """The grammatical subject, own or inherited."""
    subjects = [k for k in word.kids if words[k].dep in _SUBJECTS]
    if subjects:
        near = [k for k in subjects if k < word.at]
        return _own_subject(words, word, near[-1] if near else subjects[0], above, made)
    owner = _owner_of(words, word.at, 0)
    if owner and word.tag == "VBG":
        return _Who(owner, "you" if owner == "customer" else "we", "", False)
    if word.dep in ("relcl", "acl"):
        return _from_noun(words, word, above, auxes)
    if word.dep == "conj" and above is not None and above.at == word.head:
        return above.grammatical
    if word.head == word.at or (above is None and word.dep not in ("pcomp", "xcomp", "advcl")):
        return _dropped(words, word, auxes)
    if above is None:
        return _from_bare(words, word)
    if word.lemma in _WE_DROPPED and _is_base(word) and not auxes and word.at < above.at:
        return _Who("us", "", "", False)
    return _controlled(words, word, above, auxes)


def _own_subject(words: list[_Word], word: _Word, at: int, above: _Facts | None, made: dict[int, _Facts]) -> _Who:
    subject = words[at]
    if subject.dep == "expl":
        return _NO_DOER
    if subject.dep in ("csubj", "csubjpass"):
        return _Who("third", subject.lemma, "", False)
    if subject.low in _RELATIVE and subject.low != "what":
        if word.dep in ("relcl", "acl") and word.head != word.at:
            return _who(words, word.head)
        cleft = _cleft(words, word, above)
        if cleft is not None:
            return cleft
    if subject.low == "it" and word.lemma in _EXPLETIVE_VERBS and _is_expletive(words, word):
        return _NO_DOER
    return _who(words, at)


def _cleft(words: list[_Word], word: _Word, above: _Facts | None) -> _Who | None:
    """ "it was you who cancelled": the one singled out by "it was"."""
    if above is None or words[above.at].lemma != "be":
        return None
    attr = _first_kid(words, above.at, "attr", "acomp", "nsubj")
    for kid in words[above.at].kids:
        if words[kid].dep in ("attr", "nsubj") and words[kid].low != "it":
            attr = kid
    return _who(words, attr) if attr >= 0 else None


def _is_expletive(words: list[_Word], word: _Word) -> bool:
    for kid in word.kids:
        below = words[kid]
        if below.dep in ("ccomp", "xcomp", "relcl", "acl", "csubj") and kid > word.at:
            return True
        if below.dep in ("acomp", "attr") and any(
            words[k].dep in ("xcomp", "ccomp", "relcl", "acl", "advcl") for k in below.kids
        ):
            return True
    return False


def _from_noun(words: list[_Word], word: _Word, above: _Facts | None, auxes: list[str]) -> _Who:
    """The subject of a clause that hangs on a noun: "your failure to read", "the mail telling you"."""
    noun = words[word.head]
    if word.tag in ("VBG", "VBN", "VBD") and "to" not in auxes:
        return _who(words, word.head)
    owner = _owner_of(words, noun.at, 0)
    if owner:
        return _Who(owner, "you" if owner == "customer" else "we", "", False)
    if above is None:
        return _NO_DOER
    receiver = _first_kid(words, above.at, "dative")
    if receiver >= 0:
        party = _who(words, receiver)
        if party.who == "customer":
            return party
    return above.grammatical


_NOMINAL = _set("det nummod amod poss compound nmod appos")


def _dropped(words: list[_Word], word: _Word, auxes: list[str]) -> _Who:
    """A main clause without a subject: an order, or a clipped "Will check", "Sent it on Monday"."""
    if word.pos not in ("VERB", "AUX"):
        us = word.lemma in _BARE_US or word.low in _THANKS or word.lemma in _THANKS
        return _Who("us", "", "", False) if us else _NO_DOER
    if word.lemma in _WE_DROPPED and _is_base(word) and "do" not in auxes:
        return _Who("us", "", "", False)
    if _is_order(words, word, auxes):
        return _Who("customer", "", "", False)
    if (word.tag == "VBN" and not auxes) or (word.tag == "VBZ" and word.lemma in _EXPLETIVE_VERBS):
        return _NO_DOER
    named = any(words[k].dep in _NOMINAL for k in word.kids if k < word.at)
    if "to" in auxes or named or word.tag == "VBZ":
        return _NO_DOER
    return _Who("us", "", "", False)


def _is_base(word: _Word) -> bool:
    return word.tag in ("VB", "VBP") or (word.low == word.lemma and word.low in _BASES)


def _is_order(words: list[_Word], word: _Word, auxes: list[str]) -> bool:
    """A base form without subject and with no auxiliary but "do"."""
    if not _is_base(word) or any(aux not in ("do", "be") for aux in auxes):
        return False
    if "be" in auxes and not any(words[k].low == "be" for k in word.kids):
        return False
    if word.low in ("am", "is", "are", "'s", "'re", "has"):
        return False
    return not any(words[k].dep in _SUBJECTS for k in word.kids)


def _from_bare(words: list[_Word], word: _Word) -> _Who:
    """Under a verbless head: "Sorry for leaving you waiting" is us, "Thanks for sending it" is the customer."""
    up = word.head
    while words[up].head != up:
        up = words[up].head
    low = words[up].low
    if low in _THANKS:
        return _Who("customer", "you", "", False)
    return _Who("us", "we", "", False) if words[up].lemma in _BARE_US or low in _BARE_US else _NO_DOER


_REMARKS = _SAY | _set("repeat recap reiterate clarify confirm summarise summarize answer recapitulate clear remind")


def _controlled(words: list[_Word], word: _Word, above: _Facts, auxes: list[str]) -> _Who:
    """Who does a non-finite verb that hangs on another one: its object ("ask you to") or its subject ("forgot to")."""
    upper = words[above.at]
    mirror = _first_kid(words, word.at, "dobj")
    if mirror >= 0 and words[mirror].low in ("myself", "ourselves", "yourself", "yourselves"):
        return _who(words, mirror)
    if word.dep == "advcl" and "to" in auxes and word.at < above.at and word.lemma in _REMARKS:
        return _Who("us", "we", "", False)
    if word.dep in ("ccomp", "parataxis", "dep", "ROOT") and _is_order(words, word, auxes) and word.at < above.at:
        return _Who("customer", "", "", False)
    if word.dep in ("csubj", "csubjpass"):
        return _NO_DOER
    if upper.lemma in _THANKS or (upper.lemma == "appreciate" and word.dep in ("pcomp", "xcomp")):
        return _Who("customer", "you", "", False)
    if upper.lemma in _OBJECT_CONTROL and word.dep in ("xcomp", "ccomp", "advcl") and above.thing.who:
        return above.thing
    return above.grammatical


def _object(words: list[_Word], word: _Word, grammatical: _Who, voice: str) -> _Who:
    """The direct object; for a relative clause without one, the noun that it hangs on."""
    at = _first_kid(words, word.at, "dobj")
    if at < 0:
        at = _first_kid(words, word.at, "dative")
        if at >= 0 and words[at].pos == "ADP":
            at = _first_kid(words, at, "pobj")
    if at >= 0 and words[at].low in _RELATIVE and word.dep == "relcl" and word.head != word.at:
        return _who(words, word.head)
    if at >= 0:
        return _who(words, at)
    if word.dep == "relcl" and voice == "active" and word.lemma != "be" and _takes_antecedent(words, word):
        return _who(words, word.head)
    if (word.lemma, _phrasal_preposition(words, word)) in _PHRASAL:
        return _preposition_object(words, word)
    return _NONE


def _takes_antecedent(words: list[_Word], word: _Word) -> bool:
    has_subject = False
    for kid in word.kids:
        below = words[kid]
        if below.dep in ("ccomp", "xcomp"):
            return False
        if below.dep in ("advmod", "prep") and (below.low in _WH or any(words[k].low in _WH for k in below.kids)):
            return False
        if below.dep == "nsubj":
            if below.low in _RELATIVE:
                return False
            has_subject = True
    return has_subject and words[word.head].lemma not in _TIME_NOUNS


def _phrasal_preposition(words: list[_Word], word: _Word) -> str:
    at = _first_kid(words, word.at, "prep")
    return words[at].low if at > word.at else ""


def _preposition_object(words: list[_Word], word: _Word) -> _Who:
    at = _first_kid(words, _first_kid(words, word.at, "prep"), "pobj")
    return _who(words, at) if at >= 0 else _NONE


def _agent(words: list[_Word], own: list[int]) -> _Who:
    """The doer of a passive: "by you", or "on your side"."""
    for at in own:
        low = words[at].low
        if low != "by":
            continue
        for kid in words[at].kids:
            below = words[kid]
            if below.dep == "pobj" and below.lemma not in _MEANS and below.pos != "NUM":
                return _who(words, kid)
    for at in own:
        if words[at].low in ("on", "at", "from"):
            for kid in words[at].kids:
                if words[kid].lemma in ("side", "end", "part"):
                    party = _who(words, kid)
                    if party.who in ("us", "customer"):
                        return party
    return _NO_DOER


_SEMI = {"have to": "have to", "had to": "have to", "need to": "need to", "needed to": "need to", "able": "be able to",
         "going": "will"}  # fmt: skip
_TRUE_MODALS = frozenset(_MODALS.values())


def _modal_and_tense(
    words: list[_Word], word: _Word, auxes: list[str], shares: bool, above: _Facts | None, voice: str
) -> tuple[str, str]:
    if shares and above is not None:
        return above.modal, above.tense
    modal = next((aux for aux in auxes if aux in _TRUE_MODALS), "")
    halves = [_SEMI[aux] for aux in auxes if aux in _SEMI]
    semi = halves[-1] if halves else ""
    semi_tense = "will" if "will" in halves else semi
    return semi or modal, _tense(words, word, auxes, modal, semi_tense, voice)


def _tense(words: list[_Word], word: _Word, auxes: list[str], modal: str, semi: str, voice: str) -> str:
    first = auxes[0] if auxes else ""
    perfect = "have" in auxes or "had" in auxes
    if first == "to":
        return ""
    if modal:
        if perfect and modal not in ("will", "shall"):
            return "past"
        return "future" if modal in ("will", "shall") else "present"
    if semi == "will" and first != "was":
        return "future"
    if first == "have" and auxes[1:2] == ["have to"] and "got" in (words[k].low for k in word.kids):
        return "present"
    if first in ("had", "have", "did", "was", "had to", "needed to", "used"):
        return "past"
    if first == "be to":
        return "future"
    if first in ("be", "do", "have to", "need to", "able"):
        return "" if _is_nonfinite_be(words, word) else "present"
    if first:
        return "present"
    if word.tag == "VBD" or word.low in _PAST_FORMS:
        return "past"
    if word.tag in ("VBZ", "VBP"):
        return "past" if word.low in SAME_PAST and _tells(words, word) else "present"
    has_subject = any(words[k].dep in _SUBJECTS for k in word.kids)
    if has_subject and word.tag == "VBN" and voice == "active":
        return "past"
    if has_subject and word.tag == "VB" and word.dep in ("ROOT", "conj", "relcl", "advcl"):
        return "present"
    return ""


def _tells(words: list[_Word], word: _Word) -> bool:
    """ "you put the old address": more likely the past, unless a conjunction makes it general ("when you put it")."""
    subject = _first_kid(words, word.at, "nsubj")
    marked = any(words[k].dep == "mark" or words[k].low in _WH for k in word.kids if k < word.at)
    return subject >= 0 and not marked and words[subject].low in ("you", "i", "we", "they")


def _is_nonfinite_be(words: list[_Word], word: _Word) -> bool:
    first = _first_kid(words, word.at, "aux", "auxpass")
    return first >= 0 and words[first].low in ("being", "be", "been")


def _negative(
    words: list[_Word], word: _Word, own: list[int], facts: _Facts, above: _Facts | None, shares: bool
) -> bool:
    negated = facts.doer.negative or facts.thing.negative or facts.grammatical.negative
    for at in own:
        low = words[at].low
        if low in _NEGATIVE and words[at].dep != "tag":
            following = words[at + 1].low if at + 1 < len(words) else ""
            if not (low == "not" and following in ("only", "just", "merely", "necessarily")):
                negated = True
        elif low == "unable" or (low == "without" and word.dep == "pcomp"):
            negated = True
        elif low == "no" and words[at].dep in ("det", "neg", "advmod"):
            negated = negated or _counts_as_no(words, at, word)
    if shares and above is not None and above.negative:
        return True
    if above is not None and above.negative and word.dep == "ccomp" and word.at > above.at:
        return not negated if words[above.at].lemma in _DENYING else negated
    return negated


def _counts_as_no(words: list[_Word], at: int, verb: _Word) -> bool:
    """ "no" on a subject, object or predicate noun, or "no longer"; not inside "no later than"."""
    head = words[words[at].head]
    following = words[at + 1].low if at + 1 < len(words) else ""
    if following in ("longer", "more"):
        return True
    if at > verb.at and words[at - 1].low in ("so", ",", "-", "–", "—", ";"):
        return False
    if head.dep == "pobj" and head.lemma not in ("way", "point", "time", "circumstance", "means", "stage", "account"):
        return False
    if head.at == verb.at:
        return True
    return head.dep in ("nsubj", "nsubjpass", "dobj", "attr", "pobj", "dative") and following not in ("later", "doubt")


# Mood and link


def _mood(words: list[_Word], word: _Word, own: list[int], facts: _Facts, above: _Facts | None, shares: bool) -> str:
    starts = _start_words(words, own)
    perfect = "have" in facts.auxes or "had" in facts.auxes
    conditional = _is_conditional(words, word, starts) or _is_inverted_condition(words, word, own)
    if conditional:
        return "counterfactual" if "had" in facts.auxes and "have to" not in facts.auxes else "condition"
    if perfect and facts.modal in ("would", "should", "could", "ought to"):
        return "counterfactual"
    if above is not None:
        mood = _inherited_mood(words, word, facts, above, shares)
        if mood:
            return mood
    if _is_main_order(words, word, facts, above) or _is_scolding(words, word, facts):
        return "imperative"
    return "statement"


def _is_scolding(words: list[_Word], word: _Word, facts: _Facts) -> bool:
    """ "Don't you worry." is an order in spite of its subject."""
    subject = _first_kid(words, word.at, "nsubj")
    return (
        facts.auxes[:1] == ["do"]
        and 1 < subject < word.at
        and words[subject].low == "you"
        and words[subject - 1].low in ("n't", "n’t", "nt", "not")
        and words[subject - 2].low == "do"
        and not _asks(words)
        and (subject == 2 or words[subject - 3].low not in _WH)
    )


def _start_words(words: list[_Word], own: list[int]) -> list[str]:
    return [words[at].low for at in own if words[at].pos not in ("PUNCT", "SPACE")][:3]


def _is_conditional(words: list[_Word], word: _Word, starts: list[str]) -> bool:
    for kid in word.kids:
        below = words[kid]
        if kid < word.at and below.low in _CONDITION_STARTS and below.dep in ("mark", "advmod", "prep"):
            return below.low != "whether"
    pair = tuple(starts[:2])
    return pair in (("in", "case"), ("as", "long"), ("so", "long"), ("if", "you"), ("on", "condition"))


def _is_inverted_condition(words: list[_Word], word: _Word, own: list[int]) -> bool:
    """ "Had you read", "Should you need", "Were you to": no question mark, or under another clause."""
    subject = _first_kid(words, word.at, "nsubj", "nsubjpass")
    if subject < 0 or (subject > word.at and word.lemma != "be"):
        return False
    first = _first_kid(words, word.at, "aux", "auxpass")
    lead = words[first] if 0 <= first < subject else word
    if lead.at > subject or lead.low not in ("had", "should", "were"):
        return False
    if any(words[at].low in _WH or words[at].low in _NEGATIVE for at in own if at < lead.at):
        return False
    if lead.at > 0 and words[lead.at - 1].pos not in ("PUNCT", "CCONJ", "SPACE", "INTJ") and word.head == word.at:
        return False
    return word.head != word.at or not _asks(words)


def _asks(words: list[_Word]) -> bool:
    return any("?" in word.low for word in words[-4:])


def _inherited_mood(words: list[_Word], word: _Word, facts: _Facts, above: _Facts, shares: bool) -> str:
    if words[above.at].lemma == "wish" and word.dep in ("ccomp", "xcomp") and facts.tense in ("past", "present"):
        return "counterfactual"
    own_subject = any(words[k].dep in _SUBJECTS for k in word.kids)
    if word.dep == "conj" and above.mood in ("condition", "counterfactual"):
        if shares or (above.mood == "condition" and facts.link not in ("result", "contrast")):
            return above.mood
        if above.mood == "counterfactual" and not own_subject and not facts.auxes:
            return above.mood if facts.tense == "" else ""
    if facts.tense == "" and word.dep in ("xcomp", "advcl", "pcomp") and not own_subject:
        if above.mood in ("condition", "counterfactual"):
            return above.mood
        if above.mood == "imperative" and word.dep == "xcomp" and facts.doer.who == "customer":
            return "imperative"
    return ""


def _is_main_order(words: list[_Word], word: _Word, facts: _Facts, above: _Facts | None) -> bool:
    if not _is_order(words, word, facts.auxes) or word.pos not in ("VERB", "AUX"):
        return False
    if word.lemma in _WE_DROPPED and facts.doer.who == "us":
        return False
    if above is None or word.head == word.at:
        return True
    if word.dep == "conj":
        return above.mood == "imperative" or _orders_afresh(words, word, facts, above)
    return word.dep in ("ccomp", "parataxis", "dep") and word.at < above.at


def _orders_afresh(words: list[_Word], word: _Word, facts: _Facts, above: _Facts) -> bool:
    """ "The form is attached; fill it in": a base form after a clause with no auxiliary to share."""
    breaks = any(words[k].pos == "PUNCT" for k in range(above.at, word.at))
    if facts.auxes and above.grammatical.who == "us" and not breaks:
        return False
    return not above.auxes or above.auxes[-1] in ("be", "was", "have", "had")


def _link(words: list[_Word], word: _Word, own: list[int], above: _Facts | None) -> str:
    found = _link_word(words, word, own)
    if found == "cause" and _start_words(words, own)[:1] in (["as"], ["like"]) and word.lemma in _SAY:
        return "report"
    if found:
        return found
    if word.dep == "relcl" or (word.dep == "acl" and word.tag != "VB"):
        return "relative"
    if above is None:
        return ""
    if _is_inverted_condition(words, word, own):
        return "condition"
    if word.dep in ("acl", "advcl") and any(words[k].low == "to" for k in word.kids if words[k].dep == "aux"):
        return "purpose"
    if word.dep == "ccomp" and words[above.at].lemma == "be" and any(words[k].low == "who" for k in word.kids):
        return "relative"
    finite = word.tag in ("VBD", "VBZ", "VBP") or any(words[k].dep in ("aux", "auxpass") for k in word.kids)
    if word.dep == "ccomp" and finite and word.at > above.at and any(words[k].dep in _SUBJECTS for k in word.kids):
        return "report"
    return ""


_LEADING = _set("by for given due seeing considering meaning")


def _link_word(words: list[_Word], word: _Word, own: list[int]) -> str:
    starts = _start_words(words, own)
    if not starts:
        return ""
    if starts[0] in ("and", "just", "only", "or", "simply") and len(starts) > 1 and word.dep != "ROOT":
        starts = starts[1:]
    pair = (starts[0], starts[1] if len(starts) > 1 else "")
    if pair == ("so", "that") and any(words[k].low == "that" and words[k].dep in _SUBJECTS for k in own[:4]):
        return "result"
    if pair in _LINK_PHRASES:
        return _LINK_PHRASES[pair]
    first = starts[0]
    if first in ("as", "like") and word.lemma in _SAY:
        return "report"
    if first in _LEADING and not _leads(words, word, own, first):
        return ""
    if first == "for" and any(words[k].tag == "TO" for k in word.kids):
        return ""
    marked = any(words[k].low == first and words[k].dep == "mark" for k in word.kids)
    if first in ("when", "once", "after", "before", "as", "since") and word.dep in ("ROOT", "ccomp") and not marked:
        return ""
    return _LINKS.get(first, "")


def _leads(words: list[_Word], word: _Word, own: list[int], first: str) -> bool:
    """A preposition that leads the clause's own gerund ("by leaving"), or a mark; not one of a phrase in it."""
    lead = next(at for at in own if words[at].low == first)
    return words[lead].dep == "mark" or word.dep == "pcomp" or word.head == lead


# Questions, extents and times


def _mark_questions(words: list[_Word], heads: list[int], made: dict[int, _Facts]) -> None:
    """Direct questions: inverted or led by a wh-word, or the main clause of a sentence that ends in "?"."""
    asks = _asks(words)
    found = False
    for at in heads:
        facts = made[at]
        if facts.mood in ("condition", "imperative") or not _may_ask(words, words[at], facts):
            continue
        if _is_inverted(words, words[at], asks) and not _is_inverted_condition(words, words[at], [at]):
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
            own_subject = any(words[k].dep in _SUBJECTS for k in words[at].kids)
            facts.mood = "statement" if own_subject else "question"


def _may_ask(words: list[_Word], word: _Word, facts: _Facts) -> bool:
    return word.head == word.at or word.dep in ("conj", "ccomp", "parataxis", "dep")


_LIGHT = frozenset(("CCONJ", "PUNCT", "INTJ", "SPACE", "ADV"))


def _is_inverted(words: list[_Word], word: _Word, asks: bool) -> bool:
    subject = _first_kid(words, word.at, "nsubj", "nsubjpass", "expl")
    if subject < 0:
        return False
    first = _first_kid(words, word.at, "aux", "auxpass")
    lead = first if 0 <= first < subject else word.at
    if lead >= subject or (lead == word.at and word.lemma not in ("be", "have", "do")):
        return False
    before = lead - 1
    while before >= 0 and words[before].pos in _LIGHT and words[before].low not in _WH:
        if words[before].low in _NEGATIVE or words[before].low in ("only", "so", "here", "there"):
            return False
        before -= 1
    if any(words[k].low in _NEGATIVE for k in word.kids if k < lead):
        return False
    opens = before < 0 or words[before + 1].pos in ("PUNCT", "CCONJ", "INTJ") or words[before].low in _WH
    return opens or asks


def _finish(
    words: list[_Word], heads: list[int], tokens: dict[int, list[int]], made: dict[int, _Facts]
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


def _trimmed(words: list[_Word], own: list[int]) -> list[int]:
    first, last = 0, len(own)
    while first < last - 1 and words[own[first]].pos in ("PUNCT", "SPACE"):
        first += 1
    while last > first + 1 and words[own[last - 1]].pos in ("PUNCT", "SPACE"):
        last -= 1
    return own[first:last]


def _extents(
    words: list[_Word], heads: list[int], tokens: dict[int, list[int]], made: dict[int, _Facts]
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


def _lemma(words: list[_Word], word: _Word) -> str:
    if word.low in _BE or word.lemma == "be":
        return "be"
    lemma = word.lemma
    for kid in word.kids:
        below = words[kid]
        near = kid == word.at + 1 or words[kid - 1].dep == "dobj"
        bare = below.dep in ("prep", "advmod") and not below.kids and near
        if kid > word.at and below.low in _PARTICLES and (below.dep == "prt" or bare):
            return f"{lemma} {below.low}"
    preposition = _phrasal_preposition(words, word)
    return f"{lemma} {preposition}" if (lemma, preposition) in _PHRASAL else lemma


def _complement(words: list[_Word], word: _Word) -> str:
    if word.lemma not in _LINKING_VERBS:
        return ""
    at = _first_kid(words, word.at, "acomp", "attr", "oprd")
    if at < 0 or words[at].low in _WH:
        return ""
    as_written = words[at].pos == "PRON" or words[at].tag == "VBN" or words[at].low in ("yours", "ours", "mine")
    return words[at].low if as_written else words[at].lemma


def _time(text: str) -> str:
    kinds = {match.lastgroup for match in _TIME.finditer(text)}
    return next((kind for kind in _TIME_ORDER if kind in kinds), "")
