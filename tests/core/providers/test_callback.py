"""Our names of deliveries, the addresses that are given away, and what is near enough for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.providers.callback import Call, Malformed, WayBack, time_of
from sendout.core.providers.near import check_url, is_near
from sendout.core.providers.setting import BadConfig
from sendout.core.tokens import BadToken

KEYS = (b"new", b"old")
HOOK = "https://sendout.example/hooks/sms/7/secret/"


@given(st.integers(1, 2**49 - 1))
def test_a_name_is_read_back_and_fits_what_gateways_take(delivery: int) -> None:
    name = WayBack(HOOK, KEYS).name(delivery)
    assert WayBack("", KEYS).delivery(name) == delivery
    assert name.isalnum()
    assert len(name) <= 36  # the Android app's limit


def test_a_key_may_change_and_a_stranger_knows_none() -> None:
    name = WayBack(HOOK, KEYS[1:]).name(42)
    assert WayBack(HOOK, KEYS).delivery(name) == 42
    with pytest.raises(BadToken):
        WayBack(HOOK).delivery(name)


def test_each_test_has_a_name_that_is_nobodys() -> None:
    back = WayBack(HOOK, KEYS)
    names = {back.name(0) for _ in range(5)}
    assert len(names) == 5
    with pytest.raises(BadToken):
        back.delivery(names.pop())


@pytest.mark.parametrize(
    ("ours", "theirs", "given_away"),
    [
        (HOOK, "https://api.twilio.com/x", True),
        (HOOK, "http://127.0.0.1:13013/", True),
        ("http://127.0.0.1:8000/hooks/sms/7/s/", "https://api.twilio.com/x", False),
        ("http://sendout:8000/hooks/sms/7/s/", "https://api.twilio.com/x", False),
        ("http://127.0.0.1:8000/hooks/sms/7/s/", "http://192.168.1.20:8080/message", True),
        ("", "http://127.0.0.1:13013/", False),
    ],
)
def test_an_address_goes_to_those_who_can_reach_it(
    ours: str, theirs: str, given_away: bool
) -> None:
    told = WayBack(ours, KEYS).address_for("name", theirs)
    assert told == (f"{ours}name/" if given_away else "")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "10.1.2.3", "192.168.1.20", "fd00::1", "phone.local"]
)
def test_near(host: str) -> None:
    assert is_near(host)


@pytest.mark.parametrize(
    "host", ["example.org", "8.8.8.8", "2001:4860:4860::8888", "169.254.169.254", "fe80::1"]
)
def test_not_near(host: str) -> None:
    assert not is_near(host)


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "https://[::1", "ftp://a.example", "http://a.b"]
)
def test_an_address_that_cannot_be_asked_is_said(url: str) -> None:
    with pytest.raises(BadConfig, match="api_url"):
        check_url("api_url", url)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-25T12:00:00Z", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("2026-11-25T12:00:00.000+00:00", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("2026-11-25 12:00", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("1795608000", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("1795608000000", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("9" * 40, None),
        ("٣", None),
        (None, None),
    ],
)
def test_times(told: object, read: datetime | None) -> None:
    assert time_of(told) == read


def test_too_many_fields_are_nonsense() -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Malformed):
        Call("POST", HOOK, "", headers, b"a=1&" * 500).form()
