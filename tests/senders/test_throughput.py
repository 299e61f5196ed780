"""What goes through a sender is counted per minute, and no sum is ever lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sendout.core.delivery.outcome import Accepted, Outcome, Refused, Unsure
from sendout.senders.models import Sender, Throughput
from sendout.senders.throughput import KEPT, accepted_by_minute, fold, note, totals

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
