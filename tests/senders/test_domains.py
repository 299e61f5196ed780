"""A limit for a domain is kept by its slots; a domain whose server refuses all is left alone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused
from sendout.deliveries import jobs
from sendout.deliveries.claim import Slice, claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.hold import release
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.record import record_slice
from sendout.people.models import Participant
from sendout.senders import domains
from sendout.senders.models import RecipientDomain, Sender
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakeSendOut, person, sendout

__all__ = ["person", "sendout"]

pytestmark = pytest.mark.django_db
BUSY = Refused(False, "4.7.0", "Try again later", Blame.RECIPIENT)
NOW = timezone.now()


@pytest.fixture
def started(club: Organisation, sendout: MakeSendOut) -> SendOut:
    names = [f"a{n}@big.test" for n in range(14)] + [f"b{n}@small.test" for n in range(4)]
    Participant.objects.bulk_create(
        Participant(organisation=club, email=name, email_normal=name) for name in names
    )
    closure = sendout()
    send_now(closure)
    return closure


def take(sendout: SendOut, sender: Sender, limit: int = 50) -> tuple[Slice, Counter[str]]:
    found = claim(sendout.pk, "email", 1, limit, sender.pk)
    return found, Counter(domains.domain_of(row.address) for row in found.claimed)


def settle(found: Slice) -> None:
    assert found.hold is not None
    release(found.hold, None)
    record_slice(timezone.now(), [(row.id, "", 1, 0, "") for row in found.claimed], [])


def test_a_limit_gives_each_its_slot(started: SendOut, email_sender: Sender):
    RecipientDomain.objects.create(
        sender=email_sender, domain="big.test", pace_count=60, pace_period="minute"
    )
    before = timezone.now()
    found, by_domain = take(started, email_sender)
    # One a second, and what fits into five seconds may leave at once.
    assert by_domain == {"big.test": 6, "small.test": 4} or by_domain["big.test"] == 5
    settle(found)
    waiting = Delivery.objects.filter(status="queued").order_by("pk")
    slots = list(waiting.values_list("next_try_at", flat=True))
    steps = {round((b - a).total_seconds(), 3) for a, b in pairwise(slots)}
    assert steps == {1.0}
    assert slots[0] - before < timedelta(seconds=2)
    batch = Batch.objects.get()
    assert (batch.ready, batch.retry_at) == (False, slots[0])
    assert take(started, email_sender)[1] == {}, "those that have a slot are not asked again"


def test_one_whose_slot_has_come_leaves(started: SendOut, email_sender: Sender):
    RecipientDomain.objects.create(
        sender=email_sender, domain="big.test", pace_count=1, pace_period="hour"
    )
    found, by_domain = take(started, email_sender)
    assert by_domain == {"big.test": 1, "small.test": 4}
    settle(found)
    second = Delivery.objects.filter(status="queued").order_by("next_try_at").first()
    assert second is not None
    Delivery.objects.filter(pk=second.pk).update(next_try_at=NOW)
    found, by_domain = take(started, email_sender)
    assert [row.id for row in found.claimed] == [second.pk]


def test_what_a_slice_has_no_room_for_keeps_its_slot(started: SendOut, email_sender: Sender):
    RecipientDomain.objects.create(
        sender=email_sender, domain="big.test", pace_count=1000, pace_period="second"
    )
    taken = Counter[str]()
    for _ in range(4):
        found, by_domain = take(started, email_sender, 5)
        taken += by_domain
        settle(found)
    assert taken == {"big.test": 14, "small.test": 4}


def test_another_senders_rules_are_its_own(
    started: SendOut, email_sender: Sender, sms_sender: Sender
):
    RecipientDomain.objects.create(sender=sms_sender, domain="big.test", pace_count=1)
    assert take(started, email_sender)[1] == {"big.test": 14, "small.test": 4}


def heard(sender: Sender, **outcomes: list[Outcome]) -> None:
    told = [
        (f"x{n}@{domain}.test", outcome)
        for domain, several in outcomes.items()
        for n, outcome in enumerate(several)
    ]
    domains.learn(sender.pk, told, timezone.now())


def closed() -> list[str]:
    rules = RecipientDomain.objects.filter(closed_until__gt=timezone.now())
    return list(rules.values_list("domain", flat=True))


def test_a_domain_that_refuses_all_is_left_alone_and_opens_again(
    started: SendOut, email_sender: Sender
):
    heard(email_sender, big=[BUSY] * 5, small=[Accepted("1")])
    rule = RecipientDomain.objects.get()
    assert (rule.domain, rule.strikes, rule.why) == ("big.test", 1, "Try again later")
    found, by_domain = take(started, email_sender)
    assert by_domain == {"small.test": 4}
    settle(found)
    batch = Batch.objects.get()
    assert (batch.ready, batch.retry_at) == (False, rule.closed_until)
    RecipientDomain.objects.update(closed_until=NOW)
    Batch.objects.update(retry_at=NOW)
    assert jobs.defer_retries() == 1
    assert take(started, email_sender)[1] == {"big.test": 14}


def test_each_further_strike_is_a_longer_rest(email_sender: Sender):
    rests = []
    for _ in range(3):
        heard(email_sender, big=[BUSY] * 5)
        rests.append(RecipientDomain.objects.get().closed_until - timezone.now())
    assert [round(rest / domains.REST) for rest in rests] == [1, 2, 4]
    heard(email_sender, big=[Accepted("1"), BUSY])
    assert RecipientDomain.objects.get().strikes == 0
    assert closed() == []


@pytest.mark.parametrize(
    "several",
    [
        {"big": [BUSY] * 4},
        {"big": [*[BUSY] * 9, Accepted("1")]},
        {"big": [BUSY] * 9, "small": [BUSY] * 9},
        {"big": [Refused(False, "4.2.0", "Greylisted, see you", Blame.RECIPIENT)] * 9},
        {"big": [Refused(False, "connect", "hung up", Blame.SENDER)] * 9},
        {"big": [Refused(True, "5.1.1", "Unknown", Blame.ADDRESS)] * 9},
    ],
    ids=["few", "one taken", "our own trouble", "greylisting", "not its words", "for good"],
)
def test_what_is_no_outage_of_a_domain_closes_none(
    email_sender: Sender, several: dict[str, list[Outcome]]
):
    heard(email_sender, **several)
    assert closed() == []
