"""Half past two on the days on which the clocks change, as docs/schedule.md has it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sendout.core import clocks

MONTREAL, PARIS = ZoneInfo("America/Toronto"), ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("zone", "day", "leaves", "shown", "said"),
    [
        (MONTREAL, (2026, 3, 8), (7, 30), "03:30 EDT", "skip 02:30"),
        (MONTREAL, (2026, 11, 1), (7, 30), "02:30 EST", ""),
        (PARIS, (2026, 3, 29), (1, 30), "03:30 CEST", "skip 02:30"),
        (PARIS, (2026, 10, 25), (0, 30), "02:30 CEST", "02:30 twice"),
        (PARIS, (2026, 7, 1), (0, 30), "02:30 CEST", ""),
    ],
)
def test_half_past_two(
    zone: ZoneInfo, day: tuple[int, int, int], leaves: tuple[int, int], shown: str, said: str
) -> None:
    local = datetime(*day, 2, 30)  # noqa: DTZ001 - what is typed has no zone
    found = clocks.at(local, zone)
    assert found == datetime(*day, *leaves, tzinfo=UTC)
    assert f"{found.astimezone(zone):%H:%M %Z}" == shown
    assert said in clocks.words(local, zone)
    assert bool(said) == bool(clocks.words(local, zone)) == clocks.changes(local, zone)


def test_half_past_one_comes_twice_in_montreal() -> None:
    local = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001
    assert clocks.at(local, MONTREAL) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert "twice" in clocks.words(local, MONTREAL)
