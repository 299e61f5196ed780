"""The SMS that follow the emails, as the staff chooses them, sees them, sends and stops them."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.engine import sweep
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.pages.test_compose_write import NEW, WRITTEN

CHOSEN = WRITTEN | {"channels": "email_then_sms", "fallback_minutes": "30", "tracks": "on"}
HTMX = {"HX-Request": "true"}


def page(browser: Client, path: str, **headers: str) -> str:
    return " ".join(unescape(browser.get(path, headers=headers).content.decode()).split())


def press(browser: Client, sendout: SendOut, button: str, **said: str) -> str:
    path = f"/o/aqua-club/messages/{sendout.pk}/sms/{button}/"
    return " ".join(unescape(browser.post(path, said, headers=HTMX).content.decode()).split())


@pytest.fixture
def waiting(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> SendOut:
    """Two emails have left; one was opened."""
    club.quiet_hours = False
    club.save()
    for n, name in enumerate(("Ann", "Ben")):
        person(name, f"{name.lower()}@example.org", f"+1514555020{n}")
    made = sendout(channels="email_then_sms", fallback_to="not_opened", fallback_minutes=30)
    send_now(made)
    now = timezone.now()
    ann, ben = made.deliveries.values_list("pk", flat=True).order_by("pk")
    record([Happening(pk, "accepted", now) for pk in (ann, ben)] + [Happening(ann, "opened", now)])
    sweep.tick(now)
    made.refresh_from_db()
    return made


def test_the_wait_and_whom_are_chosen_and_the_last_look_says_up_to_how_much(
    alice: User, person: MakePerson, email_sender: object, sms_sender: object
) -> None:
    browser = sign_in(alice)
    person("Ann", "ann@example.org", "+15145550200")
    assert browser.post(NEW, CHOSEN | {"fallback_to": "not_opened"}).status_code == 302
    draft = SendOut.objects.get()
    assert (draft.channels, draft.fallback_minutes, draft.fallback_to) == (
        "email_then_sms",
        30,
        "not_opened",
    )
    refused = browser.post(NEW, CHOSEN | {"fallback_to": "not_opened", "tracks": ""})
    assert refused.status_code == 422
    assert "Not possible for a message whose opens are not looked at" in refused.content.decode()
    assert browser.post(NEW, CHOSEN | {"fallback_minutes": "4"}).status_code == 422

    SendOut.objects.filter(pk=draft.pk).update(everyone=True)
    shown = page(browser, f"/o/aqua-club/compose/{draft.pk}/check/")
    assert "30 minutes after the last email" in shown
    assert "It costs up to" in shown
    assert "Send 1 message now" in shown


def test_the_popup_says_when_and_to_how_many_and_only_senders_decide(
    waiting: SendOut, alice: User, bob: User
) -> None:
    popup = f"/o/aqua-club/messages/{waiting.pk}/"
    assert waiting.fallback_at is not None
    at = waiting.fallback_at.astimezone(waiting.organisation.zone)
    shown = page(sign_in(alice), popup, **HTMX)
    assert f"{at:%H:%M} to those whose email did not arrive or was not opened by a person." in shown
    assert "That is 1 person now." in shown
    assert "Send them now" in shown
    seen_by_bob = page(sign_in(bob), popup, **HTMX)
    assert "That is 1 person now." in seen_by_bob
    assert "Send them now" not in seen_by_bob
    assert sign_in(bob).post(f"{popup}sms/send/").status_code == 403

    assert "SMS went today" in press(sign_in(alice), waiting, "send")
    assert Delivery.objects.get(channel="sms").participant.first_name == "Ben"  # type: ignore[union-attr]
    assert "sent or called off already" in press(sign_in(alice), waiting, "call-off")


def test_they_are_called_off_and_the_message_is_at_its_end(waiting: SendOut, alice: User) -> None:
    assert "they were called off" in press(sign_in(alice), waiting, "call-off")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.fallback) == ("finished", "called_off")
    assert not Delivery.objects.filter(channel="sms").exists()


def test_at_night_the_button_says_so_first(
    club: Organisation, waiting: SendOut, alice: User
) -> None:
    now = timezone.now().astimezone(club.zone)
    club.quiet_hours = True
    club.quiet_from = now.replace(second=0, microsecond=0).time()
    club.quiet_until = now.replace(hour=(now.hour + 3) % 24).time()
    club.save()
    browser = sign_in(alice)
    shown = page(browser, f"/o/aqua-club/messages/{waiting.pk}/live/", **HTMX)
    assert "They wait for the morning." in shown
    assert "Send them now all the same" in shown
    assert "It is night there" in press(browser, waiting, "send")
    assert not Delivery.objects.filter(channel="sms").exists()
    press(browser, waiting, "send", at_night="yes")
    assert Delivery.objects.get(channel="sms").status == "queued"
