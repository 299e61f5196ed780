"""The list with its filters and numbers, and the same as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from sendout.accounts.models import Organisation, Role
from sendout.core.plain import terms
from sendout.core.table.safe import csv_lines
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.suppressions.shown import shown
from sendout.people.addresses import addresses_of
from sendout.people.search import search
from sendout.senders.models import Channel
from sendout.suppression.listed import COLUMNS, COUNTED, Wanted, count, newer, older, rows
from sendout.suppression.models import Reason, Suppression

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. before, after: ids that the page begins behind, or ends before."""

    q: str = ""
    channel: str = ""
    reason: str = ""
    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Read the parameters of an address; what makes no sense is left out."""
        channel, reason = given.get("channel", ""), given.get("reason", "")
        return cls(
            q=given.get("q", "").strip()[:200],
            channel=channel if channel in Channel.values else "",
            reason=reason if reason in Reason.values else "",
            before=_number(given.get("before", "")),
            after=_number(given.get("after", "")),
        )

    @property
    def kept(self) -> str:
        """The filters as a query, without the place in the list."""
        given = {"q": self.q, "channel": self.channel, "reason": self.reason}
        return urlencode({name: value for name, value in given.items() if value})

    def wanted(self, organisation: Organisation) -> Wanted:
        """Give the entries asked for; words are of the address, or of the name of who has it."""
        words = tuple(terms(self.q))
        addresses = addresses_of(search(organisation, self.q)) if words else ()
        return Wanted(organisation, self.channel, self.reason, words, addresses)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries have a reason. more: than were counted while the page waited."""

    reason: str
    label: str
    count: int
    more: bool


@member_of(Role.VIEWER)
def suppressions(request: MemberRequest) -> HttpResponse:
    """Show the list; htmx gets the rows alone."""
    filters = Filters.of(request.GET)
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "may_edit": request.membership.may(Role.SENDER),
        "filters": filters,
        "channels": Channel.choices,
        "reasons": Reason.choices,
        **_page(request.organisation, filters),
        **_numbers(request.organisation, filters),
    }
    name = "rows.html" if "HX-Request" in request.headers else "list.html"
    return render(request, f"pages/suppressions/{name}", context)


def _page(organisation: Organisation, filters: Filters) -> dict[str, object]:
    """Give the entries of the page, and where its neighbours begin."""
    wanted = filters.wanted(organisation)
    if filters.after:
        found = newer(wanted, filters.after, PAGE + 1)
        entries, newer_ones, older_ones = found[-PAGE:], len(found) > PAGE, True
    else:
        found = older(wanted, filters.before, PAGE + 1)
        entries, newer_ones, older_ones = found[:PAGE], bool(filters.before), len(found) > PAGE
    return {"rows": shown(organisation, entries), **_neighbours(entries, newer_ones, older_ones)}


def _neighbours(entries: list[Suppression], newer_ones: bool, older_ones: bool) -> dict[str, str]:
    return {
        "newer": f"after={entries[0].pk}" if entries and newer_ones else "",
        "older": f"before={entries[-1].pk}" if entries and older_ones else "",
    }


def _numbers(
    organisation: Organisation, filters: Filters, *, bounded: bool = True
) -> dict[str, object]:
    """Count the entries of each reason in this channel, as far as a page may wait for it."""
    found = count(Wanted(organisation, filters.channel), bounded=bounded)
    tallies = [_tally(reason, found, bounded=bounded) for reason in Reason]
    return {
        "tallies": tallies,
        "total": sum(tally.count for tally in tallies),
        "more": any(tally.more for tally in tallies),
    }


def _tally(reason: Reason, found: Mapping[tuple[str, str], int], *, bounded: bool) -> Tally:
    numbers = [found.get((channel, reason.value), 0) for channel in Channel.values]
    more = bounded and max(numbers) > COUNTED
    return Tally(reason.value, str(reason.label), COUNTED if more else sum(numbers), more)


@member_of(Role.VIEWER)
def counts(request: MemberRequest) -> HttpResponse:
    """Show the numbers to the last entry, for a page that could not wait for them."""
    filters = Filters.of(request.GET)
    numbers = _numbers(request.organisation, filters, bounded=False)
    context = {"organisation": request.organisation, "filters": filters, **numbers}
    return render(request, "pages/suppressions/counts.html", context)


@member_of(Role.VIEWER)
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Give what the filters show as JSON, or as CSV that is safe to open in a spreadsheet."""
    entries = Filters.of(request.GET).wanted(request.organisation).entries
    cells = ([_plain(cell) for cell in row] for row in rows(entries))
    as_json = request.GET.get("format") == "json"
    lines = json_lines(cells) if as_json else csv_lines(chain([COLUMNS], cells), for_excel=True)
    kind = "application/json" if as_json else "text/csv; charset=utf-8"
    response = StreamingHttpResponse(lines, content_type=kind)
    name = f"unsubscribes-{request.organisation.slug}.{'json' if as_json else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def json_lines(found: Iterator[list[object]]) -> Iterator[str]:
    """Write one array, an object a line."""
    before = "[\n"
    for row in found:
        yield before + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
