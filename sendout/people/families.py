"""Who belongs together: by what a file or the staff says, else by a shared address or phone.

`Participant.family` begins with who says so: `=` a file, `+` the staff, who joined them, `-` the
staff, who parted one from all others. The rest is the family's id. It is empty where nobody said
anything: then whoever shares an address or a phone is taken for family.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from sendout.people.models import Participant

IMPORTED, JOINED, PARTED = "=", "+", "-"
MOST = 50  # who shares an address with more is no family, and nobody reads more


def imported(family: str) -> str:
    """Give what is stored for the id that a file names; nothing for none."""
    return IMPORTED + family if family else ""


def family_of(person: Participant) -> list[Participant]:
    """Give the others of the family, by name, up to `MOST`.

    Found step by step: whom a sister shares a phone with belongs to it, too.
    """
    known = {person.pk: person}
    newest = [person]
    while newest and len(known) <= MOST:
        found = _near(newest).exclude(pk__in=known).order_by("pk")[: MOST + 1 - len(known)]
        newest = list(found)
        known |= {each.pk: each for each in newest}
    del known[person.pk]
    return sorted(known.values(), key=lambda each: (each.last_name, each.first_name, each.pk))


def _near(people: list[Participant]) -> QuerySet[Participant]:
    """Give who belongs to one of these by one tie alone."""
    own = Participant.objects.filter(organisation=people[0].organisation_id)
    ids = {each.family[1:] for each in people if each.family[:1] in (IMPORTED, JOINED)}
    open_ones = [each for each in people if not each.family.startswith(PARTED)]
    emails = {each.email_normal for each in open_ones} - {""}
    phones = {each.phone for each in open_ones} - {""}
    shares = Q(email_normal__in=emails) | Q(phone__in=phones)
    said = {each.family for each in people} - {""}
    compatible = Q(family="") | (Q(family_id__in=ids) if said else ~Q(family__startswith=PARTED))
    tied = Q(family_id__in=ids) & ~Q(family="") if ids else Q(pk__in=())
    return own.annotate(family_id=Substr("family", 2)).filter(tied | (shares & compatible))


@transaction.atomic
def join(person: Participant, other: Participant) -> None:
    """Say that two of one organisation are family, whatever was guessed or said before."""
    if other.organisation_id != person.organisation_id or other.pk == person.pk:
        return
    if person.family[:1] not in (IMPORTED, JOINED):
        person.family = f"{JOINED}#{person.pk}"
        person.save(update_fields=["family"])
    other.family = JOINED + person.family[1:]
    other.save(update_fields=["family"])


def part(person: Participant) -> None:
    """Say that a participant belongs to nobody, whatever they share."""
    person.family = f"{PARTED}~{person.pk}"
    person.save(update_fields=["family"])
