"""Markdown and HTML on their way into an email."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sendout.compose.markup import (
    BadStyle,
    clean,
    from_markdown,
    inline_document,
    inline_styles,
    is_document,
)


def test_a_merge_field_in_markdown_is_not_read_as_markdown() -> None:
    assert from_markdown("Hi {{ first_name|*you* }}, {{ Prénom_usuel_x }}") == (
        "<p>Hi {{ first_name|*you* }}, {{ Prénom_usuel_x }}</p>\n"
    )


def test_a_merge_field_can_be_a_link_in_markdown() -> None:
    html = from_markdown("[pay]({{ invoice }}) or https://club.example.org/?c={{ code }}.")
    assert '<a href="{{ invoice }}">pay</a>' in html
    assert '<a href="https://club.example.org/?c={{ code }}">' in html
    assert html.endswith("</a>.</p>\n")


def test_a_pipe_in_a_merge_field_does_not_split_a_table_cell() -> None:
    html = from_markdown("| a | b |\n|---|---|\n| {{ x|none }} | c |")
    assert "<td>{{ x|none }}</td>" in html


def test_html_in_markdown_is_shown_not_meant() -> None:
    html = from_markdown("a <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>")
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize("target", ["javascript:alert(1)", "vbscript:x", "data:text/html,x"])
def test_a_script_is_no_link_in_markdown(target: str) -> None:
    assert "<a" not in from_markdown(f"[x]({target})")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.example/b_c_d!", "https://a.example/b_c_d"),
        ("(http://a.example/x)", "http://a.example/x"),
        ("HTTPS://A.example", "HTTPS://A.example"),
    ],
)
def test_a_bare_address_becomes_a_link_without_the_mark_behind_it(text: str, link: str) -> None:
    assert f">{link}</a>" in from_markdown(text)


def test_an_address_in_code_or_in_a_link_stays_as_it_is() -> None:
    assert "<a" not in from_markdown("`https://a.example/x`")
    assert from_markdown("[https://a.example](https://b.example)").count("<a") == 1


def test_a_fragment_loses_what_could_run() -> None:
    html = clean(
        '<p onclick="x()" style="color:red">a</p><script>x()</script><iframe src=x></iframe>'
        '<form><input></form><a href="javascript:x()">b</a><style>p{}</style>'
    )
    assert html == '<p style="color:red">a</p><a>b</a>'


def test_a_fragment_keeps_tables_and_their_looks() -> None:
    html = clean('<table width="600" bgcolor="#fff"><tr><td style="padding:1px">{{ a }}</td></tr>')
    assert '<table width="600" bgcolor="#fff">' in html
    assert '<td style="padding:1px">{{ a }}</td>' in html


def test_merge_fields_survive_cleaning_and_inlining() -> None:
    fragment = '<p>{{ a|"x" &amp; y }} <a href="{{ unsubscribe_url }}">u</a></p>'
    html = inline_styles(clean(fragment), "a { color: red }")
    assert "{{ a|&quot;x&quot; &amp; y }}" in html
    assert '<a href="{{ unsubscribe_url }}" style="color: red;">' in html


def test_a_quote_in_a_fallback_does_not_end_an_attribute() -> None:
    html = clean("""<a href="{{ link|" onmouseover="x() }}">a</a>""")
    assert html == '<a href="{{ link|&quot; onmouseover=&quot;x() }}">a</a>'


def test_words_like_our_own_placeholders_are_left_alone() -> None:
    assert from_markdown("mergefield0n0n {{ a }}") == "<p>mergefield0n0n {{ a }}</p>\n"


def test_a_broken_merge_field_stays_visible() -> None:
    assert from_markdown("Hi {{ first_name, bye") == "<p>Hi {{ first_name, bye</p>\n"


def test_a_document_keeps_media_queries_and_fetches_nothing() -> None:
    html = inline_document(
        '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        "<style>p { color: red } @media (max-width: 9px) { p { color: blue } }</style></head>"
        "<body><p>{{ a }}</p></body></html>"
    )
    assert '<p style="color: red;">{{ a }}</p>' in html
    assert "@media (max-width: 9px)" in html
    assert "x.css" in html


def test_a_document_without_style_sheet_is_not_touched_at_all() -> None:
    document = "<!DOCTYPE html><HTML><body ><p>a<br/>{{ b }}</body></HTML>"
    assert inline_document(document) is document


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        ("<!doctype html><html>", True),
        ("  <!-- made by a tool --><HTML lang=fr>", True),
        ("<body><p>a", True),
        ("<p>a <html> tag</p>", False),
        ("<header>a</header>", False),
    ],
)
def test_a_document_is_told_from_a_fragment(body: str, whole: bool) -> None:
    assert is_document(body) is whole


@pytest.mark.parametrize(
    "change", [inline_document, lambda html: inline_styles(html, "p { x: y }")]
)
def test_a_style_that_cannot_be_read_is_named(change: Callable[[str], str]) -> None:
    with pytest.raises(BadStyle, match="style in the email text"):
        change('<html><style>p { color: red }</style><body><p style="p{">a</p></body></html>')


@pytest.mark.parametrize("prepare", [clean, inline_document])
def test_endless_nesting_is_refused_in_words(prepare: Callable[[str], str]) -> None:
    with pytest.raises(BadStyle, match="inside one another"):
        prepare("<div></x>" * 20_000)


def test_many_elements_side_by_side_are_no_nesting() -> None:
    assert clean("<p>a<br><img src=x><b>b</b>" * 1000).count("<b>") == 1000


def test_a_wall_of_braces_is_read_in_no_time() -> None:
    begun = time.process_time()
    from_markdown("{{" * 20_000)
    assert time.process_time() - begun < 5
