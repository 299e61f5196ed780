"""Every page of a member that can be asked for, with rows that it has much to show of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from sendout.accounts.models import Invitation, Membership, Organisation
from sendout.bench.town import Town
from sendout.cli.problem import Problem
from sendout.compose.models import LinkedFile
from sendout.deliveries.models import Delivery
from sendout.people.models import Group, Import, Participant
from sendout.replies.models import Conversation, ForwardRule, Reply
from sendout.reports.models import Report
from sendout.returns.models import Mailbox, ReturnedMail
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts.models import SendOut, Template
from sendout.series.models import Series
from sendout.suppression.models import ListImport, Suppression
from sendout.timetable.models import Calendar, ClosedDay, Rule, ScheduleFile, Session
from sendout.usage.models import Price

OF_ORGANISATION = "o/<slug:organisation>/"
T = TypeVar("T")
PART = re.compile(r"<(?:\w+:)?(\w+)>")

# Which send-outs a page is asked about, by the beginning of its address, the longest that fits.
SENDOUTS = {
    "messages/": ("million", "running", "recent"),
    "messages/<int:pk>/board/": ("running", "everyone"),
    "messages/<int:pk>/signed-report/": ("recent",),
    "messages/<int:pk>/sms/": ("running",),
    "compose/": ("draft", "family"),
    "compose/<int:pk>/files/<int:file>/": ("draft",),
    "closure/": ("family",),
    "templates/keep/": ("draft",),
}
# Which kind of row the id of a page is of, likewise; of each its newest is shown.
KINDS: dict[str, dict[str, type[Model]]] = {
    "messages/<int:pk>/signed-report/<int:report>/": {"report": Report},
    "messages/<int:pk>/delivery/<int:delivery>/": {"delivery": Delivery},
    "compose/<int:pk>/files/<int:file>/": {"file": LinkedFile},
    "compose/<int:pk>/reach/<int:participant>/": {"participant": Participant},
    "templates/<int:pk>/": {"pk": Template},
    "participants/<int:pk>/": {"pk": Participant},
    "groups/<int:pk>/": {"pk": Group},
    "not-received/<int:pk>/": {"pk": Participant},
    "not-received/delivery/<int:pk>/": {"pk": Delivery},
    "imports/<int:pk>/": {"pk": Import},
    "senders/<int:pk>/": {"pk": Sender},
    "outbox/<int:pk>/": {"pk": OutboxCopy},
    "bounces/mailboxes/<int:pk>/": {"pk": Mailbox},
    "bounces/mail/<int:pk>/": {"pk": ReturnedMail},
    "replies/<int:pk>/": {"pk": Conversation},
    "replies/review/<int:pk>/": {"pk": Reply},
    "replies/forwarding/<int:pk>/": {"pk": ForwardRule},
    "unsubscribes/<int:pk>/": {"pk": Suppression},
    "unsubscribes/imports/<int:pk>/": {"pk": ListImport},
    "settings/members/invitations/<int:pk>/": {"pk": Invitation},
    "settings/members/<int:pk>/": {"pk": Membership},
    "settings/prices/<int:pk>/": {"pk": Price},
    "schedule/sessions/<int:pk>/": {"pk": Session},
    "schedule/calendars/<int:pk>/": {"pk": Calendar},
    "schedule/calendars/<int:pk>/rules/<int:rule>/": {"pk": Calendar, "rule": Rule},
    "schedule/repeats/<int:pk>/": {"pk": Series},
    "schedule/closed/<int:pk>/": {"pk": ClosedDay},
    "schedule/import/<int:pk>/": {"pk": ScheduleFile},
}
WORDS = {
    "channel": ["email"],
    "key": ["closure-en"],
    "kind": ["sandbox"],
    "protocol": ["imap"],
}
# Parts of an address that mean something else in this page.
OTHER_WORDS = {
    "messages/<int:pk>/signed-report/<int:report>/<str:kind>/": {"kind": ["pdf"]},
    "missed/<str:channel>/": {"channel": ["email"]},
}
# What people type and choose on a page, by the name of its route.
ASKED = {
    "messages": ("?q=news", "?status=delivered", "?page=3"),
    "messages_rows": ("?status=sending",),
    "popup": ("?tab=sms",),
    "popup_rows": (
        "?q=tremblay", "?q=nguyen+grace", "?q=swimmer77777@", "?q=nobody-at-all",
        "?status=opened", "?status=bounced", "?status=queued", "?status=opened&q=bob",
        "?cause=failed-no_mailbox", "?after=500000",
    ),
    "sendout_again": ("?to=unopened", "?to=unopened&counted=1", "?to=failed-email&counted=1"),
    "calls": ("?counted=1",),
    "compose_check": ("?who=email", "?who=none"),
    "compose_reach": ("?who=email&page=300", "?who=lacks-email-child"),
    "compose_find": ("?q=tremblay",),
    "find": ("?q=tremblay", "?q=bob+si", "?q=swimmer7777", "?q=monday"),
    "participants": ("?q=tremblay", "?q=swimmer7777", "?page=150"),
    "participants_rows": ("?q=etienne",),
    "family_find": ("?q=tremblay",),
    "group_find": ("?q=tremblay",),
    "not_received": ("?q=tremblay",),
    "suppressions": ("?q=swimmer7", "?q=tremblay", "?reason=bad_email"),
    "replies": ("?q=monday", "?show=all", "?q=tremblay"),
    "outbox": ("?q=swimmer77",),
    "sessions": ("?q=course", "?when=past"),
    "usage": ("?month=2026-10",),
}  # fmt: skip
# What a page with much to count asks for by itself when it is there, by the name of the route and
# the end of what is asked: measured, and held to no limit.
AFTER = {
    "sendout_again": "&counted=1",
    "calls": "?counted=1",
    "board_live": "running",
    "compose_cost": "",
    "compose_warnings": "",
    "report": "",
}
LEFT_OUT = {"not_received_dns": "it asks name servers of the world"}


@dataclass(frozen=True, slots=True)
class Page:
    """One address. name: of its route; about: which send-out it shows, and what is asked."""

    name: str
    about: str
    address: str

    @property
    def comes_after(self) -> bool:
        """Whether this is a part that a page is shown without, and asks for afterwards."""
        return self.name in AFTER and self.about.endswith(AFTER[self.name])

    def __str__(self) -> str:
        return f"{self.name} {self.about}".strip() + (" (after)" if self.comes_after else "")


def pages(town: Town) -> Iterator[Page]:
    """Give every address to ask for, of all routes with a member's access."""
    for route, entry in _routes(get_resolver()):
        if not route.startswith(OF_ORGANISATION) or entry.name in LEFT_OUT:
            continue
        below = route.removeprefix(OF_ORGANISATION)
        for about, club, address in _filled(town, below):
            for query in ("", *ASKED.get(str(entry.name), ())):
                whole = f"/o/{club.slug}/{address}{query}"
                yield Page(str(entry.name), f"{about} {query}".strip(), whole)


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, address)
        else:
            yield address, entry


def _filled(town: Town, route: str) -> Iterator[tuple[str, Organisation, str]]:
    """Give which send-out it is about, whose it is, and the address below the organisation's."""
    names = PART.findall(route)
    if "pk" in names and (chosen := _longest(SENDOUTS, route)):
        for about in chosen:
            sendout = town.sendouts[about]
            address = _put(route, "pk", sendout.pk)
            yield about, sendout.organisation, _fill(address, route, sendout.organisation, sendout)
    elif route.startswith("messages/") or not route:
        yield "", town.club, route
        yield "of the federation", town.federation, route
    else:
        yield "", town.club, _fill(route, route, town.club)


def _fill(address: str, route: str, club: Organisation, sendout: SendOut | None = None) -> str:
    kinds = _longest(KINDS, route) or {}
    words = WORDS | (_longest(OTHER_WORDS, route) or {})
    for name in PART.findall(address):
        if name in kinds:
            address = _put(address, name, _newest(kinds[name], club, sendout))
        elif name in words:
            address = _put(address, name, words[name][0])
        else:
            raise Problem(f"bench/routes.py does not know what {name} is in {route}: add it there")
    return address


def _newest(kind: type[Model], club: Organisation, sendout: SendOut | None) -> int:
    rows = kind._default_manager.filter(organisation=club)
    if sendout is not None and kind in (Delivery, Report):
        rows = rows.filter(sendout=sendout)
    elif sendout is not None and kind is LinkedFile:
        rows = rows.filter(message=sendout.message_id)
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    if found is None:
        raise Problem(f"bench/town.py makes no {kind.__name__} of {club.name}: add one there")
    return int(found)


def _put(address: str, name: str, value: object) -> str:
    return re.sub(rf"<(\w+:)?{name}>", str(value), address, count=1)


def _longest(by_start: dict[str, T], route: str) -> T | None:
    fitting = [start for start in by_start if route.startswith(start)]
    return by_start[max(fitting, key=len)] if fitting else None
