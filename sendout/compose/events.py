"""The events of a message: said in words, and as the calendar file that its link gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from sendout.accounts.models import Language
from sendout.compose.models import BodyFormat, Message
from sendout.core import tokens
from sendout.core.message.blocks import reading
from sendout.core.message.blocks.kinds import Event, singles
from sendout.core.message.blocks.mjml import Invitation
from sendout.core.message.calendar_file import Occasion, calendar_file
from sendout.core.message.template import escape_nothing, parse

PURPOSE = ord("e")
WORDS = {
    Language.ENGLISH: ("Add to my calendar", "{} to {}"),
    Language.FRENCH: ("Ajouter à mon calendrier", "{} à {}"),
}


def inviter(message: Message, language: str) -> Callable[[Event], Invitation]:
    """Give what says of an event when it is, in this language, and where its file is.

    A message that is not saved yet has no files.
    """
    words, _ = WORDS[Language(language)]

    def invite(event: Event) -> Invitation:
        there = message.pk is not None and event.starts is not None
        link = link_of(message.pk, event.id) if there else ""
        return Invitation(when(event, language), link, words)

    return invite


def when(event: Event, language: str) -> str:
    """Say from when to when an event is; nothing while nobody knows."""
    if event.starts is None:
        return ""
    between = WORDS[Language(language)][1]
    with translation.override(language):
        said = date_format(event.starts, "l j F Y, H:i")
        if event.ends is None or event.ends <= event.starts:
            return said
        same_day = event.ends.date() == event.starts.date()
        return between.format(said, date_format(event.ends, "H:i" if same_day else "l j F Y, H:i"))


def link_of(message: int, event: str) -> str:
    """Give the address of an event's calendar file, signed so that no other can be asked for."""
    token = tokens.sign(settings.TOKEN_KEYS, PURPOSE, message)
    return f"{settings.URL}/event/{token}/{event}.ics"


def file_of(token: str, event: str) -> bytes | None:
    """Give the calendar file that such an address asks for; None where the event is gone.

    Raises BadToken for an address that is not ours.
    """
    pk = tokens.read(settings.TOKEN_KEYS, token, PURPOSE).delivery
    message = Message.objects.select_related("organisation").filter(pk=pk).first()
    if message is None or message.body_format != BodyFormat.BLOCKS:
        return None
    inside = singles(reading.read(message.blocks))
    found = [each for each in inside if isinstance(each, Event) and each.id == event]
    if not found or found[0].starts is None:
        return None
    occasion = _occasion(found[0], found[0].starts, message)
    return calendar_file(occasion, message.organisation.zone)


def _occasion(event: Event, starts: datetime, message: Message) -> Occasion:
    organisation = message.organisation
    host = urlsplit(settings.URL).hostname or "localhost"
    return Occasion(
        uid=f"{message.pk}-{event.id}@{host}",
        title=_plain(event.title) or organisation.name,
        starts=starts,
        ends=event.ends,
        place=_plain(event.place),
        note=_plain(event.note),
        organiser=", ".join(part for part in (organisation.name, organisation.contact) if part),
        changed=message.updated_at,
        sequence=message.version,
    )


def _plain(text: str) -> str:
    """Fill merge fields with their fallbacks: the file is the same for everybody."""
    return parse(text).fill({}, escape_nothing).strip()
