"""One job per batch, deferred in the caller's transaction: the job commits with its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from sendout.core.pace import LARGEST

BATCH, SMALLEST = LARGEST, 25  # deliveries; a claim reads all that is left of its batch
PARTS = 32  # a small send-out is cut into about so many batches, which leave at the same time
URGENT = 1_000_000
QUEUE = "send"
TASK = "dispatch_batch"

# Another round over batches that still hold something to send. The queueing lock keeps one
# waiting job per batch, however often somebody asks.
READY = """
SELECT b.sendout_id, s.urgent, b.channel, b.ordinal FROM deliveries_batch b
JOIN sendouts_sendout s ON s.id = b.sendout_id
WHERE s.state = 'running' AND b.ready AND b.held IS NULL AND {which}
ORDER BY 1, 3, 4 LIMIT 5000
"""
# A batch whose job is gone, because its worker died or the job failed: no other job will come.
WITHOUT_JOB = """NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j
    WHERE j.task_name = 'dispatch_batch' AND j.status IN ('todo', 'doing')
      AND (j.args->>'sendout')::bigint = b.sendout_id AND j.args->>'channel' = b.channel
      AND (j.args->>'batch')::int = b.ordinal)"""
RETRY = """
UPDATE deliveries_batch b SET ready = true, retry_at = NULL FROM sendouts_sendout s
WHERE s.id = b.sendout_id AND s.state = 'running' AND b.retry_at <= now()
RETURNING b.sendout_id, s.urgent, b.channel, b.ordinal
"""
# A send-out that runs and has something to send, of which no batch knows.
WAKE = """
UPDATE deliveries_batch b SET ready = true FROM sendouts_sendout s
WHERE s.id = b.sendout_id AND s.state = 'running' AND EXISTS (
    SELECT 1 FROM deliveries_count k
    WHERE k.sendout_id = s.id AND k.status IN ('queued', 'deferred') AND k.n > 0
) AND NOT EXISTS (
    SELECT 1 FROM deliveries_batch o WHERE o.sendout_id = s.id
        AND (o.ready OR o.held IS NOT NULL OR o.retry_at IS NOT NULL)
) AND EXISTS (
    SELECT 1 FROM deliveries_delivery d WHERE d.id BETWEEN b.first AND b.last
        AND d.sendout_id = b.sendout_id AND d.batch = b.ordinal
        AND d.status IN ('queued', 'deferred'))
"""


def priority(batch: int, urgent: bool) -> int:
    """Fair by construction: batch 1 of every send-out before batch 2 of any, urgent ones first."""
    return (URGENT if urgent else 0) - batch


def defer(sendout: int, channel: str, batches: Iterable[int], urgent: bool) -> None:
    """Add a job for each batch; it becomes visible when the transaction commits."""
    new = []
    for batch in batches:
        job = app.configure_task(TASK, queue=QUEUE, priority=priority(batch, urgent))
        new.append(job.make_new_job(sendout=sendout, channel=channel, batch=batch))
    if new:
        app.job_manager.batch_defer_jobs(new)


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


def defer_ready(which: str, *values: int | str) -> int:
    """Add another round for every batch with something to send that fits `which`, a condition.

    Gives the number of batches. Runs in the caller's transaction.
    """
    return _defer_found(READY.format(which=which), values)


def defer_retries() -> int:
    """Add another round for every batch in which the time of a retry has come."""
    with transaction.atomic():
        return _defer_found(RETRY, ())


def wake() -> None:
    """Look again at batches that were thought done, should a send-out stand still."""
    with connection.cursor() as cursor:
        cursor.execute(WAKE)


def _defer_found(statement: str, values: Sequence[int | str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    for sendout, urgent, channel, batch in found:
        defer_again(sendout, channel, batch, urgent)
    return len(found)
