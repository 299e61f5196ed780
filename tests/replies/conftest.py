"""What the tests of replies share: messages that have left, and texts that come from phones."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.providers.heard import Incoming
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.deliveries.single import send_one
from sendout.people.models import Participant
from sendout.replies.models import Reply
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.senders.vault import seal
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import person, sendout
from tests.engine.conftest import no_jobs_left, no_thread_left, run_batches

__all__ = ["no_jobs_left", "no_thread_left", "person", "run_batches", "sendout"]

NUMBER = "+15145550100"
PHONE = "+15145550142"
Write = Callable[..., Delivery]
Text = Callable[..., Reply | None]


def number_of(organisation: Organisation, account: str = "account", **fields: object) -> Sender:
    """Give an organisation a sender with the number that all share, of an account."""
    fields.setdefault("name", "Texts")
    fields.setdefault("from_address", NUMBER)
    fields.setdefault("kind", "gateway")
    return Sender.objects.create(
        organisation=organisation,
        channel="sms",
        secrets=seal({"token": account}),
        **fields,
    )


@pytest.fixture
def number(club: Organisation) -> Sender:
    return number_of(club)


@pytest.fixture
def their_number(other_club: Organisation) -> Sender:
    return number_of(other_club)


@pytest.fixture
def ann(club: Organisation) -> Participant:
    return Participant.objects.create(
        organisation=club, first_name="Ann", last_name="Roy", phone=PHONE, phone_typed=PHONE
    )


def write(
    sender: Sender, phone: str = PHONE, at: datetime | None = None, outcome: str = "accepted"
) -> Delivery:
    """Send a campaign to one phone; the provider accepted it at this time, a minute ago if none."""
    organisation = sender.organisation
    message = Message.objects.create(organisation=organisation, sms_text="Pool closed")
    sendout = SendOut.objects.create(
        organisation=organisation,
        name=f"News of {organisation}",
        message=message,
        channels="sms",
        sms_sender=sender,
    )
    whose = Participant.objects.filter(organisation=organisation, phone=phone).first()
    row = send_one(sendout, "sms", phone, whose)
    at = at or timezone.now() - timedelta(minutes=1)
    record([Happening(row.pk, outcome, at, attempt=1, segments=1)])
    row.refresh_from_db()
    return row


_refs = itertools.count()


def text(sender: Sender, words: str, phone: str = PHONE, **fields: object) -> Reply:
    """Have a text come in through a sender, and give the row that it became."""
    fields.setdefault("ref", f"text-{next(_refs)}")
    fields.setdefault("to", sender.from_address)
    heard = Incoming(phone=phone, text=words, **fields)  # type: ignore[arg-type]
    take_in(sender, [heard])
    return Reply.objects.get(received_by=sender.pk, ref=heard.ref)


@pytest.fixture
def minutes() -> Callable[[float], datetime]:
    """Give a function from minutes to times, an hour ago and on."""
    begin = timezone.now() - timedelta(minutes=60)
    return lambda n: begin + timedelta(minutes=n)
