from __future__ import annotations

import io

import pytest

from sendout.accounts.models import Language, Organisation, User
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.importing import import_now, store_upload
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.engine.conftest import RunBatches

LIST = """First name,Last name,Email,Phone,Language,Family,Session
Mia,Roy,mother@example.org,,en,R1,Tuesday 17:00
Tom,Roy,,514-555-0111,en,R1,Thursday 18:00
Luc,Dubé,dube@example.org,,fr,D1,Samedi
Anne,Dubé,dube@example.org,,fr,D1,Samedi
Eve,Lee,dube@example.org,,en,L9,Sunday
"""


def test_a_file_with_families_becomes_one_message_each_and_a_row_for_every_child(
    club: Organisation,
    alice: User,
    email_sender: Sender,
    sms_sender: Sender,
    run_batches: RunBatches,
) -> None:
    import_now(store_upload(club, "list.csv", io.BytesIO(LIST.encode())), dry_run=False)
    sent = SendOut.objects.create(
        organisation=club,
        name="Lessons",
        channels="both",
        once_per="family",
        everyone=True,
        email_sender=email_sender,
        sms_sender=sms_sender,
        message=Message.objects.create(
            organisation=club,
            subject="{{ name }}: {{ Session }}",
            body="Hello {{ first_name }}",
            sms_text="{{ first_name }}, {{ Session }}",
        ),
    )
    browser = sign_in(alice)
    check = browser.get(f"/o/aqua-club/compose/{sent.pk}/check/").content.decode()
    assert "Mia and Tom Roy: Tuesday 17:00 and Thursday 18:00" in check
    send_now(sent)
    run_batches(sent)

    mails = OutboxCopy.objects.filter(channel="email").order_by("pk")
    subjects = [bytes(mail.content).decode().split("Subject: ")[1] for mail in mails]
    assert subjects[0].startswith("Mia and Tom Roy: Tuesday 17:00 and Thursday 18:00\r\n")
    assert subjects[1].startswith(("Luc et Anne", "=?utf-8?"))
    texts = [bytes(c.content).decode() for c in OutboxCopy.objects.filter(channel="sms")]
    assert texts == ["Mia and Tom, Tuesday 17:00 and Thursday 18:00"]
    heads = ["mother@example.org", "dube@example.org", "dube@example.org"]
    assert [mail.recipient for mail in mails] == heads
    rows = Delivery.objects.filter(sendout=sent, channel="email").order_by("pk")
    stands = [row.status for row in rows]
    assert stands.count("carried") == 2
    assert "skipped" not in stands
    assert rows.count() == 5
    assert sum(row.segments for row in rows) == 3

    tom = rows.get(participant__first_name="Tom")
    popup = browser.get(f"/o/aqua-club/messages/{sent.pk}/").content.decode()
    assert "Told with the message to Mia:" in popup
    assert "With the family" in popup
    page = browser.get(f"/o/aqua-club/participants/{tom.participant_id}/").content.decode()
    assert "Told with the message to Mia: " in page
    address = f"/o/aqua-club/messages/{sent.pk}/email/export/"
    file = b"".join(browser.get(address).streaming_content).decode()  # type: ignore[attr-defined]
    assert "With the family,Told with the message to Mia: " in file
    look = browser.get(f"/o/aqua-club/not-received/{tom.participant_id}/?sendout={sent.pk}")
    assert "mother@example.org" in look.content.decode()


@pytest.mark.parametrize(("language", "word"), [(Language.ENGLISH, "and"), (Language.FRENCH, "et")])
def test_names_are_joined_in_the_language_of_the_recipient(
    club: Organisation,
    email_sender: Sender,
    run_batches: RunBatches,
    language: Language,
    word: str,
) -> None:
    text = LIST.replace(",en,R1", f",{language},R1")
    import_now(store_upload(club, "list.csv", io.BytesIO(text.encode())), dry_run=False)
    message = Message.objects.create(
        organisation=club, subject="{{ first_name }}", body="{{ first_name }}"
    )
    sent = SendOut.objects.create(
        organisation=club, name="L", message=message, once_per="family", everyone=True,
        email_sender=email_sender,
    )  # fmt: skip
    send_now(sent)
    run_batches(sent)
    mail = OutboxCopy.objects.get(recipient="mother@example.org")
    assert f"Subject: Mia {word} Tom\r\n" in bytes(mail.content).decode()
