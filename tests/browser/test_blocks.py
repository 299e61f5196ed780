"""An email written in blocks, from the first heading to the mail that arrives."""

from __future__ import annotations

import email
import email.policy
import json
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site

CLUB = "/o/rink"
ALICE = "alice@rink.example"
PATIENCE = 60_000  # milliseconds, for what is made while the page is looked at
WORD = (
    "<p class=MsoNormal><font face='Calibri'>From Word<o:p></o:p></font></p>"
    "<p class=MsoListParagraph><![if !supportLists]>·<span>&nbsp;&nbsp; </span><![endif]>skates</p>"
    "<p class=MsoListParagraph><![if !supportLists]>·<span>&nbsp;&nbsp; </span><![endif]>gloves</p>"
)
PASTE = """([html]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "From Word");
  document.activeElement.dispatchEvent(new InputEvent("beforeinput",
    {inputType: "insertFromPaste", dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def kinds(page: Page) -> list[str]:
    """Name the blocks as they stand in what is saved."""
    return [block["kind"] for block in json.loads(page.locator("#id_blocks").input_value())]


def add(page: Page, name: str) -> None:
    page.get_by_role("group", name="Add a block").get_by_role("button", name=name).click()


def write_text(page: Page) -> None:
    """A heading, and a text with a merge field, a link and a list from Word."""
    add(page, "Heading")
    page.get_by_label("Words", exact=True).fill("The ice is ready")
    add(page, "Text")
    text = page.locator("trix-editor")
    expect(text).to_have_attribute("contenteditable", "")  # its script is there
    text.click()
    expect(text).to_be_focused()
    page.keyboard.type("Hello ")
    page.get_by_role("button", name="first_name", exact=True).click()
    expect(text.locator(".so-chip")).to_have_text("first_name")
    page.keyboard.type(", come soon.")
    page.keyboard.press("Enter")
    page.evaluate(PASTE, [WORD])
    expect(text.locator("li")).to_have_count(2)


def add_picture(page: Page, folder: Path) -> None:
    """What is no picture is refused in a sentence; a photo is shown."""
    add(page, "Picture")
    file = page.locator("input[data-upload]")
    (folder / "notes.png").write_text("no picture")
    file.set_input_files(folder / "notes.png")
    expect(page.get_by_role("alert").filter(has_text="This is no picture")).to_be_visible()
    Image.new("RGB", (800, 300), "#3a86a8").save(folder / "ice.jpg")
    file.set_input_files(folder / "ice.jpg")
    expect(page.locator("[data-shown] img")).to_be_visible()
    page.get_by_label("What it shows").fill("The rink")


def add_button(page: Page) -> None:
    """It goes above the picture without a mouse, and two steps are told."""
    add(page, "Button")
    page.get_by_label("Words on it").fill("Register")
    page.get_by_label("Leads to", exact=True).fill("rink.example/register")
    page.get_by_label("Leads to", exact=True).press("Alt+ArrowUp")
    expect(page.locator("[data-announce]")).to_have_text("Button moved: now 3 of 4.")
    expect(page.get_by_label("Leads to", exact=True)).to_be_focused()
    page.get_by_role("group", name="Picture").get_by_role("button", name="Duplicate").press("Enter")
    assert kinds(page) == ["heading", "text", "button", "image", "image"]
    page.get_by_role("group", name="Picture").last.get_by_role("button", name="Remove").click()
    assert kinds(page) == ["heading", "text", "button", "image"]


def drag(page: Page, name: str, above: str) -> None:
    """Drag a block by its handle with the mouse, to just above another one."""
    grip = page.locator(".so-block", has=page.get_by_role("group", name=name)).first
    there = page.locator(".so-block", has=page.get_by_role("group", name=above)).first
    here = grip.locator(".so-block-grip").bounding_box()
    box = there.bounding_box()
    assert here
    assert box
    page.mouse.move(here["x"] + 10, here["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 4, steps=10)
    page.mouse.move(box["x"] + 60, box["y"] + 4, steps=10)
    page.mouse.up()


def test_blocks_change_places_by_the_mouse(people: People) -> None:
    page = people.signed_in(ALICE)
    page.goto(people.site.at(f"{CLUB}/compose/"))
    for name in ("Heading", "Line", "Button"):
        add(page, name)
    assert kinds(page) == ["heading", "divider", "button"]
    drag(page, "Button", above="Heading")
    expect(page.locator("[data-announce]")).to_have_text("Button moved: now 1 of 3.")
    assert kinds(page) == ["button", "heading", "divider"]
    drag(page, "Line", above="Heading")
    assert kinds(page) == ["button", "divider", "heading"]


def mail_of(site: Site) -> email.message.EmailMessage:
    """Read what the sandbox was handed."""
    [(content,)] = site.sql(
        "SELECT content FROM senders_outboxcopy WHERE channel = 'email' AND "
        "position('Ice in blocks'::bytea in content) > 0 ORDER BY id LIMIT 1"
    )
    return email.message_from_bytes(bytes(content), policy=email.policy.default)  # type: ignore[arg-type]


def test_an_email_is_written_in_blocks_and_arrives(people: People, tmp_path: Path) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    people.expect_status(422)
    page.goto(site.at(f"{CLUB}/compose/"))
    page.get_by_label("Name", exact=True).fill("Ice in blocks")
    page.get_by_label("Subject", exact=True).fill("Ice in blocks")
    write_text(page)
    add_picture(page, tmp_path)
    add_button(page)
    shown = page.frame_locator("iframe.so-live-frame").last
    expect(shown.get_by_role("heading", name="The ice is ready")).to_be_visible()
    expect(shown.get_by_role("link", name="Register")).to_be_visible()

    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/compose/*/")
    expect(page.locator("trix-editor .so-chip")).to_have_text("first_name")
    assert kinds(page) == ["heading", "text", "button", "image"]
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Skaters").check()
    page.get_by_role("button", name="Next: check and send").click()
    person = page.get_by_label("As it reaches").locator("option:checked").inner_text()
    mail = page.frame_locator("iframe.so-email-frame")
    page.locator("iframe.so-email-frame").scroll_into_view_if_needed()
    expect(mail.get_by_text(f"Hello {person.split()[0]}")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Send test email").click()
    expect(page.locator("#test-result .alert-success")).to_be_visible()

    received = mail_of(site)
    html = received.get_body(("html",)).get_content()  # type: ignore[union-attr]
    text = received.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for words in (
        "Hello Skater",
        "<li",
        "skates",
        'alt="The rink"',
        "https://rink.example/register",
    ):
        assert words in html
    for trace in ("mso-list", "MsoNormal", "Calibri", "o:p>", "figure", "{{"):
        assert trace not in html
    assert "Hello Skater, come soon." in " ".join(text.split())
    assert "- gloves" in text
    assert "Register (https://rink.example/register)" in text


def test_each_gets_the_language_they_read(people: People) -> None:
    site = people.site
    page = people.signed_in(ALICE)
    page.goto(site.at(f"{CLUB}/compose/"))
    page.get_by_label("Name", exact=True).fill("Ice in two languages")
    expect(page.get_by_label("Subject in French")).to_be_hidden()
    page.get_by_label("In English and in French").check()
    page.get_by_label("Subject", exact=True).fill("The ice is closed")
    page.get_by_label("Subject in French").fill("La glace est fermée")
    for name, words in (
        ("Heading", "No ice"),
        ("Other language from here", ""),
        ("Heading", "Rien"),
    ):
        add(page, name)
        if words:
            page.get_by_label("Words", exact=True).last.fill(words)
    assert kinds(page) == ["heading", "other", "heading"]
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/compose/*/")
    expect(page.get_by_label("Subject in French")).to_have_value("La glace est fermée")
    assert kinds(page) == ["heading", "other", "heading"]
    [(zoe,)] = site.sql(
        "INSERT INTO people_participant (organisation_id, first_name, last_name, name_key, email, "
        "email_normal, phone_typed, phone, phone_kind, language, external_id, family, fields, "
        "created_at, updated_at) SELECT id, 'Zoé', '', 'zoe', 'zoe@rink.example', "
        "'zoe@rink.example', '', '', '', 'fr', '', '', '{}', now(), now() "
        "FROM accounts_organisation WHERE slug = 'rink' RETURNING id"
    )
    page.get_by_role("button", name="Next: audience").click()
    page.get_by_label("Everyone").check()
    page.get_by_role("button", name="Next: check and send").click()
    mail = page.frame_locator("iframe.so-email-frame")
    expect(mail.get_by_role("heading", name="No ice")).to_be_visible(timeout=PATIENCE)
    expect(mail.get_by_role("heading", name="Rien")).to_have_count(0)
    page.goto(f"{page.url.partition('?')[0]}?participant={zoe}")
    expect(mail.get_by_role("heading", name="Rien")).to_be_visible(timeout=PATIENCE)
    expect(mail.get_by_role("heading", name="No ice")).to_have_count(0)
    expect(mail.get_by_text("Choisir ce que je reçois")).to_be_visible()
    expect(page.get_by_text("La glace est fermée")).to_be_visible()
