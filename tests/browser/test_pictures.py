"""The pictures of the README, and on demand of every page, taken from the demo.

SENDOUT_SCREENSHOTS=1 writes those of the README; SENDOUT_SCREENSHOTS=DIRECTORY writes every page
in light, dark and phone width there, to be looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, People
from tests.browser.pages import PLACES, ids, popup_shown

ASKED = os.environ.get("SENDOUT_SCREENSHOTS", "")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
LESSONS = """
INSERT INTO timetable_session
  (organisation_id, uid, key, title, starts, ends, whole_day, place, cancelled, called_off)
SELECT o.id, 'picture-' || title || at, '', title, at, at + interval '1 hour', false, 'Main pool',
  false, title = 'Masters' AND extract(day FROM at) = 14
FROM accounts_organisation o
CROSS JOIN (VALUES ('Tuesday beginners', 2, 22), ('Swim level 3', 4, 23), ('Masters', 3, 11)) AS l
  (title, weekday, hour)
CROSS JOIN LATERAL generate_series('2031-05-01'::timestamptz, '2031-05-31', '1 day') AS days (day)
CROSS JOIN LATERAL (SELECT day + hour * interval '1 hour' AS at) AS lesson
WHERE o.slug = 'aqua-club' AND extract(isodow FROM day) = weekday
"""
LOOKS: dict[str, dict[str, object]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": PHONE},
}


def take(page: Page, name: str, tmp_path: Path) -> None:
    """Keep the picture when it was asked for; it is taken all the same."""
    folder = IMAGES if ASKED == "1" else tmp_path
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def test_the_readme_shows_the_messages_page(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo(viewport={"width": 1280, "height": 790})
    page.goto(people.site.at("/o/aqua-club/messages/"))
    expect(page.get_by_role("row")).not_to_have_count(1)
    take(page, "messages", tmp_path)


def test_the_readme_shows_the_popup(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo(viewport={"width": 1280, "height": 900})
    page.goto(people.site.at("/o/aqua-club/messages/?open={sent}".format(**ids(people.site))))
    popup_shown(page)
    take(page, "popup", tmp_path)


def test_the_readme_shows_the_editor(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo(viewport={"width": 1280, "height": 1000})
    page.goto(people.site.at("/o/aqua-club/compose/"))
    page.get_by_label("Name", exact=True).fill("Open day")
    page.get_by_label("Subject", exact=True).fill("Open day at the pool, {{ first_name|come in }}")
    page.get_by_role("button", name="Heading", exact=True).click()
    page.get_by_label("Words", exact=True).fill("Open day on Saturday")
    page.get_by_role("button", name="Text", exact=True).click()
    page.locator("trix-editor").click()
    page.keyboard.type("Try every course for free, and bring your friends.")
    page.get_by_role("button", name="Button", exact=True).click()
    page.get_by_label("Words on it").fill("See the programme")
    page.get_by_label("Leads to", exact=True).fill("https://aqua-club.example/open-day")
    shown = page.frame_locator("iframe.so-live-frame").last
    expect(shown.get_by_role("link", name="See the programme")).to_be_visible()
    expect(shown.get_by_text("bring your friends")).to_be_visible()
    page.evaluate("window.scrollTo(0, 240)")
    take(page, "editor", tmp_path)


def test_the_readme_shows_the_last_look(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo(viewport={"width": 1280, "height": 1000})
    page.goto(people.site.at("/o/aqua-club/compose/{scheduled}/check/".format(**ids(people.site))))
    expect(page.get_by_text("cannot be reached").first).to_be_visible()
    take(page, "check", tmp_path)


def test_the_readme_shows_the_board(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo(viewport={"width": 1280, "height": 800})
    page.goto(people.site.at("/o/aqua-club/messages/{sent}/board/".format(**ids(people.site))))
    expect(page.locator(".so-tile-told .so-tile-number")).to_be_visible()
    take(page, "board", tmp_path)


def test_the_readme_shows_the_calendar(people: People, tmp_path: Path) -> None:
    people.site.sql(LESSONS)
    page = people.of_the_demo(viewport={"width": 1280, "height": 1000})
    page.goto(people.site.at("/o/aqua-club/schedule/?month=2031-05"))
    expect(page.get_by_text("Swim level 3").first).to_be_visible()
    take(page, "calendar", tmp_path)
    people.site.sql("DELETE FROM timetable_session WHERE uid LIKE 'picture-%%'")


@pytest.mark.skipif(len(ASKED) < 2, reason="pictures of every page are taken on demand")
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_looked_at(people: People, look: str) -> None:
    member = people.of_the_demo(**LOOKS[look])
    stranger = people.browser(**LOOKS[look]).new_page()
    people.expect_status(400, 404, 410)
    for place in PLACES:
        page = member if place.signed_in else stranger
        place.visit(page, people.site)
        page.screenshot(path=Path(ASKED) / f"{place.name}-{look}.png")
