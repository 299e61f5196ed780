"""Behind each number before sending stand its people, and what can be put right is, in place."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sendout.accounts.models import Organisation, User
from sendout.core.providers.heard import Incoming
from sendout.people.models import Participant
from sendout.replies.taking import take_in
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import find, suppress
from sendout.suppression.models import Lifted
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def draft(sendout: MakeSendOut) -> SendOut:
    return sendout(channels="both")


def reach(browser: Client, draft: SendOut, who: str, page: str = "1") -> str:
    """Open the list behind a number."""
    asked = {"who": who, "page": page}
    answer = browser.get(f"/o/aqua-club/compose/{draft.pk}/reach/", asked, headers=HTMX)
    return answer.content.decode()


def fix(browser: Client, draft: SendOut, person: Participant, channel: str, **said: object):
    """Open what can be done, or do what it says."""
    url = f"/o/aqua-club/compose/{draft.pk}/reach/{person.pk}/{channel}/?who=none"
    ask = browser.post if said else browser.get
    answer: HttpResponse = ask(url, said, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def number(page: str, label: str) -> str:
    """Give the figure above these words."""
    return page.partition(f"</span> <span>{label}</span>")[0].rpartition(">")[2]


def test_a_bad_number_is_corrected_in_its_list_and_all_numbers_follow(
    browser: Client, draft: SendOut, person: MakePerson
) -> None:
    person("Ann", "ann@x.example", "+15145550101", phone_typed="514 555 0101")
    ben = person("Ben", "", phone_typed="514 555")
    person("Cleo", "", "+15145550103")
    page = browser.get(f"/o/aqua-club/compose/{draft.pk}/check/").content.decode()
    assert [number(page, label) for label in ("by email", "by SMS only", "cannot be reached")] == [
        "1", "1", "1",
    ]  # fmt: skip
    assert number(page, "bad number") == "1"
    listed = reach(browser, draft, "bad_number")
    assert "Ben" in listed
    assert "514 555" in listed
    assert "Cleo" not in listed
    assert "The phone number is not valid." in listed

    assert "is not a phone number" in fix(
        browser, draft, ben, "sms", address="514 555", people=[ben.pk]
    )
    page = fix(browser, draft, ben, "sms", address="514 555-0102", people=[ben.pk])
    assert number(page, "by SMS only") == "2"
    assert number(page, "cannot be reached") == "0"
    assert "Ben: +15145550102." in page
    assert 'data-hx-swap-oob="true"' in page
    assert "Send 4 messages now" in page
    ben.refresh_from_db()
    assert ben.phone == "+15145550102"
    assert "It was put right already." in fix(browser, draft, ben, "sms", address="1", people=[1])


def test_who_has_no_contact_gets_one_and_who_the_staff_stopped_is_taken_off_the_list(
    club: Organisation, browser: Client, draft: SendOut, person: MakePerson
) -> None:
    ann, ben = person("Ann"), person("Ben", "ben@x.example")
    suppress(club, "email", "ben@x.example", "admin", evidence="moved away")
    assert "Add" in fix(browser, draft, ann, "email")
    page = fix(browser, draft, ann, "email", address="ann@x.example", people=[ann.pk])
    assert number(page, "by email") == "1"
    assert "moved away" in fix(browser, draft, ben, "email")
    page = fix(browser, draft, ben, "email", why="came back")
    assert number(page, "by email") == "2"
    assert Lifted.objects.get().why == "came back"


def test_a_stop_is_explained_and_stands(
    club: Organisation, browser: Client, draft: SendOut, person: MakePerson, sms_sender
) -> None:
    ann = person("Ann", "", "+15145550101")
    take_in(sms_sender, [Incoming("+15145550101", "+15145550100", "STOP", "1")])
    bob = person("Bob", "", "+15145550102")
    suppress(club, "sms", "+15145550102", "complaint")
    told = fix(browser, draft, ann, "sms")
    assert "<strong>START</strong> to <strong>+15145550100</strong>" in told
    assert "<form" not in told
    assert "as spam" in fix(browser, draft, bob, "sms")
    fix(browser, draft, ann, "sms", why="please", address="514 555 0109", people=[ann.pk])
    assert find(club, "sms", "+15145550101")
    ann.refresh_from_db()
    assert ann.phone == "+15145550101"


def test_who_shares_an_address_is_named(
    browser: Client, draft: SendOut, person: MakePerson
) -> None:
    person("Mia", "roy@x.example")
    tom = person("Tom", "ROY@x.example")
    assert "Tom" in reach(browser, draft, "shared")
    told = fix(browser, draft, tom, "email")
    assert "Mia" in told
    assert "Once per participant" in told


def test_lists_are_paged_and_work_without_scripts(
    browser: Client, draft: SendOut, person: MakePerson
) -> None:
    people = [person(f"Ann {n:02}") for n in range(27)]
    assert "Ann 24" in reach(browser, draft, "no_contact")
    last = reach(browser, draft, "no_contact", "2")
    assert "Ann 24" not in last
    assert "Ann 26" in last
    assert "Nobody any more" in reach(browser, draft, "email-landline")
    url = f"/o/aqua-club/compose/{draft.pk}/reach/{people[26].pk}/email/?who=no_contact&page=2"
    assert "fix-" in browser.get(url).content.decode()
    wrong = browser.post(url, {"address": "ann@", "people": [people[26].pk]})
    assert wrong.status_code == 422
    right = {"address": "ann@x.example", "people": [people[26].pk]}
    page = browser.post(url, right, follow=True)
    assert page.redirect_chain[0][0].endswith("/check/?who=no_contact&page=2")
    assert "Ann 25" in page.content.decode()


def test_nobody_outside_the_audience_is_shown_or_changed(
    browser: Client, draft: SendOut, person: MakePerson, other_club: Organisation
) -> None:
    SendOut.objects.filter(pk=draft.pk).update(everyone=False)
    for stranger in (person("Ann"), person("Zoe", organisation=other_club)):
        url = f"/o/aqua-club/compose/{draft.pk}/reach/{stranger.pk}/email/"
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"address": "a@x.example"}).status_code == 404


def test_who_lacks_a_value_is_listed_page_by_page(
    browser: Client, draft: SendOut, person: MakePerson
) -> None:
    for n in range(30):
        person(f"Lena {n:02}", f"lena{n}@x.example", fields={"Locker": "", "locker": ""})
    person("Ben", "ben@x.example", fields={"Locker": "", "locker": "7"})
    person("Cleo", "cleo@x.example", fields={"Locker": "8"})
    person("Dora", "", "+15145550104")  # would not get the email
    first = reach(browser, draft, "lacks-email-locker")
    assert "“locker” is empty" in first
    assert "Lena 00" in first
    assert "Lena 25" not in first
    last = reach(browser, draft, "lacks-email-locker", "2")
    assert "Lena 25" in last
    assert not [name for name in ("Ben", "Cleo", "Dora") if name in first + last]
    assert "Lena 00" in reach(browser, draft, "lacks-email-locker", "400")
    assert "Lena 00" in reach(browser, draft, "lacks-email-not-a-column")
    named = reach(browser, draft, "lacks-email-first_name")
    assert "Lena" not in named


def test_numbers_and_lists_are_planned_once_each_until_somebody_changes(
    browser: Client, draft: SendOut, person: MakePerson
) -> None:
    lena = person("Lena", "lena@x.example")
    with CaptureQueriesContext(connection) as asked:
        for who in ("", "email", "lacks-email-locker", "email"):
            assert ("Lena" in reach(browser, draft, who)) == bool(who)
    assert len(plans(asked)) == 2
    lena.first_name = "Lene"
    lena.save()
    with CaptureQueriesContext(connection) as asked:
        assert "Lene" in reach(browser, draft, "email")
    assert len(plans(asked)) == 2


def plans(asked: CaptureQueriesContext) -> list[str]:
    """Give the statements that went through the whole audience."""
    return [each["sql"] for each in asked if "planned" in each["sql"]]
