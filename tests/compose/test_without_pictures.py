"""An email can be read with its pictures blocked, by day and by night, and without its style sheet.

Pictures are blocked in most mail programs until the reader asks for them, and Gmail drops the style
sheet of mail that it fetches from another account.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from selectolax.lexbor import LexborHTMLParser

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.models import Image
from sendout.compose.rendering import Rendered, fill, templates
from sendout.people.models import Participant
from tests.browser.conftest import NAMES, QUIET
from tests.browser.test_quality import AXE
from tests.compose.conftest import WAYS
from tests.compose.test_mail_programs import Written
from tests.rigs import PLACES, give_up

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
# How far the words for pictures stand out from what is behind them, as WCAG 2.2 counts it.
CONTRAST = """() => [...document.images].filter(each => each.alt).map(each => {
  const shine = colour => colour.match(/[0-9.]+/g).slice(0, 3).map(Number)
    .map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  let behind = each;
  const paint = () => getComputedStyle(behind).backgroundColor;
  while (paint() === "rgba(0, 0, 0, 0)" && behind.parentElement) behind = behind.parentElement;
  const ground = paint() === "rgba(0, 0, 0, 0)" ? "rgb(255, 255, 255)" : paint();
  const [less, more] = [shine(getComputedStyle(each).color), shine(ground)].sort((a, b) => a - b);
  return [each.alt, (more + 0.05) / (less + 0.05)];
})"""
PICTURES = os.environ.get("SENDOUT_SCREENSHOTS", "")
RULES = ["color-contrast", "image-alt", "link-name", "document-title", "html-has-lang"]
DARK = ("blocks", "markdown")  # what comes with colours of its own stays light
STYLE = re.compile(r"<style.*?</style>", re.S)
# What is seen, with the words that stand for pictures, and how large these are.
SEEN = """() => {
  const sizes = [...document.images].map(each => [each.alt, each.getBoundingClientRect().height]);
  for (const each of [...document.images]) each.replaceWith(` ${each.alt} `);
  return {text: document.body.innerText, sizes};
}"""


@pytest.fixture
def mails(written: Written, club: Organisation, picture: Image) -> dict[str, Rendered]:
    """Give what Ann gets, by the way in which it was written."""
    club.logo, club.colour = picture.name, "#0b6e8a"
    ann = Participant(first_name="Ann", last_name="Roy", fields={"Child": "Zoé"})
    values = merge_values(ann, club) | {"unsubscribe_url": "https://club.example/u/1"}
    return {way: fill(templates(written(way), club), values) for way in WAYS}


@contextmanager
def mailbox(**options: object) -> Iterator[Page]:
    """Open mail where nothing is loaded from anywhere."""
    found = [path for name in NAMES if (path := shutil.which(name, path=PLACES))]
    if not found:
        give_up("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=list(QUIET))
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.route("**/*", lambda route: route.abort())
        yield context.new_page()
        browser.close()


def said(mail: Rendered) -> list[str]:
    """Give the words of the plain-text part, line by line, without its marks and addresses."""
    bare = re.sub(r" ?\((?:https?|mailto):[^)]*\)", "", mail.text)
    lines = (re.sub(r"^(?:[->] |\d+\. |-+$)", "", line.strip()) for line in bare.splitlines())
    return [" ".join(line.split()) for line in lines if line]


def picture_of(page: Page, name: str) -> None:
    """Keep what is seen where somebody wants to look at it."""
    if len(PICTURES) > 1:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def too_wide(page: Page) -> bool:
    """Tell whether a reader would have to scroll to the side."""
    wide: bool = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide


def test_all_is_said_without_pictures(mails: dict[str, Rendered]) -> None:
    with mailbox(viewport={"width": 1280, "height": 900}) as page:
        for way, mail in mails.items():
            page.set_content(mail.html)
            picture_of(page, f"mail-{way}")
            assert not too_wide(page), way
            seen = page.evaluate(SEEN)
            text = " ".join(seen["text"].split())
            assert [line for line in said(mail) if line not in text] == [], way
            assert all(height >= 12 for alt, height in seen["sizes"] if alt), seen["sizes"]


def test_every_picture_has_words_or_says_nothing(mails: dict[str, Rendered]) -> None:
    shown = {
        way: [image.attributes.get("alt") for image in LexborHTMLParser(mail.html).css("img")]
        for way, mail in mails.items()
    }
    assert shown["blocks"] == ["Aqua Club", "The pool", ""]
    assert shown["markdown"] == ["Aqua Club", "The pool"]
    assert all(None not in alts for alts in shown.values())


@pytest.mark.parametrize("light", ["light", "dark"])
def test_its_colours_can_be_told_apart(mails: dict[str, Rendered], light: str) -> None:
    if not AXE.exists():
        give_up("axe-core is not installed; run npm ci --ignore-scripts in tests/peers")
    with mailbox(color_scheme=light, bypass_csp=True) as page:
        for way in DARK if light == "dark" else WAYS:
            page.set_content(mails[way].html)
            page.evaluate(AXE.read_text())
            found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            wrong = [
                (each["id"], [n["html"] for n in each["nodes"]]) for each in found["violations"]
            ]
            assert not wrong, (way, wrong)
            assert "color-contrast" in {each["id"] for each in found["passes"]}
            picture_of(page, f"mail-{way}-{light}")
            assert all(contrast > 4.5 for _, contrast in page.evaluate(CONTRAST)), way


@pytest.mark.parametrize("styled", [True, False])
def test_it_fits_a_phone(mails: dict[str, Rendered], styled: bool) -> None:
    with mailbox(viewport={"width": 390, "height": 844}) as page:
        for way in ("blocks", "markdown", "fragment"):
            page.set_content(mails[way].html if styled else STYLE.sub("", mails[way].html))
            picture_of(page, f"mail-{way}-phone-{'styled' if styled else 'bare'}")
            assert not too_wide(page), way
            text = " ".join(page.evaluate(SEEN)["text"].split())
            assert [line for line in said(mails[way]) if line not in text] == [], way
