"""Owners set limits for domains, and see and reopen those that are left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.senders.domains import BadLimit, read_limits
from sendout.senders.models import RecipientDomain, Sender
from tests.cast import sign_in


def at(name: str, sender: Sender) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", sender.pk])


def test_limits_are_saved_as_they_are_written(alice: User, email_sender: Sender) -> None:
    browser, page = sign_in(alice), at("sender_domains", email_sender)
    written = "gmail.com 100/minute\n\nOutlook.com 2 per second\n"
    assert browser.post(page, {"limits": written}).status_code == 302
    rules = RecipientDomain.objects.order_by("domain")
    assert list(rules.values_list("domain", "pace_count", "pace_period")) == [
        ("gmail.com", 100, "minute"),
        ("outlook.com", 2, "second"),
    ]
    shown = browser.get(page).content.decode()
    assert "gmail.com 100/minute\noutlook.com 2/second" in shown
    browser.post(page, {"limits": "gmail.com 50/minute"})
    assert list(rules.values_list("domain", "pace_count")) == [("gmail.com", 50)]


def test_a_line_that_is_no_limit_is_named_and_nothing_is_lost(
    alice: User, email_sender: Sender
) -> None:
    page = at("sender_domains", email_sender)
    answer = sign_in(alice).post(page, {"limits": "gmail.com 100/minute\ngmx 5/day"})
    assert answer.status_code == 422
    assert "Line 2: “gmx 5/day” is not a limit" in answer.content.decode()
    assert "gmail.com 100/minute" in answer.content.decode()
    assert not RecipientDomain.objects.exists()


@pytest.mark.parametrize(
    "line",
    ["gmail.com", "gmail.com 0/minute", "gmail.com 5/year", "a@gmail.com 5/day", "x.y -1/day"],
)
def test_only_limits_are_read(line: str) -> None:
    with pytest.raises(BadLimit, match="Line 1"):
        read_limits(line)


def test_a_domain_that_is_left_alone_is_shown_and_tried_again(
    alice: User, email_sender: Sender
) -> None:
    until = timezone.now() + timedelta(minutes=5)
    RecipientDomain.objects.create(
        sender=email_sender, domain="big.test", closed_until=until, strikes=1, why="Not <now>"
    )
    browser = sign_in(alice)
    shown = browser.get(at("sender_domains", email_sender)).content.decode()
    assert "Its server said: “Not &lt;now&gt;”" in shown
    browser.post(at("sender_domain_reopen", email_sender), {"domain": "big.test"})
    assert RecipientDomain.objects.get().closed_until is None
    assert (
        "No domain at the moment"
        in browser.get(at("sender_domains", email_sender)).content.decode()
    )


def test_only_owners_and_only_email(
    club: Organisation, bob: User, alice: User, email_sender: Sender, sms_sender: Sender
) -> None:
    assert sign_in(bob).get(at("sender_domains", email_sender)).status_code == 403
    assert sign_in(alice).get(at("sender_domains", sms_sender)).status_code == 404
