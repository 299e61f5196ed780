"""One delivery with everything that happened to it, told from its facts and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.core.bounces.codes import blame
from sendout.core.delivery.outcome import Blame
from sendout.core.money import money
from sendout.deliveries.hold import taken_at
from sendout.deliveries.models import Delivery, Event
from sendout.deliveries.report import reason, recipient_name
from sendout.deliveries.said import sms_said
from sendout.pages.messages.rows import is_moving, newest
from sendout.pages.replies.thread import Copy, copies_of
from sendout.replies.keeping import event_key
from sendout.replies.models import Conversation, Review

# An event's kind -> the status whose colour and icon it has, and what it is called in the story.
KINDS = {
    "deferred": ("deferred", "Refused for now; it is tried again"),
    "unsure": ("unknown", "The connection broke before the answer"),
    "delivered": ("delivered", "Delivered"),
    "opened": ("opened", "Opened"),
    "machine_opened": ("sent", "Opened by a machine, not by a person"),
    "clicked": ("clicked", "Clicked a link"),
    "maybe_opened": ("sent", "Opened, perhaps by a machine: not counted"),
    "machine_clicked": ("sent", "Link checked by a machine, not by a person"),
    "maybe_clicked": ("sent", "Link followed, perhaps by a machine: not counted"),
    "replied": ("replied", "Replied"),
    "unsubscribed": ("skipped", "Put on the Unsubscribes list"),
    "bounced": ("bounced", "Bounced"),
    "complained": ("complained", "Marked as spam"),
    "failed": ("error", "Could not be sent"),
    "delayed": ("deferred", "Still on its way: the receiving server takes it later"),
    "part_delivered": ("sent", "A part of it was delivered"),
    "untold": ("unknown", "The provider does not know what became of it"),
    "relayed": ("sent", "Handed on to a server that sends no receipts"),
    "expanded": ("sent", "Handed on to several addresses"),
    "auto_reply": ("sent", "An automatic answer came back"),
    "challenge": ("unknown", "The receiving server asks us to confirm that we are people"),
}
SOURCES = {
    "engine": "",
    "tracking": "",
    "sandbox": "told by the sandbox",
    "recipient": "by the recipient",
    "staff": "by a member of your staff",
    "bounce": "told by a mail that came back",
    "esp": "told by the email service",
    "sms": "told by the SMS service",
}
ADVICE = {
    "no_address": "Add it here; then they can get this message, too.",
    "invalid_address": "Correct it here; then they can get this message, too.",
    "landline": "Ask for a mobile number, and enter it here; then they can get this message, too.",
    "premium": "Ask for a mobile number, and enter it here; then they can get this message, too.",
    "bad_email": "Ask for the right address, and correct it here: what was missed can follow.",
    "bad_number": "Ask for the right number, and correct it here: what was missed can follow.",
    "unsubscribed": "They asked not to get these. Only they can change that.",
    "complaint": "They marked a message as spam. Do not write to this address again.",
    "duplicate": "Somebody with the same address got it; choose “once per participant” otherwise.",
}
CORRECTABLE = ("no_address", "invalid_address", "landline", "premium", "bad_email", "bad_number")
BOUNCED = {"email": "bad_email", "sms": "bad_number"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story."""

    status: str
    label: str
    at: datetime
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One SMS of the conversation. direction: out, in, stop or review. copies: its forwards."""

    direction: str
    text: str
    at: datetime
    copies: list[Copy] = field(default_factory=list)


class ShownDelivery:
    """One delivery as `delivery.html` shows it."""

    def __init__(self, row: Delivery) -> None:
        self.row = row
        self.id = row.pk
        self.participant = recipient_name(row)
        self.channel = row.channel
        self.address = row.address
        self.status = row.status
        self.reason = reason(row)
        self.advice = ADVICE.get(row.skip_reason or _bad_address(row), "")
        self.may_correct = (row.skip_reason or _bad_address(row)) in CORRECTABLE
        self.moving = is_moving(row)
        self._events = list(row.events.order_by("-at", "-pk"))
        replies = list(row.replies.all()) if row.replied_at else []
        self._replies = {event_key(reply): reply for reply in replies}
        self._copies = copies_of(replies)

    @property
    def participant_url(self) -> str:
        """The participant's page."""
        if self.row.participant_id is None:
            return ""
        try:
            slug = self.row.organisation.slug
            return reverse("pages:participant", args=[slug, self.row.participant_id])
        except NoReverseMatch:
            return ""

    @property
    def conversation(self) -> int:
        """The id of the conversation with this phone, if there is one."""
        if self.channel != "sms":
            return 0
        found = Conversation.objects.filter(
            organisation=self.row.organisation_id, phone=self.address
        )
        return found.values_list("pk", flat=True).first() or 0

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What else is known, as pairs of word and value."""
        row = self.row
        found = [
            ("Sender", row.sender.name if row.sender else ""),
            ("Attempts", str(row.attempt) if row.attempt > 1 else ""),
            ("Next try", _clock(row.next_try_at) if row.status == "deferred" else ""),
            ("Segments", str(row.segments) if row.channel == "sms" and row.segments else ""),
            ("Price", money(row.price, row.organisation.currency) if row.price else ""),
            ("Provider's reference", row.provider_ref),
            ("Code", row.error_code if row.status != "sent" else ""),
            ("The server said", row.error_text),
            ("Delivery", str(row.pk)),
        ]
        return [(word, value) for word, value in found if value]

    @property
    def events(self) -> list[Moment]:
        """The story, newest first: what was told, and what the row itself knows."""
        first, *own = self._own()
        told = [_moment(event) for event in self._events]
        told += [
            Moment(copy.status, f"{copy.label}: the reply, to {copy.to}", copy.outgoing.created_at)
            for copies in self._copies.values()
            for copy in copies
        ]
        return [*sorted(told + own, key=lambda moment: moment.at, reverse=True), first]

    def _own(self) -> list[Moment]:
        row = self.row
        own = [Moment("queued", "Put in the queue", row.created_at)]
        if row.skipped_at:
            own = [Moment("skipped", "Skipped, not sent and not charged", row.skipped_at)]
        if row.carried_at:
            own = [Moment("carried", _("One message for the family"), row.carried_at)]
        if row.accepted_at:
            own.append(Moment("sent", "Accepted by the provider", row.accepted_at))
        if row.cancelled_at:
            own.append(Moment("cancelled", "Cancelled before it left", row.cancelled_at))
        if taken := taken_at(row):
            own.append(Moment("sending", "Handed to a connection", taken))
        return own

    @property
    def texts(self) -> list[Bubble]:
        """An SMS and its replies, oldest first."""
        if self.row.channel != "sms":
            return []
        bubbles = [Bubble("out", sms_said(self.row), self.row.accepted_at or newest(self.row))]
        heard = [event for event in reversed(self._events) if event.kind == "replied"]
        return bubbles + [self._bubble(event) for event in heard]

    def _bubble(self, event: Event) -> Bubble:
        """A reply: orange when it put the phone on the list, green else."""
        stops = {event.at for event in self._events if event.kind == "unsubscribed"}
        reply = self._replies.get(event.key)
        direction = "stop" if event.at in stops else "in"
        if reply and reply.review == Review.OPEN:
            direction = "review"
        elif reply and reply.review == Review.LISTED:
            direction = "stop"
        copies = self._copies.get(reply.pk, []) if reply else []
        return Bubble(direction, event.text, event.at, copies)


def _bad_address(row: Delivery) -> str:
    if row.status != "bounced" or blame(row.error_code, row.error_text) is not Blame.ADDRESS:
        return ""
    return BOUNCED[row.channel]


def _moment(event: Event) -> Moment:
    status, label = KINDS.get(event.kind, ("", event.kind))
    return Moment(status, label, event.at, event.text, SOURCES.get(event.source, event.source))


def _clock(at: datetime | None) -> str:
    """Say a time by the organisation's clock, with the day when it is another one."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return f"{local:%H:%M:%S}"
    return f"{local.day} {local:%b, %H:%M:%S}"
