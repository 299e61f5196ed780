"""Several messages on their way at once: what is said, and who gets which answer."""

from __future__ import annotations

import asyncio
import time

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp_chunks import FEWEST, MOST, Chunks, window
from sendout.core.providers.smtp_dialogue import Waits
from sendout.core.providers.smtp_replies import Extensions
from tests.core.providers.contract import Answers
from tests.core.providers.smtp_scripted import (
    CHUNKS,
    letter,
    letters,
    outcomes,
    provider_for,
    until,
)
from tests.rigs.smtp_script import HANG_UP, RECORD_AND_HANG_UP, SILENT, SmtpScript


def chunks(*_: object, most: int = 0, messages: int = MOST) -> Chunks:
    offered = Extensions(pipelining=True, chunking=True)
    return Chunks(offered, Waits.scaled(300), most, messages)


def unsure(answers: Answers) -> list[int]:
    return [n for n, outcome in answers.outcomes.items() if isinstance(outcome, Unsure)]


class TestWhatIsSaid:
    async def test_messages_do_not_wait_for_each_other(self) -> None:
        async with SmtpScript(offers=CHUNKS) as script:
            await outcomes(script, letters(3))
        mails = [line.split(" ")[0] for line in script.log]
        assert mails[1:] == ["MAIL", "RCPT", "BDAT", *["RSET", "MAIL", "RCPT", "BDAT"] * 2, "QUIT"]

    def test_a_group_leaves_in_one_write(self) -> None:
        said, wanted, due, _ = next(chunks().deliver(letters(3), Answers()))
        assert said.count(b"BDAT") == 3
        assert (wanted, due) == (0, 11)

    @pytest.mark.parametrize(
        "content", [b".\r\n", b"a\r\n.\r\nb\r\n..c\r\n", b"\0\n.\nRSET\r\nQUIT\r\n"]
    )
    async def test_the_text_travels_as_it_is(self, content: bytes) -> None:
        async with SmtpScript(offers=CHUNKS) as script:
            answers = await outcomes(script, [letter(1, content=content), letter(2)])
        assert answers.accepted == [1, 2]
        assert script.accepted[0].content == content

    def test_no_more_than_the_window_is_on_its_way(self) -> None:
        dialogue = chunks(messages=4).deliver(letters(10), Answers())
        said, _, _, _ = next(dialogue)
        assert said.count(b"BDAT") == 4
        assert dialogue.send([])[:3] == (b"", 1, 15)
        said, _, _, _ = dialogue.send([b"250 Ok"] * 7)
        assert said.count(b"BDAT") == 2

    def test_large_messages_leave_one_by_one(self) -> None:
        large = [letter(n, content=b"x" * 2_000_000 + b"\r\n") for n in (1, 2)]
        dialogue = chunks().deliver(large, Answers())
        assert next(dialogue)[0].count(b"BDAT") == 1
        assert dialogue.send([])[1] == 1

    def test_the_window_grows_with_the_distance(self) -> None:
        assert [window(t) for t in (0.0, 0.0004, 0.05, 9.0)] == [FEWEST, FEWEST, 58, MOST]

    async def test_without_pipelining_there_are_no_chunks(self) -> None:
        async with SmtpScript(offers=("CHUNKING",)) as script:
            assert (await outcomes(script, letters(2))).accepted == [1, 2]
        assert script.said["DATA"] == 2

    async def test_they_can_be_switched_off(self) -> None:
        async with SmtpScript(offers=CHUNKS) as script:
            assert (await outcomes(script, letters(2), chunking=False)).accepted == [1, 2]
        assert script.said["DATA"] == 2

    async def test_a_slow_server_is_asked_for_many_at_once(self) -> None:
        async with SmtpScript(offers=CHUNKS, delay=0.02) as script:
            connection = await provider_for(script).connect()
            begun = time.monotonic()
            await connection.send(letters(10), Answers())
            # The script waits before each of its 39 answers; nothing else costs time.
            assert time.monotonic() - begun < 39 * 0.02 + 0.4
            await connection.close()


class TestRefusals:
    @pytest.mark.parametrize("at", ["MAIL", "RCPT", "."])
    @pytest.mark.parametrize("nth", [1, 2, 5])
    @pytest.mark.parametrize("no", ["450 4.2.0 Busy, try again in 5 minutes", "550 5.1.1 Unknown"])
    async def test_a_refusal_is_of_that_message_alone(self, at: str, nth: int, no: str) -> None:
        async with SmtpScript(offers=CHUNKS, faults={(at, nth): no}) as script:
            answers = await outcomes(script, letters(5))
            again = await outcomes(script, letters(1))
        assert sorted(answers.accepted) == [n for n in range(1, 6) if n != nth]
        assert again.accepted == [1]
        assert all(len(received.recipients) == 1 for received in script.accepted)
        refusal = answers.outcomes[nth]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.code) == (no.startswith("5"), no[4:9])

    async def test_all_refused_keeps_the_connection(self) -> None:
        no = "550 5.1.1 No such user"
        async with SmtpScript(
            offers=CHUNKS, also=lambda c, _: no if c == "RCPT" else None
        ) as script:
            connection, answers = await provider_for(script).connect(), Answers()
            await connection.send(letters(5), answers)
            await connection.send(letters(7)[5:], answers)
            assert connection.usable
            await connection.close()
        blamed = {o.blame for o in answers.outcomes.values() if isinstance(o, Refused)}
        assert (len(answers.outcomes), blamed) == (7, {Blame.ADDRESS})

    async def test_a_server_that_offers_chunks_and_does_not_know_them_gets_data(self) -> None:
        faults = {(".", 1): "502 5.5.2 Command not recognized"}
        async with SmtpScript(offers=CHUNKS, faults=faults) as script:
            provider, answers, left = provider_for(script), Answers(), letters(3)
            while left:
                connection = await provider.connect()
                await connection.send(left, answers)
                await connection.close()
                left = [each for each in left if each.delivery not in answers.outcomes]
        assert answers.accepted == [1, 2, 3]
        assert script.said["DATA"] == 3


class TestBreaks:
    @pytest.mark.parametrize("at", ["RSET", "MAIL", "RCPT", "."])
    @pytest.mark.parametrize("how", [HANG_UP, SILENT])
    async def test_those_on_their_way_are_unsure(self, at: str, how: str) -> None:
        nth = 2 if at == "RSET" else 3
        async with SmtpScript(offers=CHUNKS, faults={(at, nth): how}) as script:
            answers = await outcomes(script, letters(5), timeout=0.3)
        assert answers.accepted == [1, 2]
        assert unsure(answers) == [3, 4, 5]

    async def test_a_message_taken_without_an_answer_is_unsure(self) -> None:
        faults = {(".", 2): RECORD_AND_HANG_UP}
        async with SmtpScript(offers=CHUNKS, faults=faults) as script:
            answers = await outcomes(script, letters(3))
        assert (answers.accepted, unsure(answers)) == ([1], [2, 3])

    async def test_those_beyond_the_window_stay_unanswered(self) -> None:
        async with SmtpScript(offers=CHUNKS, faults={("MAIL", 1): HANG_UP}) as script:
            answers = await outcomes(script, letters(200))
        assert len(unsure(answers)) == len(answers.outcomes) <= MOST

    async def test_a_large_message_cut_short_was_not_handed_over(self) -> None:
        large = letter(2, content=b"line\r\n" * 4_000_000)
        offers, faults = ("PIPELINING", "CHUNKING", "SIZE 0"), {("TEXT", 2): HANG_UP}
        async with SmtpScript(offers=offers, faults=faults) as script:
            answers = await outcomes(script, [letter(1), large, letter(3)])
        assert set(answers.outcomes) == {1}

    async def test_a_refused_recipient_is_refused_though_the_connection_broke(self) -> None:
        faults = {("RCPT", 2): "550 5.1.1 Unknown", (".", 2): HANG_UP}
        async with SmtpScript(offers=CHUNKS, faults=faults) as script:
            answers = await outcomes(script, letters(3))
        assert isinstance(answers.outcomes[2], Refused)
        assert (answers.accepted, unsure(answers)) == ([1], [3])

    @pytest.mark.parametrize("at", ["MAIL", "RCPT", "."])
    async def test_goodbye_sends_those_behind_it_to_another_connection(self, at: str) -> None:
        faults = {(at, 3): "421 4.3.2 Going down"}
        async with SmtpScript(offers=CHUNKS, faults=faults) as script:
            provider, answers, left = provider_for(script), Answers(), letters(30)
            while left:
                connection = await provider.connect()
                await connection.send(left, answers)
                assert not (script.connections == 1 and connection.usable)
                await connection.close()
                left = [each for each in left if each.delivery not in answers.outcomes]
        refused = [n for n, outcome in answers.outcomes.items() if isinstance(outcome, Refused)]
        assert refused == ([3] if at == "." else [])
        assert len(answers.accepted) + len(refused) == 30
        assert script.connections == 2

    async def test_a_server_that_says_goodbye_at_once_gets_nowhere_twice(self) -> None:
        bye = "421 4.7.0 Not now"
        async with SmtpScript(
            offers=CHUNKS, also=lambda c, _: bye if c == "MAIL" else None
        ) as script:
            answers = await outcomes(script, letters(3))
        assert isinstance(answers.outcomes[1], Refused)
        assert set(answers.outcomes) == {1}

    async def test_the_limit_of_a_connection_is_learned(self) -> None:
        counted = [0]

        def also(command: str, _: str) -> str | None:
            if command == "EHLO":
                counted[0] = 0
            counted[0] += command == "MAIL"
            too_many = command == "MAIL" and counted[0] > 3
            return "452 4.3.2 Too many messages on this connection" if too_many else None

        async with SmtpScript(offers=CHUNKS, also=also) as script:
            provider, answers, left = provider_for(script), Answers(), letters(9)
            while left:
                connection = await provider.connect()
                await connection.send(left, answers)
                await connection.close()
                left = [each for each in left if each.delivery not in answers.outcomes]
        assert answers.accepted == list(range(1, 10))
        assert script.connections == 3
        assert script.said["MAIL"] == 9 + 6  # six more were on their way at the first refusal

    async def test_those_on_their_way_when_we_are_cancelled_are_unsure(self) -> None:
        async with SmtpScript(offers=CHUNKS, faults={(".", 2): SILENT}) as script:
            connection, answers = await provider_for(script).connect(), Answers()
            task = asyncio.create_task(connection.send(letters(4), answers))
            await until(lambda: script.said["."] > 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not connection.usable
        assert answers.accepted == [1]
        assert unsure(answers) == [2, 3, 4]


class TestAnswersThatDoNotFit:
    def test_a_message_accepted_before_it_was_whole_is_unsure(self) -> None:
        answers, transfer = Answers(), chunks()
        dialogue = transfer.deliver(letters(1), answers)
        next(dialogue)
        with pytest.raises(StopIteration):
            dialogue.send([b"250 Ok", b"250 Ok", b"250 Ok"])
        assert unsure(answers) == [1]
        assert transfer.tally.out_of_step

    def test_one_that_goes_on_after_its_goodbye_is_listened_to(self) -> None:
        answers, transfer = Answers(), chunks()
        dialogue = transfer.deliver(letters(3), answers)
        next(dialogue)
        dialogue.send([])
        dialogue.send([b"250 Ok"] * 2 + [b"421 Not this one"])
        dialogue.send([b"250 Ok"] * 4)
        with pytest.raises(StopIteration):
            dialogue.send([b"250 Ok", b""])
        assert isinstance(answers.outcomes[1], Refused)
        assert (answers.accepted, unsure(answers)) == ([2], [3])

    def test_a_go_on_to_a_text_ends_the_connection(self) -> None:
        answers, transfer = Answers(), chunks()
        dialogue = transfer.deliver(letters(2), answers)
        next(dialogue)
        dialogue.send([])
        with pytest.raises(StopIteration):
            dialogue.send([b"250 Ok", b"250 Ok", b"354 Go on"])
        assert isinstance(answers.outcomes[1], Refused)
        assert unsure(answers) == [2]

    def test_a_server_that_does_not_forget_gets_no_more(self) -> None:
        answers, transfer = Answers(), chunks()
        dialogue = transfer.deliver(letters(2), answers)
        next(dialogue)
        dialogue.send([])
        with pytest.raises(StopIteration):
            dialogue.send([b"250 Ok"] * 3 + [b"500 What?", *[b"503 5.5.1 Nested"] * 3])
        assert answers.outcomes == {1: Accepted("1")}
        assert transfer.tally.over

    def test_one_that_was_refused_is_followed_by_a_reset(self) -> None:
        answers, transfer = Answers(), chunks()
        dialogue = transfer.deliver([letter(1)], answers)
        next(dialogue)
        dialogue.send([])
        with pytest.raises(StopIteration):
            dialogue.send([b"250 Ok", b"550 No", b"554 No"])
        assert next(transfer.deliver([letter(2)], answers))[0].startswith(b"RSET\r\nMAIL")

    def test_an_envelope_that_cannot_be_said_is_answered_at_once(self) -> None:
        answers, transfer = Answers(), chunks()
        bad = Envelope(1, "club@example.org", "a b@example.test", b"x\r\n")
        said = next(transfer.deliver([bad, letter(2)], answers))[0]
        assert set(answers.outcomes) == {1}
        assert said.count(b"BDAT") == 1
