"""Places are waited for in order, for so long, and none is lost."""

from __future__ import annotations

import asyncio
import time

import pytest

from sendout.engine.places import Full, Places


async def take(
    places: Places, patience: float | None, held: asyncio.Event, over: asyncio.Event
) -> None:
    async with places.one(False, patience):
        held.set()
        await over.wait()


async def test_who_waits_too_long_is_told_and_takes_no_place() -> None:
    places, held, over = Places(1), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(take(places, None, held, over))
    await held.wait()
    begun = time.monotonic()
    with pytest.raises(Full):
        async with places.one(False, 0.1):
            pass
    assert time.monotonic() - begun >= 0.1
    over.set()
    await first
    assert places.free == 1
    async with places.one(False, 0.1):
        assert places.free == 0
    assert places.free == 1


async def test_nobody_waits_where_nobody_has_got_a_place_for_that_long() -> None:
    places, held, over = Places(1), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(take(places, None, held, over))
    await held.wait()
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    with pytest.raises(Full):
        async with places.one(True, 0.15):
            pass
    assert time.monotonic() - begun < 0.1
    over.set()
    await first
    async with places.one(True, 0.15):
        pass


async def test_a_place_that_is_given_as_patience_ends_is_not_lost() -> None:
    for late in range(20):
        places, held, over = Places(1), asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(take(places, None, held, over))
        await held.wait()
        waiting = asyncio.create_task(take(places, 0.02, asyncio.Event(), over))
        await asyncio.sleep(0.0195 + late * 0.0001)
        over.set()
        await asyncio.gather(first, waiting, return_exceptions=True)
        assert places.free == 1


async def test_fewer_places_are_fewer_once_those_taken_are_given_back() -> None:
    places, over = Places(2), asyncio.Event()
    taken = [asyncio.create_task(take(places, None, asyncio.Event(), over)) for _ in range(2)]
    waiting = asyncio.create_task(take(places, None, held := asyncio.Event(), over))
    await asyncio.sleep(0.01)
    places.change(-2)
    over.set()
    await asyncio.gather(*taken)
    assert not held.is_set()
    assert places.free == 0
    places.change(2)
    await waiting
    assert places.free == 2
