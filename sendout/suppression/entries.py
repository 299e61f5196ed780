"""Put addresses on the Unsubscribes list, take them off, look them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from sendout.accounts.models import Organisation, User
from sendout.suppression.models import Lifted, Reason, Suppression
from sendout.suppression.sql import ADD, STRENGTH
from sendout.suppression.sql import reason as reason_sql

STOPS = "SELECT " + reason_sql("%(organisation)s", "%(channel)s", "%(address)s", "%(category)s")


class NeedsReason(ValueError):
    """Nothing leaves the list without words that say why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What puts an address on the list; see `suppress`."""

    channel: str
    address: str
    reason: str
    category: str = ""
    evidence: str = ""
    delivery: int | None = None


def suppress(
    organisation: Organisation,
    channel: str,
    address: str,
    reason: str,
    category: str = "",
    *,
    evidence: str = "",
    delivery: int | None = None,
    member: User | None = None,
) -> Suppression:
    """Put an address on the list and give the entry that stands afterwards.

    address: normalised. category: empty for everything. Idempotent; an entry gives way only to a
    stronger reason (`sql.STRENGTH`). Unsubscribing from email is always from marketing alone.
    """
    entry = Entry(channel, address, str(reason), category, evidence, delivery)
    suppress_all(organisation, [entry], member)
    return Suppression.objects.get(
        organisation=organisation,
        channel=channel,
        address=address,
        category=covered(channel, reason, category),
    )


def suppress_all(
    organisation: Organisation, entries: Iterable[Entry], member: User | None = None
) -> None:
    """Put many addresses on the list as `suppress` does, one after the other, in few statements.

    In each statement the rows are in the order of their keys, so that two callers never wait for
    each other.
    """
    waiting = list(entries)
    while waiting:
        first: dict[tuple[str, str, str], Entry] = {}
        again = []
        for entry in waiting:
            category = covered(entry.channel, entry.reason, entry.category)
            key = (entry.channel, entry.address, category)
            if first.setdefault(key, entry) is not entry:
                again.append(entry)
        _add(organisation, first, member)
        waiting = again


def _add(
    organisation: Organisation, found: dict[tuple[str, str, str], Entry], member: User | None
) -> None:
    keys = sorted(found)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            {
                "organisation": organisation.pk,
                "member": member.pk if member else None,
                "channel": [channel for channel, _, _ in keys],
                "address": [address for _, address, _ in keys],
                "category": [category for _, _, category in keys],
                "reason": [found[key].reason for key in keys],
                "evidence": [found[key].evidence for key in keys],
                "delivery": [found[key].delivery for key in keys],
            },
        )


def covered(channel: str, reason: str, category: str = "") -> str:
    """Give the category that an entry with this reason covers, whatever was asked for.

    Bad addresses and complaints stop the whole channel; a recipient who unsubscribes leaves
    marketing email only, and all SMS where no category was named.
    """
    if reason in (Reason.BAD_EMAIL, Reason.BAD_NUMBER, Reason.COMPLAINT):
        return ""
    if reason == Reason.UNSUBSCRIBED:
        return "marketing" if channel == "email" else category
    return category


def lift(entry: Suppression, why: str, member: User | None = None) -> Lifted:
    """Take an entry off the list and keep what it said, who lifted it and why.

    Raises NeedsReason without a reason.
    """
    if not why.strip():
        raise NeedsReason("Say why this entry may be lifted; the words are kept with it.")
    with transaction.atomic():
        record = Lifted.objects.create(
            organisation_id=entry.organisation_id,
            channel=entry.channel,
            address=entry.address,
            category=entry.category,
            reason=entry.reason,
            evidence=entry.evidence,
            entered_at=entry.created_at,
            lifted_by=member,
            why=why.strip(),
        )
        entry.delete()
    return record


def find(organisation: Organisation, channel: str, address: str) -> list[Suppression]:
    """Give all entries for the address on this channel, the strongest first."""
    entries = Suppression.objects.filter(
        organisation=organisation, channel=channel, address=address
    )
    return sorted(entries, key=lambda entry: -STRENGTH.get(entry.reason, 0))


def stops(organisation: Organisation, channel: str, address: str, category: str) -> str | None:
    """Give the reason that stops a message of this category now, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            STOPS,
            {
                "organisation": organisation.pk,
                "channel": channel,
                "address": address,
                "category": category,
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None
