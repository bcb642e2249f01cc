"""Where sentences begin and end, told by their marks alone: no language model has to look at them first."""

from __future__ import annotations

import re
from collections.abc import Iterator


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = re.compile(r"(?<![\s.!?…])(?P<marks>[.!?…]+)(?P<close>[\"”’'»)\]*]*)\s+(?=\S)")
_WORD = re.compile(r"\w")
_HANDLE = re.compile(r"(?:(?:@\w+|_)\s+)+")
"""The names that a post begins with are no part of its first sentence."""
_LAST_WORD = re.compile(r"[^\s(\[\"“‘'«]*\Z")
_INITIAL = re.compile(r"[A-Z]\Z")
_NUMBER = re.compile(r"(?:\d{1,3}|[A-Za-z])\Z")
_DOTTED = re.compile(r"\w(?:\.\w)+\Z")
_NEVER = _set("mr mrs ms dr prof st messrs mt vs approx e.g i.e cf viz fig attn incl excl")
"""Shortened words that another word always follows."""
_SELDOM = _set("""
    etc inc ltd co corp dept ext tel est jr sr al vol pp ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec
    mon tue tues wed thu thurs fri min max hr hrs ref
    """)
"""Shortened words that end a sentence only where a capital follows."""
_COUNTS = frozenset({"no", "nos", "nr", "art", "sec", "p"})
"""Shortened words before a number."""


def split(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences in a paragraph, without the white space around them, in their order.

    What holds no letter or digit (an emoji, stray marks) belongs to the sentence before it.
    """
    handle = _HANDLE.match(text)
    start = handle.end() if handle and _WORD.search(text, handle.end()) else len(text) - len(text.lstrip())
    if handle and start:
        yield 0, len(handle[0].rstrip())
    end = start
    for stop in _STOP.finditer(text, start):
        if not _ends(text, start, stop) or not _WORD.search(text, start, stop.end("close")):
            continue
        if not _WORD.search(text, stop.end()):
            break
        end = stop.end("close")
        yield start, end
        start = stop.end()
    last = len(text.rstrip())
    if last > start:
        yield start, last


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the marks end the sentence that begins at `start`."""
    follows = text[stop.end()]
    marks = stop["marks"]
    if marks != ".":
        return not follows.islower() or not (stop["close"] or marks[-1] in ".…")
    last = _LAST_WORD.search(text, start, stop.start())
    word = last[0] if last else ""
    low = word.lower()
    if low in _NEVER or (_INITIAL.match(word) and word != "I"):
        return False
    if _NUMBER.match(word) and last is not None and last.start() == start:
        return False  # the number of an item
    if low in _COUNTS and (follows.isdigit() or follows in "#№"):
        return False
    return not ((low in _SELDOM or _DOTTED.match(word)) and (follows.islower() or follows.isdigit()))
