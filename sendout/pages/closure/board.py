"""The board: who knows by now, who does not, whom to call; and the list of those to print."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.safe import csv_lines
from sendout.deliveries import board as boards
from sendout.deliveries.models import Call
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.closure.people import NAMED, lines, table_head, table_row
from sendout.pages.messages.listing import find_one
from sendout.replies.models import Reply
from sendout.senders.models import Channel
from sendout.sendouts.models import SendOut, State

WATCHED = timedelta(hours=12)  # after its start a board that is open asks for itself
QUICK, SLOW = 2, 10  # seconds between two looks, for up to MANY people and for more
MANY = 5_000
LISTED = 10  # replies, and calls that were made
ANSWER = (
    *("conversation", "phone", "at", "text", "delivery__participant"),
    *(f"delivery__participant__{name}" for name in NAMED),
)
MINUTES = (5, 10, 20, 30, 60)
AT_ONCE = 10_000  # deliveries that are counted while the page waits; for more it asks afterwards
MOST_PRINTED = 2_000  # people; the file has all


@member_of(Role.VIEWER)
def board(request: MemberRequest, pk: int) -> HttpResponse:
    """Show how many know by now, and whom to call."""
    sendout = find_one(request, pk)
    if sendout.started_at is None:
        return redirect("pages:popup", request.organisation.slug, pk)
    rows = boards.count_rows(sendout)
    if rows > AT_ONCE and "counted" not in request.GET:
        context = _of_page(request, sendout) | {"counting": True, "rows": rows}
    else:
        context = _context(request, sendout)
    return render(request, "pages/closure/board.html", context)


@member_of(Role.VIEWER)
def live(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the part that moves; nothing at all while it is as it was (`seen`)."""
    sendout = find_one(request, pk)
    if not request.headers.get("HX-Request"):
        return redirect("pages:board", request.organisation.slug, pk)
    seen = request.GET.get("seen")
    if seen and seen == _state(sendout, timezone.now())[0]:
        return HttpResponse(status=204)
    return render(request, "pages/closure/board_live.html", _context(request, sendout))


@member_of(Role.SENDER)
@require_POST
def called(request: MemberRequest, pk: int) -> HttpResponse:
    """Note that people were told on the phone, or take that back."""
    sendout = find_one(request, pk)
    ids = {int(each) for each in request.POST.getlist("participant") if _is_id(each)}
    boards.mark_called(sendout, ids, request.user, called="back" not in request.POST)
    if request.headers.get("HX-Request"):
        return render(request, "pages/closure/board_live.html", _context(request, sendout))
    where = "calls" if request.POST.get("to") == "calls" else "board"
    return redirect(f"pages:{where}", request.organisation.slug, pk)


@member_of(Role.VIEWER)
def calls(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the list of those to call, made to be printed."""
    sendout = find_one(request, pk)
    rows, minutes = boards.count_rows(sendout), _minutes(request)
    context = _of_page(request, sendout) | {"minutes": minutes, "minutes_choices": MINUTES}
    if rows > AT_ONCE and "counted" not in request.GET:
        context |= {"counting": True, "rows": rows}
    else:
        people, n = _to_call(sendout, minutes, MOST_PRINTED)
        context |= {"lines": lines(sendout, people), "more": n - len(people), "now": timezone.now()}
    part = "calls_list" if request.headers.get("HX-Request") else "calls"
    return render(request, f"pages/closure/{part}.html", context)


@member_of(Role.VIEWER)
def calls_file(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """Give the same list for a spreadsheet."""
    rows = _table(find_one(request, pk), _minutes(request), get_language())
    answer = StreamingHttpResponse(
        csv_lines(rows, for_excel=True), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="to-call-{pk}.csv"'
    return answer


def _table(sendout: SendOut, minutes: int, language: str | None) -> Iterator[list[str]]:
    """Give the head at once and then the rows: by then the page's language is no longer spoken."""
    with override(language):
        head = table_head()
    yield head
    with override(language):
        found = lines(sendout, _to_call(sendout, minutes)[0])
    yield from map(table_row, found)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _minutes(request: MemberRequest) -> int:
    asked = request.GET.get("minutes", "")
    return int(asked) if _is_id(asked) and int(asked) in MINUTES else MINUTES[1]


def _to_call(
    sendout: SendOut, minutes: int, most: int | None = None
) -> tuple[dict[int, boards.Knows], int]:
    now = timezone.now()
    late = boards.is_late(sendout, now, timedelta(minutes=minutes))
    heard = boards.last_heard(sendout, now)
    return boards.to_call(sendout.pk, heard, waiting=late, most=most)


def _replies(sendout: SendOut) -> QuerySet[Reply]:
    """Give the texts that answered it, the newest first."""
    answered = sendout.deliveries.filter(replied_at__isnull=False)
    return Reply.objects.filter(delivery__in=answered.values("pk")).order_by("-at", "-pk")


def _state(sendout: SendOut, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Give what `boards.state_of` and `boards.last_heard` do."""
    newest = _replies(sendout).values_list("pk", flat=True)[:1]
    heard = boards.last_heard(sendout, now)
    return boards.state_of(sendout, now, heard, list(newest)), heard


def _of_page(request: MemberRequest, sendout: SendOut) -> dict[str, object]:
    return {
        "organisation": request.organisation,
        "membership": request.membership,
        "section": "messages",
        "sendout": sendout,
    }


def _context(request: MemberRequest, sendout: SendOut) -> dict[str, object]:
    now = timezone.now()
    # Before the counts: what changes between the two is asked for again.
    state, heard = _state(sendout, now)
    found = boards.board_in(state, sendout.pk, heard)
    calls = Call.objects.filter(sendout=sendout).select_related("participant", "by")
    return _of_page(request, sendout) | {
        "board": found,
        "state": state,
        "late": boards.is_late(sendout, now),
        "patience": int(boards.PATIENCE.total_seconds() // 60),
        "last_heard": [Channel(each).label for each in heard],
        "lines": lines(sendout, found.first),
        "calls": calls.order_by("-pk")[:LISTED],
        "replies": _replies(sendout).select_related("delivery__participant").only(*ANSWER)[:LISTED],
        "running": sendout.state == State.RUNNING,
        "seconds": QUICK if found.people <= MANY else SLOW,
        "watched": sendout.started_at is not None and now - sendout.started_at < WATCHED,
    }
