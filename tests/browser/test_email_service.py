"""An owner sets an email service up, sends a test, and gives it the address for its events."""

from __future__ import annotations

import os
import time
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People
from tests.rigs.esp_service import EspService
from tests.senders.esp_worlds import PLAYS

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")
HEARD = 20.0  # seconds until the worker has taken an event in, at most


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def tell(address: str) -> int:
    """Post an event as Postmark does."""
    event = {"RecordType": "Delivery", "MessageID": "unknown", "Recipient": "dora@example.org"}
    return requests.post(address, json=event, timeout=HEARD).status_code


def test_an_owner_sets_a_service_up_tries_it_and_hears_from_it(people: People) -> None:
    page = people.signed_in("alice@rink.example", permissions=["clipboard-read", "clipboard-write"])
    with EspService(PLAYS["postmark"]) as service:
        page.goto(people.site.at("/o/rink/senders/"))
        page.get_by_role("button", name="Add a sender").click()
        page.get_by_role("link", name="Email service").click()
        picture(page, "services")
        page.get_by_role("link", name="Postmark").click()
        picture(page, "service-new")
        page.get_by_label("Name", exact=True).fill("Postmark")
        page.get_by_label("From address").fill("office@rink.example")
        page.get_by_label("Server token").fill("s3cret")
        page.get_by_label("Api url").fill(service.url)
        page.get_by_role("button", name="Save").click()
        page.get_by_label("Send it to").fill("dora@example.org")
        page.get_by_role("button", name="Send the test").click()
        expect(page.get_by_text("Accepted: the message is on its way")).to_be_visible()
        assert service.calls[0].data[0]["To"] == "dora@example.org"
    address = page.get_by_label("Address for webhooks").input_value()
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    expect(page.get_by_text("Nothing was heard from Postmark yet")).to_be_visible()
    picture(page, "service")
    assert tell(address) == 200
    end = time.monotonic() + HEARD
    while not page.get_by_text("Last heard from Postmark").count() and time.monotonic() < end:
        page.reload()
    expect(page.get_by_text("Last heard from Postmark")).to_be_visible()
    page.set_viewport_size(PHONE)
    picture(page, "service-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Make a new address").click()
    expect(page.get_by_text("The old address is no longer known")).to_be_visible()
    assert page.get_by_label("Address for webhooks").input_value() != address
