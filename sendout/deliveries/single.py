"""A send-out to one: its only delivery, batch and job, without an audience to freeze."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sendout.core.delivery.status import Status
from sendout.deliveries import jobs, limit
from sendout.deliveries.models import Batch, Count, Delivery
from sendout.people.models import Participant
from sendout.sendouts import lifecycle
from sendout.sendouts.models import Kind, SendOut

ONLY = 1  # ordinal of the batch


@transaction.atomic
def send_one(
    sendout: SendOut,
    channel: str,
    address: str,
    participant: Participant | None = None,
    not_before: datetime | None = None,
) -> Delivery:
    """Start a draft that goes to this address alone, and defer its job; all of it or nothing.

    address: normalised. participant: whose it is, if anybody's. not_before: it waits until then,
    as what is tried again does. The Unsubscribes list is asked when it leaves, as for any other.
    Raises NotPossible when the send-out lacks something it needs, or costs more than is left of the
    month's limit; a notice is never held up by that.
    """
    lifecycle.begin(sendout)
    row = Delivery.objects.create(
        organisation=sendout.organisation,
        sendout=sendout,
        participant=participant,
        channel=channel,
        batch=ONLY,
        address=address,
        sender=sendout.sender(channel),
        next_try_at=not_before,
    )
    Batch.objects.create(
        sendout=sendout,
        channel=channel,
        ordinal=ONLY,
        first=row.pk,
        last=row.pk,
        ready=not_before is None,
        retry_at=not_before,
    )
    Count.objects.create(sendout=sendout, channel=channel, status=Status.QUEUED, n=1)
    if sendout.kind != Kind.NOTICE:
        limit.check_rest(sendout)
    if not_before is None:
        jobs.defer(sendout.pk, channel, [ONLY], sendout.urgent)
    return row
