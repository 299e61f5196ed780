"""What a message before a session says: its session's own fields put in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format

from sendout.compose.fields import SESSION_FIELDS
from sendout.compose.models import BodyFormat, Message
from sendout.core.message.markdown import escape_markdown
from sendout.core.message.template import Escape, escape_html, escape_nothing, fill_some
from sendout.sendouts.models import SendOut
from sendout.series.models import Series, When
from sendout.series.planning import sessions_of
from sendout.timetable.models import Session


def session_values(session: Session) -> dict[str, str]:
    """Give what the fields of a session are, in the organisation's language and zone."""
    values = (session.title, session_time(session), session.place)
    return dict(zip(SESSION_FIELDS, values, strict=True))


def session_time(session: Session) -> str:
    """Write when a session begins, as a person would say it."""
    organisation = session.organisation
    local = timezone.localtime(session.starts, organisation.zone)
    with translation.override(organisation.language):
        return date_format(local, "l j F" if session.whole_day else "l j F, H:i")


def put_session(message: Message, session: Session) -> None:
    """Put the session's fields into the message, which is not saved."""
    values = session_values(session)
    html = message.body_format == BodyFormat.HTML
    for name in ("subject", "other_subject", "text", "sms_text", "other_sms_text"):
        setattr(message, name, fill_some(getattr(message, name), values, escape_nothing))
    if message.body_format == BodyFormat.BLOCKS:
        message.blocks = _in_blocks(message.blocks, values)
        return
    escape: Escape = escape_html if html else escape_markdown
    message.body = fill_some(message.body, values, escape, markup=html)
    message.other_body = fill_some(message.other_body, values, escape, markup=html)


def _in_blocks(part: Any, values: dict[str, str]) -> Any:
    """Put the values into every text of a message of blocks; those with tags are HTML."""
    if isinstance(part, str):
        html = "<" in part
        return fill_some(part, values, escape_html if html else escape_nothing, markup=html)
    if isinstance(part, dict):
        return {name: _in_blocks(each, values) for name, each in part.items()}
    return [_in_blocks(each, values) for each in part] if isinstance(part, list) else part


def example_values(sendout: SendOut) -> dict[str, str]:
    """Give the fields of the next session that a series reminds of, to preview its pattern with."""
    own = Series.objects.filter(pattern=sendout).select_related("pattern")
    series = own.first() if sendout.pattern else None
    if series is None or series.when != When.BEFORE:
        return {}
    session = sessions_of(series).filter(starts__gt=timezone.now()).order_by("starts").first()
    return session_values(session) if session else {}
