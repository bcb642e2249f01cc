"""Kinds of answers, and the words that show each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from highnote import later

if TYPE_CHECKING:
    from highnote.asks import Type

Group = Literal["value", "open", "polar", "do"]
GROUPS: Mapping[Type, Group] = {
    "when": "value", "how long": "value", "how much": "value", "where": "value", "who": "value",
    "which": "open", "why": "open", "how": "open", "what": "open", "yes/no": "polar", "do": "do",
}  # fmt: skip
"""Types of asks whose answers are recognised alike."""
HELPS = frozenset({"resolve", "promise", "offer", "choice", "compensate"})
"""Acts that move the customer's matter on."""


def wordy(pattern: str) -> re.Pattern[str]:
    return later.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


def opening(pattern: str) -> re.Pattern[str]:
    return later.compile(rf"^\W*(?:{pattern})\b", re.IGNORECASE)


EMPTY_TALK = opening(
    r"thank|thanks|many thanks|cheers|(?:best|kind|warm) (?:regards|wishes)|have a|enjoy|welcome|we (?:hope"
    r"|look forward|value"
    r"|appreciate|would be delighted)|i hope|please (?:do not|don't) hesitate|(?:if|should) (?:you"
    r"|there)(?: \w+)* (?:any"
    r"|further|else|more)|let (?:us|me) know if|we(?: fully| completely|'re)? (?:understand|sorry)|(?:i'm|we're|i am"
    r"|we are)"
    r" (?:so |very |really )?sorry|our \w+ (?:is|are) (?:one|important|proud|trained)|congratulations|your \w+ (?:is"
    r"|are)"
    r" (?:very )?important|did you know|great|good luck|see you|looking forward|what a|love"
)
NUMBER = r"(?:\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|a|an|few|couple)"
_STOCK_VERBS = (
    "had|were|was|do|did|know|need|under|value|apprec|hope|wish|love|like|took great|look|strive|believe|think|feel"
    "|regret"
    "|thank|offer|recommend|suggest|would|could|should|can|will|may|might|must|see|find|get|use|work|make|treat|train"
)
KINDS: Mapping[str, re.Pattern[str]] = {
    "day": later.compile(
        r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|tomorrow|tonight|today|yesterday|this (?:morning|afternoon"
        r"|evening"
        r"|week|month)|next (?:week|month|year|\w+day)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov"
        r"|dec)[a-z]*|noon"
        r"|midnight|weekend|christmas|easter|spring|summer|autumn|winter|\d{1,2}(?:st|nd|rd|th)"
        r"|\d{1,2}(?:[:.]\d\d)? ?(?:am|pm"
        r"|o'clock|uhr)|(?:at|by|from|till|until|before|after|between|around) \d{1,2}|20\d\d|\d+ (?:minutes"
        r"|hours|days"
        r"|weeks) ago)\b",
        re.IGNORECASE,
    ),
    "hours": wordy("open"),
    "span": wordy(
        rf"{NUMBER}(?: (?:to|or|and|-|–) {NUMBER})?(?: (?:more|working|business|full|short|clear"
        rf"|calendar))? ?-?(?:second"
        r"|minute|min|hour|day|week|fortnight|month|year|night)s?|overnight|within|straight ?away|at once|immediately"
    ),
    "money": later.compile(
        r"[£$€]\s?\d|\b\d[\d.,]*\s?(?:€|£|\$|%|euros?|eur|pounds?|gbp|dollars?|usd|chf|francs?|kr|percent|per cent"
        r"|pence|cents?"
        r"|p)\b|\b(?:free|no (?:extra )?(?:charge|cost|fee)|not owe|n't owe|nothing(?! wrong| else| whatsoever)"
        r"|on the house|on us|half price|at cost)\b",
        re.IGNORECASE,
    ),
    "amount": later.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|half|unlimited|no)\b", re.IGNORECASE
    ),
    "place": later.compile(
        r"\b(?:at|in|on|under|behind|next to|beside|opposite|outside|near|inside|from|via|into|to) (?:the|our|your|a"
        r"|desk|room"
        r"|floor|platform|gate|page|settings|[A-Z]\w+)\b|https?://|www\.|\.example|\b(?:desk|counter|street|road"
        r"|floor|gate"
        r"|depot|upstairs|downstairs|online|here)\b|[A-Z]\w+ > [A-Z]"
    ),
    "person": wordy("me|myself|i(?:'ll| will| am|'m)|colleague|manager|only|yourself|anyone|nobody|everyone"),
    "cause": wordy(
        r"because|since (?:the|we|our|it|you)|due to|caus(?:e|ed|es|ing)|reasons?|owing to|turned out|explains"
        r"|behind (?:it|this"
        r"|that|the)|why|came from|by mistake|mistake|mix-?up|mixed|slip|swapped|happened|fault|bug|failed"
        r"|overload\w*|(?:i|we)"
        r" (?:forgot|missed)|as (?:the|your|our|we|it)|so that|comes? from|is for|means|stands for"
    ),
    "steps": wordy(
        r"click|press|tap|open|select|choose|go to|hold|keep|enter|type|tick|turn|switch|set|pull|push|put|use|send"
        r"|drop|bring"
        r"|print|reply|sign|log|scan|remove|insert|scroll|drag|hit|add|follow|under|settings|call|ring|write|fill"
        r"|upload"
        r"|download|simply|first|then|by \w+ing|you (?:can|could|need|only|just)|just"
    ),
    "choice": wordy(
        r"or|either|both|whichever|the \w+ one|neither|rather|instead|you(?:'ll| will)? want|take the|go for"
        r"|recommend|suggest"
    ),
    "later": wordy(
        r"(?:i|we)(?:'ll| will|'m going to| am going to|'m| am)(?: \w+){0,4} (?:let you know|get back|come back"
        r"|tell you|write (?:to"
        r" you|again|back|you)|call you|ring you|answer|reply|update you|ask|find out|check(?:ing)?|confirm|report"
        r"|have (?:an"
        r" answer|news|heard)|email you|know more|be in touch|send you)|(?:i|we) (?:don't|do not) know|i(?:'ve"
        r"| have) asked"
        r"|waiting (?:for|to hear)"
    ),
    "yes or no": later.compile(
        r"^(?:and |but |so |well,? |oh |hi,? )*(?:yes|yep|yeah|yup|no|nope|of course|certainly|sure|gladly|absolutely"
        r"|happily|with"
        r" pleasure|by all means|definitely|indeed|unfortunately|sadly|regretfully"
        r"|regrettably|i'm afraid|sorry, no|not (?:yet|quite|any|at)"
        r"|none"
        r"|neither|only|both|exactly|correct|that's (?:right|correct)|you're right|(?:\w+ ){1,5}it is(?=$|[.,;:!]))\b"
        r"|\b(?:so yes|yes,|no,)",
        re.IGNORECASE,
    ),
    "so or not": wordy(
        r"not?|never|none|neither|nor|only|cannot|without|unfortunately|afraid|sadly|\w+n't|excluded|until|instead"
        r"|yes|yeah|yep"
        r"|of course|certainly|sure|gladly|absolutely|definitely|no problem|works?|fine|welcome|included?|free"
        r"|possible|allowed"
        r"|covered|too|also|ready|available|there(?:'s| is| are)|you(?:'ll| will| can| may| could)|comes? with|(?:we"
        r"|i) (?:do|can"
        r"|have|will|offer|accept|take|keep|sell)"
    ),
    "done": wordy(
        r"(?:i|we)(?:'ve| have)(?: \w+ly| just| now| already| also| personally| all)* (?:\w+ed|set|put|sent|made"
        r"|given|taken"
        r"|written|spoken|told|found|paid|left|got|done|had|let|cut|reset|rung|begun|kept|brought|built|gone|seen to"
        r"|dealt)\b"
        r"|(?:i|we)(?:'ll| will|'m| am|'re| are)(?: \w+ly| just| now| already| also| personally| all)* (?!sorry"
        r"|afraid|glad|happy"
        r"|delighted|pleased|proud|always|looking|hoping|here\b|open\b|family|trained|adding|the\b|a\b|in\b|at\b"
        r"|be delighted"
        rf"|welcome)\w+|(?:i|we) (?!have|are|am|{_STOCK_VERBS})\w+(?:ed|t)\b|(?:i|we) (?:sent|put|made|set|took|gave"
        rf"|wrote|spoke"
        r"|told|found|paid|moved|booked)\b|go(?:es)? (?:back|out|in|off)|leaves? (?:today|tonight|tomorrow|this|on"
        r"|by)|on (?:its"
        r"|the|their) way|attached|enclosed|here (?:it |they )?(?:is|are)|(?:is|are|was|were|has been|have been"
        r"|will be) (?:now "
        r"|already |back |all )*(?:on your|in your|off|open again|yours|done|closed|cancelled|deleted|gone|refunded"
        r"|paid|changed"
        r"|booked|sent|reset|set up|sorted|corrected|removed|moved|stopped|over|back|credited|waived|swapped|replaced"
        r"|unblocked"
        r"|shipped|posted|dispatched|delivered|reopened|at \d)|(?:is|are) now\b|you(?:'ll| will| now)? (?:get|have"
        r"|receive)(?: \w+){0,5} (?:by|today|tomorrow|on"
        r"|within|back)|as of (?:now|today|\d)|with you (?:by|on|tomorrow|today)|comes? (?:to you|by|along|on \w+day"
        r"|at \d"
        r"|tomorrow|today)|will (?:be with|ring|call|come|visit|collect|bring|arrive)|(?<!\w )(?:found|moved|sent"
        r"|fixed|sorted|done"
        r"|refunded|cancelled|reset|added|changed|updated|removed|swapped) (?:it|that|this|your?|them)"
    ),
    "here": later.compile(
        r"\b(?:here(?:'s| is| are| it is)|it's (?:here|attached|below)|attached|enclosed)\b", re.IGNORECASE
    ),
}
"""How a piece brings what asks call for."""
NICE = opening(
    r"(?:it|that|this)(?:'s| is| was) (?:so |very |really |always )?(?:lovely|great|good|nice|wonderful|a pleasure"
    r"|important|kind"
    r"|sad|not easy)|(?:we|i) (?:are|am|were|was|have|will|can|do|would) (?:\w+ )?(?:sorry|glad|happy|delighted"
    r"|pleased|family"
    r"|proud|afraid|always|find|look|hope|understand|value)|you (?:will|can|may|could) (?:\w+ )?(?:find|reach|see"
    r"|read|also"
    r"|open|enjoy)"
)
"""Openings that answer nothing though they look it: "It's lovely to hear …", "You will find us …"."""
HANDED_ON = wordy(
    r"forward(?:ed)?|escalat\w+|passed (?:(?:it |this |your \w+ )(?:on|to)|on to)|handed (?:it|this"
    r"|your \w+) (?:over|on)"
    r"|raised (?:it|this|internally)|looked? into|in (?:the )?(?:coming|due)|as soon as (?:possible|we|i|they"
    r"|it) ?(?:can|is)?"
    r"|(?:put|placed) (?:it|this|your \w+) (?:in|on|into|at) (?:\w+ ){1,3}(?:queue|list|pile|agenda)"
    r"|shortly|bear with|under (?:review|investigation)|will be (?:in touch|contacted|looked|dealt)"
    r"|before (?:too )?long"
    r"|when (?:i|we) (?:can|get)|get round to|high on the list|still open"
)
SENDS_AWAY = wordy(
    r"(?:have|need|got|best) to (?:\w+ )?(?:approach|contact|call|ring|phone|get hold of|write to|turn to|ask) (?!me\b|us\b)\w+"
    r"|another department|not my department"
)
"""Somebody else is to be asked: no answer to what is to be done, or when."""
WHAT_NOW = later.compile(
    r"(?:what (?:now|next|happens|can|should|do|will|are|is going|'s going|else)\b(?: (?:now|next|you|i|we|my|do"
    r"|going|to|about|it"
    r"|this|that|the|can|on|here|options?))*|who (?:can|will|is going to|do) .{0,24}(?:this|it|help|sort|do)|(?:can"
    r"|could) you"
    r" (?:help|fix|do|check|look)\b.{0,16})\W*$",
    re.IGNORECASE,
)
