"""Whoever has no mouse reaches every control by Tab, and sees where they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import People, Site
from tests.browser.pages import PLACES, Place

MAIN = {
    "sign-in", "unsubscribe", "messages", "popup-email", "closure", "board", "compose-write",
    "compose-designer", "compose-audience", "compose-check", "participants", "participant",
    "conversation", "unsubscribes", "senders", "settings",
}  # fmt: skip
# What asks for itself again would be replaced on the way, with the names that the test gave.
STILL = """() => {
  document.addEventListener("every", event => event.stopImmediatePropagation(), true);
}"""
MOST = 400  # presses of Tab; a page that needs more keeps people out as well

# What can be pressed, typed into or followed, and is to be seen now. Of radio buttons with one
# name the arrows do the rest; a menu that is closed has nothing to reach.
CONTROLS = """() => {
  const around = document.querySelector('dialog[open]') || document;
  const seen = new Set();
  return [...around.querySelectorAll(
      'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden'
      && !one.closest('[inert], fieldset[disabled]')
      && one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length)
    .filter(one => {
      if (one.type !== 'radio') return true;
      const group = one.name + (one.form ? [...document.forms].indexOf(one.form) : '');
      return seen.has(group) ? false : seen.add(group);
    })
    .map((one, at) => {
      one.dataset.reach = one.type === 'radio' ? 'radio ' + one.name : one.id || String(at);
      one.dataset.idle = look(one);
      return [one.dataset.reach, one.outerHTML.slice(0, 160)];
    });
  function look(one) {
    const has = getComputedStyle(one);
    return [has.outlineStyle, has.outlineWidth, has.boxShadow, has.borderColor,
      has.backgroundColor, has.textDecorationLine].join();
  }
}"""
HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const has = getComputedStyle(one);
  const look = [has.outlineStyle, has.outlineWidth, has.boxShadow, has.borderColor,
    has.backgroundColor, has.textDecorationLine].join();
  const name = one.type === 'radio' ? 'radio ' + one.name : one.id || one.dataset.reach || '';
  return [name, one.dataset.idle === undefined || look !== one.dataset.idle
    || (has.outlineStyle !== 'none' && has.outlineWidth !== '0px'), one.outerHTML.slice(0, 160)];
}"""


def walk(page: Page, controls: dict[str, str]) -> tuple[set[str], list[str]]:
    """Press Tab until all were met or a round met nobody new; give who was met, who hid the focus.

    A part that is replaced loses the focus, which looks like the end of a round.
    """
    met: set[str] = set()
    unseen, before = [], -1
    for _ in range(MOST):
        page.keyboard.press("Tab")
        found = page.evaluate(HERE)
        if found is None:
            if before == len(met):
                break
            before = len(met)
        else:
            name, shows, html = found
            if name and name not in met and not shows:
                unseen.append(html)
            met.add(name)
        if controls.keys() <= met:
            break
    return met, unseen


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.name in MAIN], ids=lambda place: place.name
)
def test_every_control_is_reached_by_tab(people: People, site: Site, place: Place) -> None:
    page = (
        people.of_the_demo(reduced_motion="reduce")
        if place.signed_in
        else people.browser(reduced_motion="reduce").new_page()
    )
    place.visit(page, site)
    page.wait_for_load_state("networkidle")
    page.evaluate(STILL)
    controls = dict(page.evaluate(CONTROLS))
    assert controls
    met, unseen = walk(page, controls)
    missed = [html for name, html in controls.items() if name not in met]
    assert not missed, "Tab never comes to:\n" + "\n".join(missed)
    assert not unseen, "the focus is not to be seen on:\n" + "\n".join(unseen)
