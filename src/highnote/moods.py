"""How a customer's message feels: anger or hurt, joy, sourness, shouting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from highnote.wording import base_forms, phrases

if TYPE_CHECKING:
    from highnote.language import Sentence


_SMILES = re.compile("[😀-😄😁😊🙂😍🥰😎🤗😇❤♥💕💖💙💛💜💯👍👏🙌👌🎉🥳🤘✈]|[:;]-?[)D]|<3")
_FROWNS = re.compile("[😡😠🤬😤😞😔😕🙄😩😫😒😢😭😖😣☹👎🤦💩🖕]")
_SHOUT = re.compile(r"[!?]{2,}|\b(?:NOT|[A-Z]{4,})(?: [A-Z]{2,})+\b")


def joy(text: str) -> int:
    """How much joy a text shows: 2 for each word of praise, 1 for each small sign; none beside signs of anger."""
    return 0 if sour(text) else 2 * _count("praise", text) + _count("joy", text) + len(_SMILES.findall(text))


def sour(text: str) -> bool:
    """Whether a text shows anger by signs rather than by words."""
    return bool(_FROWNS.search(text) or phrases("moods", "anger").search(text))


def shouts(text: str) -> bool:
    """Whether a text is in capitals or ends in "!!"."""
    return bool(_SHOUT.search(text))


def feels(sentence: Sentence) -> bool:
    """The sentence says how the customer feels about it: "furious", "a joke", "not good enough"."""
    words = {t.lemma_.lower() for t in sentence.span} | {t.lower_ for t in sentence.span}
    if words.isdisjoint(base_forms("moods", "feeling")):
        return bool(phrases("moods", "hurt").search(sentence.text.replace("’", "'")))
    return not _NOT_SO.search(sentence.text)


_NOT_SO = re.compile(r"\b(?:not|n't|never) (?:\w+ )?(?:angry|annoyed|upset|disappointed)", re.IGNORECASE)


def _count(name: str, text: str) -> int:
    return sum(1 for match in phrases("moods", name).finditer(text) if not _DENIED.search(text[: match.start()]))


_DENIED = re.compile(r"(?:\bnot|\bnever|n't|\bhardly|\banything but) (?:very |so |really |exactly )?$", re.IGNORECASE)
