"""A message that repeats, from its first form to what it sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.people.models import Group, Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.series.making import look
from sendout.series.models import Going, Series
from sendout.timetable.models import ClosedDay, Session
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

PAGES = "/o/aqua-club/schedule/"


@pytest.fixture
def browser(club: Organisation, alice: User, email_sender: Sender) -> Client:
    return sign_in(alice)


def test_a_reminder_is_written_started_made_and_known_by_its_series(
    browser: Client, club: Organisation
) -> None:
    group = Group.objects.create(organisation=club, name="Beginners")
    group.participants.add(
        Participant.objects.create(organisation=club, email_normal="a@example.org")
    )
    starts = timezone.now() + timedelta(days=2)
    lesson = Session.objects.create(
        organisation=club, uid="1", title="Lesson one", group=group, starts=starts, ends=starts
    )
    new = {"name": "Reminder", "channels": "email", "when": "before", "hours": "24"}
    answer = browser.post(f"{PAGES}repeats/new/", new)
    series = Series.objects.get()
    assert answer.headers["Location"] == f"/o/aqua-club/compose/{series.pattern_id}/"
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "session_time" in page
    start = f"{PAGES}repeats/{series.pk}/start/"
    assert "text is empty" in browser.post(start, follow=True).content.decode()

    message = series.pattern.message
    message.subject, message.body = "{{session}}", "At {{place|the pool}}."
    message.save()
    check = browser.get(f"/o/aqua-club/compose/{series.pattern_id}/check/").content.decode()
    assert "This message repeats" in check
    assert "Lesson one" in check  # the preview
    assert "is empty for" not in check
    page = browser.post(start, follow=True).content.decode()
    assert "“Reminder” repeats from now on." in page
    assert "Lesson one" in page
    ClosedDay.objects.create(organisation=club, day=lesson.day, name="Repairs")
    assert (
        "skipped, closed: Repairs" in browser.get(f"{PAGES}repeats/{series.pk}/").content.decode()
    )
    ClosedDay.objects.all().delete()

    look(timezone.now() + timedelta(days=1))
    made = SendOut.objects.get(pattern=False)
    listed = browser.get("/o/aqua-club/messages/").content.decode()
    assert "Reminder · Lesson one" in listed
    assert f"{PAGES}repeats/{series.pk}/" in listed
    assert listed.count("so-row-link") == 1  # the pattern is no message of its own
    assert "made by" in browser.get(f"/o/aqua-club/messages/{made.pk}/").content.decode()
    assert made.name in browser.get(f"{PAGES}sessions/{lesson.pk}/").content.decode()
    browser.post(f"{PAGES}repeats/{series.pk}/end/")
    series.refresh_from_db()
    assert series.going == Going.ENDED
    assert not SendOut.objects.filter(pattern=False).exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"when": "weekly", "at": "17:00"}, "Choose a day of the week."),
        ({"when": "weekly", "weekdays": ["1"]}, "Say at what time."),
        ({"when": "before"}, "Say how many hours before."),
        ({"when": "before", "hours": "0"}, "greater than or equal to 1"),
        ({"when": "before", "hours": "2", "ends_on": "2001-01-01"}, "This day is over"),
    ],
)
def test_what_is_missing_is_said(browser: Client, typed: dict[str, object], wrong: str) -> None:
    answer = browser.post(f"{PAGES}repeats/new/", {"name": "News", "channels": "email"} | typed)
    assert answer.status_code == 422
    assert wrong in answer.content.decode()
    assert not SendOut.objects.exists()


def test_a_weekly_message_knows_no_session(browser: Client) -> None:
    typed = {"name": "News", "channels": "email", "when": "weekly", "weekdays": ["1"], "at": "9:00"}
    browser.post(f"{PAGES}repeats/new/", typed)
    series = Series.objects.get()
    message = series.pattern.message
    message.subject, message.body = "{{ place }}", "News"
    message.save()
    start = f"{PAGES}repeats/{series.pk}/start/"
    assert (
        "{{ place }} is known before sessions" in browser.post(start, follow=True).content.decode()
    )
    message.subject = "News"
    message.save()
    assert "Choose whom it goes to" in browser.post(start, follow=True).content.decode()
    listed = browser.get(f"{PAGES}repeats/").content.decode()
    assert "Every week: Tuesday at 09:00" in listed


def test_the_month_shows_what_is_planned(browser: Client, club: Organisation) -> None:
    empty = browser.get(f"{PAGES}?month=2091-02").content.decode()
    assert "Nothing is planned in this month" in empty
    starts = datetime(2091, 3, 6, 17, tzinfo=club.zone)
    for number in range(7):
        Session.objects.create(
            organisation=club, uid=str(number), title=f"Lesson {number}", starts=starts,
            ends=starts, cancelled=number == 1,
        )  # fmt: skip
    ClosedDay.objects.create(organisation=club, day=starts.date(), name="Repairs")
    page = browser.get(f"{PAGES}?month=2091-03").content.decode()
    assert "Closed: Repairs" in page
    assert "2 more" in page
    assert "<s>Lesson 1</s>" in page
    assert '"?month=2091-04"' in page
    for odd in ("2091-13", "nonsense", "2999-12"):
        assert browser.get(PAGES, {"month": odd}).status_code == 200
