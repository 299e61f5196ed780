"""The time after "Send" in which it can be undone, and what can be done later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation, User
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Count, Delivery
from sendout.engine import sweep
from sendout.sendouts.models import SendOut, State
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


def press(browser: Client, sendout: SendOut, button: str) -> str:
    path = f"/o/aqua-club/compose/{sendout.pk}/{button}/"
    answer = browser.post(path, {"version": str(sendout.message.version)}, follow=True)
    sendout.refresh_from_db()
    return answer.content.decode()


def test_after_send_nothing_leaves_for_twenty_seconds_and_the_page_counts(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    page = press(browser, closure, "send")
    assert "<strong data-countdown>20</strong> s. Nothing has left yet." in page
    assert f'action="/o/aqua-club/compose/{closure.pk}/unschedule/"' in page
    assert 'data-hx-trigger="every 2s, refresh from:body"' in page
    assert 'data-status="sending"' in page
    again = browser.post(f"/o/aqua-club/compose/{closure.pk}/send/", {"version": "1"}, follow=True)
    assert "was sent just now: press Undo to change it." in again.content.decode()
    sweep.tick(closure.scheduled_for - timedelta(seconds=1))
    closure.refresh_from_db()
    assert closure.state == State.SCHEDULED
    assert not Delivery.objects.exists()
    sweep.tick(closure.scheduled_for)
    closure.refresh_from_db()
    assert closure.state == State.RUNNING
    assert Delivery.objects.count() == 1


def test_undo_leaves_a_draft_and_nothing_else(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    press(browser, closure, "send")
    end = closure.scheduled_for
    assert "is a draft again" in press(browser, closure, "unschedule")
    assert (closure.state, closure.scheduled_for, closure.undo_until) == (State.DRAFT, None, None)
    sweep.tick(end)
    closure.refresh_from_db()
    assert closure.state == State.DRAFT
    for kind in (Delivery, Batch, Count):
        assert not kind.objects.exists()
    assert "Nothing has left yet" in press(browser, closure, "send")


def test_undo_that_comes_too_late_says_what_can_be_done(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    press(browser, closure, "send")
    sweep.tick(closure.scheduled_for)
    page = press(browser, closure, "unschedule")
    assert "is leaving already" in page
    assert "press Cancel to stop what has not left" in page
    assert f'href="/o/aqua-club/messages/{closure.pk}/"' in page
    assert closure.state == State.RUNNING


def test_who_only_looks_on_sees_the_countdown_and_cannot_undo(
    browser: Client, alice: User, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    press(browser, closure, "send")
    Membership.objects.filter(user=alice).update(role="viewer")
    page = browser.get("/o/aqua-club/messages/").content.decode()
    assert "Nothing has left yet" in page
    assert ">Undo<" not in page
    press(browser, closure, "unschedule")
    assert closure.state == State.SCHEDULED


def test_another_club_sees_nothing_of_it(
    browser: Client, charlie: User, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    press(browser, sendout(), "send")
    theirs = sign_in(charlie)
    slug = charlie.memberships.get().organisation.slug
    assert b"Nothing has left yet" not in theirs.get(f"/o/{slug}/messages/").content


def test_a_new_time_for_it_is_no_undo_any_more(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    press(browser, closure, "send")
    press(browser, closure, "unschedule")
    path = f"/o/aqua-club/compose/{closure.pk}/schedule/"
    browser.post(path, {"version": str(closure.message.version), "when": "2030-07-01T09:30"})
    closure.refresh_from_db()
    assert (closure.state, closure.undo_until) == (State.SCHEDULED, None)
    assert "Nothing has left yet" not in browser.get("/o/aqua-club/messages/").content.decode()


@pytest.mark.parametrize(("typed", "status"), [("0", 302), ("120", 302), ("121", 422), ("", 422)])
def test_the_club_chooses_how_long(
    browser: Client, club: Organisation, typed: str, status: int
) -> None:
    fields = {"name": club.name, "timezone": "Toronto", "country": "CA", "language": "en"}
    answer = browser.post("/o/aqua-club/settings/", {**fields, "undo_seconds": typed})
    assert answer.status_code == status


def test_cancel_says_how_many_have_left(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    for name in ("Ann", "Ben", "Cem"):
        person(name, f"{name}@x.example")
    closure = sendout()
    send_now(closure)
    got(closure, "Ann")
    page = browser.get(f"/o/aqua-club/messages/{closure.pk}/").content.decode()
    assert "1 has left and cannot be called back. 2 have not, and never will." in page


def test_what_was_cancelled_before_it_left_does_not_say_that_it_will(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    path = f"/o/aqua-club/compose/{closure.pk}/schedule/"
    browser.post(path, {"version": str(closure.message.version), "when": "2030-07-01T09:30"})
    popup = f"/o/aqua-club/messages/{closure.pk}/"
    assert "nothing has left yet" in browser.get(popup).content.decode()
    for answer in (
        browser.post(f"{popup}cancel/", headers={"HX-Request": "true"}),
        browser.get(popup),
    ):
        page = answer.content.decode()
        assert "It was cancelled before anything left." in page
        assert "nothing has left yet" not in page


def got(sendout: SendOut, name: str) -> None:
    """Have one delivery be accepted, rows and counts."""
    row = Delivery.objects.filter(sendout=sendout, participant__first_name=name)
    row.update(status="sent", accepted_at=timezone.now())
    Count.objects.filter(sendout=sendout, status="queued").update(n=Count.objects.get().n - 1)
    Count.objects.create(
        sendout=sendout, channel="email", status="sent", n=1, accepted=1,
        delivered=0, opened=0, clicked=0,
    )  # fmt: skip


def test_a_correction_is_a_draft_to_those_alone_who_got_it(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    for name in ("Ann", "Ben"):
        person(name, f"{name}@x.example")
    closure = sendout(channels="both")
    send_now(closure)
    Delivery.objects.filter(channel="sms").delete()
    Count.objects.filter(channel="sms").delete()
    got(closure, "Ann")
    assert (
        "Send a correction" in browser.get(f"/o/aqua-club/messages/{closure.pk}/").content.decode()
    )
    browser.post(f"/o/aqua-club/messages/{closure.pk}/correction/")
    draft = SendOut.objects.latest("pk")
    assert (draft.name, draft.state, draft.channels) == ("Closure (correction)", "draft", "email")
    assert (draft.everyone, draft.origin, draft.message == closure.message) == (False, None, False)
    assert [one.first_name for one in draft.people.all()] == ["Ann"]


def test_nothing_is_corrected_before_anybody_has_got_it(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@x.example")
    closure = sendout()
    send_now(closure)
    path = f"/o/aqua-club/messages/{closure.pk}/"
    assert "Send a correction" not in browser.get(path).content.decode()
    page = browser.post(f"{path}correction/", follow=True).content.decode()
    assert "Nobody has got “Closure” yet" in page
    assert SendOut.objects.count() == 1
