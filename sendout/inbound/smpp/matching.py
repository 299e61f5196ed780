"""Which delivery a receipt is about: by the provider's id, or by the phone.

**By id.** The ids of all parts are kept (`deliveries.refs`). Several parts make one delivery: it is
delivered when each part is, and bounced when any is. Each part that arrived is an event of the
delivery, so nothing else has to be kept; the row's lock makes two processes take turns to count.

**By phone.** After a crash or a dropped link, the id was never heard: a receipt with an id that
nobody knows, whose phone has exactly one delivery of unknown outcome by this sender, is about that
one. Where the provider gives our own number back, that must fit as well. It has to wait for a
moment first: the id may be about to be settled.

What is about nothing that we know waits some minutes, so many of one sender, and is dropped.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sendout.core.delivery.outcome import Blame
from sendout.core.delivery.status import Status
from sendout.core.providers.heard import Receipt
from sendout.core.providers.smpp_hearing import HeardReceipt
from sendout.deliveries import refs
from sendout.deliveries.hold import held_now
from sendout.deliveries.models import OPEN, Delivery, Event
from sendout.deliveries.record import Happening, record
from sendout.deliveries.refs import Named
from sendout.inbound.models import SmppReceipt
from sendout.inbound.sms.take import take_in
from sendout.senders.models import Sender

SLICE = 500
AGAIN = timedelta(seconds=2)  # until what we do not know is looked up again
SETTLED = timedelta(seconds=5)  # after which an answer that was heard is in the database
GIVE_UP = timedelta(minutes=10)  # after which a receipt is dropped
MOST = 5_000  # receipts of one sender that may wait in vain
RECENT = timedelta(days=7)  # an unknown outcome is looked for among those of a week
PART = "part_delivered"
FINAL = ("delivered", "bounced")

logger = logging.getLogger(__name__)


def match(sender: Sender, heard: Sequence[HeardReceipt], now: datetime) -> list[Receipt]:
    """Give the receipts whose deliveries are known, by their ids alone; keep the others.

    Runs in the caller's transaction.
    """
    known = refs.find(sender.pk, [each.receipt.ref for each in heard])
    rest = [each for each in heard if each.receipt.ref not in known]
    _keep(sender, rest)
    found = [(each.receipt, known[each.receipt.ref]) for each in heard if each not in rest]
    return _told(found, now)


def take_in_due() -> int:
    """Look again at what waited, a slice at a time, and give how many receipts that were."""
    done = 0
    while taken := _one_slice(timezone.now()):
        done += taken
    return done


@transaction.atomic
def _one_slice(now: datetime) -> int:
    """Whoever locks a row owns it; a second worker passes over it and takes the next ones."""
    due = SmppReceipt.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    rows = list(due.select_for_update(skip_locked=True)[:SLICE])
    senders = Sender.objects.select_related("organisation").in_bulk({r.sender_id for r in rows})
    for pk, sender in sorted(senders.items()):
        _look_again(sender, [row for row in rows if row.sender_id == pk], now)
    return len(rows)


def _look_again(sender: Sender, rows: Sequence[SmppReceipt], now: datetime) -> None:
    known = refs.find(sender.pk, [row.ref for row in rows])
    old = [row for row in rows if row.ref not in known and row.received_at <= now - SETTLED]
    guessed = by_phone(sender, [row for row in old if row.kind in FINAL], now)
    found = {row.pk: hit for row in rows if (hit := known.get(row.ref) or guessed.get(row.pk))}
    pairs = [(_receipt(row), found[row.pk]) for row in rows if row.pk in found]
    take_in(sender, _told(pairs, now))
    late = [r.pk for r in rows if r.pk not in found and r.received_at < now - GIVE_UP]
    SmppReceipt.objects.filter(pk__in=[*found, *late]).delete()
    waiting = [row.pk for row in rows if row.pk not in found and row.pk not in late]
    SmppReceipt.objects.filter(pk__in=waiting).update(due_at=now + AGAIN)
    _say_dropped(sender, len(late))


def by_phone(sender: Sender, rows: Sequence[SmppReceipt], now: datetime) -> dict[int, Named]:
    """Find deliveries of unknown outcome by the phone; by id of the receipt that waits."""
    phones = {row.phone for row in rows}
    if not phones:
        return {}
    ours = Delivery.objects.filter(
        organisation=sender.organisation_id,
        sender=sender.pk,
        channel="sms",
        sendout__started_at__gt=now - RECENT,
        address__in=phones,
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


def _told(found: Sequence[tuple[Receipt, Named]], now: datetime) -> list[Receipt]:
    """Name the delivery in each receipt; of several parts, the last that arrived tells it."""
    alone = [
        replace(receipt, delivery=known.delivery, ref="")
        for receipt, known in found
        if known.parts == 1 or receipt.kind != "delivered"
    ]
    parts = [(r, known) for r, known in found if known.parts > 1 and r.kind == "delivered"]
    record(Happening(k.delivery, PART, now, source="sms", key=r.ref) for r, k in parts)
    wanted = {known.delivery: known.parts for _, known in parts}
    arrived: dict[int, int] = defaultdict(int)
    events = Event.objects.filter(delivery__in=wanted, kind=PART, source="sms")
    for delivery in events.values_list("delivery", flat=True):
        arrived[delivery] += 1
    whole = [delivery for delivery, count in arrived.items() if count >= wanted[delivery]]
    return alone + [Receipt("delivered", "all", delivery=each) for each in sorted(whole)]


def _keep(sender: Sender, heard: Sequence[HeardReceipt]) -> None:
    """Let receipts wait whose delivery is not known, unless too many do already."""
    if not heard:
        return
    room = max(0, MOST - SmppReceipt.objects.filter(sender=sender).count())
    SmppReceipt.objects.bulk_create(
        [_row(sender, each) for each in heard[:room]], ignore_conflicts=True
    )
    _say_dropped(sender, len(heard) - room)


def _say_dropped(sender: Sender, count: int) -> None:
    if count > 0:
        facts = {"sender": sender.pk, "receipts": count}
        logger.warning("receipts about texts that we do not know were dropped", extra=facts)


def _row(sender: Sender, heard: HeardReceipt) -> SmppReceipt:
    receipt = heard.receipt
    return SmppReceipt(
        sender=sender,
        ref=clean(receipt.ref, 100),
        phone=clean(heard.phone, 40),
        reference=heard.reference,
        kind=receipt.kind,
        key=clean(receipt.key, 120),
        code=receipt.code,
        text=clean(receipt.text, 1_000),
        blame=receipt.blame or "",
    )


def _receipt(row: SmppReceipt) -> Receipt:
    blame = Blame(row.blame) if row.blame else None
    words = {"code": row.code, "text": row.text, "blame": blame, "at": row.received_at}
    return Receipt(row.kind, row.key, row.ref, **words)  # type: ignore[arg-type]


def clean(text: str, most: int) -> str:
    """Make it something that PostgreSQL can keep."""
    return text.replace("\0", "")[:most]
