"""`highnote serve`: the HTTP server."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from highnote.cli.common import fail, say

if TYPE_CHECKING:
    import socket as sockets

    from highnote.server.guard import Guard
    from highnote.server.run import Life

AUTO = "auto"
TOKEN = "HIGHNOTE_TOKEN"
LONGEST, LONGEST_MAIL = 2_000_000, 12_000_000
"""Bytes of the longest request on a port and on a socket (a mail, its large attachments left out)."""
WARMING = "Hi Ann,\n\nAs I said, we are sorry, but you should have asked us soon.\n\nBest wishes,\nDean\n"
LEAST_TOKEN = 16
"""A shorter token can be guessed."""


def serve(
    host: Annotated[str, typer.Option(metavar="HOST", help="Where to listen; beyond loopback a token is needed.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Port; 0 takes any that is free.")] = 8017,
    socket: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Listen on a Unix socket instead, for hooks; auto: where they look for it."),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"A file with the token that requests must show (else: {TOKEN})."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="A web page's origin that may ask; * is any.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further host name that requests may be addressed to.")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(metavar="N", min=1000, help="Longest request (2 MB; on a socket 12 MB).")
    ] = None,
    time_limit: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="Longest time a request takes.")] = 20.0,
    concurrency: Annotated[int, typer.Option(metavar="N", min=1, help="Requests taken at once; more get 503.")] = 32,
    threads: Annotated[int, typer.Option(metavar="N", min=1, help="Requests linted at once.")] = 2,
    idle: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="End after so long without a request.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line for each request (never its text).")] = False,
) -> None:
    """Serve highnote's API and LanguageTool's protocol to programs of this machine.

    [bold]Examples[/bold]

    [cyan]highnote serve[/cyan]                                    on 127.0.0.1:8017
    [cyan]curl -s localhost:8017/v1/lint --json '{"draft": "As I said, it takes five days."}'[/cyan]
    [cyan]highnote serve --socket auto[/cyan]                      for the hooks, which then answer in milliseconds
    [cyan]highnote serve --host 0.0.0.0 --token-file token[/cyan]  for other machines, behind TLS
    """
    from highnote.server.listen import AlreadyThere, ListenError

    logging.basicConfig(stream=sys.stderr, format="highnote: %(message)s", level=logging.WARNING)
    logging.getLogger("highnote.server").setLevel(logging.INFO if verbose else logging.WARNING)
    token = _token(token_file)
    _refuse_strangers(host, socket, token)
    with ExitStack() as stack:
        try:  # before anything heavy is loaded: of several that are started at once, all but one end here
            line, where = _listen(stack, host, port, socket)
        except AlreadyThere as there:
            say(str(there))
            return
        except ListenError as error:
            fail(str(error))
        try:
            from highnote.server.app import create_app
            from highnote.server.guard import Access, hosts_served
            from highnote.server.run import serve as run
            from highnote.server.work import Workers
        except ModuleNotFoundError as error:
            fail(f"the server needs the extra “server” ({error.name} is missing): pip install 'highnote[server]'.")
        from highnote.service import Linters

        access = Access(
            hosts=hosts_served(host, allow_host or (), near=socket is not None or _is_loopback(host)),
            origins=frozenset(origin.rstrip("/") for origin in allow_origin or ()),
            token=token if socket is None else None,  # only this user can reach the socket, and no web page can
            max_bytes=max_bytes or (LONGEST if socket is None else LONGEST_MAIL),
            seconds=time_limit,
        )
        workers = Workers(threads, concurrency, time_limit)
        linters = Linters()

        def make(life: Life) -> Guard:
            linter = linters.at(Path.cwd(), config)
            linter.lint(WARMING)  # the language model is loaded now, and not while somebody waits
            return create_app(linter, access, workers, private=linters if socket is not None else None, life=life)

        run(make, line, idle=idle, ready=lambda: say(f"listening on {where}; Ctrl-C ends it."))
    if workers.busy:  # a lint cannot be stopped, and whoever asked for it is gone
        os._exit(0)


def _listen(stack: ExitStack, host: str, port: int, socket: str | None) -> tuple[sockets.socket, str]:
    """What to listen on, and its name for people. Raises AlreadyThere and ListenError."""
    from highnote.resident import default_socket
    from highnote.server.listen import listen_tcp, listen_unix

    if socket is not None:
        path = Path(default_socket() if socket == AUTO else socket).absolute()
        return stack.enter_context(listen_unix(path)), str(path)
    line = stack.enter_context(listen_tcp(host, port))
    shown = f"[{host}]" if ":" in host else host
    return line, f"http://{shown}:{line.getsockname()[1]}"


def _refuse_strangers(host: str, socket: str | None, token: str | None) -> None:
    """End the command where the server would be open to others."""
    if socket is None and token is None and not _is_loopback(host):
        fail(
            f"{host} can be reached from other machines, so a token is needed: put one into a file and name it with "
            f"--token-file, or into {TOKEN}. Without TLS before it, the token and the drafts can be read on the way."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(file: Path | None) -> str | None:
    """The token in a file, or in the environment; never on the command line, where every process could read it."""
    name = str(file or TOKEN)
    try:
        token = (os.environ.get(TOKEN, "") if file is None else file.read_text("utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{name}: the token cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'}).")
    if file is None and not token:
        return None
    if not token.isascii() or not token.isprintable() or len(token) < LEAST_TOKEN or " " in token:
        fail(f"{name}: a token is one line of at least {LEAST_TOKEN} ASCII characters without spaces.")
    return token
