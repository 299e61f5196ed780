"""Manage notifications: a GET changes nothing, a POST counts, and one can come back."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponseBase
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.compose.rendering import compile_email
from sendout.deliveries.links import unsubscribe_url
from sendout.deliveries.models import Delivery, Event
from sendout.pages.public.recipient import mask
from sendout.pages.public.words import WORDS
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut
from sendout.suppression.choices import RETURNS_A_DAY
from sendout.suppression.entries import find, stops, suppress
from sendout.suppression.models import Lifted, Reason, Suppression
from tests.counts import recount

ANNA, PHONE = "anna@example.org", "+15145550123"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FORM = "application/x-www-form-urlencoded"
EVERYTHING = ["email.operational", "email.marketing", "sms.operational", "sms.marketing"]
TICKED = re.compile(r'value="([a-z.]+)"[^>]* checked')


@pytest.fixture
def anna(club: Organisation) -> Participant:
    return Participant.objects.create(
        organisation=club,
        first_name="Anna",
        last_name="Tremblay",
        email=ANNA,
        email_normal=ANNA,
        phone=PHONE,
    )


def deliver(
    anna: Participant,
    channel: str = "email",
    address: str = "Anna@Example.org",
    category: str = "marketing",
) -> Delivery:
    message = Message.objects.create(
        organisation=anna.organisation, category=category, subject="News"
    )
    sendout = SendOut.objects.create(organisation=anna.organisation, name="News", message=message)
    row = Delivery.objects.create(
        organisation=anna.organisation,
        sendout=sendout,
        participant=anna,
        channel=channel,
        batch=1,
        address=address,
        status="queued",
    )
    recount()
    return row


def link(delivery: Delivery) -> str:
    return urlsplit(unsubscribe_url(delivery.pk)).path


def ticked(answer: HttpResponseBase) -> list[str]:
    return TICKED.findall(answer.content.decode())  # type: ignore[attr-defined]


def save(client: Client, delivery: Delivery, *on: str) -> str:
    answer = client.post(link(delivery), {"save": "1", "on": list(on)})
    assert answer.status_code == 200
    return answer.content.decode()


def stopped(anna: Participant) -> set[str]:
    """Give what does not go to Anna, as keys of the form."""
    addresses = {"email": ANNA, "sms": PHONE}
    pairs = [key.split(".") for key in EVERYTHING]
    return {
        f"{channel}.{category}"
        for channel, category in pairs
        if stops(anna.organisation, channel, addresses[channel], category)
    }


def test_a_get_shows_who_and_changes_nothing(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    for method in (client.get, client.head):
        answer = method(link(delivery))
        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in answer.headers["Cache-Control"]
    assert ticked(client.get(link(delivery))) == EVERYTHING
    assert not Suppression.objects.exists()
    assert not Event.objects.exists()


def test_the_page_shows_no_more_of_a_person_than_masked_addresses(
    client: Client, anna: Participant
) -> None:
    page = client.get(link(deliver(anna))).content.decode()
    assert "Aqua Club" in page
    assert "A•••@Example.org" in page
    assert "••••••••••23" in page
    assert not re.search(r"Anna@|Tremblay|5145550", page, re.IGNORECASE)


def test_one_click_from_a_mail_program_unsubscribes_without_a_cookie(anna: Participant) -> None:
    delivery = deliver(anna)
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(link(delivery), "List-Unsubscribe=One-Click", content_type=FORM)
    assert answer.status_code == 200
    assert stopped(anna) == {"email.marketing"}
    [entry] = find(anna.organisation, "email", ANNA)
    assert (entry.category, entry.reason, entry.delivery) == (
        "marketing",
        "unsubscribed",
        delivery.pk,
    )
    assert "RFC 8058" in entry.evidence
    assert "the email “News” of" in entry.evidence
    delivery.refresh_from_db()
    assert delivery.unsubscribed_at is not None


def test_one_click_may_come_as_multipart(client: Client, anna: Participant) -> None:
    """RFC 8058 section 3.2 allows both kinds of form; Django's client posts this one."""
    client.post(link(deliver(anna)), ONE_CLICK)
    assert stopped(anna) == {"email.marketing"}


@pytest.mark.parametrize(
    "body",
    ["", "List-Unsubscribe=Yes", "list-unsubscribe=one-click", "x=1", "on=email.marketing", "\xff"],
)
def test_a_post_that_says_nothing_we_know_changes_nothing(
    client: Client, anna: Participant, body: str
) -> None:
    answer = client.post(link(deliver(anna)), body, content_type=FORM)
    assert answer.status_code == 400
    assert not stopped(anna)


def test_one_click_on_sms_stops_all_sms_and_no_email(client: Client, anna: Participant) -> None:
    client.post(link(deliver(anna, "sms", PHONE)), ONE_CLICK)
    assert stopped(anna) == {"sms.operational", "sms.marketing"}


@pytest.mark.parametrize("key", EVERYTHING[1:])
def test_each_box_stops_what_it_says(client: Client, anna: Participant, key: str) -> None:
    delivery = deliver(anna)
    page = save(client, delivery, *(each for each in EVERYTHING if each != key))
    assert "Your choice is saved" in page
    assert "Stopped: " in page
    assert stopped(anna) == {key}
    assert ticked(client.get(link(delivery))) == [each for each in EVERYTHING if each != key]


def test_notices_by_email_cannot_be_left_and_the_page_says_so(
    client: Client, anna: Participant
) -> None:
    delivery = deliver(anna, category="operational")
    assert "These always come by email" in client.get(link(delivery)).content.decode()
    for posted in ({"save": "1"}, {"leave": "1"}, ONE_CLICK):
        client.post(link(delivery), posted)
        assert stops(anna.organisation, "email", ANNA, "operational") is None


def test_one_button_leaves_everything_that_can_be_left(client: Client, anna: Participant) -> None:
    client.post(link(deliver(anna)), {"leave": "1", "on": EVERYTHING})
    assert stopped(anna) == set(EVERYTHING[1:])


def test_undo_brings_back_exactly_what_was_before(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    save(client, delivery, "email.marketing", "sms.operational")
    before = stopped(anna)
    page = client.post(link(delivery), {"leave": "1"}).content.decode()
    undo = re.findall(r'type="hidden" name="on" value="([a-z.]+)"', page)
    page = save(client, delivery, *undo)
    assert "You will get again: News and offers by email." in page
    assert stopped(anna) == before == {"sms.marketing"}


def test_saving_what_is_chosen_already_changes_nothing(client: Client, anna: Participant) -> None:
    page = save(client, deliver(anna), *EVERYTHING)
    assert "It was like this already" in page
    assert "Undo" not in page
    assert not Event.objects.exists()


def test_asking_twice_is_asking_once(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    for _ in range(3):
        assert client.post(link(delivery), ONE_CLICK).status_code == 200
    assert Suppression.objects.count() == 1
    assert Event.objects.filter(kind="unsubscribed").count() == 1


def test_leaving_sms_by_the_link_of_an_email_is_no_reproach_to_the_email(
    client: Client, anna: Participant
) -> None:
    save(client, deliver(anna), "email.marketing")
    assert stopped(anna) == {"sms.operational", "sms.marketing"}
    assert not Event.objects.exists()


def test_one_can_come_back_and_a_trace_stays(client: Client, anna: Participant) -> None:
    delivery = deliver(anna)
    client.post(link(delivery), {"leave": "1"})
    save(client, delivery, *EVERYTHING)
    assert not stopped(anna)
    assert {lifted.evidence.split(" The link")[0] for lifted in Lifted.objects.all()} == {
        "Chosen on the recipient's page."
    }


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("email", Reason.ADMIN),
        ("email", Reason.COMPLAINT),
        ("email", Reason.BAD_EMAIL),
        ("sms", Reason.ADMIN),
        ("sms", Reason.COMPLAINT),
        ("sms", Reason.BAD_NUMBER),
        ("sms", Reason.UNSUBSCRIBED),
    ],
)
def test_what_others_stopped_is_said_and_stays(
    client: Client, anna: Participant, channel: str, reason: Reason, language: str
) -> None:
    """A number is unsubscribed by others when its owner answered STOP."""
    entry = suppress(anna.organisation, channel, {"email": ANNA, "sms": PHONE}[channel], reason)
    delivery = deliver(anna)
    page = save(client, delivery, *EVERYTHING)
    assert Suppression.objects.get() == entry
    page = client.get(f"{link(delivery)}?lang={language}").content.decode()
    assert WORDS[language][f"{channel}_{reason}"].format(club="Aqua Club") in page
    assert f'id="{channel}.marketing"' in page
    assert re.search(rf'id="{channel}\.marketing"[^>]* disabled', page)


def test_coming_and_going_all_day_is_refused_in_a_sentence(
    client: Client, anna: Participant
) -> None:
    delivery = deliver(anna)
    for _ in range(RETURNS_A_DAY // 2):
        save(client, delivery, *EVERYTHING[:2])
        save(client, delivery, *EVERYTHING)
    client.post(link(delivery), {"leave": "1"})
    answer = client.post(link(delivery), {"save": "1", "on": EVERYTHING})
    assert answer.status_code == 429
    assert "too often today" in answer.content.decode()
    assert stopped(anna) == {"sms.operational", "sms.marketing"}


def test_sms_is_offered_only_to_who_has_a_phone(client: Client, anna: Participant) -> None:
    anna.phone = ""
    anna.save()
    delivery = deliver(anna)
    assert "SMS" not in client.get(link(delivery)).content.decode()
    client.post(link(delivery), {"leave": "1"})
    assert [entry.channel for entry in Suppression.objects.all()] == ["email"]


def test_the_choice_is_for_the_address_the_message_went_to(
    client: Client, anna: Participant
) -> None:
    """And for everybody who has it; the page says so."""
    delivery = deliver(anna)
    anna.email = anna.email_normal = "new@example.org"
    anna.save()
    page = save(client, delivery, "sms.operational", "sms.marketing")
    assert "it holds for everybody" in page
    assert "n•••" not in page
    assert stopped(anna) == {"email.marketing"}
    assert stops(anna.organisation, "email", "new@example.org", "marketing") is None


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Enregistrer"), ("en", "Save"), ("xx", "Save")]
)
def test_the_page_speaks_the_participants_language_or_the_chosen_one(
    client: Client, anna: Participant, language: str, word: str
) -> None:
    anna.language = "fr"
    anna.save()
    delivery = deliver(anna)
    assert '<html lang="fr">' in client.get(link(delivery)).content.decode()
    page = client.get(f"{link(delivery)}?lang={language}").content.decode()
    assert word in page
    saved = client.post(f"{link(delivery)}?lang={language}", {"leave": "1"}).content.decode()
    assert f'<html lang="{"fr" if language == "fr" else "en"}">' in saved


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, words in WORDS["en"].items():
        assert re.findall(r"{\w+}", words).sort() == re.findall(r"{\w+}", WORDS["fr"][key]).sort()


@pytest.mark.parametrize("change", ["cut", "letter", "gone", "nonsense"])
def test_a_bad_link_is_a_friendly_page_and_changes_nothing(
    client: Client, anna: Participant, change: str
) -> None:
    delivery = deliver(anna)
    path = link(delivery)
    bad = {
        "cut": path[:-3] + "/",
        "letter": path[:5] + ("a" if path[5] != "a" else "b") + path[6:],
        "gone": urlsplit(unsubscribe_url(delivery.pk + 1)).path,
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
    suppress(other_club, "email", ANNA, Reason.UNSUBSCRIBED, evidence="theirs")
    delivery = deliver(anna)
    client.post(link(delivery), {"leave": "1"})
    save(client, delivery, *EVERYTHING)
    assert [entry.evidence for entry in find(other_club, "email", ANNA)] == ["theirs"]


def test_a_scanner_that_follows_every_link_of_a_mail_unsubscribes_nobody(
    client: Client, anna: Participant
) -> None:
    delivery = deliver(anna)
    links = links_in(mail(delivery))
    assert {urlsplit(each).path for each in links} >= {link(delivery)}
    for each in links:
        parts = urlsplit(each)
        for method in (client.head, client.get, client.options):
            method(parts.path, QUERY_STRING=parts.query)
    assert not Suppression.objects.exists()
    assert not Event.objects.filter(kind="unsubscribed").exists()


def mail(delivery: Delivery) -> bytes:
    """Make the mail as it leaves."""
    compiled = compile_email(
        delivery.sendout.message,
        delivery.organisation,
        from_name="Aqua Club",
        from_address="office@aquaclub.example.org",
    )
    url = unsubscribe_url(delivery.pk)
    return compiled.fill(
        {"unsubscribe_url": url},
        to_name="",
        to_address=delivery.address,
        message_id="1",
        date="Mon, 23 Nov 2026 10:00:00 +0000",
        unsubscribe_url=url,
    )


def links_in(raw: bytes) -> set[str]:
    """Find the addresses in headers and both parts, as a scanner does."""
    message = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    words = " ".join([*map(str, message.values()), *parts])
    return set(re.findall(r"https?://[^\s<>\"')]+", words))


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
