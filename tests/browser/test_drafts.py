"""A draft saves itself: what was typed is there again, and nobody's words are written over."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE, People, Site

CLUB = "/o/cove"
DRAFT = re.compile(r"/o/cove/compose/\d+/$")
PAUSE = 2_500  # milliseconds, longer than the page waits before it saves


def state(page: Page, words: str) -> None:
    """Wait for what is said about the last words typed."""
    expect(page.locator("[data-saved] [data-words]")).to_have_text(re.compile(words))


def body(page: Page) -> Locator:
    """Find where the email is written."""
    return page.get_by_label("Email text", exact=True)


def saved_body(site: Site) -> object:
    """Look up what is saved."""
    [(text,)] = site.sql("SELECT body FROM compose_message WHERE subject = 'Spring tide'")
    return text


def wait_until_saved(site: Site, text: str) -> None:
    """Wait for what a closing page sent; whoever looks before that sees the older text."""
    end = time.monotonic() + PATIENCE / 1000
    while saved_body(site) != text:
        assert time.monotonic() < end, f"lost: {text}"
        time.sleep(0.1)


def drafts(site: Site) -> object:
    """Count the drafts of everybody."""
    return site.sql("SELECT count(*) FROM sendouts_sendout WHERE state = 'draft'")[0][0]


def test_enter_in_a_field_saves_and_leads_nowhere_else(people: People) -> None:
    page = people.signed_in("alice@cove.example")
    page.goto(people.site.at(f"{CLUB}/compose/"))
    page.get_by_label("Name", exact=True).fill("Neap tide")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page).to_have_url(DRAFT)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Neap tide")
    page.get_by_label("Subject", exact=True).fill("Low water")
    page.get_by_label("Subject", exact=True).press("Enter")
    page.wait_for_load_state()
    expect(page).to_have_url(DRAFT)
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Low water")


def test_what_was_typed_outlives_tab_network_session_and_colleague(people: People) -> None:
    site = people.site
    before = drafts(site)
    page = people.signed_in("alice@cove.example")
    page.goto(site.at(f"{CLUB}/compose/"))
    page.get_by_label("Marketing").check()
    page.get_by_label("Markdown", exact=True).check()
    page.wait_for_timeout(PAUSE)
    assert drafts(site) == before  # nothing was typed

    page.get_by_label("Subject", exact=True).press_sequentially("Spring tide")
    state(page, r"^Saved \d\d:\d\d$")
    expect(page).to_have_url(DRAFT)
    address = page.url
    body(page).press_sequentially("Stay ashore.")
    page.close(run_before_unload=True)  # at once, before it has saved
    wait_until_saved(site, "Stay ashore.")

    page = reopened(page, address)
    people.expect_offline()
    people.expect_status(403)  # without any cookie
    lose_the_network(page)
    lose_the_session(page)
    assert drafts(site) == before + 1  # type: ignore[operator]
    two_write(page, people, address)


def reopened(page: Page, address: str) -> Page:
    """Find everything in a new tab."""
    page = page.context.new_page()
    page.goto(address)
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Spring tide")
    expect(body(page)).to_have_value("Stay ashore.")
    expect(page.get_by_label("Name")).to_have_value("Spring tide")
    return page


def lose_the_network(page: Page) -> None:
    """It says so, keeps trying, and has it in the end."""
    page.context.set_offline(True)
    body(page).press_sequentially(" No paddling.")
    state(page, "^Not saved yet: no connection")
    page.context.set_offline(False)
    state(page, "^Saved ")


def lose_the_session(page: Page) -> None:
    """Signing in again in another tab is enough."""
    cookies = page.context.cookies()
    page.context.clear_cookies()
    body(page).press_sequentially(" No swimming.")
    state(page, "^Not saved yet: you have been signed out")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    state(page, "^Saved ")


def two_write(page: Page, people: People, address: str) -> None:
    """Bob saves first: Alice is told, keeps her words, and chooses."""
    other = people.signed_in("bob@cove.example")
    other.goto(address)
    body(other).fill("Bob's words.")
    state(other, "^Saved ")
    people.expect_status(409)
    body(page).press_sequentially(" Alice's words.")
    state(page, r"^Bob saved this message at \d\d:\d\d")
    page.get_by_role("button", name="Show both texts and choose").click()
    expect(page.get_by_label("Email text, as saved")).to_have_value("Bob's words.")
    expect(body(page)).to_have_value(re.compile("Alice's words"))
    body(page).press_sequentially(" And more.")
    page.wait_for_timeout(PAUSE)
    assert saved_body(people.site) == "Bob's words."
    page.get_by_role("button", name="Save draft").click()
    state(page, "What you write saves itself")
    assert "And more." in str(saved_body(people.site))
