"""Quoted messages: `>` lines, "On … wrote:", Outlook's header blocks, forwarded parts, in several languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from highnote.draft import Zone
from highnote.finding import Message
from highnote.reading.headers import Header, header_at
from highnote.reading.lines import Line

MAX_MESSAGES = 200
"""Of a thread with more quoted messages the newest are kept."""


def mark(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that are quoted in zone QUOTE, the lines that introduce a quote among them.

    Quoted lines with marks (`>`) end where the marks end. A quote without marks goes on to the end of the message.
    """
    done = list(lines)
    at = 0
    while at < len(done):
        if done[at].depth or done[at].zone is not None:
            done[at] = _quoted(done[at]) if done[at].depth else done[at]
            at += 1
            continue
        header = header_at(done, at)
        if header is None:
            at += 1
            continue
        end = _extent(done, at, header)
        for n in range(at, end):
            if done[n].text:
                done[n] = _quoted(done[n])
        at = max(end, at + 1)
    return _lost_ends(done)


def _quoted(line: Line) -> Line:
    return replace(line, zone=Zone.QUOTE)


def _extent(lines: Sequence[Line], at: int, header: Header) -> int:
    """Where the quote that `header` introduces ends, so far as it has no marks."""
    below = at + header.length
    following = next((line for line in lines[below:] if line.text), None)
    if following is not None and following.depth:
        return below
    if not header.sure:
        return at
    is_first = not any(line.text for line in lines[:at])
    if is_first and header.wrote:
        return below
    return len(lines)


def _lost_ends(lines: list[Line]) -> list[Line]:
    """Mark the ends of quoted lines that a mail program wrapped without repeating the mark."""
    for at in range(1, len(lines) - 1):
        above, line, below = lines[at - 1], lines[at], lines[at + 1]
        if not line.text or line.zone is not None or not above.depth or not below.depth:
            continue
        if len(above.text) > 60 and len(line.text) <= 30 and line.text[0].islower():
            lines[at] = _quoted(line)
    return lines


@dataclass(slots=True)
class _Quoted:
    depth: int
    header: Header | None
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join(self.lines).strip()


def messages(lines: Sequence[Line], own: Sequence[str]) -> tuple[Message, ...]:
    """The messages in the quoted lines (empty lines between them included), oldest first.

    `own` holds names and addresses of the one who writes the draft: a quoted message of theirs is the agent's, all
    others are the customer's. Where they do not tell, the newest quoted message is the customer's, and one whose header
    names another sender is the agent's.
    """
    found = [quoted for quoted in _parts(lines) if quoted.text()][:MAX_MESSAGES]
    senders = _senders(found, own)
    sent = [
        Message(sender=who, text=quoted.text(), date=quoted.header.date if quoted.header else None)
        for quoted, who in zip(found, senders, strict=True)
    ]
    return in_order(reversed(sent))


def in_order(found: Iterable[Message]) -> tuple[Message, ...]:
    """The messages by their dates where all have comparable ones, else in the order given."""
    sent = tuple(found)
    dates = [message.date for message in sent]
    known = [date for date in dates if date is not None]
    if len(known) == len(sent) and len({date.tzinfo is None for date in known}) == 1:
        return tuple(message for _, message in sorted(zip(known, sent, strict=True), key=_first))
    return sent


def _first(pair: tuple[datetime, Message]) -> datetime:
    return pair[0]


def _parts(lines: Sequence[Line]) -> list[_Quoted]:
    """The quoted messages in the order of the text: the newest comes first in most mails."""
    found: list[_Quoted] = []
    stack: list[_Quoted] = []
    pending: Header | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.text:
            if stack and stack[-1].lines and stack[-1].lines[-1]:
                stack[-1].lines.append("")
            at += 1
            continue
        header = header_at(lines, at)
        if header:
            pending = header
            at += header.length
            continue
        _place(line, pending, stack, found)
        pending = None
        at += 1
    return found


def _place(line: Line, pending: Header | None, stack: list[_Quoted], found: list[_Quoted]) -> None:
    """Add a quoted line to the message of its depth, or begin a message with it."""
    while stack and stack[-1].depth > line.depth:
        stack.pop()
    if pending and stack and stack[-1].depth == line.depth:
        stack.pop()
    if not stack or stack[-1].depth < line.depth or pending:
        stack.append(_Quoted(line.depth, pending))
        found.append(stack[-1])
    stack[-1].lines.append(line.text)


def _senders(found: Sequence[_Quoted], own: Sequence[str]) -> list[Literal["customer", "agent"]]:
    mine = {name.casefold() for name in own if name}
    told = any("@" in name for name in own) or any(
        quoted.header and {quoted.header.name.casefold(), quoted.header.address} & mine for quoted in found
    )
    newest: Header | None = None
    senders: list[Literal["customer", "agent"]] = []
    for quoted in found:
        header = quoted.header
        if header is None or not (header.name or header.address):
            senders.append("customer")
        elif {header.name.casefold(), header.address} & mine:
            senders.append("agent")
        elif newest is None:
            newest = header
            senders.append("customer")
        else:
            senders.append("customer" if _same(header, newest) or told else "agent")
    return senders


def _same(one: Header, other: Header) -> bool:
    if one.address and other.address:
        return one.address == other.address
    return one.name.casefold() == other.name.casefold()
