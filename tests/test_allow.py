"""Switching rules off: comments with a reason in every host language, and tables of files in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

import highnote
from highnote.config import Config, ConfigError, check_names, read_config
from highnote.draft import TemplateName
from highnote.reading import Format, read

pytest.importorskip("liquid", reason="python-liquid is not installed (the extra “templates”)")

FAULT = "As I said on the phone, the refund takes five days."
HOSTS: list[tuple[str, str, Format, TemplateName | None]] = [
    ("<!--", "-->", "html", None),
    ("<!--", "-->", "markdown", None),
    ("<!--", "-->", "html", "liquid"),
    ("{#", "#}", "text", "jinja"),
    ("{%- comment -%}", "{%- endcomment -%}", "text", "liquid"),
    ("{% # ", "%}", "text", "liquid"),
    ("{{!--", "--}}", "text", "handlebars"),
    ("{{!", "}}", "markdown", "handlebars"),
    ("<%#", "%>", "text", "erb"),
]


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter(Config(ignore=("ending", "courtesy/curt", "apology/missing", "resolution/missing")))


def found(linter: highnote.Linter, text: str, format: Format, template: TemplateName | None) -> list[str]:
    report = linter.lint(read(text.replace("\n\n", "<p>") if format == "html" else text, format, "a", template))
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(("opens", "closes", "format", "template"), HOSTS)
def test_an_allow_holds_for_the_next_paragraph(
    opens: str, closes: str, format: Format, template: TemplateName | None, linter: highnote.Linter
) -> None:
    allow = f"{opens} highnote: allow rebuke/as-i-said: quoted from the law {closes}"
    before, after = f"Hello Ann.\n\n{allow}\n\n{FAULT}", f"Hello Ann.\n\n{FAULT}\n\n{allow}\n\nIt is on its way."
    assert found(linter, before, format, template) == []
    assert sorted(found(linter, after, format, template)) == ["allow/unused", "rebuke/as-i-said"]
    whole = after.replace("allow ", "allow-file ")
    assert found(linter, whole, format, template) == []
    no_reason = before.replace(": quoted from the law", "")
    assert sorted(found(linter, no_reason, format, template)) == ["allow/broken", "rebuke/as-i-said"]
    category = before.replace("rebuke/as-i-said", "courtesy, rebuke")
    assert found(linter, category, format, template) == ["allow/unused"]


@pytest.mark.parametrize(
    "front",
    [
        "highnote: 'allow rebuke/as-i-said: quoted'",
        "highnote:\n  - 'allow rebuke/as-i-said: quoted'",
        "highnote:\n  allow:\n    rebuke/as-i-said: quoted",
    ],
)
def test_front_matter_allows_for_the_file(front: str, linter: highnote.Linter) -> None:
    assert found(linter, f"---\ntitle: x\n{front}\n---\n\nHello.\n\n{FAULT}\n", "markdown", None) == []
    assert found(linter, f"---\n{front}\n---\n\nHello Ann.\n", "markdown", None) == ["allow/unused"]
    assert "allow/broken" in found(linter, f"---\n{front.replace('quoted', '')}\n---\n\n{FAULT}\n", "markdown", None)


def test_plain_text_has_no_comments(linter: highnote.Linter) -> None:
    text = f"<!-- highnote: allow rebuke/as-i-said: why -->\n\n{FAULT}"
    assert "rebuke/as-i-said" in found(linter, text, "text", None)


def test_an_allow_is_only_idle_where_its_rule_was_looked_for() -> None:
    text = "<!-- highnote: allow rebuke/as-i-said: why -->\n\nHello Ann."
    assert found(highnote.Linter(Config(ignore=("rebuke", "ending", "courtesy"))), text, "markdown", None) == []


def test_an_allow_in_one_branch_is_used_there(linter: highnote.Linter) -> None:
    text = (
        f"Hello.\n\n{{% if a %}}{{# highnote: allow rebuke/as-i-said: law #}}{FAULT}{{% else %}}It comes.{{% endif %}}"
    )
    assert found(linter, text, "text", "jinja") == []


def test_rules_are_left_out_by_file(tmp_path: Path) -> None:
    (tmp_path / "highnote.toml").write_text(
        '[per-file-ignores]\n"legal/*" = ["rebuke"]\n"quick.txt" = ["rebuke/as-i-said"]\n'
    )
    config = read_config(tmp_path / "highnote.toml")
    linter = highnote.Linter(config)
    for name, flagged in (("legal/a.txt", False), ("a/quick.txt", False), ("quick.txt", False), ("b/legal.txt", True)):
        draft = read(f"Hi Ann,\n\n{FAULT}\n\nBest,\nTom", "text", str(tmp_path / name))
        assert ("rebuke/as-i-said" in [f.rule for f in linter.lint(draft).findings]) == flagged, name
    with pytest.raises(ConfigError, match="per-file-ignores"):
        check_names(Config(per_file_ignores={"*": ("rebuk",)}), {rule.id: {} for rule in linter.rules})
