"""The estimate beside the send button."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation, User
from sendout.pages.compose import cost
from sendout.sendouts.models import SendOut
from sendout.usage.prices import put
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

PARTY = "\N{PARTY POPPER}"


@pytest.fixture
def draft(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> SendOut:
    put(club, ("email", "out", ""), 1_000)
    put(club, ("sms", "out", ""), 13_000_000)
    for number in range(4):
        person(f"Swimmer {number}", f"s{number}@example.org", f"+1514555010{number}")
    made = sendout(channels="both")
    made.message.sms_text = f"Pool closed for {'a ' * 30}party {PARTY}"
    made.message.save()
    return made


def path(draft: SendOut, step: str) -> str:
    return f"/o/aqua-club/compose/{draft.pk}/{step}/"


def test_it_says_what_it_costs_and_which_character_doubles_it(alice: User, draft: SendOut):
    page = sign_in(alice).get(path(draft, "check")).content.decode()
    assert "4 emails" in page
    assert "0.004 CAD" in page
    assert "4 SMS to Canada" in page
    assert "8 segments at 13.00 CAD" in page
    assert "104.004 CAD" in page
    assert f"{PARTY}: two segments instead of one for 4 texts." in page
    assert "Cost: 104.00 CAD instead of 52.00 CAD." in page


def test_a_text_that_is_not_written_yet_has_no_line(alice: User, draft: SendOut):
    draft.message.sms_text = ""
    draft.message.save()
    page = sign_in(alice).get(path(draft, "check")).content.decode()
    assert "4 emails" in page
    assert "The SMS text is empty: write it first." in page
    assert "SMS to Canada" not in page


def test_a_large_one_is_asked_for_afterwards(
    alice: User, draft: SendOut, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cost, "AT_ONCE", 3)
    browser = sign_in(alice)
    page = browser.get(path(draft, "check")).content.decode()
    assert f'data-hx-get="{path(draft, "cost")}" data-hx-trigger="load"' in page
    assert "104.004" not in page
    part = browser.get(path(draft, "cost"), headers={"HX-Request": "true"}).content.decode()
    assert "104.004 CAD" in part


def test_what_does_not_fit_the_month_says_so_and_does_not_leave(
    alice: User, club: Organisation, draft: SendOut
):
    club.spending_limit = 100_000_000
    club.save()
    browser = sign_in(alice)
    sentence = "It would cost 104.004 CAD, and 100.00 CAD of this month&#x27;s 100.00 CAD are left"
    assert sentence in browser.get(path(draft, "check")).content.decode()
    given = {"version": draft.message.version}
    said = browser.post(path(draft, "send"), given, follow=True).content.decode()
    assert said.count(sentence) == 2  # beside the button, and in answer to it
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_viewers_do_not_ask(bob: User, draft: SendOut):
    assert sign_in(bob).get(path(draft, "cost")).status_code == 403


def test_why_it_did_not_start_is_shown(alice: User, draft: SendOut):
    SendOut.objects.filter(pk=draft.pk).update(trouble="It did not start at its time. No money.")
    browser = sign_in(alice)
    assert "It did not start at its time." in browser.get(path(draft, "check")).content.decode()
    assert "No money." in browser.get("/o/aqua-club/messages/").content.decode()
