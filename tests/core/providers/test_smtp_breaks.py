"""Connections that break, and servers that fall silent, in the midst of it."""

from __future__ import annotations

import asyncio
import time

import pytest

from sendout.core.delivery.outcome import Blame, Refused, Unsure
from sendout.core.providers.base import Envelope
from tests.core.providers.contract import Answers
from tests.core.providers.smtp_scripted import (
    both_ways,
    letter,
    letters,
    outcomes,
    provider_for,
    until,
)
from tests.rigs.smtp_script import (
    HANG_UP,
    RECORD_AND_HANG_UP,
    SILENT,
    SmtpScript,
)


class TestBreaks:
    @both_ways
    @pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
    async def test_a_break_before_the_text_leaves_the_rest_unanswered(
        self, at: str, offers: tuple[str, ...]
    ) -> None:
        async with SmtpScript(offers=offers, faults={(at, 3): HANG_UP}) as script:
            provider = provider_for(script)
            connection, answers = await provider.connect(), Answers()
            await connection.send(letters(5), answers)
            assert not connection.usable
            await connection.close()
        assert answers.accepted == [1, 2]
        assert set(answers.outcomes) == {1, 2}

    @both_ways
    @pytest.mark.parametrize("how", [HANG_UP, RECORD_AND_HANG_UP])
    async def test_a_break_after_the_text_is_unsure(
        self, how: str, offers: tuple[str, ...]
    ) -> None:
        async with SmtpScript(offers=offers, faults={(".", 2): how}) as script:
            answers = await outcomes(script, letters(4))
        assert answers.accepted == [1]
        assert isinstance(answers.outcomes[2], Unsure)
        assert set(answers.outcomes) == {1, 2}

    async def test_a_break_in_the_middle_of_a_large_text_is_not_handed_over(self) -> None:
        large = letter(1, content=b"x" * 60 + b"\r\n" + b"line\r\n" * 4_000_000)
        offers = ("PIPELINING", "SIZE 0")
        async with SmtpScript(offers=offers, faults={("TEXT", 1): HANG_UP}) as script:
            answers = await outcomes(script, [large, letter(2)])
        assert not answers.outcomes

    async def test_a_refusal_in_the_middle_of_a_large_text_counts(self) -> None:
        large = letter(1, content=b"x" * 60 + b"\r\n" + b"line\r\n" * 4_000_000)
        faults = {("TEXT", 1): "552 5.3.4 Message too big"}
        async with SmtpScript(offers=("PIPELINING", "SIZE 0"), faults=faults) as script:
            answers = await outcomes(script, [large, letter(2)])
        refusal = answers.outcomes.get(1)
        assert isinstance(refusal, Refused)
        assert refusal.blame is Blame.MESSAGE
        assert 2 not in answers.outcomes

    @both_ways
    @pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
    async def test_goodbye_before_the_text_leaves_the_rest_to_another_connection(
        self, at: str, offers: tuple[str, ...]
    ) -> None:
        faults = {(at, 3): "421 4.3.2 Going down"}
        async with SmtpScript(offers=offers, faults=faults) as script:
            provider = provider_for(script)
            answers, left = Answers(), letters(5)
            while left:
                connection = await provider.connect()
                await connection.send(left, answers)
                await connection.close()
                left = [each for each in left if each.delivery not in answers.outcomes]
        assert answers.accepted == [1, 2, 3, 4, 5]
        assert script.connections == 2

    async def test_goodbye_instead_of_an_acceptance_is_a_temporary_refusal(self) -> None:
        faults = {(".", 2): "421 4.7.0 Too fast, try again in 90 seconds"}
        async with SmtpScript(faults=faults) as script:
            answers = await outcomes(script, letters(4))
        refusal = answers.outcomes[2]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.retry_after) == (False, 90)
        assert set(answers.outcomes) == {1, 2}

    async def test_a_server_that_says_goodbye_at_once_gets_nowhere_twice(self) -> None:
        also = lambda command, _: "421 4.7.0 Not now" if command == "MAIL" else None  # noqa: E731
        async with SmtpScript(also=also) as script:
            answers = await outcomes(script, letters(3))
        assert set(answers.outcomes) == {1}
        assert isinstance(answers.outcomes[1], Refused)

    async def test_the_limit_of_a_connection_is_learned(self) -> None:
        counted: list[int] = [0]

        def also(command: str, _: str) -> str | None:
            if command == "EHLO":
                counted[0] = 0
            counted[0] += command == "MAIL"
            too_many = command == "MAIL" and counted[0] > 3
            return "452 4.3.2 Too many messages on this connection" if too_many else None

        async with SmtpScript(also=also) as script:
            provider, answers, left = provider_for(script), Answers(), letters(9)
            while left:
                connection = await provider.connect()
                await connection.send(left, answers)
                await connection.close()
                left = [each for each in left if each.delivery not in answers.outcomes]
        assert answers.accepted == list(range(1, 10))
        assert script.connections == 3
        assert script.said["MAIL"] == 10  # refused once, then known

    async def test_silence_is_waited_for_no_longer_than_set(self) -> None:
        async with SmtpScript(faults={(".", 2): SILENT}) as script:
            begun = time.monotonic()
            answers = await outcomes(script, letters(3), timeout=0.3)
        assert time.monotonic() - begun < 2
        assert answers.accepted == [1]
        assert isinstance(answers.outcomes[2], Unsure)
        assert 3 not in answers.outcomes

    async def test_a_message_being_answered_when_we_are_cancelled_is_unsure(self) -> None:
        async with SmtpScript(faults={(".", 1): SILENT}) as script:
            connection, answers = await provider_for(script).connect(), Answers()
            task = asyncio.create_task(connection.send(letters(2), answers))
            await until(lambda: script.said["."] > 0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not connection.usable
        assert isinstance(answers.outcomes[1], Unsure)
        assert set(answers.outcomes) == {1}

    async def test_an_idle_connection_closed_by_the_server_is_not_usable(self) -> None:
        async with SmtpScript() as script:
            connection = await provider_for(script).connect()
            for writer in script._open:
                writer.write(b"421 4.4.2 Timeout\r\n")
                writer.close()
            await until(lambda: not connection.usable)
            answers = Answers()
            await connection.send(letters(2), answers)
            await connection.close()
        assert not answers.outcomes

    async def test_a_bug_in_the_lane_is_not_swallowed(self) -> None:
        def answer(_envelope: Envelope, _outcome: object) -> None:
            raise ZeroDivisionError

        async with SmtpScript() as script:
            connection = await provider_for(script).connect()
            with pytest.raises(ZeroDivisionError):
                await connection.send(letters(2), answer)
            assert not connection.usable
            await connection.close()
