"""A send-out that half fails at real servers: the report says why, and one click goes on."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, People, Site
from tests.cli.running import COMMAND, clean_environment
from tests.rigs.refusing import Refusing

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")
PATIENCE = 30.0  # seconds
BLOCKED = (
    "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your "
    "Internet service provider since part of their network is on our block list (S3150). You can "
    "also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors."
)
REPLIES = {
    **{f"p{n}@outlook.com": BLOCKED for n in range(9)},
    **{f"p{n}@hotmail.fr": BLOCKED for n in range(5)},
    **{f"p{n}@gmial.com": "550 5.1.2 Host or domain name not found" for n in range(5)},
    **{f"p{n}@club.test": f"550 5.1.1 <p{n}@club.test>: User unknown" for n in range(6)},
    **{f"p{n}@full.test": "452 4.2.2 The mailbox is full" for n in range(4)},
}
ADDRESSES = [*REPLIES, *(f"p{n}@fine.test" for n in range(10)), ""]
SCRIPT = """
from django.db import transaction
from sendout.accounts.organisations import find_or_make_user, found
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut

with transaction.atomic():
    alice, _ = find_or_make_user("alice@fjord.example")
    alice.set_password("correct horse battery")
    alice.save()
    club = found("fjord", "Fjord Rowing", country="CA", timezone="America/St_Johns", owner=alice)
    club.postal_address = "1 Fjord Road, St. John's NL"
    club.undo_seconds = 0
    club.save()
    sender = Sender(organisation=club, name="Mail server", channel="email", kind="smtp",
        from_address="office@fjord.example", is_default=True)
    put_settings(sender, {{"host": "127.0.0.1", "port": {port}, "tls": "none"}})
    sender.save()
    for n, address in enumerate({addresses!r}):
        Participant.objects.create(organisation=club, first_name="Rower", last_name=str(n),
            email=address, email_normal=address)
    message = Message.objects.create(organisation=club, subject="Regatta", body="See you there.")
    send_now(SendOut.objects.create(organisation=club, name="Regatta", message=message,
        everyone=True, email_sender=sender))
"""


def send(site: Site, port: int) -> None:
    """Let a club of its own write to forty people through this server."""
    script = SCRIPT.format(port=port, addresses=ADDRESSES)
    subprocess.run(
        [*COMMAND, "manage", "shell", "--no-imports", "--command", script],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        check=True,
    )


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def count(report: Locator, cause: str) -> int:
    """Read how many have a cause."""
    return int(report.locator(f'[data-cause="{cause}"]').get_attribute("data-count") or 0)


def test_the_report_names_who_blocks_and_the_people_get_it_after_all(people: People) -> None:
    site = people.site
    with Refusing(dict(REPLIES)) as server:
        send(site, server.port)
        page = people.signed_in("alice@fjord.example")
        page.goto(site.at("/o/fjord/messages/"))
        page.get_by_role("link", name="Regatta").click()
        report = page.locator("#report-email")
        expect(report.locator('[data-cause="later-full"]')).to_be_visible(timeout=PATIENCE * 1000)
        expect(report.locator('[data-cause="later-blocked"]')).to_have_attribute(
            "data-count", "14", timeout=PATIENCE * 1000
        )
        wait_for(lambda: len(server.taken) == 10)
        page.get_by_role("button", name="Refresh").last.click()
        expect(report).to_contain_text(
            "Our mail server is blocked by Outlook.com and Hotmail: 14 messages wait."
        )
        expect(report).to_contain_text("It took no message for any of the 14 we tried.")
        expect(report).to_contain_text("5 failures look like a typing mistake: gmial.com")
        causes = ("failed-no_mailbox", "failed-no_domain", "later-full", "skipped-no_address")
        assert [count(report, cause) for cause in causes] == [6, 5, 4, 1]
        picture(page, "report")
        report.get_by_role("link", name="Show these 14").click()
        rows = page.locator("#rows-email tbody tr")
        expect(rows).to_have_count(14)
        expect(page.locator("#rows-email")).to_contain_text(
            "Only these: Our mail server is blocked"
        )
        page.wait_for_timeout(3500)  # the list refreshes itself, and keeps to these
        expect(rows).to_have_count(14)
        picture(page, "report-rows")
        page.get_by_role("button", name="Show all").click()
        expect(rows).to_have_count(25)
        report.get_by_role("link", name="Show these 5").click()
        expect(rows).to_have_count(5)
        retry(report, server, site, "later-full", 4)
        retry(report, server, site, "later-blocked", 14)
        wait_for(lambda: len(server.taken) == 28)
        on_a_phone(page, site)


def retry(report: Locator, server: Refusing, site: Site, cause: str, n: int) -> None:
    """They are let in by now: one click, and those people have it."""
    server.replies = {}
    before = len(server.taken)
    site.sql(
        "UPDATE deliveries_delivery SET deferred_at = now() - interval '2 min'"
        " WHERE status = 'deferred' AND address LIKE 'p%.%'"
    )
    group = report.locator(f'[data-cause="{cause}"]')
    group.get_by_role("button", name="Try again now").click()
    expect(report).to_contain_text(f"{n} are tried again now.")
    wait_for(lambda: len(server.taken) == before + n)


def on_a_phone(page: Page, site: Site) -> None:
    """Nothing is wider than the screen, and no words stand one letter to a line."""
    page.set_viewport_size(PHONE)
    [[pk]] = site.sql(
        "SELECT s.id FROM sendouts_sendout s JOIN accounts_organisation o"
        " ON o.id = s.organisation_id WHERE o.slug = 'fjord' AND s.name = 'Regatta'"
    )
    page.goto(site.at(f"/o/fjord/messages/{pk}/"))
    expect(page.locator(".so-diagnosis").first).to_be_visible()
    picture(page, "report-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = page.locator(".so-ask-words").first.bounding_box()
    assert box is not None
    assert box["width"] > 3 * box["height"]
    page.goto(site.at(f"/o/fjord/messages/{pk}/email/report/"))
    expect(page.get_by_role("heading", name="What did not arrive")).to_be_visible()
    picture(page, "report-page-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
