"""A warm-up is a number for each day, exact over all workers, and says how it stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from sendout.core.warmup import allowed
from sendout.senders.models import Sender
from sendout.senders.pace import Room, give_back, take
from sendout.senders.warming import BadWarmup, put_warmup, warming_of, warmup_words


def warm_up(sender: Sender, first: int, target: int, day: int = 0) -> None:
    """Let the sender stand on this day of its warm-up, from 0."""
    put_warmup(sender, first, target, timezone.now() - timedelta(days=day))
    sender.save()


def taken(sender: Sender, n: int) -> int:
    return take(connection, sender.pk, n).n


def test_a_day_allows_its_number_at_once_and_then_waits_for_the_next(email_sender: Sender) -> None:
    warm_up(email_sender, 100, 500, day=2)
    assert take(connection, email_sender.pk, 200) == Room(200, 0.0)
    assert taken(email_sender, 200) == 25
    none = take(connection, email_sender.pk, 200)
    zone = email_sender.organisation.zone
    assert none.n == 0
    tomorrow = (timezone.now().astimezone(zone) + timedelta(seconds=none.wait)).replace(tzinfo=None)
    assert abs(tomorrow - round_to_day(tomorrow)) < timedelta(seconds=5)


def round_to_day(moment: datetime) -> datetime:
    return (moment + timedelta(hours=12)).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("day", range(12))
@pytest.mark.parametrize(("first", "target"), [(1, 5), (7, 300), (100, 500), (500, 500)])
def test_the_statement_counts_as_the_table_says(
    email_sender: Sender, first: int, target: int, day: int
) -> None:
    warm_up(email_sender, first, target, day)
    limit = allowed(first, target, day)
    assert taken(email_sender, 100_000) == (100_000 if limit is None else limit)


def test_the_next_day_begins_anew(email_sender: Sender) -> None:
    warm_up(email_sender, 10, 500)
    assert taken(email_sender, 50) == 10
    Sender.objects.update(
        warmup_from=email_sender.warmup_from - timedelta(days=1),
        warmup_day=email_sender.warmup_from - timedelta(days=1),
    )
    assert taken(email_sender, 50) == 15


def test_what_is_given_back_can_leave_today(email_sender: Sender) -> None:
    warm_up(email_sender, 10, 500)
    assert taken(email_sender, 10) == 10
    give_back(connection, email_sender.pk, 4)
    assert [taken(email_sender, 3) for _ in range(3)] == [3, 1, 0]


def test_a_pace_is_kept_besides(email_sender: Sender) -> None:
    email_sender.pace_count, email_sender.pace_period = 1, "second"
    warm_up(email_sender, 3, 500)
    waits = [take(connection, email_sender.pk, 1) for _ in range(4)]
    assert [room.wait for room in waits[:3]] == pytest.approx([0, 1, 2], abs=0.1)
    assert waits[3].n == 0
    give_back(connection, email_sender.pk, 1)
    again = take(connection, email_sender.pk, 1)
    assert (again.n, again.wait) == (1, pytest.approx(2, abs=0.2))


@pytest.mark.django_db(transaction=True)
def test_workers_that_take_at_once_share_a_day_exactly(email_sender: Sender) -> None:
    warm_up(email_sender, 997, 5000)

    def work(number: int) -> int:
        got = 0
        for turn in range(60):
            n = taken(email_sender, 7)
            if turn % 3 == number % 3 and n:
                give_back(connection, email_sender.pk, n)
            else:
                got += n
        while n := taken(email_sender, 7):
            got += n
        connections.close_all()
        return got

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 997
    email_sender.refresh_from_db()
    assert email_sender.warmup_sent == 997


def test_it_says_how_it_stands(email_sender: Sender) -> None:
    noon = datetime(2027, 3, 10, 17, 0, tzinfo=UTC)
    put_warmup(email_sender, 100, 3000, noon - timedelta(days=2))
    email_sender.warmup_day, email_sender.warmup_sent = noon.date(), 113
    assert warmup_words(email_sender, noon) == (
        "Warm-up: day 3 of 9, 113 of 225 sent today, 338 tomorrow."
    )
    assert "0 of 338 sent today" in warmup_words(email_sender, noon + timedelta(days=1))
    assert "no limit from tomorrow" in warmup_words(email_sender, noon + timedelta(days=6))
    assert warming_of(email_sender, noon + timedelta(days=7)) is None


def test_it_begins_when_it_is_switched_on_and_anew_after_it_was_off(email_sender: Sender) -> None:
    noon = datetime(2027, 3, 10, 17, 0, tzinfo=UTC)
    put_warmup(email_sender, 100, 3000, noon)
    put_warmup(email_sender, 200, 3000, noon + timedelta(days=3))
    assert email_sender.warmup_from == noon.date()
    put_warmup(email_sender, 0, 0, noon)
    assert email_sender.warmup_from is None


@pytest.mark.parametrize("numbers", [(0, 5), (5, 0), (5, 4), (-1, 4), (1, 10**9)])
def test_half_a_warm_up_is_refused(email_sender: Sender, numbers: tuple[int, int]) -> None:
    with pytest.raises(BadWarmup, match="two numbers"):
        put_warmup(email_sender, *numbers, timezone.now())
