"""A send-out for the hour in which everybody must be told at once: made ready in one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, User
from sendout.compose.copying import copy_message
from sendout.compose.models import Category, Message
from sendout.people.models import Group
from sendout.senders.models import Channel, Sender
from sendout.sendouts import templates
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, OncePer, SendOut, Template

MOST = 8  # templates that are offered


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


def prepared_by(organisation: Organisation) -> list[Template]:
    """Give the organisation's own templates that may be sent to all at such an hour: operational
    ones, those used last first.
    """
    own = templates.listed(organisation).filter(message__category=Category.OPERATIONAL)
    return list(own[:MOST])


@transaction.atomic
def begin(
    organisation: Organisation, member: User, said: Mapping[str, str | bool], whom: Whom
) -> SendOut:
    """Make an urgent, operational draft by every channel that has a sender.

    said: fields of the message. Raises NotPossible when no channel has one.
    """
    senders = ways(organisation)
    if not senders:
        raise NotPossible(_("No sender is set up, so nothing can leave: add one under Senders."))
    message = Message.objects.create(
        organisation=organisation, category=Category.OPERATIONAL, updated_by=member, **said
    )
    return _begin(message, message.subject[:200], senders, whom)


@transaction.atomic
def begin_from(template: Template, member: User, whom: Whom) -> SendOut:
    """Make the same of a template, by those of its channels that have a sender.

    Raises NotPossible when none has one.
    """
    used = Channels(template.channels).used
    senders = {key: one for key, one in ways(template.organisation).items() if key in used}
    if not senders:
        raise NotPossible(
            _(
                "No sender is set up for what this template goes by: choose other words, or add"
                " one under Senders."
            )
        )
    draft = _begin(copy_message(template.message, member), template.name, senders, whom)
    templates.note_use(template)
    return draft


def _begin(message: Message, name: str, senders: Mapping[Channel, Sender], whom: Whom) -> SendOut:
    draft = SendOut.objects.create(
        organisation=message.organisation,
        name=name,
        message=message,
        channels=Channels.BOTH if len(senders) > 1 else Channels(next(iter(senders)).value),
        once_per=OncePer.FAMILY,
        everyone=whom.everyone,
        urgent=True,
        created_by=message.updated_by,
        **{f"{channel}_sender": sender for channel, sender in senders.items()},
    )
    if not whom.everyone:
        draft.groups.set(whom.groups)
    return draft
