"""Mail that came back, and where it is fetched from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation


class MailboxKind(models.TextChoices):
    """How a mailbox is read."""

    IMAP = "imap", gettext_lazy("IMAP")
    POP3 = "pop3", gettext_lazy("POP3")


class Way(models.TextChoices):
    """By which door a mail came."""

    IMAP = "imap", gettext_lazy("fetched by IMAP")
    POP3 = "pop3", gettext_lazy("fetched by POP3")
    SMTP = "smtp", gettext_lazy("received by SMTP")
    LMTP = "lmtp", gettext_lazy("received by LMTP")
    PIPE = "pipe", gettext_lazy("piped in")


class State(models.TextChoices):
    """How far a mail has come; one that is understood is gone."""

    WAITING = "waiting", gettext_lazy("Is being read")
    UNCLEAR = "unclear", gettext_lazy("Not understood")


class Mailbox(models.Model):
    """A mailbox that bounces come into.

    config, secrets: what `core.mailboxes.config` names; secrets is encrypted and never shown again.
    mark: how far it was read, where mails are left there. failures: looks in a row that failed.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="mailboxes")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=MailboxKind)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    mark = models.CharField(max_length=64, blank=True)
    looked_at = models.DateTimeField(null=True, editable=False)
    look_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    down_reason = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_mailbox_each_name")
        ]

    def __str__(self) -> str:
        return self.name


class ReturnedMail(models.Model):
    """A mail that came back, until it is understood.

    organisation: whose owners may see it; none when nothing trustworthy says whose it is.
    fingerprint: the same for the same mail to the same address. left: a copy stays in the mailbox.
    tries: how often it was taken in hand. delivery: which one it says it is about, without proof.
    believed: an owner vouches for that.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True)
    way = models.CharField(max_length=4, choices=Way)
    envelope_to = models.CharField(max_length=320, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    left = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    delivery = models.BigIntegerField(null=True)
    believed = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["tries", "id"],
                condition=models.Q(state=State.WAITING),
                name="returned_waiting",
            ),
            models.Index(fields=["organisation", "-id"], name="returned_newest"),
        ]
