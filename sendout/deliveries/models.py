"""Delivery, event, count: fields, constraints, indexes, no rules."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from sendout.accounts.models import Organisation
from sendout.core.delivery.status import LABELS, Status
from sendout.people.models import Participant
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import SendOut

OPEN = ("queued", "deferred")


class Delivery(models.Model):
    """One send-out to one participant by one channel: one row, one status.

    batch: ordinal of its job, 1 and up; 0 for rows that never leave. status: computed by
    `deliveries.record` alone. price: millionths of the organisation's currency.
    The `_at` fields and attempt, answered, unsure are the facts of `core.delivery.status`.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, db_index=False)
    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="deliveries", db_index=False)
    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="deliveries", db_index=False
    )
    channel = models.CharField(max_length=5, choices=Channel)
    batch = models.IntegerField()
    address = models.CharField(max_length=320, blank=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, LABELS[s]) for s in Status], db_default=Status.QUEUED
    )
    skip_reason = models.CharField(max_length=24, db_default="")
    error_code = models.CharField(max_length=24, db_default="")
    error_text = models.TextField(db_default="")
    sender = models.ForeignKey(Sender, models.SET_NULL, null=True, db_index=False)
    provider_ref = models.CharField(max_length=200, db_default="")
    segments = models.SmallIntegerField(db_default=0)
    price = models.BigIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    deferred_at = models.DateTimeField(null=True)
    attempt = models.SmallIntegerField(db_default=0)
    answered = models.SmallIntegerField(db_default=0)
    unsure = models.SmallIntegerField(db_default=0)
    accepted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    machine_opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    machine_clicked_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "sendout", "channel"], name="one_delivery_each"
            )
        ]
        indexes = [
            models.Index(fields=["sendout", "channel", "status", "id"], name="delivery_status"),
            models.Index(
                fields=["sendout", "channel", "batch", "id"],
                condition=models.Q(status__in=OPEN),
                name="delivery_open",
            ),
            models.Index(
                fields=["next_try_at"], condition=models.Q(status="deferred"), name="delivery_retry"
            ),
            models.Index(
                fields=["claimed_at"], condition=models.Q(status="sending"), name="delivery_in_hand"
            ),
        ]


class Event(models.Model):
    """Something that happened to a delivery; append-only.

    kind: a fact, or `deferred`, `attempt` and the like, which only tell the story.
    source: who says so (`engine`, `sandbox`, `recipient`, ...). key: what makes it the same event
    when it is told twice.
    """

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="events", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    source = models.CharField(max_length=20)
    key = models.CharField(max_length=120, db_default="")
    text = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "kind", "source", "key"], name="one_event_each"
            )
        ]


class Count(models.Model):
    """How many deliveries of a send-out and channel have a status; pages never count rows.

    accepted, delivered, opened, clicked: how many of those n have that fact.
    """

    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="counts", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    status = models.CharField(max_length=10)
    n = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sendout", "channel", "status"], name="one_count_each")
        ]
