"""What goes through a sender is counted per minute, and no sum is ever lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sendout.core.delivery.outcome import Accepted, Outcome, Refused, Unsure
from sendout.senders.models import Sender, Throughput
from sendout.senders.throughput import KEPT, accepted_by_minute, fold, lately, note, totals

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SLICE: list[Outcome] = [
    Accepted("1"),
    Accepted("2"),
    Refused(True, "5.1.1", "no such user"),
    Refused(False, "4.2.1", "try later"),
    Unsure("it hung up"),
]
ALL = {"accepted": 2, "refused": 1, "deferred": 1, "unsure": 1}

pytestmark = pytest.mark.django_db


def test_slices_of_one_minute_are_one_row(email_sender: Sender) -> None:
    note(email_sender.pk, NOON + timedelta(seconds=3), SLICE)
    note(email_sender.pk, NOON + timedelta(seconds=59), SLICE)
    row = Throughput.objects.get()
    assert row.minute == NOON
    assert {name: getattr(row, name) for name in ALL} == {n: 2 * c for n, c in ALL.items()}


def test_an_empty_slice_leaves_no_trace(email_sender: Sender) -> None:
    note(email_sender.pk, NOON, [])
    assert not Throughput.objects.exists()


def test_only_the_last_minutes_are_read(email_sender: Sender, sms_sender: Sender) -> None:
    for minutes in (0, 1, 2, 5):
        note(email_sender.pk, NOON - timedelta(minutes=minutes), SLICE)
    note(sms_sender.pk, NOON, SLICE)
    now = NOON + timedelta(seconds=20)
    found = accepted_by_minute([email_sender.pk], now, 1)
    assert found == {email_sender.pk: {NOON: 2, NOON - timedelta(minutes=1): 2}}


def test_only_the_time_of_work_counts(email_sender: Sender) -> None:
    """Slices overlap, and between two of them nothing may have been to do."""

    def tell(seconds: float, busy: float, accepted: int = 20) -> None:
        note(email_sender.pk, NOON + timedelta(seconds=seconds), [], accepted, busy=busy)

    tell(1, busy=1)
    tell(1.5, busy=1)  # half of it while the other one was in hand
    tell(1.4, busy=1)  # settled late
    tell(40, busy=0.5)
    assert lately([email_sender.pk], NOON + timedelta(seconds=50)) == {email_sender.pk: (80, 2.0)}
    tell(59, busy=10)
    tell(61, busy=10)  # of which two were not told of in the minute before
    assert lately([email_sender.pk], NOON + timedelta(seconds=70)) == {email_sender.pk: (120, 14.0)}


def test_what_was_long_ago_counts_where_there_is_nothing_newer(
    email_sender: Sender, sms_sender: Sender
) -> None:
    for minutes, accepted in ((0, 1), (1, 2), (10, 20), (20, 30), (30, 40), (200, 50)):
        note(email_sender.pk, NOON - timedelta(minutes=minutes), [], accepted, busy=1)
    assert lately([email_sender.pk, sms_sender.pk], NOON) == {email_sender.pk: (53, 4.0)}
    assert lately([sms_sender.pk], NOON)[sms_sender.pk] == (0, 0.0)


def test_folding_keeps_the_sums(email_sender: Sender, sms_sender: Sender) -> None:
    old = NOON - KEPT - timedelta(minutes=1)
    for minutes in range(3):
        note(email_sender.pk, old - timedelta(minutes=minutes), SLICE)
    note(email_sender.pk, NOON, SLICE)
    before = totals()
    fold(NOON)
    assert totals() == before
    assert Throughput.objects.count() == 2
    note(email_sender.pk, old, SLICE)
    fold(NOON)
    assert Throughput.objects.count() == 2
    assert totals()[0] == (email_sender, {name: 5 * n for name, n in ALL.items()})
    assert totals()[1] == (sms_sender, dict.fromkeys(ALL, 0))
