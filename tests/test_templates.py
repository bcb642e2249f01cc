"""Templates: every branch is read, findings lie in prose, tags stay byte for byte, and broken ones lose nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import highnote
from highnote.checks import stock
from highnote.draft import Draft, Part, TemplateName, Zone
from highnote.reading import ReadingError, read, read_path

liquid = pytest.importorskip("liquid", reason="python-liquid is not installed (the extra “templates”)")

EXAMPLES = Path(__file__).parent.parent / "examples" / "templates"
TEMPLATES = sorted(
    file
    for file in EXAMPLES.rglob("*")
    if file.suffix in (".liquid", ".j2", ".hbs", ".erb") or file.name == "voucher.txt"
)
LANGUAGES: list[TemplateName] = ["liquid", "jinja", "handlebars", "erb", "fields"]


@pytest.fixture(scope="module")
def linter() -> highnote.Linter:
    return highnote.Linter()


def prose(draft: Draft) -> list[str]:
    return [" ".join(block.text for block in way.blocks) for way in draft.ways]


def rules(report: highnote.Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("liquid", "Hi {{ c.first_name }}, {% if a %}one{% elsif b %}two{% else %}three{% endif %}."),
        ("jinja", "Hi {{ c.first_name }}, {% if a %}one{% elif b %}two{% else %}three{% endif %}."),
        ("handlebars", "Hi {{c.first_name}}, {{#if a}}one{{else if b}}two{{else}}three{{/if}}."),
        ("erb", "Hi <%= @c.first_name %>, <% if a %>one<% elsif b %>two<% else %>three<% end %>."),
        ("fields", "Hi *|FNAME|*, *|IF:A|*one*|ELSEIF:B|*two*|ELSE:|*three*|END:IF|*."),
    ],
)
def test_every_branch_comes_out(language: TemplateName, text: str) -> None:
    assert prose(read(text, template=language)) == [f"Hi Maria, {word}." for word in ("one", "two", "three")]


@pytest.mark.parametrize(
    ("language", "text", "ways"),
    [
        ("liquid", "A{% unless x %}b{% endunless %}{% if x %}c{% endif %}", ["Ac", "Ab"]),
        ("liquid", "{% case s %}nothing{% when 1 %}a{% when 2 %}b{% endcase %}.", ["a.", "b.", "."]),
        ("liquid", "{% for i in l %}{{ i.price }}, {% else %}none{% endfor %}!", ["€20, !", "none!"]),
        ("liquid", "a {%- if x -%} b {%- endif %} c", ["ab c", "a c"]),
        ("liquid", "{% raw %}{{ x }}{% endraw %}{% comment %}no{% if %}{% endcomment %}", ["{{ x }}"]),
        ("liquid", "{% assign a = 1 %}{% capture n %}Ann{% endcapture %}{{ n }} ok", ["Aster ok"]),
        ("jinja", "a {%- if x -%} b {%- endif %} c", ["ab c", "a c"]),
        ("jinja", "{% for i in l %}{{ i.price }}{% else %}none{% endfor %}!", ["€20!", "none!"]),
        ("jinja", "{# no #}{% raw %}{{ x }}{% endraw %}\r\n{% set a = 1 %}ok", ["{{ x }} ok"]),
        ("handlebars", "{{#items}}\n- {{price}}\n{{/items}}\n{{^items}}\nnone\n{{/items}}\n", ["€20", "none"]),
        ("handlebars", "{{! no }}{{!-- }} --}}\\{{x}} {{{price}}}{{> foot}}", ["\\{{x}} €20the details"]),
        ("erb", "<% l.each do |i| %><%= i.price %>, <% end %><%# no %><%% x %>", ["€20, <%% x %>"]),
        ("erb", "<% case s %><% when 1 %>a<% when 2 %>b<% else %>c<% end %>", ["a", "b", "c"]),
        ("fields", "[First Name] %order_number% {!Contact.LastName} {%user.email%} ${amount} «Date»",
         ["Maria 10425 Moore help@example.com €20 3 May"]),
    ],
)  # fmt: skip
def test_what_comes_out(language: TemplateName, text: str, ways: list[str]) -> None:
    assert prose(read(text, template=language)) == ways


def test_a_stand_in_leads_back_to_its_tag_and_the_greeting_is_one() -> None:
    text = "Hi {{ customer.first_name }},\n\nIt costs ${{ order.total }}.\n\nBest wishes,\n{{ agent.name }}"
    draft = read(text, template="liquid").ways[0]
    assert [block.zone for block in draft.blocks] == [Zone.GREETING, Zone.BODY, Zone.CLOSING, Zone.SIGNATURE]
    assert [block.text for block in draft.blocks] == ["Hi Maria,", "It costs $20.", "Best wishes,", "Tom"]
    start, end = draft.blocks[0].source_span(3, 8)
    assert text[start:end] == "{{ customer.first_name }}"
    assert draft.blocks[0].written(0, 9) == "Hi {{ customer.first_name }},"


def test_a_fault_is_told_once_and_with_its_branch(linter: highnote.Linter) -> None:
    text = (
        "Hi {{ name }},\n\nAs I said on the phone, the refund takes {% if a %}two{% else %}five{% endif %} days.\n"
        "{% if b %}\nI have sent it today.\n{% else %}\nWe are sorry for the trouble.\n{% endif %}\nBest wishes,\n{{ agent }}"
    )
    report = linter.lint(read(text, template="jinja"))
    found = [finding.rule for finding in report.findings]
    assert found.count("rebuke/as-i-said") == 1 and found.count("ending/apology") == 1
    missing = linter.lint(
        read("Dear {{ name }},\n\n{% if b %}I have sent a new one today.\n{% else %}We will get back to you soon.\n{% endif %}"
             "\nBest wishes,\nTom", template="jinja")
    ).findings  # fmt: skip
    told = [finding.message for finding in missing if finding.rule == "resolution/missing"]
    assert len(told) == 1 and told[0].endswith("(only where “b” does not hold).")


def test_snippets_and_open_templates_miss_nothing(linter: highnote.Linter) -> None:
    for text in ("Your parcel is here.", "Dear {{ name }},\n\n{{ message_body }}\n\nBest wishes,\nTom"):
        report = linter.lint(read(text, template="liquid"))
        assert all(finding.text for finding in report.findings), report.findings


def test_known_blanks_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"properties": {"order": {"properties": {"number": {"type": "string"}}}}}')
    (tmp_path / "highnote.toml").write_text(
        'placeholders = ["customer.*"]\nplaceholder-schema = "schema.json"\nfilters = ["shout"]\n'
    )
    from highnote.config import read_config

    linter = highnote.Linter(read_config(tmp_path / "highnote.toml"))
    text = "Hi {{ customer.first_name | shout }}, {% for i in order %}{{ i.x }}{% endfor %} {{ order.number }} {{ oder.number }}."
    found = [f for f in linter.lint(read(text, template="liquid")).findings if f.rule == "stock/placeholder"]
    assert [finding.text for finding in found] == ["{{ oder.number }}"]
    assert "did you mean “order.number”" in found[0].message


def test_the_same_text_ready_to_send_has_open_blanks(linter: highnote.Linter) -> None:
    text = "Hi {{ first_name }},\n\nyour parcel is on its way.\n\nBest wishes,\nTom"
    assert "stock/placeholder" in rules(linter.lint(text))
    assert "stock/placeholder" not in rules(linter.lint(read(text, template="liquid")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_example_is_flagged_inside_a_tag_and_fixes_keep_tags(path: Path, linter: highnote.Linter) -> None:
    draft = read_path(path, template="fields" if path.suffix == ".txt" else None)
    report = linter.lint(draft)
    assert report.findings
    for finding in report.findings:
        if finding.rule.split("/")[0] not in ("allow", "template") and finding.rule != "stock/placeholder":
            inside = [tag for tag in draft.tags if tag.start <= finding.start < finding.end <= tag.end]
            assert not inside, finding
    assert tags_of(draft) == tags_of(read(report.rewritten, template=draft.template))


def test_the_report_of_the_examples(snapshot: object) -> None:
    """Every planted fault at its exact place, as a user sees it."""
    run = [sys.executable, "-m", "highnote", "check", "-j", "1", ".", "macros.json"]
    done = subprocess.run(run, cwd=EXAMPLES, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stderr, done.stderr
    assert re.findall(r"^[\w./-]+:\d.*$|^[\w./-]+: (?:error|warning).*$", done.stdout, re.MULTILINE) == snapshot


def tags_of(draft: Draft) -> list[str]:
    return sorted(draft.source[tag.start : tag.end] for tag in draft.tags)


# Hypothesis: what is mended in the template is what would be mended in the mail.

PIECES = st.sampled_from(
    [
        "As I said on the phone, the refund takes five days.",
        "I have sent a new lamp to {{ city }} today.",
        "As I said before, {{ agent }} calls you on Friday.",
        "Your parcel with {{ item }} left on Monday.",
        "Obviously, we pay for the way back.",
        "Please call us, {{ name }}, whenever it suits you.",
        "THIS IS WHAT WE DO for {{ name }}.",
    ]
)
VALUES = {"name": "Maria", "agent": "Tom", "city": "Leeds", "item": "Aster"}
PARAGRAPHS = st.lists(PIECES, min_size=1, max_size=2).map(" ".join)
BRANCHES = st.tuples(st.sampled_from("abc"), PARAGRAPHS, PARAGRAPHS).map(
    lambda told: f"{{% if {told[0]} %}}{told[1]}{{% else %}}{told[2]}{{% endif %}}"
)
MAILS = st.lists(st.one_of(PARAGRAPHS, BRANCHES), min_size=1, max_size=4).map(
    lambda parts: "Hi {{ name }},\n\n" + "\n\n".join(parts) + "\n\nBest wishes,\n{{ agent }}\n"
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MAILS, st.tuples(st.booleans(), st.booleans(), st.booleans()), st.sampled_from(["liquid", "jinja"]))
def test_the_mended_template_makes_the_mended_mail(
    linter: highnote.Linter, text: str, picked: tuple[bool, bool, bool], language: TemplateName
) -> None:
    data = {**VALUES, **dict(zip("abc", picked, strict=True))}

    def render(source: str) -> str:
        if language == "jinja":
            return jinja2.Template(source, keep_trailing_newline=True).render(data)
        return str(liquid.Template(source).render(**data))

    draft = read(text, template=language)
    report = linter.lint(draft)
    assert tags_of(draft) == tags_of(read(report.rewritten, template=language))
    inside = re.compile(r"%\}(.*?)\{%", re.DOTALL)
    if inside.findall(text) == inside.findall(report.rewritten):  # no edit touches a branch
        assert render(report.rewritten) == linter.lint(render(text)).rewritten
    for finding in report.findings:
        for suggestion in finding.suggestions:
            assert draft.permits(suggestion.edits)
            edited = draft.apply(suggestion.edits)
            assert tags_of(read(edited, template=language)) == tags_of(draft)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("{}%#!<>=[]|-~/ \\\nabif\"'.é"), max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_traced(text: str, language: TemplateName) -> None:
    draft = read(text, template=language)
    assert draft.ways and all(0 <= tag.start < tag.end <= len(text) for tag in draft.tags)
    for way in draft.ways:
        for block in way.blocks:
            for char, start, end in zip(block.text, block.starts, block.ends, strict=True):
                assert char == " " or text[start:end] == char or any(t.start == start for t in draft.tags)


BROKEN: list[tuple[TemplateName, str]] = [
    ("liquid", "{% if a %}"),
    ("liquid", "{{ a "),
    ("liquid", "{% endif %}"),
    ("liquid", "{% comment %}"),
    ("liquid", "{% elseif a %}"),
    ("jinja", "{{ a "),
    ("jinja", "{% if a %}"),
    ("jinja", "{# a "),
    ("jinja", "{{ a ! }}"),
    ("handlebars", "{{#a}} "),
    ("handlebars", "{{/a}}"),
    ("handlebars", "{{ a "),
    ("erb", "<% if a %>"),
    ("erb", "<%= a "),
    ("erb", "<% end %>"),
]


@pytest.mark.parametrize(("language", "tag"), BROKEN, ids=lambda value: str(value))
def test_a_broken_tag_is_told_where_it_stands(linter: highnote.Linter, language: TemplateName, tag: str) -> None:
    before = "Hi Ann,\n\nAs I said on the phone, the refund takes five days.\n\n"
    report = linter.lint(read(f"{before}Then {tag}it comes.\n\nBest wishes,\nTom\n", template=language))
    told = [
        finding.start for finding in report.findings if finding.rule in ("template/broken-tag", "stock/placeholder")
    ]
    assert told and len(before) + 5 <= told[0] <= len(before) + 5 + len(tag), report.findings
    assert "rebuke/as-i-said" in rules(report), "the rest is linted all the same"


@pytest.mark.parametrize(
    ("language", "opens", "closes"),
    [("liquid", "{% if a %}", "{% endif %}"), ("liquid", "{% if a# %}", "{% endif %}"),
     ("jinja", "{% if a# %}", "{% endif %}"), ("handlebars", "{{#if a#}}", "{{/if}}"), ("erb", "<% if a# %>", "<% end %>")],
)  # fmt: skip
def test_ten_thousand_nested_ifs(language: TemplateName, opens: str, closes: str) -> None:
    begun = time.process_time()
    text = "".join(f"{opens.replace('a#', f'a{n}')}Hi " for n in range(10_000)) + closes * 10_000
    draft = read(text, template=language)
    if "a#" in opens:
        assert "branches are in none of them" in draft.notes[0]
    else:  # one question, two answers
        assert len(draft.ways) == 2 and not draft.notes
    assert time.process_time() - begun < 20
    assert len([tag for tag in draft.tags if tag.part is Part.OPEN]) == 10_000


def test_of_too_many_ways_every_branch_is_shown_and_it_is_said() -> None:
    text = "".join(f"{{% if a{n} %}}yes{n}{{% else %}}no{n}{{% endif %}} " for n in range(8))
    draft = read(text, template="liquid", name="many")
    assert draft.notes == ("many comes out in 256 ways; 10 of them were linted, and every branch is in one of them.",)
    shown = " ".join(prose(draft)).split()
    assert {f"{word}{n}" for word in ("yes", "no") for n in range(8)} <= set(shown)
    same = read("".join("{% if a %}yes{% else %}no{% endif %} " for _ in range(8)), template="liquid")
    assert prose(same) == [" ".join(["yes"] * 8), " ".join(["no"] * 8)] and not same.notes


def test_wrong_encodings_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.liquid").write_bytes(b"Hi {{ name }}, caf\xe9")
    with pytest.raises(ReadingError, match="not valid UTF-8: line 1"):
        read_path(tmp_path / "a.liquid")
    (tmp_path / "b.txt.j2").write_bytes("Hi {{ name }}, café".encode("utf-16"))
    assert prose(read_path(tmp_path / "b.txt.j2")) == ["Hi Maria, café"]


@given(st.from_regex(re.compile(stock._BLANKS.pattern, stock._BLANKS.flags)))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_a_quick_look_misses_no_blank(text: str) -> None:
    assert stock._BLANKS.search(text) and stock._MAY_BE_BLANK.search(text)
