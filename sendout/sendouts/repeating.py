"""The same message again, for some people: a send-out that knows which one it repeats."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from sendout.accounts.models import User
from sendout.people.models import Participant
from sendout.sendouts.drafts import add_people, default_sender
from sendout.sendouts.models import SendOut

AGAIN = " (resent)"
LONGEST_NAME = 200


@transaction.atomic
def repeat(
    sendout: SendOut, people: Collection[Participant], channels: str, member: User | None
) -> SendOut:
    """Make a draft that says the same to these people, with the senders that work now.

    It shares the message row, which is why it is to be sent as it is: who wants to change a word
    copies (`drafts.copy`). A repeat of a repeat has the first one as its origin.
    """
    origin = sendout.origin or sendout
    draft = SendOut.objects.create(
        organisation=origin.organisation,
        name=origin.name[: LONGEST_NAME - len(AGAIN)] + AGAIN,
        message=origin.message,
        channels=channels,
        once_per=origin.once_per,
        origin=origin,
        created_by=member,
        **{f"{channel}_sender": _working(origin, channel) for channel in ("email", "sms")},
    )
    add_people(draft, list(people))
    return draft


def _working(origin: SendOut, channel: str) -> object:
    sender = origin.sender(channel)
    if sender is not None and sender.active:
        return sender
    return default_sender(origin.organisation, channel)
