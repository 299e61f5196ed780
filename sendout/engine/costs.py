"""What the messages of a slice cost: their segments, by country and price list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.regions import region_of
from sendout.deliveries.claim import Claimed
from sendout.deliveries.models import Delivery
from sendout.engine.prepare import Prepared, Way, find_way
from sendout.people.models import Participant
from sendout.sendouts.models import Kind
from sendout.usage.models import Medium

Cost = tuple[int, int, str]
"""Segments, price in millionths, country."""
NOTHING: Cost = (0, 0, "")
Costs = Callable[[Prepared], Cost]
_UNSENT = Refused(False, "settled", "only its price is asked for", Blame.SENDER)


def costs(way: Way) -> Costs:
    """Give a function that says what a message by this way costs."""
    if way.channel == Medium.EMAIL:
        each = way.prices.price(Medium.EMAIL)
        return lambda sent: (sent.segments, sent.segments * each, "")
    prices = way.prices.by_country(way.channel)

    def cost(sent: Prepared) -> Cost:
        country = region_of(sent.row.normal or sent.row.address)
        return sent.segments, sent.segments * prices[country], country

    return cost


def costs_of(
    sendout: int, channel: str, deliveries: Iterable[int], now: datetime
) -> dict[int, Cost]:
    """Reckon anew what these deliveries of a send-out cost, by id; none of who was deleted."""
    way = find_way(sendout, channel, running=False)
    if way is None:
        return {}
    cost = costs(way)
    found = Delivery.objects.filter(pk__in=list(deliveries))
    rows = found.select_related("participant", "sendout")
    claimed = [_claimed(row) for row in rows if row.participant or row.participant_id is None]
    if channel == "email":
        return {row.id: cost(Prepared(row, _UNSENT, 1)) for row in claimed}
    return {sent.row.id: cost(sent) for sent in way.prepare(claimed, now)}


def _claimed(row: Delivery) -> Claimed:
    who = row.participant or Participant(language="")
    normal = who.email_normal if row.channel == "email" else who.phone
    if row.participant is None or row.sendout.kind != Kind.CAMPAIGN:
        normal = row.address
    names = (who.first_name, who.last_name)
    more = (*names, who.email, who.phone, who.language, who.fields)
    return Claimed(row.pk, row.attempt, row.address, normal, *more)
