"""What the rules about stock answers need beyond patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import Any

from highnote import later
from highnote.draft import Blanks, Block, Draft, Part, Tag, TemplateName, Zone
from highnote.language import Sentence
from highnote.reply import Proposal, Reply

# What a blank is called: “[NAME]”, “<order no>”, “[insert date here]”.
_NAMES = """
    name surname firstname first_name lastname last_name fname lname fullname customer client recipient agent rep
    representative manager company business brand date day time month year deadline weekday amount sum price total fee
    number no num nr order reference ref id case ticket rma tracking invoice account policy booking product item model
    link url address street city town postcode postal zip phone telephone tel email e-mail mail title salutation
    greeting
    signature position role department team code voucher insert enter fill add put your here details reason issue
    problem topic subject xxx tbd tbc todo blank placeholder
    """
_NAME = "|".join(sorted(map(re.escape, _NAMES.split()), key=len, reverse=True))
_BLANKS = later.compile(
    rf"""
      \{{\{{[^{{}}\n]{{0,60}}\}}\}}                                       # {{{{first_name}}}}
    | \{{%[^{{}}\n]{{1,60}}%\}}                                            # {{% if vip %}}
    | \$\{{[A-Za-z_][\w. ]{{0,40}}\}}                                      # ${{name}}
    | (?<![\w$}}])\{{[A-Za-z][\w. -]{{0,40}}\}}                            # {{order_no}}
    | \[\[[^\[\]\n]{{1,60}}\]\]                                            # [[name]]
    | \[(?=[^\]\n]*[A-Z])(?:[A-Z0-9][A-Z0-9 _/'’#.-]{{2,50}})\](?!\()      # [RMA NUMBER]
    | \[[^\[\]\n]{{0,40}}?\b(?i:{_NAME})\b[^\[\]\n]{{0,30}}\](?!\()       # [insert date]
    | \[(?:\.{{2,}}|…|_+|\s*|\?+|x+|X+)\](?!\()                            # […], [ ]
    | <(?!/)(?=[^<>\n@]*\b(?i:{_NAME})\b)[A-Za-z][\w '’/#.-]{{1,40}}>       # <order no>
    | <<[^<>\n]{{1,50}}>>                                                  # <<name>>
    | «[^«»\n]{{1,40}}»                                                    # «Name» of a mail merge
    | (?<![\w%])%(?=[A-Za-z_]*[A-Za-z]{{3}})[A-Za-z_]{{3,30}}%(?![\w%])    # %DATE%
    | \*\|[A-Z_]{{2,30}}\|\*                                               # *|FNAME|*
    | \b[A-Z]{{2,}}_[A-Z_]*[A-Z]\b(?=\W)                                   # FIRST_NAME
    | (?<![\w#*_./-])_{{3,}}(?![\w#*/])                                    # ____
    | (?<![\w./-])(?:X{{3,}}|x{{4,}})(?![\w/-])                            # XXX
    | (?:(?<=\bof\ )|(?<=\bby\ )|(?<=\bin\ )|(?<=\bon\ )|(?<=\bat\ )|(?<=\bto\ )|(?<=\bfor\ )|(?<=\bwithin\ )
        |(?<=\babout\ ))XX(?=\ [a-z])(?!\ centur)                     # XX litres
    | (?<![\w./-])(?:XX+|xx+)[./-](?:XX+|xx+|YY+|yy+)(?:[./-]\w+)?         # XX/XX/XXXX
    | (?<![\w./-])(?:DD|dd)[./-](?:MM|mm)(?:[./-](?:YY|yy)+)?(?![\w])      # DD/MM/YYYY
    | \b(?:T\.?B\.?[DCA]\.?|TODO|FIXME|[Ll]orem\ ipsum)(?!\w)              # TBD
    | (?<=[£€$])(?:X+|_+|\?+)(?:\.(?:X+|_+))?(?!\w)                        # £XX
    | (?<!\?)\?{{3}}(?=\s+(?:EUR|USD|GBP|euros?|dollars?|pounds|days?))    # ??? EUR
    """,
    re.VERBOSE,
)
_MAY_BE_BLANK = later.compile(r"[\[{<«%_*]|XX|xx|\?\?|[£€$][X?]|(?:DD|dd)[./-]|T\.?B\.?[DCA]|TODO|FIXME|orem")
"""A sign that stands in every blank, for a quick look."""
_CODE = later.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_QUOTED = later.compile(r"[\"“”'‘’«]\Z")
_TALKS_ABOUT = later.compile(
    r"(?:\b(?:type|enter|placeholder|variable|field|tag|template|syntax|replace|token|merge|shortcode"
    r"|snippet|says?|reads?"
    r"|shows?|displays?|called|named|literally|wrote|size|sizes|code|key|column)\b\W*(?:\w+\W+){0,2})\Z",
    re.IGNORECASE,
)
_KISSES = later.compile(r"\A[xX]{2,4}\Z")


_EXPLAINS = later.compile(
    r"\b(?:curly (?:brackets|braces)|merge (?:tag|field)s?|placeholders?|shortcodes?"
    r"|(?:the|this) (?:tag|variable)s? (?:goes|is|must|stands?|needs?))\b",
    re.IGNORECASE,
)
"""Where a reply tells how blanks are written, those after it are meant."""
_UNFILLED = {"problem": "is a blank that nobody filled in, so the reader would see a form letter"}


def unfilled_blank(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The blanks that nobody filled in, in every zone but the quote; in a template, those that nothing will fill in."""
    draft = reply.parsed.draft
    for tag in draft.tags:
        problem, mend = _wrong_with(tag, reply.blanks, draft)
        if problem:
            blank = draft.source[tag.start : tag.end]
            yield Proposal(tag.start, tag.end, fields={"blank": blank, "problem": problem, "mend": mend})
    blanks = [(b, match) for b in draft.blocks if _MAY_BE_BLANK.search(b.text) for match in _BLANKS.finditer(b.text)]
    if not blanks:
        return
    in_paths = {match[0] for block, match in blanks if _in_path(block.text, *match.span())}
    code = [match.span() for match in _CODE.finditer(draft.source)]
    explained = min((s.start for s in reply.body if _EXPLAINS.search(s.text)), default=len(draft.source))
    for block, match in blanks:
        start, end = block.source_span(*match.span())
        if block.zone is Zone.QUOTE or any(
            first < match.end() and match.start() < last for first, last, _ in block.slots
        ):
            continue
        if any(first <= start < last for first, last in code) or match[0] in in_paths or _is_meant(block, match):
            continue
        if start > explained and match[0][0] in "{<[%":
            continue
        fields = {"blank": match[0], "mend": f"Fill in “{match[0]}”, or leave the sentence out.", **_UNFILLED}
        if draft.template:
            fields["problem"] = "is a blank that the template does not fill in, so the reader would see it"
            fields["mend"] = f"Put a blank of the template in the place of “{match[0]}”."
        yield Proposal(start, end, _sentence_at(reply, start), fields=fields)


def _wrong_with(tag: Tag, blanks: Blanks, draft: Draft) -> tuple[str, str]:
    """What is wrong with a template's blank, and the mend; empty where nothing is."""
    if tag.part is not Part.VALUE:
        return "", ""
    if tag.fault:
        return f"{tag.fault}, so the reader would see a gap or the bare tag", "Name one blank, without spaces."
    unknown = [name for name in tag.filters if name not in blanks.extras and name not in _filters(draft.template)]
    if unknown and draft.template in ("liquid", "jinja"):
        near = get_close_matches(unknown[0], [*_filters(draft.template), *blanks.extras], n=1)
        meant = f": did you mean “{near[0]}”" if near else ""
        return f"goes through “{unknown[0]}”, which is no known filter{meant}", _ADD_FILTER
    loosely = draft.template == "fields"  # “[First Name]” is first_name
    names = [_loose(name) for name in blanks.names] if loosely else blanks.names
    named = _loose(tag.name) if loosely else tag.name
    if not tag.name or not names or any(_names(name, named) for name in names):
        return "", ""
    if draft.template == "erb" and any(named.startswith(f"{name}.") for name in names):
        return "", ""  # a method of a known value
    near = get_close_matches(named, names, n=1)
    meant = f" (did you mean “{near[0]}”?)" if near else ""
    return (
        f"names no known blank{meant}, so the reader would see a gap",
        "Name a known blank, or add it to `placeholders`.",
    )


_ADD_FILTER = "Mend the name, or add it to `filters` in the configuration."


def _loose(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def _names(known: str, name: str) -> bool:
    """Whether `known`, a name or a glob, covers a blank; an index in a list counts as `*`."""
    return known == name or fnmatchcase(name, known) or fnmatchcase(_INDEX.sub(".*", name), known)


_INDEX = later.compile(r"\[[^\[\]]*\]")


@cache
def _filters(template: TemplateName | None) -> frozenset[str]:
    """The filters that a template language has."""
    return (
        import_module(f"highnote.reading.templates.{template}").filters()
        if template in ("liquid", "jinja")
        else frozenset()
    )


def broken_tag(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The tags of a template that its language would not take."""
    draft = reply.parsed.draft
    for tag in draft.tags:
        words = tag.name.removeprefix("end").removeprefix("/")
        known = tag.fault.startswith("is no tag") and (tag.name in reply.blanks.extras or words in reply.blanks.extras)
        if tag.fault and tag.part is not Part.VALUE and not known:
            yield Proposal(tag.start, tag.end, fields={"problem": tag.fault})


def _in_path(text: str, start: int, end: int) -> bool:
    """Whether a blank is part of an address: “/customers/{customer_id}/invoices”."""
    return text[max(start - 1, 0) : start] in ("/", "=") or text[end : end + 1] == "/"


def _is_meant(block: Block, match: re.Match[str]) -> bool:
    """Whether a blank's look is wanted: kisses at the end, a key, or a word that the text speaks about."""
    before, blank = block.text[: match.start()].rstrip(), match[0]
    if _KISSES.match(blank) and (block.zone is not Zone.BODY or not block.text[match.end() :].strip(" .,!\n")):
        return True
    if blank in ("XXL", "XXXL") or re.search(r"\bsize\W*\Z", before, re.IGNORECASE):
        return True
    return bool(_QUOTED.search(before) and _TALKS_ABOUT.search(before[:-1])) or _is_key(blank, before, block)


def _is_key(blank: str, before: str, block: Block) -> bool:
    """“press <Enter>”, “the {name} variable”: spoken about, not left open."""
    about = re.search(
        r"\b(?:press|hit|hold|type|tag|tags|variable|variables|placeholder|placeholders|field|fields|the text"
        r"|syntax|shortcode)\W*\Z",
        before,
        re.IGNORECASE,
    )
    after = block.text[block.text.find(blank) + len(blank) :].lstrip()
    kind = r"['\"”’]?\s*(?:tag|variable|placeholder|field|token|key|parameter|column|header|merge)s?\b"
    return bool(about or re.match(kind, after))


def _sentence_at(reply: Reply, offset: int) -> Sentence | None:
    return next((s for s in reply.parsed.sentences if s.start <= offset < s.end), None)


_FILED = (
    r"(?:ticket|case|claim|incident|reference|ref|order|file|account|matter|dispute|invoice|booking"
    r"|complaint|enquiry|inquiry|request|policy"
    r"|reservation|report|query|application|submission|rma|return|appeal|job|contract|customer|client|notice|meter|tag|permit"
    r"|member|membership|user|merchant|subscriber"
    r"|learner|patient|player|passenger|applicant)"
)
_NUMBER = r"\#?\s?(?=[A-Z/-]{0,8}\d)[A-Z\d][\w/.-]{2,}\w"
_REFERENCE = later.compile(
    rf"""
    \s*(?:(?:hi|hello|dear|yo|hey|greetings)\s+\w+,\s+)?
    (?:
        (?:in\s+)?(?:re|ref|sub|subj|subject)\b\s*[:.]?\s*(?:your\s+|our\s+|the\s+)?
        (?:{_FILED}\b)?[\s:.#]*(?:(?:no|nr|number|id)\b\.?\s*)?{_NUMBER}
      | (?:(?:this|the\ following|this\ (?:e-?mail|mail|letter|message))\s+(?:is|concerns|refers|relates)\b\s*
          |we\s+(?:refer|write|are\ writing)\s+|i\s+(?:refer|write|am\ writing)\s+)?
        (?:in\s+|with\s+)?(?:about|(?:reply|response|answer)\s+to|regarding|concerning
          |(?:reference|regard)\s+to|further\s+to|to|your|our|the|for|subject:?)?\s*(?:your\s+|our\s+|the\s+)?
        {_FILED}\b[\s,:.#(]*(?:(?:bearing|under|with|quoting)\s+(?:the\s+)?)?
        (?:(?:no|nr|number|id|ref|reference)\b\.?[\s:#]*)?{_NUMBER}
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GREETED = later.compile(
    r"(?:dear|hello|hi|hey|hiya|hallo|good\s+\w+|morning|evening|afternoon"
    r"|greetings)[\s,]+(?:there[\s,]+)?(?P<name>(?:m(?:r|s|rs|x|iss)\b|dr\b|prof)?\.?\s*\w[\w'’.-]*)",
    re.IGNORECASE,
)
_NO_NAME = later.compile(
    rf"(?:{_FILED}|sirs?|madam|all|everyone|valued|our|account|policy|ticket|card|there|team|resident"
    rf"|guest|gamer|holder|traveller|traveler|owner"
    r"|occupier|cardholder|policyholder|partner|vendor|supplier|shopper|buyer|consumer|donor|student|tenant)s?\Z",
    re.IGNORECASE,
)


_SEVERAL = later.compile(r"\w+ ?(?:\((?:s|es)\)|/s\b)|\b(?:M(?:r|rs|s|iss|x)\.? ?/ ?)+M(?:r|rs|s|iss|x)\b\.?(?! ?\w)")
"""“Resident(s)”, “Mr./Ms.”"""


def number_for_name(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """A case number that opens a reply in which nobody is greeted by name, or a greeting to any number of people."""
    for block in reply.parsed.draft.blocks:
        if block.zone is Zone.GREETING and (several := _SEVERAL.search(block.text)):
            start, end = block.source_span(*several.span())
            yield Proposal(start, end, _sentence_at(reply, start))
    if not reply.body or any(_names_somebody(b.text) for b in reply.parsed.draft.blocks if b.zone is Zone.GREETING):
        return
    first = reply.body[0]
    text = first.text
    if len(reply.body) > 1 and _CUT.search(text):
        text = f"{text} {reply.body[1].text}"
    match = _REFERENCE.match(text)
    if match and not _VOCATIVE.search(text):
        yield Proposal(*first.source_span(0, min(match.end(), len(first.text))), first)


_CUT = later.compile(r"\b(?:no|nr|ref)\.\Z", re.IGNORECASE)
"""Where a number was taken for the next sentence."""
_VOCATIVE = later.compile(
    r",\s+(?:(?:Mr|Ms|Mrs|Miss|Dr)\b\.?\s+)?(?!I\b|(?:No|Nr|Ref)\b|[A-Z]+\b[/-]?\d)[A-Z][a-zà-ÿ'’-]+\s*[,.;:?!]"
)
"""A name spoken to in the sentence: “Your case 4711, Ken, is settled.”"""


def _names_somebody(greeting: str) -> bool:
    match = _GREETED.match(greeting.strip())
    return bool(match and not _NO_NAME.match(match["name"].strip()) and not match["name"].strip().isdigit())
