"""The last look, the preview, the test and the buttons that send."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.deliveries.models import Delivery
from sendout.engine.sweep import start_due, tick
from sendout.people.models import Participant
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut, State
from tests.cast import sign_in


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def ann(club: Organisation) -> Participant:
    return Participant.objects.create(
        organisation=club,
        first_name="Ann <3",
        email="ann@x.example",
        email_normal="ann@x.example",
        phone="+15145550199",
        fields={"Child": "Zoé"},
    )


@pytest.fixture
def sendout(
    club: Organisation, alice: User, ann: Participant, email_sender: Sender, sms_sender: Sender
) -> SendOut:
    club.undo_seconds = 0
    club.save()
    sendout = drafts.start(club, alice, "Pool closed", "both")
    said = {"subject": "For {{ Child }}", "body": "Hi {{ first_name }}", "sms_text": "{{ Child }}"}
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    sendout.people.add(ann)
    sendout.message.refresh_from_db()
    return sendout


def page_of(sendout: SendOut, page: str) -> str:
    return f"/o/aqua-club/compose/{sendout.pk}/{page}/"


def press(browser: Client, sendout: SendOut, button: str, **more: str) -> str:
    """Press a button of the check page and give the page that follows."""
    version = str(sendout.message.version)
    answer = browser.post(page_of(sendout, button), {"version": version, **more}, follow=True)
    sendout.refresh_from_db()
    return answer.content.decode()


def test_the_last_look_counts_who_gets_it_and_why_others_do_not(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    sendout.people.add(Participant.objects.create(organisation=club, first_name="Cem"))
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert '<span class="so-reach-number">1</span> <span>by email</span>' in page
    assert '<span class="so-reach-count">1</span> <span>no contact</span>' in page
    assert ">No email address is known.</a>" in page
    assert "Send 2 messages now" in page


def test_missing_unknown_and_broken_merge_fields_are_named(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    body = "{{ Locker }} {{ Child }} {{ Chlid }} {{ zzz }}\n{{ broken"
    Message.objects.filter(pk=sendout.message.pk).update(body=body)
    unreached = Participant.objects.create(organisation=club, fields={"Locker": "7"})
    sendout.people.add(unreached)  # lacks Child, but would not get it
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "<code>Locker</code> is empty for 1 person (Email)" in page
    assert "{{ Locker|there }}" in page
    assert "Line 2: <code>{{ broken</code>" in page
    assert "<code>Child</code> is empty" not in page
    assert "<code>Chlid</code> is no field" in page
    assert "did you mean <code>Child</code>?" in page
    assert "<code>zzz</code> is no field that any of your participants has: take it out" in page
    listed = browser.get(page_of(sendout, "check"), {"who": "lacks-email-locker"}).content.decode()
    assert "“locker” is empty".casefold() in listed.casefold()
    assert f"/participants/{sendout.people.first().pk}/" in listed
    assert f"/participants/{unreached.pk}/" not in listed


def test_what_is_sent_under_the_wrong_consent_or_without_a_way_out_is_said(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    said = {
        "subject": "REGISTER NOW",
        "body": "![](https://x.example/a.png)",
        "sms_text": "20% off",
    }
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "“20% off”, “REGISTER NOW” reads like marketing" in page
    assert "The subject is all in capitals" in page
    assert "The email is a picture with next to no words" in page
    assert "does not say how to refuse more" not in page
    assert "messages now" in page
    Message.objects.filter(pk=sendout.message.pk).update(category="marketing")
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "reads like marketing" not in page
    assert "does not say how to refuse more" in page
    Message.objects.filter(pk=sendout.message.pk).update(sms_text="20% off. Reply STOP to end")
    assert "refuse more" not in browser.get(page_of(sendout, "check")).content.decode()


def test_blanks_that_nobody_filled_in_are_named(browser: Client, sendout: SendOut) -> None:
    said = {
        "subject": "Closed on [day]: [place]",
        "body": "**[Place]** is closed. [Register](https://example.org)",
        "sms_text": "Closed [day], [reason]",
    }
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "[day], [place], [reason] are still to be filled in" in page
    assert "leads to https://example.org, which is only an example" in page
    Message.objects.filter(pk=sendout.message.pk).update(subject="Closed", body="Pool", sms_text="")
    assert "to be filled in" not in browser.get(page_of(sendout, "check")).content.decode()


def test_many_texts_by_night_are_thought_of_where_no_quiet_hours_are_kept(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    sendout.people.set(
        Participant.objects.bulk_create(
            Participant(organisation=club, phone=f"+151455501{n}") for n in range(10, 31)
        )
    )
    state = {"state": State.SCHEDULED, "scheduled_for": datetime(2091, 1, 2, 4, 30, tzinfo=UTC)}
    SendOut.objects.filter(pk=sendout.pk).update(**state)
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "21 texts would leave at 23:30, in the night" in page
    SendOut.objects.filter(pk=sendout.pk).update(
        scheduled_for=datetime(2091, 1, 2, 17, 30, tzinfo=UTC)
    )
    assert "in the night" not in browser.get(page_of(sendout, "check")).content.decode()


def test_what_to_mend_in_the_email_is_said(browser: Client, sendout: SendOut) -> None:
    assert "Mend the email" not in browser.get(page_of(sendout, "check")).content.decode()
    said = {"body": '<p><img src="https://x.example/a.png"></p>', "body_format": "html"}
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "1 picture without words" in page
    SendOut.objects.filter(pk=sendout.pk).update(channels="sms")
    assert "Mend the email" not in browser.get(page_of(sendout, "check")).content.decode()


def test_gmails_limit_counts_links_as_they_leave(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    link = '<a href="https://club.example/a">Read</a>'
    said = {"body": link * 1200, "body_format": "html"}  # 70 kB as written
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    assert "Gmail cuts it off" in browser.get(page_of(sendout, "check")).content.decode()
    Organisation.objects.filter(pk=club.pk).update(tracks=False)
    assert "Gmail cuts it off" not in browser.get(page_of(sendout, "check")).content.decode()


def test_an_organisation_without_postal_address_is_told_of_the_law(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    assert "has no postal address" not in browser.get(page_of(sendout, "check")).content.decode()
    Organisation.objects.filter(pk=club.pk).update(postal_address=" ")
    assert "has no postal address" in browser.get(page_of(sendout, "check")).content.decode()


def test_the_preview_is_filled_for_the_chosen_participant(
    browser: Client, sendout: SendOut, club: Organisation, ann: Participant
) -> None:
    cem = Participant.objects.create(organisation=club, first_name="Cem", fields={"Child": "Can"})
    page = browser.get(page_of(sendout, "preview"), {"participant": cem.pk}).content.decode()
    assert "<strong>For Can</strong>" in page
    assert '<p class="so-bubble">Can</p>' in page
    html = browser.get(page_of(sendout, "preview/email"), {"participant": ann.pk}).content.decode()
    assert "Hi Ann &lt;3" in html
    assert "{{" not in html


def test_a_participant_of_another_club_is_never_previewed(
    browser: Client, sendout: SendOut, other_club: Organisation
) -> None:
    theirs = Participant.objects.create(organisation=other_club, first_name="Skater")
    for page in ("preview", "preview/email", "check"):
        answer = browser.get(page_of(sendout, page), {"participant": theirs.pk, "q": "Skater"})
        assert b"Hi Skater" not in answer.content
        assert b">Skater<" not in answer.content


def test_the_framed_email_may_do_nothing(browser: Client, sendout: SendOut) -> None:
    document = "<html><body><script>alert(1)</script>a</body></html>"
    Message.objects.filter(pk=sendout.message.pk).update(body=document, body_format="html")
    answer = browser.get(page_of(sendout, "preview/email"))
    policy = {
        part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split(";")
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["sandbox"] == []
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert "script-src" not in policy


def test_a_broken_style_is_said_not_raised(browser: Client, sendout: SendOut) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(
        body='<p style="p{">a</p>', body_format="html"
    )
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "A style in the email text cannot be read" in page
    assert "messages now" not in page
    assert browser.get(page_of(sendout, "preview/email")).status_code == 200
    assert "cannot be read" in press(
        browser, sendout, "test", channel="email", address="a@x.example"
    )


def test_send_freezes_the_audience(browser: Client, sendout: SendOut) -> None:
    page = press(browser, sendout, "send")
    assert "“Pool closed” is being sent." in page
    assert sendout.state == State.RUNNING
    assert set(Delivery.objects.values_list("channel", "status")) == {
        ("email", "queued"),
        ("sms", "queued"),
    }


def test_pressing_send_twice_sends_once(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    page = press(browser, sendout, "send")
    assert "is leaving already" in page
    assert Delivery.objects.count() == 2


def test_what_somebody_changed_after_the_last_look_is_not_sent(
    browser: Client, sendout: SendOut, bob: User
) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(version=7, body="Other", updated_by=bob)
    page = press(browser, sendout, "send")
    assert "Bob changed the message meanwhile" in page
    assert sendout.state == State.DRAFT


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email_sender": None}, "Choose a sender for Email"),
        ({"channels": "sms", "sms_sender": None}, "Choose a sender for SMS"),
    ],
)
def test_what_cannot_leave_says_why(
    browser: Client, sendout: SendOut, change: dict[str, object], sentence: str
) -> None:
    SendOut.objects.filter(pk=sendout.pk).update(**change)
    assert sentence in browser.get(page_of(sendout, "check")).content.decode()
    assert sentence in press(browser, sendout, "send")
    assert sendout.state == State.DRAFT


def test_a_send_out_to_nobody_does_not_start(browser: Client, sendout: SendOut) -> None:
    sendout.people.clear()
    assert "Nobody would get it" in press(browser, sendout, "send")
    assert sendout.state == State.DRAFT


def test_the_schedule_is_read_on_the_clubs_clock(browser: Client, sendout: SendOut) -> None:
    page = press(browser, sendout, "schedule", when="2030-07-01T09:30")
    assert "Monday 1 July 2030 at 09:30" in page
    assert sendout.state == State.SCHEDULED
    assert sendout.scheduled_for == datetime(2030, 7, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("2020-01-01T09:00", "The time is past"),
        ("9999-12-31T23:59", "more than ten years away"),
        ("", "Choose the date and time"),
        ("soon", "Enter a valid date/time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    browser: Client, sendout: SendOut, when: str, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "schedule", when=when)
    assert sendout.state == State.DRAFT


@pytest.mark.parametrize(
    ("when", "hour", "sentence"),
    [
        ("2030-03-10T02:30", 7, "at 03:30. The clocks go forward and skip 02:30"),
        ("2030-11-03T02:30", 7, "at 02:30."),
        ("2030-11-03T01:30", 5, "at 01:30. The clocks go back and show 01:30 twice"),
    ],
)
def test_on_days_on_which_the_clocks_change_the_page_says_what_becomes_of_it(
    browser: Client, sendout: SendOut, when: str, hour: int, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "schedule", when=when)
    assert sendout.scheduled_for is not None
    assert (sendout.scheduled_for.hour, sendout.scheduled_for.minute) == (hour, 30)


def test_another_time_is_given_to_a_scheduled_one(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert 'value="2030-07-01T09:30"' in page
    assert "The time is past" in press(browser, sendout, "schedule", when="2020-01-01T09:00")
    assert "at 10:45" in press(browser, sendout, "schedule", when="2030-07-02T10:45")
    assert sendout.scheduled_for == datetime(2030, 7, 2, 14, 45, tzinfo=UTC)
    assert sendout.state == State.SCHEDULED


def test_one_that_has_left_gets_no_other_time(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    assert "is leaving already" in press(browser, sendout, "schedule", when="2030-07-02T10:45")
    assert sendout.scheduled_for is None


def test_what_was_missed_leaves_and_the_popup_says_so(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    now = timezone.now()
    SendOut.objects.update(scheduled_for=now - timedelta(hours=2))
    start_due(now)
    sendout.refresh_from_db()
    assert sendout.state == State.RUNNING
    page = browser.get(f"/o/aqua-club/messages/{sendout.pk}/").content.decode()
    assert "hours late: no worker was running" in page.replace("\xa0", " ")
    SendOut.objects.update(scheduled_for=now - timedelta(seconds=5))
    assert (
        "late: no worker"
        not in browser.get(f"/o/aqua-club/messages/{sendout.pk}/").content.decode()
    )


def test_what_was_missed_and_has_ended_goes_to_nobody(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    now = timezone.now()
    hour = timedelta(hours=1)
    SendOut.objects.update(scheduled_for=now - 2 * hour, expires_at=now - hour)
    tick(now)
    told = set(Delivery.objects.values_list("status", "skip_reason"))
    assert told == {("skipped", "expired")}


def test_a_scheduled_send_out_goes_back_to_draft(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    assert "Back to draft" in browser.get(page_of(sendout, "check")).content.decode()
    assert "is a draft again" in press(browser, sendout, "unschedule")
    assert sendout.state == State.DRAFT


def test_a_sent_one_is_copied_as_a_new_draft(
    browser: Client, sendout: SendOut, alice: User
) -> None:
    press(browser, sendout, "send")
    press(browser, sendout, "copy")
    copy = SendOut.objects.latest("pk")
    assert (copy.name, copy.state) == ("Pool closed (copy)", State.DRAFT)
    assert copy.message.body == sendout.message.body
    assert copy.message.pk != sendout.message.pk
    assert list(copy.people.all()) == list(sendout.people.all())


def test_a_draft_is_deleted_with_its_message(browser: Client, sendout: SendOut) -> None:
    browser.post(page_of(sendout, "discard"))
    assert not SendOut.objects.exists()
    assert not Message.objects.exists()


def test_a_started_one_is_not_deleted(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    assert browser.post(page_of(sendout, "discard")).status_code == 409
    assert SendOut.objects.exists()


def test_a_test_email_arrives_as_the_participant_would_get_it(
    browser: Client, sendout: SendOut, ann: Participant
) -> None:
    answer = browser.post(
        page_of(sendout, "test"),
        {"channel": "email", "address": "alice@x.example", "participant": ann.pk},
        headers={"HX-Request": "true"},
    )
    assert b"alert-success" in answer.content
    assert b"alice@x.example: Accepted" in answer.content
    copy = OutboxCopy.objects.get()
    mail = email.message_from_bytes(bytes(copy.content), policy=email.policy.default)
    assert copy.recipient == "alice@x.example"
    assert mail["To"].addresses[0].addr_spec == "alice@x.example"
    assert mail["Subject"] == "For Zoé"
    assert "Hi Ann &lt;3" in mail.get_body(("html",)).get_content()
    assert not Delivery.objects.exists()


def test_a_test_sms_arrives(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "test", channel="sms", address="514 555 0100")
    copy = OutboxCopy.objects.get()
    assert (copy.recipient, bytes(copy.content).decode()) == ("+15145550100", "Zoé")


@pytest.mark.parametrize(
    ("channel", "address", "sentence"),
    [
        ("email", "alice", "it has no @"),
        ("email", "", "Enter the address"),
        ("sms", "12", "is not a phone number in CA"),
        ("fax", "1", "Enter the address"),
    ],
)
def test_a_test_to_no_address_says_so(
    browser: Client, sendout: SendOut, channel: str, address: str, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "test", channel=channel, address=address)


def test_a_test_that_fails_says_what_to_do(
    browser: Client, sendout: SendOut, email_sender: Sender
) -> None:
    Sender.objects.filter(pk=email_sender.pk).update(
        kind="smtp", config={"host": "127.0.0.1", "port": 9, "tls": "none"}
    )
    page = press(browser, sendout, "test", channel="email", address="alice@x.example")
    assert "Check host and port" in page
