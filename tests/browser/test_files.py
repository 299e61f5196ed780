"""A file inside an email, from the page to the mail server that takes it."""

from __future__ import annotations

import os
import re
import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, People, Site
from tests.cli.running import COMMAND, clean_environment
from tests.rigs.recording_sink import RecordingSink

CLUB, SLUG = "/o/quay", "quay"
NAME = "Été à l'eau.pdf"
PDF = b"%PDF-1.7\n.\n..\nFrom here\n" + bytes(range(256)) * 4_000
PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")


def picture(page: Page, name: str) -> None:
    """Keep what is on the page where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def sendout(site: Site, *words: str) -> None:
    """Run a command in the installation."""
    environment = clean_environment() | {"SENDOUT_DATA": str(site.data)}
    subprocess.run([*COMMAND, *words], env=environment, check=True, capture_output=True)


def stage(site: Site, sink: RecordingSink, folder: Path) -> None:
    """Add a group of one, and a sender that leads to the mail server."""
    (folder / "one.csv").write_text("first name,email\nAnn,ann@files.example\n")
    where = ("--org", SLUG)
    sendout(site, "import", str(folder / "one.csv"), *where, "--group", "With files")
    way = ("--channel", "email", "--kind", "smtp", "--url", sink.url)
    sendout(site, "sender", "add", *where, *way, "--from", "office@quay.example", "--name", "Sink")


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Files")


def write(page: Page) -> None:
    """Write an email and wait until it is a draft, which files can be added to."""
    page.get_by_label("Name", exact=True).fill("Timetable")
    page.get_by_label("Channels").select_option("email")
    page.get_by_label("Subject", exact=True).fill("Timetable")
    page.get_by_label("Markdown", exact=True).check()
    page.get_by_label("Email text", exact=True).fill("Here is the timetable.")
    page.get_by_role("button", name="Save draft").click()


def test_a_file_inside_arrives_byte_for_byte(people: People, tmp_path: Path) -> None:
    site = people.site
    with RecordingSink(keeps=True) as sink:
        stage(site, sink, tmp_path)
        page = people.signed_in(f"alice@{SLUG}.example")
        page.goto(site.at(f"{CLUB}/compose/"))
        write(page)
        files = card(page)
        files.get_by_label("Add files").set_input_files(
            {"name": NAME, "mimeType": "application/pdf", "buffer": PDF}
        )
        files.get_by_label("Inside the email").check()
        picture(page, "files-choice")
        files.get_by_role("button", name="Add", exact=True).click()
        expect(files.get_by_text("1 MB · inside the email")).to_be_visible()
        expect(files.get_by_text("Inside each email: 1 MB of at most 3 MB")).to_be_visible()
        picture(page, "files-inside")
        page.set_viewport_size(PHONE)
        picture(page, "files-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.set_viewport_size({"width": 1280, "height": 900})

        page.get_by_role("button", name="Next: audience").click()
        page.get_by_label("With files").check()
        page.get_by_label("Emails leave through").select_option(label="Sink")
        page.get_by_role("button", name="Next: check and send").click()
        expect(page.get_by_text("Files inside the email:").first).to_be_visible()
        picture(page, "files-check")
        page.get_by_role("button", name="Send 1 message now").click()
        sink.wait_for(1)
    [mail] = sink.mails
    read = message_from_bytes(mail, policy=default)
    found = {part.get_filename(): part.get_payload(decode=True) for part in read.iter_attachments()}
    assert found == {NAME: PDF}
    body = read.get_body(("plain",))
    assert body is not None
    assert "Here is the timetable." in body.get_content()
    page.goto(site.at(f"{CLUB}/messages/"))
    page.get_by_role("link", name="Timetable").click()
    named = page.get_by_role("dialog").get_by_text(re.compile("l'eau.pdf · .*inside the email"))
    expect(named).to_be_visible()
    picture(page, "files-popup")


def test_the_choice_can_be_changed_and_is_bound(people: People) -> None:
    site = people.site
    page = people.signed_in(f"alice@{SLUG}.example")
    page.goto(site.at(f"{CLUB}/compose/"))
    write(page)
    files = card(page)
    large = {"name": "Big.pdf", "mimeType": "application/pdf", "buffer": PDF * 4}
    files.get_by_label("Add files").set_input_files(large)  # type: ignore[arg-type]
    files.get_by_role("button", name="Add", exact=True).click()
    expect(files.get_by_text("as a link, for 30 days")).to_be_visible()
    files.get_by_role("button", name="Put inside the email").click()
    expect(files.get_by_role("alert")).to_contain_text("at most 3.0 MB go inside")
    expect(files.get_by_text("as a link, for 30 days")).to_be_visible()
    picture(page, "files-refused")

    page.get_by_label("Channels").select_option("sms")
    expect(files).to_be_hidden()
    expect(page.get_by_text("An SMS carries no files")).to_be_visible()
    page.get_by_label("Channels").select_option("email")
    expect(files).to_be_visible()
