"""The SMTP provider against a real Postfix, with sign-in by a real Dovecot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sendout.core.bounces.codes import plain_words
from sendout.core.delivery.outcome import Accepted, Blame, Refused
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.core.providers.contract import Answers, ProviderContract, send_all
from tests.rigs import free_port
from tests.rigs.postfix import CAST, Postfix

pytestmark = pytest.mark.postfix

READERS = tuple(f"reader{number}@example.test" for number in range(1, 301))
PASSWORD = "pass word é"
BOUNCING = """\
virtual_alias_domains = bouncing.test
virtual_alias_maps = inline:{ { gone+pool@bouncing.test = gone@closed.test } }
transport_maps = inline:{ { closed.test = error:5.2.1 Mailbox closed } }
"""


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with Postfix((*CAST, *READERS), {"alice": PASSWORD}, size_limit=2_000_000) as server:
        yield server


@pytest.fixture(autouse=True)
def _empty(postfix: Postfix) -> None:
    postfix.empty()


def provider_for(postfix: Postfix, **settings: Any) -> SmtpProvider:
    defaults = {"tls": "none", "timeout": 20}
    return SmtpProvider(SmtpConfig("localhost", **{"port": postfix.port, **defaults, **settings}))


def signed_in(postfix: Postfix, **settings: Any) -> SmtpProvider:
    assert postfix.certificates is not None
    ca_file = str(postfix.certificates.authority)
    return provider_for(
        postfix, **{"ca_file": ca_file, "username": "alice", "password": PASSWORD, **settings}
    )


def letter(number: int, to: str, words: str = "the pool is closed") -> Envelope:
    text = f"From: club@example.org\r\nTo: {to}\r\nSubject: Letter {number}\r\n\r\n{words}\r\n"
    return Envelope(number, "club@example.org", to, text.encode())


async def outcomes(provider: SmtpProvider, *envelopes: Envelope) -> Answers:
    return await send_all(await provider.connect(), list(envelopes))


class TestContract(ProviderContract):
    channel, kind = "email", "smtp"
    down = {"host": "localhost", "port": free_port()}

    @pytest.fixture(autouse=True)
    def _server(self, postfix: Postfix) -> None:
        self.postfix = postfix

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        yield provider_for(self.postfix)


async def test_everybody_gets_exactly_one_mail(postfix: Postfix) -> None:
    provider, answers = provider_for(postfix), Answers()
    connections = [await provider.connect() for _ in range(3)]
    mails = [letter(number, to) for number, to in enumerate(READERS, 1)]
    slices = [mails[start::3] for start in range(3)]
    pairs = zip(connections, slices, strict=True)
    await asyncio.gather(*(connection.send(slice_, answers) for connection, slice_ in pairs))
    await asyncio.gather(*(connection.close() for connection in connections))
    assert len(answers.accepted) == 300
    assert postfix.wait_for(300) == dict.fromkeys(READERS, 1)
    mail = postfix.mails(READERS[6])[0]
    assert (mail["Subject"], mail["Return-Path"]) == ("Letter 7", "<club@example.org>")
    accepted = answers.outcomes[7]
    assert isinstance(accepted, Accepted)
    assert accepted.ref in str(mail["Received"])


async def test_dots_and_eight_bit_text_arrive_as_written(postfix: Postfix) -> None:
    words = ".\r\n..\r\n.une leçon d'été\r\n. "
    await outcomes(provider_for(postfix), letter(1, CAST[0], words))
    postfix.wait_for(1)
    body = postfix.raw(CAST[0])[0].split(b"\n\n", 1)[1]
    assert body.decode() == words.replace("\r\n", "\n") + "\n"


async def test_unknown_users_do_not_stop_the_others(postfix: Postfix) -> None:
    several = [letter(1, "gone@example.test"), letter(2, CAST[0]), letter(3, "left@example.test")]
    answers = await outcomes(provider_for(postfix), *several, letter(4, CAST[1]))
    assert sorted(answers.accepted) == [2, 4]
    for number in (1, 3):
        refusal = answers.outcomes[number]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.code, refusal.blame) == (True, "5.1.1", Blame.ADDRESS)
        assert plain_words(refusal.code, refusal.text) == "There is no such mailbox."
    assert postfix.wait_for(2) == {CAST[0]: 1, CAST[1]: 1}


async def test_relaying_is_denied_to_those_who_did_not_sign_in(postfix: Postfix) -> None:
    abroad = letter(1, "parent@elsewhere.test")
    refusal = (await outcomes(provider_for(postfix), abroad)).outcomes[1]
    assert isinstance(refusal, Refused)
    assert refusal.blame is Blame.SENDER
    words = plain_words(refusal.code, refusal.text)
    assert words == "Our sending server does not send to other organisations for us."


async def test_too_large_a_message_blames_the_message(postfix: Postfix) -> None:
    answers = await outcomes(provider_for(postfix), letter(1, CAST[0], "x" * 2_000_001))
    refusal = answers.outcomes[1]
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.blame) == ("5.3.4", Blame.MESSAGE)


@pytest.mark.parametrize("tls", ["auto", "starttls"])
async def test_starttls_and_sign_in(postfix: Postfix, tls: str) -> None:
    assert postfix.certificates is not None
    ca_file = str(postfix.certificates.authority)
    provider = provider_for(postfix, tls=tls, ca_file=ca_file, username="alice", password=PASSWORD)
    mails = [letter(1, CAST[0]), letter(2, "parent@elsewhere.test"), letter(3, CAST[1])]
    answers = await outcomes(provider, *mails)
    assert answers.accepted == [1, 2, 3]
    postfix.wait_for(2)
    # S: encrypted, A: signed in (RFC 3848)
    assert "with ESMTPSA" in str(postfix.mails(CAST[0])[0]["Received"])


async def test_a_bounce_names_the_delivery_and_the_address(postfix: Postfix) -> None:
    with Postfix(more=BOUNCING) as server:
        provider = provider_for(server, dsn=True)
        mail = Envelope(77, CAST[0], "gone+pool@bouncing.test", b"Subject: Closed\r\n\r\nx\r\n")
        assert (await outcomes(provider, mail)).accepted == [77]
        server.wait_for(1)
        (bounce,) = server.raw(CAST[0])
    assert b"Original-Envelope-Id: 77\n" in bounce
    assert b"Original-Recipient: rfc822;gone+pool@bouncing.test\n" in bounce


async def test_implicit_tls_and_sign_in(postfix: Postfix) -> None:
    provider = signed_in(postfix, port=postfix.tls_port, tls="implicit")
    mails = [letter(1, CAST[0]), letter(2, "parent@elsewhere.test")]
    assert (await outcomes(provider, *mails)).accepted == [1, 2]
    postfix.wait_for(1)
    assert "with ESMTPSA" in str(postfix.mails(CAST[0])[0]["Received"])


async def test_many_messages_through_tls_in_chunks(postfix: Postfix) -> None:
    provider = signed_in(postfix, tls="starttls")
    words = "une leçon d'été\r\n.\r\n" * 5_000
    mails = [letter(n, to, words) for n, to in enumerate(READERS[:40], 1)]
    answers = await outcomes(provider, *mails)
    assert answers.accepted == list(range(1, 41))
    assert postfix.wait_for(40) == dict.fromkeys(READERS[:40], 1)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_of_another_host_is_said(postfix: Postfix, tls: str) -> None:
    with Postfix(passwords={"alice": PASSWORD}, host="mail.example.org") as server:
        port = server.tls_port if tls == "implicit" else server.port
        refusal = await down(signed_in(server, port=port, tls=tls))
        assert "SASL" not in server.log()
    assert refusal.code == "tls"
    assert f"the certificate of localhost:{port} is not trusted" in refusal.text
    assert "localhost" in refusal.text.partition("not trusted")[2]


async def test_the_two_kinds_of_tls_are_not_mistaken(postfix: Postfix) -> None:
    refusal = await down(signed_in(postfix, tls="implicit"))
    assert (refusal.code, "tls=starttls" in refusal.text) == ("tls", True)
    refusal = await down(signed_in(postfix, port=postfix.tls_port, tls="starttls", timeout=1))
    assert refusal.code == "greeting"


async def test_a_server_that_has_enough_of_us_gets_the_rest_on_new_connections() -> None:
    more = "smtpd_hard_error_limit = 5\nsmtpd_soft_error_limit = 4\n"
    with Postfix((*CAST, *READERS), more=more) as server:
        # Of ten addresses six are unknown: after a few of them Postfix says 421 and hangs up.
        mails = [
            letter(n, f"gone{n}@example.test" if n % 10 > 3 else READERS[n]) for n in range(40)
        ]
        provider, answers, left, connections = provider_for(server), Answers(), mails, 0
        while left:
            connection = await provider.connect()
            await connection.send(left, answers)
            await connection.close()
            left = [mail for mail in left if mail.delivery not in answers.outcomes]
            connections += 1
        known = [n for n in range(40) if n % 10 <= 3]
        assert sorted(answers.accepted) == known
        assert server.wait_for(16) == {READERS[n]: 1 for n in known}
    refused = [o for o in answers.outcomes.values() if isinstance(o, Refused)]
    assert len(refused) == 24
    assert {(o.code, o.blame) for o in refused} == {("5.1.1", Blame.ADDRESS)}
    assert connections > 1


async def test_a_pace_the_server_keeps_is_a_matter_of_time() -> None:
    with Postfix(
        more="smtpd_client_message_rate_limit = 3\nsmtpd_client_event_limit_exceptions =\n"
    ) as server:
        answers = await outcomes(provider_for(server), *(letter(n, CAST[0]) for n in range(1, 7)))
    assert answers.accepted == [1, 2, 3]
    for number in (4, 5, 6):
        refusal = answers.outcomes[number]
        assert isinstance(refusal, Refused)
        assert (refusal.permanent, refusal.code) == (False, "4.7.1")


async def down(provider: SmtpProvider) -> Refused:
    with pytest.raises(SenderDown) as caught:
        await provider.connect()
    assert caught.value.refusal.blame is Blame.SENDER
    return caught.value.refusal


async def test_a_wrong_password_is_said(postfix: Postfix) -> None:
    assert postfix.certificates is not None
    ca_file = str(postfix.certificates.authority)
    refusal = await down(
        provider_for(postfix, tls="starttls", ca_file=ca_file, username="alice", password="nope")
    )
    assert refusal.code == "login"
    assert 'sign-in as "alice" was refused' in refusal.text


async def test_an_untrusted_certificate_is_said(postfix: Postfix) -> None:
    refusal = await down(provider_for(postfix, tls="auto"))
    assert refusal.code == "tls"
    assert f"the certificate of localhost:{postfix.port} is not trusted" in refusal.text
    assert "ca_file" in refusal.text


async def test_a_server_that_is_stopped_is_said() -> None:
    with Postfix() as server:
        provider = provider_for(server)
        await (await provider.connect()).close()
    refusal = await down(provider)
    assert refusal.code == "connect"
    assert "refused" in refusal.text
