"""What every request must pass before it is served: the host name, the origin, the token, the size.

A server on loopback can be reached by every web page that the user opens: a page's own origin is refused unless it is
on the list, and so is a host name that is not ours (a name that an attacker points at 127.0.0.1).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from highnote import __version__
from highnote.resident import VERSION_HEADER

log = logging.getLogger("highnote.server")

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN = frozenset({"/healthz", "/v2/healthcheck"})
"""Paths that need no token."""
KEYED = frozenset({"/v2/check"})
"""Paths that take the token as the parameter `apiKey` too, since LanguageTool's clients send no other."""
DRAIN = 8
"""So many times the limit is read and thrown away, so that a client hears why its text was refused."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, and how much at once."""

    hosts: frozenset[str] = LOOPBACK
    """Host names that requests may be addressed to, without port; `*` is any."""
    origins: frozenset[str] = frozenset()
    """Origins of web pages and extensions that may ask; `*` is any."""
    token: str | None = None
    """What every request must show, where it is set."""
    max_bytes: int = 2_000_000
    seconds: float = 20.0
    """How long the body of a request may take to arrive."""

    def knows(self, token: str) -> bool:
        """Whether this is the token."""
        return self.token is None or secrets.compare_digest(token.encode(), self.token.encode())


class _Refused(Exception):
    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, dict(headers or {})


class _Left(Exception):
    """The client went away before its request was whole."""


class Guard:
    """The outermost ASGI application: refuses what may not pass, and writes what happened without any of the text."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access
        self.open = 0
        self.last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.open += 1
        began, status = time.monotonic(), 0
        headers = Headers(scope=scope)
        always = [(VERSION_HEADER.encode(), __version__.encode()), *self._cross_origin(headers)]

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *always]}
            await send(message)

        try:
            await self._pass(scope, headers, receive, answer)
        except _Left:
            pass
        except Exception as error:  # the text of an error may hold the draft, so only its kind and place are written
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s in %s\n%s", type(error).__name__, scope["path"], places)
            if not status:
                await refusal(scope["path"], 500, "a fault of highnote's own")(scope, receive, answer)
        finally:
            self.open -= 1
            self.last = time.monotonic()
            took = (self.last - began) * 1000
            path = "(no such path)" if status in (0, 404) else scope["path"]  # anything may stand in an unknown path
            log.info("%s %s %d %.0f ms", scope["method"], path, status, took)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        try:
            self._check_host(headers)
            self._check_origin(headers)
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await _preflight()(scope, receive, send)
                return
            self._check_token(scope, headers)
            body = await self._body(headers, receive)
        except _Refused as error:
            await refusal(scope["path"], error.status, error.why, error.headers)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _check_host(self, headers: Headers) -> None:
        host = _name(headers.get("host", ""))
        if "*" not in self._access.hosts and host not in self._access.hosts:
            raise _Refused(421, "this host name is not served here (see --allow-host)")

    def _check_origin(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is None or self._allows(origin) or origin.partition("://")[2] == headers.get("host"):
            return
        raise _Refused(403, "this origin may not ask (see --allow-origin)")

    def _allows(self, origin: str) -> bool:
        return "*" in self._access.origins or origin in self._access.origins

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        path = scope["path"]
        scope.setdefault("state", {})["trusted"] = True
        if path in OPEN or self._access.token is None:
            return
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._access.knows(given.strip()):
            return
        if path not in KEYED:
            raise _Refused(401, "a token is needed: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        scope["state"]["trusted"] = False

    def _cross_origin(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """The headers that let a page of an allowed origin read the answer, whatever the answer is."""
        origin = headers.get("origin")
        if origin is None or not self._allows(origin):
            return []
        return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body, read here so that neither a long nor a slow one gets further."""
        most = self._access.max_bytes
        too_long = _Refused(413, f"more than {most:,} bytes", {"Connection": "close"})
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > DRAIN * most:
            raise too_long
        try:
            body, size = await asyncio.wait_for(_read(receive, most), self._access.seconds)
        except asyncio.TimeoutError:
            raise _Refused(408, "the request took too long to arrive", {"Connection": "close"}) from None
        if size > most:
            raise too_long
        return body


async def _read(receive: Receive, most: int) -> tuple[bytes, int]:
    """The body as far as `most` bytes, and its length as far as it was looked at."""
    pieces, size = list[bytes](), 0
    while size <= DRAIN * most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Left
        piece = message.get("body", b"")
        size += len(piece)
        if size <= most:
            pieces.append(piece)
        if not message.get("more_body", False):
            break
    return b"".join(pieces), size


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
            "Access-Control-Max-Age": "600",
        },
    )


def refusal(path: str, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error in the form of its protocol: LanguageTool's clients expect plain text, ours JSON."""
    if path.startswith("/v2/"):
        return PlainTextResponse(f"Error: {why}", status, headers)
    return JSONResponse({"detail": why}, status, headers)


def hosts_served(host: str, more: Iterable[str], *, near: bool) -> frozenset[str]:
    """The names by which a server on `host` may be asked: any where the token keeps strangers out and none is given."""
    given = {name.lower() for name in more}
    return frozenset({*LOOPBACK, host.lower(), *given}) if near or given else frozenset({"*"})


def _name(host: str) -> str:
    """The name in a Host header, without its port and the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()
