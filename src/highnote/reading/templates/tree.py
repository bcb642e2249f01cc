"""The branches of a template, and the ways that it comes out. No recursion: templates nest as deep as they like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from highnote.draft import Part
from highnote.reading.templates.tokens import NEVER_CLOSED, Branching, Token

MAX_WAYS = 24
"""Ways of a template that are linted; of one that has more, as many as show every branch, if that can be done."""
_PROSE = 8
"""Words from which on a text that is set aside (`{% capture %}`) is taken for prose and linted where it stands."""

Picks = tuple[int, ...]
"""Which branch each choice takes, in the order of the source; -1 where it is not come to."""


@dataclass(slots=True)
class Choice:
    """A tag that branches: the branch that it stands in, what it asks, and its answers in words."""

    above: int
    key: tuple[str, ...]
    words: list[str]


@dataclass(slots=True)
class _Branch:
    """A stretch of the template between tags: it comes out where its choice is come to and takes its pick."""

    above: int
    choice: int
    pick: int
    hidden: bool = False


@dataclass(slots=True)
class _Open:
    token: Token
    index: int
    choice: int
    branch: int
    conditions: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    branches: list[int] = field(default_factory=list)
    other: int = -1


@dataclass(frozen=True, slots=True)
class Tree:
    """A template's tokens, each with the number of the branch that it stands in (0: the whole), and its choices."""

    tokens: tuple[Token, ...]
    where: tuple[int, ...]
    branches: tuple[_Branch, ...]
    choices: tuple[Choice, ...]

    def shown(self, picks: Picks) -> list[bool]:
        """For each branch, whether it comes out."""
        shown = [True]
        for branch in self.branches[1:]:
            chosen = branch.choice < 0 or picks[branch.choice] == branch.pick
            shown.append(shown[branch.above] and chosen and not branch.hidden)
        return shown

    def ways(self) -> tuple[tuple[Picks, ...], int, int]:
        """The ways to lint, how many ways there are (at most a million are counted), and the branches left out."""
        total = min(self._count(), self._answers())
        if total <= 4 * MAX_WAYS:
            every = list(self._every())
            if len(every) <= MAX_WAYS:
                return tuple(every), len(every), 0
        return self._covering(total)

    def _picks(self, chosen: dict[tuple[str, ...], int]) -> Picks:
        """The picks of all choices that are come to; questions that are not settled take their first answer."""
        shown, picks, number = [True], [-1] * len(self.choices), 1
        for index, choice in enumerate(self.choices):
            while number <= choice.above:
                shown.append(self._comes_out(number, shown, picks))
                number += 1
            if shown[choice.above]:
                picks[index] = chosen.get(choice.key, 0)
        return tuple(picks)

    def _comes_out(self, number: int, shown: Sequence[bool], picks: Sequence[int]) -> bool:
        branch = self.branches[number]
        chosen = branch.choice < 0 or picks[branch.choice] == branch.pick
        return shown[branch.above] and chosen and not branch.hidden

    def _every(self) -> Iterator[Picks]:
        """All ways; a question that is asked twice is answered once."""
        waiting: list[dict[tuple[str, ...], int]] = [{}]
        while waiting:
            chosen = waiting.pop()
            picks = self._picks(chosen)
            open_ = next(
                (c for c, pick in zip(self.choices, picks, strict=True) if pick >= 0 and c.key not in chosen), None
            )
            if open_ is None:
                yield picks
            else:
                waiting += [{**chosen, open_.key: pick} for pick in reversed(range(len(open_.words)))]

    def _answers(self) -> int:
        """In how many ways all questions can be answered, each once."""
        total = 1
        for answers in {choice.key: len(choice.words) for choice in self.choices}.values():
            total = min(total * answers, 1_000_000)
        return total

    def _count(self) -> int:
        """How many ways there are, were every question another one."""
        inside = [1] * len(self.branches)
        of = [[1] * len(choice.words) for choice in self.choices]
        number = len(self.branches) - 1
        for index in reversed(range(len(self.choices))):
            choice = self.choices[index]
            while number > choice.above:
                self._add(number, inside, of)
                number -= 1
            inside[choice.above] = min(inside[choice.above] * sum(of[index]), 1_000_000)
        return inside[0]

    def _add(self, number: int, inside: Sequence[int], of: Sequence[list[int]]) -> None:
        branch = self.branches[number]
        if branch.choice >= 0 and not branch.hidden and branch.pick < len(of[branch.choice]):
            of[branch.choice][branch.pick] = inside[number]

    def _covering(self, total: int) -> tuple[tuple[Picks, ...], int, int]:
        """As many ways as MAX_WAYS allows; first of all those that show every branch."""
        missing = {(index, pick) for index, choice in enumerate(self.choices) for pick in range(len(choice.words))}
        goals = sorted(missing, reverse=True)
        ways: dict[Picks, None] = {}
        for _ in range(4 * MAX_WAYS):  # a question asked twice can make a branch that no way comes to
            while goals and goals[-1] not in missing:
                goals.pop()
            if not goals or len(ways) == MAX_WAYS:
                break
            picks = self._toward(goals.pop(), missing)
            ways[picks] = None
            missing -= {(index, pick) for index, pick in enumerate(picks) if pick >= 0}
        others = ((index, pick) for index, choice in enumerate(self.choices) for pick in range(1, len(choice.words)))
        for goal in islice(others, 4 * MAX_WAYS):  # then each branch with the first ones around it
            if len(ways) < MAX_WAYS:
                ways[self._toward(goal, set())] = None
        return tuple(ways) or (self._picks({}),), total, len(missing)

    def _toward(self, goal: tuple[int, int], missing: set[tuple[int, int]]) -> Picks:
        """The picks of a way that comes to a branch, and elsewhere to branches that were not shown yet."""
        chosen: dict[tuple[str, ...], int] = {}
        index, pick = goal
        while index >= 0:
            chosen[self.choices[index].key] = pick
            above = self.branches[self.choices[index].above]
            while above.choice < 0 and above.above >= 0:
                above = self.branches[above.above]
            index, pick = above.choice, above.pick
        for index, pick in sorted(missing):
            chosen.setdefault(self.choices[index].key, pick)
        return self._picks(chosen)


def plant(tokens: Iterable[Token]) -> Tree:
    """The tree of a template's tokens; tags that do not fit get their fault."""
    return _Planter().plant(tokens)


class _Planter:
    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self._where: list[int] = []
        self._branches = [_Branch(-1, -1, 0)]
        self._choices: list[Choice] = []
        self._open: list[_Open] = []

    def plant(self, tokens: Iterable[Token]) -> Tree:
        """Take in all tokens."""
        for token in tokens:
            if token.part is Part.ELSE:
                token = self._else(token)
            elif token.part is Part.CLOSE:
                token = self._close(token)
            self._where.append(self._here)
            self._tokens.append(token)
            if token.part is Part.OPEN:
                self._enter(token)
        while self._open:
            self._finish(self._open.pop(), NEVER_CLOSED)
        return Tree(tuple(self._tokens), tuple(self._where), tuple(self._branches), tuple(self._choices))

    @property
    def _here(self) -> int:
        return self._open[-1].branch if self._open else 0

    def _enter(self, token: Token) -> None:
        above = self._here
        self._choices.append(Choice(above, (), []))
        opened = _Open(token, len(self._tokens) - 1, len(self._choices) - 1, 0)
        self._open.append(opened)
        if token.branching is not Branching.CASE:
            opened.conditions.append(_one_line(token.words))
        self._branch(opened, above, hidden=token.branching in (Branching.CASE, Branching.ASIDE))

    def _branch(self, opened: _Open, above: int, *, hidden: bool = False) -> None:
        self._branches.append(_Branch(above, opened.choice, len(opened.branches), hidden))
        opened.branch = len(self._branches) - 1
        if not (hidden and opened.token.branching is Branching.CASE):
            opened.branches.append(opened.branch)

    def _else(self, token: Token) -> Token:
        if not self._open or self._open[-1].token.branching is Branching.ASIDE:
            return replace(token, part=Part.OTHER, fault="belongs to no branch")
        opened = self._open[-1]
        if token.words:
            opened.conditions.append(_one_line(token.words))
        else:
            opened.other = len(opened.branches)
        self._branch(opened, self._choices[opened.choice].above)
        return token

    def _close(self, token: Token) -> Token:
        fits = next((o for o in reversed(self._open) if o.token.closes == token.name or token.name == "end"), None)
        if fits is None:
            return replace(token, part=Part.OTHER, fault=token.fault or "closes what was never opened")
        while self._open[-1] is not fits:
            self._finish(self._open.pop(), NEVER_CLOSED)
        self._finish(self._open.pop(), "")
        return token

    def _finish(self, opened: _Open, fault: str) -> None:
        """A choice is complete: number its picks, and settle what it asks."""
        token, choice = opened.token, self._choices[opened.choice]
        if fault and not token.fault:
            self._tokens[opened.index] = replace(token, fault=fault)
        if token.branching is Branching.ASIDE:
            self._branches[opened.branches[0]].hidden = not self._is_prose(opened)
            choice.words, choice.key = ["it is used"], (f"{opened.choice}",)
            return
        asked = opened.conditions
        if token.branching is Branching.ONCE:
            loop = asked[0]
            choice.words = [f"“{loop}” has something", f"“{loop}” has nothing"][: max(len(opened.branches), 1)]
            choice.words += ["it goes wrong"] * (len(opened.branches) - len(choice.words))
            choice.key = ("each", loop, str(len(choice.words))) if len(choice.words) > 1 else (f"{opened.choice}",)
            return
        if token.branching is Branching.CASE:
            subject = _one_line(token.words)
            choice.words = [f"“{subject}” is {one}" for one in asked]
            otherwise = f"“{subject}” is none of those named"
        else:
            choice.words = [f"“{one}” holds" for one in asked]
            otherwise = f"“{asked[0]}” does not hold" if len(asked) == 1 else "none of the conditions holds"
        if opened.other < 0:
            choice.words.append(otherwise)
        else:
            choice.words.insert(opened.other, otherwise)
        choice.words += [otherwise] * (len(opened.branches) - len(choice.words))
        choice.key = (str(token.branching), _one_line(token.words), *asked, str(len(choice.words)))
        if token.branching in (Branching.IF, Branching.UNLESS) and len(choice.words) == 2:
            choice.key = (asked[0],)
            if token.branching is Branching.UNLESS:  # the same question as an if, its answers the other way round
                for branch in opened.branches:
                    self._branches[branch].pick = 1 - self._branches[branch].pick

    def _is_prose(self, opened: _Open) -> bool:
        """Whether what is set aside holds more than a name or two."""
        inside = self._tokens[opened.index + 1 :]
        return sum(token.part is None and token.end - token.start for token in inside) > 6 * _PROSE


def _one_line(words: str, most: int = 60) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
