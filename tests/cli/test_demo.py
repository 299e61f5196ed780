"""The demo: an organisation with a believable past, made by the real machinery."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.cli import demo
from sendout.cli.problem import Problem
from sendout.core.delivery.status import ARRIVED
from sendout.deliveries import freeze
from sendout.deliveries.models import Count, Delivery, Event
from sendout.deliveries.report import LISTED, SKIPPED, reason
from sendout.people.models import Group, Participant
from sendout.senders.models import Foreseen, OutboxCopy, Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Reason, Suppression

TABLES: tuple[type[Model], ...] = (
    Organisation, Membership, Participant, Group, Sender, Suppression, SendOut, Delivery, Event,
    Count, OutboxCopy, Foreseen,
)  # fmt: skip


@pytest.fixture
def sign_in(db: None) -> tuple[str, str]:
    return demo.build()


@pytest.fixture
def past(sign_in: tuple[str, str]) -> list[SendOut]:
    """Give the send-outs that have left, the oldest first."""
    return list(SendOut.objects.filter(state="finished").order_by("started_at"))


def everything() -> dict[str, list[dict[str, object]]]:
    return {table.__name__: list(table._default_manager.values()) for table in TABLES}


def test_a_second_start_changes_nothing_and_gives_the_same_sign_in(sign_in: tuple[str, str]):
    before = everything()
    assert demo.build() == sign_in
    assert everything() == before


def test_the_owner_signs_in_with_what_is_printed(sign_in: tuple[str, str]):
    email, password = sign_in
    assert Client().login(email=email, password=password)
    assert Membership.objects.get(user__email=email).role == Role.OWNER


def test_a_password_that_was_changed_is_not_told(sign_in: tuple[str, str]):
    email, first = sign_in
    alice = User.objects.get(email=email)
    alice.set_password("correct horse battery")
    alice.save()
    assert demo.build() == (email, "that was chosen since")
    alice.set_password(first)
    alice.save()
    assert demo.build() == (email, first)


def test_an_organisation_of_that_name_that_is_no_demo_is_left_alone(club: Organisation):
    with pytest.raises(Problem, match="run without --demo"):
        demo.build()
    assert not Participant.objects.exists()


@pytest.mark.usefixtures("sign_in")
def test_three_hundred_people_are_as_people_are():
    people = Participant.objects.all()
    assert people.count() == 300
    assert 10 <= people.filter(email="").count() <= 20
    assert 18 <= people.filter(phone_typed="").count() <= 30
    assert people.exclude(email="").filter(email_normal="").exists()
    assert people.exclude(phone_typed="").filter(phone="").exists()
    assert {"en", "fr"} == set(people.values_list("language", flat=True))
    shared = Counter(people.exclude(email_normal="").values_list("email_normal", flat=True))
    assert 20 < sum(number > 1 for number in shared.values()) < 80
    assert all(group.participants.count() > 15 for group in Group.objects.all())


@pytest.mark.usefixtures("sign_in")
def test_nobody_real_can_be_reached():
    for email, phone in Participant.objects.values_list("email_normal", "phone"):
        assert not email or email.endswith((".example", "example.org", "sandbox.test"))
        assert not phone or phone[5:10] == "55501"


def test_three_send_outs_lived_and_one_waits(past: list[SendOut]):
    assert [set(s.deliveries.values_list("channel", flat=True)) for s in past] == [
        {"email"},
        {"email", "sms"},
        {"sms"},
    ]
    for sendout in past:
        arrived = sendout.deliveries.filter(status__in=ARRIVED).count()
        assert arrived > sendout.deliveries.exclude(status="skipped").count() * 0.85
    others = SendOut.objects.exclude(state="finished").values_list("state", flat=True)
    assert sorted(others) == ["draft", "scheduled"]
    scheduled = SendOut.objects.get(state="scheduled")
    assert timezone.now() + timedelta(days=5) < scheduled.scheduled_for
    assert freeze.forecast(scheduled).to_send > 150


@pytest.mark.usefixtures("past")
def test_everything_that_can_become_of_a_message_can_be_seen():
    statuses = set(Delivery.objects.values_list("status", flat=True))
    wanted = {"opened", "clicked", "delivered", "bounced", "complained", "replied", "skipped"}
    assert statuses == wanted
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"deferred", "machine_opened", "unsubscribed"} <= kinds
    stopped = Delivery.objects.exclude(unsubscribed_at=None).values_list("address", flat=True)
    listed = Suppression.objects.filter(reason=Reason.UNSUBSCRIBED, channel="sms")
    assert stopped
    assert set(stopped) == set(listed.exclude(delivery=None).values_list("address", flat=True))
    assert set(Suppression.objects.values_list("reason", flat=True)) == set(Reason)


@pytest.mark.usefixtures("past")
def test_every_skipped_recipient_has_a_reason_in_plain_words():
    skipped = Delivery.objects.filter(status="skipped")
    reasons = set(skipped.values_list("skip_reason", flat=True))
    assert reasons == (SKIPPED.keys() | LISTED.keys()) - {"expired", "deleted", "family"}
    for row in skipped:
        assert reason(row).endswith(".")
        assert row.price == 0


@pytest.mark.usefixtures("past")
def test_all_that_left_is_in_the_outbox():
    accepted = Delivery.objects.exclude(accepted_at=None).values_list("pk", "accepted_at")
    assert dict(OutboxCopy.objects.values_list("delivery", "created_at")) == dict(accepted)


def test_the_past_is_past_and_in_order(past: list[SendOut]):
    now = timezone.now()
    for sendout in past:
        assert sendout.created_at < sendout.started_at < sendout.finished_at < now
    steps = ("created_at", "accepted_at", "delivered_at", "opened_at", "clicked_at")
    for row in Delivery.objects.select_related("sendout"):
        assert row.created_at == row.sendout.started_at
        times = [time for name in steps if (time := getattr(row, name))]
        assert all(earlier <= later for earlier, later in pairwise(times))
        assert row.skipped_at in {None, row.sendout.started_at}
    assert Event.objects.filter(at__gt=now).count() == 0
    assert not Foreseen.objects.exists()
    said = Event.objects.filter(kind__in=["bounced", "complained", "unsubscribed"])
    for entry in Suppression.objects.exclude(delivery=None):
        assert entry.created_at in said.filter(delivery=entry.delivery).values_list("at", flat=True)
