"""The Outbox shows what arrived, and lets nothing of it act."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, User
from sendout.core.providers.base import Envelope
from sendout.pages.outbox.reading import decode, open_links_outside, read_mail, without_pixel
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.outbox import keep
from tests.cast import sign_in

MAIL = (
    b"From: Aqua Club <office@example.org>\r\nTo: anna@example.org\r\n"
    b"Subject: =?utf-8?q?L=27=C3=A9t=C3=A9?= is here\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="B"\r\n\r\n'
    b"--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlain words\r\n"
    b"--B\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"PGh0bWw+PGhlYWQ+PC9oZWFkPjxib2R5PjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD5Cb25qb3VyPC9ib2R5Pgo=\r\n"
    b"--B--\r\n"
)


def at(name: str, *args: object, club: str = "aqua-club") -> str:
    return reverse(f"pages:{name}", args=[club, *args])


@pytest.fixture
def copy(email_sender: Sender) -> OutboxCopy:
    keep(email_sender, [Envelope(7, "office@example.org", "anna@example.org", MAIL)])
    return OutboxCopy.objects.get()


@pytest.fixture
def browser(bob: User) -> Client:
    return sign_in(bob)


def test_emails_are_listed_newest_first_with_their_subjects(
    browser: Client, copy: OutboxCopy, email_sender: Sender
) -> None:
    second = MAIL.replace(b"is here", b"is over")
    keep(email_sender, [Envelope(8, "office@example.org", "bert@example.org", second)])
    page = browser.get(at("outbox")).content.decode()
    assert page.index("L&#x27;été is over") < page.index("L&#x27;été is here")


def test_the_search_finds_addresses(browser: Client, copy: OutboxCopy) -> None:
    assert "anna@" in browser.get(at("outbox"), {"q": "ANNA"}).content.decode()
    assert "Nothing found" in browser.get(at("outbox"), {"q": "bert"}).content.decode()


def test_sms_have_their_own_tab(browser: Client, copy: OutboxCopy, sms_sender: Sender) -> None:
    keep(sms_sender, [Envelope(9, "Sendout", "+15145550101", "Piscine fermée".encode())])
    page = browser.get(at("outbox"), {"channel": "sms"}).content.decode()
    assert re.search(r"so-bubble[^>]*>Piscine fermée", page)
    assert "L&#x27;été" not in page


def test_older_ones_are_a_click_away(browser: Client, email_sender: Sender) -> None:
    envelopes = [Envelope(n, "o@example.org", f"p{n}@example.org", MAIL) for n in range(1, 61)]
    keep(email_sender, envelopes)
    first = browser.get(at("outbox"))
    seen = re.findall(r"p(\d+)@", first.content.decode())
    older = browser.get(at("outbox") + "?" + first.context["older"]).content.decode()
    seen += re.findall(r"p(\d+)@", older)
    assert seen == [str(n) for n in range(60, 0, -1)]


def test_one_mail_is_shown_in_every_form(browser: Client, copy: OutboxCopy) -> None:
    page = browser.get(at("outbox_mail", copy.pk)).content.decode()
    assert "Plain words" in page
    assert "=?utf-8?q?" in page  # the source
    assert re.search(r'<iframe[^>]* sandbox="(?![^"]*allow-(scripts|same-origin))', page)
    assert "alert(1)" not in page


def test_the_frame_may_do_nothing(browser: Client, copy: OutboxCopy) -> None:
    answer = browser.get(at("outbox_html", copy.pk))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "sandbox " in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert '<base target="_blank"></head><body>' in answer.content.decode()
    assert "Bonjour" in answer.content.decode()


def test_the_source_is_the_mail_to_the_byte(browser: Client, copy: OutboxCopy) -> None:
    answer = browser.get(at("outbox_raw", copy.pk))
    assert answer.content == MAIL
    assert answer["Content-Disposition"].startswith("attachment")


def test_charlie_finds_nothing(charlie: User, copy: OutboxCopy, club: Organisation) -> None:
    browser = sign_in(charlie)
    assert browser.get(at("outbox")).status_code == 404
    for name in ("outbox_mail", "outbox_html", "outbox_raw"):
        for slug in ("aqua-club", "skating-club"):
            assert browser.get(at(name, copy.pk, club=slug)).status_code == 404
    assert "anna@" not in browser.get(at("outbox", club="skating-club")).content.decode()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"Subject: =?nonsense?q?x?=\r\n\r\nhello",
        b"Content-Type: text/html; charset=klingon\r\n\r\n<p>\xff",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Subject: \xff\xfe\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_goes(
    browser: Client, email_sender: Sender, broken: bytes
) -> None:
    keep(email_sender, [Envelope(1, "o@example.org", "anna@example.org", broken)])
    copy = OutboxCopy.objects.get()
    assert browser.get(at("outbox")).status_code == 200
    assert browser.get(at("outbox_mail", copy.pk)).status_code == 200


def test_a_folded_header_is_one_line() -> None:
    assert decode("one\r\n two") == "one two"


def test_an_attachment_is_not_taken_for_the_text() -> None:
    mail = read_mail(
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx"
    )
    assert mail.text == ""


def test_html_without_a_head_stays_as_it_is() -> None:
    assert open_links_outside("<p>x</p>") == "<p>x</p>"


def test_looking_at_a_copy_is_no_opening() -> None:
    pixel = '<img src="https://club.example/o/6f9a.gif" width="1" height="1" alt="" style="x">'
    own = '<img src="https://club.example/logo.gif" width="1" height="1">'
    assert without_pixel(f"<p>Hi</p>{own}{pixel}</body>") == f"<p>Hi</p>{own}</body>"
