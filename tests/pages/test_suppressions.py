"""The Unsubscribes list: found, filled, lifted with a reason, taken away as a harmless file."""

from __future__ import annotations

import csv
import io

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, Role, User
from sendout.suppression.entries import suppress
from sendout.suppression.models import Lifted, Reason, Suppression
from tests.cast import join, sign_in

ANNA, PHONE = "anna@example.org", "+15145550123"


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


@pytest.fixture
def dana(club: Organisation) -> Client:
    return sign_in(join(club, "Dana", Role.SENDER))


@pytest.fixture
def entry(club: Organisation) -> Suppression:
    return suppress(club, "email", ANNA, Reason.COMPLAINT, evidence="feedback loop")


def test_the_list_is_filtered_by_words_channel_and_reason(
    dana: Client, club: Organisation, entry: Suppression
) -> None:
    suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP")
    suppress(club, "email", "bert@example.org", Reason.BAD_EMAIL)

    def shown(**filters: str) -> set[str]:
        page = dana.get(at("suppressions"), filters).content.decode()
        return {each for each in (ANNA, PHONE, "bert@example.org") if each in page}

    assert shown() == {ANNA, PHONE, "bert@example.org"}
    assert shown(q="ANNA") == {ANNA}
    assert shown(channel="sms") == {PHONE}
    assert shown(reason="bad_email") == {"bert@example.org"}
    assert shown(q="nobody") == set()


def test_the_export_beside_filtered_rows_keeps_the_filter(dana: Client, entry: Suppression) -> None:
    rows = dana.get(at("suppressions"), {"q": "anna"}, headers={"HX-Request": "true"})
    assert f'href="{at("suppressions_export")}?q=anna"' in rows.content.decode()


def test_a_long_list_comes_in_pages_that_keep_the_filter(dana: Client, club: Organisation) -> None:
    for n in range(55):
        suppress(club, "email", f"p{n}@example.org", Reason.ADMIN)
    suppress(club, "sms", PHONE, Reason.ADMIN)
    page = dana.get(at("suppressions"), {"channel": "email", "page": "2"}).content.decode()
    assert page.count('so-name">p') == 5
    assert "channel=email&amp;page=1" in page


def test_an_address_is_added_as_people_type_it(dana: Client) -> None:
    typed = {
        "channel": "sms",
        "address": "514 555-0123",
        "category": "everything",
        "evidence": "at the desk",
    }
    assert dana.post(at("suppression_add"), typed).status_code == 302
    entry = Suppression.objects.get()
    assert (entry.address, entry.reason, entry.evidence) == (PHONE, "admin", "at the desk")
    assert str(entry.created_by) == "Dana"


def test_adding_does_not_weaken_what_stands_and_says_so(dana: Client, entry: Suppression) -> None:
    typed = {"channel": "email", "address": "Anna@Example.org", "category": "everything"}
    page = dana.post(at("suppression_add"), typed, follow=True)
    assert "was on the list already: complaint" in page.content.decode()
    assert Suppression.objects.get().reason == "complaint"


@pytest.mark.parametrize(
    ("channel", "address", "sentence"),
    [("email", "anna", "it has no @"), ("sms", "12", "is not a phone number in CA")],
)
def test_an_address_that_is_none_is_said(
    dana: Client, channel: str, address: str, sentence: str
) -> None:
    page = dana.post(at("suppression_add"), {"channel": channel, "address": address})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Suppression.objects.exists()


def test_lifting_needs_a_reason_which_is_kept(dana: Client, entry: Suppression) -> None:
    url = at("suppression_lift", entry.pk)
    assert dana.post(url, {"why": " "}).status_code == 422
    assert Suppression.objects.exists()
    dana.post(url, {"why": "She wrote that it was a slip."})
    assert not Suppression.objects.exists()
    kept = Lifted.objects.get()
    assert (kept.why, str(kept.lifted_by)) == ("She wrote that it was a slip.", "Dana")


def test_the_page_for_lifting_warns_and_tells_what_was_lifted_before(
    dana: Client, club: Organisation, entry: Suppression
) -> None:
    dana.post(at("suppression_lift", entry.pk), {"why": "First slip."})
    again = suppress(club, "email", ANNA, Reason.UNSUBSCRIBED)
    page = dana.get(at("suppression_lift", again.pk)).content.decode()
    assert "First slip." in page
    assert "did not want to hear from you" in page


def test_lifting_one_of_two_entries_says_that_the_other_still_stops(
    dana: Client, club: Organisation, entry: Suppression
) -> None:
    own = suppress(club, "email", ANNA, Reason.UNSUBSCRIBED)
    page = dana.post(at("suppression_lift", own.pk), {"why": "asked"}, follow=True)
    assert "is still listed: complaint" in page.content.decode()


def test_the_export_is_filtered_and_runs_nothing_in_a_spreadsheet(
    dana: Client, club: Organisation
) -> None:
    suppress(club, "email", "=cmd@example.org", Reason.ADMIN, evidence='=HYPERLINK("http://x")')
    suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP")
    assert [row[1] for row in export(dana)] == ["address", PHONE, "'=cmd@example.org"]
    [_, row] = export(dana, channel="email")
    assert row[4] == '\'=HYPERLINK("http://x")'
    assert row[:4] == ["email", "'=cmd@example.org", "everything", "Added by staff"]


def export(browser: Client, **filters: str) -> list[list[str]]:
    answer = browser.get(at("suppressions_export"), filters)
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_what_an_entry_says_is_never_markup(dana: Client, club: Organisation) -> None:
    suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="<script>alert(1)</script>")
    assert "<script>alert" not in dana.get(at("suppressions")).content.decode()


def test_a_viewer_reads_and_does_not_change(bob: User, entry: Suppression) -> None:
    browser = sign_in(bob)
    assert ANNA in browser.get(at("suppressions")).content.decode()
    assert browser.post(at("suppression_lift", entry.pk), {"why": "x"}).status_code == 403
    assert browser.post(at("suppression_add"), {}).status_code == 403


def test_charlie_finds_nothing(charlie: User, entry: Suppression) -> None:
    browser = sign_in(charlie)
    for name in ("suppressions", "suppressions_export", "suppression_add"):
        assert browser.get(at(name)).status_code == 404
    for club in ("aqua-club", "skating-club"):
        url = reverse("pages:suppression_lift", args=[club, entry.pk])
        assert browser.post(url, {"why": "x"}).status_code == 404
    assert ANNA not in browser.get("/o/skating-club/unsubscribes/").content.decode()
    assert Suppression.objects.exists()
