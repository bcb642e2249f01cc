"""The day that stands over a quoted message, in English words and figures and in other languages."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from highnote.reading.headers import parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 3 May 2026 10:12:00 +0000", datetime(2026, 5, 3, 10, 12, tzinfo=timezone.utc)),
        ("3 May 2026, at 10:12", datetime(2026, 5, 3, 10, 12)),
        ("Mon, May 4, 2026 at 9:15 p.m.", datetime(2026, 5, 4, 21, 15)),
        ("2026-05-03 10:12", datetime(2026, 5, 3, 10, 12)),
        ("13.5.2026 10:12", datetime(2026, 5, 13, 10, 12)),
        ("le 3 mai 2026 à 10:12", datetime(2026, 5, 3, 10, 12)),
        ("Monday", None),
        ("May 2026", None),
        ("", None),
    ],
)
def test_the_day_is_read(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.filterwarnings("error")
def test_a_zone_by_name_is_no_cause_for_a_warning() -> None:
    found = parse_date("3 May 2026 10:12 CEST")
    assert found is not None and (found.day, found.hour) == (3, 10)


def test_what_is_left_out_of_a_day_is_not_made_up() -> None:
    found = parse_date("12 May")
    assert found is not None and (found.month, found.day) == (5, 12)
