"""Icons and statuses are the same, however often and in whatever language they are asked for."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from sendout.core.delivery.status import LABELS
from sendout.pages.templatetags.marks import BADGES, badge, icon
from sendout.pages.templatetags.words import without_code


@pytest.mark.parametrize("status", LABELS)
def test_every_status_of_a_delivery_has_its_icon_and_words(status: str) -> None:
    assert BADGES[status][0] in badge(status)
    assert LABELS[status] in badge(status)


def test_a_status_is_said_in_the_language_of_the_page() -> None:
    with translation.override("fr"):
        assert "Ouvert" in badge("opened")
    with translation.override("en"):
        assert "Opened" in badge("opened")
    assert "Sent, for now" in badge("sent", "Sent, for now")


def test_what_nobody_knows_is_shown_as_it_is_and_does_no_harm() -> None:
    assert "&lt;b&gt;" in badge("<b>")
    assert 'data-status="x&quot;"' in badge('x"', "y")
    assert "<use" not in badge("unheard-of")


def test_an_icon_stands_in_a_template_with_its_classes() -> None:
    drawn = Template('{% icon "x" "icon-sm" %}{% icon "y" %}')
    html = drawn.render(Context())
    assert 'class="icon icon-sm"' in html
    assert "icons.svg#x" in html
    assert 'class="icon"' in html
    assert "icons.svg#y" in html
    assert icon("x") is icon("x")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("5.1.1 The number does not exist", "The number does not exist"),
        ("550 5.1.1 No such user", "No such user"),
        ("500 members asked", "500 members asked"),
        ("5.1.1 ", "5.1.1 "),
        ("STOP", "STOP"),
    ],
)
def test_a_code_before_words_is_left_out(said: str, shown: str) -> None:
    assert without_code(said) == shown
