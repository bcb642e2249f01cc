"""The phrase syntax of rule files, read into plain trees that JSON can keep.

A tree is a sequence of items; an item is a list of its kind and of what belongs to it:

    ["word", "said"]  ["base", "say"]  ["list", "name"]  ["class", "NOUN"]  ["mark", ","]  ["gap", 4]  ["begin"]  ["end"]
    ["one", sequence, …]  ["maybe", sequence, …]  ["not", sequence, …]  ["as", item, "NOUN"]
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

Item = list[Any]

GRAMMAR = r"""
start: sequence
sequence: item+
?item: atom | atom "=" CLASS -> as
?atom: word | base | list | class | one | maybe | not | gap | begin | end | mark
word: WORD
base: "<" WORD ">"
list: "@" LISTNAME
class: CLASS
one: "(" sequence ("|" sequence)* ")"
maybe: "[" sequence ("|" sequence)* "]"
not: _NOT sequence ("|" sequence)* ")"
gap: LONG_GAP | GAP
begin: "^"
end: "$"
mark: MARK
CLASS.3: /(NOUN|VERB|ADJ|ADV|PRON|PROPN|NUM|DET|ADP|AUX|INTJ|PAST|ING|BASE|ANY|NP|DATE|TIME|MONEY|NAME)(?![A-Za-z])/
_NOT.2: "!("
LONG_GAP.2: "...."
GAP.1: "..."
WORD: /[0-9A-Za-z\u00c0-\u024f£$€%#&'\u2019+_\/-]*[0-9A-Za-z\u00c0-\u024f£€%#&+]/
LISTNAME: /[a-z][a-z0-9-]*/
MARK: /[,;:.?!"“”‘’'–—*-]|\\\$/
%ignore /\s+/
"""
GAPS = {"...": 4, "....": 10}
"""How many tokens a gap may hold."""
GROUPS = ("one", "maybe", "not")


class PatternError(ValueError):
    """A phrase or condition that cannot be understood; `mend` says what to do."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def read(text: str) -> list[Item]:
    """The tree of a phrase. Raises PatternError."""
    from lark.exceptions import UnexpectedInput

    try:
        tree = _sequence(_parser().parse(text).children[0])
    except UnexpectedInput as error:
        column = getattr(error, "column", 0) or 0
        where = f"at character {column}" if column > 0 else "at its end"
        raise PatternError(
            f"the phrase “{text}” cannot be read {where}",
            "check that every bracket is closed; words, <base form>, (a|b), [optional], ..., @list and NOUN are allowed",
        ) from error
    if _begins_late(tree):
        raise PatternError(
            f"the phrase “{text}” has a `^` where no sentence can start",
            "put `^` first, in the phrase or in an alternative of a group that is itself first",
        )
    return tree


@cache
def _parser() -> Lark:
    from lark import Lark  # it takes longer than a lint, and phrases are read once: see `highnote.phrasebook`

    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def _sequence(tree: Any) -> list[Item]:
    return [_item(child) for child in tree.children]


def _item(tree: Tree[Token]) -> Item:
    kind, children = str(tree.data), tree.children
    if kind in GROUPS:
        return [kind, *map(_sequence, children)]
    if kind == "as":
        return [kind, _item(children[0]), str(children[1])]  # type: ignore[arg-type]
    if kind == "gap":
        return [kind, GAPS[str(children[0])]]
    return [kind, *map(str, children)]


def _begins_late(sequence: list[Item], *, first: bool = True) -> bool:
    """Whether a `^` stands behind something that must be matched before it."""
    for kind, *parts in sequence:
        if kind == "begin" and not first:
            return True
        if kind in GROUPS and any(_begins_late(part, first=first) for part in parts):
            return True
        first = first and kind in ("begin", "maybe", "gap")
    return False
