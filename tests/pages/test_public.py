"""The recipient's page: a GET changes nothing, a POST counts, and one can come back."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.deliveries.links import unsubscribe_url
from sendout.deliveries.models import Delivery, Event
from sendout.pages.public.unsubscribe import mask
from sendout.pages.public.words import WORDS
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import find, stops, suppress
from sendout.suppression.models import Lifted, Reason, Suppression

ANNA, PHONE = "anna@example.org", "+15145550123"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def anna(club: Organisation) -> Participant:
    return Participant.objects.create(
        organisation=club, first_name="Anna", email=ANNA, email_normal=ANNA, phone=PHONE
    )


def deliver(
    anna: Participant, channel: str = "email", address: str = "Anna@Example.org"
) -> Delivery:
    message = Message.objects.create(
        organisation=anna.organisation, category="marketing", subject="News"
    )
    sendout = SendOut.objects.create(organisation=anna.organisation, name="News", message=message)
    return Delivery.objects.create(
        organisation=anna.organisation,
        sendout=sendout,
        participant=anna,
        channel=channel,
        batch=1,
        address=address,
        status="queued",
    )


def link(delivery: Delivery) -> str:
    return urlsplit(unsubscribe_url(delivery.pk)).path


def test_a_get_shows_who_and_changes_nothing(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    for method in (client.get, client.head):
        assert method(link(delivery)).status_code == 200
    page = client.get(link(delivery)).content.decode()
    assert "Aqua Club" in page
    assert "A•••@Example.org" in page
    assert "Anna@" not in page
    assert not Suppression.objects.exists()
    assert not Event.objects.exists()


def test_one_click_from_a_mail_program_unsubscribes_without_a_cookie(anna: Participant) -> None:
    delivery = deliver(anna)
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(link(delivery), "List-Unsubscribe=One-Click", content_type=FORM)
    assert answer.status_code == 200
    [entry] = find(anna.organisation, "email", ANNA)
    assert (entry.category, entry.reason) == ("marketing", "unsubscribed")
    assert (entry.delivery, "RFC 8058" in entry.evidence) == (delivery.pk, True)
    delivery.refresh_from_db()
    assert delivery.unsubscribed_at is not None


def test_the_button_unsubscribes_from_marketing_and_not_from_notices(
    client: Client, anna: Participant
) -> None:
    delivery = deliver(anna)
    page = client.post(link(delivery), {"leave": "1"}).content.decode()
    assert "You are unsubscribed" in page
    assert stops(anna.organisation, "email", ANNA, "marketing") == "unsubscribed"
    assert stops(anna.organisation, "email", ANNA, "operational") is None


def test_an_sms_link_stops_all_sms_and_no_email(client: Client, anna: Participant) -> None:
    client.post(link(deliver(anna, "sms", PHONE)), {"leave": "1"})
    assert stops(anna.organisation, "sms", PHONE, "operational") == "unsubscribed"
    assert stops(anna.organisation, "email", ANNA, "marketing") is None


def test_asking_twice_is_asking_once(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    for _ in range(3):
        assert client.post(link(delivery), ONE_CLICK).status_code == 200
    assert Suppression.objects.count() == 1
    assert Event.objects.filter(kind="unsubscribed").count() == 1


def test_one_can_come_back_and_a_trace_stays(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    client.post(link(delivery), {"leave": "1"})
    page = client.post(link(delivery), {"back": "1"}).content.decode()
    assert "You are subscribed again" in page
    assert stops(anna.organisation, "email", ANNA, "marketing") is None
    assert Lifted.objects.get().evidence == "The button on the unsubscribe page."


@pytest.mark.parametrize("reason", [Reason.ADMIN, Reason.COMPLAINT, Reason.BAD_EMAIL])
def test_coming_back_does_not_undo_what_others_did(
    client: Client, anna: Participant, reason: Reason
) -> None:
    suppress(anna.organisation, "email", ANNA, reason)
    delivery = deliver(anna)
    client.post(link(delivery), {"leave": "1"})
    page = client.post(link(delivery), {"back": "1"}).content.decode()
    assert "for another reason" in page
    assert stops(anna.organisation, "email", ANNA, "marketing") == reason


def test_coming_back_does_not_undo_a_stop_by_sms(client: Client, anna: Participant) -> None:
    suppress(anna.organisation, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP")
    client.post(link(deliver(anna, "sms", PHONE)), {"back": "1"})
    assert stops(anna.organisation, "sms", PHONE, "marketing") == "unsubscribed"


def test_the_page_speaks_the_participants_language(client: Client, anna: Participant) -> None:
    anna.language = "fr"
    anna.save()
    page = client.get(link(deliver(anna))).content.decode()
    assert '<html lang="fr">' in page
    assert "Me désabonner" in page


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()


@pytest.mark.parametrize("change", ["cut", "letter", "gone", "nonsense"])
def test_a_bad_link_is_a_friendly_page_and_changes_nothing(
    client: Client, anna: Participant, change: str
) -> None:
    delivery = deliver(anna)
    path = link(delivery)
    bad = {
        "cut": path[:-3] + "/",
        "letter": path[:5] + ("a" if path[5] != "a" else "b") + path[6:],
        "gone": path.replace(path, urlsplit(unsubscribe_url(delivery.pk + 1)).path),
        "nonsense": "/u/é'\";--/",
    }[change]
    for answer in (client.get(bad), client.post(bad, ONE_CLICK)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
        assert "Ce lien ne fonctionne pas" in answer.content.decode()
    assert not Suppression.objects.exists()


def test_another_clubs_list_is_not_touched(
    client: Client, anna: Participant, other_club: Organisation
) -> None:
    client.post(link(deliver(anna)), ONE_CLICK)
    assert find(other_club, "email", ANNA) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("anna@example.org", "a•••@example.org"),
        ("+15145550123", "••••••••••23"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert mask(address) == shown
