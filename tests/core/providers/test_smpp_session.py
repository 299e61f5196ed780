"""SMPP against a server that sends what no server should: halves, nonsense, other's answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from sendout.core.delivery.outcome import Accepted, Refused
from sendout.core.providers.base import SenderDown
from sendout.core.providers.smpp import SmppConnection, SmppProvider
from sendout.core.providers.smpp_hearing import Told
from sendout.core.providers.smpp_pdu import ANSWER, Address, Command, Message, Pdu, PduReader
from sendout.core.providers.smpp_session import LAST_NUMBER
from sendout.core.providers.smpp_submit import UNSURE
from tests.core.providers.contract import Answers
from tests.core.providers.test_smpp import LONG, texts
from tests.rigs import free_port

Play = Callable[[Pdu], bytes | None]
GARBAGE = b"\xff" * 40
RECEIPT = Message(Address("15145550101", 1, 1), Address("AquaClub", 5), b"id:7 stat:DELIVRD", 4)


def answer(pdu: Pdu, status: int = 0, body: bytes = b"id\0", number: int | None = None) -> bytes:
    """Write the answer to a command."""
    return Pdu(pdu.command | ANSWER, status, number or pdu.number, body).encode()


@asynccontextmanager
async def server(play: Play) -> AsyncIterator[SmppProvider]:
    """Run a server that lets everybody in and then answers as played; None hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        units = PduReader()
        while data := await reader.read(65_536):
            for pdu in units.feed(data):
                bound = pdu.command in (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
                said = answer(pdu) if bound else play(pdu)
                if said is None:
                    writer.close()
                    return
                writer.write(said)

    port = free_port()
    config = {"host": "127.0.0.1", "port": port, "username": "club", "timeout": 1.0}
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield SmppProvider.from_config(config)


async def send(play: Play, *contents: str) -> tuple[Answers, SmppConnection]:
    """Send texts to a server that plays this."""
    async with server(play) as provider:
        connection, answers = await provider.connect(), Answers()
        await connection.send(texts(*contents), answers)
        await connection.close()
    return answers, connection


async def test_what_came_whole_before_nonsense_still_counts() -> None:
    answers, connection = await send(
        lambda pdu: answer(pdu) + GARBAGE if pdu.number == 2 else b"", "Hello", "Hello"
    )
    assert answers.outcomes == {1: Accepted("id"), 2: UNSURE}
    assert (await connection.ended()).startswith("the server does not speak SMPP: a unit says")


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff", b"\0\0\0\x0f", b"\0\0\0\0", b"\0\2\0\0"])
async def test_a_length_that_cannot_be_ends_the_session(size: bytes) -> None:
    answers, connection = await send(lambda pdu: size + answer(pdu)[4:], "Hello")
    assert answers.outcomes == {1: UNSURE}
    assert not connection.usable


async def test_half_an_answer_is_none() -> None:
    answers, _ = await send(lambda pdu: answer(pdu)[:-2], "Hello")
    assert answers.outcomes == {1: UNSURE}


async def test_an_answer_to_something_else_is_none() -> None:
    alive = Pdu(Command.ENQUIRE_LINK | ANSWER, 0, 2).encode()
    answers, _ = await send(lambda pdu: alive + answer(pdu, number=99), "Hello")
    assert answers.outcomes == {1: UNSURE}


async def test_an_answer_that_comes_twice_counts_once() -> None:
    answers, _ = await send(lambda pdu: answer(pdu) + answer(pdu, 0x45), "Hello", "Hello")
    assert list(answers.outcomes.values()) == [Accepted("id")] * 2


async def test_an_answer_without_an_id_is_an_answer() -> None:
    answers, _ = await send(lambda pdu: answer(pdu, body=b""), "Hello")
    assert answers.outcomes == {1: Accepted("")}


async def test_what_found_no_room_and_never_left_is_not_unknown() -> None:
    seen = 0

    def play(pdu: Pdu) -> bytes | None:
        nonlocal seen
        seen += 1
        return answer(pdu, 0x58) if seen < 3 else answer(pdu, 0x58) + GARBAGE

    answers, _ = await send(play, LONG)
    [outcome] = answers.outcomes.values()
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.retry_after) == (False, 5.0)


async def test_each_part_of_a_long_text_has_its_own_tries() -> None:
    tries: dict[int, int] = {}

    def play(pdu: Pdu) -> bytes:
        part = Message.read(pdu.body).content[5]
        tries[part] = tries.get(part, 0) + 1
        return answer(pdu, 0x58 if tries[part] <= 3 else 0)

    answers, _ = await send(play, LONG)
    assert answers.accepted == [1]
    assert tries == {1: 4, 2: 4, 3: 4}


async def test_numbers_begin_anew_after_the_last_one() -> None:
    numbers = []

    def play(pdu: Pdu) -> bytes:
        numbers.append(pdu.number)
        return answer(pdu)

    async with server(play) as provider:
        connection = await provider.connect()
        connection._session._number = LAST_NUMBER - 1
        answers = Answers()
        await connection.send(texts("Hello", "Hello", "Hello"), answers)
        await connection.close()
    assert numbers == [LAST_NUMBER, 1, 2, 3]  # the last one says goodbye
    assert len(answers.accepted) == 3


async def test_a_link_that_drops_under_a_full_window_leaves_nobody_waiting() -> None:
    seen = 0

    def play(pdu: Pdu) -> bytes | None:
        nonlocal seen
        seen += 1
        return b"" if seen < 20 else None

    async with server(play) as provider:
        connection, answers = await provider.connect(), Answers()
        async with asyncio.timeout(0.8):  # less than it waits for an answer
            await connection.send(texts(*["Hello"] * 50), answers)
    assert answers.outcomes == dict.fromkeys(range(1, 21), UNSURE)


async def test_a_bind_that_nobody_answers_is_given_up() -> None:
    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)
        writer.close()

    port = free_port()
    async with await asyncio.start_server(deaf, "127.0.0.1", port):
        config = {"host": "127.0.0.1", "port": port, "username": "club", "timeout": 0.5}
        with pytest.raises(SenderDown, match="it does not answer") as caught:
            await SmppProvider.from_config(config).connect()
    assert caught.value.refusal.code == "connect"


async def test_what_comes_in_broken_is_refused_and_the_rest_is_heard() -> None:
    answers: list[Pdu] = []
    told: list[Told] = []

    def play(pdu: Pdu) -> bytes:
        answers.append(pdu)
        whole = Pdu(Command.DELIVER_SM, 0, 9, RECEIPT.encode()).encode()
        broken = Pdu(Command.DELIVER_SM, 0, 8, RECEIPT.encode()[:9]).encode()
        unknown = Pdu(0x0103, 0, 7).encode()
        stray = Pdu(Command.SUBMIT_SM | ANSWER, 0, 6, b"id\0").encode()
        said = broken + unknown + stray + whole
        return answer(pdu) + (said if pdu.command == Command.ENQUIRE_LINK else b"")

    async with server(play) as provider:
        connection = await provider.listen(told.append)
        assert await connection._session.answer_to(Command.ENQUIRE_LINK)
        async with asyncio.timeout(5):
            while len(answers) < 3:  # noqa: ASYNC110 - it happens at the server
                await asyncio.sleep(0.01)
        assert connection.usable
        await connection.close()
    assert [each.message.content for each in told] == [RECEIPT.content]
    assert [(pdu.number, pdu.status) for pdu in answers[1:3]] == [(8, 0x02), (7, 0x03)]
