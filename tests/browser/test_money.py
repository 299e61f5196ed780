"""What a message will cost, what it did cost, and a limit that holds: as an owner meets it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People, Site
from tests.cli.running import COMMAND, clean_environment

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS", "")
SWIMMERS = 60
SCRIPT = f"""
from django.db import transaction
from sendout.accounts.organisations import find_or_make_user, found
from sendout.people.models import Participant
from sendout.senders.models import Sender

with transaction.atomic():
    alice, _ = find_or_make_user("alice@reef.example")
    alice.set_password("correct horse battery")
    alice.save()
    club = found("reef", "Reef Diving", country="CA", timezone="America/St_Johns", owner=alice)
    club.quiet_hours, club.undo_seconds = False, 0  # whatever the time is where this runs
    club.postal_address = "1 Reef Road, St. John's NL"
    club.save()
    Sender.objects.create(organisation=club, name="Rehearsal SMS", channel="sms", kind="sandbox",
        from_address="+17095550100", is_default=True, pace_count=4)
    for n in range({SWIMMERS}):
        Participant.objects.create(organisation=club, first_name="Zoë" if n == 7 else "Diver",
            last_name=str(n), phone=f"+1709555{{1000 + n}}", phone_typed="typed")
"""
TEXT = "Reef closed on Saturday because of the storm. See you all next week {} {{{{ first_name }}}}"
PARTY = "\N{PARTY POPPER}"


def found_club(site: Site) -> None:
    """Make a club of its own, whose senders take a quarter of a minute for everybody."""
    subprocess.run(
        [*COMMAND, "manage", "shell", "--no-imports", "--command", SCRIPT],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        check=True,
    )


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if len(PICTURES) > 1:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def set_price(page: Page, what: str, country: str, price: str) -> None:
    page.get_by_label("What", exact=True).select_option(label=what)
    page.get_by_label("Country").select_option(label=country)
    page.get_by_label("Price", exact=True).fill(price)
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text("The price counts from now on.")).to_be_visible()


def set_limit(page: Page, site: Site, limit: str) -> None:
    page.goto(site.at("/o/reef/settings/prices/"))
    page.get_by_label("A month may cost").fill(limit)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Currency and limit are saved.")).to_be_visible()


def test_an_owner_knows_what_it_costs_and_what_it_cost(people: People) -> None:
    site = people.site
    found_club(site)
    page = people.signed_in("alice@reef.example")
    page.goto(site.at("/o/reef/settings/prices/"))
    set_price(page, "A segment of an SMS that is sent", "Canada", "0.014")
    set_price(page, "A segment of an SMS that is sent", "All other countries", "0.09")
    set_limit(page, site, "1")
    picture(page, "money-prices")
    draft = draft_of(site, TEXT.format(PARTY))
    page.goto(site.at(f"/o/reef/compose/{draft}/check/"))
    estimate = page.locator("#cost")
    expect(estimate).to_contain_text("60 SMS to Canada")
    expect(estimate).to_contain_text("120 segments at 0.014 CAD")
    expect(estimate).to_contain_text(  # not Zoë's: her name would make it two anyway
        f"{PARTY}: two segments instead of one for 59 texts. Cost: 1.652 CAD instead of 0.826 CAD."
    )
    expect(estimate).to_contain_text("It would cost 1.68 CAD, and 1.00 CAD of this month's 1.00")
    picture(page, "money-check")
    page.get_by_role("button", name="Send 60 messages now").click()
    expect(page.locator(".so-toasts, .toast-container")).to_contain_text("It would cost 1.68 CAD")
    site.sql(
        "UPDATE compose_message SET sms_text = %s WHERE sms_text LIKE 'Reef%%'", TEXT.format("")
    )
    page.goto(site.at(f"/o/reef/compose/{draft}/check/"))
    expect(estimate).to_contain_text("61 segments at 0.014 CAD")
    expect(estimate).to_contain_text(
        "ë (in names and fields of recipients): two segments instead of one for 1 text."
    )
    page.get_by_role("button", name="Send 60 messages now").click()
    page.wait_for_url("**/o/reef/messages/")
    run_out(page, site, draft)
    look_back(page, site)


def draft_of(site: Site, text: str) -> int:
    """Write a text to everybody, as a draft."""
    [[organisation]] = site.sql("SELECT id FROM accounts_organisation WHERE slug = 'reef'")
    [[message]] = site.sql(
        "INSERT INTO compose_message (organisation_id, category, subject, body, body_format, text,"
        " sms_text, version, tracks, created_at, updated_at) VALUES (%s, 'operational', '', '',"
        " 'markdown', '', %s, 1, true, now(), now()) RETURNING id",
        organisation,
        text,
    )
    [[draft]] = site.sql(
        "INSERT INTO sendouts_sendout (organisation_id, name, message_id, channels, once_per,"
        " sms_sender_id, everyone, state, urgent) SELECT %s, 'Storm', %s, 'sms', 'participant',"
        " id, true, 'draft', false FROM senders_sender WHERE organisation_id = %s RETURNING id",
        organisation,
        message,
        organisation,
    )
    return int(str(draft))


def run_out(page: Page, site: Site, sendout: int) -> None:
    """Something else uses the month up while it is sent: it stops and says so, and goes on."""
    site.sql(
        "INSERT INTO usage_usage (organisation_id, day, kind, channel, country, sendout, n,"
        " segments, price) SELECT id, (now() AT TIME ZONE timezone)::date, 'received', 'sms', 'CA',"
        " 0, 70, 70, 980000 FROM accounts_organisation WHERE slug = 'reef'"
    )
    page.goto(site.at(f"/o/reef/messages/?open={sendout}"))
    popup = page.get_by_role("dialog")
    expect(popup).to_contain_text("The 1.00 CAD that this month may cost are used up.")
    expect(popup.get_by_text("Paused").first).to_be_visible()
    picture(page, "money-paused")
    popup.get_by_role("button", name="Resume").click()
    expect(popup).to_contain_text("ask an owner to raise the limit")
    set_limit(page, site, "2")
    page.goto(site.at(f"/o/reef/messages/?open={sendout}"))
    popup.get_by_role("button", name="Resume").click()
    site.sql(
        "UPDATE senders_sender SET pace_count = 0, pace_due = NULL WHERE name = 'Rehearsal SMS'"
        " AND organisation_id = (SELECT id FROM accounts_organisation WHERE slug = 'reef')"
    )
    expect(popup).to_contain_text("Charged so far: 0.854 CAD", timeout=60_000)


def look_back(page: Page, site: Site) -> None:
    """Page, statement and popup tell the same; the statement is printed on A4."""
    page.goto(site.at("/o/reef/messages/"))
    page.get_by_role("link", name="Usage").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("1.834 CAD of 2.00 CAD are spent")
    expect(main.get_by_role("row", name=re.compile("SMS sent"))).to_contain_text("0.854 CAD")
    expect(main.get_by_role("row", name=re.compile("SMS received"))).to_contain_text("0.980 CAD")
    picture(page, "money-usage")
    page.get_by_role("link", name="Statement").click()
    expect(page.get_by_role("row", name=re.compile("^Total"))).to_have_count(3)
    for row in page.get_by_role("row", name=re.compile("^Total")).all():
        expect(row).to_contain_text("1.834 CAD")
    picture(page, "money-statement")
    printed = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\S* 84[12]", printed)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    picture(page, "money-printed")
    page.emulate_media(media="screen")
    page.set_viewport_size(PHONE)
    for path in ("usage/", "usage/statement/", "settings/prices/"):
        page.goto(site.at(f"/o/reef/{path}"))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, "money-phone")
