"""Every word that a template shows can be translated: it stands in a tag of the catalogue."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.laws.sources import ROOT

TEMPLATES = ROOT / "sendout" / "templates"
MARKED = re.compile(
    r"{%\s*(comment|blocktranslate|verbatim)\b.*?{%\s*end\1\s*%}|{#.*?#}|{{.*?}}", re.DOTALL
)
TAG = re.compile(r"{%.*?%}", re.DOTALL)
SHOWN_ATTRIBUTES = {
    "title", "placeholder", "aria-label", "alt", "data-confirm", "data-hx-confirm", "data-copied",
    "data-label",
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]{2,}")
# Names and signs that are the same in every language.
NOT_TRANSLATED = {"Sendout", "CSV", "XLSX", "nbsp"}
# What recipients read is in both languages already: compose/layout.py, pages/public/words.py.
IN_BOTH = ("email/",)


class Shown(HTMLParser):
    """Collect what a person sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def unmarked(source: str) -> list[str]:
    """Give the texts of a template that no translator is asked for."""
    source = MARKED.sub("", source)
    found = [tag for tag in TAG.findall(source) if _speaks(tag)]
    shown = Shown()
    shown.feed(TAG.sub("", source))
    shown.close()
    words = [text for text in shown.texts if set(WORD.findall(text)) - NOT_TRANSLATED]
    return [" ".join(text.split()) for text in (*words, *found)]


def _speaks(tag: str) -> bool:
    """Tell whether a tag hands plain English on, as `title="Nothing found"` does."""
    if re.match(r"{%\s*(translate|load|url|static|extends)\b", tag):
        return False
    handed = re.findall(
        r"""\b(?:title|text2?|\w*label|action)=["']([^"']+)|\|default:["']([^"']+)""", tag
    )
    return any(" " in word or word.istitle() for pair in handed for word in pair)


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_every_word_of_a_template_is_marked(path: Path) -> None:
    if str(path.relative_to(TEMPLATES)).startswith(IN_BOTH):
        return
    assert not unmarked(path.read_text())


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{% translate 'Hello' %} {{ name }}, CSV</p>", []),
        ('<a title="Go back"{% if x %} href="/"{% endif %}>{{ y }}</a>', ["Go back"]),
        (
            "{% include 'x.html' with title=\"No one\" %}",
            ["{% include 'x.html' with title=\"No one\" %}"],
        ),
        ("{% include 'x.html' with title=_(\"No one\") %}", []),
        ("{% blocktranslate %}Hello{% endblocktranslate %}<script>var x</script>", []),
    ],
)
def test_the_law_sees_what_is_not_marked(source: str, seen: list[str]) -> None:
    assert unmarked(source) == seen
