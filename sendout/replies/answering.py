"""An answer to the phone of a conversation."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sendout.accounts.models import User
from sendout.replies import conversations
from sendout.replies.models import Conversation, Outgoing, Reply
from sendout.replies.sending import Target, send_to_one, usual_sender
from sendout.replies.wording import LONGEST, people_of
from sendout.senders.models import Channel
from sendout.sendouts.models import Kind
from sendout.suppression.entries import find, stops

CATEGORY = "operational"


class Refused(Exception):
    """This answer cannot be sent; the text is one sentence for the staff."""


@transaction.atomic
def answer(
    conversation: Conversation, text: str, *, member: User | None = None, reply: Reply | None = None
) -> Outgoing:
    """Send an answer through the number that the phone wrote to.

    member: who wrote it on the page. reply: the text from the staff's phone, where it came so.
    Raises Refused when there is nothing to say or too much, or the phone is on the list;
    NotPossible where no sender works.
    """
    words = text.replace("\r\n", "\n").strip()  # of forms; a text would be charged for it
    if not words:
        raise Refused("Write something first: the answer is empty.")
    if len(words) > LONGEST:
        raise Refused(f"The answer has {len(words):,} characters; shorten it to {LONGEST:,}.")
    if why := stopped_words(conversation):
        raise Refused(why)
    people = people_of(conversation)
    outgoing = send_to_one(
        conversation,
        Kind.ANSWER,
        Target(Channel.SMS, conversation.phone, people[0] if people else None),
        words,
        reply=reply,
        sender=usual_sender(conversation),
        member=member,
    )
    conversations.say(conversation, words, timezone.now())
    return outgoing


def stopped_words(conversation: Conversation) -> str:
    """Say why nothing may be sent to the phone now; nothing when it may."""
    organisation, phone = conversation.organisation, conversation.phone
    if not stops(organisation, Channel.SMS, phone, CATEGORY):
        return ""
    entries = find(organisation, Channel.SMS, phone)
    entry = next(entry for entry in entries if entry.category in ("", CATEGORY))
    said = entry.evidence.partition("\n")[0]
    words = f" (“{said[:80]}”)" if said else ""
    return f"{phone} is on the Unsubscribes list: {entry.get_reason_display().lower()}{words}."
