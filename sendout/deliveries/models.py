"""Delivery, event, count: fields, constraints, indexes, no rules."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from sendout.accounts.models import Organisation
from sendout.compose.models import LinkedFile
from sendout.core.delivery.status import LABELS, Status
from sendout.people.models import Participant
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import SendOut

OPEN = ("queued", "deferred")

# What few rows have, so that a page of those is found at once. The status itself stands in no
# index, nor do the columns that an acceptance changes: then PostgreSQL writes the new row beside
# the old one and leaves all indexes alone (heap-only tuples), for which the table keeps room.
RARE = (
    "deferred_at",
    "delivered_at",
    "opened_at",
    "clicked_at",
    "replied_at",
    "bounced_at",
    "complained_at",
    "failed_at",
    "skipped_at",
    "carried_at",
    "cancelled_at",
)


class Delivery(models.Model):
    """One send-out to one participant by one channel: one row, one status.

    batch: ordinal of its job, 1 and up; 0 for rows that never leave. status: computed by
    `deliveries.record` alone. price: what was charged, in millionths of the organisation's
    currency, by segments and country (two letters, empty for email and for no country). quoted:
    what it costs if it turns out to have been taken after all; null where that is known.
    carrier: id of the participant whose row of this send-out and channel gets the message that is
    for this one, too (`carried`), or has the same address (`duplicate`).
    participant: None for who is none, such as the staff; then address is what is compared, too.
    The `_at` fields and attempt, answered, unsure are the facts of `core.delivery.status`.

    Its references are not checked by the database: rows are made by `freeze` alone, from rows it
    has just read, and the checks would cost more than the rows.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, db_index=False, db_constraint=False
    )
    sendout = models.ForeignKey(
        SendOut,
        models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    participant = models.ForeignKey(
        Participant,
        models.CASCADE,
        related_name="deliveries",
        null=True,
        db_index=False,
        db_constraint=False,
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
    sender = models.ForeignKey(
        Sender, models.SET_NULL, null=True, db_index=False, db_constraint=False
    )
    provider_ref = models.CharField(max_length=200, db_default="")
    segments = models.SmallIntegerField(db_default=0)
    price = models.BigIntegerField(db_default=0)
    quoted = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, db_default="")
    created_at = models.DateTimeField(db_default=Now())
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
    carrier = models.BigIntegerField(null=True)
    carried_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "sendout", "channel"], name="one_delivery_each"
            )
        ]
        indexes = [
            models.Index(fields=["sendout", "channel", "id"], name="delivery_listed"),
            models.Index(
                fields=["sendout", "channel", "id"],
                condition=models.Q(unsure__gt=0),
                name="delivery_unsure",
            ),
            models.Index(  # who wrote to a phone, asked when a text comes from there
                fields=["address", "id"], condition=models.Q(channel="sms"), name="delivery_phone"
            ),
            models.Index(
                fields=["carrier", "sendout"],
                condition=models.Q(carrier__isnull=False),
                name="delivery_carrier",
            ),
            *(
                models.Index(
                    fields=["sendout", "channel", "id"],
                    condition=models.Q((f"{fact}__isnull", False)),
                    name=f"delivery_{fact.removesuffix('_at')}",
                )
                for fact in RARE
            ),
        ]


class Batch(models.Model):
    """Some deliveries of a send-out and channel, the unit of a job; at most one worker has it.

    first, last: ids between which its deliveries are. ready: some may leave now; retry_at: when
    the next one may that was refused for now. held: the ids that a worker has in hand since
    claimed_at, none when nobody has; held_again: how many of those were deferred. turn: counts the
    claims, so that one whose lease ran out lets go of nothing that is another's.
    """

    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="batches", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    ordinal = models.IntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    ready = models.BooleanField(db_default=True)
    retry_at = models.DateTimeField(null=True)
    held = ArrayField(models.BigIntegerField(), null=True)
    held_again = models.IntegerField(db_default=0)
    claimed_at = models.DateTimeField(null=True)
    turn = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sendout", "channel", "ordinal"], name="one_batch_each")
        ]
        indexes = [
            models.Index(
                fields=["retry_at"], condition=~models.Q(retry_at=None), name="batch_retry"
            ),
            models.Index(
                fields=["sendout"],
                condition=models.Q(ready=True) | ~models.Q(held=None),
                name="batch_busy",
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


class TextRef(models.Model):
    """An id under which a provider knows a text, or one of its parts; see `deliveries.refs`."""

    sender = models.ForeignKey(Sender, models.CASCADE, db_index=False)
    ref = models.CharField(max_length=200)
    delivery = models.BigIntegerField()
    parts = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "ref"], name="one_text_each_reference")
        ]

    def __str__(self) -> str:
        return self.ref


class Call(models.Model):
    """Somebody of the staff has told a participant on the phone what a send-out says."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, db_index=False)
    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="calls", db_index=False)
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="calls")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sendout", "participant"], name="one_call_each")
        ]

    def __str__(self) -> str:
        return f"{self.by}, {self.at}"


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


class Download(models.Model):
    """One recipient downloaded one file of a send-out; times: how often. delivery: its id."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="downloads")
    linked = models.ForeignKey(LinkedFile, models.CASCADE, related_name="downloads", db_index=False)
    delivery = models.BigIntegerField()
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["linked", "delivery"], name="one_download_each")
        ]

    def __str__(self) -> str:
        return f"{self.linked} ×{self.times}"
