"""A text that came becomes a row, once however often it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sendout.core.message.replies import Asked, read
from sendout.core.providers.heard import Incoming
from sendout.replies import conversations
from sendout.replies.attribution import Meant, find_meant
from sendout.replies.models import Conversation, Outgoing, Reply, Review
from sendout.replies.numbers import LONGEST, readings
from sendout.replies.staff import is_staff_phone
from sendout.senders.models import Sender
from sendout.senders.sharing import sharing
from sendout.sendouts.models import Kind

LONGEST_REF = 200
OF_STAFF = timedelta(days=7)  # after a forward, in which a text from there answers it


def keep(received_by: Sender, heard: Incoming, now: datetime) -> Reply | None:
    """Keep a text with all that is known about it; None when it was kept before.

    Holds its conversation until the transaction ends.
    """
    heard = _storable(heard)
    ref = heard.ref[:LONGEST_REF]
    if ref and Reply.objects.filter(received_by=received_by.pk, ref=ref).exists():
        return None
    at = min(heard.at or now, now)
    phones = readings(heard.phone, received_by.organisation.country)
    meant = find_meant(received_by, sharing(received_by, heard.to), phones, at)
    reply = _reply(heard, meant, at)
    reply.received_by, reply.ref = received_by.pk, ref
    forward = _forward_answered(meant, reply)
    phone = forward.conversation.phone if forward else meant.phone
    conversation = conversations.hold(meant.sender.organisation, phone, at)
    reply.conversation = conversation
    if forward is not None:
        reply.of_staff, reply.review = True, Review.NONE
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:  # somebody told the same at the same moment
        return None
    if not reply.of_staff:
        conversations.hear(conversation, reply)
    return reply


def _storable(heard: Incoming) -> Incoming:
    """Leave out what PostgreSQL cannot keep: NUL, and halves of characters outside the BMP."""
    texts = {name: getattr(heard, name) for name in ("phone", "to", "text", "ref")}
    kept = {n: t.encode("utf-8", "replace").decode().replace("\0", "") for n, t in texts.items()}
    return replace(heard, **kept)


def _reply(heard: Incoming, meant: Meant, at: datetime) -> Reply:
    asked = read(heard.text)
    return Reply(
        organisation=meant.sender.organisation,
        sender=meant.sender,
        phone=meant.phone,
        to=heard.to[:LONGEST],
        text=heard.text,
        at=at,
        delivery_id=meant.delivery,
        asked=asked.value,
        review=Review.OPEN if asked is Asked.REVIEW else Review.NONE,
    )


def _forward_answered(meant: Meant, reply: Reply) -> Outgoing | None:
    """Give the forward that this text answers, when the staff wrote it.

    STOP, START and HELP are the phone's own business: they are for no family. Who is taken out of
    the rules speaks for nobody any more.
    """
    if meant.kind != Kind.FORWARD or reply.asked not in conversations.WANTS_ANSWER:
        return None
    if not is_staff_phone(reply.organisation, reply.phone):
        return None
    recent = Outgoing.objects.filter(delivery=meant.delivery, created_at__gt=reply.at - OF_STAFF)
    return recent.select_related("conversation").first()


def event_key(reply: Reply) -> str:
    """Give the key of the events that a reply makes in its message's story."""
    return f"reply-{reply.pk}"


def leave_to_staff(reply: Reply, trouble: str) -> None:
    """Note what could not be done about a reply, and have somebody look at its conversation."""
    reply.trouble = trouble
    reply.save(update_fields=["trouble"])
    conversations.bring_back(reply.conversation)


def whole_conversation(reply: Reply) -> Conversation:
    """Give the reply's conversation as it stands now, held until the transaction ends."""
    return conversations.hold_again(reply.conversation)
