"""Blocks come back as they were stored; what is none is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.blocks.from_html import blocks_of_html
from sendout.core.message.blocks.kinds import Image, Text, say_something
from sendout.core.message.blocks.links import destination
from sendout.core.message.blocks.mending import to_mend
from sendout.core.message.blocks.reading import BadBlocks, read, read_json, write
from sendout.core.message.blocks.rich import clean
from sendout.core.message.blocks.simple import simple_html

TEXT = st.text(max_size=40)
PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<br>", "<ul>", "<li>", "</ul>", "<strong>", "</strong>",
    "<h2>", "</h2>", "<td>", "</tr>", "<a href='https://x.example'>", "</a>", "&amp;", "<!--",
    "words", "<blockquote>", "</blockquote>", "<script>",
]  # fmt: skip
HTML = st.lists(st.sampled_from([*PIECES, " ", "{{ first_name|you & me }}"]), max_size=25).map(
    "".join
)
SINGLE = st.one_of(
    st.fixed_dictionaries({"kind": st.just("heading"), "text": TEXT, "level": st.integers(1, 3)}),
    st.fixed_dictionaries({"kind": st.just("text"), "html": HTML}),
    st.fixed_dictionaries({"kind": st.just("button"), "label": TEXT, "link": TEXT}),
    st.fixed_dictionaries(
        {"kind": st.just("image"), "source": st.just("a" * 64), "alt": TEXT, "link": TEXT}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("event"), "title": TEXT, "starts": st.datetimes().map(str), "note": TEXT}
    ),
)
BLOCK = SINGLE | st.fixed_dictionaries(
    {"kind": st.just("columns"), "left": st.lists(SINGLE, max_size=2), "right": st.just([])}
)


def numbered(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each block an id of its own, those in columns too."""
    for n, block in enumerate(blocks):
        block["id"] = f"b{n}"
        for m, inner in enumerate(block.get("left", [])):
            inner["id"] = f"b{n}-{m}"
    return blocks


@given(st.lists(BLOCK, max_size=4).map(numbered))
def test_what_was_read_once_is_stored_and_read_the_same(raw: list[dict[str, Any]]) -> None:
    blocks = read(raw)
    assert read(json.loads(json.dumps(write(blocks)))) == blocks


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"kind": "text", "html": "<p>&nbsp; <br></p>"}, False),
        ({"kind": "text", "html": "<p>{{ first_name }}</p>"}, True),
        ({"kind": "heading", "text": " ", "level": 1}, False),
        ({"kind": "button", "label": "", "link": "https://club.example"}, False),
        ({"kind": "image", "source": "", "alt": "A pool", "link": ""}, False),
        ({"kind": "image", "source": "a" * 64, "alt": "", "link": ""}, True),
        ({"kind": "event", "title": "Gala", "starts": "", "note": ""}, True),
        ({"kind": "divider"}, False),
        ({"kind": "columns", "left": [], "right": [{"kind": "text", "html": "<p>Hi</p>"}]}, True),
        ({"kind": "columns", "left": [{"kind": "divider"}], "right": []}, False),
    ],
)
def test_what_is_empty_says_nothing(block: dict[str, Any], says: bool) -> None:
    block["id"] = "b1"
    for n, inner in enumerate((*block.get("left", ()), *block.get("right", ()))):
        inner["id"] = f"b1-{n}"
    assert say_something(read([block])) is says


@given(HTML)
def test_cleaning_twice_changes_nothing_and_keeps_the_fields(html: str) -> None:
    once = clean(html)
    assert clean(once) == once
    if "<script>" not in html and "<!--" not in html:
        assert once.count("{{ first_name|you &amp; me }}") == html.count("{{ first_name")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<div>One<br><br>Two <strong>a<br><br>b</strong></div>",
         "<p>One</p><p>Two <strong>a</strong></p><p><strong>b</strong></p>"),
        ('<p class=MsoNormal style="mso-x:1"><!--[if gte mso 9]>x<![endif]--><o:p></o:p>'
         '<font face="Calibri">Word</font></p>', "<p>Word</p>"),
        ("<h2>Title</h2><ul><li>a<li>b</ul>",
         "<p><strong>Title</strong></p><ul><li>a</li><li>b</li></ul>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a b</p>"),
        ('<a href="javascript:alert(1)">x</a><img src=x onerror=alert(1)>', "<p><a>x</a></p>"),
        ('<a href="{{ link }}">x</a>', '<p><a href="{{ link }}">x</a></p>'),
    ],
)  # fmt: skip
def test_text_is_kept_and_what_no_mail_program_needs_is_not(written: str, kept: str) -> None:
    assert clean(written) == kept


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("{", "no JSON"),
        ("{}", "are a list"),
        ('[{"id":"a","kind":"video"}]', "no block of the kind “video”"),
        ('[{"id":"a b","kind":"divider"}]', "needs an id"),
        ('[{"id":"a","kind":"divider"},{"id":"a","kind":"divider"}]', "Two blocks have the id “a”"),
        ('[{"id":"a","kind":"event","starts":"soon"}]', "“soon” is no date"),
        ('[{"id":"a","kind":"image","source":"javascript:x"}]', "is no picture"),
        ('[{"id":"a","kind":"columns","left":[{"id":"b","kind":"columns"}]}]', "kind “columns”"),
        ('[{"id":"a","kind":"heading","text":"' + "x" * 400 + '"}]', "longer than 300"),
        ("[" * 100_000, "no JSON"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_blocks_is_refused_in_a_sentence(sent: str, words: str) -> None:
    with pytest.raises(BadBlocks, match=words):
        read_json(sent)


def test_what_is_half_filled_in_is_named() -> None:
    raw = [
        {"id": "1", "kind": "button", "label": "Register", "link": "soon"},
        {"id": "2", "kind": "image", "source": "a" * 64},
        {"id": "3", "kind": "image", "source": "a" * 64, "decorative": True},
        {"id": "4", "kind": "event", "title": "Gala", "starts": "2027-01-02T10:00",
         "ends": "2027-01-02T09:00"},
        {"id": "5", "kind": "columns", "left": [], "right": [{"id": "6", "kind": "heading"}]},
    ]  # fmt: skip
    found = " ".join(to_mend(read(raw)))
    for words in (
        "“Register” leads nowhere",
        "no words for those",
        "“Gala” ends before",
        "is empty",
    ):
        assert words in found
    assert found.count("alt text") == 1
    assert to_mend(read([{"id": "1", "kind": "button", "label": "Go", "link": "x.example"}])) == []


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("https://x.example/a", "https://x.example/a"),
        ("club.example/spring?a=1", "https://club.example/spring?a=1"),
        ("office@club.example", "mailto:office@club.example"),
        ("{{ link }}", "{{ link }}"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("here", ""),
    ],
)
def test_a_typed_link_leads_where_it_is_meant_to_or_nowhere(typed: str, leads: str) -> None:
    assert destination(typed) == leads


def test_html_becomes_blocks_that_say_the_same_in_the_same_order() -> None:
    html = (
        "<h1>News</h1><p>One <em>two</em></p><p>Three</p><hr>"
        '<p><a href="https://l.example"><img src="https://x.example/a.png" alt="Pool"></a></p>'
        "<table><tr><td>Left</td><td><p>Right</p></td></tr></table>"
    )
    blocks = blocks_of_html(html)
    kinds = [type(block).__name__ for block in blocks]
    assert kinds == ["Heading", "Text", "Divider", "Image", "Text"]
    assert blocks[1] == Text("b2", "<p>One <em>two</em></p><p>Three</p>")
    assert blocks[3] == Image("b4", "https://x.example/a.png", "Pool", False, "https://l.example")
    assert blocks_of_html(simple_html(blocks)) == blocks


@pytest.mark.parametrize(
    "block",
    [
        {"kind": "heading", "text": "half \ud83d", "level": 1},
        {"kind": "button", "label": "half \udfff", "link": "https://club.example/\ud800"},
        {"kind": "image", "source": "a" * 64, "alt": "half \ud83d", "link": ""},
    ],
)
def test_half_an_emoji_is_left_out(block: dict[str, Any]) -> None:
    kept = json.dumps(write(read([{"id": "a1", **block}])), ensure_ascii=False)
    assert "half" in kept
    assert kept.encode()
