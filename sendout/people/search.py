"""Find participants by a few letters of what is known about them."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet, TextChoices

from sendout.accounts.models import Organisation
from sendout.people.identity import name_key
from sendout.people.models import Participant

MOST_WORDS = 6  # more make no search narrower


class Reach(TextChoices):
    """By what a participant can be reached."""

    EMAIL = "email", "With email"
    PHONE = "phone", "With phone"
    NO_EMAIL = "no_email", "Without email"
    NO_PHONE = "no_phone", "Without phone"
    NEITHER = "neither", "Cannot be written to"
    WRONG = "wrong", "With a wrong address or number"


REACHED = {
    Reach.EMAIL: ~Q(email_normal=""),
    Reach.PHONE: ~Q(phone=""),
    Reach.NO_EMAIL: Q(email_normal=""),
    Reach.NO_PHONE: Q(phone=""),
    Reach.NEITHER: Q(email_normal="", phone=""),
    Reach.WRONG: (Q(email_normal="") & ~Q(email=""))
    | (Q(phone="") & ~Q(phone_typed=""))
    | ~Q(phone_kind=""),
}


def search(
    organisation: Organisation,
    words: str = "",
    *,
    group: int | None = None,
    language: str = "",
    reach: str = "",
) -> QuerySet[Participant]:
    """Give the participants in whose name, email or phone every word occurs, by name.

    An unknown language or reach is no filter.
    """
    people = Participant.objects.filter(organisation=organisation)
    for word in words.split()[:MOST_WORDS]:
        people = people.filter(_holds(word))
    if group is not None:
        people = people.filter(groups=group)
    if language:
        people = people.filter(language=language)
    if reach in REACHED:
        people = people.filter(REACHED[Reach(reach)])
    return people.order_by("last_name", "first_name", "id")


def _holds(word: str) -> Q:
    found = Q(email__icontains=word) | Q(external_id=word)
    if key := name_key(word, ""):
        found |= Q(name_key__contains=key)
    digits = re.sub(r"\D", "", word)
    if len(digits) >= 3:
        found |= Q(phone__contains=digits)
    return found
