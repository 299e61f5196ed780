"""Send, think again, undo: by keyboard, without a script, and what leaves when nobody does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site

CLUB = "/o/rink"
SLUG = "rink"


@pytest.fixture(autouse=True)
def as_before(people: People) -> Iterator[None]:
    """Have what other tests send leave at once."""
    yield
    hold(people.site, 0)


def test_a_message_is_undone_by_keyboard_and_leaves_when_sent_again(people: People) -> None:
    site = people.site
    hold(site, 60)
    page = people.signed_in("alice@rink.example")
    page.goto(site.at(f"{CLUB}/messages/"))
    write(page, "Ice time")
    page.get_by_role("button", name="120 messages now").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages/")
    undo = page.get_by_role("button", name="Undo “Ice time”")
    undo.focus()
    left = page.locator("[data-countdown]")
    before = int(left.inner_text())
    assert 50 < before <= 60
    page.wait_for_timeout(4500)  # two refreshes of the list
    assert before - 7 <= int(left.inner_text()) <= before - 3
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Ice time” is a draft again.")).to_be_visible()
    assert rows(site, "Ice time") == 0

    hold(site, 2)
    page.get_by_role("button", name="120 messages now").click()
    badge = page.get_by_role("row", name="Ice time").locator(".so-badge")
    expect(badge).to_have_text("Sending...")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(badge).to_have_text(re.compile("Sending|Sent|Delivered"))
    assert rows(site, "Ice time") == 120


def test_it_is_undone_without_a_script(people: People) -> None:
    site = people.site
    hold(site, 60)
    page = people.signed_in("alice@rink.example", java_script_enabled=False)
    page.goto(site.at(f"{CLUB}/messages/"))
    write(page, "Ice show")
    page.get_by_role("button", name="120 messages now").click()
    expect(page.get_by_text("“Ice show” leaves at")).to_be_visible()
    page.get_by_role("button", name="Undo “Ice show”").click()
    expect(page.get_by_role("button", name="120 messages now")).to_be_visible()
    assert rows(site, "Ice show") == 0


def test_the_popup_counts_and_undoes_too(people: People) -> None:
    site = people.site
    hold(site, 60)
    page = people.signed_in("alice@rink.example")
    page.goto(site.at(f"{CLUB}/messages/"))
    write(page, "Ice cream")
    page.get_by_role("button", name="120 messages now").click()
    page.get_by_role("link", name="Ice cream").click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_text("s. Nothing has left yet.")).to_be_visible()
    expect(popup.get_by_role("button", name="Cancel")).to_have_count(0)
    popup.get_by_role("button", name="Undo “Ice cream”").click()
    expect(page.get_by_text("“Ice cream” is a draft again.")).to_be_visible()


def hold(site: Site, seconds: int) -> None:
    """Set for how long what is sent can be undone."""
    statement = "UPDATE accounts_organisation SET undo_seconds = %s WHERE slug = %s"
    site.sql(statement, seconds, SLUG)


def rows(site: Site, name: str) -> int:
    """Count the deliveries of a send-out."""
    statement = """SELECT count(*) FROM deliveries_delivery d
        JOIN sendouts_sendout s ON s.id = d.sendout_id WHERE s.name = %s"""
    [(count,)] = site.sql(statement, name)
    return int(str(count))


def write(page: Page, name: str) -> None:
    """Write an email to the skaters, as far as the last look."""
    page.get_by_role("link", name="New message").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Channels").select_option("email")
    page.get_by_label("Subject", exact=True).fill("Ice")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill("The ice is ready.")
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Skaters").check()
    page.get_by_role("button", name="Next: check and send").click()
