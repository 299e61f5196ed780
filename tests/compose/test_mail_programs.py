"""What leaves is made of what Gmail, Outlook and Apple Mail show, by the data of caniemail.com."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser

from sendout.accounts.models import Organisation
from sendout.compose.models import Image, Message
from sendout.compose.rendering import templates
from sendout.core.message.mending import CLIPPED_AT, to_mend
from tests.compose.conftest import PASTED, WAYS
from tests.rigs.mail_programs import unsupported, untested

pytestmark = pytest.mark.django_db
pasted = pytest.param(
    "pasted",
    marks=pytest.mark.skipif(not PASTED.exists(), reason="the real newsletter is not here"),
)
every_way = pytest.mark.parametrize("way", [*WAYS, pasted])
Written = Callable[[str], Message]

# What a program leaves out and nobody misses: a pattern of its slugs, of where it may be used, why.
ENHANCEMENTS = [
    # A phone's Gmail in a browser, and Gmail with an account of others, drop the style sheet.
    ("html-style", "<style>", "without it columns stand below one another, and links are blue"),
    ("css-at-media.*", "@media", "the same; Outlook has one width, and dark colours of its own"),
    ("css-selector-.*", "[^<]*", "the same"),
    ("css-color-scheme", ":root ", "who knows no dark colours shows the light ones"),
    ("css-border-radius", "<(a|div|td|table) style>", "Outlook draws square corners"),
    ("css-white-space", "<pre style>", "in Outlook a long line of code makes the mail wider"),
    ("css-overflow", "<div style>", "keeps what is below round corners from showing"),
    # What the MJML compiler writes to undo habits of single programs.
    ("css-outline", "(<img style>|img) outline:none", "no frame around pictures"),
    ("css-border-spacing", "<table style> border-spacing:0px", "cellspacing says the same"),
    ("css-word-spacing", "<body style> word-spacing:normal", "the value it has anyway"),
    ("css-cursor", "<td style> cursor:auto", "the value it has anyway"),
    ("html-target", "<a target>", "mail opens links in new windows anyway"),
    ("html-body", "<body>", "becomes a <div>; the page's colour stands on one of ours too"),
]
# What a program shows in part, and the part that is used: caniemail's notes name the other.
IN_PART = [
    ("css-margin", r"(?!.*:.*-\d).*", "none is negative"),
    (
        "css-margin",
        r"(?!.*auto)|<(div|p) style> margin:0(px)? auto|<table.*",
        "Outlook: align=center",
    ),
    (
        "css-padding",
        "<(td|th|a|div|[uo]l|blockquote) style> |#outlook|td |body |[.]so-side ",
        "cells",
    ),
    ("css-border", r".*(none|:0|[1-4]px).*", "Outlook draws them to 8 pixels"),
    ("css-background", r".*#[0-9a-f]{6}( !important)?", "a colour alone"),
    ("css-display", ".*:(block|inline-block|none)", "the old values"),
    (
        "css-important",
        ".* !important",
        "in lower case, a blank before it, in the style sheet alone",
    ),
    ("css-important", "(?!<)", "in lower case, a blank before it, in the style sheet alone"),
    ("css-font-size", r".*:[\d.]+px", "no rem"),
    ("css-font-weight", ".*:(600|bold|normal)", "bold in Outlook from 600"),
    ("css-line-height", r".*:([\d.]+|\d+%|\d+px)", "no em"),
    ("css-text-align", ".*:(left|right|center)", "the old values"),
    ("css-text-decoration", ".*:none", "one value"),
    ("css-text-transform", ".*:none", "not lowercase"),
    ("css-direction", ".*:ltr", "only texts of other directions are harmed"),
    ("css-(max-)?width", ".*", "images and tables say it in an attribute, Outlook has cells"),
    ("css-height", "(<img style>|img|<td style>) .*", "pictures and cells"),
    ("css-word-break", "<td style> word-break:break-word", "long words are broken early"),
    ("html-(width|height)", ".*", "only on small screens with large letters is it not scaled"),
    ("html-align", ".*", "Outlook for Mac: a table stands to the left, it is as wide as all"),
    ("html-dir", "<(html|div) dir>", "not on links"),
    ("html-lists", "<([uo]l|li)>", "without reversed and value"),
]
# What caniemail has not tested, since all programs have shown it from the beginning, ...
PLAIN = {
    *("<html>", "<head>", "<title>", "<meta>", "<a>", "<b>", "<br>", "<em>", "<i>", "<s>", "<u>"),
    *("<font>", "<center>", "<noscript>", "alt=", "bgcolor=", "border=", "charset=", "class="),
    *("color=", "content=", "href=", "http-equiv=", "media=", "name=", "src=", "type=", "xmlns="),
    *("vertical-align=", "aria-roledescription=", "color"),
}
# ... or is for one program alone, which the others leave aside.
FOR_ONE = re.compile(
    r"mso-[\w-]+|-(webkit|ms)-[\w-]+|<xml>|<o:\w+>|xmlns:[ov]=|:root|supported-color-schemes"
)


def allowed(table: list[tuple[str, str, str]], slug: str, place: str) -> bool:
    """Tell whether the table speaks of a feature, and allows it in this place."""
    patterns = [where for slugs, where, _ in table if re.fullmatch(slugs, slug)]
    return bool(patterns) and all(re.match(pattern, place) for pattern in patterns)


def lacks(programs: set[str]) -> bool:
    """Tell whether a program does not show it at all."""
    return any(program.endswith(" no") for program in programs)


@every_way
def test_every_program_shows_it_but_for_what_only_adorns(way: str, written: Written) -> None:
    html = templates(written(way), written(way).organisation).html
    wrong = [
        f"{slug} in {place}: {', '.join(sorted(programs))}"
        for slug, (programs, places) in unsupported(html).items()
        for place in sorted(places)
        if not allowed(ENHANCEMENTS if lacks(programs) else IN_PART, slug, place)
    ]
    assert not wrong, "\n".join(wrong)


@every_way
def test_what_nobody_has_tested_is_as_old_as_mail(way: str, written: Written) -> None:
    found = untested(templates(written(way), written(way).organisation).html) - PLAIN
    assert {name for name in found if not FOR_ONE.fullmatch(name)} == set()


def test_no_exception_is_older_than_its_use(
    written: Written, club: Organisation, picture: Image
) -> None:
    club.logo = picture.name
    used = set().union(*(unsupported(templates(written(way), club).html) for way in WAYS))
    for slugs, _, _ in ENHANCEMENTS + IN_PART:
        assert any(re.fullmatch(slugs, slug) for slug in used), slugs


@pytest.mark.parametrize(
    ("html", "slug", "program"),
    [
        ('<p style="display:flex">a</p>', "css-display-flex", "outlook windows no"),
        ('<div style="background:url(x.png)">a</div>', "css-background", "outlook windows partly"),
        ('<p style="margin:1rem">a</p>', "css-unit-rem", "outlook windows no"),
        ("<style>@media (hover) { p > a { gap: 1px } }</style>", "css-gap", "outlook windows no"),
        ("<style>p:hover { color: red }</style>", "css-pseudo-class-hover", "outlook windows no"),
        ("<video></video>", "html-video", "gmail ios no"),
        ('<img src="a.webp?x" srcset="b">', "image-webp", "outlook windows no"),
        ('<form><input type="text"></form>', "html-form", "outlook windows no"),
        (
            '<!--[if mso]><p style="position:fixed"><![endif]-->',
            "css-position",
            "outlook windows no",
        ),
    ],
)
def test_the_check_sees_what_is_not_shown(html: str, slug: str, program: str) -> None:
    found = unsupported(html)
    assert program in found[slug][0]
    assert not allowed(ENHANCEMENTS, slug, next(iter(found[slug][1])))


@every_way
def test_gmail_clips_none_and_reads_the_whole_style_sheet(way: str, written: Written) -> None:
    html = templates(written(way), written(way).organisation).html
    assert len(html.encode()) < CLIPPED_AT / 3
    tree = LexborHTMLParser(html)
    assert not tree.css("body style")  # Gmail drops it there
    assert sum(len(style.text()) for style in tree.css("style")) < 16_000  # and what is longer
    assert to_mend(html) == []


def test_blocks_that_gmail_would_clip_are_told(message: Message, club: Organisation) -> None:
    text = "<p>All about the pool.</p>" * 2000
    long = [{"id": f"long{n}", "kind": "text", "html": text} for n in range(2)]
    assert not any("Gmail" in each for each in to_mend(templates(message, club).html))
    message.blocks = [*message.blocks, *long]
    [sentence] = to_mend(templates(message, club).html)
    assert "Gmail cuts it off at 102 kB" in sentence
