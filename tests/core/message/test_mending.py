"""What mail programs cut off or do not show is said before the email leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.mending import CLIPPED_AT, to_mend


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>Hi</p>",
        '<img src="https://x.example/a.png" alt="Pool"><img src="https://x.example/b.png" alt>',
        '<img src="{{ photo }}" alt="{{ first_name }}">',
        '<a href="https://x.example"><img src="https://x.example/a.png" alt="Club"></a>',
        '<a href="mailto:a@x.example">a</a><a href="tel:1">b</a><a href="sms:1">c</a>',
        '<a href="#top">Up</a><a href="{{ page }}">Page</a><a name="top"></a>',
    ],
)
def test_what_is_well_is_not_complained_of(html: str) -> None:
    assert to_mend(html) == []


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<img src="https://x.example/i/a.png?v=1">', "1 picture without words"),
        ('<img src="https://x.example/i/a.png?v=1">', "(a.png)."),
        ('<img src="i/a.png" alt="">', "1 picture that no recipient can load"),
        ('<img src="cid:logo" alt="">', "that no recipient can load"),
        ('<img src="https:///a.png" alt="">', "that no recipient can load"),
        ('<img src="data:image/png;base64,AA" alt="">', "can load: put it on your website"),
        ('<img src="data:image/png;base64,AA" alt="">', "(number 1)."),
        ('<img src="https://[x/a.png">', "(a.png)."),
        ('<img alt="">', "that no recipient can load"),
        ('<img src="https://x.example/A.SVG" alt="">', "1 picture in SVG"),
        ('<a href="www.x.example">Site</a>', "1 link that leads nowhere"),
        ('<a href="www.x.example">Site</a>', "(Site)."),
        ('<a href="">Site</a>', "1 link that leads nowhere"),
        ('<a href="javascript:x">Site</a>', "1 link that leads nowhere"),
        ('<a href="https://x.example"> </a>', "1 link with nothing to read"),
        ('<a href="https://x.example"><img src="https://x.example/a" alt=""></a>', "with nothing"),
        ("<form></form><video></video><form></form>", "take out <form>, <video>:"),
        ('<link rel="Stylesheet" href="https://x.example/a.css">', "style sheet from elsewhere"),
    ],
)
def test_what_to_mend_is_said(html: str, words: str) -> None:
    assert any(words in sentence for sentence in to_mend(html))


def test_many_of_a_kind_are_one_sentence() -> None:
    html = "".join(f'<img src="https://x.example/{n}.png">' for n in range(5))
    (sentence,) = to_mend(html)
    assert sentence.startswith("5 pictures without words")
    assert sentence.endswith("(0.png, 1.png, 2.png and 2 more).")


def test_long_names_are_cut() -> None:
    (sentence,) = to_mend(f'<a href="x">{"word " * 100}</a>')
    assert len(sentence) < 200


def test_gmails_limit_counts_bytes_not_characters() -> None:
    assert to_mend("é" * (CLIPPED_AT // 2)) == []
    (sentence,) = to_mend("é" * (CLIPPED_AT // 2 + 1))
    assert "102 kB of HTML, and Gmail cuts it off at 102 kB" in sentence


@given(st.text())
def test_anything_can_be_looked_at(html: str) -> None:
    to_mend(html)
    to_mend(f'<img src="{html}"><a href="{html}">{html}</a>')
