"""What a mail that came back tells of the message it is about."""

from __future__ import annotations

import re

from sendout.core.bounces.dsn import first, message_fields
from sendout.core.bounces.mail import Mail
from sendout.core.bounces.parts import header
from sendout.core.bounces.prose import targets
from sendout.core.bounces.report import Original
from sendout.core.bounces.wording import addresses

LONGEST = 1_000  # characters of any one header

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")


def original(mail: Mail) -> Original:
    """Gather what the report, the returned headers and the complaint say of our message."""
    complaint = message_fields(mail.feedback)
    back = mail.returned
    told = first(mail.status, "x-postfix-sender") or complaint.get("original-mail-from", "")
    path = told or header(back, "return-path")
    written_to = complaint.get("original-rcpt-to", "")
    return Original(
        message_id=_id(header(back, "message-id") or header(back, "x-original-message-id")),
        recipient=_first_address(written_to) or next(iter(targets(back)), ""),
        return_path=_first_address(path),
        sender=_first_address(header(back, "from")),
        subject=header(back, "subject")[:LONGEST],
        feedback_type=complaint.get("feedback-type", "")[:LONGEST],
        feedback_id=(header(back, "feedback-id") or complaint.get("feedback-id", ""))[:LONGEST],
        source_ip=complaint.get("source-ip", "")[:LONGEST],
        user_agent=complaint.get("user-agent", "")[:LONGEST],
        list_unsubscribe=header(back, "list-unsubscribe")[:LONGEST],
    )


def _first_address(text: str) -> str:
    return next(iter(addresses(text[:LONGEST])), "")


def _id(text: str) -> str:
    found = _MESSAGE_ID.search(text[:LONGEST])
    return found[0] if found else ""
