"""A recipient without scripts chooses what to get; a scanner that opens every link does not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import APIResponse, Page, expect

from tests.browser.conftest import PHONE, People, Site
from tests.browser.pages import ids

LISTED = "SELECT channel, category FROM suppression_suppression WHERE delivery = %s ORDER BY 1, 2"
NEWEST_MAIL = (
    "SELECT c.delivery, convert_from(c.content, 'UTF8') FROM senders_outboxcopy c"
    " JOIN deliveries_delivery d ON d.id = c.delivery JOIN people_participant p"
    " ON p.id = d.participant_id WHERE c.channel = 'email' AND p.phone <> '' AND NOT EXISTS"
    " (SELECT FROM suppression_suppression s WHERE s.address IN (p.email_normal, p.phone))"
    " ORDER BY c.id DESC LIMIT 1"
)


def mail(site: Site) -> tuple[int, str, list[str]]:
    """Give a delivery of the demo, its recipient's page, and every link of its mail."""
    [[delivery, content]] = site.sql(NEWEST_MAIL)
    text = re.sub(r"=\r?\n", "", str(content)).replace("=3D", "=")
    links = sorted(set(re.findall(r"https?://[^\s<>\"')\]]+", text)))
    [own] = {link for link in links if "/u/" in link}
    return int(str(delivery)), own, links


def path_of(site: Site, link: str) -> str:
    """Give the address on the server of the test; the demo was told another port."""
    return site.at(re.sub(r"^https?://[^/]+", "", link))


@pytest.mark.parametrize("look", ["en", "fr"])
def test_choosing_works_without_scripts(people: People, look: str) -> None:
    site = people.site
    delivery, own, _ = mail(site)
    page = people.browser(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(path_of(site, own) + f"?lang={look}")
    words = {
        "en": ("News and offers", "Save", "Undo", "Unsubscribe from everything"),
        "fr": (
            "Nouvelles et offres",
            "Enregistrer",
            "Annuler ce changement",
            "Me désabonner de tout",
        ),
    }[look]
    news, save, undo, leave = words
    expect(page.locator("html")).to_have_attribute("lang", look)
    choose_less(page, news, save)
    assert listed(site, delivery) == [("email", "marketing")]
    page.get_by_role("button", name=undo).click()
    assert listed(site, delivery) == []
    page.get_by_role("button", name=leave).click()
    assert len(listed(site, delivery)) == 3
    page.get_by_role("button", name=undo).click()
    assert listed(site, delivery) == []


def choose_less(page: Page, news: str, save: str) -> None:
    """Take the tick away from news by email, and save."""
    assert page.get_by_role("checkbox").first.is_disabled()
    page.get_by_label(news, exact=True).first.uncheck()
    page.get_by_role("button", name=save).click()
    expect(page.get_by_role("status")).to_contain_text(news)


def listed(site: Site, delivery: int) -> list[tuple[object, ...]]:
    return site.sql(LISTED, delivery)


def test_the_language_can_be_switched(people: People) -> None:
    page = people.browser(java_script_enabled=False).new_page()
    page.goto(people.site.at("{unsubscribe}?lang=en".format(**ids(people.site))))
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Que voulez-vous recevoir?")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you want to receive?")


def test_a_scanner_that_opens_every_link_of_a_mail_unsubscribes_nobody(people: People) -> None:
    site = people.site
    delivery, _, links = mail(site)
    scanner = people.browser().request
    for link in links:
        answers: list[APIResponse] = [
            scanner.head(path_of(site, link), max_redirects=0),
            scanner.get(path_of(site, link), max_redirects=0),
        ]
        assert all(answer.status < 500 for answer in answers)
    assert listed(site, delivery) == []
    assert not site.sql(
        "SELECT FROM deliveries_event WHERE delivery_id = %s AND kind = 'unsubscribed'", delivery
    )
