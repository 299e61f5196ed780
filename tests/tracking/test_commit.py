"""Group commit: nobody is answered before their hit is safe, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import psycopg
import pytest

from sendout.tracking import commit
from sendout.tracking.commit import Committer
from sendout.tracking.hits import Row


def row(delivery: int, at: float = 1_000.0, **more: object) -> Row:
    return Row(delivery, 0, "", "Gmail", at, "")._replace(**more)


class Table:
    """A database that takes time, and that can be away."""

    def __init__(self) -> None:
        self.transactions: list[list[Row]] = []
        self.seconds = 0.01
        self.trouble: Exception | None = None

    async def keep(self, rows: Sequence[Row]) -> None:
        await asyncio.sleep(self.seconds)
        if self.trouble is not None:
            raise self.trouble
        self.transactions.append(list(rows))

    @property
    def rows(self) -> list[Row]:
        return [row for rows in self.transactions for row in rows]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "DEADLINE", 0.1)
    monkeypatch.setattr(commit, "AGAIN", 0.02)


async def test_a_hit_is_in_the_table_before_it_is_answered(table: Table) -> None:
    committer = Committer(table.keep)
    for n in range(5):
        assert await committer.commit(row(n))
        assert row(n) in table.rows
    await committer.stop()


async def test_all_who_wait_share_a_transaction(table: Table) -> None:
    committer = Committer(table.keep)
    done = await asyncio.gather(*(committer.commit(row(n)) for n in range(500)))
    assert all(done)
    assert sorted(table.rows) == [row(n) for n in range(500)]
    assert len(table.transactions) <= 3
    await committer.stop()


async def test_the_same_hit_is_written_once(table: Table) -> None:
    committer = Committer(table.keep)
    assert all(await asyncio.gather(*(committer.commit(row(1)) for _ in range(50))))
    assert await committer.commit(row(1))
    assert table.rows == [row(1)]
    assert committer.figures.hits == 51
    await committer.stop()


async def test_what_may_be_judged_differently_is_written_again(table: Table) -> None:
    committer = Committer(table.keep)
    others = [row(1, link=2), row(1, sign="head"), row(1, client=""), row(1, at=1_003.0)]
    for one in [row(1), *others]:
        await committer.commit(one)
    assert len(table.rows) == 5
    await committer.stop()


async def test_a_reader_who_goes_away_disturbs_nobody(table: Table) -> None:
    table.seconds = 0.1
    committer = Committer(table.keep)
    waiting = [asyncio.create_task(committer.commit(row(n))) for n in range(3)]
    await asyncio.sleep(0.02)
    waiting[1].cancel()
    assert [await waiting[0], await waiting[2]] == [True, True]
    assert len(table.rows) == 3
    await committer.stop()


@pytest.mark.usefixtures("quick")
async def test_readers_are_answered_while_the_database_is_away_and_their_hits_follow(
    table: Table,
) -> None:
    table.trouble = psycopg.OperationalError("the server closed the connection")
    committer = Committer(table.keep)
    assert not await committer.commit(row(1))
    assert not await committer.commit(row(2))
    assert not committer.is_well
    assert (committer.figures.late, committer.figures.lost) == (2, 0)
    table.trouble = None
    await committer.stop()
    assert sorted(table.rows) == [row(1), row(2)]


@pytest.mark.usefixtures("quick")
async def test_during_an_outage_only_the_first_readers_wait(table: Table) -> None:
    table.trouble = psycopg.OperationalError("away")
    committer = Committer(table.keep)
    await committer.commit(row(1))
    await committer.commit(row(2))
    started = time.monotonic()
    for n in range(3, 103):
        await committer.commit(row(n))
    assert time.monotonic() - started < 100 * 0.1
    assert committer.waiting == 102
    table.trouble = None
    await committer.stop()
    assert len(table.rows) == 102


@pytest.mark.usefixtures("quick")
async def test_a_database_that_hangs_holds_nobody_up_for_longer_than_the_deadline(
    table: Table,
) -> None:
    table.seconds = 30
    committer = Committer(table.keep)
    assert not await asyncio.wait_for(committer.commit(row(1)), timeout=5)
    await committer.stop(seconds=0.05)
    assert committer.figures.lost == 1


@pytest.mark.usefixtures("quick")
async def test_memory_has_an_end_and_what_is_lost_is_counted(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "MOST_WAITING", 10)
    table.trouble = psycopg.OperationalError("away")
    committer = Committer(table.keep)
    done = await asyncio.gather(*(committer.commit(row(n)) for n in range(15)))
    assert not any(done)
    assert (committer.waiting, committer.figures.lost) == (10, 5)
    table.trouble = None
    await committer.stop()
    assert len(table.rows) == 10


@pytest.mark.usefixtures("quick")
async def test_what_the_database_will_never_take_stops_nobody_else(table: Table) -> None:
    table.trouble = psycopg.DataError("value too long")
    committer = Committer(table.keep)
    assert not await committer.commit(row(1))
    assert committer.figures.lost == 1
    table.trouble = None
    assert await committer.commit(row(2))
    await committer.stop()


async def test_a_stop_commits_what_waits(table: Table) -> None:
    table.seconds = 0.1
    committer = Committer(table.keep)
    waiting = [asyncio.create_task(committer.commit(row(n))) for n in range(2)]
    await asyncio.sleep(0.02)
    waiting += [asyncio.create_task(committer.commit(row(n))) for n in range(2, 4)]
    await asyncio.sleep(0)
    await committer.stop()
    assert [await each for each in waiting] == [True] * 4
    assert len(table.rows) == 4


async def test_what_comes_after_the_stop_is_not_promised(table: Table) -> None:
    committer = Committer(table.keep)
    await committer.stop()
    assert not await committer.commit(row(1))
    assert committer.figures.lost == 1
