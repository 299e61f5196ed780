"""The designer's page: for drafts in blocks, under a policy of its own."""

from __future__ import annotations

import json

import pytest

from sendout.accounts.models import Organisation, User
from sendout.compose.images import path_of, store
from sendout.core.message.blocks.reading import read, write
from sendout.sendouts.drafts import start
from sendout.sendouts.models import SendOut, State
from tests.cast import sign_in
from tests.compose.newsletter import newsletter
from tests.pages.test_blocks import SAID, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(club: Organisation, alice: User) -> SendOut:
    made = start(club, alice, "Spring", "email")
    made.message.body_format, made.message.blocks = "blocks", write(read(newsletter("")))
    made.message.save()
    return made


def page_of(sendout: SendOut) -> str:
    """Give the address of the designer."""
    return f"/o/aqua-club/compose/{sendout.pk}/designer/"


def test_the_canvas_gets_blocks_colours_logo_and_footer(
    alice: User, club: Organisation, draft: SendOut
) -> None:
    logo = store(club, picture())
    club.colour, club.logo = "#00aa88", logo.name
    club.save()
    answer = sign_in(alice).get(page_of(draft))
    form, brand = answer.context["form"], answer.context["brand"]
    assert json.loads(form["blocks"].value()) == draft.message.blocks
    assert brand["logo"] == {"source": path_of(logo), "width": 90}
    assert (brand["colour"], brand["name"]) == ("#00aa88", "Aqua Club")
    assert brand["address"] == "12 Pool Street, Montréal QC"
    assert "takes part in activities of Aqua Club" in brand["reason"]


def test_inline_styles_are_allowed_there_alone_and_nothing_is_evaluated(
    alice: User, draft: SendOut
) -> None:
    browser = sign_in(alice)
    policy = browser.get(page_of(draft))["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    writing = browser.get(f"/o/aqua-club/compose/{draft.pk}/")["Content-Security-Policy"]
    assert "unsafe-inline" not in writing


def test_what_is_no_email_in_blocks_is_written_on_the_other_page(
    alice: User, draft: SendOut
) -> None:
    browser = sign_in(alice)
    writing = f"/o/aqua-club/compose/{draft.pk}/"
    draft.message.body_format = "markdown"
    draft.message.save()
    assert browser.get(page_of(draft)).headers["Location"] == writing
    draft.message.body_format = "blocks"
    draft.message.save()
    SendOut.objects.filter(pk=draft.pk).update(channels="sms")
    assert browser.get(page_of(draft)).headers["Location"] == writing


def test_only_drafts_are_designed_and_only_by_who_may_write(
    alice: User, bob: User, charlie: User, draft: SendOut
) -> None:
    assert sign_in(bob).get(page_of(draft)).status_code == 403
    assert sign_in(charlie).get(page_of(draft)).status_code in (403, 404)
    SendOut.objects.filter(pk=draft.pk).update(state=State.CANCELLED)
    answer = sign_in(alice).get(page_of(draft))
    assert "data-designer" not in answer.content.decode()


def test_the_writing_page_saves_before_it_opens_the_designer(alice: User, draft: SendOut) -> None:
    draft.message.refresh_from_db()
    said = SAID | {
        "body_format": "blocks",
        "blocks": json.dumps([{"id": "a", "kind": "heading", "text": "Saved first"}]),
        "version": str(draft.message.version),
        "then": "designer",
    }
    answer = sign_in(alice).post(f"/o/aqua-club/compose/{draft.pk}/", said)
    assert answer.headers["Location"] == page_of(draft)
    draft.message.refresh_from_db()
    assert draft.message.blocks[0]["text"] == "Saved first"


def test_what_a_browser_made_of_a_text_is_cleaned(alice: User, draft: SendOut) -> None:
    made = (
        '<div style="color:red">Come <b onclick="x()">all</b></div><div><br></div>'
        '<p><a href="javascript:x()">no</a> <font size="7">{{ first_name }}</font></p>'
        "<script>x()</script>"
    )
    said = SAID | {
        "body_format": "blocks",
        "blocks": json.dumps([{"id": "a", "kind": "text", "html": made}]),
        "version": str(draft.message.version),
    }
    assert sign_in(alice).post(f"/o/aqua-club/compose/{draft.pk}/save/", said).status_code == 200
    draft.message.refresh_from_db()
    assert draft.message.blocks[0]["html"] == (
        "<p>Come <b>all</b></p><p><a>no</a> {{ first_name }}</p>"
    )
