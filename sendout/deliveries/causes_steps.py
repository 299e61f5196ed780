"""What can be done about all deliveries with one cause: try them again now, or send again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from sendout.accounts.models import User
from sendout.core.bounces.clusters import FAILING, WAITING, Why
from sendout.core.delivery.retry import WAITS
from sendout.deliveries.causes import Part, alike, matching
from sendout.deliveries.missed import Search, resend
from sendout.deliveries.models import Delivery
from sendout.finding.planner import among
from sendout.senders.domains import reopen
from sendout.sendouts.models import SendOut, State

SPARE = 2  # tries that keep to the table of waits, however often somebody is impatient
PAUSE = timedelta(minutes=1)  # since the last try; who was refused a moment ago is refused again
BEFORE = timedelta(days=1)

RETRIED = frozenset(f"{WAITING}-{why}" for why in Why)
# Where the address is wrong, or the message, the same again would end the same.
SENT_AGAIN = frozenset(
    f"{FAILING}-{why}"
    for why in Why
    if why not in (Why.NO_MAILBOX, Why.NO_DOMAIN, Why.CONTENT, Why.LOOP)
)

# Batches are locked before their rows, as everywhere.
_LOCK = """
SELECT id FROM deliveries_batch WHERE sendout_id = %(sendout)s AND channel = %(channel)s
    AND (ready OR retry_at IS NOT NULL OR held IS NOT NULL) ORDER BY id FOR UPDATE
"""
_SOONER = """
WITH due AS (
    SELECT d.id FROM deliveries_delivery d
    WHERE d.id = ANY(%(ids)s::bigint[]) AND d.status = 'deferred' AND d.next_try_at > now()
        AND d.deferred_at <= now() - %(pause)s AND d.attempt <= %(attempts)s
    ORDER BY d.id FOR UPDATE
), sooner AS (
    UPDATE deliveries_delivery d SET next_try_at = now() FROM due WHERE d.id = due.id
    RETURNING d.batch
), woken AS (
    UPDATE deliveries_batch b SET retry_at = now()
    WHERE b.sendout_id = %(sendout)s AND b.channel = %(channel)s
        AND b.ordinal IN (SELECT batch FROM sooner)
)
SELECT count(*) FROM sooner
"""


@dataclass(frozen=True, slots=True)
class Again:
    """What is being sent again. sendouts: made for it. people: how many it goes to."""

    sendouts: list[SendOut]
    people: int


def retry_now(sendout: SendOut, part: Part, key: str) -> int:
    """Bring the next try of those that wait with this cause forward to now; gives how many.

    Left alone are those refused within the last minute, and those with few tries left. A domain
    that the sender leaves alone is tried again, too. What is paused stays so until it goes on.
    """
    if key not in RETRIED or sendout.state not in (State.RUNNING, State.PAUSED):
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, part.values)
        limits: dict[str, Any] = {"pause": PAUSE, "attempts": len(WAITS[part.channel]) - SPARE}
        cursor.execute(_SOONER, part.values | limits | {"ids": list(matching(part, key))})
        count = int(cursor.fetchone()[0])
        _reopen(sendout, part, key)
    return count


def _reopen(sendout: SendOut, part: Part, key: str) -> None:
    sender = sendout.sender(part.channel)
    domains = {each.domain for each in alike(part) if each.key == key}
    if sender is not None:
        closed = sender.recipient_domains.filter(domain__in=domains, closed_until__isnull=False)
        for domain in list(closed.values_list("domain", flat=True)):
            reopen(sender, domain)


def send_again(sendout: SendOut, part: Part, key: str, member: User | None) -> Again:
    """Send the message again to those it failed for with this cause, unless they got it since.

    Raises NotPossible, such as when no sender works.
    """
    ids = list(matching(part, key)) if key in SENT_AGAIN else []
    if not ids:
        return Again([], 0)
    rows = Delivery.objects.filter(among("deliveries_delivery.id", ids))
    rows = rows.filter(organisation=sendout.organisation_id)
    people = tuple(rows.values_list("participant", flat=True))
    first = sendout.origin or sendout
    search = Search(sendout.organisation, people, part.channel, first.created_at - BEFORE)
    made = resend(search, [first.pk], member)
    count = Delivery.objects.filter(sendout__in=made, channel=part.channel).count()
    return Again(made, count)
