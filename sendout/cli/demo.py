"""An organisation to try Sendout on: people, senders that rehearse, and a week of send-outs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sendout.accounts.models import Organisation, User
from sendout.accounts.organisations import find_or_make_user, found
from sendout.cli import demo_texts as texts
from sendout.cli.demo_past import send_in_the_past
from sendout.cli.demo_people import enrol
from sendout.cli.demo_texts import Text
from sendout.cli.problem import Problem
from sendout.compose import editing
from sendout.people.models import Group, Participant
from sendout.senders.defaults import settle_default
from sendout.senders.models import Channel, Sender
from sendout.senders.ways import put_settings
from sendout.sendouts import drafts, lifecycle
from sendout.sendouts.models import Channels, SendOut
from sendout.suppression.entries import suppress
from sendout.suppression.models import Reason, Suppression
from sendout.usage import prices
from sendout.usage.prices import Line

SLUG, NAME = "aqua-club", "Aqua Club"
EMAIL = "alice@aquaclub.example"
OFFICE = "office@aquaclub.example"
PEOPLE_SINCE = timedelta(days=40)

# Delivered in about a second, read within a minute or two: fast enough to watch.
SPEED = 5.0
EMAIL_LIFE = {
    "bounce_rate": 0.02,
    "defer_rate": 0.01,
    "complain_rate": 0.003,
    "open_rate": 0.55,
    "machine_open_rate": 0.10,
    "click_rate": 0.12,
    "speed": SPEED,
}
SMS_LIFE = {"bounce_rate": 0.02, "reply_rate": 0.06, "stop_rate": 0.01, "speed": SPEED}
# Millionths of a dollar: an email; a segment to Canada, to the United States, to anywhere else.
PRICES: dict[Line, int] = {
    ("email", "out", ""): 1_000,
    ("sms", "out", "CA"): 14_000,
    ("sms", "out", "US"): 11_000,
    ("sms", "out", ""): 90_000,
}

# Newsletters are read over a day, a closure within the hour.
SLOWLY, SOON = 1 / 30, 1 / 3


@dataclass(frozen=True, slots=True)
class Entry:
    """An address that was on the Unsubscribes list before: whose, by number in the group."""

    group: str
    number: int
    channel: str
    reason: Reason
    evidence: str
    days_ago: int
    category: str = ""


NO_MAILBOX = "5.1.1 The email account that you tried to reach does not exist"
LANDLINE = "5.1.1 The number is a landline and is not a valid recipient"
ENTRIES = (
    Entry("Tuesday beginners", 0, "email", Reason.BAD_EMAIL, NO_MAILBOX, 33),
    Entry("Tuesday beginners", 3, "email", Reason.UNSUBSCRIBED, "Link in a newsletter", 33),
    Entry("Tuesday beginners", 6, "sms", Reason.BAD_NUMBER, LANDLINE, 26),
    Entry("Swim level 3", 1, "sms", Reason.UNSUBSCRIBED, "STOP", 26),
    Entry("Swim level 3", 4, "sms", Reason.ADMIN, "Works nights: asked for no texts", 19),
    Entry("Swim level 3", 7, "email", Reason.COMPLAINT, "Marked as spam", 33),
    Entry("Masters", 2, "email", Reason.UNSUBSCRIBED, "Link in a newsletter", 33),
    Entry("Masters", 5, "email", Reason.ADMIN, "Phoned: no news, please", 12, "marketing"),
    Entry("Masters", 8, "sms", Reason.UNSUBSCRIBED, "ARRET", 12),
    Entry("Aqua fitness", 2, "email", Reason.UNSUBSCRIBED, "Link in a newsletter", 33),
)


def build() -> tuple[str, str]:
    """Make the demo's organisation unless it is there; gives email and password to sign in.

    All of it or nothing: what was interrupted starts anew. Raises Problem when the name is taken
    by an organisation that is not the demo's.
    """
    there = Organisation.objects.filter(slug=SLUG).first()
    if there is None:
        with transaction.atomic():
            make()
    alice = User.objects.filter(email=EMAIL, memberships__organisation__slug=SLUG).first()
    if alice is None:
        raise Problem(f'an organisation "{SLUG}" that is no demo is here; run without --demo')
    return EMAIL, password() if is_first_password(alice) else "that was chosen since"


def password() -> str:
    """Give the demo's password: the same at every start, and another one on every machine."""
    letters = letters_for("password")
    return "-".join((letters[:4], letters[4:8], letters[8:12]))


def letters_for(use: str) -> str:
    """Give forty letters and digits that depend on this installation's keys."""
    return salted_hmac("sendout.cli.demo", use).hexdigest()


def is_first_password(alice: User) -> bool:
    """Tell whether nobody changed the password since.

    Told by the salt, which is ours: hashing takes longer than all else that a later start needs.
    """
    return f"${letters_for('salt')}$" in alice.password or alice.check_password(password())


def make() -> None:
    """Make everything, in the order in which it happened."""
    organisation, alice = found_club()
    groups = enrol(organisation)
    people = Participant.objects.filter(organisation=organisation)
    people.update(created_at=timezone.now() - PEOPLE_SINCE)
    add_senders(organisation)
    prices.replace(organisation, PRICES)
    for entry in ENTRIES:
        enter(organisation, groups, entry, alice)
    send_past(organisation, alice, groups)
    write_future(organisation, alice, groups)


def found_club() -> tuple[Organisation, User]:
    """Make the organisation and the member of its staff who owns it."""
    alice, _ = find_or_make_user(EMAIL)
    alice.name = "Alice"
    alice.password = make_password(password(), salt=letters_for("salt"))
    alice.save()
    club = found(SLUG, NAME, country="CA", timezone="America/Toronto", owner=alice)
    club.postal_address = "12 Pool Street, Ottawa ON"
    club.contact = f"{OFFICE}, 613-555-0100"
    club.quiet_hours = False  # people rehearse at night, too, and wake nobody
    club.save()
    return club, alice


def add_senders(organisation: Organisation) -> None:
    """Give the organisation a way out for each channel; both lead nowhere."""
    ways = (
        (Channel.EMAIL, "Rehearsal email", OFFICE, EMAIL_LIFE),
        (Channel.SMS, "Rehearsal SMS", "+16135550100", SMS_LIFE),
    )
    for channel, name, address, life in ways:
        sender = Sender(
            organisation=organisation,
            name=name,
            channel=channel,
            kind="sandbox",
            from_name=NAME if channel == Channel.EMAIL else "",
            from_address=address,
        )
        put_settings(sender, life)
        sender.save()
        settle_default(organisation, channel)


def enter(organisation: Organisation, groups: dict[str, Group], entry: Entry, alice: User) -> None:
    """Put somebody of a group on the Unsubscribes list, as of then."""
    missing = "email_normal" if entry.channel == Channel.EMAIL else "phone"
    reachable = groups[entry.group].participants.exclude(**{missing: ""}).order_by("pk")
    address = getattr(reachable[entry.number], missing)
    by = alice if entry.reason == Reason.ADMIN else None
    listed = suppress(
        organisation,
        entry.channel,
        address,
        entry.reason,
        entry.category,
        evidence=entry.evidence,
        member=by,
    )
    then = timezone.now() - timedelta(days=entry.days_ago)
    Suppression.objects.filter(pk=listed.pk).update(created_at=then)


def draft(organisation: Organisation, alice: User, text: Text, channels: Channels) -> SendOut:
    """Write a message, for everybody until an audience is chosen."""
    sendout = drafts.start(organisation, alice, text.name, channels)
    sendout.message = editing.save(sendout.message, text.written(), version=1, member=alice)
    return sendout


def for_everyone(sendout: SendOut) -> SendOut:
    """Choose everybody as the audience."""
    sendout.everyone = True
    sendout.save(update_fields=["everyone"])
    return sendout


def send_past(organisation: Organisation, alice: User, groups: dict[str, Group]) -> None:
    """Send what left in the past days, the oldest first: who bounced then is skipped later."""
    newsletter = draft(organisation, alice, texts.NEWSLETTER, Channels.EMAIL)
    send_in_the_past(for_everyone(newsletter), clock(organisation, -6, 10, 20), SLOWLY)

    closure = draft(organisation, alice, texts.CANCELLATION, Channels.BOTH)
    closure.groups.set([groups["Tuesday beginners"], groups["Swim level 3"]])
    send_in_the_past(closure, clock(organisation, -2, 7, 45), SOON)

    reminder = draft(organisation, alice, texts.REMINDER, Channels.SMS)
    reminder.groups.set([groups["Masters"], groups["Aqua fitness"]])
    without_email = Participant.objects.filter(organisation=organisation, email_normal="")
    reminder.people.set(without_email)
    send_in_the_past(reminder, clock(organisation, -1, 16, 30), SOON)


def write_future(organisation: Organisation, alice: User, groups: dict[str, Group]) -> None:
    """Write what has not left yet: one draft, one send-out for next week."""
    evening = draft(organisation, alice, texts.PARENTS_EVENING, Channels.SMS_WITHOUT_EMAIL)
    evening.groups.set([groups["Synchronised skating"], groups["Day camp 6-8"]])
    swimathon = for_everyone(draft(organisation, alice, texts.SWIMATHON, Channels.EMAIL))
    lifecycle.schedule(swimathon, clock(organisation, +7, 9, 0))


def clock(organisation: Organisation, days: int, hour: int, minute: int) -> datetime:
    """Give this time of day so many days from today, where the organisation is."""
    day = timezone.now().astimezone(organisation.zone) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
