"""The organisation whose newsletter is sent: its people, its way out, and what it says."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from django.db import connection

from sendout.accounts.models import Organisation
from sendout.bench.work import FROM, NAMES, OWN_FIELDS, Pieces, people
from sendout.compose.models import BodyFormat, Category, Message
from sendout.compose.rendering import Templates, compile_email, templates
from sendout.core.message.template import Template, parse
from sendout.core.providers.setting import Value
from sendout.people.models import Participant
from sendout.senders.models import Channel, Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import Channels, SendOut

NAME = "Aqua Club"
SUBJECT = "News from the pool"
BODY = Path(__file__).with_name("newsletter.html")
AT_A_TIME = 5_000  # people written
MARK = "Qx{}xQ"  # letters alone, so that no encoding changes it


def found_club() -> SendOut:
    """Make the organisation and the draft of its newsletter to everybody."""
    club = Organisation.objects.create(
        slug="aqua-club", name=NAME, postal_address="12 Pool Street, Ottawa ON"
    )
    message = Message.objects.create(
        organisation=club,
        category=Category.MARKETING,
        subject=SUBJECT,
        body_format=BodyFormat.HTML,
        body=BODY.read_text(),
    )
    return SendOut.objects.create(
        organisation=club, name=SUBJECT, message=message, channels=Channels.EMAIL, everyone=True
    )


def enrol(club: Organisation, count: int) -> None:
    """Make so many participants, and have PostgreSQL know its new tables as it would later."""
    waiting = (participant(club, values) for values in people(count))
    while some := list(islice(waiting, AT_A_TIME)):
        Participant.objects.bulk_create(some)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def participant(club: Organisation, values: dict[str, str]) -> Participant:
    """Make a row for one recipient."""
    return Participant(
        organisation=club,
        first_name=values["first_name"],
        last_name=values["last_name"],
        email=values["email"],
        email_normal=values["email"],
        fields={field: values[field] for field in OWN_FIELDS},
    )


def choose_way(newsletter: SendOut, connections: int, settings: dict[str, Value]) -> None:
    """Give the newsletter its sender: an SMTP server with these settings."""
    sender = Sender(
        organisation=newsletter.organisation,
        name="Bench",
        channel=Channel.EMAIL,
        kind="smtp",
        from_name=NAME,
        from_address=FROM,
        connections=connections,
    )
    put_settings(sender, settings)
    sender.save()
    newsletter.email_sender = sender
    newsletter.save(update_fields=["email_sender"])


def read_texts(newsletter: SendOut) -> Templates:
    """Give what the newsletter says, its slots still open."""
    return templates(newsletter.message, newsletter.organisation)


def pieces(text: str, *, markup: bool = False) -> Pieces:
    """Cut a text at its merge fields, for programs that fill them their own way."""
    cut: Template = parse(text, markup=markup)
    found = [cut.constants[0]]
    for slot, constant in zip(cut.slots, cut.constants[1:], strict=True):
        found += [slot.key, constant]
    return found


def wire_pieces(newsletter: SendOut) -> Pieces:
    """Cut the newsletter as Sendout writes it to a server, encodings and all."""
    compiled = compile_email(
        newsletter.message, newsletter.organisation, from_name=NAME, from_address=FROM
    )
    fields = [*NAMES, "email", "unsubscribe_url"]
    marks = {field: MARK.format(number) for number, field in enumerate(fields)}
    whole = compiled.fill(
        marks,
        to_name=f"{marks['first_name']} {marks['last_name']}",
        to_address=f"{marks['email']}@example.test",
        message_id=marks["email"],
        date="Mon, 23 Nov 2026 12:00:00 +0000",
        unsubscribe_url=marks["unsubscribe_url"],
    )
    text = whole.decode().replace(f"{marks['email']}@example.test", marks["email"])
    for field, mark in marks.items():
        text = text.replace(mark, f"{{{{{field}}}}}")
    return pieces(text)
