"""Senders that work together: each takes its share, and the others what one cannot take."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries import jobs
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.engine.dispatch import dispatch, ways
from sendout.engine.lane import lanes
from sendout.engine.prepare import find_way, find_ways
from sendout.engine.settle import settle
from sendout.people.models import Participant
from sendout.senders import health
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.rigs.sink import Plants, Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


@pytest.fixture
def sinks(tmp_path: Path) -> Iterator[list[Sink]]:
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        yield [stack.enter_context(Sink(folder, Plants(pause=0.001))) for folder in folders]


@pytest.fixture
def pair(email_sender: Sender, sinks: list[Sink]) -> list[Sender]:
    """Two mail servers that work together, three parts of the work and one."""
    post, other = sinks
    facts = {"kind": "smtp", "pool": "post", "connections": 2}
    Sender.objects.filter(pk=email_sender.pk).update(
        config={"host": "127.0.0.1", "port": post.port, "tls": "none"},
        weight=3,
        **facts,
    )
    second = Sender.objects.create(
        organisation=email_sender.organisation,
        name="Other post",
        channel="email",
        from_name="Aqua Club",
        from_address="news@aquaclub.example.org",
        config={"host": "127.0.0.1", "port": other.port, "tls": "none"},
        **facts,
    )
    email_sender.refresh_from_db()
    return [email_sender, second]


def many(club: Organisation, number: int = 400) -> None:
    Participant.objects.bulk_create(
        Participant(organisation=club, email=f"p{n}@example.org", email_normal=f"p{n}@example.org")
        for n in range(number)
    )


def start(sendout: SendOut, monkeypatch: pytest.MonkeyPatch) -> SendOut:
    """Start it in 16 batches, so that shares can be seen."""
    monkeypatch.setattr(jobs, "BATCH", 25)
    send_now(sendout)
    return sendout


def through() -> Counter[int]:
    return Counter(Delivery.objects.values_list("sender", flat=True))


def test_each_takes_its_share_and_the_rows_say_who(
    sendout: MakeSendOut,
    run_batches: RunBatches,
    pair: list[Sender],
    sinks: list[Sink],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many(pair[0].organisation)
    run_batches(start(sendout(), monkeypatch))
    first, second = pair
    assert through() == {first.pk: 300, second.pk: 100}
    for sender, sink in zip(pair, sinks, strict=True):
        rows = Delivery.objects.filter(sender=sender)
        assert sink.times() == Counter(rows.values_list("address", flat=True))


def test_when_one_dies_the_other_takes_all_and_it_comes_back(
    club: Organisation,
    sendout: MakeSendOut,
    pair: list[Sender],
    sinks: list[Sink],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many(club)
    closure = start(sendout(), monkeypatch)
    batches = sorted(set(Delivery.objects.values_list("batch", flat=True)))

    async def go() -> None:
        sending = [asyncio.create_task(dispatch(closure.pk, "email", b)) for b in batches]
        await asyncio.to_thread(sinks[0].wait_for, 60)
        sinks[0].kill()
        await asyncio.gather(*sending)
        await lanes.close()

    asyncio.run(go())
    forget()
    first, second = pair
    first.refresh_from_db()
    assert first.down_reason
    assert health.seconds_down(first) > 0
    run_again(closure, batches)
    heard = sinks[0].times() + sinks[1].times()
    assert set(heard) == {f"p{n}@example.org" for n in range(400)}
    unsure = set(Delivery.objects.filter(unsure__gt=0).values_list("address", flat=True))
    assert {to for to, times in heard.items() if times > 1} <= unsure
    for row in Delivery.objects.all():
        assert row.status == "sent"
        assert row.address in sinks[pair.index(row.sender)].times()
    assert through()[second.pk] > 200


def run_again(sendout: SendOut, batches: list[int]) -> None:
    """Let the time of all retries come, until nothing is left."""
    for _ in range(4):
        Delivery.objects.filter(status="deferred").update(next_try_at=timezone.now())
        Batch.objects.exclude(retry_at=None).update(retry_at=timezone.now())

        async def go() -> None:
            await asyncio.gather(*(dispatch(sendout.pk, "email", b) for b in batches))
            await lanes.close()

        asyncio.run(go())
        forget()


def forget() -> None:
    lanes.__init__()  # type: ignore[misc]
    ways.__init__()  # type: ignore[misc]


def test_one_that_is_down_is_passed_over_and_comes_back(
    club: Organisation,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    pair: list[Sender],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = pair
    many(club, 100)
    health.mark_down(first.pk, "The server is away.")
    run_batches(start(sendout(), monkeypatch))
    assert through() == {second.pk: 100}
    Sender.objects.filter(pk=first.pk).update(down_until=timezone.now() - timedelta(seconds=1))
    run_batches(start(sendout(), monkeypatch))
    assert through() == {first.pk: 75, second.pk: 125}
    first.refresh_from_db()
    assert first.down_until is None


def test_what_waits_for_its_pace_leaves_through_the_others(
    club: Organisation,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    pair: list[Sender],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = pair
    Sender.objects.filter(pk=first.pk).update(pace_count=25, pace_period="hour")
    many(club, 100)
    run_batches(start(sendout(), monkeypatch))
    assert through() == {first.pk: 1, second.pk: 99}


def test_when_all_are_down_nothing_is_lost(
    club: Organisation,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    pair: list[Sender],
) -> None:
    many(club, 30)
    for sender in pair:
        health.mark_down(sender.pk, "The server is away.")
    closure = sendout()
    send_now(closure)
    run_batches(closure)
    assert set(Delivery.objects.values_list("status", "attempt")) == {("queued", 0)}
    Sender.objects.update(down_until=None)
    run_batches(closure)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}


def test_texts_are_shared_too(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches, sms_sender: Sender
) -> None:
    Sender.objects.filter(pk=sms_sender.pk).update(pool="texts")
    other = Sender.objects.create(
        organisation=sms_sender.organisation,
        name="Other SMS",
        channel="sms",
        kind="sandbox",
        from_address="+15145550199",
        pool="texts",
    )
    for n in range(50):
        person(f"P{n}", phone=f"+15145552{n:03}")
    closure = sendout(channels="sms")
    send_now(closure)
    run_batches(closure)
    assert through() == {sms_sender.pk: 25, other.pk: 25}


def test_a_pool_never_reaches_into_another_organisation(
    other_club: Organisation, sendout: MakeSendOut, pair: list[Sender], person: MakePerson
) -> None:
    foreign = Sender.objects.create(
        organisation=other_club,
        name="Charlie's",
        channel="email",
        kind="smtp",
        from_address="charlie@example.org",
        pool="post",
    )
    Sender.objects.create(
        organisation=pair[0].organisation,
        name="Off",
        channel="email",
        kind="smtp",
        from_address="off@example.org",
        pool="post",
        active=False,
    )
    person("Ann", "ann@example.org")
    closure = sendout()
    send_now(closure)
    assert [way.sender.pk for way in find_ways(closure.pk, "email")] == [s.pk for s in pair]
    way = find_way(closure.pk, "email", through=foreign.pk)
    assert way is not None
    assert way.sender == pair[0]


def test_alone_no_statement_is_spent_on_it(person: MakePerson, sendout: MakeSendOut) -> None:
    person("Ann", "ann@example.org")
    closure = sendout()
    send_now(closure)
    way = find_way(closure.pk, "email")
    assert way is not None
    with CaptureQueriesContext(
        connection,
    ) as spent:
        settle(way, [], {}, timezone.now(), keeps_copy=False)
    assert not [q for q in spent.captured_queries if "sender_id IS DISTINCT" in q["sql"]]
