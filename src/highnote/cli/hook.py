"""`highnote hook`: what stands between "send" and the customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highnote.cli import smtp, thunderbird

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Stand between “send” and the customer: in a mail program, or before a mail server.",
)


@app.command(
    add_help_option=False,  # its own help, so that options after -- reach the real sendmail
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
def sendmail(
    words: Annotated[list[str] | None, typer.Argument(metavar="[OPTIONS] [--] RCPT…", show_default=False)] = None,
) -> None:
    """Lint the message on stdin, and hand it to the real sendmail when it is fine."""
    from highnote.hooks.sendmail import main  # as a rule `highnote.__main__` has gone there already

    raise typer.Exit(main(words or []))


app.command("smtp")(smtp.smtp)
app.command("thunderbird")(thunderbird.thunderbird)


@app.command()
def emacs() -> None:
    """Print where highnote.el is, which reads messages in Emacs before they are sent.

    [bold]Example[/bold], in Emacs' init file:

    [cyan](load (string-trim (shell-command-to-string "highnote hook emacs")))[/cyan]
    [cyan](highnote-mode)[/cyan]
    """
    from highnote import hooks

    typer.echo(Path(hooks.__file__).parent / "emacs" / "highnote.el")
