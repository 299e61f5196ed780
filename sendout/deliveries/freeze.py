"""The audience becomes rows: one delivery each, skipped ones with their reason, batches, jobs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from sendout.deliveries import jobs, limit
from sendout.deliveries.plan import Reach, plan_of, reach, values
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.models import Channels, SendOut

# Follows the plan.
FREEZE = """
, numbered AS (
    SELECT *,
        (row_number() OVER (PARTITION BY reason = '' ORDER BY id) - 1)
            / LEAST(%(most)s, GREATEST(%(least)s, count(*) OVER () / %(parts)s)) + 1 AS batch
    FROM planned
), frozen AS (
    INSERT INTO deliveries_delivery (organisation_id, sendout_id, participant_id, channel, batch,
        address, sender_id, status, skip_reason, skipped_at)
    SELECT organisation_id, %(sendout)s, id, %(channel)s,
        CASE WHEN reason = '' THEN batch ELSE 0 END, address, %(sender)s,
        CASE WHEN reason = '' THEN 'queued' ELSE 'skipped' END, reason,
        CASE WHEN reason <> '' THEN now() END
    FROM numbered ORDER BY id
    RETURNING id, status, batch
), batches AS (
    INSERT INTO deliveries_batch (sendout_id, channel, ordinal, first, last)
    SELECT %(sendout)s, %(channel)s, batch, min(id), max(id) FROM frozen WHERE batch > 0
    GROUP BY batch
), counted AS (
    INSERT INTO deliveries_count (sendout_id, channel, status, n,
        accepted, delivered, opened, clicked)
    SELECT %(sendout)s, %(channel)s, status, count(*), 0, 0, 0, 0 FROM frozen GROUP BY status
)
SELECT COALESCE(max(batch), 0) FROM frozen
"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whom a send-out would reach now, by channel."""

    by_channel: dict[str, Reach]

    @property
    def to_send(self) -> int:
        """Messages that would leave."""
        return sum(reach.to_send for reach in self.by_channel.values())


def forecast(sendout: SendOut) -> Forecast:
    """Count whom the send-out would reach now, with the very SQL that freezes it."""
    used = Channels(sendout.channels).used
    return Forecast({channel.value: reach(sendout, channel) for channel in used})


@transaction.atomic
def send_now(sendout: SendOut) -> None:
    """Freeze the audience and defer its jobs: after a crash there is either everything or nothing.

    Raises NotPossible when the send-out was started already, lacks something it needs, or costs
    more than is left of the month's limit.
    """
    limit.check(sendout)
    lifecycle.begin(sendout)
    for channel in Channels(sendout.channels).at_start:
        freeze(sendout, channel)


def freeze(sendout: SendOut, channel: Channel) -> None:
    """Make the rows of one channel and defer their jobs, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(plan_of(sendout, channel) + FREEZE, values(sendout, channel))
        batches = cursor.fetchone()[0]
    jobs.defer(sendout.pk, channel.value, range(1, batches + 1), sendout.urgent)


@transaction.atomic
def send(sendout: SendOut) -> None:
    """Send when the organisation's time to undo is over, or now if it has none.

    Raises NotPossible as `send_now` does.
    """
    if seconds := sendout.organisation.undo_seconds:
        limit.check(sendout)
        lifecycle.wait_for_undo(sendout, seconds)
    else:
        send_now(sendout)
