"""Texts that came from phones: kept, told to their deliveries, acted upon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from sendout.core.message.replies import Asked
from sendout.core.providers.heard import Incoming
from sendout.deliveries.record import Happening, record
from sendout.replies.acting import act
from sendout.replies.charging import charge
from sendout.replies.keeping import event_key, keep
from sendout.replies.models import Reply
from sendout.senders.models import Sender


def take_in(sender: Sender, texts: Sequence[Incoming]) -> None:
    """Take in what came through this sender; all of it or nothing.

    Told twice, a text is taken in once, by (sender, ref). The caller commits before it answers to
    the provider. Phones are taken in the same order by all, so that no two wait in a circle.
    """
    now = timezone.now()
    with transaction.atomic():
        in_order = sorted(texts, key=lambda heard: heard.phone)
        kept = [reply for heard in in_order if (reply := keep(sender, heard, now))]
        record(told for reply in kept for told in _happenings(reply))
        charge(kept, now)
        for reply in kept:
            act(reply, now)


def _happenings(reply: Reply) -> Iterator[Happening]:
    """Say in facts what a reply means for the message that it answers."""
    if reply.delivery_id is None or reply.of_staff:
        return
    for kind in ("replied", "unsubscribed") if reply.asked == Asked.STOP.value else ("replied",):
        yield Happening(
            reply.delivery_id,
            kind,
            reply.at,
            source="recipient",
            key=event_key(reply),
            text=reply.text,
        )
