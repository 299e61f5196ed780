"""An email that came back is followed by a text, and both are seen in the popup."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.clubs import found_club
from tests.browser.conftest import People, Site
from tests.browser.test_preflight import on_a_phone_and_in_the_dark, picture


def test_a_text_follows_the_email_that_came_back(people: People) -> None:
    site = people.site
    club = found_club(site, "lagoon", "Lagoon Rowing")
    page = people.signed_in("alice@lagoon.example")
    add_person(page, site.at(club), "Ann", "deliver@sandbox.test", "709-555-0101")
    add_person(page, site.at(club), "Ben", "bounce@sandbox.test", "709-555-0102")
    write_for_both(page, site.at(f"{club}/compose/"))
    look_at_the_most(page)
    page.get_by_role("button", name="Send 2 messages now").click()
    page.wait_for_url("**/lagoon/messages/")
    popup = see_the_email_come_back(page)
    let_the_time_pass(page, site, popup)
    see_the_text(page, popup)
    prices = site.sql(
        "SELECT p.first_name, d.price FROM deliveries_delivery d JOIN people_participant p"
        " ON p.id = d.participant_id JOIN sendouts_sendout s ON s.id = d.sendout_id"
        " WHERE s.name = 'No rowing at night' AND d.channel = 'sms'"
    )
    assert prices == [("Ben", 20_000)]


def add_person(page: Page, club: str, name: str, email: str, phone: str) -> None:
    """Fill in the form for one more."""
    page.goto(f"{club}/participants/add/")
    page.get_by_label("First name").fill(name)
    page.get_by_label("Last name").fill("Roy")
    page.get_by_role("textbox", name="Email").fill(email)
    page.get_by_role("textbox", name="Phone").fill(phone)
    page.locator("main").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=f"{name} Roy", exact=True)).to_be_visible()


def write_for_both(page: Page, address: str) -> None:
    """Choose how long the texts wait, and for whom they are."""
    page.goto(address)
    page.get_by_label("Name", exact=True).fill("No rowing at night")
    page.get_by_label("Channels").select_option("email_then_sms")
    page.get_by_label("Send the SMS after").select_option("30")
    page.get_by_label("whose email did not arrive", exact=True).check()
    page.get_by_label("Subject", exact=True).fill("No rowing tonight")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill("There is too much wind.")
    page.get_by_label("SMS text", exact=True).fill("No rowing tonight: too much wind.")
    picture(page, "fallback-write")
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Everyone").check()
    page.get_by_role("button", name="Next: check and send").click()


def look_at_the_most(page: Page) -> None:
    """See what it costs if no email arrives, and when the texts would go."""
    expect(page.locator("#leaving")).to_contain_text("It costs up to")
    expect(page.locator("#cost")).to_contain_text("0.08")
    expect(page.locator("#leaving")).to_contain_text("SMS follow 30 minutes after")
    picture(page, "fallback-check")


def see_the_email_come_back(page: Page) -> Locator:
    """Look at the Emails tab, and at what is said of the texts that wait."""
    page.get_by_role("link", name="No rowing at night").click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("row", name="Ann Roy")).to_contain_text("Delivered")
    expect(popup.get_by_role("row", name="Ben Roy")).to_contain_text("Bounced")
    expect(popup.locator(".so-following")).to_contain_text("1 person")
    picture(page, "fallback-waiting")
    on_a_phone_and_in_the_dark(page, "fallback-waiting-phone")
    return popup


def let_the_time_pass(page: Page, site: Site, popup: Locator) -> None:
    """Move the half hour that nobody waits for in a test; the tab of the texts is empty before."""
    popup.get_by_role("tab", name="SMS").click()
    expect(popup.locator("#rows-sms")).to_contain_text("No recipients yet")
    picture(page, "fallback-no-texts-yet")
    site.sql(
        "UPDATE sendouts_sendout SET fallback_at = now() WHERE name = 'No rowing at night'"
        " AND fallback_at IS NOT NULL"
    )


def see_the_text(page: Page, popup: Locator) -> None:
    """See by itself that a text reached the one whom the email did not."""
    row = popup.locator("#rows-sms").get_by_role("row", name="Ben Roy")
    expect(row).to_contain_text("Delivered", timeout=60_000)
    expect(popup.locator("#rows-sms").get_by_role("row", name="Ann Roy")).to_have_count(0)
    expect(popup.locator(".so-following")).not_to_contain_text("Send them now")
    picture(page, "fallback-texts")
    on_a_phone_and_in_the_dark(page, "fallback-texts-phone")
    popup.get_by_role("tab", name="Emails").click()
    expect(popup.locator("#rows-email").get_by_role("row", name="Ben Roy")).to_contain_text(
        "Bounced"
    )
    picture(page, "fallback-emails")
