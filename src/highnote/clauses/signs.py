"""What a sentence must hold for a clause of some kind: so that most sentences need not be read for it."""

from __future__ import annotations

from highnote.clauses.vocabulary import (
    CONDITION_STARTS,
    CUSTOMER,
    CUSTOMER_NOUNS,
    LINK_PHRASES,
    LINKS,
    NEGATIVE,
    NEGATIVE_THINGS,
    THANKS,
)


def _sign(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONDITIONAL = CONDITION_STARTS | _sign("case long condition should had were wish")
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
    "polarity": {"negative": NEGATIVE | NEGATIVE_THINGS | _sign("no without unable")},
    "mood": {"condition": _CONDITIONAL | _UNREAL, "counterfactual": _UNREAL, "imperative": frozenset({ORDER})},
    "time": {"day": _DAY_WORDS, "vague": _VAGUE_WORDS, "past": _sign("yesterday ago back early earlier previously day recently last")},
    "link": {
        link: _sign(" ".join([
            *(word for word, kind in LINKS.items() if kind == link),
            *(max(pair, key=len) for pair, kind in LINK_PHRASES.items() if kind == link), extra,
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


NAMED_CUSTOMER = CUSTOMER | CUSTOMER_NOUNS | THANKS | _sign("your ur yer cheer appreciate")
"""The same for a clause whose doer is the customer, unless it is an order, which need not name its doer."""
