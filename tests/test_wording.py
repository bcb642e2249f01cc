"""The lists of words and phrases that checks read, and the marks they are written with."""

from __future__ import annotations

from importlib import resources

import pytest

from highnote.wording import phrases, wording, words


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("order (number|no)", "Your Order Number, please", "Order Number"),
        ("order (number|no)", "in good order", None),
        ("[your] order", "send your order", "your order"),
        ("order [now] today", "order today", "order today"),
        ("order [now] today", "order now today", "order now today"),
        ("fail*", "It failed again", "failed"),
        ("still ... waiting", "still here and waiting", "still here and waiting"),
        ("still ... waiting", "still. I was waiting", None),
        ("<cancel> it", "Cancelling it", "Cancelling it"),
        ("<carry> on", "she carried on", "carried on"),
        ("order CODE", "order SF-1190 came", "order SF-1190"),
        ("what now ?", "what now?", "what now?"),
        ("money back !(in|on)", "give my money back today", "money back"),
        ("money back !(in|on)", "put the money back in", None),
        ("cat", "concatenate", None),
    ],
)
def test_a_phrase_matches_what_it_says(phrase: str, text: str, found: str | None) -> None:
    match = wording([phrase]).search(text)
    assert (match and match[0]) == found


@pytest.mark.parametrize("phrase", ["(one|two", "one)", "[one"])
def test_a_bracket_without_its_partner_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        wording([phrase])


FILES = sorted(
    entry.name.removesuffix(".yaml")
    for entry in resources.files("highnote").joinpath("words").iterdir()
    if entry.name.endswith(".yaml")
)


@pytest.mark.parametrize("file", FILES)
def test_every_list_can_be_read(file: str) -> None:
    assert words(file), f"words/{file}.yaml is empty"
    if file != "information":
        assert all(phrases(file, name).pattern for name in words(file))
