"""A row is read as the entries it asks for; what is not understood is said."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.table.reader import Row
from sendout.core.unsubscribes.dates import read_date
from sendout.core.unsubscribes.rows import Fate, Listed, Terms, read_row
from sendout.core.unsubscribes.shape import Layout, Part, Shape, lay_out, recognise
from sendout.core.unsubscribes.words import reason_of, status_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MONTREAL = ZoneInfo("America/Toronto")
TERMS = Terms("CA", MONTREAL, NOW, source="list.csv")


def read(headers: str, row: str, terms: Terms = TERMS) -> Listed:
    names, cells = headers.split(","), row.split(",")
    layout = lay_out(recognise(names), names, [cells])
    [listed] = read_row(Row(2, cells), layout, terms)
    return listed


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("SPAM_COMPLAINT", "complaint"),
        ("NORMAL", "unsubscribed"),
        ("DID_NOT_SIGNUP", "unsubscribed"),
        ("Hard Bounce", "bad"),
        ("Plainte", "complaint"),
        ("Désabonné", "unsubscribed"),
        ("Added by staff", "admin"),
        ("No thanks, too many emails", ""),
        ("", ""),
    ],
)
def test_the_words_of_others_are_read_as_ours(cell: str, reason: str) -> None:
    assert reason_of(cell) == reason


@pytest.mark.parametrize(
    ("header", "cell", "stops"),
    [
        ("Status", "Unsubscribed", True),
        ("Status", "Active", False),
        ("Status", "who knows", None),
        ("Unsubscribed", "yes", True),
        ("Unsubscribed", "0", False),
        ("Subscribed", "no", True),
        ("Subscribed", "TRUE", False),
        ("Abonné", "non", True),
    ],
)
def test_a_yes_is_about_what_the_header_asks(header: str, cell: str, stops: bool | None) -> None:
    assert status_of(header, cell)[0] is stops


def test_a_row_of_mailchimps_keeps_its_reason_its_time_and_its_mail() -> None:
    headers = "Email Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,UNSUB_REASON_OTHER"
    listed = read(headers, "Ann@Example.org,2025-01-11 08:30:00,Spring news,OTHER,moved away")
    assert (listed.address, listed.reason) == ("ann@example.org", "unsubscribed")
    assert listed.at == datetime(2025, 1, 11, 8, 30, tzinfo=UTC)
    assert listed.evidence == "Imported from Mailchimp: after “Spring news”; OTHER; moved away"


def test_a_cleaned_address_is_a_bad_one() -> None:
    assert read("Email Address,CLEAN_TIME", "a@example.org,2025-02-11 08:30:00").reason == (
        "bad_email"
    )


def test_free_words_are_kept_and_the_usual_reason_is_taken() -> None:
    listed = read("Email,Reason", "a@example.org,far too many mails")
    assert listed.reason == "unsubscribed"
    assert listed.evidence == "Imported from “list.csv”: far too many mails"
    terms = Terms("CA", MONTREAL, NOW, reason="admin", category="marketing")
    listed = read("Email,Reason", "a@example.org,far too many mails", terms)
    assert (listed.reason, listed.category) == ("admin", "marketing")


def test_a_bad_number_is_one_of_a_phone() -> None:
    listed = read("Mobile,Reason", "514 555-0123,bounced")
    assert (listed.channel, listed.address, listed.reason) == ("sms", "+15145550123", "bad_number")


def test_a_row_may_stop_an_email_and_a_number() -> None:
    layout = Layout(Shape.PLAIN, ("a", "b"), (Part.EMAIL, Part.PHONE))
    email, phone = read_row(Row(2, ["a@example.org", "514 555-0123"]), layout, TERMS)
    assert (email.channel, phone.channel) == ("email", "sms")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("anna,", '"anna" is not an email address: it has no @; the row was left out'),
        (",spam", "the row has no email address and no phone number to stop"),
    ],
)
def test_a_row_that_names_nobody_is_refused_in_one_sentence(row: str, sentence: str) -> None:
    listed = read("Email,Reason", row)
    assert listed.fate == Fate.REFUSED
    assert [note.reason for note in listed.notes] == [sentence]


@pytest.mark.parametrize(
    ("cell", "wrong"), [("soon", "is not a date"), ("2091-01-01", "lies in the future")]
)
def test_a_date_that_cannot_be_is_left_out_and_said(cell: str, wrong: str) -> None:
    listed = read("Email,Date", f"a@example.org,{cell}")
    assert (listed.fate, listed.at) == (Fate.ENTRY, None)
    assert listed.notes[0].reason == f"“{cell}” {wrong}; today is kept"


@pytest.mark.parametrize(
    ("cell", "country", "read_as"),
    [
        ("2025-03-04", "CA", "2025-03-04T05:00:00"),
        ("2025-03-04T10:00:00Z", "CA", "2025-03-04T10:00:00"),
        ("2025-03-04 10:00:00 UTC", "CA", "2025-03-04T10:00:00"),
        ("03/04/2025", "CA", "2025-03-04T05:00:00"),
        ("03/04/2025", "FR", "2025-04-03T04:00:00"),
        ("14/04/2025 9:05", "CA", "2025-04-14T13:05:00"),
        ("4/14/2025 9:05 PM", "FR", "2025-04-15T01:05:00"),
        ("May 1, 2025", "CA", "2025-05-01T04:00:00"),
        ("1 May 2025 13:00", "CA", "2025-05-01T17:00:00"),
        ("1970-01-01", "CA", None),
        ("0001-01-01T00:00:00+14:00", "CA", None),
        ("9" * 5000, "CA", None),
    ],
)
def test_dates_are_read_as_they_are_written(cell: str, country: str, read_as: str | None) -> None:
    found = read_date(cell, country, MONTREAL)
    assert (found and f"{found:%Y-%m-%dT%H:%M:%S}") == read_as


CELLS = st.text(max_size=40)


@given(st.lists(CELLS, min_size=5, max_size=5), st.sampled_from(Shape))
def test_whatever_a_row_holds_it_is_an_entry_or_a_sentence(cells: list[str], shape: Shape) -> None:
    parts = (Part.EMAIL, Part.REASON, Part.DATE, Part.STATUS, Part.WORDS)
    layout = Layout(shape, ("email", "reason", "date", "status", "note"), parts)
    for listed in read_row(Row(2, cells), layout, TERMS):
        assert bool(listed.address) or listed.fate == Fate.REFUSED
        assert listed.fate == Fate.ENTRY or listed.notes
        assert listed.at is None or listed.at <= NOW
