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
    raw: what was told, kept only where we cannot say what it is about.
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
    received_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    tries = models.SmallIntegerField(db_default=0)
