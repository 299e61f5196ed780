"""The country of a number is that of its whole number, though only its beginning is kept."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat

from sendout.core import regions
from sendout.core.regions import region_of

ENDINGS = 25  # numbers that are tried around each example


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+15145550100", "CA"),
        ("+12125550100", "US"),
        ("+18765550100", "JM"),
        ("+447400123456", "GB"),
        ("+447781123456", "GG"),
        ("+77011234567", "KZ"),
        ("+79161234567", "RU"),
        ("+33612345678", "FR"),
        ("+80012345678", ""),
        ("+1999", "US"),
        ("", ""),
        ("office", ""),
    ],
)
def test_the_country_of_a_number(phone: str, country: str):
    assert region_of(phone) == country


def test_numbers_with_the_same_beginning_are_in_the_same_country():
    """Of each country and kind of number, some that can exist: the library says the same."""
    chance = random.Random(7)
    tried = 0
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(11):
            example = phonenumbers.example_number_for_type(country, kind)
            if example is None:
                continue
            whole = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            for _ in range(ENDINGS):
                length = chance.randint(2, 5)
                end = "".join(chance.choices("0123456789", k=length))
                phone = whole[:-length] + end
                try:
                    number = phonenumbers.parse(phone)
                except NumberParseException:  # of a short number, too much was changed
                    continue
                if phonenumbers.is_valid_number(number):
                    tried += 1
                    told = phonenumbers.region_code_for_number(number)
                    assert region_of(phone) == ("" if told == "001" else told), phone
    assert tried > 10_000


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(regions, "MOST", 3)
    monkeypatch.setattr(regions, "_known", {})
    for area in ("514", "416", "212", "613", "604"):
        region_of(f"+1{area}5550100")
    assert len(regions._known) <= 3
