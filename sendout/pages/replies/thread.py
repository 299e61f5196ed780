"""One conversation as it is shown: what was sent to the phone and what came, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.delivery.status import ARRIVED, LABELS, MOVING, Status
from sendout.core.message.replies import Asked
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import reason
from sendout.deliveries.said import sms_said
from sendout.replies.models import Conversation, Outgoing, Reply, Review
from sendout.replies.wording import CLOSED, HELP, START, STOP
from sendout.sendouts.models import Kind

MOST = 100  # messages each way; who wants to see more looks at the participant
FORWARDED = "forwarded"
HANDED_OVER = {Status.SENT, *ARRIVED}
AUTOMATIC = {
    STOP: gettext_lazy("STOP confirmed, automatically"),
    START: gettext_lazy("START confirmed, automatically"),
    HELP: gettext_lazy("Answered by itself to HELP"),
    CLOSED: gettext_lazy("Answered by itself: the office is closed"),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A reply that was forwarded. status: whose colour it has; label: the word."""

    outgoing: Outgoing
    status: str
    label: str

    @property
    def to(self) -> str:
        """The phone or mailbox."""
        return self.outgoing.delivery.address

    @property
    def reason(self) -> str:
        """Why it did not get there, in words."""
        return reason(self.outgoing.delivery)


@dataclass(frozen=True, slots=True)
class Item:
    """One text. kind: in, stop, review, out (a send-out), answer or notice."""

    kind: str
    text: str
    at: datetime
    title: str = ""
    row: Delivery | None = None
    reply: Reply | None = None
    copies: list[Copy] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why it did not get there, in words."""
        return reason(self.row) if self.row else ""


def items_of(conversation: Conversation) -> list[Item]:
    """Give the newest texts each way, the oldest of them first."""
    outgoing = _outgoing(conversation)
    items = [*_heard(conversation, outgoing.values()), *_said(conversation, outgoing)]
    return sorted(items, key=lambda item: item.at)


def copies_of(replies: Iterable[Reply]) -> dict[int, list[Copy]]:
    """Give the forwards of these replies, by the reply's id."""
    found = Outgoing.objects.filter(reply__in=list(replies), sendout__kind=Kind.FORWARD)
    copies: dict[int, list[Copy]] = defaultdict(list)
    for each in found.select_related("delivery", "sendout").order_by("pk"):
        copies[each.reply_id or 0].append(_copy(each))
    return copies


def _copy(outgoing: Outgoing) -> Copy:
    """A forward that was handed over is shown as forwarded; before, and in trouble, by its own."""
    row = outgoing.delivery
    if row.status in HANDED_OVER:
        return Copy(outgoing, FORWARDED, _("Forwarded"))
    if row.status == Status.QUEUED and row.next_try_at and row.next_try_at > timezone.now():
        opens = timezone.localtime(row.next_try_at)
        return Copy(
            outgoing,
            Status.QUEUED,
            _("Waits until %(when)s") % {"when": date_format(opens, "l H:i")},
        )
    return Copy(outgoing, row.status, LABELS[Status(row.status)])


def _outgoing(conversation: Conversation) -> dict[int, Outgoing]:
    found = conversation.outgoing.exclude(sendout__kind=Kind.FORWARD).order_by("-pk")[: 2 * MOST]
    return {each.delivery_id: each for each in found.select_related("reply")}


def _heard(conversation: Conversation, outgoing: Iterable[Outgoing]) -> list[Item]:
    """What came; the staff's own texts are there as answers, or with why they did not go on."""
    handed_on = {each.reply_id for each in outgoing}
    replies = conversation.replies.select_related("decided_by").order_by("-at", "-pk")[:MOST]
    copies = copies_of(replies)
    return [
        Item(_kind(reply), reply.text, reply.at, reply=reply, copies=copies.get(reply.pk, []))
        for reply in replies
        if not (reply.of_staff and reply.pk in handed_on)
    ]


def kinds_of(deliveries: Iterable[int]) -> dict[int, str]:
    """Give the kind of the newest reply to each of these: in, stop or review."""
    if not (wanted := list(deliveries)):
        return {}
    rows = Reply.objects.filter(delivery__in=wanted, of_staff=False).defer("text")
    return {reply.delivery_id or 0: _kind(reply) for reply in rows.order_by("at", "pk")}


def _kind(reply: Reply) -> str:
    if reply.of_staff:
        return "staff"
    if reply.asked == Asked.STOP.value or reply.review == Review.LISTED:
        return "stop"
    return "review" if reply.review == Review.OPEN else "in"


def _said(conversation: Conversation, outgoing: Mapping[int, Outgoing]) -> list[Item]:
    related = ("organisation", "sendout__message", "sendout__created_by", "participant")
    rows = Delivery.objects.filter(
        organisation=conversation.organisation, channel="sms", address=conversation.phone
    )
    # To one phone that several share, a message goes once: the others' rows say nothing here.
    rows = rows.exclude(sendout__kind=Kind.FORWARD).exclude(skip_reason="duplicate")
    rows = rows.select_related(*related).order_by("-pk")
    return [_sent(row, outgoing.get(row.pk)) for row in rows[:MOST]]


def _sent(row: Delivery, made: Outgoing | None) -> Item:
    kinds = {Kind.ANSWER: "answer", Kind.NOTICE: "notice"}
    kind = kinds.get(Kind(row.sendout.kind), "out")
    return Item(kind, sms_said(row), row.accepted_at or row.created_at, _title(row, made), row)


def _title(row: Delivery, made: Outgoing | None) -> str:
    if row.sendout.kind == Kind.CAMPAIGN or made is None:
        return row.sendout.name
    if made.automatic:
        return str(AUTOMATIC.get(made.automatic) or _("Answered by itself"))
    if made.reply is not None and made.reply.of_staff:
        return _("Answered by text from %(phone)s") % {"phone": made.reply.phone}
    author = row.sendout.created_by
    return (_("Answered by %(who)s") % {"who": author}) if author else _("Answered")


def is_moving(items: Iterable[Item]) -> bool:
    """Tell whether something of it will change by itself."""
    return any(item.row is not None and item.row.status in MOVING for item in items)
