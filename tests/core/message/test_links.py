"""Sealed links: ours lead where they led, and nobody makes one that leads elsewhere."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sendout.core.message import links
from sendout.core.message.links import Link, seal
from sendout.core.tokens import BadToken, sign

KEYS = [b"the key that signs today.......1", b"the key of last year...........0"]
ALPHABET = string.ascii_letters + string.digits + "-_"

numbers = st.integers(0, 2**32 - 1)
urls = st.builds(
    "{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://"]),
    st.text(st.characters(codec="utf-8"), max_size=120).filter(str.isprintable),
)


@given(numbers, urls)
def test_a_link_leads_where_it_led(number: int, url: str) -> None:
    sealed = seal(KEYS, number, url)
    assert links.open(KEYS, sealed) == Link(number, url)
    assert set(sealed) <= set(ALPHABET)


@given(numbers, urls, st.data())
def test_a_link_with_one_other_character_is_refused(
    number: int, url: str, data: st.DataObject
) -> None:
    sealed = seal(KEYS, number, url)
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from(ALPHABET + "+/=. é\n"))
    assume(other != sealed[place])
    with pytest.raises(BadToken):
        links.open(KEYS, sealed[:place] + other + sealed[place + 1 :])


@given(urls, st.integers(1, 12), st.text(ALPHABET + "=\n", min_size=1, max_size=9))
def test_a_link_cut_or_lengthened_is_refused(url: str, cut: int, more: str) -> None:
    sealed = seal(KEYS, 1, url)
    for altered in (sealed[:-cut], sealed[cut:], sealed + more, more + sealed):
        with pytest.raises(BadToken):
            links.open(KEYS, altered)


@given(st.one_of(st.text(max_size=80), st.text(ALPHABET, max_size=9_000)))
def test_what_strangers_send_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        links.open(KEYS, text)


def test_a_token_is_no_link() -> None:
    with pytest.raises(BadToken):
        links.open(KEYS, sign(KEYS, ord("c"), 7))


def test_a_link_of_an_older_key_is_read_until_the_key_goes() -> None:
    old = seal(KEYS[1:], 3, "https://club.example/a")
    assert links.open(KEYS, old) == Link(3, "https://club.example/a")
    with pytest.raises(BadToken, match="not signed by us"):
        links.open(KEYS[:1], old)


def test_the_longest_link_comes_back() -> None:
    url = "https://é.example/".ljust(links.LONGEST, "é")
    assert links.open(KEYS, seal(KEYS, 2**32 - 1, url)).url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "mailto:a@club.example",
        "//club.example",
        "",
        "https://club.example/\r\nSet-Cookie: a=b",
        "https://club.example/".ljust(links.LONGEST + 1, "a"),
    ],
)
def test_what_is_no_web_address_is_not_sealed(url: str) -> None:
    with pytest.raises(ValueError, match="cannot be tracked"):
        seal(KEYS, 1, url)
