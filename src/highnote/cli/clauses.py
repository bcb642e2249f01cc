"""`highnote clauses`: how sentences are read, in the words that a rule's conditions take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from highnote.cli.common import Colour, Settings, Status, console, fail
from highnote.cli.inputs import STDIN, Input, read_input

if TYPE_CHECKING:
    from highnote.clauses import Clause
    from highnote.language import Sentence

FIELDS = (
    *("subject", "subject_word", "subject_owner", "object", "object_word", "object_owner", "complement"),
    *("polarity", "modal", "tense", "mood", "voice", "time", "link"),
)
"""The fields of a clause in the order in which they are shown; empty ones are left out."""


def clauses(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A draft; - (or nothing) reads stdin.")] = STDIN,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")
    ] = None,
    rules: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="A folder with rules of your own, for its acts.")
    ] = None,
    color: Annotated[Colour, typer.Option(metavar="WHEN", help="Colours: auto, always or never.")] = Colour.AUTO,
) -> None:
    """Show how each sentence is read: its zone, place and acts, and who does what in its clauses.

    For writers of rules: fields and values are those that `clause:` takes in a rule file.
    """
    source = Input("stdin", None) if path == STDIN else Input(path, Path(path))
    settings = Settings(config, rules or (), {}).for_folder(source.folder)

    from highnote.linter import Linter
    from highnote.reading import ReadingError

    try:
        draft = read_input(source, "text")
    except ReadingError as error:
        said = str(error)
        fail(said if said.startswith(source.name) else f"{source.name}: {said}", Status.UNREADABLE)
    out = console(color)
    for sentence in Linter(settings).read(draft, draft.quoted).parsed.sentences:
        out.print(_heading(sentence))
        for clause in sentence.clauses:
            out.print(f"  {_fields(clause)}")


def _heading(sentence: Sentence) -> Text:
    """The sentence with its zone, its place in the body and its acts."""
    where = sentence.zone.value + (f", {sentence.place}" if sentence.zone.value == "body" else "")
    acts = f", {', '.join(sorted(sentence.acts))}" if sentence.acts else ""
    return Text.assemble((" ".join(sentence.text.split()), "bold"), f"  ({where}{acts})")


def _fields(clause: Clause) -> str:
    """A clause on one line, as a rule file would write it."""
    told = [f"verb: {clause.lemma}"]
    told += [f"{name}: {value}" for name in FIELDS if (value := getattr(clause, name))]
    if clause.parent is not None:
        told.append(f"under: {{verb: {clause.parent.lemma}}}")
    return f"{{{', '.join(told)}}}"
