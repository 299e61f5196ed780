"""What a send-out would cost now: every text is filled in and measured, as it would leave."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.db import connection

from sendout.accounts.models import Organisation
from sendout.compose.fields import ALWAYS, STANDARD, Merging
from sendout.core.message.texting import CompiledSms
from sendout.core.regions import region_of
from sendout.deliveries import told
from sendout.deliveries.families import Member, together
from sendout.deliveries.measuring import Drawback, Measured, Texts
from sendout.deliveries.models import Count
from sendout.deliveries.plan import CARRIED, plan_of, reach, values
from sendout.deliveries.said import sms_of
from sendout.finding.planner import without
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, Kind, SendOut
from sendout.usage.prices import PriceList, price_list

AT_A_TIME = 2_000  # people fetched

_PERSON = "p.first_name, p.last_name, p.email, p.phone, p.language, {told}, {fields}"
_FAMILY = "p.id, f.members"
# Those who are told with others, by whose message it is in.
_MEMBERS = "json_agg(json_build_array(q.id, q.first_name, q.last_name, q.fields)) AS members"
PLANNED = f"""
SELECT {_PERSON}, {_FAMILY} FROM planned JOIN people_participant p ON p.id = planned.id
LEFT JOIN (
    SELECT w.carrier, {_MEMBERS} FROM planned w JOIN people_participant q ON q.id = w.id
    WHERE w.reason = '{CARRIED}' GROUP BY w.carrier
) f ON f.carrier = p.id
WHERE planned.reason = ''
"""
# What has not left yet, and what will be charged when a receipt tells that it was taken.
LEFT = f"""
SELECT {_PERSON}, {_FAMILY}
FROM deliveries_delivery d JOIN people_participant p ON p.id = d.participant_id
LEFT JOIN (
    SELECT w.carrier, {_MEMBERS}
    FROM deliveries_delivery w JOIN people_participant q ON q.id = w.participant_id
    WHERE w.sendout_id = %(sendout)s AND w.channel = 'sms' AND w.carried_at IS NOT NULL
    GROUP BY w.carrier
) f ON f.carrier = p.id
WHERE d.sendout_id = %(sendout)s AND d.channel = 'sms' AND d.status IN ('queued', 'deferred')
"""
# The same where it goes to one: to the very phone that asked, whoever has it by now, if anybody.
LEFT_TO_ONE = """
SELECT '', '', '', d.address, '', {told}, {fields}, 0, NULL
FROM deliveries_delivery d CROSS JOIN (SELECT '{{}}'::jsonb AS fields) p
WHERE d.sendout_id = %(sendout)s AND d.channel = 'sms' AND d.status IN ('queued', 'deferred')
"""
UNKNOWN = """
SELECT COALESCE(sum(quoted), 0)::bigint FROM deliveries_delivery
WHERE sendout_id = %(sendout)s AND unsure > 0 AND status = 'unknown'
"""
OPEN = ("queued", "deferred")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose texts are measured. statement: SQL that gives them. told: whether they were told how
    to unsubscribe, in SQL.
    """

    statement: str
    parameters: dict[str, Any]
    told: str


@dataclass(slots=True)
class Person:
    """What a text may ask for; own fields are empty where it asks for none.

    whole: the names of a family together, where the text is for one.
    """

    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    told: bool
    fields: dict[str, str]
    whole: str = ""

    @property
    def name(self) -> str:
        """First and last name together."""
        return self.whole or f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """Messages by one channel to one country. each: the price of a segment or an email.

    Prices are in millionths of the organisation's currency.
    """

    channel: str
    country: str
    messages: int
    segments: int
    each: int

    @property
    def price(self) -> int:
        """What they cost together."""
        return self.segments * self.each


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a send-out costs, and which characters make its texts dearer.

    at_most: whether some of its texts may turn out not to be needed.
    """

    parts: list[Part] = field(default_factory=list)
    drawbacks: list[Drawback] = field(default_factory=list)
    at_most: bool = False

    @property
    def price(self) -> int:
        """What it costs altogether, in millionths."""
        return sum(part.price for part in self.parts)


def estimate(sendout: SendOut) -> Estimate:
    """Reckon what it would cost to send it now; exact, as long as nothing changes until it leaves.

    Takes about a second for 100,000 texts with names in them.
    """
    found = Estimate(at_most=sendout.channels == Channels.EMAIL_THEN_SMS)
    prices = price_list(sendout.organisation_id)
    for channel in Channels(sendout.channels).used:
        if channel == Channel.EMAIL:
            found.parts.extend(_emails(reach(sendout, channel).to_send, prices))
        else:
            _add_texts(found, sendout, _planned_texts(sendout), prices)
    return found


def left_to_pay(sendout: SendOut) -> int:
    """Reckon what the rest of a send-out will cost that has begun, in millionths."""
    found = Estimate()
    prices = price_list(sendout.organisation_id)
    parameters: dict[str, Any] = {"sendout": sendout.pk}
    if not prices.is_free(Channel.EMAIL):
        found.parts.extend(_emails(_open_emails(sendout), prices))
    if not prices.is_free(Channel.SMS):
        left = LEFT if sendout.kind == Kind.CAMPAIGN else LEFT_TO_ONE
        asked = Asked(left, parameters, told.earlier("d.participant_id", "d.id"))
        _add_texts(found, sendout, asked, prices)
        if sendout.falls_back:
            _add_texts(found, sendout, _planned_texts(sendout), prices)
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, parameters)
        return found.price + int(cursor.fetchone()[0])


def texted(sendout: SendOut, compiled: CompiledSms) -> Generator[Person, None, None]:
    """Give whom this text would go to now, one for each text, with what it may ask for."""
    yield from _asked(sendout, compiled, _planned_texts(sendout))


def _asked(sendout: SendOut, compiled: CompiledSms, asked: Asked) -> Iterator[Person]:
    own = _asks_own(compiled.asked)
    yield from _people(asked, sendout.organisation, once=compiled.once, own=own)


def _planned_texts(sendout: SendOut) -> Asked:
    statement = plan_of(sendout, Channel.SMS) + PLANNED
    return Asked(statement, values(sendout, Channel.SMS), told.earlier("p.id"))


def _open_emails(sendout: SendOut) -> int:
    counts = Count.objects.filter(sendout=sendout, channel=Channel.EMAIL, status__in=OPEN)
    return sum(counts.values_list("n", flat=True))


def _emails(n: int, prices: PriceList) -> Iterator[Part]:
    if n:
        yield Part(Channel.EMAIL, "", n, n, prices.price(Channel.EMAIL))


def _add_texts(found: Estimate, sendout: SendOut, asked: Asked, prices: PriceList) -> None:
    organisation = sendout.organisation
    compiled = sms_of(sendout, organisation)
    merging = Merging(compiled.asked, organisation)
    texts = Texts(compiled)
    by_country: dict[str, Counter[Measured]] = {}
    for person in _asked(sendout, compiled, asked):
        country = region_of(person.phone)
        seen = by_country.get(country)
        if seen is None:
            seen = by_country[country] = Counter()
        seen[texts.measured(merging.values(person), person.language, told=person.told)] += 1
    each = prices.by_country(Channel.SMS)
    for country, seen in sorted(by_country.items()):
        segments = sum(text.segments * n for text, n in seen.items())
        found.parts.append(Part(Channel.SMS, country, seen.total(), segments, each[country]))
    found.drawbacks.extend(texts.drawbacks(by_country, each))


def _asks_own(merged: Collection[str]) -> bool:
    """Tell whether a text asks for fields that the organisation has made up itself."""
    return bool(set(merged) - STANDARD.keys() - ALWAYS)


def _people(asked: Asked, organisation: Organisation, *, once: bool, own: bool) -> Iterator[Person]:
    """Read whose texts are measured. once, own: whether it matters who was told, and own fields."""
    query = asked.statement.format(
        told=asked.told if once else "false", fields="p.fields::text" if own else "'{}'"
    )
    categories = told.categories_of(organisation)
    with without("nestloop"), connection.chunked_cursor() as cursor:
        cursor.execute(query, asked.parameters | {"categories": categories})
        while rows := cursor.fetchmany(AT_A_TIME):
            for row in rows:
                first, last, email, phone, language, heard, own_fields, pk, members = row
                names = (first, last, email, phone, language)
                person = Person(*names, heard, json.loads(own_fields))
                yield _for_family(person, pk, members) if members else person


def _for_family(person: Person, pk: int, members: list[list[Any]]) -> Person:
    """Give the person with the values of all whom the text is for, in the order of their ids."""
    own = [pk, person.first_name, person.last_name, person.fields]
    people = [Member(*values) for _, *values in sorted([own, *members], key=itemgetter(0))]
    all_ = together(people, person.language)
    person.first_name, person.last_name, person.whole = all_.first_name, all_.last_name, all_.name
    person.fields = all_.fields
    return person
