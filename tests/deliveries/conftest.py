"""What the tests of deliveries share: a send-out to a few people, and the law of the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.delivery.status import NUMBERS, TIMES, Facts, status
from sendout.deliveries.models import Count, Delivery
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.usage.models import Usage

MakeSendOut = Callable[..., SendOut]
MakePerson = Callable[..., Participant]


@pytest.fixture
def person(club: Organisation) -> MakePerson:
    def make(first_name: str, email: str = "", phone: str = "", **fields: object) -> Participant:
        fields.setdefault("email_normal", email.lower())
        return Participant.objects.create(
            organisation=fields.pop("organisation", club),
            first_name=first_name,
            email=email,
            phone=phone,
            **fields,
        )

    return make


@pytest.fixture
def sendout(club: Organisation, email_sender: Sender, sms_sender: Sender) -> MakeSendOut:
    def make(**fields: object) -> SendOut:
        message = Message.objects.create(
            organisation=club,
            category=fields.pop("category", "operational"),
            subject="Pool closed",
            body="Hi {{ first_name }}, see you Saturday.",
            sms_text="Pool closed today",
        )
        fields.setdefault("everyone", True)
        return SendOut.objects.create(
            organisation=club,
            name="Closure",
            message=message,
            email_sender=email_sender,
            sms_sender=sms_sender,
            **fields,
        )

    return make


def recount() -> Counter[tuple[int, str, str]]:
    """Count the rows themselves, with every fact the counts carry."""
    counted: Counter[tuple[int, str, str]] = Counter()
    for row in Delivery.objects.all():
        key = (row.sendout_id, row.channel, row.status)
        counted[(*key, "n")] += 1
        for fact in ("accepted", "delivered", "opened", "clicked"):
            counted[(*key, fact)] += getattr(row, f"{fact}_at") is not None
    return +counted


CHARGED = {"sent", "delivered", "opened", "clicked", "replied", "complained"}


def charged_rows() -> Counter[tuple[int, int, str, str, str]]:
    """Add up the rows that are charged: how many, their segments, their price."""
    found: Counter[tuple[int, int, str, str, str]] = Counter()
    for row in Delivery.objects.all():
        taken = row.status in CHARGED or row.accepted_at is not None
        assert taken or row.price == 0, f"{row.status} costs nothing"
        assert row.quoted is None or not taken
        if taken and (row.segments or row.price):
            key = (row.organisation_id, row.sendout_id, row.channel, row.country)
            found.update(
                {(*key, "n"): 1, (*key, "segments"): row.segments, (*key, "price"): row.price}
            )
    return +found


def booked() -> Counter[tuple[int, int, str, str, str]]:
    """Add up the usage of all days in the same way."""
    found: Counter[tuple[int, int, str, str, str]] = Counter()
    for line in Usage.objects.exclude(kind="received"):
        key = (line.organisation_id, line.sendout, line.channel, line.country)
        for name in ("n", "segments", "price"):
            found[(*key, name)] += getattr(line, name)
    return +found


@pytest.fixture
def law_of_counts(db: None) -> Iterator[None]:
    """After every test here, counts equal a recount, usage equals what the rows were charged, and
    statuses follow from the facts."""
    yield
    assert booked() == charged_rows()
    kept = Counter(
        {
            (c.sendout_id, c.channel, c.status, name): getattr(c, name)
            for c in Count.objects.all()
            for name in ("n", "accepted", "delivered", "opened", "clicked")
        }
    )
    assert +kept == recount()
    assert min(kept.values(), default=0) >= 0
    for row in Delivery.objects.all():
        known = Facts(**{name: getattr(row, name) for name in (*TIMES, *NUMBERS)})
        assert row.status == status(known)
