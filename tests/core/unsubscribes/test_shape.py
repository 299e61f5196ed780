"""Who wrote a list, and what each of its columns is."""

from __future__ import annotations

import pytest

from sendout.core.table.errors import BadTable
from sendout.core.unsubscribes.shape import Layout, Part, Shape, lay_out, recognise

MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,CC,UNSUB_TIME"
    ",UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,NOTES,TAGS"
)
CLEANED = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE"
CONTACT = "Email address,First name,Email status,Email permission status,Email opt-out date"


@pytest.mark.parametrize(
    ("headers", "shape"),
    [
        (MAILCHIMP, Shape.MAILCHIMP_UNSUBSCRIBED),
        (CLEANED, Shape.MAILCHIMP_CLEANED),
        (CONTACT, Shape.CONSTANT_CONTACT),
        ("channel,address,category,reason,evidence,created_at", Shape.SENDOUT),
        ("Email,Status", Shape.PLAIN),
        ("courriel,raison", Shape.PLAIN),
    ],
)
def test_a_list_is_known_by_its_headers(headers: str, shape: Shape) -> None:
    assert recognise(headers.split(",")) == shape


def test_the_list_of_subscribers_is_refused() -> None:
    with pytest.raises(BadTable, match="still subscribed"):
        recognise(["Email Address", "MEMBER_RATING", "OPTIN_TIME", "CONFIRM_TIME"])


def parts(headers: str, *rows: str) -> dict[str, str]:
    names = headers.split(",")
    layout = lay_out(recognise(names), names, [row.split(",") for row in rows])
    assert Layout.from_json(layout.to_json()) == layout
    return {n: p.value for n, p in zip(names, layout.parts, strict=True) if p != Part.IGNORE}


def test_the_street_and_the_phone_of_a_mailchimp_list_stop_nobody() -> None:
    assert parts(MAILCHIMP) == {
        "Email Address": "email",
        "UNSUB_TIME": "date",
        "UNSUB_CAMPAIGN_TITLE": "mail",
        "UNSUB_REASON": "reason",
        "UNSUB_REASON_OTHER": "words",
        "NOTES": "words",
    }


@pytest.mark.parametrize(
    ("headers", "row", "found"),
    [
        ("Email,Mobile,Name", "a@example.org,514 555-0123,Ann", {"Email": "email"}),
        ("Mobile,Name", "514 555-0123,Ann", {"Mobile": "phone"}),
        ("Courriel,Raison", "a@example.org,plainte", {"Courriel": "email", "Raison": "reason"}),
        ("who,when", "a@example.org,2025", {"who": "email"}),
        (
            "Email,Created,Unsubscribe date",
            "a@example.org,2020-01-01,2025-01-01",
            {"Email": "email", "Unsubscribe date": "date"},
        ),
    ],
)
def test_the_columns_of_any_list_are_guessed(headers: str, row: str, found: dict[str, str]) -> None:
    assert parts(headers, row, row, row) == found


def test_a_list_without_addresses_says_what_is_missing() -> None:
    layout = lay_out(Shape.PLAIN, ["Name"], [["Ann"]])
    assert "No column holds an email address or a phone number" in layout.problem()
    twice = Layout(Shape.PLAIN, ("a", "b"), (Part.EMAIL, Part.EMAIL))
    assert twice.problem() == "Two columns are said to be the email; only one can be."
