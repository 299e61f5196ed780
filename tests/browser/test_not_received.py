"""A client calls: the message did not come. From their name to a text that answers them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, People
from tests.browser.pages import ids

FIND = "/o/aqua-club/not-received/"
BOUNCED = (
    "SELECT p.last_name, p.first_name || ' ' || p.last_name, s.name, d.id"
    " FROM deliveries_delivery d JOIN people_participant p ON p.id = d.participant_id"
    " JOIN sendouts_sendout s ON s.id = d.sendout_id"
    " WHERE d.status = 'bounced' AND d.channel = 'email' AND s.id ="
    " (SELECT min(id) FROM sendouts_sendout WHERE organisation_id = d.organisation_id)"
    " AND s.organisation_id = (SELECT id FROM accounts_organisation WHERE slug = 'aqua-club')"
    " ORDER BY d.id LIMIT 1"
)


@pytest.mark.parametrize("look", ["wide", "phone"])
def test_from_a_name_to_the_answer_and_a_text_to_copy(people: People, look: str) -> None:
    site = people.site
    [[last_name, name, message, _]] = site.sql(BOUNCED)
    page = people.of_the_demo(**({"viewport": PHONE} if look == "phone" else {}))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.at("/o/aqua-club/messages/"))
    if look == "phone":
        page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Did not get it?").click()
    page.wait_for_url(f"**{FIND}")  # loaded: what is typed before is not looked for
    page.get_by_role("searchbox", name="Name, email or phone").press_sequentially(str(last_name))
    page.locator("#found").get_by_role("link", name=str(name), exact=True).first.click()
    expect(page.get_by_role("heading", name=f"Did {name} not get it?")).to_be_visible()
    option = page.get_by_label("Message", exact=True).locator("option", has_text=str(message))
    page.get_by_label("Message", exact=True).select_option(option.first.get_attribute("value"))
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="It came back")).to_be_visible()
    expect(page.locator("#dns")).to_contain_text("sandbox")
    before = page.locator("textarea").input_value()
    page.locator(".so-languages a").click()
    expect(page.locator("textarea")).not_to_have_value(before)
    page.get_by_role("button", name="Copy the text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert {copied.split()[0], before.split()[0]} == {"Hello", "Bonjour"}
    assert copied == page.locator("textarea").input_value()


def test_a_row_of_the_popup_leads_to_its_answer(people: People) -> None:
    page = people.of_the_demo()
    page.goto(people.site.at("/o/aqua-club/messages/?open={sent}".format(**ids(people.site))))
    row = page.get_by_role("dialog").locator(".so-deliveries:visible tbody tr").first
    name = row.locator(".so-row-link").text_content()
    row.get_by_title("Did not get it?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Did {name} not get it?")


def test_it_works_without_scripts(people: People) -> None:
    signed_in = people.of_the_demo()
    page = people.browser(java_script_enabled=False).new_page()
    page.context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page.goto(people.site.at(f"{FIND}?q=a"))
    page.locator("#found .so-name").first.click()
    expect(page.get_by_role("heading", name="Four checks")).to_be_visible()
    expect(page.get_by_role("button", name="Copy the text")).to_be_hidden()
    [[*_, delivery]] = people.site.sql(BOUNCED)
    page.goto(people.site.at(f"/o/aqua-club/not-received/delivery/{delivery}/"))
    page.locator("#dns").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are both domains set up for mail?")
