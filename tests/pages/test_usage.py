"""The usage page, the statement and the file: they agree, and only owners see them."""

from __future__ import annotations

import csv
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.cli import export
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.sendouts.models import SendOut
from sendout.usage.ledger import charge
from sendout.usage.prices import put
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 4, 16, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 3, 30, tzinfo=UTC)  # still May in Toronto
PAGE = "/o/aqua-club/usage/"


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def may(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> None:
    """Two texts of one message, and one that came in on the last evening."""
    put(club, ("sms", "out", "CA"), 14_000)
    person("Ann", phone="+15145550101")
    person("Ben", phone="+12125550102")
    closure = sendout(channels="sms", everyone=True)
    send_now(closure)
    for row, country, price in zip(
        Delivery.objects.order_by("pk"), ("CA", "US"), (28_000, 0), strict=True
    ):
        cost = {"segments": 2, "price": price, "country": country}
        record([Happening(row.pk, "accepted", MAY, **cost)], MAY)
    charge(club, "+15145550101", 1, JUNE)


def test_the_month_is_shown_by_kind_country_and_message(owner: Client, may: None):
    page = owner.get(PAGE, {"month": "2026-05"}).content.decode()
    for words in ("0.042 CAD", "SMS sent", "SMS received", "Canada", "United States", "Closure"):
        assert words in page
    assert "May 4: 2 messages, 0.028 CAD" in page
    assert "May 31: 1 message, 0.014 CAD" in page


def test_an_email_counts_as_a_message_and_as_no_segment(
    owner: Client, club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", phone="+15145550101", email="ann@example.org")
    send_now(sendout(channels="both", everyone=True))
    for row in Delivery.objects.all():
        record([Happening(row.pk, "accepted", MAY, segments=1 + (row.channel == "sms"))], MAY)
    context = owner.get(PAGE, {"month": "2026-05"}).context
    assert [(each.line.channel, each.line.segments) for each in context["kinds"]] == [
        ("email", 0),
        ("sms", 2),
    ]
    assert (context["total"].messages, context["total"].segments) == (2, 2)


def test_another_month_has_none_of_it(owner: Client, may: None):
    page = owner.get(PAGE, {"month": "2026-06"}).content.decode()
    assert "Nothing was charged in this month" in page
    assert "Closure" not in page.split("<main")[1]
    for month in ("nonsense", "9999-12", "0001-01", "2026-13", "2026-5", "2026-05-04", "٢٠٢٦-٠٥"):
        assert owner.get(PAGE, {"month": month}).status_code == 200


def test_a_message_that_is_gone_keeps_what_it_cost(owner: Client, may: None):
    gone = SendOut.objects.get().pk
    assert f"/messages/{gone}/" in owner.get(PAGE, {"month": "2026-05"}).content.decode()
    SendOut.objects.get().delete()
    for path in ("", "statement/"):
        page = owner.get(f"{PAGE}{path}", {"month": "2026-05"}).content.decode()
        assert f"Message {gone}" in page
        assert "deleted since" in page
        assert "0.042 CAD" in page
        assert f"/messages/{gone}/" not in page


def test_the_statement_adds_up_in_each_of_its_tables(owner: Client, may: None):
    page = owner.get(f"{PAGE}statement/", {"month": "2026-05"}).content.decode()
    assert page.count("<strong>0.042 CAD</strong>") == 4
    assert "12 Pool Street" in page
    assert "is not over" not in page


def test_the_file_and_the_command_give_the_ledger(
    owner: Client, may: None, capsys: pytest.CaptureFixture[str]
):
    answer = owner.get(f"{PAGE}export/", {"month": "2026-05"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.DictReader(StringIO(text)))
    assert [(row["day"], row["kind"], row["country"], row["price"]) for row in found] == [
        ("2026-05-04", "campaign", "CA", "0.028"),
        ("2026-05-04", "campaign", "US", "0"),
        ("2026-05-31", "received", "CA", "0.014"),
    ]
    assert 'filename="usage-aqua-club-2026-05.csv"' in answer["Content-Disposition"]
    command = parsed("usage", "--org", "aqua-club", "--month", "2026-05")
    assert export.perform(command) == 0
    assert capsys.readouterr().out == text


def parsed(*words: str) -> Namespace:
    """Parse the arguments of `sendout export`."""
    parser = ArgumentParser()
    export.register(parser.add_subparsers())
    return parser.parse_args(["export", *words])


@pytest.mark.parametrize("path", ["", "export/", "statement/"])
def test_only_owners_see_what_was_paid(bob: User, club: Organisation, path: str):
    assert sign_in(bob).get(f"{PAGE}{path}").status_code == 403


def test_how_the_month_stands_to_its_limit(owner: Client, club: Organisation):
    put(club, ("sms", "in", ""), 1_000_000)
    club.spending_limit = 10_000_000
    club.save()
    charge(club, "+15145550101", 4, datetime.now(UTC))
    page = owner.get(PAGE).content.decode()
    assert "4.00 CAD of 10.00 CAD are spent" in page
    assert "<dd>6.00 CAD</dd>" in page


def test_the_popup_says_what_a_message_was_charged(owner: Client, may: None):
    row = Delivery.objects.order_by("pk").first()
    assert row is not None
    popup = owner.get(f"/o/aqua-club/messages/{row.sendout_id}/").content.decode()
    assert "Charged so far: <strong>0.028 CAD</strong>" in popup
    one = owner.get(f"/o/aqua-club/messages/{row.sendout_id}/delivery/{row.pk}/").content.decode()
    assert "0.028 CAD" in one
