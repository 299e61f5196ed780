"""When something repeats: by the week on the clock of a place, or so long before a beginning."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sendout.core import clocks

DAY = timedelta(days=1)


def weekly(
    weekdays: Collection[int], at: time, zone: tzinfo, after: datetime, until: datetime
) -> Iterator[tuple[date, datetime]]:
    """Give the days and moments (UTC) of a weekly time, later than `after` and up to `until`.

    weekdays: 0 is Monday. On the days on which the clocks change `clocks.at` says what is meant.
    """
    day = after.astimezone(zone).date() - DAY
    last = until.astimezone(zone).date() + DAY
    while day <= last:
        moment = clocks.at(datetime.combine(day, at), zone)
        if day.weekday() in weekdays and after < moment <= until:
            yield day, moment
        day += DAY


def before(starts: datetime, hours: int, zone: tzinfo) -> datetime:
    """Give the moment (UTC) so many hours before a beginning.

    Whole days are counted on the clock, so that 24 hours before 17:00 are 17:00 whatever the
    clocks do meanwhile; other hours are hours.
    """
    if hours % 24:
        return starts.astimezone(UTC) - timedelta(hours=hours)
    local = starts.astimezone(zone).replace(tzinfo=None, fold=0)
    return clocks.at(local - timedelta(hours=hours), zone)
