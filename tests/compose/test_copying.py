"""A copy says all that the first message says."""

from __future__ import annotations

from django.db.models import BooleanField, CharField, Field, JSONField, TextField

from sendout.accounts.models import Organisation, User
from sendout.compose.copying import OF_THE_ROW, copy_message
from sendout.compose.models import Message


def other_value(field: Field) -> object:  # type: ignore[type-arg]
    """Give a value that the field does not have by itself."""
    if field.choices:
        return next(value for value, _ in field.choices if value != field.get_default())
    if isinstance(field, BooleanField):
        return not field.get_default()
    if isinstance(field, JSONField):
        return [{"said": "in blocks"}]
    assert isinstance(field, CharField | TextField), f"say here what {field.name} may be"
    return f"other {field.name}"[: field.max_length]


def test_every_field_that_is_not_of_the_row_is_copied(
    club: Organisation, alice: User, bob: User
) -> None:
    said = {
        field.name: other_value(field)
        for field in Message._meta.concrete_fields
        if field.name not in OF_THE_ROW and not field.generated
    }
    assert {"subject", "body", "sms_text", "category", "text"} <= said.keys()
    first = Message.objects.create(organisation=club, updated_by=alice, version=7, **said)
    copied = copy_message(first, bob)
    copied.refresh_from_db()
    assert {name: getattr(copied, name) for name in said} == said
    assert (copied.organisation, copied.updated_by, copied.version) == (club, bob, 1)
    assert copied.pk != first.pk


def test_what_is_of_the_row_is_a_field() -> None:
    assert {field.name for field in Message._meta.concrete_fields} >= OF_THE_ROW
