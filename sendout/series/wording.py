"""What a message before a session says: its session's own fields put in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format

from sendout.compose.fields import SESSION_FIELDS
from sendout.compose.models import BodyFormat, Message
from sendout.compose.versions import languages_of, place_of_other
from sendout.core.message.markdown import escape_markdown
from sendout.core.message.template import Escape, escape_html, escape_nothing, fill_some
from sendout.sendouts.models import SendOut
from sendout.series.models import Series, When
from sendout.series.planning import sessions_of
from sendout.timetable.models import Session


def session_values(session: Session, language: str = "") -> dict[str, str]:
    """Give what the fields of a session are, on the organisation's clock.

    language: the organisation's, if not given.
    """
    values = (session.title, session_time(session, language), session.place)
    return dict(zip(SESSION_FIELDS, values, strict=True))


def session_time(session: Session, language: str = "") -> str:
    """Write when a session begins, as a person would say it."""
    organisation = session.organisation
    local = timezone.localtime(session.starts, organisation.zone)
    with translation.override(language or organisation.language):
        return date_format(local, "l j F" if session.whole_day else "l j F, H:i")


def put_session(message: Message, session: Session) -> None:
    """Put the session's fields into the message, which is not saved."""
    languages = languages_of(message, session.organisation)
    own, other = session_values(session, languages[0]), session_values(session, languages[-1])
    for name in ("subject", "text", "sms_text"):
        setattr(message, name, fill_some(getattr(message, name), own, escape_nothing))
    for name in ("other_subject", "other_sms_text"):
        setattr(message, name, fill_some(getattr(message, name), other, escape_nothing))
    if message.body_format == BodyFormat.BLOCKS:
        place = place_of_other(message.blocks)
        first, behind = message.blocks[:place], message.blocks[place:]
        message.blocks = [*_in_blocks(first, own), *_in_blocks(behind, other)]
        return
    html = message.body_format == BodyFormat.HTML
    escape: Escape = escape_html if html else escape_markdown
    message.body = fill_some(message.body, own, escape, markup=html)
    message.other_body = fill_some(message.other_body, other, escape, markup=html)


def _in_blocks(part: Any, values: dict[str, str]) -> Any:
    """Put the values into every text of a message of blocks; those with tags are HTML."""
    if isinstance(part, str):
        html = "<" in part
        return fill_some(part, values, escape_html if html else escape_nothing, markup=html)
    if isinstance(part, dict):
        return {name: _in_blocks(each, values) for name, each in part.items()}
    return [_in_blocks(each, values) for each in part] if isinstance(part, list) else part


def example_values(sendout: SendOut, language: str) -> dict[str, str]:
    """Give the fields of the next session that a series reminds of, to preview its pattern with.

    language: the recipient's; those who get what is written in one get the organisation's.
    """
    own = Series.objects.filter(pattern=sendout).select_related("pattern")
    series = own.first() if sendout.pattern else None
    if series is None or series.when != When.BEFORE:
        return {}
    session = sessions_of(series).filter(starts__gt=timezone.now()).order_by("starts").first()
    if session is None:
        return {}
    is_other = language == sendout.message.other_language
    return session_values(session, language if is_other else "")
