"""Five clubs for the browser to work in; run by `sendout manage shell` in the installation.

Harbour is empty but for its senders, which are slow enough to watch. Rink has people, a group and
senders that take half a minute for all of them. At Lake a message to a family comes back. Cove has
texted a family. Quay has 300 people with email and phone, and senders without a pace. The demo gets
imports, an invitation, and texts to look at. Prints the addresses that only their recipients know,
as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from sendout.accounts import invitations
from sendout.accounts.models import Membership, Organisation, Role
from sendout.accounts.organisations import find_or_make_user, found
from sendout.compose.models import Message
from sendout.core.providers.heard import Incoming
from sendout.deliveries.freeze import send_now
from sendout.deliveries.links import unsubscribe_url
from sendout.deliveries.models import Delivery
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Group, Participant
from sendout.replies.models import ForwardRule
from sendout.replies.taking import take_in
from sendout.returns.entering import put_settings as put_mailbox
from sendout.returns.keeping import keep
from sendout.returns.models import Mailbox, ReturnedMail
from sendout.senders.defaults import settle_default
from sendout.senders.models import Channel, Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from sendout.series.steering import begin
from sendout.suppression.importing import import_now as import_list
from sendout.suppression.importing import store_list
from sendout.timetable.importing import keep_file
from sendout.timetable.models import Calendar, ClosedDay, Rule, Session

PASSWORD = "correct horse battery"
FRACTION_OF_LIFE = 0.35  # speed at which nothing is delivered before the page showed "Sent"


def club(slug: str, name: str) -> Organisation:
    alice, _ = find_or_make_user(f"alice@{slug}.example")
    bob, _ = find_or_make_user(f"bob@{slug}.example")
    for user, first_name in ((alice, "Alice"), (bob, "Bob")):
        user.name = first_name
        user.set_password(PASSWORD)
        user.save()
    made = found(slug, name, country="CA", timezone="America/St_Johns", owner=alice)
    Membership.objects.create(organisation=made, user=bob, role=Role.SENDER)
    made.quiet_hours = False  # tests run at any hour
    made.undo_seconds = 0  # only test_undo.py waits for it
    made.postal_address = "1 Harbour Drive, St. John's NL"
    made.save()
    return made


def senders(organisation: Organisation, pace: int, speed: float = FRACTION_OF_LIFE) -> None:
    for channel, address in ((Channel.EMAIL, "office@club.example"), (Channel.SMS, "+17095550100")):
        sender = Sender(
            organisation=organisation,
            name=f"Rehearsal {channel.label}",
            channel=channel,
            kind="sandbox",
            from_name=organisation.name if channel == Channel.EMAIL else "",
            from_address=address,
            pace_count=pace,
        )
        put_settings(sender, {"speed": speed, "bounce_rate": 0.02})
        sender.save()
        settle_default(organisation, channel)


def swimmers(organisation: Organisation) -> None:
    """Add 300 people; the last of them has nothing to write to but a wrong number."""
    group = Group.objects.create(organisation=organisation, name="Swimmers")
    made = [
        Participant(
            organisation=organisation,
            first_name="Swimmer",
            last_name=str(number),
            email=f"deliver+s{number}@sandbox.test",
            email_normal=f"deliver+s{number}@sandbox.test",
            phone=f"+1709555{number:04}",
            phone_typed=f"709-555-{number:04}",
        )
        for number in range(1000, 1299)
    ]
    made.append(Participant(organisation=organisation, first_name="Zoé", phone_typed="555-01"))
    group.participants.set(Participant.objects.bulk_create(made))


def email_service(organisation: Organisation) -> None:
    """Add a sender that is not in use, since there is no such account."""
    sender = Sender(
        organisation=organisation,
        name="Mailgun",
        channel=Channel.EMAIL,
        kind="esp",
        from_address="office@club.example",
        active=False,
    )
    put_settings(sender, {"esp": "mailgun", "api_key": "none"})
    sender.save()


def text_service(organisation: Organisation) -> None:
    """Add a sender that is not in use, since there is no such account."""
    sender = Sender(
        organisation=organisation,
        name="Twilio",
        channel=Channel.SMS,
        kind="twilio",
        from_address="+17095550100",
        active=False,
    )
    put_settings(sender, {"account_sid": "AC" + "0" * 32, "auth_token": "none"})
    sender.save()


def skaters(organisation: Organisation) -> None:
    group = Group.objects.create(organisation=organisation, name="Skaters")
    made = Participant.objects.bulk_create(
        Participant(
            organisation=organisation,
            first_name="Skater",
            last_name=str(number),
            email=f"deliver+{number}@sandbox.test",
            email_normal=f"deliver+{number}@sandbox.test",
        )
        for number in range(1, 121)
    )
    group.participants.set(made)


def family(organisation: Organisation) -> None:
    """Send a message to three people, of whom two share an address that does not exist."""
    addresses = {"Ann": "refuse+roy", "Bert": "refuse+roy", "Carl": "deliver+carl"}
    for name, local in addresses.items():
        address = f"{local}@sandbox.test"
        Participant.objects.create(
            organisation=organisation,
            first_name=name,
            last_name="Roy",
            email=address,
            email_normal=address,
        )
    message = Message.objects.create(
        organisation=organisation, subject="Thin ice", body="Stay off the ice today."
    )
    sendout = SendOut.objects.create(
        organisation=organisation,
        name="Thin ice",
        message=message,
        everyone=True,
        email_sender=Sender.objects.get(organisation=organisation, channel=Channel.EMAIL),
    )
    send_now(sendout)


def texts(organisation: Organisation) -> None:
    """Send a text to two people who share a phone."""
    for name in ("Ann", "Bert"):
        Participant.objects.create(
            organisation=organisation,
            first_name=name,
            last_name="Roy",
            phone="+17095550102",
            phone_typed="709-555-0102",
        )
    message = Message.objects.create(organisation=organisation, sms_text="High tide: no paddling.")
    sendout = SendOut.objects.create(
        organisation=organisation,
        name="High tide",
        message=message,
        channels="sms",
        everyone=True,
        sms_sender=Sender.objects.get(organisation=organisation, channel=Channel.SMS),
    )
    send_now(sendout)


def replies(demo: Organisation) -> None:
    """Have one of the demo's people ask, and another one nearly say STOP; the staff is told."""
    ForwardRule.objects.create(
        organisation=demo, name="Front desk", phones=["+16135550104"], away="Back on Monday.",
        days=[0, 1, 2, 3, 4], opens="09:00", closes="17:00",
    )  # fmt: skip
    sender = Sender.objects.get(organisation=demo, channel=Channel.SMS)
    rows = Delivery.objects.filter(organisation=demo, status="delivered", channel="sms")
    first, second = rows.order_by("-pk")[:2]
    for row, words in ((first, "Is the pool open on Friday?"), (second, "stop texting me!!")):
        take_in(sender, [Incoming(row.address, sender.from_address, words, f"staged-{row.pk}")])


def blocks(demo: Organisation) -> None:
    """Begin an email in blocks, newer than the demo's own draft."""
    message = Message.objects.create(
        organisation=demo, subject="Laid out", body_format="blocks",
        blocks=[
            {"id": "a", "kind": "heading", "text": "The pool is open", "level": 1},
            {"id": "b", "kind": "text", "html": "<p>Read <a href='https://a.example'>it</a>.</p>"},
            {"id": "c", "kind": "columns", "left": [], "right": []},
        ],
    )  # fmt: skip
    SendOut.objects.create(organisation=demo, name="Laid out", message=message)


def bounces(demo: Organisation) -> None:
    """Add a mailbox that nothing answers for, and a mail that nobody understood."""
    mailbox = Mailbox(organisation=demo, name="Bounces", kind="imap")
    put_mailbox(mailbox, {"host": "127.0.0.1", "port": 1, "username": "bounces", "password": "x"})
    mailbox.save()
    row = Delivery.objects.filter(organisation=demo, status="delivered", channel="email").first()
    raw = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n\r\n"
        f"This is the mail system at mx.example.\r\n\r\nI could not deliver to {row.address}.\r\n"
    )
    with transaction.atomic():
        mail = keep(raw.encode(), "imap", organisation=demo, mailbox=mailbox)
        ReturnedMail.objects.filter(pk=mail.pk).update(
            state="unclear", reason="hint", delivery=row.pk
        )


def sessions(demo: Organisation) -> None:
    """Plan lessons by a calendar that cannot be read any more, and look at a schedule."""
    calendar = Calendar.objects.create(
        organisation=demo, name="Pool", url="https://pool.example/a.ics",
        tried_at=timezone.now(), fetched_at=timezone.now(), trouble="its server answered 500",
    )  # fmt: skip
    group = Group.objects.filter(organisation=demo).first()
    Rule.objects.create(organisation=demo, calendar=calendar, words="Lesson", group=group)
    for day in range(1, 4):
        starts = timezone.now() + timedelta(days=day)
        Session.objects.create(
            organisation=demo, calendar=calendar, uid=str(day), title=f"Lesson {day}",
            group=group, starts=starts, ends=starts + timedelta(hours=1), place="Small pool",
            cancelled=day == 2,
        )  # fmt: skip
    times = {"when": "before", "hours": 24}
    series = begin(demo, demo.memberships.get().user, "Lesson reminder", "email", times)
    Message.objects.filter(pk=series.pattern.message_id).update(
        subject="{{ session }}", body="See you at {{ session_time }}, {{ place|at the pool }}."
    )
    closed = timezone.localdate() + timedelta(days=9)
    ClosedDay.objects.create(organisation=demo, day=closed, name="Repairs")
    rows = BytesIO(b"Title;Date;Starts\nGala;2091-12-12;15:00\nGhost;;\n")
    keep_file(demo, "Gala.csv", rows, None)


def secret_addresses(demo: Organisation) -> dict[str, str]:
    """Give a recipient's own page and an invitation's."""
    owner = demo.memberships.get().user
    invitation = invitations.invite(demo, "dora@aquaclub.example", Role.SENDER, owner)
    mail = Delivery.objects.filter(organisation=demo, status="delivered", channel="email").first()
    text = Delivery.objects.filter(organisation=demo, status="delivered", channel="sms").first()
    return {
        "unsubscribe": unsubscribe_url(mail.pk),
        "unsubscribe_sms": unsubscribe_url(text.pk),
        "invitation": f"/invitation/{invitations.token_of(invitation)}/",
    }


def upload(demo: Organisation) -> None:
    """Have a list checked, with something to say about a row, and another one imported."""
    wrong = b"First name;Email;Phone;Belt\nAnn;ann@;613-555-0111;blue\n;;;\n"
    import_now(store_upload(demo, "September.csv", BytesIO(wrong)), dry_run=True)
    import_now(store_upload(demo, "October.csv", BytesIO(wrong)), dry_run=False)
    left = b"Email,Reason,Date\nann@example.org,spam,2025-03-04\nbert@,,\n"
    import_list(store_list(demo, "Unsubscribed 2025.csv", BytesIO(left)), dry_run=True)
    import_list(store_list(demo, "Unsubscribed.csv", BytesIO(left)), dry_run=False)


with transaction.atomic():
    senders(club("harbour", "Harbour Swim School"), pace=400)
    rink = club("rink", "Rink Skating Club")
    senders(rink, pace=4)
    skaters(rink)
    lake = club("lake", "Lake Skating Club")
    senders(lake, pace=400)
    family(lake)
    quay = club("quay", "Quay Swim School")
    senders(quay, pace=0, speed=10)
    swimmers(quay)
    cove = club("cove", "Cove Paddling Club")
    senders(cove, pace=400, speed=10)
    texts(cove)
demo = Organisation.objects.get(slug="aqua-club")
upload(demo)
blocks(demo)
bounces(demo)
replies(demo)
sessions(demo)
email_service(demo)
text_service(demo)
sys.stdout.write(json.dumps(secret_addresses(demo)))
