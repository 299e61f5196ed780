"""Who knows of a message by now: people, not deliveries, over both channels and the phone.

A person is reached when any channel reached them, and what was sent once for a whole family counts
for each of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Sum

from sendout.accounts.models import User
from sendout.core.providers import registry
from sendout.deliveries.models import Call, Count
from sendout.finding.planner import without
from sendout.sendouts.models import Channels, SendOut

# In which receipts begin to come, and after which people are called.
PATIENCE = timedelta(minutes=10)
SHOWN = 50  # people to call that the board names
KEPT = 256  # boards


class Knows(IntEnum):
    """How far one person is known to know it, by the best of their channels."""

    CANNOT = 1  # nothing is on its way to them any more
    WAITING = 2
    REACHED = 3
    CONFIRMED = 4  # opened, clicked, or answered


_KNOWS = """CASE WHEN d.status IN ('opened', 'clicked', 'replied', 'complained') THEN 4
        WHEN d.status = 'delivered' THEN 3
        WHEN d.status = 'sent' AND d.channel = ANY(%(last_heard)s) THEN 3
        WHEN d.status IN ('queued', 'deferred', 'unknown', 'sent') THEN 2 ELSE 1 END"""
_CHANNEL = f"""SELECT d.participant_id AS person, d.carrier, {_KNOWS} AS knows
    FROM deliveries_delivery d
    WHERE d.sendout_id = %(sendout)s AND d.participant_id IS NOT NULL AND d.channel = """
# Whose address or family somebody else's message was for knows what that one knows. Each channel by
# itself: joined on one column alone, which leaves PostgreSQL no worse key to choose.
_SHARED = """SELECT person, knows FROM {channel} WHERE carrier IS NULL UNION ALL
    SELECT a.person, GREATEST(a.knows, b.knows) AS knows
    FROM {channel} a LEFT JOIN {channel} b ON b.person = a.carrier
    WHERE a.carrier IS NOT NULL"""
PERSON = f"""
WITH email AS MATERIALIZED ({_CHANNEL} 'email'), sms AS MATERIALIZED ({_CHANNEL} 'sms'),
person AS MATERIALIZED (
    SELECT person, GREATEST(e.knows, t.knows) AS knows, c.at AS called
    FROM ({_SHARED.format(channel="email")}) e
    FULL JOIN ({_SHARED.format(channel="sms")}) t USING (person)
    LEFT JOIN deliveries_call c ON c.sendout_id = %(sendout)s AND c.participant_id = person
)
"""
BOARD = f"""
{PERSON} SELECT knows, called IS NOT NULL, count(*), NULL::bigint FROM person GROUP BY 1, 2
UNION ALL (
    SELECT knows, false, 0, person FROM person WHERE knows < 3 AND called IS NULL
    ORDER BY knows, person LIMIT %(shown)s)
"""
TO_CALL = f"""
{PERSON} SELECT person, knows, count(*) OVER () FROM person
WHERE called IS NULL AND knows <= %(at_most)s ORDER BY knows, person LIMIT %(shown)s
"""


@dataclass(slots=True)
class Board:
    """How many people know, and whom to call first: ids of participants with what they know.

    called: told on the phone by the staff, whom nothing else has reached.
    """

    confirmed: int = 0
    reached: int = 0
    called: int = 0
    waiting: int = 0
    cannot: int = 0
    first: dict[int, Knows] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """Everybody."""
        return self.told + self.waiting + self.cannot

    @property
    def told(self) -> int:
        """Those who know, by whatever way."""
        return self.confirmed + self.reached + self.called


@lru_cache(maxsize=KEPT)
def board_in(state: str, sendout: int, heard: tuple[str, ...]) -> Board:
    """Give the board of a send-out in one state (`state_of`): counted once, whoever looks at it.

    sendout: its id. heard: see `last_heard`. A participant who is deleted by hand, which no page
    does, is counted until something else changes.
    """
    return board(sendout, heard)


def board(sendout: int, heard: tuple[str, ...]) -> Board:
    """Count the people of a send-out: linear in them; see docs/closure.md.

    sendout: its id. heard: see `last_heard`.
    """
    found, by_way = Board(), Counter[tuple[int, bool]]()
    with _counting() as cursor:
        cursor.execute(BOARD, _values(sendout, heard) | {"shown": SHOWN})
        for knows, called, n, person in cursor.fetchall():
            if person is None:
                by_way[knows, called] += n
            else:
                found.first[person] = Knows(knows)
    for (knows, called), n in by_way.items():
        if called and knows < Knows.REACHED:
            found.called += n
        else:
            name = Knows(knows).name.lower()
            setattr(found, name, getattr(found, name) + n)
    return found


def to_call(
    sendout: int, heard: tuple[str, ...], *, waiting: bool, most: int | None = None
) -> tuple[dict[int, Knows], int]:
    """Give whom to call, up to `most`, and how many they are altogether.

    That is who cannot be reached, and with `waiting` who is not reached yet. sendout, heard: as
    `board` has them.
    """
    at_most = Knows.WAITING if waiting else Knows.CANNOT
    with _counting() as cursor:
        values = _values(sendout, heard) | {"at_most": at_most.value, "shown": most}
        cursor.execute(TO_CALL, values)
        rows = cursor.fetchall()
    return {person: Knows(knows) for person, knows, _ in rows}, rows[0][2] if rows else 0


@contextmanager
def _counting() -> Iterator[CursorWrapper]:
    """Keep the joins of all people linear: of rows made just now PostgreSQL expects a few only."""
    with without("nestloop"), connection.cursor() as cursor:
        yield cursor


def last_heard(sendout: SendOut, now: datetime) -> tuple[str, ...]:
    """Name the channels on which `sent` is the last that is heard: no receipts come in there.

    Where a provider usually tells, its first receipt is waited for.
    """
    begun = sendout.started_at or now
    told = Count.objects.filter(sendout=sendout, delivered__gt=0).values_list("channel", flat=True)
    hears = set(told)
    return tuple(
        channel.value
        for channel in Channels(sendout.channels).used
        if not _tells(sendout, channel) or (channel not in hears and now - begun > PATIENCE)
    )


def _tells(sendout: SendOut, channel: str) -> bool:
    sender = sendout.sender(channel)
    return sender is not None and registry.tells_arrival(channel, sender.kind)


def count_rows(sendout: SendOut) -> int:
    """Give how many deliveries the board goes through, without doing so."""
    return Count.objects.filter(sendout=sendout).aggregate(n=Sum("n"))["n"] or 0


def is_late(sendout: SendOut, now: datetime, after: timedelta = PATIENCE) -> bool:
    """Tell whether those not reached by now should be called."""
    return sendout.started_at is not None and now - sendout.started_at >= after


def state_of(
    sendout: SendOut, now: datetime, heard: tuple[str, ...], more: Collection[object] = ()
) -> str:
    """Give a few letters that change when the board does, without looking at its people.

    heard: see `last_heard`. more: what else is shown beside it.
    """
    counts = Count.objects.filter(sendout=sendout).order_by("channel", "status")
    seen = [
        sendout.state,
        is_late(sendout, now),
        heard,
        *counts.values_list("channel", "status", "n", "accepted", "delivered", "opened"),
        Call.objects.filter(sendout=sendout).aggregate(n=models.Count("pk"), last=Max("pk")),
        *more,
    ]
    return hashlib.blake2b(repr(seen).encode(), digest_size=8).hexdigest()


def mark_called(sendout: SendOut, participants: Collection[int], by: User, *, called: bool) -> None:
    """Note that participants were told on the phone, or that this was a slip; twice is once.

    Who is no recipient of the send-out is left out.
    """
    if not called:
        Call.objects.filter(sendout=sendout, participant__in=participants).delete()
        return
    told = sendout.deliveries.filter(participant__in=participants).order_by("participant")
    Call.objects.bulk_create(
        (
            Call(organisation=sendout.organisation, sendout=sendout, participant_id=pk, by=by)
            for pk in told.values_list("participant", flat=True).distinct()
        ),
        ignore_conflicts=True,
    )


def _values(sendout: int, heard: tuple[str, ...]) -> dict[str, Any]:
    return {"sendout": sendout, "last_heard": list(heard)}
