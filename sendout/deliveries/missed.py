"""What people did not get because their address was wrong, and the same again to the right one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sendout.accounts.models import Organisation, User
from sendout.deliveries.became import ARRIVED, FAILED, FOR_THE_ADDRESS
from sendout.deliveries.freeze import send_now
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut
from sendout.sendouts.repeating import repeat

# Of each message the last try decides, repeats included: whoever got one of them has got it. A
# duplicate missed what failed for the one of its address who was written to.
MISSED = """
WITH told AS (
    SELECT DISTINCT ON (d.participant_id, COALESCE(s.origin_id, s.id))
        d.sendout_id, d.participant_id, d.channel, COALESCE(c.status, d.status) AS status,
        d.skip_reason, d.address,
        COALESCE(s.origin_id, s.id) AS origin
    FROM deliveries_delivery d JOIN sendouts_sendout s ON s.id = d.sendout_id
    LEFT JOIN LATERAL (
        SELECT c.* FROM deliveries_delivery c
        WHERE d.carried_at IS NOT NULL AND c.participant_id = d.carrier
            AND c.sendout_id + 0 = d.sendout_id AND c.channel = d.channel OFFSET 0
    ) c ON true
    WHERE d.organisation_id = %(organisation)s AND d.participant_id = ANY(%(people)s)
        AND d.channel = %(channel)s AND d.created_at > %(since)s AND s.state <> 'cancelled'
        AND s.kind = 'campaign'
    ORDER BY d.participant_id, COALESCE(s.origin_id, s.id), d.id DESC
)
SELECT t.origin, t.participant_id, EXISTS (
        SELECT FROM deliveries_delivery o
        WHERE o.participant_id = t.participant_id AND o.sendout_id = t.sendout_id
            AND o.channel <> t.channel AND o.status = ANY(%(arrived)s))
FROM told t
WHERE t.status = ANY(%(failed)s)
    OR (t.status = 'skipped' AND t.skip_reason = ANY(%(for_the_address)s))
    OR (t.status = 'skipped' AND t.skip_reason = 'duplicate' AND EXISTS (
        SELECT FROM deliveries_delivery o
        WHERE o.sendout_id = t.sendout_id AND o.channel = t.channel
            AND (o.bounced_at IS NOT NULL OR o.failed_at IS NOT NULL)
            AND o.status = ANY(%(failed)s) AND lower(o.address) = lower(t.address)))
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Whose messages by which channel are looked at, since when. people: ids of participants."""

    organisation: Organisation
    people: tuple[int, ...]
    channel: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """One message that some of these people did not get. otherwise: who got it by another channel.

    people, otherwise: ids of participants.
    """

    sendout: SendOut
    people: list[int]
    otherwise: list[int]


def find_missed(search: Search) -> list[Missed]:
    """Give what these participants missed, the newest first."""
    rows = _rows(search)
    related = ("organisation", "message", "origin", "email_sender", "sms_sender")
    sendouts = SendOut.objects.select_related(*related).in_bulk({origin for origin, *_ in rows})
    found: dict[int, Missed] = {}
    for origin, person, by_other_channel in sorted(rows, reverse=True):
        missed = found.setdefault(origin, Missed(sendouts[origin], [], []))
        missed.people.append(person)
        if by_other_channel:
            missed.otherwise.append(person)
    return list(found.values())


def _rows(search: Search) -> list[tuple[int, int, bool]]:
    values: dict[str, object] = {
        "organisation": search.organisation.pk,
        "people": list(search.people),
        "channel": search.channel,
        "since": search.since,
        "failed": list(FAILED),
        "for_the_address": list(FOR_THE_ADDRESS),
        "arrived": list(ARRIVED),
    }
    with connection.cursor() as cursor:
        cursor.execute(MISSED, values)  # type: ignore[arg-type]
        rows: list[tuple[int, int, bool]] = cursor.fetchall()
    return rows


@transaction.atomic
def resend(search: Search, sendouts: Collection[int], member: User | None) -> list[SendOut]:
    """Send what was missed of these send-outs again, the newest first; all of it or nothing.

    Of two who try at the same time the second finds nothing missed. The Unsubscribes list is asked
    again as for any send-out. Raises NotPossible, such as when no sender works.
    """
    own = SendOut.objects.filter(organisation=search.organisation, pk__in=sendouts)
    held = {sendout.pk for sendout in own.order_by("pk").select_for_update()}
    missed = [each for each in find_missed(search) if each.sendout.pk in held]
    return [_send_again(each, search.channel, member) for each in missed]


def _send_again(missed: Missed, channel: str, member: User | None) -> SendOut:
    own = Participant.objects.filter(organisation=missed.sendout.organisation_id)
    again = repeat(missed.sendout, list(own.filter(pk__in=missed.people)), channel, member)
    send_now(again)
    return again
