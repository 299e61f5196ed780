"""What goes to many leaves by the word of two members, about the very same message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.deliveries.models import Delivery
from sendout.engine.sweep import tick
from sendout.sendouts.models import Approval, SendOut, State
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut


@pytest.fixture
def draft(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> SendOut:
    Organisation.objects.filter(pk=club.pk).update(
        approval_above=1, undo_seconds=0, quiet_hours=False
    )
    for name in ("Ann", "Ben"):
        person(name, f"{name}@x.example")
    return sendout()


@pytest.fixture
def browsers(alice: User, bob: User) -> tuple[Client, Client]:
    """Give Alice's and Bob's browsers; Bob may send, too."""
    Membership.objects.filter(user=bob).update(role=Role.SENDER)
    return sign_in(alice), sign_in(bob)


def press(browser: Client, draft: SendOut, button: str, **said: str) -> str:
    """Press a button of the last page and give the page that follows."""
    url = f"/o/aqua-club/compose/{draft.pk}/{button}/"
    page = browser.post(url, {"version": str(draft.message.version), **said}, follow=True)
    draft.refresh_from_db()
    return page.content.decode()


def look(browser: Client, draft: SendOut) -> str:
    """Give the last page before sending."""
    return browser.get(f"/o/aqua-club/compose/{draft.pk}/check/").content.decode()


def test_two_members_send_what_goes_to_many(browsers: tuple[Client, Client], draft: SendOut):
    alice, bob = browsers
    page = look(alice, draft)
    assert "Ask for approval" in page
    assert "messages now" not in page
    assert "another member must approve it" in press(alice, draft, "send")
    assert draft.state == State.DRAFT

    page = press(alice, draft, "approval/ask")
    assert "waits for approval by Bob" in page
    assert "Waits for approval" in page
    assert "waits for your approval" not in page
    (sent,) = mail.outbox
    assert sent.to == ["bob@aqua-club.example.org"]
    assert f"/o/aqua-club/compose/{draft.pk}/check/" in sent.body
    assert "goes to 2 people" in sent.body
    assert "another member must decide" in press(alice, draft, "approval/approve")
    assert "must decide" in look(alice, draft)

    assert "waits for your approval" in bob.get("/o/aqua-club/messages/").content.decode()
    assert "by email" in look(bob, draft)
    assert "is approved" in press(bob, draft, "approval/approve")
    assert draft.state == State.RUNNING
    assert Delivery.objects.filter(status="queued").count() == 2
    kept = Approval.objects.get()
    assert (str(kept.asked_by), str(kept.decided_by)) == ("Alice", "Bob")
    assert (kept.version, kept.people) == (1, 2)
    popup = alice.get(f"/o/aqua-club/messages/{draft.pk}/").content.decode()
    assert "Alice asked, for 2 people and version 1 of the message · Approved, Bob" in popup


def test_members_are_asked_in_their_language(browsers: tuple[Client, Client], draft: SendOut):
    alice, _bob = browsers
    draft.organisation.language = "fr"
    draft.organisation.save()
    press(alice, draft, "approval/ask", when="2099-05-04T09:30")
    User.objects.filter(email="bob@aqua-club.example.org").update(language="en")
    press(alice, draft, "approval/ask", when="2099-05-04T09:30")
    french, english = mail.outbox
    assert french.subject == f"À approuver\u00a0: {draft.name}"
    assert "Bonjour,\n\nAlice vous demande" in french.body
    assert "le lundi 4 mai 2099 à 09:30" in french.body
    assert "It is to leave on Monday 4 May 2099 at 09:30." in english.body


def test_it_is_sent_back_with_a_note_and_what_changes_withdraws_it(
    browsers: tuple[Client, Client], draft: SendOut
):
    alice, bob = browsers
    press(alice, draft, "approval/ask")
    assert "Say what is to be changed" in press(bob, draft, "approval/return")
    assert "is sent back" in press(bob, draft, "approval/return", note="Name the day")
    assert "Bob sent it back: “Name the day”" in look(alice, draft)
    assert "decided or withdrawn" in press(bob, draft, "approval/approve")

    press(alice, draft, "approval/ask")
    group = {"channels": "email", "once_per": "participant", "everyone": "on", "typed": "",
             "email_sender": draft.email_sender_id}  # fmt: skip
    answer = alice.post(f"/o/aqua-club/compose/{draft.pk}/audience/", group)
    assert answer.status_code == 302
    assert Approval.objects.latest("pk").verdict == "withdrawn"
    assert "ask again" in look(alice, draft)
    assert "withdrawn meanwhile" in press(bob, draft, "approval/approve")
    assert draft.state == State.DRAFT


def test_a_time_is_approved_too_and_nothing_leaves_that_was_not_in_time(
    browsers: tuple[Client, Client], draft: SendOut, club: Organisation
):
    alice, bob = browsers
    when = (timezone.now() + timedelta(days=9)).astimezone(club.zone).strftime("%Y-%m-%dT%H:%M")
    press(alice, draft, "approval/ask", when=when)
    press(bob, draft, "approval/approve")
    assert draft.state == State.SCHEDULED
    refused = press(alice, draft, "schedule", when=when[:-5] + "23:59")
    assert "approved for another time" in refused
    tick(timezone.now() + timedelta(days=10))
    draft.refresh_from_db()
    assert draft.state == State.RUNNING

    SendOut.objects.filter(pk=draft.pk).update(state=State.DRAFT)
    Approval.objects.all().delete()
    press(alice, draft, "approval/ask", when=when)
    tick(timezone.now() + timedelta(days=10))
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert "nobody had approved it by then" in look(alice, draft)


def test_where_nobody_else_may_the_page_says_whom_to_invite_and_small_ones_just_leave(
    alice: User, bob: User, draft: SendOut, club: Organisation
):
    browser = sign_in(alice)
    assert "an owner invites a second sender" in press(browser, draft, "approval/ask")
    assert not Approval.objects.exists()
    assert sign_in(bob).post(f"/o/aqua-club/compose/{draft.pk}/approval/ask/").status_code == 403
    Organisation.objects.filter(pk=club.pk).update(approval_above=2)
    press(browser, draft, "send")
    assert draft.state == State.RUNNING
