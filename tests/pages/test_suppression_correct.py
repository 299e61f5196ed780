"""Correcting a bad address from the list and from the popup, and sending again what was missed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import Organisation, Role, User
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.inbound.facts import Report, take_in
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from sendout.suppression.models import Lifted, Reason, Suppression
from tests.cast import join, sign_in

WRONG, RIGHT = "ann@gmial.example", "ann@gmail.example"


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


@pytest.fixture
def dana(club: Organisation) -> Client:
    return sign_in(join(club, "Dana", Role.SENDER))


def person(club: Organisation, name: str, email: str = WRONG) -> Participant:
    return Participant.objects.create(
        organisation=club, first_name=name, email=email, email_normal=email.lower()
    )


@pytest.fixture
def ann(club: Organisation) -> Participant:
    return person(club, "Ann")


@pytest.fixture
def bounced(club: Organisation, ann: Participant, email_sender: Sender) -> Delivery:
    """Send to Ann, and have it come back."""
    message = Message.objects.create(organisation=club, subject="Pool closed", body="Hi")
    sendout = SendOut.objects.create(
        organisation=club, name="Closure", message=message, email_sender=email_sender
    )
    sendout.people.add(ann)
    send_now(sendout)
    row = Delivery.objects.get(sendout=sendout)
    text = "550 5.1.1 no such user"
    take_in([Report(row.pk, "bounced", timezone.now(), "test", "1", "5.1.1", text)])
    row.refresh_from_db()
    return row


def missed_at(channel: str, *people: Participant) -> str:
    return f"{at('missed', channel)}?" + "&".join(f"people={p.pk}" for p in people)


def test_from_the_popup_to_the_message_that_was_missed(
    dana: Client, ann: Participant, bounced: Delivery
) -> None:
    address = at("delivery_correct", bounced.sendout_id, bounced.pk)
    shown = at("delivery", bounced.sendout_id, bounced.pk)
    assert f'href="{address}"' in dana.get(shown).content.decode()
    form = dana.get(address).content.decode()
    assert f'value="{WRONG}"' in form
    assert "no such user" in form

    data = {"address": RIGHT, "people": ann.pk, "why": "told us on the phone"}
    answer = dana.post(address, data)
    assert answer.headers["Location"] == missed_at("email", ann)
    ann.refresh_from_db()
    assert (ann.email, ann.email_normal) == (RIGHT, RIGHT)
    assert not Suppression.objects.exists()
    assert Lifted.objects.get().why == f"Corrected to {RIGHT}: told us on the phone"

    offer = dana.get(answer.headers["Location"]).content.decode()
    assert "1 message was missed" in offer
    assert "Closure" in offer
    data = {"people": ann.pk, "sendout": bounced.sendout_id}
    answer = dana.post(at("missed", "email"), data)
    again = SendOut.objects.get(origin=bounced.sendout_id)
    assert answer.headers["Location"] == f"{at('messages')}?open={again.pk}&tab=email"
    [row] = Delivery.objects.filter(sendout=again)
    assert (row.participant, row.address, row.status) == (ann, RIGHT, "queued")
    popup = dana.get(at("popup", again.pk), headers={"HX-Request": "true"}).content.decode()
    assert 'first as <a href="' + at("popup", bounced.sendout_id) in popup


def test_the_list_leads_to_the_correction_and_to_the_mail(
    dana: Client, ann: Participant, bounced: Delivery
) -> None:
    entry = Suppression.objects.get()
    page = dana.get(at("suppressions")).content.decode()
    assert at("suppression_correct", entry.pk) in page
    assert f'data-popup="{bounced.sendout_id}">Closure</a>' in page
    assert at("participant", ann.pk) in page
    dana.post(at("suppression_correct", entry.pk), {"address": RIGHT, "people": ann.pk})
    ann.refresh_from_db()
    assert ann.email == RIGHT


def test_a_family_is_shown_and_chosen_from(
    dana: Client, club: Organisation, ann: Participant, bounced: Delivery
) -> None:
    bert = person(club, "Bert")
    entry = Suppression.objects.get()
    address = at("suppression_correct", entry.pk)
    assert "2 people share this address" in dana.get(address).content.decode()
    assert dana.post(address, {"address": RIGHT}).status_code == 422
    page = dana.post(address, {"address": RIGHT, "people": ann.pk}, follow=True).content.decode()
    assert "stays on the list, as another person still has it" in page
    bert.refresh_from_db()
    assert bert.email == WRONG
    assert Suppression.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ann@", "is not an email address"),
        (WRONG.upper(), "This is the email address that does not work."),
        ("spam@example.org", "is on the list itself: complaint"),
    ],
)
def test_an_address_that_would_not_work_either_is_refused(
    dana: Client, club: Organisation, ann: Participant, typed: str, sentence: str
) -> None:
    suppress(club, "email", "spam@example.org", Reason.COMPLAINT)
    entry = suppress(club, "email", WRONG, Reason.BAD_EMAIL)
    data = {"address": typed, "people": ann.pk}
    answer = dana.post(at("suppression_correct", entry.pk), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    ann.refresh_from_db()
    assert ann.email == WRONG


def test_a_slip_in_the_domain_is_put_right_for_a_start(dana: Client, club: Organisation) -> None:
    person(club, "Ann", "Ann.Roy@gmial.com")
    entry = suppress(club, "email", "ann.roy@gmial.com", Reason.BAD_EMAIL)
    page = dana.get(at("suppression_correct", entry.pk)).content.decode()
    assert 'value="Ann.Roy@gmail.com"' in page
    assert "please ask" in page


def test_an_entry_that_nobody_has_can_only_be_lifted(dana: Client, club: Organisation) -> None:
    entry = suppress(club, "email", WRONG, Reason.BAD_EMAIL)
    address = at("suppression_correct", entry.pk)
    assert at("suppression_lift", entry.pk) in dana.get(address).content.decode()
    assert dana.post(address, {"address": RIGHT, "people": 1}).status_code == 422
    assert at("suppression_correct", entry.pk) not in dana.get(at("suppressions")).content.decode()


def test_a_wish_is_not_corrected_away(dana: Client, club: Organisation, ann: Participant) -> None:
    entry = suppress(club, "email", WRONG, Reason.UNSUBSCRIBED)
    answer = dana.post(at("suppression_correct", entry.pk), {"address": RIGHT, "people": ann.pk})
    assert answer.headers["Location"] == at("suppression_lift", entry.pk)
    ann.refresh_from_db()
    assert ann.email == WRONG


def test_what_is_not_ticked_is_not_sent(dana: Client, ann: Participant, bounced: Delivery) -> None:
    dana.post(at("missed", "email"), {"people": ann.pk})
    dana.post(at("missed", "email"), {"people": ann.pk, "sendout": bounced.sendout_id + 1})
    dana.post(at("missed", "email"), {"people": "x" * 40, "sendout": bounced.sendout_id})
    assert SendOut.objects.count() == 1
    assert dana.get(at("missed", "fax")).status_code == 404


def test_pressing_twice_sends_once(dana: Client, ann: Participant, bounced: Delivery) -> None:
    dana.post(
        at("delivery_correct", bounced.sendout_id, bounced.pk), {"address": RIGHT, "people": ann.pk}
    )
    data = {"people": ann.pk, "sendout": bounced.sendout_id}
    for _ in range(2):
        dana.post(at("missed", "email"), data)
    assert SendOut.objects.filter(origin=bounced.sendout_id).count() == 1


def test_a_viewer_corrects_nothing(bob: User, ann: Participant, bounced: Delivery) -> None:
    viewer = sign_in(bob)
    shown = viewer.get(at("delivery", bounced.sendout_id, bounced.pk)).content.decode()
    address = at("delivery_correct", bounced.sendout_id, bounced.pk)
    assert address not in shown
    assert viewer.post(address, {"address": RIGHT, "people": ann.pk}).status_code == 403
    data = {"people": ann.pk, "sendout": bounced.sendout_id}
    assert viewer.post(at("missed", "email"), data).status_code == 403


def test_charlie_resends_nothing_of_alices(
    charlie: User, ann: Participant, bounced: Delivery
) -> None:
    stranger = sign_in(charlie)
    data = {"people": ann.pk, "sendout": bounced.sendout_id}
    url = reverse("pages:missed", args=["skating-club", "email"])
    page = stranger.get(url, data, follow=True).content.decode()
    assert "Closure" not in page.split("<main")[1]
    stranger.post(url, data)
    assert SendOut.objects.count() == 1
