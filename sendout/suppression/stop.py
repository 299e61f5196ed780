"""STOP and START by SMS: the one makes an entry, the other lifts just what the first one made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from sendout.accounts.models import Organisation, User
from sendout.suppression.choices import BEFORE, Place, restore
from sendout.suppression.entries import find, lift, suppress
from sendout.suppression.models import Reason, Suppression

CAME_BACK = "Came back by SMS: "
CHANNEL = "sms"


def stop(
    organisation: Organisation,
    phone: str,
    words: str,
    *,
    delivery: int | None = None,
    member: User | None = None,
) -> bool:
    """Put a phone on the list by the words that came from it; False where their word was there.

    member: who read them so, where they are not exactly a keyword.
    """
    was_there = any(_is_own(entry) for entry in find(organisation, CHANNEL, phone))
    suppress(
        organisation,
        CHANNEL,
        phone,
        Reason.UNSUBSCRIBED,
        evidence=words,
        delivery=delivery,
        member=member,
    )
    return not was_there


@dataclass(frozen=True, slots=True)
class Stops:
    """What tells an entry that STOP made.

    said: the texts from the phone that were STOP. refused: the deliveries that the provider let not
    through since the phone had said STOP there.
    """

    said: Collection[str]
    refused: Collection[int] = ()

    def made(self, entry: Suppression) -> bool:
        """Tell whether a STOP, and nobody of the staff, made this entry."""
        if not _is_own(entry) or entry.created_by_id:
            return False
        return entry.evidence.partition(BEFORE)[0] in self.said or entry.delivery in self.refused


def start(organisation: Organisation, phone: str, words: str, stops: Stops) -> bool:
    """Lift what this phone's own STOP made, and put back what stood before; True if it did.

    Entries of the staff (near misses that they put
    there, too), of the recipient's page, of imports, bad numbers and complaints stay.
    """
    with transaction.atomic():
        entries = Suppression.objects.select_for_update().filter(
            organisation=organisation, channel=CHANNEL, address=phone
        )
        own = [entry for entry in entries if stops.made(entry)]
        for entry in own:
            lift(entry, f"{CAME_BACK}{words}")
            restore(Place(organisation, CHANNEL, phone), entry)
    return bool(own)


def _is_own(entry: Suppression) -> bool:
    return entry.reason == Reason.UNSUBSCRIBED and not entry.category
