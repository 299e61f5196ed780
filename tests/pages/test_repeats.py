"""A message that repeats, from its first form to what it sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.people.models import Group, Participant
from sendout.senders.models import Sender
from sendout.sendouts.approved import fingerprint
from sendout.sendouts.approving import withdraw_if_changed
from sendout.sendouts.lifecycle import NotPossible, require_approval
from sendout.sendouts.models import Approval, SendOut
from sendout.series.making import look
from sendout.series.models import Going, Series, When
from sendout.series.planning import plan
from sendout.series.steering import begin as begin_series
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
    assert re.search('value="blocks"[^>]* checked', page)
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
        ({"when": "before", "hours": "2", "ends_on": "9999-12-31"}, "within ten years"),
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


@pytest.mark.parametrize("each_day", [1, 4])
def test_the_first_that_come_are_shown_however_often_it_repeats(
    browser: Client, club: Organisation, each_day: int
) -> None:
    group = Group.objects.create(organisation=club, name="Beginners")
    begin = timezone.now() + timedelta(days=2)
    Session.objects.bulk_create(
        Session(
            organisation=club, uid=f"{day}-{hour}", title=f"Lesson {day}-{hour}.", group=group,
            starts=(at := begin + timedelta(days=day, hours=hour)), ends=at,
        )
        for day in range(25) for hour in range(each_day)
    )  # fmt: skip
    new = {"name": "Reminder", "channels": "email", "when": "before", "hours": "24"}
    browser.post(f"{PAGES}repeats/new/", new)
    page = browser.get(f"{PAGES}repeats/{Series.objects.get().pk}/").content.decode()
    every = [f"Lesson {day}-{hour}." for day in range(25) for hour in range(each_day)]
    assert re.findall(r"Lesson \d+-\d\.", page) == every[:20]


def test_the_month_shows_what_is_planned(browser: Client, club: Organisation) -> None:
    empty = browser.get(f"{PAGES}?month=2091-02").content.decode()
    assert "Nothing is planned in this month" in empty
    assert "Subscribe to a calendar" in empty
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
    before = browser.get(f"{PAGES}?month=2091-02").content.decode()
    assert "The sessions to come are in another month" in before
    assert "Subscribe to a calendar" not in before
    for odd in ("2091-13", "nonsense", "2999-12"):
        assert browser.get(PAGES, {"month": odd}).status_code == 200


def test_what_repeats_to_many_is_approved_once_and_anew_after_each_change(
    browser: Client, club: Organisation, bob: User
) -> None:
    Membership.objects.filter(user=bob).update(role=Role.SENDER)
    Organisation.objects.filter(pk=club.pk).update(approval_above=1)
    for address in ("ann@example.org", "ben@example.org"):
        Participant.objects.create(organisation=club, email=address, email_normal=address)
    weekly = {"name": "News", "channels": "email", "when": "weekly", "at": "09:00"}
    browser.post(f"{PAGES}repeats/new/", weekly | {"weekdays": list(range(7))})
    series = Series.objects.get()
    message, here = series.pattern.message, f"{PAGES}repeats/{series.pk}/"
    message.subject, message.body = "News", "News"
    message.save()
    SendOut.objects.filter(pk=series.pattern_id).update(everyone=True)
    there = f"/o/aqua-club/compose/{series.pattern_id}/"

    assert "it can start when another member has approved it" in browser.get(here).content.decode()
    refused = browser.post(f"{here}start/", follow=True).content.decode()
    assert "another member must approve it: ask for approval on its last page" in refused
    assert "Each time, as things stand:" in browser.get(f"{there}check/").content.decode()
    assert "Ask for approval for this time" not in browser.get(f"{there}check/").content.decode()
    said = {"version": str(message.version)}
    asked = browser.post(f"{there}approval/ask/", said)
    assert asked.headers["Location"] == here
    assert Approval.objects.get().people == 2
    assert "Waits for approval" in browser.get(here).content.decode()
    second = sign_in(bob)
    assert "It repeats as soon as it is approved." in second.get(f"{there}check/").content.decode()
    assert (
        "is approved"
        in second.post(f"{there}approval/approve/", said, follow=True).content.decode()
    )
    series.refresh_from_db()
    assert series.going == Going.ACTIVE
    now = timezone.now()
    first, second_time, *_ = (one.due for one in plan(series, now, now + timedelta(days=3)))

    look(first + timedelta(minutes=1))
    [made] = SendOut.objects.filter(pattern=False)
    taken_back = SendOut.objects.filter(pk=made.pk)
    for other in ({"state": "draft"}, {"scheduled_for": timezone.now()}, {"once_per": "family"}):
        kept = taken_back.values(*other).get()
        taken_back.update(**other)
        with pytest.raises(NotPossible, match="another member"):
            require_approval(taken_back.get())
        taken_back.update(**kept)
    with pytest.raises(NotPossible, match="another member"):
        require_approval(taken_back.get(), timezone.now() + timedelta(hours=1))
    require_approval(taken_back.get())
    Approval.objects.update(fingerprint="x" * 64)  # as if it had been approved otherwise
    with pytest.raises(NotPossible, match="another member"):
        require_approval(taken_back.get())

    message.version += 1  # as a save of the editor does
    message.save()
    withdraw_if_changed(series.pattern_id)
    assert "nobody has approved it as it is now" in browser.get(here).content.decode()
    look(second_time + timedelta(minutes=1))
    assert SendOut.objects.filter(pattern=False).count() == 1
    assert "no second member had approved it" in browser.get(here).content.decode()


def test_other_times_of_what_repeats_to_many_are_approved_anew(
    browser: Client, club: Organisation, alice: User, bob: User
) -> None:
    Organisation.objects.filter(pk=club.pk).update(approval_above=0)
    group = Group.objects.create(organisation=club, name="Beginners")
    group.participants.add(Participant.objects.create(organisation=club, first_name="Ann"))
    times = {"when": When.BEFORE, "hours": 24, "on_closed_days": False, "at": None}
    series = begin_series(club, alice, "Reminder", "email", times)
    Series.objects.update(going=Going.ACTIVE)
    about = {"sendout": series.pattern, "organisation": club, "version": 1, "people": 1}
    Approval.objects.create(**about, verdict="approved", fingerprint=fingerprint(series.pattern))
    here = f"{PAGES}repeats/{series.pk}/"
    same = {"name": "Renamed", "when": "before", "hours": "24"}
    assert (
        "it counts from now on" in browser.post(f"{here}save/", same, follow=True).content.decode()
    )
    page = browser.post(f"{here}save/", same | {"hours": "12"}, follow=True).content.decode()
    assert "It is paused until another member approves it" in page
    series.refresh_from_db()
    assert (series.going, series.hours) == (Going.PAUSED, 12)
    assert "another member" in browser.post(f"{here}resume/", follow=True).content.decode()


def test_the_page_says_what_quiet_hours_move(
    browser: Client, club: Organisation, alice: User, sms_sender: Sender
) -> None:
    new = f"{PAGES}repeats/new/"
    assert "SMS in quiet hours, too" not in browser.get(new).content.decode()
    Organisation.objects.filter(pk=club.pk).update(
        quiet_hours=True, quiet_from="21:00", quiet_until="08:00"
    )
    assert "SMS in quiet hours, too" in browser.get(new).content.decode()
    weekly = {"name": "News", "channels": "sms", "when": "weekly", "at": "23:15"}
    browser.post(new, weekly | {"weekdays": ["1"]})
    here = f"{PAGES}repeats/{Series.objects.get().pk}/"
    page = browser.get(here).content.decode()
    assert "08:00" in page
    assert "for the quiet hours, not at 23:15" in page
    browser.post(f"{here}save/", weekly | {"weekdays": ["1"], "at_night": "on"})
    assert "for the quiet hours" not in browser.get(here).content.decode()
