"""Importing participants, on a real PostgreSQL."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.core.table.headers import Field, Mapping
from sendout.core.table.reader import BadTable
from sendout.core.table.safe import csv_lines
from sendout.people.exporting import participant_rows
from sendout.people.importing import (
    import_now,
    request_check,
    request_import,
    run_import,
    store_upload,
)
from sendout.people.models import Group, Import, ImportPart, ImportState, Participant

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "participants"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the sample lists are not here")
HEADER = "First name,Last name,Email,Phone,Language,Groups,Child\n"


def do_import(club: Organisation, text: str, *, group: str = "", dry_run: bool = False) -> Import:
    upload = store_upload(club, "people.csv", io.BytesIO(text.encode()), group_name=group)
    import_now(upload, dry_run=dry_run)
    return upload


def outcome(upload: Import) -> tuple[int, int, int, int]:
    counts = upload.counts
    assert counts["rows"] == sum(n for name, n in counts.items() if name != "rows")
    return counts["created"], counts["updated"], counts["unchanged"], counts["refused"]


def people(club: Organisation) -> list[tuple[str, str, str]]:
    query = Participant.objects.filter(organisation=club).order_by("id")
    return list(query.values_list("first_name", "email_normal", "phone"))


@needs_samples
@pytest.mark.parametrize("name", ["messy.csv", "messy.xlsx"])
def test_a_messy_file_ends_in_the_truth_and_again_changes_nothing(
    club: Organisation, name: str
) -> None:
    content = (SAMPLES / name).read_bytes()
    truth = json.loads((SAMPLES / "truth.json").read_text())["rows"]
    first = store_upload(club, name, io.BytesIO(content))
    import_now(first, dry_run=False)
    expected = {(row["email"] or "", row["phone"] or "") for row in truth}
    assert {(email, phone) for _, email, phone in people(club)} == expected
    assert outcome(first) == (2880, 0, 120, 0)
    before = list(Participant.objects.order_by("id").values())
    again = store_upload(club, name, io.BytesIO(content))
    import_now(again, dry_run=False)
    assert outcome(again) == (0, 0, 3000, 0)
    assert list(Participant.objects.order_by("id").values()) == before


@needs_samples
def test_the_workbook_of_an_imported_csv_changes_nothing(club: Organisation) -> None:
    for name in ("messy.csv", "messy.xlsx"):
        upload = store_upload(club, name, io.BytesIO((SAMPLES / name).read_bytes()))
        import_now(upload, dry_run=False)
    assert outcome(upload) == (0, 0, 3000, 0)


@needs_samples
def test_our_own_export_changes_nothing_when_it_is_imported(club: Organisation) -> None:
    upload = store_upload(club, "messy.csv", io.BytesIO((SAMPLES / "messy.csv").read_bytes()))
    import_now(upload, dry_run=False)
    before = list(Participant.objects.order_by("id").values())
    header, rows = participant_rows(club)
    written = "".join(csv_lines([header, *rows], for_excel=True))
    again = store_upload(club, "export.csv", io.BytesIO(written.encode()))
    import_now(again, dry_run=False)
    assert outcome(again) == (0, 0, 2880, 0)
    assert list(Participant.objects.order_by("id").values()) == before


def twins(club: Organisation, phones: tuple[str, str]) -> tuple[Participant, Participant]:
    """Make two people of one name and address, told apart by their child."""
    mia, tom = (
        Participant.objects.create(
            organisation=club, first_name="Zoé", last_name="Roy", email="zoe@example.org",
            email_normal="zoe@example.org", phone=phone, phone_typed=phone, language="en",
            fields={"Child": child},
        )
        for phone, child in zip(phones, ("Mia", "Tom"), strict=True)
    )  # fmt: skip
    return mia, tom


@pytest.mark.parametrize(
    "phones", [("+15145550108", "+15145550104"), ("+15145550108", "+15145550108"), ("", "")]
)
def test_people_of_one_name_and_address_stay_who_they_are(
    club: Organisation, phones: tuple[str, str]
) -> None:
    twins(club, phones)[1].groups.add(Group.objects.create(organisation=club, name="Fish"))
    before = list(Participant.objects.order_by("id").values())
    header, rows = participant_rows(club)
    upload = do_import(club, "".join(csv_lines([header, *rows], for_excel=True)))
    assert outcome(upload) == (0, 0, 2, 0)
    assert list(Participant.objects.order_by("id").values()) == before
    assert Participant.objects.filter(groups__name="Fish").count() == 1


def test_of_two_of_one_name_and_address_the_phone_tells(club: Organisation) -> None:
    mia, tom = twins(club, ("+15145550108", "+15145550104"))
    upload = do_import(club, HEADER + "Zoe,Roy,zoe@example.org,514-555-0104,,,Tim\n")
    assert outcome(upload) == (0, 1, 0, 0)
    mia.refresh_from_db()
    tom.refresh_from_db()
    assert (mia.fields, tom.fields) == ({"Child": "Mia"}, {"Child": "Tim"})


def test_a_row_that_says_less_of_somebody_is_of_the_same_person(club: Organisation) -> None:
    zoe, *_ = twins(club, ("+15145550108", ""))
    Participant.objects.exclude(pk=zoe.pk).delete()
    head = "id,First name,Last name,Email,Phone,Child\n"
    row = f"{zoe.pk},Zoé,Roy,zoe@example.org,514 555 0108,Mia\n"
    for less in (",Zoé,Roy,,514 555 0108,Tim\n", ",zoe,roy,ZOE@example.org,,Tim\n"):
        upload = do_import(club, head + row + less)
        assert outcome(upload)[0] == 0, less
        assert Participant.objects.get().fields == {"Child": "Tim"}


def test_a_number_that_is_not_ours_tells_nothing(
    club: Organisation, other_club: Organisation
) -> None:
    mia, _ = twins(club, ("", ""))
    theirs, _ = twins(other_club, ("", ""))
    ann = Participant.objects.create(organisation=club, first_name="Ann", name_key="ann")
    head = "id,First name,Last name,Email,Child\n"
    for number in (theirs.pk, ann.pk, "9" * 18, "9" * 40, "²", "-1", ""):
        upload = do_import(club, f"{head}{number},Zoé,Roy,zoe@example.org,Mia\n")
        assert outcome(upload) == (0, 0, 1, 0), number
    upload = do_import(club, f"{head}{mia.pk},Eve,Roy,eve@example.org,Eva\n")
    assert outcome(upload) == (1, 0, 0, 0)


def test_a_dry_run_counts_and_writes_nothing(club: Organisation) -> None:
    upload = do_import(club, HEADER + "Alice,Roy,alice@example.org\n,,,,,,x\n", dry_run=True)
    assert outcome(upload) == (1, 0, 0, 1)
    assert (upload.state, people(club), Group.objects.count()) == (ImportState.CHECKED, [], 0)
    assert [line.outcome for line in upload.lines.order_by("number")] == ["created", "refused"]


def test_a_family_that_shares_an_address_stays_several_people(club: Organisation) -> None:
    text = HEADER + "Alice,Roy,roy@example.org,5145550199\nBob,Roy,roy@example.org,5145550199\n"
    assert outcome(do_import(club, text)) == (2, 0, 0, 0)
    assert outcome(do_import(club, text)) == (0, 0, 2, 0)


def test_the_same_person_twice_in_a_file_is_one_and_both_rows_are_told(club: Organisation) -> None:
    upload = do_import(
        club, HEADER + "Zoé,Roy,zoe@example.org,,,,Léo\nZOE,roy,zoe@example.org,,fr,,\n"
    )
    assert outcome(upload) == (1, 0, 1, 0)
    zoe = Participant.objects.get()
    assert (zoe.first_name, zoe.language, zoe.fields) == ("ZOE", "fr", {"Child": "Léo"})
    assert "the same person as in row 2" in upload.lines.get(number=3).notes[-1]["reason"]


def test_filled_cells_update_and_empty_cells_never_erase(club: Organisation) -> None:
    do_import(club, HEADER + "Alice,Roy,alice@example.org,5145550199,fr,,Zoé\n")
    second = do_import(club, HEADER + "Alice,Roy,alice@example.org,,,,Léo\n")
    assert outcome(second) == (0, 1, 0, 0)
    alice = Participant.objects.get()
    assert (alice.phone, alice.language, alice.fields) == ("+15145550199", "fr", {"Child": "Léo"})


def test_a_wrong_address_is_kept_to_be_corrected_but_never_replaces_a_right_one(
    club: Organisation,
) -> None:
    do_import(club, HEADER + "Alice,Roy,alice@example.org,5145550199\nBob,Roy,bob@,514\n")
    again = do_import(club, HEADER + "Alice,Roy,alice@example.org,call mom\n")
    assert outcome(again) == (0, 0, 1, 0)
    bob = Participant.objects.get(first_name="Bob")
    assert (bob.email, bob.email_normal, bob.phone_typed, bob.phone) == ("bob@", "", "514", "")


def test_a_person_without_email_is_found_by_phone_and_gains_the_email(club: Organisation) -> None:
    do_import(club, HEADER + "Alice,Roy,,5145550199\n")
    assert outcome(do_import(club, HEADER + "Alice,Roy,alice@example.org,5145550199\n")) == (
        0, 1, 0, 0,
    )  # fmt: skip
    assert people(club) == [("Alice", "alice@example.org", "+15145550199")]


def test_an_own_number_is_stronger_than_name_and_address(club: Organisation) -> None:
    header = "Member ID,First name,Last name,Email\n"
    do_import(club, header + "7,Alice,Roy,alice@example.org\n8,Alice,Roy,alice@example.org\n")
    moved = do_import(club, header + "7,Alice,Gagnon,gagnon@example.org\n")
    assert outcome(moved) == (0, 1, 0, 0)
    assert sorted(Participant.objects.values_list("external_id", "last_name")) == [
        ("7", "Gagnon"), ("8", "Roy"),
    ]  # fmt: skip


def test_groups_come_from_the_column_and_from_the_wish(club: Organisation) -> None:
    text = HEADER + "Alice,Roy,alice@example.org,,,Tuesday; Masters,\nBob,Roy,bob@example.org\n"
    do_import(club, text, group="Summer")
    members = {g.name: g.participants.count() for g in Group.objects.filter(organisation=club)}
    assert members == {"Summer": 2, "Tuesday": 1, "Masters": 1}
    assert outcome(do_import(club, text, group="Summer")) == (0, 0, 2, 0)
    assert outcome(do_import(club, text, group="Winter")) == (0, 2, 0, 0)


def test_another_organisation_is_neither_seen_nor_touched(
    club: Organisation, other_club: Organisation
) -> None:
    text = HEADER + "Alice,Roy,alice@example.org,,,Tuesday,\n"
    do_import(other_club, text)
    assert outcome(do_import(club, text)) == (1, 0, 0, 0)
    assert Group.objects.filter(name="Tuesday").count() == 2


def test_a_file_that_fails_half_way_leaves_nothing_half_done(club: Organisation) -> None:
    rows = "".join(f"Alice {n},Roy,alice{n}@example.org\n" for n in range(3000))
    upload = do_import(club, HEADER + rows + "Bob,Roy," + "x" * 20_000 + "\n")
    assert (upload.state, people(club)) == (ImportState.FAILED, [])
    assert upload.error.startswith("row 3002 has a cell of more than 10,000 characters")


@pytest.mark.parametrize("content", [b"", b"Name,Email\n", b"%PDF-1.4", b"\x00\x01\x02" * 99])
def test_what_is_no_list_is_not_kept(club: Organisation, content: bytes) -> None:
    with pytest.raises(BadTable):
        store_upload(club, "people.csv", io.BytesIO(content))
    assert not Import.objects.exists()


def test_a_file_over_the_limit_is_refused(club: Organisation, settings: object) -> None:
    settings.IMPORT_BYTES = 1_000_000  # type: ignore[attr-defined]
    with pytest.raises(BadTable, match="larger than 1 MB"):
        store_upload(club, "people.csv", io.BytesIO(b"Name\n" * 300_000))


def test_a_corrected_mapping_is_followed(club: Organisation) -> None:
    upload = store_upload(club, "x.csv", io.BytesIO(b"A,B\nalice@example.org,Alice\n"))
    upload.mapping = Mapping.from_json(upload.mapping).correct(1, Field.FIRST_NAME).to_json()
    upload.save()
    import_now(upload, dry_run=False)
    assert people(club) == [("Alice", "alice@example.org", "")]


def test_the_file_is_forgotten_when_it_is_imported(club: Organisation) -> None:
    do_import(club, HEADER + "Alice,Roy,alice@example.org\n")
    assert not ImportPart.objects.exists()


def jobs() -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'import_people'")
        return [args for (args,) in cursor.fetchall()]


def test_a_wish_is_one_job_and_the_job_may_run_twice(club: Organisation) -> None:
    upload = store_upload(club, "x.csv", io.BytesIO(b"Name,Email\nAlice,alice@example.org\n"))
    request_check(upload)
    request_check(upload)
    assert len(jobs()) == 1
    run_import(upload.pk)
    upload.refresh_from_db()
    request_import(upload)
    run_import(upload.pk)
    run_import(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, outcome(upload)) == (ImportState.DONE, (1, 0, 0, 0))
    request_import(upload)
    assert (len(jobs()), upload.state) == (2, ImportState.DONE)


CELLS = st.tuples(
    st.sampled_from(["", "", "7", "8"]),
    st.sampled_from(["", "Alice", "Bob", "ALICE", "Alice Bob"]),
    st.sampled_from(["", "Roy", ""]),
    st.sampled_from(["", "a@example.org", "A@Example.org", "b@example.org", "wrong@"]),
    st.sampled_from(["", "514 555 0199", "514 555 0198", "514"]),
    st.sampled_from(["", "fr", "en"]),
    st.sampled_from(["", "Tuesday", "Masters"]),
    st.sampled_from(["", "Léo", "Zoé"]),
)
FILES = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=3)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=FILES)
@example(  # a row without a name takes the phone of who is found by the next one
    files=[
        [("", "Alice", "", "a@example.org", "", "", "", "")],
        [
            ("", "", "", "a@example.org", "514 555 0199", "", "", ""),
            ("", "Alice", "", "", "514 555 0199", "", "", ""),
        ],
    ]
)
def test_whatever_was_imported_the_last_file_and_our_own_again_change_nothing(
    club: Organisation, files: list[list[tuple[str, ...]]]
) -> None:
    Participant.objects.all().delete()
    texts = [
        "Member ID,First name,Last name,Email,Phone,Language,Groups,Child\n"
        + "".join(",".join(row) + "\n" for row in rows)
        + ",Eve,,,,,,\n"
        for rows in files
    ]
    for text in texts:
        do_import(club, text)
    before = list(Participant.objects.order_by("id").values())
    again = do_import(club, texts[-1])
    assert (again.counts["created"], again.counts["updated"]) == (0, 0)
    assert list(Participant.objects.order_by("id").values()) == before
    header, rows = participant_rows(club)
    ours = do_import(club, "".join(csv_lines([header, *rows], for_excel=True)))
    assert (ours.counts["created"], ours.counts["updated"]) == (0, 0)
    assert list(Participant.objects.order_by("id").values()) == before
