"""Senders are set up by owners, tried by those who send, seen by all; secrets by nobody."""

from __future__ import annotations

import logging
import socket
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, Role, User
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.vault import unseal
from tests.cast import join, sign_in

SECRET = "s3cret-pa55word"


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


def typed(**more: object) -> dict[str, object]:
    return {
        "name": "Post",
        "from_name": "Aqua Club",
        "from_address": "office@example.org",
        "reply_to": "",
        "connections": 4,
        "pace_count": 0,
        "pace_period": "second",
        "setting_host": "mail.example.org",
        "setting_port": 587,
        "setting_tls": "starttls",
        "setting_username": "office",
        "setting_password": SECRET,
        "setting_verify": "on",
        "setting_timeout": 60,
        "setting_ehlo_name": "",
        **more,
    }


@pytest.fixture
def post(alice: User) -> Sender:
    sign_in(alice).post(at("sender_add", "email", "smtp"), typed())
    return Sender.objects.get(name="Post")


def test_an_owner_adds_a_mail_server(alice: User) -> None:
    answer = sign_in(alice).post(at("sender_add", "email", "smtp"), typed(), follow=True)
    sender = Sender.objects.get()
    assert answer.redirect_chain == [(at("sender", sender.pk), 302)]
    assert (sender.config["host"], sender.config["port"]) == ("mail.example.org", 587)
    assert sender.is_default


def test_the_secret_is_sealed_and_in_no_answer_and_no_log(
    alice: User, post: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert unseal(post.secrets) == {"password": SECRET}
    browser = sign_in(alice)
    refused = browser.post(at("sender", post.pk), typed(setting_port="many"))
    pages = [browser.get(at("senders")), browser.get(at("sender", post.pk)), refused]
    for page in pages:
        assert SECRET not in page.content.decode()
        assert post.secrets not in page.content.decode()
    assert SECRET not in caplog.text + str(post.config)


def test_an_empty_password_keeps_the_stored_one(alice: User, post: Sender) -> None:
    sign_in(alice).post(at("sender", post.pk), typed(setting_password="", pace_count=9))
    post.refresh_from_db()
    assert (post.pace_count, unseal(post.secrets)) == (9, {"password": SECRET})


def test_a_new_password_replaces_the_stored_one(alice: User, post: Sender) -> None:
    sign_in(alice).post(at("sender", post.pk), typed(setting_password="another"))
    post.refresh_from_db()
    assert unseal(post.secrets) == {"password": "another"}


def test_a_stored_password_can_be_forgotten(alice: User, post: Sender) -> None:
    forget = typed(setting_password="", setting_username="", forget_password="on")
    sign_in(alice).post(at("sender", post.pk), forget)
    post.refresh_from_db()
    assert post.secrets == ""


def test_a_stored_password_does_not_move_to_another_server(alice: User, post: Sender) -> None:
    moved = typed(setting_password="", setting_host="evil.example.net")
    answer = sign_in(alice).post(at("sender", post.pk), moved)
    assert "must be entered again" in answer.content.decode()
    post.refresh_from_db()
    assert post.config["host"] == "mail.example.org"


def test_stored_tokens_do_not_move_to_another_server(alice: User, post: Sender) -> None:
    tokens = {
        "setting_auth": "xoauth2",
        "setting_token_url": "https://tokens.example.org/",
        "setting_client_id": "sendout",
    }
    browser = sign_in(alice)
    browser.post(at("sender", post.pk), typed(**tokens, setting_refresh_token=SECRET))
    moved = tokens | {"setting_token_url": "https://evil.example.net/"}
    answer = browser.post(at("sender", post.pk), typed(**moved))
    assert "must be entered again" in answer.content.decode()
    post.refresh_from_db()
    assert post.config["token_url"] == "https://tokens.example.org/"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("setting_host", "", "This field is required."),
        ("setting_host", "mail example", "Host is the name of a mail server"),
        ("setting_port", "70000", "Port is a number from 1 to 65535"),
        ("setting_timeout", "-1", "Timeout is a number of seconds above 0"),
        ("from_address", "office", "it has no @"),
        ("reply_to", "a@b@c", "more than one @"),
        ("connections", "0", "connections from 1 to 100"),
        ("name", "", "This field is required."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    alice: User, field: str, value: str, sentence: str
) -> None:
    answer = sign_in(alice).post(at("sender_add", "email", "smtp"), typed(**{field: value}))
    assert answer.status_code == 422
    [errors] = [error for name, error in answer.context["form"].errors.items() if name == field]
    assert sentence in " ".join(errors)
    assert not Sender.objects.exists()


def test_two_senders_do_not_share_a_name(alice: User, post: Sender) -> None:
    answer = sign_in(alice).post(at("sender_add", "email", "smtp"), typed())
    assert "There is a sender with this name" in answer.content.decode()


def test_an_sms_sender_takes_a_number_or_a_name(alice: User) -> None:
    browser = sign_in(alice)
    sandbox = {"setting_seed": 1, "setting_speed": 1} | {
        f"setting_{rate}_rate": 0 for rate in ("bounce", "defer", "reply", "stop")
    }
    base = {"connections": 1, "pace_count": 10, "pace_period": "minute", **sandbox}
    for name, given in (("One", "514 555-0100"), ("Two", "AquaClub")):
        made = {**base, "name": name, "from_address": given}
        assert browser.post(at("sender_add", "sms", "sandbox"), made).status_code == 302
    froms = Sender.objects.order_by("name").values_list("from_address", flat=True)
    assert list(froms) == ["+15145550100", "AquaClub"]


def test_a_kind_that_does_not_exist_is_not_found(alice: User) -> None:
    assert sign_in(alice).get(at("sender_add", "sms", "smtp")).status_code == 404


def test_files_of_the_server_are_not_set_by_the_page(alice: User, post: Sender) -> None:
    browser = sign_in(alice)
    assert "ca_file" not in browser.get(at("sender", post.pk)).content.decode()
    Sender.objects.update(config={**post.config, "ca_file": __file__})
    browser.post(at("sender", post.pk), typed(setting_ca_file="/etc/passwd"))
    post.refresh_from_db()
    assert post.config["ca_file"] == __file__


def test_saving_a_sender_that_was_down_tries_it_again(alice: User, post: Sender) -> None:
    Sender.objects.update(down_until="2100-01-01T00:00Z", down_reason="login refused")
    browser = sign_in(alice)
    assert "login refused" in browser.get(at("senders")).content.decode()
    browser.post(at("sender", post.pk), typed())
    assert "login refused" not in browser.get(at("senders")).content.decode()


def test_the_default_moves_and_survives_deactivation(
    alice: User, post: Sender, email_sender_2: Sender
) -> None:
    browser = sign_in(alice)
    browser.post(at("sender_default", email_sender_2.pk))
    assert Sender.objects.get(is_default=True) == email_sender_2
    browser.post(at("sender_use", email_sender_2.pk))
    assert Sender.objects.get(is_default=True) == post
    assert not Sender.objects.get(pk=email_sender_2.pk).active
    browser.post(at("sender_use", email_sender_2.pk))
    assert Sender.objects.get(pk=email_sender_2.pk).active


@pytest.fixture
def email_sender_2(club: Organisation) -> Sender:
    return Sender.objects.create(
        organisation=club,
        name="Rehearsal",
        channel="email",
        kind="sandbox",
        from_address="a@sandbox.test",
    )


def test_a_test_through_the_sandbox_arrives_in_the_outbox(
    alice: User, email_sender: Sender
) -> None:
    page = sign_in(alice).post(at("sender_test", email_sender.pk), {"to": "deliver@sandbox.test"})
    assert "Accepted, as a rehearsal: it is on the Outbox page" in page.content.decode()
    content = bytes(OutboxCopy.objects.get().content)
    assert content.isascii()
    assert b"\r\nSubject: Test of Aqua Club\r\n" in content
    assert b"From: Aqua Club <office@aquaclub.example.org>\r\n" in content


def test_a_test_by_sms_arrives_in_the_outbox(alice: User, sms_sender: Sender) -> None:
    page = sign_in(alice).post(at("sender_test", sms_sender.pk), {"to": "514 555 0101"})
    assert "Accepted" in page.content.decode()
    assert OutboxCopy.objects.get().recipient == "+15145550101"


def test_htmx_gets_the_card_alone(alice: User, email_sender: Sender) -> None:
    url = at("sender_test", email_sender.pk)
    page = sign_in(alice).post(url, {"to": "refuse@sandbox.test"}, headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith("<form")
    assert "There is no such mailbox." in page.content.decode()


def test_a_failure_is_explained_on_the_page(alice: User, post: Sender) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        Sender.objects.update(config={"host": "127.0.0.1", "port": closed.getsockname()[1]})
        page = sign_in(alice).post(at("sender_test", post.pk), {"to": "anna@example.org"})
    assert "Check host and port" in page.content.decode()
    assert SECRET not in page.content.decode()


def test_a_wrong_address_for_the_test_is_said(alice: User, email_sender: Sender) -> None:
    page = sign_in(alice).post(at("sender_test", email_sender.pk), {"to": "me"})
    assert "it has no @" in page.content.decode()
    assert not OutboxCopy.objects.exists()


def test_those_who_send_may_test_and_not_edit(club: Organisation, email_sender: Sender) -> None:
    browser = sign_in(join(club, "Dana", Role.SENDER))
    assert browser.get(at("sender_test", email_sender.pk)).status_code == 200
    assert browser.get(at("senders")).status_code == 200
    assert browser.get(at("sender", email_sender.pk)).status_code == 403


def test_a_viewer_sees_the_list_and_changes_nothing(bob: User, email_sender: Sender) -> None:
    browser = sign_in(bob)
    assert "Sandbox email" in browser.get(at("senders")).content.decode()
    for url in every_url(email_sender):
        assert browser.post(url, typed()).status_code == 403, url
    assert Sender.objects.get().active


def test_charlie_finds_nothing(charlie: User, club: Organisation, email_sender: Sender) -> None:
    browser = sign_in(charlie)
    for url in [at("senders"), *every_url(email_sender)]:
        assert browser.get(url).status_code == 404, url
        assert browser.post(url, typed()).status_code == 404, url


def test_charlie_does_not_reach_a_sender_through_his_own_club(
    charlie: User, email_sender: Sender
) -> None:
    browser = sign_in(charlie)
    for url in every_url(email_sender)[1:]:
        own = url.replace("aqua-club", "skating-club")
        assert browser.post(own, typed()).status_code == 404, own


def every_url(sender: Sender) -> list[str]:
    below = ("sender", "sender_test", "sender_default", "sender_use")
    return [at("sender_add", "email", "smtp"), *(at(name, sender.pk) for name in below)]


def test_whoever_is_not_signed_in_is_asked_to(client: Client, email_sender: Sender) -> None:
    answer: Any = client.get(at("senders"))
    assert answer.url.startswith("/account/login/")


def test_senders_are_put_together_and_say_with_whom(alice: User, post: Sender) -> None:
    browser = sign_in(alice)
    browser.post(at("sender", post.pk), typed(pool=" post ", weight=3))
    browser.post(at("sender_add", "email", "smtp"), typed(name="Second", pool="post"))
    second = Sender.objects.get(name="Second")
    post.refresh_from_db()
    assert (post.pool, post.weight, second.weight) == ("post", 3, 1)
    assert "Shares its work with" in browser.get(at("sender", post.pk)).text
    assert "works together as “post”, share 3" in browser.get(at("senders")).text


def test_a_rehearsal_is_not_mixed_with_senders_that_reach_people(alice: User, post: Sender) -> None:
    Sender.objects.create(
        organisation=post.organisation,
        name="Rehearsal",
        channel="email",
        kind="sandbox",
        pool="post",
    )
    answer = sign_in(alice).post(at("sender", post.pk), typed(pool="post"))
    assert answer.status_code == 422
    assert "choose another pool" in answer.text
    post.refresh_from_db()
    assert not post.pool


def test_the_pool_of_another_organisation_is_none_of_ours(
    alice: User, post: Sender, other_club: Organisation
) -> None:
    Sender.objects.create(
        organisation=other_club, name="Charlie's", channel="email", kind="sandbox", pool="post"
    )
    browser = sign_in(alice)
    assert browser.post(at("sender", post.pk), typed(pool="post")).status_code == 302
    assert "Charlie" not in browser.get(at("sender", post.pk)).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": 0},
        {"weight": 101},
        {"warmup_first": 50},
        {"warmup_first": 50, "warmup_target": 10},
        {"warmup_first": -1, "warmup_target": 10},
        {"warmup_first": 1, "warmup_target": 10**12},
    ],
)
def test_impossible_shares_and_warm_ups_are_refused(
    alice: User, post: Sender, wrong: dict[str, int]
) -> None:
    assert sign_in(alice).post(at("sender", post.pk), typed(**wrong)).status_code == 422


def test_a_warm_up_is_shown_and_goes_on_when_the_sender_is_saved(alice: User, post: Sender) -> None:
    browser = sign_in(alice)
    numbers = {"warmup_first": 100, "warmup_target": 5000}
    browser.post(at("sender", post.pk), typed(**numbers))
    Sender.objects.update(warmup_from=Sender.objects.get().warmup_from - timedelta(days=2))
    browser.post(at("sender", post.pk), typed(**numbers))
    for page in ("sender", post.pk), ("senders",):
        told = browser.get(at(*page)).text
        assert "Warm-up: day 3 of 10, 0 of 225 sent today, 338 tomorrow." in told
    browser.post(at("sender", post.pk), typed())
    assert "Warm-up: day" not in browser.get(at("sender", post.pk)).text
