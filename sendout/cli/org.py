"""`sendout org create`: make an organisation and, if asked, its first owner."""

from __future__ import annotations

import argparse
import sys
from datetime import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from phonenumbers import SUPPORTED_REGIONS

from sendout.accounts.models import Organisation, User
from sendout.accounts.organisations import find_or_make_user, found, password_path
from sendout.cli.commands import Subparsers
from sendout.cli.problem import Problem
from sendout.core.addresses import BadAddress, read_email

OPTIONS = {"slug": "SLUG", "name": "--name", "country": "--country", "timezone": "--timezone"}


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("org", help="make an organisation")
    actions = parser.add_subparsers(metavar="action", required=True)
    create = actions.add_parser("create", help="make an organisation")
    create.add_argument("slug", metavar="SLUG", help="its name in addresses, such as aqua-club")
    create.add_argument("--name", required=True, help='its name, such as "Aqua Club"')
    create.add_argument("--country", default="CA", help="two letters, for phone numbers (CA)")
    create.add_argument("--timezone", default="America/Toronto", help="such as Europe/Paris")
    create.add_argument(
        "--quiet-hours",
        metavar="H-H",
        help="such as 21:00-08:00, or off; with an owner 21:00-08:00",
    )
    create.add_argument("--owner-email", metavar="E", help="who owns it; may have an account")
    create.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Make the organisation and print where its owner sets a password."""
    owner: User | None = None
    fresh = False
    with transaction.atomic():
        email = read_owner(arguments.owner_email or ask_for_owner())
        if email:
            owner, fresh = find_or_make_user(email)
        organisation = create(arguments, owner)
        keep_quiet_hours(organisation, arguments.quiet_hours)
    print(f"{organisation.name} is at {settings.URL}/o/{organisation.slug}/")
    if owner is None:
        print("It has no owner, so nobody can sign in to it; commands work on it all the same.")
    elif fresh:
        print(f"{owner.email} sets a password here, once, within three days:")
        print(settings.URL + password_path(owner))
    else:
        print(f"{owner.email} owns it and signs in as before.")
    return 0


def ask_for_owner() -> str:
    """Ask on a terminal who will own it; a script that gives no owner is not asked."""
    return input("Email address of its owner: ").strip() if sys.stdin.isatty() else ""


def read_owner(text: str) -> str:
    """Read the owner's address. Raises Problem."""
    try:
        email = read_email(text)
    except BadAddress as error:
        raise Problem(f"--owner-email: {error.reason}") from None
    return email.normal if email else ""


def create(arguments: argparse.Namespace, owner: User | None) -> Organisation:
    """Make the organisation. Raises Problem naming the option that does not fit."""
    if Organisation.objects.filter(slug=arguments.slug).exists():
        raise Problem(f'there is an organisation "{arguments.slug}" already; choose another SLUG')
    if arguments.country.upper() not in SUPPORTED_REGIONS:
        raise Problem(f'--country: there is no country "{arguments.country}"; give one such as CA')
    try:
        return found(
            arguments.slug,
            arguments.name.strip(),
            country=arguments.country.upper(),
            timezone=arguments.timezone,
            owner=owner,
        )
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Problem(f"{OPTIONS.get(field, field)}: {sentences[0]}") from None


def keep_quiet_hours(organisation: Organisation, typed: str | None) -> None:
    """Store the quiet hours that were asked for. Raises Problem."""
    if typed is None:
        return
    organisation.quiet_hours = typed != "off"
    if organisation.quiet_hours:
        try:
            begin, end = map(time.fromisoformat, typed.split("-"))
        except ValueError:
            begin = end = time()
        if begin == end:
            raise Problem(f'--quiet-hours: "{typed}" is not like 21:00-08:00, and not "off"')
        organisation.quiet_from, organisation.quiet_until = begin, end
    organisation.save()


def organisation_of(slug: str) -> Organisation:
    """Give the organisation with this slug. Raises Problem."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise Problem(
            f'--org: there is no organisation "{slug}"; `sendout org create {slug} --name ...` '
            "makes one"
        )
    return organisation
