"""From the sign-in to the report in French: no English word of the catalogue shows."""

from __future__ import annotations

import re

import polib
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site
from tests.browser.pages import ids
from tests.catalogue.__main__ import PO, said

CLUB = "/o/aqua-club"
SEEN = """() => {
  const SKIPPED = "script, style, template, pre, code, textarea, [lang]:not(html), .so-bubble," +
    ".so-evidence";
  const said = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const within = walker.currentNode.parentElement;
    if (within.closest(SKIPPED))
      continue;
    if (within.checkVisibility()) said.push(walker.currentNode.textContent);
  }
  for (const one of document.querySelectorAll("[title], [placeholder], [aria-label]"))
    if (one.checkVisibility() && !one.closest("[lang]:not(html)"))
      for (const name of ["title", "placeholder", "aria-label"])
        if (one.getAttribute(name)) said.push(one.getAttribute(name));
  return said;
}"""
GAP = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
# What people of the demo wrote themselves, or called something; or what is French, too.
WRITTEN = {"Bounces", "Part", "Closure", "Newsletter", "Welcome", "Reminder", "name", "phone"}


def english() -> tuple[set[str], list[str]]:
    """Give the messages that are another word in French, and the longer ones of them."""
    entries = [entry for entry in polib.pofile(str(PO)) if entry.msgid not in said(entry)]
    whole = {entry.msgid for entry in entries if not GAP.search(entry.msgid)} - WRITTEN
    return whole, [text for text in whole if len(text.split()) > 3]


WHOLE, LONG = english()


def look(page: Page) -> None:
    """Fail for what somebody who reads no English would stumble over."""
    page.wait_for_load_state()
    expect(page.locator("html[lang=fr]")).to_be_attached()
    seen = {" ".join(text.split()) for text in page.evaluate(SEEN)} - {""}
    wrong = [text for text in seen if text in WHOLE or any(part in text for part in LONG)]
    assert not wrong, f"{page.url}: {wrong}"


def test_everything_from_the_sign_in_to_the_report_is_in_french(people: People) -> None:
    site = people.site
    page = people.browser().new_page()
    sign_in_in_french(page, site)
    look(page)
    for place in ("participants", "groups", "senders", "bounces", "outbox", "not-received"):
        page.goto(site.at(f"{CLUB}/{place}/"))
        look(page)
    for place in ("replies", "unsubscribes", "settings", "usage", "workers"):
        page.goto(site.at(f"{CLUB}/{place}/"))
        look(page)
    write(page, site)
    send_and_follow(page)
    for place in ("{sent}/again/?to=failed-email", "{sent}/board/calls/"):
        page.goto(site.at(f"{CLUB}/messages/{place.format(**ids(site))}"))
        look(page)
    page.goto(site.at("/profile/"))
    look(page)


def sign_in_in_french(page: Page, site: Site) -> None:
    """Choose the language before anybody is known, then sign in."""
    page.goto(site.at("/account/login/"))
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("button", name="English")).to_be_visible()
    look(page)
    page.get_by_label("Courriel").fill(site.demo_email)
    page.get_by_label("Mot de passe", exact=True).fill(site.demo_password)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.wait_for_url("**/o/*/messages/")


def write(page: Page, site: Site) -> None:
    """Write a message, and choose who gets it."""
    page.goto(site.at(f"{CLUB}/compose/"))
    look(page)
    page.get_by_label("Nom", exact=True).fill("Piscine fermée")
    page.get_by_label("Canaux").select_option("sms")
    page.get_by_label("Texte du SMS", exact=True).fill("Piscine fermée demain.")
    look(page)
    page.get_by_role("button", name="Suite : destinataires").click()
    look(page)
    page.get_by_label("Tout le monde").check()
    page.get_by_role("button", name="Suite : vérifier et envoyer").click()
    look(page)
    page.locator(".so-reach-channels summary").click()
    look(page)
    page.locator(".so-reach-none .so-reach-link").click()
    expect(page.locator(".so-reach-list .so-people li").first).to_be_visible()
    look(page)


def send_and_follow(page: Page) -> None:
    """Send, and look at the popup until the report has something to say."""
    page.get_by_role("button", name=re.compile("^Envoyer .* maintenant$")).click()
    look(page)
    page.get_by_role("link", name="Piscine fermée", exact=True).first.click()
    expect(page.locator("#popup-title")).to_have_text("Piscine fermée")
    look(page)
    page.goto(page.url.split("?")[0])
    page.locator("a[data-popup]").last.click()
    expect(page.locator("#popup-title")).to_be_visible()
    page.wait_for_timeout(1_000)
    look(page)
