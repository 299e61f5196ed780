"""The case that is looked into: a person, a send-out, a channel, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.versions import in_language
from sendout.core.bounces.codes import blame
from sendout.core.delivery.ending import Ending, ending
from sendout.core.message.template import escape_nothing, parse
from sendout.deliveries.families import carrier_of
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import Kind, SendOut, State

STARTED = (State.RUNNING, State.PAUSED, State.CANCELLED, State.FINISHED)
RECENT = 20  # send-outs to choose from: those of the person, and the newest of all
QUOTED = 80  # characters of an SMS that stand for the whole


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked into. delivery: None when the person was not among the recipients.

    channels: by which the person was written to.
    """

    person: Participant
    sendout: SendOut | None
    channel: str
    delivery: Delivery | None
    channels: tuple[str, ...] = ()

    @property
    def organisation(self) -> Organisation:
        """Whose case it is."""
        return self.person.organisation

    @property
    def is_email(self) -> bool:
        """Whether it went, or would have gone, by email."""
        return self.channel == Channel.EMAIL

    @property
    def ending(self) -> Ending:
        """The answer."""
        row = self.delivery
        if row is None:
            return Ending.NOT_ASKED if self.sendout else Ending.NOTHING
        return ending(row.status, row.skip_reason, blame(row.error_code, row.error_text))

    @property
    def current(self) -> tuple[str, str]:
        """The address on file now: as typed, and as compared (empty when it is none)."""
        person = self.person
        if self.is_email:
            return person.email, person.email_normal
        return person.phone or person.phone_typed, person.phone

    @property
    def address(self) -> str:
        """The address it went to, or would go to."""
        return (self.delivery.address if self.delivery else "") or self.current[0]

    @property
    def sender(self) -> Sender | None:
        """The way out it took, or would take."""
        if self.delivery and self.delivery.sender:
            return self.delivery.sender
        if self.sendout and (sender := self.sendout.sender(self.channel)):
            return sender
        usual = Sender.objects.filter(organisation=self.organisation, channel=self.channel)
        return usual.filter(is_default=True).first()

    @property
    def said(self) -> str:
        """The subject as this person reads it, or the first words of the SMS."""
        if self.sendout is None:
            return ""
        message = in_language(self.sendout.message, self.person.language)
        template = message.subject if self.is_email else message.sms_text
        values = merge_values(self.person, self.organisation)
        said = " ".join(parse(template).fill(values, escape_nothing).split())
        said = said if len(said) <= QUOTED else f"{said[:QUOTED]}…"
        return said or self.sendout.name


def find_case(person: Participant, sendout: int | None, channel: str) -> Case:
    """Find the case of this send-out, or of the newest message to the person.

    A send-out of another organisation is taken for none.
    """
    rows = Delivery.objects.filter(organisation=person.organisation_id, participant=person)
    if sendout is None:
        newest = rows.filter(sendout__kind=Kind.CAMPAIGN).order_by("-sendout", "-id")
        sendout = newest.values_list("sendout", flat=True).first()
    related = ("message", "email_sender", "sms_sender")
    started = _started(person.organisation).select_related(*related)
    found = started.filter(pk=sendout).first() if sendout else None
    if found is None:
        return Case(person, None, channel or Channel.EMAIL, None)
    needed = ("sender", "participant", "organisation", "sendout__message")
    deliveries = {row.channel: row for row in rows.filter(sendout=found).select_related(*needed)}
    used = tuple(key for key in Channel.values if key in deliveries)
    fallback = used[0] if used else (channel or Channel.EMAIL)
    chosen = channel if channel in deliveries else fallback
    row = deliveries.get(chosen)
    if row is not None and row.carried_at is not None:
        row = carrier_of(row)  # what became of that message is what became of it for this person
    return Case(person, found, chosen, row, used)


def recent_sendouts(person: Participant) -> list[tuple[SendOut, bool]]:
    """Give the send-outs to choose from, newest first, and whether each went to the person.

    Of each no more is read than its name and when it started.
    """
    theirs = set(
        Delivery.objects.filter(organisation=person.organisation_id, participant=person)
        .order_by("-sendout")
        .values_list("sendout", flat=True)[: 2 * RECENT]
    )
    started = _started(person.organisation).only("name", "started_at")
    campaigns = started.filter(kind=Kind.CAMPAIGN).order_by("-pk")
    newest = set(campaigns.values_list("pk", flat=True)[:RECENT])
    found = started.filter(pk__in=theirs | newest).order_by("-pk")
    return [(sendout, sendout.pk in theirs) for sendout in found]


def _started(organisation: Organisation) -> QuerySet[SendOut]:
    return SendOut.objects.filter(organisation=organisation, state__in=STARTED)
