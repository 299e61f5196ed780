"""A right address in the place of a wrong one: with the people who have it, and on the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from sendout.accounts.models import Organisation, User
from sendout.core.addresses import Email, Phone
from sendout.deliveries.models import OPEN, Delivery
from sendout.people.addresses import address_of, change_address, who_has, without_address
from sendout.people.models import Participant
from sendout.suppression.entries import find, lift
from sendout.suppression.models import BAD_ADDRESS, Suppression


@dataclass(frozen=True, slots=True)
class Wrong:
    """An address that does not work, or none: both are empty then.

    normal: as the list compares it, empty if it is not valid.
    """

    organisation: Organisation
    channel: str
    typed: str
    normal: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction did. changed: who has the new address now; left: who kept the old one.

    lifted: whether the old address was taken off the list.
    """

    changed: list[Participant]
    left: list[Participant]
    lifted: bool


@transaction.atomic
def correct(
    wrong: Wrong, people: Collection[int], right: Email | Phone, member: User | None, why: str = ""
) -> Corrected:
    """Give these participants the right address, and take the wrong one off the list.

    people: ids; whoever has the wrong address no more is left alone. The entry is lifted when
    nobody has that address any more, and only if it says that the address is bad: what its reader
    asked for stays. why: words to keep beside the old and the new address.
    """
    having = list(_having(wrong, people).select_for_update())
    changed = [person for person in having if person.pk in people]
    for person in changed:
        change_address(person, wrong.channel, right)
    _redirect(wrong, changed, right)
    left = [person for person in having if person.pk not in people]
    said = ": ".join(filter(None, [f"Corrected to {right.normal}", why.strip()]))
    lifted = bool(changed) and not left and _lift(wrong, said, member)
    return Corrected(changed, left, lifted)


def _having(wrong: Wrong, people: Collection[int]) -> QuerySet[Participant]:
    if wrong.normal or wrong.typed:
        return who_has(wrong.organisation, wrong.channel, wrong.normal, wrong.typed)
    return without_address(wrong.organisation, wrong.channel).filter(pk__in=people)


def wrong_address(person: Participant, channel: str) -> Wrong:
    """Give a participant's address of this channel, whose it is and all."""
    return Wrong(person.organisation, channel, *address_of(person, channel))


def _redirect(wrong: Wrong, changed: list[Participant], right: Email | Phone) -> None:
    """Send what still waits for these people to the right address, too."""
    to = right.typed if wrong.channel == "email" else right.normal
    waiting = Delivery.objects.filter(
        participant__in=changed, channel=wrong.channel, status__in=OPEN, batch__gt=0
    )
    waiting.update(address=to)


def bad_entry(wrong: Wrong) -> Suppression | None:
    """Give the entry that says this address is bad, if it is listed for that."""
    entries = find(wrong.organisation, wrong.channel, wrong.normal) if wrong.normal else []
    return next((e for e in entries if e.reason == BAD_ADDRESS[wrong.channel]), None)


def _lift(wrong: Wrong, why: str, member: User | None) -> bool:
    entry = bad_entry(wrong)
    if entry is not None:
        lift(entry, why, member)
    return entry is not None
