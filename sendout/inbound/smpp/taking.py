"""One group of what was told: all of it is committed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sendout.core.providers.heard import Receipt
from sendout.core.providers.smpp import SmppProvider
from sendout.core.providers.smpp_hearing import HeardText, read
from sendout.core.providers.smpp_pdu import Message
from sendout.inbound.smpp.texts import whole
from sendout.inbound.sms.take import take_in
from sendout.senders.models import Sender
from sendout.senders.ways import provider_of


@transaction.atomic
def take(sender: int, told: Sequence[Message]) -> None:
    """Take in what a sender's provider told; afterwards it may be acknowledged.

    What a sender that is gone meanwhile was told is nobody's any more. Raises BadConfig or
    CannotUnseal when its settings have become unreadable.
    """
    row = Sender.objects.select_related("organisation").filter(pk=sender).first()
    if row is None or not isinstance(provider := provider_of(row), SmppProvider):
        return
    heard = [read(message, provider.config) for message in told]
    receipts = [each for each in heard if isinstance(each, Receipt)]
    parts = [each for each in heard if isinstance(each, HeardText)]
    take_in(row, [*receipts, *whole(row, parts, provider.config.alphabet, timezone.now())])
