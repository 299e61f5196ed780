"""What was charged, added up: changed by the statement that charges, read by pages and limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Sum

from sendout.accounts.models import Organisation
from sendout.core.regions import region_of
from sendout.usage.models import Direction, Kind, Medium, Usage
from sendout.usage.prices import price_list

# The kind of a send-out, as SQL over `c.sendout_id`.
KIND_OF_SENDOUT = "(SELECT s.kind FROM sendouts_sendout s WHERE s.id = c.sendout_id)"

_ADD = """ON CONFLICT (organisation_id, day, kind, channel, country, sendout) DO UPDATE SET
        n = u.n + EXCLUDED.n, segments = u.segments + EXCLUDED.segments,
        price = u.price + EXCLUDED.price"""
_COLUMNS = "(organisation_id, day, kind, channel, country, sendout, n, segments, price)"

# Reads a CTE `charged` (organisation_id, sendout_id, channel, country, n, segments, price), one row
# for each of the four that come first, and adds it to the usage of the day on which it is %(now)s.
# It asks for the CTE `counted` first, so that all who charge lock counts before usage.
BOOKED = f"""booked AS (
    INSERT INTO usage_usage AS u {_COLUMNS}
    SELECT c.organisation_id, (%(now)s::timestamptz AT TIME ZONE o.timezone)::date AS day,
        {KIND_OF_SENDOUT}, c.channel, c.country, c.sendout_id, c.n, c.segments, c.price
    FROM charged c JOIN accounts_organisation o ON o.id = c.organisation_id
    WHERE (SELECT count(*) FROM counted) >= 0
    ORDER BY c.organisation_id, c.sendout_id, c.channel, c.country
    {_ADD}
)"""

CHARGE = f"""
INSERT INTO usage_usage AS u {_COLUMNS}
VALUES (%(organisation)s, %(day)s, '{Kind.RECEIVED}', '{Medium.SMS}', %(country)s, 0,
    1, %(segments)s, %(price)s)
    {_ADD}
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one received text was charged: to be kept on its row. price: millionths."""

    country: str
    segments: int
    price: int


def charge(organisation: Organisation, phone: str, segments: int, now: datetime) -> Charge:
    """Charge a text that came in, by the country of the phone it came from.

    Call it in the transaction that makes the row of the text, and only when the row was made: then
    a text that is told twice is charged once. Write what it gives on that row. What is sent in
    answer, and the copies for the staff, are deliveries, which charge themselves.
    """
    country = region_of(phone)
    price = segments * price_list(organisation.pk).price(Medium.SMS, country, Direction.IN)
    values: dict[str, object] = {
        "organisation": organisation.pk,
        "day": day_of(organisation, now),
        "country": country,
        "segments": segments,
        "price": price,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHARGE, values)  # type: ignore[arg-type]
    return Charge(country, segments, price)


def day_of(organisation: Organisation, now: datetime) -> date:
    """Give the day that it is at this moment where the organisation is."""
    return now.astimezone(organisation.zone).date()


def month_of(organisation: Organisation, now: datetime) -> date:
    """Give the first day of the organisation's month."""
    return day_of(organisation, now).replace(day=1)


def next_month(month: date) -> date:
    """Give the first day of the month after the one that this day is in."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def spent(organisation: int, month: date) -> int:
    """Give what the organisation with this id was charged in the month, in millionths."""
    own = Usage.objects.filter(organisation=organisation)
    rows = own.filter(day__gte=month, day__lt=next_month(month))
    return int(rows.aggregate(price=Sum("price"))["price"] or 0)


def of_sendout(sendout: int) -> dict[str, int]:
    """Give what a send-out was charged, in millionths by channel."""
    rows = Usage.objects.filter(sendout=sendout).order_by().values_list("channel")
    return dict(rows.annotate(price=Sum("price")))
