"""A reply arrives while somebody looks: green without a reload, forwarded, answered, decided."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People, Site

CLUB = "/o/cove"
STAFF = "+17095550104"
SLOW = 30_000  # milliseconds in which a text is taken in, shown, and a forward has left


def have_it_reply(site: Site, words: str) -> None:
    """Let a phone of the club answer now, as the sandbox foresees it."""
    site.sql(
        "INSERT INTO senders_foreseen (delivery, kind, text, due_at) SELECT max(d.id), 'reply', %s,"
        " now() FROM deliveries_delivery d JOIN accounts_organisation o ON o.id = d.organisation_id"
        " JOIN sendouts_sendout s ON s.id = d.sendout_id"
        " WHERE o.slug = 'cove' AND s.kind = 'campaign' AND d.accepted_at IS NOT NULL",
        words,
    )


@pytest.fixture
def alice(people: People) -> Page:
    return people.signed_in("alice@cove.example")


@pytest.fixture
def forwarding(people: People, alice: Page) -> Iterator[None]:
    """Have replies forwarded to a phone, by the settings page."""
    alice.goto(people.site.at(f"{CLUB}/replies/forwarding/add/"))
    alice.get_by_label("Name").fill("Front desk")
    alice.get_by_label("To these phones").fill("709-555-0104")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_role("link", name="Front desk")).to_be_visible()
    yield
    people.site.sql("DELETE FROM replies_forwardrule WHERE name = 'Front desk' AND days = '{}'")


def test_a_reply_arrives_while_the_popup_is_open(
    people: People, alice: Page, forwarding: None
) -> None:
    site = people.site
    alice.goto(site.at(f"{CLUB}/messages/"))
    alice.get_by_role("link", name="High tide").click()
    popup = alice.get_by_role("dialog")
    row = popup.get_by_role("row", name="Ann Roy")
    expect(row).to_contain_text("Delivered", timeout=SLOW)
    alice.evaluate("window.notReloaded = true")

    have_it_reply(site, "Is Friday on?")
    reply = row.locator(".so-reply")
    expect(reply).to_have_text("Is Friday on?", timeout=SLOW)
    expect(row).to_contain_text("Replied")
    expect(popup.locator("#numbers-sms")).to_contain_text("Replied")
    assert is_green(reply.evaluate("each => getComputedStyle(each).boxShadow"))
    popup.get_by_label("Status", exact=True).select_option("replied")
    expect(popup.locator("#rows-sms")).to_contain_text("1 found")

    popup.get_by_role("link", name="Ann Roy", exact=True).click()
    story = popup.locator(".so-delivery")
    expect(story.locator(".so-bubble-in")).to_contain_text("Is Friday on?")
    expect(story.locator('.so-bubble-in [data-status="forwarded"]')).to_be_visible(timeout=SLOW)
    expect(story.locator(".so-timeline")).to_contain_text(f"Forwarded: the reply, to {STAFF}")
    assert alice.evaluate("window.notReloaded")

    story.get_by_role("link", name="Answer", exact=True).click()
    alice.wait_for_url(re.compile(r"/replies/\d+/$"))
    thread = alice.locator("#thread")
    expect(alice.get_by_role("heading", name="Ann Roy, Bert Roy")).to_be_visible()
    expect(thread.locator(".so-bubble-in")).to_contain_text("Forwarded")
    answer_it(alice, "Yes, from ten o'clock 🌊")


def answer_it(page: Page, words: str) -> None:
    """Type an answer, look at the counter, send it by the keyboard, and see what becomes of it."""
    box = page.get_by_label("Answer", exact=True)
    box.fill(words)
    expect(page.locator("[data-sms-counter]")).to_contain_text("UCS-2")
    box.press("Control+Enter")
    bubble = page.locator(".so-bubble-answer").last
    expect(bubble).to_contain_text(words)
    expect(bubble).to_contain_text("Answered by Alice")
    expect(bubble.locator(".so-badge")).to_have_text("Delivered", timeout=SLOW)
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def is_green(shadow: str) -> bool:
    """Tell whether the mark at the side of a reply is more green than anything else."""
    red, green, blue = (int(each) for each in re.findall(r"\d+", shadow)[:3])
    return green > red and green > blue


def test_a_near_miss_and_a_stop_are_dealt_with(people: People, alice: Page) -> None:
    site = people.site
    alice.goto(site.at(f"{CLUB}/replies/"))
    have_it_reply(site, "stop texting me!!")
    row = alice.get_by_role("row", name="Ann Roy")
    expect(row).to_contain_text("May mean STOP", timeout=SLOW)
    expect(alice.locator("#replies-unread .badge")).to_be_visible(timeout=SLOW)
    row.get_by_role("link").click()
    expect(alice.locator("#replies-unread .badge")).to_have_count(0)
    alice.get_by_role("button", name="Not meant so").click()
    expect(alice.locator("#thread")).to_contain_text("not meant as STOP")

    have_it_reply(site, "STOP")
    stop = alice.locator(".so-bubble-stop")
    expect(stop).to_contain_text("STOP: put on the Unsubscribes list", timeout=SLOW)
    expect(alice.locator("#thread")).to_contain_text("STOP confirmed, automatically")
    alice.get_by_label("Answer", exact=True).fill("Are you sure?")
    alice.get_by_role("button", name="Send").click()
    problem = alice.locator("#answer-problem")
    expect(problem).to_contain_text("is on the Unsubscribes list: recipient unsubscribed (“STOP”)")
    expect(alice.get_by_label("Answer", exact=True)).to_have_value("Are you sure?")

    alice.get_by_label("Cared for by").select_option(label="Bob")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_label("Cared for by").locator("option:checked")).to_have_text("Bob")
    alice.get_by_role("button", name="Done").click()
    expect(alice.get_by_text("No open conversations")).to_be_visible()
    have_it_reply(site, "START")
    alice.set_viewport_size(PHONE)
    alice.get_by_label("Show").select_option("all")
    expect(alice.get_by_role("link", name="Ann Roy")).to_be_visible()
