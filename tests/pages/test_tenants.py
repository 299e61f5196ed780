"""No two organisations meet: every route with every id of Alice's is nothing to Charlie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection, transaction
from django.db.models import CharField, F, Model, QuerySet, Value
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Invitation, Membership, Organisation, Role, User
from sendout.compose.filing import add_file
from sendout.compose.models import LinkedFile, Message
from sendout.core.providers.heard import Incoming
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Group, Import, Participant
from sendout.replies.models import Conversation, ForwardRule, Reply
from sendout.replies.taking import take_in
from sendout.reports.asking import ask
from sendout.reports.making import make
from sendout.reports.models import Report
from sendout.returns.keeping import keep as keep_mail
from sendout.returns.models import Mailbox, ReturnedMail
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts.lifecycle import schedule
from sendout.sendouts.models import SendOut, State, Template
from sendout.sendouts.templates import keep as keep_template
from sendout.series.models import Series
from sendout.series.steering import begin as begin_series
from sendout.suppression.entries import suppress
from sendout.suppression.importing import import_now as import_list
from sendout.suppression.importing import store_list
from sendout.suppression.models import ListImport, Suppression
from sendout.timetable.importing import keep_file
from sendout.timetable.models import Calendar, ClosedDay, Rule, ScheduleFile, Session
from sendout.usage.models import Price
from sendout.usage.prices import put as put_price
from tests.cast import sign_in
from tests.laws.test_routes import our_routes

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]  # thousands of pages in a walk

OF_ORGANISATION = "o/<slug:organisation>/"
PART = re.compile(r"<(?:\w+:)?(\w+)>")
KINDS: tuple[type[Model], ...] = (
    SendOut, Delivery, Participant, Group, Import, Sender, OutboxCopy, Suppression, ListImport,
    Invitation, Membership, Mailbox, ReturnedMail, Conversation, Reply, ForwardRule, Price,
    Calendar, ClosedDay, Rule, ScheduleFile, Session, Series,
    Template, Report, LinkedFile,
)  # fmt: skip

# Which rows the ids of a route are of, by the beginning of its address below the organisation's,
# the longest that fits. A route with an id that is not told here fails the test: add it.
IDS: dict[str, dict[str, type[Model]]] = {
    "messages/<int:pk>/": {"pk": SendOut},
    "messages/<int:pk>/signed-report/<int:report>/": {"pk": SendOut, "report": Report},
    "messages/<int:pk>/delivery/<int:delivery>/": {"pk": SendOut, "delivery": Delivery},
    "compose/<int:pk>/": {"pk": SendOut},
    "compose/<int:pk>/files/<int:file>/": {"pk": SendOut, "file": LinkedFile},
    "closure/<int:pk>/": {"pk": SendOut},
    "compose/<int:pk>/reach/<int:participant>/": {"pk": SendOut, "participant": Participant},
    "templates/keep/<int:pk>/": {"pk": SendOut},
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
# Parts of an address that are words, not ids.
WORDS = {
    "channel": ["email", "sms"],
    "key": ["closure-en"],
    "kind": ["sandbox", "smtp", "esp", "pdf", "csv"],
    "protocol": ["imap", "pop3"],
}
# Names under which pages take ids of other rows.
REFERRING = {
    "participant": Participant,
    "groups": Group,
    "group": Group,
    "email_sender": Sender,
    "sms_sender": Sender,
    "open": SendOut,
    "people": Participant,
    "sendout": SendOut,
    "member": Membership,
}


@dataclass(frozen=True)
class Route:
    """A route of an organisation's pages, below its slug."""

    address: str

    @property
    def parts(self) -> list[str]:
        """The names of what is filled in."""
        return PART.findall(self.address)

    @property
    def ids(self) -> dict[str, type[Model]]:
        """Which of them are ids, and of what."""
        fitting = [start for start in IDS if self.address.startswith(start)]
        return IDS[max(fitting, key=len)] if fitting else {}

    def fill(self, slug: str, rows: Callable[[type[Model]], list[int]]) -> Iterator[str]:
        """Give the addresses with every row of each kind and every word."""
        addresses = [f"/o/{slug}/{self.address}"]
        for name in self.parts:
            values = rows(self.ids[name]) if name in self.ids else WORDS[name]
            addresses = [
                re.sub(rf"<(\w+:)?{name}>", str(value), address)
                for address in addresses
                for value in values
            ]
        yield from addresses


ROUTES = [
    Route(address.removeprefix(OF_ORGANISATION))
    for address, _ in our_routes()
    if address.startswith(OF_ORGANISATION)
]
WITH_IDS = [route for route in ROUTES if route.ids]


def ids_of(model: type[Model], organisation: Organisation) -> list[int]:
    """Give the ids of all rows of a kind that an organisation has."""
    own = model._default_manager.filter(organisation=organisation)
    return list(own.order_by("pk").values_list("pk", flat=True))


def furnish(organisation: Organisation, owner: User) -> None:
    """Make one row of every kind, and send-outs in several states; all names tell whose it is."""
    name = organisation.name
    [ann] = Participant.objects.bulk_create(
        [Participant(organisation=organisation, first_name=name, email_normal="a@example.org")]
    )
    Group.objects.create(organisation=organisation, name=f"{name} group").participants.add(ann)
    sender = Sender.objects.create(
        organisation=organisation,
        name=f"{name} email",
        channel="email",
        kind="sandbox",
        from_address="office@example.org",
    )
    texts = Sender.objects.create(
        organisation=organisation,
        name=f"{name} SMS",
        channel="sms",
        kind="sandbox",
        from_address="+15145550100",
        is_default=True,
    )
    begin_series(organisation, owner, f"{name} reminder", "email", {"when": "before"})
    running, scheduled = [write(organisation, owner, sender, State.DRAFT) for _ in range(2)]
    for state in (*State, State.DRAFT):
        write(organisation, owner, sender, state)
    add_file(scheduled.message, f"{name}.txt", BytesIO(name.encode()))
    keep_template(scheduled, f"{name} template", owner)
    send_now(running)
    schedule(scheduled, timezone.now() + timedelta(days=9))
    file = BytesIO(f"First name;Email\n{name};zoe@example.org\n;\n".encode())
    import_now(store_upload(organisation, f"{name}.csv", file), dry_run=True)
    OutboxCopy.objects.create(
        organisation=organisation,
        sender=sender,
        channel="email",
        recipient=f"{organisation.slug}@example.org",
        content=f"Subject: {name}\r\nContent-Type: text/html\r\n\r\n<p>{name}</p>".encode(),
    )
    suppress(organisation, "email", f"{organisation.slug}@example.org", "admin")
    suppress(organisation, "email", "a@example.org", "bad_email", evidence=name)
    listed = BytesIO(f"Email,Note\nunsubscribed@example.org,{name}\n".encode())
    import_list(store_list(organisation, f"{name}.csv", listed), dry_run=True)
    Mailbox.objects.create(
        organisation=organisation,
        name=f"{name} bounces",
        kind="imap",
        config={"host": "127.0.0.1", "port": 1, "username": name},
    )
    mail = keep_mail(f"Subject: {name}\r\n\r\n{name}".encode(), "pipe", organisation=organisation)
    ReturnedMail.objects.filter(pk=mail.pk).update(
        state="unclear", reason="hint", delivery=Delivery.objects.last().pk
    )
    ForwardRule.objects.create(
        organisation=organisation, name=f"{name} forwards", phones=["+15145550107"]
    )
    said = [f"{name} asks", f"{name}: stop texting me!!"]
    heard = [Incoming("+15145550142", "+15145550100", each, f"{name} {each}") for each in said]
    take_in(texts, heard)
    put_price(organisation, ("email", "out", ""), 1)
    plan_sessions(organisation)
    make(ask(running, owner).pk)
    guest = f"guest@{organisation.slug}.example.org"
    Invitation.objects.create(organisation=organisation, email=guest, invited_by=owner)


def plan_sessions(organisation: Organisation) -> None:
    """Make a session of a calendar, its rule, a closed day and a schedule that is looked at."""
    name, soon = organisation.name, timezone.now() + timedelta(days=3)
    calendar = Calendar.objects.create(
        organisation=organisation, name=f"{name} pool", url="https://pool.example/a.ics"
    )
    group = Group.objects.get(organisation=organisation)
    Rule.objects.create(organisation=organisation, calendar=calendar, words=name, group=group)
    Session.objects.create(
        organisation=organisation, calendar=calendar, uid="1", title=f"{name} lesson",
        group=group, starts=soon, ends=soon,
    )  # fmt: skip
    ClosedDay.objects.create(organisation=organisation, day=soon.date(), name=f"{name} closed")
    rows = BytesIO(f"Title;Date\n{name};2091-01-01\n".encode())
    keep_file(organisation, f"{name}.csv", rows, None)


def write(organisation: Organisation, owner: User, sender: Sender, state: State) -> SendOut:
    """Write a send-out to everybody, in this state."""
    name = organisation.name
    return SendOut.objects.create(
        organisation=organisation,
        name=f"{name} news",
        message=Message.objects.create(organisation=organisation, subject=name, body=name),
        email_sender=sender,
        everyone=True,
        created_by=owner,
        state=state,
    )


@pytest.fixture
def everything(club: Organisation, alice: User, bob: User) -> None:
    furnish(club, alice)


@pytest.fixture
def stranger(other_club: Organisation, charlie: User, everything: None) -> Client:
    furnish(other_club, charlie)
    return sign_in(charlie)


def whole_database() -> str:
    """Give every value of every row of ours, and how many jobs wait."""
    rows = {
        model._meta.label: serializers.serialize("json", model._default_manager.order_by("pk"))
        for model in our_models()
    }
    return json.dumps([rows, ProcrastinateJob.objects.count()])


def newest(kind: type[Model], organisation: Organisation) -> list[int]:
    """Give the id of the newest row of a kind: of send-outs, a draft."""
    return ids_of(kind, organisation)[-1:]


def crossings() -> list[str]:
    """Name the fields by which a row of one organisation refers to a row of another."""
    with connection.cursor() as cursor:
        cursor.execute(*all_crossings())
        return [name for (name,) in cursor.fetchall()]


@cache
def all_crossings() -> tuple[str, tuple[object, ...]]:
    """Give one statement that asks for them all: it is asked after each of some thousand forms."""
    first, *others = _crossings()
    return first.union(*others).query.sql_with_params()


def _crossings() -> Iterator[QuerySet[Any, Any]]:
    for model in our_models():
        if not has_organisation(model):
            continue
        for field in model._meta.get_fields():
            other = field.related_model
            if isinstance(other, type) and field.concrete and has_organisation(other):
                known = model._default_manager.exclude(**{field.name: None})
                other_club = known.exclude(**{f"{field.name}__organisation": F("organisation")})
                name = Value(f"{model.__name__}.{field.name}", CharField())
                yield other_club.order_by().values_list(name)


def has_organisation(model: type[Model]) -> bool:
    """Tell whether rows of this kind say themselves whose they are."""
    return any(field.name == "organisation" for field in model._meta.get_fields())


def body(answer: HttpResponseBase) -> str:
    """Give all that was answered, a file too."""
    parts = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(parts).decode(errors="replace")


def our_models() -> list[type[Model]]:
    """Give the models of the package."""
    return [model for model in apps.get_models() if model.__module__.startswith("sendout.")]


# What the forms of all pages ask for, so that a POST would do something if it could.
POSTED = {
    "name": "Taken over",
    "first_name": "Charlie",
    "email": "c@example.org",
    "language": "en",
    "role": Role.OWNER,
    "version": "1",
    "then": "check",
    "channels": "email",
    "category": "marketing",
    "body_format": "markdown",
    "channel": "email",
    "address": "c@example.org",
    "to": "c@example.org",
    "from_address": "c@example.org",
    "when": "2091-01-01T10:00",
    "text": "mine now",
    "phones": "+15145550108",
    "why": "mine now",
    "typed": "c@example.org",
    "once_per": "address",
    "everyone": "on",
    "occasion": "own",
    "own": "mine now",
    "url": "https://pool.example/mine.ics",
    "purpose": "sessions",
    "words": "mine now",
    "first": "2035-01-01",
    "hours": "24",
}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.address)
def test_the_ids_of_every_route_are_known(route: Route) -> None:
    unknown = [name for name in route.parts if name not in route.ids and name not in WORDS]
    assert not unknown, f"say in IDS or WORDS what {unknown} of {route.address} are"


def test_there_is_a_row_of_every_kind(everything: None, club: Organisation) -> None:
    assert {kind for ids in IDS.values() for kind in ids.values()} == set(KINDS)
    assert all(ids_of(kind, club) for kind in KINDS)


@pytest.mark.parametrize("slug", ["aqua-club", "skating-club"])
def test_a_stranger_gets_nothing_and_changes_nothing(
    stranger: Client, club: Organisation, slug: str
) -> None:
    """By Alice's slug every page, by Charlie's own every page with an id of Alice's."""
    before = whole_database()
    asked = 0
    for route in ROUTES if slug == "aqua-club" else WITH_IDS:
        for address in route.fill(slug, lambda kind: ids_of(kind, club)):
            for headers in ({}, {"HX-Request": "true"}):
                asked += 1
                got = stranger.get(address, headers=headers)
                # By his own slug he learns that a button takes no GET, whatever the id is.
                assert got.status_code == 404 or (slug != "aqua-club" and got.status_code == 405)
                assert stranger.post(address, POSTED, headers=headers).status_code == 404, address
    assert asked > 200
    assert whole_database() == before


def test_ids_of_alice_in_charlies_own_forms_are_nobodys(
    stranger: Client, club: Organisation, other_club: Organisation
) -> None:
    """The audience of his draft, the members of his group: only what is his gets in."""
    foreign = {name: ids_of(kind, club)[0] for name, kind in REFERRING.items()}
    for route in ROUTES:
        for address in route.fill(other_club.slug, lambda kind: newest(kind, other_club)):
            seen = [body(stranger.get(address, foreign, headers={"HX-Request": "true"}))]
            for name, pk in foreign.items():
                with transaction.atomic():
                    answer = stranger.post(address, POSTED | {name: pk})
                    seen.append(body(answer))
                    assert not crossings(), f"{address} {name}"
                    transaction.set_rollback(True)
                if answer.status_code == 405:  # a page to read, whatever is sent to it
                    break
            assert not [each for each in seen if club.name in each], address


def test_whoever_has_not_signed_in_is_sent_to_the_sign_in(
    everything: None, club: Organisation, client: Client
) -> None:
    before = whole_database()
    for route in ROUTES:
        for address in route.fill("aqua-club", lambda kind: ids_of(kind, club)[:1]):
            for answer in (client.get(address), client.post(address, POSTED)):
                assert answer.status_code == 302, address
                assert answer.headers["Location"].startswith("/account/login/?next=/o/"), address
    assert whole_database() == before


def test_alice_herself_gets_every_page(everything: None, club: Organisation, alice: User) -> None:
    """Otherwise the 404s above would prove nothing."""
    browser = sign_in(alice)
    for route in ROUTES:
        answers = {
            browser.get(address, headers={"HX-Request": "true"}).status_code
            for address in route.fill("aqua-club", lambda kind: ids_of(kind, club))
        }
        assert answers & {200, 302, 405}, route.address
