"""Signing in by tokens, which are fetched, kept, replaced, and refused in plain words."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers.base import Envelope, SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.core.providers.contract import Answers, send_all
from tests.core.providers.smtp_scripted import letters
from tests.rigs import free_port
from tests.rigs.postfix import Postfix
from tests.rigs.smtp_script import OFFERS, SmtpScript
from tests.rigs.token_server import TokenServer


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


@asynccontextmanager
async def script_for(tokens: TokenServer, way: str = "XOAUTH2") -> AsyncIterator[SmtpScript]:
    holds = lambda token: token in tokens.given  # noqa: E731
    async with SmtpScript(offers=(*OFFERS, f"AUTH PLAIN {way}"), tokens=holds) as script:
        yield script


def provider_for(port: int, settings: dict[str, str], **more: Any) -> SmtpProvider:
    return SmtpProvider(SmtpConfig("127.0.0.1", port, **{"timeout": 5, **settings, **more}))


async def down(provider: SmtpProvider) -> Refused:
    with pytest.raises(SenderDown) as caught:
        await provider.connect()
    assert caught.value.refusal.blame is Blame.SENDER
    assert not caught.value.refusal.permanent
    return caught.value.refusal


class TestTokens:
    async def test_one_token_serves_many_connections(self, tokens: TokenServer) -> None:
        async with script_for(tokens) as script:
            provider, answers = provider_for(script.port, tokens.settings), Answers()
            connections = await asyncio.gather(*(provider.connect() for _ in range(5)))
            for number, connection in enumerate(connections):
                await connection.send([letters(5)[number]], answers)
                await connection.close()
        assert len(answers.accepted) == 5
        assert len(tokens.asked) == 1
        assert tokens.asked[0] == {
            "grant_type": "refresh_token",
            "client_id": "sendout",
            "client_secret": "swim&skate",
            "refresh_token": "permission of the office",
        }
        said = next(line for line in script.log if line.startswith("AUTH"))
        assert b64decode(said.split(" ")[2]) == b"user=alice\1auth=Bearer token-1\1\1"

    async def test_the_standard_way_where_only_that_is_offered(self, tokens: TokenServer) -> None:
        async with script_for(tokens, "OAUTHBEARER") as script:
            provider = provider_for(script.port, tokens.settings, username="al=ice")
            await (await provider.connect()).close()
        said = next(line for line in script.log if line.startswith("AUTH"))
        assert b64decode(said.split(" ")[2]) == b"n,a=al=3Dice,\1auth=Bearer token-1\1\1"

    async def test_the_client_itself_may_be_permitted(self, tokens: TokenServer) -> None:
        async with script_for(tokens) as script:
            settings = {**tokens.settings, "refresh_token": "", "scope": "https://mail/.default"}
            await (await provider_for(script.port, settings).connect()).close()
        assert tokens.asked[0]["grant_type"] == "client_credentials"
        assert tokens.asked[0]["scope"] == "https://mail/.default"

    async def test_a_token_is_replaced_before_its_end(self, tokens: TokenServer) -> None:
        tokens.life = 0.4
        async with script_for(tokens) as script:
            provider = provider_for(script.port, tokens.settings)
            await (await provider.connect()).close()
            await asyncio.sleep(0.25)
            await (await provider.connect()).close()
        assert len(tokens.asked) == 2
        assert script.said["AUTH"] == 2

    async def test_a_withdrawn_token_is_replaced_once(self, tokens: TokenServer) -> None:
        async with script_for(tokens) as script:
            provider = provider_for(script.port, tokens.settings)
            await (await provider.connect()).close()
            tokens.withdraw()
            connections = await asyncio.gather(*(provider.connect() for _ in range(3)))
            for connection in connections:
                await connection.close()
        assert len(tokens.asked) == 2

    async def test_a_fresh_token_that_is_refused_is_said(self, tokens: TokenServer) -> None:
        async with script_for(tokens) as script:
            script.tokens = lambda _token: False
            refusal = await down(provider_for(script.port, tokens.settings))
            assert len(tokens.asked) == 1
        assert refusal.code == "login"
        assert 'sign-in as "alice" by token was refused' in refusal.text
        assert "Username and Password not accepted (status 401)" in refusal.text
        assert "token-1" not in refusal.text
        assert script.log[-1] == ""  # the empty answer to the challenge

    async def test_a_server_busy_at_sign_in_is_not_asked_again(self, tokens: TokenServer) -> None:
        async with script_for(tokens) as script:
            provider = provider_for(script.port, tokens.settings)
            await (await provider.connect()).close()
            script.faults = {("AUTH", 2): "454 4.7.0 Temporary authentication failure"}
            refusal = await down(provider)
        assert "Temporary" in refusal.text
        assert len(tokens.asked) == 1

    async def test_a_server_without_tokens_is_said(self, tokens: TokenServer) -> None:
        async with SmtpScript(offers=("AUTH PLAIN",)) as script:
            refusal = await down(provider_for(script.port, tokens.settings))
        assert "does not sign in by tokens (XOAUTH2); it offers PLAIN" in refusal.text


class TestNoToken:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"client_secret": "wrong"}, "invalid_client; check client_id and client_secret"),
            ({"refresh_token": "old"}, "invalid_grant: Revoked.; the permission was withdrawn"),
        ],
    )
    async def test_a_refusal_is_said_with_its_remedy(
        self, tokens: TokenServer, settings: dict[str, str], words: str
    ) -> None:
        refusal = await down(provider_for(free_port(), {**tokens.settings, **settings}))
        assert (refusal.code, words in refusal.text) == ("login", True)
        assert not re.search(r"wrong|old|swim", refusal.text)

    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (200, "<html>Welcome</html>", "is no token"),
            (200, "[]", "is no token"),
            (200, '{"access_token": "a b\\r\\nMAIL"}', "is no token"),
            (200, '{"access_token": "a", "expires_in": "soon"}', "is no token"),
            (404, "Not Found", "answered 404; check token_url"),
            (400, "{}", "answered 400; check token_url"),
            (503, '{"error": "temporarily_unavailable"}', "temporarily_unavailable"),
        ],
    )
    async def test_an_answer_that_is_no_token(
        self, tokens: TokenServer, status: int, body: str, words: str
    ) -> None:
        tokens.answer = (status, body)
        refusal = await down(provider_for(free_port(), tokens.settings))
        assert words in refusal.text

    async def test_nobody_there(self, tokens: TokenServer) -> None:
        url = f"http://127.0.0.1:{free_port()}/token"
        refusal = await down(provider_for(free_port(), {**tokens.settings, "token_url": url}))
        assert "the token server 127.0.0.1 cannot be reached: connection refused" in refusal.text

    async def test_one_that_does_not_answer(self, tokens: TokenServer) -> None:
        tokens.delay = 1.0
        refusal = await down(provider_for(free_port(), tokens.settings, timeout=0.2))
        assert "it does not answer" in refusal.text

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"username": ""}, "username is missing"),
            ({"token_url": ""}, "token_url is missing"),
            ({"client_id": ""}, "client_id is missing"),
            ({"refresh_token": "", "client_secret": ""}, "refresh_token or client_secret"),
            ({"token_url": "http://elsewhere.test/token"}, "https://"),
            ({"token_url": "file:///etc/passwd"}, "https://"),
            ({"auth": "kerberos"}, "auth is one of password, xoauth2"),
        ],
    )
    def test_settings_that_cannot_be(
        self, tokens: TokenServer, settings: dict[str, str], words: str
    ) -> None:
        with pytest.raises(BadConfig, match=words):
            SmtpConfig.from_config({"host": "localhost", **tokens.settings, **settings})

    def test_the_secrets_are_not_shown(self, tokens: TokenServer) -> None:
        shown = repr(SmtpConfig("localhost", **tokens.settings))
        assert not re.search(r"swim|permission", shown)


@pytest.mark.postfix
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
async def test_a_real_server_signs_in_by_token(tokens: TokenServer, mechanism: str) -> None:
    more = f"smtpd_sasl_mechanism_filter = {mechanism}\n"
    with Postfix(passwords={"x": "y"}, introspection=tokens.introspection, more=more) as postfix:
        assert postfix.certificates is not None
        ca_file = str(postfix.certificates.authority)
        settings = {**tokens.settings, "tls": "starttls", "ca_file": ca_file}
        provider = SmtpProvider(SmtpConfig("localhost", postfix.port, timeout=20, **settings))
        abroad = [Envelope(n, "club@example.org", "p@elsewhere.test", b"x\r\n") for n in (1, 2, 3)]
        answers = await send_all(await provider.connect(), abroad)
        assert answers.accepted == [1, 2, 3], postfix.log()
        tokens.withdraw()
        await (await provider.connect()).close()
        assert len(tokens.asked) == 2
        tokens.user = "bob"
        refusal = await down(SmtpProvider(SmtpConfig("localhost", postfix.port, **settings)))
    assert 'sign-in as "alice" by token was refused' in refusal.text
