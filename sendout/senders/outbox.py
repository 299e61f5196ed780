"""Keep what "arrived" by a provider that only rehearses, for the Outbox page."""

from __future__ import annotations

from collections.abc import Iterable

from sendout.core.providers.base import Envelope
from sendout.senders.models import OutboxCopy, Sender


def keep(sender: Sender, envelopes: Iterable[Envelope]) -> None:
    """Store a copy of each envelope; delivery 0 stands for a test message without a row.

    The files of a delivery's email are those of its message, and not stored once more for each.
    """
    OutboxCopy.objects.bulk_create(
        OutboxCopy(
            organisation_id=sender.organisation_id,
            sender=sender,
            delivery=envelope.delivery or None,
            channel=sender.channel,
            mail_from=envelope.mail_from,
            recipient=envelope.to,
            content=envelope.content if envelope.delivery else envelope.content + envelope.tail,
        )
        for envelope in envelopes
    )
