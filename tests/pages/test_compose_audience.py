"""Choosing whom a send-out goes to."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.people.models import Group, Participant
from sendout.people.select import AUDIENCE
from sendout.senders.models import Sender
from sendout.sendouts import drafts
from sendout.sendouts.audience import audience, reached
from sendout.sendouts.models import SendOut
from tests.cast import sign_in

CHOICES = {"once_per": "address"}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def sendout(club: Organisation, alice: User) -> SendOut:
    return drafts.start(club, alice, "Pool closed", "both")


def page_of(sendout: SendOut) -> str:
    return f"/o/aqua-club/compose/{sendout.pk}/audience/"


def person(organisation: Organisation, **values: str) -> Participant:
    return Participant.objects.create(organisation=organisation, **values)


def test_groups_everyone_and_senders_are_stored(
    browser: Client, sendout: SendOut, club: Organisation, email_sender: Sender, sms_sender: Sender
) -> None:
    group = Group.objects.create(organisation=club, name="Minnows")
    choices = {
        "everyone": "on",
        "groups": [group.pk],
        "once_per": "participant",
        "email_sender": email_sender.pk,
        "sms_sender": sms_sender.pk,
        "urgent": "on",
    }
    assert browser.post(page_of(sendout), choices).status_code == 302
    sendout.refresh_from_db()
    assert list(sendout.groups.all()) == [group]
    assert sendout.everyone
    assert sendout.urgent
    assert sendout.once_per == "participant"
    assert (sendout.email_sender, sendout.sms_sender) == (email_sender, sms_sender)


def test_a_group_or_sender_of_another_club_cannot_be_chosen(
    browser: Client, sendout: SendOut, other_club: Organisation
) -> None:
    group = Group.objects.create(organisation=other_club, name="Skaters")
    sender = Sender.objects.create(
        organisation=other_club, name="Theirs", channel="email", kind="sandbox"
    )
    for choice in ({"groups": [group.pk]}, {"groups": ["x"]}, {"email_sender": sender.pk}):
        assert browser.post(page_of(sendout), CHOICES | choice).status_code == 422
    assert not sendout.groups.exists()


def test_without_a_sender_the_page_says_where_to_add_one(
    browser: Client, sendout: SendOut, email_sender: Sender
) -> None:
    page = browser.get(page_of(sendout)).content.decode()
    assert "No sender for SMS is set up" in page
    assert "No sender for Email" not in page


def test_typed_addresses_are_found_or_added(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    ann = person(club, email="Ann@x.example", email_normal="ann@x.example")
    typed = "ann@x.example, Cem Kaya <cem@x.example>\n(514) 555-0199; ann@X.example"
    assert browser.post(page_of(sendout), CHOICES | {"typed": typed}).status_code == 302
    people = set(sendout.people.values_list("first_name", "email", "phone"))
    assert people == {
        ("", "Ann@x.example", ""),
        ("Cem", "cem@x.example", ""),
        ("", "", "+15145550199"),
    }
    assert ann in sendout.people.all()


def test_bad_addresses_are_named_by_line_and_the_others_taken(
    browser: Client, sendout: SendOut
) -> None:
    typed = "dia@x.example\nnobody\nemil@\n+1 514 555 0199"
    answer = browser.post(page_of(sendout), CHOICES | {"typed": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2:" in page
    assert "Line 3:" in page
    assert sendout.people.count() == 2
    assert answer.context["form"]["typed"].value() == "nobody\nemil@"


def test_a_typed_address_of_another_clubs_participant_becomes_our_own(
    browser: Client, sendout: SendOut, other_club: Organisation
) -> None:
    theirs = person(other_club, email="ann@x.example", email_normal="ann@x.example")
    browser.post(page_of(sendout), CHOICES | {"typed": "ann@x.example"})
    assert sendout.people.get().pk != theirs.pk
    assert sendout.people.get().organisation == sendout.organisation


def test_people_are_found_by_name_address_and_phone(
    browser: Client, sendout: SendOut, club: Organisation, other_club: Organisation
) -> None:
    ann = person(club, first_name="Ann", last_name="Roy", phone="+15145550199")
    person(club, first_name="Anna", email="anna@x.example")
    person(other_club, first_name="Ann", last_name="Skater")
    found = f"{page_of(sendout)}find/"
    assert [p.first_name for p in browser.get(found, {"q": "an"}).context["found"]] == [
        "Anna",
        "Ann",
    ]
    assert list(browser.get(found, {"q": "roy ann"}).context["found"]) == [ann]
    assert list(browser.get(found, {"q": "514 555-0199"}).context["found"]) == [ann]
    assert b"Nobody" in browser.get(found, {"q": "zz%_"}).content


def test_people_are_picked_and_taken_off_again(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    ann, cem = person(club, first_name="Ann"), person(club, first_name="Cem")
    for someone in (ann, cem):
        answer = browser.post(
            f"{page_of(sendout)}pick/", {"participant": someone.pk}, headers={"HX-Request": "true"}
        )
    assert b"2 picked" in answer.content
    browser.post(f"{page_of(sendout)}drop/", {"participant": ann.pk})
    assert list(sendout.people.all()) == [cem]
    assert browser.post(f"{page_of(sendout)}drop/", {"all": "1"}).status_code == 302
    assert not sendout.people.exists()


@pytest.mark.parametrize("pk", ["x", "", "9" * 30, "-1"])
def test_picking_nobody_we_know_is_not_found(browser: Client, sendout: SendOut, pk: str) -> None:
    assert browser.post(f"{page_of(sendout)}pick/", {"participant": pk}).status_code == 404


def test_another_clubs_participant_cannot_be_picked(
    browser: Client, sendout: SendOut, other_club: Organisation
) -> None:
    theirs = person(other_club, first_name="Ann")
    answer = browser.post(f"{page_of(sendout)}pick/", {"participant": theirs.pk})
    assert answer.status_code == 404


def upload(browser: Client, sendout: SendOut, content: bytes) -> object:
    file = SimpleUploadedFile("list.csv", content)
    return browser.post(page_of(sendout), CHOICES | {"file": file})


@pytest.mark.django_db(transaction=True)
def test_a_file_becomes_a_group_of_its_own(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    old = Group.objects.create(organisation=club, name="Pool closed")
    old.participants.add(person(club, first_name="Old"))
    upload(browser, sendout, b"First name,Email\nAnn,ann@x.example\nCem,cem@x.example\n")
    group = sendout.groups.get()
    assert group.name == "Pool closed (2)"
    assert set(audience(sendout).values_list("first_name", flat=True)) == {"Ann", "Cem"}
    assert b"2 new" in browser.get(page_of(sendout)).content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff" * 50, b"Email\n"])
def test_a_file_that_is_no_list_leaves_nothing_behind(
    browser: Client, sendout: SendOut, content: bytes
) -> None:
    answer = upload(browser, sendout, content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Group.objects.exists()
    assert not Participant.objects.exists()


def test_the_audience_asked_for_is_the_one_that_is_frozen(
    sendout: SendOut, club: Organisation, other_club: Organisation
) -> None:
    ann, cem, dia = (person(club, first_name=name) for name in ("Ann", "Cem", "Dia"))
    person(other_club, first_name="Skater")
    group = Group.objects.create(organisation=club, name="Minnows")
    group.participants.add(ann, cem)
    sendout.groups.add(group)
    sendout.people.add(cem, dia)
    for everyone in (False, True):
        sendout.everyone = everyone
        values = {"sendout": sendout.pk, "organisation": club.pk, "everyone": everyone}
        with connection.cursor() as cursor:
            cursor.execute(AUDIENCE, values)
            frozen = sorted(pk for (pk,) in cursor.fetchall())
        assert sorted(audience(sendout).values_list("pk", flat=True)) == frozen


def test_those_reached_have_an_address_for_the_channel(
    sendout: SendOut, club: Organisation
) -> None:
    ann = person(club, email="ann@x.example", email_normal="ann@x.example")
    cem = person(club, phone="+15145550199")
    sendout.people.add(ann, cem)
    assert list(reached(sendout, "email")) == [ann]
    assert list(reached(sendout, "sms")) == [cem]


def test_sms_instead_of_email_reaches_only_those_without_email(
    sendout: SendOut, club: Organisation
) -> None:
    both = {"email": "ann@x.example", "email_normal": "ann@x.example", "phone": "+15145550198"}
    sendout.people.add(person(club, **both), cem := person(club, phone="+15145550199"))
    sendout.channels = "sms_without_email"
    assert list(reached(sendout, "sms")) == [cem]


def test_a_group_of_thousands_of_digits_is_refused(browser: Client, sendout: SendOut) -> None:
    answer = browser.post(page_of(sendout), {"groups": "9" * 5000, "once_per": "address"})
    assert answer.status_code == 422
