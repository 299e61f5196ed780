"""A send-out for the hour in which everybody must be told at once: made ready in one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Category, Message
from sendout.people.models import Group
from sendout.senders.models import Channel, Sender
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, OncePer, SendOut


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom it is for: everyone of the organisation, or these groups of it."""

    everyone: bool
    groups: Collection[Group]


def ways(organisation: Organisation) -> dict[Channel, Sender]:
    """Give the senders that it would leave through: the default of a channel, else the first."""
    active = Sender.objects.filter(organisation=organisation, active=True)
    chosen: dict[Channel, Sender] = {}
    for sender in active.order_by("-is_default", "pk"):
        chosen.setdefault(Channel(sender.channel), sender)
    return chosen


@transaction.atomic
def begin(
    organisation: Organisation, member: User, said: Mapping[str, str | bool], whom: Whom
) -> SendOut:
    """Make an urgent, operational draft by every channel that has a sender.

    said: fields of the message. Raises NotPossible when no channel has one.
    """
    senders = ways(organisation)
    if not senders:
        raise NotPossible("No sender is set up, so nothing can leave: add one under Senders.")
    message = Message.objects.create(
        organisation=organisation, category=Category.OPERATIONAL, updated_by=member, **said
    )
    draft = SendOut.objects.create(
        organisation=organisation,
        name=message.subject[:200],
        message=message,
        channels=Channels.BOTH if len(senders) > 1 else Channels(next(iter(senders)).value),
        once_per=OncePer.FAMILY,
        everyone=whom.everyone,
        urgent=True,
        created_by=member,
        **{f"{channel}_sender": sender for channel, sender in senders.items()},
    )
    if not whom.everyone:
        draft.groups.set(whom.groups)
    return draft
