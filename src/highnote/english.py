"""Whether a message is in English, told by its function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highnote.language import Parsed


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
_LANGUAGES = {
    word: [language for language, words in _FOREIGN.items() if word in words]
    for word in frozenset().union(*_FOREIGN.values()) - _ENGLISH
}
"""The languages of each of these words."""


# What follows an apostrophe is left out: the “s” of “it's” is a word in Czech.
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+")


def is_english(message: Parsed) -> bool:
    """Whether a message is in English, by its function words; a message of a few words counts as English."""
    words = [w.lower() for s in message.sentences for w in _WORD.findall(s.text)]
    if sum(not w.isascii() for w in words) > len(words) / 2 and len(words) > 2:
        return False
    english = sum(w in _ENGLISH for w in words)
    foreign = max(Counter(language for w in words for language in _LANGUAGES.get(w, ())).values(), default=0)
    return foreign < 2 or english > foreign
