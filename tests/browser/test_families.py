"""One message tells a family of all its children, and every child keeps a row of its own."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.clubs import found_club
from tests.browser.conftest import People, Site
from tests.browser.test_preflight import on_a_phone_and_in_the_dark, picture

LIST = """First name,Last name,Email,Family id,Session
Mia,Roy,deliver+roy@sandbox.test,R1,Tuesday 17:00
Tom,Roy,,R1,Thursday 18:00
Luc,Dubé,deliver+dube@sandbox.test,,Saturday 9:00
Anne,Dubé,deliver+dube@sandbox.test,,Saturday 9:00
Eve,Lee,deliver+lee@sandbox.test,L9,Sunday 10:00
"""
CLUB = "Slipway Sailing"


def test_one_message_tells_of_all_the_children(people: People, tmp_path: Path) -> None:
    site = people.site
    club = found_club(site, "slipway", CLUB)
    page = people.signed_in("alice@slipway.example")
    file = tmp_path / "families.csv"
    file.write_text(LIST)
    import_families(page, site.at(f"{club}/imports/upload/"), file)
    write_to_families(page, site.at(f"{club}/compose/"))
    look_at_families(page)
    page.get_by_role("button", name="Send 3 messages now").click()
    page.wait_for_url("**/slipway/messages/")
    popup = see_every_child(page)
    see_how_one_was_told(page, popup)
    see_what_arrived(page, site)


def import_families(page: Page, address: str, file: Path) -> None:
    """Upload the list; the column of the families is found by itself."""
    page.goto(address)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Put everybody").fill("Sailors")
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_label("Family id", exact=True)).to_have_value("family")
    picture(page, "families-columns")
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("What the import did")).to_be_visible()
    picture(page, "families-imported")


def write_to_families(page: Page, address: str) -> None:
    """Write it for one child: the others are put in."""
    page.goto(address)
    page.get_by_label("Name", exact=True).fill("First lessons")
    page.get_by_label("Subject", exact=True).fill("Lessons of {{ first_name }}")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill("{{ first_name }} will sail: {{ Session }}.")
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Sailors").check()
    page.get_by_label("One message per family").check()
    picture(page, "families-audience")
    page.get_by_role("button", name="Next: check and send").click()


def look_at_families(page: Page) -> None:
    """See before sending who is told with whom, and how their message reads."""
    reach = page.locator("#reach")
    expect(page.locator("#reach-email")).to_have_text("3 by email")
    page.get_by_role("link", name="2 are told with another one of the family").click()
    expect(page.locator("#reach-list")).to_contain_text("Anne Dubé")
    expect(page.locator("#reach-list")).to_contain_text("Tom Roy")
    picture(page, "families-carried")
    reach.get_by_text("Every reason, by channel").click()
    expect(reach).to_contain_text("3 messages leave")
    expect(reach).to_contain_text("2 people are told with another one of the family")
    expect(page.get_by_text("Lessons of Mia and Tom")).to_be_visible()
    mail = page.frame_locator("iframe.so-email-frame")
    expect(mail.get_by_text("Mia and Tom will sail")).to_contain_text(
        "Tuesday 17:00 and Thursday 18:00."
    )
    expect(page.locator("#cost")).to_contain_text("0.06")
    picture(page, "families-check")
    on_a_phone_and_in_the_dark(page, "families-check-phone")


def see_every_child(page: Page) -> Locator:
    """Find five rows for three emails in the popup."""
    page.get_by_role("link", name="First lessons").click()
    popup = page.get_by_role("dialog")
    for child, status in (
        ("Mia Roy", "Delivered"), ("Tom Roy", "With the family"), ("Luc Dubé", "Delivered"),
        ("Anne Dubé", "With the family"), ("Eve Lee", "Delivered"),
    ):  # fmt: skip
        expect(popup.get_by_role("row", name=child)).to_contain_text(status)
    expect(popup.get_by_role("row", name="Tom Roy")).to_contain_text(
        "Told with the message to Mia: Delivered"
    )
    picture(page, "families-popup")
    on_a_phone_and_in_the_dark(page, "families-popup-phone")
    return popup


def see_how_one_was_told(page: Page, popup: Locator) -> None:
    """Open the row of a child that had no message of its own."""
    popup.get_by_role("link", name="Tom Roy", exact=True).click()
    expect(popup.locator(".so-delivery-slot").first).to_contain_text("Mia")
    picture(page, "families-delivery")


def see_what_arrived(page: Page, site: Site) -> None:
    """Find three emails in the Outbox, and three charges."""
    page.goto(site.at("/o/slipway/outbox/"))
    for subject in ("Lessons of Mia and Tom", "Lessons of Luc and Anne", "Lessons of Eve"):
        expect(page.get_by_text(subject, exact=True)).to_have_count(1)
    expect(page.get_by_text("Lessons of")).to_have_count(3)
    picture(page, "families-outbox")
    rows = site.sql(
        "SELECT p.first_name, d.price FROM deliveries_delivery d JOIN people_participant p"
        " ON p.id = d.participant_id JOIN sendouts_sendout s ON s.id = d.sendout_id"
        " WHERE s.name = 'First lessons'"
    )
    assert dict(rows) == {"Mia": 20_000, "Tom": 0, "Luc": 20_000, "Anne": 0, "Eve": 20_000}
