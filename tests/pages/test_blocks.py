"""Blocks on the pages: saved with the form, kept without scripts, their pictures and events."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image as Pillow

from sendout.accounts.models import Organisation, User
from sendout.compose.images import store
from sendout.compose.models import Image
from sendout.core.message.blocks.reading import read, write
from sendout.sendouts.drafts import start
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.compose.newsletter import newsletter

pytestmark = pytest.mark.django_db

SAID = {
    "name": "Spring",
    "channels": "email",
    "category": "operational",
    "subject": "Spring",
    "version": "1",
    "then": "write",
}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def draft(club: Organisation, alice: User) -> SendOut:
    return start(club, alice, "Spring", "email")


def picture(colour: str = "#3a7") -> bytes:
    out = BytesIO()
    Pillow.new("RGB", (90, 30), colour).save(out, "PNG")
    return out.getvalue()


def test_blocks_are_saved_cleaned_and_shown_to_who_saved_too_late(
    browser: Client, draft: SendOut
) -> None:
    page = f"/o/aqua-club/compose/{draft.pk}/"
    sent = newsletter("https://club.example/a.png")
    sent[1]["html"] += "<script>alert(1)</script>"
    said = SAID | {"body_format": "blocks", "blocks": json.dumps(sent)}
    assert browser.post(page, said).status_code == 302
    draft.message.refresh_from_db()
    stored = draft.message.blocks
    assert stored == write(read(newsletter("https://club.example/a.png")))
    assert "Open evening" in browser.get(page).content.decode()
    late = browser.post(page, said | {"blocks": json.dumps(sent[:1])})
    assert late.status_code == 409
    assert "To the right" in late.content.decode()
    draft.message.refresh_from_db()
    assert draft.message.blocks == stored


def test_what_is_no_block_is_refused_and_nothing_is_saved(browser: Client, draft: SendOut) -> None:
    said = SAID | {"body_format": "blocks", "blocks": '[{"id":"a","kind":"video"}]'}
    answer = browser.post(f"/o/aqua-club/compose/{draft.pk}/", said)
    assert answer.status_code == 422
    assert "There is no block of the kind “video”" in answer.content.decode()
    draft.message.refresh_from_db()
    assert draft.message.version == 1


def test_without_scripts_the_text_becomes_blocks_and_blocks_become_text(
    browser: Client, draft: SendOut
) -> None:
    page = f"/o/aqua-club/compose/{draft.pk}/"
    typed = SAID | {"body_format": "blocks", "body": "# Hi\n\nThe pool", "blocks": ""}
    assert browser.post(page, typed).status_code == 302
    draft.message.refresh_from_db()
    assert [block["kind"] for block in draft.message.blocks] == ["heading", "text"]
    back = {"body_format": "markdown", "body": "", "blocks": json.dumps(draft.message.blocks)}
    assert browser.post(page, SAID | back | {"version": "2"}).status_code == 302
    draft.message.refresh_from_db()
    assert draft.message.body == "# Hi\n\nThe pool\n"


def test_the_check_page_names_what_is_half_filled_in(browser: Client, draft: SendOut) -> None:
    blocks = [{"id": "a", "kind": "button", "label": "Register", "link": ""}]
    draft.message.body_format, draft.message.blocks = "blocks", blocks
    draft.message.save()
    page = browser.get(f"/o/aqua-club/compose/{draft.pk}/check/").content.decode()
    assert "The button “Register” leads nowhere" in page


def test_a_picture_is_given_to_everybody_and_kept_for_ever(club: Organisation) -> None:
    image = store(club, picture())
    answer = Client().get(f"/images/{image.name}.png")
    assert answer.content == bytes(Image.objects.get().data)
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer
    for wrong in (f"{image.name}.gif", f"{'0' * 64}.png"):
        assert Client().get(f"/images/{wrong}").status_code == 404


def test_an_event_is_given_to_whoever_has_its_link(browser: Client, draft: SendOut) -> None:
    said = SAID | {"body_format": "blocks", "blocks": json.dumps(newsletter(""))}
    browser.post(f"/o/aqua-club/compose/{draft.pk}/", said)
    email = browser.get(f"/o/aqua-club/compose/{draft.pk}/preview/email/").content.decode()
    path = "/event/" + email.partition("/event/")[2].partition('"')[0]
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:Open evening\r\n" in answer.content
    assert Client().get(path.replace("/e.ics", "/x.ics")).status_code == 404
    assert Client().get("/event/0123/e.ics").status_code == 404


def test_owners_choose_colour_and_logo_of_the_emails(
    browser: Client, club: Organisation, bob: User
) -> None:
    page = "/o/aqua-club/settings/emails/"
    logo = BytesIO(picture())
    logo.name = "logo.png"
    assert sign_in(bob).post(page, {"colour": "#00aa88"}).status_code == 403
    assert browser.post(page, {"colour": "#00aa88", "file": logo}).status_code == 302
    club.refresh_from_db()
    assert (club.colour, club.logo) == ("#00aa88", Image.objects.get().name)
    assert f"/images/{club.logo}.png" in browser.get(page).content.decode()
    bad = BytesIO(b"<svg/>")
    bad.name = "logo.svg"
    refused = browser.post(page, {"colour": "#00aa88", "file": bad})
    assert refused.status_code == 422
    assert "This is no picture" in refused.content.decode()
    browser.post(page, {"colour": "#00aa88", "without": "on"})
    club.refresh_from_db()
    assert club.logo == ""


def test_a_picture_is_taken_in_or_refused_in_a_sentence(
    browser: Client, club: Organisation, bob: User
) -> None:
    upload = "/o/aqua-club/compose/images/"
    taken = browser.post(upload, {"file": BytesIO(picture())})
    assert taken.json() == {"source": f"{Image.objects.get(organisation=club).name}.png"}
    refused = browser.post(upload, {"file": BytesIO(b"notes")})
    assert refused.status_code == 422
    assert "This is no picture" in refused.json()["problem"]
    assert browser.post(upload).status_code == 422
    assert sign_in(bob).post(upload, {"file": BytesIO(picture())}).status_code == 403
    assert Image.objects.count() == 1


def test_a_text_goes_over_and_what_is_lost_is_asked_about(browser: Client) -> None:
    convert = "/o/aqua-club/compose/convert/"
    said = {"before": "markdown", "after": "blocks", "body": "# Hi\n\nThe pool"}
    over = browser.post(convert, said).json()
    assert [block["kind"] for block in over["blocks"]] == ["heading", "text"]
    assert over["question"] == ""
    back = {"before": "blocks", "after": "html", "blocks": json.dumps(newsletter(""))}
    answer = browser.post(convert, back).json()
    assert "<h1>Spring is here" in answer["body"]
    assert "Columns will stand below one another." in answer["question"]
    assert browser.post(convert, {"before": "html", "after": "pdf"}).status_code == 422


def test_what_is_being_written_is_shown_and_not_saved(browser: Client, draft: SendOut) -> None:
    said = {"category": "marketing", "body_format": "blocks", "blocks": json.dumps(newsletter(""))}
    for page in ("/o/aqua-club/compose/live/", f"/o/aqua-club/compose/{draft.pk}/live/"):
        answer = browser.post(page, said)
        assert "Spring is here, friend" in answer.content.decode()
        assert "sandbox" in answer["Content-Security-Policy"]
    draft.message.refresh_from_db()
    assert draft.message.blocks == []
