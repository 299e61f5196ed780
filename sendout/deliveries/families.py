"""One message for a family: whom it is for, and the values that all of them have together.

One row of them leaves; the rows of the others are `carried`, and name its participant as `carrier`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from django.db import connection

from sendout.core.message.joining import join, join_fields, join_names
from sendout.deliveries.claim import Claimed
from sendout.deliveries.models import Delivery
from sendout.deliveries.plan import CARRIED, plan, values
from sendout.people.families import family_of
from sendout.people.models import Participant
from sendout.people.select import AUDIENCE
from sendout.senders.models import Channel
from sendout.sendouts.models import OncePer, SendOut

# Everybody whom these rows are for, in the order of the rows: of those that carry and the carried.
# By the carrier (`+ 0`), never through all rows of a send-out, however new those are to PostgreSQL.
MEMBERS = """
SELECT c.id, p.first_name, p.last_name, p.fields::text
FROM deliveries_delivery c
JOIN LATERAL (
    SELECT c.id, c.participant_id
    UNION ALL
    SELECT d.id, d.participant_id FROM deliveries_delivery d
    WHERE d.carrier = c.participant_id AND d.carrier IS NOT NULL
        AND d.sendout_id + 0 = c.sendout_id AND d.channel = c.channel
        AND d.carried_at + interval '0' IS NOT NULL
) d ON true
JOIN people_participant p ON p.id = d.participant_id
WHERE c.id = ANY(%(deliveries)s) ORDER BY c.id, d.id
"""


class Named(Protocol):
    """What is asked of each of a family."""

    @property
    def first_name(self) -> Any:
        """What they are called."""
        ...

    @property
    def last_name(self) -> Any:
        """What their family is called."""
        ...

    @property
    def fields(self) -> Any:
        """The organisation's own fields."""
        ...


class Member(NamedTuple):
    """One of a family, as its rows are read."""

    first_name: str
    last_name: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Together:
    """A family as merge fields see it; addresses and language are those of who gets the message."""

    first_name: str
    last_name: str
    name: str
    fields: dict[str, str]
    email: str = ""
    phone: str = ""
    language: str = ""


def together(people: Sequence[Named], language: str) -> Together:
    """Join the names and own fields of a family, in this language."""
    names = [(each.first_name, each.last_name) for each in people]
    return Together(
        join((first for first, _ in names), language),
        join((last for _, last in names), language),
        join_names(names, language),
        join_fields([each.fields for each in people], language),
    )


def as_family(person: Participant, people: Sequence[Named]) -> Together:
    """Give what merge fields see in a message to this participant that is for all of these."""
    all_ = together(people, person.language)
    return replace(all_, email=person.email, phone=person.phone, language=person.language)


def for_families(rows: Sequence[Claimed]) -> list[Claimed]:
    """Give claimed rows the values of all whom their messages are for."""
    found = members([row.id for row in rows])
    return [_for_family(row, found.get(row.id, ())) for row in rows]


def _for_family(row: Claimed, people: Sequence[Member]) -> Claimed:
    if len(people) < 2:
        return row
    all_ = together(people, row.language)
    return replace(
        row,
        first_name=all_.first_name,
        last_name=all_.last_name,
        fields=all_.fields,
        whole=all_.name,
    )


def members(deliveries: Sequence[int]) -> dict[int, list[Member]]:
    """Give everybody whom each of these deliveries is for, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"deliveries": list(deliveries)})
        rows = cursor.fetchall()
    return {
        pk: [Member(first, last, json.loads(fields)) for _, first, last, fields in group]
        for pk, group in groupby(rows, key=itemgetter(0))
    }


def told_with(
    sendout: SendOut, channels: Iterable[Channel], person: Participant
) -> dict[Channel, list[Participant]]:
    """Give, by channel, whom the message that tells this participant would be for now.

    The person alone where nobody else is told with them.
    """
    near = family_of(person) if sendout.once_per == OncePer.FAMILY else []
    if not near:
        return {channel: [person] for channel in channels}
    ids = [person.pk, *(each.pk for each in near)]
    return {channel: _told_with(sendout, channel, person, ids) for channel in channels}


def _told_with(
    sendout: SendOut, channel: Channel, person: Participant, near: list[int]
) -> list[Participant]:
    statement = f"""{plan(f"{AUDIENCE} AND p.id = ANY(%(near)s)", sendout.once_per)}
        SELECT COALESCE(carrier, id), id FROM planned WHERE reason IN ('', '{CARRIED}')"""
    with connection.cursor() as cursor:
        cursor.execute(statement, values(sendout, channel) | {"near": near})
        heads = {pk: head for head, pk in cursor.fetchall()}
    with_them = [pk for pk, head in heads.items() if head == heads.get(person.pk)]
    return list(Participant.objects.filter(pk__in=with_them).order_by("pk")) or [person]


def carrier_of(row: Delivery) -> Delivery:
    """Give the row whose message is for this one, too; the row itself where it has its own."""
    if row.carrier is None:
        return row
    rows = Delivery.objects.filter(
        sendout=row.sendout_id, channel=row.channel, participant=row.carrier
    )
    return rows.select_related("participant", "sender", "sendout__message").first() or row
