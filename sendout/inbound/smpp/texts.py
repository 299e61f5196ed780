"""Texts of phones, put together from their parts, which come in any order and perhaps twice.

Each part is committed before it is acknowledged, so a text survives whatever dies between two of
its parts. A text has no id in SMPP: what comes again within ten minutes, octet for octet from the
same phone, is the same one told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from django.db import connection, transaction
from django.utils import timezone

from sendout.core.providers.heard import Incoming
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smpp import SmppProvider
from sendout.core.providers.smpp_alphabet import decode
from sendout.core.providers.smpp_hearing import HeardText
from sendout.inbound.models import SmppPart
from sendout.inbound.sms.take import take_in
from sendout.inbound.waiting import clean
from sendout.senders.models import Sender
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import provider_of

SAME = timedelta(minutes=10)  # within which the same octets are the same text
LONGEST = timedelta(minutes=5)  # that a part waits for the others; then it goes on without them
MISSING = " […] "
LONGEST_TEXT = 10_000  # characters
ONE_AT_A_TIME = 0x1A90A  # class of the advisory lock; its object is the sender


def whole(
    sender: Sender, heard: Sequence[HeardText], alphabet: str, now: datetime
) -> list[Incoming]:
    """Keep the parts that are new, and give the texts that are whole now.

    alphabet: what the provider means by data_coding 0. Runs in the caller's transaction.
    """
    if any(text.place for text in heard):
        _take_turns(sender)
    found = []
    for text in heard:
        row = _kept(sender, text, now)
        if row is None:
            continue
        parts = [row] if row.taken else _together(row)
        if len({part.number for part in parts}) == row.total:
            found.append(_incoming(parts, alphabet))
    return found


def take_in_late() -> int:
    """Take in texts whose other parts did not come in time, and forget what is over."""
    now, done = timezone.now(), 0
    for sender in Sender.objects.filter(smpppart__taken=False).distinct():
        done += _take_in_late(sender, now)
    SmppPart.objects.filter(taken=True, received_at__lt=now - SAME).delete()
    return done


@transaction.atomic
def _take_in_late(sender: Sender, now: datetime) -> int:
    _take_turns(sender)
    late = SmppPart.objects.filter(sender=sender, taken=False, received_at__lt=now - LONGEST)
    found = []
    for row in late.select_for_update(skip_locked=True).order_by("received_at", "pk"):
        parts = _together(row)
        if row.pk in {part.pk for part in parts}:  # else it went on with an earlier one
            found.append(_incoming(parts, alphabet_of(sender)))
    take_in(sender, found)
    return len(found)


def alphabet_of(sender: Sender) -> str:
    """Give what a sender's provider means by data_coding 0."""
    try:
        provider = provider_of(sender)
    except (BadConfig, CannotUnseal):
        return "gsm"
    return provider.config.alphabet if isinstance(provider, SmppProvider) else "gsm"


def _take_turns(sender: Sender) -> None:
    """Let no other process look for parts meanwhile: each would miss what the other has in hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, sender.pk])


def _kept(sender: Sender, text: HeardText, now: datetime) -> SmppPart | None:
    """Keep a part; None when it was told before."""
    digest = _digest(text)
    same = SmppPart.objects.filter(sender=sender, digest=digest, received_at__gt=now - SAME)
    if same.exists():
        return None
    place = text.place
    return SmppPart.objects.create(
        sender=sender,
        digest=digest,
        phone=clean(text.phone, 40),
        to=clean(text.to, 40),
        reference=place.reference if place else 0,
        total=place.total if place else 1,
        number=place.number if place else 1,
        data_coding=text.data_coding,
        content=text.content,
        received_at=now,
        taken=place is None,
    )


def _digest(text: HeardText) -> str:
    told = repr((text.phone, text.to, text.data_coding, text.place)).encode() + text.content
    return blake2b(told, digest_size=16).hexdigest()


def _together(row: SmppPart) -> list[SmppPart]:
    """Give the parts that belong together and did not go on yet, in their order."""
    same = SmppPart.objects.filter(
        sender=row.sender_id,
        phone=row.phone,
        to=row.to,
        reference=row.reference,
        total=row.total,
        taken=False,
    )
    return list(same.select_for_update().order_by("number", "pk"))


def _incoming(parts: Sequence[SmppPart], alphabet: str) -> Incoming:
    """Make one text of its parts; octets are joined first, since phones cut within characters.

    Of two with one number the newer belongs to it: the phone used a reference again. The older one
    goes on later, alone.
    """
    by_number = {part.number: part for part in parts}
    first = min(by_number.values(), key=lambda part: part.pk)
    in_order = map(by_number.get, range(1, first.total + 1))
    runs = groupby(in_order, lambda part: None if part is None else part.data_coding)
    said = "".join(
        MISSING if coding is None else decode(coding, _octets(run), alphabet)
        for coding, run in runs
    )
    SmppPart.objects.filter(pk__in=[part.pk for part in by_number.values()]).update(taken=True)
    text = clean(said, LONGEST_TEXT)
    return Incoming(first.phone, first.to, text, f"smpp-{first.pk}", first.received_at)


def _octets(parts: Iterable[SmppPart | None]) -> bytes:
    return b"".join(bytes(part.content) for part in parts if part is not None)
