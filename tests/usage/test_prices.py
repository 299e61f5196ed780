"""The price list: which line counts, and the list as a file."""

from __future__ import annotations

from io import BytesIO

import pytest

from sendout.accounts.models import Organisation
from sendout.core.table.safe import csv_lines
from sendout.usage.models import Price
from sendout.usage.price_files import COLUMNS, BadPrices, price_rows, read_prices
from sendout.usage.prices import PriceList, price_list, put, replace

LIST = PriceList(
    {
        ("email", "out", ""): 1_000,
        ("sms", "out", "CA"): 14_000,
        ("sms", "out", ""): 90_000,
        ("sms", "in", "CA"): 5_000,
    }
)


def test_a_country_without_a_price_costs_what_all_others_cost():
    assert [LIST.price("sms", to) for to in ("CA", "US", "")] == [14_000, 90_000, 90_000]
    assert [LIST.by_country("sms")[to] for to in ("CA", "US", "")] == [14_000, 90_000, 90_000]
    assert LIST.price("email") == 1_000


def test_what_is_received_costs_the_regular_rate_unless_the_list_says_otherwise():
    assert [LIST.price("sms", to, "in") for to in ("CA", "US")] == [5_000, 90_000]
    free = PriceList({("sms", "out", ""): 9, ("sms", "in", ""): 0})
    assert free.price("sms", "CA", "in") == 0


def test_what_no_line_speaks_of_is_free():
    assert PriceList().price("sms", "CA") == 0
    assert PriceList().is_free("sms")
    assert not LIST.is_free("email")


def test_a_price_takes_the_place_of_the_one_there_was(club: Organisation, other_club: Organisation):
    put(other_club, ("sms", "out", "CA"), 1)
    for price in (7, 9):
        put(club, ("sms", "out", "CA"), price)
    assert price_list(club.pk).lines == {("sms", "out", "CA"): 9}
    replace(club, {("email", "out", ""): 3})
    assert price_list(club.pk).lines == {("email", "out", ""): 3}
    assert Price.objects.filter(organisation=other_club).count() == 1


def test_a_list_goes_out_as_a_file_and_comes_back():
    text = "".join(csv_lines([COLUMNS, *price_rows(LIST)], for_excel=True))
    assert read_prices(BytesIO(text.encode())) == LIST.lines


def test_a_file_of_a_spreadsheet_is_read():
    text = "Price;Country;Direction;Channel\n0,014;ca;OUT;SMS\n0.09;;out;sms\n"
    assert read_prices(BytesIO(text.encode("cp1252"))) == {
        ("sms", "out", "CA"): 14_000,
        ("sms", "out", ""): 90_000,
    }


HEAD = "channel,direction,country,price\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1 has no column “channel”"),
        ("channel,direction,price\nsms,out,1\n", "line 1 has no column “country”"),
        (HEAD + "sms,out,CA,0.01\nsms,out,XX,0.01\n", "line 3: “XX” is no country"),
        (HEAD + "email,in,,0.01\n", "line 2: “email” and “in” is nothing that has a price"),
        (HEAD + "email,out,CA,0.01\n", "line 2: email has one price"),
        (HEAD + "sms,out,CA,dear\n", "line 2: “dear” is not an amount"),
        (HEAD + "sms,out,CA\n", "line 2: “” is not an amount"),
        (HEAD + "sms,out,CA,1\nsms,out,ca,2\n", "line 3: this price stands in the file twice"),
        (HEAD + "x" * 20_000, "line 2"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_with_its_line(text: str, reason: str):
    with pytest.raises(BadPrices, match=reason):
        read_prices(BytesIO(text.encode()))
