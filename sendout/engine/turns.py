"""Through which sender the next slice of a batch leaves, and when: by weights, pace and health."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from sendout.core.pace import slice_for_pace
from sendout.engine.database import in_database
from sendout.engine.prepare import Way
from sendout.senders import health, pace
from sendout.senders.models import PERIOD_SECONDS, Period, Sender
from sendout.senders.pace import Room
from sendout.senders.warming import warming_of

PATIENCE = 1.0  # seconds that a batch waits for its pace before it makes room for others
FOR_A_PLACE = 3.0  # the same for a place on a lane; 16 batches take less in turns
LOOK = 600.0  # seconds after which a batch looks again, however long its senders have to wait
STEP = 5.0  # seconds
# messages in a slice of a warm-up: what one batch reserves in vain, the others miss for a moment
WARMING = 25


async def next_turn(ways: Sequence[Way]) -> tuple[Way, Room]:
    """Give the first way that may send at once, else the one that waits least, its room reserved.

    One that is down or waits longer than others is passed over, so that its batches leave through
    those. Where all wait for longer than PATIENCE nothing is reserved.
    """
    way = ways[0]
    room = await _reserve(way.sender)
    for other in ways[1:]:
        if not room.wait:
            break
        found = await _reserve(other.sender)
        worse = (way, room) if found.wait < room.wait else (other, found)
        if found.wait < room.wait:
            way, room = other, found
        await free(worse[0].sender, worse[1].n)
    if room.wait > PATIENCE:
        await free(way.sender, room.n)
        return way, Room(0, room.wait)
    return way, room


def again_in(way: Way, room: Room, batch: int) -> float:
    """Seconds after which a batch that has to wait looks again, 0 for at once.

    What one batch of a warm-up reserved and did not need is there for the others a moment later:
    the first ones look soon, and all before the day is over, should the staff change something.
    """
    look = min(LOOK, STEP * batch) if warming_of(way.sender, timezone.now()) else LOOK
    return min(room.wait, look)


async def free(sender: Sender, n: int) -> None:
    """Give back the room that was reserved for n messages."""
    if n > 0 and _counts(sender):
        await in_database(pace.give_back, connection, sender.pk, n)


async def rest(sender: Sender, why: str) -> None:
    """Let a sender that does not work rest; all that share its row in this process know at once."""
    sender.down_until = await in_database(health.mark_down, sender.pk, why)


async def _reserve(sender: Sender) -> Room:
    down = health.seconds_down(sender)
    if down:
        return Room(0, down)
    size = slice_size(sender)
    if not _counts(sender):
        return Room(size, 0.0)
    return await in_database(pace.take, connection, sender.pk, size)


def _counts(sender: Sender) -> bool:
    return sender.pace_count > 0 or warming_of(sender, timezone.now()) is not None


def slice_size(sender: Sender) -> int:
    """How many messages a slice of this sender may have."""
    size = slice_for_pace(sender.pace_count, PERIOD_SECONDS[Period(sender.pace_period)])
    return min(size, WARMING) if warming_of(sender, timezone.now()) else size
