"""What every hook decides on: may this message go, and if not, what does its writer need to know?

Only the standard library, and little of it: with a resident process this is most of what a hook call costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

TYPE_CHECKING = False  # see highnote/__init__.py
if TYPE_CHECKING:
    from typing import Any

HEADER = "X-Highnote"
"""The header with which a writer says `allow`: send it as it is. It is for us, so it never leaves the machine."""
LEVELS = ("info", "warning", "error")
WIDTH = 78

_NOUNS = {"info": "suggestion", "warning": "warning", "error": "error"}

Report = Mapping[str, "Any"]
"""The JSON form of a run, as `highnote check --format json` prints it."""
Lint = Callable[[bytes], Report]
"""Lints the bytes of one e-mail; raises where it cannot."""

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*")
_LARGE = 200_000
_ENVELOPE = re.compile(rb"From [^\n]*\n")
_UNSAFE = dict.fromkeys((*range(32), *range(127, 160)), "�")


class Verdict:
    """What becomes of a message.

    `passes`: it may be sent, as nothing is at or above the fail level, or as its writer allowed it. `allowed`: the
    writer said `X-Highnote: allow`, so that it was not linted. `lines` explain it in plain text, without control
    characters; the last one holds the verdict. `error` says why the message could not be linted: then `passes` is
    False, and the hook does what its user chose for that case.
    """

    __slots__ = ("allowed", "error", "lines", "passes", "report")

    def __init__(
        self, passes: bool, allowed: bool, lines: tuple[str, ...], report: Report, error: str | None = None
    ) -> None:
        self.passes, self.allowed, self.lines, self.report, self.error = passes, allowed, lines, report, error


def judge_message(raw: bytes, lint: Lint, fail_level: str | None = None) -> Verdict:
    """Judge the bytes of an e-mail about to be sent; never raises for what `lint` raises.

    Findings at or above `fail_level` (else the level that the linter's configuration says) hold the message.
    """
    if allows(raw):
        return Verdict(True, True, (f"highnote: sent as it is, as {HEADER}: allow says.",), {})
    try:
        report = lint(_without_files(raw))
        unread = [str(error["message"]) for error in report["errors"]]
        findings = [finding for draft in report["drafts"] for finding in draft["findings"]]
        if fail_level is None:
            passes = all(draft["passes"] for draft in report["drafts"])
        else:
            passes = not any(LEVELS.index(f["level"]) >= LEVELS.index(fail_level) for f in findings)
        lines = _lines(findings, passes)
    except Exception as error:  # whatever went wrong is ours, and must cost nobody a message
        return _unjudged(_reason(error))
    return _unjudged(unread[0], report) if unread else Verdict(passes, False, lines, report)


def allows(raw: bytes) -> bool:
    """Whether the header `X-Highnote: allow` is there (a reason may follow the word)."""
    values = (raw[start:end].partition(b":")[2].split() for start, end in _ours(raw))
    return any(value and value[0].lower().strip(b",;:.") == b"allow" for value in values)


def strip_header(raw: bytes) -> bytes:
    """The message without its `X-Highnote` lines; all other bytes are untouched."""
    kept, at = [], 0
    for start, end in _ours(raw):
        kept.append(raw[at:start])
        at = end
    return b"".join((*kept, raw[at:])) if at else raw


def _without_files(raw: bytes) -> bytes:
    """What is linted of a large message: all but the contents of its attached files, which would take seconds to read.

    Only a part that is no text, in base64, is emptied; base64 holds no hyphen, so that it ends before the next part.
    """
    if len(raw) <= _LARGE:
        return raw
    attached = re.compile(  # not at import, where every small message would pay for it
        rb"(\n--[^\n]*\n(?:(?!\r?\n)[^\n]*\n){0,50}?Content-Type:[ \t]*(?!text/|multipart/|message/)"
        rb"(?:(?!\r?\n)[^\n]*\n)*\r?\n)[A-Za-z0-9+/=\r\n]{4000,}(?=\n--)",
        re.IGNORECASE,
    )
    return attached.sub(rb"\1", raw)


def _ours(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where the `X-Highnote` fields of the head begin and end, their folded lines included."""
    envelope = _ENVELOPE.match(raw)
    at = envelope.end() if envelope else 0
    while field := _FIELD.match(raw, at):
        at = field.end()
        if field[1].lower() == HEADER.lower().encode():
            yield field.span()


def _unjudged(reason: str, report: Report | None = None) -> Verdict:
    said = _clean(reason)
    return Verdict(False, False, (f"highnote: this message could not be checked: {said}",), report or {}, said)


def _reason(error: Exception) -> str:
    """An exception in words. A fault of our own shows its kind alone: its text may quote the message."""
    told = isinstance(error, OSError) or type(error).__module__.startswith("highnote.")
    return str(error) or type(error).__name__ if told else f"a fault of highnote's own ({type(error).__name__})."


def _lines(findings: Sequence[Mapping[str, Any]], passes: bool) -> tuple[str, ...]:
    """The findings, one paragraph each, then what is to be done, then the verdict."""
    if not findings:
        return ("highnote: nothing to mend.",)
    said: list[str] = []
    for finding in findings:
        said += [*_finding(finding), ""]
    counts = ((level, sum(f["level"] == level for f in findings)) for level in reversed(LEVELS))
    total = ", ".join(f"{n} {_NOUNS[level]}{'' if n == 1 else 's'}" for level, n in counts if n)
    if passes:
        return (*said, f"highnote: fine to send, with {total}.")
    rules = list(dict.fromkeys(str(finding["rule"]) for finding in findings))
    named = ", ".join(rules[:3]) + (f" and {len(rules) - 3} more" if len(rules) > 3 else "")
    way_out = f"Mend it and send it again; or send it as it is with the header “{HEADER}: allow”."
    return (*said, *_wrapped(way_out, ""), f"highnote: not sent, {total}: {_clean(named)}.")


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    """The place, the sentence, what is wrong with it, and what to write instead."""
    yield _clean(f"{finding['level']} {finding['rule']}, line {finding['line']}")
    sentence = finding.get("sentence")
    if sentence:
        yield from _wrapped(sentence, "  | ")
    yield from _wrapped(finding["message"])
    if finding.get("evidence"):
        yield from _wrapped(f"In the thread: “{finding['evidence']['text']}”")
    offers = list(zip(finding["suggestions"], finding.get("rewrites", ()), strict=False))
    best = next((offer for offer in offers if offer[0]["safe"] and offer[1]), offers[0] if offers else None)
    if best is None:
        return
    suggestion, changes = best
    if not changes:
        yield from _wrapped(f"Hint: {suggestion['label']}")
        return
    yield from _wrapped(f"{'Instead' if suggestion['safe'] else 'For example'} ({suggestion['label']}):")
    for change in changes:
        if change["before"]:
            yield from _wrapped(change["before"], "  - ")
        if change["after"]:
            yield from _wrapped(change["after"], "  + ")


def _wrapped(text: str, sign: str = "  ") -> list[str]:
    import textwrap  # only a message that is held pays for it

    return textwrap.wrap(
        _clean(text),
        WIDTH,
        initial_indent=sign,
        subsequent_indent=sign if "|" in sign else " " * len(sign),
        break_on_hyphens=False,
    )


def _clean(text: str) -> str:
    """One line that a terminal and a mail protocol can be trusted with."""
    return " ".join(str(text).split()).translate(_UNSAFE)
