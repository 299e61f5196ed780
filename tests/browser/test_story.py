"""The main job as an office manager does it: from a list of people to who got the message."""

from __future__ import annotations

import csv
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site, sign_in
from tests.browser.lists import messy_list

CLUB = "/o/harbour"
BODY = """# Hello {{ first_name|there }}

The pool opens **Monday**. [Book a lane](https://example.org/lanes)
"""
LONGEST = 60.0  # seconds until a first recipient has received it


def test_a_message_goes_from_an_imported_list_to_its_readers(
    people: People, tmp_path: Path
) -> None:
    site = people.site
    page = people.browser().new_page()
    sign_in(page, site, "alice@harbour.example", "correct horse battery")
    import_list(page, site, messy_list(tmp_path))
    write_message(page)
    choose_group(page)
    look_it_over(page)
    send_test(page, site)
    send(page, site)
    watch_it_leave(page)
    see_numbers_move(page)
    find_everybody_in_the_file(page)


def import_list(page: Page, site: Site, path: Path) -> None:
    """Upload, correct one column, see what would happen, let it happen."""
    page.goto(site.at(f"{CLUB}/participants/"))
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_label("Put everybody").fill("Autumn swimmers")
    page.get_by_role("button", name="Look at the columns").click()
    expect(taken_for(page, "Courriel")).to_have_value("email")
    expect(taken_for(page, "Cellulaire")).to_have_value("phone")
    taken_for(page, "Activité").select_option("groups")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("What the import would do")).to_be_visible()
    foreseen = counts(page)
    assert foreseen["New"] > 1000
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("What the import did")).to_be_visible()
    assert counts(page) == foreseen
    expect(page.get_by_text("rows with remarks")).to_be_visible()
    with page.expect_download() as report:
        page.get_by_role("link", name="Row-by-row report").click()
    assert len(lines_of(report.value.path())) > 100
    page.get_by_role("link", name="See the participants").click()


def taken_for(page: Page, column: str):
    """Find where the wizard says what a column is."""
    return page.get_by_label(column, exact=True)


def counts(page: Page) -> dict[str, int]:
    """Read the numbers of an import."""
    words = page.locator(".so-counts dt").all_inner_texts()
    numbers = page.locator(".so-counts dd").all_inner_texts()
    return {word: int(number.replace(",", "")) for word, number in zip(words, numbers, strict=True)}


def lines_of(path: Path) -> list[dict[str, str]]:
    """Read a downloaded file as a spreadsheet does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_message(page: Page) -> None:
    """Write for both channels; an emoji makes an SMS dear, and the page says so at once."""
    page.get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="New message").click()
    page.get_by_label("Name", exact=True).fill("Pool opens")
    page.get_by_label("Channels").select_option("both")
    page.get_by_label("Subject", exact=True).fill("The pool opens, {{ first_name|there }}")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill(BODY)
    sms = page.get_by_label("SMS text", exact=True)
    counter = page.locator("[data-sms-counter]")
    sms.press_sequentially("The pool opens Monday")
    expect(counter).to_contain_text("GSM-7")
    sms.press_sequentially(" 🏊")
    expect(counter).to_contain_text("UCS-2")
    expect(counter.locator("[data-characters]")).to_contain_text("🏊")
    sms.press("Backspace")
    expect(counter).to_contain_text("GSM-7")
    page.get_by_role("button", name="Next: audience").click()


def choose_group(page: Page) -> None:
    """Send it to those who were imported."""
    page.get_by_label("Autumn swimmers").check()
    page.get_by_role("button", name="Next: check and send").click()


def look_it_over(page: Page) -> None:
    """See how many will get it and who will not, and the mail as one of them will see it."""
    for section in page.locator(".so-reach").all():
        assert int(section.locator(".so-reach-number").inner_text().replace(",", "")) > 1000
        expect(section).to_contain_text("skipped, not charged")
    person = page.get_by_label("As it reaches").locator("option:checked").inner_text()
    first_name = person.split()[0]
    mail = page.frame_locator("iframe.so-email-frame")
    expect(mail.get_by_text(f"Hello {first_name}")).to_be_visible()
    expect(page.get_by_text(f"The pool opens, {first_name}")).to_be_visible()


def send_test(page: Page, site: Site) -> None:
    """Send it to oneself first, and see it in the Outbox of the rehearsal."""
    page.get_by_role("button", name="Send test email").click()
    expect(page.locator("#test-result .alert-success")).to_be_visible()
    with page.context.expect_page() as opened:
        page.evaluate(f"window.open('{CLUB}/outbox/')")
    outbox = opened.value
    expect(outbox.get_by_role("cell", name="alice@harbour.example")).to_be_visible()
    outbox.close()


def send(page: Page, site: Site) -> None:
    """Press the button; the senders have just sent their share and need some seconds."""
    site.sql("UPDATE senders_sender SET pace_due = clock_timestamp() + interval '4 seconds'")
    page.get_by_role("button", name="messages now").click()
    page.wait_for_url("**/messages/")


def watch_it_leave(page: Page) -> None:
    """Look on without touching anything: the page says by itself how far it is."""
    page.evaluate("window.notReloaded = true")
    badge = page.get_by_role("row", name="Pool opens").locator(".so-badge")
    seen: list[str] = []
    end = time.monotonic() + LONGEST
    while "Delivered" not in seen and time.monotonic() < end:
        word = badge.inner_text().strip()
        if word not in seen:
            seen.append(word)
        page.wait_for_timeout(100)
    assert seen == ["Sending...", "Sent", "Delivered"]
    assert page.evaluate("window.notReloaded")


def see_numbers_move(page: Page) -> None:
    """Open the popup while it is still going on: the numbers of both tabs move by themselves."""
    page.get_by_role("link", name="Pool opens").click()
    popup = page.get_by_role("dialog")
    for tab, key in (("Emails", "email"), ("SMS", "sms")):
        popup.get_by_role("tab", name=tab).click()
        tile = popup.locator(f"#numbers-{key} .so-tiles > div", has_text="Delivered").locator("dd")
        first = int(tile.inner_text().replace(",", ""))
        expect(tile).not_to_have_text(f"{first:,}", timeout=20_000)
        assert int(tile.inner_text().replace(",", "")) > first
    assert page.evaluate("window.notReloaded")


def find_everybody_in_the_file(page: Page) -> None:
    """Download the list of one tab: as many lines as recipients."""
    total = page.locator("#numbers-sms .so-tiles dd").first.inner_text().replace(",", "")
    with page.expect_download() as file:
        page.get_by_role("dialog").get_by_role("link", name="CSV").click()
    assert len(lines_of(file.value.path())) == int(total) > 1000
