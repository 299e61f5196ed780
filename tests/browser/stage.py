"""Two clubs for the browser to work in; run by `sendout manage shell` in the installation.

Harbour is empty but for its senders, which are slow enough to watch. Rink has people, a group and
senders that take half a minute for all of them. The demo gets an import and an invitation. Prints
the addresses that only their recipients know, as JSON.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO

from django.db import transaction

from sendout.accounts import invitations
from sendout.accounts.models import Membership, Organisation, Role
from sendout.accounts.organisations import find_or_make_user, found
from sendout.deliveries.links import unsubscribe_url
from sendout.deliveries.models import Delivery
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Group, Participant
from sendout.senders.defaults import settle_default
from sendout.senders.models import Channel, Sender
from sendout.senders.ways import put_settings

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
    made.postal_address = "1 Harbour Drive, St. John's NL"
    made.save()
    return made


def senders(organisation: Organisation, pace: int) -> None:
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
        put_settings(sender, {"speed": FRACTION_OF_LIFE, "bounce_rate": 0.02})
        sender.save()
        settle_default(organisation, channel)


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


with transaction.atomic():
    senders(club("harbour", "Harbour Swim School"), pace=400)
    rink = club("rink", "Rink Skating Club")
    senders(rink, pace=4)
    skaters(rink)
demo = Organisation.objects.get(slug="aqua-club")
upload(demo)
sys.stdout.write(json.dumps(secret_addresses(demo)))
