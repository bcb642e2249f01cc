"""LanguageTool's HTTP protocol, version 2, so that its clients show highnote's findings where the writer types.

The protocol's own words: a *match* is a finding, a *replacement* a suggestion that may be put in its place at once.
Its offsets are UTF-16 code units into the text that was sent, markup included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException

from highnote import __version__
from highnote.config import matches
from highnote.draft import Draft, Zone
from highnote.finding import Edit, Finding, Level, Suggestion
from highnote.linter import MAX_PROSE, Linter
from highnote.reading import ReadingError, read_text
from highnote.reading.traced import Traced, Tracer
from highnote.reporters.places import SENTENCE_BREAK, prose_at
from highnote.rule import Rule
from highnote.server.guard import Access
from highnote.server.work import Workers

LANGUAGES = {
    "en": "English",
    "en-AU": "English (Australian)",
    "en-CA": "English (Canadian)",
    "en-GB": "English (GB)",
    "en-NZ": "English (New Zealand)",
    "en-US": "English (US)",
    "en-ZA": "English (South African)",
}
"""The languages whose drafts highnote reads, by their codes."""
AUTO = "auto"
CONTEXT = 40
"""Characters of context on each side of a match."""
REACH = 120
"""A suggestion that changes a place further away from its finding than this is told, and is no replacement."""
ENCODING = "application/x-www-form-urlencoded"


class Check(BaseModel):
    """The parameters of a check. LanguageTool has more, which are ignored; lists are separated by commas."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["data"]}]}
    )

    text: str | SkipJsonSchema[None] = Field(default=None, description="The text; without it, `data`.")
    data: str | SkipJsonSchema[None] = Field(
        default=None, description='JSON: {"text": …} or {"annotation": [{"text": …}, {"markup": …, "interpretAs": …}]}.'
    )
    language: Literal["en", "en-AU", "en-CA", "en-GB", "en-NZ", "en-US", "en-ZA", "auto"] = Field(
        description="A code of /v2/languages, or auto, which is English here."
    )
    preferredVariants: str = Field(default="", description="Which English auto is, such as en-GB.")
    enabledRules: str = Field(default="", description="Rules to report whatever their level.")
    disabledRules: str = Field(default="", description="Rules to leave out.")
    enabledCategories: str = Field(default="", description="Categories to report whatever the level.")
    disabledCategories: str = Field(default="", description="Categories to leave out.")
    enabledOnly: bool = Field(default=False, description="Report only what is enabled.")
    level: Literal["default", "picky"] = Field(default="default", description="picky reports opportunities too.")
    mode: Literal["all", "textLevelOnly", "allButTextLevelOnly"] = Field(
        default="all", description="Rules about the whole draft, rules about sentences, or both."
    )
    apiKey: str = Field(default="", description="The server's token, where it has one.")

    @model_validator(mode="after")
    def _fits(self) -> Check:
        if (self.text is None) == (self.data is None):
            raise ValueError("one of the parameters 'text' and 'data' is needed, and not both")
        if self.enabledOnly and not self.enabled:
            raise ValueError("with enabledOnly, enabledRules or enabledCategories is needed")
        if self.enabledOnly and self.disabled:
            raise ValueError("with enabledOnly, nothing can be disabled")
        return self

    @property
    def enabled(self) -> tuple[str, ...]:
        """The rules and categories that are asked for."""
        return (*_split(self.enabledRules), *_split(self.enabledCategories))

    @property
    def disabled(self) -> tuple[str, ...]:
        """The rules and categories that are not wanted."""
        return (*_split(self.disabledRules), *_split(self.disabledCategories))

    @property
    def variant(self) -> str:
        """The code of the language in which the text is taken to be."""
        if self.language != AUTO:
            return self.language
        return next((code for code in _split(self.preferredVariants) if code in LANGUAGES), "en-US")

    def wants(self, finding: Finding, rule: Rule | None, least: Level) -> bool:
        """Whether a finding is to be reported, `least` being the lowest level as a rule.

        `rule` is None for a finding of grammar, which is about its sentence.
        """
        whole = rule is not None and rule.scope != "sentence"
        if self.mode != "all" and (self.mode == "textLevelOnly") != whole:
            return False
        named = any(matches(name, finding.rule) for name in self.enabled)
        if self.enabledOnly or named:
            return named
        return finding.level.rank >= least.rank and not any(matches(name, finding.rule) for name in self.disabled)


class DataError(ValueError):
    """`data` that is not what the protocol says."""


def _split(names: str) -> Iterator[str]:
    return (name.strip() for name in names.split(",") if name.strip())


@dataclass(frozen=True)
class Submitted:
    """The text that was sent, `source`, and what of it is prose, each character traced to the source."""

    source: str
    prose: Traced

    @cached_property
    def _units(self) -> list[int]:
        """The offset in UTF-16 code units for each offset in code points."""
        return list(accumulate((1 + (char > "\uffff") for char in self.source), initial=0))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source, in code points, for a span of the prose."""
        return self.prose.starts[start], self.prose.ends[end - 1]

    def shows(self, start: int, end: int) -> bool:
        """Whether this span of the prose stands in the source as it is, without markup in it."""
        first, last = self.span(start, end)
        return self.source[first:last] == self.prose.text[start:end]

    def units(self, start: int, end: int) -> tuple[int, int]:
        """Offset and length in UTF-16 code units of a span of the source in code points."""
        return self._units[start], self._units[end] - self._units[start]


def submitted(check: Check) -> Submitted:
    """The text of a check. Raises DataError for `data` that cannot be read."""
    pieces = [(check.text, None)] if check.text is not None else _pieces(check.data or "")
    tracer, source = Tracer(), ""
    for text, stands_for in pieces:
        if stands_for is None:
            tracer.copy(text, len(source))
        elif text:
            tracer.add(stands_for, len(source), len(source) + len(text))
        source += text
    return Submitted(source, tracer.done())


def _pieces(data: str) -> list[tuple[str, str | None]]:
    """Texts, and markup with the text that it stands for."""
    wrong = DataError('\'data\' is no JSON of the form {"text": …} or {"annotation": [{"text": …}, {"markup": …}]}')
    try:
        content = json.loads(data)
        data.encode()
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(content, dict) or ("text" in content) == ("annotation" in content):
        raise wrong
    entries = content.get("annotation", [content])
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise wrong
    return [
        (entry["text"], None) if "text" in entry else (entry["markup"], entry.get("interpretAs", ""))
        for entry in entries
    ]


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or ("text" in entry) == ("markup" in entry):
        return False
    return all(isinstance(entry.get(key, ""), str) for key in ("text", "markup", "interpretAs"))


# ---------------------------------------------------------------- the answer


def answer(linter: Linter, check: Check) -> dict[str, Any]:
    """The answer to a check. Raises DataError for `data` that cannot be read."""
    sent = submitted(check)
    draft = read_text(sent.prose.text)
    least = Level.INFO if check.level == "picky" else linter.config.level
    report = linter.but(level=Level.INFO).lint(draft)
    rules = {rule.id: rule for rule in linter.rules}
    placed = [(finding, _place(finding, draft)) for finding in report.findings]
    found = [
        _match(finding, rules.get(finding.rule), place, draft, sent)
        for finding, place in placed
        if place is not None and check.wants(finding, rules.get(finding.rule), least)
    ]
    language = {"name": LANGUAGES[check.variant], "code": check.variant}
    # Only English is known here, so that nothing is detected: the confidence says so.
    detected = {**language, "confidence": 1.0 if check.language != AUTO else 0.5, "source": "highnote"}
    return {
        "software": _software(),
        "warnings": {"incompleteResults": False},
        "language": {**language, "detectedLanguage": detected},
        "matches": sorted(found, key=lambda match: (match["offset"], match["length"])),
        "sentenceRanges": [_between(sent, *sentence) for sentence in _sentences(draft)],
    }


def _software() -> dict[str, Any]:
    return {
        "name": "highnote",
        "version": __version__,
        "buildDate": "",
        "apiVersion": 1,
        "premium": False,
        "premiumHint": "",
        "status": "",
    }


def _place(finding: Finding, draft: Draft) -> tuple[int, int] | None:
    """Where a finding is shown: its own place, or, for what the whole draft lacks, the first words of its body."""
    if finding.start < finding.end:
        return finding.start, finding.end
    bodies = (block for block in draft.blocks if block.zone is Zone.BODY and block.text.strip())
    block = next(bodies, None)
    if block is None:
        return None
    first = re.search(r"\S+", block.text)
    return block.source_span(*first.span()) if first else None


def _match(
    finding: Finding, rule: Rule | None, place: tuple[int, int], draft: Draft, sent: Submitted
) -> dict[str, Any]:
    (start, end), values = _replacements(finding, place, draft, sent)
    first, last = sent.span(start, end)
    offset, length = sent.units(first, last)
    category, _, name = finding.rule.partition("/")
    return {
        "message": " ".join([finding.message, *([] if values else _advice(finding, place, draft))]),
        "shortMessage": f"{category}: {name.replace('-', ' ')}",
        "replacements": [{"value": value} for value in values],
        "offset": offset,
        "length": length,
        "context": _context(sent.source, first, last),
        "sentence": prose_at(draft, start, end),
        "type": {"typeName": "Other"},
        "rule": {
            "id": finding.rule,
            "description": re.split(r"(?<=[.!?])\s", finding.why)[0],
            "issueType": "register" if category == "courtesy" else "style",
            "urls": [{"value": source.url} for source in (rule.source if rule else ()) if source.url],
            "category": {"id": category, "name": _title(category)},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }


def _title(category: str) -> str:
    return category.replace("-", " ").capitalize()


def _replacements(
    finding: Finding, place: tuple[int, int], draft: Draft, sent: Submitted
) -> tuple[tuple[int, int], list[str]]:
    """The span of a match, and what may be put in its place.

    A client puts the first replacement in without asking, so only safe suggestions are any. A match has one span:
    it is widened so that it holds the edits, where they are near and no markup lies between.
    """
    offered = [one.edits for one in finding.suggestions if one.safe and one.edits and _near(one, place)]
    edits = [edit for edits in offered for edit in edits]
    start = min([place[0], *(edit.start for edit in edits)])
    end = max([place[1], *(edit.end for edit in edits)])
    if not offered or not sent.shows(start, end):
        return place, []
    return (start, end), list(dict.fromkeys(_applied(draft.source, start, end, edits) for edits in offered))


def _near(suggestion: Suggestion, place: tuple[int, int]) -> bool:
    return all(place[0] - REACH <= edit.start and edit.end <= place[1] + REACH for edit in suggestion.edits)


def _applied(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """`text[start:end]` with the edits made."""
    parts, at = [], start
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:end]])


def _advice(finding: Finding, place: tuple[int, int], draft: Draft) -> list[str]:
    """What is suggested where nothing can be put in its place at once: a hint, or words with a blank to fill."""
    for one in finding.suggestions:
        if not one.edits:
            return [one.label]
        if not one.safe and _near(one, place):
            start, end = min(edit.start for edit in one.edits), max(edit.end for edit in one.edits)
            return [f"For example: “{_applied(draft.source, start, end, one.edits)}”"]
    return []


def _context(text: str, start: int, end: int) -> dict[str, Any]:
    """The match with the characters around it on one line, and where it stands in them, in UTF-16 code units."""
    left, right = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    before = ("..." if left else "") + text[left:start]
    shown = before + text[start:end] + text[end:right] + ("..." if right < len(text) else "")
    return {
        "text": re.sub(r"[\r\n]", " ", shown),
        "offset": _utf16(before),
        "length": _utf16(text[start:end]),
    }


def _utf16(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _sentences(draft: Draft) -> Iterator[tuple[int, int]]:
    """The spans of the sentences of a draft."""
    for block in draft.blocks:
        at = 0
        for gap in (*SENTENCE_BREAK.finditer(block.text), None):
            end = gap.start() if gap else len(block.text)
            if at < end:
                yield block.source_span(at, end)
            at = gap.end() if gap else end


def _between(sent: Submitted, start: int, end: int) -> list[int]:
    offset, length = sent.units(*sent.span(start, end))
    return [offset, offset + length]


# ---------------------------------------------------------------- the routes


def add_routes(api: FastAPI, linter: Linter, access: Access, workers: Workers) -> None:
    """Add the protocol's paths to `api`."""
    responses: dict[int | str, dict[str, Any]] = {
        200: {"description": "The matches, as LanguageTool has them"},
        **{status: _plain(why) for status, why in _ERRORS.items()},
    }

    async def run(check: Check, trusted: bool) -> dict[str, Any]:
        if not trusted and not access.knows(check.apiKey):
            raise HTTPException(401, "a token is needed, as apiKey or as Authorization: Bearer TOKEN")
        length = _utf16(check.text if check.text is not None else check.data or "")
        if length > MAX_PROSE:
            raise HTTPException(413, f"the text exceeds the limit of {MAX_PROSE} characters: it has {length}")
        try:
            return await workers.run(partial(answer, linter, check))
        except (DataError, ReadingError) as error:
            raise HTTPException(400, str(error)) from None

    @api.get("/v2/check", responses=responses, summary="LanguageTool: check a text", operation_id="check")
    async def check_query(request: Request, check: Annotated[Check, Query()]) -> dict[str, Any]:
        return await run(check, request.state.trusted)

    form = {"requestBody": {"required": True, "content": {ENCODING: {"schema": Check.model_json_schema()}}}}

    @api.post(
        "/v2/check",
        responses=responses,
        openapi_extra=form,
        summary="LanguageTool: check a text",
        operation_id="checkForm",
    )
    async def check_form(request: Request) -> dict[str, Any]:
        return await run(_read_form(await request.body(), request.query_params), request.state.trusted)

    @api.get("/v2/languages", summary="LanguageTool: languages", operation_id="languages")
    async def languages() -> list[dict[str, str]]:
        return [{"name": name, "code": "en", "longCode": code} for code, name in LANGUAGES.items()]

    async def info() -> dict[str, Any]:
        return {"software": _software()}

    async def configuration() -> dict[str, Any]:
        return {
            "software": _software(),
            "parameter": {"maxTextLength": MAX_PROSE},
            "rules": [
                {
                    "ruleId": rule.id,
                    "description": rule.why,
                    "categoryId": rule.category,
                    "categoryName": _title(rule.category),
                    "locQualityIssueType": "style",
                    **({"isDefaultOff": "true"} if rule.level.rank < linter.config.level.rank else {}),
                    **({"isTextLevelRule": "true"} if rule.scope != "sentence" else {}),
                }
                for rule in linter.rules
            ],
        }

    async def longest() -> Response:
        return PlainTextResponse(str(MAX_PROSE))

    async def health() -> Response:
        return PlainTextResponse("OK")

    for path, reply in {
        "/v2/info": info,
        "/v2/configinfo": configuration,
        "/v2/maxtextlength": longest,
        "/v2/healthcheck": health,
    }.items():  # POST too: the Java client knows nothing else
        api.add_api_route(path, reply, methods=["GET", "POST"], include_in_schema=False, response_model=None)


_ERRORS = {
    400: "A parameter that is missing or cannot be",
    401: "No token, or another",
    403: "An origin that may not ask",
    408: "A request that takes too long to arrive",
    413: "More text than is taken",
    421: "A host name that is not served",
    503: "Too busy, or too slow: see Retry-After",
}


def _plain(why: str) -> dict[str, Any]:
    return {"description": why, "content": {"text/plain": {"schema": {"type": "string", "pattern": "^Error: "}}}}


def _read_form(body: bytes, query: Mapping[str, str]) -> Check:
    """The parameters of a POST, those of the address first."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise HTTPException(400, f"the body is not {ENCODING} in UTF-8") from None
    try:
        return Check.model_validate({**query, **dict(pairs)})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
