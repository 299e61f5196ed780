"""Amounts are written with no more digits than they need, and read back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.money import (
    BadAmount,
    amount,
    digits_for,
    money,
    plain_amount,
    read_amount,
)


@pytest.mark.parametrize(
    ("millionths", "currency", "words"),
    [
        (0, "CAD", "0.00 CAD"),
        (14_000, "CAD", "0.014 CAD"),
        (1, "CAD", "0.000001 CAD"),
        (62_400_000, "CAD", "62.40 CAD"),
        (1_204_500_000, "USD", "1,204.50 USD"),
        (12_000_000, "JPY", "12 JPY"),
        (12_500_000, "JPY", "12.5 JPY"),
        (1_500_000, "KWD", "1.500 KWD"),
        (-5_000_000, "EUR", "-5.00 EUR"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(millionths: int, currency: str, words: str):
    assert money(millionths, currency) == words


def test_amounts_of_a_column_have_as_many_digits_as_the_finest_needs():
    column = [14_000, 0, 1_204_500_000]
    digits = digits_for(column)
    assert [money(each, "CAD", digits) for each in column] == [
        "0.014 CAD", "0.000 CAD", "1,204.500 CAD",
    ]  # fmt: skip
    assert [money(each, "CAD", digits_for([5_000_000])) for each in (0, 5_000_000)] == [
        "0.00 CAD", "5.00 CAD",
    ]  # fmt: skip
    assert digits_for([]) == 0


@given(st.integers(0, 10**14))
def test_what_is_written_for_a_form_is_read_back(millionths: int):
    assert read_amount(plain_amount(millionths)) == millionths
    assert read_amount(amount(millionths, "CAD").replace(",", " ")) == millionths


@pytest.mark.parametrize(
    ("typed", "millionths"),
    [(" 0,014 ", 14_000), ("1 204.50", 1_204_500_000), ("5", 5_000_000), ("0.500000000", 500_000)],
)
def test_people_write_amounts_in_several_ways(typed: str, millionths: int):
    assert read_amount(typed) == millionths


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "is not an amount"),
        ("-1", "is not an amount"),
        ("１", "is not an amount"),
        ("1.000.000", "is not an amount"),
        ("1,000", "two ways"),
        ("1.1234567", "more than 6 digits"),
        ("1000000000", "too much"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(typed: str, reason: str):
    with pytest.raises(BadAmount, match=reason):
        read_amount(typed)
