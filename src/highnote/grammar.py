"""Spelling and grammar of a draft, and a second opinion on its rewrites, both from LanguageTool.

Only prose is checked, a paragraph at a time; names, codes, links and blanks are not spelling mistakes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from highnote import later
from highnote.draft import Block, Draft, Kind, Zone
from highnote.finding import Edit, Finding, Level, Message, Suggestion
from highnote.language import PROSE
from highnote.languagetool import Companion, GrammarError, Match

SPELLING = "A slip of spelling looks like haste, and the reader wonders what else was done in haste."
GRAMMAR = "A slip of grammar holds the reader up, and draws the eye away from the answer."

_MASKED = later.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\{[^{}\n]{1,60}\}|\[[^][\n]{1,60}\]|%\w+%"  # blanks of templates
    r"|(?:https?://|www\.)\S+|\S+@\S+\.\w+|\S*[/\\_#]\S*|`[^`\n]+`"  # links, addresses, paths, code
    r"|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b"  # hosts
    r"|\b(?=[\w-]*\d)(?=[\w-]*[^\W\d])[\w-]+|\b(?:[^\W\d_a-z]\.?){2,}\b"  # order numbers, abbreviations
)
_NAME = later.compile(r"[^\W\d_]*[^\W\d_a-z][^\W\d_]*")
_SENTENCE_START = later.compile(r"(?:^|[.!?:]['\"”’)]*\s+|\n\s*)$")
_IZE = (
    r"\b(?:apolog|author|capital|categor|critic|custom|digit|emphas|final|general|item|legal|local|maxim|minim|normal"
    r"|notar|optim|organ|personal|prior|real|recogn|special|stabil|standard|summar|synchron|util|visual)"
)
_BRITISH = later.compile(
    rf"£|{_IZE}is(?:e[ds]?|ing|ation)\b|\b(?:colour|favour|honour|neighbour)\w*"
    r"|\b(?:centre|cheque|postcode|catalogue|tyre|programme|fortnight|licence)s?\b"
    r"|\b(?:whilst|learnt|grey|cancelled|cancelling|travelled|travelling)\b",
    re.IGNORECASE,
)
_AMERICAN = later.compile(
    rf"\$|{_IZE}iz(?:e[ds]?|ing|ation)\b|\b(?:color|favor|neighbor)\w*|\bhonor(?!ar)\w*"
    r"|\b(?:center|zip code|catalog|tire|vacation)s?\b|\b(?:gotten|gray|canceled|canceling|traveled|traveling)\b",
    re.IGNORECASE,
)


def variant(texts: Iterable[str]) -> str:
    """The English that texts are written in, by the words that tell: `en-GB` or, where nothing tells, `en-US`."""
    british = american = 0
    for text in texts:
        british += len(_BRITISH.findall(text))
        american += len(_AMERICAN.findall(text))
    return "en-GB" if british > american else "en-US"


class Proof:
    """What LanguageTool says about one draft and about what rewrites make of it.

    `language` is the draft's (`en-GB`; `auto`: LanguageTool tells), `names` are the words, in small letters, that are
    names here. When LanguageTool fails, nothing more is marked, and `note` says what happened.
    """

    def __init__(self, companion: Companion, language: str, names: frozenset[str]) -> None:
        self.companion = companion
        self.language = language
        self.names = names
        self.note: str | None = None

    def matches(self, draft: Draft) -> list[tuple[Block, Match]]:
        """What is marked in the prose of a draft, each match with its block."""
        try:
            return [
                (block, match)
                for block in draft.blocks
                if self.note is None and block.zone in PROSE and block.text.strip()
                for match in self.companion.matches(block.text, self.language)
                if self._counts(match, block)
            ]
        except GrammarError as error:
            self.note = f"Spelling and grammar were left out: {error}."
            return []

    def _counts(self, match: Match, block: Block) -> bool:
        """Whether a match is about prose, and not about a name, a code, a blank, or the look of a list."""
        text = block.text
        if any(found.start() < match.end and match.start < found.end() for found in _MASKED.finditer(text)):
            return False
        if match.rule == "grammar/uppercase-sentence-start":
            return block.kind is Kind.PARAGRAPH and block.zone is Zone.BODY and match.start > 0
        if not match.rule.startswith("spelling/") or not _NAME.search(match.text):
            return True
        begins = block.zone is Zone.BODY and _SENTENCE_START.search(text[: match.start]) is not None
        return begins and match.text.lower() not in self.names and _is_nearly(match.replacements[:1], match.text)

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """The matches in a draft as findings."""
        for block, match in self.matches(draft):
            start, end = block.source_span(match.start, match.end)
            yield Finding(
                rule=match.rule,
                level=Level.WARNING,
                message=match.message,
                why=SPELLING if match.rule.startswith("spelling/") else GRAMMAR,
                start=start,
                end=end,
                text=draft.source[start:end],
                suggestions=tuple(
                    Suggestion(label=f"write “{text}”", edits=(Edit(start=start, end=end, text=text),), safe=False)
                    for text in match.replacements
                ),
                origin="languagetool",
            )

    def added(self, draft: Draft, edited: Draft) -> list[tuple[Block, Match]]:
        """The matches in `edited` that `draft` does not have."""
        before = Counter((match.rule, match.text.lower()) for _, match in self.matches(draft))
        new = []
        for block, match in self.matches(edited):
            before[match.rule, match.text.lower()] -= 1
            if before[match.rule, match.text.lower()] < 0:
                new.append((block, match))
        return new

    def proved(self, suggestion: Suggestion, draft: Draft) -> Suggestion | None:
        """The suggestion, a slip that it would make repaired; None where it would make one that cannot be."""
        edited = draft.edited(suggestion.edits)
        new = self.added(draft, edited)
        if not new:
            return suggestion
        block, match = new[0]
        if len(new) > 1 or not match.replacements or edited.source != _plainly(draft.source, suggestion.edits):
            return None
        start, end = block.source_span(match.start, match.end)
        edits = _retouched(suggestion.edits, Edit(start=start, end=end, text=match.replacements[0]))
        if not edits or self.added(draft, draft.edited(edits)):
            return None
        return suggestion.model_copy(update={"edits": edits})


def proof(companion: Companion, draft: Draft, thread: Sequence[Message], english: bool, agent: str | None) -> Proof:
    """A Proof for a draft: its names are those that the draft, its thread and the agent's name hold."""
    texts = [draft.source, *(message.text for message in thread)]
    names = {word.lower() for text in texts for word in _names(text)}
    names.update(word.lower() for block in draft.blocks if block.zone is not Zone.BODY for word in block.text.split())
    names.update((agent or "").lower().split())
    language = (companion.settings.language or variant(texts)) if english else "auto"
    return Proof(companion, language, frozenset(names))


def _is_nearly(words: Sequence[str], word: str) -> bool:
    """Whether one of `words` differs from `word` by a slip only: an unknown name is like no word in the dictionary."""
    from rapidfuzz.distance import OSA

    return any(OSA.normalized_similarity(word, other) >= 0.75 for other in words)


def _names(text: str) -> Iterator[str]:
    """The words with a capital that do not begin a sentence."""
    for found in _NAME.finditer(text):
        if not _SENTENCE_START.search(text[max(0, found.start() - 20) : found.start()]):
            yield found[0]


def _plainly(source: str, edits: Sequence[Edit]) -> str:
    """The source with the edits made letter for letter, as a plain text takes them."""
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def _retouched(edits: Sequence[Edit], repair: Edit) -> tuple[Edit, ...]:
    """`edits` and then `repair`, whose offsets are those of the edited text, as edits of the first text; () if they mix."""
    done, shift = list(edits), 0
    for number, edit in sorted(enumerate(edits), key=lambda pair: pair[1].start):
        start, end = edit.start + shift, edit.start + shift + len(edit.text)
        if start <= repair.start and repair.end <= end:
            text = edit.text[: repair.start - start] + repair.text + edit.text[repair.end - start :]
            done[number] = edit.model_copy(update={"text": text})
            return tuple(done)
        if repair.end <= start:
            break
        if repair.start < end:
            return ()
        shift += len(edit.text) - (edit.end - edit.start)
    return (*edits, Edit(start=repair.start - shift, end=repair.end - shift, text=repair.text))
