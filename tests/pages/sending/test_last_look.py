"""What the last page before sending says of a message."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut, State
from tests.pages.sending.buttons import page_of


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
    assert "{{ Locker|not known }}" in page
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


def test_how_long_it_takes_is_said_of_what_is_written(
    browser: Client, sendout: SendOut, email_sender: Sender, sms_sender: Sender
) -> None:
    pace = {"pace_count": 1, "pace_period": "minute"}
    Sender.objects.filter(pk__in=[email_sender.pk, sms_sender.pk]).update(**pace)
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "At the pace of its sender the emails take about 1 minute." in page
    assert "At the pace of its sender the SMS take about 1 minute." in page
    Message.objects.filter(pk=sendout.message.pk).update(sms_text=" ")
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert "the emails take" in page
    assert "the SMS take" not in page
