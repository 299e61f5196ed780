"""Stopping, going on, sending later, and two people at one message."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import People

CLUB = "/o/rink"
ALICE, BOB = "alice@rink.example", "bob@rink.example"
ZONE = ZoneInfo("America/St_Johns")  # half an hour from everybody else


def write(page: Page, people: People, name: str) -> None:
    """Write an email to the skaters, as far as the last look."""
    page.goto(people.site.at(f"{CLUB}/compose/"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Subject", exact=True).fill("The ice is ready")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill(
        "Hello {{ first_name|there }}, the ice is ready."
    )
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Skaters").check()
    page.get_by_role("button", name="Next: check and send").click()


def test_a_slow_send_out_is_paused_resumed_and_cancelled(people: People) -> None:
    page = people.signed_in(ALICE)
    write(page, people, "Stop and go")
    page.get_by_role("button", name="120 messages now").click()
    page.get_by_role("link", name="Stop and go").click()
    popup = page.get_by_role("dialog")
    badge = popup.locator(".so-popup-live .so-badge")
    sent = popup.locator("#numbers-email .so-tiles > div", has_text="Sent").locator("dd")
    expect(sent).not_to_have_text("0")
    pause = popup.get_by_role("button", name="Pause")
    pause.focus()
    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/live/")):
            pass  # the part that moves asks for itself
    page.wait_for_timeout(300)
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    expect(badge).to_have_text("Paused")
    expect(popup.get_by_role("button", name="Resume")).to_be_focused()
    page.wait_for_timeout(1500)  # what a connection held has left by now
    popup.get_by_role("button", name="Refresh").click()
    page.wait_for_timeout(500)
    standing = sent.inner_text()
    page.wait_for_timeout(1500)
    popup.get_by_role("button", name="Refresh").click()
    page.wait_for_timeout(500)
    assert sent.inner_text() == standing
    popup.get_by_role("button", name="Resume").click()
    expect(sent).not_to_have_text(standing)
    page.on("dialog", lambda question: question.accept())
    popup.get_by_role("button", name="Cancel").click()
    expect(badge).to_have_text("Cancelled")
    row = popup.locator('#numbers-email tr[data-status="cancelled"]')
    expect(row).to_be_visible()
    assert int(sent.inner_text()) + int(row.get_attribute("data-count") or 0) == 120


def test_a_send_out_for_the_next_minute_is_scheduled_and_leaves(people: People) -> None:
    page = people.signed_in(ALICE)
    write(page, people, "For later")
    when = (datetime.now(ZONE) + timedelta(seconds=65)).replace(second=0, microsecond=0)
    page.get_by_label("Date and time").fill(f"{when:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Schedule").click()
    row = page.get_by_role("row", name="For later")
    expect(row.locator(".so-badge")).to_have_text("Scheduled")
    expect(row).to_contain_text(f"goes out {when.day} {when:%b %Y, %H:%M}")
    page.reload()
    people.site.sql("UPDATE sendouts_sendout SET scheduled_for = now() WHERE name = 'For later'")
    expect(row.locator(".so-badge")).not_to_have_text("Scheduled")
    page.get_by_role("link", name="For later").click()
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_a_scheduled_one_gets_another_time_and_leaves_at_its_minute(people: People) -> None:
    page = people.signed_in(ALICE)
    write(page, people, "Another time")
    tomorrow = datetime.now(ZONE) + timedelta(days=1)
    page.get_by_label("Date and time").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("link", name="Another time").click()
    page.get_by_role("dialog").get_by_role("link", name="Look at it").click()
    when = (datetime.now(ZONE) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    expect(page.get_by_label("Date and time")).to_have_value(f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.get_by_label("Date and time").fill(f"{when:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Change the time").click()
    badge = page.get_by_role("row", name="Another time").locator(".so-badge")
    expect(badge).to_have_text("Scheduled")
    expect(badge).not_to_have_text("Scheduled", timeout=90_000)
    [[started]] = people.site.sql(
        "SELECT started_at FROM sendouts_sendout WHERE name = 'Another time'"
    )
    assert isinstance(started, datetime)
    assert timedelta() <= started - when < timedelta(seconds=20)
    page.get_by_role("link", name="Another time").click()
    expect(page.get_by_role("dialog")).not_to_contain_text("late")
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_a_scheduled_one_is_rewritten_and_leaves_with_the_new_words(people: People) -> None:
    page = people.signed_in(ALICE)
    write(page, people, "Second thoughts")
    tomorrow = datetime.now(ZONE) + timedelta(days=1)
    page.get_by_label("Date and time").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("link", name="Second thoughts").click()
    page.get_by_role("dialog").get_by_role("button", name="Back to draft").click()
    page.get_by_role("link", name="Write").click()
    page.get_by_label("Subject", exact=True).fill("The ice is melting")
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_role("button", name="Next: check and send").click()
    when = (datetime.now(ZONE) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    page.get_by_label("Date and time").fill(f"{when:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Schedule").click()
    badge = page.get_by_role("row", name="Second thoughts").locator(".so-badge")
    expect(badge).to_have_text("Scheduled")
    expect(badge).not_to_have_text("Scheduled", timeout=90_000)
    [[subject, early]] = people.site.sql(
        "SELECT m.subject, s.started_at < %s FROM sendouts_sendout s"
        " JOIN compose_message m ON m.id = s.message_id WHERE s.name = 'Second thoughts'",
        when,
    )
    assert (subject, early) == ("The ice is melting", False)
    left = "SELECT count(*) FROM senders_outboxcopy WHERE position(%s::bytea IN content) > 0"
    page.wait_for_timeout(3000)  # what has left by now
    [[new]] = people.site.sql(left, b"Subject: The ice is melting")
    assert isinstance(new, int)
    assert new > 0
    page.get_by_role("link", name="Second thoughts").click()
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_the_second_of_two_who_write_is_told_and_loses_nothing(people: People) -> None:
    alice, bob = people.signed_in(ALICE), people.signed_in(BOB)
    people.expect_status(409)
    alice.goto(people.site.at(f"{CLUB}/compose/"))
    alice.get_by_label("Name", exact=True).fill("Shared work")
    alice.get_by_label("Markdown", exact=True).check()
    alice.get_by_role("button", name="Save draft").click()
    alice.wait_for_url("**/compose/*/")
    bob.goto(alice.url)
    alice.get_by_label("Email text", exact=True).fill("What Alice wrote")
    alice.get_by_role("button", name="Save draft").click()
    expect(alice.get_by_label("Email text", exact=True)).to_have_value("What Alice wrote")
    bob.get_by_label("Email text", exact=True).fill("What Bob wrote")
    bob.get_by_role("button", name="Save draft").click()
    told = bob.get_by_role("alert").get_by_role("heading")
    expect(told).to_contain_text("Alice saved this message at")
    expect(told).to_contain_text("while you were writing")
    expect(bob.locator("#write-form").get_by_label("Email text", exact=True)).to_have_value(
        "What Bob wrote"
    )
    expect(bob.get_by_label("as saved")).to_have_value("What Alice wrote")
    bob.get_by_role("button", name="Save draft").click()
    expect(bob.get_by_role("alert")).to_have_count(0)
    expect(bob.get_by_label("Email text", exact=True)).to_have_value("What Bob wrote")
