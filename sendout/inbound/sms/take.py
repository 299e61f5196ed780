"""Whatever way it came: receipts are committed and become facts soon, texts become replies.

The same receipt or text, told twice, is the same one: its key, or its id, says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from sendout.core.addresses import BadAddress, read_phone
from sendout.core.bounces import codes
from sendout.core.delivery.outcome import Blame
from sendout.core.providers.heard import Heard, Incoming, Receipt
from sendout.core.providers.sms_meanings import NO_NUMBER
from sendout.inbound.waiting import LONGEST_TEXT, Told, clean, keep
from sendout.replies import taking
from sendout.senders.models import Sender

OLDEST = timedelta(days=60)  # of a receipt; what is older or still to come happened now
LONGEST_NUMBER = 40  # characters


def take_in(sender: Sender, heard: Sequence[Heard]) -> None:
    """Commit what a sender's provider told; `inbound.waiting` finds the deliveries."""
    now = timezone.now()
    receipts = [each for each in heard if isinstance(each, Receipt)]
    country = sender.organisation.country
    keep(sender.pk, [_told(each, now, country) for each in receipts if each.delivery or each.ref])
    texts = [
        replace(each, phone=read_number(each.phone, country))
        for each in heard
        if isinstance(each, Incoming)
    ]
    if texts:
        taking.take_in(sender, texts)


def read_number(told: str, country: str) -> str:
    """Write a number in E.164 as providers write numbers: with 00, or without any plus.

    What is no number, such as a name or a short code, stays as it is.
    """
    told = told.strip()
    digits = told.removeprefix("+")
    if not digits.isdigit():
        return told[:LONGEST_NUMBER]
    for spelling in (told, f"+{digits.removeprefix('00')}", digits):
        with suppress(BadAddress):
            phone = read_phone(spelling[:LONGEST_NUMBER], country)
            if phone:
                return phone.normal
    return told[:LONGEST_NUMBER]


def _told(receipt: Receipt, now: datetime, country: str) -> Told:
    at = receipt.at
    return Told(
        receipt.delivery,
        clean(receipt.ref, 200),
        clean(receipt.kind, 20),
        at if at and now - OLDEST < at <= now else now,
        clean(receipt.key, 120),
        _code(receipt),
        clean(receipt.text, LONGEST_TEXT),
        receipt.blame not in (None, Blame.ADDRESS),
        phone=clean(read_number(receipt.phone, country), LONGEST_NUMBER),
        reference=receipt.reference,
    )


def _code(receipt: Receipt) -> str:
    """Give a code that blames the address where the provider does, whatever its own one says."""
    if receipt.blame is Blame.ADDRESS and codes.blame(receipt.code, "") is not Blame.ADDRESS:
        return NO_NUMBER.code
    return clean(receipt.code, 24)
