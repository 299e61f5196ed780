"""What was told from outside and is not taken in yet."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from sendout.senders.models import Sender


class HookEvent(models.Model):
    """An event that a service told, committed before it was answered; see `inbound.waiting`.

    delivery: by our own reference, which came back with the event; null where none did.
    ref: the service's id of the message. agent: of an open or a click, whose address is in `text`.
    soft: the address is not at fault, whatever the code.
    raw: what was told, kept only where we cannot say what it is about. phone, reference: by what
    else a text may be found; see `inbound.matching`.
    due_at: when it is looked at next; tries: how often it was, in vain.
    """

    sender = models.ForeignKey(Sender, models.CASCADE)
    delivery = models.BigIntegerField(null=True)
    ref = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=24, blank=True)
    text = models.TextField(blank=True)
    soft = models.BooleanField(db_default=False)
    agent = models.TextField(blank=True)
    raw = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True, db_default="")
    reference = models.IntegerField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    tries = models.SmallIntegerField(db_default=0)


class SmppPart(models.Model):
    """A part of a text from a phone, or a whole one; see `inbound.smpp.texts`.

    digest: what makes it the same when it is told again. reference, total, number: its place.
    taken: it went on, alone or with the others, and is only remembered.
    """

    sender = models.ForeignKey(Sender, models.CASCADE)
    digest = models.CharField(max_length=32)
    phone = models.CharField(max_length=40)
    to = models.CharField(max_length=40)
    reference = models.IntegerField()
    total = models.SmallIntegerField()
    number = models.SmallIntegerField()
    data_coding = models.SmallIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now(), db_index=True)
    taken = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["sender", "digest"], name="smpp_part_told")]
