"""The tags and filters that stand in for Django's own: they say the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Engine, engines
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from hypothesis import example, given
from hypothesis import strategies as st

from sendout.pages.addresses import ANY
from sendout.wording.moments import in_language, written

DJANGO = Engine(libraries={"tz": "django.templatetags.tz"}, builtins=["django.templatetags.i18n"])
TEMPLATES = Path(settings.PACKAGE) / "templates"
PATTERNS = sorted(
    {
        pattern
        for file in TEMPLATES.rglob("*.*")
        for pattern in re.findall(r"""\|date:["']([^"']+)["']""", file.read_text())
    }
)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
languages = st.sampled_from([code for code, _ in settings.LANGUAGES])
moments = st.datetimes().filter(lambda at: 1 < at.year < 9999)


def both(text: str, **values: object) -> tuple[str, str]:
    """Render with ours, and with nothing but Django's."""
    ours = engines["django"].from_string(text).render(dict(values))
    if "pattern" in values:
        meant = in_language(str(values["pattern"]), translation.get_language() or "")
        values = {**values, "pattern": meant}
    return str(ours), DJANGO.from_string(text).render(Context(values))


def same(text: str, **values: object) -> str:
    ours, theirs = both(text, **values)
    assert ours == theirs
    return ours


def test_the_templates_have_patterns() -> None:
    assert len(PATTERNS) > 10


@given(pattern=st.sampled_from(PATTERNS), at=moments, language=languages)
def test_a_time_is_written_as_django_does(pattern: str, at: datetime, language: str) -> None:
    with translation.override(language), timezone.override("America/Toronto"):
        same("{{ at|date:pattern }}", at=at.replace(tzinfo=UTC), pattern=pattern)
        same("{{ at|date:pattern }}", at=at, pattern=pattern)
        same("{{ at|date:pattern }}", at=at.time(), pattern="H:i")


@given(
    pattern=st.text(st.sampled_from("djmnYyHisFMlDNEeOTcPSaBU %\\é<\"'"), max_size=8),
    at=moments,
    language=languages,
)
@example(pattern="%d\\%", at=NOON, language="fr")
@example(pattern="DATE_FORMAT", at=NOON, language="fr")
@example(pattern="N", at=NOON, language="en")
def test_any_pattern_is_written_as_django_does(pattern: str, at: datetime, language: str) -> None:
    with translation.override(language):
        same("{{ at|date:pattern }}", at=at.replace(tzinfo=UTC), pattern=pattern)


@given(pattern=st.sampled_from("djmnYFMlD"), at=st.dates(), language=languages)
def test_a_day_is_written_as_django_does(pattern: str, at: date, language: str) -> None:
    with translation.override(language):
        same("{{ at|date:pattern }}", at=at, pattern=pattern)


def test_a_short_month_is_one_that_french_has() -> None:
    with translation.override("fr"):
        assert written(date(2026, 3, 14), "j M Y") == "14 mars 2026"
        assert written(date(2026, 11, 3), r"j M \M\e\n") == "3 nov. Men"
        assert written(date(2026, 8, 1), "M") == "août"
    with translation.override("en"):
        assert written(date(2026, 3, 14), "j M Y") == "14 Mar 2026"


def test_a_day_has_no_time() -> None:
    with pytest.raises(TypeError, match="time-related"):
        written(date(2026, 1, 1), "H:i")


@pytest.mark.parametrize("nothing", [None, "", "soon", 7])
def test_what_is_no_time_is_written_as_django_does(nothing: object) -> None:
    same('[{{ at|date:"j M" }}]', at=nothing)


def test_a_time_is_written_in_the_zone_that_was_asked_for() -> None:
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    text = '{% load tz %}{{ at|timezone:zone|date:"j M, H:i" }} {{ at|date:"j M, H:i" }}'
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert same(text, at=at, zone=ZoneInfo("Europe/Paris")) == "1 Dec, 00:30 1 Dec, 08:30"


def test_words_are_those_of_the_language_of_the_page() -> None:
    template = engines["django"].from_string('{% translate "Queued" %}')
    said = []
    for language in ("en", "fr", "en", "fr"):
        with translation.override(language):
            said.append(template.render())
    assert said == ["Queued", "En attente", "Queued", "En attente"]


@pytest.mark.parametrize(
    "text",
    [
        '{% translate "Queued" as word %}{{ word }}!',
        '{% translate word %}{% translate word|upper %}{% translate "Queued"|upper %}',
        '{% translate "Lifted" context "entries" %}',
        '{% translate "Lifted" context about %}',
        '{% translate "Lifted" context "entr"|add:"ies" %}{% translate _("Queued") %}',
        '{% translate "Queued" noop %}{% trans "5 %% of <b>" %}',
        '{% autoescape off %}{% translate "a & b" %}{% endautoescape %}{% translate "a & b" %}',
        "{% for each in '12' %}{% translate 'Sent' %}{% endfor %}",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_words_are_as_django_has_them(text: str, language: str) -> None:
    with translation.override(language):
        same(text, word="Queued", about="entries")


def test_an_address_in_a_template_is_the_one_that_django_gives() -> None:
    text = (
        "{% url 'pages:participant' slug pk %} {% url 'pages:participant' slug pk as to %}{{ to }}"
    )
    for pk in (0, 5, "5", ANY, True, None, -1, "no id"):
        try:
            expected = reverse("pages:participant", args=["aqua-club", pk])
        except NoReverseMatch:
            with pytest.raises(NoReverseMatch):
                both(text, slug="aqua-club", pk=pk)
            assert same("[{% url 'pages:participant' slug pk as to %}{{ to }}]", pk=pk) == "[]"
        else:
            assert same(text, slug="aqua-club", pk=pk) == f"{expected} {expected}"
