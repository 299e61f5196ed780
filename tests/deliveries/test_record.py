"""Facts come twice, late and in any order; the end is the same."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.core.delivery.status import FACTS, TIMES
from sendout.deliveries.claim import claim
from sendout.deliveries.counting import finish, tallies
from sendout.deliveries.freeze import send_now
from sendout.deliveries.hold import release
from sendout.deliveries.models import Batch, Count, Delivery, Event
from sendout.deliveries.record import Happening, record
from sendout.sendouts.models import SendOut
from sendout.usage.models import Usage
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, 16, tzinfo=UTC)
KINDS = [kind for kind in FACTS if kind not in {"skipped", "cancelled"}]
stories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 30)), min_size=1, max_size=8, unique=True
)


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben"):
        person(name, f"{name}@example.org")
    closure = sendout()
    send_now(closure)
    return closure


def tell(row: Delivery, story: list[tuple[str, int]]) -> list[Happening]:
    """Turn a story of kinds and minutes into what `record` is told."""
    return [
        Happening(
            row.pk,
            kind,
            START + timedelta(minutes=at),
            "test",
            f"{kind}{at}",
            text=f"{kind} after {at}",
            code=f"5.{at}.0" if kind in ("bounced", "failed", "complained") else "",
        )
        for kind, at in story
    ]


def wipe(row: Delivery) -> None:
    """Put the row back to queued, with its counts."""
    Event.objects.all().delete()
    Count.objects.all().delete()
    Usage.objects.all().delete()
    facts = dict.fromkeys(TIMES) | {"error_code": "", "error_text": ""}
    Delivery.objects.filter(pk=row.pk).update(status="queued", **facts)
    Count.objects.create(sendout_id=row.sendout_id, channel="email", status="queued", n=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(story=stories, seed=st.integers())
def test_any_order_and_any_repetition_give_one_end(started: SendOut, story, seed):
    row = Delivery.objects.first()
    shuffled = random.Random(seed)
    ends = []
    for _ in range(3):
        wipe(row)
        told = tell(row, story) * 2
        shuffled.shuffle(told)
        while told:
            cut = shuffled.randint(1, len(told))
            record(told[:cut])
            told = told[cut:]
        row.refresh_from_db()
        counts = sorted(Count.objects.filter(n__gt=0).values_list("status", "n", "opened"))
        facts = [getattr(row, name) for name in TIMES]
        ends.append((row.status, row.error_code, row.error_text, facts, counts))
        assert Event.objects.count() == sum(kind != "accepted" for kind, _ in story)
    assert ends[0] == ends[1] == ends[2]


def test_a_receipt_may_arrive_before_our_own_commit(started: SendOut):
    row = Delivery.objects.first()
    record(tell(row, [("delivered", 2)]))
    record([Happening(row.pk, "accepted", START, ref="abc", price=700)])
    row.refresh_from_db()
    assert (row.status, row.provider_ref, row.price) == ("delivered", "abc", 700)
    assert tallies([started.pk])[started.pk]["email"].accepted == 1


def test_a_receipt_for_nobody_is_ignored(started: SendOut):
    assert record([Happening(999_999, "delivered", START)]) == []
    assert not Event.objects.exists()


def test_a_delivery_is_charged_once(started: SendOut):
    row = Delivery.objects.first()
    for _ in range(3):
        record([Happening(row.pk, "accepted", START, price=700, segments=2)])
    row.refresh_from_db()
    assert (row.price, row.segments) == (700, 2)


def test_the_words_of_a_bounce_stay(started: SendOut):
    row = Delivery.objects.first()
    record([Happening(row.pk, "bounced", START, code="5.1.1", text="No such user")])
    record([Happening(row.pk, "deferred", START, code="4.2.1", text="Try later", attempt=1)])
    row.refresh_from_db()
    assert (row.status, row.error_code, row.error_text) == ("bounced", "5.1.1", "No such user")


def test_the_words_are_those_of_the_refusal_that_the_status_tells_of(started: SendOut):
    row = Delivery.objects.first()
    later = START + timedelta(hours=1)
    record([Happening(row.pk, "bounced", later, key="2", code="4.4.7", text="Gave up")])
    record([Happening(row.pk, "bounced", START, key="1", code="5.1.1", text="No such user")])
    record([Happening(row.pk, "failed", START, code="content", text="Refused")])
    row.refresh_from_db()
    assert (row.error_code, row.error_text) == ("5.1.1", "No such user")
    record([Happening(row.pk, "complained", later, text="abuse")])
    row.refresh_from_db()
    assert (row.status, row.error_code, row.error_text) == ("complained", "", "abuse")


def test_a_temporary_refusal_waits_for_its_next_try(started: SendOut):
    found = claim(started.pk, "email", 1, 10)
    first, second = found.claimed
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert found.hold is not None
    release(found.hold, later)
    record([Happening(first.id, "deferred", START, attempt=1, next_try_at=later, key="1")])
    record([Happening(second.id, "accepted", START, attempt=1)])
    assert Delivery.objects.get(pk=first.id).status == "deferred"
    assert claim(started.pk, "email", 1, 10).claimed == []
    assert Batch.objects.get().retry_at == later
    Delivery.objects.filter(pk=first.id).update(next_try_at=START)
    [again] = claim(started.pk, "email", 1, 10).claimed
    assert (again.id, again.attempt) == (first.id, 2)


def test_a_send_out_finishes_when_nothing_moves_any_more(started: SendOut):
    assert not finish(started.pk)
    rows = claim(started.pk, "email", 1, 10).claimed
    record([Happening(row.id, "accepted", START) for row in rows])
    assert finish(started.pk)
    assert not finish(started.pk)


def test_pages_read_counts_and_not_rows(started: SendOut, django_assert_num_queries):
    with django_assert_num_queries(2):
        tally = tallies([started.pk])[started.pk]["email"]
    assert (tally.total, tally.moving, tally.percent) == (2, 2, 0)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM deliveries_count WHERE sendout_id = 1")
        assert "deliveries_delivery" not in str(cursor.fetchall())
