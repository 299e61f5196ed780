"""Receive bounces by SMTP or LMTP. 250 means: committed; who is not ours hears so at once."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, AnyStr, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import Error, close_old_connections, connection, transaction
from django.db.models.functions import Lower

from sendout.accounts.models import Organisation
from sendout.core.plain import is_text
from sendout.core.tokens import BadToken
from sendout.deliveries.links import read_return_path
from sendout.returns.keeping import keep
from sendout.senders.models import Sender

logger = logging.getLogger(__name__)

MAIL_BYTES = 10_000_000  # larger ones are refused; a report with the mail it returns is smaller
LINE_BYTES = 65_536  # sloppy servers write lines above the 1,000 of RFC 5321 section 4.5.3.1.6
RECIPIENTS = 100  # RFC 5321 section 4.5.3.1.8
PATIENCE = 60.0  # seconds that a connection may be silent
CONNECTIONS = 20  # each may hold a mail in memory
NAME = "sendout"

AWAY = "451 4.3.0 the database is away; try again later"
STRANGER = "550 5.1.1 this address is none of ours"
TOO_MANY = "452 4.5.3 too many recipients; send the others apart"
BUSY = b"421 4.3.2 too many connections; try again later\r\n"


class NotOurs(Exception):
    """Mail for this address is not received here."""


def whose(address: str) -> Organisation | None:
    """Give the organisation that a recipient without a token belongs to; None when it has one.

    None, too, where several organisations share the address. Raises NotOurs.
    """
    if not is_text(address):
        raise NotOurs(address)
    try:
        read_return_path(address)
    except BadToken:
        pass
    else:
        return None
    local, _, domain = address.lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}" if local else ""
    if "+" in local or not bare:
        raise NotOurs(address)
    senders = Sender.objects.annotate(back=Lower("bounce_address")).filter(back=bare)
    owners = list(Organisation.objects.filter(senders__in=senders).distinct()[:2])
    if not owners:
        raise NotOurs(address)
    return owners[0] if len(owners) == 1 else None


def keep_for(raw: bytes, way: str, recipients: Sequence[str]) -> None:
    """Keep a mail for each of its recipients, and commit. Raises NotOurs."""
    with transaction.atomic():
        for recipient in recipients:
            keep(raw, way, recipient, organisation=whose(recipient))


@dataclass
class Reception:
    """What every connection asks: who may be written to, and whether the mail is safe."""

    way: str
    open: set[object] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take addresses with a token of ours and those that a sender names for bounces."""
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return TOO_MANY
        try:
            await asyncio.to_thread(_asked, whose, address)
        except NotOurs:
            return STRANGER
        except Error:
            return AWAY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Say 250 when the mail is committed, and not before."""
        raw = bytes(envelope.original_content or b"")
        try:
            await asyncio.to_thread(_asked, keep_for, raw, self.way, envelope.rcpt_tos)
        except NotOurs:
            answer = STRANGER
        except Error as error:
            logger.warning("a mail could not be kept: %s", error)
            answer = AWAY
        else:
            answer = "250 2.0.0 kept"
        return for_each(answer, envelope) if self.way == "lmtp" else answer


def _asked(work: Any, *arguments: object) -> Any:
    """Ask the database in a thread; a connection that broke is not used again."""
    close_old_connections()
    try:
        return work(*arguments)
    except Error:
        connection.close()
        raise


def for_each(answer: str, envelope: Envelope) -> str:
    """Say the same for every recipient, as LMTP wants it (RFC 2033 section 4.2)."""
    return "\r\n".join([answer] * max(1, len(envelope.rcpt_tos)))


class SmtpDoor(SMTP):
    """One connection by SMTP (RFC 5321); those who come when the house is full are turned away."""

    line_length_limit = LINE_BYTES
    event_handler: Reception

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to talk, unless too many talk already."""
        house = self.event_handler.open
        if self not in house and len(house) >= CONNECTIONS:
            cast(asyncio.Transport, transport).write(BUSY)
            transport.close()
            return
        house.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for another one."""
        if self in self.event_handler.open:
            self.event_handler.open.discard(self)
            super().connection_lost(error)


class LmtpDoor(SmtpDoor, LMTP):
    """One connection by LMTP (RFC 2033)."""

    async def push(self, status: AnyStr) -> None:
        """Say for every recipient that a mail was refused before anybody looked at it."""
        early = isinstance(status, str) and status.startswith(("552 Error", "500 Line"))
        if early and self.envelope is not None:
            for _ in self.envelope.rcpt_tos[1:]:
                await super().push(status)
        await super().push(status)


async def listen(
    way: str, host: str, port: int, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Open the door. way: smtp or lmtp. tls: for STARTTLS, where it is to be offered."""
    reception = Reception(way)
    door = LmtpDoor if way == "lmtp" else SmtpDoor
    loop = asyncio.get_running_loop()

    def answer() -> SMTP:
        return door(
            reception,
            data_size_limit=MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname=NAME,
            ident=NAME,
            tls_context=tls,
            timeout=PATIENCE,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=loop,
        )

    return await loop.create_server(answer, host, port)
