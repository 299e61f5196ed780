"""Hours in which nobody wants a text, by the clock of who would get it."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import NumberParseException
from phonenumbers.timezone import time_zones_for_number

_DAYS = 2  # that are looked at for the end of the night, whatever the clocks do


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day until another, mostly past midnight."""

    begin: time
    end: time

    def hold(self, at: datetime, zone: str) -> bool:
        """Tell whether it is quiet in this time zone at this aware time."""
        clock = at.astimezone(zoneinfo.ZoneInfo(zone)).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def morning(self, at: datetime, zone: str) -> datetime:
        """Give, in UTC, when they end for the first time after this aware time."""
        return _ends(self, at, zone)[0]

    def evening(self, at: datetime, zone: str) -> datetime:
        """Give, in UTC, when those began in which this aware time is."""
        place = zoneinfo.ZoneInfo(zone)
        clock = at.astimezone(place)
        day = clock.date() - timedelta(days=clock.time() < self.begin)
        begun = datetime.combine(day, self.begin, place).astimezone(UTC)
        return min(begun, at.astimezone(UTC))  # of a time that the clocks skip, what comes after it

    def __str__(self) -> str:
        return f"{self.begin:%H:%M} to {self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Night:
    """Whom a text would reach in quiet hours. people: by what their clock says then, most first."""

    at: datetime
    clocks: tuple[tuple[str, int], ...]
    morning: datetime

    @property
    def people(self) -> int:
        """How many they are."""
        return sum(people for _, people in self.clocks)

    def __str__(self) -> str:
        return ", ".join(f"{clock} for {people:,}" for clock, people in self.clocks)


def night(people: Mapping[str, int], hours: QuietHours, at: datetime) -> Night | None:
    """Say whom a text at this aware time would reach in quiet hours; None for nobody.

    people: how many there are in each time zone. `morning` of the answer is the first time after
    at which it is quiet for none of them, or for some if there is no such time.
    """
    clocks: Counter[str] = Counter()
    for zone, count in people.items():
        if hours.hold(at, zone):
            clocks[f"{at.astimezone(zoneinfo.ZoneInfo(zone)):%H:%M}"] += count
    if not clocks:
        return None
    return Night(at, tuple(clocks.most_common()), _morning(people, hours, at))


def _morning(people: Mapping[str, int], hours: QuietHours, at: datetime) -> datetime:
    ends = sorted(end for zone in people for end in _ends(hours, at, zone))
    everybody = (end for end in ends if not any(hours.hold(end, zone) for zone in people))
    return next(everybody, ends[0])


def _ends(hours: QuietHours, at: datetime, zone: str) -> list[datetime]:
    """Give when the quiet hours of a zone end after this time, in UTC: whole clocks leap there."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    days = (local.date() + timedelta(days=day) for day in range(_DAYS))
    ends = (
        datetime.combine(day, hours.end, zoneinfo.ZoneInfo(zone)).astimezone(UTC) for day in days
    )
    return [end for end in ends if end > at]


def zone_of(phone: str, own: str, told: str = "") -> str:
    """Give the time zone of who has this number.

    told: what is known of them, if it names a zone. Else the number's country or area, if that
    has one zone only; else `own`, the zone of the organisation.
    """
    if told in _places():
        return told
    return _zone_of_number(phone) or own


@lru_cache(maxsize=20_000)
def _zone_of_number(phone: str) -> str:
    try:
        zones = time_zones_for_number(phonenumbers.parse(phone))
    except NumberParseException:
        return ""
    return zones[0] if len(zones) == 1 and zones[0] in _places() else ""


_places = cache(zoneinfo.available_timezones)
