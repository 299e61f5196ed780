"""Links lead through us and to where they led, and nothing else in the HTML changes."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendout.core.message import links
from sendout.core.message.template import parse
from sendout.core.message.tracking import CLICK, OPEN, PersonalLink, Tracking, size_of, track

KEYS = [b"the key that signs today.......1"]
BASE = "https://t.club.example"
TRACKING = Tracking(BASE, KEYS)
CLICK_TOKEN, OPEN_TOKEN = "63aa", "6fbb"
PIXEL = re.compile(r'<img src="https://t\.club\.example/o/6fbb\.gif"[^>]*>')
CLICKED = re.compile(r"https://t\.club\.example/c/63aa/([\w-]+)")


def fill(text: str, values: dict[str, str] | None = None) -> str:
    """Give the HTML as one recipient gets it."""
    given = {CLICK.key: CLICK_TOKEN, OPEN.key: OPEN_TOKEN, **(values or {})}
    tracked = track(parse(text, markup=True), TRACKING)
    out = [tracked.constants[0]]
    for slot, constant in zip(tracked.slots, tracked.constants[1:], strict=True):
        if isinstance(slot, PersonalLink):
            value = slot.address(given, TRACKING)
        else:
            value = given.get(slot.key) or slot.fallback
        out += [html.escape(value), constant]
    return "".join(out)


def back(text: str) -> str:
    """Take the pixel out and lead the links to where they led."""
    text, pixels = PIXEL.subn("", text)
    assert pixels == 1
    return CLICKED.sub(lambda found: html.escape(links.open(KEYS, found[1]).url), text)


def led_to(text: str, values: dict[str, str] | None = None) -> list[tuple[int, str]]:
    """Give number and address of the links that are tracked."""
    found = CLICKED.findall(fill(text, values))
    return [(link.number, link.url) for link in (links.open(KEYS, each) for each in found)]


class Hrefs(HTMLParser):
    """What another reader of HTML takes for the addresses of links."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "area"):
            self.found += [value or "" for name, value in attrs if name == "href"][:1]


def hrefs(text: str) -> list[str]:
    return Hrefs(text).found


words = st.text(st.characters(codec="utf-8", exclude_characters="<>&{}\"'"), max_size=12)
urls = st.builds(
    "https://x.example/{}{}".format,
    st.text("abcé/._~-", max_size=20),
    st.sampled_from(["", "?a=b&amp;c=d", "?q=a%20b#top", "?next=http://y.example"]),
)
anchors = st.builds(
    '<a{}href="{}"{}>{}</a>'.format,
    st.sampled_from([" ", '\nclass="a>b" ', " title='it is' "]),
    urls,
    st.sampled_from(["", ' style="color:red"', " download"]),
    words,
)
pieces = st.one_of(
    words,
    anchors,
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<br/>",
            "{{ name }}",
            "<!-- <a href='https://no.example'> -->",
            "<b x='>'>",
        ]
    ),
)


@settings(max_examples=300)
@given(st.lists(pieces).map("".join), words)
def test_every_link_leads_to_where_it_led_and_nothing_else_changes(text: str, name: str) -> None:
    page = f"<html><body>{text}</body></html>"
    filled = fill(page, {"name": name})
    original = hrefs(html_without_fields := page.replace("{{ name }}", html.escape(name)))
    opened = [links.open(KEYS, each).url for each in CLICKED.findall(filled)]
    assert opened == original
    assert [links.open(KEYS, each).number for each in CLICKED.findall(filled)] == list(
        range(1, len(original) + 1)
    )
    assert html.unescape(back(filled)) == html.unescape(html_without_fields)


@settings(max_examples=300)
@given(st.text(st.sampled_from("<>/a hre=f\"'!-[]{}|&;https:.\n"), max_size=80))
def test_broken_html_stays_as_broken_as_it_was(text: str) -> None:
    untracked = parse(text, markup=True).fill({}, html.escape)
    assert html.unescape(back(fill(text))) == html.unescape(untracked)


@pytest.mark.parametrize(
    "address",
    [
        "mailto:office@club.example",
        "tel:+15145550100",
        "sms:+15145550100",
        "#top",
        "",
        "/relative",
        "//club.example",
        "javascript:alert(1)",
        "{{ unsubscribe_url }}",
        "https://club.example/?way={{ unsubscribe_url }}",
        "https://club.example/".ljust(1_501, "a"),
    ],
)
def test_what_is_no_web_link_stays(address: str) -> None:
    text = f'<a href="{address}">x</a>'
    assert not led_to(text, {"unsubscribe_url": "https://us.example/u/1/"})
    filled = fill(text, {"unsubscribe_url": "https://us.example/u/1/"})
    assert hrefs(filled) == [address.replace("{{ unsubscribe_url }}", "https://us.example/u/1/")]


@pytest.mark.parametrize(
    "attributes", ['data-track="no"', "data-track=no", 'clicktracking="off"', 'CLICKTRACKING="OFF"']
)
@pytest.mark.parametrize("text", ['<a {} href="{}">', '<a href="{1}" {0}>'])
def test_a_link_may_ask_not_to_be_tracked(text: str, attributes: str) -> None:
    assert not led_to(text.format(attributes, "https://club.example/"))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<a href=https://club.example/a>x", "https://club.example/a"),
        ("<A HREF='https://club.example/a'>x", "https://club.example/a"),
        ('<a href = "https://club.example/a">x', "https://club.example/a"),
        ('<a\nclass=x\thref="https://club.example/a" href="https://no.example">', None),
        ('<a href=" https://club.example/\na ">x', "https://club.example/a"),
        ('<area href="https://club.example/a">', "https://club.example/a"),
        ('<a title="a > b" href="https://club.example/a">', "https://club.example/a"),
        ("<a title=it's href='https://club.example/a'>it's", "https://club.example/a"),
        ('<a href="HTTPS://club.example/?a=1&amp;b=2">', "HTTPS://club.example/?a=1&b=2"),
        ('<!--[if mso]><a href="https://club.example/a"><![endif]-->', "https://club.example/a"),
        ('<!--[if !mso]><!--><a href="https://club.example/a"><!--<![endif]-->', None),
    ],
)
def test_a_link_is_found_however_it_is_written(text: str, url: str | None) -> None:
    assert led_to(text) == [(1, url or "https://club.example/a")]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <a href='https://no.example'> -->",
        "<style>a[href='https://no.example'] { } <a href='https://no.example'></style>",
        "<script>'<a href=\"https://no.example\">'</script>",
        "<title><a href='https://no.example'></title>",
        "<abbr href='https://no.example'>",
        "<link href='https://no.example'>",
        "<a data-href='https://no.example'>",
        "<a title=\"href='https://no.example'\">",
        "<a href='https://no.example'",
        "a href='https://no.example'>",
    ],
)
def test_what_only_looks_like_a_link_stays(text: str) -> None:
    assert not led_to(text)


@pytest.mark.parametrize(
    ("child", "url"),
    [
        ("Zoé & co", "https://club.example/?child=Zoé & co&a=b"),
        ("", "https://club.example/?child=nobody&a=b"),
        ('"><script>', 'https://club.example/?child="><script>&a=b'),
    ],
)
def test_a_link_with_merge_fields_is_sealed_for_each_recipient(child: str, url: str) -> None:
    text = '<a href="https://club.example/?child={{ child|nobody }}&amp;a=b">x</a>'
    assert led_to(text, {"child": child}) == [(1, url)]


@pytest.mark.parametrize(
    ("portal", "address"),
    [("mailto:a@club.example", "mailto:a@club.example"), ("", ""), ('"> x', '"> x')],
)
def test_a_field_that_holds_no_web_address_stays_what_it_is(portal: str, address: str) -> None:
    filled = fill('<a href="{{ portal }}">x</a>', {"portal": portal})
    assert hrefs(filled) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "<p>Bonjour, {{ name }} é</p>",
        '<a href="https://a.example/é">1</a><a href="https://b.example/{{ id }}">2</a>{{ name }}',
        '<body><a href="mailto:x@y.example">no</a><a href="https://a.example">3</a></body>',
    ],
)
def test_the_size_is_known_before_there_is_a_recipient(text: str) -> None:
    tracked = track(parse(text, markup=True), TRACKING)
    assert size_of(tracked, CLICK_TOKEN, TRACKING) == len(fill(text).encode())


def test_links_are_numbered_in_their_order() -> None:
    text = (
        '<a href="https://a.example">1</a><a href="mailto:x@y.example">no</a>'
        '<a href="{{ portal }}">2</a><a href="https://a.example">3</a>'
    )
    found = led_to(text, {"portal": "https://p.example"})
    assert found == [(1, "https://a.example"), (2, "https://p.example"), (3, "https://a.example")]


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("<html><body><p>Hi</p></body></html>", "<html><body><p>Hi</p>"),
        ("<body>a</BODY >b", "<body>a"),
        ("<p>Hi</p></html>", "<p>Hi</p>"),
        ("<p>Hi</p>", "<p>Hi</p>"),
        ("<body>a<!-- </body> -->b</body>", "<body>a<!-- </body> -->b"),
    ],
)
def test_the_pixel_ends_the_body(text: str, begin: str) -> None:
    filled = fill(text)
    found = PIXEL.search(filled)
    assert found is not None
    assert filled[: found.start()] == begin
    assert filled[found.end() :] == text[len(begin) :]


@pytest.mark.parametrize(
    "text",
    ["<a " * 100_000, "<a =" * 80_000, "<!--" * 80_000, "<a href='" * 50_000, "<style" * 60_000],
)
def test_endless_beginnings_are_read_through_once(text: str) -> None:
    assert back(fill(text)) == text
