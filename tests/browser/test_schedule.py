"""A schedule comes in, a reminder is written once, and time does the rest."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site

CLUB = "/o/rink"
ZONE = ZoneInfo("America/St_Johns")


def test_a_schedule_is_imported_and_its_sessions_reminded_of_unless_cancelled(
    people: People,
) -> None:
    site = people.site
    page = people.signed_in("alice@rink.example")
    bring_in(page, site)
    page.goto(site.at(f"{CLUB}/schedule/sessions/"))
    page.get_by_role("link", name="Figures").click()
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_text("“Figures” is called off")).to_be_visible()

    page.get_by_role("link", name="Schedule", exact=True).click()
    page.get_by_role("link", name="New repeating message").click()
    page.get_by_label("Name").fill("Lesson tomorrow")
    expect(page.get_by_label("At", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Next: write it").click()
    page.get_by_label("Subject", exact=True).fill("{{ session }} at {{ place }}")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill("See you at {{ session_time }}.")
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_role("button", name="Next: check and send").click()
    expect(page.get_by_role("heading", name="Repeats")).to_be_visible()
    page.get_by_role("link", name="When it is sent, and start").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("“Lesson tomorrow” repeats from now on.")).to_be_visible()
    expect(page.get_by_role("link", name="Jumps")).to_be_visible()
    expect(page.get_by_role("link", name="Figures")).to_have_count(0)

    page.goto(site.at(f"{CLUB}/messages/"))
    expect(page.get_by_role("row", name="Lesson tomorrow")).to_have_count(0)
    site.sql("UPDATE timetable_session SET starts = now() + interval '1 day 4 seconds'")
    row = page.get_by_role("row", name="Lesson tomorrow · Jumps")
    page.wait_for_timeout(12_000)  # two looks of a worker
    page.reload()
    expect(row.locator(".so-badge")).to_have_text(re.compile("Sending|Sent|Delivered"))
    expect(page.get_by_role("row", name="Figures")).to_have_count(0)
    row.get_by_role("link", name="repeats").click()
    expect(page.get_by_role("link", name="Lesson tomorrow · Jumps")).to_be_visible()
    [(subjects,)] = site.sql(
        "SELECT array_agg(m.subject) FROM sendouts_sendout s JOIN compose_message m"
        " ON m.id = s.message_id WHERE s.name LIKE 'Lesson tomorrow · %%'"
    )
    assert subjects == ["Jumps at Rink 2"]


def bring_in(page: Page, site: Site) -> None:
    """Import two sessions of the day after tomorrow."""
    at = (datetime.now(UTC) + timedelta(days=2)).astimezone(ZONE)
    rows = "".join(
        f"{title},Skaters,{at:%Y-%m-%d},{at:%H:%M},Rink 2\n" for title in ("Jumps", "Figures")
    )
    page.goto(site.at(f"{CLUB}/schedule/import/"))
    file = {
        "name": "winter.csv", "mimeType": "text/csv",
        "buffer": f"Title,Group,Date,Starts,Place\n{rows}".encode(),
    }  # fmt: skip
    page.get_by_label("File").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Look at the rows").click()
    page.get_by_role("button", name="Take 2 sessions in").click()
    expect(page.get_by_text("2 sessions were taken in.")).to_be_visible()
