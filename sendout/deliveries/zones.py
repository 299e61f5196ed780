"""When a send-out leaves that follows each recipient's own clock."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Max, Min

from sendout.core import clocks
from sendout.deliveries.models import Batch
from sendout.deliveries.plan import plan_of, values
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut

# What an own column of participants is called that tells their time zone, in small letters.
COLUMNS = ("timezone", "time zone", "time_zone", "fuseau horaire")
# What it says for participant p; empty where it says nothing. Takes the parameter `columns`.
TOLD = """COALESCE((SELECT trim(f.value) FROM jsonb_each_text(p.fields) AS f
        WHERE lower(f.key) = ANY(%(columns)s) LIMIT 1), '')"""
# Follows the plan.
BY_ZONE = f"""
SELECT {TOLD} AS zone, count(*) FROM planned JOIN people_participant p ON p.id = planned.id
WHERE planned.reason = '' GROUP BY 1
"""

_known = cache(zoneinfo.available_timezones)


@dataclass(frozen=True, slots=True)
class Leaving:
    """When the messages of one time zone leave. told: as participants have it, or empty."""

    at: datetime
    zone: str
    told: str
    messages: int


@dataclass(frozen=True, slots=True)
class Leavings:
    """All of them, the first first. unknown: what participants have that is no time zone."""

    each: list[Leaving]
    unknown: list[str]

    @property
    def first(self) -> Leaving:
        """The first to leave."""
        return self.each[0]

    @property
    def last(self) -> Leaving:
        """The last to leave."""
        return self.each[-1]


def leavings(sendout: SendOut, local: datetime) -> Leavings:
    """Say when it would leave for whom at this naive time on their clocks.

    Who has no time zone, or one that nobody knows, counts as being where the organisation is.
    """
    own = sendout.organisation.timezone
    found: Counter[str] = Counter()
    for channel in Channels(sendout.channels).at_start:
        found.update(_by_zone(sendout, channel))
    each = []
    for told, messages in (found or {"": 0}).items():
        zone = told if told in _known() else own
        at = clocks.at(local, zoneinfo.ZoneInfo(zone))
        each.append(Leaving(at, zone, told, messages))
    each.sort(key=lambda one: (one.at, one.told))
    return Leavings(each, [one.told for one in each if one.told and one.told not in _known()])


def _by_zone(sendout: SendOut, channel: Channel) -> dict[str, int]:
    statement = plan_of(sendout, channel) + BY_ZONE
    with connection.cursor() as cursor:
        cursor.execute(statement, values(sendout, channel) | columns())
        return dict(cursor.fetchall())


def columns() -> dict[str, list[str]]:
    """Give the parameter of `TOLD`."""
    return {"columns": list(COLUMNS)}


def own_moment(sendout: SendOut) -> datetime:
    """Give when the organisation's own clock shows the local time of a send-out that has one."""
    return clocks.at(datetime.fromisoformat(sendout.local_time), sendout.organisation.zone)


def still_to_come(sendout: int, channel: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Give when the next and the last batches leave that wait for their time; None for none."""
    waiting = Batch.objects.filter(
        sendout=sendout, channel=channel, ready=False, retry_at__gt=now
    ).aggregate(first=Min("retry_at"), last=Max("retry_at"))
    return (waiting["first"], waiting["last"]) if waiting["first"] else None
