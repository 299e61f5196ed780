"""Configured ways out, and what the sandbox keeps of them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

from sendout.accounts.models import Organisation


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "Email"
    SMS = "sms", "SMS"


class Period(models.TextChoices):
    """What a sender's pace is counted in."""

    SECOND = "second", "second"
    MINUTE = "minute", "minute"
    HOUR = "hour", "hour"
    DAY = "day", "day"


PERIOD_SECONDS = {Period.SECOND: 1, Period.MINUTE: 60, Period.HOUR: 3600, Period.DAY: 86_400}


class Sender(models.Model):
    """A configured way out: provider, credentials, from-address or number, pace.

    secrets: encrypted JSON, see `senders.vault`; never shown again.
    pace_count: messages per pace_period, 0 for no limit. pace_due: when the next one may leave.
    unit_price: millionths of the organisation's currency, per email or per SMS segment.
    down_since, down_until, down_reason: set while this way out does not work at all.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="senders")
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=5, choices=Channel)
    kind = models.CharField(max_length=20)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    from_address = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    connections = models.PositiveSmallIntegerField(default=4)
    pace_count = models.PositiveIntegerField(default=0)
    pace_period = models.CharField(max_length=6, choices=Period, default=Period.SECOND)
    pace_due = models.DateTimeField(null=True, editable=False)
    unit_price = models.PositiveBigIntegerField(default=0)
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    down_since = models.DateTimeField(null=True, editable=False)
    down_until = models.DateTimeField(null=True, editable=False)
    down_reason = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_sender_each_name"),
            models.UniqueConstraint(
                fields=["organisation", "channel"],
                condition=models.Q(is_default=True),
                name="one_default_sender_each_channel",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OutboxCopy(models.Model):
    """What "arrived" by a sandbox sender: the message as it left. Delivery is null for tests."""

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    sender = models.ForeignKey(Sender, models.CASCADE)
    delivery = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=5, choices=Channel)
    mail_from = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="outbox_newest")]


class Foreseen(models.Model):
    """A fact the sandbox knows will happen to a delivery, and when."""

    delivery = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    due_at = models.DateTimeField(db_index=True)


class Throughput(models.Model):
    """What became of the messages that a sender handed over in one minute.

    minute: its beginning; the row at `BEFORE` holds the sum of all that was longer ago.
    refused: for good; deferred: for now; unsure: the answer was not heard.
    """

    BEFORE = datetime(1970, 1, 1, tzinfo=UTC)

    sender = models.ForeignKey(Sender, models.CASCADE, db_index=False)
    minute = models.DateTimeField()
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    deferred = models.BigIntegerField(default=0)
    unsure = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "minute"], name="one_throughput_each_minute")
        ]
