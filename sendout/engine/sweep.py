"""What time brings about: scheduled starts, retries, ends, and what a dead worker left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from sendout.deliveries import counting, fallback, freeze, jobs, limit, steer
from sendout.deliveries.hold import Hold, release
from sendout.deliveries.models import OPEN, Batch, Delivery
from sendout.deliveries.record import record
from sendout.engine.costs import NOTHING, costs_of
from sendout.engine.settle import first_retry, unheard
from sendout.senders import throughput
from sendout.senders.models import OutboxCopy
from sendout.sendouts import approving
from sendout.sendouts.lifecycle import NotPossible, unschedule
from sendout.sendouts.models import SendOut, State
from sendout.series import making
from sendout.timetable import fetching as calendars

logger = logging.getLogger(__name__)

OUTBOX_SIZE = 5000  # copies that the Outbox page keeps for each organisation
LEFT = "The worker stopped before it heard the answer."


def tick(now: datetime) -> None:
    """Do what is due this second; each part is one short transaction, safe to run twice."""
    each_alone(
        partial(start_due, now),
        partial(approving.lapse, now),
        jobs.defer_retries,
        partial(end_expired, now),
        partial(fallback.follow_up, now),
        partial(limit.pause_beyond, now),
    )


def tidy(now: datetime) -> None:
    """Do what need not be done every second."""
    each_alone(
        partial(let_go, now),
        jobs.wake,
        partial(jobs.defer_ready, jobs.WITHOUT_JOB),
        stop_cancelled,
        finish_all,
        prune_outbox,
        partial(throughput.fold, now),
        partial(calendars.ask_due, now),
        partial(making.look, now),
    )


def each_alone(*parts: Callable[[], object]) -> None:
    """Do all parts: one that fails is one organisation's trouble, and the clock is everybody's.

    Raises at the end what went wrong first; at once when the database is away.
    """
    failed: list[Exception] = []
    for part in parts:
        try:
            part()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("the clock goes on without a part of it")
            failed.append(error)
    if failed:
        raise failed[0]


def start_due(now: datetime) -> None:
    """Start the send-outs whose time has come, however late the server is."""
    due = SendOut.objects.filter(state=State.SCHEDULED, scheduled_for__lte=now)
    each_alone(*(partial(_start_one, due, pk) for pk in due.values_list("pk", flat=True)))


def _start_one(due: QuerySet[SendOut], pk: int) -> None:
    with transaction.atomic():
        # Whoever takes it back to draft at this moment wins, or hears that it has started.
        for sendout in due.select_for_update(of=("self",)).filter(pk=pk):
            _start(sendout)


def _start(sendout: SendOut) -> None:
    try:
        freeze.send_now(sendout)
    except NotPossible as reason:
        logger.warning("send-out %s did not start: %s", sendout.pk, reason)
        unschedule(sendout, f"It did not start at its time. {reason}")


def end_expired(now: datetime) -> None:
    """Stop what has not left of send-outs that are past their end."""
    for sendout in SendOut.objects.filter(state=State.RUNNING, expires_at__lte=now):
        steer.expire(sendout)
        counting.finish(sendout.pk)


def finish_all() -> None:
    """Finish what runs and has nothing left to do."""
    for sendout in SendOut.objects.filter(state=State.RUNNING).values_list("pk", flat=True):
        counting.finish(sendout)


def stop_cancelled() -> None:
    """Cancel what was being sent when its send-out was, and would now be tried again."""
    open_ = {"counts__status__in": OPEN, "counts__n__gt": 0}
    for sendout in SendOut.objects.filter(state=State.CANCELLED, **open_).distinct():
        steer.cancel_rest(sendout)


def let_go(now: datetime) -> None:
    """Mark as unknown what was being sent when its lease ran out, by the policy of its channel.

    A lease begins anew with PostgreSQL: who lives and could not reach it settles first.
    """
    limit = now - timedelta(seconds=settings.LEASE_SECONDS)
    if database_since() > limit:
        return
    # `held` is in the index of batches that are at work, and there are few of those.
    late = Batch.objects.filter(held__isnull=False, claimed_at__lt=limit)
    for pk in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            held = Batch.objects.select_for_update(skip_locked=True).filter(pk=pk)
            for batch in held.filter(claimed_at__lt=limit):
                _forget(batch, now)


def database_since() -> datetime:
    """Give when PostgreSQL was started, to tell how long it has been there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        row: tuple[datetime] = cursor.fetchone()
        return row[0]


def _forget(batch: Batch, now: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=batch.held or (), status__in=OPEN)
    cost = costs_of(batch.sendout_id, batch.channel, batch.held or (), now)
    told = [
        happening
        for pk, attempt in rows.order_by("pk").values_list("pk", "attempt")
        for happening in unheard(
            batch.channel, pk, attempt + 1, LEFT, now, cost=cost.get(pk, NOTHING)
        )
    ]
    release(Hold(batch.pk, batch.turn), first_retry(told))
    record(told)


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
