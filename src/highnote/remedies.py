"""What customers ask to be done, and how they name it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highnote.language import Sentence

REDRESS = frozenset({"refund", "replacement", "repair", "compensation"})
"""The remedies that put right what went wrong."""
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


def wished(sentences: Iterable[Sentence]) -> frozenset[str]:
    """The names of the remedies that a message asks for; what it only tells asks for none."""
    wishes = [s.text for s in sentences if not _tells(s)]
    return frozenset(name for name, pattern in REMEDIES.items() if any(map(pattern.search, wishes)))


def _tells(sentence: Sentence) -> bool:
    """A sentence that only tells what happened wishes nothing."""
    moods = {c.mood for c in sentence.clauses}
    wish = re.search(
        r"\b(?:want|like|need|please|pls|plz|could|would|can|expect|demand|prefer|asked|hope)\b",
        sentence.text,
        re.IGNORECASE,
    )
    return moods <= {"statement", "condition", "counterfactual"} and not wish
