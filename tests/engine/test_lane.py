"""A lane gives each message of a slice exactly one outcome, whatever the server does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pytest

from sendout.core.delivery.outcome import Accepted, Outcome, Refused, Unsure
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from sendout.deliveries.claim import Claimed
from sendout.engine.lane import Lane
from sendout.engine.places import Places
from sendout.engine.prepare import Prepared
from tests.rigs.smtp_script import HANG_UP, RECORD_AND_HANG_UP, SILENT, SmtpScript

TEXT = b"Subject: x\r\n\r\n" + b"The pool is closed today.\r\n" * 20


def slice_of(count: int, first: int = 1) -> list[Prepared]:
    return [
        Prepared(
            Claimed(n, 1, f"p{n}@example.test", "", "", "", "", "", "en"),
            Envelope(n, "o@example.test", f"p{n}@example.test", TEXT),
        )
        for n in range(first, first + count)
    ]


async def send(script: SmtpScript, count: int, **settings: object) -> dict[int, Outcome]:
    config = SmtpConfig(host="127.0.0.1", port=script.port, tls="none", **settings)
    lane = Lane(SmtpProvider(config), most=1)
    async with lane.turn() as turn:
        answers = await turn.send(slice_of(count), lambda *_: None)
    await lane.close()
    assert set(answers) == set(range(1, count + 1))
    return answers


def kinds(answers: dict[int, Outcome]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in answers.values())


async def test_what_a_broken_connection_did_not_take_goes_out_on_another():
    async with SmtpScript(faults={("TEXT", 5): HANG_UP}) as script:
        answers = await send(script, 20)
    assert kinds(answers)["Accepted"] >= 19
    assert script.connections == 2
    recipients = [r for mail in script.accepted for r in mail.recipients]
    assert len(recipients) == len(set(recipients))


async def test_a_message_without_an_answer_is_unsure_and_the_others_are_not():
    async with SmtpScript(faults={(".", 5): RECORD_AND_HANG_UP}) as script:
        answers = await send(script, 20)
    assert [n for n, outcome in answers.items() if isinstance(outcome, Unsure)] == [5]
    assert kinds(answers) == {"Accepted": 19, "Unsure": 1}
    assert len(script.accepted) == 20


async def test_a_server_that_takes_a_few_messages_a_connection_gets_them_all():
    async with SmtpScript(faults={("MAIL", 4): "421 4.7.0 Too many messages"}) as script:
        answers = await send(script, 15)
    assert kinds(answers) == {"Accepted": 15}
    assert script.connections == 5


async def test_a_server_that_always_hangs_up_defers_all():
    faults = {("MAIL", n): HANG_UP for n in range(1, 10)}
    async with SmtpScript(faults=faults) as script:
        answers = await send(script, 5)
    assert all(isinstance(o, Refused) and not o.permanent for o in answers.values())
    assert script.connections == 3


async def test_connections_are_kept_while_there_is_work():
    async with SmtpScript() as script:
        lane = Lane(SmtpProvider(SmtpConfig(host="127.0.0.1", port=script.port, tls="none")), 2)
        for _ in range(5):
            async with lane.turn() as turn:
                answers = await turn.send(slice_of(3), lambda *_: None)
            assert all(isinstance(outcome, Accepted) for outcome in answers.values())
        await lane.close()
    assert script.connections == 1


def lane_to(script: SmtpScript, most: int) -> Lane:
    return Lane(SmtpProvider(SmtpConfig(host="127.0.0.1", port=script.port, tls="none")), most)


async def one_slice(
    lane: Lane, first: int, count: int, *, urgent: bool = False
) -> dict[int, Outcome]:
    async with lane.turn(urgent) as turn:
        return await turn.send(slice_of(count, first), lambda *_: None)


async def send_several(lane: Lane, sizes: Sequence[int]) -> list[dict[int, Outcome]]:
    """Send several slices at the same time, as jobs do."""
    starts = [1 + sum(sizes[:n]) for n in range(len(sizes))]
    return await asyncio.gather(*map(partial(one_slice, lane), starts, sizes))


async def test_a_slice_follows_the_last_message_of_the_one_before_in_one_write():
    async with SmtpScript() as script:
        lane = lane_to(script, 1)
        await send_several(lane, [4, 4])
        await lane.close()
    assert (script.connections, script.said["."], script.together) == (1, 8, 7)


async def test_all_slices_are_answered_when_connections_end_in_their_middle():
    faults = {("MAIL", n): "421 4.7.0 Too many messages" for n in (3, 9)}
    async with SmtpScript(faults=faults) as script:
        lane = lane_to(script, 1)
        answers = await send_several(lane, [5, 1, 7, 4, 6])
        await lane.close()
    assert [len(each) for each in answers] == [5, 1, 7, 4, 6]
    assert all(isinstance(o, Accepted) for each in answers for o in each.values())
    recipients = [r for mail in script.accepted for r in mail.recipients]
    assert len(recipients) == len(set(recipients)) == 23


async def test_a_server_that_takes_one_connection_alone_gets_all_slices_on_it():
    faults = {("HELLO", n): "421 4.7.0 Too many connections" for n in range(2, 50)}
    async with SmtpScript(faults=faults, delay=0.002) as script:
        lane = lane_to(script, 4)
        answers = await send_several(lane, [3] * 8)
        await lane.close()
    assert all(isinstance(o, Accepted) for each in answers for o in each.values())


async def test_a_slice_leaves_on_all_connections_when_it_is_long_enough() -> None:
    async with SmtpScript(delay=0.01) as script:
        lane = lane_to(script, 4)
        [answers] = await send_several(lane, [60])
        await lane.close()
    assert kinds(answers) == {"Accepted": 60}
    assert script.connections == 4
    assert len({r for mail in script.accepted for r in mail.recipients}) == 60


async def test_a_connection_that_keeps_silent_holds_up_nothing_but_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sendout.engine.lane.LONGEST", 2.0)
    async with SmtpScript(faults={(".", 5): SILENT}) as script:
        lane = lane_to(script, 2)
        first, second = (asyncio.create_task(one_slice(lane, n, 40)) for n in (1, 101))
        assert kinds(await second) == {"Accepted": 40}
        assert not first.done()
        # The one whose recipient was named in the same write may be sent again.
        assert kinds(await first) == {"Accepted": 38, "Unsure": 1, "Refused": 1}
        await lane.close()


async def test_connections_are_added_while_those_at_work_get_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sendout.engine.lane.SLOW", 0.05)
    monkeypatch.setattr("sendout.engine.lane.LONGEST", 2.0)
    async with SmtpScript(faults={("TEXT", 1): SILENT}) as script:
        lane = lane_to(script, 3)
        answers = await one_slice(lane, 1, 5)
        await lane.close()
    assert kinds(answers) == {"Accepted": 4, "Unsure": 1}
    assert script.connections >= 2


async def test_an_urgent_slice_overtakes_in_the_middle_of_another() -> None:
    begun = asyncio.Event()

    def note(command: str, _argument: str) -> None:
        if command == ".":
            begun.set()

    async with SmtpScript(delay=0.002, also=note) as script:
        lane = lane_to(script, 1)
        long = asyncio.create_task(one_slice(lane, 1, 60))
        await begun.wait()
        await one_slice(lane, 101, 3, urgent=True)
        assert not long.done()
        await long
        await lane.close()
    order = [mail.recipients[0] for mail in script.accepted]
    urgent = [order.index(f"p{n}@example.test") for n in (101, 102, 103)]
    assert urgent == sorted(urgent)
    assert urgent[-1] < 15


async def test_who_cannot_be_reached_any_more_keeps_no_slice_waiting():
    async with SmtpScript(faults={("TEXT", 2): HANG_UP}) as script:
        lane = lane_to(script, 1)
        async with lane.turn():
            pass
        script.go_away()
        answers = await send_several(lane, [3, 3])
        await lane.close()
    assert Counter(type(o).__name__ for each in answers for o in each.values())["Refused"] >= 4


async def test_a_bug_in_a_provider_leaves_each_with_an_outcome_and_is_told() -> None:
    class Broken:
        usable = True

        async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
            taken = iter(envelopes)
            answer(next(taken), Accepted("1"))
            next(taken)
            raise ZeroDivisionError

        async def close(self) -> None:
            self.usable = False

    class Provider(SmtpProvider):
        async def connect(self) -> Any:
            return Broken()

    lane = Lane(Provider(SmtpConfig(host="127.0.0.1")), 1)
    async with lane.turn() as turn:
        answers = await turn.send(slice_of(4), lambda *_: None)
    assert kinds(answers) == {"Accepted": 1, "Unsure": 1, "Refused": 2}
    assert isinstance(turn.error, ZeroDivisionError)


async def test_urgent_ones_get_the_next_place_and_none_is_lost() -> None:
    places, came = Places(1), []

    async def want(name: str, urgent: bool) -> None:
        async with places.one(urgent):
            came.append(name)
            await asyncio.sleep(0.01)

    wants = [asyncio.create_task(want(f"other {n}", False)) for n in range(3)]
    await asyncio.sleep(0)
    wants.append(asyncio.create_task(want("gives up", True)))
    wants.append(asyncio.create_task(want("urgent", True)))
    await asyncio.sleep(0)
    wants[3].cancel()
    await asyncio.gather(*wants, return_exceptions=True)
    assert came == ["other 0", "urgent", "other 1", "other 2"]
    assert places.free == 1
