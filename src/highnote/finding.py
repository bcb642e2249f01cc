"""What a lint run returns: findings, suggestions, the scorecard and the report (frozen, with a JSON schema).

Offsets are Unicode code points into the text that was given; `end` is exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    computed_field,
    model_validator,
)

REPORT_VERSION = 1
"""Version of the JSON form; it rises when a field is removed or changes its meaning."""


class Model(BaseModel):
    """Frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(str, Enum):
    """How much a finding matters: `error` (do not send like this), `warning`, `info` (an opportunity)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: a higher rank matters more."""
        return ("info", "warning", "error").index(self.value)


class Edit(Model):
    """Put `text` in the place of the characters from `start` up to `end`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class Suggestion(Model):
    """Edits that would mend a finding.

    `safe`: the edits need no new fact and leave a grammatical text, so `--fix` may apply them. Others hold a blank
    such as `{day}` and are only offered. `label` says in a few words what the edits do.
    """

    label: str
    edits: tuple[Edit, ...]
    safe: bool


class Evidence(Model):
    """A place in the thread that a finding rests on; `message` counts from 0, the oldest message first."""

    message: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class Finding(Model):
    """One place that a rule flags.

    A finding about something that is absent from the whole draft has an empty span (`start == end`) and no text.
    `confidence` (0 to 1) is at least `threshold`, else it had been dropped, and `reasons` say what in the sentence
    spoke most for it; where the judge has no say they are 1, 0 and empty.
    """

    rule: str
    level: Level
    message: str
    why: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str
    suggestions: tuple[Suggestion, ...] = ()
    evidence: Evidence | None = None
    confidence: float = Field(default=1.0, ge=0, le=1)
    origin: Literal["pattern", "act", "check", "judge", "languagetool"] = "pattern"
    threshold: float = Field(default=0.0, ge=0, le=1)
    reasons: tuple[str, ...] = ()


class Mark(Model):
    """One line of the scorecard: did the reply do it, and which sentence shows it.

    `done` is None where the line does not apply (no question was asked, nothing had to be put right).
    """

    done: bool | None
    text: str = ""
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)


class Scorecard(Model):
    """What the reply did."""

    acknowledged: Mark
    apologised: Mark
    owned: Mark
    answered: Mark
    questions: int = Field(default=0, ge=0)
    questions_answered: int = Field(default=0, ge=0)
    resolved: Mark
    dated: Mark
    choice: Mark
    high_note: Mark


class Report(Model):
    """All findings of one draft, in the order of their place, with its scorecard.

    `entry` names the draft where it is one of several in a file. `rewritten` is the draft with the safe suggestions
    applied (the draft itself where there are none); `error` says why a draft could not be read, in which case the other
    fields are empty. `notes` say what was left out, and why (grammar, where LanguageTool does not answer; the rules,
    where the draft is not in English; branches of a template that has too many).

    The scorecard is worked out when it is first asked for, since it may take as long as all the findings.
    """

    version: int = REPORT_VERSION
    name: str = "draft"
    entry: str = ""
    findings: tuple[Finding, ...] = ()
    rewritten: str = ""
    error: str | None = None
    notes: tuple[str, ...] = ()
    _weigh: Callable[[], Scorecard] | None = PrivateAttr(default=None)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def scorecard(self) -> Scorecard | None:
        """What the reply did; None for a draft that could not be read."""
        return None if self._weigh is None else self._weigh()

    def weighed_by(self, weigh: Callable[[], Scorecard]) -> Report:
        """This report, whose scorecard `weigh` works out."""
        self._weigh = weigh
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _with_scorecard(cls, data: Any, handler: ModelWrapValidatorHandler[Report]) -> Report:
        """A report that was written out holds its scorecard."""
        if not isinstance(data, dict) or "scorecard" not in data:
            return handler(data)
        report = handler({name: value for name, value in data.items() if name != "scorecard"})
        report.__dict__["scorecard"] = data["scorecard"] and Scorecard.model_validate(data["scorecard"])
        return report

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash((self.name, self.entry, self.findings, self.rewritten, self.error, self.notes))

    def __getstate__(self) -> dict[Any, Any]:
        """Another process gets the report without what works the scorecard out: see `Linter.lint_many`."""
        return {**super().__getstate__(), "__pydantic_private__": {"_weigh": None}}

    def at_least(self, level: Level) -> tuple[Finding, ...]:
        """The findings at `level` or above."""
        return tuple(finding for finding in self.findings if finding.level.rank >= level.rank)


class Message(Model):
    """One message of the thread. `sender` is `customer` or `agent` (us); `date` is when it was sent, if known."""

    sender: Literal["customer", "agent"]
    text: str
    date: datetime | None = None


Thread = Sequence[Message]
"""The messages before the draft, oldest first."""
