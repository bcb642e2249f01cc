"""Rules, acts and word lists: the files that say what highnote looks for, and how they are loaded.

A rule's path is its identifier: `rules/rebuke/as-i-said.yaml` is `rebuke/as-i-said`. `rules/acts/` holds the acts and
`rules/lists/` the word lists, in the same syntax. Loading needs no language model.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from highnote import kept
from highnote.draft import TemplateName
from highnote.finding import Level

ACTS, LISTS = "acts", "lists"
MARKED = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)

Place = Literal["first", "middle", "last", "only"]
ZoneName = Literal["greeting", "body", "closing", "signature"]
Kind = Literal["complaint", "request", "enquiry", "praise", "none"]


class _Loader(yaml.CSafeLoader):
    """Reads YAML in which “yes”, “no”, “on”, “off”, “true” and “false” are words, as they are in a phrase."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) or value is None else [value]


def _phrase_or_mapping(key: str) -> BeforeValidator:
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


Names = Annotated[tuple[StrictStr, ...], BeforeValidator(_one_or_many)]


class When(_File):
    """Conditions on where a place stands and on what the draft and the thread hold beside it.

    `*_act` conditions name acts: `followed_by` and `preceded_by` look at the later or earlier sentences of the body
    (at most `within` of them), `beside` at the sentence itself and `within` (1 where it is not given) sentences around it,
    `draft_has` and `draft_lacks` at the whole body.
    """

    zone: Annotated[tuple[ZoneName, ...], BeforeValidator(_one_or_many)] = ()
    place: Annotated[tuple[Place, ...], BeforeValidator(_one_or_many)] = ()
    customer: Annotated[tuple[Kind, ...], BeforeValidator(_one_or_many)] = ()
    harm: bool | None = None
    thread: bool | None = None
    chat: bool | None = None
    partial: bool | None = None
    valued: bool | None = None
    asks_why: bool | None = None
    followed_by: Names = ()
    not_followed_by: Names = ()
    preceded_by: Names = ()
    not_preceded_by: Names = ()
    beside: Names = ()
    not_beside: Names = ()
    draft_has: Names = ()
    draft_lacks: Names = ()
    within: StrictInt | None = Field(default=None, ge=0)
    customer_says: StrictStr | None = None
    customer_says_not: StrictStr | None = None


class Unless(_File):
    """What is left alone: a phrase or clause that touches the flagged clause, or one anywhere in the sentence.

    With `when` beside it, only under these conditions; `when` alone leaves alone whatever stands there.
    """

    phrase: StrictStr | None = None
    clause: dict[str, Any] | None = None
    sentence: StrictStr | None = None
    act: StrictStr | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _one(self) -> Unless:
        given = [k for k in ("phrase", "clause", "sentence", "act") if getattr(self, k) is not None]
        if len(given) > 1 or (not given and self.when is None):
            raise ValueError("an exception has one of: phrase, clause, sentence, act; or when, alone or beside it")
        return self


Exceptions = tuple[Annotated[Unless, _phrase_or_mapping("phrase")], ...]


class Flag(_File):
    """One way to recognise the fault: a phrase, a clause, spaCy tokens, an act, the absence of acts, or a check."""

    phrase: StrictStr | None = None
    clause: dict[str, Any] | None = None
    tokens: list[dict[str, Any]] | None = None
    act: StrictStr | None = None
    absent: Names | None = None
    check: StrictStr | None = None
    more_than: StrictInt | StrictStr | None = None
    mark: Literal["match", "words", "clause", "subtree", "sentence", "verb"] | None = None
    unless: Exceptions = ()
    when: When | None = None

    @model_validator(mode="after")
    def _one(self) -> Flag:
        given = [k for k in ("phrase", "clause", "tokens", "act", "absent", "check") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError("a pattern has one of: phrase, clause, tokens, act, absent, check")
        if self.more_than is not None and self.act is None:
            raise ValueError("`more_than` counts an act: name it with `act`")
        return self

    @property
    def text(self) -> str:
        """The pattern as the rule file has it, in one line."""
        kind = next(k for k in ("phrase", "clause", "tokens", "act", "absent", "check") if getattr(self, k) is not None)
        value = getattr(self, kind)
        return str(value) if kind == "phrase" else f"{kind}: {value}"


Flags = tuple[Annotated[Flag, _phrase_or_mapping("phrase")], ...]


class Suggest(_File):
    """A way to mend the fault; see `highnote.rewrite` for what each does."""

    delete: Literal["match", "clause", "sentence"] | None = None
    replace: StrictStr | None = None
    move: Literal["top"] | None = None
    rewrite: StrictStr | None = None
    hint: StrictStr | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _one(self) -> Suggest:
        given = [k for k in ("delete", "replace", "move", "rewrite", "hint") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError("a suggestion has one of: delete, replace, move, rewrite, hint")
        return self


def _suggestion(value: Any) -> Any:
    return {"delete": "match"} if value == "delete" else value


class ExampleMessage(_File):
    """A message of an example's thread."""

    sender: Literal["customer", "agent"] = "customer"
    text: StrictStr
    date: datetime | None = None


class Example(_File):
    """A text with what the rule says of it: `<mark>` holds each flagged part, `fixed` is the text after the safe fix.

    `template` is the language of an example that is a template, and `format` what it makes.
    """

    text: StrictStr
    format: Literal["text", "markdown", "html"] = "text"
    template: TemplateName | None = None
    fixed: StrictStr | None = None
    customer: StrictStr | None = None
    thread: tuple[ExampleMessage, ...] = ()
    date: datetime | None = None
    chat: bool = False
    valued: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the text is a reply in plain text, as the sentences are that the judge learns from."""
        return self.template is None and self.format == "text"

    @property
    def plain(self) -> str:
        """The text without its marks."""
        return MARKED.sub(r"\1", self.text)

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """The marked spans, as offsets into `plain`."""
        spans, shift = [], 0
        for match in MARKED.finditer(self.text):
            start = match.start() - shift
            spans.append((start, start + len(match[1])))
            shift += len("<mark></mark>")
        return tuple(spans)


_EXAMPLE = _phrase_or_mapping("text")


class Examples(_File):
    """What a rule flags and what it leaves alone."""

    bad: tuple[Annotated[Example, _EXAMPLE], ...] = ()
    good: tuple[Annotated[Example, _EXAMPLE], ...] = ()


class Source(_File):
    """Why a rule exists: where the advice comes from, what it says, and how strong the evidence is."""

    title: StrictStr
    tip: StrictInt | StrictStr | None = None
    says: StrictStr
    url: StrictStr | None = None


class Rule(_File):
    """One rule, as its file has it."""

    id: StrictStr
    path: Path
    scope: Literal["sentence", "draft", "thread"] = "sentence"
    level: Level
    message: StrictStr
    why: StrictStr
    flag: Flags = Field(min_length=1)
    unless: Exceptions = ()
    when: When | None = None
    options: dict[str, Any] = {}
    judged: bool = True
    """Whether the judge has a say; not where a form decides and the words tell nothing."""
    suggest: tuple[Annotated[Suggest, BeforeValidator(_suggestion)], ...] = ()
    examples: Examples
    source: tuple[Source, ...] = ()

    @property
    def category(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]


class Act(_File):
    """How an act is recognised; `found` and `not_found` of its examples are its tests."""

    id: StrictStr
    path: Path
    about: StrictStr
    flag: Flags = Field(min_length=1)
    unless: Exceptions = ()
    examples: Examples = Examples()


class WordList(_File):
    """A named list of phrases."""

    id: StrictStr
    path: Path
    about: StrictStr
    words: tuple[StrictStr, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class RuleError:
    """What is wrong in a rule file, and the mend. `line` counts from 1."""

    file: Path
    line: int
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}; {self.mend}"


class RuleErrors(Exception):
    """Rule files that cannot be used, all of them at once."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a set of rule folders says."""

    rules: tuple[Rule, ...]
    acts: tuple[Act, ...]
    lists: Mapping[str, tuple[str, ...]]


@cache
def built_in_folder() -> Path:
    """The folder of highnote's own rules: inside the package when installed, beside `src/` in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "rules", package.parent.parent / "rules"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("highnote's own rules are not installed: install the package again")


def load(folders: Iterable[Path] = (), *, built_in: bool = True) -> Catalogue:
    """Load the rules of highnote and of `folders`; a later file replaces an earlier one of the same identifier.

    Raises RuleErrors with every fault of every file.
    """
    errors: list[RuleError] = []
    paths: list[Path] = []
    for folder in ([built_in_folder()] if built_in else []) + list(folders):
        if not folder.is_dir():
            errors.append(
                RuleError(folder, 1, "there is no such rule folder", "give a folder that holds <category>/<name>.yaml")
            )
            continue
        paths += sorted(folder.glob("*/*.y*ml"))
    try:
        catalogue = _catalogue(tuple(paths), _sum(paths))
    except RuleErrors as error:
        raise RuleErrors([*errors, *error.errors]) from error
    if errors:
        raise RuleErrors(errors)
    return catalogue


@lru_cache(maxsize=4)
def _catalogue(paths: Sequence[Path], sum_: str) -> Catalogue:
    """What some files of this sum say. Raises RuleErrors."""
    found: dict[tuple[str, str], Rule | Act | WordList] = {}
    errors: list[RuleError] = []
    known = kept.read("rules", sum_)
    read: dict[str, Any] = {}
    for path in paths:
        try:
            content = read[str(path)] = known.get(str(path)) or _content(path)
            entry = _checked(path, content)
        except RuleErrors as error:
            errors += error.errors
            continue
        found[type(entry).__name__, entry.id] = entry
    if errors:
        raise RuleErrors(errors)
    if not known:
        kept.write("rules", sum_, json.loads(json.dumps(read, default=str)))  # days are read from text as well
    entries = found.values()
    return Catalogue(
        rules=tuple(sorted((e for e in entries if isinstance(e, Rule)), key=lambda rule: rule.id)),
        acts=tuple(e for e in entries if isinstance(e, Act)),
        lists={e.id: e.words for e in entries if isinstance(e, WordList)},
    )


def load_rules(folders: Iterable[Path] = ()) -> tuple[Rule, ...]:
    """The rules of highnote and of `folders`, sorted by identifier. Raises RuleErrors."""
    return load(folders).rules


def load_file(path: Path) -> Rule | Act | WordList:
    """Load one file; its folder says what it is. Raises RuleErrors with the line and the mend of each fault."""
    return _checked(path, _content(path))


def _sum(paths: Iterable[Path]) -> str:
    """A sum over the names and contents of files; one that cannot be read counts as empty."""
    state = hashlib.sha256(Path(__file__).read_bytes())
    for path in paths:
        state.update(f"{path}\0".encode())
        with suppress(OSError):
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def _content(path: Path) -> dict[str, Any]:
    """The fields of a file, as YAML has them. Raises RuleErrors."""
    node = _node(path)
    if doubles := list(_doubles(node)):
        raise RuleErrors(
            [RuleError(path, line, f"`{key}` stands here twice", "keep one of them") for key, line in doubles]
        )
    content: dict[str, Any] = yaml.constructor.SafeConstructor().construct_document(node)
    return content


def _node(path: Path) -> yaml.MappingNode:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise RuleErrors([RuleError(path, 1, "the file is not UTF-8", "save it as UTF-8")]) from error
    except OSError as error:
        raise RuleErrors(
            [RuleError(path, 1, f"the file cannot be read: {error.strerror}", "check its name and rights")]
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        mend = "put a value that begins with @ [ * & ! % or holds “: ” in quotes"
        raise RuleErrors([RuleError(path, mark.line + 1 if mark else 1, problem, mend)]) from error
    if not isinstance(node, yaml.MappingNode):
        raise RuleErrors(
            [RuleError(path, 1, "the file holds no fields", "see `highnote schema rule` for the fields of a rule")]
        )
    return node


def _checked(path: Path, content: Mapping[str, Any]) -> Rule | Act | WordList:
    """What the fields of a file make. Raises RuleErrors."""
    model: type[Rule] | type[Act] | type[WordList]
    if path.parent.name == ACTS:
        model, identifier = Act, path.stem
    elif path.parent.name == LISTS:
        model, identifier = WordList, path.stem
    else:
        model, identifier = Rule, f"{path.parent.name}/{path.stem}"
    try:
        return model.model_validate({**content, "id": identifier, "path": path})
    except ValidationError as error:
        node = _node(path)
        raise RuleErrors([_explain(path, node, model, fault) for fault in _worst(error)]) from error


def line_of(path: Path, *where: str | int) -> int:
    """The line (from 1) on which the value at `where` (keys and positions) stands in a YAML file."""
    return _line(yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader), where)


def rule_schema() -> dict[str, Any]:
    """The JSON schema of a rule file, for editors."""
    schema = Rule.model_json_schema()
    for key in ("id", "path"):
        schema["properties"].pop(key)
        schema["required"].remove(key)
    schema["title"] = "highnote rule"
    return schema


# ---------------------------------------------------------------- faults, in words


def _doubles(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubles(value)


def _line(node: yaml.Node | None, where: Sequence[str | int]) -> int:
    line = 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _worst(error: ValidationError) -> list[Any]:
    """One fault a place: a value that fits neither of two shapes is one fault, not two."""
    faults: dict[tuple[Any, ...], Any] = {}
    for fault in error.errors():
        faults.setdefault(tuple(step for step in fault["loc"] if isinstance(step, int) or step.islower())[:3], fault)
    return list(faults.values())


def _explain(path: Path, node: yaml.Node, model: type[BaseModel], fault: Mapping[str, Any]) -> RuleError:
    where = [step for step in fault["loc"] if isinstance(step, int) or "-" not in step]
    line = _line(node, where)
    field = str(fault["loc"][-1])
    names = sorted(
        {name for kind in (model, When, Unless, Flag, Suggest, Example, Source) for name in kind.model_fields}
    )
    match fault["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(field, names, n=1)
            return RuleError(
                path, line, f"there is no field `{field}`", f"did you mean `{near[0]}`?" if near else "take it out"
            )
        case "missing":
            return RuleError(path, line, f"`{field}` is missing", f"add `{field}:`")
        case "string_type":
            given = fault["input"]
            return RuleError(path, line, f"`{given}` in `{_name(where)}` is no text", "put it in quotes")
        case "literal_error" | "enum":
            return RuleError(
                path,
                line,
                f"“{fault['input']}” is no value of `{_name(where)}`",
                f"use one of: {fault['ctx']['expected']}",
            )
        case "value_error":
            return RuleError(path, line, str(fault["ctx"]["error"]), "see docs/writing-rules.md")
        case _:
            return RuleError(path, line, f"`{_name(where)}`: {fault['msg'].lower()}", "see docs/writing-rules.md")


def _name(where: Sequence[str | int]) -> str:
    return next((step for step in reversed(where) if isinstance(step, str)), "the file")
