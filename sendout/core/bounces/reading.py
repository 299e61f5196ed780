"""Read a mail that came back: a bounce, a receipt, a complaint, or the answer of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sendout.core.bounces import amazon, complaints, dsn, machines, prose
from sendout.core.bounces.grading import Answer, grade
from sendout.core.bounces.mail import Mail, open_mail
from sendout.core.bounces.originals import original
from sendout.core.bounces.report import Kind, Original, Reading, Recipient

__all__ = ["Original", "Reading", "Recipient", "read"]


def read(raw: bytes) -> Reading:
    """Say what a mail that came back is about. Never raises; its work is bounded.

    What it says is unproven: anybody can write a mail that looks like a bounce.
    """
    mail = _unwrapped(open_mail(raw))
    told = amazon.notice(mail)
    if told:
        mail = amazon.with_returned(mail, told)
    kind, reports = amazon.read(told) if told else _understand(mail)
    return Reading(kind, tuple(reports), original(mail))


def _unwrapped(mail: Mail) -> Mail:
    """Take out a report that a gateway has put into a mail of its own."""
    inner = next((part for part in mail.parts if part.type == "message/rfc822"), None)
    wraps = "report-type" in mail.returned.get("content-type", "").lower()
    if inner and wraps and not mail.status and not mail.feedback:
        return open_mail(inner.content) if machines.is_daemon(mail.headers) else mail
    return mail


def _understand(mail: Mail) -> tuple[Kind, Sequence[Recipient]]:
    feedback = complaints.type_of(mail)
    if feedback:
        known = feedback in complaints.ABOUT_US
        return ("complaint", complaints.recipients(mail)) if known else ("unknown", ())
    reported = _reported(mail)
    if reported:
        return _kind(reported), reported
    if machines.is_challenge(mail.headers, mail.words):
        return "challenge", ()
    if _says_it_bounced(mail):
        told = [grade(answer) for answer in prose.answers(mail)]
        return _kind(told), told
    if machines.is_auto_reply(mail.headers):
        return "auto_reply", ()
    return "unknown", ()


def _reported(mail: Mail) -> list[Recipient]:
    """Read the delivery reports (RFC 3464); what they leave out is in the mail's words."""
    groups = [group for text in mail.status for group in dsn.recipients(text)]
    return [grade(_answer(mail, group, len(groups) == 1)) for group in groups]


def _answer(mail: Mail, fields: dsn.Fields, alone: bool) -> Answer:
    address = dsn.address_of(fields)
    near = prose.about(mail, address) if address or alone else ""
    answer = Answer(
        address,
        dsn.action_of(fields),
        dsn.status_of(fields),
        fields.get("diagnostic-code", "") or prose.reply_in(near.splitlines()),
        near,
    )
    if not address and alone and (told := prose.answers(mail)):
        return replace(answer, address=told[0].address)
    return answer


def _says_it_bounced(mail: Mail) -> bool:
    """Tell whether a mail server, and no person or out-of-office notice, reports a failure."""
    headers, words = mail.headers, mail.words
    says_so = prose.is_bounce(words)
    if machines.has_bounce_subject(headers):
        if machines.is_daemon(headers) and not machines.is_answer(headers):
            return True
        return says_so and not machines.is_thread(headers, words)
    if machines.is_answer(headers):  # of old gateways for text messages
        return says_so and machines.is_named_daemon(headers) and prose.has_reply(words)
    return says_so and machines.is_daemon(headers) and not machines.has_auto_subject(headers)


def _kind(reports: Sequence[Recipient]) -> Kind:
    failed = any(report.action in ("failed", "delayed") for report in reports)
    return "bounce" if failed else "delivered"
