"""Entries with what a page shows beside them: whose address it is, which mail, how it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.deliveries.models import Delivery
from sendout.people.addresses import everybody_at
from sendout.people.models import Participant
from sendout.suppression.models import BAD_ADDRESS, Suppression

CATEGORIES = {
    "": gettext_lazy("Everything"),
    "marketing": gettext_lazy("Marketing"),
    "operational": gettext_lazy("Operational"),
}
NAMED = 3  # participants named in a row before the rest is counted


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One row of the list. people: the first who have the address; more: how many others do."""

    entry: Suppression
    stopped: str
    people: list[Participant]
    more: int
    mail: Delivery | None

    @property
    def may_correct(self) -> bool:
        """Whether the address is said to be wrong, and there is somebody to correct it for."""
        return self.entry.reason == BAD_ADDRESS[self.entry.channel] and bool(self.people)


def shown(organisation: Organisation, entries: Sequence[Suppression]) -> list[ShownEntry]:
    """Look up at once what stands beside these entries."""
    people = {
        channel: everybody_at(organisation, channel, [e.address for e in entries])
        for channel in {entry.channel for entry in entries}
    }
    mails = _mails(organisation, entries)
    return [_shown(entry, people[entry.channel], mails) for entry in entries]


def _shown(
    entry: Suppression, people: Mapping[str, list[Participant]], mails: Mapping[int, Delivery]
) -> ShownEntry:
    having = people.get(entry.address, [])
    more = max(len(having) - NAMED, 0)
    mail = mails.get(entry.delivery) if entry.delivery else None
    return ShownEntry(entry, stopped(entry), having[:NAMED], more, mail)


def stopped(entry: Suppression) -> str:
    """Say what an entry stops."""
    return str(CATEGORIES.get(entry.category, entry.category))


def _mails(organisation: Organisation, entries: Sequence[Suppression]) -> dict[int, Delivery]:
    known = [entry.delivery for entry in entries if entry.delivery]
    own = Delivery.objects.filter(organisation=organisation).select_related("sendout")
    return own.in_bulk(known)
