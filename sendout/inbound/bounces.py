"""A mail that came back becomes facts about its delivery, or waits for a person to look at it."""

from __future__ import annotations

import hashlib
import logging
from email.header import decode_header, make_header
from email.message import Message

from django.db import InterfaceError, OperationalError, transaction

from sendout.core.bounces.causes import Cause
from sendout.core.bounces.reading import Reading, Recipient, read
from sendout.deliveries.models import Delivery
from sendout.inbound.evidence import Found, find_delivery, head_of, same_address
from sendout.inbound.facts import Report, take_in
from sendout.returns.models import ReturnedMail, State

logger = logging.getLogger(__name__)

SOURCE = "bounce"
KINDS = {
    "failed": "bounced",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "relayed",
    "expanded": "expanded",
    "complained": "complained",
    "opt_out": "unsubscribed",
}
ANSWERS = ("auto_reply", "challenge")  # of a machine: they tell the story and prove nothing
CODE = 24  # characters that a delivery's row has for one
SLICE = 100
MOST_TRIES = 3
# Of one slice all are taken in hand together. Where a process died of one of them, or the slice
# failed, each is taken alone, so that one evil mail holds up no other.
CLAIM = """
UPDATE returns_returnedmail SET tries = tries + 1 WHERE id IN (
    SELECT id FROM returns_returnedmail WHERE state = 'waiting' AND tries {which}
    ORDER BY tries, id LIMIT {most} FOR UPDATE SKIP LOCKED)
RETURNING *
"""
FRESH = CLAIM.format(which="= 0", most=SLICE)
AGAIN = CLAIM.format(which="> 0", most=1)


def digest_waiting() -> int:
    """Read what waits, a slice at a time, and give how many mails that was."""
    done = 0
    while mails := list(ReturnedMail.objects.raw(FRESH)):
        with transaction.atomic():
            for mail in mails:
                digest(mail)
        done += len(mails)
    while mails := list(ReturnedMail.objects.raw(AGAIN)):
        _digest_alone(mails[0])
        done += 1
    return done


def _digest_alone(mail: ReturnedMail) -> None:
    """Digest one mail that may be the reason why a slice failed."""
    if mail.tries > MOST_TRIES:
        _put_aside(mail, "trouble")
        return
    try:
        with transaction.atomic():
            digest(mail)
    except (OperationalError, InterfaceError):
        raise  # that says nothing about the mail
    except Exception:
        logger.exception("mail %s could not be digested", mail.pk)
        _put_aside(mail, "trouble")


def digest(mail: ReturnedMail) -> None:
    """Make facts of a kept mail and let it go, or put it aside with the reason.

    The same mail twice makes the same facts. Runs in the caller's transaction.
    """
    content = bytes(mail.content)
    head, reading = head_of(content), read(content)
    found = find_delivery(mail.envelope_to, head, reading, mail.organisation_id)
    if found is None:
        _put_aside(mail, "unknown" if reading.kind == "unknown" else "unproven")
    elif reading.kind == "unknown":
        _put_aside(mail, "unknown", found)
    elif not found.proven and not mail.believed:
        _put_aside(mail, "hint", found)
    elif told := reports(mail, head, reading, found.delivery):
        take_in(told)
        mail.delete()
    else:
        _put_aside(mail, "unknown", found)


def reports(
    mail: ReturnedMail, head: Message, reading: Reading, delivery: Delivery
) -> list[Report]:
    """Say what a mail tells about its delivery."""
    key = identity(head, bytes(mail.content))
    if reading.kind in ANSWERS:
        text = subject(head)
        return [Report(delivery.pk, reading.kind, mail.received_at, SOURCE, key, text=text)]
    return [
        Report(
            delivery.pk,
            KINDS[told.action],
            mail.received_at,
            SOURCE,
            f"{key}:{number}",
            told.code[:CODE],
            (told.text or told.plain).replace("\0", " "),
            at_fault=told.hard and told.cause is Cause.ADDRESS,
        )
        for number, told in enumerate(about(delivery, reading))
    ]


def about(delivery: Delivery, reading: Reading) -> list[Recipient]:
    """Give what is said about the address we wrote to.

    A report may name others, to whom it was forwarded. When some of them got it and some did not,
    it has not failed for the one we wrote to.
    """
    own = [told for told in reading.reports if same_address(delivery.address, told.address)]
    chosen = own or list(reading.reports)
    failed = [told for told in chosen if told.action == "failed"]
    if not own and len(failed) < len(chosen):
        return [told for told in chosen if told.action != "failed"]
    return chosen


def identity(head: Message, content: bytes) -> str:
    """Give what is the same when a mail comes twice, by another way too: its Message-ID."""
    own = str(head["Message-ID"] or "").strip().encode("utf-8", "replace")
    return hashlib.sha256(own or content).hexdigest()[:40]


def subject(head: Message) -> str:
    """Give the subject in readable letters, shortened."""
    value = str(head["Subject"] or "")
    try:
        value = str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        pass
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:200]


def _put_aside(mail: ReturnedMail, reason: str, found: Found | None = None) -> None:
    """Keep a mail for a person to look at, unless it is nothing of ours and still in its mailbox.

    One that came to a signed address is shown to those whose delivery it is, if nobody else's.
    """
    if mail.left and found is None:
        mail.delete()
        return
    mail.state, mail.reason = State.UNCLEAR, reason
    mail.delivery = found.delivery.pk if found else None
    if found and found.proven and mail.organisation_id is None:
        mail.organisation_id = found.delivery.organisation_id
    mail.save(update_fields=["state", "reason", "delivery", "organisation"])
