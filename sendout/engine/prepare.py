"""From a claimed row to an envelope: what is the same for all is done once per send-out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.rendering import compile_email, templates
from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.message.email import CompiledEmail
from sendout.core.message.sms import measure
from sendout.core.message.template import Template, escape_nothing, parse
from sendout.core.providers.base import Envelope
from sendout.deliveries.claim import Claimed
from sendout.deliveries.links import unsubscribe_url
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut, State


@dataclass(frozen=True, slots=True)
class Prepared:
    """A claimed row and what leaves for it, or why nothing can be made for it.

    segments: billable SMS parts; 1 for an email.
    """

    row: Claimed
    envelope: Envelope | Refused
    segments: int = 0


class Text(Protocol):
    """What is said by one channel, with its slots still open."""

    def prepare(self, row: Claimed, sender: Sender, date: str) -> Prepared:
        """Fill the slots for one recipient."""
        ...


@dataclass(frozen=True, slots=True)
class EmailText:
    """The email of a send-out."""

    compiled: CompiledEmail
    organisation: Organisation

    def prepare(self, row: Claimed, sender: Sender, date: str) -> Prepared:
        """Fill header fields, both parts and the recipient's own links."""
        url = unsubscribe_url(row.id)
        content = self.compiled.fill(
            merge_values(row, self.organisation) | {"unsubscribe_url": url},
            to_name=row.name,
            to_address=row.address,
            message_id=str(row.id),
            date=date,
            unsubscribe_url=url,
        )
        envelope = Envelope(row.id, sender.from_address, row.address, content, row.attempt)
        return Prepared(row, envelope, 1)


@dataclass(frozen=True, slots=True)
class SmsText:
    """The SMS of a send-out."""

    template: Template
    organisation: Organisation

    def prepare(self, row: Claimed, sender: Sender, date: str) -> Prepared:
        """Fill the text and count what it is billed as."""
        text = self.template.fill(merge_values(row, self.organisation), escape_nothing)
        to = row.normal or row.address
        envelope = Envelope(row.id, sender.from_address, to, text.encode(), row.attempt)
        return Prepared(row, envelope, measure(text).segments)


@dataclass(frozen=True, slots=True)
class Way:
    """One send-out by one channel: what is said, and through which sender."""

    sendout: int
    channel: str
    urgent: bool
    organisation: Organisation
    sender: Sender
    text: Text

    def prepare(self, rows: Iterable[Claimed], now: datetime) -> list[Prepared]:
        """Make the envelopes of a slice."""
        date = format_datetime(now)
        return [self._prepare(row, date) for row in rows]

    def _prepare(self, row: Claimed, date: str) -> Prepared:
        """Make one envelope; what cannot stand in a header is this recipient's trouble alone."""
        try:
            return self.text.prepare(row, self.sender, date)
        except ValueError as error:
            return Prepared(row, Refused(True, "content", str(error), Blame.MESSAGE))


def find_way(sendout: int, channel: str, *, running: bool = True) -> Way | None:
    """Give the way of a send-out that is running now, or in any state when told so; else None.

    The sender is read anew each time, so that a corrected password counts at once; the text
    cannot change any more and is compiled once.
    """
    related = ("organisation", "message", "email_sender", "sms_sender")
    query = SendOut.objects.select_related(*related)
    if running:
        query = query.filter(state=State.RUNNING)
    found = query.filter(pk=sendout).first()
    if found is None or (sender := found.sender(channel)) is None:
        return None
    identity = (sender.from_name, sender.from_address, sender.reply_to)
    text = _text(found.pk, channel, found.message.version, identity)
    return Way(found.pk, channel, found.urgent, found.organisation, sender, text)


@lru_cache(maxsize=64)
def _text(sendout: int, channel: str, version: int, identity: tuple[str, str, str]) -> Text:
    """Compile what a send-out says; the other arguments tell when that was something else."""
    found = SendOut.objects.select_related("organisation", "message").get(pk=sendout)
    organisation, message = found.organisation, found.message
    if channel == "sms":
        return SmsText(parse(templates(message, organisation).sms), organisation)
    name, address, reply_to = identity
    compiled = compile_email(
        message, organisation, from_name=name, from_address=address, reply_to=reply_to
    )
    return EmailText(compiled, organisation)
