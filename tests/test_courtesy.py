"""What counts as shouting, and which asides can be taken out of a sentence."""

import pytest

import highnote
from highnote.checks.courtesy import shouted


@pytest.mark.parametrize(
    ("text", "loud"),
    [
        ("The code is valid ONLY until Friday.", ["ONLY"]),
        ("PLEASE CHECK THE LABEL AGAIN", ["PLEASE", "CHECK", "THE", "LABEL", "AGAIN"]),
        ("It costs 50 EUR with VAT.", []),
        ("Press STOP, then hold START.", []),
        ('Reply with the word "STOP".', []),
        ("The EPSON ET-2850 needs the HUB-7C.", []),
        ("ONLY", ["ONLY"]),
    ],
)
def test_shouted(text: str, loud: list[str]) -> None:
    assert [text[start:end] for start, end in shouted(text)] == loud


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        ("Please be advised that the office closes at noon.", "The office closes at noon."),
        ("With all due respect, the fee is in the price list.", "The fee is in the price list."),
        ("The fee is, with all due respect, in the price list.", "The fee is in the price list."),
        ("I said that with all due respect to you.", "I said that with all due respect to you."),
    ],
)
def test_asides_are_taken_out(text: str, calm: str) -> None:
    config = highnote.Config(level="info", select=("last-word/passive-aggressive",), judge=False, chat=True)
    assert highnote.Linter(config).lint(text).rewritten == calm
