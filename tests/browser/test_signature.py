"""Signing a sender's emails, and choosing what is tracked, as an owner does it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People

ALICE = "alice@rink.example"
CLUB = "/o/rink"
PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_an_owner_makes_keys_copies_the_records_and_switches_signing_on(people: People) -> None:
    page = people.signed_in(ALICE, permissions=["clipboard-read", "clipboard-write"])
    page.goto(people.site.at(f"{CLUB}/senders/"))
    page.locator(".so-name", has_text="mail").first.click()
    picture(page, "sender")
    page.get_by_role("link", name="Set it up").click()
    picture(page, "dkim-new")
    page.get_by_label("Domain").fill("rink.example")
    page.get_by_label("Ed25519, in addition").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Emails are not signed")).to_be_visible()
    name = page.get_by_label("Name of the TXT record (rsa)")
    expect(name).to_have_value("sendout._domainkey.rink.example")
    page.get_by_role("button", name="Copy the value for rsa").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#value-rsa").input_value()
    assert copied.startswith("v=DKIM1; k=rsa; p=")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name="Emails are signed")).to_be_visible()
    picture(page, "dkim-on")
    page.set_viewport_size(PHONE)
    picture(page, "dkim-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("heading", name="Emails are not signed")).to_be_visible()


def test_a_writer_leaves_tracking_out_of_a_message_and_finds_it_so(people: People) -> None:
    page = people.signed_in(ALICE)
    page.goto(people.site.at(f"{CLUB}/compose/"))
    tracks = page.get_by_label("See who opens it and clicks on links")
    expect(tracks).to_be_checked()
    picture(page, "compose")
    page.get_by_label("Name", exact=True).fill("Quiet")
    tracks.uncheck()
    page.get_by_role("button", name="Save draft").click()
    expect(tracks).not_to_be_checked()


def test_an_owner_switches_tracking_off_for_all(people: People) -> None:
    page = people.signed_in(ALICE)
    page.goto(people.site.at(f"{CLUB}/settings/"))
    everywhere = page.get_by_label("See who opens emails and clicks on links")
    picture(page, "settings")
    everywhere.uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto(people.site.at(f"{CLUB}/compose/"))
    expect(page.get_by_label("See who opens it and clicks on links")).to_have_count(0)
    page.goto(people.site.at(f"{CLUB}/settings/"))
    everywhere.check()
    page.get_by_role("button", name="Save").click()
    expect(everywhere).to_be_checked()
