"""One page of a send-out's deliveries: searched, filtered, by key so that page 2,000 is quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from itertools import chain, dropwhile, islice, takewhile
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from sendout.core.bounces.clusters import Group
from sendout.core.delivery.status import TIMES, Status
from sendout.deliveries.causes import LONGEST, Part, looked_for, matching, with_cause
from sendout.deliveries.counting import Tally
from sendout.deliveries.hold import held_now
from sendout.deliveries.models import OPEN, Delivery, Event
from sendout.deliveries.report import OF_REASON, named, reason, with_carrier, with_status
from sendout.pages.addresses import addresses
from sendout.pages.messages.report_words import words_for
from sendout.pages.messages.row_search import LARGE, Walk, beginning, holding, to_named
from sendout.pages.messages.shown import Shown
from sendout.pages.replies.thread import kinds_of

PAGE = 25
COUNTED = 1000  # found rows are counted up to here when they were searched for
LARGEST = 2**63 - 1

Row: TypeAlias = Mapping[str, Any]  # what the list shows of a delivery, and no more
FETCHED = (
    *("id", "participant_id", "participant__first_name", "participant__last_name", "address"),
    *OF_REASON,
    *("carrier_status", "carrier_name", "replied_at", "unsubscribed_at", "newest"),
)
NEWEST = Greatest("created_at", "deferred_at", *TIMES)  # the time of the newest thing known


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. after, before: ids that the page begins behind, or ends before.

    cause: the key of a group of the report. inside: words are looked for inside of others, too,
    among however many rows.
    """

    q: str = ""
    status: str = ""
    cause: str = ""
    inside: bool = False
    after: int = 0
    before: int = 0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Read the parameters of an address; what makes no sense is left out."""
        status = given.get("status", "")
        return cls(
            q=given.get("q", "").strip()[:200],
            status=status if status in set(Status) else "",
            cause=given.get("cause", "")[:LONGEST],
            inside=bool(given.get("inside")),
            after=_number(given.get("after", "")),
            before=_number(given.get("before", "")),
        )

    @property
    def searched(self) -> bool:
        """Whether the counts do not tell how many fit."""
        return bool(self.q or self.cause)

    @property
    def cause_words(self) -> str:
        """What the cause is called; nothing for one that does not exist."""
        try:
            return str(words_for(Group(self.cause)).title)
        except (KeyError, ValueError):
            return _("An unknown cause")


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isdecimal() and len(text) < 20 else 0


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One delivery in the list. replied: the newest reply; reply_kind: in, stop or review.

    url: of its details; ask_url: of "Did not get it?", empty where no participant is behind it.
    """

    id: int
    url: str
    ask_url: str
    participant: str
    address: str
    status: str
    reason: str
    at: datetime
    replied: str
    reply_kind: str


@dataclass(frozen=True, slots=True)
class Rows:
    """One page. total: how many fit, counted up to a thousand when they were searched for, and to
    the end of the page where a word is frequent among many.

    from_the_beginning: what was typed was not looked for inside of words.
    """

    deliveries: list[ShownRow]
    total: int
    more_than_total: bool
    from_the_beginning: bool
    this_query: str
    previous_query: str
    next_query: str


def find_rows(shown: Shown, channel: str, filters: Filters) -> Rows:
    """Give the page of this send-out's deliveries that the filters ask for."""
    found = _found(shown, channel, filters)
    deliveries = found.rows[:PAGE]
    more = len(found.rows) > PAGE
    if filters.before:
        deliveries.reverse()
    first, last = (deliveries[0]["id"], deliveries[-1]["id"]) if deliveries else (0, 0)
    earlier = more if filters.before else bool(filters.after)
    later = True if filters.before else more
    inside = "&inside=1" if filters.inside else ""
    return Rows(
        deliveries=_shown(shown, deliveries, _held(shown, channel)),
        total=min(found.total, COUNTED) if filters.searched else found.total,
        more_than_total=found.more or (filters.searched and found.total > COUNTED),
        from_the_beginning=_from_the_beginning(shown, channel, filters),
        this_query=_this(filters) + inside,
        previous_query=f"before={first}{inside}" if earlier and first else "",
        next_query=f"after={last}{inside}" if later and last else "",
    )


def _this(filters: Filters) -> str:
    if filters.before:
        return f"before={filters.before}"
    return f"after={filters.after}" if filters.after else ""


def fitting_rows(shown: Shown, channel: str, filters: Filters) -> QuerySet[Delivery]:
    """Give this send-out's deliveries that the filters ask for, on whatever page."""
    rows = _without_words(shown, channel, filters)
    if _from_the_beginning(shown, channel, filters):
        return beginning(rows, filters.q)
    return holding(rows, filters.q)


def _without_words(shown: Shown, channel: str, filters: Filters) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(sendout=shown.id, channel=channel)
    if filters.status:
        rows = with_status(rows, shown.id, channel, filters.status)
    if filters.cause:
        rows = with_cause(rows, _part(shown, channel), filters.cause)
    return rows


def _part(shown: Shown, channel: str) -> Part:
    return Part(shown.id, channel, _tally(shown, channel))


def _from_the_beginning(shown: Shown, channel: str, filters: Filters) -> bool:
    return bool(filters.q) and not filters.inside and _tally(shown, channel).total > LARGE


@dataclass(frozen=True, slots=True)
class _Found:
    """A page with one more row. total: how many fit, as far as counted. more: they are more."""

    rows: list[Row]
    total: int
    more: bool = False


def _found(shown: Shown, channel: str, filters: Filters) -> _Found:
    if _from_the_beginning(shown, channel, filters):
        return _found_from_the_beginning(shown, channel, filters)
    if filters.cause and not (filters.q or filters.status) and looked_for(filters.cause):
        return _of_cause(_part(shown, channel), filters)
    rows = fitting_rows(shown, channel, filters)
    if not filters.searched:
        tally = _tally(shown, channel)
        total = tally.by_status.get(filters.status, 0) if filters.status else tally.total
        return _Found(_page(_on_page(rows, filters)), total)
    return _counted(rows, filters)


def _found_from_the_beginning(shown: Shown, channel: str, filters: Filters) -> _Found:
    rows = _without_words(shown, channel, filters)
    walk = Walk(_on_page(rows, filters), filters.q, PAGE + 1, backwards=bool(filters.before))
    walk.begin()
    if not walk.over:
        few = to_named(rows, shown.sendout.organisation_id, filters.q)
        if few is not None:
            return _counted(few, filters)
    while not walk.over:
        walk.go_on()
    more = len(walk.found) > PAGE or bool(filters.after or filters.before)
    return _Found(_page(_these(walk.found, filters)), min(len(walk.found), PAGE), more)


def _of_cause(part: Part, filters: Filters) -> _Found:
    """Give a page of the rows with a cause; no more of them are looked at than it takes."""
    found = matching(part, filters.cause)
    ids = list(islice(found, COUNTED + 1))
    if filters.before:
        page = nlargest(PAGE + 1, takewhile(filters.before.__gt__, chain(ids, found)))
    else:
        page = list(islice(dropwhile(filters.after.__ge__, chain(ids, found)), PAGE + 1))
    return _Found(_page(_these(page, filters)), len(ids))


def _counted(rows: QuerySet[Delivery], filters: Filters) -> _Found:
    """Give a page of what was searched for; the first page is what was counted."""
    if filters.after or filters.before:
        return _Found(_page(_on_page(rows, filters)), _count(rows))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: COUNTED + 1])
    return _Found(_page(_these(ids[: PAGE + 1], filters)), len(ids))


def _these(ids: list[int], filters: Filters) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=ids).order_by("-pk" if filters.before else "pk")


def _on_page(rows: QuerySet[Delivery], filters: Filters) -> QuerySet[Delivery]:
    if filters.before:
        return rows.filter(pk__lt=filters.before).order_by("-pk")
    return rows.filter(pk__gt=filters.after).order_by("pk")


def _page(rows: QuerySet[Delivery]) -> list[Row]:
    found = with_carrier(rows).annotate(newest=NEWEST).values(*FETCHED)
    return list(found[: PAGE + 1])


def _count(rows: QuerySet[Delivery]) -> int:
    return len(rows.order_by().values_list("pk")[: COUNTED + 1])


def _tally(shown: Shown, channel: str) -> Tally:
    return next(c.tally for c in shown.channels if c.key == channel)


def _shown(shown: Shown, deliveries: list[Row], held: set[int]) -> list[ShownRow]:
    slug = shown.sendout.organisation.slug
    url = addresses("pages:delivery", slug, shown.id)
    ask_url = addresses("pages:not_received_delivery", slug)
    replied = [row["id"] for row in deliveries if row["replied_at"]]
    replies, kinds = _replies(replied), kinds_of(replied)
    return [
        ShownRow(
            id=row["id"],
            url=url(row["id"]),
            ask_url=ask_url(row["id"]) if row["participant_id"] is not None else "",
            participant=named(_name(row), row["address"]),
            address=row["address"],
            status=_status(row, held),
            reason=reason(row),
            at=row["newest"],
            replied=replies.get(row["id"], ""),
            reply_kind=kinds.get(row["id"]) or ("stop" if row["unsubscribed_at"] else "in"),
        )
        for row in deliveries
    ]


def _held(shown: Shown, channel: str) -> set[int]:
    """Give what is being sent at this moment; asked for where anything is."""
    is_sent = _tally(shown, channel).by_status.get(Status.SENDING)
    return held_now(shown.id, channel) if is_sent else set()


def _name(row: Row) -> str:
    first, last = row["participant__first_name"] or "", row["participant__last_name"] or ""
    return f"{first} {last}".strip()


def _status(row: Row, held: set[int]) -> str:
    return Status.SENDING if row["id"] in held and row["status"] in OPEN else row["status"]


def _replies(deliveries: list[int]) -> dict[int, str]:
    if not deliveries:
        return {}
    events = Event.objects.filter(delivery__in=deliveries, kind="replied").order_by("at")
    return dict(events.values_list("delivery_id", "text"))
