"""How everybody of an audience stands with its channels: counted, and named for those who ask.

The SQL is what freezes the send-out (`plan.plan_of`), so the numbers are those that it would make.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sendout.compose.fields import Gap
from sendout.deliveries.freeze import Forecast
from sendout.deliveries.plan import CARRIED, Reach, plan_of, values
from sendout.finding.planner import among
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut

EMAIL, SMS, SHARED, NOT_REACHED = "email", "sms", "shared", "none"
OTHER = "other"
# Why somebody gets nothing, by the strongest reason of all channels: what people asked for first,
# what is easiest to say last. A reason that stands in several lines is another cause by channel.
CAUSES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("complaint", "", frozenset({"complaint"})),
    ("stop", SMS, frozenset({"unsubscribed"})),
    ("unsubscribed", EMAIL, frozenset({"unsubscribed"})),
    ("admin", "", frozenset({"admin"})),
    ("bad_email", EMAIL, frozenset({"bad_email", "invalid_address"})),
    ("bad_number", SMS, frozenset({"bad_number", "invalid_address", "landline", "premium"})),
    ("no_contact", "", frozenset({"no_address"})),
)
_UNPLANNED = "-"  # stands for NULL where pairs of reasons are compared
_NAMED = """FROM standing s JOIN people_participant p USING (id) WHERE {where}
    ORDER BY p.last_name, p.first_name, p.id LIMIT %(most)s OFFSET %(start)s"""

_NOTHING_IN = """ AND NOT EXISTS (SELECT FROM unnest(%(empty)s::text[]) AS own (name)
    WHERE COALESCE(p.fields->>own.name, '') <> '')"""


@dataclass(frozen=True, slots=True)
class Stand:
    """Why a participant is skipped by each channel: empty where nothing is in the way.

    None where the channel does not mean them at all.
    """

    email: str | None = None
    sms: str | None = None

    @property
    def group(self) -> str:
        """Whether it reaches them, by email or by SMS alone, or why by neither."""
        if self.email == "":
            return EMAIL
        if self.sms == "":
            return SMS
        if {"duplicate", CARRIED} & {self.email, self.sms}:
            return SHARED
        return self._cause()

    def _cause(self) -> str:
        for cause, channel, reasons in CAUSES:
            for key, reason in ((EMAIL, self.email), (SMS, self.sms)):
                if reason in reasons and channel in ("", key):
                    return cause
        return OTHER

    def fits(self, key: str) -> bool:
        """Tell whether they are meant by this key: a group, all whom nothing reaches, or one
        channel with one reason, such as `sms-landline`.
        """
        if key == NOT_REACHED:
            return self.group not in (EMAIL, SMS, SHARED)
        return key in (self.group, f"{EMAIL}-{self.email}", f"{SMS}-{self.sms}")


@dataclass(frozen=True, slots=True)
class Standing:
    """One participant, and how they stand."""

    person: Participant
    stand: Stand


_REASONS = (None, "", "duplicate", CARRIED, *sorted({r for *_, all_ in CAUSES for r in all_}))


@lru_cache(maxsize=64)
def stands_of(key: str) -> frozenset[Stand]:
    """Give how those may stand whom the key means."""
    every = (Stand(email, sms) for email in _REASONS for sms in _REASONS)
    return frozenset(stand for stand in every if stand.fits(key))


@dataclass(frozen=True, slots=True)
class Part:
    """Some of those whom a key means, by name: from the one with the number `start` on.

    gap: where only those are meant who have nothing there.
    """

    key: str
    start: int
    most: int
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """An audience by how it stands: stands counts people. used: the channels of the send-out.

    part: which of them were asked for by name, if any; people: those; size: how many the whole is
    that they are a part of, where they are any.
    """

    used: tuple[Channel, ...]
    stands: dict[Stand, int] = field(default_factory=dict)
    part: Part | None = None
    people: list[Standing] = field(default_factory=list)
    size: int = 0

    def count(self, key: str) -> int:
        """Count those whom the key means."""
        return sum(n for stand, n in self.stands.items() if stand.fits(key))

    @property
    def groups(self) -> Counter[str]:
        """Everybody, each once, by group."""
        found: Counter[str] = Counter()
        for stand, n in self.stands.items():
            found[stand.group] += n
        return found

    @property
    def forecast(self) -> Forecast:
        """What would leave and what be skipped, by channel: as `freeze.forecast` counts it."""
        return Forecast({channel.value: self._reach(channel) for channel in self.used})

    def _reach(self, channel: Channel) -> Reach:
        reasons: Counter[str] = Counter()
        for stand, n in self.stands.items():
            reason = getattr(stand, channel.value)
            if reason is not None:
                reasons[reason] += n
        return Reach.of(reasons)


def reached(sendout: SendOut, part: Part | None = None) -> Reached:
    """Count the send-out's audience by how it stands now, and name a part of it."""
    used = Channels(sendout.channels).used
    statement = f"""{_planned(sendout, used)}
        SELECT email, sms, count(*), NULL::bigint FROM standing GROUP BY 1, 2"""
    parameters = _values(sendout, used)
    if part is not None:
        which, chosen = _named_part(part, stands_of(part.key))
        statement += f" UNION ALL (SELECT s.email, s.sms, count(*) OVER (), p.id {which})"
        parameters |= chosen
    rows = _ask(statement, parameters)
    stands = {Stand(email, sms): n for email, sms, n, pk in rows if pk is None}
    named = [(pk, Stand(email, sms)) for email, sms, _, pk in rows if pk is not None]
    size = next((n for _, _, n, pk in rows if pk is not None), 0)
    return Reached(used, stands, part, _with_people(sendout, named), size)


def people_of(sendout: SendOut, now: Reached, part: Part) -> list[Standing]:
    """Give a part of those who stand so, asking only where `now` does not have it."""
    fitting = frozenset(stand for stand in now.stands if stand.fits(part.key))
    if now.part == part and fitting <= stands_of(part.key):
        return now.people
    return _people(sendout, *_named_part(part, fitting)) if fitting else []


def _named_part(part: Part, stands: Collection[Stand]) -> tuple[str, dict[str, Any]]:
    where = f"""(COALESCE(s.email, '{_UNPLANNED}'), COALESCE(s.sms, '{_UNPLANNED}'))
        IN (SELECT * FROM unnest(%(emails)s::text[], %(texts)s::text[]))"""
    chosen: dict[str, Any] = {
        "emails": [_text(stand.email) for stand in stands],
        "texts": [_text(stand.sms) for stand in stands],
    }
    if part.gap is not None:
        where += "".join(f" AND p.{column} = ''" for column in part.gap.standard) + _NOTHING_IN
        chosen["empty"] = list(part.gap.own)
    return _NAMED.format(where=where), chosen | {"most": part.most, "start": part.start}


def standing_of(sendout: SendOut, participants: Collection[int]) -> list[Standing]:
    """Give how these participants stand, by name; who is not of the audience is left out."""
    chosen = {"people": list(participants), "most": len(participants), "start": 0}
    return _people(sendout, _NAMED.format(where="p.id = ANY(%(people)s)"), chosen)


def who_gets(sendout: SendOut, channel: Channel) -> QuerySet[Participant]:
    """Give those to whom it would leave by this channel, planned once, for further questions."""
    with connection.cursor() as cursor:
        cursor.execute(
            plan_of(sendout, channel)
            + " SELECT COALESCE(array_agg(id), '{}') FROM planned WHERE reason = ''",
            values(sendout, channel),
        )
        ids = cursor.fetchone()[0]
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    return own.filter(among("people_participant.id", ids))


def _text(reason: str | None) -> str:
    return _UNPLANNED if reason is None else reason


def _people(sendout: SendOut, named: str, chosen: dict[str, Any]) -> list[Standing]:
    used = Channels(sendout.channels).used
    statement = f"{_planned(sendout, used)} SELECT p.id, s.email, s.sms {named}"
    rows = _ask(statement, _values(sendout, used) | chosen)
    return _with_people(sendout, [(pk, Stand(email, sms)) for pk, email, sms in rows])


def _with_people(sendout: SendOut, rows: Collection[tuple[int, Stand]]) -> list[Standing]:
    if not rows:
        return []
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    people = own.in_bulk([pk for pk, _ in rows])
    return [Standing(people[pk], stand) for pk, stand in rows if pk in people]


def _ask(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _planned(sendout: SendOut, used: Collection[Channel]) -> str:
    """Give SQL that plans each channel, and puts side by side what each says of a participant."""
    plans = {channel: _named(plan_of(sendout, channel), channel) for channel in used}
    parts = [f"{c.value} AS ({plan} SELECT id, reason FROM planned)" for c, plan in plans.items()]
    reasons = {c: f"{c}.reason" if c in {u.value for u in used} else "NULL" for c in (EMAIL, SMS)}
    tables = " FULL JOIN ".join(channel.value for channel in used)
    using = " USING (id)" if len(used) > 1 else ""
    return f"""WITH {", ".join(parts)}, standing AS (
        SELECT id, {reasons[EMAIL]}::text AS email, {reasons[SMS]}::text AS sms
        FROM {tables}{using})"""


def _named(statement: str, channel: Channel) -> str:
    """Give the statement with parameters of its own, so that it can stand beside the other's."""
    return statement.replace("%(", f"%({channel.value}_")


def _values(sendout: SendOut, used: Collection[Channel]) -> dict[str, Any]:
    return {
        f"{channel.value}_{name}": value
        for channel in used
        for name, value in values(sendout, channel).items()
    }
