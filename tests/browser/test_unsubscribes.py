"""The Unsubscribes list at work: a bad address corrected, a list imported and taken back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import People

LAKE = "/o/lake"
LIST = "\n".join(
    [
        "Email Address,First Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON",
        "ann@example.org,Ann,2025-01-11 08:30:00,Spring news,SPAM_COMPLAINT",
        "bert@example.org,Bert,2025-02-11 08:30:00,Spring news,NORMAL",
        "zoe@,Zoe,,,",
    ]
)


def test_a_bad_address_is_corrected_from_the_popup_and_the_message_arrives(people: People) -> None:
    page = people.signed_in("alice@lake.example")
    page.goto(people.site.at(f"{LAKE}/messages/"))
    page.get_by_role("link", name="Thin ice").click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("row", name="Ann Roy")).to_contain_text("Bounced")
    popup.get_by_role("link", name="Ann Roy", exact=True).click()
    expect(popup.get_by_text("Ask for the right address")).to_be_visible()
    popup.get_by_role("link", name="Correct the address").click()

    expect(page.get_by_text("2 people share this address")).to_be_visible()
    page.get_by_label("The right email address").fill("deliver+roy@sandbox.test")
    page.get_by_label("How do you know?").fill("told us at the desk")
    page.get_by_role("button", name="Correct", exact=True).click()

    expect(page.get_by_role("heading", name="1 message was missed")).to_be_visible()
    expect(page.get_by_label("Thin ice")).to_be_checked()
    page.get_by_role("button", name="Send again").click()

    expect(popup.get_by_role("heading", name="Thin ice (resent)")).to_be_visible()
    expect(popup.get_by_role("link", name="Thin ice", exact=True)).to_be_visible()
    row = popup.get_by_role("row", name="Ann Roy")
    expect(row.get_by_text("Delivered")).to_be_visible(timeout=60_000)
    assert people.site.sql(
        "SELECT count(*) FROM suppression_suppression WHERE address = 'refuse+roy@sandbox.test'"
    ) == [(0,)]
    page.goto(people.site.at(f"{LAKE}/unsubscribes/history/"))
    expect(page.get_by_text("Corrected to deliver+roy@sandbox.test")).to_be_visible()


def test_a_list_is_looked_at_imported_and_taken_back(people: People, tmp_path: Path) -> None:
    page = people.signed_in("alice@lake.example")
    add_by_hand(page, people.site.at(f"{LAKE}/unsubscribes/"))
    file = tmp_path / "unsubscribed.csv"
    file.write_text(LIST)
    page.get_by_role("link", name="Import").click()
    page.get_by_role("link", name="Import a list").first.click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_label("This looks like a list from")).to_have_value("mailchimp-unsubscribed")
    page.get_by_role("button", name="Check the file").click()

    expect(page.get_by_role("heading", name="What the import would do")).to_be_visible()
    raised = page.get_by_role("row", name="bert@example.org")
    expect(raised.locator("del")).to_have_text("Added by staff")
    expect(raised.locator("ins")).to_have_text("Recipient unsubscribed")
    expect(page.get_by_role("row", name="not read")).to_contain_text("the row was left out")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What the import did")).to_be_visible()

    page.get_by_role("link", name="See the list").click()
    expect(page.get_by_role("row", name="ann@example.org")).to_contain_text("Complaint")
    expect(page.get_by_role("row", name="bert@example.org")).to_contain_text("11 Feb 2025")
    page.go_back()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("heading", name="The import was undone")).to_be_visible()
    expect(page.get_by_text("1 was taken off the list again. 1 was put back")).to_be_visible()
    page.get_by_role("link", name="See the list").click()
    expect(page.get_by_role("row", name="bert@example.org")).to_contain_text("Added by staff")
    expect(page.get_by_text("ann@example.org")).to_have_count(0)


def add_by_hand(page: Page, address: str) -> None:
    """Put somebody on the list as the staff does."""
    page.goto(address)
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Email address or phone number").fill("Bert@example.org")
    page.get_by_label("Marketing only").check()
    page.get_by_label("Why").fill("asked at the desk")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("row", name="bert@example.org")).to_contain_text("asked at the desk")
