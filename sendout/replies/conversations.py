"""What an organisation and a phone say to each other: its row, kept up to date."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation
from sendout.core.message.replies import Asked
from sendout.replies.models import Conversation, Reply, Review

WANTS_ANSWER = (Asked.REPLY.value, Asked.REVIEW.value)  # the rest is dealt with by itself
ANSWER = "answer"
QUOTED = 200  # characters that a list shows of the last text
UNREAD = """SELECT count(*) FROM (
    SELECT FROM replies_conversation WHERE organisation_id = %s AND unread > 0 LIMIT %s) AS found"""
COUNTED = 99  # unread conversations; who has more need not know how many


def hold(organisation: Organisation, phone: str, at: datetime) -> Conversation:
    """Give the conversation with a phone, made at need; nobody else changes it meanwhile."""
    start = {"last_at": at, "last_kind": Asked.REPLY.value}
    made, _ = Conversation.objects.get_or_create(
        organisation=organisation, phone=phone, defaults=start
    )
    return hold_again(made)


def hold_again(conversation: Conversation) -> Conversation:
    """Give the row as it stands now; nobody else changes it until the transaction ends."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=conversation.pk)


def hear(conversation: Conversation, reply: Reply) -> None:
    """Note a reply in the conversation that is held."""
    if reply.asked in WANTS_ANSWER:
        conversation.unread += 1
        conversation.done = False
    if reply.review == Review.OPEN:
        conversation.reviews += 1
    _show_last(conversation, reply.at, reply.text, reply.asked)


def say(conversation: Conversation, text: str, at: datetime) -> None:
    """Note an answer in the conversation."""
    _show_last(hold_again(conversation), at, text, ANSWER)


def bring_back(conversation: Conversation) -> None:
    """Show that something in the conversation is not settled."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(unread=F("unread") + 1, done=False)


def _show_last(conversation: Conversation, at: datetime, text: str, kind: str) -> None:
    if at >= conversation.last_at or not conversation.last_text:
        conversation.last_at = max(at, conversation.last_at)
        conversation.last_text, conversation.last_kind = text[:QUOTED], kind
    conversation.save()


def count_unread(organisation: Organisation) -> str:
    """Count the conversations with something unread, up to `COUNTED`; nothing for none."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [organisation.pk, COUNTED + 1])
        n = int(cursor.fetchone()[0])
    return f"{COUNTED}+" if n > COUNTED else str(n or "")


@transaction.atomic
def mark_read(conversation: Conversation) -> None:
    """Note that somebody looked at all that came."""
    now = hold_again(conversation)
    now.replies.filter(read_at=None).update(read_at=timezone.now())
    now.unread = 0
    now.save(update_fields=["unread"])


@transaction.atomic
def mark_done(conversation: Conversation, done: bool) -> None:
    """Put a conversation away, or take it up again; what is done is read, too."""
    if done:
        mark_read(conversation)
    Conversation.objects.filter(pk=conversation.pk).update(done=done)


def assign(conversation: Conversation, membership: Membership | None) -> None:
    """Give a conversation to a member, or to nobody; another organisation's is nobody."""
    own = membership and membership.organisation_id == conversation.organisation_id
    user = membership.user if membership and own else None
    Conversation.objects.filter(pk=conversation.pk).update(assigned=user)


def decided(conversation: Conversation, n: int) -> None:
    """Note that so many replies are no longer to be decided about."""
    Conversation.objects.filter(pk=conversation.pk).update(reviews=F("reviews") - n)
