"""`sendout sender add`: give an organisation a way out."""

from __future__ import annotations

import argparse

from django.db import transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.cli import sender_dkim
from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.addresses import BadAddress
from sendout.core.providers.registry import (
    KINDS,
    calls_back,
    config_from_url,
    leaves_as_written,
)
from sendout.core.providers.setting import BadConfig, Value
from sendout.deliveries.links import read_bounce_address
from sendout.senders import pool
from sendout.senders.defaults import make_default, settle_default
from sendout.senders.from_address import read_from
from sendout.senders.hooks import address_of
from sendout.senders.models import Channel, Sender
from sendout.senders.warming import BadWarmup, put_warmup
from sendout.senders.ways import put_settings

URLS = (
    "smtp://user:password@host:port/?tls=starttls, sandbox:, or an email service with its "
    "settings: postmark:?server_token=... (docs/esp.md); for texts twilio:?account_sid=..., "
    "vonage:?api_key=..., kannel:, android: or other: (docs/sms.md), "
    "or smpp://system_id:password@host:2775/?window=20 (docs/smpp.md)"
)


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("sender", help="give an organisation a way out")
    actions = parser.add_subparsers(metavar="action", required=True)
    add = actions.add_parser("add", help="give an organisation a way out")
    add.add_argument("--org", required=True, metavar="SLUG")
    add.add_argument("--channel", required=True, choices=[each.value for each in Channel])
    kinds = sorted({each.kind for each in KINDS})
    add.add_argument("--kind", required=True, choices=kinds, help="how it goes out")
    add.add_argument("--url", help=URLS)
    add.add_argument("--name", help="what the staff calls it (default: channel and kind)")
    add.add_argument("--from", dest="from_address", metavar="A", help="address, number or name")
    add.add_argument("--from-name", default="", metavar="N", help="name beside the address")
    add.add_argument("--bounces", default="", metavar="A", help="address for what comes back")
    add.add_argument(
        "--pool", default="", metavar="P", help="work together with those of this name"
    )
    add.add_argument(
        "--weight", type=int, default=1, metavar="W", help="share of its work, 1 to 100"
    )
    add.add_argument(
        "--warm-up",
        type=int,
        nargs=2,
        default=(0, 0),
        metavar=("FIRST", "TARGET"),
        help="messages on the first day, half as many again each day, until so many a day",
    )
    add.add_argument("--default", action="store_true", help="take it when nobody chooses")
    add.set_defaults(perform=perform)
    sender_dkim.register(actions)


def perform(arguments: argparse.Namespace) -> int:
    """Add the sender, which is not asked whether it works: that is what its test is for."""
    organisation = organisation_of(arguments.org)
    sender = Sender(
        organisation=organisation,
        name=free_name(organisation, arguments),
        channel=arguments.channel,
        kind=arguments.kind,
        from_name=arguments.from_name.strip()[:120],
        from_address=read_address(organisation, arguments),
        bounce_address=read_bounces(arguments),
    )
    put_settings(sender, read_settings(arguments))
    share(sender, arguments)
    with transaction.atomic():
        sender.save()
        if arguments.default:
            make_default(sender)
        settle_default(organisation, sender.channel)
    print(added(sender))
    if sender.kind == "esp":
        print(f"Let the service tell what becomes of messages at {address_of(sender)}")
    elif calls_back(sender.channel, sender.kind):
        print(f"Let the service send the texts that come in to {address_of(sender)}")
    return 0


def added(sender: Sender) -> str:
    """Say what the new sender is used for."""
    club, channel = sender.organisation, sender.get_channel_display()
    usual = Sender.objects.get(organisation=club, channel=sender.channel, is_default=True)
    if usual.pk == sender.pk:
        return f'{club.name} sends {channel} through "{sender.name}" now.'
    return (
        f'"{sender.name}" can be used for {channel} now; {club.name} goes on with "{usual.name}" '
        "where no sender is named. The Senders page can change that."
    )


def share(sender: Sender, arguments: argparse.Namespace) -> None:
    """Put --pool, --weight and --warm-up on the row. Raises Problem."""
    sender.pool = arguments.pool.strip()[:60]
    try:
        sender.weight = pool.read_weight(arguments.weight)
        pool.check(sender)
        first, target = arguments.warm_up
        put_warmup(sender, first, target, timezone.now())
    except (pool.NotTogether, BadWarmup) as error:
        option = "--warm-up" if isinstance(error, BadWarmup) else "--pool, --weight"
        raise Problem(f"{option}: {error}") from None


def read_settings(arguments: argparse.Namespace) -> dict[str, Value]:
    """Read --url. Raises Problem, without the URL: it may hold a password."""
    if arguments.url is None and arguments.kind != "sandbox":
        raise Problem(f"--url is missing: where and how {arguments.kind} goes out")
    url = "sandbox:" if arguments.url is None else arguments.url
    try:
        return config_from_url(arguments.channel, arguments.kind, url)
    except BadConfig as error:
        raise Problem(f"--url: {error}") from None


def read_address(organisation: Organisation, arguments: argparse.Namespace) -> str:
    """Read --from. Raises Problem."""
    given = arguments.from_address
    if given is None:
        if arguments.kind != "sandbox":
            raise Problem("--from is missing: the address or number that recipients see")
        given = "office@sandbox.test" if arguments.channel == Channel.EMAIL else "Sendout"
    try:
        return read_from(arguments.channel, given, organisation.country)
    except BadAddress as error:
        raise Problem(f"--from: {error.reason}") from None


def read_bounces(arguments: argparse.Namespace) -> str:
    """Read --bounces. Raises Problem."""
    if arguments.bounces and not leaves_as_written(arguments.channel, arguments.kind):
        raise Problem(f"--bounces: {arguments.kind} takes bounces itself; leave it out")
    try:
        return read_bounce_address(arguments.bounces)
    except BadAddress as error:
        raise Problem(f"--bounces: {error.reason}") from None


def free_name(organisation: Organisation, arguments: argparse.Namespace) -> str:
    """Give the sender's name. Raises Problem when another one has it."""
    usual = f"{Channel(arguments.channel).label} ({arguments.kind})"
    name = str(arguments.name or usual).strip()[:120]
    if Sender.objects.filter(organisation=organisation, name=name).exists():
        raise Problem(f'--name: {organisation.name} has a sender "{name}" already; choose another')
    return name
