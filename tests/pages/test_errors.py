"""What a person sees when a page cannot be shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.views.defaults import server_error

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.cast import sign_in


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_in_a_sentence(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_role_that_is_too_small_is_named(bob: User) -> None:
    answer = sign_in(bob).get("/o/aqua-club/senders/add/email/sandbox/")
    assert answer.status_code == 403
    assert "This needs the role “Owner”." in answer.content.decode()


def test_what_a_visitor_may_not_or_cannot_see_is_no_event_for_the_log(
    bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in(bob)
    assert browser.get("/o/aqua-club/workers/").status_code == 403
    assert browser.get("/invitation/a-secret-link/").status_code == 404
    assert not caplog.records


def test_our_own_fault_is_said_without_help_of_the_database(rf: object) -> None:
    answer = server_error(rf.get("/"))  # type: ignore[attr-defined]
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-16", "rot13", "utf-7"])
def test_a_form_in_an_odd_charset_is_refused_in_a_sentence(client: Client, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic("POST", "/account/login/", b"login=a&password=b", content_type=kind)
    assert answer.status_code == 400
    assert "This was not understood" in answer.content.decode()


@pytest.mark.django_db
def test_strangers_cannot_send_large_bodies(client: Client) -> None:
    answer = client.post("/account/login/", {"login": "a" * 1_100_000})
    assert answer.status_code == 413
    assert "send at most 1 MB at once" in answer.content.decode()


def test_members_may_send_what_an_import_takes(alice: User, settings: Any) -> None:
    settings.IMPORT_BYTES = 3_000_000
    browser = sign_in(alice)
    url = "/o/aqua-club/imports/upload/"
    assert browser.post(url, {"x": "a" * 4_100_000}).status_code == 413
    assert browser.post(url, {"x": "a" * 2_000_000}).status_code != 413


def test_a_nul_in_a_form_is_refused_and_not_a_fault(alice: User, email_sender: Sender) -> None:
    where = f"/o/aqua-club/senders/{email_sender.pk}/domains/reopen/"
    answer = sign_in(alice).post(where, {"domain": "exa\0mple.org"})
    assert answer.status_code == 400


@pytest.mark.parametrize("place", ["replies/?page=0", "messages/?open=%D9%A3", "messages/?page=0"])
def test_odd_numbers_in_an_address_are_no_fault(alice: User, place: str) -> None:
    assert sign_in(alice).get(f"/o/aqua-club/{place}").status_code == 200


def test_digits_of_another_script_open_the_same_message(alice: User, club: Organisation) -> None:
    message = Message.objects.create(organisation=club)
    sendout = SendOut.objects.create(organisation=club, message=message, name="News", pk=3)
    answer = sign_in(alice).get("/o/aqua-club/messages/?open=%D9%A3")
    assert f"/o/aqua-club/messages/{sendout.pk}/" in answer.content.decode()
