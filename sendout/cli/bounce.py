"""`sendout bounce`: take one bounce in from a mail server's pipe.

Its exit codes are those of sysexits.h, by which Postfix and Exim decide: 0 is done, 75 tries
again later, all others return the mail to whoever sent it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from django.db import Error, transaction

from sendout.cli import database
from sendout.cli.commands import Subparsers
from sendout.cli.problem import Problem
from sendout.inbound.receive import MAIL_BYTES, NotOurs, keep_for
from sendout.returns.keeping import keep
from sendout.returns.models import ReturnedMail

OK, DATA_ERROR, NO_USER, TEMPORARY = 0, 65, 67, 75


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("bounce", help="take one bounce in from standard input")
    parser.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="whom the envelope names (Postfix: ${original_recipient}); may be given again",
    )
    parser.add_argument("--list", action="store_true", help="list what nobody's page shows")
    parser.add_argument("--show", type=int, metavar="ID", help="print a mail of that list")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Keep the mail for a worker to read. Whatever stands in the way of that may pass."""
    try:
        with database.opened() as server:
            database.ensure_tables(may_migrate=server is not None)
            if arguments.list or arguments.show is not None:
                return show(arguments.show)
            return take(sys.stdin.buffer.read(MAIL_BYTES + 1), arguments.recipient)
    except Error as error:
        raise Problem(f"the database does not keep the mail now: {error}") from None


def take(raw: bytes, recipients: Sequence[str]) -> int:
    """Keep the mail, and give the exit code."""
    if not raw.strip():
        return fail("there is no mail on standard input", DATA_ERROR)
    if len(raw) > MAIL_BYTES:
        return fail(f"the mail is larger than {MAIL_BYTES:,} bytes", DATA_ERROR)
    try:
        if recipients:
            keep_for(raw, "pipe", recipients)
        else:
            with transaction.atomic():
                keep(raw, "pipe")
    except NotOurs as stranger:
        return fail(f"{stranger} is none of our addresses", NO_USER)
    return OK


def show(pk: int | None) -> int:
    """Print what belongs to no organisation, or one such mail."""
    orphans = ReturnedMail.objects.filter(organisation=None).order_by("-pk")
    if pk is None:
        for mail in orphans.defer("content"):
            print(f"{mail.pk}\t{mail.received_at:%Y-%m-%d %H:%M}\t{mail.envelope_to or '-'}")
        return OK
    found = orphans.filter(pk=pk).first()
    if found is None:
        return fail(f"there is no mail {pk} in the list", DATA_ERROR)
    sys.stdout.buffer.write(bytes(found.content))
    return OK


def fail(reason: str, code: int) -> int:
    """Say why; mail servers put that into their log."""
    print(f"sendout: {reason}", file=sys.stderr)
    return code
