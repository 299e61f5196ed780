"""A message again to those who have not opened it, after people and machines have."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People, Site
from tests.cli.running import COMMAND, clean_environment

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")
PATIENCE = 30_000  # milliseconds
SCRIPT = """
from django.db import transaction
from django.utils import timezone
from sendout.accounts.organisations import find_or_make_user, found
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut

TOLD = {
    "Human": ["opened"], "Machine": ["machine_opened", "machine_clicked"], "Clicker": ["clicked"],
    "Silent": ["delivered"], "Bounced": ["bounced"],
}
with transaction.atomic():
    alice, _ = find_or_make_user("alice@mole.example")
    alice.set_password("correct horse battery")
    alice.save()
    club = found("mole", "Mole Sailing Club", country="CA", timezone="America/Toronto", owner=alice)
    club.quiet_hours, club.undo_seconds = False, 0
    club.postal_address = "1 Mole Road, St. John's NL"
    club.save()
    for channel, address in (("email", "office@mole.example"), ("sms", "+17095550100")):
        sender = Sender(organisation=club, name=f"Rehearsal {channel}", channel=channel,
            kind="sandbox", from_address=address, is_default=True)
        put_settings(sender, {"speed": 60})
        sender.save()
    for n, name in enumerate(TOLD):
        email = f"{name.lower()}@sailors.example"
        Participant.objects.create(organisation=club, first_name=name, email=email,
            email_normal=email, phone=f"+1709555010{n + 1}", phone_typed=f"+1709555010{n + 1}")
    message = Message.objects.create(organisation=club, subject="Regatta", body="See you there.",
        sms_text="Regatta on Sunday")
    sent = SendOut.objects.create(organisation=club, name="Regatta", message=message, everyone=True,
        email_sender=Sender.objects.get(organisation=club, channel="email"))
    send_now(sent)
    now = timezone.now()
    for row in Delivery.objects.filter(sendout=sent).select_related("participant"):
        record([Happening(row.pk, kind, now, "test", code="5.1.1")
            for kind in ("accepted", *TOLD[row.participant.first_name])])
"""


def furnish(site: Site) -> None:
    """Let a club have sent to five people, with whom everything has become of it."""
    subprocess.run(
        [*COMMAND, "manage", "shell", "--no-imports", "--command", SCRIPT],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        check=True,
    )


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_those_who_have_not_opened_get_it_again_and_the_failed_a_text(people: People) -> None:
    furnish(people.site)
    page = people.signed_in("alice@mole.example")
    page.goto(people.site.at("/o/mole/messages/"))
    page.get_by_role("link", name="Regatta").click()
    page.get_by_role("dialog").get_by_role("link", name="Send again").click()
    page.get_by_role("link", name="have not opened it, by email: 2").click()
    listed = page.locator(".so-people .so-name")
    assert listed.all_inner_texts() == ["Machine", "Silent"]
    picture(page, "again")
    page.set_viewport_size(PHONE)
    picture(page, "again-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Send again to 2").click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("heading", name="Regatta (resent)")).to_be_visible()
    rows = popup.locator("#rows-email .so-row-link")
    expect(rows).to_have_count(2)
    assert rows.all_inner_texts() == ["Machine", "Silent"]
    popup.get_by_role("link", name="Regatta", exact=True).click()
    expect(popup.get_by_role("region", name="Sent again")).to_contain_text("2 emails")
    picture(page, "again-popup")
    popup.get_by_role("link", name="Send again", exact=True).click()
    page.get_by_role("link", name="did not get the email, by SMS: 1").click()
    page.get_by_role("button", name="Send again to 1").click()
    expect(page.get_by_role("dialog").locator("#rows-sms .so-row-link")).to_have_text("Bounced")
    expect(page.get_by_role("dialog").locator("#rows-sms .so-badge")).to_have_text(
        "Delivered", timeout=PATIENCE
    )


def test_someone_else_is_typed_in_a_draft_that_knows_where_it_comes_from(people: People) -> None:
    page = people.signed_in("alice@mole.example")
    page.goto(people.site.at("/o/mole/messages/"))
    page.get_by_role("link", name="Regatta", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Send again").click()
    page.get_by_role("button", name="Choose people").click()
    page.locator("textarea[name=typed]").fill("Newcomer <new@sailors.example>")
    page.get_by_role("button", name="Next: check and send").click()
    page.get_by_role("button", name="Send 1 message now").click()
    row = page.get_by_role("row", name="Regatta (resent)").first
    row.get_by_role("link").first.click()
    popup = page.get_by_role("dialog")
    expect(popup.locator("#rows-email .so-row-link")).to_have_text("Newcomer")
    expect(popup.get_by_role("link", name="Regatta", exact=True)).to_be_visible()
