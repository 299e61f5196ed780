"""Files that go along as links: from the compose page to who downloaded them."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.compose.filing import add_file
from sendout.compose.models import FilePart, LinkedFile, Message, StoredFile
from sendout.deliveries.claim import Claimed
from sendout.deliveries.downloads import counted
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery, Download
from sendout.engine.prepare import find_way
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts import drafts, templates
from sendout.sendouts.models import SendOut
from tests.cast import sign_in

PDF = b"%PDF-1.7\n" + b"lanes " * 100_000  # two pieces and a half
CHROME = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537"}


def pdf(name: str = "Timetable.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def draft(club: Organisation, alice: User, email_sender: Sender) -> SendOut:
    Participant.objects.create(
        organisation=club, first_name="Ann", email="a@x.example", email_normal="a@x.example"
    )
    draft = drafts.start(club, alice, "Lanes", "email")
    Message.objects.filter(pk=draft.message_id).update(subject="Lanes", body="Look:")
    SendOut.objects.filter(pk=draft.pk).update(everyone=True)
    return SendOut.objects.get(pk=draft.pk)


def test_files_are_added_refused_and_taken_away(draft: SendOut, alice: User) -> None:
    browser, address = sign_in(alice), f"/o/aqua-club/compose/{draft.pk}/files/"
    version = draft.message.version
    swap = {"HX-Request": "true"}
    card = browser.post(address, {"file": [pdf(), pdf("Été.pdf")]}, headers=swap)
    page = card.content.decode()
    assert "Timetable.pdf" in page
    assert f'data-message-version="{version + 2}"' in page
    assert (LinkedFile.objects.count(), StoredFile.objects.count()) == (2, 1)

    refused = browser.post(
        address, {"file": [pdf("Other.pdf", b"%PDF-2"), pdf("x.pdf", b"MZ..")]}, headers=swap
    )
    assert "“x.pdf” is a program" in refused.content.decode()
    assert (LinkedFile.objects.count(), StoredFile.objects.count()) == (2, 1)

    first, second = LinkedFile.objects.order_by("pk")
    answer = browser.get(f"{address}{second.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%89t%C3%A9.pdf"
    browser.post(f"{address}{first.pk}/away/")
    assert StoredFile.objects.count() == 1
    browser.post(f"{address}{second.pk}/away/")
    assert (StoredFile.objects.count(), FilePart.objects.count()) == (0, 0)


def test_a_copy_and_a_template_have_the_same_files(draft: SendOut, alice: User) -> None:
    add_file(draft.message, "Timetable.pdf", pdf())
    copied = templates.begin(templates.keep(draft, "Lanes", alice), alice)
    assert [linked.name for linked in copied.message.linked_files.all()] == ["Timetable.pdf"]
    assert StoredFile.objects.count() == 1
    drafts.discard(draft)
    drafts.discard(copied)
    assert StoredFile.objects.count() == 1  # the template's


def links_in(content: bytes) -> tuple[str, str]:
    """Give the links to the file in the plain and the HTML part."""
    found = []
    for part in message_from_bytes(content).walk():
        if not part.is_multipart():
            text = bytes(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]
            found += set(re.findall(r"http://[^/]+(/f/[\w-]+/\d+/)", text))
    plain, page = found
    return plain, page


def mail_of(delivery: Delivery) -> bytes:
    """Make the email as the worker does."""
    way = find_way(delivery.sendout_id, "email")
    assert way is not None
    to = delivery.address
    row = Claimed(delivery.pk, 1, to, to, "Ann", "", to, "", "en")
    [prepared] = way.prepare([row], timezone.now())
    return prepared.envelope.content  # type: ignore[union-attr]


def test_a_recipient_downloads_a_file_and_is_counted_once(draft: SendOut, alice: User) -> None:
    add_file(draft.message, "Timetable.pdf", pdf())
    send_now(draft)
    delivery = Delivery.objects.get()
    plain, link = links_in(mail_of(delivery))
    assert plain == link
    scanner, person = Client(headers={"User-Agent": "Barracuda Sentinel"}), Client(headers=CHROME)
    assert scanner.get(link).status_code == 200
    assert person.head(link)["Content-Length"] == str(len(PDF))
    assert not Download.objects.exists()
    for _ in range(2):
        answer = person.get(link)
        assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="Timetable.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/pdf",
        "nosniff",
    )
    assert (Download.objects.get().times, [f.people for f in counted(draft)]) == (2, [1])
    popup = sign_in(alice).get(f"/o/aqua-club/messages/{draft.pk}/").content.decode()
    assert "Timetable.pdf · 1 person downloaded it" in popup

    draft.refresh_from_db()
    SendOut.objects.update(started_at=draft.started_at - timedelta(days=31))  # type: ignore[operator]
    expired = person.get(link)
    assert expired.status_code == 410
    assert "This file cannot be downloaded any more" in expired.content.decode()


def test_no_link_leads_to_a_file_of_another_message(
    draft: SendOut, club: Organisation, alice: User
) -> None:
    add_file(draft.message, "Timetable.pdf", pdf())
    other = add_file(drafts.start(club, alice, "Secret", "email").message, "Secret.pdf", pdf())
    send_now(draft)
    link = links_in(mail_of(Delivery.objects.get()))[0]
    assert Client().get(re.sub(r"\d+/$", f"{other.pk}/", link)).status_code == 404
    assert Client().get(f"/f/nonsense/{other.pk}/").status_code == 404
