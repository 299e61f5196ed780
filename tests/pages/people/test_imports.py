"""Importing in the browser: file, columns, check, import, report."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.people.importing import run_import
from sendout.people.models import Group, Import, ImportState, Participant
from tests.cast import sign_in

HOME = "/o/aqua-club/imports"
LIST = "Prénom;Courriel;Téléphone;Code\nZoé;zoe@example.org;514-555-01;=1+1\n;;;x\n"


@pytest.fixture
def office(alice: User) -> Client:
    return sign_in(alice)


def upload(office: Client, content: bytes | str, group: str = "") -> Import:
    data = content.encode("cp1252") if isinstance(content, str) else content
    file = SimpleUploadedFile("clients 2026.csv", data)
    answer = office.post(f"{HOME}/upload/", {"file": file, "group": group})
    made = Import.objects.get()
    assert answer.headers["Location"] == f"{HOME}/{made.pk}/columns/"
    return made


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Shoe,Hat\n43,L\n", "No row names anybody"),
        ("First name,Email\nZoé,zoe@example.org\n", "All of them are here already"),
    ],
)
def test_what_would_do_nothing_is_not_offered(
    club: Organisation, office: Client, content: str, words: str
) -> None:
    zoe = {"first_name": "Zoé", "email": "zoe@example.org", "email_normal": "zoe@example.org"}
    Participant.objects.create(organisation=club, **zoe)
    made = upload(office, content)
    page = f"{HOME}/{made.pk}/"
    office.post(f"{page}columns/", {})
    run_import(made.pk)
    checked = office.get(page).content.decode()
    assert words in checked
    assert f"{page}run/" not in checked
    assert "Change the columns" in checked


def test_a_file_goes_all_the_way(club: Organisation, office: Client) -> None:
    made = upload(office, LIST, "Summer")
    page = f"{HOME}/{made.pk}/"
    columns = office.get(f"{page}columns/").content.decode()
    assert '<option value="first_name" selected>' in columns
    assert "zoe@example.org" in columns
    assert "The file was read as Windows-1252." in columns

    assert office.post(f"{page}columns/", {"column_3": "own"}).headers["Location"] == page
    assert 'data-hx-trigger="every 1s' in office.get(f"{page}live/").content.decode()
    assert office.get(f"{page}columns/").status_code == 302
    run_import(made.pk)
    checked = office.get(page).content.decode()
    assert "What the import would do" in checked
    assert "is not a phone number in CA; the row is imported without SMS" in checked
    assert "every 1s" not in checked
    assert not Participant.objects.exists()

    office.post(f"{page}run/")
    assert "Importing..." in office.get(page).content.decode()
    run_import(made.pk)
    assert "What the import did" in office.get(page).content.decode()
    assert Group.objects.get(name="Summer").participants.get().fields == {"Code": "=1+1"}
    assert "clients 2026.csv" in office.get(f"{HOME}/").content.decode()

    answer = office.get(f"{page}report/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report-clients-2026.csv"'
    written = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, *lines = csv.reader(io.StringIO(written))
    assert header == ["row", "outcome", "what", "column", "value", "reason"]
    assert lines[0][:5] == ["2", "New", "dropped", "Téléphone", "514-555-01"]
    assert [line[:3] for line in lines][-1] == ["3", "Refused", "refused"]


def test_a_correction_of_the_columns_is_kept(club: Organisation, office: Client) -> None:
    made = upload(office, "A,B\nalice@example.org,Alice\n")
    page = f"{HOME}/{made.pk}/"
    office.post(f"{page}columns/", {"column_0": "email", "column_1": "first_name"})
    run_import(made.pk)
    office.post(f"{page}run/")
    run_import(made.pk)
    assert Participant.objects.get().first_name == "Alice"


def test_two_columns_cannot_be_one_field(club: Organisation, office: Client) -> None:
    made = upload(office, "A,B\nalice@example.org,bob@example.org\n")
    choice = {"column_0": "email", "column_1": "email"}
    answer = office.post(f"{HOME}/{made.pk}/columns/", choice)
    assert answer.status_code == 422
    assert "Two columns are said to be “Email”" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == ImportState.UPLOADED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"Name,Email\n", "This file has a header row and no row of people below it."),
        (b"%PDF-1.7", "This is not a CSV or XLSX file: it is a PDF document"),
    ],
)
def test_what_is_no_list_is_refused_at_once(
    club: Organisation, office: Client, content: bytes, sentence: str
) -> None:
    file = SimpleUploadedFile("x.csv", content)
    answer = office.post(f"{HOME}/upload/", {"file": file})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_that_fails_later_says_why_and_can_be_tried_again(
    club: Organisation, office: Client
) -> None:
    rows = "Alice,alice@example.org\n" * 300
    made = upload(office, "Name,Email\n" + rows + "Bob," + "x" * 20_000 + "\n")
    office.post(f"{HOME}/{made.pk}/columns/")
    run_import(made.pk)
    page = office.get(f"{HOME}/{made.pk}/").content.decode()
    assert "Row 302 has a cell of more than 10,000 characters" in page
    office.post(f"{HOME}/{made.pk}/run/")
    made.refresh_from_db()
    assert made.state == ImportState.CHECKING


def test_a_remembered_import_can_be_removed_but_not_while_it_works(
    club: Organisation, office: Client
) -> None:
    made = upload(office, LIST)
    Import.objects.update(state=ImportState.RUNNING)
    office.post(f"{HOME}/{made.pk}/delete/")
    assert Import.objects.exists()
    Import.objects.update(state=ImportState.CHECKED)
    office.post(f"{HOME}/{made.pk}/delete/")
    assert not Import.objects.exists()


def test_charlie_finds_none_of_it(
    club: Organisation, office: Client, charlie: User, other_club: Organisation
) -> None:
    made = upload(office, LIST)
    stranger = sign_in(charlie)
    for place in ("aqua-club", "skating-club"):
        page = f"/o/{place}/imports/{made.pk}/"
        for path in ("", "columns/", "live/", "report/"):
            assert stranger.get(page + path).status_code == 404
        for path in ("columns/", "run/", "delete/"):
            assert stranger.post(page + path).status_code == 404
    assert Import.objects.exists()
