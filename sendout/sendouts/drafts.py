"""A send-out before it starts: made, changed, copied, thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation, User
from sendout.compose.copying import copy_message
from sendout.compose.filing import delete_message
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.senders.models import Channel, Sender
from sendout.sendouts.approving import withdraw_if_changed
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State

LONGEST_NAME = 200


@transaction.atomic
def start(
    organisation: Organisation,
    member: User,
    name: str,
    channels: str,
    *,
    begun_on: str = "",
    message: Message | None = None,
    **kept: object,
) -> SendOut:
    """Make a draft with an empty message, or this one, and the organisation's default senders.

    begun_on: the key of the page it is begun on. kept: other fields of the send-out. Raises
    IntegrityError when that page has begun one.
    """
    message = message or Message.objects.create(organisation=organisation, updated_by=member)
    return SendOut.objects.create(
        organisation=organisation,
        name=name,
        message=message,
        channels=channels,
        email_sender=default_sender(organisation, Channel.EMAIL),
        sms_sender=default_sender(organisation, Channel.SMS),
        begun_on=begun_on or None,
        created_by=member,
        **kept,
    )


def default_sender(organisation: Organisation, channel: str) -> Sender | None:
    """Give the sender to begin with: the default one, or the only one there is."""
    senders = list(Sender.objects.filter(organisation=organisation, channel=channel, active=True))
    chosen = [sender for sender in senders if sender.is_default] or senders
    return chosen[0] if len(chosen) == 1 else None


@contextmanager
def changing(sendout: SendOut, states: tuple[State, ...] = (State.DRAFT,)) -> Iterator[SendOut]:
    """Hold a draft while it is changed, so that it cannot start meanwhile.

    Gives the row as it stands now. Raises NotPossible when it is in none of the states any more.
    """
    with transaction.atomic():
        now = SendOut.objects.select_for_update(of=("self",)).get(pk=sendout.pk)
        if now.state not in states:
            raise NotPossible(closed(now))
        yield now
        withdraw_if_changed(now.pk)


def closed(sendout: SendOut) -> str:
    """Say in one sentence why a send-out that is no draft cannot be changed, and what can be."""
    if sendout.undoable:
        return f"“{sendout.name}” was sent just now: press Undo to change it."
    if sendout.state == State.SCHEDULED:
        return f"“{sendout.name}” is scheduled: take it back to draft to change it."
    if sendout.state in (State.RUNNING, State.PAUSED):
        return (
            f"“{sendout.name}” is leaving already and cannot be changed: open it and press Cancel "
            "to stop what has not left."
        )
    return f"“{sendout.name}” was started already and cannot be changed: copy it as a new draft."


@transaction.atomic
def copy(sendout: SendOut, member: User | None) -> SendOut:
    """Make a new draft that says the same to the same audience."""
    draft = SendOut.objects.create(
        organisation=sendout.organisation,
        name=renamed(sendout, gettext_lazy("copy")),
        message=copy_message(sendout.message, member),
        channels=sendout.channels,
        once_per=sendout.once_per,
        email_sender=sendout.email_sender,
        sms_sender=sendout.sms_sender,
        everyone=sendout.everyone,
        urgent=sendout.urgent,
        created_by=member,
        **sendout.then_sms,
    )
    draft.groups.set(sendout.groups.all())
    draft.people.set(sendout.people.all())
    return draft


def renamed(sendout: SendOut, suffix: Promise | str) -> str:
    """Give the name of what is made from a send-out, in the organisation's language."""
    with translation.override(sendout.organisation.language):
        return lengthened(sendout.name, f" ({suffix})")


def lengthened(name: str, suffix: str) -> str:
    """Give a name with something behind it, cut where that is too long."""
    return name[: LONGEST_NAME - len(suffix)] + suffix


def discard(sendout: SendOut) -> None:
    """Delete a draft and its message; raises NotPossible when it is no draft any more."""
    with changing(sendout) as draft:
        if draft.pattern:
            told = _("“%(name)s” repeats: end it under Schedule, Repeats.")
            raise NotPossible(told % {"name": draft.name})
        message = draft.message
        draft.delete()
        if not message.sendouts.exists():
            delete_message(message)


def add_people(sendout: SendOut, participants: list[Participant]) -> None:
    """Add participants to the people picked; those of another organisation are left out."""
    own = [p for p in participants if p.organisation_id == sendout.organisation_id]
    sendout.people.add(*own)
