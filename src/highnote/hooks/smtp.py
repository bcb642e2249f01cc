"""A submission proxy: clients speak SMTP to it, it lints what they send, and a relay delivers it (extra `smtp`).

Each client's session has a connection to the relay of its own. Commands are passed on as they come, AUTH among them, and
the relay's replies are passed back, so that nothing is accepted that the relay has not accepted. Only a message that is
held never reaches it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import signal
import ssl
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakSet

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from highnote.hooks.verdict import Lint, Verdict, judge_message, strip_header

RelayTls = Literal["auto", "starttls", "tls", "none"]
OnError = Literal["hold", "send"]

MAX_LINE = 2**16
"""Octets of a message's line. The standard says 1,000; whether longer ones are fine is for the relay to say."""
MAX_REPLY_LINE = 400
"""Octets of a line of a reply; the standard's limit is 512."""
MAX_REPLY_LINES = 40
PATIENCE = 120.0
"""Seconds that the relay may take for a reply."""
GRACE = 30.0
"""Seconds that messages which are on their way have to get through when the proxy is told to end."""
LINTERS = 2
"""So many messages are linted at once: linting is bound to the processor, and the others wait their turn."""

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_ASCII = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "×": "x", "\xa0": " "})
_FIRST_GUESS = {"size": "", "8bitmime": "", "smtputf8": "", "auth": "PLAIN LOGIN"}
"""What the relay can do, as long as it has not been reached."""


class RelayLost(Exception):
    """The relay cannot be reached, or has gone: why."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that delivers.

    `tls` "auto" means TLS from the start at port 465, STARTTLS at others: it must be offered, unless the relay runs on
    this machine. `ca` is a file of certificates to trust instead of the system's.
    """

    host: str
    port: int
    tls: RelayTls = "auto"
    ca: str | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def client(self, name: str) -> aiosmtplib.SMTP:
        """A client that is not connected yet; `name` is what it calls itself."""
        implicit = self.tls == "tls" or (self.tls == "auto" and self.port == 465)
        upgrade = None if self.tls == "auto" and is_loopback(self.host) else self.tls in ("auto", "starttls")
        encrypted = implicit or upgrade is not False
        options: dict[str, Any] = {
            "hostname": self.host,
            "port": self.port,
            "timeout": PATIENCE,
            "use_tls": implicit,
            "start_tls": False if implicit else upgrade,
            "tls_context": ssl.create_default_context(cafile=self.ca) if encrypted else None,
        }
        try:
            return aiosmtplib.SMTP(local_hostname=name, **options)
        except ValueError:  # a client may call itself anything
            return aiosmtplib.SMTP(local_hostname="localhost", **options)


class Upstream:
    """One session's connection to the relay."""

    def __init__(self, relay: Relay, name: str) -> None:
        self._relay, self._client = relay, relay.client(name)
        self.extensions: dict[str, str] = {}

    async def open(self) -> None:
        """Connect, with TLS as it is wanted. Raises RelayLost."""
        try:
            await self._client.connect()
            if self._client.is_ehlo_or_helo_needed:
                await self._client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            raise RelayLost(f"{self._relay} cannot be reached: {_words(error)}") from error
        self.extensions = dict(self._client.esmtp_extensions)
        if self._client.server_auth_methods:
            self.extensions["auth"] = " ".join(method.upper() for method in self._client.server_auth_methods)

    async def command(self, *words: bytes) -> aiosmtplib.SMTPResponse:
        """The relay's reply to a command, whatever it is. Raises RelayLost."""
        return await self._asked(self._client.execute_command(*words))

    async def data(self, message: bytes) -> aiosmtplib.SMTPResponse:
        """The relay's reply to a message. Raises RelayLost."""
        try:
            return await self._asked(self._client.data(message))
        except aiosmtplib.SMTPDataError as refusal:
            return aiosmtplib.SMTPResponse(refusal.code, refusal.message)

    async def _asked(self, reply: Any) -> aiosmtplib.SMTPResponse:
        try:
            response: aiosmtplib.SMTPResponse = await reply
        except aiosmtplib.SMTPDataError:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            raise RelayLost(f"{self._relay} has gone: {_words(error)}") from error
        return response

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._client.close()


class Connection(SMTP):
    """A client's connection. AUTH goes through to the relay, whatever the mechanism."""

    line_length_limit = MAX_LINE

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Pass the exchange on, both ways, until the relay says yes or no."""
        session = self.session
        if await self.check_helo_needed("EHLO") or session is None:
            return
        if self._auth_require_tls and session.ssl is None:
            await self.push("538 5.7.11 Encryption required for requested authentication mechanism")
            return
        if not arg:
            await self.push("501 5.5.4 Syntax: AUTH mechanism")
            return
        try:
            upstream = await self.event_handler.upstream(session)
            reply = await upstream.command(b"AUTH", arg.encode())
            while reply.code == 334:
                await self.push(_passed_on(reply))
                line = await self._reader.readline()
                reply = await upstream.command(line.strip())
        except RelayLost as error:
            self.event_handler.forget(session)
            await self.push(_reply(454, "4.7.0", [str(error)]))
            return
        session.authenticated = reply.code == 235
        await self.push(_passed_on(reply))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called after STARTTLS, which makes a new session."""
        if self.session is not None:
            self.event_handler.forget(self.session)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Close the connection to the relay as well."""
        if self.session is not None:
            self.event_handler.forget(self.session)
        super().connection_lost(error)


class Proxy:
    """What becomes of each command (aiosmtpd calls the `handle_` methods); one for all connections.

    `say` gets a line about each message that is not passed on, without any of its text.
    """

    def __init__(
        self, relay: Relay, lint: Lint, *, on_error: OnError, max_size: int, say: Callable[[str], None]
    ) -> None:
        self._relay, self._lint, self._on_error, self._max_size, self._say = relay, lint, on_error, max_size, say
        self._pool = ThreadPoolExecutor(LINTERS, thread_name_prefix="lint")
        self._upstreams: dict[Session, Upstream] = {}
        self._extensions = _FIRST_GUESS
        self._under_way, self._idle, self._ended = 0, asyncio.Event(), False
        self._idle.set()

    async def warm(self) -> None:
        """Load what linting needs. Raises what makes linting impossible."""
        message = b"From: a@b.example\nTo: c@d.example\n\nThank you.\n"
        await asyncio.get_running_loop().run_in_executor(self._pool, self._lint, message)

    async def end(self) -> None:
        """Take no further message, and give those on their way GRACE seconds."""
        self._ended = True
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._idle.wait(), GRACE)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def upstream(self, session: Session) -> Upstream:
        """The session's connection to the relay. Raises RelayLost."""
        if session not in self._upstreams:
            if session.authenticated:
                raise RelayLost(f"{self._relay} has gone, and has forgotten who you are: connect again")
            upstream = Upstream(self._relay, session.host_name or "localhost")
            await upstream.open()
            self._upstreams[session] = upstream
            self._extensions = upstream.extensions
        return self._upstreams[session]

    def forget(self, session: Session) -> None:
        """Close the session's connection to the relay."""
        upstream = self._upstreams.pop(session, None)
        if upstream is not None:
            upstream.close()

    # ------------------------------------------------------------ commands

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        """Remember how the client calls itself."""
        session.host_name = hostname
        return f"250 {server.hostname}"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what the relay offers and what we can pass on; while the relay is away, what it offered before."""
        session.host_name = hostname
        await self._reset(session)
        try:
            await self.upstream(session)
        except RelayLost as error:
            self._say(f"{error}.")
        offers = self._extensions
        sizes = [size for size in (self._max_size, _number(offers.get("size", ""))) if size]
        lines = [server.hostname, f"SIZE {min(sizes)}"]
        lines += [name.upper() for name in ("8bitmime", "smtputf8") if name in offers]
        lines += ["STARTTLS"] if "250-STARTTLS" in responses else []
        may_authenticate = session.ssl is not None or not server._auth_require_tls
        lines += [f"AUTH {offers['auth']}"] if offers.get("auth") and may_authenticate else []
        return [*(f"250-{line}" for line in lines), "250 HELP"]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """Pass on the sender."""
        reply, accepted = await self._pass_on(session, b"MAIL FROM:", address, options)
        if accepted:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """Pass on a recipient."""
        reply, accepted = await self._pass_on(session, b"RCPT TO:", address, options)
        if accepted:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Pass on that the client has changed its mind."""
        await self._reset(session)
        return "250 2.0.0 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take leave of the relay too."""
        upstream = self._upstreams.get(session)
        if upstream is not None:
            with suppress(RelayLost):  # it may have left already
                await upstream.command(b"QUIT")
            self.forget(session)
        return "221 2.0.0 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Lint the message; pass it on byte for byte, or say what to mend."""
        if self._ended:
            await self._reset(session)
            return "421 4.3.2 highnote: not sent: the proxy is ending"
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._message(session, envelope.original_content or b"")
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def handle_exception(self, error: Exception) -> str:
        """A fault of our own accepts nothing, and does not quote the message."""
        self._say(f"a fault of highnote's own ({type(error).__name__}).")
        return f"451 4.3.0 highnote: a fault of its own ({type(error).__name__}); nothing was sent"

    # ------------------------------------------------------------ passing on

    async def _pass_on(self, session: Session, verb: bytes, address: str, options: Sequence[str]) -> tuple[str, bool]:
        path = address if address.startswith("<") else f"<{address}>"
        words = [verb + path.encode("utf-8", "surrogateescape"), *(option.encode() for option in options)]
        try:
            reply = await (await self.upstream(session)).command(*words)
        except RelayLost as error:
            return self._lost(session, error), False
        return _passed_on(reply), reply.code in (250, 251)

    async def _message(self, session: Session, raw: bytes) -> str:
        if _BARE.search(raw):  # some servers take them for line ends, so that a message could hide another one
            await self._reset(session)
            return _reply(550, "5.5.2", ["highnote: not sent: the message has line breaks that are not CRLF."])
        verdict = await asyncio.get_running_loop().run_in_executor(self._pool, judge_message, raw, self._lint)
        if not self._may_go(verdict):
            await self._reset(session)
            self._say(_without_name(verdict.lines[-1]))
            code, enhanced = (550, "5.7.1") if verdict.error is None else (451, "4.7.1")
            return _reply(code, enhanced, verdict.lines)
        try:
            reply = await (await self.upstream(session)).data(strip_header(raw))
        except RelayLost as error:
            return self._lost(session, error)
        return _passed_on(reply)

    def _may_go(self, verdict: Verdict) -> bool:
        if verdict.error is not None and self._on_error == "send":
            self._say(f"sent unchecked: {verdict.error}")
            return True
        return verdict.passes

    async def _reset(self, session: Session) -> None:
        upstream = self._upstreams.get(session)
        if upstream is not None:
            try:
                await upstream.command(b"RSET")
            except RelayLost:
                self.forget(session)

    def _lost(self, session: Session, error: RelayLost) -> str:
        self.forget(session)
        self._say(f"{error}.")
        return _reply(451, "4.4.2", [f"highnote: not sent: {error}"])


async def serve(
    proxy: Proxy,
    host: str,
    port: int,
    *,
    max_size: int,
    tls: ssl.SSLContext | None = None,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve clients until SIGTERM or SIGINT; `ready` is told the port. Raises OSError when it cannot listen.

    Messages on their way then have GRACE seconds; whoever else is connected is cut off, and has sent nothing.
    """
    loop = asyncio.get_running_loop()
    connections: WeakSet[Connection] = WeakSet()

    def connect() -> Connection:
        connection = Connection(
            proxy,
            data_size_limit=max_size,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="highnote",
            tls_context=tls,
            auth_require_tls=not is_loopback(host),
            loop=loop,
        )
        connections.add(connection)
        return connection

    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    server = await loop.create_server(connect, host, port)
    ready(server.sockets[0].getsockname()[1])
    await stopped.wait()
    server.close()
    await proxy.end()
    for connection in connections:
        if connection.transport is not None:
            connection.transport.close()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, seen from itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _reply(code: int, enhanced: str, lines: Sequence[str]) -> str:
    """A reply of several lines in ASCII; the last one stays the last, whatever is left out before it."""
    said = [line for line in map(_ascii, lines) if line.strip()]
    if len(said) > MAX_REPLY_LINES:
        said = [*said[: MAX_REPLY_LINES - 3], "  ...", *said[-2:]]
    start = f"{code}-{enhanced} "
    return "\r\n".join([*(start + line for line in said[:-1]), f"{code} {enhanced} {said[-1]}"])


def _passed_on(reply: aiosmtplib.SMTPResponse) -> str:
    """The relay's reply as it came."""
    text = reply.message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    lines = text.split("\n")
    return "\r\n".join([*(f"{reply.code}-{line}" for line in lines[:-1]), f"{reply.code} {lines[-1]}"])


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return plain.encode("ascii", "replace").decode()[:MAX_REPLY_LINE]


def _without_name(line: str) -> str:
    return line.removeprefix("highnote: ")


def _words(error: Exception) -> str:
    """What went wrong, in one line."""
    cause = error.__cause__ or error
    if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and (cause.errno or 0) > 0:
        return os.strerror(cause.errno or 0).lower()
    said = " ".join(str(getattr(error, "message", "") or error).split())
    return said.rstrip(".") or type(error).__name__


def _number(text: str) -> int:
    digits = text.split()[:1]
    return int(digits[0]) if digits and digits[0].isdigit() else 0
