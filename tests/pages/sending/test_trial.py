"""A test of a message, sent to oneself."""

from __future__ import annotations

import email
import email.policy

import pytest
from django.test import Client

from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts.models import SendOut
from tests.pages.sending.buttons import page_of, press


def test_a_test_email_arrives_as_the_participant_would_get_it(
    browser: Client, sendout: SendOut, ann: Participant
) -> None:
    answer = browser.post(
        page_of(sendout, "test"),
        {"channel": "email", "address": "alice@x.example", "participant": ann.pk},
        headers={"HX-Request": "true"},
    )
    assert b"alert-success" in answer.content
    assert b"alice@x.example: Accepted" in answer.content
    copy = OutboxCopy.objects.get()
    mail = email.message_from_bytes(bytes(copy.content), policy=email.policy.default)
    assert copy.recipient == "alice@x.example"
    assert mail["To"].addresses[0].addr_spec == "alice@x.example"
    assert mail["Subject"] == "For Zoé"
    assert "Hi Ann &lt;3" in mail.get_body(("html",)).get_content()
    assert not Delivery.objects.exists()


def test_a_test_sms_arrives(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "test", channel="sms", address="514 555 0100")
    copy = OutboxCopy.objects.get()
    assert (copy.recipient, bytes(copy.content).decode()) == ("+15145550100", "Zoé")


@pytest.mark.parametrize(
    ("channel", "address", "sentence"),
    [
        ("email", "alice", "it has no @"),
        ("email", "", "Enter the address"),
        ("sms", "12", "is not a phone number in CA"),
        ("fax", "1", "Enter the address"),
    ],
)
def test_a_test_to_no_address_says_so(
    browser: Client, sendout: SendOut, channel: str, address: str, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "test", channel=channel, address=address)


def test_a_test_that_fails_says_what_to_do(
    browser: Client, sendout: SendOut, email_sender: Sender
) -> None:
    Sender.objects.filter(pk=email_sender.pk).update(
        kind="smtp", config={"host": "127.0.0.1", "port": 9, "tls": "none"}
    )
    page = press(browser, sendout, "test", channel="email", address="alice@x.example")
    assert "Check host and port" in page
