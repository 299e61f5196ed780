"""An entry on the Unsubscribes list."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sendout.accounts.models import Organisation


class Reason(models.TextChoices):
    """Why somebody is on the list, in the words of the page."""

    UNSUBSCRIBED = "unsubscribed", "Recipient unsubscribed"
    COMPLAINT = "complaint", "Complaint"
    BAD_EMAIL = "bad_email", "Bad email"
    BAD_NUMBER = "bad_number", "Bad number"
    ADMIN = "admin", "Added by staff"


# What an address is called that does not exist, by channel.
BAD_ADDRESS = {"email": Reason.BAD_EMAIL, "sms": Reason.BAD_NUMBER}


class Suppression(models.Model):
    """Nothing of this category goes to this address by this channel.

    address: normalised email or E.164 number. category: `marketing`, `operational`, or empty for
    everything. evidence: the words, mail or page that made the entry.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="suppressions")
    channel = models.CharField(max_length=5)
    address = models.CharField(max_length=320)
    category = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(blank=True)
    delivery = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "channel", "address", "category"],
                name="one_suppression_each",
            )
        ]

    def __str__(self) -> str:
        return self.address


class Lifted(models.Model):
    """An entry that was taken off the list: what it said, who lifted it and why. Append-only."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="lifted")
    channel = models.CharField(max_length=5)
    address = models.CharField(max_length=320)
    category = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    lifted_at = models.DateTimeField(auto_now_add=True)
    why = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "address"], name="lifted_address")]

    def __str__(self) -> str:
        return self.address
