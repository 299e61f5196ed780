"""Addresses and numbers as people type them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.addresses import (
    KIND_WORDS,
    BadAddress,
    phone_kind,
    read_email,
    read_phone,
    wire_address,
)

PARTICIPANTS = Path(__file__).parents[3] / "shared" / "data" / "participants"


@pytest.mark.parametrize(
    ("typed", "read", "mended"),
    [
        ("alice@example.com", "alice@example.com", None),
        ("Alice.Roy@Example.COM", "Alice.Roy@example.com", None),
        ("  alice@example.com\u00a0", "alice@example.com", "unusual characters"),
        (" alice@example.com ", "alice@example.com", "spaces around"),
        ("ALICE@EXAMPLE.COM", "alice@example.com", "capitals"),
        ("mailto:alice@example.com?subject=Hi", "alice@example.com", "mailto:"),
        ("<alice@example.com>", "alice@example.com", "between < and >"),
        ('"Roy, Alice" <mailto:alice@example.com>;', "alice@example.com", "between < and >"),
        ("alice@example.com;", "alice@example.com", "marks"),
        ("alice@example.com,", "alice@example.com", "marks"),
        ("alice@example.com.", "alice@example.com", "marks"),
        ("'alice@example.com'", "alice@example.com", "marks"),
        ("alice@example,com", "alice@example.com", "comma"),
        ("alice @ example. com", "alice@example.com", "spaces inside"),
        ("alice\u200b@example.com", "alice@example.com", "unusual characters"),
        ("ａｌｉｃｅ＠example．com", "alice@example.com", "unusual characters"),
        ("alice@example.com; bob@example.com", "alice@example.com", "first of 2"),
        ("u123@example.test", "u123@example.test", None),
        ("bounce@sandbox.test", "bounce@sandbox.test", None),
        ("alice@localhost", "alice@localhost", None),
        ("alice@mail.localhost", "alice@mail.localhost", None),
        ("o'neil+swim@example.org", "o'neil+swim@example.org", None),
    ],
)
def test_an_email_is_read_and_mended(typed: str, read: str, mended: str | None) -> None:
    email = read_email(typed)
    assert email is not None
    assert email.typed == read
    assert email.normal == read.lower()
    assert (email.mended is None) == (mended is None)
    assert mended is None or mended in str(email.mended)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("none", "no @"),
        ("jean@", "nothing stands after"),
        ("@club.test", "nothing stands before"),
        ("two@@example.org", "more than one @"),
        ("a b@example.org", "space"),
        ("x@example..org", "two dots"),
        ("marie@example.org, paul@example.org", "two addresses"),
        ("marie@example.org / paul@example.org", "two addresses"),
        ("marie@example.org,paul", "comma|invalid"),
        ("jean@gmail", "period"),
        ("jean@exa_mple.org", "invalid characters"),
        ("x" * 5000, "5000 characters"),
        ("a\r\nBcc: b@example.org", "space"),
    ],
)
def test_what_is_no_email_is_refused_with_a_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadAddress, match=reason) as refused:
        read_email(typed)
    assert "is not an email address" in refused.value.reason
    assert len(refused.value.reason) < 300


@pytest.mark.parametrize("cell", ["", " ", "\u00a0", "\t\n"])
def test_an_empty_cell_is_nobody(cell: str) -> None:
    assert read_email(cell) is None
    assert read_phone(cell, "CA") is None


def test_addresses_that_differ_in_case_or_spelling_of_the_domain_are_one() -> None:
    normals = {
        e.normal for t in ("Zoé@Café.example", "zoé@XN--CAF-DMA.example") if (e := read_email(t))
    }
    assert normals == {"zoé@xn--caf-dma.example"}


def test_a_domain_travels_in_ascii() -> None:
    assert wire_address("alice@café.example") == "alice@xn--caf-dma.example"
    assert wire_address("zoé@café.example") == "zoé@xn--caf-dma.example"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_cell_is_an_email_or_nothing_or_refused(cell: str) -> None:
    try:
        email = read_email(cell)
    except BadAddress:
        return
    if email is not None:
        again = read_email(email.typed)
        assert again is not None
        assert (again.normal, again.mended) == (email.normal, None)


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("514-555-0199", "CA", "+15145550199"),
        ("\u00a0604 320 8117 ", "CA", "+16043208117"),
        ("1 604 403 4036", "CA", "+16044034036"),
        ("5145550199.0", "CA", "+15145550199"),
        ("5.145550199E9", "CA", "+15145550199"),
        ("5.145550199E+09", "CA", "+15145550199"),
        ("15145550199.0", "CA", "+15145550199"),
        ("'5145550199", "CA", "+15145550199"),
        ('="5145550199"', "CA", "+15145550199"),
        ("514-555-0199 ext. 12", "CA", "+15145550199"),
        ("514.555.0199 poste 12", "CA", "+15145550199"),
        ("514-555-0199 (cell)", "CA", "+15145550199"),
        ("514-555-0199 / 514-555-0188", "CA", "+15145550199"),
        ("514-555-0199; 514-555-0188", "CA", "+15145550199"),
        ("0033 1 42 68 53 00", "CA", "+33142685300"),
        ("00 1 514 555 0199", "CA", "+15145550199"),
        ("+44 (0)20 7946 0018", "CA", "+442079460018"),
        ("0044 (0)20 7946 0018", "CA", "+442079460018"),
        ("tel:+1-514-555-0199", "CA", "+15145550199"),
        ("５１４－５５５－０１９９", "CA", "+15145550199"),
        ("06 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_a_phone_is_read_as_e164(typed: str, country: str, e164: str) -> None:
    phone = read_phone(typed, country)
    assert phone is not None
    assert phone.normal == e164


@pytest.mark.parametrize(
    ("typed", "country", "kind"),
    [
        ("01 42 68 53 00", "FR", "landline"),
        ("06 12 34 56 78", "FR", ""),
        ("0899 12 34 56", "FR", "premium"),
        ("020 7946 0018", "GB", "landline"),
        ("514-555-0199", "CA", ""),  # a landline or a mobile: nobody can tell
        ("1-900-555-1234", "US", "premium"),
        ("800-555-1234", "US", ""),
    ],
)
def test_a_number_that_receives_no_texts_is_known(typed: str, country: str, kind: str) -> None:
    phone = read_phone(typed, country)
    assert phone is not None
    assert phone.kind == phone_kind(phone.normal) == kind
    assert kind in {"", *KIND_WORDS}


def test_what_is_no_number_has_no_kind() -> None:
    assert phone_kind("nobody") == ""


def test_what_was_left_out_of_a_number_is_said() -> None:
    phone = read_phone("514-555-0199 ext. 12", "CA")
    assert phone is not None
    assert phone.mended == "extension 12 left out"


@pytest.mark.parametrize(
    "typed",
    [
        "514-555", "514 555 01", "+999 12 34", "000-000-0000", "12345678901234567890",
        "call mom", "n/a", "1E99", "9" * 5000, "5551234", "\u0967",
    ],
)  # fmt: skip
def test_what_is_no_phone_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(BadAddress, match="is not a phone number"):
        read_phone(typed, "CA")


def test_the_reason_names_what_was_typed_and_the_country() -> None:
    with pytest.raises(BadAddress, match=r'^"514-555" is not a phone number in CA$'):
        read_phone("514-555", "CA")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_cell_is_a_phone_or_nothing_or_refused(cell: str) -> None:
    try:
        phone = read_phone(cell, "CA")
    except BadAddress:
        return
    if phone is not None:
        again = read_phone(phone.normal, "CA")
        assert again is not None
        assert (again.normal, again.mended) == (phone.normal, None)


@pytest.mark.skipif(not PARTICIPANTS.exists(), reason="the shared participants are not here")
def test_a_messy_file_ends_as_the_truth_says() -> None:
    truth = json.loads((PARTICIPANTS / "truth.json").read_text("utf-8"))["rows"]
    with (PARTICIPANTS / "messy.csv").open(encoding="cp1252", newline="") as file:
        cells = list(csv.DictReader(file, delimiter=";"))
    wrong = [
        (row, cell)
        for row, cell in zip(truth, cells, strict=True)
        if (_email(cell["Courriel"]), _phone(cell["Cellulaire"])) != (row["email"], row["phone"])
    ]
    assert wrong == []
    assert len(cells) == 3000


def _email(cell: str) -> str | None:
    try:
        email = read_email(cell)
    except BadAddress:
        return None
    return email.typed if email else None


def _phone(cell: str) -> str | None:
    try:
        phone = read_phone(cell, "CA")
    except BadAddress:
        return None
    return phone.normal if phone else None
