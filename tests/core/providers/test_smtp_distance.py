"""A mail server far away: what a round trip costs, with and without CHUNKING."""

from __future__ import annotations

import asyncio
import time

import pytest

from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.core.providers.contract import Answers, send_all
from tests.core.providers.smtp_scripted import letter, letters
from tests.rigs.chunking_sink import ChunkingSink
from tests.rigs.postfix import CAST, Postfix
from tests.rigs.relay import Relay
from tests.rigs.round_trip import echo_time, send

DELAY = 0.02  # seconds each way


async def test_the_relay_is_as_long_as_it_says() -> None:
    async with ChunkingSink() as sink, Relay("127.0.0.1", sink.port, DELAY) as relay:
        assert await echo_time(sink.port) < DELAY
        assert 2 * DELAY <= await echo_time(relay.port) < 3 * DELAY


async def test_the_relay_is_long_and_not_narrow() -> None:
    async with ChunkingSink() as sink, Relay("127.0.0.1", sink.port, DELAY) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        await reader.readline()
        begun = time.monotonic()
        for _ in range(100):
            writer.write(b"RSET\r\n")
            await asyncio.sleep(0)
        for _ in range(100):
            assert (await reader.readline()).startswith(b"250")
        assert time.monotonic() - begun < 10 * 2 * DELAY
        writer.close()


@pytest.mark.parametrize("chunking", [True, False])
async def test_what_a_message_costs_from_afar(chunking: bool) -> None:
    count = 60
    async with ChunkingSink() as sink, Relay("127.0.0.1", sink.port, DELAY) as relay:
        provider = SmtpProvider(SmtpConfig("127.0.0.1", relay.port, "none", chunking=chunking))
        connection, answers = await provider.connect(), Answers()
        begun = time.monotonic()
        await connection.send(letters(count), answers)
        trips = (time.monotonic() - begun) / (2 * DELAY)
        await connection.close()
    assert len(answers.accepted) == sink.taken == count
    # With DATA one each; with chunks a window of about forty takes two or three.
    assert trips < 20 if chunking else trips >= count


async def test_a_thousand_a_second_from_afar() -> None:
    async with ChunkingSink() as sink, Relay("127.0.0.1", sink.port, 0.025) as relay:
        assert await send(relay.port, 3_000, chunking=True) > 1_000


@pytest.mark.postfix
async def test_postfix_takes_many_at_once_from_afar() -> None:
    with Postfix() as postfix:
        async with Relay("127.0.0.1", postfix.port, DELAY) as relay:
            provider = SmtpProvider(SmtpConfig("127.0.0.1", relay.port, "none"))
            mails = [letter(n, to=CAST[n % 3]) for n in range(60)]
            mails[30] = letter(30, to="gone@example.test")
            begun = time.monotonic()
            answers = await send_all(await provider.connect(), mails)
            assert time.monotonic() - begun < 60 * 2 * DELAY
        assert sorted(answers.accepted) == [n for n in range(60) if n != 30]
        assert postfix.wait_for(59) == {CAST[0]: 19, CAST[1]: 20, CAST[2]: 20}
