"""The Unsubscribes list: found, filled, lifted with a reason, taken away as a harmless file."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, Role, User
from sendout.pages.suppressions import listing
from sendout.people.models import Participant
from sendout.suppression import listed
from sendout.suppression.entries import lift, suppress
from sendout.suppression.importing import import_now, store_list
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
    first = dana.get(at("suppressions"), {"channel": "email"}).content.decode()
    assert first.count('so-name">p') == 50
    last_shown = Suppression.objects.get(address="p5@example.org").pk
    assert f"channel=email&amp;before={last_shown}" in first
    asked = {"channel": "email", "before": str(last_shown)}
    second = dana.get(at("suppressions"), asked).content.decode()
    assert second.count('so-name">p') == 5
    newest_shown = Suppression.objects.get(address="p4@example.org").pk
    assert f"channel=email&amp;after={newest_shown}" in second
    asked = {"channel": "email", "after": str(newest_shown)}
    assert dana.get(at("suppressions"), asked).content.decode().count('so-name">p') == 50


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


def test_what_was_found_out_about_an_address_is_lifted_without_ado(
    dana: Client, club: Organisation
) -> None:
    entry = suppress(club, "email", ANNA, Reason.BAD_EMAIL)
    assert dana.post(at("suppression_lift", entry.pk), {"why": ""}).status_code == 302
    assert Lifted.objects.get().why == "No reason was given."


def test_the_history_tells_who_lifted_what_and_why(
    dana: Client, club: Organisation, other_club: Organisation, entry: Suppression
) -> None:
    dana.post(at("suppression_lift", entry.pk), {"why": "It was a slip."})
    lift(suppress(other_club, "email", ANNA, Reason.ADMIN), "their secret")
    page = dana.get(at("suppressions_history")).content.decode()
    assert "It was a slip." in page
    assert "feedback loop" in page
    assert "secret" not in page
    assert ANNA in dana.get(at("suppressions_history"), {"q": "ANNA"}).content.decode()
    assert ANNA not in dana.get(at("suppressions_history"), {"q": "bert"}).content.decode()


def test_a_long_history_comes_in_pages(dana: Client, club: Organisation) -> None:
    for n in range(52):
        lift(suppress(club, "email", f"p{n}@example.org", Reason.ADMIN), "x")
    page = dana.get(at("suppressions_history")).content.decode()
    assert page.count('so-name">p') == 50
    oldest = Lifted.objects.order_by("-pk")[49].pk
    rest = dana.get(at("suppressions_history"), {"before": str(oldest)}).content.decode()
    assert rest.count('so-name">p') == 2


def test_a_name_finds_the_entries_of_who_has_it(dana: Client, club: Organisation) -> None:
    Participant.objects.create(
        organisation=club, first_name="Zoé", last_name="Roy", email=ANNA, email_normal=ANNA
    )
    Participant.objects.create(organisation=club, first_name="Zoé", phone=PHONE)
    for channel, address in (("email", ANNA), ("sms", PHONE), ("email", "bert@example.org")):
        suppress(club, channel, address, Reason.ADMIN)
    page = dana.get(at("suppressions"), {"q": "zoe"}).content.decode()
    assert [each in page for each in (ANNA, PHONE, "bert@")] == [True, True, False]
    page = dana.get(at("suppressions"), {"q": "zoe roy"}).content.decode()
    assert [each in page for each in (ANNA, PHONE)] == [True, False]


def test_the_numbers_of_each_reason_are_shown_and_counted_to_the_end_when_they_are_large(
    dana: Client, club: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        suppress(club, "email", f"p{n}@example.org", Reason.ADMIN)
    suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED)
    page = dana.get(at("suppressions")).content.decode()
    assert "<strong>4</strong> Added by staff" in page
    assert "<strong>5</strong> in all" in page
    assert at("suppressions_counts") not in page
    monkeypatch.setattr(listed, "COUNTED", 3)
    monkeypatch.setattr(listing, "COUNTED", 3)
    page = dana.get(at("suppressions"), {"channel": "email"}).content.decode()
    assert "over</span> 3</strong> Added by staff" in page
    assert f'data-hx-get="{at("suppressions_counts")}?channel=email"' in page
    exact = dana.get(at("suppressions_counts"), {"channel": "email"}).content.decode()
    assert "<strong>4</strong> Added by staff" in exact
    assert "hx-get" not in exact


def test_the_export_is_json_too_and_comes_back_by_an_import(
    dana: Client, club: Organisation
) -> None:
    suppress(club, "email", ANNA, Reason.ADMIN, "marketing", evidence="at the desk")
    answer = dana.get(at("suppressions_export"), {"format": "json"})
    assert isinstance(answer, StreamingHttpResponse)
    [row] = json.loads(b"".join(answer))
    assert (row["address"], row["category"], row["reason"]) == (ANNA, "marketing", "admin")
    answer = dana.get(at("suppressions_export"))
    assert isinstance(answer, StreamingHttpResponse)
    content = b"".join(answer)
    before = Suppression.objects.values("address", "category", "reason", "created_at").get()
    Suppression.objects.all().delete()
    import_now(store_list(club, "x.csv", io.BytesIO(content)), dry_run=False)
    after = Suppression.objects.get()
    assert before == {name: getattr(after, name) for name in before}
    assert after.evidence == "at the desk"


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
    assert row[:4] == ["email", "'=cmd@example.org", "", "admin"]


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
