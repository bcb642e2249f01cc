"""The reports of an earlier run, where nothing has changed since: those drafts need neither model nor rules.

E-mails, stdin, and drafts with messages before them are not remembered: they hold what customers wrote. Nor is what
LanguageTool finds, since its server may change.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from highnote.cache import Cache, key_of, settings_key
from highnote.cli.inputs import Input
from highnote.config import Config
from highnote.finding import Report
from highnote.reporters.places import Checked

if TYPE_CHECKING:
    from highnote.draft import Draft

MAX_BYTES = 1_000_000
"""Larger files are not remembered: their reports would fill the cache."""


@dataclass(slots=True)
class _Waiting:
    """An input on its way, with what was found in it in an earlier run, or is found now."""

    source: Input
    key: bytes | None
    known: tuple[Report, ...] | None
    found: list[Checked] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    """What an earlier run found, and how the rest is found: read, linted, which inputs `failed`, and a step forward."""

    cache: Cache
    config: Callable[[Input], Config]
    read: Callable[[Input, Config], Iterable[Draft | Exception]]
    lint: Callable[[Iterable[Input]], Iterator[Checked]]
    failed: Callable[[str], bool]
    advance: Callable[[], None]
    keys: dict[int, bytes] = field(default_factory=dict)
    place: bytes = field(default_factory=lambda: os.fsencode(Path.cwd()))

    def checked(self, inputs: Iterable[Input], left: Callable[[Report], Report]) -> Iterator[Checked]:
        """What is found in the inputs, in their order; `left` takes out what a report should not tell."""
        queue: deque[_Waiting] = deque()

        def unknown() -> Iterator[Input]:
            for source in inputs:
                key = self._key(source)
                known = None if key is None else self.cache.reports(key)
                queue.append(_Waiting(source, key, known))
                if known is None:
                    yield source
                else:
                    self.advance()

        for one in self.lint(unknown()):
            while queue[0].known is not None or queue[0].source.name != one.report.name:
                yield from self._done(queue.popleft(), left)
            queue[0].found.append(one)
            yield Checked(one.draft, left(one.report), one.fail_level)
        while queue:
            yield from self._done(queue.popleft(), left)

    def _key(self, source: Input) -> bytes | None:
        """A checksum over all that the reports of a file depend on; None where they are not remembered."""
        config = self.config(source)
        if source.path is None or source.path.suffix.lower() == ".eml" or config.grammar.enabled:
            return None
        try:
            if source.path.stat().st_size > MAX_BYTES:
                return None
            content = source.path.read_bytes()
        except OSError:
            return None  # reading it will tell why
        if id(config) not in self.keys:
            self.keys[id(config)] = settings_key(config)
        return key_of(self.keys[id(config)], self.place, os.fsencode(source.name), content)

    def _done(self, one: _Waiting, left: Callable[[Report], Report]) -> Iterator[Checked]:
        """Keep what was found in an input; or tell what is known of it."""
        if one.known is None:
            self._keep(one)
            return
        config = self.config(one.source)
        reports = [left(report) for report in one.known]
        if not any(report.findings for report in reports):
            for report in reports:  # nobody asks what is in a draft without findings
                yield Checked(_blank(report), report.model_copy(update={"rewritten": ""}), config.fail_level)
            return
        drafts = self._drafts(one, config)
        if drafts is None:
            for again in self.lint([one.source]):
                yield Checked(again.draft, left(again.report), again.fail_level)
            return
        for draft, report in zip(drafts, reports, strict=True):
            yield Checked(draft, report, config.fail_level)

    def _drafts(self, one: _Waiting, config: Config) -> Sequence[Draft] | None:
        """The drafts of an input whose reports are known; None where they are no longer the same."""
        drafts = list(self.read(one.source, config))
        known = one.known or ()
        same = self._key(one.source) == one.key and len(drafts) == len(known)
        return [draft for draft in drafts if not isinstance(draft, Exception)] if same else None

    def _keep(self, one: _Waiting) -> None:
        whole = (
            one.key is not None and one.found and not self.failed(one.source.name) and self._key(one.source) == one.key
        )
        if whole and not any(checked.draft.quoted or checked.draft.rewrite for checked in one.found):
            assert one.key is not None
            self.cache.keep(one.key, [checked.report for checked in one.found])


def _blank(report: Report) -> Draft:
    from highnote.draft import Draft

    return Draft("", (), report.name)
