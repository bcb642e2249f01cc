"""Reading the thread before a draft from files: mbox, e-mail, a folder of e-mails, JSON lines, or plain text."""

from __future__ import annotations

import json
import mailbox
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from highnote.finding import Message
from highnote.reading import ReadingError, read_email, read_html
from highnote.situation import Situation, situation

__all__ = ["Situation", "ThreadError", "read_thread", "sender_of", "situation"]

_CUSTOMER = frozenset({"customer", "client", "user", "requester", "end-user", "guest"})
_US = frozenset({"agent", "us", "support", "we", "staff", "company", "assistant"})
_MAIL = (".eml", ".msg", ".email")
_MBOX = (".mbox", ".mbx")
_JSON = (".jsonl", ".ndjson", ".json")


class ThreadError(Exception):
    """A thread that cannot be read; the message is a sentence that names the file and, where there is one, the line."""


@dataclass(frozen=True, slots=True)
class _Mail:
    sender: str
    text: str
    date: datetime | None


def read_thread(path: Path, ours: Sequence[str] = (), writers: Sequence[str] = ()) -> tuple[Message, ...]:
    """The messages in a file or folder, oldest first.

    `ours` holds addresses, domains or names that are us. Without it the customer is whoever wrote the oldest message that
    is from none of `writers` (those of the drafts, as in a From header) nor from their domain.
    A file in no format of mail or JSON is the customer's message itself. Raises ThreadError.
    """
    try:
        if path.is_dir():
            return _sorted(_roles(_folder(path), ours, writers))
        data = path.read_bytes()
    except OSError as error:
        raise ThreadError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    kind = path.suffix.lower()
    if kind in _JSON:
        return _sorted(_json_lines(path, _text(path, data), (*ours, *map(_address, writers))))
    if kind in _MBOX or (data.startswith(b"From ") and b"\nFrom:" in data[:4000]):
        return _sorted(_roles(_mbox(path), ours, writers))
    if kind in _MAIL:
        return _sorted(_single(path, data, (*ours, *map(_address, writers))))
    text = _text(path, data)
    return (Message(sender="customer", text=text),) if text.strip() else ()


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ThreadError(f"{path}:{line}: this is not UTF-8 text.") from error


# ---------------------------------------------------------------- mail


def _folder(path: Path) -> list[_Mail]:
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _MAIL)
    if not files:
        raise ThreadError(f"{path} holds no .eml file.")
    return [_mail(message_from_bytes(file.read_bytes(), policy=policy.default), file) for file in files]


def _mbox(path: Path) -> list[_Mail]:
    box = mailbox.mbox(str(path), create=False)
    try:
        found = [_mail(message_from_bytes(box.get_bytes(key), policy=policy.default), path) for key in box.keys()]  # noqa: SIM118
    finally:
        box.close()
    if not found:
        raise ThreadError(f"{path} holds no message.")
    return found


def _single(path: Path, data: bytes, ours: Sequence[str]) -> list[Message]:
    """An e-mail with the messages quoted in it."""
    mail = _mail(message_from_bytes(data, policy=policy.default), path)
    mine = _is_ours(mail.sender, ours)
    try:
        quoted = read_email(data, path.name).quoted
    except ReadingError:
        quoted = ()
    # The reader takes the writer of the e-mail for us: here it may be the customer, and the others are us.
    earlier = [
        m if mine else m.model_copy(update={"sender": "customer" if m.sender == "agent" else "agent"}) for m in quoted
    ]
    return [*earlier, Message(sender="agent" if mine else "customer", text=mail.text, date=mail.date)]


def _mail(message: EmailMessage, path: Path) -> _Mail:
    try:
        body = message.get_body(preferencelist=("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
        if body is not None and body.get_content_type() == "text/html":
            text = "\n\n".join(block.text for block in read_html(text).blocks)
        sender = str(message.get("From", ""))
        header: Any = message.get("Date")
        date: datetime | None = getattr(header, "datetime", None)
    except (MessageError, LookupError, ValueError, KeyError) as error:
        raise ThreadError(f"{path} holds an e-mail that cannot be read: {error}.") from error
    return _Mail(sender, text.replace("\r\n", "\n"), date)


def _roles(mails: Sequence[_Mail], ours: Sequence[str], writers: Sequence[str]) -> list[Message]:
    """Who is us: by sender, or whoever is not the customer."""
    customer = _customer(mails, writers)
    return [
        Message(
            sender="agent" if (_is_ours(m.sender, ours) if ours else _address(m.sender) != customer) else "customer",
            text=m.text,
            date=m.date,
        )
        for m in mails
    ]


def _customer(mails: Sequence[_Mail], writers: Sequence[str]) -> str:
    """The address of the customer: of the oldest mail that none of the writers, nor a colleague of theirs, has sent."""
    own = [_address(writer) for writer in writers]
    strangers = [m for m in mails if not _is_ours(m.sender, [address.rpartition("@")[2] for address in own])]
    others = strangers or [m for m in mails if _address(m.sender) not in own] or mails
    oldest = min(others, key=lambda m: _moment(m.date), default=None)
    return _address(oldest.sender) if oldest is not None else ""


def _address(sender: str) -> str:
    name, address = (getaddresses([sender]) or [("", "")])[0]
    return (address or name).lower()


def sender_of(path: Path) -> str:
    """Who wrote an e-mail, as its From header says; empty where it does not say or the file cannot be read."""
    try:
        with path.open("rb") as file:
            return str(BytesHeaderParser(policy=policy.default).parse(file).get("From", ""))
    except (OSError, MessageError, ValueError, LookupError):
        return ""


def _is_ours(sender: str, ours: Sequence[str]) -> bool:
    """An address, a domain ("shop.example", "@shop.example") or a name of ours."""
    name, address = (getaddresses([sender]) or [("", "")])[0]
    domain = address.lower().rpartition("@")[2]
    known = {own.lower().strip().lstrip("@") for own in ours}
    return bool(known & {address.lower(), name.lower(), domain}) or any(
        domain.endswith(f".{own}") for own in known if "." in own
    )


# ---------------------------------------------------------------- JSON lines


def _json_lines(path: Path, text: str, ours: Sequence[str]) -> list[Message]:
    whole = _whole(text) if path.suffix.lower() == ".json" else None
    lines: Iterable[tuple[int, Any]] = ((1, item) for item in whole) if whole is not None else _lines(path, text)
    return [_json_message(item, f"{path}:{number}", ours) for number, item in lines]


def _whole(text: str) -> list[Any] | None:
    """The list that a .json file holds; None where it holds lines."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        return None
    return data if isinstance(data, list) else [data]


def _lines(path: Path, text: str) -> Iterable[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                raise ThreadError(f"{path}:{number}: this line is no JSON: {error.msg.lower()}.") from error


def _json_message(item: Any, place: str, ours: Sequence[str]) -> Message:
    if not isinstance(item, dict):
        raise ThreadError(f'{place}: a message is an object such as {{"from": "customer", "text": "…"}}.')
    text = next((item[key] for key in ("text", "body") if isinstance(item.get(key), str)), None)
    if text is None:
        raise ThreadError(f"{place}: the message has no text.")
    sender = next((item[key] for key in ("from", "sender") if isinstance(item.get(key), str)), "customer")
    date = item.get("date")
    try:
        when = datetime.fromisoformat(date.replace("Z", "+00:00")) if isinstance(date, str) and date else None
    except ValueError as error:
        raise ThreadError(f"{place}: “{date}” is no date; write it like 2026-03-02T09:14:00.") from error
    role = sender.strip().lower()
    mine = role in _US or (role not in _CUSTOMER and _is_ours(sender, ours))
    return Message(sender="agent" if mine else "customer", text=text, date=when)


# ---------------------------------------------------------------- order


def _moment(date: datetime | None) -> datetime:
    """A date to sort by; one without a zone counts as UTC, none at all as the oldest."""
    if date is None:
        return datetime.min.replace(tzinfo=timezone.utc)
    return date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)


def _sorted(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Oldest first where every message has a date; else in the order of the file."""
    if any(m.date is None for m in messages):
        return tuple(messages)
    return tuple(sorted(messages, key=lambda m: _moment(m.date)))
