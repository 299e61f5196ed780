"""Importing a list in the browser: file, reading, check, import, undo."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.suppression.entries import suppress
from sendout.suppression.importing import run_import
from sendout.suppression.models import ListImport, ListImportState, Reason, Suppression
from tests.cast import sign_in

HOME = "/o/aqua-club/unsubscribes/imports"
LIST = (
    "Email Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\n"
    "ann@example.org,2025-01-11 08:30:00,Spring news,SPAM_COMPLAINT\n"
    "bert@example.org,2025-01-12 08:30:00,Spring news,NORMAL\nzoe@,,,\n"
)


@pytest.fixture
def office(alice: User) -> Client:
    return sign_in(alice)


def upload(office: Client, content: str = LIST) -> ListImport:
    file = SimpleUploadedFile("unsubscribed.csv", content.encode())
    answer = office.post(f"{HOME}/upload/", {"file": file})
    made = ListImport.objects.latest("pk")
    assert answer.headers["Location"] == f"{HOME}/{made.pk}/read/"
    return made


def page_of(office: Client, address: str) -> str:
    return office.get(address).content.decode()


def test_a_list_goes_all_the_way_and_back(club: Organisation, office: Client) -> None:
    suppress(club, "email", "bert@example.org", Reason.ADMIN, "marketing", evidence="at the desk")
    made = upload(office)
    address = f"{HOME}/{made.pk}/"
    reading = page_of(office, f"{address}read/")
    assert '<option value="mailchimp-unsubscribed" selected>' in reading
    assert "ann@example.org" in reading
    office.post(f"{address}read/", {"reason": "unsubscribed", "category": ""})
    assert "every 1s" in page_of(office, f"{address}live/")
    run_import(made.pk)

    checked = page_of(office, address)
    assert "What the import would do" in checked
    assert "<del" in checked
    assert "Added by staff</del> <ins>Recipient unsubscribed</ins>" in checked
    assert "is not an email address: nothing stands after the @; the row was left out." in checked
    assert Suppression.objects.count() == 1

    office.post(f"{address}run/")
    run_import(made.pk)
    assert "What the import did" in page_of(office, address)
    assert Suppression.objects.count() == 3 - 1
    assert "Complaint" in page_of(office, f"{address}?outcome=added")
    assert "bert@" not in page_of(office, f"{address}?outcome=added")

    office.post(f"{address}undo/")
    run_import(made.pk)
    undone = page_of(office, address)
    assert "Alice took it back" in undone
    assert "1 was taken off the list again. 1 was put back as it was." in undone
    [entry] = Suppression.objects.all()
    assert (entry.reason, entry.evidence) == ("admin", "at the desk")
    assert "Undone" in page_of(office, f"{HOME}/")


def test_the_report_has_every_row(club: Organisation, office: Client) -> None:
    made = upload(office)
    office.post(f"{HOME}/{made.pk}/read/", {"reason": "unsubscribed"})
    run_import(made.pk)
    answer = office.get(f"{HOME}/{made.pk}/report/")
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer).decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text))
    assert header[:4] == ["row", "channel", "address", "outcome"]
    assert [(line[0], line[3], line[5]) for line in lines] == [
        ("2", "Added", "Complaint"),
        ("3", "Added", "Recipient unsubscribed"),
        ("4", "Refused", ""),
    ]


def test_another_shape_and_other_columns_can_be_chosen(club: Organisation, office: Client) -> None:
    made = upload(office, "Email,Mobile,Remark\nann@example.org,514 555-0123,moved away\n")
    address = f"{HOME}/{made.pk}/read/"
    assert office.post(address, {"shape": "mailchimp-cleaned"}).status_code == 302
    assert '<option value="mailchimp-cleaned" selected>' in page_of(office, address)
    office.post(address, {"shape": "plain"})
    chosen = {"column_0": "ignore", "column_1": "phone", "column_2": "words", "reason": "admin"}
    assert office.post(address, chosen).status_code == 302
    run_import(made.pk)
    office.post(f"{HOME}/{made.pk}/run/")
    run_import(made.pk)
    [entry] = Suppression.objects.all()
    assert (entry.channel, entry.address, entry.reason) == ("sms", "+15145550123", "admin")
    assert entry.evidence == "Imported from “unsubscribed.csv”: moved away"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"column_0": "ignore"}, "No column holds an email address or a phone number"),
        ({"column_0": "email", "column_1": "email"}, "Two columns are said to be the email"),
    ],
)
def test_columns_that_make_no_sense_are_said(
    club: Organisation, office: Client, columns: dict[str, str], sentence: str
) -> None:
    made = upload(office, "Email,Name\nann@example.org,Ann\n")
    answer = office.post(f"{HOME}/{made.pk}/read/", {"reason": "unsubscribed", **columns})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"%PDF-1.7", "This is not a CSV or XLSX file: it is a PDF document"),
        (b"Email,MEMBER_RATING,OPTIN_TIME\na@example.org,2,x\n", "still subscribed"),
    ],
)
def test_what_is_no_such_list_is_refused_at_once(
    club: Organisation, office: Client, content: bytes, sentence: str
) -> None:
    answer = office.post(f"{HOME}/upload/", {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ListImport.objects.exists()


def test_a_list_without_news_offers_no_import(club: Organisation, office: Client) -> None:
    suppress(club, "email", "ann@example.org", Reason.COMPLAINT)
    made = upload(office, "Email\nann@example.org\n")
    office.post(f"{HOME}/{made.pk}/read/", {"reason": "bad"})
    run_import(made.pk)
    checked = page_of(office, f"{HOME}/{made.pk}/")
    assert "There is nothing to import" in checked
    assert f'action="{HOME}/{made.pk}/run/"' not in checked


def test_what_was_imported_is_kept_and_what_was_not_can_go(
    club: Organisation, office: Client
) -> None:
    made = upload(office)
    ListImport.objects.update(state=ListImportState.DONE)
    office.post(f"{HOME}/{made.pk}/delete/")
    assert ListImport.objects.exists()
    ListImport.objects.update(state=ListImportState.CHECKED)
    office.post(f"{HOME}/{made.pk}/delete/")
    assert not ListImport.objects.exists()


def test_a_viewer_imports_nothing(bob: User, office: Client) -> None:
    made = upload(office)
    viewer = sign_in(bob)
    for path in ("", "read/", "report/"):
        assert viewer.get(f"{HOME}/{made.pk}/{path}").status_code == 403
    for path in ("run/", "undo/", "delete/"):
        assert viewer.post(f"{HOME}/{made.pk}/{path}").status_code == 403
