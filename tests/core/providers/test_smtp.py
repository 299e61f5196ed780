"""The SMTP provider against a scripted server that makes mistakes on purpose."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from sendout.core.providers.smtp_envelope import stuffed
from tests.core.providers.contract import Answers, ProviderContract, send_all
from tests.rigs import free_port
from tests.rigs.certificates import Certificates, make_certificates
from tests.rigs.smtp_script import (
    HANG_UP,
    OFFERS,
    RECORD_AND_HANG_UP,
    SILENT,
    SmtpScript,
)

PLAIN = tuple(offer for offer in OFFERS if offer != "PIPELINING")
CHUNKS = (*OFFERS, "CHUNKING")
both_ways = pytest.mark.parametrize("offers", [OFFERS, PLAIN], ids=["pipelined", "step by step"])
all_ways = pytest.mark.parametrize(
    "offers", [OFFERS, PLAIN, CHUNKS], ids=["pipelined", "step by step", "in chunks"]
)


def provider_for(script: SmtpScript, **settings: Any) -> SmtpProvider:
    return SmtpProvider(SmtpConfig("127.0.0.1", script.port, **{"timeout": 5, **settings}))


def letter(number: int, to: str = "", content: bytes = b"") -> Envelope:
    text = content or b"Subject: Letter %d\r\n\r\nDear reader,\r\nthe pool is closed.\r\n" % number
    return Envelope(number, "club@example.org", to or f"reader{number}@example.test", text)


def letters(count: int) -> list[Envelope]:
    return [letter(number) for number in range(1, count + 1)]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def outcomes(script: SmtpScript, envelopes: list[Envelope], **settings: Any) -> Answers:
    connection = await provider_for(script, **settings).connect()
    answers = await send_all(connection, envelopes)
    assert set(answers.times.values()) <= {1}
    assert script.broken_rules == []
    return answers


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


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


async def down(script: SmtpScript, **settings: Any) -> Refused:
    with pytest.raises(SenderDown) as caught:
        await provider_for(script, **settings).connect()
    assert caught.value.refusal.blame is Blame.SENDER
    assert not caught.value.refusal.permanent
    return caught.value.refusal


class TestConnecting:
    @pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
    async def test_sign_in(self, way: str) -> None:
        passwords = {"alice": "swim é 1"}
        async with SmtpScript(offers=(f"AUTH {way}",), passwords=passwords) as script:
            answers = await outcomes(script, letters(1), username="alice", password="swim é 1")
            assert answers.accepted == [1]
            refusal = await down(script, username="alice", password="wrong")
        assert refusal.code == "login"
        assert "authentication failed" in refusal.text
        assert "wrong" not in refusal.text

    async def test_no_way_to_sign_in_we_know(self) -> None:
        async with SmtpScript(offers=("AUTH GSSAPI",)) as script:
            refusal = await down(script, username="alice", password="x")
        assert (refusal.code, "GSSAPI" in refusal.text) == ("login", True)

    async def test_a_server_that_knows_only_helo(self) -> None:
        async with SmtpScript(offers=PLAIN, faults={("EHLO", 1): "502 What?"}) as script:
            assert (await outcomes(script, letters(2))).accepted == [1, 2]
        assert script.log[1].startswith("HELO ")

    @pytest.mark.parametrize(
        ("faults", "words"),
        [
            ({("HELLO", 1): "554 5.7.1 We do not like you"}, "We do not like you"),
            ({("HELLO", 1): "421 4.3.2 Busy"}, "Busy"),
            ({("HELLO", 1): HANG_UP}, "did not greet"),
            ({("HELLO", 1): SILENT}, "did not greet"),
            ({("HELLO", 1): "HTTP/1.1 400 Bad Request"}, "does not speak SMTP"),
            ({("EHLO", 1): "451 4.3.0 Later"}, "Later"),
        ],
    )
    async def test_turned_away_at_the_door(
        self, faults: dict[tuple[str, int], str], words: str
    ) -> None:
        async with SmtpScript(faults=faults) as script:
            refusal = await down(script, timeout=0.4)
        assert refusal.code == "greeting"
        assert words in refusal.text
        assert f"127.0.0.1:{script.port}" in refusal.text

    async def test_starttls_with_a_certificate_we_trust(self, certificates: Certificates) -> None:
        context = certificates.server_context()
        offers = (*OFFERS, "STARTTLS")
        async with SmtpScript(offers=offers, context=context) as script:
            answers = await outcomes(script, letters(50), ca_file=str(certificates.authority))
        assert len(answers.accepted) == 50
        assert script.said["STARTTLS"] == 1
        assert script.said["EHLO"] == 2

    async def test_an_untrusted_certificate_never_falls_back(
        self, certificates: Certificates
    ) -> None:
        context = certificates.server_context()
        async with SmtpScript(offers=(*OFFERS, "STARTTLS"), context=context) as script:
            refusal = await down(script)
            assert (await outcomes(script, letters(1), verify=False)).accepted == [1]
        assert refusal.code == "tls"
        assert "not trusted" in refusal.text
        assert script.said["MAIL"] == 1

    async def test_implicit_tls_to_a_server_that_does_not_speak_it(self) -> None:
        async with SmtpScript() as script:
            refusal = await down(script, tls="implicit")
        assert (refusal.code, "tls=starttls" in refusal.text) == ("tls", True)

    async def test_words_before_the_handshake_are_not_believed(
        self, certificates: Certificates
    ) -> None:
        faults = {("STARTTLS", 1): "220 Go\r\n250 injected"}
        offers = (*OFFERS, "STARTTLS")
        context = certificates.server_context()
        async with SmtpScript(offers=offers, faults=faults, context=context) as script:
            refusal = await down(script, ca_file=str(certificates.authority))
        assert refusal.code == "tls"

    async def test_starttls_wanted_and_not_offered(self) -> None:
        async with SmtpScript() as script:
            refusal = await down(script, tls="starttls")
        assert (refusal.code, "STARTTLS" in refusal.text) == ("tls", True)

    async def test_a_name_that_is_not_there(self) -> None:
        with pytest.raises(SenderDown) as caught:
            await SmtpProvider(SmtpConfig("nowhere.invalid", 25)).connect()
        assert caught.value.refusal.code == "dns"

    async def test_nobody_listens(self) -> None:
        port = free_port()
        with pytest.raises(SenderDown, match=f"cannot connect to localhost:{port}: .*refused"):
            await SmtpProvider(SmtpConfig("localhost", port)).connect()


class TestConfig:
    def test_a_url_says_it_all(self) -> None:
        config = SmtpConfig.from_url("smtp://al%40ice:p%2Fw@mail.example.org:2525/?tls=starttls")
        assert config == SmtpConfig(
            "mail.example.org", 2525, "starttls", username="al@ice", password="p/w"
        )

    @pytest.mark.parametrize(
        ("url", "port"),
        [
            ("smtps://mail.example.org", 465),
            ("smtp://mail.example.org", 25),
            ("smtp://alice:x@mail.example.org", 587),
            ("smtp://mail.example.org/?tls=starttls", 587),
        ],
    )
    def test_the_usual_ports(self, url: str, port: int) -> None:
        assert SmtpConfig.from_url(url).port == port

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://mail.example.org", "begins with smtp or smtps"),
            ("smtp://", "host is missing"),
            ("smtp://alice:hunt#er2@mail.example.org", "%23"),
            ("smtp://alice:hunt/er2@mail.example.org", "%2F"),
            ("smtp://mail.example.org:99999", "port"),
            ("smtp://mail.example.org/?tls=maybe", "tls is one of auto, starttls"),
            ("smtp://mail.example.org/?verify=perhaps", "verify must be yes or no"),
            ("smtp://mail.example.org/?timeout=-1", "timeout"),
            ("smtp://mail.example.org/?colour=blue", "colour"),
            ("smtp://mail.example.org/?ca_file=/nowhere.pem", "/nowhere.pem is not there"),
        ],
    )
    def test_what_cannot_be_is_said_in_one_sentence(self, url: str, words: str) -> None:
        with pytest.raises(BadConfig, match=words.replace("?", r"\?")) as caught:
            SmtpConfig.from_url(url)
        assert "er2" not in str(caught.value)

    def test_the_password_is_not_shown(self) -> None:
        assert "hunter2" not in repr(SmtpConfig("mail.example.org", password="hunter2"))

    def test_a_ca_file_that_is_no_certificate(self, tmp_path: Path) -> None:
        file = tmp_path / "ca.pem"
        file.write_text("hello")
        with pytest.raises(BadConfig, match="certificate"):
            SmtpConfig("mail.example.org", ca_file=str(file))

    def test_the_page_about_smtp_names_every_setting(self) -> None:
        page = (Path(__file__).parents[3] / "docs" / "smtp.md").read_text()
        assert all(f"`{setting.name}`" in page for setting in SmtpProvider.settings)
