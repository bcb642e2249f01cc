"""The typer application: its commands, `--version`, and how any of them ends when something goes wrong."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from highnote import __version__
from highnote.cli import catalogue, check, clauses, hook, serve, train, upkeep
from highnote.cli.common import Status, fail, forgiving_streams, say
from highnote.config import ConfigError


class Commands(TyperGroup):
    """The commands, with errors turned into one line on stderr and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            fail("stopped.", Status.INTERRUPTED)
        except ConfigError as error:
            fail(str(error))
        except Exception as error:
            if not _is_told(error):
                raise
            raise typer.Exit(Status.USAGE) from None


def _is_told(error: Exception) -> bool:
    """Say what is wrong with files or the language model; False where the error is none of the user's."""
    kind = type(error).__name__  # by name, so that no heavy module is imported for an error that did not happen
    if kind not in ("RuleErrors", "ModelError", "JudgeError", "TrainingError", "WorkerError"):
        return False
    for fault in getattr(error, "errors", (error,)):
        said = str(fault)
        say(said if said.endswith((".", "?")) else f"{said}.")
    return True


app = typer.Typer(
    name="highnote",
    cls=Commands,
    add_completion=True,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # its tracebacks show variables, and those hold the customer's text
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 fine, 1 findings, 2 a wrong call or configuration, 3 an input that could not be read.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"highnote {__version__}")
        raise typer.Exit


@app.callback()
def highnote(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Find what would make an unhappy customer unhappier, before you press send.

    highnote reads draft support replies, says kindly what to change and why, and suggests
    the rewrite. Everything stays on this machine.

    [bold]Examples[/bold]

    [cyan]highnote check reply.txt[/cyan]                one draft
    [cyan]highnote check drafts/ --level info[/cyan]     a folder, with opportunities too
    [cyan]highnote check reply.txt --diff[/cyan]         what --fix would change
    [cyan]highnote check - < reply.txt[/cyan]            a text from stdin
    [cyan]highnote check macros.json[/cyan]              the templates of a helpdesk's export
    [cyan]highnote explain rebuke/as-i-said[/cyan]       why, with examples
    """


app.command("check")(check.check)
app.command("explain")(catalogue.explain)
app.command("rules")(catalogue.rules)
app.command("test")(upkeep.test)
app.command("clauses")(clauses.clauses)
app.command("train")(train.train)
app.command("schema")(catalogue.schema)
app.command("doctor")(upkeep.doctor)
app.command("serve")(serve.serve)
app.add_typer(hook.app, name="hook")


def main() -> None:
    """The console script."""
    forgiving_streams()
    try:
        app()
    except BrokenPipeError:  # the reader has had enough, as in `highnote check … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Status.FINDINGS)
    except KeyboardInterrupt:
        say("stopped.")
        sys.exit(Status.INTERRUPTED)
    except Exception:
        traceback.print_exc()
        say("this is a fault of highnote's own. Please report it with the lines above (they hold no draft).")
        sys.exit(Status.INTERNAL)
