"""One delivery with everything that happened to it, told from its facts and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.compose.filing import files_of
from sendout.core.bounces.codes import blame
from sendout.core.delivery.outcome import Blame
from sendout.core.delivery.status import MOVING, TIMES
from sendout.deliveries.hold import taken_at
from sendout.deliveries.models import Delivery, Event
from sendout.deliveries.report import reason, recipient_name
from sendout.deliveries.said import sms_said
from sendout.pages.replies.thread import Copy, copies_of
from sendout.pages.wording import money
from sendout.replies.keeping import event_key
from sendout.replies.models import Conversation, Review
from sendout.wording.moments import written

# An event's kind -> the status whose colour and icon it has, and what it is called in the story.
KINDS = {
    "deferred": ("deferred", gettext_lazy("Refused for now; it is tried again")),
    "unsure": ("unknown", gettext_lazy("The connection broke before the answer")),
    "delivered": ("delivered", gettext_lazy("Delivered")),
    "opened": ("opened", gettext_lazy("Opened")),
    "machine_opened": ("sent", gettext_lazy("Opened by a machine, not by a person")),
    "clicked": ("clicked", gettext_lazy("Clicked a link")),
    "maybe_opened": ("sent", gettext_lazy("Opened, perhaps by a machine: not counted")),
    "machine_clicked": ("sent", gettext_lazy("Link checked by a machine, not by a person")),
    "maybe_clicked": ("sent", gettext_lazy("Link followed, perhaps by a machine: not counted")),
    "replied": ("replied", gettext_lazy("Replied")),
    "unsubscribed": ("skipped", gettext_lazy("Put on the Unsubscribes list")),
    "bounced": ("bounced", gettext_lazy("Bounced")),
    "complained": ("complained", gettext_lazy("Marked as spam")),
    "failed": ("error", gettext_lazy("Could not be sent")),
    "delayed": ("deferred", gettext_lazy("Still on its way: the receiving server takes it later")),
    "part_delivered": ("sent", gettext_lazy("A part of it was delivered")),
    "untold": ("unknown", gettext_lazy("The provider does not know what became of it")),
    "relayed": ("sent", gettext_lazy("Handed on to a server that sends no receipts")),
    "expanded": ("sent", gettext_lazy("Handed on to several addresses")),
    "auto_reply": ("sent", gettext_lazy("An automatic answer came back")),
    "challenge": (
        "unknown",
        gettext_lazy("The receiving server asks us to confirm that we are people"),
    ),
}
SOURCES = {
    "engine": "",
    "tracking": "",
    "sandbox": gettext_lazy("told by the sandbox"),
    "recipient": gettext_lazy("by the recipient"),
    "staff": gettext_lazy("by a member of your staff"),
    "bounce": gettext_lazy("told by a mail that came back"),
    "esp": gettext_lazy("told by the email service"),
    "sms": gettext_lazy("told by the SMS service"),
}
ADVICE = {
    "no_address": gettext_lazy("Add it here; then they can get this message, too."),
    "invalid_address": gettext_lazy("Correct it here; then they can get this message, too."),
    "landline": gettext_lazy(
        "Ask for a mobile number, and enter it here; then they can get this message, too."
    ),
    "premium": gettext_lazy(
        "Ask for a mobile number, and enter it here; then they can get this message, too."
    ),
    "bad_email": gettext_lazy(
        "Ask for the right address, and correct it here: what was missed can follow."
    ),
    "bad_number": gettext_lazy(
        "Ask for the right number, and correct it here: what was missed can follow."
    ),
    "unsubscribed": gettext_lazy("They asked not to get these. Only they can change that."),
    "complaint": gettext_lazy("They marked a message as spam. Do not write to this address again."),
    "duplicate": gettext_lazy(
        "Somebody with the same address got it; choose “once per participant” otherwise."
    ),
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
        self.moving = row.status in MOVING  # it will change by itself
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
            (_("Sender"), row.sender.name if row.sender else ""),
            (_("Attempts"), str(row.attempt) if row.attempt > 1 else ""),
            (_("Next try"), _clock(row.next_try_at) if row.status == "deferred" else ""),
            (_("Segments"), str(row.segments) if row.channel == "sms" and row.segments else ""),
            (_("Files"), self._files()),
            (_("Price"), money(row.price, row.organisation.currency) if row.price else ""),
            (_("Provider's reference"), row.provider_ref),
            (_("Code"), row.error_code if row.status != "sent" else ""),
            (_("The server said"), row.error_text),
            (_("Delivery"), str(row.pk)),
        ]
        return [(word, value) for word, value in found if value]

    def _files(self) -> str:
        """Name what went along with an email, and how."""
        if self.row.channel != "email":
            return ""
        how = {True: _("inside the email"), False: _("as a link")}
        found = files_of(self.row.sendout.message)
        return ", ".join(f"{each.name} ({how[each.attached]})" for each in found)

    @property
    def events(self) -> list[Moment]:
        """The story, newest first: what was told, and what the row itself knows."""
        first, *own = self._own()
        told = [_moment(event) for event in self._events]
        told += [
            Moment(
                copy.status,
                _("%(label)s: the reply, to %(to)s") % {"label": copy.label, "to": copy.to},
                copy.outgoing.created_at,
            )
            for copies in self._copies.values()
            for copy in copies
        ]
        return [*sorted(told + own, key=lambda moment: moment.at, reverse=True), first]

    def _own(self) -> list[Moment]:
        row = self.row
        own = [Moment("queued", _("Put in the queue"), row.created_at)]
        if row.skipped_at:
            own = [Moment("skipped", _("Skipped, not sent and not charged"), row.skipped_at)]
        if row.carried_at:
            own = [Moment("carried", _("One message for the family"), row.carried_at)]
        if row.accepted_at:
            own.append(Moment("sent", _("Accepted by the provider"), row.accepted_at))
        if row.cancelled_at:
            own.append(Moment("cancelled", _("Cancelled before it left"), row.cancelled_at))
        if taken := taken_at(row):
            own.append(Moment("sending", _("Handed to a connection"), taken))
        return own

    @property
    def texts(self) -> list[Bubble]:
        """An SMS and its replies, oldest first."""
        if self.row.channel != "sms":
            return []
        bubbles = [Bubble("out", sms_said(self.row), self.row.accepted_at or _newest(self.row))]
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
    source = str(SOURCES.get(event.source, event.source))
    return Moment(status, str(label), event.at, event.text, source)


def _clock(at: datetime | None) -> str:
    """Say a time by the organisation's clock, with the day when it is another one."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return f"{local:%H:%M:%S}"
    return written(local, "j M, H:i:s")


def _newest(row: Delivery) -> datetime:
    """Give the time of the newest thing known about a delivery."""
    facts: list[datetime | None] = [getattr(row, name) for name in TIMES]
    times = [row.created_at, row.deferred_at, *facts]
    return max(time for time in times if time is not None)
