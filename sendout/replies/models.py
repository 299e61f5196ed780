"""Conversations by SMS, what came in, what was sent to one, and to whom replies are forwarded."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.deliveries.models import Delivery
from sendout.finding.expressions import Words
from sendout.people.models import Group
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut


class Conversation(models.Model):
    """What an organisation and one phone say to each other; kept so that no page counts replies.

    phone: E.164, or a short code or name. unread: replies that nobody has looked at. reviews: those
    that may mean STOP and are not decided. last_at, last_text, last_kind: of the newest reply or
    answer; last_kind is an `Asked`, or `answer`.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="conversations")
    phone = models.CharField(max_length=32)
    unread = models.PositiveIntegerField(default=0)
    reviews = models.PositiveIntegerField(default=0)
    done = models.BooleanField(default=False)
    assigned = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    last_at = models.DateTimeField()
    last_text = models.TextField(blank=True)
    last_kind = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "phone"], name="one_conversation_each_phone"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "-last_at", "-id"], name="conversation_newest"),
            models.Index(
                fields=["organisation"], condition=Q(unread__gt=0), name="conversation_unread"
            ),
            models.Index(
                fields=["organisation"], condition=Q(reviews__gt=0), name="conversation_review"
            ),
        ]

    def __str__(self) -> str:
        return self.phone


class Review(models.TextChoices):
    """What the staff decided about a reply that may mean STOP."""

    NONE = "", gettext_lazy("Nothing to decide")
    OPEN = "open", gettext_lazy("To be decided")
    LISTED = "listed", gettext_lazy("Put on the Unsubscribes list")
    DISMISSED = "dismissed", gettext_lazy("Not meant so")


class Reply(models.Model):
    """A text that came from a phone.

    received_by, ref: the sender it came in through and the provider's id, which make it the same
    when it comes twice; ref is empty where there is none. sender: the organisation's own with that
    number. delivery: what it answers, None where nobody knows. asked: a `core.message.replies.
    Asked`. of_staff: it came from a phone that replies are forwarded to, as an answer to the
    conversation. price: millionths of the organisation's currency. trouble: why it was not
    forwarded, in words. words: those of the text, to be found by; kept by the database.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="replies")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="replies")
    received_by = models.BigIntegerField()
    ref = models.CharField(max_length=200, blank=True)
    sender = models.ForeignKey(Sender, models.SET_NULL, null=True)
    phone = models.CharField(max_length=32)
    to = models.CharField(max_length=32, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    delivery = models.ForeignKey(
        Delivery, models.SET_NULL, null=True, related_name="replies", db_constraint=False
    )
    asked = models.CharField(max_length=8)
    of_staff = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    review = models.CharField(max_length=10, choices=Review, default=Review.NONE, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    segments = models.SmallIntegerField(default=1)
    price = models.BigIntegerField(default=0)
    trouble = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    words = models.GeneratedField(
        expression=Words("text"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["received_by", "ref"], condition=~Q(ref=""), name="one_reply_each"
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "-at", "-id"],
                condition=Q(review="open"),
                name="reply_to_review",
            ),
            GinIndex(fields=["words"], name="reply_words"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Outgoing(models.Model):
    """A send-out to one phone or mailbox, and the conversation that it is part of.

    reply: what it forwards or answers. automatic: which automatic answer it is, empty for others.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="outgoing")
    sendout = models.OneToOneField(SendOut, models.CASCADE)
    delivery = models.OneToOneField(Delivery, models.CASCADE, db_constraint=False)
    reply = models.ForeignKey(Reply, models.SET_NULL, null=True, related_name="outgoing")
    automatic = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "-created_at"], name="outgoing_newest"),
        ]

    def __str__(self) -> str:
        return str(self.sendout_id)


class ForwardRule(models.Model):
    """To whom replies are forwarded: those to one send-out, of one group's people, or all others.

    phones: E.164; they get replies while the office is open, and the rest when it opens. mailboxes:
    normalised; they get them at once. days: 0 for Monday; empty for an office that never closes.
    opens, closes: by the organisation's clock. away: what is answered while it is closed.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="forward_rules", db_index=False
    )
    name = models.CharField(max_length=120)
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True)
    sendout = models.ForeignKey(SendOut, models.CASCADE, null=True, blank=True)
    phones = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    mailboxes = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    away = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_rule_each_name")
        ]

    def __str__(self) -> str:
        return self.name
