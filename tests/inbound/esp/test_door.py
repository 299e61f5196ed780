"""Who may tell us things: forged, old, broken and foreign requests change nothing."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.inbound import waiting
from sendout.inbound.esp import view
from sendout.inbound.models import HookEvent
from sendout.inbound.waiting import take_in_due
from sendout.senders.esp import reference
from sendout.senders.hooks import address_of, renew
from sendout.senders.models import Hook
from sendout.suppression.models import Suppression
from tests.counts import recount
from tests.inbound.esp import recorded as r
from tests.inbound.esp.conftest import Told, esp_sender, left_by

pytestmark = pytest.mark.django_db
World = Callable[[str], Told]
SIGNED = sorted(r.SECRETS)
MAKES: dict[str, tuple[Any, ...]] = {
    "mailersend": (r.mailersend, "hard_bounced"),
    "mailgun": (r.mailgun_failed, "permanent", "bounce", "5.1.1 no such user"),
    "mandrill": (r.mandrill, "hard_bounce"),
    "postmark": (r.postmark_bounce, "HardBounce", "5.1.1"),
    "resend": (r.resend_bounce, "Permanent", "General", ""),
    "sendgrid": (r.sendgrid, "dropped"),
    "amazon_ses": (r.amazon_bounce, "Permanent", "General", "5.1.1"),
    "brevo": (r.brevo, "hard_bounce"),
    "mailjet": (r.mailjet_bounce, True, "user unknown", ""),
    "sparkpost": (r.sparkpost, "out_of_band"),
}


def bounce(world: Told) -> r.Post:
    return world.made(*MAKES[world.service])


def nothing_came(world: Told) -> bool:
    take_in_due()
    world.delivery.refresh_from_db()
    return world.delivery.status == "sent" and not (
        HookEvent.objects.exists() or Suppression.objects.exists()
    )


def signed(world: Told, at: float) -> r.Post:
    """Sign the same event at another time."""
    make, *args = MAKES[world.service]
    raw = make(reference.make(world.delivery.pk), world.at, *args)
    return r.POST[world.service](raw, address_of(world.sender), at)


@pytest.mark.parametrize("service", sorted(r.POST))
def test_without_the_secret_in_the_address_nobody_is_there(
    told: World, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = told(service)
    post = bounce(world)
    *_, secret, _ = world.path.split("/")
    for wrong in ("x", secret[:-1], secret + "x", "é"):
        assert world.post(post, world.path.replace(secret, wrong)) == 404
    assert nothing_came(world)
    assert secret not in caplog.text


@pytest.mark.parametrize("service", SIGNED)
def test_a_wrong_signature_is_refused(told: World, service: str) -> None:
    world = told(service)
    post = bounce(world)
    worse = r.Post(post.body.replace(b"example.org", b"example.net"), post.kind, post.headers)
    status = world.post(worse)
    # Mailgun signs a token and a time, not the event: the address's secret must do for the rest.
    assert status == (200 if service == "mailgun" else 403)
    assert service == "mailgun" or nothing_came(world)


@pytest.mark.parametrize("service", SIGNED)
def test_no_signature_is_refused(
    told: World, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = told(service)
    post = bounce(world)
    body = post.body
    if service == "mailgun":
        body = json.dumps({"event-data": json.loads(body)["event-data"]}).encode()
    with caplog.at_level(logging.WARNING):
        assert world.post(r.Post(body, post.kind)) == 403
    assert nothing_came(world)
    assert [record.message for record in caplog.records if record.name.startswith("sendout")] == [
        "events of a service were refused"
    ]


@pytest.mark.parametrize("service", ["mailgun", "sendgrid", "resend"])
def test_what_was_signed_long_ago_is_refused(told: World, service: str) -> None:
    world = told(service)
    assert world.post(signed(world, time.time() - 100_000)) == 403
    assert nothing_came(world)


NO_NEWS = (  # what a service may post and means nothing to us
    b"[]",
    b"{}",
    b"[{}]",
    b'[{"msys": []}]',
    b'{"event-data": null, "msys": 1, "data": [], "type": 5, "RecordType": []}',
)
NONSENSE = (
    b"",
    b"{",
    b"null",
    b'"x"',
    b"17",
    b"\xff\xfe",
    b'[{"event": {}}]',
    b"[" * 50_000,
)


@pytest.mark.parametrize("service", sorted(r.POST))
@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_even_when_it_is_signed(
    told: World, service: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    world = told(service)
    # Mailgun signs inside of what cannot be read.
    assert world.post(_signed(world, body)) in ((400, 403) if service == "mailgun" else (400,))
    assert nothing_came(world)
    assert [record.message for record in caplog.records if record.name.startswith("sendout")] == [
        "events of a service were refused"
    ]


@pytest.mark.parametrize("service", sorted(r.POST))
@pytest.mark.parametrize("body", NO_NEWS, ids=range(len(NO_NEWS)))
def test_what_means_nothing_changes_nothing(told: World, service: str, body: bytes) -> None:
    world = told(service)
    assert world.post(_signed(world, body)) in (200, 400, 403)
    assert nothing_came(world)


def _signed(world: Told, body: bytes) -> r.Post:
    """Give a body that is not an event, signed as the service signs."""
    match world.service:
        case "mailersend":
            return r.signed_by_mailersend(body)
        case "mandrill":
            return r.signed_by_mandrill(body.decode("latin-1"), address_of(world.sender))
        case "resend":
            return r.signed_by_resend(body, "msg_1", time.time())
        case "sendgrid":
            return r.signed_by_sendgrid(body, time.time())
    post = bounce(world)
    return r.Post(body, post.kind, post.headers)


def test_a_reference_of_another_organisation_is_not_known(
    told: World, other_club: Organisation
) -> None:
    world = told("postmark")
    foreign = left_by(esp_sender(other_club, "postmark"), "charlie@example.org")
    raw = r.postmark_bounce(reference.make(foreign.pk), world.at, "HardBounce", "5.1.1")
    assert world.post(r.Post(json.dumps(raw).encode())) == 200
    take_in_due()
    foreign.refresh_from_db()
    assert foreign.status == "sent"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("value", ["", "17", "e" * 30, 17, None, {"a": 1}])
def test_a_reference_that_we_did_not_make_is_not_ours(told: World, value: Any) -> None:
    world = told("postmark")
    raw = r.postmark_bounce("", world.at, "HardBounce", "5.1.1") | {"Metadata": {"sendout": value}}
    assert world.post(r.Post(json.dumps(raw).encode())) == 200
    assert nothing_came(world)


def test_a_made_up_time_is_not_believed(told: World) -> None:
    world = told("brevo")
    for epoch in (0, 10**20, -(10**20), "x"):
        raw = r.brevo(reference.make(world.delivery.pk), world.at, "delivered", ts_epoch=epoch)
        assert world.post(r.Post(json.dumps(raw).encode())) in (200, 400)
    take_in_due()
    world.delivery.refresh_from_db()
    assert world.delivery.delivered_at is not None
    assert world.delivery.delivered_at > world.at


def test_words_that_a_database_cannot_keep_are_mended(told: World) -> None:
    world = told("postmark")
    odd = "550 5.1.1 \0 \ud800 " + "x" * 100_000
    assert world.post(world.made(r.postmark_bounce, "HardBounce", odd)) == 200
    take_in_due()
    world.delivery.refresh_from_db()
    assert world.delivery.status == "bounced"


def test_only_a_post_tells_something(told: World) -> None:
    world = told("postmark")
    browser = Client()
    assert browser.get(world.path).status_code == 405
    assert browser.put(world.path).status_code == 405
    assert browser.head(world.path).status_code == 200
    assert browser.head(world.path + "x/").status_code == 404


def test_a_renewed_address_makes_the_old_one_unknown(told: World) -> None:
    world = told("postmark")
    old = world.path
    renew(world.sender)
    assert world.post(bounce(world), old) == 404
    assert world.post(bounce(world)) == 200


def test_the_secret_is_sealed(told: World) -> None:
    world = told("postmark")
    *_, secret, _ = world.path.split("/")
    assert len(secret) >= 32
    assert secret not in Hook.objects.get().secret


def test_a_sender_of_another_kind_has_no_such_address(told: World) -> None:
    world = told("postmark")
    path = world.path
    world.sender.kind = "smtp"
    world.sender.save()
    assert world.post(bounce(world), path) == 404


def test_a_body_larger_than_any_batch_is_refused(told: World) -> None:
    world = told("sendgrid")
    assert world.post(r.Post(b" " * 10_000_001)) == 413


def test_a_large_batch_is_taken(told: World) -> None:
    world = told("sparkpost")
    raw = r.sparkpost(reference.make(world.delivery.pk), world.at, "delivery", pad="x" * 4000)
    assert world.post(r.Post(json.dumps([raw] * 500).encode())) == 200


# what is not known yet


def test_an_event_before_our_own_answer_is_settled_counts(told: World) -> None:
    world = told("postmark")
    early = left_by(world.sender, "early@example.org")
    type(early).objects.filter(pk=early.pk).update(accepted_at=None, status="queued", attempt=0)
    recount()
    raw = r.postmark(reference.make(early.pk), world.at, "Delivery")
    world.post(r.Post(json.dumps(raw).encode()))
    take_in_due()
    early.refresh_from_db()
    assert early.status == "delivered"


def without_reference(world: Told, ref: str) -> r.Post:
    raw = r.amazon_bounce("", world.at, "Permanent", "General", "5.1.1 no such user")
    raw["mail"]["headers"] = []
    raw["mail"]["messageId"] = ref
    return r.POST["amazon_ses"](raw, "", 0)


def test_where_our_reference_did_not_come_back_the_services_id_finds_the_message(
    told: World,
) -> None:
    world = told("amazon_ses")
    world.post(without_reference(world, f"ref-{world.delivery.pk}"))
    take_in_due()
    world.delivery.refresh_from_db()
    assert world.delivery.status == "bounced"


@pytest.mark.parametrize("ref", ["", "\0", None])
def test_an_event_without_any_name_finds_nobody(told: World, ref: Any) -> None:
    world = told("amazon_ses")
    nameless = left_by(world.sender, "early@example.org")
    type(nameless).objects.filter(pk=nameless.pk).update(provider_ref="")
    world.post(without_reference(world, ref))
    take_in_due()
    nameless.refresh_from_db()
    assert nameless.status == "sent"
    assert not HookEvent.objects.exists()


def test_an_unknown_message_waits_and_is_found_later(told: World) -> None:
    world = told("amazon_ses")
    world.post(without_reference(world, "not settled yet"))
    take_in_due()
    waits = HookEvent.objects.get()
    assert (waits.tries, json.loads(waits.raw)["eventType"]) == (1, "Bounce")
    late = left_by(world.sender, "late@example.org", ref="not settled yet")
    HookEvent.objects.update(due_at=waits.received_at)
    take_in_due()
    late.refresh_from_db()
    assert late.status == "bounced"
    assert not HookEvent.objects.exists()


def test_an_unknown_message_is_dropped_after_some_minutes_with_a_line(
    told: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = told("amazon_ses")
    world.post(without_reference(world, "nobody's"))
    take_in_due()
    received = HookEvent.objects.get().received_at - waiting.GIVE_UP
    HookEvent.objects.update(due_at=received, received_at=received)
    take_in_due()
    assert not HookEvent.objects.exists()
    assert "events about messages that we do not know were dropped" in caplog.text


def test_not_more_than_so_many_wait_in_vain(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = told("amazon_ses")
    monkeypatch.setattr(waiting, "MOST", 3)
    for number in range(5):
        world.post(without_reference(world, f"unknown {number}"))
    take_in_due()
    assert HookEvent.objects.count() == 3
    world.post(without_reference(world, "one more"))
    take_in_due()
    assert HookEvent.objects.count() == 3


def test_the_same_id_at_another_organisation_is_not_found(
    told: World, other_club: Organisation
) -> None:
    world = told("amazon_ses")
    foreign = left_by(esp_sender(other_club, "amazon_ses"), "charlie@example.org", ref="shared")
    world.post(without_reference(world, "shared"))
    take_in_due()
    foreign.refresh_from_db()
    assert foreign.status == "sent"


def test_who_tracks_nobody_gets_no_opens(told: World) -> None:
    world = told("brevo")
    world.sender.organisation.tracks = False
    world.sender.organisation.save()
    world.post(world.made(r.brevo, "unique_opened"))
    world.post(world.made(r.brevo, "delivered"))
    take_in_due()
    world.delivery.refresh_from_db()
    assert (world.delivery.status, world.delivery.opened_at) == ("delivered", None)


# Amazon SNS asks first


def confirmation(url: str) -> r.Post:
    body = {"Type": "SubscriptionConfirmation", "MessageId": "1", "SubscribeURL": url}
    headers = {"x-amz-sns-message-type": "SubscriptionConfirmation"}
    return r.Post(json.dumps(body).encode(), "text/plain", headers)


class Answered:
    """Stands for the answer of Amazon, which no test asks."""

    def raise_for_status(self) -> None:
        """All is well."""


def test_a_topic_of_amazon_is_confirmed(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = told("amazon_ses")
    asked: list[str] = []
    monkeypatch.setattr(requests, "get", lambda url, **_: asked.append(url) or Answered())
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"
    assert world.post(confirmation(url)) == 200
    assert asked == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        "https://sns.eu-west-1.amazonaws.com.evil.example/?x",
        "https://sns.eu-west-1.amazonaws.com@evil.example/?x",
        "http://sns.eu-west-1.amazonaws.com/?x",
        "http://127.0.0.1/",
        "",
    ],
)
def test_a_confirmation_leads_nowhere_else(
    told: World, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    world = told("amazon_ses")
    asked: list[str] = []
    monkeypatch.setattr(requests, "get", lambda url, **_: asked.append(url) or Answered())
    assert world.post(confirmation(url)) == 403
    assert not asked
    assert view.AMAZON.fullmatch(url) is None
