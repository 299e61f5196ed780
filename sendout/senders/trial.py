"""The message that "Send me a test" sends."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from django.utils import timezone

from sendout.core.addresses import wire_address
from sendout.core.delivery.outcome import Outcome
from sendout.core.message.template import escape_header
from sendout.core.providers.base import Envelope
from sendout.senders.models import Channel, Sender
from sendout.senders.probe import deliver_now

EMAIL = """Hello,

this is a test of the sender "{sender}" of {organisation}.
If you can read it, the sender works.

Sent by Sendout.
"""
SMS = 'Test of the sender "{sender}" of {organisation}. If you can read this, it works.'


def send_test(sender: Sender, to: str) -> Outcome:
    """Send a short test message to an address or number and give its outcome."""
    is_email = sender.channel == Channel.EMAIL
    words = (EMAIL if is_email else SMS).format(
        sender=sender.name, organisation=sender.organisation.name
    )
    if is_email:
        envelope = Envelope(
            0, wire_address(sender.from_address), wire_address(to), _email(sender, to, words)
        )
    else:
        envelope = Envelope(0, sender.from_address, to, words.encode())
    [outcome] = deliver_now(sender, [envelope])
    return outcome


def _email(sender: Sender, to: str, words: str) -> bytes:
    """Write a plain mail (RFC 5322) with CRLF line ends."""
    from_address = wire_address(sender.from_address)
    mail = EmailMessage(SMTP.clone(utf8=not (from_address + to).isascii()))
    mail["From"] = Address(escape_header(sender.from_name), addr_spec=from_address)
    mail["To"] = Address(addr_spec=wire_address(to))
    mail["Subject"] = escape_header(f"Test of {sender.organisation.name}")
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = make_msgid(domain=from_address.rpartition("@")[2])
    if sender.reply_to:
        mail["Reply-To"] = Address(addr_spec=wire_address(sender.reply_to))
    mail.set_content(words)
    return bytes(mail)
