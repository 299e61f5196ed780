"""The price list, the currency and the limit, under Settings."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.usage.ledger import charge
from sendout.usage.models import Price
from sendout.usage.prices import price_list, put
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/o/aqua-club/settings/prices/"


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


def text_of(browser: Client) -> str:
    return browser.get(PAGE).content.decode()


def test_a_price_is_set_seen_changed_and_removed(owner: Client, club: Organisation):
    assert "everything is reckoned as free" in text_of(owner)
    given = {"what": "sms/out", "country": "CA", "price": "0.014"}
    owner.post(f"{PAGE}add/", given)
    owner.post(f"{PAGE}add/", {"what": "email/out", "country": "", "price": "0,001"})
    assert price_list(club.pk).lines == {("sms", "out", "CA"): 14_000, ("email", "out", ""): 1_000}
    page = text_of(owner)
    assert "0.014 CAD" in page
    assert "Canada" in page
    owner.post(f"{PAGE}add/", given | {"price": "0"})
    assert price_list(club.pk).price("sms", "CA") == 0
    owner.post(f"{PAGE}{Price.objects.get(channel='sms').pk}/remove/")
    assert price_list(club.pk).lines == {("email", "out", ""): 1_000}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"price": "much"}, "“much” is not an amount; write it like 0.0075."),
        ({"price": "0.0000001"}, "has more than 6 digits"),
        ({"price": "-0.01"}, "“-0.01” is not an amount"),
        ({"price": "1,000"}, "can be read in two ways"),
        ({"price": "100000.01"}, "is too much; a price is at most 100,000."),
        ({"price": "1000000000"}, "is too much"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"what": "email/out"}, "Email has one price for all countries."),
        ({"what": "email/in"}, "Select a valid choice"),
    ],
)
def test_a_price_that_is_none_is_refused(
    owner: Client, club: Organisation, given: dict[str, str], sentence: str
):
    answer = owner.post(f"{PAGE}add/", {"what": "sms/out", "country": "CA", "price": "1"} | given)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Price.objects.exists()


def test_currency_and_limit(owner: Client, club: Organisation):
    owner.post(f"{PAGE}money/", {"currency": "eur", "limit": "500"})
    club.refresh_from_db()
    assert (club.currency, club.spending_limit) == ("EUR", 500_000_000)
    assert 'value="500"' in text_of(owner)
    for limit, sentence in (("1,000", "two ways"), ("-1", "is not an amount")):
        answer = owner.post(f"{PAGE}money/", {"currency": "EUR", "limit": limit})
        assert sentence in answer.content.decode()
    answer = owner.post(f"{PAGE}money/", {"currency": "E1", "limit": ""})
    assert answer.status_code == 422
    owner.post(f"{PAGE}money/", {"currency": "CAD", "limit": ""})
    club.refresh_from_db()
    assert (club.currency, club.spending_limit) == ("CAD", None)


def test_the_currency_stays_once_something_was_charged(owner: Client, club: Organisation):
    put(club, ("sms", "in", ""), 1_000)
    charge(club, "+15145550100", 1, timezone.now())
    page = owner.post(f"{PAGE}money/", {"currency": "EUR", "limit": ""}).content.decode()
    assert "Messages were charged in CAD already" in page
    club.refresh_from_db()
    assert club.currency == "CAD"
    owner.post(f"{PAGE}money/", {"currency": "CAD", "limit": "7"})
    club.refresh_from_db()
    assert club.spending_limit == 7_000_000


def test_a_list_goes_out_and_comes_back(owner: Client, club: Organisation):
    put(club, ("sms", "out", "CA"), 14_000)
    file = b"".join(owner.get(f"{PAGE}export/").streaming_content)
    assert file.decode("utf-8-sig") == "channel,direction,country,price\r\nsms,out,CA,0.014\r\n"
    more = file + b"sms,out,,0.09\r\n"
    owner.post(f"{PAGE}import/", {"file": SimpleUploadedFile("prices.csv", more)})
    assert price_list(club.pk).lines == {("sms", "out", "CA"): 14_000, ("sms", "out", ""): 90_000}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"channel,direction,country,price\nsms,out,QQ,1\n", "Nothing was changed. Line 2: “QQ”"),
        (b"channel,direction,country,price\nsms,out,,-1\n", "Line 2: “-1” is not an amount"),
        (b"channel,direction,country,price\nsms,out,,200000\n", "Line 2: 200000 is too much"),
        (b"x" * 200_001, "at most 200,000 bytes"),
        (b"", "Nothing was changed."),
        (None, "Choose a file first"),
    ],
)
def test_a_bad_file_changes_nothing(
    owner: Client, club: Organisation, file: bytes | None, sentence: str
):
    put(club, ("sms", "out", "CA"), 14_000)
    given = {} if file is None else {"file": SimpleUploadedFile("prices.csv", file)}
    page = owner.post(f"{PAGE}import/", given, follow=True).content.decode()
    assert sentence in page
    assert price_list(club.pk).lines == {("sms", "out", "CA"): 14_000}


def test_viewers_read_and_change_nothing(bob: User, club: Organisation):
    put(club, ("sms", "out", "CA"), 14_000)
    browser = sign_in(bob)
    page = text_of(browser)
    assert "0.014 CAD" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    pk = Price.objects.get().pk
    for path in ("add/", "money/", "import/", f"{pk}/remove/"):
        assert browser.post(f"{PAGE}{path}", {"what": "sms/out", "price": "1"}).status_code == 403
    assert price_list(club.pk).lines == {("sms", "out", "CA"): 14_000}
