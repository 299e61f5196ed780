"""What is being written saves itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, Role, User
from sendout.compose.models import Message
from sendout.sendouts.models import SendOut, State
from tests.cast import join, sign_in
from tests.pages.test_compose_write import NEW, WRITTEN

ONE_PAGE = {"page": "a" * 32, "turn": "1"}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


def post(browser: Client, address: str, **changes: str) -> Any:
    return browser.post(address, WRITTEN | {"name": ""} | ONE_PAGE | changes)


def test_a_new_page_makes_one_draft_however_often_it_asks(
    browser: Client, club: Organisation
) -> None:
    told = post(browser, f"{NEW}save/", subject="Pool closed").json()
    sendout = SendOut.objects.get()
    assert told["goes_on"]["page"] == f"{NEW}{sendout.pk}/"
    assert told["words"].startswith("Saved ")
    # The answer was never heard, so the page still calls itself new.
    post(browser, f"{NEW}save/", subject="Pool closed today", turn="2")
    answer = browser.post(NEW, WRITTEN | {"page": ONE_PAGE["page"], "turn": "3"})
    assert answer["Location"] == f"{NEW}{sendout.pk}/"
    sendout = SendOut.objects.get()
    assert (sendout.name, sendout.message.subject) == ("Pool closed", "Hi {{ first_name }}")
    assert Message.objects.count() == 1


def test_a_draft_without_a_name_is_called_by_its_first_words(browser: Client) -> None:
    address = post(browser, f"{NEW}save/", subject="  Pool  closed ").json()["goes_on"]["save"]
    assert SendOut.objects.get().name == "Pool closed"
    post(browser, address, subject="", body="# Lane *one*\nopens", turn="2")
    assert SendOut.objects.get().name == "Lane one"
    post(browser, address, subject="", body="", sms_text="", turn="3")
    assert SendOut.objects.get().name == "Without a name"


def test_where_nothing_was_typed_no_draft_is_made(browser: Client) -> None:
    empty = {"subject": " ", "body": "\n", "sms_text": "", "category": "marketing"}
    assert post(browser, f"{NEW}save/", **empty).json() == {}
    assert not SendOut.objects.exists()
    assert not Message.objects.exists()


def test_a_late_save_of_the_same_page_changes_nothing(browser: Client) -> None:
    address = post(browser, f"{NEW}save/").json()["goes_on"]["save"]
    post(browser, address, body="newest", name="Newest", turn="5", version="2")
    told = post(browser, address, body="older", name="Older", turn="4", version="2")
    assert told.status_code == 200
    sendout = SendOut.objects.get()
    assert (sendout.message.body, sendout.name) == ("newest", "Newest")


def test_nobody_saves_over_somebody_else_by_itself(
    browser: Client, club: Organisation, alice: User
) -> None:
    address = post(browser, f"{NEW}save/").json()["goes_on"]["save"]
    dana = sign_in(join(club, "Dana", Role.SENDER))
    other = {"page": "d" * 32, "turn": "1"}
    assert post(dana, address, body="Dana's", version="2", **other).status_code == 200
    told = post(browser, address, body="Alice's", version="2", turn="2")
    assert told.status_code == 409
    assert told.json()["conflict"].startswith("Dana saved this message at ")
    assert Message.objects.get().body == "Dana's"
    shown = browser.post(
        address.removesuffix("save/"), WRITTEN | ONE_PAGE | {"body": "Alice's", "turn": "3"}
    )
    assert shown.status_code == 409
    assert "Dana&#x27;s" in shown.content.decode()
    assert "Alice&#x27;s" in shown.content.decode()
    again = post(sign_in(alice), address, body="Second", version="2", page="b" * 32)
    assert again.json()["conflict"].startswith("Dana saved")


def test_what_cannot_be_saved_is_said_in_a_sentence(browser: Client) -> None:
    address = post(browser, f"{NEW}save/").json()["goes_on"]["save"]
    told = post(browser, address, sms_text="x" * 1601, turn="2")
    assert told.status_code == 422
    assert told.json()["refused"].startswith("Not saved. SMS text: Ensure this value has at most")
    SendOut.objects.update(state=State.SCHEDULED)
    told = post(browser, address, turn="3")
    assert told.status_code == 409
    assert "take it back to draft" in told.json()["closed"]


def test_nobody_else_begins_on_a_page(browser: Client, charlie: User) -> None:
    post(browser, f"{NEW}save/")
    theirs = post(sign_in(charlie), NEW.replace("aqua", "skating") + "save/")
    assert theirs.status_code == 200
    assert SendOut.objects.count() == 2
    assert SendOut.objects.latest("pk").organisation.slug == "skating-club"
