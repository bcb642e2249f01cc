"""`highnote hook thunderbird`: put the extension and its host in their places, or take them away."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from highnote.cli.common import console, fail

ENABLE = "Start Thunderbird again, click “highnote added to Thunderbird” in its menu (≡), and enable it there: once."


class OnError(str, Enum):
    """What becomes of a message that could not be checked."""

    HOLD = "hold"
    SEND = "send"


def thunderbird(
    install: Annotated[bool, typer.Option("--install", help="Put the extension and its host in place.")] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Take exactly that away again.")] = False,
    profile: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="A profile (else: all that profiles.ini lists)."
        ),
    ] = None,
    time_limit: Annotated[
        int | None,
        typer.Option(
            metavar="SECONDS", min=1, max=120, help="Fix how long a check may take (else: the add-on's options)."
        ),
    ] = None,
    on_error: Annotated[
        OnError | None,
        typer.Option(metavar="hold|send", help="Fix what happens to a reply that could not be checked."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The configuration to lint with.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Stop a reply in Thunderbird before it goes out, and show what might upset the customer.

    An add-on asks highnote when you press send. What is fine goes out; else a window shows the sentences, why, and the
    rewrites, and you choose: back to the reply, apply the safe rewrites, or send anyway.

    [bold]Examples[/bold]

    [cyan]highnote hook thunderbird --install --dry-run[/cyan]      what would be written where
    [cyan]highnote hook thunderbird --install[/cyan]                for all your profiles
    [cyan]highnote hook thunderbird --install --on-error send[/cyan]  send what could not be checked, and say so
    [cyan]highnote hook thunderbird --uninstall[/cyan]              take it all away
    """
    from highnote.hooks import thunderbird as extension

    if install == uninstall:
        fail("say --install or --uninstall.")
    settings = {"timeLimit": time_limit, "onError": on_error and on_error.value}
    fixed = {name: value for name, value in settings.items() if value is not None}
    out = console()
    try:
        places = extension.Places.of(Path.home())
        profiles = [path.absolute() for path in profile or places.profiles()]
        if uninstall:
            steps = list(extension.uninstall(places, profiles, dry_run=dry_run))
        else:
            options = ["--config", str(config.absolute())] if config else []
            wanted = extension.installation(places, profiles, fixed, options)
            steps = list(extension.install(wanted, dry_run=dry_run))
    except extension.InstallError as error:
        fail(str(error))
    for step in steps:
        out.print(f"{'would be ' if dry_run and step.done != 'unchanged' else ''}{step.done:<9} {step.path}")
    if not steps:
        out.print("Nothing of highnote's was there.")
    elif dry_run:
        out.print("Nothing has been changed.")
    elif install:
        out.print(ENABLE)
    else:
        out.print("highnote is out of Thunderbird. Start Thunderbird again.")
