"""Which text a receipt is about that does not bring our own reference back whole.

**By id**, as `deliveries.refs` keeps them: each part of a long text has its own.

**By phone.** After a crash or a dropped link, the id was never heard: a receipt with an id that
nobody knows, whose phone has exactly one delivery of unknown outcome by this sender, is about that
one. Where a piece of our own reference comes back, that must fit as well. It has to wait for a
moment first: the id may be about to be settled. The id is known from then on, so that the same
receipt, told again, is never taken for one about another text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sendout.core.delivery.status import Status
from sendout.deliveries import refs
from sendout.deliveries.hold import held_now
from sendout.deliveries.models import OPEN, Delivery
from sendout.deliveries.refs import Named
from sendout.inbound.models import HookEvent
from sendout.senders.models import Sender

SETTLED = timedelta(seconds=5)  # after which an answer that was heard is in the database
RECENT = timedelta(days=7)  # an unknown outcome is looked for among those of a week
FINAL = ("delivered", "bounced")


def find_texts(sender: Sender, rows: Sequence[HookEvent], now: datetime) -> dict[int, Named]:
    """Find the texts that receipts of this sender are about; by id of the event."""
    if not rows:
        return {}
    known = refs.find(sender.pk, [row.ref for row in rows])
    found = {row.pk: known[row.ref] for row in rows if row.ref in known}
    old = [row for row in rows if row.pk not in found and row.received_at <= now - SETTLED]
    guessed = _by_phone(sender, [row for row in old if row.phone and row.kind in FINAL], now)
    refs.learn(sender.pk, {row.ref: guessed[row.pk] for row in old if row.pk in guessed}, now)
    return found | guessed


def _by_phone(sender: Sender, rows: Sequence[HookEvent], now: datetime) -> dict[int, Named]:
    """Find deliveries of unknown outcome by the phone; by id of the event."""
    if not rows:
        return {}
    ours = Delivery.objects.filter(
        organisation=sender.organisation_id,
        sender=sender.pk,
        channel="sms",
        sendout__started_at__gt=now - RECENT,
        address__in={row.phone for row in rows},
    )
    unknown: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in ours.filter(unsure__gt=0, status=Status.UNKNOWN):
        unknown[delivery.address].append(delivery)
    busy = _in_hand(ours.filter(status__in=OPEN, address__in=set(unknown)))
    found = {}
    for row in rows:
        fitting = [d for d in unknown[row.phone] if _fits(d.pk, row.reference)]
        if len(fitting) == 1 and row.phone not in busy:
            found[row.pk] = Named(fitting[0].pk, max(fitting[0].segments, 1))
    return found


def _fits(delivery: int, reference: int | None) -> bool:
    return reference is None or delivery & 0xFFFF == reference


def _in_hand(rows: Iterable[Delivery]) -> set[str]:
    """Give the phones to which a text is on its way at this moment: its id is about to be known."""
    held: dict[int, set[int]] = {}
    busy = set()
    for row in rows:
        if row.sendout_id not in held:
            held[row.sendout_id] = held_now(row.sendout_id, row.channel)
        if row.pk in held[row.sendout_id]:
            busy.add(row.address)
    return busy
