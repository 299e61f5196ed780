"""What the people behind an address choose for themselves: per channel and category."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.suppression.entries import find, lift, suppress
from sendout.suppression.models import Lifted, Reason, Suppression

CATEGORIES = ("operational", "marketing")
# How the evidence of an entry begins that came from the recipient's own page.
ONE_CLICK = "One click in the mail program (RFC 8058)."
CHOSEN = "Chosen on the recipient's page."
CAME_BACK = "The recipient came back on their page."
BEFORE = "\nbefore, "  # what `sql.ADD` keeps of a weaker entry begins with it
RETURNS_A_DAY = 20  # entries lifted; who comes and goes more often plays with the link


@dataclass(frozen=True, slots=True)
class Place:
    """An address of one organisation's recipient. address: as the Unsubscribes list writes it."""

    organisation: Organisation
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether messages of a category go to an address.

    may_change: whether its owner decides that. reason: why nothing goes that they cannot change.
    """

    category: str
    on: bool
    may_change: bool
    reason: str = ""


def standings(place: Place) -> list[Standing]:
    """Say for each category how things stand at this address."""
    entries = find(place.organisation, place.channel, place.address)
    return [_standing(entries, place.channel, category) for category in CATEGORIES]


def _standing(entries: Iterable[Suppression], channel: str, category: str) -> Standing:
    applying = [entry for entry in entries if _applies(entry, category)]
    foreign = [entry for entry in applying if not is_own(entry)]
    if foreign:
        return Standing(category, False, False, foreign[0].reason)
    return Standing(category, not applying, not _is_always_sent(channel, category))


def _applies(entry: Suppression, category: str) -> bool:
    if entry.reason == Reason.UNSUBSCRIBED and _is_always_sent(entry.channel, category):
        return False
    return entry.category in ("", category)


def _is_always_sent(channel: str, category: str) -> bool:
    return channel == "email" and category == "operational"


def is_own(entry: Suppression) -> bool:
    """Tell whether the recipient said so in a way that a link in a message may take back.

    A STOP by SMS binds the carrier too, so nothing but the phone itself or the staff undoes it.
    """
    if entry.reason != Reason.UNSUBSCRIBED:
        return False
    return entry.channel == "email" or entry.evidence.startswith((ONE_CLICK, CHOSEN))


def leave(place: Place, categories: Collection[str], evidence: str, delivery: int) -> None:
    """Stop messages of these categories, whatever else stops them already.

    evidence: begins with ONE_CLICK or CHOSEN. delivery: whose link was followed.
    """
    for category in categories:
        if not _is_always_sent(place.channel, category):
            suppress(
                place.organisation,
                place.channel,
                place.address,
                Reason.UNSUBSCRIBED,
                category,
                evidence=evidence,
                delivery=delivery,
            )


def choose(place: Place, wanted: Collection[str], evidence: str, delivery: int) -> bool:
    """Make these categories the ones that go to the address, as far as its owner decides.

    Lifts only what recipients said themselves, and keeps it in `Lifted`. False: the address came
    back so often today that it stays away; what was left is left all the same.
    """
    with transaction.atomic():
        changeable = [each.category for each in standings(place) if each.may_change]
        back = _come_back(place, set(changeable) & set(wanted))
        on = {each.category for each in standings(place) if each.may_change and each.on}
        leave(place, on - set(wanted), evidence, delivery)
    return back


def _come_back(place: Place, categories: set[str]) -> bool:
    entries = Suppression.objects.select_for_update().filter(
        organisation=place.organisation, channel=place.channel, address=place.address
    )
    lifted = [e for e in entries if is_own(e) and any(_applies(e, each) for each in categories)]
    if lifted and _returns_today(place) >= RETURNS_A_DAY:
        return False
    for entry in lifted:
        lift(entry, CAME_BACK)
        restore(place, entry)
    return True


def restore(place: Place, entry: Suppression) -> None:
    """Put back what stood before the recipient's own, stronger word: that was not theirs."""
    _, found, before = entry.evidence.partition(BEFORE)
    reason, _, evidence = before.partition(": ")
    if found and reason in Reason.values:
        suppress(
            place.organisation,
            place.channel,
            place.address,
            reason,
            entry.category,
            evidence=evidence,
        )


def _returns_today(place: Place) -> int:
    recent = Lifted.objects.filter(
        organisation=place.organisation,
        channel=place.channel,
        address=place.address,
        why=CAME_BACK,
        lifted_at__gt=timezone.now() - timedelta(days=1),
    )
    return recent.count()
