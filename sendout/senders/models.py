"""Configured ways out, and what the sandbox keeps of them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", gettext_lazy("Email")
    SMS = "sms", gettext_lazy("SMS")


class Period(models.TextChoices):
    """What a sender's pace is counted in."""

    SECOND = "second", gettext_lazy("second")
    MINUTE = "minute", gettext_lazy("minute")
    HOUR = "hour", gettext_lazy("hour")
    DAY = "day", gettext_lazy("day")


PERIOD_SECONDS = {Period.SECOND: 1, Period.MINUTE: 60, Period.HOUR: 3600, Period.DAY: 86_400}


class Sender(models.Model):
    """A configured way out: provider, credentials, from-address or number, pace.

    secrets: encrypted JSON, see `senders.vault`; never shown again.
    bounce_address: to which bounces come back, with a token put into it; empty for from_address.
    dkim_on: whether emails are signed; by dkim_keys (encrypted, see `senders.signing`), whose
    public halves stand in the DNS of dkim_domain under dkim_selector.
    pace_count: messages per pace_period, 0 for no limit. pace_due: when the next one may leave.
    pool: senders of one channel under the same name work together, empty for none; weight: how
    much of their work this one takes, see `senders.pool`.
    warmup_first: messages on the first day of a warm-up, 0 for none; it grows daily until
    warmup_target is reached, see `core.warmup`. warmup_from: the first day, in the organisation's
    time zone; warmup_sent: how many were let through on warmup_day.
    confirms_stop: whether the provider itself confirms a STOP to the phone; None: as its kind does.
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
    bounce_address = models.CharField(max_length=320, blank=True, default="", db_default="")
    dkim_on = models.BooleanField(default=False, db_default=False)
    dkim_domain = models.CharField(max_length=253, blank=True, default="", db_default="")
    dkim_selector = models.CharField(max_length=63, blank=True, default="", db_default="")
    dkim_keys = models.TextField(blank=True, default="", db_default="")
    connections = models.PositiveSmallIntegerField(default=4)
    pace_count = models.PositiveIntegerField(default=0)
    pace_period = models.CharField(max_length=6, choices=Period, default=Period.SECOND)
    pace_due = models.DateTimeField(null=True, editable=False)
    pool = models.CharField(max_length=60, blank=True, default="", db_default="")
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    warmup_first = models.PositiveIntegerField(default=0, db_default=0)
    warmup_target = models.PositiveIntegerField(default=0, db_default=0)
    warmup_from = models.DateField(null=True, editable=False)
    warmup_day = models.DateField(null=True, editable=False)
    warmup_sent = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    confirms_stop = models.BooleanField(null=True, blank=True, default=None)
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    down_since = models.DateTimeField(null=True, editable=False)
    down_until = models.DateTimeField(null=True, editable=False)
    down_reason = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    way_back: str | None = None  # of this row as it was read; see `senders.ways`

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


class Hook(models.Model):
    """Where a service tells what became of a sender's messages: see `senders.hooks`.

    secret: sealed, part of the address. heard_at: when the last events were taken in.
    """

    sender = models.OneToOneField(Sender, models.CASCADE)
    secret = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True)


class Reception(models.Model):
    """The one connection on which an SMPP sender hears, whichever worker has it.

    holder: the process that has it until held_until; see `senders.reception`. why: what keeps it
    from hearing since down_since; both empty while all is well.
    """

    sender = models.OneToOneField(Sender, models.CASCADE)
    holder = models.CharField(max_length=120)
    held_until = models.DateTimeField()
    down_since = models.DateTimeField(null=True)
    why = models.TextField(blank=True, db_default="")


class OutboxCopy(models.Model):
    """What "arrived" by a sandbox sender: the message as it left. Delivery is null for tests.

    content: without the files inside, where it is of a delivery: those are kept with the message.
    """

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
    refused: for good; deferred: for now; unsure: the answer was not heard. busy: for how many
    seconds it had messages in hand; until: when the last of them were answered.
    """

    BEFORE = datetime(1970, 1, 1, tzinfo=UTC)

    sender = models.ForeignKey(Sender, models.CASCADE, db_index=False)
    minute = models.DateTimeField()
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    deferred = models.BigIntegerField(default=0)
    unsure = models.BigIntegerField(default=0)
    busy = models.FloatField(db_default=0.0)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "minute"], name="one_throughput_each_minute")
        ]


class RecipientDomain(models.Model):
    """How a sender treats one domain of recipients, such as gmail.com.

    pace_count, pace_period: at most so many, 0 for no limit; pace_due: see `senders.pace`.
    closed_until: nothing goes there before, since its server refused all of late; why: its last
    words; strikes: how often in a row.
    """

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="recipient_domains", db_index=False
    )
    domain = models.CharField(max_length=255)
    pace_count = models.PositiveIntegerField(default=0)
    pace_period = models.CharField(max_length=6, choices=Period, default=Period.MINUTE)
    pace_due = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)
    strikes = models.PositiveSmallIntegerField(default=0)
    why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "domain"], name="one_rule_each_domain")
        ]

    def __str__(self) -> str:
        return self.domain
