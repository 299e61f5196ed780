"""What people mistype is found, and nobody's real address is doubted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.typos import PROVIDERS, slips, suggest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("GMAIL.CMO", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.con", "hotmail.com"),
        ("hotmaill.ca", "hotmail.ca"),
        ("outlok.com", "outlook.com"),
        ("yaho.com", "yahoo.com"),
        ("yahooo.ca", "yahoo.ca"),
        ("iclould.com", "icloud.com"),
        ("videotrn.ca", "videotron.ca"),
        ("sympatcio.ca", "sympatico.ca"),
    ],
)
def test_a_slip_is_found(typed: str, meant: str) -> None:
    assert suggest(typed) == meant


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "me.co",
        "mail.ca",
        "ymail.com",
        "email.com",
        "club.example.org",
        "gmail.example",
        "x" * 300,
    ],
)
def test_a_name_of_its_own_is_left_alone(domain: str) -> None:
    assert suggest(domain) == ""


@pytest.mark.parametrize("domain", sorted(PROVIDERS))
def test_no_known_name_is_doubted(domain: str) -> None:
    assert suggest(domain) == ""


@given(st.text("abc.", max_size=8), st.text("abc.", max_size=8))
def test_slips_are_counted_the_same_both_ways(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)
    assert slips(one, other) <= max(len(one), len(other))
