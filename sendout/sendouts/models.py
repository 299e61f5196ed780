"""The send-out: a message, an audience and a time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.finding.expressions import Plain
from sendout.people.models import Group, Participant
from sendout.senders.models import Channel, Sender

SHORTEST_WAIT, LONGEST_WAIT = 5, 7 * 24 * 60  # minutes between the last email and the SMS


class State(models.TextChoices):
    """What the staff asked for; what the page shows is derived from it and the counts."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Sending..."
    PAUSED = "paused", "Paused"
    CANCELLED = "cancelled", "Cancelled"
    FINISHED = "finished", "Sent"


class Channels(models.TextChoices):
    """By which channels a send-out goes."""

    EMAIL = "email", gettext_lazy("Email only")
    SMS = "sms", gettext_lazy("SMS only")
    BOTH = "both", gettext_lazy("Email and SMS")
    SMS_WITHOUT_EMAIL = (
        "sms_without_email",
        gettext_lazy("Email, and SMS only to those without email"),
    )
    EMAIL_THEN_SMS = (
        "email_then_sms",
        gettext_lazy("Email first, later SMS to those whom it did not reach"),
    )

    @property
    def used(self) -> tuple[Channel, ...]:
        """The channels that deliveries may have."""
        if self in {Channels.EMAIL, Channels.SMS}:
            return (Channel(self.value),)
        return (Channel.EMAIL, Channel.SMS)

    @property
    def at_start(self) -> tuple[Channel, ...]:
        """Those of them whose deliveries are made when it starts."""
        return (Channel.EMAIL,) if self == Channels.EMAIL_THEN_SMS else self.used


class FallbackTo(models.TextChoices):
    """To whom an SMS goes when the wait after the emails is over."""

    NOT_ARRIVED = "not_arrived", gettext_lazy("whose email did not arrive")
    NOT_OPENED = (
        "not_opened",
        gettext_lazy("whose email did not arrive or was not opened by a person"),
    )


class Fallback(models.TextChoices):
    """How the SMS after the emails stand, once the send-out has started."""

    WAITING = "waiting", gettext_lazy("Waiting")
    SENT = "sent", gettext_lazy("Sent")
    CALLED_OFF = "called_off", gettext_lazy("Called off")


class OncePer(models.TextChoices):
    """Who gets one message when a family shares an address; with FAMILY it tells of all of them."""

    ADDRESS = "address", gettext_lazy("Once per address")
    FAMILY = (
        "family",
        gettext_lazy("One message per family, for all of its children together"),
    )
    PARTICIPANT = "participant", gettext_lazy("Once per participant")


class Kind(models.TextChoices):
    """What a send-out is for; all but campaigns go to one, and are shown in conversations."""

    CAMPAIGN = "campaign", gettext_lazy("Message")
    ANSWER = "answer", gettext_lazy("Answer")
    FORWARD = "forward", gettext_lazy("Forward")
    NOTICE = "notice", gettext_lazy("Automatic answer")


class ThenSms(models.Model):
    """What has SMS that follow its emails: how long after the last one, and to whom."""

    fallback_minutes = models.PositiveSmallIntegerField(
        default=60,
        db_default=60,
        validators=[MinValueValidator(SHORTEST_WAIT), MaxValueValidator(LONGEST_WAIT)],
    )
    fallback_to = models.CharField(
        max_length=11,
        choices=FallbackTo,
        default=FallbackTo.NOT_ARRIVED,
        db_default=FallbackTo.NOT_ARRIVED,
    )

    class Meta:
        abstract = True

    @property
    def then_sms(self) -> dict[str, Any]:
        """Both, for what is made from it."""
        return {"fallback_minutes": self.fallback_minutes, "fallback_to": self.fallback_to}


class SendOut(ThenSms):
    """A message, an audience and a time; the thing on the Messages page.

    everyone: the whole organisation, beside the groups and people picked.
    undo_until: the end of the time after "Send" to undo it in; None when it was scheduled.
    local_time: what each recipient's own clock shows when it leaves, such as 2027-01-15T18:00, and
    scheduled_for the first of those moments; empty where it leaves for all at once.
    expires_at: after this nothing more is sent; what is left ends as skipped.
    trouble: why it stands still though nobody asked for it, in a sentence; empty when it does not.
    origin: the send-out that this one repeats for some people; of a repeated repeat the first.
    begun_on: the page it was first saved from, which makes one draft however often it asks.
    found_by: the name in plain letters, kept by the database.
    pattern: a series makes its send-outs from this one, which is a draft for ever.

    fallback: how the SMS stand that follow the emails, empty where none do. fallback_at: when they
    go or went; None until the last email has been handed over.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sendouts")
    kind = models.CharField(
        max_length=8, choices=Kind, default=Kind.CAMPAIGN, db_default="campaign"
    )
    name = models.CharField(max_length=200)
    message = models.ForeignKey(Message, models.PROTECT, related_name="sendouts")
    channels = models.CharField(max_length=20, choices=Channels, default=Channels.EMAIL)
    once_per = models.CharField(max_length=12, choices=OncePer, default=OncePer.ADDRESS)
    email_sender = models.ForeignKey(
        Sender, models.PROTECT, null=True, blank=True, related_name="email_sendouts"
    )
    sms_sender = models.ForeignKey(
        Sender, models.PROTECT, null=True, blank=True, related_name="sms_sendouts"
    )
    everyone = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group, blank=True)
    people = models.ManyToManyField(Participant, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    fallback = models.CharField(
        max_length=10, blank=True, choices=Fallback, default="", db_default=""
    )
    fallback_at = models.DateTimeField(null=True, blank=True)
    urgent = models.BooleanField(default=False)
    pattern = models.BooleanField(default=False, db_default=False)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    local_time = models.CharField(max_length=16, blank=True, default="", db_default="")
    undo_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, db_default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    origin = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="resends"
    )
    begun_on = models.CharField(max_length=32, null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    found_by = models.GeneratedField(
        expression=Plain("name"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "begun_on"], name="sendout_begun_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="sendout_newest"),
            models.Index(  # the Messages page, whatever else goes to one
                fields=["organisation", "-id"],
                condition=models.Q(kind=Kind.CAMPAIGN),
                name="sendout_campaigns",
            ),
            models.Index(
                fields=["scheduled_for"],
                condition=models.Q(state=State.SCHEDULED),
                name="sendout_waiting",
            ),
            models.Index(
                fields=["id"], condition=models.Q(state=State.RUNNING), name="sendout_running"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def undoable(self) -> bool:
        """Whether "Send" was pressed just now and nothing has left yet."""
        return self.state == State.SCHEDULED and self.undo_until is not None

    @property
    def falls_back(self) -> bool:
        """Whether SMS are still to go to those whom its emails did not reach."""
        return self.fallback == Fallback.WAITING and self.state in {State.RUNNING, State.PAUSED}

    def sender(self, channel: str) -> Sender | None:
        """The way out for this channel."""
        return self.email_sender if channel == Channel.EMAIL else self.sms_sender


class Template(ThenSms):
    """What is said again and again: a message to begin new ones from. used_at: when that was."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="templates")
    name = models.CharField(max_length=200)
    message = models.OneToOneField(Message, models.PROTECT, related_name="template")
    channels = models.CharField(max_length=20, choices=Channels, default=Channels.EMAIL)
    used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="template_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Verdict(models.TextChoices):
    """What became of the wish that somebody approves a send-out."""

    OPEN = "open", gettext_lazy("Waits for approval")
    APPROVED = "approved", gettext_lazy("Approved")
    RETURNED = "returned", gettext_lazy("Sent back")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
    LAPSED = "lapsed", gettext_lazy("Not approved in time")


class Approval(models.Model):
    """That somebody asked a second member to approve a send-out, and what became of it.

    version, people: of the message, and how many were meant, when it was asked. fingerprint: of all
    that was approved (`approving.fingerprint`). when: the time it is to leave; None for at once.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="approvals")
    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="approvals")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    when = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sendout"], condition=models.Q(verdict="open"), name="one_open_approval"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sendout}: {self.get_verdict_display()}"
