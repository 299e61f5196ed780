"""Whether a send-out's texts would reach people in the night, by their own clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation
from sendout.core.quiet import Night, QuietHours, night, zone_of
from sendout.deliveries import zones
from sendout.deliveries.plan import plan_of, values
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut

NUMBERED = 8  # characters of a number that tell its country and area

# Those who would get the text, by the beginning of their number and what is known of their zone.
PEOPLE = f"""
, reached AS (
    SELECT p.phone, {zones.TOLD} AS told
    FROM planned JOIN people_participant p ON p.id = planned.id WHERE planned.reason = ''
)
SELECT min(phone), told, count(*) FROM reached GROUP BY left(phone, %(numbered)s), told
"""


class AtNight(NotPossible):
    """Texts would arrive in quiet hours; whoever says that they may sends them all the same."""

    def __init__(self, night: Night) -> None:
        super().__init__(_("It is night there: %(night)s.") % {"night": night})
        self.night = night


def night_of(sendout: SendOut, at: datetime) -> Night | None:
    """Say whom the send-out's texts would reach in quiet hours at this time; None for nobody.

    None too where the organisation keeps no quiet hours, and while it is not known when the texts
    leave, since they follow its emails: those wait for the morning.
    """
    organisation = sendout.organisation
    started = sendout.started_at is not None
    channels = Channels(sendout.channels)
    texts = channels.used if started else channels.at_start
    if not organisation.quiet_hours or Channel.SMS not in texts:
        return None
    if sendout.local_time:
        at = zones.own_moment(sendout)
    return night(_people(sendout), hours_of(organisation), at)


def night_for(
    organisation: Organisation, people: Iterable[Participant], at: datetime
) -> Night | None:
    """Say the same of a text to these participants."""
    if not organisation.quiet_hours:
        return None
    own = organisation.timezone
    found = Counter(zone_of(person.phone, own, _told(person)) for person in people)
    return night(found, hours_of(organisation), at)


def _told(person: Participant) -> str:
    columns = (str(value) for name, value in person.fields.items() if name.lower() in zones.COLUMNS)
    return next(columns, "").strip()


def hours_of(organisation: Organisation) -> QuietHours:
    """Give the organisation's quiet hours."""
    return QuietHours(organisation.quiet_from, organisation.quiet_until)


def _people(sendout: SendOut) -> dict[str, int]:
    """Count those who would get the text now, by time zone."""
    parameters = {
        **values(sendout, Channel.SMS),
        **zones.columns(),
        "numbered": NUMBERED,
    }
    own = sendout.organisation.timezone
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(plan_of(sendout, Channel.SMS) + PEOPLE, parameters)
        for phone, told, count in cursor.fetchall():
            zone = zone_of(phone, own, told)
            follows = sendout.local_time and told == zone
            found[own if follows else zone] += count  # their clock shows then what it does here
    return dict(found)
