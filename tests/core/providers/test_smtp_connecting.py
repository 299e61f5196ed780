"""Reaching a server: encryption, signing in, and settings that make no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.core.providers.smtp_scripted import (
    PLAIN,
    letters,
    outcomes,
    provider_for,
)
from tests.rigs import free_port
from tests.rigs.certificates import Certificates, make_certificates
from tests.rigs.smtp_script import (
    HANG_UP,
    OFFERS,
    SILENT,
    SmtpScript,
)


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
