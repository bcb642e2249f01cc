"""What is linted and how: the configuration and the files it is read from.

The nearest folder with a `highnote.toml`, or with a `pyproject.toml` that has a `[tool.highnote]` table, wins. Keys are
written `fail-level` or `fail_level`; relative folders count from the file's own folder.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from highnote.draft import Blanks, TemplateName
from highnote.finding import Level

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "highnote.toml"
"""The configuration file; a `pyproject.toml` in the same folder comes second."""


OTHERS = ("grammar", "spelling")
"""Categories whose rules are LanguageTool's, and not known before they fire."""


class ConfigError(ValueError):
    """A configuration that cannot be used: what is wrong, how to mend it, and where (`file`, `line`) if known."""

    def __init__(self, message: str, *, mend: str = "", file: Path | None = None, line: int | None = None) -> None:
        self.message, self.mend, self.file, self.line = message, mend, file, line
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(f"{place}{message}{' ' + mend if mend else ''}")


class Grammar(BaseModel):
    """Whether LanguageTool looks at spelling and grammar, and which LanguageTool."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    enabled: bool = False
    """Add LanguageTool's findings, and let it prove every rewrite."""
    server: str | None = None
    """The address of a LanguageTool, such as `http://127.0.0.1:8081`; without one, a program on this machine is used."""
    language: str | None = None
    """The English that drafts are written in, such as `en-GB`; without it, the draft and its thread tell."""
    timeout: float = Field(default=5.0, gt=0)
    """Seconds that LanguageTool may take for a paragraph."""


class Config(BaseModel):
    """The choices for one run; every field has a default that suits a reply by e-mail."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    level: Level = Level.WARNING
    """The lowest level that is reported."""
    fail_level: Level = Level.WARNING
    """The lowest level that makes `highnote check` end with status 1."""
    select: tuple[str, ...] = ()
    """Rules, categories or globs to use; empty means all."""
    ignore: tuple[str, ...] = ()
    """Rules, categories or globs to leave out."""
    chat: bool = False
    """The reply is a chat message: no greeting or sign-off is expected."""
    valued: bool = False
    """The customer is marked as valued: two compensations are fine."""
    ours: tuple[str, ...] = ()
    """Addresses, domains or names that are us in a thread; without them, whoever wrote first is the customer."""
    agent_name: str | None = None
    """The name that replies are signed with."""
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Thresholds of single rules, such as `{"apology/excessive": {"more_than": 2}}`."""
    rules: tuple[Path, ...] = ()
    """Folders with rules of your own, used beside the built-in ones."""
    model: str | None = None
    """The spaCy pipeline; without it, the English one that comes with highnote."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """Leave out findings that are less sure than this (0 to 1)."""
    judge: bool | Path = True
    """Use the judge: true, false, or the file of a judge of your own."""
    parse: Literal["quick", "full"] = "quick"
    """Quick: remember sentences that were read before, and try a pattern only where the words that it needs are. Full:
    read every sentence anew and try every pattern on it, at some thirty times the cost; the findings are the same."""
    template: TemplateName | None = None
    """The template language of the drafts whose suffix does not say it; without it, they are replies ready to send."""
    placeholders: tuple[str, ...] = ()
    """The blanks that templates may name, or globs such as `ticket.*`; empty means all that are well formed."""
    placeholder_schema: Path | None = None
    """A file with further placeholders: a JSON schema (or an example of the data), or a list with one a line."""
    filters: tuple[str, ...] = ()
    """Filters, tags and helpers of your own that templates use."""
    text_column: str | None = None
    """The field or column of an export (JSON, JSON lines, YAML, CSV) that holds the draft."""
    thread_column: str | None = None
    """The field or column of an export that holds the customer's message."""
    baseline: Path | None = None
    """A file with known findings, written by `highnote check --write-baseline`, which are left out."""
    per_file_ignores: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Rules to leave out in some files, such as `{"legal/*.liquid": ["courtesy/curt"]}`; globs count from the file."""
    grammar: Grammar = Grammar()
    """LanguageTool's look at spelling and grammar; `grammar = true` switches it on with its defaults."""

    @field_validator("grammar", mode="before")
    @classmethod
    def _switched(cls, value: object) -> object:
        return {"enabled": value} if isinstance(value, bool) else value

    def wants(self, rule: str) -> bool:
        """Whether the rule with this identifier is selected and not ignored."""
        chosen = not self.select or any(matches(name, rule) for name in self.select)
        return chosen and not self.ignores(rule)

    def ignores(self, rule: str) -> bool:
        """Whether the rule with this identifier is to be left out."""
        return any(matches(name, rule) for name in self.ignore)

    def ignored_in(self, name: str) -> tuple[str, ...]:
        """The rules, categories and globs to leave out in the file with this name."""
        if not self.per_file_ignores:
            return ()
        path = Path(name).absolute().as_posix()
        found = [rules for pattern, rules in self.per_file_ignores.items() if fnmatchcase(path, pattern)]
        return tuple(rule for rules in found for rule in rules)

    @property
    def blanks(self) -> Blanks:
        """What templates may name."""
        return Blanks(self.placeholders, self.filters)


def matches(name: str, rule: str) -> bool:
    """Whether `name` (a rule, a category or a glob) covers the rule with the identifier `rule`."""
    return name == rule or rule.startswith(f"{name.rstrip('/')}/") or fnmatchcase(rule, name)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `word`, or None when none comes near."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.55)
    if close:
        return close[0]
    tails = {name.rpartition("/")[2]: name for name in known}  # "as-i-said" means "rebuke/as-i-said"
    close = difflib.get_close_matches(word.rpartition("/")[2], tails, n=1, cutoff=0.7)
    return tails[close[0]] if close else None


def load_config(start: Path, explicit: Path | None = None) -> Config:
    """The configuration of the nearest folder from `start` upwards, or of the file `explicit`; else the defaults.

    Raises ConfigError, naming the file and where possible the line.
    """
    file = explicit or find_config(start)
    return Config() if file is None else read_config(file)


def find_config(start: Path) -> Path | None:
    """The configuration file that counts for `start` (a folder or a file in it), if there is one."""
    folder = start.absolute()
    for parent in (folder, *folder.parents):
        own, shared = parent / FILE_NAME, parent / "pyproject.toml"
        if own.is_file():
            return own
        if shared.is_file() and _mentions_highnote(shared) and _table(shared) is not None:
            return shared
    return None


def _mentions_highnote(file: Path) -> bool:
    """A quick look, so that another tool's broken or unreadable pyproject.toml is none of our business."""
    try:
        return "highnote" in file.read_text("utf-8", "replace")
    except OSError:
        return False


def read_config(file: Path) -> Config:
    """The configuration in a TOML file. Raises ConfigError."""
    table = _table(file)
    if table is None:
        raise ConfigError("has no [tool.highnote] table.", mend="Add one, or name another file.", file=file)
    data = {key.replace("-", "_"): value for key, value in table.items()}
    if isinstance(data.get("options"), dict):
        data["options"] = {rule: _plain_keys(values) for rule, values in data["options"].items()}
    try:  # strict, yet with lists for tuples and texts for paths: the rules that pydantic keeps for JSON
        config = Config.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise _in_words(error, file) from None
    here = file.absolute().parent
    schema = config.placeholder_schema
    if schema is not None:
        config = config.model_copy(
            update={"placeholders": (*config.placeholders, *_named_in(here / schema.expanduser(), file))}
        )
    return config.model_copy(
        update={
            "per_file_ignores": {
                f"{escape(here.as_posix())}/{inner}{glob}": rules
                for glob, rules in config.per_file_ignores.items()
                for inner in (("",) if "/" in glob else ("", "*/"))
            },
            "rules": tuple(here / folder.expanduser() for folder in config.rules),
            "baseline": here / config.baseline.expanduser() if config.baseline else None,
            "judge": here / config.judge.expanduser() if isinstance(config.judge, Path) else config.judge,
        }
    )


def _named_in(schema: Path, config: Path) -> Iterator[str]:
    """The placeholders that a schema file names. Raises ConfigError."""
    line = _line_of(config, "placeholder_schema")
    try:
        text = schema.read_text("utf-8-sig")
        data = json.loads(text) if schema.suffix.lower() == ".json" else None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{schema} cannot be read ({error}).", mend="Check the name.", file=config, line=line
        ) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ConfigError(f"{schema} is not valid JSON ({error}).", mend="Mend it.", file=config, line=line) from None
    if data is None:
        yield from (name for row in text.splitlines() if (name := row.partition("#")[0].strip()))
    elif isinstance(data, list):
        yield from (name for name in data if isinstance(name, str))
    else:
        yield from _paths(data, "")


def _paths(data: object, above: str, depth: int = 0) -> Iterator[str]:
    """The dotted names in a JSON schema, or in an example of the data; a list is named by its items too."""
    if not isinstance(data, dict) or depth > 20:
        return
    properties = data.get("properties")
    for name, inner in (properties if isinstance(properties, dict) else data).items():
        if not isinstance(properties, dict) and (name.startswith("$") or (depth == 0 and name in ("title", "type"))):
            continue
        yield f"{above}{name}"
        items = (
            inner.get("items") if isinstance(inner, dict) else inner[0] if isinstance(inner, list) and inner else None
        )
        if items is not None:
            yield from _paths(items, f"{above}{name}.*.", depth + 1)
            yield from _paths(items, f"{name.removesuffix('s')}.", depth + 1)
        elif isinstance(inner, dict) and (not isinstance(properties, dict) or "properties" in inner):
            yield from _paths(inner, f"{above}{name}.", depth + 1)


def check_names(config: Config, options: Mapping[str, Mapping[str, Any]], file: Path | None = None) -> None:
    """Raise ConfigError when the configuration names a rule or an option that is not there.

    `options` holds the default options of every known rule; `file` is where the configuration came from, so that the
    error can name the line.
    """
    for key, names in (("select", config.select), ("ignore", config.ignore)):
        for name in names:
            if not any(matches(name, rule) for rule in options) and name.partition("/")[0] not in OTHERS:
                raise _unknown(f"“{name}” in {key}", "rule or category", name, _rules_and_categories(options), file)
    for name in (name for names in config.per_file_ignores.values() for name in names):
        if not any(matches(name, rule) for rule in options):
            where = f"“{name}” in per-file-ignores"
            raise _unknown(where, "rule or category", name, _rules_and_categories(options), file)
    for rule, values in config.options.items():
        if rule not in options:
            raise _unknown(f"“{rule}” in options", "rule", rule, options, file)
        for option, value in values.items():
            _check_option(rule, option, value, options[rule], file)


def _check_option(rule: str, option: str, value: object, defaults: Mapping[str, Any], file: Path | None) -> None:
    if option not in defaults:
        if not defaults:
            line = _line_of(file, option)
            raise ConfigError(f"{rule} has no options.", mend=f"Take {option} out.", file=file, line=line)
        raise _unknown(f"“{option}” for {rule}", "option of that rule", option, defaults, file)
    default = defaults[option]
    numbers = isinstance(default, (int, float)) and not isinstance(default, bool)
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) if numbers else type(value) is type(default)
    if not fits:
        mend = f"Write it like {json.dumps(default, ensure_ascii=False)}."
        raise ConfigError(
            f"{option} of {rule} cannot be {json.dumps(value, default=str, ensure_ascii=False)}.",
            mend=mend,
            file=file,
            line=_line_of(file, option),
        )


def _rules_and_categories(rules: Iterable[str]) -> list[str]:
    rules = list(rules)
    return [*dict.fromkeys(rule.partition("/")[0] for rule in rules), *rules]


def _unknown(what: str, kind: str, name: str, known: Iterable[str], file: Path | None) -> ConfigError:
    near = nearest(name, known)
    mend = f"Did you mean “{near}”?" if near else "`highnote rules` lists them." if "rule" in kind else ""
    return ConfigError(f"{what} is no known {kind}.", mend=mend, file=file, line=_line_of(file, name))


def _plain_keys(values: object) -> object:
    return {key.replace("-", "_"): value for key, value in values.items()} if isinstance(values, dict) else values


def _table(file: Path) -> dict[str, Any] | None:
    """The table with highnote's keys: the whole file, or `[tool.highnote]` of a pyproject.toml."""
    try:
        data: dict[str, Any] = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        mend = "Check the name, or leave --config out."
        raise ConfigError("there is no such configuration file.", mend=mend, file=file) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8.", mend="Save it as UTF-8.", file=file) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}.", file=file) from None
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        at = re.search(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)", text)
        line = int(at[1]) if at and at[1] else None
        wrong = text[: at.start()] if at else text
        mend = "Mend the line: texts need quotes, lists need [ ]."
        wrong = f"is not valid TOML: {wrong[:1].lower()}{wrong[1:]}."
        raise ConfigError(wrong, mend=mend, file=file, line=line) from None
    if file.name != "pyproject.toml":
        return data
    tool = data.get("tool", {})
    table = tool.get("highnote") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _in_words(error: ValidationError, file: Path) -> ConfigError:
    """The first complaint of pydantic as a sentence for the person who wrote the file."""
    first = error.errors(include_url=False)[0]
    keys = [part for part in first["loc"] if isinstance(part, str)]
    key = keys[0].replace("_", "-") if keys else ""
    nested = len(keys) > 1 and keys[0] in ("options", "grammar")
    key = (".".join(keys) if nested and keys[0] == "grammar" else key).replace("_", "-")
    line = _line_of(file, keys[-1] if nested else keys[0] if keys else "")
    if first["type"] == "extra_forbidden":
        fields = Grammar.model_fields if keys[0] == "grammar" else Config.model_fields
        near = nearest(keys[-1], fields)
        known = ", ".join(name.replace("_", "-") for name in fields)
        mend = f"Did you mean “{near.replace('_', '-')}”?" if near else f"Known keys are {known}."
        return ConfigError(f"“{key}” is no known key.", mend=mend, file=file, line=line)
    return ConfigError(f"{key} must be {_expected(key.replace('-', '_'), first['type'])}.", file=file, line=line)


def _expected(key: str, kind: str) -> str:
    """What a key takes, in words; `kind` is pydantic's name for what is wrong."""
    if key in ("level", "fail_level"):
        return "“error”, “warning” or “info”"
    if key in ("select", "ignore"):
        return 'a list of rules or categories, such as ["rebuke", "apology/but"]'
    if key == "rules":
        return 'a list of folders, such as ["our-rules"]'
    if key == "options":
        return 'a table for each rule, such as [options."apology/excessive"] with more-than = 2'
    if key == "min_confidence":
        return "a number from 0 to 1"
    if key == "baseline":
        return "the name of a file in quotes"
    if key == "judge":
        return "true, false or the name of a file in quotes"
    if key == "grammar.timeout":
        return "a number of seconds above 0"
    if key == "grammar":
        return 'true, false or a table, such as [grammar] with server = "http://127.0.0.1:8081"'
    if key == "parse":
        return "“quick” or “full”"
    if key == "template":
        return "“liquid”, “jinja”, “handlebars”, “erb” or “fields”"
    if key in ("placeholders", "filters"):
        return 'a list of names, such as ["customer.first_name"]'
    if key == "per_file_ignores":
        return 'a table of globs with their rules, such as "legal/*.liquid" = ["courtesy/curt"]'
    return "true or false" if kind.startswith("bool") else "a text in quotes"


def _line_of(file: Path | None, word: str) -> int | None:
    """The first line outside comments that holds `word` as a key or as a quoted text (a pyproject: in our tables)."""
    if file is None or not word or not file.is_file():
        return None
    lines: Sequence[str] = file.read_text("utf-8", "replace").splitlines()
    name = "[-_]".join(re.escape(part) for part in re.split("[-_]", word))
    wanted = re.compile(rf"""^\s*{name}\s*[=.]|["']{name}["']|^\s*\[.*\b{name}\b.*\]""")
    shared = file.name == "pyproject.toml"
    ours = not shared
    for number, line in enumerate(lines, 1):
        if shared and re.match(r"\[+[^\],]+\]+\s*(#|$)", line):
            ours = "tool.highnote" in line
        if ours and wanted.search(line.partition("#")[0]):
            return number
    return None
