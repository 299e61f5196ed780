"""What a column is, guessed."""

from __future__ import annotations

import pytest

from sendout.core.table.headers import Confidence, Field, Mapping, guess_mapping


def guessed(headers: str, *sample: str) -> dict[str, str]:
    names = headers.split(";")
    mapping = guess_mapping(names, [row.split(";") for row in sample])
    return {column.header: column.field.value for column in mapping.columns}


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("First name;Last name;Email;Cell phone", "first_name last_name email phone"),
        ("Prénom;Nom;Courriel;Cellulaire;Langue", "first_name last_name email phone language"),
        ("PRENOM;NOM DE FAMILLE;Adresse courriel", "first_name last_name email"),
        ("Nom complet;E-mail;Tél.;Groupe", "full_name email phone groups"),
        ("first_name;last_name;email;phone;language;groups", None),
        ("Nombre;Apellidos;Correo electrónico;Móvil", "first_name last_name email phone"),
        ("Name;Last Name;First Name", "own last_name first_name"),
        ("Home phone;Mobile;Work phone", "own phone own"),
        ("Tél. domicile;Téléphone;Cell.", "own own phone"),
        ("Email;Email consent;Phone type;Ext.", "email own own own"),
        ("Parent's email address;Email 2", "email own"),
        ("Emergency phone;Phone", "own phone"),
        ("No de membre;Activité;Enfant", "external_id own own"),
        ("id;Member ID", "ours external_id"),
        ("Group;Tags", "groups groups"),
    ],
)
def test_headers_tell_what_columns_are(headers: str, fields: str | None) -> None:
    expected = fields.split() if fields else headers.split(";")
    assert list(guessed(headers).values()) == expected


def test_content_tells_where_headers_do_not() -> None:
    rows = ["Alice;alice@example.org;(514) 555-0199;fr", "Bob;bob@example.org;514 555 0198;en"]
    assert guessed("A;B;C;D", *rows) == {"A": "own", "B": "email", "C": "phone", "D": "language"}


def test_content_overrules_a_header_that_cannot_be_right() -> None:
    rows = ["yes;alice@example.org", "no;bob@example.org", "yes;eve@example.org"]
    assert guessed("Email;Contact", *rows) == {"Email": "own", "Contact": "email"}


def test_a_correction_takes_the_field_from_the_column_that_had_it() -> None:
    mapping = guess_mapping(["Phone", "Other"], []).correct(1, Field.PHONE)
    assert [column.field for column in mapping.columns] == [Field.OWN, Field.PHONE]
    assert mapping.columns[1].confidence == Confidence.SURE


def test_a_field_claimed_by_two_columns_is_named() -> None:
    mapping = guess_mapping(["Email", "Phone", "X", "Y"], [])
    assert mapping.claimed_twice() == []
    assert mapping.with_fields({1: Field.EMAIL}).claimed_twice() == [Field.EMAIL]


def test_a_mapping_survives_being_stored() -> None:
    mapping = guess_mapping(["Prénom", "Cell", "Ville"], [])
    assert Mapping.from_json(mapping.to_json()) == mapping
