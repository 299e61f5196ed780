"""Resume and cancel: the steps of a running send-out that touch its deliveries."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from sendout.deliveries import jobs
from sendout.deliveries.counting import COUNT_CHANGES, NO_FACTS
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut, State

# What no connection holds is stopped; a row that is being sent ends by its own answer.
_STOP = f"""
WITH held AS (
    SELECT * FROM deliveries_delivery
    WHERE sendout_id = %(sendout)s AND status IN ('queued', 'deferred') ORDER BY id FOR UPDATE
), changed AS (
    UPDATE deliveries_delivery d SET next_try_at = NULL, skip_reason = %(reason)s,
        {{fact}}_at = now(), status = '{{fact}}'
    FROM held WHERE d.id = held.id
    RETURNING d.sendout_id, d.channel, held.status AS old_status, d.status,
        {NO_FACTS}
), {COUNT_CHANGES}
SELECT count(*) FROM changed
"""


def _stop(sendout: SendOut, fact: str, reason: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_STOP.format(fact=fact), {"sendout": sendout.pk, "reason": reason})
        return int(cursor.fetchone()[0])


def resume(sendout: SendOut) -> None:
    """Go on where it was paused; raises NotPossible when it is not paused."""
    with transaction.atomic():
        lifecycle.move(sendout, State.RUNNING, after=(State.PAUSED,))
        jobs.defer_open("s.id = %s", sendout.pk)


def cancel(sendout: SendOut) -> int:
    """Stop what has not left, and give how many those were; raises NotPossible at its end.

    A draft has nothing to stop: it is deleted, not cancelled.
    """
    with transaction.atomic():
        before = (State.SCHEDULED, State.RUNNING, State.PAUSED)
        lifecycle.move(sendout, State.CANCELLED, after=before, finished_at=timezone.now())
        return cancel_rest(sendout)


def cancel_rest(sendout: SendOut) -> int:
    """Stop what has not left of a cancelled send-out, and give how many those were."""
    with transaction.atomic():
        return _stop(sendout, "cancelled", "")


def expire(sendout: SendOut) -> int:
    """Skip what has not left by the send-out's end; gives how many those were."""
    with transaction.atomic():
        return _stop(sendout, "skipped", "expired")
