"""`sendout sender dkim`: sign the emails of a sender."""

from __future__ import annotations

import argparse
from pathlib import Path

from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.message.dkim import BadKey
from sendout.senders import signing
from sendout.senders.models import Channel, Sender


def register(actions: Subparsers) -> None:
    """Add the command to the command line."""
    dkim = actions.add_parser(
        "dkim",
        help="sign a sender's emails (DKIM)",
        description="Make or change keys, print the DNS records to publish, switch it on or off.",
    )
    dkim.add_argument("--org", required=True, metavar="SLUG")
    dkim.add_argument("--name", required=True, help="what the staff calls the sender")
    dkim.add_argument("--domain", help="whose signature it is (default: of the from-address)")
    dkim.add_argument("--selector", help=f"a word for the DNS (default: {signing.SELECTOR})")
    new = dkim.add_mutually_exclusive_group()
    new.add_argument("--make", choices=["rsa", "ed25519", "both"], help="make new keys")
    new.add_argument("--key", type=Path, metavar="FILE", help="take this private key, in PEM")
    switch = dkim.add_mutually_exclusive_group()
    switch.add_argument("--on", action="store_true", help="sign from now on")
    switch.add_argument("--off", action="store_true", help="do not sign any more")
    dkim.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Store what was given and print the records, ready to be published."""
    sender = sender_of(arguments)
    try:
        records = [] if arguments.off else set_up(sender, arguments)
    except (BadKey, signing.CannotSign) as error:
        raise Problem(str(error)) from None
    if arguments.on or arguments.off:
        sender.dkim_on = arguments.on
    sender.save(update_fields=["dkim_on", "dkim_domain", "dkim_selector", "dkim_keys"])
    for record in records:
        print(f"{record.name}. IN TXT {quoted(record.value)}")
    print(f'Emails of "{sender.name}" are {"signed" if sender.dkim_on else "not signed"} now.')
    return 0


def sender_of(arguments: argparse.Namespace) -> Sender:
    """Find the sender. Raises Problem when there is none, or its emails are not signed here."""
    organisation = organisation_of(arguments.org)
    emails = Sender.objects.filter(organisation=organisation, channel=Channel.EMAIL)
    able = [sender for sender in emails.order_by("name") if signing.can_sign(sender)]
    found = next((sender for sender in able if sender.name == arguments.name), None)
    if found is None:
        names = ", ".join(f'"{sender.name}"' for sender in able) or "none"
        raise Problem(
            f'--name: there is no sender "{arguments.name}" to sign for; there are {names}'
        )
    return found


def set_up(sender: Sender, arguments: argparse.Namespace) -> list[signing.Record]:
    """Put names and keys on the sender and give their records. Raises BadKey, CannotSign."""
    domain = arguments.domain or sender.dkim_domain or sender.from_address.rpartition("@")[2]
    selector = arguments.selector or sender.dkim_selector or signing.SELECTOR
    if arguments.key:
        keys = own_key(arguments.key)
    elif arguments.make or not sender.dkim_keys:
        kinds = list(signing.ALGORITHMS) if arguments.make == "both" else [arguments.make or "rsa"]
        keys = signing.make_keys(kinds)
    else:
        keys = signing.read_keys(sender)
    signing.put_keys(sender, domain, selector, keys)
    return signing.records(sender)


def own_key(path: Path) -> dict[str, str]:
    """Read a private key. Raises BadKey, Problem."""
    try:
        pem = path.read_text()
    except (OSError, UnicodeError) as error:
        raise Problem(f"--key: {path} cannot be read: {error}") from None
    return {signing.algorithm_of(pem): pem}


def quoted(value: str) -> str:
    """Cut a value into pieces of at most 255 characters (RFC 1035 3.3), as zone files have them."""
    return " ".join(f'"{value[at : at + 255]}"' for at in range(0, len(value), 255))
