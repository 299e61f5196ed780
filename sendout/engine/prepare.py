"""From a claimed row to an envelope: what is the same for all is done once per send-out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol, Self

from django.conf import settings

from sendout.accounts.models import Language, Organisation
from sendout.compose.attaching import weight_of
from sendout.compose.closing import closing_words
from sendout.compose.fields import Merging
from sendout.compose.layout import FILES, UNSUBSCRIBE
from sendout.compose.models import Message
from sendout.compose.rendering import compile_email
from sendout.compose.versions import languages_of
from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.message.dkim import Signer, sign_by_all
from sendout.core.message.email import CompiledEmail
from sendout.core.message.sms import measure
from sendout.core.message.texting import CompiledSms
from sendout.core.message.tracking import CLICK, OPEN, Tracking
from sendout.core.pace import LARGEST
from sendout.core.providers.base import Envelope
from sendout.core.tokens import pack
from sendout.deliveries import links, told
from sendout.deliveries.claim import Claimed
from sendout.deliveries.families import for_families
from sendout.deliveries.said import sms_of
from sendout.engine.tails import fitting, tails
from sendout.senders import health, pool
from sendout.senders.models import Sender
from sendout.senders.signing import CannotSign, can_sign, signers_of
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import find_way_back
from sendout.sendouts.models import Kind, OncePer, SendOut, State
from sendout.usage.prices import PriceList, price_list


@dataclass(slots=True)
class Prepared:
    """A claimed row and what leaves for it, or why nothing can be made for it.

    segments: billable SMS parts; 1 for an email.
    """

    row: Claimed
    envelope: Envelope | Refused
    segments: int = 0


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is the same for all messages of a slice.

    at: seconds since 1970. return_path: None where bounces come back to the from-address.
    told: ids of those to whom an earlier text has said how to unsubscribe. tail: what the emails
    go on with: their files.
    """

    from_address: str
    date: str
    at: int
    signers: tuple[Signer, ...]
    unsubscribe_url: links.Make
    files_url: links.Make
    click: links.Make
    open: links.Make
    return_path: links.Make | None
    told: Collection[int] = ()
    tail: bytes = b""

    @classmethod
    def of(
        cls,
        sender: Sender,
        signers: tuple[Signer, ...],
        now: datetime,
        told: Collection[int] = (),
        tail: bytes = b"",
    ) -> Self:
        """Do what can be done before the first message."""
        bounces = sender.bounce_address if can_sign(sender) else ""
        return cls(
            from_address=sender.from_address,
            date=format_datetime(now),
            at=int(now.timestamp()),
            signers=signers,
            unsubscribe_url=links.unsubscribe_urls(),
            files_url=links.files_urls(),
            click=links.signer(links.CLICK),
            open=links.signer(links.OPEN),
            return_path=links.return_paths(bounces) if bounces else None,
            told=told,
            tail=tail,
        )


class Text(Protocol):
    """What is said by one channel, with its slots still open."""

    @property
    def most(self) -> int:
        """Of how many recipients a slice may be, so that it leaves in its time."""
        ...

    def prepare(self, row: Claimed, leaving: Leaving) -> Prepared:
        """Fill the slots for one recipient."""
        ...


@dataclass(frozen=True, slots=True)
class EmailText:
    """The email of a send-out. with_links: whether files go along as links.

    compiled: by the recipient's language; "" is for any other. message: id and version of the one
    whose files go inside.
    """

    compiled: Mapping[str, CompiledEmail]
    merging: Merging
    with_links: bool = False
    message: tuple[int, int] = (0, 0)
    most: int = LARGEST

    def prepare(self, row: Claimed, leaving: Leaving) -> Prepared:
        """Fill header fields, both parts and the recipient's own links, and sign it all."""
        number = pack(row.id)
        compiled = self.compiled.get(row.language) or self.compiled[""]
        values = self.merging.values(row)
        values[UNSUBSCRIBE] = url = leaving.unsubscribe_url(number)
        if self.with_links:
            values[FILES] = leaving.files_url(number)
        if compiled.tracking:
            values[CLICK.key] = leaving.click(number)
            values[OPEN.key] = leaving.open(number)
        content = compiled.fill(
            values,
            to_name=row.name,
            to_address=row.address,
            message_id=str(row.id),
            date=leaving.date,
            unsubscribe_url=url,
        )
        if leaving.signers:
            content = sign_by_all(leaving.signers, content, leaving.at, leaving.tail) + content
        mail_from = leaving.return_path(number) if leaving.return_path else leaving.from_address
        to, plain = row.address, compiled.is_plain(row.address)
        return Prepared(
            row, Envelope(row.id, mail_from, to, content, row.attempt, leaving.tail, plain), 1
        )


@dataclass(frozen=True, slots=True)
class SmsText:
    """The SMS of a send-out."""

    compiled: CompiledSms
    merging: Merging
    most: int = LARGEST

    def prepare(self, row: Claimed, leaving: Leaving) -> Prepared:
        """Fill the text and count what it is billed as."""
        values = self.merging.values(row)
        text = self.compiled.fill(values, row.language, told=row.id in leaving.told)
        to = row.normal or row.address
        envelope = Envelope(row.id, leaving.from_address, to, text.encode(), row.attempt)
        return Prepared(row, envelope, measure(text).segments)


@dataclass(frozen=True, slots=True)
class Way:
    """One send-out by one channel: what is said, and through which sender.

    trouble: why nothing can leave as it should; then nothing does. chosen: id of the send-out's
    own sender; shared: whether others work together with this one. prices: as they are now. family:
    whether one message is for a whole family.
    """

    sendout: int
    channel: str
    urgent: bool
    organisation: Organisation
    sender: Sender
    text: Text
    signers: tuple[Signer, ...] = ()
    trouble: str = ""
    chosen: int = 0
    shared: bool = False
    prices: PriceList = field(default_factory=PriceList)
    family: bool = False

    def prepare(self, rows: Sequence[Claimed], now: datetime) -> list[Prepared]:
        """Make the envelopes of a slice."""
        if self.trouble:
            refused = Refused(False, "settings", self.trouble, Blame.SENDER, health.REST)
            return [Prepared(row, refused) for row in rows]
        if self.family:
            rows = for_families(rows)
        leaving = Leaving.of(self.sender, self.signers, now, self._told(rows), self._tail())
        return [self._prepare(row, leaving) for row in rows]

    def _told(self, rows: Sequence[Claimed]) -> Collection[int]:
        """Give those who need not be told any more how to unsubscribe."""
        if isinstance(self.text, SmsText) and self.text.compiled.once:
            return told.told_before(self.organisation, [row.id for row in rows])
        return ()

    def _tail(self) -> bytes:
        """Give what the emails go on with: nothing where no files go inside."""
        if isinstance(self.text, EmailText) and (boundary := self.text.compiled[""].boundary):
            return tails.of(*self.text.message, boundary)
        return b""

    def _prepare(self, row: Claimed, leaving: Leaving) -> Prepared:
        """Make one envelope; what cannot stand in a header is this recipient's trouble alone."""
        try:
            return self.text.prepare(row, leaving)
        except ValueError as error:
            return Prepared(row, Refused(True, "content", str(error), Blame.MESSAGE))


def find_way(sendout: int, channel: str, *, running: bool = True, through: int = 0) -> Way | None:
    """Give the way of a send-out that is running now, or in any state when told so; else None.

    through: id of the sender that it left through, where that is not its own one.
    """
    found = _sendout(sendout, running)
    if found is None or (sender := found.sender(channel)) is None:
        return None
    if through not in (0, sender.pk):
        sender = (
            Sender.objects.filter(organisation=found.organisation, pk=through).first() or sender
        )
    return _way(found, channel, sender, shared=False)


def find_ways(sendout: int, channel: str) -> list[Way]:
    """Give the ways of a send-out that is running now: one for each sender that shares its work.

    Senders are read anew each time, so that a corrected password counts at once; the text cannot
    change any more and is compiled once for each identity. A sender whose emails cannot be signed
    as they should be rests, and says why.
    """
    found = _sendout(sendout, running=True)
    if found is None or (sender := found.sender(channel)) is None:
        return []
    # An answer comes from the number that was written to, whoever shares the other work.
    members = pool.members(sender) if found.kind == Kind.CAMPAIGN else [sender]
    return [_way(found, channel, member, shared=len(members) > 1) for member in members]


def _sendout(pk: int, running: bool) -> SendOut | None:
    related = ("organisation", "message", "email_sender", "sms_sender")
    query = SendOut.objects.select_related(*related)
    return (query.filter(state=State.RUNNING) if running else query).filter(pk=pk).first()


def _way(found: SendOut, channel: str, sender: Sender, *, shared: bool) -> Way:
    text = _text(found.pk, channel, found.message.version, identity_of(sender, found.organisation))
    signers, trouble = _signers(sender)
    own = found.sender(channel)
    with suppress(CannotUnseal):  # whoever sends meets the same trouble, and says it
        find_way_back(sender)
    sender.organisation = found.organisation  # read already, for those who ask for its time zone
    way = (found.pk, channel, found.urgent, found.organisation, sender, text)
    chosen = own.pk if own else 0
    family = found.once_per == OncePer.FAMILY
    return Way(*way, signers, trouble, chosen, shared, price_list(found.organisation_id), family)


def _signers(sender: Sender) -> tuple[tuple[Signer, ...], str]:
    """Give what signs the emails, or why that cannot be."""
    try:
        return signers_of(sender), ""
    except CannotSign as error:
        health.mark_down(sender.pk, str(error))
        sender.refresh_from_db(fields=["down_since", "down_until", "down_reason"])
        return (), str(error)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a compiled text depends on besides the message."""

    name: str
    address: str
    reply_to: str
    tracks: bool
    tracking_base: str
    closing: tuple[object, ...]


def identity_of(sender: Sender, organisation: Organisation) -> Identity:
    words = closing_words(organisation)
    return Identity(
        sender.from_name,
        sender.from_address,
        sender.reply_to,
        organisation.tracks,
        links.tracking_base(organisation),
        (organisation.stop_words, organisation.stop_words_in_all, *words.items()),
    )


@lru_cache(maxsize=64)
def _text(sendout: int, channel: str, version: int, identity: Identity) -> Text:
    """Compile what a send-out says; the other arguments tell when that was something else."""
    found = SendOut.objects.select_related("organisation", "message").get(pk=sendout)
    if channel == "sms":
        return sms_text(found)
    automatic = found.kind != Kind.CAMPAIGN
    return email_text(found.message, found.organisation, identity, automatic=automatic)


def sms_text(found: SendOut) -> SmsText:
    """Cut an SMS at its merge fields."""
    compiled = sms_of(found, found.organisation)
    return SmsText(compiled, Merging(compiled.asked, found.organisation))


def email_text(
    message: Message, organisation: Organisation, identity: Identity, *, automatic: bool = False
) -> EmailText:
    """Compile an email, with its links and pixel where they are wanted."""
    compiled = {
        language: compile_email(
            message,
            organisation,
            language,
            from_name=identity.name,
            from_address=identity.address,
            reply_to=identity.reply_to,
            tracking=Tracking(identity.tracking_base, settings.TOKEN_KEYS),
            automatic=automatic,
        )
        for language in Language.values
    }
    compiled[""] = compiled[languages_of(message, organisation)[0]]
    asked = set().union(*(each.asked for each in compiled.values()))
    merging = Merging(asked, organisation)
    if not compiled[""].boundary:
        return EmailText(compiled, merging, FILES in asked)
    most = fitting(weight_of(message), LARGEST)
    return EmailText(compiled, merging, FILES in asked, (message.pk, message.version), most)
