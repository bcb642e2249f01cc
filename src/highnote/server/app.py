"""The HTTP application: highnote's own API, LanguageTool's protocol beside it, and what hooks ask over a Unix socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from starlette.exceptions import HTTPException

from highnote import __version__
from highnote.config import ConfigError
from highnote.finding import Level, Message
from highnote.linter import Linter
from highnote.model import ModelError
from highnote.reading import Format, ReadingError, read
from highnote.reporters.json import RunReport
from highnote.resident import CONFIG_HEADER, FOLDER_HEADER, TARGET
from highnote.rule import RuleErrors
from highnote.server import languagetool
from highnote.server.guard import Access, Guard, refusal
from highnote.server.work import Unavailable, Workers
from highnote.service import Linters, lint, lint_mail


def _encodable(text: str) -> str:
    """JSON can spell halves of characters; no text holds them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (an unpaired surrogate)") from None
    return text


def _written(moment: object) -> object:
    if not isinstance(moment, str):
        raise ValueError("is a text such as 2026-05-31T14:30:00Z")
    return moment


Text = Annotated[str, AfterValidator(_encodable)]
Moment = Annotated[datetime, BeforeValidator(_written, json_schema_input_type=datetime)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PastMessage(_Request):
    """One message of the thread; `date` is when it was sent, if known."""

    sender: Literal["customer", "agent"]
    text: Text
    date: Moment | None = None


class Options(_Request):
    """What may differ from the configuration for one request; what is left out is as configured."""

    level: Level | None = Field(default=None, description="The lowest level to report.")
    fail_level: Level | None = Field(default=None, description="The lowest level with which a draft does not pass.")
    chat: StrictBool | None = Field(default=None, description="A chat message needs no greeting or sign-off.")
    valued: StrictBool | None = Field(default=None, description="The customer is marked as valued.")
    agent_name: Text | None = Field(default=None, description="The name that replies are signed with.")
    min_confidence: float | None = Field(
        default=None, strict=True, ge=0, le=1, description="Leave out what is less sure."
    )


class LintRequest(_Request):
    """A draft and what is known around it."""

    draft: Text = Field(description="The reply about to be sent.", examples=["As I said, the refund takes five days."])
    format: Format = Field(default="text", description="What the draft is written in.")
    thread: tuple[PastMessage, ...] = Field(
        default=(), description="The messages before it, oldest first; without them, those that the draft quotes."
    )
    date: Moment | None = Field(default=None, description="When the reply goes out.")
    name: Text = Field(default="draft", max_length=200, description="What the report calls the draft.")
    options: Options = Options()


class Rewritten(BaseModel):
    """A draft with the safe suggestions applied; where it could not be read, the draft itself and the `error`."""

    rewritten: str
    changed: bool
    error: str | None = None


class RuleInfo(BaseModel):
    """A rule that this server uses."""

    id: str
    category: str
    level: Level
    scope: Literal["sentence", "draft", "thread"]
    message: str
    why: str
    options: dict[str, Any]


class Health(BaseModel):
    """That the server is up, and which highnote it is."""

    status: Literal["ok"] = "ok"
    version: str


class Refusal(BaseModel):
    """Why a request was not served."""

    detail: str


_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": why}
    for status, why in {
        400: "Not JSON",
        401: "No token, or another",
        403: "An origin that may not ask",
        408: "A request that takes too long to arrive",
        413: "More than the server takes",
        421: "A host name that is not served",
        422: "A field that is missing or cannot be",
        503: "Too busy, or too slow: see Retry-After",
    }.items()
}


def create_app(
    linter: Linter,
    access: Access,
    workers: Workers,
    *,
    private: Linters | None = None,
    life: Callable[[Guard], AbstractAsyncContextManager[None]],
) -> Guard:
    """The application. `private` opens what only hooks of the same user may ask, over a Unix socket.

    `life` is entered while the server runs.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with life(guard):
            yield
        workers.close()

    api = FastAPI(
        title="highnote",
        version=__version__,
        description="Finds what makes unhappy customers unhappier in a draft reply, says why, and suggests the rewrite.",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    guard = Guard(api, access)
    _add_own(api, linter, workers)
    languagetool.add_routes(api, linter, access, workers)
    if private is not None:
        _add_private(api, private, workers)
    _add_refusals(api)
    return guard


def _add_own(api: FastAPI, linter: Linter, workers: Workers) -> None:
    @api.post("/v1/lint", responses=_REFUSALS, summary="Lint a draft", operation_id="lint")
    async def lint_draft(request: LintRequest) -> RunReport:
        """The report, in the form of `highnote check --format json`; a draft that cannot be read is in `errors`."""
        work = partial(
            lint,
            _tuned(linter, request.options),
            request.draft,
            format=request.format,
            thread=_thread(request),
            date=request.date,
            name=request.name,
        )
        return await workers.run(work)

    @api.post("/v1/rewrite", responses=_REFUSALS, summary="Apply the safe suggestions", operation_id="rewrite")
    async def rewrite_draft(request: LintRequest) -> Rewritten:
        """The draft with the safe suggestions applied; the others need a fact, or a choice, of the writer's."""

        def work() -> Rewritten:
            try:
                source = read(request.draft, request.format)
                text = _tuned(linter, request.options).lint(source, _thread(request), request.date).rewritten
            except ReadingError as error:
                return Rewritten(rewritten=request.draft, changed=False, error=str(error))
            return Rewritten(rewritten=text, changed=text != request.draft)

        return await workers.run(work)

    @api.get("/v1/rules", responses={401: _REFUSALS[401]}, summary="The rules in use", operation_id="rules")
    async def rules() -> list[RuleInfo]:
        """The rules that drafts are linted by here."""
        return [RuleInfo.model_validate(rule, from_attributes=True) for rule in linter.rules]

    @api.get("/healthz", summary="Is the server up?", operation_id="health")
    async def health() -> Health:
        """Answers without a token, and without linting."""
        return Health(version=__version__)


def _add_private(api: FastAPI, linters: Linters, workers: Workers) -> None:
    @api.post(TARGET, include_in_schema=False)
    async def lint_for_hook(request: Request) -> Response:
        """A message's bytes in, the report out, by the configuration of the folder or file that the hook names."""
        raw, config = await request.body(), unquote(request.headers.get(CONFIG_HEADER, ""))
        folder = Path(unquote(request.headers.get(FOLDER_HEADER, "")) or "/")

        def work() -> dict[str, Any]:
            return lint_mail(linters.at(folder, Path(config) if config else None), raw)

        return JSONResponse(await workers.run(work))


def _add_refusals(api: FastAPI) -> None:
    """Errors in the form of their protocol."""

    @api.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> Response:
        return refusal(request.url.path, 503, str(error), {"Retry-After": "1"})

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
        if first["type"] == "json_invalid":
            return refusal(request.url.path, 400, f"this is no JSON: {first.get('ctx', {}).get('error', said)}")
        status = 400 if request.url.path.startswith("/v2/") else 422
        return refusal(request.url.path, status, f"{place}: {said}" if place else said)

    @api.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:  # of all routes of the path, and not of the first alone
            here = [route for route in api.routes if isinstance(route, APIRoute) and route.path == request.url.path]
            headers["Allow"] = ", ".join(sorted({method for route in here for method in route.methods or ()}))
        return refusal(request.url.path, error.status_code, str(error.detail), headers)

    async def cannot(request: Request, error: Exception) -> Response:
        return refusal(request.url.path, 500, str(error))

    for kind in (ConfigError, RuleErrors, ModelError):
        api.exception_handler(kind)(cannot)


def _tuned(linter: Linter, options: Options) -> Linter:
    changes = options.model_dump(exclude_none=True)
    return linter.but(**changes) if changes else linter


def _thread(request: LintRequest) -> tuple[Message, ...]:
    return tuple(Message(sender=one.sender, text=one.text, date=one.date) for one in request.thread)
