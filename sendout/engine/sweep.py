"""What time brings about: scheduled starts, retries, ends, and what a dead worker left behind."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from sendout.deliveries import counting, freeze, jobs, steer
from sendout.deliveries.models import OPEN, Delivery
from sendout.deliveries.record import record
from sendout.engine.settle import unheard
from sendout.senders import throughput
from sendout.senders.models import OutboxCopy
from sendout.sendouts.lifecycle import NotPossible, unschedule
from sendout.sendouts.models import SendOut, State

logger = logging.getLogger(__name__)

SLICE = 1000
OUTBOX_SIZE = 5000  # copies that the Outbox page keeps for each organisation
LEFT = "The worker stopped before it heard the answer."

# A batch whose job is gone, because its worker died or the job failed: no other job will come.
WITHOUT_JOB = """d.status IN ('queued', 'deferred') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j
    WHERE j.task_name = 'dispatch_batch' AND j.status IN ('todo', 'doing')
      AND (j.args->>'sendout')::bigint = d.sendout_id AND j.args->>'channel' = d.channel
      AND (j.args->>'batch')::int = d.batch)"""


def tick(now: datetime) -> None:
    """Do what is due this second; each part is one short transaction, safe to run twice."""
    start_due(now)
    jobs.defer_open("d.status = 'deferred' AND d.next_try_at <= now()")
    end_expired(now)


def tidy(now: datetime) -> None:
    """Do what need not be done every second."""
    let_go(now)
    jobs.defer_open(WITHOUT_JOB)
    stop_cancelled()
    for sendout in SendOut.objects.filter(state=State.RUNNING).values_list("pk", flat=True):
        counting.finish(sendout)
    prune_outbox()
    throughput.fold(now)


def start_due(now: datetime) -> None:
    """Start the send-outs whose time has come, however late the server is."""
    for sendout in SendOut.objects.filter(state=State.SCHEDULED, scheduled_for__lte=now):
        try:
            freeze.send_now(sendout)
        except NotPossible as reason:
            logger.warning("send-out %s did not start: %s", sendout.pk, reason)
            unschedule(sendout)


def end_expired(now: datetime) -> None:
    """Stop what has not left of send-outs that are past their end."""
    for sendout in SendOut.objects.filter(state=State.RUNNING, expires_at__lte=now):
        steer.expire(sendout)
        counting.finish(sendout.pk)


def stop_cancelled() -> None:
    """Cancel what was being sent when its send-out was, and would now be tried again."""
    open_ = {"counts__status__in": OPEN, "counts__n__gt": 0}
    for sendout in SendOut.objects.filter(state=State.CANCELLED, **open_).distinct():
        steer.cancel_rest(sendout)


def let_go(now: datetime) -> None:
    """Mark as unknown what was being sent when its lease ran out, by the policy of its channel."""
    limit = now - timedelta(seconds=settings.LEASE_SECONDS)
    held = Delivery.objects.filter(status="sending", claimed_at__lt=limit)
    rows = list(held.values_list("channel", "pk", "attempt")[:SLICE])
    record(h for row in rows for h in unheard(*row, LEFT, now))


def prune_outbox() -> None:
    """Keep only the newest copies of each organisation."""
    organisations = OutboxCopy.objects.values_list("organisation", flat=True).distinct()
    for organisation in list(organisations.order_by()):
        copies = OutboxCopy.objects.filter(organisation=organisation).order_by("-pk")
        oldest = copies.values_list("pk", flat=True)[OUTBOX_SIZE : OUTBOX_SIZE + 1].first()
        if oldest:
            copies.filter(pk__lte=oldest).delete()


def run_tick() -> None:
    """Do what is due now."""
    tick(timezone.now())


def run_tidy() -> None:
    """Tidy up now."""
    tidy(timezone.now())
