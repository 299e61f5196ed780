"""Whatever way it came: receipts become facts, texts of phones become replies.

The same receipt or text, told twice, is the same one: its key, or its id, says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from sendout.core.delivery.outcome import Blame
from sendout.core.delivery.status import Status
from sendout.core.providers.heard import Heard, Incoming, Receipt
from sendout.deliveries.models import Delivery
from sendout.inbound import facts
from sendout.inbound.facts import Report
from sendout.senders.models import Sender

SOURCE = "sms"


@transaction.atomic
def take_in(sender: Sender, heard: Sequence[Heard]) -> None:
    """Commit what a sender's provider told, each only in the sender's own organisation."""
    now = timezone.now()
    receipts = [each for each in heard if isinstance(each, Receipt)]
    facts.take_in(_reports(sender, receipts, now))
    texts = [each for each in heard if isinstance(each, Incoming)]
    facts.take_in(r for text in texts if (r := _reply(sender, text, now)))


def _reports(sender: Sender, receipts: Iterable[Receipt], now: datetime) -> list[Report]:
    """Put receipts into the words of facts; one about an unknown outcome proves acceptance."""
    told = [each for each in receipts if each.delivery]
    rows = Delivery.objects.filter(
        organisation=sender.organisation_id, pk__in={each.delivery for each in told}
    )
    status = dict(rows.values_list("pk", "status"))
    reports = []
    for each in told:
        delivery = each.delivery or 0
        if delivery not in status:
            continue
        at_fault = None if each.blame is None else each.blame is Blame.ADDRESS
        at, words = each.at or now, (each.code, each.text)
        if status[delivery] == Status.UNKNOWN:
            reports.append(Report(delivery, "accepted", at, SOURCE, each.key))
        reports.append(Report(delivery, each.kind, at, SOURCE, each.key, *words, at_fault))
    return reports


def _reply(sender: Sender, text: Incoming, now: datetime) -> Report | None:
    """A text answers what this phone got last."""
    rows = Delivery.objects.filter(
        organisation=sender.organisation_id, channel="sms", address=text.phone
    )
    last = rows.exclude(attempt=0).order_by("-pk").values_list("pk", flat=True).first()
    at = text.at or now
    return Report(last, "reply", at, SOURCE, text.ref, text=text.text) if last else None
