"""The last look: a wrong number is put right in its list, and a second member lets it leave."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, People, Site
from tests.cli.running import COMMAND, clean_environment

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS", "")
SCRIPT = """
from django.db import transaction
from sendout.accounts.models import Membership, Role
from sendout.accounts.organisations import find_or_make_user, found
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.compose.models import Message
from sendout.sendouts import drafts

with transaction.atomic():
    users = [find_or_make_user(f"{name}@jetty.example")[0] for name in ("alice", "bob")]
    for user, name in zip(users, ("Alice", "Bob")):
        user.set_password("correct horse battery")
        user.name = name
        user.save()
    club = found("jetty", "Jetty Rowing", country="CA", timezone="America/St_Johns", owner=users[0])
    Membership.objects.create(organisation=club, user=users[1], role=Role.SENDER)
    club.quiet_hours, club.undo_seconds, club.approval_above = False, 0, 2
    club.postal_address = "1 Jetty Road, St. John's NL"
    club.save()
    for channel, address in (("email", "office@jetty.example"), ("sms", "+17095550100")):
        Sender.objects.create(organisation=club, name=f"Rehearsal {channel}", channel=channel,
            kind="sandbox", from_address=address, is_default=True)
    Participant.objects.create(organisation=club, first_name="Ann", last_name="Roy",
        email="ann@sandbox.test", email_normal="ann@sandbox.test")
    Participant.objects.create(organisation=club, first_name="Ben", last_name="Roy",
        phone_typed="709 555")
    Participant.objects.create(organisation=club, first_name="Cem", last_name="Roy")
    draft = drafts.start(club, users[0], "No rowing", "sms_without_email")
    said = {"subject": "REGISTER NOW", "body": "No rowing {{ Dya }}", "sms_text": "No rowing today"}
    Message.objects.filter(pk=draft.message_id).update(**said, updated_by=users[0])
    draft.everyone = True
    draft.save()
"""


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if len(PICTURES) > 1:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def on_a_phone_and_in_the_dark(page: Page, name: str) -> None:
    """Keep it as it is at night, on a phone."""
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    page.set_viewport_size(PHONE)
    picture(page, name)
    page.set_viewport_size(WIDE)


def found_club(site: Site) -> int:
    """Make a club with a draft to three people, and give its id."""
    subprocess.run(
        [*COMMAND, "manage", "shell", "--no-imports", "--command", SCRIPT],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        check=True,
    )
    [[draft]] = site.sql("SELECT id FROM sendouts_sendout WHERE name = 'No rowing'")
    return int(str(draft))


def test_a_number_is_put_right_and_a_second_member_lets_it_leave(people: People) -> None:
    site = people.site
    draft = found_club(site)
    alice = people.signed_in("alice@jetty.example")
    alice.goto(site.at(f"/o/jetty/compose/{draft}/check/"))
    expect(alice.locator("#reach-none")).to_contain_text("2")
    alice.locator("#reach-bad_number").click()
    alice.get_by_role("link", name="Correct Ben Roy").click()
    number = alice.get_by_label("The right phone number")
    number.fill("709 555")
    alice.locator(".so-fix").get_by_role("button", name="Correct").click()
    expect(alice.locator(".so-fix .so-error")).to_be_visible()
    picture(alice, "preflight-list")
    number.fill("709 555-0102")
    alice.locator(".so-fix").get_by_role("button", name="Correct").click()
    expect(alice.locator("#reach-none")).to_contain_text("1")
    expect(alice.locator("#reach-sms")).to_contain_text("1")
    expect(alice.locator(".so-reach-done")).to_contain_text("Ben Roy: +17095550102.")
    expect(alice.locator("#leaving")).to_contain_text("1 SMS to Canada")
    expect(alice.locator("#leaving")).to_contain_text("“REGISTER NOW” reads like marketing")
    picture(alice, "preflight-fixed")
    alice.get_by_role("button", name="Ask for approval", exact=True).click()
    expect(alice.locator("#sendouts")).to_contain_text("Waits for approval")
    bob = people.signed_in("bob@jetty.example")
    picture(bob, "preflight-messages")
    bob.get_by_role("link", name="Look at it").click()
    expect(bob.locator("#approval")).to_contain_text("Asked for by Alice")
    picture(bob, "preflight-approval")
    on_a_phone_and_in_the_dark(bob, "preflight-phone")
    bob.get_by_role("button", name="Approve and send 2 messages").click()
    bob.wait_for_url("**/o/jetty/messages/")
    expect(bob.locator("#sendouts")).not_to_contain_text("Waits for approval")
    bob.goto(site.at(f"/o/jetty/messages/{draft}/"))
    expect(bob.get_by_text("Alice asked, for 3 people")).to_be_visible()
    picture(bob, "preflight-popup")
