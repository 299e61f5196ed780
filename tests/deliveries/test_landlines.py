"""Numbers that receive no texts: said where they come in, skipped with the reason, corrected."""

from __future__ import annotations

import io
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.deliveries.freeze import forecast, send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import reason
from sendout.people.importing import import_now, store_upload
from sendout.people.models import ImportLine, Participant
from sendout.people.search import search
from sendout.people.typed import find_or_add
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

LANDLINE, MOBILE, PREMIUM = "+33142685300", "+33612345678", "+33899123456"
WORDS = "The number is a landline, which receives no texts."


@pytest.fixture
def office(alice: User) -> Client:
    return sign_in(alice)


def take(club: Organisation, *numbers: str) -> list[str]:
    """Import Ann with each of these numbers in turn, and give what is said about the last."""
    for number in numbers:
        rows = f"First name,Last name,Email,Phone\nAnn,Roy,ann@x.example,{number}\n"
        upload = store_upload(club, "people.csv", io.BytesIO(rows.encode()))
        import_now(upload, dry_run=False)
    line = ImportLine.objects.latest("pk")
    return [note["reason"] for note in line.notes]


def kinds() -> list[tuple[str, str]]:
    return list(Participant.objects.order_by("pk").values_list("phone", "phone_kind"))


def test_an_import_says_it_in_the_row_and_keeps_the_number(club: Organisation) -> None:
    assert take(club, LANDLINE) == [
        "it is a landline, which receives no texts; texts to it will be skipped"
    ]
    assert kinds() == [(LANDLINE, "landline")]
    assert take(club, PREMIUM)[0].startswith("it is a number that charges its callers")
    assert kinds() == [(PREMIUM, "premium")]


def test_a_mobile_that_is_imported_later_takes_its_place(club: Organisation) -> None:
    assert take(club, LANDLINE, MOBILE) == []
    assert kinds() == [(MOBILE, "")]
    take(club, MOBILE, LANDLINE)
    assert kinds() == [(LANDLINE, "landline")]


def test_an_import_of_what_is_there_changes_nothing(club: Organisation) -> None:
    take(club, LANDLINE, LANDLINE)
    assert ImportLine.objects.latest("pk").outcome == "unchanged"


def test_it_is_skipped_with_its_reason_and_not_charged(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", phone=LANDLINE, phone_kind="landline")
    person("Bea", phone=PREMIUM, phone_kind="premium")
    person("Cy", phone=MOBILE)
    made = sendout(channels="sms")
    assert forecast(made).by_channel["sms"].skipped == {"landline": 1, "premium": 1}
    send_now(made)
    rows = Delivery.objects.order_by("participant__first_name")
    assert [(row.status, row.skip_reason, row.segments) for row in rows] == [
        ("skipped", "landline", 0),
        ("skipped", "premium", 0),
        ("queued", "", 0),
    ]
    assert reason(rows[0]) == WORDS


def test_a_landline_is_no_hindrance_for_email(person: MakePerson, sendout: MakeSendOut) -> None:
    person("Ann", "ann@example.org", phone=LANDLINE, phone_kind="landline")
    send_now(sendout(channels="email"))
    assert Delivery.objects.get().status == "queued"


def test_one_that_is_typed_for_a_send_out_is_named(club: Organisation) -> None:
    found = find_or_add(club, f"{MOBILE}\n{LANDLINE}")
    assert [str(refusal) for refusal in found.refusals] == [
        f'Line 2: "{LANDLINE}": it is a landline, which receives no texts.'
    ]
    assert kinds() == [(MOBILE, "")]


def test_who_enters_one_for_a_participant_is_warned(club: Organisation, office: Client) -> None:
    data = {"first_name": "Ann", "phone_typed": LANDLINE, "language": "en"}
    page = office.post("/o/aqua-club/participants/add/", data, follow=True).content.decode()
    assert f"{LANDLINE} was saved, but it is a landline, which receives no texts." in page
    assert "landline: no texts" in page
    person = Participant.objects.get()
    assert list(search(club, reach="wrong")) == [person]
    office.post(f"/o/aqua-club/participants/{person.pk}/edit/", data | {"phone_typed": MOBILE})
    assert kinds() == [(MOBILE, "")]


def test_it_is_corrected_where_it_is_seen_but_not_by_another_landline(
    person: MakePerson, sendout: MakeSendOut, office: Client
) -> None:
    ann = person("Ann", phone=LANDLINE, phone_typed=LANDLINE, phone_kind="landline")
    made = sendout(channels="sms")
    send_now(made)
    row = Delivery.objects.get()
    shown = office.get(f"/o/aqua-club/messages/{made.pk}/delivery/{row.pk}/").content.decode()
    assert WORDS in shown
    form = f"/o/aqua-club/messages/{made.pk}/delivery/{row.pk}/correct/"
    assert form in shown
    wrong = office.post(form, {"address": "+33142685301", "people": [ann.pk]})
    assert "it is a landline, which receives no texts" in wrong.content.decode()
    missed = office.post(form, {"address": MOBILE, "people": [ann.pk]}, follow=True)
    assert kinds() == [(MOBILE, "")]
    assert "This SMS of the last 30 days did not arrive" in missed.content.decode()


def test_the_numbers_of_old_are_looked_at_once(person: MakePerson) -> None:
    person("Ann", phone=LANDLINE)
    person("Bea", phone=MOBILE)
    person("Cy")
    migration = import_module("sendout.people.migrations.0003_kinds_of_old_phones")
    migration.find_kinds(apps, SimpleNamespace())
    assert kinds() == [(LANDLINE, "landline"), (MOBILE, ""), ("", "")]
