"""What the rules about compensation need beyond patterns: amounts, and how many gifts there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from highnote import later
from highnote.language import Sentence
from highnote.reply import Proposal, Reply
from highnote.tokens import Token

_SPELLED = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "a twentieth": 5, "one-twentieth": 5, "a tenth": 10, "one tenth": 10,
    "one-tenth": 10, "an eighth": 12.5, "one eighth": 12.5, "a sixth": 16.7, "one sixth": 16.7,
}  # fmt: skip
_WORDS = "|".join(word for word in _SPELLED if " " not in word and "-" not in word)
_SHARE = later.compile(
    r"(?P<part>\b(?:a|one)[ -](?:twentieth|tenth|sixth)|\b(?:an|one)[ -]eighth)\b"
    rf"|(?P<amount>\b\d+(?:[.,]\d+)?|\b(?:{_WORDS})\b)\s*(?:%|per ?cent\b|pct\b|pc\b)",
    re.IGNORECASE,
)
# A share is a discount where money comes off, not where something is measured.
_OFF_AFTER = later.compile(
    r"^\W*(?:(?!and\b|but\b)[\w’'+-]+\W+){0,4}?(?:off|discounts?|reductions?|rebate|less|lower|cheaper|below|under|back|break"
    r"|coupon|voucher|concession"
    r"|adjustment|code|markdown|deducted|refunded|credited|waived|knocked|shaved"
    r"|has been (?:deducted|taken|knocked)|(?:was|is) (?:deducted|taken|knocked)"
    r"|comes? off|cut|waivers?|cashback"
    r"|(?:on|for|in|of|at) (?:an?|your|the|any|all|another) (?:next|following|coming|future|whole|new|order|purchase|basket))\b",
    re.IGNORECASE,
)
_OFF_BEFORE = later.compile(
    r"\b(?:minus|discount|reduction|rebate|concession|adjustment|allow(?:ed|ance)?|drop(?:s|ped)?"
    r"|(?:we|i)(?:'ll| will)? credit(?: you)?|credited"
    r"|lowered?|reduced?|reducing|shav(?:e|ed|ing)|trim(?:med|ming)?|knock(?:ed|ing)?|go as far as|stretch to"
    r"|(?:cheaper|lower|less|off) by|(?:code|coupon|voucher|credit) (?:for|of|over|worth)"
    r"|(?:take|taken|taking|took|comes?|cut) (?:\w+ ){0,4}(?:down )?by|takes? off|g(?:ive|ives|iving|ave) back"
    r"|deduct(?:s|ed|ing)?)\b(?:\W+[\w’'-]+){0,5}?\W*$",
    re.IGNORECASE,
)
_NOT_AMENDS = later.compile(
    r"\b(?:children|kids|infants|teachers?|residents|direct debit|silver|gold(?:en)? tier|over-\d+s?|tier"
    r"|students?|seniors?|pensioners?|schools?|nonprofits?|charities|staff|members? (?:get|pay|have"
    r"|save)|everyone|everybody|all customers|all year round"
    r"|sale|promotion|promo(?!\s*code)|price list|early[- ](?:payment|bird)|annual(?:ly)? billing|billed"
    r"|(?:pay|paid|paying)\b[^.]{0,20}\b(?:year|annual|advance|front|month|by the)"
    r"|yearly plan is|renewal at|volume|bulk|orders? (?:over|above)|per the|vat|hst|gst|tax|interest|apr"
    r"|markup|% fee|fee (?:is \d|drops|of)|battery|charged? at|restocking"
    r"|single-person|cheaper than|off-peak|instead of|rather than|last (?:spring|year|month)|than last"
    r"|thanks to|alcohol|cotton|wool|humidity|faster|subscribers?|newsletter"
    r"|accuracy|traffic|scored|restored|extra pieces|higher|as you asked|you asked|don.t (?:offer|give)"
    r"|no longer)\b",
    re.IGNORECASE,
)
_MORE_BESIDE = later.compile(r"\b(?:as well as the full|whole bill|in full and)\b", re.IGNORECASE)


def small_discount(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """A discount below `least` per cent that is no price list and no promotion."""
    for sentence in reply.body:
        found = _share_off(sentence, float(options["least"]))
        if found and not _NOT_AMENDS.search(sentence.text) and not _MORE_BESIDE.search(sentence.text):
            yield Proposal(*sentence.source_span(*found), sentence)


def _share_off(sentence: Sentence, least: float) -> tuple[int, int] | None:
    """Where a sentence takes less than `least` per cent off; None where one of its discounts is large enough."""
    small = None
    for match in _SHARE.finditer(sentence.text):
        before, after = sentence.text[: match.start()], sentence.text[match.end() :]
        off = _OFF_AFTER.match(after)
        if not off and not _OFF_BEFORE.search(before):
            continue
        if _percent(match) >= least:
            return None
        small = small or (match.start(), match.end() + (off.end() if off else 0))
    return small


def _percent(match: re.Match[str]) -> float:
    text = (match["part"] or match["amount"]).lower().replace(",", ".")
    spelled = _SPELLED.get(text.replace("-", " ")) or _SPELLED.get(text)
    return float(spelled) if spelled else float(text)


def too_many(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The sentences from the first gift on that is more than `most` (`most_valued` for a customer marked as valued)."""
    most = int(options["most_valued"] if reply.valued else options["most"])
    if sum(map(_gifts_at_most, reply.body)) <= most:
        return
    if not _amends(reply):
        return
    count = 0
    for sentence in reply.body:
        before = count
        spans = sentence.acts.get("compensate", ())
        count += _gifts(sentence)
        if count > most and count > before:
            start, end = sentence.source(min(s for s, _ in spans), max(e for _, e in spans))
            yield Proposal(start, end, sentence, fields={"count": str(count)})


_WITH_GOODS = later.compile(r"\b(?:comes?|sold|bundled) with\b", re.IGNORECASE)


def _amends(reply: Reply) -> bool:
    """What is given makes up for something, or begs to stay: it is no price list, and nothing that was earned."""
    now = reply.situation
    return reply.asked is None or now.harm or now.leaving or any(s.does("apologise") for s in reply.body)


_CHOICE = later.compile(r"\b(?:or|either|whichever|choose|instead|rather)\b", re.IGNORECASE)
_REMEDY = later.compile(
    r"\b(?:refund(?:ed)?|money back|repaid|your money|replacement|new (?:one|part))\b", re.IGNORECASE
)
_BETWEEN = later.compile(r",|;|\b(?:and|plus|as well as|on top|also|with)\b", re.IGNORECASE)
_ITEM = later.compile(
    r"\s*(?:(?:add(?:ed|ing)|put(?:ting)?|popp(?:ed|ing)|throw(?:n|ing) in|sen(?:t|ding)|giv(?:en|ing)|includ(?:ed|ing)"
    r"|doubl(?:ed|ing)|enclos(?:ed|ing)) (?:you )?)?"
    r"(?:an?|some|half|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+|free|another|[€£$]\s?\d\S*)\s",
    re.IGNORECASE,
)
"""How an item of a list of gifts begins."""


def _gifts(sentence: Sentence) -> int:
    """How many different gifts a sentence gives; things to choose from are one."""
    if not sentence.does("compensate") or _WITH_GOODS.search(sentence.text):
        return 0
    doc = sentence.span.doc
    spans = sorted(span for span in sentence.acts.get("compensate", ()) if not _known(doc[max(0, span[0] - 1)]))
    if not spans:
        return 0
    if _CHOICE.search(sentence.text):
        return 1
    count = 1
    for i in range(1, len(spans)):
        end, start = spans[i - 1][1], spans[i][0]
        count += bool(_BETWEEN.search(doc[end:start].text))
    return max(count, _listed(sentence.text))


def _gifts_at_most(sentence: Sentence) -> int:
    """How many gifts a sentence may give, told by its words alone."""
    named = sentence.acts.at_most("compensate")
    return min(named, 1) if _CHOICE.search(sentence.text) else named and max(named, _listed(sentence.text))


def _known(before: Token) -> bool:
    """Whether the word before a gift says that it was named already ("the flowers come on Friday")."""
    return before.lower_ in ("the", "these", "those", "this", "your")


def _listed(text: str) -> int:
    """How many gifts are listed where one of them was seen: the first, and the items after it."""
    parts = [part for part in _BETWEEN.split(text) if len(part.split()) > 1]
    return bool(parts) + sum(_ITEM.match(item) is not None and not _REMEDY.search(item) for item in parts[1:])
