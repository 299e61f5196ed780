"""A send-out to one phone or mailbox: an answer, a forward, an automatic word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sendout.accounts.models import User
from sendout.compose.models import BodyFormat, Message
from sendout.core.message.template import literal
from sendout.deliveries.single import send_one
from sendout.people.models import Participant
from sendout.replies.models import Conversation, Outgoing, Reply
from sendout.senders.models import Channel, Sender
from sendout.sendouts.drafts import default_sender
from sendout.sendouts.models import Channels, Kind, SendOut

LONGEST_NAME = 200
LABELS = {Kind.ANSWER: "Answer to", Kind.FORWARD: "Forward to", Kind.NOTICE: "Automatic answer to"}


@dataclass(frozen=True, slots=True)
class Target:
    """A phone or mailbox, normalised. participant: whose it is, if anybody's."""

    channel: str
    address: str
    participant: Participant | None = None


@dataclass(frozen=True, slots=True)
class When:
    """not_before: it waits until then. not_after: it is skipped afterwards."""

    not_before: datetime | None = None
    not_after: datetime | None = None


AT_ONCE = When()


@transaction.atomic
def send_to_one(
    conversation: Conversation,
    kind: Kind,
    target: Target,
    text: str,
    *,
    html: tuple[str, str] | None = None,
    reply: Reply | None = None,
    sender: Sender | None = None,
    member: User | None = None,
    automatic: str = "",
    when: When = AT_ONCE,
) -> Outgoing:
    """Make message, send-out, delivery and job at once, ahead of all campaigns.

    text: taken literally, braces and all. html: subject and body instead, for a mailbox. reply:
    what it answers or forwards. sender: through which it leaves, else the default one. Whether the
    list stops it is asked when it leaves, so it may end as skipped. Raises NotPossible where no
    sender works.
    """
    sendout = _draft(conversation, kind, target, member)
    sendout.message = _message(conversation, text, html, member)
    if target.channel == Channel.EMAIL:
        sendout.email_sender = sender or default_sender(sendout.organisation, Channel.EMAIL)
    else:
        sendout.sms_sender = sender or default_sender(sendout.organisation, Channel.SMS)
    sendout.expires_at = when.not_after
    sendout.save()
    row = send_one(sendout, target.channel, target.address, target.participant, when.not_before)
    return Outgoing.objects.create(
        organisation=conversation.organisation,
        conversation=conversation,
        sendout=sendout,
        delivery=row,
        reply=reply,
        automatic=automatic,
    )


def _draft(conversation: Conversation, kind: Kind, target: Target, member: User | None) -> SendOut:
    whom = target.participant.name if target.participant else ""
    return SendOut(
        organisation=conversation.organisation,
        kind=kind,
        name=f"{LABELS[kind]} {whom or target.address}"[:LONGEST_NAME],
        channels=Channels.EMAIL if target.channel == Channel.EMAIL else Channels.SMS,
        urgent=True,
        created_by=member,
    )


def _message(
    conversation: Conversation, text: str, html: tuple[str, str] | None, member: User | None
) -> Message:
    subject, body = html or ("", "")
    return Message.objects.create(
        organisation=conversation.organisation,
        subject=subject,
        body=body,
        body_format=BodyFormat.HTML,
        sms_text="" if html else literal(text),
        tracks=False,
        updated_by=member,
    )


def usual_sender(conversation: Conversation) -> Sender | None:
    """Give the sender with the number that this phone wrote to, while it is in use."""
    newest = conversation.replies.filter(of_staff=False).order_by("-at", "-pk")
    reply = newest.select_related("sender").first()
    sender = reply.sender if reply else None
    return sender if sender is not None and sender.active else None


def told_since(conversation: Conversation, automatic: str, since: datetime) -> bool:
    """Tell whether an automatic answer of this kind was made since then."""
    return conversation.outgoing.filter(automatic=automatic, created_at__gte=since).exists()
