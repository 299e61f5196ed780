"""What `sendout send` says, and through which senders: all that can be wrong before it starts."""

from __future__ import annotations

import argparse
import asyncio
import html
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from sendout.accounts.models import Organisation
from sendout.cli.problem import Problem
from sendout.compose.fields import problems
from sendout.compose.markup import BadStyle
from sendout.compose.models import BodyFormat, Message
from sendout.compose.rendering import templates
from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.message.template import parse
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.senders.models import Channel, Sender
from sendout.senders.pool import members
from sendout.senders.probe import explain
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import find_way_back, provider_of
from sendout.sendouts.drafts import default_sender
from sendout.sendouts.models import Channels

LONGEST_SUBJECT = 300
LONGEST_TEXT = 10_000_000  # bytes of one file
LONGEST_CONNECT = 30.0  # seconds
OPTIONS = {Channel.EMAIL: "--html or --text", Channel.SMS: "--sms"}


def read_message(
    organisation: Organisation, arguments: argparse.Namespace
) -> tuple[Message, Channels]:
    """Read what is to be said, and by which channels that goes; nothing is saved.

    Raises Problem when a file cannot be read or says nothing.
    """
    body, text, sms = (read_option(name, arguments) for name in ("html", "text", "sms"))
    if text and not body:
        body, text = as_html(text), ""
    if not body and not sms:
        raise Problem("there is nothing to send; give --html or --text for email, --sms for SMS")
    message = Message(
        organisation=organisation,
        category=arguments.category,
        subject=read_subject(arguments.subject, body) if body else "",
        body_format=BodyFormat.HTML,
        body=body,
        text=text,
        sms_text=sms,
    )
    if body and sms:
        return message, Channels.BOTH
    return message, Channels.EMAIL if body else Channels.SMS


def read_option(name: str, arguments: argparse.Namespace) -> str:
    """Read the file of an option. Raises Problem, also for a merge field in it that is broken."""
    path: Path | None = getattr(arguments, name)
    text = read_text(f"--{name}", path)
    for broken in parse(text, markup=name == "html").problems:
        where = f"--{name}: {path}, line {broken.line}"
        raise Problem(f"{where}: {broken.text} is no merge field: {broken.reason}")
    return text


def read_text(option: str, path: Path | None) -> str:
    """Read a file of text; without one give an empty text. Raises Problem."""
    if path is None:
        return ""
    try:
        with path.open("rb") as stream:
            raw = stream.read(LONGEST_TEXT + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise Problem(f"{option}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"{option}: {path} is not text in UTF-8; save it as UTF-8") from None
    if len(raw) > LONGEST_TEXT or "\0" in text:
        raise Problem(f"{option}: {path} is too large or no text; give a file of text")
    if not text.strip():
        raise Problem(f"{option}: {path} is empty; write the text first")
    return text


def as_html(text: str) -> str:
    """Say plain text in HTML, word for word: a blank line begins a paragraph."""
    paragraphs = html.escape(text.replace("\r\n", "\n").strip(), quote=False).split("\n\n")
    return "\n".join(f"<p>{each.strip().replace(chr(10), '<br>')}</p>" for each in paragraphs)


def read_subject(given: str, body: str) -> str:
    """Give the subject: the one given, else the title of the HTML. Raises Problem."""
    title = LexborHTMLParser(body).css_first("title")
    subject = " ".join((given or (title.text() if title else "")).split())
    if not subject:
        raise Problem("--subject is missing, and the email has no title to take it from")
    if len(subject) > LONGEST_SUBJECT:
        raise Problem(f"--subject is longer than {LONGEST_SUBJECT} characters; shorten it")
    return subject


def check_texts(message: Message, channels: Channels) -> None:
    """Raise Problem when a merge field or a style in the message is broken."""
    for broken in parse(message.subject).problems:
        raise Problem(f"--subject: {broken.text} is no merge field: {broken.reason}")
    for broken in problems(message, channels.used):
        raise Problem(f"line {broken.line}: {broken.text} is no merge field: {broken.reason}")
    try:
        templates(message, message.organisation)
    except BadStyle as error:
        raise Problem(f"--html: {error}") from None


def choose_senders(
    organisation: Organisation, channels: Channels, names: Iterable[str]
) -> dict[Channel, Sender]:
    """Give the sender of each channel: by name, else the default one. Raises Problem."""
    chosen = named_senders(organisation, channels, names)
    for channel in channels.used:
        sender = chosen.get(channel) or default_sender(organisation, channel)
        if sender is None:
            raise Problem(no_sender(organisation, channel))
        chosen[channel] = sender
    return chosen


def named_senders(
    organisation: Organisation, channels: Channels, names: Iterable[str]
) -> dict[Channel, Sender]:
    """Find the senders that --sender names. Raises Problem."""
    chosen: dict[Channel, Sender] = {}
    own = Sender.objects.filter(organisation=organisation, active=True)
    for name in names:
        sender = own.filter(name=name).first()
        if sender is None:
            raise Problem(f'--sender: there is no sender "{name}"; {known_senders(organisation)}')
        channel = Channel(sender.channel)
        if channel not in channels.used:
            raise Problem(
                f'--sender: "{name}" sends {channel.label}, and {OPTIONS[channel]} is missing'
            )
        if channel in chosen:
            raise Problem(f"--sender names two senders for {channel.label}; choose one")
        chosen[channel] = sender
    return chosen


def no_sender(organisation: Organisation, channel: Channel) -> str:
    """Say why no sender can be chosen for the channel, and what to do."""
    if Sender.objects.filter(organisation=organisation, channel=channel, active=True).exists():
        return f"several senders send {channel.label}; choose one with --sender"
    return (
        f"{organisation.name} has no sender for {channel.label}; "
        f"`sendout sender add --org {organisation.slug} --channel {channel} ...` adds one"
    )


def known_senders(organisation: Organisation) -> str:
    """Name the senders to choose from."""
    own = Sender.objects.filter(organisation=organisation, active=True).order_by("name")
    names = [f'"{sender.name}"' for sender in own]
    return f"there are {', '.join(names)}" if names else "there is none; `sendout sender add`"


def check_ways(senders: Iterable[Sender]) -> None:
    """Open and close a connection of each sender, or of one that works together with it.

    Raises Problem with what to do about it.
    """
    for sender in senders:
        refused = []
        for member in members(sender):
            with suppress(CannotUnseal):  # it is said below
                find_way_back(member)
            refusal = asyncio.run(try_to_connect(member))
            if refusal is None:
                break
            refused.append(f"“{member.name}” does not work: {explain(refusal, member)}")
        else:
            raise Problem(" ".join(refused))


async def try_to_connect(sender: Sender) -> Refused | None:
    """Give the refusal of a sender that does not work, or None."""
    try:
        async with asyncio.timeout(LONGEST_CONNECT):
            connection = await provider_of(sender).connect()
            await connection.close()
    except SenderDown as down:
        return down.refusal
    except (BadConfig, CannotUnseal) as error:
        return Refused(False, "settings", str(error), Blame.SENDER)
    except TimeoutError:
        slow = f"the server did not answer in {LONGEST_CONNECT:.0f} s"
        return Refused(False, "connect", slow, Blame.SENDER)
    return None
