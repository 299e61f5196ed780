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
