"""The audience becomes rows: one delivery each, skipped ones with their reason, batches, jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sendout.deliveries import jobs, limit, zones
from sendout.deliveries.asking import linear
from sendout.deliveries.plan import Reach, plan_of, reach, values
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.models import Channels, OncePer, SendOut

_SIZE = "LEAST(%(most)s, GREATEST(%(least)s, count(*) OVER () / %(parts)s))"
# These follow the plan. times: when each batch may leave, where that is not at once for all.
_FREEZE = """
, {numbered}, frozen AS (
    INSERT INTO deliveries_delivery (organisation_id, sendout_id, participant_id, channel, batch,
        address, sender_id, status, skip_reason, skipped_at, carrier,
        carried_at)
    SELECT organisation_id, %(sendout)s, id, %(channel)s,
        CASE WHEN reason = '' THEN batch ELSE 0 END, address, %(sender)s,
        CASE reason WHEN '' THEN 'queued' WHEN 'family' THEN 'carried' ELSE 'skipped' END,
        CASE WHEN reason <> 'family' THEN reason ELSE '' END,
        CASE WHEN reason NOT IN ('', 'family') THEN now() END, carrier,
        CASE WHEN reason = 'family' THEN now() END
    FROM numbered ORDER BY {order}
    RETURNING id, status, batch
), batches AS (
    INSERT INTO deliveries_batch (sendout_id, channel, ordinal, first, last, ready, retry_at)
    SELECT %(sendout)s, %(channel)s, batch, min(id), max(id), {ready}
    FROM frozen {times} WHERE batch > 0
    GROUP BY batch
    RETURNING ordinal, ready
), counted AS (
    INSERT INTO deliveries_count (sendout_id, channel, status, n,
        accepted, delivered, opened, clicked)
    SELECT %(sendout)s, %(channel)s, status, count(*), 0, 0, 0, 0 FROM frozen GROUP BY status
)
SELECT COALESCE(array_agg(ordinal ORDER BY ordinal) FILTER (WHERE ready), '{{}}') FROM batches
"""
FREEZE = _FREEZE.format(
    numbered=f"""numbered AS (
    SELECT *, (row_number() OVER (PARTITION BY reason = '' ORDER BY id) - 1) / {_SIZE} + 1 AS batch
    FROM planned
)""",
    order="id",
    ready="true, NULL",
    times="",
)
# A batch is of people for whom it leaves at the same moment; none of them is claimed before.
FREEZE_BY_ZONE = _FREEZE.format(
    numbered=f"""zoned AS (
    SELECT planned.*, COALESCE(z.at, %(own_moment)s) AS at
    FROM planned JOIN people_participant p ON p.id = planned.id
    LEFT JOIN unnest(%(zones)s::text[], %(moments)s::timestamptz[]) AS z (zone, at)
        ON z.zone = {zones.TOLD}
), cut AS (
    SELECT *, (row_number() OVER (PARTITION BY reason = '', at ORDER BY id) - 1) / {_SIZE} AS piece
    FROM zoned
), numbered AS (
    SELECT *, dense_rank() OVER (PARTITION BY reason = '' ORDER BY at, piece) AS batch FROM cut
), times AS (SELECT DISTINCT batch, at FROM numbered WHERE reason = '')""",
    order="batch, id",
    ready="min(at) <= now(), CASE WHEN min(at) > now() THEN min(at) END",
    times="LEFT JOIN times USING (batch)",
)


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
    statement, parameters = FREEZE, values(sendout, channel)
    if sendout.local_time:
        statement, parameters = FREEZE_BY_ZONE, parameters | _moments(sendout)
    families = sendout.once_per == OncePer.FAMILY
    with linear(families=families), connection.cursor() as cursor:
        cursor.execute(plan_of(sendout, channel) + statement, parameters)
        now = cursor.fetchone()[0]
    jobs.defer(sendout.pk, channel.value, now, sendout.urgent)


def _moments(sendout: SendOut) -> dict[str, Any]:
    """Give when it leaves for whom, as parameters; those of later batches are deferred in time."""
    found = zones.leavings(sendout, datetime.fromisoformat(sendout.local_time)).each
    return zones.columns() | {
        "own_moment": zones.own_moment(sendout),
        "zones": [one.told for one in found],
        "moments": [one.at for one in found],
    }


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
