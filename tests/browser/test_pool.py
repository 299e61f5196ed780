"""An owner puts two senders together, warms one up, and sees how it stands."""

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


def add(page: Page, url: str, name: str, kind: str = "smtp") -> None:
    page.goto(f"{url}add/email/{kind}/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("From address").fill("office@rink.example")
    page.get_by_label("Pool").fill("post")
    if kind == "smtp":
        page.get_by_label("Host", exact=True).fill("mail.rink.example")
    page.get_by_role("button", name="Save", exact=True).first.click()


def test_two_senders_are_put_together_and_one_is_warmed_up(people: People) -> None:
    page = people.signed_in(ALICE)
    senders = people.site.at(f"{CLUB}/senders/")
    people.expect_status(422)
    try:
        add(page, senders, "Old post")
        add(page, senders, "New post")
        page.get_by_label("Share of the work").fill("3")
        page.get_by_label("Warm-up: messages on the first day").fill("100")
        page.get_by_role("button", name="Save", exact=True).first.click()
        expect(page.get_by_text("A warm-up needs two numbers")).to_be_visible()
        page.get_by_label("Warm-up: messages a day").fill("5000")
        page.get_by_role("button", name="Save", exact=True).first.click()
        told = "Warm-up: day 1 of 10, 0 of 100 sent today, 150 tomorrow."
        expect(page.get_by_text(told)).to_be_visible()
        expect(page.get_by_text("Shares its work with")).to_contain_text("Old post")
        picture(page, "pool-sender")
        page.set_viewport_size(PHONE)
        picture(page, "pool-sender-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.goto(senders)
        picture(page, "pool-list-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(page.get_by_text("works together as “post”, share 3")).to_be_visible()
        expect(page.get_by_text(told)).to_be_visible()
        page.set_viewport_size({"width": 1280, "height": 900})
        picture(page, "pool-list")
        add(page, senders, "Rehearsal", "sandbox")
        expect(page.get_by_text("choose another pool")).to_be_visible()
    finally:
        people.site.sql("DELETE FROM senders_sender WHERE name IN ('Old post', 'New post')")
