"""The report of what did not arrive: in the popup, as a page, with its buttons."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import User
from sendout.core.bounces.clusters import Group, Why
from sendout.deliveries import causes
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.messages import rows
from sendout.pages.messages.report_words import words_for
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

HX = {"HX-Request": "true"}
BLOCKED = "550 5.7.1 <b>blocked</b> see https://evil.test/ our block list (S3150)"
COUNTS = re.compile(r'data-cause="([\w-]+)" data-count="(\d+)"')


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def blocked(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for n in range(4):
        person(f"P{n}", f"p{n}@outlook.com")
    person("Full", "full@a.test")
    person("Nobody")
    closure = sendout()
    send_now(closure)
    now = timezone.now() - timedelta(minutes=5)
    later = timezone.now() + timedelta(hours=1)
    for row in Delivery.objects.filter(sendout=closure, status="queued"):
        told = Happening(row.pk, "bounced", now, code="5.7.1", text=BLOCKED)
        if row.address == "full@a.test":
            told = Happening(
                row.pk, "deferred", now, code="4.2.2", text="full", attempt=1, next_try_at=later
            )
        record([told])
    return closure


def url(sendout: SendOut, path: str = "") -> str:
    return f"/o/aqua-club/messages/{sendout.pk}/email/report/{path}"


def test_of_a_text_with_an_unknown_outcome_nobody_says_that_it_was_refused(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    ann = person("Ann", phone="+15145550190")
    closure = sendout(channels="sms")
    send_now(closure)
    row = Delivery.objects.get(sendout=closure)
    words = "The connection broke before the answer came."
    record([Happening(row.pk, "unsure", timezone.now(), key="1", text=words, attempt=1)])
    here = f"/o/aqua-club/messages/{closure.pk}"
    html = browser.get(f"{here}/sms/report/", headers=HX).content.decode()
    assert COUNTS.findall(html) == [("unknown", "1")]
    assert "Waiting for another try" not in html
    assert f'href="{here}/again/?to=unknown-sms"' in html
    assert "(some may get it twice)" in browser.get(f"{here}/again/").content.decode()
    listed = browser.get(f"{here}/?tab=sms").content.decode()
    assert words in listed
    assert "refused the text" not in listed
    asked = browser.get(f"/o/aqua-club/not-received/{ann.pk}/").content.decode()
    assert "refused" not in asked
    assert "1 unknown" in browser.get("/o/aqua-club/messages/").content.decode()


def test_the_report_says_what_is_the_matter_and_adds_up(browser: Client, blocked: SendOut) -> None:
    html = browser.get(url(blocked), headers=HX).content.decode()
    assert "All 4 failures have one cause: our mail server is blocked by Outlook.com" in html
    assert dict(COUNTS.findall(html)) == {
        "failed-blocked": "4",
        "later-full": "1",
        "skipped-no_address": "1",
    }
    assert "<b>blocked" not in html
    assert 'href="https://evil.test' not in html
    assert "every 5s" in html
    SendOut.objects.update(state="finished", finished_at=timezone.now() - timedelta(hours=1))
    assert "every 5s" not in browser.get(url(blocked), headers=HX).content.decode()
    assert "<title>" in browser.get(url(blocked)).content.decode()


def test_a_group_leads_to_its_rows_and_to_a_file(browser: Client, blocked: SendOut) -> None:
    base = f"/o/aqua-club/messages/{blocked.pk}/"
    listed = browser.get(f"{base}email/rows/?cause=failed-blocked", headers=HX).content.decode()
    assert listed.count("@outlook.com") == 4
    assert "full@a.test" not in listed
    assert "Our mail server is blocked" in listed
    file = browser.get(f"{base}email/export/?cause=later-full")
    assert len(b"".join(file.streaming_content).splitlines()) == 2
    page = browser.get(f"{base}?tab=email&cause=skipped-no_address").content.decode()
    assert 'name="cause" value="skipped-no_address"' in page
    nothing = browser.get(f"{base}email/rows/?cause=skipped-<x>", headers=HX)
    assert nothing.status_code == 200
    assert "<x>" not in nothing.content.decode()


def test_one_looks_through_the_rows_of_a_cause_and_back(
    browser: Client, blocked: SendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    monkeypatch.setattr(rows, "COUNTED", 3)
    monkeypatch.setattr(causes, "AT_ONCE", 3)
    base = f"/o/aqua-club/messages/{blocked.pk}/email/rows/?cause=failed-blocked"
    ids = list(
        Delivery.objects.filter(status="bounced").order_by("pk").values_list("pk", flat=True)
    )
    for place, expected in {
        "": ids[:2],
        f"&after={ids[1]}": ids[2:],
        f"&after={ids[2]}": ids[3:],
        f"&before={ids[3]}": ids[1:3],
        f"&before={ids[1]}": ids[:1],
    }.items():
        html = browser.get(f"{base}{place}", headers=HX).content.decode()
        assert [int(pk) for pk in re.findall(r'id="open-delivery-(\d+)"', html)] == expected, place
        assert "More than 3 found" in html
        assert ("Next" in html) == (place in ("", f"&before={ids[3]}", f"&before={ids[1]}"))


def test_the_buttons_do_it_once(browser: Client, blocked: SendOut) -> None:
    done = browser.post(url(blocked, "retry/"), {"cause": "later-full"}, headers=HX)
    assert "1 is tried again now." in done.content.decode()
    done = browser.post(url(blocked, "resend/"), {"cause": "failed-blocked"}, headers=HX)
    assert "is being sent to 4 people." in done.content.decode()
    assert f'data-popup="{SendOut.objects.latest("pk").pk}"' in done.content.decode()
    done = browser.post(url(blocked, "resend/"), {"cause": "failed-blocked"}, follow=True)
    assert "Nothing was sent again" in done.content.decode()
    assert SendOut.objects.count() == 2
    assert browser.post(url(blocked, "retry/")).status_code == 302


def test_who_may_only_look_has_no_buttons(bob: User, blocked: SendOut) -> None:
    browser = sign_in(bob)
    html = browser.get(url(blocked), headers=HX).content.decode()
    assert "failed-blocked" in html
    assert "<form" not in html
    assert browser.post(url(blocked, "resend/"), {"cause": "failed-blocked"}).status_code == 403


def test_charlie_sees_none_of_it(charlie: User, blocked: SendOut) -> None:
    browser = sign_in(charlie)
    for path in ("", "retry/", "resend/"):
        assert browser.post(url(blocked, path)).status_code == 404
        own = url(blocked, path).replace("aqua-club", "skating-club")
        assert browser.post(own, {"cause": "failed-blocked"}).status_code == 404


def test_nothing_is_said_where_everything_arrived(
    browser: Client, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@example.org")
    closure = sendout()
    send_now(closure)
    assert "What did not arrive" not in browser.get(url(closure), headers=HX).content.decode()
    assert "Nothing was refused" in browser.get(url(closure)).content.decode()


@pytest.mark.parametrize("stage", ["failed", "later"])
@pytest.mark.parametrize("why", list(Why))
def test_every_cause_has_words(stage: str, why: Why) -> None:
    assert words_for(Group(f"{stage}-{why}")).means
