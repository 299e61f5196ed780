"""What follows from a reply: the list, an automatic answer, a forward, an answer handed on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sendout.core.message.replies import Asked
from sendout.core.providers import registry
from sendout.core.providers.setting import BadConfig
from sendout.replies.answering import stopped_words
from sendout.replies.forwarding import forward
from sendout.replies.keeping import leave_to_staff, whole_conversation
from sendout.replies.models import Reply
from sendout.replies.relaying import hand_on
from sendout.replies.review import close_reviews, is_overtaken, stops_of
from sendout.replies.sending import Target, When, send_to_one, told_since
from sendout.replies.wording import HELP, START, STOP, automatic_text
from sendout.senders.models import Channel
from sendout.senders.sharing import has_number
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Kind
from sendout.suppression import stop as stopping
from sendout.suppression.entries import stops
from sendout.suppression.models import Reason

logger = logging.getLogger(__name__)

ONCE_IN = timedelta(hours=1)  # an automatic answer of a kind to a phone: no loop with its own one
FRESH = timedelta(hours=1)  # what was said longer ago gets no automatic answer any more


def act(reply: Reply, now: datetime) -> None:
    """Do what a reply that was kept just now asks for; its conversation is held."""
    if reply.of_staff:
        hand_on(reply, now)
    else:
        ACTS[Asked(reply.asked)](reply, now)


def _stop(reply: Reply, now: datetime) -> None:
    if is_overtaken(reply):
        return
    newly = stopping.stop(reply.organisation, reply.phone, reply.text, delivery=reply.delivery_id)
    close_reviews(reply.conversation)
    if newly and not is_confirmed(reply):
        answer_by_itself(reply, STOP, now)


def _start(reply: Reply, now: datetime) -> None:
    if is_overtaken(reply):
        return
    known = stops_of(reply.organisation, reply.phone)
    lifted = stopping.start(reply.organisation, reply.phone, reply.text, known)
    if why := stopped_words(reply.conversation):
        leave_to_staff(reply, f"START lifts what STOP made, and nothing else. {why}")
    elif lifted and not is_confirmed(reply):
        answer_by_itself(reply, START, now)


def _help(reply: Reply, now: datetime) -> None:
    answer_by_itself(reply, HELP, now)


ACTS: dict[Asked, Callable[[Reply, datetime], None]] = {
    Asked.STOP: _stop,
    Asked.START: _start,
    Asked.HELP: _help,
    Asked.REVIEW: forward,
    Asked.REPLY: forward,
}


def is_confirmed(reply: Reply) -> bool:
    """Tell whether the provider confirms this STOP or START itself, so that we need not."""
    sender = reply.sender
    if sender is None:
        return False
    if sender.confirms_stop is not None:
        return sender.confirms_stop
    try:
        return reply.text.strip().upper() in registry.confirms(sender.channel, sender.kind)
    except BadConfig:
        return False


def answer_by_itself(reply: Reply, kind: str, now: datetime) -> None:
    """Send an automatic answer, at most one of a kind to a phone in an hour.

    Nothing to the organisation's own numbers; nothing where more than the phone's own STOP stands
    against it.
    """
    conversation = whole_conversation(reply)
    if reply.at < now - FRESH or told_since(conversation, kind, now - ONCE_IN):
        return
    if has_number(reply.organisation, reply.phone):
        return
    against = stops(reply.organisation, Channel.SMS, reply.phone, "operational")
    if against not in (None, Reason.UNSUBSCRIBED):
        return
    try:
        send_to_one(
            conversation,
            Kind.NOTICE,
            Target(Channel.SMS, reply.phone),
            automatic_text(kind, conversation),
            reply=reply,
            sender=reply.sender,
            automatic=kind,
            when=When(not_after=now + ONCE_IN),
        )
    except NotPossible as refusal:
        logger.warning("no automatic answer to reply %s: %s", reply.pk, refusal)
