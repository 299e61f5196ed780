"""The deliveries of one send-out and channel as a file for a spreadsheet."""

from __future__ import annotations

from django.http import StreamingHttpResponse

from sendout.accounts.models import Role
from sendout.core.table.safe import csv_lines
from sendout.deliveries.filing import lines_of
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.popup import find_channel, shown_sendout
from sendout.pages.messages.rows import Filters, fitting_rows


@member_of(Role.VIEWER)
def deliveries(request: MemberRequest, pk: int, channel: str) -> StreamingHttpResponse:
    """Stream one line for each delivery that the filters ask for, all without any.

    Times are as the organisation's clock shows them.
    """
    shown = shown_sendout(request, pk)
    find_channel(shown, channel)
    found = fitting_rows(shown, channel, Filters.of(request.GET))
    lines = csv_lines(lines_of(found, request.organisation.zone), for_excel=True)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sendout-{shown.id}-{channel}.csv"'
    return answer
