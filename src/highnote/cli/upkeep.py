"""`highnote test` and `doctor`: do the rules keep their examples, and is the installation sound?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from highnote.cli.common import Colour, Settings, Status, console, fail, known_rules
from highnote.config import Config, ConfigError, matches, nearest
from highnote.reporters.places import count

if TYPE_CHECKING:
    from highnote.linter import Linter
    from highnote.rule import Rule
    from highnote.testing import Labelled

MENDS = {
    "bad": "Widen a pattern or mend the example; `highnote test --patterns` tells what each pattern finds.",
    "good": "Narrow the pattern, or say under `unless` what is left alone.",
}


def test(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="RULES", help="Rule files, folders or names; without any, all rules.")
    ] = None,
    patterns: Annotated[
        bool, typer.Option("--patterns", help="What each pattern found, right and wrong, before and after the judge.")
    ] = False,
    on: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="With --patterns: drafts or labelled .jsonl to try, not the examples."),
    ] = None,
    color: Annotated[Colour, typer.Option(metavar="WHEN", help="Colours: auto, always or never.")] = Colour.AUTO,
) -> None:
    """Run the examples of rules: each bad one must be flagged where it is marked, each good one left alone."""
    if on and not patterns:
        fail("--on says where to try the patterns: add --patterns.")
    for file in on or ():
        if not file.is_file():
            fail(f"{file}: there is no such file. Check the name.")
    folders, names, files = _meant(paths or ())
    known = known_rules(folders)
    chosen = [rule for rule in known if _is_meant(rule, names, files)]
    if not chosen:
        fail("no rules here. A rule file is <category>/<name>.yaml.")

    from highnote.testing import example_linter

    config = Config(rules=folders)
    if patterns:
        _show_patterns(example_linter(config), chosen, on or (), console(color))
    else:
        _run_examples(config, chosen, console(color))


def _meant(paths: Sequence[str]) -> tuple[tuple[Path, ...], tuple[str, ...], tuple[Path, ...]]:
    """The rule folders to load, and the rules that are meant: by name, and by file or folder."""
    folders, names, files = [], [], []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            folders.append(path.parent if any(path.glob("*.y*ml")) else path)
            files.append(path.resolve())
        elif path.is_file():
            folders.append(path.parent.parent)
            files.append(path.resolve())
        else:
            names.append(given)
    known = [rule.id for rule in known_rules(())] if names else []
    for name in names:
        if not any(matches(name, rule) for rule in known):
            near = nearest(name, known)
            fail(f"{name}: there is no such file, folder or rule.{f' Did you mean “{near}”?' if near else ''}")
    return tuple(dict.fromkeys(folders)), tuple(names), tuple(files)


def _is_meant(rule: Rule, names: Sequence[str], files: Sequence[Path]) -> bool:
    if not names and not files:
        return True
    path = rule.path.resolve()
    return any(matches(name, rule.id) for name in names) or any(file == path or file in path.parents for file in files)


def _run_examples(config: Config, rules: Sequence[Rule], out: Console) -> None:
    """Print each example that does not hold with its line and a mend, then the count; each rule is alone in its test."""
    from highnote.rule import line_of
    from highnote.testing import failures_of, linter_for

    faults = 0
    for rule in rules:
        linter = linter_for(rule, config)
        for kind, number, message in failures_of(rule, linter):
            faults += 1
            place = f"{rule.path}:{line_of(rule.path, 'examples', kind, number)}"
            out.print(Text.assemble((place, "bold"), f": {rule.id}: {message}"))
            out.print(f"  {MENDS[kind]}")
        for phrase in linter.untriggered:
            out.print(f"{rule.path}: “{phrase}” needs no word in particular and is tried on every sentence.")
            out.print("  Name a word or a @list in it, and it costs nothing where that is not said.")
    examples = sum(len(rule.examples.bad) + len(rule.examples.good) for rule in rules)
    what = f"{count(len(rules), 'rule')} with {count(examples, 'example')}"
    if faults:
        out.print(Text(f"{count(faults, 'fault')} in {what}.", style="bold red"))
        raise typer.Exit(Status.FINDINGS)
    out.print(Text(f"All good: {what}.", style="bold green"))


def _show_patterns(linter: Linter, rules: Sequence[Rule], files: Sequence[Path], out: Console) -> None:
    """What each pattern of `rules` found: in drafts every place, in labelled text or the examples the counts."""
    from highnote.testing import count_patterns, labelled

    drafts = [file for file in files if file.suffix != ".jsonl"]
    for file in drafts:
        _show_places(linter, rules, file, out)
    tables = [file for file in files if file.suffix == ".jsonl"]
    if drafts and not tables:
        return
    try:
        counts = count_patterns(linter, labelled(tables) if tables else _examples(rules))
    except ValueError as error:
        fail(str(error))
    wanted = {rule.id for rule in rules}
    out.print("Before the judge → what it lets stand.")
    out.print(f"{'right':^11}  {'wrong':^11}  {'elsewhere':^11}  pattern", style="bold")
    for one in counts:
        if one.rule in wanted:
            style = "red" if one.wrong_kept else "yellow" if not one.right_kept else ""
            pairs = (
                (one.right, one.right_kept),
                (one.wrong, one.wrong_kept),
                (one.unlabelled, one.unlabelled_kept),
            )
            cells = "  ".join(f"{before:4} → {after:<4}" for before, after in pairs)
            out.print(Text(f"{cells}  {one.rule} {one.number + 1}: {one.text}", style=style))
            for sample in one.samples[:3]:
                out.print(f"{'':39}wrong: “{' '.join(sample.split())}”")


def _show_places(linter: Linter, rules: Sequence[Rule], file: Path, out: Console) -> None:
    from highnote.reading import ReadingError, read_path
    from highnote.reporters.places import Lines

    try:
        draft = read_path(file)
    except ReadingError as error:
        fail(f"{file}: {error}", Status.UNREADABLE)
    lines, wanted = Lines(draft.source), {rule.id: rule for rule in rules}
    for matcher, proposal in linter.every_proposal(linter.read(draft, draft.quoted)):
        rule = wanted.get(matcher.owner.id)
        if rule is not None:
            line, column = lines.place(proposal.start)
            text = " ".join(draft.source[proposal.start : proposal.end].split()) or "(the whole draft)"
            out.print(Text.assemble((f"{file}:{line}:{column}", "bold"), f" {rule.id} “{text}”"))
            out.print(f"  pattern {proposal.pattern + 1}: {rule.flag[proposal.pattern].text}")


def _examples(rules: Iterable[Rule]) -> Iterable[Labelled]:
    """The rules' own examples as labelled text."""
    from highnote.testing import Labelled, thread_of

    for rule in rules:
        for example in filter(lambda example: example.is_plain, rule.examples.bad):
            spans = example.marks or ((0, len(example.plain)),)
            yield Labelled(example.plain, {rule.id: spans}, frozenset(), False, thread_of(example), example.chat)
        for example in filter(lambda example: example.is_plain, rule.examples.good):
            yield Labelled(example.plain, {}, frozenset({rule.id}), False, thread_of(example), example.chat)


def doctor(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")
    ] = None,
    color: Annotated[Colour, typer.Option(metavar="WHEN", help="Colours: auto, always or never.")] = Colour.AUTO,
) -> None:
    """Look whether everything is in place: Python, spaCy, the model and its sums, the rules, the configuration."""
    from highnote.doctor import examine
    from highnote.rule import RuleErrors

    out = console(color)
    settings = Settings(config, (), {})
    found: Config | ConfigError
    file: Path | None = None
    try:
        file = settings.file_for(Path.cwd())
        found = settings.for_folder(Path.cwd())
    except ConfigError as error:
        found = error
    except RuleErrors:  # `examine` finds them too, and tells
        found = Config()
    sound = True
    for line in examine(found, file):
        sound &= line.ok
        mark = ("ok     ", "green") if line.ok else ("not ok ", "bold red")
        out.print(Text.assemble(mark, f"{line.what}: {line.seen}"))
        if not line.ok and line.mend:
            out.print(f"       {line.mend}")
    if not sound:
        raise typer.Exit(Status.FINDINGS)
