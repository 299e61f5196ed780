"""The designer: blocks on a canvas, dragged with a real mouse, stored as the same blocks."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import FrameLocator, Locator, Page, expect

from sendout.core.message.blocks.reading import read, write
from tests.browser.conftest import People, Site
from tests.compose.newsletter import newsletter

CLUB = "/o/rink"
ALICE = "alice@rink.example"
Blocks = list[dict[str, Any]]


def picture() -> bytes:
    """A photo of ice."""
    out = BytesIO()
    Image.new("RGB", (800, 300), "#3a86a8").save(out, "PNG")
    return out.getvalue()


def uploaded(page: Page, site: Site) -> str:
    """Take a picture in, as the editor does; gives its source."""
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    answer = page.request.post(
        site.at(f"{CLUB}/compose/images/"),
        headers={"X-CSRFToken": token, "Referer": site.url},
        multipart={"file": {"name": "ice.png", "mimeType": "image/png", "buffer": picture()}},
    )
    return str(answer.json()["source"])


def drafted(page: Page, site: Site, name: str) -> str:
    """Make a draft with a block of every kind; gives the address of its writing page."""
    page.goto(site.at(f"{CLUB}/compose/"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Subject", exact=True).fill(name)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/compose/*/")
    blocks = write(read(newsletter(uploaded(page, site))))
    site.sql(
        "UPDATE compose_message SET blocks = %s, version = version + 1, page = '' "
        "WHERE subject = %s",
        json.dumps(blocks),
        name,
    )
    return page.url


def stored(site: Site, name: str) -> Blocks:
    """Look up what is saved."""
    [(blocks,)] = site.sql("SELECT blocks FROM compose_message WHERE subject = %s", name)
    assert isinstance(blocks, list)
    return blocks


def opened(page: Page, address: str) -> FrameLocator:
    """Open the designer and give its canvas."""
    page.goto(f"{address}designer/")
    expect(page.locator("[data-designer][data-ready]")).to_be_visible()
    return page.frame_locator("iframe.gjs-frame")


def kinds(page: Page) -> list[str]:
    """Name the blocks as they stand in what is saved."""
    return [block["kind"] for block in now(page)]


def now(page: Page) -> Blocks:
    """Give the blocks of the page's form."""
    found: Blocks = json.loads(page.locator("#id_blocks").input_value())
    return found


def drag(page: Page, what: Locator, onto: Locator, part: float) -> None:
    """Drag with the mouse to a part of the height of something: 0 is its top."""
    here, there = what.bounding_box(), onto.bounding_box()
    assert here
    assert there
    x, y = there["x"] + there["width"] / 2, there["y"] + there["height"] * part
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=10)
    page.mouse.move(x, y, steps=10)
    page.mouse.move(x + 1, y, steps=2)
    page.wait_for_timeout(150)  # the mark of the place follows the mouse
    page.mouse.up()


def outline(page: Page, words: str) -> Locator:
    """Find a block in the list of all."""
    return page.locator("[data-outline]").get_by_role("button", name=re.compile(words))


def saved(page: Page) -> None:
    """Wait until what stands there is saved."""
    expect(page.locator("[data-saved] [data-words]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))


def test_blocks_of_every_kind_come_back_as_they_were(people: People) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    address = drafted(page, site, "Round trip")
    before = stored(site, "Round trip")
    assert {block["kind"] for block in before} == {
        "heading", "text", "image", "button", "columns", "divider", "event",
    }  # fmt: skip
    canvas = opened(page, address)
    for words in ("Spring is here, {{ first_name|friend }}", "Register", "To the left"):
        expect(canvas.get_by_text(words)).to_be_visible()
    expect(canvas.locator("[data-so=image] img")).to_have_count(2)
    for button in page.locator("[data-outline] button").all():
        button.click()
    canvas.get_by_text("opens. Read").dblclick()
    page.keyboard.press("Escape")
    assert now(page) == before
    page.get_by_role("button", name="Back to writing").click()
    page.wait_for_url(address)
    assert stored(site, "Round trip") == before


def test_an_email_is_designed_with_the_mouse(people: People) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    address = drafted(page, site, "Designed")
    page.goto(address)
    page.get_by_role("button", name="Open in the designer").click()
    page.wait_for_url("**/designer/")
    canvas = page.frame_locator("iframe.gjs-frame")
    expect(canvas.get_by_text("Register")).to_be_visible()
    dragged(page, canvas)
    written(page, canvas)
    page.get_by_role("button", name="As it arrives").click()
    shown = page.frame_locator("iframe.so-live-frame").last
    expect(shown.get_by_role("link", name="Come")).to_have_attribute(
        "href", "https://rink.example/come"
    )
    page.get_by_role("button", name="Back to writing").click()
    page.wait_for_url(address)
    blocks = stored(site, "Designed")
    assert [block["kind"] for block in blocks] == [
        "button", "heading", "divider", "text", "image", "columns", "divider", "event",
    ]  # fmt: skip
    assert blocks[0]["link"] == "https://rink.example/come"
    assert blocks[3]["html"].startswith(
        "<p>The <strong>pool</strong> opens. Hello {{ name }}! Read"
    )
    assert "<p>At noon</p>" in blocks[3]["html"]


def dragged(page: Page, canvas: FrameLocator) -> None:
    """A line goes in below the heading, and the button to the top; an event fits no column."""
    palette = page.locator("[data-palette]")
    heading = canvas.locator("[data-so=heading]").first
    drag(page, palette.get_by_role("button", name="Line"), heading, 0.9)
    expect(page.locator("[data-announce]")).to_have_text("Line added.")
    assert kinds(page)[:3] == ["heading", "divider", "text"]
    drag(page, canvas.locator("[data-so=button]"), heading, 0.1)
    assert kinds(page)[:3] == ["button", "heading", "divider"]
    before = now(page)
    drag(page, palette.get_by_role("button", name="Event"), canvas.get_by_text("To the left"), 0.5)
    assert [block for block in now(page) if block["kind"] == "columns"] == [
        block for block in before if block["kind"] == "columns"
    ]
    if now(page) != before:  # it went beside the columns
        page.get_by_role("button", name="Undo", exact=True).first.click()
    assert now(page) == before


def written(page: Page, canvas: FrameLocator) -> None:
    """A text is written where it stands; what a button says and where it leads, beside it."""
    canvas.get_by_text("opens. Read").dblclick()
    expect(page.locator(".gjs-rte-action")).to_have_count(5)
    canvas.locator("[contenteditable=true]").evaluate(
        """element => {
             const node = element.querySelector("strong").nextSibling;
             node.ownerDocument.getSelection().collapse(node, " opens. ".length);
           }"""
    )
    page.keyboard.type("Hello ")
    page.get_by_role("button", name="name", exact=True).click()
    page.keyboard.type("! ")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("At noon")
    page.keyboard.press("Escape")
    expect(page.locator("trix-editor")).to_contain_text("At noon")
    canvas.get_by_text("Register").click()
    page.get_by_label("Words on it").fill("Come")
    page.get_by_label("Leads to", exact=True).fill("https://rink.example/come")
    expect(canvas.get_by_text("Come", exact=True)).to_be_visible()
    saved(page)


def test_everything_goes_without_a_mouse(people: People) -> None:
    page = people.signed_in(ALICE)
    opened(page, drafted(page, people.site, "Keys"))
    outline(page, "Left column").press("Enter")
    palette = page.locator("[data-palette]")
    palette.get_by_role("button", name="Text").press("Enter")
    expect(page.locator("trix-editor")).to_be_focused()
    page.keyboard.type("Typed")
    expect(page.locator("trix-editor")).to_have_text("Typed")
    left = next(block for block in now(page) if block["kind"] == "columns")["left"]
    assert [block["html"] for block in left] == ["<p>To the left</p>", "<div>Typed</div>"]
    page.get_by_role("button", name="Move up").press("Enter")
    expect(page.locator("[data-announce]")).to_have_text("Text moved: now 1 of 2.")
    expect(page.get_by_role("button", name="Move up")).to_be_focused()
    page.get_by_role("button", name="Duplicate").press("Enter")
    page.get_by_role("button", name="Remove").press("Enter")
    expect(page.locator("[data-announce]")).to_have_text("Text removed.")
    left = next(block for block in now(page) if block["kind"] == "columns")["left"]
    assert len({block["id"] for block in left}) == len(left) == 2
    saved(page)


def test_nobody_is_written_over_in_the_designer(people: People) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    address = drafted(page, site, "Two design")
    opened(page, address)
    other = people.signed_in(ALICE)
    opened(other, address)
    outline(other, "Heading Spring").click()
    other.get_by_label("Words", exact=True).fill("The second window")
    saved(other)
    people.expect_status(409)
    outline(page, "Heading Spring").click()
    page.get_by_label("Words", exact=True).fill("The first window")
    told = page.locator("[data-saved] [data-words]")
    expect(told).to_have_text(re.compile("^You saved this message in another window"))
    assert stored(site, "Two design")[0]["text"] == "The second window"
    page.get_by_role("button", name="Show both texts and choose").click()
    expect(page.locator("[data-conflict]")).to_be_visible()
    assert json.loads(page.locator("#id_blocks").input_value())[0]["text"] == "The first window"


def test_whoever_was_signed_out_loses_nothing(people: People) -> None:
    page = people.signed_in(ALICE)
    opened(page, drafted(page, people.site, "Signed out"))
    people.expect_status(403)  # without any cookie
    cookies = page.context.cookies()
    page.context.clear_cookies()
    outline(page, "Button").click()
    page.get_by_label("Words on it").fill("Later")
    told = page.locator("[data-saved] [data-words]")
    expect(told).to_have_text(re.compile("^Not saved yet: you have been signed out"))
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    saved(page)


def test_the_designer_speaks_french(people: People) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    address = drafted(page, site, "In French")
    speak = "UPDATE accounts_user SET language = %s WHERE email = %s"
    [(before,)] = site.sql("SELECT language FROM accounts_user WHERE email = %s", ALICE)
    site.sql(speak, "fr", ALICE)
    try:
        canvas = opened(page, address)
        canvas.get_by_text("Register").hover()
        expect(page.locator(".gjs-badge__name")).to_have_text("Bouton")
    finally:
        site.sql(speak, before, ALICE)
