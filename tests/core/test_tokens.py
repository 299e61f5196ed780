"""Tokens: ours come back as they were, anything else is refused."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sendout.core.tokens import BadToken, Token, read, sign

KEYS = [b"the key that signs today.......1", b"the key of last year...........0"]

purposes = st.integers(0, 255)
deliveries = st.integers(0, 2**63 - 1)


@given(purposes, deliveries)
def test_a_token_comes_back_as_it_was(purpose: int, delivery: int) -> None:
    token = sign(KEYS, purpose, delivery)
    assert read(KEYS, token, purpose) == Token(purpose, delivery)
    assert read(KEYS, token.upper(), purpose) == Token(purpose, delivery)
    assert set(token) <= set(string.hexdigits.lower())
    assert len(token) <= 42


@given(purposes, deliveries, st.data())
def test_a_token_with_one_other_character_is_refused(
    purpose: int, delivery: int, data: st.DataObject
) -> None:
    token = sign(KEYS, purpose, delivery)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(string.hexdigits.lower() + "g=-. é\n"))
    assume(other != token[place])
    with pytest.raises(BadToken):
        read(KEYS, token[:place] + other + token[place + 1 :], purpose)


@given(deliveries, st.integers(1, 20), st.text("0123456789abcdef \n", min_size=1, max_size=9))
def test_a_token_cut_or_lengthened_is_refused(delivery: int, cut: int, more: str) -> None:
    token = sign(KEYS, 1, delivery)
    for altered in (token[:-cut], token[cut:], token + more, more + token, token + "="):
        with pytest.raises(BadToken):
            read(KEYS, altered, 1)


@given(st.one_of(st.text(max_size=80), st.text("0123456789abcdef", max_size=44)))
def test_what_strangers_send_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        read(KEYS, text, 1)


def test_a_token_for_one_purpose_is_refused_for_another() -> None:
    with pytest.raises(BadToken, match="another purpose"):
        read(KEYS, sign(KEYS, 1, 7), 2)


def test_a_token_of_an_older_key_is_read_until_the_key_goes() -> None:
    old = sign(KEYS[1:], 1, 7)
    assert read(KEYS, old, 1) == Token(1, 7)
    with pytest.raises(BadToken, match="not signed by us"):
        read(KEYS[:1], old, 1)


@pytest.mark.parametrize("delivery", [-1, 2**63])
def test_numbers_out_of_range_are_not_signed(delivery: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        sign(KEYS, 1, delivery)
