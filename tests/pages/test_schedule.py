"""The schedule's pages: subscriptions, rules, closed days, a file, a session called off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.people.models import Group
from sendout.timetable import fetching
from sendout.timetable.models import Calendar, ClosedDay, Rule, ScheduleFile, Session
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

PAGES = "/o/aqua-club/schedule/"


@pytest.fixture
def browser(club: Organisation, alice: User) -> Client:
    return sign_in(alice)


def test_an_empty_schedule_leads_to_the_first_step(browser: Client) -> None:
    answer = browser.get(f"{PAGES}sessions/").content.decode()
    assert "No sessions yet" in answer
    assert f"{PAGES}calendars/" in answer


def test_a_calendar_is_subscribed_to_and_its_trouble_shown(browser: Client) -> None:
    new = {"name": "Pool", "url": "webcal://pool.example/a.ics", "purpose": "sessions"}
    answer = browser.post(f"{PAGES}calendars/", new, follow=True)
    assert "Being read..." in answer.content.decode()
    pool = Calendar.objects.get()
    assert pool.url == "https://pool.example/a.ics"
    assert ProcrastinateJob.objects.filter(task_name=fetching.TASK).count() == 1
    Calendar.objects.update(
        tried_at=timezone.now(), fetched_at=timezone.now(), trouble="its server answered 500"
    )
    page = browser.get(f"{PAGES}calendars/{pool.pk}/").content.decode()
    assert "it could not be read: its server answered 500." in page
    assert "What it said before is kept" in page
    assert "“Pool” cannot be read" in browser.get(f"{PAGES}sessions/").content.decode()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1/a.ics", "lies inside our own network"),
        ("http://pool.example/a.ics", "begins with https://"),
        ("https://alice:secret@pool.example/", "Leave name and password out"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused(
    browser: Client, url: str, reason: str
) -> None:
    new = {"name": "Pool", "url": url, "purpose": "sessions"}
    answer = browser.post(f"{PAGES}calendars/", new)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Calendar.objects.exists()


def test_a_rule_groups_what_is_known_already(browser: Client, club: Organisation) -> None:
    day = f"{timezone.now() + timedelta(days=2):%Y%m%d}"
    lines = (
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", f"DTSTART:{day}T100000Z",
        "SUMMARY:Beginners A", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    pool = Calendar.objects.create(
        organisation=club, name="Pool", url="https://pool.example/a.ics",
        content="\r\n".join(lines).encode(),
    )  # fmt: skip
    group = Group.objects.create(organisation=club, name="Tuesday")
    rules = f"{PAGES}calendars/{pool.pk}/rules/"
    browser.post(rules, {"words": "beginners", "group": group.pk})
    assert Session.objects.get().group == group
    answer = browser.post(rules, {"words": "beginners", "group": group.pk})
    assert (answer.status_code, Rule.objects.count()) == (422, 1)
    browser.post(f"{rules}{Rule.objects.get().pk}/remove/")
    assert Session.objects.get().group is None


def test_closed_days_are_entered_and_removed(browser: Client, club: Organisation) -> None:
    first = timezone.localdate() + timedelta(days=10)
    new = {"first": first, "last": first + timedelta(days=2), "name": "Christmas"}
    browser.post(f"{PAGES}closed/", new)
    browser.post(f"{PAGES}closed/", new)
    assert ClosedDay.objects.count() == 3
    wrong = browser.post(f"{PAGES}closed/", {"first": first, "last": first - timedelta(days=1)})
    assert "Choose a day after the first" in wrong.content.decode()
    browser.post(f"{PAGES}closed/{ClosedDay.objects.first().pk}/remove/")  # type: ignore[union-attr]
    assert ClosedDay.objects.count() == 2


def test_a_file_is_looked_at_then_taken_in_and_a_session_called_off(
    browser: Client, club: Organisation
) -> None:
    wrong = SimpleUploadedFile("people.csv", b"Name;Email\nZoe;zoe@example.org\n")
    assert "Date or Starts" in browser.post(f"{PAGES}import/", {"file": wrong}).content.decode()
    rows = "Title;Date;Starts\nGala;2091-12-12;15:00\nGhost;;\n"
    good = SimpleUploadedFile("gala.csv", rows.encode())
    page = browser.post(f"{PAGES}import/", {"file": good}, follow=True).content.decode()
    assert "Take 1 session in" in page
    assert "The row has no date; the row was left out." in page
    assert not Session.objects.exists()
    file = ScheduleFile.objects.get()
    listed = browser.post(f"{PAGES}import/{file.pk}/run/", follow=True).content.decode()
    assert "Gala" in listed
    gala = Session.objects.get()
    browser.post(f"{PAGES}sessions/{gala.pk}/call-off/")
    assert "Called off" in browser.get(f"{PAGES}sessions/{gala.pk}/").content.decode()
    browser.post(f"{PAGES}sessions/{gala.pk}/call-off/", {"undo": "1"})
    gala.refresh_from_db()
    assert not gala.off


def test_a_viewer_looks_and_changes_nothing(club: Organisation, bob: User) -> None:
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    browser = sign_in(bob)
    for path in ("sessions/", "calendars/", "closed/"):
        assert browser.get(PAGES + path).status_code == 200
    for path in ("calendars/", "closed/", "import/"):
        assert browser.post(PAGES + path, {}).status_code == 403
