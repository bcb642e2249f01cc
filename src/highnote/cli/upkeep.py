"""`highnote test` and `doctor`: do the rules keep their examples, and is the installation sound?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from highnote.cli.common import Colour, Settings, Status, console, fail
from highnote.config import Config, ConfigError
from highnote.reporters.places import count


def test(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH…]", help="Rule files or folders; without any, all rules.")
    ] = None,
    patterns: Annotated[bool, typer.Option("--patterns", help="Tell what each pattern found.")] = False,
    on: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="With --patterns: drafts to try them on, not the examples."),
    ] = None,
    color: Annotated[Colour, typer.Option(help="Colours; auto means on a terminal.")] = Colour.AUTO,
) -> None:
    """Run the examples of rules: each bad one must be flagged where it is marked, each good one left alone."""
    from highnote.testing import pattern_uses, test_rules

    for path in [*(paths or ()), *(on or ())]:
        if not path.exists():
            fail(f"{path}: there is no such file or folder. Check the name.")
    if on and not patterns:
        fail("--on says where to try the patterns: add --patterns.")
    out = console(color)
    if patterns:
        for use in pattern_uses(tuple(paths or ()), tuple(on or ())):
            style = "bold" if use.found else "bold yellow"
            out.print(Text.assemble((f"{use.rule}:{use.line}", style), f"  {use.pattern}"))
            for text in use.found:
                out.print(f"  {text}")
            if not use.found:
                out.print("  (found nothing)")
        return
    outcome = test_rules(tuple(paths or ()))
    for failure in outcome.failures:
        out.print(Text.assemble((f"{failure.file}:{failure.line}", "bold"), f" {failure.rule}: {failure.message}"))
        out.print(f"  {failure.mend}")
    what = f"{count(outcome.rules, 'rule')} with {count(outcome.examples, 'example')}"
    if outcome.failures:
        out.print(Text(f"{count(len(outcome.failures), 'fault')} in {what}.", style="bold red"))
        raise typer.Exit(Status.FINDINGS)
    out.print(Text(f"All good: {what}.", style="bold green"))


def doctor(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")
    ] = None,
    color: Annotated[Colour, typer.Option(help="Colours; auto means on a terminal.")] = Colour.AUTO,
) -> None:
    """Look whether everything is in place: Python, spaCy, the model and its sums, the rules, the configuration."""
    from highnote.doctor import examine

    out = console(color)
    settings = Settings(config, (), {})
    found: Config | ConfigError
    file: Path | None = None
    try:
        file = settings.file_for(Path.cwd())
        found = settings.for_folder(Path.cwd())
    except ConfigError as error:
        found = error
    except Exception as error:  # wrong rule files: `examine` finds and tells them
        if type(error).__name__ != "RuleErrors":
            raise
        found = Config()
    sound = True
    for line in examine(found, file):
        sound &= line.ok
        out.print(
            Text.assemble(
                ("ok     " if line.ok else "not ok ", "green" if line.ok else "bold red"), f"{line.what}: {line.seen}"
            )
        )
        if not line.ok:
            out.print(f"       {line.mend}")
    if not sound:
        raise typer.Exit(Status.FINDINGS)
