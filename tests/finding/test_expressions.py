"""The database makes texts plain just as Python does."""

from __future__ import annotations

import pytest
from django.db.models import Value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.plain import plain
from sendout.finding.expressions import Plain, begins

LATIN = st.characters(max_codepoint=0x17F, exclude_categories=["Cc"], exclude_characters="İŉ")


class PlainLaw(TestCase):
    @settings(max_examples=40)
    @given(st.lists(st.text(LATIN), min_size=20, max_size=20))
    def test_postgresql_and_python_agree(self, texts: list[str]) -> None:
        columns = {f"t{n}": Plain(Value(text)) for n, text in enumerate(texts)}
        Organisation.objects.get_or_create(slug="aqua-club", name="Aqua Club")
        found = Organisation.objects.annotate(**columns).values_list(*columns).get()
        assert found == tuple(plain(text) for text in texts)


@pytest.mark.django_db
def test_markup_and_a_body_without_end_are_no_words(club: Organisation) -> None:
    long = "<div class=secret>" + "pool " * 300_000 + "</div>"
    message = Message.objects.create(organisation=club, subject="Fermé mardi", body=long)
    for typed, found in (("POOL ferme", 1), ("secret", 0), ("div", 0), ("mard", 1)):
        query = begins(typed)
        assert Message.objects.filter(pk=message.pk, words=query).count() == found, typed
