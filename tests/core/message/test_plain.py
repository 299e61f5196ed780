"""The plain-text part says what the HTML says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.plain import plain_text
from sendout.core.message.template import fields, parse

NEWSLETTER = Path(__file__).parents[4] / "shared" / "data" / "messages" / "newsletter.html"


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("", ""),
        ("just words", "just words\n"),
        ("<p>One\n  two</p><p>three</p>", "One two\n\nthree\n"),
        ("<h1>News</h1><p>Hi<br>you</p>", "News\n\nHi\nyou\n"),
        ("a<div>b</div>c", "a\nb\nc\n"),
        ("<p>a</p><div></div><p></p><p> &nbsp; </p><p>b</p>", "a\n\nb\n"),
        ("<b>bo</b>ld <i>it</i>", "bold it\n"),
        ('<a href="https://x.example/a?b=1&amp;c=2">Read</a> on',
         "Read (https://x.example/a?b=1&c=2) on\n"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example\n"),
        ('<a href="https://x.example/">x.example</a>', "x.example\n"),
        ('<a href="mailto:desk@x.example">desk@x.example</a>', "desk@x.example\n"),
        ('<a href="#top">Up</a> <a>no</a> <a href="javascript:x">z</a>', "Up no z\n"),
        ('<a href="https://x.example"><img src="l.png" alt="Club"></a>',
         "Club (https://x.example)\n"),
        ('<a href="https://x.example"><img src="l.png"></a>', "https://x.example\n"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc\n"),
        ("p<ol><li>a<li><p>b</p></ol>", "p\n\n1. a\n2. b\n"),
        ('<ol start="3"><li>a</ol>', "3. a\n"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c\n"),
        ("<ul><li>a<br>b</li></ul>", "- a\n  b\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\nb\nc\n"),
        ("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc\n"),
        ("<p>a</p><blockquote><p>b</p></blockquote>", "a\n\n> b\n"),
        ("<pre>a  b\n  c</pre>", "a  b\n  c\n"),
        ("a<hr>b", "a\n\n--------------------\n\nb\n"),
        ("<style>p{}</style><script>x</script><title>t</title>a<!-- c -->b", "ab\n"),
        ('<div style="display: none">peek</div><p hidden>x</p>a', "a\n"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3\n"),
        ("</p></li></ul><li>a", "- a\n"),
    ],
)  # fmt: skip
def test_html_is_written_plain(html: str, plain: str) -> None:
    assert plain_text(html) == plain


def test_merge_fields_pass_through() -> None:
    html = (
        '<p>Hi {{ first_name|Tom &amp; Ann }}, {{Prénom}}: <a href="{{ page }}">{{ word }}</a></p>'
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a> <a href="{{ page }}">{{ page }}</a>'
    )
    assert plain_text(html) == (
        "Hi {{ first_name|Tom & Ann }}, {{Prénom}}: {{ word }} ({{ page }})\n\n"
        "Unsubscribe ({{ unsubscribe_url }}) {{ page }}\n"
    )


def test_markup_nested_without_end_is_still_read() -> None:
    assert plain_text("<div>" * 20_000 + "deep") == "deep\n"


MARKUP = """<p> </p> <ul> </ul> <ol> <li> </li> <a_href=x> </a> <pre> </pre> <br> <hr> <td>
    <table> <blockquote> </blockquote> <h1> </h1> <div> </div> word {{_x_}}"""
tags = st.sampled_from([tag.replace("_", " ") for tag in MARKUP.split()])


@given(st.lists(st.one_of(tags, st.text(max_size=9))).map("".join))
def test_any_markup_has_a_plain_form_without_runs_of_blank_lines(html: str) -> None:
    plain = plain_text(html)
    if "<pre>" not in html:
        assert "\n\n\n" not in plain
    assert plain == "" or (plain.endswith("\n") and plain[0] != "\n")


@pytest.mark.skipif(not NEWSLETTER.exists(), reason="the shared messages are not here")
def test_the_newsletter_keeps_every_field_link_and_headline() -> None:
    html = NEWSLETTER.read_text("utf-8")
    plain = plain_text(html)
    assert fields(parse(plain)) == fields(parse(html, markup=True))
    assert plain.startswith(
        "Aqua Club news\n\nFor {{ first_name }} {{ last_name }}, {{ Activity }}"
    )
    assert "Read more (https://aquaclub.example.org/parking?utm_source=newsletter)" in plain
    assert "<" not in plain
