"""One job per batch, deferred in the caller's transaction: the job commits with its rows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

BATCH = 500
URGENT = 1_000_000
QUEUE = "send"
TASK = "dispatch_batch"

# Another round over batches that still hold something to send. The queueing lock keeps one
# waiting job per batch, however often somebody asks.
OPEN_BATCHES = """
SELECT d.sendout_id, s.urgent, d.channel, d.batch FROM deliveries_delivery d
JOIN sendouts_sendout s ON s.id = d.sendout_id
WHERE s.state = 'running' AND d.status IN ('queued', 'deferred')
  AND (d.next_try_at IS NULL OR d.next_try_at <= now()) AND {which}
GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 4 LIMIT 5000
"""


def priority(batch: int, urgent: bool) -> int:
    """Fair by construction: batch 1 of every send-out before batch 2 of any, urgent ones first."""
    return (URGENT if urgent else 0) - batch


def defer(sendout: int, channel: str, batches: Iterable[int], urgent: bool) -> None:
    """Add a job for each batch; it becomes visible when the transaction commits."""
    for batch in batches:
        job = app.configure_task(TASK, queue=QUEUE, priority=priority(batch, urgent))
        job.defer(sendout=sendout, channel=channel, batch=batch)


def defer_again(
    sendout: int, channel: str, batch: int, urgent: bool, after: float | None = None
) -> bool:
    """Add another round for a batch, in `after` seconds; False when one is waiting already."""
    job = app.configure_task(
        TASK,
        queue=QUEUE,
        priority=priority(batch, urgent),
        queueing_lock=f"{sendout}:{channel}:{batch}",
        schedule_in={"seconds": after} if after else None,
    )
    try:
        with transaction.atomic():
            job.defer(sendout=sendout, channel=channel, batch=batch)
    except AlreadyEnqueued:
        return False
    return True


def defer_open(which: str, *values: int | str) -> int:
    """Add another round for every batch with something to send that fits `which`, a condition.

    Gives the number of batches. Runs in the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN_BATCHES.format(which=which), values)
        found = cursor.fetchall()
    for sendout, urgent, channel, batch in found:
        defer_again(sendout, channel, batch, urgent)
    return len(found)
