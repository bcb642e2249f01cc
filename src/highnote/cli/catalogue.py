"""`highnote explain`, `rules` and `schema`: what the rules say, without any draft or language model."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from highnote.cli.common import Colour, Settings, console, fail, known_rules, names, width_of
from highnote.config import OTHERS, Config, nearest
from highnote.reporters.places import count
from highnote.reporters.text import STYLES

if TYPE_CHECKING:
    from highnote.judge import Judge
    from highnote.rule import Example, Rule, Source, Suggest

SCOPES = {
    "sentence": "looks at one sentence",
    "draft": "looks at the whole draft",
    "thread": "looks at the thread and the draft; silent without a thread",
}
TOLD = 8
"""How many features that speak for a finding, and how many against, are told of a rule."""
EMPHASIS = re.compile(r"\*(\S[^*]*)\*")


class ListFormat(str, Enum):
    """Forms of the list of rules."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class SchemaKind(str, Enum):
    """What a JSON schema can be asked for."""

    RULE = "rule"
    REPORT = "report"
    CONFIG = "config"


ConfigFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Configuration (else: the nearest folder's).")]
RuleFolders = Annotated[list[Path] | None, typer.Option(metavar="DIR", help="A folder with rules of your own.")]


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule, such as rebuke/as-i-said, or a category.")],
    config: ConfigFile = None,
    rules: RuleFolders = None,
    color: Annotated[Colour, typer.Option(help="Colours; auto means on a terminal.")] = Colour.AUTO,
) -> None:
    """Say what a rule looks for and why, with what it flags and what it leaves alone."""
    settings = Settings(config, rules or (), {}).for_folder(Path.cwd())
    known = known_rules(settings.rules)
    out = console(color)
    wanted = rule.strip().rstrip("/")
    chosen = [one for one in known if wanted in (one.id, one.name)]
    in_category = [one for one in known if one.category == wanted]
    if chosen:
        judge = _judge(settings)
        for index, one in enumerate(chosen):
            out.print(Text("\n" if index else "") + _explanation(one, width_of(out), judge), end="")
    elif in_category:
        out.print(_rows(in_category, width_of(out)))
        out.print(f"\n`highnote explain {in_category[0].id}` tells more, with examples.")
    elif wanted.partition("/")[0] in OTHERS:
        out.print("LanguageTool finds these, with `highnote check --grammar`; its own pages say more of each.")
    else:
        near = nearest(wanted, [one.id for one in known] + [one.category for one in known])
        hint = f"Did you mean “{near}”?" if near else "`highnote rules` lists them."
        fail(f"“{rule}” is no known rule or category. {hint}")


def rules(
    select: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Only these rules or categories.")] = None,
    format: Annotated[
        ListFormat, typer.Option(help="Form of the list; markdown is the README's table.")
    ] = ListFormat.TEXT,
    config: ConfigFile = None,
    rules: RuleFolders = None,
    color: Annotated[Colour, typer.Option(help="Colours; auto means on a terminal.")] = Colour.AUTO,
) -> None:
    """List the rules that a run here would use."""
    settings = Settings(config, rules or (), {"select": names(select)})
    chosen = settings.rules_for(Path.cwd())
    out = console(color)
    if format is ListFormat.JSON:
        out.file.write(json.dumps([_as_json(one) for one in chosen], ensure_ascii=False, indent=2) + "\n")
    elif format is ListFormat.MARKDOWN:
        out.file.write(_as_markdown(chosen))
    else:
        out.print(_rows(chosen, width_of(out)))
        out.print(f"\n{count(len(chosen), 'rule')}. `highnote explain RULE` tells more.")


def schema(
    kind: Annotated[
        SchemaKind, typer.Argument(help="A rule file, the JSON report, or the configuration.")
    ] = SchemaKind.RULE,
) -> None:
    """Print a JSON schema, for editors and for programs that read the JSON report."""
    content: dict[str, Any]
    if kind is SchemaKind.RULE:
        from highnote.rule import rule_schema

        content = rule_schema()
    elif kind is SchemaKind.REPORT:
        from highnote.reporters.json import RunReport

        content = RunReport.model_json_schema(mode="serialization")
    else:
        content = config_schema()
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}
    console().file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def config_schema() -> dict[str, Any]:
    """The JSON schema of highnote.toml, its keys written with hyphens."""
    content = Config.model_json_schema()
    content["title"] = "highnote.toml"
    content["properties"] = {key.replace("_", "-"): value for key, value in content["properties"].items()}
    return content


def _as_json(rule: Rule) -> dict[str, Any]:
    fields = {"level", "scope", "message", "why", "options", "examples", "source"}
    content = rule.model_dump(mode="json", include=fields, exclude_defaults=True)
    return {"id": rule.id, "category": rule.category, "name": rule.name, "scope": rule.scope, **content}


def _as_markdown(chosen: Iterable[Rule]) -> str:
    lines = ["| rule | level | looks at | why |", "| --- | --- | --- | --- |"]
    for rule in chosen:
        why = _first_sentence(rule.why, keep_emphasis=True).replace("|", "\\|")
        lines.append(f"| `{rule.id}` | {rule.level.value} | {rule.scope} | {why} |")
    return "\n".join(lines) + "\n"


def _first_sentence(why: str, *, keep_emphasis: bool = False) -> str:
    text = " ".join(why.split())
    first = re.split(r"(?<=[.!?])[”\")]?\s+(?=[A-Z“\"(*])", text)[0]
    return first if keep_emphasis else EMPHASIS.sub(r"\1", first)


def _rows(chosen: Sequence[Rule], width: int) -> Text:
    """One rule a line: its name, its level, why it is there; a blank line between categories."""
    longest = max((len(rule.id) for rule in chosen), default=0)
    said, category = Text(), None
    for rule in chosen:
        if said:
            said.append("\n" if rule.category == category else "\n\n")
        category = rule.category
        said.append(f"{rule.id:<{longest}}  ", style="bold").append(f"{rule.level.value:<7}  ", STYLES[rule.level])
        indent = longest + 11
        room = max(width - indent, 24)
        said.append(f"\n{'':{indent}}".join(textwrap.wrap(_first_sentence(rule.why), room)))
    return said


def _judge(config: Config) -> Judge | None:
    """The judge that a run with this configuration would use. Raises JudgeError."""
    if not config.judge:
        return None
    from highnote.judge import Judge

    return Judge.load(config.judge if isinstance(config.judge, Path) else None)


def _explanation(rule: Rule, width: int, judge: Judge | None) -> Text:
    said = Text.assemble((rule.id, "bold"), "  ", (rule.level.value, STYLES[rule.level]), f", {SCOPES[rule.scope]}\n")
    said.append(_filled(re.sub(r"\{\w+\}", "…", rule.message), width))
    _section(said, "Why", _filled(EMPHASIS.sub(r"\1", rule.why), width))
    if rule.examples.bad:
        said.append("\nFlagged\n", style="bold")
        for example in rule.examples.bad:
            said.append_text(_bad(example, rule, width))
    if rule.examples.good:
        said.append("\nLeft alone\n", style="bold")
        for example in rule.examples.good:
            said.append_text(_context(example, width))
            said.append(_filled(example.plain, width, "  * "), style="green")
    if judge is not None:
        _section(said, "The judge looks at", "".join(_filled(row, width) for row in _looked_at(rule, judge)))
    if rule.suggest:
        _section(said, "Suggests", "".join(_filled(_in_words(suggest), width) for suggest in rule.suggest))
    if rule.options:
        rows = [f"{key.replace('_', '-')} = {json.dumps(value)}" for key, value in rule.options.items()]
        table = f'[options."{rule.id}"] in highnote.toml:'
        _section(said, "Options", "".join(f"  {row}\n" for row in [table, *rows]))
    if rule.source:
        rows = [_cited(one) for one in rule.source]
        _section(said, "Source", "".join(_filled(row, width) for row in rows))
    return said


def _looked_at(rule: Rule, judge: Judge) -> list[str]:
    """What speaks for and against a finding of the rule, the strongest first, and how sure the judge has to be."""
    if rule.id not in judge.rules:
        return ["left to its patterns: too few examples" if rule.judged else "left to its patterns: `judged: false`"]
    reasons = judge.reasons(rule.id, n=2 * TOLD)
    rows = []
    for side, chosen in (
        ("for a finding", [reason.words for reason in reasons if reason.weight > 0]),
        ("against it", [reason.words for reason in reasons if reason.weight < 0]),
    ):
        if chosen:
            rows.append(f"{side}: {'; '.join(chosen[:TOLD])}")
    return [*rows, f"threshold: what it is less than {judge.threshold(rule.id):.2f} sure of is dropped"]


def _cited(source: Source) -> str:
    tip = f", tip {source.tip}" if source.tip is not None else ""
    return f"{source.title}{tip}: {source.says}{f' ({source.url})' if source.url else ''}"


def _section(said: Text, title: str, body: str) -> None:
    said.append(f"\n{title}\n", style="bold").append(body)


def _bad(example: Example, rule: Rule, width: int) -> Text:
    """A flagged example with its marks as «…», and its text after the fix."""
    shown = example.text.replace("<mark></mark>", "").replace("<mark>", "«").replace("</mark>", "»")
    said = _context(example, width)
    said.append(_filled(shown, width, "  - "), style="red")
    if example.fixed is not None:
        said.append(_filled(example.fixed, width, "  + "), style="green")
    return said


def _context(example: Example, width: int) -> Text:
    """What the customer had written, where the example has a thread."""
    said = Text()
    messages = (
        [example.customer] if example.customer else [one.text for one in example.thread if one.sender == "customer"]
    )
    for message in messages:
        said.append(_filled(f"(to: “{message}”)", width, "    "), style="dim")
    return said


def _in_words(suggest: Suggest) -> str:
    if suggest.hint:
        return suggest.hint
    if suggest.delete:
        return {"match": "delete the flagged words", "clause": "delete the clause", "sentence": "delete the sentence"}[
            suggest.delete
        ]
    if suggest.move:
        return "move it to the top"
    if suggest.replace is not None:
        return f"write “{suggest.replace}”"
    return f"rewrite it ({(suggest.rewrite or '').replace('_', ' ').replace('-', ' ')})"


def _filled(text: str, width: int, sign: str = "  ") -> str:
    """Paragraph text, wrapped behind `sign`; blank lines of an example are kept as breaks."""
    lines = [" ".join(part.split()) for part in text.strip().split("\n")]
    indent = " " * len(sign)
    rows: list[str] = []
    for part in lines if sign.strip() or len(sign) > 2 else [" ".join(lines)]:
        rows += textwrap.wrap(part, width, initial_indent=indent if rows else sign, subsequent_indent=indent) or [""]
    return "\n".join(rows) + "\n"
