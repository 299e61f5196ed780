"""The pace is exact: over threads, over bursts, over kinds of connections."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from sendout.senders.models import Sender
from sendout.senders.pace import give_back, take


def set_pace(sender: Sender, count: int, period: str) -> None:
    sender.pace_count, sender.pace_period, sender.pace_due = count, period, None
    sender.save()


def test_a_sender_without_a_pace_never_waits(email_sender: Sender) -> None:
    assert [take(connection, email_sender.pk, 1000).wait for _ in range(3)] == [0, 0, 0]
    email_sender.refresh_from_db()
    assert email_sender.pace_due is None


def test_ten_a_minute_leave_six_seconds_apart(email_sender: Sender) -> None:
    set_pace(email_sender, 10, "minute")
    waits = [take(connection, email_sender.pk, 1).wait for _ in range(4)]
    assert waits == pytest.approx([0, 6, 12, 18], abs=0.1)


@pytest.mark.parametrize(
    ("count", "period", "apart"), [(1, "second", 1), (4, "hour", 900), (1, "day", 86_400)]
)
def test_each_period_has_its_length(
    email_sender: Sender, count: int, period: str, apart: float
) -> None:
    set_pace(email_sender, count, period)
    take(connection, email_sender.pk, 1)
    assert take(connection, email_sender.pk, 1).wait == pytest.approx(apart, abs=0.1)


def test_a_slice_of_a_quarter_second_leaves_at_once_and_the_next_after_it(
    email_sender: Sender,
) -> None:
    set_pace(email_sender, 400, "second")
    waits = [take(connection, email_sender.pk, 100).wait for _ in range(3)]
    assert waits == pytest.approx([0, 0.25, 0.5], abs=0.05)


def test_more_than_a_burst_waits_for_what_is_over(email_sender: Sender) -> None:
    set_pace(email_sender, 2, "second")
    assert take(connection, email_sender.pk, 5).wait == pytest.approx(2.0, abs=0.05)


def test_an_idle_sender_saves_nothing_up(email_sender: Sender) -> None:
    set_pace(email_sender, 1, "second")
    email_sender.pace_due = timezone.now() - timedelta(hours=1)
    email_sender.save()
    assert take(connection, email_sender.pk, 1).wait == 0
    assert take(connection, email_sender.pk, 1).wait == pytest.approx(1, abs=0.1)


@pytest.mark.django_db(transaction=True)
def test_workers_that_take_at_once_share_one_pace_exactly(email_sender: Sender) -> None:
    set_pace(email_sender, 100, "second")
    start = time.monotonic()

    def work(_: int) -> list[float]:
        leaves = [time.monotonic() + take(connection, email_sender.pk, 1).wait for _ in range(150)]
        connections.close_all()
        return leaves

    with ThreadPoolExecutor(2) as pool:
        leaves = sorted(moment - start for part in pool.map(work, range(2)) for moment in part)
    assert leaves[-1] == pytest.approx((300 - 25) / 100, abs=0.15)  # the burst, then 10 ms each
    for first, last in zip(leaves, leaves[126:], strict=False):  # 127 within a second is too fast
        assert last - first > 0.95


@pytest.mark.django_db
def test_what_is_given_back_can_be_taken_again(email_sender: Sender) -> None:
    set_pace(email_sender, 1, "second")
    take(connection, email_sender.pk, 1)
    assert take(connection, email_sender.pk, 5).wait > 1
    give_back(connection, email_sender.pk, 5)
    assert take(connection, email_sender.pk, 1).wait == pytest.approx(1, abs=0.1)
