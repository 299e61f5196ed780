"""What leads back to a delivery is signed, each for its own purpose."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from sendout.accounts.models import Organisation
from sendout.core.tokens import BadToken
from sendout.deliveries.links import (
    BOUNCE,
    CLICK,
    LONGEST_BOUNCE_LOCAL,
    OPEN,
    UNSUBSCRIBE,
    read,
    read_return_path,
    return_path,
    sign,
    tracking_base,
)

PURPOSES = [UNSUBSCRIBE, OPEN, CLICK, BOUNCE]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_is_read_for_its_own_purpose_alone(purpose: int) -> None:
    token = sign(purpose, 17)
    assert read(purpose, token) == 17
    for other in set(PURPOSES) - {purpose}:
        with pytest.raises(BadToken):
            read(other, token)


@pytest.mark.parametrize("write", [str, str.upper, str.title, "<{}>".format, " {} ".format])
def test_a_return_path_is_read_however_servers_write_it(write: type[str]) -> None:
    assert read_return_path(write(return_path("bounces@club.example", 17))) == 17


def test_a_return_path_is_read_behind_what_forwarders_put_before_it() -> None:
    local, _, domain = return_path("bounces@club.example", 17).rpartition("@")
    assert read_return_path(f"SRS0=abcd=EF={domain}={local}@forwarder.example") == 17
    assert read_return_path(f"prvs=1234abcdef={local}@{domain}") == 17
    assert read_return_path(f"bounces+sport+{local}@{domain}") == 17


def test_a_return_path_fits_into_an_envelope() -> None:
    address = return_path("b" * LONGEST_BOUNCE_LOCAL + "@club.example", 2**63 - 1)
    assert len(address.rpartition("@")[0]) <= 64


@pytest.mark.parametrize(
    "address", ["", "@", "bounces@club.example", "bounces+@club.example", "a+1@b", "+", "é+é@é"]
)
def test_another_address_is_no_return_path(address: str) -> None:
    with pytest.raises(BadToken):
        read_return_path(address)


def test_tracked_addresses_begin_with_the_organisations_own(settings: Settings) -> None:
    settings.TRACKING_URL = "https://t.sendout.example"
    assert tracking_base(Organisation()) == "https://t.sendout.example"
    own = Organisation(tracking_url="https://news.club.example")
    assert tracking_base(own) == "https://news.club.example"
