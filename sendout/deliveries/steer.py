"""Resume and cancel: the steps of a running send-out that touch its deliveries."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from sendout.deliveries import jobs, limit
from sendout.deliveries.counting import COUNT_CHANGES, NO_FACTS
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut, State

# Nobody claims or settles a slice of this send-out until the transaction ends.
_LOCK = "SELECT id FROM deliveries_batch WHERE sendout_id = %(sendout)s ORDER BY id FOR UPDATE"

# What no worker has in hand is stopped; what is being sent ends by its own answer.
_STOP = f"""
WITH in_hand AS (
    SELECT unnest(held) AS id FROM deliveries_batch WHERE sendout_id = %(sendout)s
), rest AS (
    SELECT d.id, d.status FROM deliveries_delivery d
    WHERE d.sendout_id = %(sendout)s AND d.status IN ('queued', 'deferred')
        AND d.id NOT IN (SELECT id FROM in_hand)
    ORDER BY d.id FOR UPDATE
), changed AS (
    UPDATE deliveries_delivery d SET next_try_at = NULL, skip_reason = %(reason)s,
        {{fact}}_at = now(), status = '{{fact}}'
    FROM rest WHERE d.id = rest.id
    RETURNING d.sendout_id, d.channel, rest.status AS old_status, d.status,
        {NO_FACTS}
), {COUNT_CHANGES}, closed AS (
    UPDATE deliveries_batch SET ready = false, retry_at = NULL WHERE sendout_id = %(sendout)s
)
SELECT count(*) FROM changed
"""


def _stop(sendout: SendOut, fact: str, reason: str) -> int:
    lifecycle.call_off_fallback(sendout)
    values: dict[str, int | str] = {"sendout": sendout.pk, "reason": reason}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_STOP.format(fact=fact), values)
        return int(cursor.fetchone()[0])


def resume(sendout: SendOut) -> None:
    """Go on where it was paused.

    Raises NotPossible when it is not paused, or when the rest costs more than is left of the month.
    """
    with transaction.atomic():
        limit.check_rest(sendout)
        lifecycle.move(sendout, State.RUNNING, after=(State.PAUSED,), trouble="")
        jobs.defer_ready("s.id = %s", sendout.pk)


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
