"""Replies that may mean STOP and do not say it: a person decides, with one click."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.bounces import codes
from sendout.core.message.replies import Asked
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.replies import conversations
from sendout.replies.keeping import event_key
from sendout.replies.models import Conversation, Reply, Review
from sendout.senders.models import Channel
from sendout.suppression import stop as stopping
from sendout.suppression.stop import Stops


@transaction.atomic
def put_on_list(reply: Reply, member: User) -> bool:
    """Take the reply for a STOP: its words are the evidence. False when it was decided before."""
    if not _decide(reply, Review.LISTED, member):
        return False
    if reply.delivery_id is not None:
        now, key = timezone.now(), event_key(reply)
        record([Happening(reply.delivery_id, "unsubscribed", now, "staff", key, reply.text)])
    stopping.stop(
        reply.organisation, reply.phone, reply.text, delivery=reply.delivery_id, member=member
    )
    return True


@transaction.atomic
def dismiss(reply: Reply, member: User) -> bool:
    """Note that it was not meant so. False when it was decided before."""
    return _decide(reply, Review.DISMISSED, member)


def _decide(reply: Reply, decision: Review, member: User) -> bool:
    """Change the row and look who won; the conversation is held first, as by a text that comes."""
    conversations.hold_again(reply.conversation)
    rows = Reply.objects.filter(pk=reply.pk, review=Review.OPEN)
    if not rows.update(review=decision, decided_by=member, decided_at=timezone.now()):
        return False
    conversations.decided(reply.conversation, 1)
    reply.review = decision
    return True


def close_reviews(conversation: Conversation) -> None:
    """Note that a STOP came, so that nothing is left to decide."""
    open_ = Reply.objects.filter(conversation=conversation, review=Review.OPEN)
    n = open_.update(review=Review.LISTED, decided_at=timezone.now())
    if n:
        conversations.decided(conversation, n)


def is_overtaken(reply: Reply) -> bool:
    """Tell whether the phone said STOP or START since: texts may come late and out of order."""
    said = Reply.objects.filter(organisation=reply.organisation, phone=reply.phone)
    return said.filter(asked__in=(Asked.STOP.value, Asked.START.value), at__gt=reply.at).exists()


def stops_of(organisation: Organisation, phone: str) -> Stops:
    """Give what is known of the STOPs of this phone, said to us or to the provider."""
    said = Reply.objects.filter(organisation=organisation, phone=phone, asked=Asked.STOP.value)
    sent = Delivery.objects.filter(organisation=organisation, channel=Channel.SMS, address=phone)
    refused = sent.filter(error_code=codes.STOPPED).values_list("pk", flat=True)
    return Stops(set(said.values_list("text", flat=True)), set(refused))
