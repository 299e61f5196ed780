"""Setting up an email service: which one, its own settings, and the address for its events."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, User
from sendout.senders.hooks import address_of, note_heard
from sendout.senders.models import Hook, Sender
from sendout.senders.vault import unseal
from tests.cast import sign_in

SECRET = "s3cret-server-token"


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


def typed(**more: object) -> dict[str, object]:
    return {
        "name": "Postmark",
        "from_name": "Aqua Club",
        "from_address": "office@example.org",
        "reply_to": "",
        "connections": 4,
        "pace_count": 0,
        "pace_period": "second",
        "setting_server_token": SECRET,
        "setting_message_stream": "broadcast",
        "setting_api_url": "",
        "setting_timeout": 30,
        **more,
    }


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def post(owner: Client) -> Sender:
    owner.post(at("sender_add", "email", "esp") + "?esp=postmark", typed())
    return Sender.objects.get()


def page(owner: Client, sender: Sender) -> str:
    return owner.get(at("sender", sender.pk)).content.decode()


def test_first_comes_which_service(owner: Client) -> None:
    for query in ("", "?esp=pigeon"):
        answer = owner.get(at("sender_add", "email", "esp") + query).content.decode()
        assert "Which email service?" in answer
        assert answer.count("?esp=") == 10


def test_a_service_asks_for_its_own_settings_alone(owner: Client) -> None:
    form = owner.get(at("sender_add", "email", "esp") + "?esp=postmark").context["form"]
    names = [field.name for field in form.provider_fields()]
    assert names == [
        "setting_server_token",
        "setting_message_stream",
        "setting_api_url",
        "setting_timeout",
    ]


def test_a_service_is_set_up_with_its_token_sealed(owner: Client, post: Sender) -> None:
    assert (post.kind, post.config["esp"]) == ("esp", "postmark")
    assert post.config["message_stream"] == "broadcast"
    assert unseal(post.secrets) == {"server_token": SECRET}
    assert SECRET not in page(owner, post)
    assert "Postmark" in owner.get(at("senders")).content.decode()


def test_the_service_stays_and_the_token_does_when_left_empty(owner: Client, post: Sender) -> None:
    changed = typed(setting_server_token="", setting_esp="mailgun", setting_message_stream="")
    owner.post(at("sender", post.pk), changed)
    post.refresh_from_db()
    assert (post.config["esp"], unseal(post.secrets)) == ("postmark", {"server_token": SECRET})
    assert "message_stream" not in post.config


def test_a_stored_token_does_not_move_to_another_address(owner: Client, post: Sender) -> None:
    moved = typed(setting_server_token="", setting_api_url="https://evil.example.net/")
    answer = owner.post(at("sender", post.pk), moved)
    assert "must be entered again" in answer.content.decode()


def test_what_does_not_fit_is_said_beside_its_field(owner: Client) -> None:
    given = typed(setting_api_url="ftp://x", setting_server_token="")
    answer = owner.post(at("sender_add", "email", "esp") + "?esp=postmark", given)
    assert answer.status_code == 422
    assert "setting_server_token" in answer.context["form"].errors


def test_the_address_for_events_is_shown_and_stays(owner: Client, post: Sender) -> None:
    assert address_of(post) in page(owner, post)
    assert address_of(post) in page(owner, post)
    assert "Nothing was heard from Postmark yet" in page(owner, post)


def test_when_something_was_heard_is_told(owner: Client, post: Sender) -> None:
    page(owner, post)
    note_heard(post.pk, post.created_at)
    assert "Last heard from Postmark on" in page(owner, post)


def test_another_address_is_made(owner: Client, post: Sender) -> None:
    before = address_of(post)
    assert owner.get(at("sender_hook", post.pk)).status_code == 405
    owner.post(at("sender_hook", post.pk))
    assert address_of(post) != before
    assert Hook.objects.count() == 1


def test_a_sender_of_another_kind_has_none(owner: Client, email_sender: Sender) -> None:
    assert "webhooks" not in page(owner, email_sender)
    assert owner.post(at("sender_hook", email_sender.pk)).status_code == 404


def test_charlie_learns_no_address_and_changes_none(
    post: Sender, charlie: User, other_club: Organisation
) -> None:
    before, stranger = address_of(post), sign_in(charlie)
    for slug in ("aqua-club", other_club.slug):
        for name in ("sender", "sender_hook"):
            path = reverse(f"pages:{name}", args=[slug, post.pk])
            assert before not in stranger.get(path).content.decode()
            assert stranger.post(path).status_code in (404, 405)
    assert address_of(post) == before


def test_bob_who_only_looks_sees_no_address(post: Sender, bob: User) -> None:
    assert sign_in(bob).get(at("sender", post.pk)).status_code == 403


def test_signatures_that_could_be_checked_are_pointed_out(owner: Client) -> None:
    given = typed(setting_api_key="k", setting_region="eu")
    owner.post(at("sender_add", "email", "esp") + "?esp=mailgun", given)
    sender = Sender.objects.get()
    assert "webhook signing key" in page(owner, sender)
    assert "signatures are checked too" in page(owner, sender)
    owner.post(at("sender", sender.pk), given | {"setting_webhook_signing_key": "key"})
    assert "signatures are checked too" not in page(owner, sender)
