from __future__ import annotations

import io

import pytest

from sendout.accounts.models import Organisation
from sendout.people import families
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Participant

pytestmark = pytest.mark.django_db


def bring_in(club: Organisation, text: str) -> dict[str, Participant]:
    import_now(store_upload(club, "people.csv", io.BytesIO(text.encode())), dry_run=False)
    return {each.first_name: each for each in Participant.objects.filter(organisation=club)}


def names(person: Participant) -> list[str]:
    person.refresh_from_db()
    return [each.first_name for each in families.family_of(person)]


def test_a_family_is_guessed_step_by_step_and_the_staff_has_the_last_word(
    club: Organisation, other_club: Organisation
) -> None:
    rows = """First name,Email,Phone
Mia,mother@example.org,514-555-0111
Tom,mother@example.org,514-555-0112
Zoé,,514-555-0112
Eve,eve@example.org,
"""
    found = bring_in(club, rows)
    stranger = Participant.objects.create(
        organisation=other_club, first_name="Sam", email_normal="mother@example.org"
    )
    assert names(found["Mia"]) == ["Tom", "Zoé"]
    assert names(found["Zoé"]) == ["Mia", "Tom"]
    assert names(stranger) == []

    families.part(found["Tom"])
    assert names(found["Tom"]) == []
    assert names(found["Mia"]) == []
    families.join(found["Mia"], found["Eve"])
    assert names(found["Eve"]) == ["Mia"]
    families.join(found["Eve"], found["Tom"])
    assert names(found["Mia"]) == ["Eve", "Tom", "Zoé"]
    families.join(found["Mia"], stranger)
    assert names(stranger) == []


def test_a_file_names_families_and_does_not_undo_what_the_staff_said(club: Organisation) -> None:
    rows = """First name,Last name,Famille,Email
Mia,Roy,F1,mia@example.org
Tom,Roy,F1,tom@example.org
Eve,Lee,F2,tom@example.org
"""
    found = bring_in(club, rows)
    assert found["Mia"].family == "=F1"
    assert "Famille" not in found["Mia"].fields
    assert names(found["Mia"]) == ["Tom"]
    assert names(found["Eve"]) == []
    families.join(found["Mia"], found["Eve"])
    families.part(found["Tom"])
    found = bring_in(club, rows.replace("F2", "F3"))
    assert names(found["Mia"]) == ["Eve"]
    assert names(found["Tom"]) == []
