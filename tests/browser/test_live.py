"""Parts that ask for themselves again do so where somebody looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import People

PART = "/workers/live/"
AGAIN = 6_000  # milliseconds; the part asks every five seconds
MAY_BE_AWAY = "Object.defineProperty(document, 'hidden', {get: () => window.isAway ?? false})"


@pytest.fixture
def workers(people: People) -> Page:
    page = people.of_the_demo()
    page.add_init_script(MAY_BE_AWAY)
    page.clock.install()
    page.goto(people.site.at("/o/aqua-club/workers/"))
    return page


def count_while_time_passes(page: Page) -> int:
    """Count how often the part asks while the page's clock goes on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.clock.run_for(AGAIN)
    page.wait_for_load_state("networkidle")
    page.remove_listener("request", note)
    return sum(PART in url for url in asked)


def test_a_page_that_is_looked_at_asks_again(workers: Page) -> None:
    assert count_while_time_passes(workers) == 1


@pytest.mark.parametrize(
    ("leave", "come_back"),
    [
        ("window.isAway = true", "window.isAway = false"),
        (
            "document.querySelector('#workers-live').style.display = 'none'",
            "document.querySelector('#workers-live').style.display = ''",
        ),
    ],
    ids=["a tab in the background", "a part that is not shown"],
)
def test_what_nobody_sees_is_not_asked_for(workers: Page, leave: str, come_back: str) -> None:
    workers.evaluate(leave)
    assert count_while_time_passes(workers) == 0
    workers.evaluate(come_back)
    assert count_while_time_passes(workers) == 1
