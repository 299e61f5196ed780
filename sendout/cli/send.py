"""`sendout send`: one message to a file or a group of participants."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from sendout.accounts.models import Organisation
from sendout.cli.commands import Subparsers
from sendout.cli.estimating import print_estimate
from sendout.cli.org import organisation_of
from sendout.cli.outgoing import check_texts, check_ways, choose_senders, read_message
from sendout.cli.problem import Problem
from sendout.cli.reaching import group_of, note_missing
from sendout.cli.status import exit_code, print_status
from sendout.cli.supervisor import say
from sendout.cli.waiting import wait_until_done, worker_is_alive
from sendout.compose.models import Category
from sendout.core.quiet import Night
from sendout.deliveries import counting, freeze, zones
from sendout.deliveries.quiet import hours_of, night_of
from sendout.people.models import Group
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Channels,
    FallbackTo,
    OncePer,
    SendOut,
)
from sendout.sendouts.waits import DAY, HOUR

LONGEST_NAME = 200
UNITS, LONGEST_NUMBER = {"m": 1, "h": HOUR, "d": DAY}, 6
STOPPED_BY_HAND = 130


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("send", help="send one message to many")
    parser.add_argument("--org", required=True, metavar="SLUG")
    audience = parser.add_mutually_exclusive_group(required=True)
    audience.add_argument("--to", type=Path, metavar="FILE", help="import this list and send to it")
    audience.add_argument("--group", metavar="NAME", help="send to this group")
    parser.add_argument("--subject", default="", metavar="S", help="default: the HTML's title")
    parser.add_argument("--html", type=Path, metavar="F", help="the email, as HTML")
    parser.add_argument("--text", type=Path, metavar="F", help="its plain text; alone: the email")
    parser.add_argument("--sms", type=Path, metavar="F", help="the text message")
    parser.add_argument("--category", choices=Category.values, default=Category.OPERATIONAL.value)
    parser.add_argument("--sender", action="append", default=[], metavar="NAME")
    parser.add_argument("--at", metavar="TIME", help="2027-01-15T09:30, in the organisation's zone")
    parser.add_argument(
        "--their-time",
        action="store_true",
        help="--at is what each recipient's own clock shows (their column “timezone”)",
    )
    parser.add_argument(
        "--fallback-after",
        metavar="WAIT",
        help="30m, 2h or 1d: email first; so long after the last one, SMS to those only whom it "
        "did not reach",
    )
    parser.add_argument(
        "--fallback-to",
        choices=["not-arrived", "not-opened"],
        help="whose email did not arrive (default), or was not opened by a person either",
    )
    parser.add_argument(
        "--in-quiet-hours", action="store_true", help="even where it is night for recipients"
    )
    parser.add_argument(
        "--no-gaps", action="store_true", help="not at all if somebody has no value for a field"
    )
    parser.add_argument("--once-per", choices=OncePer.values, default=OncePer.ADDRESS.value)
    parser.add_argument("--urgent", action="store_true", help="before all that is not")
    parser.add_argument("--name", default="", metavar="N", help="on the Messages page")
    parser.add_argument("--estimate", action="store_true", help="only say what it would cost")
    parser.add_argument("--wait", action="store_true", help="until everything has left")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Check everything first, then start; what cannot leave leaves nothing behind."""
    if arguments.estimate:
        return reckon(arguments)
    sendout = draft(organisation_of(arguments.org), arguments)
    if arguments.wait:
        stopped = not wait_until_done(sendout)
        print_status(sendout, as_json=arguments.json)
        return STOPPED_BY_HAND if stopped else exit_code(sendout)
    print_status(sendout, as_json=arguments.json)
    if not worker_is_alive():
        say("no worker runs; `sendout run` or `sendout worker` sends it, or `--wait` next time")
    return 0


@transaction.atomic
def reckon(arguments: argparse.Namespace) -> int:
    """Say what it would cost, with the same checks; nothing of it is kept, not even a list."""
    organisation = organisation_of(arguments.org)
    read_time(arguments.at, organisation)
    sendout = unsaved(organisation, arguments)
    group, _ = group_of(sendout.organisation, arguments, sendout.name)
    write(sendout, group)
    code = print_estimate(sendout, as_json=arguments.json)
    transaction.set_rollback(True)
    return code


def draft(organisation: Organisation, arguments: argparse.Namespace) -> SendOut:
    """Make the send-out and start or schedule it. Raises Problem when anything is not right."""
    when = read_time(arguments.at, organisation)
    sendout = unsaved(organisation, arguments)
    # A wrong name is said before anything connects; a list is taken in when all else is right.
    named = None if arguments.to else group_of(organisation, arguments, sendout.name)
    check_ways([s for s in (sendout.email_sender, sendout.sms_sender) if s])
    group, ours = named or group_of(organisation, arguments, sendout.name)
    if arguments.their_time:
        sendout.local_time = read_local_time(arguments.at)
    try:
        begin(sendout, group, when, arguments)
    except NotPossible as error:
        if ours:
            group.delete()
        raise Problem(str(error)) from None
    return sendout


def unsaved(organisation: Organisation, arguments: argparse.Namespace) -> SendOut:
    """Put the send-out together from the arguments. Raises Problem when anything is not right."""
    message, channels = read_message(organisation, arguments)
    waits = read_fallback(arguments, channels)
    channels = Channels.EMAIL_THEN_SMS if waits else channels
    check_texts(message, channels)
    senders = choose_senders(organisation, channels, arguments.sender)
    return SendOut(
        organisation=organisation,
        name=(arguments.name or message.subject or message.sms_text)[:LONGEST_NAME].strip(),
        message=message,
        channels=channels,
        once_per=arguments.once_per,
        urgent=arguments.urgent,
        email_sender=senders.get(Channel.EMAIL),
        sms_sender=senders.get(Channel.SMS),
        **waits,
    )


def read_fallback(arguments: argparse.Namespace, channels: Channels) -> dict[str, Any]:
    """Read when SMS follow the emails, and to whom, as fields of the send-out; none if none do.

    Raises Problem.
    """
    if arguments.fallback_after is None:
        if arguments.fallback_to:
            raise Problem("--fallback-to: say when with --fallback-after, such as 30m")
        return {}
    if channels != Channels.BOTH:
        raise Problem("--fallback-after: give the email (--html or --text) and the --sms as well")
    to = (arguments.fallback_to or FallbackTo.NOT_ARRIVED).replace("-", "_")
    return {"fallback_minutes": read_wait(arguments.fallback_after), "fallback_to": to}


def read_wait(text: str) -> int:
    """Read a wait such as 30m, in minutes. Raises Problem."""
    number, unit = text[:-1], UNITS.get(text[-1:])
    if unit is None or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise Problem(f'--fallback-after: "{text}" is no wait; write it like 30m, 2h or 1d')
    minutes = int(number) * unit
    if not SHORTEST_WAIT <= minutes <= LONGEST_WAIT:
        raise Problem(f'--fallback-after: "{text}" is not from 5m to 7d')
    return minutes


@transaction.atomic
def begin(
    sendout: SendOut, group: Group, when: datetime | None, arguments: argparse.Namespace
) -> None:
    """Write message, send-out and deliveries, all of it or nothing. Raises NotPossible."""
    write(sendout, group)
    if note_missing(sendout) and arguments.no_gaps:
        raise NotPossible("--no-gaps: nothing is sent with a gap; give {{ field|other words }}")
    if not arguments.in_quiet_hours and (night := night_of(sendout, when or datetime.now(UTC))):
        raise NotPossible(in_quiet_hours(sendout, night))
    if sendout.local_time:
        local = datetime.fromisoformat(sendout.local_time)
        first = zones.leavings(sendout, local).first.at
        lifecycle.schedule(sendout, first, sendout.local_time)
    elif when is not None:
        lifecycle.schedule(sendout, when)
    else:
        freeze.send_now(sendout)
        counting.finish(sendout.pk)


def write(sendout: SendOut, group: Group) -> None:
    """Write message and send-out, for this group."""
    sendout.message.save()
    sendout.message = sendout.message  # takes over the id it has now
    sendout.save()
    sendout.groups.add(group)


def in_quiet_hours(sendout: SendOut, night: Night) -> str:
    """Say whom the text would reach at night, and what to do."""
    people = "1 person" if night.people == 1 else f"{night.people:,} people"
    local = night.morning.astimezone(sendout.organisation.zone)
    return (
        f"the text would reach {people} in quiet hours ({hours_of(sendout.organisation)}; "
        f"{night}): give --at {local:%Y-%m-%dT%H:%M}, or --in-quiet-hours to send it all the same"
    )


def read_local_time(text: str | None) -> str:
    """Give --at as a send-out keeps the time of everybody's own clock. Raises Problem."""
    if text is None or datetime.fromisoformat(text).tzinfo is not None:
        raise Problem("--their-time: give --at as well, without an offset, like 2027-01-15T18:00")
    return f"{datetime.fromisoformat(text):%Y-%m-%dT%H:%M}"


def _there_and_back(local: datetime, text: str) -> datetime:
    try:
        return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None)
    except OverflowError:
        raise Problem(f"--at: {text} is too far away; give a time in this century") from None


def read_time(text: str | None, organisation: Organisation) -> datetime | None:
    """Read --at, on the organisation's clock when it names no offset. Raises Problem."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f'--at: "{text}" is not a time; write it like 2027-01-15T09:30') from None
    zone = organisation.zone
    if when.tzinfo is None:
        local = when.replace(tzinfo=zone)
        if _there_and_back(local, text) != when:
            raise Problem(f"--at: there is no {text} in {zone}: the clocks go forward then")
        when = local
    if when <= datetime.now(UTC):
        raise Problem(f"--at: {text} is past in {zone}; give a later time, or none to send now")
    return when
