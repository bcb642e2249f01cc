"""The words that tell something about clauses, and that several parts of the reading share."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


CUSTOMER = word_set("y' y’ you yourself yourselves u ya yous y'all yours ye")
NEGATIVE = word_set("not n't nt never hardly scarcely barely neither nor n’t cannot nae nowhere")
NEGATIVE_THINGS = word_set("nobody nothing none noone neither nor nowt")
SOMEBODY = word_set(
    "someone somebody anyone anybody everyone person people colleague member one staff team lot guy lad "
    "folk error mistake user admin gentleman lady child"
)
CUSTOMER_NOUNS = word_set("customer client buyer")
WH = word_set("who which whom whose what when where why how whatever whichever")
MODALS = {
    "can": "can", "ca": "can", "cannot": "can", "could": "could", "may": "may", "might": "might", "must": "must",
    "shall": "shall", "sha": "shall", "should": "should", "will": "will", "wo": "will", "'ll": "will", "ll": "will",
    "’ll": "will", "would": "would", "ought": "ought to", "need": "need to", "'d": "would", "’d": "would",
    "d": "would", "willl": "will", "cud": "could", "wud": "would",
}  # fmt: skip
HAVE = word_set("have has had having 've ’ve ve of a've haven hasn hadn")
BE = word_set("be am is are was were been being 're ’re re 'm ’m m")
DO = word_set("do does did doing")
PHRASAL = {("go", "over"), ("go", "through"), ("run", "through"), ("look", "into"), ("see", "to"), ("deal", "with")}
SAY = word_set(
    "say mention explain state tell advise note point point-out write discuss describe inform indicate promise "
    "outline warn show agree request request know see"
)
WE_DROPPED = word_set("hope thank wish look trust appreciate understand apologise apologize suppose guess fear regret")
BARE_US = word_set(
    "sorry apology apologies afraid happy glad pleased delighted grateful thrilled pardon embarrassed ashamed aware"
)
THANKS = word_set("thank thanks cheers")
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
IRREGULAR = {
    form: base for base, _, forms in (pair.partition(":") for pair in _PASTS.split()) for form in forms.split(",")
}
SAME_PAST = word_set("read misread put set cut let hit shut cost reset quit split spread upset bet input")
BASES = word_set("""
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
LINKS = {
    "because": "cause", "cos": "cause", "coz": "cause", "since": "cause", "as": "cause", "given": "cause",
    "seeing": "cause", "due": "cause", "considering": "cause", "so": "result", "therefore": "result", "thus": "result",
    "hence": "result", "consequently": "result", "meaning": "result", "but": "contrast", "however": "contrast",
    "yet": "contrast", "although": "contrast", "though": "contrast", "whereas": "contrast", "if": "condition",
    "unless": "condition", "provided": "condition", "providing": "condition", "assuming": "condition",
    "supposing": "condition", "when": "time", "after": "time", "before": "time", "once": "time", "until": "time",
    "till": "time", "while": "time", "whilst": "time", "whenever": "time", "despite": "concession",
    "by": "cause", "for": "cause",
}  # fmt: skip
LINK_PHRASES = {
    ("so", "that"): "purpose", ("in", "order"): "purpose", ("in", "case"): "condition", ("as", "long"): "condition",
    ("so", "long"): "condition", ("as", "soon"): "time", ("even", "though"): "concession", ("ever", "since"): "time",
    ("even", "if"): "concession", ("in", "spite"): "concession", ("regardless", "of"): "concession",
    ("instead", "of"): "contrast", ("on", "condition"): "condition", ("now", "that"): "cause", ("so", "as"): "purpose",
    ("as", "if"): "", ("as", "though"): "", ("only", "if"): "condition", ("if", "only"): "condition",
    ("or", "else"): "result", ("rather", "than"): "contrast",
}  # fmt: skip
CONDITION_STARTS = word_set("if unless provided providing assuming supposing whenever whether")
SUBJECTS = word_set("nsubj nsubjpass csubj csubjpass expl")
