"""LanguageTool's protocol: the conversion, and the real language_tool_python as a client of a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Server, served

pytest.importorskip("fastapi", reason="the extra `server` is not installed")
httpx = pytest.importorskip("httpx")

from highnote.linter import default_linter  # noqa: E402
from highnote.server.languagetool import Check, DataError, answer, submitted  # noqa: E402

MAIL = "Hi Ann 😀,\n\nAs I said on the phone 📞, the refund takes five days. 👍🏽 It left our house today.\n\nBest wishes,\nDean\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served() as running:
        yield running


def check(text: str | None = None, **fields: Any) -> dict[str, Any]:
    data = fields.pop("annotation", None)
    more = {"data": json.dumps({"annotation": data})} if data is not None else {"text": text}
    return answer(default_linter(), Check.model_validate({"language": "en-GB", **more, **fields}))


def units(text: str, offset: int, length: int) -> str:
    """What a client that counts UTF-16 code units sees at a match."""
    coded = text.encode("utf-16-le", "surrogatepass")
    return coded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "surrogatepass")


def rules(found: dict[str, Any]) -> set[str]:
    return {match["rule"]["id"] for match in found["matches"]}


def test_offsets_are_utf_16_and_the_context_agrees() -> None:
    [match] = check(MAIL)["matches"]
    assert match["rule"]["id"] == "rebuke/as-i-said"
    shown = units(MAIL, match["offset"], match["length"])
    assert shown.startswith("As I said on the phone")
    context = match["context"]
    assert units(context["text"], context["offset"], context["length"]) == shown
    assert "\n" not in context["text"] and context["text"].endswith("...")
    assert match["sentence"].startswith("As I said on the phone")


def test_a_replacement_gives_the_safe_rewrite() -> None:
    text = MAIL.replace(" 📞", "")
    [match] = check(text)["matches"]
    end = match["offset"] + match["length"]
    [value] = [replacement["value"] for replacement in match["replacements"]]
    mended = units(text, 0, match["offset"]) + value + units(text, end, len(text) * 2)
    assert mended == text.replace("As I said on the phone, the", "The")


def test_what_needs_a_fact_is_told_and_is_no_replacement() -> None:
    found = check("Hi Ann,\n\nWe are sorry for any inconvenience. The refund left today.\n\nBest wishes,\nDean\n")
    [match] = [match for match in found["matches"] if match["rule"]["id"] == "apology/conditional"]
    assert match["replacements"] == [] and "Name what happened" in match["message"]


def test_rules_about_the_whole_draft_are_at_its_first_words() -> None:
    text = "The refund takes five days 😀.\n"
    found = check(text, mode="textLevelOnly")
    assert "ending/anonymous" in rules(found)
    assert {units(text, match["offset"], match["length"]) for match in found["matches"]} == {"The"}
    assert check("", mode="all")["matches"] == []


def test_the_modes_share_the_rules_between_them() -> None:
    text = "As I said, the refund takes five days.\n"
    whole, parts = rules(check(text, mode="textLevelOnly")), rules(check(text, mode="allButTextLevelOnly"))
    assert whole and parts == {"rebuke/as-i-said"}
    assert not whole & parts and whole | parts == rules(check(text))


def test_rules_and_categories_are_switched_on_and_off() -> None:
    text = "As I said, the refund takes five days.\n"
    assert "rebuke/as-i-said" not in rules(check(text, disabledRules="ending/anonymous, rebuke/as-i-said"))
    assert "rebuke/as-i-said" not in rules(check(text, disabledCategories="rebuke", disabledRules="NO_SUCH_RULE"))
    assert rules(check(text, enabledOnly="yes", enabledCategories="rebuke")) == {"rebuke/as-i-said"}
    assert rules(check(text, enabledOnly="true", enabledRules="apology/but")) == set()
    text = "We will give you a 10% discount on your next order.\n"
    quiet, picky = rules(check(text)), rules(check(text, level="picky"))
    assert quiet < picky
    assert rules(check(text, enabledRules=",".join(picky))) == picky


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a", "data": "{}"},
        {},
        {"text": "a", "language": "de"},
        {"text": "a", "mode": "some"},
        {"text": "a", "enabledOnly": "yes"},
        {"text": "a", "enabledOnly": "yes", "enabledRules": "a", "disabledRules": "b"},
    ],
)
def test_wrong_parameters_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Check.model_validate({"language": "en", **fields})


@pytest.mark.parametrize(
    "data",
    ["", "{", "[]", "{}", '{"text": 1}', '{"annotation": [1]}', '{"annotation": [{"text": "a", "markup": "b"}]}',
     '{"text": "a", "annotation": []}', '{"text": "\\ud800"}', "[" * 100_000],
)  # fmt: skip
def test_data_that_is_none_is_refused(data: str) -> None:
    with pytest.raises(DataError):
        submitted(Check(language="en", data=data))


ANNOTATION = [
    {"markup": "<p>"},
    {"text": "Hi Ann"},
    {"markup": "&#128512;", "interpretAs": "😀"},
    {"text": ","},
    {"markup": "</p><p>", "interpretAs": "\n\n"},
    {"text": "As I said on the "},
    {"markup": "<b>"},
    {"text": "phone"},
    {"markup": "</b>"},
    {"text": ", the refund takes five days."},
    {"markup": "</p><p>", "interpretAs": "\n\n"},
    {"text": "Best wishes, Dean"},
]


def test_markup_counts_in_offsets_and_nowhere_else() -> None:
    source = "".join(entry.get("text") or entry["markup"] for entry in ANNOTATION)
    [match] = check(annotation=ANNOTATION, enabledOnly=True, enabledRules="rebuke/as-i-said")["matches"]
    assert units(source, match["offset"], match["length"]) == "As I said on the <b>phone"
    assert match["replacements"] == []  # it would take the markup with it
    assert match["sentence"] == "As I said on the phone, the refund takes five days."


PIECES = st.sampled_from(
    ["As I said, it is late. ", "😀", "👍🏽 ", "\n\n", "é", "\r\n", "We are sorry, but no.", "> ", "a\u0301"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_matches_lie_in_the_text_whatever_it_is(pieces: list[str], marked: list[bool]) -> None:
    clean = [piece.encode("utf-8", "ignore").decode() for piece in pieces]
    plain = check("".join(clean))
    annotation = [
        {"markup": "<🦊>", "interpretAs": piece} if mark else {"text": piece}
        for piece, mark in zip(clean, marked, strict=False)
    ]
    found = check(annotation=annotation)
    assert rules(found) == rules(plain)
    source = "".join(entry.get("markup", entry.get("text", "")) for entry in annotation)
    for text, one in (("".join(clean), plain), (source, found)):
        size = len(text.encode("utf-16-le")) // 2
        for match in one["matches"]:
            assert match["offset"] >= 0 and match["length"] > 0 and match["offset"] + match["length"] <= size
            units(text, match["offset"], match["length"]).encode()  # no half characters
        assert all(0 <= start <= end <= size for start, end in one["sentenceRanges"])


def test_language_tool_python_shows_the_findings(server: Server) -> None:
    language_tool_python = pytest.importorskip("language_tool_python", reason="language_tool_python is not installed")
    with language_tool_python.LanguageTool("en-GB", remote_server=server.address) as tool:
        text = MAIL.replace(" 📞", "")
        [match] = tool.check(text)
        assert match.rule_id == "rebuke/as-i-said" and match.category == "rebuke"
        assert text[match.offset : match.offset + match.error_length] == "As I said on the phone, t"
        assert match.replacements == ["T"]
        assert tool.correct(text) == text.replace("As I said on the phone, the", "The")
        tool.disabled_rules.add("rebuke/as-i-said")
        assert tool.check(text) == []
        tool.disabled_rules.clear()
        tool.enabled_categories, tool.enabled_rules_only = {"apology"}, True
        assert tool.check(text) == []
        assert tool.check("😀 " * 50 + "We are sorry, but we cannot help.")[0].rule_id.startswith("apology/")


def test_the_other_paths_answer_as_clients_expect(server: Server) -> None:
    languages = httpx.get(f"{server.address}/v2/languages").json()
    assert {"name": "English (GB)", "code": "en", "longCode": "en-GB"} in languages
    for method in ("GET", "POST"):
        assert httpx.request(method, f"{server.address}/v2/healthcheck").text == "OK"
        assert int(httpx.request(method, f"{server.address}/v2/maxtextlength").text) == 100_000
        configuration = httpx.request(method, f"{server.address}/v2/configinfo?language=en").json()
        assert configuration["parameter"]["maxTextLength"] == 100_000
        assert "rebuke/as-i-said" in {rule["ruleId"] for rule in configuration["rules"]}
        assert httpx.request(method, f"{server.address}/v2/info").json()["software"]["name"] == "highnote"


def test_get_and_post_say_the_same_and_unknown_parameters_are_ignored(server: Server) -> None:
    fields = {
        "text": MAIL,
        "language": "auto",
        "preferredVariants": "de-DE,en-NZ",
        "motherTongue": "de",
        "callback": "f",
    }
    got = httpx.get(f"{server.address}/v2/check", params=fields, timeout=60)
    posted = httpx.post(f"{server.address}/v2/check", data=fields, timeout=60)
    assert got.status_code == posted.status_code == 200
    assert got.json() == posted.json() == check(MAIL, language="auto", preferredVariants="en-NZ")
    assert got.json()["language"]["code"] == "en-NZ"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("language=en", 400, "'text' and 'data'"),
        ("text=a", 400, "language"),
        ("text=a&language=xx", 400, "language"),
        ("language=en&text=%ff", 400, "UTF-8"),
        ("language=en&data=%7B", 400, "'data' is no JSON"),
        ("language=en&text=" + "a" * 100_001, 413, "limit of 100000 characters"),
    ],
)
def test_errors_are_plain_text(server: Server, body: str, status: int, words: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    got = httpx.post(f"{server.address}/v2/check", content=body, headers=headers, timeout=60)
    assert got.status_code == status
    assert got.headers["content-type"].startswith("text/plain")
    assert got.text.startswith("Error: ") and words in got.text
