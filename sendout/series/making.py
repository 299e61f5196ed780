"""The send-outs of series, made shortly before they leave: each once, whoever looks.

A look may come at any time, from any worker, in any order and after any death: the series' row is
held while its times are made, `one_occurrence_each` says that a time was made, and what could not
leave while it was of use is written down as missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from sendout.compose.filing import delete_message
from sendout.sendouts.approved import fingerprint, refusal
from sendout.sendouts.drafts import copy, lengthened
from sendout.sendouts.models import Channels, SendOut, State
from sendout.series.models import Going, Missed, Occurrence, Series, When
from sendout.series.planning import Planned, leaves, plan
from sendout.series.wording import put_session, session_time
from sendout.timetable.models import ClosedDay

LEAD = timedelta(minutes=5)  # before it leaves, so that the staff sees it coming
BACK = timedelta(days=7)  # looked at for what was missed

# The group's people, but nobody whom this series reminds on that day already: a family that shares
# an address gets one message a day, whatever its children do. A cancelled reminder is none.
REMIND = """
INSERT INTO sendouts_sendout_people (sendout_id, participant_id)
SELECT %(sendout)s, p.id FROM people_participant p
JOIN people_group_participants m ON m.participant_id = p.id AND m.group_id = %(group)s
WHERE p.organisation_id = %(organisation)s AND NOT EXISTS (
    SELECT 1 FROM series_occurrence o
    JOIN sendouts_sendout s ON s.id = o.sendout_id AND s.state <> 'cancelled'
    JOIN sendouts_sendout_people x ON x.sendout_id = s.id
    JOIN people_participant q ON q.id = x.participant_id
    WHERE o.series_id = %(series)s AND o.day = %(day)s AND (q.id = p.id
        OR (%(email)s AND p.email_normal <> '' AND q.email_normal = p.email_normal)
        OR (%(sms)s AND p.phone <> '' AND q.phone = p.phone)))
"""


def look(now: datetime) -> None:
    """Make what is due in the next minutes, and take back what is not wanted any more."""
    for pk in list(Series.objects.filter(going=Going.ACTIVE).values_list("pk", flat=True)):
        with transaction.atomic():
            held = Series.objects.select_for_update(of=("self",), skip_locked=True)
            related = ("organisation", "pattern__message", "created_by")
            series = held.select_related(*related).filter(pk=pk, going=Going.ACTIVE).first()
            if series is not None:
                _look(series, now)


def _look(series: Series, now: datetime) -> None:
    take_back_changed(series)
    made = set(series.occurrences.filter(due__gt=now - 2 * BACK).values_list("key", flat=True))
    for planned in plan(series, now - BACK, now + LEAD):
        if planned.key not in made and not planned.closed:
            _make(series, planned, now)


def _make(series: Series, planned: Planned, now: datetime) -> None:
    """Make one time of a series. What is over already is missed; a session that came later, no."""
    session = planned.session
    at = leaves(series, planned, now)
    if planned.ends <= now or at is None:
        if session is None or session.created_at < planned.due:
            _note(series, planned, missed=Missed.LATE)
        return
    if at > now + LEAD:
        return  # in the morning
    sendout = _sendout(series, planned)
    if session is not None and not _add_people(series, planned, sendout):
        _throw_away(sendout)
        _note(series, planned, missed=Missed.NOBODY)
        return
    same = {"made_as": fingerprint(sendout), "pattern_as": fingerprint(series.pattern)}
    _note(series, planned, sendout=sendout, **same)
    if refusal(sendout):
        take_back(series, Q(sendout=sendout))
        _note(series, planned, missed=Missed.REFUSED)


def _note(series: Series, planned: Planned, **more: Any) -> None:
    session = planned.session
    Occurrence.objects.create(
        series=series,
        key=planned.key,
        day=planned.day,
        due=planned.due,
        session=session,
        starts=session.starts if session else None,
        **more,
    )


def _sendout(series: Series, planned: Planned) -> SendOut:
    """Write the send-out of one time: the pattern as it is now."""
    session = planned.session
    sendout = copy(series.pattern, series.created_by)
    suffix = f" · {planned.day:%Y-%m-%d}"
    if session is not None:
        put_session(sendout.message, session)
        sendout.message.save()
        sendout.everyone = False
        sendout.groups.clear()
        sendout.people.clear()
        suffix = f" · {session.title}, {session_time(session)}"[:120]
    sendout.name = lengthened(series.pattern.name, suffix)
    sendout.state = State.SCHEDULED
    sendout.scheduled_for, sendout.expires_at = planned.due, planned.ends
    sendout.save()
    return sendout


def _add_people(series: Series, planned: Planned, sendout: SendOut) -> int:
    """Give the send-out the session's people, and say how many they are."""
    used = Channels(sendout.channels).used
    values = {
        "sendout": sendout.pk,
        "organisation": series.organisation_id,
        "series": series.pk,
        "group": planned.session.group_id if planned.session else None,
        "day": planned.day,
        "email": "email" in used,
        "sms": "sms" in used,
    }
    with connection.cursor() as cursor:
        cursor.execute(REMIND, values)
        return int(cursor.rowcount)


def take_back_changed(series: Series) -> None:
    """Take back what was made for sessions that are off, elsewhere in time, or on a closed day.

    With one, all of its day that have not left are, and made anew: who is reminded by which of
    them depends on the others.
    """
    waiting = series.occurrences.filter(sendout__state=State.SCHEDULED)
    changed = {
        one.day
        for one in waiting.select_related("session")
        if series.when == When.BEFORE
        and (one.session is None or one.session.off or one.session.starts != one.starts)
    }
    if not series.on_closed_days:
        closed = ClosedDay.objects.filter(organisation=series.organisation_id)
        changed |= set(closed.values_list("day", flat=True))
    take_back(series, Q(day__in=changed))


def take_back(series: Series, which: Q) -> None:
    """Unmake those that have not left; the caller holds the series' row. Those that have, stay."""
    waiting = series.occurrences.filter(which, sendout__state=State.SCHEDULED)
    made = waiting.values("sendout")
    held = SendOut.objects.select_for_update(of=("self",)).select_related("message", "occurrence")
    for sendout in held.filter(pk__in=made, state=State.SCHEDULED):
        sendout.occurrence.delete()
        _throw_away(sendout)


def _throw_away(sendout: SendOut) -> None:
    sendout.delete()
    delete_message(sendout.message)
