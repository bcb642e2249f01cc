"""A LanguageTool for spelling and grammar: one that runs on this machine, or the server that the configuration names.

LanguageTool is a Java program. language-tool-python (the extra `grammar`) finds it, starts it and talks to it; no text
goes anywhere but there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from language_tool_python import LanguageTool

    from highnote.config import Grammar

Result = TypeVar("Result")

START_SECONDS = 60.0
"""How long a LanguageTool may take to start."""
PAUSE_SECONDS = 30.0
"""How long one that failed is left alone, so that not each draft of a folder waits for it again."""
KEPT = 1024
"""Texts whose matches are kept: a draft and its rewrites share most of their paragraphs."""
MOST_REPLACEMENTS = 3

_SPELLING = frozenset({"TYPOS", "MULTITOKEN_SPELLING"})
_TASTE = frozenset({"style", "register", "locale-violation"})
"""LanguageTool's kinds of remark about style and tone: that is highnote's own trade, and some contradict its rules."""
_FUSSY = frozenset(
    {
        *("COMMA_COMPOUND_SENTENCE", "COMMA_COMPOUND_SENTENCE_2", "COMMA_COMPOUND_SENTENCE_3", "PRP_COMMA"),
        *("MISSING_COMMA_AFTER_INTRODUCTORY_PHRASE", "AI_HYDRA_LEO_MISSING_COMMA", "INTERJECTIONS_PUNCTUATION"),
        *("DASH_RULE", "WHITESPACE_RULE", "CONSECUTIVE_SPACES", "SENTENCE_WHITESPACE", "COMMA_PARENTHESIS_WHITESPACE"),
        *("EN_UNPAIRED_BRACKETS", "EN_UNPAIRED_QUOTES"),
    }
)
"""Rules about commas that may as well be left out, and about spaces and brackets that unwrapped lines bring about."""


class GrammarError(Exception):
    """LanguageTool is not there or does not answer; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Match:
    """One place that LanguageTool marks; `start` and `end` are code points into the text that was checked.

    `rule` is its name as highnote writes it: `spelling/unknown-word`, `grammar/he-verb-agr`.
    """

    rule: str
    message: str
    start: int
    end: int
    text: str
    replacements: tuple[str, ...]


class Companion:
    """A LanguageTool, started or reached when the first text is checked. Safe to share between threads."""

    def __init__(self, settings: Grammar) -> None:
        self.settings = settings
        self._tools: dict[str, LanguageTool] = {}
        self._lock = Lock()
        self._failed: tuple[float, GrammarError] | None = None
        self._kept = lru_cache(KEPT)(self._ask)

    def matches(self, text: str, language: str) -> tuple[Match, ...]:
        """What LanguageTool marks in a text in `language` (`en-GB`; `auto`: it tells by itself), remarks on style left out.

        Raises GrammarError.
        """
        return self._kept(text, language)

    def _ask(self, text: str, language: str) -> tuple[Match, ...]:
        if self._failed and time.monotonic() < self._failed[0]:
            raise self._failed[1]
        try:
            tool = self._tool(language)
            found = within(self.settings.timeout, lambda: [_read(match, text) for match in tool.check(text)])
        except GrammarError as error:
            self._failed = time.monotonic() + PAUSE_SECONDS, error
            raise
        return tuple(match for match in found if match is not None)

    def _tool(self, language: str) -> LanguageTool:
        with self._lock:
            if language not in self._tools:
                self._tools[language] = self._reached(language) if self.settings.server else self._started(language)
            return self._tools[language]

    def _reached(self, language: str) -> LanguageTool:
        """The server that the configuration names."""
        server = self.settings.server
        make = _language_tool()
        try:
            return within(self.settings.timeout, lambda: make(language, remote_server=server))
        except GrammarError as error:
            mend = "start it there, or take grammar.server out of the configuration"
            raise GrammarError(f"no LanguageTool answers at {server}: {mend}") from error

    def _started(self, language: str) -> LanguageTool:
        """A program on this machine; one serves all languages. It learns a language with the first text, so it gets one."""
        make = _language_tool()
        running = next(iter(self._tools.values()), None)
        if running is not None:
            where: dict[str, Any] = {"remote_server": running.url.removesuffix("v2/")}
        else:
            where = {"language_tool_download_version": installed_version()}

        def start() -> LanguageTool:
            tool = make(language, **where)
            tool.check("Good morning.")
            return tool

        return within(START_SECONDS, start)

    def close(self) -> None:
        """End the LanguageTool that was started here, if one was."""
        for tool in self._tools.values():
            tool.close()
        self._tools.clear()


def _language_tool() -> type[LanguageTool]:
    try:
        from language_tool_python import LanguageTool
    except ImportError:
        raise GrammarError("language-tool-python is not installed: run `pip install 'highnote[grammar]'`") from None
    return LanguageTool


def installed_version() -> str:
    """The newest LanguageTool that language-tool-python has on this machine. Raises GrammarError where there is none."""
    from language_tool_python.download_lt import LocalLanguageTool

    if shutil.which("java") is None:
        raise GrammarError(
            "there is no Java, which LanguageTool needs: install Java 17 or newer, or set grammar.server"
        )
    found = LocalLanguageTool.get_latest_installed_version()
    if found is None:
        raise GrammarError(
            "there is no LanguageTool on this machine: "
            "fetch it once with `echo Hello | language_tool_python -l en-US -`, or set grammar.server"
        )
    return found.version_name


@dataclass(slots=True)
class _Box(Generic[Result]):
    value: Result | None = None
    error: BaseException | None = None
    done: bool = False


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """What `work` returns, if it does so in time. Raises GrammarError for whatever goes wrong, the end of the time too.

    language-tool-python waits five minutes for an answer, twice; a reply that is about to be sent cannot. Work that is
    late goes on in a thread that nobody waits for.
    """
    box: _Box[Result] = _Box()

    def run() -> None:
        try:
            box.value = work()
        except BaseException as error:  # told in the thread that asked
            box.error = error
        box.done = True

    thread = Thread(target=run, daemon=True, name="languagetool")
    thread.start()
    thread.join(seconds)
    if not box.done:
        raise GrammarError(f"LanguageTool did not answer within {seconds:g} seconds")
    if isinstance(box.error, GrammarError):
        raise box.error
    if box.error is not None:
        said = " ".join(str(box.error).split())[:160] or type(box.error).__name__
        raise GrammarError(f"LanguageTool gave no answer that can be used ({said})") from box.error
    return box.value  # type: ignore[return-value]  # it returned, so there is one


def _read(found: Any, text: str) -> Match | None:
    """A match of language-tool-python as ours; None for a remark on style. Raises ValueError for a place outside the text."""
    start, end = int(found.offset), int(found.offset) + int(found.error_length)
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"a match at {start} to {end} in a text of {len(text)} characters")
    if found.rule_issue_type in _TASTE or found.rule_id in _FUSSY:
        return None
    name, message = str(found.rule_id).lower().replace("_", "-"), str(found.message)
    if name.startswith(("morfologik", "hunspell")):
        name, message = "unknown-word", f"“{text[start:end]}” is in no dictionary."
    return Match(
        rule=f"{'spelling' if found.category in _SPELLING else 'grammar'}/{name}",
        message=message,
        start=start,
        end=end,
        text=text[start:end],
        replacements=tuple(str(one) for one in found.replacements[:MOST_REPLACEMENTS]),
    )
