"""All ways out by name, and what is said about settings that do not fit."""

from __future__ import annotations

import pytest

from sendout.core.providers import registry
from sendout.core.providers.setting import BadConfig, Setting
from sendout.core.providers.smtp import SmtpProvider


def test_a_provider_is_built_by_name() -> None:
    provider = registry.build("email", "smtp", {"host": "mail.example.org", "port": "2525"})
    assert isinstance(provider, SmtpProvider)
    assert provider.config.port == 2525


def test_the_kinds_of_each_channel() -> None:
    assert registry.kinds("email") == ["smtp", "sandbox", "esp"]
    assert registry.kinds("sms") == ["sandbox", "twilio", "vonage", "http", "smpp"]


@pytest.mark.parametrize(("channel", "kind"), [("email", "pigeon"), ("sms", "smtp")])
def test_an_unknown_kind_is_refused_with_the_known_ones(channel: str, kind: str) -> None:
    with pytest.raises(BadConfig, match=f'"{kind}" for {channel}; there are: .*sandbox'):
        registry.build(channel, kind, {})


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(BadConfig, match=r"host is missing: name of the mail server"):
        registry.build("email", "smtp", {})


def test_a_url_gives_settings_that_can_be_stored() -> None:
    url = "smtp://alice:p%40ss@mail.example.org/?tls=starttls"
    config = registry.config_from_url("email", "smtp", url)
    assert config == {
        "host": "mail.example.org",
        "username": "alice",
        "password": "p@ss",
        "tls": "starttls",
    }
    with pytest.raises(BadConfig, match="tls is one of"):
        registry.config_from_url("email", "smtp", "smtp://mail.example.org/?tls=x")


def test_passwords_are_secret() -> None:
    assert registry.secrets("email", "smtp") == {
        "password",
        "client_secret",
        "refresh_token",
    }


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        (bool, "Yes", True),
        (bool, False, False),
        (int, " 25 ", 25),
        (float, "0.5", 0.5),
        (str, " a ", "a"),
    ],
)
def test_what_a_form_gives_is_read(kind: type[str], given: object, read: object) -> None:
    assert Setting("x", kind, "help").read(given) == read


def test_a_secret_is_not_repeated_in_an_error() -> None:
    with pytest.raises(BadConfig) as caught:
        Setting("pin", int, "help", secret=True).read("hunter2")
    assert "hunter2" not in str(caught.value)
