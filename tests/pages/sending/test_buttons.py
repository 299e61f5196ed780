"""The buttons that send, copy and delete."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import User
from sendout.compose.models import Message
from sendout.deliveries.models import Delivery
from sendout.sendouts.models import SendOut, State
from tests.pages.sending.buttons import page_of, press


def test_send_freezes_the_audience(browser: Client, sendout: SendOut) -> None:
    page = press(browser, sendout, "send")
    assert "“Pool closed” is being sent." in page
    assert sendout.state == State.RUNNING
    assert set(Delivery.objects.values_list("channel", "status")) == {
        ("email", "queued"),
        ("sms", "queued"),
    }


def test_pressing_send_twice_sends_once(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    page = press(browser, sendout, "send")
    assert "is leaving already" in page
    assert Delivery.objects.count() == 2


def test_what_somebody_changed_after_the_last_look_is_not_sent(
    browser: Client, sendout: SendOut, bob: User
) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(version=7, body="Other", updated_by=bob)
    page = press(browser, sendout, "send")
    assert "Bob changed the message meanwhile" in page
    assert sendout.state == State.DRAFT


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email_sender": None}, "Choose a sender for Email"),
        ({"channels": "sms", "sms_sender": None}, "Choose a sender for SMS"),
    ],
)
def test_what_cannot_leave_says_why(
    browser: Client, sendout: SendOut, change: dict[str, object], sentence: str
) -> None:
    SendOut.objects.filter(pk=sendout.pk).update(**change)
    assert sentence in browser.get(page_of(sendout, "check")).content.decode()
    assert sentence in press(browser, sendout, "send")
    assert sendout.state == State.DRAFT


def test_a_send_out_to_nobody_does_not_start(browser: Client, sendout: SendOut) -> None:
    sendout.people.clear()
    assert "Nobody would get it" in press(browser, sendout, "send")
    assert sendout.state == State.DRAFT


def test_a_sent_one_is_copied_as_a_new_draft(
    browser: Client, sendout: SendOut, alice: User
) -> None:
    press(browser, sendout, "send")
    press(browser, sendout, "copy")
    copy = SendOut.objects.latest("pk")
    assert (copy.name, copy.state) == ("Pool closed (copy)", State.DRAFT)
    assert copy.message.body == sendout.message.body
    assert copy.message.pk != sendout.message.pk
    assert list(copy.people.all()) == list(sendout.people.all())


def test_a_draft_is_deleted_with_its_message(browser: Client, sendout: SendOut) -> None:
    browser.post(page_of(sendout, "discard"))
    assert not SendOut.objects.exists()
    assert not Message.objects.exists()


def test_a_started_one_is_not_deleted(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    assert browser.post(page_of(sendout, "discard")).status_code == 409
    assert SendOut.objects.exists()
