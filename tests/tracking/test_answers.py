"""What the door answers, and what it never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message import links
from sendout.core.tokens import sign
from sendout.deliveries.links import CLICK, OPEN, UNSUBSCRIBE
from sendout.tracking.answers import GIF, LONGEST_PATH, answer, is_ours

KEYS = (b"n" * 32, b"o" * 32)
PLACE = "https://club.example/spring?week=1&x=%20"
TOKEN, PIXEL = sign(KEYS, CLICK, 17), f"/o/{sign(KEYS, OPEN, 17)}.gif"
SEALED = links.seal(KEYS, 3, PLACE)
LINK = f"/c/{TOKEN}/{SEALED}"


def test_an_open_gets_the_smallest_picture_and_is_never_cached() -> None:
    given_, row = answer(KEYS, "GET", PIXEL, {})
    assert (given_.status, given_.body, len(GIF)) == (200, GIF, 43)
    assert dict(given_.headers)["cache-control"].startswith("no-store")
    assert row is not None
    assert (row.delivery, row.link, row.url) == (17, 0, "")


def test_a_click_leads_to_the_sealed_address() -> None:
    given_, row = answer(KEYS, "GET", LINK, {"user-agent": "Mozilla/5.0"})
    assert (given_.status, dict(given_.headers)["location"]) == (302, PLACE)
    assert row is not None
    assert (row.delivery, row.link, row.url, row.sign) == (17, 3, PLACE, "apple")


def test_links_signed_with_an_older_key_still_work() -> None:
    old = f"/c/{sign(KEYS[1:], CLICK, 5)}/{links.seal(KEYS[1:], 1, PLACE)}"
    assert answer(KEYS, "GET", old, {})[0].status == 302


def test_a_token_in_capitals_still_works() -> None:
    path = f"/o/{sign(KEYS, OPEN, 17).upper()}.gif"
    assert answer(KEYS, "GET", path, {})[1] is not None


def test_head_is_answered_alike_and_kept_as_a_machine() -> None:
    given_, row = answer(KEYS, "HEAD", LINK, {})
    assert given_.status == 302
    assert row is not None
    assert row.sign == "head"


@pytest.mark.parametrize(
    "path",
    [
        f"/c/{sign(KEYS, OPEN, 17)}/{SEALED}",
        f"/c/{sign(KEYS, UNSUBSCRIBE, 17)}/{SEALED}",
        f"/o/{TOKEN}.gif",
        f"/c/{TOKEN[:-1]}{'0' if TOKEN[-1] != '0' else '1'}/{SEALED}",
        f"/c/{TOKEN}/{SEALED[:-2]}",
        f"/c/{TOKEN}/{SEALED}/x",
        f"/c/{TOKEN}",
        f"/c/{TOKEN}/",
        f"/c/{TOKEN}/https://evil.example/",
        "/c/",
        "/o/.gif",
        "/o/<script>alert(1)<script>.gif",
        "/c/\x00/\udcff",
    ],
)
def test_what_is_forged_is_refused_in_one_sentence_and_recorded_nowhere(path: str) -> None:
    given_, row = answer(KEYS, "GET", path, {})
    assert (given_.status, row) == (404, None)
    assert b"script" not in given_.body
    assert "location" not in dict(given_.headers)
    assert given_.body.count(b"\n") == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "get", ""])
def test_other_methods_change_nothing(method: str) -> None:
    given_, row = answer(KEYS, method, LINK, {})
    assert (given_.status, row) == (405, None)


def test_an_address_longer_than_any_of_ours_is_not_read() -> None:
    given_, row = answer(KEYS, "GET", "/c/" + "a" * LONGEST_PATH, {})
    assert (given_.status, row) == (414, None)


def test_the_longest_sealed_link_is_not_too_long() -> None:
    longest = "https://x.example/" + "\N{MUSICAL SYMBOL G CLEF}" * (links.LONGEST - 18)
    path = f"/c/{TOKEN}/{links.seal(KEYS, 2**32 - 1, longest)}"
    given_, row = answer(KEYS, "GET", path, {})
    assert given_.status == 302
    assert row is not None
    assert row.url == longest


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        (PIXEL, True),
        (LINK, True),
        ("/o/aqua-club/", False),
        ("/o/aqua-club/messages/", False),
        ("/o/aqua-club/logo.gif", False),
        ("/", False),
        ("/compose/", False),
    ],
)
def test_the_pages_of_an_organisation_are_left_alone(path: str, ours: bool) -> None:
    assert is_ours(path) is ours


printable = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


@given(st.text(printable, max_size=200).map(lambda text: "http://club.example/" + text))
def test_a_redirect_is_one_header_whatever_the_address(url: str) -> None:
    if not links.is_sealable(url):
        return
    path = f"/c/{TOKEN}/{links.seal(KEYS, 1, url)}"
    place = dict(answer(KEYS, "GET", path, {})[0].headers)["location"]
    assert place.isascii()
    assert not set(place) & set(' "<>\\^`{}\r\n\0')
    assert place.startswith("http://club.example/")


@given(st.sampled_from(["/c/", "/o/", f"/c/{TOKEN}/"]), st.text(max_size=100), st.text(max_size=9))
def test_nobody_makes_a_link_by_guessing(start: str, rest: str, method: str) -> None:
    given_, row = answer(KEYS, method, start + rest + (".gif" if start == "/o/" else ""), {})
    assert row is None
    assert given_.status in (404, 405)
