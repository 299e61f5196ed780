"""Every page serves everybody: axe-core finds no serious violation, the HTML is valid."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.conftest import PHONE, WIDE, People, Site
from tests.browser.pages import FRAGMENTS, PLACES, Place, ids
from tests.laws.test_routes import our_routes
from tests.rigs import free_port, give_up, require

PEERS = Path(__file__).parents[1] / "peers" / "node_modules"
AXE = PEERS / "axe-core" / "axe.min.js"
VNU = PEERS / "vnu-jar" / "build" / "dist" / "vnu.jar"
GRAVE = {"serious", "critical"}
START_SECONDS = 90.0
# Dark has the same elements in other colours, so there only these can differ.
COLOURS = ["color-contrast", "link-in-text-block"]
TABLET: ViewportSize = {"width": 820, "height": 1180}
LAPTOP: ViewportSize = {"width": 1024, "height": 768}
STICKS_OUT = """() => document.documentElement.scrollWidth > window.innerWidth
    || [...document.querySelectorAll('.card')].some(card => card.scrollWidth > card.clientWidth)"""
STILL = "() => !document.getAnimations().some(each => each.playState === 'running')"
AROUND = "<!doctype html><html lang=en><head><title>Part</title></head><body><h1>Page</h1>{}</body>"
REFUSALS = (400, 404, 410)
# Routes that answer with a file, with data, or by sending on to a page that is listed.
NO_PAGES = {
    "home", "organisation", "healthz", "readyz", "metrics", "export_deliveries",
    "participants_export", "suppressions_export", "import_report", "outbox_raw", "outbox_html",
    "compose_preview_email", "sendout_pause", "sendout_resume", "sendout_cancel",
    "sendout_sms_send", "sendout_sms_call_off",
    "sendout_correction",
    "family_join", "family_part", "closure_send", "board_called", "calls_file",
    "compose_pick", "compose_drop", "compose_test", "compose_send", "compose_schedule",
    "compose_unschedule", "compose_copy", "compose_discard", "approval_ask",
    "approval_withdraw", "approval_approve", "approval_return", "group_rename", "group_delete",
    "group_add", "group_remove", "import_run", "import_delete", "list_run", "list_report",
    "list_undo", "list_delete", "sender_default", "sender_use",
    "sender_hook", "esp_hook", "sms_hook", "sms_hook_of", "compose_plain",
    "sender_dkim_switch", "sender_domain_reopen", "report_retry", "report_resend",
    "member_invite", "invitation_revoke", "member_role", "member_remove",
    "reply_list", "reply_dismiss", "forwarding_delete", "conversation_answer",
    "conversation_assign", "conversation_done", "conversation_read",
    "mailbox_test", "mailbox_use", "mailbox_delete", "returned_raw", "returned_again",
    "returned_believe", "returned_delete", "usage_export", "prices_export", "prices_import",
    "session_call_off", "session_tell", "series_save", "series_start", "series_pause",
    "series_resume", "series_end", "calendar_fetch", "calendar_delete", "calendar_rule_add",
    "calendar_rule_remove", "closed_day_remove", "schedule_run", "schedule_delete",
    "prices_money", "price_add", "price_remove",
    "compose_image", "compose_convert", "compose_live", "compose_live_of", "compose_save",
    "compose_save_new", "compose_file", "compose_file_away", "compose_file_how", "event", "image",
    "language", "signed_report_file", "template_delete", "template_rename", "template_use",
    "template_use_ready",
}  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        give_up("axe-core is not installed; run npm ci --ignore-scripts in tests/peers")
    return AXE.read_text()


@pytest.fixture(scope="module")
def validator() -> Iterator[str]:
    """Start the validator and give its address."""
    if not VNU.exists():
        give_up("vnu is not installed; run npm ci --ignore-scripts in tests/peers")
    port = free_port()
    local = "-Dnu.validator.servlet.bind-address=127.0.0.1"
    command = [require("java"), "-Xmx256m", local, "-cp", str(VNU)]
    with subprocess.Popen(
        [*command, "nu.validator.servlet.Main", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        address = f"http://127.0.0.1:{port}/?out=json"
        wait_until_answering(address)
        yield address
        process.terminate()


def wait_until_answering(address: str) -> None:
    """Give Java the time it needs."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            errors_in("<!doctype html><html lang=en><title>x</title><p>x</html>", address)
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the validator did not start within {START_SECONDS:.0f} s")


def errors_in(html: str, validator: str) -> list[str]:
    """Ask the validator; warnings and notes are left out."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    request = urllib.request.Request(validator, html.encode(), headers)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:  # noqa: S310
        messages = json.load(answer)["messages"]
    return [
        f"{message['message']} ... {message.get('extract', '')}"
        for message in messages
        if message["type"] == "error"
    ]


def violations(page: Page, axe: str, **options: object) -> list[str]:
    """Ask axe-core what keeps people out."""
    page.evaluate(axe)
    asked = {"resultTypes": ["violations"], **options}
    found = page.evaluate("options => axe.run(document, options)", asked)["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:5]
    ]


@pytest.fixture(scope="module")
def visitors(chromium: Browser, site: Site) -> Iterator[dict[bool, Page]]:
    """Give a page of the demo's owner (True) and one of a stranger (False), for all tests here."""
    people = People(chromium, site)
    pages = {
        True: people.of_the_demo(reduced_motion="reduce"),
        False: people.browser(reduced_motion="reduce").new_page(),
    }
    people.expect_status(*REFUSALS)
    yield pages
    assert not people.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nobody_is_kept_out(visitors: dict[bool, Page], site: Site, axe: str, place: Place) -> None:
    page = visitors[place.signed_in]
    place.visit(page, site)
    light = violations(page, axe)
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    page.wait_for_function(STILL)
    dark = violations(page, axe, runOnly=COLOURS)
    assert not light + dark, "\n".join(["light:", *light, "dark:", *dark])
    cut_off = {}
    for size in (PHONE, TABLET, LAPTOP, WIDE):
        page.set_viewport_size(size)
        cut_off[size["width"]] = page.evaluate(STICKS_OUT)
    assert not any(cut_off.values()), f"one must scroll sideways: {cut_off}"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_the_page_is_valid_html(
    visitors: dict[bool, Page], site: Site, validator: str, place: Place
) -> None:
    path = place.path.format(**ids(site))
    html = visitors[place.signed_in].request.get(site.at(path)).text()
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert not errors_in(html, validator)


@pytest.mark.parametrize("path", FRAGMENTS)
def test_the_part_of_a_page_is_valid_html(
    visitors: dict[bool, Page], site: Site, validator: str, path: str
) -> None:
    address = site.at(path.format(**ids(site)))
    answer = visitors[True].request.get(address, headers={"HX-Request": "true"})
    assert answer.ok
    html = answer.text()
    assert "<html" not in html
    assert not errors_in(AROUND.format(html), validator)


def test_no_page_is_forgotten(site: Site) -> None:
    """Every route of ours is a page or part listed in pages.py, or answers with neither."""
    paths = [*FRAGMENTS, *(place.path for place in PLACES)]
    looked_at = {resolve(path.format(**ids(site)).partition("?")[0]).url_name for path in paths}
    names = {str(route.name) for _, route in our_routes()}
    assert names - looked_at - NO_PAGES == set()
