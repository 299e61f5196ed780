"""Pieces of quoted-printable, joined, decode to the pieces of text, joined."""

from __future__ import annotations

import quopri
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendout.core.message.quoted import encode, encode_constant, encode_value

# Surrogates cannot come from a database; what decides is near line ends, dots and widths.
texts = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.text(st.sampled_from(".=F \t\r\né\U0001f3caab"), max_size=300),
    st.lists(st.sampled_from(["From ", ".", "..", "\n", "\r\n", " ", "a" * 70, "é" * 13, "="])).map(
        "".join
    ),
)


def decoded(coded: str) -> str:
    return quopri.decodestring(coded.encode("ascii")).decode("utf-8")


def with_crlf(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def assert_well_formed(coded: str) -> None:
    for line in coded.split("\r\n"):
        assert "\r" not in line
        assert "\n" not in line
        assert len(line) <= 76
        assert not line.startswith((".", "From "))
        assert not line.endswith((" ", "\t"))


@given(texts)
@example("From " * 40)
@example("." * 400)
@example(" ")
def test_a_text_comes_back(text: str) -> None:
    coded = encode(text)
    assert_well_formed(coded)
    assert decoded(coded) == with_crlf(text)


@given(texts, texts, texts)
def test_a_value_between_constants_comes_back(before: str, value: str, after: str) -> None:
    coded = encode_constant(before) + encode_value(value) + encode(after)
    assert_well_formed(coded)
    assert decoded(coded) == with_crlf(before) + with_crlf(value) + with_crlf(after)


@pytest.mark.parametrize(
    ("value", "coded"),
    [
        ("Alice", "Alice=\r\n"),
        ("Zoé", "Zo=C3=A9=\r\n"),
        ("", ""),
        (".", "=2E=\r\n"),
        ("From here", "=46rom here=\r\n"),
        ("a=b", "a=3Db=\r\n"),
        ("one\ntwo", "one\r\ntwo=\r\n"),
    ],
)
def test_a_value_is_one_line_by_itself(value: str, coded: str) -> None:
    assert encode_value(value) == coded
