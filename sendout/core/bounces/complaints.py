"""Complaints: abuse reports (RFC 5965), and what some providers send instead."""

from __future__ import annotations

import re

from sendout.core.bounces.dsn import message_fields
from sendout.core.bounces.mail import Mail
from sendout.core.bounces.parts import header
from sendout.core.bounces.report import Action, Recipient
from sendout.core.bounces.verdicts import Cause
from sendout.core.bounces.wording import addresses, shorten

# RFC 5965 section 7.3 and RFC 6430; `auth-failure`, `not-spam` and `virus` are no complaints.
ABOUT_US = {"abuse", "fraud", "opt-out", "opt-out-list", "complaint", "other", "spam"}
MOST_RECIPIENTS = 100

_RECIPIENT_FIELD = re.compile(r"^original-rcpt-to[ \t]*:(.*)$", re.I | re.M)
_SUBJECT = re.compile(
    r"^\s*(complaint about message from|email feedback report for ip|abuse report)", re.I
)


def type_of(mail: Mail) -> str:
    """Give the feedback type of a complaint in small letters; "" when the mail is none.

    Outlook.com's junk mail reporting writes none: a subject, and the message as an attachment. A
    mail program that acts on a `List-Unsubscribe` with `mailto` (RFC 2369) writes only a subject.
    """
    if mail.feedback:
        return message_fields(mail.feedback).get("feedback-type", "abuse").lower().strip()
    subject = header(mail.headers, "subject")
    if _SUBJECT.search(subject) and mail.returned:
        return "abuse"
    return "opt-out" if subject.strip().lower() == "unsubscribe" else ""


def recipients(mail: Mail) -> list[Recipient]:
    """Say who complains; without an address where the provider withholds it."""
    kind = type_of(mail)
    action: Action = "opt_out" if kind.startswith("opt-out") else "complained"
    text = shorten(mail.words)
    who = _who(mail)[:MOST_RECIPIENTS] or [""]
    return [Recipient(address, action, False, Cause.OTHER, "", text) for address in who]


def _who(mail: Mail) -> list[str]:
    if not mail.feedback and type_of(mail) == "opt-out":
        return addresses(header(mail.headers, "from"))
    told = addresses("\n".join(_RECIPIENT_FIELD.findall(mail.feedback)))
    return (
        told
        or addresses(header(mail.returned, "x-hmxmroriginalrecipient"))
        or addresses(header(mail.returned, "delivered-to"))
        or addresses(header(mail.returned, "to"))
    )
