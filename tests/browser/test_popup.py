"""The details popup on finished send-outs, as the person behind the desk uses it."""

from __future__ import annotations

import csv
import math

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People

NEWSLETTER = "Newsletter: the new season"
CLOSURE = "Pool closed today: classes cancelled"
PAGE = 25  # rows of the list


@pytest.fixture
def messages(people: People) -> Page:
    page = people.of_the_demo()
    page.goto(people.site.at("/o/aqua-club/messages/"))
    return page


def open_popup(messages: Page, name: str) -> Locator:
    """Click on a send-out."""
    messages.get_by_role("link", name=name).click()
    popup = messages.get_by_role("dialog")
    expect(popup.get_by_role("heading", name=name)).to_be_visible()
    return popup


def percent(popup: Locator, rate: str) -> float:
    """Read a rate below the doughnut."""
    words = popup.locator(".so-panel.active .so-rates > div", has_text=rate).locator("strong")
    return float(words.inner_text().removesuffix(" %"))


def whole(words: str) -> int:
    """Read a number with separators."""
    return int(words.replace(",", ""))


def parts(popup: Locator) -> list[tuple[str, float, float]]:
    """Read the doughnut: status, where the part begins and how long it is, in percent."""
    return [
        (
            part.get_attribute("data-status") or "",
            -float(part.get_attribute("stroke-dashoffset") or 0),
            float((part.get_attribute("stroke-dasharray") or "0").split()[0]),
        )
        for part in popup.locator(".so-panel.active .so-doughnut circle").all()
    ]


def test_the_doughnut_is_drawn_with_the_rates_below_it(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    assert 20 < percent(popup, "Open rate") < 100
    assert 1 < percent(popup, "Click rate") < 50
    rates = popup.locator(".so-rates").bounding_box()
    ring = popup.locator(".so-doughnut").bounding_box()
    assert rates is not None
    assert ring is not None
    assert rates["y"] >= ring["y"] + ring["height"]


def test_the_doughnut_has_a_part_for_each_row_of_the_table(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    rows = popup.locator(".so-panel.active .so-legend tbody tr")
    shown = parts(popup)
    assert [status for status, _, _ in shown] == [
        row.get_attribute("data-status") for row in rows.all()
    ]
    ends = [*(begin for _, begin, _ in shown[1:]), 100.0]
    for (status, begin, arc), end, row in zip(shown, ends, rows.all(), strict=True):
        share = float(row.locator("td").last.inner_text().removesuffix(" %"))
        assert end - begin == pytest.approx(share, abs=0.06)
        assert arc == pytest.approx(max(share - 0.5, 0.5), abs=0.06)
        swatch = row.locator(".so-swatch").evaluate("e => getComputedStyle(e).backgroundColor")
        part = popup.locator(f".so-panel.active circle[data-status={status}]")
        assert part.evaluate("e => getComputedStyle(e).stroke") == swatch


def test_a_part_of_the_doughnut_shows_only_its_people(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    status, begin, arc = max(parts(popup), key=lambda part: part[2])
    box = popup.locator(".so-doughnut").bounding_box()
    assert box is not None
    angle = math.radians(3.6 * (begin + arc / 2))
    radius = 0.43 * box["width"]
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    messages.mouse.click(middle[0] + radius * math.sin(angle), middle[1] - radius * math.cos(angle))
    expect(popup.get_by_label("Status")).to_have_value(status)
    expect(popup.locator(".so-panel.active .so-list .so-badge").first).to_have_attribute(
        "data-status", status
    )


def test_machines_stand_apart_below_the_rates(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    line = popup.locator(".so-machines")
    expect(line).to_contain_text("opened by machines alone")
    rates, place = popup.locator(".so-rates").bounding_box(), line.bounding_box()
    assert rates is not None
    assert place is not None
    assert place["y"] >= rates["y"] + rates["height"]
    assert place["width"] > rates["width"] / 2


def test_the_box_in_the_header_is_used_by_keyboard_alone(messages: Page) -> None:
    box = messages.get_by_role("combobox", name="Find a person, message, address or reply")
    messages.keyboard.press("/")
    expect(box).to_be_focused()
    messages.keyboard.type("newsletter seas")
    option = messages.get_by_role("option", name=NEWSLETTER)
    expect(option).to_be_visible()
    messages.keyboard.press("Escape")
    expect(option).to_be_hidden()
    messages.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    messages.keyboard.press("Enter")
    messages.wait_for_url("**/messages/?open=*", wait_until="commit")


def test_both_tabs_show_their_own_numbers(messages: Page) -> None:
    popup = open_popup(messages, CLOSURE)
    for name, key in (("Emails", "email"), ("SMS", "sms")):
        popup.get_by_role("tab", name=name).click()
        numbers = popup.locator(f"#numbers-{key}")
        expect(numbers).to_be_visible()
        counts = numbers.locator(".so-legend td:nth-child(2)").all_inner_texts()
        total = numbers.locator(".so-tiles dd").first.inner_text()
        assert sum(map(whole, counts)) == whole(total) > 0
    assert "tab=sms" in messages.url


def test_a_status_of_the_legend_shows_only_those(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    legend = popup.locator('#numbers-email tr[data-status="skipped"]')
    legend.get_by_role("button").click()
    count = int(legend.get_attribute("data-count") or 0)
    expect(popup.locator("#rows-email")).to_contain_text("found")
    shown = popup.locator("#rows-email .so-badge")
    expect(shown).to_have_count(min(count, PAGE))
    assert {word.strip() for word in shown.all_inner_texts()} == {"Skipped"}
    reasons = popup.locator("#rows-email tbody tr td:nth-child(4)").all_inner_texts()
    assert all(reason.strip() for reason in reasons)


def test_somebody_is_found_by_name_with_everything_that_happened(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    popup.locator('#numbers-email tr[data-status="clicked"]').get_by_role("button").click()
    expect(popup.locator("#rows-email .so-badge").first).to_have_text("Clicked")
    person = popup.locator("#rows-email .so-row-link").first
    name = person.inner_text()
    popup.get_by_label("Status", exact=True).select_option("")
    popup.get_by_role("searchbox").fill(name)
    found = popup.locator("#rows-email .so-row-link", has_text=name).first
    expect(popup.locator("#rows-email")).to_contain_text("found")
    found.click()
    story = popup.locator(".so-timeline")
    expect(story).to_contain_text("Clicked a link")
    words = story.locator("strong").all_inner_texts()
    assert words.index("Clicked a link") < words.index("Delivered")
    assert words.index("Delivered") < words.index("Accepted by the provider")
    expect(popup.locator(".so-delivery-title")).to_be_focused()
    popup.get_by_role("button", name="Back to the list").click()
    expect(found).to_be_focused()


def test_escape_closes_it_and_gives_the_focus_back(messages: Page) -> None:
    open_popup(messages, NEWSLETTER)
    assert "open=" in messages.url
    messages.keyboard.press("Escape")
    expect(messages.get_by_role("dialog")).to_have_count(0)
    expect(messages.get_by_role("link", name=NEWSLETTER)).to_be_focused()
    assert "open=" not in messages.url


def test_the_address_of_an_open_popup_opens_it_again(messages: Page) -> None:
    popup = open_popup(messages, CLOSURE)
    popup.get_by_role("tab", name="SMS").click()
    messages.reload()
    expect(messages.get_by_role("dialog").locator("#numbers-sms")).to_be_visible()
    messages.go_back()
    expect(messages.get_by_role("dialog")).to_have_count(0)


def test_the_file_has_a_line_for_everybody(messages: Page) -> None:
    popup = open_popup(messages, NEWSLETTER)
    with messages.expect_download() as file:
        popup.get_by_role("link", name="CSV").click()
    with file.value.path().open(encoding="utf-8-sig", newline="") as opened:
        lines = list(csv.DictReader(opened))
    total = popup.locator(".so-tiles dd").first.inner_text()
    assert len(lines) == int(total.replace(",", ""))
    assert {"Skipped", "Opened"} <= {line["status"] for line in lines}


def test_the_refresh_button_brings_what_a_colleague_did(messages: Page, people: People) -> None:
    colleague = people.of_the_demo()
    colleague.goto(people.site.at("/o/aqua-club/compose/"))
    colleague.get_by_label("Name", exact=True).fill("Written meanwhile")
    colleague.get_by_role("button", name="Save draft").click()
    colleague.wait_for_url("**/compose/*/")
    messages.evaluate("window.notReloaded = true")
    with messages.expect_response("**/messages/**") as asked:
        messages.get_by_role("button", name="Refresh").click()
    assert "Written meanwhile" in asked.value.text()
    expect(messages.get_by_role("link", name="Written meanwhile")).to_be_visible()
    assert messages.evaluate("window.notReloaded")
