"""One connection for each sender over all workers; nothing is acknowledged before it is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.providers.base import Provider
from sendout.core.providers.smpp_hearing import Told
from sendout.deliveries.models import Delivery
from sendout.inbound.smpp import receivers as module
from sendout.inbound.smpp.receivers import Receivers
from sendout.inbound.waiting import take_in_due
from sendout.senders import reception
from sendout.senders.models import Reception, Sender
from sendout.senders.ways import provider_of
from tests.inbound.smpp.conftest import PHONE, Text, smpp_sender
from tests.rigs import free_port
from tests.rigs.smsc import Plan, Smsc

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")
RECEIPT = {
    "esm_class": 4,
    "source_addr": PHONE.removeprefix("+"),
    "destination_addr": "AquaClub",
    "short_message": "id:77 sub:001 dlvrd:001 stat:DELIVRD err:000 text:",
}


async def db(work: Callable[[], T]) -> T:
    """Ask the database from a test that is asynchronous."""
    return await sync_to_async(work)()


async def until(true: Callable[[], bool], seconds: float = 15) -> float:
    """Wait until something is so; gives for how long that was."""
    begun = time.monotonic()
    while not await asyncio.to_thread(true):
        assert time.monotonic() - begun < seconds
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


def heard(smsc: Smsc, name: str, count: int) -> Callable[[], bool]:
    """Ask whether one of the provider's counts is so high."""
    return lambda: smsc.order("counts").get(name, 0) == count


@asynccontextmanager
async def listening(name: str) -> AsyncIterator[Receivers]:
    """Run the receivers of one process."""
    receivers = Receivers(name)
    task = asyncio.create_task(receivers.run())
    try:
        yield receivers
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):  # and no trouble on the way out
            await task


async def status(row: Delivery) -> str:
    """Take in what is committed, and give what became of a text."""
    await db(take_in_due)
    await db(row.refresh_from_db)
    return str(row.status)


@pytest.fixture
def sender(club: Organisation) -> Sender:
    return smpp_sender(club, free_port())


def plan(sender: Sender) -> Plan:
    return Plan(port=int(sender.config["port"]))


async def test_one_process_of_two_listens_and_the_other_takes_over(
    sender: Sender, tmp_path: Path
) -> None:
    with Smsc(tmp_path, plan(sender)) as smsc:
        async with listening("first"):
            await until(heard(smsc, "bind_receiver", 1))
            async with listening("second"):
                await asyncio.sleep(2)
                assert smsc.order("counts")["bind_receiver"] == 1
                found = await db(Reception.objects.get)
                assert found.holder == "first"
        async with listening("third"):  # the others have let go of it
            assert await until(heard(smsc, "bind_receiver", 2)) < 2


async def test_a_dead_process_is_followed_within_ten_seconds(
    sender: Sender, tmp_path: Path
) -> None:
    with Smsc(tmp_path, plan(sender)) as smsc:
        assert await db(partial(reception.hold, "dead", [sender.pk])) == {sender.pk}
        async with listening("living"):
            assert await until(heard(smsc, "bind_receiver", 1)) < 10


async def test_nothing_is_acknowledged_before_it_is_committed(
    sender: Sender, text: Text, tmp_path: Path, database_url: str
) -> None:
    row = await db(partial(text, "77"))
    with Smsc(tmp_path, plan(sender)) as smsc, psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE inbound_hookevent IN SHARE MODE")
        async with listening("worker"):
            await until(heard(smsc, "bind_receiver", 1))
            smsc.order("tell", RECEIPT)
            await asyncio.sleep(1)
            assert smsc.order("counts")["told"] == 1
            assert "acknowledged" not in smsc.order("counts")
            other.rollback()
            await until(heard(smsc, "acknowledged", 1))
            assert await status(row) == "delivered"


async def test_what_was_told_to_the_dead_is_told_again(
    sender: Sender, text: Text, tmp_path: Path, database_url: str
) -> None:
    row = await db(partial(text, "77"))
    with Smsc(tmp_path, plan(sender)) as smsc, psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE inbound_hookevent IN SHARE MODE")
        async with listening("worker"):
            await until(heard(smsc, "bind_receiver", 1))
            smsc.order("tell", RECEIPT)
            await asyncio.sleep(0.3)
            smsc.order("drop")
            other.rollback()
            await until(heard(smsc, "acknowledged", 1))
            assert smsc.order("counts")["bind_receiver"] == 2
            assert await status(row) == "delivered"


async def test_the_staff_is_told_why_nothing_comes_in(sender: Sender, tmp_path: Path) -> None:
    def trouble() -> str:
        return reception.trouble(sender)

    async with listening("worker"):
        await until(lambda: "connection refused" in trouble())
        with Smsc(tmp_path, plan(sender)) as smsc:
            await until(lambda: not trouble())
            smsc.order("unbind")
            await until(lambda: "the server ended the session" in trouble())
            await until(lambda: not trouble())
        await db(lambda: Sender.objects.update(config=sender.config | {"window": 0}))
        await until(lambda: "Window is a number from 1 to 200" in trouble())
        await db(lambda: Sender.objects.update(active=False))
        await db(sender.refresh_from_db)
        assert await db(trouble) == ""


async def test_a_receiver_that_ended_by_a_fault_of_ours_begins_anew(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [RuntimeError("a bug")]

    def stumble(found: Sender) -> Provider:
        if faults:
            raise faults.pop()
        return provider_of(found)

    monkeypatch.setattr(module, "provider_of", stumble)
    with Smsc(tmp_path, plan(sender)) as smsc:
        async with listening("worker"):
            await until(heard(smsc, "bind_receiver", 1))


async def test_more_than_can_be_kept_is_told_again(
    sender: Sender, text: Text, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    row = await db(partial(text, "77"))
    with Smsc(tmp_path, plan(sender)) as smsc, psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE inbound_hookevent IN SHARE MODE")
        async with listening("worker"):
            await until(heard(smsc, "bind_receiver", 1))
            for _ in range(5):
                smsc.order("tell", RECEIPT)
                await asyncio.sleep(0.1)
            await until(lambda: smsc.order("counts").get("not_taken", 0) > 0)
            other.rollback()
            await until(heard(smsc, "acknowledged", 5))
            assert await status(row) == "delivered"


async def test_nobody_listening_is_said_after_a_while(sender: Sender) -> None:
    later = timezone.now() + 2 * reception.UNHEARD
    assert await db(lambda: reception.trouble(sender)) == ""
    assert await db(lambda: reception.trouble(sender, later)) == reception.NOBODY
    await db(lambda: reception.hold("dead", [sender.pk]))
    assert await db(lambda: reception.trouble(sender)) == ""
    assert await db(lambda: reception.trouble(sender, later)) == reception.NOBODY


async def test_new_settings_are_followed_and_a_deactivated_sender_is_left(
    sender: Sender, tmp_path: Path
) -> None:
    with Smsc(tmp_path, plan(sender)) as smsc:
        async with listening("worker"):
            await until(heard(smsc, "bind_receiver", 1))
            config = sender.config | {"bind": "transceiver"}
            await db(lambda: Sender.objects.update(config=config))
            await until(heard(smsc, "bind_transceiver", 1))
            await db(lambda: Sender.objects.update(active=False))
            await until(lambda: smsc.order("sessions") == [])


async def test_what_comes_on_a_connection_for_sending_goes_the_same_way(
    sender: Sender, text: Text, tmp_path: Path
) -> None:
    config = sender.config | {"bind": "transceiver"}
    await db(lambda: Sender.objects.update(config=config))
    await db(sender.refresh_from_db)
    row = await db(partial(text, "77"))
    await db(lambda: Sender.objects.update(active=False))  # so that nobody else listens
    with Smsc(tmp_path, plan(sender)) as smsc:
        told = list[Told]()
        provider = provider_of(sender)
        async with listening("worker") as receivers:
            provider.listener = lambda each: (told.append(each), receivers.hear(sender.pk, each))
            connection = await provider.connect()
            smsc.order("tell", RECEIPT)
            await until(heard(smsc, "acknowledged", 1))
            assert len(told) == 1
            await connection.close()
    assert await status(row) == "delivered"
