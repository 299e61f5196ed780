"""Find participants by a few letters of what is known about them."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet, TextChoices
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.core.plain import terms
from sendout.finding.expressions import Begun, holds
from sendout.finding.planner import without
from sendout.people.models import Participant, pieces


class Reach(TextChoices):
    """By what a participant can be reached."""

    EMAIL = "email", gettext_lazy("With email")
    PHONE = "phone", gettext_lazy("With phone")
    NO_EMAIL = "no_email", gettext_lazy("Without email")
    NO_PHONE = "no_phone", gettext_lazy("Without phone")
    NEITHER = "neither", gettext_lazy("Cannot be written to")
    WRONG = "wrong", gettext_lazy("With a wrong address or number")


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

# Whom PostgreSQL is to look up one by one. Joined by the order of the ids it goes, after the last
# one, through the people of all other organisations.
MEMBERS = """SELECT unnest(ARRAY(
    SELECT participant_id FROM people_group_participants WHERE group_id = %s))"""


def search(
    organisation: Organisation,
    words: str = "",
    *,
    group: int | None = None,
    language: str = "",
    reach: str = "",
) -> QuerySet[Participant]:
    """Give the participants in whose name, email, phone or own id every word occurs, by name.

    Accents and case do not matter, nor how a phone number is written. An unknown language or
    reach is no filter.
    """
    people = Participant.objects.filter(organisation=organisation)
    for term in terms(words):
        people = people.filter(holds("found_by", term))
    if group is not None:
        people = people.filter(pk__in=RawSQL(MEMBERS, [group]))  # noqa: S611 (ours)
    if language:
        people = people.filter(language=language)
    if reach in REACHED:
        people = people.filter(REACHED[Reach(reach)])
    return people.order_by("last_name", "first_name", "id")


def begun(words: str, of: str = "") -> Q:
    """Say that of somebody something begins like every word. of: as in `models.pieces`.

    What is quick to see is asked as well: that the words stand there at all.
    """
    found = Q(Begun(pieces(of), words))
    for term in terms(words):
        found &= holds(f"{of}found_by", term)
    return found


def first_named(organisation: int, words: str, most: int) -> list[int]:
    """Give ids of participants of whom something begins like every word, so many at most.

    Reads those alone of whom that is so, of whatever organisation, where `search` reads all of one.
    """
    named = Participant.objects.filter(begun(words)).values_list("id", "organisation")
    statement, values = named.query.sql_with_params()
    with without("seqscan"), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({statement} OFFSET 0) named (id, organisation)"
            " WHERE organisation = %s LIMIT %s",
            (*values, organisation, most),
        )
        return [pk for (pk,) in cursor.fetchall()]
