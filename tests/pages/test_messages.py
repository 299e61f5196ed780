"""The Messages page and the popup: words, numbers, lists, and who may see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.health import mark_down
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

NOW = datetime(2026, 1, 5, 16, tzinfo=UTC)
BASE = "/o/aqua-club/messages/"


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben"):
        person(name, f"{name}@example.org", "+15145550101")
    person("Cleo")
    closure = sendout(channels="both", once_per="participant")
    send_now(closure)
    return closure


def page(browser: Client, path: str = "", **headers: str) -> str:
    answer = browser.get(BASE + path, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def popup(browser: Client, sendout: SendOut, path: str = "") -> str:
    return page(browser, f"{sendout.pk}/{path}", **{"HX-Request": "true"})


def status_shown(html: str) -> str:
    return html.split('so-badge" data-status="')[1].split('"', maxsplit=1)[0]


def test_the_status_goes_from_sending_over_sent_to_delivered(browser: Client, started: SendOut):
    assert status_shown(page(browser, "rows/")) == "sending"
    [first, *_] = claim(started.pk, "email", 1, 1).claimed
    assert status_shown(page(browser, "rows/")) == "sending"
    record([Happening(first.id, "accepted", NOW)])
    assert status_shown(page(browser, "rows/")) == "sent"
    record([Happening(first.id, "delivered", NOW)])
    assert status_shown(page(browser, "rows/")) == "delivered"


def test_the_list_refreshes_itself_only_while_something_moves(browser: Client, started: SendOut):
    assert "every 2s" in page(browser, "rows/")
    SendOut.objects.update(state="finished", finished_at=timezone.now() - timedelta(hours=1))
    assert "every 2s" not in page(browser, "rows/")


def test_receipts_that_come_after_the_last_has_left_show_by_themselves(
    browser: Client, started: SendOut
):
    SendOut.objects.update(state="finished", finished_at=timezone.now())
    assert "every 2s" in page(browser, "rows/")
    assert "every 2s" in popup(browser, started, "live/")
    assert "every 3s" in popup(browser, started, "email/rows/")


@pytest.mark.parametrize("status", ["sending", "sent", "delivered", "draft", "paused"])
def test_the_filter_finds_what_the_page_shows(
    browser: Client, started: SendOut, sendout: MakeSendOut, status: str
):
    sendout()
    sendout(state="paused")
    for told, facts in {"sent": ["accepted"], "delivered": ["accepted", "delivered"]}.items():
        other = sendout()
        send_now(other)
        row = Delivery.objects.filter(sendout=other, status="queued").first()
        record([Happening(row.pk, fact, NOW) for fact in facts])
        assert told
    html = page(browser, f"rows/?status={status}")
    assert html.count("so-badge") == 1
    assert status_shown(html) == status


def test_the_popup_shows_both_channels_with_numbers_that_add_up(browser: Client, started: SendOut):
    html = popup(browser, started)
    assert 'id="panel-email"' in html
    assert 'id="panel-sms"' in html
    for channel in ("email", "sms"):
        numbers = html.split(f'id="numbers-{channel}"')[1].split("</table>")[0]
        assert 'data-status="queued" data-count="2"' in numbers
        assert 'data-status="skipped" data-count="1"' in numbers
    assert "No email address is known." in html


def test_the_tab_that_is_not_open_asks_for_its_list_when_the_popup_is_there(
    browser: Client, started: SendOut
):
    html = popup(browser, started, "?tab=sms")
    emails, texts = (
        html.split(f'id="rows-{channel}">')[1].split('id="delivery-')[0]
        for channel in ("email", "sms")
    )
    address = f"/o/aqua-club/messages/{started.pk}/email/rows/"
    assert f'data-hx-get="{address}"' in emails
    assert 'data-hx-trigger="load"' in emails
    assert "<table" in texts
    assert "<table" not in emails
    assert "<table" in popup(browser, started, "email/rows/")


def test_a_complaint_counts_as_delivered_and_not_as_failed(browser: Client, started: SendOut):
    row = Delivery.objects.filter(channel="email", status="queued").first()
    record([Happening(row.pk, kind, NOW) for kind in ("accepted", "delivered", "complained")])
    assert "1 delivered" in page(browser, "rows/")
    assert "failed" not in page(browser, "rows/")


def test_what_did_not_leave_before_the_end_is_counted(browser: Client, started: SendOut):
    browser.post(f"{BASE}{started.pk}/cancel/")
    assert page(browser, "rows/").count("2 cancelled") == 2


def test_a_scheduled_one_can_be_looked_at_and_taken_back(browser: Client, sendout: MakeSendOut):
    later = sendout(state="scheduled", scheduled_for=timezone.now() + timedelta(days=1))
    html = popup(browser, later)
    assert f'href="/o/aqua-club/compose/{later.pk}/check/"' in html
    assert f'action="/o/aqua-club/compose/{later.pk}/unschedule/"' in html


def test_the_numbers_move_without_the_list(browser: Client, started: SendOut):
    record(Happening(row.pk, "accepted", NOW) for row in Delivery.objects.filter(channel="email"))
    live = popup(browser, started, "live/")
    assert 'data-status="sent" data-count="3"' in live
    assert 'hx-swap-oob="true"' in live


def test_single_deliveries_can_be_searched_and_filtered(browser: Client, started: SendOut):
    assert "Ben@example.org" in popup(browser, started, "email/rows/?q=ben")
    assert "Ann@example.org" not in popup(browser, started, "email/rows/?q=ben")
    skipped = popup(browser, started, "email/rows/?status=skipped")
    assert "Cleo" in skipped
    assert "Ann" not in skipped
    assert "Nobody found" in popup(browser, started, "email/rows/?q=nobody+at+all")


def test_long_lists_come_in_pages_forth_and_back(
    browser: Client, club: Organisation, sendout: MakeSendOut
):
    Participant.objects.bulk_create(
        Participant(
            organisation=club,
            first_name=f"Person{n:03}",
            email=f"p{n}@example.org",
            email_normal=f"p{n}@example.org",
        )
        for n in range(60)
    )
    big = sendout()
    send_now(big)
    first = popup(browser, big, "email/rows/")
    assert "Person024" in first
    assert "Person025" not in first
    after = first.split("after=")[1].split('"')[0]
    second = popup(browser, big, f"email/rows/?after={after}")
    assert "Person025" in second
    before = second.split("before=")[1].split('"')[0]
    assert "Person024" in popup(browser, big, f"email/rows/?before={before}")
    assert "Person059" in popup(browser, big, "email/rows/?q=person059")


def test_one_delivery_tells_its_story(browser: Client, started: SendOut):
    row = Delivery.objects.filter(channel="email", status="queued").first()
    record(
        [
            Happening(row.pk, "accepted", NOW, ref="ABC123"),
            Happening(row.pk, "bounced", NOW + timedelta(minutes=1), code="5.1.1", text="No user"),
        ]
    )
    html = popup(browser, started, f"delivery/{row.pk}/")
    assert html.index("Bounced") < html.index("Accepted by the provider")
    for words in ("ABC123", "No user", "Put in the queue"):
        assert words in html


def test_replies_are_green_and_stops_orange(browser: Client, started: SendOut):
    yes, stop = Delivery.objects.filter(channel="sms", status="queued")
    record([Happening(yes.pk, "replied", NOW, text="Thanks!")])
    record([Happening(stop.pk, kind, NOW, text="STOP") for kind in ("replied", "unsubscribed")])
    rows = popup(browser, started, "sms/rows/")
    assert '<span class="so-reply" dir="auto">Thanks!</span>' in rows
    assert '<span class="so-reply so-reply-stop" dir="auto">STOP</span>' in rows
    assert "so-bubble-in" in popup(browser, started, f"delivery/{yes.pk}/")
    assert "so-bubble-stop" in popup(browser, started, f"delivery/{stop.pk}/")


def test_the_file_has_every_delivery_and_runs_no_formula(browser: Client, started: SendOut):
    Participant.objects.filter(first_name="Ann").update(first_name="=1+1")
    answer = browser.get(f"{BASE}{started.pk}/email/export/")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("first_name,last_name,id,participant,channel,address,status,reason")
    assert len(lines) == 4
    assert lines[1].startswith("'=1+1")


@pytest.mark.parametrize(
    ("channel", "code", "advice"),
    [
        ("email", "5.1.1", "Ask for the right address"),
        ("sms", "5.1.1", "Ask for the right number"),
        ("email", "5.7.1", ""),
    ],
)
def test_a_bounce_says_what_to_do_when_the_address_is_at_fault(
    browser: Client, started: SendOut, channel: str, code: str, advice: str
):
    row = Delivery.objects.filter(channel=channel, status="queued").first()
    record([Happening(row.pk, "bounced", NOW, code=code)])
    html = popup(browser, started, f"delivery/{row.pk}/")
    assert advice in html
    assert ("Ask for the right" in html) == bool(advice)


def test_pause_resume_and_cancel(browser: Client, started: SendOut):
    steps = {"pause": "paused", "resume": "running", "cancel": "cancelled"}
    for step, state in steps.items():
        answer = browser.post(f"{BASE}{started.pk}/{step}/", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        started.refresh_from_db()
        assert started.state == state
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled", "skipped"}
    late = browser.post(f"{BASE}{started.pk}/pause/", headers={"HX-Request": "true"})
    assert "it is cancelled" in late.content.decode()


def test_a_sender_that_is_down_is_explained(browser: Client, started: SendOut):
    mark_down(started.email_sender.pk, "The mail server refused the login.")
    assert "The mail server refused the login." in popup(browser, started, "live/")


def test_a_viewer_sees_all_and_changes_nothing(bob: User, started: SendOut):
    browser = sign_in(bob)
    assert "Pause" not in popup(browser, started)
    assert browser.post(f"{BASE}{started.pk}/cancel/").status_code == 403
    started.refresh_from_db()
    assert started.state == "running"


def test_nothing_changes_by_looking(browser: Client, started: SendOut):
    for step in ("pause", "resume", "cancel"):
        assert browser.get(f"{BASE}{started.pk}/{step}/").status_code == 405


def test_the_popup_is_a_page_for_whoever_opens_its_address(browser: Client, started: SendOut):
    assert "<!doctype html>" in page(browser, f"{started.pk}/")
    row = Delivery.objects.first()
    assert "<!doctype html>" in page(browser, f"{started.pk}/delivery/{row.pk}/")


def test_charlie_finds_nothing_of_the_aqua_club(
    charlie: User, other_club: Organisation, started: SendOut
):
    browser = sign_in(charlie)
    row = Delivery.objects.first()
    for path in ("", "live/", "email/rows/", "email/export/", f"delivery/{row.pk}/"):
        assert browser.get(f"{BASE}{started.pk}/{path}").status_code == 404
        own = f"/o/skating-club/messages/{started.pk}/{path}"
        assert browser.get(own).status_code == 404
    assert browser.post(f"/o/skating-club/messages/{started.pk}/cancel/").status_code == 404
    own_list = browser.get("/o/skating-club/messages/").content.decode()
    assert f'data-popup="{started.pk}"' not in own_list
    assert "Closure" not in browser.get("/o/skating-club/messages/rows/").content.decode()


def test_the_page_asks_the_database_little(
    browser: Client, started: SendOut, sendout: MakeSendOut, django_assert_max_num_queries
):
    for _ in range(20):
        sendout()
    with django_assert_max_num_queries(14):
        page(browser, "rows/")
    with django_assert_max_num_queries(18):
        popup(browser, started)


def test_the_organisations_address_leads_to_its_messages(browser: Client):
    answer = browser.get("/o/aqua-club/")
    assert (answer.status_code, answer["Location"]) == (302, BASE)


def test_an_address_with_a_nul_is_refused(browser: Client, started: SendOut):
    for path in ("?q=a%00b", f"{started.pk}/email/rows/?q=%00"):
        assert browser.get(BASE + path).status_code == 400


def test_an_address_that_opens_no_send_out_shows_the_list(browser: Client) -> None:
    assert "open_url" not in browser.get(f"{BASE}?open={'9' * 5000}").context


@pytest.mark.parametrize("channel", ["fax", "email%0d%0aX-Evil:1", "em%22ail"])
def test_only_a_channel_of_the_send_out_is_exported(
    browser: Client, started: SendOut, channel: str
) -> None:
    assert browser.get(f"{BASE}{started.pk}/{channel}/export/").status_code == 404


@pytest.mark.parametrize("proof", ["opened", "clicked", "replied", "complained"])
def test_whoever_opened_it_has_got_it_without_a_receipt(
    browser: Client, started: SendOut, proof: str
):
    row = Delivery.objects.filter(channel="email", status="queued").first()
    record([Happening(row.pk, kind, NOW) for kind in ("accepted", proof)])
    for query in ("", "?status=delivered"):
        assert status_shown(page(browser, f"rows/{query}")) == "delivered"
    assert "so-badge" not in page(browser, "rows/?status=sent")


def test_the_next_try_is_told_by_the_clock_of_the_organisation(browser: Client, started: SendOut):
    row = Delivery.objects.filter(channel="email", status="queued").first()
    later = datetime(2031, 7, 1, 16, 30, tzinfo=UTC)
    record([Happening(row.pk, "deferred", NOW, attempt=1, next_try_at=later)])
    html = popup(browser, started, f"delivery/{row.pk}/")
    assert "1 Jul, 12:30:00" in html
    assert "UTC" not in html
