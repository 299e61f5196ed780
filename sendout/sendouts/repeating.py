"""The same message again, for some people: a send-out that knows which one it repeats."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy

from sendout.accounts.models import User
from sendout.compose.copying import copy_message
from sendout.people.models import Participant
from sendout.sendouts.drafts import add_people, default_sender, renamed
from sendout.sendouts.models import SendOut


@transaction.atomic
def repeat(
    sendout: SendOut, people: Collection[Participant], channels: str, member: User | None
) -> SendOut:
    """Make a draft that says the same to these people, with the senders that work now.

    It shares the message row, which is why it is to be sent as it is: who wants to change a word
    takes `rewrite`.
    """
    draft = prepare(sendout, channels, member)
    draft.save()
    add_people(draft, list(people))
    return draft


@transaction.atomic
def rewrite(sendout: SendOut, channels: str, member: User | None) -> SendOut:
    """Make such a draft for nobody yet, with a message of its own that can be changed."""
    draft = prepare(sendout, channels, member)
    draft.message = copy_message(sendout.message, member)
    draft.save()
    return draft


def prepare(sendout: SendOut, channels: str, member: User | None) -> SendOut:
    """Give the repeat without storing it. That of a repeat has the first one as its origin."""
    origin = sendout.origin or sendout
    return SendOut(
        organisation=origin.organisation,
        name=renamed(origin, gettext_lazy("resent")),
        message=sendout.message,
        channels=channels,
        once_per=origin.once_per,
        origin=origin,
        created_by=member,
        **origin.then_sms,
        **{f"{channel}_sender": _working(origin, channel) for channel in ("email", "sms")},
    )


def _working(origin: SendOut, channel: str) -> object:
    sender = origin.sender(channel)
    if sender is not None and sender.active:
        return sender
    return default_sender(origin.organisation, channel)
