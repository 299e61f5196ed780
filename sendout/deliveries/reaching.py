"""How everybody of an audience stands with its channels: counted, and named for those who ask.

The SQL is what freezes the send-out (`plan.plan_of`), so the numbers are those that it would make.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, islice, repeat
from typing import Any, NamedTuple

from django.db.models import QuerySet

from sendout.compose.fields import Gap
from sendout.deliveries.asking import Rows, ask, ask_once, mark
from sendout.deliveries.freeze import Forecast
from sendout.deliveries.plan import CARRIED, Reach, plan_of, values
from sendout.finding.planner import among
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, OncePer, SendOut

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
MANY = 50_000  # whom one list keeps by name between two looks; of more each page is asked for
_COUNTED = "SELECT email, sms, count(*) FROM standing GROUP BY 1, 2"
# Everybody with their place in the line by name, by how they stand.
_IN_LINE = """SELECT email, sms, array_agg(place ORDER BY place), array_agg(id ORDER BY place)
    FROM (
    SELECT s.*, row_number() OVER (ORDER BY p.last_name, p.first_name, p.id) AS place
    FROM standing s JOIN people_participant p USING (id)) AS line GROUP BY 1, 2"""
_BY_NAME = """SELECT p.id, s.email, s.sms, count(*) OVER ()
    FROM standing s JOIN people_participant p USING (id) WHERE {where}
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
    seen = mark(sendout)
    rows = ask_once(sendout, *_asked(sendout, _COUNTED), seen)
    stands = {Stand(email, sms): n for email, sms, n in rows}
    now = Reached(Channels(sendout.channels).used, stands, part)
    if part is None:
        return now
    people, size = _named(sendout, now, part, seen)
    return replace(now, people=people, size=size)


def people_of(sendout: SendOut, now: Reached, part: Part) -> list[Standing]:
    """Give a part of those who stand so, asking only where `now` does not have it."""
    return now.people if now.part == part else _named(sendout, now, part)[0]


def _named(
    sendout: SendOut, now: Reached, part: Part, seen: str = ""
) -> tuple[list[Standing], int]:
    """Give the people of a part, and how many the whole is."""
    stands = [stand for stand in now.stands if stand.fits(part.key)]
    if not stands:
        return [], 0
    if sum(now.stands.values()) > MANY:
        where, chosen = _of(stands, part.gap)
        chosen |= {"most": part.most, "start": part.start}
        statement, parameters = _asked(sendout, _BY_NAME.format(where=where))
        rows = ask(statement, parameters | chosen, families=_for_families(sendout))
        found, size = [(pk, Stand(*each)) for pk, *each, _ in rows], rows[0][-1] if rows else 0
    else:
        lines = _lines(ask_once(sendout, *_asked(sendout, _IN_LINE), seen), stands)
        if part.gap is not None:
            lines = _lacking(lines, part.gap)
        in_line = heapq.merge(*(zip(x.places, x.ids, repeat(x.stand)) for x in lines))
        page = islice(in_line, part.start, part.start + part.most)
        found, size = [(pk, stand) for _, pk, stand in page], sum(len(x.ids) for x in lines)
    return _with_people(sendout, found), size


class _Line(NamedTuple):
    """All who stand so, by name. places: of each in the line of everybody."""

    stand: Stand
    places: Sequence[int]
    ids: Sequence[int]


def _lines(rows: Rows, stands: Collection[Stand]) -> list[_Line]:
    lines = [_Line(Stand(email, sms), places, ids) for email, sms, places, ids in rows]
    return [line for line in lines if line.stand in stands]


def _lacking(lines: list[_Line], gap: Gap) -> list[_Line]:
    """Leave in the lines those who lack a value."""
    where, chosen = _nothing_in(gap)
    statement = f"SELECT p.id FROM people_participant p WHERE p.id = ANY(%(ids)s){where}"
    asked = chosen | {"ids": [pk for line in lines for pk in line.ids]}
    lacking = {pk for (pk,) in ask(statement, asked)}
    there = [[pk in lacking for pk in line.ids] for line in lines]
    return [
        _Line(line.stand, [*compress(line.places, those)], [*compress(line.ids, those)])
        for line, those in zip(lines, there, strict=True)
    ]


def _of(stands: Collection[Stand], gap: Gap | None) -> tuple[str, dict[str, Any]]:
    """Say in SQL who stands so, and lacks a value where there is a gap."""
    where = f"""(COALESCE(s.email, '{_UNPLANNED}'), COALESCE(s.sms, '{_UNPLANNED}'))
        IN (SELECT * FROM unnest(%(emails)s::text[], %(texts)s::text[]))"""
    chosen: dict[str, Any] = {
        "emails": [_text(stand.email) for stand in stands],
        "texts": [_text(stand.sms) for stand in stands],
    }
    if gap is not None:
        empty, own = _nothing_in(gap)
        where, chosen = where + empty, chosen | own
    return where, chosen


def _nothing_in(gap: Gap) -> tuple[str, dict[str, Any]]:
    where = "".join(f" AND p.{column} = ''" for column in gap.standard)
    return where + _NOTHING_IN, {"empty": list(gap.own)}


def standing_of(sendout: SendOut, participant: int) -> Standing | None:
    """Give how a participant stands; None for one who is not of the audience."""
    seen = mark(sendout)
    counted = ask_once(sendout, *_asked(sendout, _COUNTED), seen)
    if sum(n for *_, n in counted) > MANY:
        statement, parameters = _asked(sendout, _BY_NAME.format(where="p.id = %(participant)s"))
        chosen = {"participant": participant, "most": 1, "start": 0}
        rows = ask(statement, parameters | chosen, families=_for_families(sendout))
        found = [(pk, Stand(email, sms)) for pk, email, sms, _ in rows]
    else:
        rows = ask_once(sendout, *_asked(sendout, _IN_LINE), seen)
        found = [(participant, Stand(*each)) for *each, _, ids in rows if participant in ids]
    return next(iter(_with_people(sendout, found)), None)


def who_gets(sendout: SendOut, channel: Channel) -> QuerySet[Participant]:
    """Give those to whom it would leave by this channel, planned once, for further questions."""
    whom = " SELECT COALESCE(array_agg(id), '{}') FROM planned WHERE reason = ''"
    statement = plan_of(sendout, channel) + whom
    [[ids]] = ask_once(sendout, statement, values(sendout, channel))
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    return own.filter(among("people_participant.id", list(ids)))


def _text(reason: str | None) -> str:
    return _UNPLANNED if reason is None else reason


def _with_people(sendout: SendOut, rows: Collection[tuple[int, Stand]]) -> list[Standing]:
    if not rows:
        return []
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    people = own.in_bulk([pk for pk, _ in rows])
    return [Standing(people[pk], stand) for pk, stand in rows if pk in people]


def _for_families(sendout: SendOut) -> bool:
    return sendout.once_per == OncePer.FAMILY


def _asked(sendout: SendOut, question: str) -> tuple[str, dict[str, Any]]:
    """Give SQL that asks how everybody stands, by channel side by side, and its parameters."""
    used = Channels(sendout.channels).used
    plans = {channel: _own(plan_of(sendout, channel), channel) for channel in used}
    parts = [f"{c.value} AS ({plan} SELECT id, reason FROM planned)" for c, plan in plans.items()]
    reasons = {c: f"{c}.reason" if c in {u.value for u in used} else "NULL" for c in (EMAIL, SMS)}
    tables = " FULL JOIN ".join(channel.value for channel in used)
    using = " USING (id)" if len(used) > 1 else ""
    statement = f"""WITH {", ".join(parts)}, standing AS (
        SELECT id, {reasons[EMAIL]}::text AS email, {reasons[SMS]}::text AS sms
        FROM {tables}{using}) {question}"""
    return statement, {
        f"{channel.value}_{name}": value
        for channel in used
        for name, value in values(sendout, channel).items()
    }


def _own(statement: str, channel: Channel) -> str:
    """Give the statement with parameters of its own, so that it can stand beside the other's."""
    return statement.replace("%(", f"%({channel.value}_")
