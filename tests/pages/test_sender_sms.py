"""Setting up a provider of SMS: its settings, the address that it calls, and a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, User
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.vault import unseal
from tests.cast import sign_in
from tests.rigs.esp_service import EspService, Reply

SECRET = "s3cret-auth-token"
ACCOUNT = "AC" + "a1" * 16


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


def typed(**more: object) -> dict[str, object]:
    return {
        "name": "Texts",
        "from_address": "514 555-0100",
        "connections": 4,
        "pace_count": 0,
        "pace_period": "second",
        "setting_account_sid": ACCOUNT,
        "setting_auth_token": SECRET,
        "setting_timeout": 30,
        **more,
    }


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def service() -> Iterator[EspService]:
    with EspService(lambda _: Reply(201, {"sid": "SM1", "status": "queued"})) as service:
        yield service


@pytest.fixture
def twilio(owner: Client, service: EspService) -> Sender:
    owner.post(at("sender_add", "sms", "twilio"), typed(setting_api_url=service.url))
    return Sender.objects.get()


def page(owner: Client, sender: Sender) -> str:
    return owner.get(at("sender", sender.pk)).content.decode()


def test_twilio_is_set_up_with_its_token_sealed(owner: Client, twilio: Sender) -> None:
    assert (twilio.kind, twilio.from_address) == ("twilio", "+15145550100")
    assert unseal(twilio.secrets) == {"auth_token": SECRET}
    assert SECRET not in page(owner, twilio)
    assert "Twilio" in owner.get(at("senders")).content.decode()


def test_the_address_for_calls_is_shown_with_its_place(owner: Client, twilio: Sender) -> None:
    shown = page(owner, twilio)
    assert address_of(twilio) in shown
    assert "/hooks/sms/" in address_of(twilio)
    assert "where a message comes in" in shown


def test_a_test_leaves_through_twilio_and_is_explained(
    owner: Client, twilio: Sender, service: EspService
) -> None:
    answer = owner.post(at("sender_test", twilio.pk), {"to": "514 555-0142"}).content.decode()
    assert "on its way" in answer
    [call] = service.calls
    assert call.form["To"] == "+15145550142"
    assert "If you can read this, it works." in call.form["Body"]


def test_a_test_that_is_refused_says_why(
    owner: Client, twilio: Sender, service: EspService
) -> None:
    told = {"code": 21614, "message": "'To' number is not a valid mobile number", "status": 400}
    service.faults.append(Reply(400, told))
    answer = owner.post(at("sender_test", twilio.pk), {"to": "514 555-0142"}).content.decode()
    assert "The number does not exist, or takes no texts." in answer
    assert "21614" in answer


def test_a_stored_token_does_not_move_to_another_address(owner: Client, twilio: Sender) -> None:
    moved = typed(setting_auth_token="", setting_api_url="https://evil.example.net/")
    answer = owner.post(at("sender", twilio.pk), moved)
    assert "must be entered again" in answer.content.decode()


def test_what_does_not_fit_is_said_beside_its_field(owner: Client) -> None:
    answer = owner.post(at("sender_add", "sms", "twilio"), typed(setting_account_sid="office"))
    assert answer.status_code == 422
    assert "setting_account_sid" in answer.context["form"].errors


def test_first_comes_which_gateway(owner: Client) -> None:
    for query in ("", "?gateway=pigeon"):
        answer = owner.get(at("sender_add", "sms", "http") + query).content.decode()
        assert "Which gateway?" in answer
        assert answer.count("?gateway=") == 3
        assert "Another gateway" in answer


def test_a_gateway_that_ships_asks_for_little(owner: Client) -> None:
    form = owner.get(at("sender_add", "sms", "http") + "?gateway=kannel").context["form"]
    names = [field.name.removeprefix("setting_") for field in form.provider_fields()]
    assert names == ["api_url", "username", "password", "timeout"]


def test_kannel_is_told_with_the_whole_line_for_its_file(owner: Client) -> None:
    given = typed(setting_username="sendout", setting_password=SECRET)
    given["setting_api_url"] = "http://127.0.0.1:13013/cgi-bin/sendsms"
    owner.post(at("sender_add", "sms", "http") + "?gateway=kannel", given)
    sender = Sender.objects.get()
    shown = page(owner, sender)
    assert f"get-url = &quot;{address_of(sender)}?from=%p" in shown
    assert "Kannel" in owner.get(at("senders")).content.decode()


def test_a_gateway_of_ones_own_is_described(owner: Client) -> None:
    given = typed(
        setting_api_url="https://sms.example.org/send",
        setting_label="Aqua Telecom",
        setting_method="POST",
        setting_sends="form",
        setting_taken="200",
        setting_fields='{"to": "{to}", "text": "{text}"}',
    )
    where = at("sender_add", "sms", "http") + "?gateway=other"
    wrong = owner.post(where, given | {"setting_fields": "to={to}"})
    assert "setting_fields" in wrong.context["form"].errors
    owner.post(where, given)
    sender = Sender.objects.get()
    assert "What Aqua Telecom tells us" in page(owner, sender)


def test_another_address_is_made(owner: Client, twilio: Sender) -> None:
    before = address_of(twilio)
    owner.post(at("sender_hook", twilio.pk))
    assert address_of(twilio) != before


def test_a_rehearsal_has_no_address(owner: Client, sms_sender: Sender) -> None:
    assert "hook-address" not in page(owner, sms_sender)
    assert owner.post(at("sender_hook", sms_sender.pk)).status_code == 404


def test_charlie_learns_no_address_and_changes_none(
    twilio: Sender, charlie: User, other_club: Organisation
) -> None:
    before, stranger = address_of(twilio), sign_in(charlie)
    for slug in ("aqua-club", other_club.slug):
        for name in ("sender", "sender_hook", "sender_test"):
            path = reverse(f"pages:{name}", args=[slug, twilio.pk])
            assert before not in stranger.get(path).content.decode()
            assert stranger.post(path, {"to": "514 555-0142"}).status_code in (404, 405)
    assert address_of(twilio) == before
