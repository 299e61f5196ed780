"""Senders that work together: who shares the work with whom, and who may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import QuerySet

from sendout.accounts.models import Organisation
from sendout.core.rotation import order
from sendout.senders.models import Sender

LIGHTEST, HEAVIEST = 1, 100
REHEARSAL = "sandbox"
T = TypeVar("T")


class NotTogether(ValueError):
    """This sender cannot work with those; the text is one sentence for the staff."""


def members(sender: Sender) -> list[Sender]:
    """Give the active senders among which a send-out through this one is shared, oldest first.

    One that is alone stands for itself, and so does one whose pool has no active member.
    """
    if not sender.pool:
        return [sender]
    found = same_pool(sender).filter(active=True).select_related("organisation")
    return list(found.order_by("pk")) or [sender]


def same_pool(sender: Sender) -> QuerySet[Sender]:
    """Give all senders of its pool, out of use or not."""
    return Sender.objects.filter(
        organisation=sender.organisation_id, channel=sender.channel, pool=sender.pool
    )


def pooled(organisation: Organisation) -> list[Sender]:
    """Give all active senders of an organisation that are in a pool."""
    found = Sender.objects.filter(organisation=organisation, active=True).exclude(pool="")
    return list(found.select_related("organisation").order_by("pk"))


def partners(sender: Sender) -> list[Sender]:
    """Give the others of its pool, for the staff to see."""
    return list(same_pool(sender).exclude(pk=sender.pk).order_by("name")) if sender.pool else []


def by_turn(sharing: Sequence[tuple[Sender, T]], ordinal: int) -> list[T]:
    """Give those who share the work, the one first whose turn it is, by their weights."""
    weights = tuple(max(LIGHTEST, sender.weight) for sender, _ in sharing)
    return [sharing[place][1] for place in order(weights, ordinal)]


def read_weight(weight: int) -> int:
    """Take a weight as people give it. Raises NotTogether."""
    if not LIGHTEST <= weight <= HEAVIEST:
        raise NotTogether(f"Give a share of the work from {LIGHTEST} to {HEAVIEST}.")
    return weight


def check(sender: Sender) -> None:
    """Raise NotTogether when its pool would mix a rehearsal with senders that reach people."""
    if not sender.pool:
        return
    rehearses = sender.kind == REHEARSAL
    others = same_pool(sender).exclude(pk=sender.pk)
    other = (others.exclude(kind=REHEARSAL) if rehearses else others.filter(kind=REHEARSAL)).first()
    if other is not None:
        raise NotTogether(
            f"“{other.name}” in the pool “{sender.pool}” "
            f"{'reaches' if rehearses else 'does not reach'} people, and this sender "
            f"{'does not' if rehearses else 'does'}: choose another pool."
        )
