"""Who may tell us about texts: forged, foreign, broken and repeated calls change nothing."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.core.providers.callback import WayBack
from sendout.deliveries.models import Event
from sendout.inbound.models import HookEvent
from sendout.inbound.waiting import take_in_due
from sendout.senders.hooks import renew
from sendout.senders.models import Hook
from sendout.senders.ways import put_settings
from sendout.suppression.models import Suppression
from tests.inbound.sms.conftest import (
    PHONE,
    SETTINGS,
    Told,
    World,
    handed_over,
    name_of,
    sms_sender,
)

pytestmark = pytest.mark.django_db
DELIVERED = {"MessageStatus": "delivered"}


def nothing_came(world: Told) -> bool:
    take_in_due()
    return world.status() == "sent" and not (
        HookEvent.objects.exists() or Suppression.objects.exists()
    )


def test_a_receipt_is_committed_before_it_is_answered_and_then_a_fact(told: World) -> None:
    world = told()
    answer = world.twilio(**DELIVERED)
    assert answer.status_code == 200
    assert answer["content-type"] == "text/xml"
    assert answer.content.endswith(b"<Response/>")
    assert HookEvent.objects.get().delivery == world.delivery.pk
    take_in_due()
    assert world.status() == "delivered"
    assert world.delivery.provider_ref == "SM1"
    assert Hook.objects.get().heard_at is not None


def test_without_the_secret_in_the_address_nobody_is_there(
    told: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = told()
    url = world.url()
    secret = url.split("/")[-2]
    for wrong in ("x", secret[:-1], secret + "x", "é"):
        assert world.post(url.replace(secret, wrong), DELIVERED).status_code == 404
    assert world.post(url.replace("/sms/", "/esp/"), DELIVERED).status_code == 404
    assert nothing_came(world)
    assert secret not in caplog.text


def test_a_forged_signature_is_refused_with_a_line_in_the_log(
    told: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = told()
    fields = {"MessageSid": "SM1", **DELIVERED}
    with caplog.at_level(logging.WARNING):
        for signature in ("", "x", "é"):
            answer = world.post(world.url(world.name), fields, **{"X-Twilio-Signature": signature})
            assert answer.status_code == 403
    assert nothing_came(world)
    said = [each.message for each in caplog.records if each.name.startswith("sendout")]
    assert said == ["events of a service were refused"] * 3


def test_a_signature_is_of_one_delivery_alone(told: World, club: Organisation) -> None:
    world = told()
    other = Told(world.sender, handed_over(world.sender, "+15145550143"))
    answer = world.twilio(**DELIVERED)
    signature = answer.wsgi_request.headers["X-Twilio-Signature"]  # type: ignore[attr-defined]
    fields = {"MessageSid": "SM1", **DELIVERED}
    forged = other.post(other.url(other.name), fields, **{"X-Twilio-Signature": signature})
    assert forged.status_code == 403


def test_the_same_call_again_is_the_same_call(told: World) -> None:
    world = told()
    for _ in range(5):
        assert world.twilio(**DELIVERED).status_code == 200
        take_in_due()
    assert Event.objects.filter(delivery=world.delivery.pk).count() == 1
    assert world.status() == "delivered"


def test_a_delivery_of_another_organisation_is_not_known(
    told: World, other_club: Organisation
) -> None:
    world = told()
    foreign = handed_over(sms_sender(other_club), "+15145550199")
    assert world.twilio(name_of(foreign), **DELIVERED).status_code == 200
    take_in_due()
    foreign.refresh_from_db()
    assert (foreign.status, foreign.provider_ref) == ("sent", "")
    assert not Event.objects.exists()


def test_a_text_reaches_no_delivery_of_another_organisation(
    told: World, other_club: Organisation
) -> None:
    world = told(phone="+15145550143")
    their_account = sms_sender(other_club)
    put_settings(their_account, SETTINGS["twilio"] | {"auth_token": "another"})
    their_account.save()
    foreign = handed_over(their_account, PHONE)
    assert world.twilio("", From=PHONE, To="+15145550100", Body="STOP").status_code == 200
    foreign.refresh_from_db()
    assert foreign.status == "sent"
    assert Suppression.objects.get().organisation == world.sender.organisation


def test_a_message_of_another_program_is_no_news(told: World) -> None:
    world = told()
    theirs = WayBack("", (b"another installation",)).name(world.delivery.pk)
    for name in (theirs, "17", "x" * 30):
        assert world.twilio(name, **DELIVERED).status_code == 200
    assert nothing_came(world)


def test_what_is_too_long_is_refused(told: World) -> None:
    world = told()
    assert world.twilio(Body="x" * 70_000, **DELIVERED).status_code == 413
    assert nothing_came(world)


def test_nonsense_is_refused(told: World) -> None:
    world = told()
    assert world.twilio(MessageSid="").status_code == 400
    assert world.twilio(Colour="blue").status_code == 400
    assert nothing_came(world)


def test_only_what_the_provider_calls_with_is_taken(told: World) -> None:
    twilio = told()
    path = twilio.url().removeprefix("http://127.0.0.1:8000")
    assert Client().get(path, DELIVERED).status_code == 405
    assert Client().put(path).status_code == 405
    assert Client().head(path).status_code == 405
    gateway = Told(sms_sender(twilio.sender.organisation, "http", "Own"), twilio.delivery)
    path = gateway.url(gateway.name).removeprefix("http://127.0.0.1:8000")
    answer = Client().get(path, {"status": "delivered"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_renewed_address_makes_the_old_one_unknown(told: World) -> None:
    world = told()
    old = world.url(world.name)
    renew(world.sender)
    assert world.post(old, DELIVERED).status_code == 404
    assert world.twilio(**DELIVERED).status_code == 200


def test_words_that_a_database_cannot_keep_are_mended(told: World) -> None:
    world = told("http")
    fields = {"status": "failed", "ref": "\0" + "r" * 900}
    assert world.post(world.url(world.name), fields).status_code in (200, 400)
    text = {
        "from": PHONE,
        "to": "1",
        "text": "hi \0 \ud83d there".encode("utf-8", "replace").decode(),
    }
    assert world.post(world.url(), text).status_code in (200, 400)
    take_in_due()
