"""Whatever colour a club has, its emails can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.colours import ENOUGH, contrast, is_colour, readable, words_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_words_on_a_colour_and_in_it_can_be_read(colour: str) -> None:
    assert contrast(words_on(colour), colour) > 4
    shown = readable(colour)
    assert is_colour(shown)
    assert contrast(shown, "#ffffff") >= ENOUGH
    assert shown == colour or contrast(colour, "#ffffff") < ENOUGH


def test_contrast_is_reckoned_as_wcag_has_it() -> None:
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
