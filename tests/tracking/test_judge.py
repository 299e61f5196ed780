"""Hits become facts once all that came together is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.deliveries.models import Count, Delivery, Event
from sendout.deliveries.record import Happening, record
from sendout.tracking import judge
from sendout.tracking.judge import SLICE, judge_settled
from sendout.tracking.models import Hit
from tests.counts import recount
from tests.tracking.conftest import Fetch

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return sorted(Event.objects.values_list("kind", flat=True))


def test_a_person_who_opens_is_counted_and_told(
    delivery: Delivery, fetch: Fetch, accepted_at: datetime
) -> None:
    fetch(600)
    assert judge_settled() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.opened_at) == ("opened", accepted_at + timedelta(minutes=10))
    assert Count.objects.get(sendout=delivery.sendout, n=1).opened == 1
    assert Event.objects.get().text == "Gmail"
    assert not Hit.objects.exists()


def test_who_follows_a_link_has_opened_the_message(delivery: Delivery, fetch: Fetch) -> None:
    fetch(600, 2, client="Safari on a phone")
    judge_settled()
    delivery.refresh_from_db()
    assert delivery.status == "clicked"
    assert delivery.opened_at == delivery.clicked_at
    count = Count.objects.get(sendout=delivery.sendout, n=1)
    assert (count.opened, count.clicked) == (1, 1)
    clicked = Event.objects.get(kind="clicked")
    assert clicked.text == "https://club.example/spring/2 · Safari on a phone"


def test_a_machine_is_kept_apart_with_the_reason(delivery: Delivery, fetch: Fetch) -> None:
    fetch(600, sign="apple", client="")
    judge_settled()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.opened_at) == ("sent", None)
    assert delivery.machine_opened_at is not None
    assert Event.objects.get().text == "Apple Mail fetches all pictures by itself, read or not."


def test_a_scanner_that_follows_every_link_is_no_reader(delivery: Delivery, fetch: Fetch) -> None:
    for number in (1, 2, 3):
        fetch(600 + number * 0.3, number, client="Chrome on a computer")
    judge_settled()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.clicked_at, delivery.opened_at) == ("sent", None, None)
    assert kinds() == ["machine_clicked"] * 3


def test_a_reader_after_the_scanner_is_one(delivery: Delivery, fetch: Fetch) -> None:
    for number in (1, 2, 3):
        fetch(5 + number * 0.3, number, client="Chrome on a computer")
    fetch(900, 2, client="Chrome on a computer")
    judge_settled()
    delivery.refresh_from_db()
    assert delivery.status == "clicked"


def test_who_cannot_be_told_moves_no_number(delivery: Delivery, fetch: Fetch) -> None:
    fetch(5, sign="proxy")
    judge_settled()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.machine_opened_at) == ("sent", None)
    assert kinds() == ["maybe_opened"]


def test_a_verdict_waits_for_what_may_still_come(delivery: Delivery) -> None:
    now = timezone.now()
    for number, ago in ((1, 4.0), (2, 2.5), (3, 0.5)):
        at = now - timedelta(seconds=ago)
        Hit.objects.create(delivery=delivery.pk, link=number, at=at, sign="", client="", url="x")
    assert judge_settled() == 0
    Hit.objects.update(at=now - timedelta(seconds=10))
    assert judge_settled() == 3
    assert set(kinds()) == {"machine_clicked"}


def test_a_delivery_that_is_fetched_without_end_is_judged_all_the_same(delivery: Delivery) -> None:
    now = timezone.now()
    for ago in (40, 20, 1):
        at = now - timedelta(seconds=ago)
        Hit.objects.create(delivery=delivery.pk, link=0, at=at, sign="", client="", url="")
    assert judge_settled() == 3


def test_a_reader_who_comes_back_ten_times_an_hour_makes_one_event(
    delivery: Delivery, fetch: Fetch, accepted_at: datetime
) -> None:
    next_hour = 3600 - (accepted_at.minute * 60 + accepted_at.second)
    for n in range(10):
        fetch(next_hour + 5 * n)
        judge_settled()
    assert kinds() == ["opened"]


def test_judging_twice_is_judging_once(delivery: Delivery, fetch: Fetch) -> None:
    fetch(600, 1)
    judge_settled()
    before = Delivery.objects.values().get(pk=delivery.pk)
    fetch(600, 1)
    judge_settled()
    assert Delivery.objects.values().get(pk=delivery.pk) == before
    assert kinds() == ["clicked", "opened"]


def test_an_earlier_hit_that_comes_late_is_the_first(
    delivery: Delivery, fetch: Fetch, accepted_at: datetime
) -> None:
    fetch(605)
    judge_settled()
    fetch(600)
    judge_settled()
    delivery.refresh_from_db()
    assert delivery.opened_at == accepted_at + timedelta(minutes=10)


def test_a_hit_before_we_heard_that_the_message_was_taken_counts(
    delivery: Delivery, fetch: Fetch
) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(accepted_at=None, status="queued", attempt=0)
    recount()
    fetch(600)
    judge_settled()
    delivery.refresh_from_db()
    assert delivery.opened_at is not None


def test_a_delivery_that_was_deleted_is_nobody_s(delivery: Delivery, fetch: Fetch) -> None:
    fetch(600)
    delivery.delete()
    recount()
    assert judge_settled() == 1
    assert not Hit.objects.exists()
    assert not Event.objects.exists()


def test_a_complaint_is_not_hidden_by_a_click(delivery: Delivery, fetch: Fetch) -> None:
    record([Happening(delivery.pk, "complained", timezone.now(), "test")])
    fetch(600, 1)
    judge_settled()
    delivery.refresh_from_db()
    assert delivery.status == "complained"
    assert delivery.clicked_at is not None


def test_more_than_a_slice_is_judged_in_one_go(delivery: Delivery, accepted_at: datetime) -> None:
    at = accepted_at + timedelta(minutes=5)
    Hit.objects.bulk_create(
        Hit(delivery=delivery.pk + n, link=0, at=at, sign="", client="", url="")
        for n in range(SLICE + 50)
    )
    assert judge_settled() == SLICE + 50


def test_a_flood_is_judged_in_more_than_one_call(
    delivery: Delivery, accepted_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "SLICES", 2)
    Hit.objects.bulk_create(
        Hit(delivery=n, link=0, at=accepted_at, sign="", client="", url="")
        for n in range(SLICE * 3)
    )
    assert [judge_settled() for _ in range(3)] == [SLICE * 2, SLICE, 0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    hits=st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 200), st.sampled_from(["", "proxy", "apple", "head"])
        ),
        min_size=1,
        max_size=8,
    ),
    cut=st.integers(0, 8),
)
def test_status_and_counts_are_what_the_facts_say(
    delivery: Delivery, fetch: Fetch, hits: list[tuple[int, int, str]], cut: int
) -> None:
    """Whatever comes, in one judgement or in two."""
    for part in (hits[:cut], hits[cut:]):
        for number, after, sign in part:
            fetch(after, number, sign)
        judge_settled()
    row = Delivery.objects.get(pk=delivery.pk)
    expected = "clicked" if row.clicked_at else "opened" if row.opened_at else "sent"
    assert row.status == expected
    count = Count.objects.get(sendout=delivery.sendout, n=1)
    facts = (expected, int(row.opened_at is not None), int(row.clicked_at is not None))
    assert (count.status, count.opened, count.clicked) == facts
