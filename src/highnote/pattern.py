"""Patterns: the phrase syntax and clause conditions of rule files, compiled and matched.

A sentence is encoded as one string (`language.Encoded`), a part a token: its norm, its base forms, its tags. A phrase
compiles to a regular expression over that string, so alternatives, gaps and options cost nothing of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from highnote.language import PLAIN

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence

GRAMMAR = r"""
start: sequence
sequence: item+
?item: atom | atom "=" CLASS -> tagged
?atom: word | lemma | list | class | one_of | maybe | not_ahead | gap | begin | end | mark
word: WORD
lemma: "<" WORD ">"
list: "@" LISTNAME
class: CLASS
one_of: "(" sequence ("|" sequence)* ")"
maybe: "[" sequence ("|" sequence)* "]"
not_ahead: _NOT sequence ("|" sequence)* ")"
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

_parser = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)

# Contractions, as spaCy's norms spell their parts.
_CONTRACTIONS = (
    ("n't", " not"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'m", " am"),
    ("'s", " 's"),
    ("'d", " 'd"),
)
_IRREGULAR = {
    "won't": "will not",
    "can't": "can not",
    "shan't": "shall not",
    "cannot": "can not",
    "gonna": "going to",
    "gotta": "got to",
}
_TAGS = {"PAST": r"(?:VBD|VBN)", "ING": "VBG", "BASE": "VB"}
_LISTED = {"DATE": "date", "TIME": "time", "MONEY": "money", "NAME": "name"}
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "we",
        "you",
        "it",
        "he",
        "she",
        "they",
        "me",
        "us",
        "my",
        "our",
        "your",
        "this",
        "that",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "with",
        "and",
        "or",
        "but",
        "so",
        "as",
        "if",
        "is",
        "are",
        "be",
        "am",
        "was",
        "were",
        "been",
        "have",
        "has",
        "had",
        "do",
        "does",
        "did",
        "not",
        "no",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "'s",
        "'d",
        ",",
        ".",
        "?",
        "!",
        ":",
    ]
)

# A token is a line: norm, tab, base forms between slashes, tab, part of speech, tag and dependency.
_ANY = r".+\n"
_COMMA = r"(?:,\t.*\n)?"
_LEADS = "(?:and|but|so|also|well|now|oh|again|however|then|hi|hello|dear|please|just|or|plus|yes|no|,|-)"
_BEGIN = rf"(?:\A|^[;:-]\t.*\n)(?:{_LEADS}\t.*\n)*?"
_BEGIN_IN_GROUP = rf"\A(?:{_LEADS}\t.*\n)*?"
_END = r"(?=(?:[^\w\t\n]*\t.*\n)*\Z)"
_NP = (
    r"(?:.*\t(?:DET|PRON) .*\n)?(?:.*\t(?:ADJ|NUM|NOUN|PROPN|ADV) .*\n){0,4}?"
    r".*\t(?:NOUN|PROPN|PRON) .*\n"
)


class PatternError(ValueError):
    """A phrase or condition that cannot be understood; `mend` says what to do."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: token indices in the sentence's Doc, end exclusive."""

    start: int
    end: int
    clause: Clause | None = None


Needs = tuple[frozenset[str], ...]


class Pattern(Protocol):
    """What a rule flags or leaves alone inside one sentence."""

    @property
    def needs(self) -> Needs:
        """Sets of words or base forms; a sentence without any word of one of them cannot match."""

    def find(self, sentence: Sentence) -> Sequence[Match]:
        """Every place that the pattern matches."""


# ---------------------------------------------------------------- phrases


@dataclass(frozen=True, slots=True)
class _Part:
    regex: str
    needs: Needs
    needs_comma: bool = True
    norm: str = ""
    """The one word that this part is, escaped, where it is one."""
    lemma: str = ""
    """The one base form that this part is, escaped, where it is one."""


def _token(norm: str) -> str:
    """A token with this norm."""
    return rf"{norm}\t.*\n"


def _base(lemmas: str) -> str:
    """A token that has one of the base forms."""
    return rf".*/{lemmas}/.*\n"


def _alternatives(parts: Sequence[_Part]) -> str:
    """One of the parts, the longest first, so that "get back to" wins over "get back"; single words are put together."""
    longer = sorted(
        (part for part in parts if not part.norm and not part.lemma), key=lambda part: -part.regex.count(r"\n")
    )
    options = [part.regex for part in longer]
    if norms := [part.norm for part in parts if part.norm]:
        options.append(_token(norm=f"(?:{'|'.join(norms)})"))
    if lemmas := [part.lemma for part in parts if part.lemma]:
        options.append(_base(f"(?:{'|'.join(lemmas)})"))
    return f"(?:{'|'.join(options)})"


def _tagged(name: str) -> str:
    """What a token with this part of speech, or this form of a verb, looks like."""
    return rf".*\t\w+ {_TAGS[name]} " if name in _TAGS else rf".*\t{name} "


def _spell(word: str) -> list[str]:
    """The tokens that spaCy makes of a word of a phrase, as norms."""
    word = word.lower().translate(PLAIN).replace("\u2019", "'")
    word = _IRREGULAR.get(word, word)
    for old, new in _CONTRACTIONS:
        if word.endswith(old) and word != old:
            word = word[: -len(old)] + new
    return word.split()


@dataclass(slots=True)
class Phrases:
    """Compiles phrases with the named word lists (a list's entries are phrases too).

    `known` holds what is compiled already; `fresh` says whether anything was added to it.
    """

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: dict[str, PhrasePattern] = field(default_factory=dict)
    fresh: bool = False
    thorough: bool = False
    """Compile patterns that are tried on every sentence, whatever words they need."""
    _tried: dict[str, PhrasePattern] = field(default_factory=dict)
    _cache: dict[str, _Part] = field(default_factory=dict)

    def compile(self, text: str) -> PhrasePattern:
        """The pattern for a phrase. Raises PatternError."""
        if text not in self.known:
            part = self._phrase(text)
            self.known[text] = PhrasePattern(text, part.regex, _simplest(part.needs))
            self.fresh = True
        if not self.thorough:
            return self.known[text]
        return self._tried.setdefault(text, PhrasePattern(text, self.known[text].regex, ()))

    def lemmas(self, name: str) -> frozenset[str]:
        """The entries of a word list as base forms (`<go> over` is `go over`). Raises PatternError."""
        found: set[str] = set()
        for entry in self._entries(name):
            if entry.startswith("@"):
                found |= self.lemmas(entry[1:])
            else:
                found.add(re.sub(r"[<>]", "", entry).lower())
        return frozenset(found)

    def _entries(self, name: str) -> Sequence[str]:
        if name not in self.lists:
            known = ", ".join(sorted(self.lists)) or "none"
            raise PatternError(
                f"there is no word list “@{name}”", f"write one in lists/{name}.yaml, or use one of: {known}"
            )
        return self.lists[name]

    def _phrase(self, text: str, *, inside: tuple[str, ...] = ()) -> _Part:
        tree = _parse(text)
        begin = any(isinstance(t, Tree) and t.data == "begin" for t in tree.children)
        body = self._sequence(tree, inside, top=not inside)
        if inside:
            return body
        return _Part(rf"{_BEGIN if begin else '^'}(?P<m>{body.regex})", body.needs)

    def _sequence(self, tree: Tree[Token], inside: tuple[str, ...], *, top: bool = False) -> _Part:
        children = [child for child in tree.children if isinstance(child, Tree) and not (top and child.data == "begin")]
        if len(children) == 1:
            return self._item(children[0], inside)
        regex, needs, first = "", list[frozenset[str]](), True
        for child in children:
            part = self._item(child, inside)
            if part.regex:
                regex += part.regex if first or not part.needs_comma else _COMMA + part.regex
                first = False
            needs += part.needs
        return _Part(f"(?:{regex})", tuple(needs))

    def _item(self, tree: Tree[Token], inside: tuple[str, ...]) -> _Part:
        match tree.data:
            case "word":
                return self._word(str(tree.children[0]))
            case "lemma":
                return self._lemma(str(tree.children[0]))
            case "class":
                return self._class(str(tree.children[0]), inside)
            case "tagged":
                base, tag = tree.children
                assert isinstance(base, Tree)
                part = self._item(base, inside)
                return _Part(rf"(?={_tagged(str(tag))}){part.regex}", part.needs)
            case "list":
                return self._list(str(tree.children[0]), inside)
            case "one_of" | "maybe" | "not_ahead":
                parts = [self._sequence(child, inside) for child in tree.children if isinstance(child, Tree)]
                regex = _alternatives(parts)
                if tree.data == "not_ahead":
                    return _Part(f"(?!{_COMMA}{regex})", (), needs_comma=False)
                if tree.data == "maybe":
                    return _Part(f"(?:{_COMMA}{regex})?", (), needs_comma=False)
                return _Part(regex, _one_of(part.needs for part in parts))
            case "gap":
                most = 10 if tree.children[0] == "...." else 4
                return _Part(rf"(?:(?![;?!]\t).+\n){{0,{most}}}?", (), needs_comma=False)
            case "begin":
                return _Part(_BEGIN_IN_GROUP, (), needs_comma=False)
            case "end":
                return _Part(_END, (), needs_comma=False)
            case _:
                sign = (
                    str(tree.children[0]).removeprefix("\\").translate(PLAIN)
                )  # `\\$` is the sign of money, `$` the end
                return _Part(_token(norm=re.escape(sign)), (frozenset({sign}),), needs_comma=False)

    def _word(self, text: str) -> _Part:
        regexes = []
        for word in _spell(text):
            if "-" in word.strip("-"):
                pieces = [re.escape(piece) for piece in word.split("-")]
                apart = f"(?:{_token('-')})?".join(_token(norm=piece) for piece in pieces)
                regexes.append(f"(?:{_token(norm=re.escape(word))}|{_token(norm=''.join(pieces))}|{apart})")
            else:
                regexes.append(_token(norm=re.escape(word)))
        words = _spell(text)
        needs = tuple(frozenset(_ways(word)) for word in words)
        single = re.escape(words[0]) if len(words) == 1 and "-" not in words[0] else ""
        return _Part(_COMMA.join(regexes), needs, norm=single)

    def _lemma(self, word: str) -> _Part:
        base = word.lower()
        return _Part(_base(re.escape(base)), (frozenset({base}),), lemma=re.escape(base))

    def _class(self, name: str, inside: tuple[str, ...]) -> _Part:
        if name in _LISTED:
            return self._list(_LISTED[name], inside)
        if name == "NP":
            return _Part(f"(?:{_NP})", ())
        return _Part(_ANY if name == "ANY" else rf"{_tagged(name)}.*\n", ())

    def _list(self, name: str, inside: tuple[str, ...]) -> _Part:
        if name in inside:
            raise PatternError(f"the word list “@{name}” holds itself", "take the reference out of one of the lists")
        if name not in self._cache:
            parts = [self._phrase(entry, inside=(*inside, name)) for entry in self._entries(name)]
            self._cache[name] = _Part(_alternatives(parts), _one_of(part.needs for part in parts))
        return self._cache[name]


@lru_cache(maxsize=20_000)
def _parse(text: str) -> Tree[Token]:
    try:
        tree = _parser.parse(text).children[0]
    except UnexpectedInput as error:
        column = getattr(error, "column", 0) or 0
        where = f"at character {column}" if column > 0 else "at its end"
        raise PatternError(
            f"the phrase “{text}” cannot be read {where}",
            "check that every bracket is closed; words, <base form>, (a"
            "|b), [optional], ..., @list and NOUN are allowed",
        ) from error
    assert isinstance(tree, Tree)
    if _begins_late(tree):
        raise PatternError(
            f"the phrase “{text}” has a `^` where no sentence can start",
            "put `^` first, in the phrase or in an alternative of a group that is itself first",
        )
    return tree


def _begins_late(tree: Tree[Token], *, first: bool = True) -> bool:
    """Whether a `^` stands behind something that must be matched before it."""
    for child in tree.children:
        if not isinstance(child, Tree):
            continue
        if child.data == "begin" and not first:
            return True
        if child.data in ("one_of", "maybe", "not_ahead") and any(
            _begins_late(part, first=first) for part in child.children if isinstance(part, Tree)
        ):
            return True
        first = first and child.data in ("begin", "maybe", "gap")
    return False


def _ways(word: str) -> Iterator[str]:
    """The tokens of which one must be there for a word that may be written with a hyphen, without, or apart."""
    pieces = word.strip("-").split("-")
    if len(pieces) == 1:
        yield word
    else:
        yield from (word, "".join(pieces), max(pieces, key=len))


def _cost(words: Set[str]) -> tuple[int, int]:
    """How often one of the words is met: common ones count first."""
    return len(words & _COMMON), len(words)


def _one_of(alternatives: Iterable[Needs]) -> Needs:
    """What one of several alternatives needs: a word of the rarest set of each."""
    union: set[str] = set()
    for needs in alternatives:
        if not needs:
            return ()
        union |= min(needs, key=_cost)
    return (frozenset(union),)


def _simplest(needs: Needs) -> Needs:
    """The same needs, the rarest first, without those that hold whenever another does."""
    kept: list[frozenset[str]] = []
    for words in sorted(dict.fromkeys(needs), key=_cost):
        if not any(other <= words for other in kept):
            kept.append(words)
    return tuple(kept)


def met(needs: Needs, sentence: Sentence) -> bool:
    """Whether a sentence has a word of each set."""
    keys = sentence.keys
    return not any(keys.isdisjoint(words) for words in needs)


@dataclass(frozen=True, eq=False)
class PhrasePattern:
    """A compiled phrase."""

    text: str
    regex: str
    needs: Needs

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        """The regular expression, compiled when a sentence first calls for it: most patterns are never needed in a run."""
        return re.compile(self.regex, re.MULTILINE)

    def find(self, sentence: Sentence) -> list[Match]:
        if not met(self.needs, sentence):
            return []
        encoded = sentence.encoded
        found = []
        for match in self._compiled.finditer(encoded.text):
            start, end = match.span("m")
            if start < end:
                found.append(Match(*encoded.tokens(start, end)))
        return found


# ---------------------------------------------------------------- clause conditions

_TEXT_FIELDS = ("verb", "subject_word", "object_word", "complement")
_FIELDS = (
    "subject", "subject_owner", "object", "object_owner", "polarity", "modal", "tense", "mood", "voice", "time", "link",
)  # fmt: skip
_PARTIES = {"us", "customer", "third", "nobody", ""}
_VALUES = {
    "subject": _PARTIES,
    "object": _PARTIES,
    "subject_owner": {"us", "customer", ""},
    "object_owner": {"us", "customer", ""},
    "polarity": {"positive", "negative"},
    "tense": {"past", "present", "future", ""},
    "mood": {"statement", "question", "imperative", "condition", "counterfactual"},
    "voice": {"active", "passive"},
    "time": {"", "day", "span", "vague", "past"},
    "link": {"", "cause", "result", "contrast", "condition", "time", "purpose", "relative", "report", "concession"},
    "modal": {
        "", "can", "could", "may", "might", "must", "shall", "should", "will", "would", "have to", "need to", "be able to", "ought to",
    },
}  # fmt: skip
MARKS = ("clause", "subtree", "sentence", "verb", "words")
KEYS = (*_TEXT_FIELDS, *_FIELDS, "words", "without", "under")


@dataclass(frozen=True, slots=True)
class _Value:
    """The values that a field may or may not have."""

    allowed: frozenset[str] | None
    banned: frozenset[str]

    def admits(self, *values: str) -> bool:
        if any(value in self.banned for value in values):
            return False
        return self.allowed is None or any(value in self.allowed for value in values)


def _value(key: str, raw: Any, phrases: Phrases) -> _Value:
    allowed: set[str] = set()
    banned: set[str] = set()
    for item in raw if isinstance(raw, list) else [raw]:
        text = "" if item is None or item == "none" else str(item)
        negative = text.startswith("not ")
        text = text.removeprefix("not ").strip()
        text = "" if text == "none" else text
        words = phrases.lemmas(text[1:]) if text.startswith("@") else {text}
        if key in _VALUES and not words <= _VALUES[key]:
            choice = ", ".join(sorted(v or "none" for v in _VALUES[key]))
            raise PatternError(f"“{text}” is no value of `{key}`", f"use one of: {choice}")
        (banned if negative else allowed).update(words)
    return _Value(frozenset(allowed) if allowed else None, frozenset(banned))


signature: Callable[[Clause], tuple[str, ...]] = attrgetter(*_FIELDS)
"""The fields of a clause that have few values: most conditions are settled by them alone."""


@dataclass(frozen=True, eq=False, slots=True)
class ClausePattern:
    """Conditions on one clause (and on the clause above it)."""

    text: str
    values: Mapping[str, _Value]
    words: PhrasePattern | None
    without: PhrasePattern | None
    under: ClausePattern | None
    mark: str
    needs: Needs

    def suits(self, signed: tuple[str, ...]) -> bool:
        """Whether a clause with this signature may have the values asked for."""
        return all(
            self.values[key].admits(value) for key, value in zip(_FIELDS, signed, strict=True) if key in self.values
        )

    def find(self, sentence: Sentence) -> list[Match]:
        if not met(self.needs, sentence):
            return []
        matches = []
        for clause in sentence.clauses:
            if not self.admits(clause):
                continue
            inside = (
                [m for m in self.words.find(sentence) if clause.start <= m.start and m.end <= clause.end]
                if self.words
                else []
            )
            if self.words and not inside:
                continue
            if self.without and any(
                clause.start <= m.start and m.end <= clause.end for m in self.without.find(sentence)
            ):
                continue
            start, end = self._marked(clause, sentence, inside)
            matches.append(Match(start, end, clause))
        return matches

    def admits(self, clause: Clause) -> bool:
        """Whether the clause has the values asked for (its words are not looked at)."""
        for key, value in self.values.items():
            if key == "verb":
                if not value.admits(clause.lemma, clause.lemma.split(" ")[0]):
                    return False
            elif not value.admits(getattr(clause, key)):
                return False
        return self.under is None or (clause.parent is not None and self.under.admits(clause.parent))

    def _marked(self, clause: Clause, sentence: Sentence, inside: Sequence[Match]) -> tuple[int, int]:
        match self.mark:
            case "words" if inside:
                return inside[0].start, inside[0].end
            case "sentence":
                return sentence.span.start, sentence.span.end
            case "verb":
                return clause.verb.i, clause.verb.i + 1
            case "subtree":
                return clause.start, clause.end
            case _:
                own = [token.i for token in clause.tokens] or [clause.verb.i]
                return min(own), max(own) + 1


def compile_clause(conditions: Mapping[str, Any], phrases: Phrases, *, mark: str = "clause") -> ClausePattern:
    """The pattern for a mapping of clause conditions. Raises PatternError."""
    unknown = [key for key in conditions if key not in KEYS]
    if unknown:
        raise PatternError(f"a clause has no `{unknown[0]}`", f"use one of: {', '.join(KEYS)}")
    if mark not in MARKS:
        raise PatternError(f"“{mark}” cannot be marked", f"use one of: {', '.join(MARKS)}")
    values = {key: _value(key, raw, phrases) for key, raw in conditions.items() if key in (*_TEXT_FIELDS, *_FIELDS)}
    words = phrases.compile(conditions["words"]) if "words" in conditions else None
    without = phrases.compile(conditions["without"]) if "without" in conditions else None
    under = compile_clause(conditions["under"], phrases) if "under" in conditions else None
    needs = list(words.needs if words else ())
    if phrases.thorough:
        return ClausePattern(str(dict(conditions)), values, words, without, under, mark, ())
    for key in _TEXT_FIELDS:
        allowed = values[key].allowed if key in values else None
        if allowed and "" not in allowed:
            needs.append(frozenset(word.split(" ")[0] for word in allowed))
    return ClausePattern(str(dict(conditions)), values, words, without, under, mark, _simplest(tuple(needs)))


# ---------------------------------------------------------------- spaCy's own patterns


@dataclass(frozen=True, eq=False, slots=True)
class TokenPattern:
    """A spaCy token pattern or dependency pattern, where words and clauses are not enough."""

    text: str
    spec: tuple[Mapping[str, Any], ...]
    needs: Needs = ()

    def find(self, sentence: Sentence) -> list[Match]:
        from spacy.matcher import DependencyMatcher, Matcher

        doc = sentence.words.as_spacy()
        if "RIGHT_ID" in self.spec[0]:
            dependencies = DependencyMatcher(doc.vocab)
            dependencies.add("pattern", [list(map(dict, self.spec))])
            places = [(min(tokens), max(tokens) + 1) for _, tokens in dependencies(doc)]
        else:
            matcher = Matcher(doc.vocab)
            matcher.add("pattern", [list(map(dict, self.spec))], greedy="LONGEST")
            places = [(start, end) for _, start, end in matcher(doc)]
        return [Match(start, end) for start, end in sorted(places)]
