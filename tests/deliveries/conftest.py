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


@pytest.fixture
def law_of_counts(db: None) -> Iterator[None]:
    """After every test here, counts equal a recount and statuses follow from the facts."""
    yield
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
