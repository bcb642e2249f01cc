"""Checks of tone that patterns cannot say: what is missing from a mail, capitals, and the register of the customer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from highnote import later
from highnote.draft import Kind, Zone
from highnote.language import Sentence
from highnote.reply import Proposal, Reply

_WORD = later.compile(r"\w[\w'’-]*")
_POLITE = later.compile(
    r"\b(?:please|pls|kindly|could you|would you|thank|thanks|thx|ta|cheers|welcome|sorry|apolog\w+)\b", re.IGNORECASE
)
_PARTING = later.compile(
    r"\b(?:regards|wishes|sincerely|faithfully|cheers|take care|all the best|yours|best)\b", re.IGNORECASE
)


def curt(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """A mail without greeting, thanks, please and sign-off, or one line in answer to a long message; never in chat.

    A bare name below it is no sign-off.
    """
    if reply.chat or reply.at_once or not reply.body or reply.parsed.draft.framed_elsewhere:
        return
    blocks = reply.parsed.draft.blocks
    text = " ".join(block.text for block in blocks if block.zone not in (Zone.QUOTE, Zone.SIGNATURE))
    zones = {block.zone for block in blocks if block.text.strip()}
    framed = bool(zones & {Zone.GREETING, Zone.CLOSING}) or _PARTING.search(text) is not None
    telegram = _is_one_line_to_many(reply, options)
    if (telegram and not framed) or (not _POLITE.search(text) and (telegram or not framed)):
        yield Proposal(0, 0)


def _is_one_line_to_many(reply: Reply, options: Mapping[str, Any]) -> bool:
    if reply.asked is None or reply.body[-1].block is not reply.body[0].block:
        return False
    said = [word for sentence in reply.body for word in _WORD.findall(sentence.text)]
    asked = _WORD.findall(reply.thread[reply.asked].text)
    few, many = int(options["few_words"]), int(options["many_words"])
    return len(said) <= few and len(asked) >= many


# ---------------------------------------------------------------- shouting


def _set(text: str) -> frozenset[str]:
    return frozenset(text.upper().split())


_STRESSED = _set("""
    only not never ever always must over free stop please now all any immediately important huge sale very before after
    monday tuesday wednesday thursday friday saturday sunday
    every read will cannot don't can't won't do does did again really so urgent attention warning notice required
    mandatory final last first please today asap nothing nobody everything everyone exactly absolutely definitely
    completely totally guaranteed forbidden prohibited strictly refuse refused clearly already still yes no without
    until unless both more less most best new big amazing hurry wow fast gone done closed sold finished tonight tomorrow
    soon wrong truly ever ends ending last nearly almost your you we us our is are was were have has had both
    """) - _set("new first last final best us big so it all no yes notice attention free sale")
"""Words that are written in capitals only for stress (some short ones that also are names or buttons are left out)."""

_LOUD = _set("free sale huge big attention notice new last final best first all no yes so")
"""Words that are loud beside another loud word, or on their own before more than one mark."""

_COMMON = (
    _STRESSED
    | _LOUD
    | _set("""
    a an the i it this that these those to of in on at for with and or but as if be been am they them he she what when
    where why how which who can could would should may might by from up out off then than there here just get got give
    check send call tell say said see look order orders items item label parcel refund money back thank thanks sorry
    hello hi dear customer make made take keep want need help know think us my me mine go going come one two time
    """)
)

_ACRONYMS = _set("""
    eur usd gbp chf sek nok dkk pln czk jpy inr cad aud dhl ups usps dpd gls tnt usb pdf pin id tv dvd cd vat faq uk us
    eu usa un dns url html sms gps vip ceo vp hr it ok rsvp asap eta po rma sku iban bic swift atm qr led lcd hdmi api
    ip vpn wifi am pm nb ps fyi gdpr diy suv ac dc cet gmt utc est pst bst dst nhs irs dmv mot ban
    """)

_CAPITALS = later.compile(r"(?<![\w@#&./-])[A-Z][A-Z'’]*(?![\w@#&/-])")
_MARKS = later.compile(r"[!?]{2,}")
_KEYS = later.compile(
    r"\b(?:press|click|tap|hit|type|text|reply|code|select|choose|button|key|option|called|named|"
    r"marked|labelled|labeled|"
    r"reads?|says?|shows?|word|menu|switch|model|keyword|enter|send)\W*$",
    re.IGNORECASE,
)
_JOY = later.compile(
    r"\b(?:congrat\w*|hooray|hurrah|yay|woo\w*|whoop\w*|bravo|happy|enjoy|thank\w*|welcome|the best|"
    r"great news|good news|fantastic|"
    r"amazing|wonderful|love|lovely|brilliant|well done|cheers|birthday|glad|delighted|have fun|awesome)\b",
    re.IGNORECASE,
)

_CHEERS = later.compile(r"\b(?:congrat\w*|hooray|hurrah|yay|whoop\w*|bravo|the best|well done)\b", re.IGNORECASE)


def shouting(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Words in capitals and marks in a row, one proposal a sentence; joy, acronyms, names, codes and keys are none."""
    theirs = "" if reply.asked is None else reply.thread[reply.asked].text
    now = reply.situation
    calm = not now.harm and not now.upset and now.kind != "complaint"
    cheers = any(_CHEERS.search(sentence.text) for sentence in reply.parsed.sentences)
    if now.kind == "praise" or (calm and cheers and reply.asked is not None):
        return
    for sentence in reply.parsed.sentences:
        if sentence.block.kind is Kind.HEADING or (reply.chat and calm and sentence.text.rstrip().endswith("!")):
            continue
        begin = sentence.begin
        text = sentence.block.text[begin : _end_with_marks(sentence)]
        loud = shouted(text)
        if not (calm and (reply.chat or "!!" in theirs)) and not _JOY.search(text):
            loud += [match.span() for match in _MARKS.finditer(text)]
        if loud:
            start, end = min(s for s, _ in loud), max(e for _, e in loud)
            yield Proposal(*sentence.block.source_span(begin + start, begin + end), sentence)


def _end_with_marks(sentence: Sentence) -> int:
    """Where the sentence ends, with the marks that the parser may have taken for a sentence of their own."""
    text, end = sentence.block.text, sentence.begin + len(sentence.text)
    while end < len(text) and text[end] in "!?":
        end += 1
    return end


def shouted(text: str) -> list[tuple[int, int]]:
    """The spans of ordinary words that are written in capitals for stress, in order."""
    places = [m for m in _CAPITALS.finditer(text) if not _is_named(text, m)]
    found: list[tuple[int, int]] = []
    for run in _runs(text, places):
        words = [m[0].replace("’", "'") for m in run]
        long = sum(len(word) > 1 for word in words)
        common = sum(word in _COMMON for word in words)
        stressed = any(word in _STRESSED and len(word) > 2 for word in words)
        both = sum(word in _LOUD or word in _STRESSED for word in words) > 1
        if stressed or both or (long > 2 and common * 3 >= len(words)):
            found += [m.span() for m in run if m[0] not in _ACRONYMS and m[0] != "I"]
        elif long == 1 and words[0] in _LOUD and re.match(r"[^.?]*!", text[run[-1].end() :]) and len(words[0]) > 3:
            found.append(run[0].span())
    return found


def _is_named(text: str, match: re.Match[str]) -> bool:
    """Whether the word names something: in quotes, or after "press", "code" and the like."""
    before, after = text[: match.start()], text[match.end() :]
    quoted = before.endswith(('"', "“", "'", "‘", "«")) or after.startswith(('"', "”", "»"))
    return quoted or _KEYS.search(before) is not None or re.match(r"\s+(?:button|key|code|switch)\b", after) is not None


def _runs(text: str, places: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """The words in groups that nothing but spaces and commas parts."""
    run: list[re.Match[str]] = []
    for match in places:
        if run and re.fullmatch(r"[\s,;:.!?–—-]+", text[run[-1].end() : match.start()]) is None:
            yield run
            run = []
        run.append(match)
    if run:
        yield run


# ---------------------------------------------------------------- slang

_SLANG = later.compile(
    r"(?<![\w'’.@/-])(?:gonna|wanna|gotta|gimme|lemme|dunno|kinda|sorta|ain['’]?t|u|ur|urs|r u|ya|"
    r"yep yep|lol|lmao|rofl|omg|omfg|"
    r"wtf|btw tho|idk|imho|tbh|ngl|fr|smh|brb|thx|thnx|tx|ty|tysm|pls|plz|plox|tho|thru|cuz|coz|bc|"
    r"cos u|b4|gr8|l8r|2day|2moro|"
    r"tmrw|np|hmu|ikr|jk|haha\w*|hehe\w*|yolo|yikes|whatevs|deets|totes|srsly|obvs|def gonna|awks|soz|innit|"
    r"no prob(?:s|lemo)?|sup|wassup|yo|dude|bruh|bro|buddy|pal|fam|hun|babe|no worries mate|cheers mate|my bad|"
    r"sucks|that sucks|crap|damn|screw(?:ed)? up|dang|heck yeah|yeet|lit|peeps)(?![\w'’@/-]|\.\w)",
    re.IGNORECASE,
)
_NEVER_MIND = later.compile(r"(?:^|(?<=[,.;:!?–—-] ))nvm(?=\s*(?:[,.;:!?–—-]|$))", re.IGNORECASE)
"""By itself: `nvm use` is a tool for Node."""
_MATE = later.compile(r"(?:,\s*|\bno worries,?\s+|\bcheers,?\s+)mate\b", re.IGNORECASE)
_STRETCHED = later.compile(r"\b[a-z]*([aeiouyhsmz])\1{2,}[a-z]*\b", re.IGNORECASE)
_THRICE = later.compile(r"([aeiouyhsmz])\1\1", re.IGNORECASE)
_EMOJI = later.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]|(?<!\w)[:;]-?[)DPp](?!\w)")
_PLAIN = later.compile(r"\b(?:www|mmm+|hmm+|shhh+|brr+|zzz+)\b|\bxxx+|[ivx]{3,}", re.IGNORECASE)


def slang(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Chat words (and emoji, where the customer is upset) that the customer's own message does not use."""
    theirs = "" if reply.asked is None else reply.thread[reply.asked].text
    if _chatty(theirs):
        return
    upset = reply.situation.upset
    for sentence in reply.parsed.sentences:
        text, begin = sentence.text, sentence.begin
        words = [m for pattern in (_SLANG, _NEVER_MIND, _MATE) for m in pattern.finditer(text)]
        found = [m.span() for m in words if not m[0].isupper() or len(m[0]) == 1]
        if _THRICE.search(text):
            found += [m.span() for m in _STRETCHED.finditer(text) if not m[0].isupper() and not _PLAIN.search(m[0])]
        if upset:
            found += [m.span() for m in _EMOJI.finditer(text)]
        if found:
            start, end = min(found)
            yield Proposal(*sentence.block.source_span(begin + start, begin + end), sentence)


def _chatty(text: str) -> bool:
    """Whether a message is written in chat words itself: slang, emoji, or no capitals at all."""
    if not text:
        return False
    letters = re.sub(r"https?://\S+|[^A-Za-z]", "", text)
    lower = len(letters) > 20 and letters.islower()
    return lower or any(p.search(text) for p in (_SLANG, _MATE, _STRETCHED, _EMOJI))
