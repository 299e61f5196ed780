"""A month's usage by day, kind, country and send-out; the same as a file, and to be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.core.money import digits_for
from sendout.core.table.safe import csv_lines
from sendout.deliveries import limit
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.usage.bars import bars
from sendout.pages.usage.countries import country_name
from sendout.pages.usage.kinds import kind_name
from sendout.pages.wording import money
from sendout.sendouts.models import SendOut
from sendout.usage.ledger import month_of
from sendout.usage.models import Usage
from sendout.usage.statement import (
    COLUMNS,
    Line,
    by_kind,
    lines,
    months,
    read_month,
    rows,
    total,
    used_in,
)

MOST_SENDOUTS = 100  # on the page; the statement and the file have all


@dataclass(frozen=True, slots=True)
class Shown:
    """A line in words. share: of the dearest line of its table, 0 to 100."""

    name: str
    note: str
    line: Line
    price: str
    share: float = 0.0


def _asked(request: MemberRequest) -> date:
    """Give the month that was asked for, else this one."""
    found = read_month(request.GET.get("month", ""))
    return found or month_of(request.organisation, timezone.now())


@member_of(Role.OWNER)
def usage(request: MemberRequest) -> HttpResponse:
    """Show the month."""
    month = _asked(request)
    used = used_in(request.organisation, month)
    sendouts = _by_sendout(request, used)
    context = _context(request, month, used) | {
        "bars": bars(month, lines(used, "day"), request.organisation.currency),
        "days": _days(request, used),
        "sendouts": sendouts[:MOST_SENDOUTS],
        "others": max(0, len(sendouts) - MOST_SENDOUTS),
        "months": months(request.organisation, month_of(request.organisation, timezone.now())),
        "stands": _stands(request, month),
    }
    return render(request, "pages/usage/page.html", context)


@member_of(Role.OWNER)
def statement(request: MemberRequest) -> HttpResponse:
    """Show the month as a page to be printed, its totals those of the ledger."""
    month = _asked(request)
    used = used_in(request.organisation, month)
    context = _context(request, month, used) | {
        "sendouts": _by_sendout(request, used),
        "days": _days(request, used),
        "made": timezone.now(),
        "is_over": month < month_of(request.organisation, timezone.now()),
    }
    return render(request, "pages/usage/statement.html", context)


@member_of(Role.OWNER)
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Give the rows of the ledger as CSV that is safe to open in a spreadsheet."""
    month = _asked(request)
    found = csv_lines(chain([COLUMNS], rows(request.organisation, month)), for_excel=True)
    answer = StreamingHttpResponse(found, content_type="text/csv; charset=utf-8")
    name = f"usage-{request.organisation.slug}-{month:%Y-%m}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _context(request: MemberRequest, month: date, used: QuerySet[Usage]) -> dict[str, object]:
    kinds = by_kind(used)
    named = ((kind_name(line), country_name(line), line) for line in kinds)
    return {
        "organisation": request.organisation,
        "section": "usage",
        "month": month,
        "kinds": _shown(request, used, named),
        "total": total(kinds),
        "price": money(total(kinds).price, request.organisation.currency, _digits(used)),
    }


def _digits(used: QuerySet[Usage]) -> int:
    """Give the digits that the amounts of a month need, so that all its columns line up."""
    return digits_for(used.order_by().values_list("price", flat=True).distinct())


def _shown(
    request: MemberRequest, used: QuerySet[Usage], found: Iterable[tuple[str, str, Line]]
) -> list[Shown]:
    every, digits = list(found), _digits(used)
    most = max((line.price for _, _, line in every), default=0) or 1
    currency = request.organisation.currency
    return [
        Shown(name, note, line, money(line.price, currency, digits), 100 * line.price / most)
        for name, note, line in every
    ]


def _days(request: MemberRequest, used: QuerySet[Usage]) -> list[Shown]:
    found = lines(used, "day")
    named = (
        (date_format(line.day, "l"), date_format(line.day, "j F"), line)
        for line in found
        if line.day
    )
    return _shown(request, used, named)


def _by_sendout(request: MemberRequest, used: QuerySet[Usage]) -> list[Shown]:
    """Give the send-outs of the month, the dearest first; what belongs to none comes last."""
    found = lines(used, "sendout")
    own = SendOut.objects.filter(organisation=request.organisation)
    names = dict(own.filter(pk__in=[each.sendout for each in found]).values_list("pk", "name"))
    found.sort(key=lambda line: (line.sendout == 0, -line.price, -line.sendout))
    return _shown(request, used, ((*_name(line, names), line) for line in found))


def _name(line: Line, names: dict[int, str]) -> tuple[str, str]:
    """Give the name of a send-out, and a note where there is no more to see of it."""
    if not line.sendout:
        return _("Received"), ""
    name = names.get(line.sendout)
    return (name, "") if name else (_("Message %(id)s") % {"id": line.sendout}, _("deleted since"))


def _stands(request: MemberRequest, month: date) -> dict[str, object] | None:
    """Give how this month stands to its limit; nothing for another one."""
    now, organisation = timezone.now(), request.organisation
    if month != month_of(organisation, now) or not (found := limit.month(organisation, now)):
        return None
    words = {
        name: money(getattr(found, name), organisation.currency)
        for name in ("limit", "spent", "promised", "left")
    }
    percent = min(100.0, 100 * found.spent / found.limit) if found.limit else 100.0
    return words | {"keeps": bool(found.promised), "percent": percent}
