"""What one participant would get to read, and that it can do nothing."""

from __future__ import annotations

from django.test import Client

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut
from tests.pages.sending.buttons import page_of, press


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
