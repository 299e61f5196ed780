"""The database makes texts plain just as Python does."""

from __future__ import annotations

import pytest
from django.db.models import Value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.plain import beginnings, plain
from sendout.finding.expressions import Begun, Pieces, Plain, begins

LATIN = st.characters(max_codepoint=0x17F, exclude_categories=["Cc"], exclude_characters="İŉ")


class PlainLaw(TestCase):
    @settings(max_examples=40)
    @given(st.lists(st.text(LATIN), min_size=20, max_size=20))
    def test_postgresql_and_python_agree(self, texts: list[str]) -> None:
        columns = {f"t{n}": Plain(Value(text)) for n, text in enumerate(texts)}
        Organisation.objects.get_or_create(slug="aqua-club", name="Aqua Club")
        found = Organisation.objects.annotate(**columns).values_list(*columns).get()
        assert found == tuple(plain(text) for text in texts)

    @settings(max_examples=40)
    @given(st.lists(st.text(LATIN), min_size=20, max_size=20))
    def test_whatever_is_typed_finds_itself(self, texts: list[str]) -> None:
        begun = {f"t{n}": Begun(Pieces(Plain(Value(t))), t) for n, t in enumerate(texts)}
        Organisation.objects.get_or_create(slug="aqua-club", name="Aqua Club")
        found = Organisation.objects.annotate(**begun).values_list(*begun).get()
        assert found == tuple(bool(beginnings(text)) for text in texts)


@pytest.mark.django_db
def test_markup_and_a_body_without_end_are_no_words(club: Organisation) -> None:
    long = "<div class=secret>" + "pool " * 300_000 + "</div>"
    message = Message.objects.create(organisation=club, subject="Fermé mardi", body=long)
    for typed, found in (("POOL ferme", 1), ("secret", 0), ("div", 0), ("mard", 1)):
        query = begins(typed)
        assert Message.objects.filter(pk=message.pk, words=query).count() == found, typed


@pytest.mark.django_db
def test_words_of_blocks_are_found_and_the_names_of_their_parts_are_not(club: Organisation) -> None:
    beside = [
        {"id": "d", "kind": "image", "source": "a" * 64, "alt": "Bassin vidé", "decorative": False},
        {"id": "e", "kind": "button", "label": "Inscription", "link": "https://club.example/ici"},
    ]
    blocks = [
        {"id": "b1", "kind": "heading", "text": "Fermé\nmardi", "level": 1},
        {
            "id": "b2",
            "kind": "text",
            "html": '<p>Les <strong class="x">"cours"</strong> cessent</p>',
        },
        {"id": "b3", "kind": "columns", "left": beside, "right": []},
        {"id": "b4", "kind": "event", "title": "Gala", "place": "Aréna", "note": "Apportez\nl'eau"},
    ]
    message = Message.objects.create(
        organisation=club, body_format="blocks", blocks=blocks, body="yesterday's Markdown"
    )
    for typed, found in (
        ("ferme MARDI", 1), ("cours", 1), ("vide", 1), ("inscr", 1), ("gala arena", 1), ("eau", 1),
        ("heading", 0), ("strong", 0), ("columns", 0), ("b2", 0), ("nmardi", 0), ("markdown", 0),
    ):  # fmt: skip
        query = begins(typed)
        assert Message.objects.filter(pk=message.pk, words=query).count() == found, typed
    message.body_format = "markdown"
    message.save()
    assert Message.objects.filter(pk=message.pk, words=begins("markdown")).exists()
    assert not Message.objects.filter(pk=message.pk, words=begins("gala")).exists()
