"""What things cost an organisation, and what was charged: fields and constraints, no rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation


class Medium(models.TextChoices):
    """What is charged for: by which channel a message travels."""

    EMAIL = "email", gettext_lazy("Email")
    SMS = "sms", gettext_lazy("SMS")


class Direction(models.TextChoices):
    """Which way a message goes, as the organisation sees it."""

    OUT = "out", gettext_lazy("sent")
    IN = "in", gettext_lazy("received")


class Kind(models.TextChoices):
    """Why there was something to charge; all but the last are send-outs."""

    CAMPAIGN = "campaign", gettext_lazy("sent")
    ANSWER = "answer", gettext_lazy("sent in answer")
    FORWARD = "forward", gettext_lazy("forwarded")
    NOTICE = "notice", gettext_lazy("sent as notices")
    RECEIVED = "received", gettext_lazy("received")


class Price(models.Model):
    """One line of an organisation's price list.

    country: ISO 3166, two letters; empty for all others, and always for email. price: millionths
    of the organisation's currency, per segment of an SMS or per email.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="prices", db_index=False
    )
    channel = models.CharField(max_length=5, choices=Medium)
    direction = models.CharField(max_length=3, choices=Direction)
    country = models.CharField(max_length=2, blank=True, default="")
    price = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "channel", "direction", "country"], name="one_price_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.direction} {self.country}".strip()


class Usage(models.Model):
    """What was charged on one day for one kind of message, to one country, by one send-out.

    day: of the organisation's calendar, on which the charge became known. sendout: its id, which
    stays when it is gone; 0 for what belongs to none. price: millionths of the organisation's
    currency. Changed by the statements of `usage.ledger` alone, which only ever add.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="usage", db_index=False
    )
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    channel = models.CharField(max_length=5, choices=Medium)
    country = models.CharField(max_length=2, blank=True)
    sendout = models.BigIntegerField()
    n = models.BigIntegerField()
    segments = models.BigIntegerField()
    price = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "kind", "channel", "country", "sendout"],
                name="one_usage_each",
            )
        ]
        indexes = [
            models.Index(
                fields=["sendout"], condition=~models.Q(sendout=0), name="usage_of_sendout"
            )
        ]
