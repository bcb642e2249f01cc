"""Greeting, closing and signature of a message, told by their shape and their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from highnote.draft import Kind, Zone
from highnote.reading.lines import Line

_HELLO = re.compile(
    r"(?:(?:@\w+|_)\s+)?"
    r"(?:(?:a )?(?:very )?good (?:morning|afternoon|evening|day)|g'?day|(?:morning|afternoon|evening)(?=[\s,!]*$)"
    r"|h+i+(?:ya)?|h+e+y+a?|hello+|hullo|hallo|howdy|yo|dear(?:est)?|greetings|salutations|to whom it may concern"
    r"|hola|buenos d[ií]as|estimad[oa]s?|bonjour|salut|ch[eè]re?s?|ciao|buongiorno|gentile|guten (?:tag|morgen|abend)"
    r"|liebe[rs]?|sehr geehrte[rs]?|moin|servus|ol[aá]|prezad[oa]s?|beste|geachte|hej|hei|k[aæ]re|cześć|dzień dobry)"
    r"(?![\w'’-])",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"@\w+[,:]?(?=\s)|_(?=\s)")
_NAME_STOP = re.compile(r"[,:!?;]|\s[-–—]\s|[–—]|\.{2,}|…")
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|mme|m|st|herr|frau|sr|sra|rev|lord|lady|capt)"
_TITLED_STOP = re.compile(rf"(?i)\b(?:{_TITLE}|\w)\.$")
_NOT_NAMES_TEXT = """
i i'm i've i'd i'll im we we're we've we'd we'll he she they it it's its you're you've you'd you'll your our
my this that these those here there's is are was were be been am have has had do does did can could will would
shall should may might must not no yes yep yeah nope ok okay sure thank thanks thx sorry apologies please just
so to of on at in for from by with about as if when what why how who which where while because since but or
however unfortunately well great good nice glad happy hope hoping welcome congratulations done fixed sent
shipped refunded cancelled also then now today tomorrow yesterday soon asap note nb attention re regarding
subject ps p.s important update urgent reminder hence perfect absolutely certainly indeed understood noted
agreed correct exactly right wrong true false never always maybe perhaps first second third finally lastly
next meanwhile otherwise therefore thus only again still once wonderful excellent brilliant fantastic awesome
amazing lovely cool alas actually honestly frankly obviously clearly basically hopefully luckily fortunately
additionally furthermore moreover nevertheless nonetheless oh ah wow hmm oops ouch huh hooray hurray let let's
see get go take give make keep send call try check click
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
_WORDS_AND_NAMES = frozenset({"Will", "May", "Hope"})
"""First names among them, where a line of their own holds little else."""
_GREETED_TEXT = """
there all everyone everybody team folks both you two three again friend friends sir madam and & or
"""
_GREETED = frozenset(_GREETED_TEXT.split())
_JOINERS_TEXT = """
of the and & | / - – — de da di del della van von der den la le el at @ for from in on to y e i
"""
_JOINERS = frozenset(_JOINERS_TEXT.split())

_WISHES = (
    r"(?:regards|rgds|wishes|greetings|greets|thanks|thank you|thx|tx|ta|cheers|love|hugs|respects?|sympathy|"
    r"condolences|sincerely|faithfully|truly|respectfully|cordially|warmly|kindly|gratefully|best|yours|ciao|bye|"
    r"goodbye|adieu|take care|all the best|so long|until then|till then|see you(?: (?:soon|then|there|later|around))?|"
    r"talk soon|speak soon|over and out|namaste|slainte|peace|br|kr|rgrds|brgds|xo+|x+|many thanks|mfg|vg|lg|mvh|"
    r"bien à vous|cordialement|saludos|un saludo|atentamente|abra[zç]os?|gr(?:ü|ue)(?:ß|ss)en?|hilsen|h[aä]lsningar|"
    r"groet(?:en|jes)?|saluti|sal[uú]dos|pozdrawiam)(?!\w)"
)
_ADJECTIVES = (
    r"(?:with|my|our|the|a|and|&|kind(?:est|ly)?|best|warm(?:est)?|very|many|all|good|every|most|big|lots|of|yours|"
    r"friendly|sincere|heartfelt|deepest|respectful|so|much|again|once|more|in|advance|for|now|sunny|mit|freundlichen|"
    r"beste[nr]?|viele|liebe|vielen|herzliche|med|venlig|v[aä]nliga|met|vriendelijke|cordiali|distinti|un|muchas)(?!\w)"
)
_SIGN_OFF = re.compile(
    rf"(?:{_ADJECTIVES}[ ,]+){{0,5}}{_WISHES}(?:[ ,]+(?:{_ADJECTIVES}|{_WISHES})){{0,4}}", re.IGNORECASE
)
_SIGN_OFF_END = re.compile(r"[\s,.!;:)\U0001F000-\U0001FAFF\u2600-\u27BF\ufe0f–—-]*$")
_FROM_TAIL = re.compile(
    r"(?: (?:from|to) (?:all of us|(?:(?:the|a|your|our|my|us|both|whole|in|at|of|all|everyone)\s)*"
    r"[^\s,.!?]+(?: [^\s,.!?]+){0,2}))?",
    re.IGNORECASE,
)

_DELIMITER = re.compile(r"(?:--|—|__|–)$")
_FOOTER = re.compile(r"_{20,}$")
_DISCLAIMER = re.compile(
    r"(?:(?:this|the information (?:in|contained in) this) (?:e-?mail|message|communication)\b.{0,120}"
    r"(?:confidential|intended (?:only|solely)|privileged|scanned)|received this (?:e-?mail|message) in error)"
    r"|disclaimer:?$|caution: this e-?mail",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"https?://|www\.|\S+@\S+\.\w|\b(?:tel|phone|mobile|mob|fax|direct|ext|cell)\b\.?:?|(?:\+|\b0)[\d ()./-]{6,}\d|\|"
    r"|\b[\w-]+\.(?:com|org|net|example|co\.uk|io|de)\b|[®™©]",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent (?:from|with|via)|get outlook for|gesendet (?:von|mit)|von meinem .* gesendet|envoy[ée] (?:depuis|de)|"
    r"enviado (?:desde|do)|inviato da|verzonden vanaf|verstuurd vanaf|sendt fra|skickat fr[åa]n|wysłano z|odesláno z|"
    r"diese nachricht wurde von meinem)\b",
    re.IGNORECASE,
)
_SMALL_PRINT = re.compile(
    r"confidential|intended (?:only|solely)|this e-?mail (?:and|is|message)|disclaimer|registered (?:in|office)|"
    r"company no|before printing|legally privileged|unsubscribe|mon(?:day)?\s?[-–]",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"(?:p\.? ?){1,3}s\b[.:,]?", re.IGNORECASE)
_INITIALS = re.compile(r"(?<=\s)[\^*][A-Za-z]{1,12}\s*$|(?<=[.!?] )[-/~][A-Z]{2,3}\s*$")
_DASHED_NAME = re.compile(r"(?:[-–—~^*]+|//?)\s*(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$|[:;]$")
_ABBREVIATION = re.compile(r"\b(?:\w|Co|Inc|Ltd|Jr|Sr|Dept|Corp|LLC|B\.V)\.$")
_SMILEY = re.compile(r"(?:\s*(?:[:;]-?[)D(P]|[\U0001F000-\U0001FAFF\u2600-\u27BF\u2190-\u21ff\ufe0f\u200d]))+$")

_KISSES = re.compile(r"(?:\s+[xX]+)+$")
_OUR_TEAM = re.compile(
    r"(?:Your|The) (?:[^\s,.!?]+ ){0,3}(?i:team|crew|desk|office|branch|department|bank|library|school|practice|clinic|"
    r"surgery|shop|store|hotel|people|staff|service)(?: (?:at|of|in) [^,.!?]{1,40})?"
)

MAX_SIGNATURE_LINES = 12
"""A signature that is not set off by a delimiter is no longer than this."""


def mark(lines: Sequence[Line]) -> list[Line]:
    """The same lines, those that hold parts of two zones cut in two, each with its zone; body lines have none.

    Lines that have a zone already (quotes) keep it.
    """
    lines = _delimited(list(lines))
    own = [at for at, line in enumerate(lines) if line.text and line.zone is None]
    if not own:
        return lines
    quoted = max((at for at in range(own[-1]) if lines[at].zone is Zone.QUOTE), default=-1)
    tail = [at for at in own if at > quoted]
    context = own[len(own) - len(tail) - 1 : len(own) - len(tail)] if len(tail) < len(own) else []
    for at, parts in sorted(_signed(lines, [*context, *tail]).items(), reverse=True):
        lines[at : at + 1] = parts
    _greet(lines)
    return lines


def _delimited(lines: list[Line]) -> list[Line]:
    """Mark what follows a line `-- ` as signature, up to the next quote."""
    first = next((at for at, line in enumerate(lines) if line.text), 0)
    for at, line in enumerate(lines):
        if at <= first or line.zone is not None or not line.text or line.text[0] not in "-—_–":
            continue
        if _delimits(lines, at):
            lines[at] = replace(line, text="", end=line.start)
            for below in range(at + 1, len(lines)):
                if lines[below].zone is Zone.QUOTE:
                    break
                lines[below] = replace(lines[below], zone=Zone.SIGNATURE, hard=True)
    return lines


def _delimits(lines: Sequence[Line], at: int) -> bool:
    """The line sets off a signature, or a mailing list's footer of a few lines."""
    if _DELIMITER.match(lines[at].text):
        return True
    return bool(_FOOTER.match(lines[at].text)) and sum(bool(line.text) for line in lines[at + 1 : at + 12]) <= 5


# Greeting


def _greet(lines: list[Line]) -> None:
    first = next(
        (
            n
            for n, line in enumerate(lines)
            if line.text and line.zone is not Zone.QUOTE and line.kind is not Kind.HEADING
        ),
        None,
    )
    if first is None or lines[first].zone is not None or lines[first].kind is not None:
        return
    end = greeting_end(lines[first].text, alone=_has_more(lines, first))
    if not end:
        return
    if end < len(lines[first].text):
        left, right = lines[first].cut(end)
        lines[first : first + 1] = [replace(left, zone=Zone.GREETING, hard=True), right]
        return
    lines[first] = replace(lines[first], zone=Zone.GREETING, hard=True)
    second = first + 1
    if second < len(lines) and lines[second].text and lines[second].zone is None:
        text = lines[second].text
        if greeting_end(text, alone=False) == len(text) and text[-1] in ",:!":
            lines[second] = replace(lines[second], zone=Zone.GREETING, hard=True)


def _has_more(lines: Sequence[Line], at: int) -> bool:
    return any(line.text and line.zone is None for line in lines[at + 1 : at + 200])


def greeting_end(text: str, *, alone: bool) -> int:
    """Where the greeting ends that `text` (one line) begins with; 0 when it begins with none.

    `alone`: other text follows on later lines, so that a bare name line ("Martha,") may be a greeting.
    """
    hello = _HELLO.match(text)
    if hello is None:
        if alone and _bare_name(text):
            return len(text)
        handle = _HANDLE.match(text)
        return handle.end() if handle else 0
    stop = _stop(text, hello.end())
    named = text[hello.end() : stop].strip()
    end = _over(text, stop)
    if end < len(text) and not named and text[stop : stop + 1] == ",":
        end, named = _after_comma(text, end)
    if _is_addressee(named):
        return _whole_line(text, end)
    return _unpunctuated(text, hello.end())


def _stop(text: str, at: int) -> int:
    """Where the name after the greeting word ends: at punctuation, or at a full stop that ends no title or initial."""
    match = _NAME_STOP.search(text, at)
    stop = match.start() if match else len(text)
    for dot in re.finditer(r"\.(?=\s|$)", text[:stop]):
        if dot.start() >= at and not _TITLED_STOP.search(text[: dot.end()]):
            return dot.start()
    return stop


def _over(text: str, stop: int) -> int:
    """After the punctuation and smileys at `stop`, so that what follows begins with a word."""
    match = re.compile(r"[\s,:!.;–—\U0001F000-\U0001FAFF\u2600-\u27BF\ufe0f-]*").match(text, stop)
    return match.end() if match else stop


def _after_comma(text: str, end: int) -> tuple[int, str]:
    """For "Hello, Melodie! …": the end after the name, and the name; else `end` and no name."""
    stop = _stop(text, end)
    name = text[end:stop].strip()
    if name and stop < len(text) and text[stop] in "!,.:" and _is_name(name) and len(name.split()) <= 2:
        return _over(text, stop), name
    return end, ""


def _whole_line(text: str, end: int) -> int:
    """The whole line where what follows the comma is a second addressee ("…, and dear granddaughter,")."""
    rest = text[end:].rstrip()
    words = rest.split()
    if (
        rest
        and rest[-1] in ",:!"
        and len(words) <= 5
        and (words[0].lower() in ("and", "&", "or") or _is_name(rest[:-1]))
    ):
        return len(text)
    return end


_ALL_AT = re.compile(r"(?:all|everyone|everybody|team|folks|friends) (?:at|in|of|on) (?=\S)", re.IGNORECASE)
"""Those who live or work at a place: "Dear all at number 9"."""


def _is_addressee(name: str) -> bool:
    words = re.sub(r"\(.*?\)", "", _ALL_AT.sub("", name)).split()
    if len(words) > 6:
        return False
    return not any(_plain(word) in _NOT_NAMES and _plain(word) not in _GREETED for word in words) or _is_blank(name)


def _is_blank(name: str) -> bool:
    """A placeholder stands for the name."""
    return bool(re.fullmatch(r"(?:\{\{?.*\}?\}|\[.*\]|<.*>|%.*%|_{2,}|\.{3,})", name.strip()))


def _unpunctuated(text: str, at: int) -> int:
    """The end of "Hi Ben" in "Hi Ben thanks for writing", or of the bare greeting word."""
    words = list(re.finditer(r"\S+", text[at:]))
    end = at
    for word in words[:4]:
        plain = _plain(word.group())
        if plain in ("there", "all", "everyone", "team", "folks", "again") or (
            word.group()[0].isupper() and plain not in _NOT_NAMES
        ):
            end = at + word.end()
            continue
        break
    if end == at and text[:at].lower().strip() in ("dear", "yo", "beste", "liebe", "lieber", "liebes"):
        return 0
    return _over(text, end) if end < len(text) else end


def _bare_name(text: str) -> bool:
    """A line such as "Martha," or "Ms Tan," or "Theo and Sam,"."""
    if not re.search(r"[^,],$|\s?[–—]$", text):
        return False
    name = text.rstrip(",–— ")
    words = name.split()
    return 0 < len(words) <= 4 and "," not in name and _is_name(name) and not _SIGN_OFF.fullmatch(name)


def _plain(word: str) -> str:
    return word.replace("’", "'").strip('.,!?:;"“”()').lower()


def _is_name(name: str) -> bool:
    """Capitalised words and joining words only, the first capitalised and no everyday word."""
    words = name.split()
    if not words or _plain(words[0]) in _NOT_NAMES:
        return False
    if not (words[0][0].isupper() or words[0][0].isdigit()):
        return False
    return all(word[0].isupper() or word[0].isdigit() or word.lower().strip(",") in _JOINERS for word in words)


# Closing and signature


def _signed(lines: Sequence[Line], own: Sequence[int]) -> dict[int, list[Line]]:
    """What to put in the place of the lines of `own` that hold the closing and the signature."""
    own = [at for at in own if lines[at].text]
    changes: dict[int, list[Line]] = {}
    body = [at for at in own if lines[at].zone is None]
    postscript = _drop_postscript(lines, body)
    small = _drop_small_print(lines, postscript)
    changes.update({at: [replace(lines[at], zone=Zone.SIGNATURE, hard=True)] for at in postscript[len(small) :]})
    if len(small) < 2:
        changes.update(_one_line(lines, small))
        return changes
    found = _sign_off(lines, small)
    if found is None:
        changes.update(_one_line(lines, small[-1:]))
        return changes
    closing, names = found
    for at in closing:
        changes[at] = _split_closing(lines[at], last=not names)
    for at in names:
        changes[at] = [replace(lines[at], zone=Zone.SIGNATURE, hard=True, kind=None)]
    return changes


def _drop_postscript(lines: Sequence[Line], body: list[int]) -> list[int]:
    """`body` up to a postscript, if it ends with one."""
    for count, at in enumerate(body):
        if count and _POSTSCRIPT.match(lines[at].text) and _is_signed(lines, body[:count]):
            return body[:count]
    return body


def _is_signed(lines: Sequence[Line], body: list[int]) -> bool:
    return len(body) > 1 and _sign_off(lines, body) is not None


def _drop_small_print(lines: Sequence[Line], body: list[int]) -> list[int]:
    """`body` without "Sent from my phone" and small print at its end (a name may stand under the former)."""
    for count in range(max(len(body) - 3, 0), len(body)):
        text = lines[body[count]].text
        if _is_sent_from(text):
            return body[:count]
    for count in range(max(len(body) - MAX_SIGNATURE_LINES, 1), len(body)):
        if _DISCLAIMER.search(lines[body[count]].text):
            return body[:count]
    return body


def _is_sent_from(text: str) -> bool:
    return bool(_SENT_FROM.match(text.lstrip("*_ "))) and len(text.split()) <= 9 and not text.endswith(".")


def _sign_off(lines: Sequence[Line], body: list[int]) -> tuple[list[int], list[int]] | None:
    """The closing lines and the signature lines at the end of `body`; None when it ends with neither."""
    first = max(len(body) - MAX_SIGNATURE_LINES, 1)
    for count in range(len(body) - 1, first - 1, -1):
        text = lines[body[count]].text
        if _known_closing(text) and _all_signature(lines, body[count + 1 :], closed=True):
            return _closing_above(lines, body, count), body[count + 1 :]
    for count in range(first, len(body)):
        names = body[count:]
        if not _all_signature(lines, names, closed=False):
            continue
        above = body[count - 1]
        if count > 1 and _closing_shape(lines, body, count - 1) and names[0] - above <= 2:
            return [above], names
        if _starts_part(lines, body, count) or _set_apart(lines, body, count):
            return [], names
    return None


def _closing_above(lines: Sequence[Line], body: list[int], count: int) -> list[int]:
    """The closing line at `count`, with a second known one right above it ("Thanks," / "Kind regards,")."""
    if count > 1 and body[count] - body[count - 1] <= 2 and _known_closing(lines[body[count - 1]].text):
        return [body[count - 1], body[count]]
    return [body[count]]


def _known_closing(text: str) -> bool:
    """The line is a sign-off, with or without a name after its comma."""
    return _sign_off_end(text) > 0


def _sign_off_end(text: str) -> int:
    """Where the sign-off at the beginning of the line ends if only a name follows it; 0 when there is none."""
    if len(text) > 100:
        return 0
    plain = _SMILEY.sub("", text)
    match = _SIGN_OFF.match(plain)
    if match is None:
        return 0
    tail = _FROM_TAIL.match(plain, match.end())
    for end in dict.fromkeys([tail.end() if tail else match.end(), match.end()]):
        if _SIGN_OFF_END.match(plain, end):
            return len(text)
        comma = re.compile(r"\s*[,!–—-]\s*").match(plain, end)
        if comma and _is_name_line(plain[comma.end() :]):
            return comma.end()
    return 0


def _split_closing(line: Line, *, last: bool) -> list[Line]:
    end = _sign_off_end(line.text)
    if last and 0 < end < len(line.text):
        left, right = line.cut(end)
        return [replace(left, zone=Zone.CLOSING, hard=True, kind=None), replace(right, zone=Zone.SIGNATURE, kind=None)]
    return [replace(line, zone=Zone.CLOSING, hard=True, kind=None)]


def _one_line(lines: Sequence[Line], body: Sequence[int]) -> dict[int, list[Line]]:
    """Initials at the end of a one-line message ("… sorry about that. ^JH")."""
    for at in body:
        match = _INITIALS.search(lines[at].text)
        if match and match.start() > 0:
            left, right = lines[at].cut(match.start())
            return {at: [left, replace(right, zone=Zone.SIGNATURE)]}
    return {}


def _closing_shape(lines: Sequence[Line], body: list[int], count: int) -> bool:
    """The line closes by its shape: it ends with a comma, or it is short, alone and ends with nothing."""
    line = lines[body[count]]
    text, words = _SMILEY.sub("", line.text), len(line.text.split())
    if line.kind is not None or not text or _SENTENCE_END.search(text):
        return False
    begins = _starts_part(lines, body, count) or bool(_SENTENCE_END.search(lines[body[count - 1]].text))
    if text.endswith(","):
        return words <= 14 and (begins or words <= 4)
    return begins and words <= 6 and not _CONTACT.search(text) and not _is_role(text)


def _starts_part(lines: Sequence[Line], body: list[int], count: int) -> bool:
    """An empty line stands above."""
    return count > 0 and body[count] - body[count - 1] > 1


def _set_apart(lines: Sequence[Line], body: list[int], count: int) -> bool:
    """A short name line right under a line that ends a sentence."""
    above = lines[body[count - 1]].text
    return len(body) - count <= 2 and bool(_SENTENCE_END.search(_SMILEY.sub("", above)) or _SMILEY.search(above))


def _all_signature(lines: Sequence[Line], names: Sequence[int], *, closed: bool) -> bool:
    if closed:
        return all(_is_signature_line(lines[at].text) for at in names)
    if not names or not _is_signature_line(lines[names[0]].text, strict=True):
        return False
    if not all(_is_signature_line(lines[at].text) and not lines[at].text[0].islower() for at in names[1:]):
        return False
    items = [at for at in names if lines[at].kind is Kind.ITEM]
    return len(items) <= 1 and _is_name_line(_DASHED_NAME.sub("", lines[names[0]].text, count=1), strict=True)


def _is_signature_line(text: str, *, strict: bool = False) -> bool:
    bare = _DASHED_NAME.sub("", text, count=1)
    if _is_name_line(bare, strict=strict):
        return True
    if _SMALL_PRINT.search(text) or _is_sent_from(text):
        return True
    return bool(_CONTACT.search(text)) and len(text.split()) <= 12 and not _reads_as_sentence(text)


def _reads_as_sentence(text: str) -> bool:
    words = [_plain(word) for word in text.split()]
    return sum(word in _NOT_NAMES and word not in _JOINERS for word in words) >= 2


def _is_name_line(text: str, *, strict: bool = False) -> bool:
    """A name, a role, a team or a company. Lower-case words are allowed unless `strict`, few of them."""
    text = _KISSES.sub("", text)
    words = text.split()
    if not words or len(words) > 8 or len(text) > 80 or (strict and text.endswith(",")):
        return False
    if _OUR_TEAM.fullmatch(text):
        return True
    if re.search(r"[!?:;…]$", text) or (text.endswith(".") and not _ABBREVIATION.search(text)):
        return False
    if words[0] in _WORDS_AND_NAMES and len(words) <= 2 and all(word[0].isupper() for word in words):
        return True
    if _plain(words[0]) in _NOT_NAMES:
        return False
    head, *roles = re.split(r",\s+|\s+[-–—|@/]\s+", text)
    if _is_name(head) and all(len(role.split()) <= 5 for role in roles):
        return all(_is_role(role) for role in roles)
    return not strict and (len(words) <= 4 or text[0].isupper()) and not _reads_as_sentence(text)


def _is_role(text: str) -> bool:
    words = [_plain(word) for word in text.split()]
    return bool(words) and not any(word in _NOT_NAMES and word not in _JOINERS and word != "am" for word in words)
