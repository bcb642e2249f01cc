"""`highnote hook smtp`: a submission proxy between a mail program and its server."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from highnote.cli.common import fail, say

if TYPE_CHECKING:
    import ssl

    from highnote.hooks.smtp import Relay

MEGABYTE = 2**20


class Tls(str, Enum):
    """How the connection to the relay is encrypted."""

    AUTO = "auto"
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class OnError(str, Enum):
    """What becomes of a message that could not be checked."""

    HOLD = "hold"
    SEND = "send"


def smtp(
    relay: Annotated[str, typer.Option(metavar="HOST:PORT", help="The mail server that delivers.")],
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where mail programs connect.")] = "127.0.0.1:1025",
    relay_tls: Annotated[
        Tls,
        typer.Option(
            metavar="HOW",
            help="Encryption towards the relay: starttls, tls, none, or auto: tls at port 465, else starttls.",
        ),
    ] = Tls.AUTO,
    relay_ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Certificates to trust at the relay."),
    ] = None,
    on_error: Annotated[
        OnError, typer.Option(metavar="hold|send", help="What happens to a message that could not be checked.")
    ] = OnError.HOLD,
    max_size: Annotated[
        int, typer.Option(metavar="MB", min=1, max=200, help="The longest message, in megabytes.")
    ] = 35,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The configuration to lint with.")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A certificate, to offer STARTTLS.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Its key, if it is not in --cert.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen beyond this machine; sign-ins then need --cert.")
    ] = False,
) -> None:
    """Stand between any mail program and its server: what would upset the customer is refused, with the reasons.

    Point the mail program's outgoing server at 127.0.0.1, port 1025, without encryption (it does not leave the machine);
    user name and password stay as they are and are passed on to the relay.

    [bold]Examples[/bold]

    [cyan]highnote hook smtp --relay mail.example.com:587[/cyan]                  STARTTLS towards the relay
    [cyan]highnote hook smtp --relay mail.example.com:465[/cyan]                  TLS from the start
    [cyan]highnote hook smtp --relay 127.0.0.1:25 --relay-tls none[/cyan]         the mail server on this machine
    """
    here, there = _address(listen, "--listen"), _address(relay, "--relay")
    try:
        from highnote.hooks import smtp as proxy
    except ModuleNotFoundError as error:
        fail(f"{error.name} is missing: pip install 'highnote[smtp]'.")
    if not proxy.is_loopback(here[0]) and not allow_remote:
        fail(f"{listen} can be reached from other machines. If that is meant, say --allow-remote; else use 127.0.0.1.")
    if here == there:
        fail("--listen and --relay are the same place: mail would go round in a circle.")
    _serve(
        here,
        proxy.Relay(*there, relay_tls.value, str(relay_ca) if relay_ca else None),
        on_error,
        max_size * MEGABYTE,
        config,
        _certificate(cert, key),
    )


def _serve(
    here: tuple[str, int],
    relay: Relay,
    on_error: OnError,
    max_size: int,
    config: Path | None,
    tls: ssl.SSLContext | None,
) -> None:
    import asyncio

    from highnote.hooks import smtp as proxy
    from highnote.hooks.alone import resident_or_local_lint

    async def run() -> None:
        lint = resident_or_local_lint(str(config) if config else "")
        passing = proxy.Proxy(relay, lint, on_error=on_error.value, max_size=max_size, say=say)
        await passing.warm()
        await proxy.serve(
            passing,
            *here,
            max_size=max_size,
            tls=tls,
            ready=lambda port: say(f"listening on {here[0]}:{port}, passing on to {relay}. Ctrl-C ends it."),
        )

    try:
        asyncio.run(run())
    except OSError as error:
        fail(f"cannot listen on {here[0]}:{here[1]}: {error.strerror or error}.")
    say("ended; every message on its way has got through or was refused.")


def _address(text: str, option: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        fail(f"{option} {text}: write it as HOST:PORT, such as 127.0.0.1:1025.")
    return host.strip("[]"), int(port)


def _certificate(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        if key is not None:
            fail("--key needs --cert.")
        return None
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        fail(f"{cert} cannot be used as a certificate: {error}.")
    return context
