"""`highnote train`: make the judge from labelled text, see whether it fits its inputs, tell its figures."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from highnote.cli.common import Status, console, fail, known_rules, say
from highnote.reporters.places import count

if TYPE_CHECKING:
    from highnote.judge import Judge
    from highnote.train.figures import Training
    from highnote.train.rows import Row

LABELLED = Path("training")
"""The folder of labelled text where none is named: the one of a checkout."""


def train(
    training: Annotated[Path, typer.Option(metavar="DIR", help="The folder with labelled text (.jsonl).")] = LABELLED,
    rules: Annotated[list[Path] | None, typer.Option(metavar="DIR", help="A folder with rules of your own.")] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(metavar="WRITER", help="Train without a writer, or drafts:N (N from 0 to 4); may be repeated."),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="A judge without each writer, and each fifth of the drafts; -o is a folder.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Processes that read the text (else: up to 4).")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where the judge goes (in a checkout: its own)."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare what the judge was trained on with what is there now.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Only print the judge's figures by category, as a Markdown table.")
    ] = False,
) -> None:
    """Train the judge: which of the places that patterns propose are findings, learned from labelled text.

    It learns from the labelled text in the folder and from the examples of every rule, and prints what it found in
    text by writers it had not seen: recall and precision of the patterns alone, the judge alone, and both.

    [bold]A judge for rules of your own[/bold]

    A rule gets a model when it has 20 faulty sentences and 20 near misses, by two writers at least (its own examples
    count); any other is left to its patterns. Put your text beside that of a checkout, so that the rules of highnote
    keep their models:

    [cyan]highnote train --training training --rules own -o own.npz[/cyan]

    Then use it: [cyan]judge = "own.npz"[/cyan] in highnote.toml, or in Python
    [cyan]Config(rules=…, judge=Path("own.npz"))[/cyan].
    A line of labelled text is
    {"rule": "house/client", "label": "bad" or "good", "text": "…", "mark": "what is to be flagged"}
    in a file sentences-WRITER.jsonl.
    """
    folders = tuple(rules or ())
    if check and figures:
        fail("--check and --figures do different things: use one of them.")
    if figures:
        _print_figures(output)
    elif check:
        _check(output, training, folders)
    else:
        _train(training, folders, tuple(leave_out or ()), each, jobs or min(os.cpu_count() or 1, 4), output)


def _print_figures(file: Path | None) -> None:
    from highnote.train.figures import figures_page

    console().file.write(figures_page(_judge(file).manifest))


def _check(file: Path | None, training: Path, folders: Sequence[Path]) -> None:
    from highnote.train.labelled import differences, sums

    judge = _judge(file)
    _labelled(training)
    known_rules(folders)  # tells a folder that is not there
    there = sums(training, folders)
    lines = differences(judge.manifest["inputs"], there)
    for line in lines:
        typer.echo(line)
    if lines:
        say("the judge does not fit its inputs: run `highnote train`.")
        raise typer.Exit(Status.FINDINGS)
    typer.echo(f"The judge fits its {count(len(there), 'input')}.")


def _judge(file: Path | None) -> Judge:
    """The judge in `file`, or the one that comes along. Raises JudgeError."""
    from highnote.judge import Judge

    judge = Judge.load(file)
    if judge is None:
        fail("there is no judge yet: run `highnote train`.")
    return judge


def _labelled(folder: Path) -> None:
    if not folder.is_dir():
        fail(f"{folder}: there is no such folder. Name the one with the labelled text: --training DIR.")


def _train(
    training: Path, folders: tuple[Path, ...], left_out: Sequence[str], each: bool, jobs: int, output: Path | None
) -> None:
    if find_spec("sklearn") is None:
        fail("training needs scikit-learn, which is not installed: pip install 'highnote[train]'.")
    _labelled(training)
    special = bool(folders or left_out or each or training.resolve() != LABELLED.resolve())
    target = output or _default_output(plain=not special)
    if not each and not target.absolute().parent.is_dir():
        fail(f"{target}: there is no such folder to write to.")
    from highnote.train import train
    from highnote.train.figures import told
    from highnote.train.labelled import EXAMPLES, sums
    from highnote.train.rows import without

    rows = _rows(training, folders, jobs)
    rules = known_rules(folders)
    levels = {rule.id: rule.level for rule in rules}
    unjudged = {rule.id for rule in rules if not rule.judged}
    inputs = sums(training, folders)
    folds = {row.passage.fold for row in rows} - {EXAMPLES}
    known = folds | {row.passage.writer for row in rows}
    for name in left_out:
        if name not in known:
            fail(f"“{name}” in --leave-out is no writer here. There are {', '.join(sorted(folds))}.")
    if not each:
        made = train(without(rows, left_out), levels, inputs, _progress, unjudged)
        _write(target, made)
        typer.echo(told(made))
        return
    target.mkdir(parents=True, exist_ok=True)
    for fold in sorted(folds - set(left_out)):
        made = train(without(rows, [fold, *left_out]), levels, inputs, _progress, unjudged)
        _write(target / f"without-{fold.replace(':', '-')}.npz", made)


def _rows(training: Path, folders: tuple[Path, ...], jobs: int) -> list[Row]:
    """All labelled sentences, read by the engine."""
    from highnote.config import Config
    from highnote.finding import Level
    from highnote.train.labelled import example_passages, read_passages
    from highnote.train.rows import read_in_parallel

    passages = [*read_passages(training), *example_passages(known_rules(folders))]
    _progress(f"reading {count(len(passages), 'passage')}")
    return read_in_parallel(passages, Config(level=Level.INFO, rules=folders, judge=False), jobs)


def _default_output(*, plain: bool) -> Path:
    """The judge of the checkout that this is, for a training of all its text; any other needs a place of its own."""
    from highnote.judge import FILE
    from highnote.rule import built_in_folder

    package = Path(__file__).parent.parent
    if not plain or built_in_folder().parent == package:
        fail("say where the judge goes: -o FILE.")
    return package / FILE


def _write(file: Path, made: Training) -> None:
    try:
        file.write_bytes(made.data)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")
    _end_progress()
    say(f"{file}: {count(len(made.manifest['rules']), 'rule')}, {len(made.data) / 1e6:.1f} MB.")


def _progress(text: str) -> None:
    """What is being done, on stderr: one line that is written over on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[Khighnote: {text} …")
        sys.stderr.flush()
    else:
        say(f"{text} …")


def _end_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
