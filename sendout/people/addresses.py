"""Who has an address, and another one in its place. Families share them: there may be several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet

from sendout.accounts.models import Organisation
from sendout.core.addresses import Email, Phone, read_email, read_phone
from sendout.people.models import Participant

MOST_PEOPLE = 500  # whose addresses are looked for when a name was searched

# channel: the fields for what was typed, and for what is compared and written to
FIELDS = {"email": ("email", "email_normal"), "sms": ("phone_typed", "phone")}


def read_address(organisation: Organisation, channel: str, text: str) -> Email | Phone | None:
    """Read an address of this channel as people type it; None for nothing. Raises BadAddress."""
    return read_email(text) if channel == "email" else read_phone(text, organisation.country)


def who_has(
    organisation: Organisation, channel: str, normal: str, typed: str = ""
) -> QuerySet[Participant]:
    """Give the participants with this address, by name.

    typed: where it is not valid (normal is empty), those for whom just this was typed.
    """
    as_typed, compared = FIELDS[channel]
    people = Participant.objects.filter(organisation=organisation)
    if normal:
        found = people.filter(**{compared: normal})
    else:
        found = people.filter(**{as_typed: typed, compared: ""}) if typed else people.none()
    return found.order_by("last_name", "first_name", "id")


def without_address(organisation: Organisation, channel: str) -> QuerySet[Participant]:
    """Give the participants for whom nothing was typed."""
    return Participant.objects.filter(organisation=organisation, **{FIELDS[channel][0]: ""})


def everybody_at(
    organisation: Organisation, channel: str, normals: Collection[str]
) -> dict[str, list[Participant]]:
    """Give the participants at each of these addresses, by name."""
    compared = FIELDS[channel][1]
    people = Participant.objects.filter(organisation=organisation, **{f"{compared}__in": normals})
    found: dict[str, list[Participant]] = defaultdict(list)
    for person in people.order_by("last_name", "first_name", "id"):
        found[getattr(person, compared)].append(person)
    return found


def addresses_of(people: QuerySet[Participant]) -> tuple[str, ...]:
    """Give the addresses and numbers of the first of these people, as they are compared."""
    pairs = people.values_list("email_normal", "phone")[:MOST_PEOPLE]
    return tuple({address for pair in pairs for address in pair if address})


def address_of(person: Participant, channel: str) -> tuple[str, str]:
    """Give a participant's address: as it was typed, and as it is compared."""
    typed, normal = (getattr(person, name) for name in FIELDS[channel])
    return str(typed), str(normal)


def change_address(person: Participant, channel: str, address: Email | Phone) -> None:
    """Give a participant another address, and save it."""
    as_typed, compared = FIELDS[channel]
    setattr(person, as_typed, address.typed)
    setattr(person, compared, address.normal)
    changed = [as_typed, compared, "updated_at"]
    if isinstance(address, Phone):
        person.phone_kind = address.kind
        changed.append("phone_kind")
    person.save(update_fields=changed)
