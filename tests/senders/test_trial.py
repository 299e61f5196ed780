"""The test message of a sender."""

from __future__ import annotations

from email import message_from_bytes

from sendout.core.delivery.outcome import Accepted
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.trial import send_test


def test_names_of_several_lines_make_no_header(email_sender: Sender) -> None:
    email_sender.from_name = "Aqua\r\nBcc: mallory@example.org"
    email_sender.organisation.name = "Aqua\u2028Club\r\nBcc: mallory@example.org"
    assert isinstance(send_test(email_sender, "ann@example.org"), Accepted)
    mail = message_from_bytes(bytes(OutboxCopy.objects.get().content))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Test of Aqua Club Bcc: mallory@example.org"
