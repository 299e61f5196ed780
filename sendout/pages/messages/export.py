"""The deliveries of one send-out and channel as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from sendout.accounts.models import Role
from sendout.core.delivery.status import LABELS, Status
from sendout.core.table.safe import csv_lines
from sendout.deliveries.report import COLUMNS, rows_of
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.popup import find_channel, shown_sendout
from sendout.pages.messages.rows import Filters, fitting_rows

NAMES = ("participant__first_name", "participant__last_name")
TIMES = [name for name in COLUMNS if name.endswith("_at")]
HEADERS = {"participant__first_name": "first_name", "participant__last_name": "last_name"}


@member_of(Role.VIEWER)
def deliveries(request: MemberRequest, pk: int, channel: str) -> StreamingHttpResponse:
    """Stream one line for each delivery that the filters ask for, all without any.

    Times are as the organisation's clock shows them.
    """
    shown = shown_sendout(request, pk)
    find_channel(shown, channel)
    found = fitting_rows(shown, channel, Filters.of(request.GET))
    zone = request.organisation.zone
    lines = csv_lines(_lines(rows_of(found, *NAMES), zone), for_excel=True)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sendout-{shown.id}-{channel}.csv"'
    return answer


def _lines(rows: Iterator[dict[str, Any]], zone: Any) -> Iterator[list[object]]:
    names = [*NAMES, *COLUMNS]
    yield [HEADERS.get(name, name) for name in names]
    for row in rows:
        row["status"] = LABELS[Status(row["status"])]
        for name in TIMES:
            row[name] = f"{row[name].astimezone(zone):%Y-%m-%d %H:%M:%S}" if row[name] else ""
        yield [row[name] for name in names]
