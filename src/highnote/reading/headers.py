"""The lines by which mail programs introduce a quoted message, in several languages, and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr, parsedate_to_datetime
from functools import lru_cache

from mailparser_reply.constants import MAIL_LANGUAGES  # type: ignore[import-untyped, unused-ignore]
from mailparser_reply.parser import EmailMessage  # type: ignore[import-untyped, unused-ignore]

from highnote import later
from highnote.reading.lines import Line

_WROTE = (
    r"(?:wrote|writes|schrieb|geschrieben|a écrit|escribi[oó]|escreveu|napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|skrev|"
    r"schreef|geschreven|ha scritto|написал\w*|пишет|пише|писал\w*|写道|寫道|kirjoitti|írta|a scris|yazdı|"
    r"έγραψε|đã viết|님이 작성|작성하였습니다|のメッセージ|さんは書きました)"
)
_WROTE_LINE = later.compile(
    rf"(?:[-– ]*)(?P<head>.{{0,250}}?)\b{_WROTE}(?!\w)(?P<tail>.{{0,150}}?)(?:[:：]| ?-{{2,}})$", re.IGNORECASE
)
_OPENS = later.compile(
    r"[-– ]*(?:on|at|am|le|el|il|em|op|den|dnia|dne|w dniu|på|pe|στις|vào|pada|kl|"
    r"(?:mon|tue|wed|thu|fri|sat|sun|man|tir|ons|tor|fre|lør|lör|søn|sön|tis|mån|pon|wto|śro|czw|pią|sob|nie|lun|mar|mer|jeu|ven|"
    r"sam|dim|mié|jue|vie|sáb|dom)[a-zéąęśń]*[.,]?|在|\d)(?:\s|\d|$)",
    re.IGNORECASE,
)
_ADDRESS = later.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_CLOCK = later.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_DATED_SENDER = later.compile(
    r"(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}.{0,40}(?:<[^>]*@[^>]*>|GMT[+-]\d{1,2}:?\d{2} \S.*)\s?[:：]?)$"
)
_SEPARATED = (
    r"original message|forwarded (?:message|by .*)|original appointment|ursprüngliche nachricht|"
    r"weitergeleitete nachricht|mensaje (?:original|reenviado)|message (?:d'origine|original|transféré)|"
    r"messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|oprindelig meddelelse|"
    r"ursprungligt meddelande|opprinnelig melding|mensagem (?:original|encaminhada)|wiadomość oryginalna|"
    r"oryginalna wiadomość|původní zpráva|пересылаемое сообщение|исходное сообщение|"
    r"原始邮件|转发邮件|元のメッセージ|원본 메시지"
)
_BEGINS = (
    r"begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|inizio messaggio inoltrato|"
    r"début du message (?:réexpédié|transféré)|inicio del mensaje reenviado"
)
_SEPARATOR = later.compile(rf"[-_=* ]{{2,}}\s*(?:{_SEPARATED})\s*[-_=* ]{{2,}}$|(?:{_BEGINS})\s?:$", re.IGNORECASE)
_RULE = later.compile(r"[_-]{10,}$")
_FIELDS = {
    "from": "from|von|de|da|van|od|från|fra|от|lähettäjä|feladó|kimden|expéditeur|remitente|"
    "发件人|寄件者|差出人|보낸 ?사람",
    "date": "sent|date|gesendet|datum|envoyé|enviado(?: el)?|enviada(?: em)?|fecha|data|inviato|verzonden|wysłano|"
    "sendt|dato|skickat|odesláno|дата|отправлено|lähetetty|elküldve|tarih|"
    "发送时间|日期|寄件日期|送信日時|日時|보낸 ?날짜",
    "to": "to|an|à|para|a|aan|do|til|till|komu|кому|vastaanottaja|címzett|kime|收件人|收件者|宛先|받는 ?사람",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|emne|ämne|předmět|тема|aihe|tárgy|konu|"
    "主题|主旨|件名|제목",
    "other": "cc|kopie|kopi|kopia|dw|copie|bcc|reply-to|organi[sz]ation|attachments?|importance|priority|antwort an|"
    "抄送|참조",
}
_FIELD = later.compile(
    r"[*_ ]*(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _FIELDS.items())
    + r")[ \xa0]?[*_]*[ \xa0]?[:：][*_]*\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_WRAPPED = ("to", "subject", "other")
"""Fields whose value may go on in the next line."""

MAX_LINES = 12
MAX_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Header:
    """`length` lines introduce a quoted message. `sure`: no reader would take them for prose of the reply.

    `name`, `address` and `date` are empty or None where the header does not say.
    """

    length: int
    sure: bool
    name: str = ""
    address: str = ""
    date: datetime | None = None
    wrote: bool = False
    """It is a line that says who wrote, not a block of fields."""


def header_at(lines: Sequence[Line], at: int) -> Header | None:
    """The header that begins in the line `at`; None when none does."""
    text = lines[at].text
    if not text or len(text) > MAX_LENGTH:
        return None
    separated = _separated(lines, at) if text[0] in "-_=*" or text[-1] == ":" else None
    return separated or (_fields(lines, at) if ":" in text or "：" in text else None) or _wrote(lines, at)


def _separated(lines: Sequence[Line], at: int) -> Header | None:
    """A line such as "----- Original Message -----" or a long rule, with the fields under it."""
    named = bool(_SEPARATOR.match(lines[at].text))
    if not named and not _RULE.match(lines[at].text):
        return None
    below = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].text), None)
    fields = _fields(lines, below) if below is not None else None
    if fields and below is not None:
        return Header(below - at + fields.length, True, fields.name, fields.address, fields.date)
    return Header(1, True) if named else None


def _fields(lines: Sequence[Line], at: int) -> Header | None:
    """A block of "From:", "Sent:", "To:", "Subject:" lines."""
    if not _FIELD.match(lines[at].text):
        return None
    found: dict[str, str] = {}
    last, current = at, ""
    for n in range(at, min(at + MAX_LINES, len(lines))):
        text = lines[n].text
        match = _FIELD.match(text) if text else None
        if match:
            current = next(name for name in _FIELDS if match.group(name))
            found.setdefault(current, match.group("value"))
            last = n
        elif not text and n == last + 1:
            continue
        elif text and n == last + 1 and current in _WRAPPED:
            last = n
        else:
            break
    if "from" not in found or not found.keys() & {"date", "subject"} or len(found) < 2:
        return None
    if not (_ADDRESS.search(found["from"]) or len(found) >= 3):
        return None
    name, address = sender(found["from"])
    return Header(last - at + 1, True, name, address, parse_date(found.get("date", "")))


def _wrote(lines: Sequence[Line], at: int) -> Header | None:
    """A line such as "On 3 May 2026, at 10:12, Jo <jo@example.org> wrote:", wrapped over at most four lines."""
    if not (_OPENS.match(lines[at].text) or _ADDRESS.search(lines[at].text)):
        return None
    joined, found = "", None
    for n in range(at, min(at + 5, len(lines))):
        if not lines[n].text or abs(lines[n].depth - lines[at].depth) > 1 or len(joined) > MAX_LENGTH:
            return found
        joined = f"{joined} {lines[n].text}".strip()
        header = _wrote_header(joined, n - at + 1)
        if header and joined[-1] in ":：-":
            return header
        if found:  # what looked complete does not go on in this line
            return found
        found = header
    return found


def _wrote_header(text: str, length: int) -> Header | None:
    match = _WROTE_LINE.match(text)
    if match and (_ADDRESS.search(text) or (_OPENS.match(text) and any(char.isdigit() for char in text))):
        before, after = match.group("head").strip(" -–"), match.group("tail").strip(" -–")
        date_text, name_text = _date_and_name(before)
        name, address = sender(f"{name_text} {after}".strip())
        sure = bool(_ADDRESS.search(text) or _CLOCK.search(text))
        return Header(length, sure, name, address, parse_date(date_text), wrote=True)
    if _DATED_SENDER.match(text) or _known_to_library(text):
        date_text, name_text = _date_and_name(text.rstrip(":："))
        name, address = sender(name_text)
        return Header(length, True, name, address, parse_date(date_text), wrote=True)
    return None


@lru_cache(maxsize=1)
def _library() -> re.Pattern[str]:
    pattern: re.Pattern[str] = EmailMessage(text="", languages=list(MAIL_LANGUAGES)).HEADER_REGEX
    return pattern


def _known_to_library(text: str) -> bool:
    """mail-parser-reply takes the line for a header, and it holds a day or an address."""
    if not re.search(r"[:：]$", text) or not any(char.isdigit() for char in text):
        return False
    match = _library().match(text)
    return bool(match) and bool(_ADDRESS.search(text) or _CLOCK.search(text))


_DATE_END = later.compile(
    r"(?:\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?\s?m\b\.?)?(?:\s?(?:GMT|UTC)?\s?[+-]\d{1,2}:?\d{2})?(?:\s\(?[A-Z]{3,4}\)?(?=\W))?"
    r"|\b\d{4}\b\s?(?:г\.|年\d{1,2}月\d{1,2}日(?:\(.\))?)?|\d日)",
    re.IGNORECASE,
)


def _date_and_name(text: str) -> tuple[str, str]:
    """The part of a "… wrote" line that tells the day and the part that tells who."""
    plain = re.sub(r"<[^>]*>|\"[^\"]*\"", lambda match: "\x00" * len(match.group()), text)
    ends = [match.end() for match in _DATE_END.finditer(plain)]
    if not ends:
        comma = plain.rfind(",")
        return ("", text) if comma < 0 else (text[:comma], text[comma + 1 :])
    date = re.sub(
        r"^\W*(?:on|am|le|el|il|em|op|den|dnia|dne|w dniu|at|在|på)\s+", "", text[: ends[-1]], flags=re.IGNORECASE
    )
    name = re.sub(
        r"^\s*(?:пользователь|via|por|um|uhr)\b", "", text[ends[-1] :].strip(" ,-–，、;"), flags=re.IGNORECASE
    )
    return date.strip(), name.strip()


def sender(text: str) -> tuple[str, str]:
    """The display name and the address in `text`, either of them empty."""
    text = re.sub(
        r"<mailto:[^>]*>|\[mailto:([^\]]*)\]", lambda match: f"<{match.group(1)}>" if match.group(1) else "", text
    )
    address = _ADDRESS.search(text)
    if address is None:
        return re.sub(r"[<>\"*'“”]", "", text).strip(" ,:;"), ""
    name = parseaddr(text)[0] or text[: address.start()]
    return re.sub(r"[<>\"*'“”\[\](]", "", name).strip(" ,:;"), address.group().lower()


_ZONE_NAME = later.compile(r"\b[A-Z]{3,5}\b")
_BLANKS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


def _in_english(text: str) -> datetime | None:
    """The day and time in English words or figures; None where a part of the day is missing."""
    from dateutil import parser  # type: ignore[import-untyped, unused-ignore]

    try:
        one, other = (parser.parse(text, default=blank) for blank in _BLANKS)
    except (ValueError, OverflowError):
        return None
    return one if one == other else None


def parse_date(text: str) -> datetime | None:
    """The day and time that `text` names, in any of the languages; None when it names none."""
    text = re.sub(r"\s+", " ", text).strip(" ,*")
    if not any(char.isdigit() for char in text) or len(text) > 80:
        return None
    text = re.sub(r"(?i)(?<=\d)\s?([ap])\.?\s?m\b\.?", r" \1m", text)
    if not re.search(r"(?i)[ap]m\b", text):  # the standard library overlooks these
        try:
            return parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            pass
    if not _ZONE_NAME.search(text) and (known := _in_english(text)):
        return known
    # dateparser is slow to import, and takes a second to get ready
    import dateparser  # type: ignore[import-untyped, unused-ignore]

    english = re.sub(r"(?i)\bat\b|\bkl\.?|\bo godz\.?|\bum\b|\buhr\b|г\.", " ", text)
    found: datetime | None = dateparser.parse(
        english, settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month"]}
    )
    return found
