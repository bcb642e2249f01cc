"""How a customer's message feels: anger or hurt, joy, sourness, shouting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highnote.language import Sentence


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FEELING = _set("""
    furious angry annoyed annoying disappointed disappointing disappointment upset upsetting appalled disgusted
    disgusting outraged frustrated frustrating frustration livid fuming gutted devastated unhappy dissatisfied
    unacceptable ridiculous disgrace disgraceful outrageous shambles joke appalling pathetic embarrassing embarrassed
    humiliating humiliated heartbroken desperate irritated irritating infuriating insulting rude incompetent hopeless
    scandalous absurd unbelievable shocked shocking cheated
    """)
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
    r"|person|app|hotel|room|book|course|lady|guy|man|woman|work)"
    r"|(?:is|are|was|were|been) (?:so |very |really |just |all )?(?:great|outstanding|awesome"
    r"|perfect|lovely|wonderful|fabulous|spot on)"
    r"|awesome|top[- ]?notch|top work|(?:very |so |really )?(?:accommodating|attentive|courteous|considerate"
    r"|gracious|patient with)"
    r"|tak(?:en?|ing|es) (?:good |great |such good )?care of (?:us|me|everyone)|#\w*(?:thank|kind|grateful|best"
    r"|love)\w*|legends?|angels?|saved (?:my|our)|customer for life|deserves?"
    r"|rock ?stars?|hero(?:es)?|(?:so|too|very|really|such) (?:kind|sweet|lovely|thoughtful|generous|pleasant"
    r"|smooth|fun)|kindness|pleasant|above (?:and|&|\+) beyond|restored my faith|converted|give \w+ a(?:nd?"
    r"| )?(?:raise|medal|award|bonus)|giv\w*araise|thankful|thrilled|stoked|eat my words"
    r"|no one (?:will|can|could) (?:ever )?beat|never (?:flying|using|buying|ordering|booking) (?:another|any other"
    r"|anything else)|no (?:issues|complaints|hassle|problems at all)|works? (?:perfectly|great|well|like a charm)"
    r"|all (?:sorted|good|fixed)|sorted (?:it|now)"
    r"|grateful|congrat\w*|wonderfully"
    r"|thank(?:s| you) [^.?!]{0,40}for (?:always|a|another|getting|helping|sorting|fixing|taking|making|looking"
    r"|going|such|all))\b",
    re.IGNORECASE,
)
_JOY = re.compile(
    r"[😀-😄😁😊🙂😍🥰😎🤗😇❤♥💕💖💙💛💜💯👍👏🙌👌🎉🥳🤘✈]|[:;]-?[)D]|<3|\bthank(?:s| you| u)(?: \w+){0,4} ?!+"
    r"|\b(?:(?:much|mad|lots of|all the|huge) love|props|woo+ ?hoo+|yay|so much fun|(?:was|were|is"
    r"|are) (?:such )?a pleasure"
    r"|credit (?:where|to)|good (?:move|call)|way to go|genius|painless|very prompt|quick,? thanks|spoil(?:ed|t) us"
    r"|(?:great|best|smoothest|nicest|sweetest|friendliest|most pleasant|most helpful)[.,]? (?:\w+[.,]? ){0,2}(?:ever"
    r"|flight|plane"
    r"|landing|crew|service|agent|person|staff|team|experience|trip|attendants?)"
    r"|you (?:all |guys )?(?:rock|rule|are the (?:best|sweetest|greatest))|(?:are|is|you're) the (?:best|sweetest)"
    r"|love(?:s|d)? (?:you|ya|these|flying|that (?:i|you|we)|it when)|(?:only|always) (?:fly|shop|buy|stay|book"
    r"|use))\b",
    re.IGNORECASE,
)
"""Signs of joy that say little by themselves: two of them, or one where no trouble is told, are praise."""
_SOUR = re.compile(
    r"[😡😠🤬😤😞😔😕🙄😩😫😒😢😭😖😣☹👎🤦💩🖕]|#\w*(?:fail|disappoint|worst|never|suck|poor|bad|wtf|lost)\w*"
    r"|\b(?:worst|never (?:again|fly|buy|use|order)|sucks?|wtf|no thanks)\b",
    re.IGNORECASE,
)
"""Signs of anger, which make a joke of any praise beside them."""
_SHOUT = re.compile(r"[!?]{2,}|\b(?:NOT|[A-Z]{4,})(?: [A-Z]{2,})+\b")


def joy(text: str) -> int:
    """How much joy a text shows: 2 for each word of praise, 1 for each small sign; none beside signs of anger."""
    return 0 if sour(text) else 2 * len(_PRAISE.findall(text)) + len(_JOY.findall(text))


def sour(text: str) -> bool:
    """Whether a text shows anger by signs rather than by words."""
    return bool(_SOUR.search(text))


def shouts(text: str) -> bool:
    """Whether a text is in capitals or ends in "!!"."""
    return bool(_SHOUT.search(text))


def feels(sentence: Sentence) -> bool:
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
