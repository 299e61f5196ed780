"""The deliveries of a send-out as the lines of a file, with names, as the office reads them."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sendout.core.delivery.status import LABELS, Status
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import COLUMNS, rows_of

NAMES = ("participant__first_name", "participant__last_name")
TIMES = [name for name in COLUMNS if name.endswith("_at")]
HEADER = ["first_name", "last_name", *COLUMNS]


def lines_of(deliveries: QuerySet[Delivery], zone: ZoneInfo) -> Iterator[list[object]]:
    """Give the header and a line for each delivery; times are as clocks in this zone show them."""
    yield list(HEADER)
    for row in rows_of(deliveries, *NAMES):
        row["status"] = LABELS[Status(row["status"])]
        for name in TIMES:
            row[name] = f"{row[name].astimezone(zone):%Y-%m-%d %H:%M:%S}" if row[name] else ""
        yield [row[name] for name in (*NAMES, *COLUMNS)]
