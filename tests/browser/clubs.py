"""A club for one story: its owner Alice, quick senders, and texts at two cents."""

from __future__ import annotations

import subprocess

from tests.browser.conftest import Site
from tests.cli.running import COMMAND, clean_environment

SCRIPT = """
from django.db import transaction
from sendout.accounts.organisations import find_or_make_user, found
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.usage.models import Price

with transaction.atomic():
    alice, _ = find_or_make_user("alice@{slug}.example")
    alice.name = "Alice"
    alice.set_password("correct horse battery")
    alice.save()
    club = found("{slug}", "{name}", country="CA", timezone="America/St_Johns", owner=alice)
    club.quiet_hours, club.undo_seconds = False, 0
    club.postal_address = "1 Harbour Drive, St. John's NL"
    club.save()
    for channel, address in (("email", "office@{slug}.example"), ("sms", "+17095550100")):
        sender = Sender(organisation=club, name=f"Rehearsal {{channel}}", channel=channel,
            kind="sandbox", from_address=address, is_default=True)
        put_settings(sender, {{"speed": 60}})
        sender.save()
        Price.objects.create(organisation=club, channel=channel, direction="out",
            country="CA" if channel == "sms" else "", price=20_000)
"""


def found_club(site: Site, slug: str, name: str) -> str:
    """Make the club, and give where its pages begin."""
    subprocess.run(
        [
            *COMMAND, "manage", "shell", "--no-imports",
            "--command", SCRIPT.format(slug=slug, name=name),
        ],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        check=True,
    )  # fmt: skip
    return f"/o/{slug}"
