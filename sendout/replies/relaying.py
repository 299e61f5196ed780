"""What the staff texts in answer to a forward goes on to the family, through the number."""

from __future__ import annotations

from datetime import datetime, timedelta

from sendout.replies.answering import Refused, answer
from sendout.replies.keeping import leave_to_staff, whole_conversation
from sendout.replies.models import Reply
from sendout.sendouts.lifecycle import NotPossible

MOST_AN_HOUR = 20  # texts handed on in a conversation; a phone that answers by itself sends more


def hand_on(reply: Reply, now: datetime) -> None:
    """Send the words on; the phone that they came from stays unknown to who gets them."""
    conversation = whole_conversation(reply)
    lately = conversation.replies.filter(of_staff=True, at__gt=now - timedelta(hours=1))
    try:
        if lately.count() > MOST_AN_HOUR:
            raise Refused("Too many texts came from the staff's phone in an hour.")
        answer(conversation, reply.text, reply=reply)
    except (Refused, NotPossible) as refusal:
        leave_to_staff(reply, f"Not handed on. {refusal}")
