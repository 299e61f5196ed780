"""The SMTP provider against a scripted server: the contract, and what each answer means."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Refused
from sendout.core.providers.base import Envelope, Provider
from sendout.core.providers.smtp_envelope import stuffed
from tests.core.providers.contract import Answers, ProviderContract, send_all
from tests.core.providers.smtp_scripted import (
    CHUNKS,
    PLAIN,
    all_ways,
    both_ways,
    letter,
    letters,
    outcomes,
    provider_for,
)
from tests.rigs import free_port
from tests.rigs.smtp_script import (
    OFFERS,
    SmtpScript,
)


class TestContract(ProviderContract):
    channel, kind = "email", "smtp"
    down = {"host": "127.0.0.1", "port": free_port()}

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        async with SmtpScript() as script:
            yield provider_for(script)


class TestContractStepByStep(TestContract):
    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        async with SmtpScript(offers=PLAIN) as script:
            yield provider_for(script)


class TestContractInChunks(TestContract):
    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        async with SmtpScript(offers=CHUNKS, chop=True) as script:
            yield provider_for(script)


class TestContractInSmallPieces(TestContract):
    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        async with SmtpScript(chop=True) as script:
            yield provider_for(script)


class TestAcceptance:
    @all_ways
    async def test_messages_arrive_whole_and_in_order(self, offers: tuple[str, ...]) -> None:
        async with SmtpScript(offers=offers) as script:
            answers = await outcomes(script, letters(5))
        assert answers.accepted == [1, 2, 3, 4, 5]
        assert [r.content for r in script.accepted] == [e.content for e in letters(5)]
        assert [r.recipients for r in script.accepted] == [[e.to] for e in letters(5)]

    async def test_the_queue_id_is_the_reference(self) -> None:
        async with SmtpScript() as script:
            answers = await outcomes(script, letters(2))
        assert answers.outcomes == {1: Accepted("Q00001"), 2: Accepted("Q00002")}

    async def test_without_a_queue_id_our_own_id_is_the_reference(self) -> None:
        async with SmtpScript(faults={(".", 1): "250 OK"}) as script:
            connection = await provider_for(script).connect()
            answers = await send_all(connection, [letter(77)])
        assert answers.outcomes == {77: Accepted("77")}

    @pytest.mark.parametrize(
        ("content", "arrives"),
        [
            (b".\r\n", b".\r\n"),
            (b"..\r\n.\r\n", b"..\r\n.\r\n"),
            (b"a\r\n.\r\nb\r\n..c\r\n", b"a\r\n.\r\nb\r\n..c\r\n"),
            (b"no line end", b"no line end\r\n"),
            (b"", b"\r\n"),
        ],
    )
    async def test_dots_at_line_starts_survive(self, content: bytes, arrives: bytes) -> None:
        async with SmtpScript() as script:
            connection = await provider_for(script).connect()
            both = [Envelope(1, "a@b.test", "c@d.test", content), letter(2)]
            answers = await send_all(connection, both)
        assert answers.accepted == [1, 2]
        assert script.accepted[0].content == arrives

    @pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r\n"])
    def test_no_kind_of_line_end_lets_a_message_end_itself(self, end: bytes) -> None:
        assert end not in stuffed(b"a" + end + b"MAIL FROM:<evil@example.test>\r\n")

    @all_ways
    async def test_a_message_of_many_megabytes_arrives(self, offers: tuple[str, ...]) -> None:
        content = b"Subject: big\r\n\r\n" + (b"\r\n.dot" + b"x" * 90) * 40_000 + b"\r\n"
        async with SmtpScript(offers=offers) as script:
            answers = await outcomes(script, [letter(1, content=content), letter(2)])
        assert answers.accepted == [1, 2]
        assert script.accepted[0].content == content

    async def test_one_write_a_message_when_pipelining(self) -> None:
        async with SmtpScript(delay=0.02) as script:
            connection = await provider_for(script).connect()
            begun = time.monotonic()
            await connection.send(letters(5), Answers())
            one_by_one = 5 * 4 * 0.02
            # The script waits before each of its 20 answers; nothing else costs time.
            assert time.monotonic() - begun < one_by_one + 0.3
            await connection.close()
        text_then_next = script.log[script.log.index("DATA") + 1]
        assert text_then_next.startswith("MAIL FROM")


class TestRefusals:
    @all_ways
    async def test_a_refused_recipient_leaves_the_others_alone(
        self, offers: tuple[str, ...]
    ) -> None:
        no = "550 5.1.1 <reader2@example.test>: Recipient address rejected: User unknown"
        async with SmtpScript(offers=offers, faults={("RCPT", 2): no}) as script:
            answers = await outcomes(script, letters(4))
        assert answers.accepted == [1, 3, 4]
        refusal = answers.outcomes[2]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.code, refusal.blame) == (True, "5.1.1", Blame.ADDRESS)
        assert refusal.text.endswith("User unknown")

    @both_ways
    @pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "."])
    @pytest.mark.parametrize("nth", [1, 2, 3])
    async def test_a_refusal_at_any_point_is_of_that_message_alone(
        self, at: str, nth: int, offers: tuple[str, ...]
    ) -> None:
        faults = {(at, nth): "450 4.2.0 Mailbox busy, try again in 5 minutes"}
        async with SmtpScript(offers=offers, faults=faults) as script:
            answers = await outcomes(script, letters(3))
        assert sorted(answers.accepted) == [n for n in (1, 2, 3) if n != nth]
        assert len(script.accepted) == 2
        refusal = answers.outcomes[nth]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.code, refusal.retry_after) == (False, "4.2.0", 300)

    async def test_data_granted_without_a_recipient_is_ended_at_once(self) -> None:
        faults = {("RCPT", 1): "550 5.1.1 No such user", ("DATA", 1): "354 Go on"}
        async with SmtpScript(faults=faults) as script:
            answers = await outcomes(script, letters(2))
        assert answers.accepted == [2]
        assert len(script.accepted) == 1

    async def test_all_refused_keeps_the_connection(self) -> None:
        async with SmtpScript(also=lambda c, _: "550 5.1.1 No" if c == "RCPT" else None) as script:
            connection = await provider_for(script).connect()
            answers = Answers()
            await connection.send(letters(5), answers)
            assert connection.usable
            await connection.send(letters(7)[5:], answers)
            await connection.close()
        assert len(answers.outcomes) == 7
        assert script.connections == 1

    async def test_too_large_is_known_before_it_is_sent(self) -> None:
        async with SmtpScript(offers=("PIPELINING", "SIZE 100")) as script:
            answers = await outcomes(
                script, [letter(1, content=b"x" * 101), letter(2, content=b"x\r\n")]
            )
        refusal = answers.outcomes[1]
        assert isinstance(refusal, Refused)
        assert (refusal.code, refusal.blame) == ("5.3.4", Blame.MESSAGE)
        assert script.said["MAIL"] == 1

    async def test_the_size_and_kind_of_the_text_are_told(self) -> None:
        async with SmtpScript() as script:
            await outcomes(script, [letter(1, content="é\r\n".encode())])
        assert script.accepted[0].mail == "FROM:<club@example.org> SIZE=4 BODY=8BITMIME"

    async def test_accents_before_the_at_need_smtputf8(self) -> None:
        jerome = letter(1, to="jérôme@example.test")
        async with SmtpScript() as script:
            assert (await outcomes(script, [jerome])).accepted == [1]
        assert script.accepted[0].mail.endswith(" SMTPUTF8")
        async with SmtpScript(offers=("PIPELINING",)) as script:
            refusal = (await outcomes(script, [jerome])).outcomes[1]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.blame) == (True, Blame.RECIPIENT)
        assert script.said["MAIL"] == 0

    async def test_accents_after_the_at_do_not(self) -> None:
        async with SmtpScript(offers=("PIPELINING",)) as script:
            answers = await outcomes(script, [letter(1, to="camp@école.test")])
        assert answers.accepted == [1]
        assert script.accepted[0].recipients == ["camp@xn--cole-9oa.test"]

    async def test_reports_are_asked_for_where_they_are_wanted_and_offered(self) -> None:
        mail = letter(7, to="o'hara+pool=a@example.test")
        async with SmtpScript(offers=(*OFFERS, "DSN")) as script:
            assert (await outcomes(script, [mail], dsn=True)).accepted == [7]
            assert (await outcomes(script, [mail])).accepted == [7]
        asked = [line for line in script.log if line.startswith("RCPT")]
        assert asked == [
            f"RCPT TO:<{mail.to}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;o'hara+2Bpool+3Da@example.test",
            f"RCPT TO:<{mail.to}>",
        ]
        assert [each.mail.partition(" SIZE=")[2][3:] for each in script.accepted] == [
            "RET=HDRS ENVID=7",
            "",
        ]
        async with SmtpScript() as script:
            assert (await outcomes(script, [mail], dsn=True)).accepted == [7]
        assert "NOTIFY" not in "".join(script.log)

    async def test_an_address_outside_ascii_is_not_named_for_reports(self) -> None:
        async with SmtpScript(offers=(*OFFERS, "DSN")) as script:
            jerome = letter(1, to="jérôme@example.test")
            assert (await outcomes(script, [jerome], dsn=True)).accepted == [1]
        assert any(line.endswith("> NOTIFY=FAILURE,DELAY") for line in script.log)

    @pytest.mark.parametrize("to", ["a@b.test>\r\nDATA", "a b@c.test", "<a@b.test>", "a@b\x00", ""])
    async def test_an_address_cannot_speak_to_the_server(self, to: str) -> None:
        async with SmtpScript() as script:
            connection = await provider_for(script).connect()
            bad = Envelope(1, "club@example.org", to, b"x\r\n")
            answers = await send_all(connection, [bad, letter(2)])
        assert answers.accepted == [2]
        assert script.said["MAIL"] == 1
