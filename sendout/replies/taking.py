"""A text from a phone becomes a reply to the last message that this sender sent there."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sendout.core.message.replies import Asked, read
from sendout.core.providers.heard import Incoming
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.senders.models import Channel, Sender
from sendout.suppression.entries import suppress
from sendout.suppression.models import Reason

LONGEST_TEXT = 4_000  # characters


@transaction.atomic
def take_in(sender: Sender, texts: Sequence[Incoming]) -> None:
    """Record what came from phones, each text once however often it is told; STOP unsubscribes."""
    for text in texts:
        row = _answered(sender, text.phone)
        if row is None:
            continue
        stops = read(text.text) is Asked.STOP
        kinds = ["replied", "unsubscribed"] if stops else ["replied"]
        record(_happening(row, kind, text) for kind in kinds)
        if stops:
            suppress(
                sender.organisation,
                Channel.SMS,
                row.address,
                Reason.UNSUBSCRIBED,
                evidence=text.text[:100],
                delivery=row.pk,
            )


def _happening(row: Delivery, kind: str, text: Incoming) -> Happening:
    said = text.text.replace("\0", "")[:LONGEST_TEXT]
    at = text.at or timezone.now()
    return Happening(row.pk, kind, at, source="sms", key=text.ref[:120], text=said)


def _answered(sender: Sender, phone: str) -> Delivery | None:
    """Give the last message that this sender sent to a phone."""
    rows = Delivery.objects.filter(
        organisation=sender.organisation_id,
        participant__phone=phone,
        channel=Channel.SMS,
        sender=sender.pk,
    )
    return rows.order_by("-pk").first()
