"""Two organisations that have been at it for years, with a row of every kind that a page shows.

A club has ten thousand participants and a hundred send-outs. A federation has a million, has
written to all of them once, and is writing to a hundred thousand by email and SMS at this moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

from django.db import connection
from django.utils import timezone

from sendout.accounts.models import Invitation, Membership, Organisation, Role, User
from sendout.bench import crowd
from sendout.bench.club import BODY, SUBJECT
from sendout.bench.crowd import Story
from sendout.compose.filing import add_file
from sendout.compose.models import BodyFormat, Category, Message
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Group
from sendout.replies.models import ForwardRule
from sendout.reports.asking import ask
from sendout.reports.making import make
from sendout.returns.keeping import keep as keep_mail
from sendout.returns.models import Mailbox, ReturnedMail
from sendout.senders.models import OutboxCopy, Sender
from sendout.sendouts.models import Channels, OncePer, SendOut, State
from sendout.sendouts.templates import keep as keep_template
from sendout.series.steering import begin as begin_series
from sendout.suppression.importing import import_now as import_list
from sendout.suppression.importing import store_list
from sendout.timetable.importing import keep_file
from sendout.timetable.models import Calendar, ClosedDay, Rule
from sendout.usage.prices import put as put_price

GROUPS = 40
EVERY = timedelta(days=4)  # the club writes
TEXT = "{{ organisation }}: the pool is closed on Monday. See you on Tuesday, {{ first_name }}!"
LETTER = b"Subject: Hello\r\nContent-Type: text/html\r\n\r\n<p>See you at the pool</p>"
# To how many participants of a hundred each of ten send-outs in a row goes.
SIZES = (100, 1, 3, 2, 30, 1, 5, 2, 10, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    people: int = 10_000
    sendouts: int = 100
    largest: int = 1_000_000
    running: int = 100_000


@dataclass(slots=True)
class Town:
    """What was made. sendouts: by what they are for the pages, see `routes`."""

    owner: User
    club: Organisation
    federation: Organisation
    sendouts: dict[str, SendOut] = field(default_factory=dict)


def found(size: Size, tell: Callable[[str], None]) -> Town:
    """Make all of it, and have PostgreSQL know its tables as it would later."""
    owner = User.objects.create_user("alice@aqua-club.example", name="Alice")
    town = Town(owner, _organisation(owner, "Aqua Club"), _organisation(owner, "Federation"))
    tell(f"making {size.people + size.largest:,} participants ...")
    crowd.settle_down(town.club.pk, size.people)
    crowd.settle_down(town.federation.pk, size.largest)
    for number in range(GROUPS):
        Group.objects.create(organisation=town.club, name=f"Course {number + 1}")
    _furnish(town.club, owner)
    crowd.fill_groups()
    tell("making what they were sent ...")
    for story in [*_past(town, size), *_large(town, size)]:
        for channel in Channels(story.sendout.channels).used:
            crowd.tell(story, channel)
    crowd.add_up()
    _write_drafts(town)
    _finish(town)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return town


def _organisation(owner: User, name: str) -> Organisation:
    made = Organisation.objects.create(
        slug=name.lower().replace(" ", "-"), name=name, postal_address="12 Pool Street, Ottawa ON"
    )
    Membership.objects.create(organisation=made, user=owner, role=Role.OWNER)
    for channel, address in (("sms", "+16135550100"), ("email", "office@aquaclub.example")):
        Sender.objects.create(
            organisation=made, name=f"Sandbox {channel}", channel=channel, kind="sandbox",
            from_name=name, from_address=address, is_default=True,
        )  # fmt: skip
        put_price(made, (channel, "out", ""), 900)
    return made


def _write(town: Town, club: Organisation, name: str, state: State, channels: Channels) -> SendOut:
    message = Message.objects.create(
        organisation=club, category=Category.MARKETING, subject=SUBJECT,
        body_format=BodyFormat.HTML, body=BODY.read_text(), sms_text=TEXT,
    )  # fmt: skip
    ways = {f"{way.channel}_sender": way for way in club.senders.all()}
    return SendOut.objects.create(
        organisation=club, name=name, message=message, channels=channels, state=state,
        created_by=town.owner, **ways,
    )  # fmt: skip


def _sent(town: Town, club: Organisation, name: str, at: datetime, channels: Channels) -> SendOut:
    sendout = _write(town, club, name, State.FINISHED, channels)
    sendout.started_at, sendout.finished_at = at, at + timedelta(hours=1)
    sendout.save()
    return sendout


def _past(town: Town, size: Size) -> Iterator[Story]:
    """Tell what the club has sent, the newest last."""
    now = timezone.now()
    for number in range(size.sendouts):
        people = max(size.people * SIZES[-number % len(SIZES)] // 100, 1)
        channels = Channels.BOTH if number % 3 == 0 else Channels.EMAIL
        at = now - EVERY * (size.sendouts - number)
        sendout = _sent(town, town.club, f"News {number + 1}", at, channels)
        if people == size.people:
            town.sendouts["everyone"] = sendout
        yield Story(sendout, people, at, skip=number * 37 % (size.people - people + 1))
    town.sendouts["recent"] = sendout


def _large(town: Town, size: Size) -> Iterator[Story]:
    """Tell what the federation has sent, and is sending."""
    now = timezone.now()
    before = now - timedelta(days=3)
    town.sendouts["million"] = _sent(town, town.federation, "News for all", before, Channels.EMAIL)
    yield Story(town.sendouts["million"], size.largest, before)
    running = _sent(town, town.federation, "Closed on Monday", now, Channels.BOTH)
    running.state, running.finished_at, running.urgent = State.RUNNING, None, True
    running.started_at = now - timedelta(minutes=20)
    running.save()
    town.sendouts["running"] = running
    yield Story(running, min(size.running, size.largest), running.started_at, left=0.6)


def _write_drafts(town: Town) -> None:
    """Write what has not left: a draft to everybody, one in the night of a closure, a plan."""
    for name, state in (
        ("draft", State.DRAFT), ("family", State.DRAFT), ("scheduled", State.SCHEDULED),
    ):  # fmt: skip
        sendout = _write(town, town.club, f"{name} to everybody", state, Channels.BOTH)
        sendout.everyone = True
        town.sendouts[name] = sendout
    town.sendouts["family"].once_per = OncePer.FAMILY
    town.sendouts["family"].urgent = True
    town.sendouts["scheduled"].scheduled_for = timezone.now() + timedelta(days=9)
    for sendout in town.sendouts.values():
        sendout.save()
    add_file(town.sendouts["draft"].message, "Programme.txt", BytesIO(b"Monday, Tuesday"))
    keep_template(town.sendouts["draft"], "News", town.owner)


def _finish(town: Town) -> None:
    """Have a report of a send-out signed; it takes its keys and its rows."""
    make(ask(town.sendouts["recent"], town.owner).pk)


def _furnish(club: Organisation, owner: User) -> None:
    """Make some of everything else that the club's pages show."""
    begin_series(club, owner, "Reminder", "email", {"when": "before"})
    people = BytesIO(b"First name;Email\nZoe;zoe@example.org\n;\n")
    import_now(store_upload(club, "people.csv", people), dry_run=True)
    listed = BytesIO(b"Email,Note\nunsubscribed@example.org,moved\n")
    import_list(store_list(club, "list.csv", listed), dry_run=True)
    way = club.senders.get(channel="email")
    OutboxCopy.objects.bulk_create(
        OutboxCopy(
            organisation=club, sender=way, channel="email", content=LETTER,
            recipient=f"swimmer{n}@mail.test",
        )
        for n in range(500)
    )  # fmt: skip
    Mailbox.objects.create(
        organisation=club, name="Bounces", kind="imap", config={"host": "127.0.0.1", "port": 1}
    )
    for number in range(50):
        keep_mail(f"Subject: {number}\r\n\r\nSorry".encode(), "pipe", organisation=club)
    ReturnedMail.objects.filter(organisation=club).update(state="unclear", reason="hint")
    ForwardRule.objects.create(organisation=club, name="Office", phones=["+16135550107"])
    Invitation.objects.create(organisation=club, email="bob@aqua-club.example", invited_by=owner)
    pool = Calendar.objects.create(
        organisation=club, name="Pool", url="https://pool.example/a.ics",
        next_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    group = club.groups.first()
    assert group is not None
    Rule.objects.create(organisation=club, calendar=pool, words="Course", group=group)
    ClosedDay.objects.create(organisation=club, day=timezone.now().date(), name="Holiday")
    keep_file(club, "schedule.csv", BytesIO(b"Title;Date\nCourse 1;2091-01-01\n"), None)
