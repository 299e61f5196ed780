"""What an SMS costs, at every edge."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.sms import measure

MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "messages"
POOL = "\U0001f3ca"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a", "GSM-7", 1, 1, 159),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("a" * 159 + "€", "GSM-7", 161, 2, 145),
        # The escape pair of the 153rd septet goes whole into the second part.
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2, 141),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3, 152),
        ("ê", "UCS-2", 1, 1, 69),
        ("ê" * 70, "UCS-2", 70, 1, 0),
        ("ê" * 71, "UCS-2", 71, 2, 63),
        ("ê" * 134, "UCS-2", 134, 2, 0),
        ("ê" * 135, "UCS-2", 135, 3, 66),
        (POOL * 35, "UCS-2", 70, 1, 0),
        # 67 is odd: 33 surrogate pairs fill a part but for one unit.
        (POOL * 36, "UCS-2", 72, 2, 61),
        (POOL * 66, "UCS-2", 132, 2, 1),
        (POOL * 67, "UCS-2", 134, 3, 65),
        ("àéèùìòÇÉ\n\r@£$¥Øø", "GSM-7", 16, 1, 144),
        ("^{}\\[~]|€\f", "GSM-7", 20, 1, 140),
    ],
)
def test_a_text_is_measured(text: str, encoding: str, units: int, segments: int, left: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)
    assert found.left_in_segment == left


def test_the_characters_that_double_the_price_are_named_in_order() -> None:
    assert measure(f"fête ’à’ la piscine {POOL}, ê").forcing == ("ê", "’", POOL)


def test_a_tab_and_a_backtick_are_not_in_the_alphabet() -> None:
    assert measure("a\tb`").forcing == ("\t", "`")


def test_the_alphabet_has_its_127_and_10_characters() -> None:
    every = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    gsm = [c for c in every if measure(c).encoding == "GSM-7"]
    assert sum(measure(c).units == 1 for c in gsm) == 127
    assert sum(measure(c).units == 2 for c in gsm) == 10


@given(st.text(st.sampled_from("a€ê" + POOL), min_size=1, max_size=400), st.integers(0, 3))
def test_parts_hold_the_text_and_typing_what_is_left_adds_none(text: str, less: int) -> None:
    found = measure(text)
    size = 153 if found.encoding == "GSM-7" else 67
    if found.segments > 1:
        assert (found.segments - 1) * (size - 1) < found.units <= found.segments * size
    more = text + "a" * max(found.left_in_segment - less, 0)
    assert measure(more).segments == found.segments
    assert measure(text + "a" * (found.left_in_segment + 1)).segments == found.segments + 1


@pytest.mark.skipif(not MESSAGES.exists(), reason="the shared messages are not here")
@pytest.mark.parametrize(
    ("file", "encoding", "segments", "forcing"),
    [
        ("cancellation.en.txt", "GSM-7", 2, ()),
        ("cancellation.fr.txt", "GSM-7", 2, ()),
        ("one-emoji.txt", "UCS-2", 3, (POOL,)),
    ],
)
def test_the_real_texts(file: str, encoding: str, segments: int, forcing: tuple[str, ...]) -> None:
    found = measure((MESSAGES / file).read_text("utf-8").strip())
    assert (found.encoding, found.forcing, found.segments) == (encoding, forcing, segments)
