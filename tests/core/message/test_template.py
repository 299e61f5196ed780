"""Merge fields are looked up, fall back, and are never executed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.template import (
    escape_header,
    escape_html,
    escape_nothing,
    fields,
    fold,
    literal,
    parse,
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{ first_name }}!", "Hi Zoé!"),
        ("Hi {{first_name}}!", "Hi Zoé!"),
        ("{{ FIRST_NAME }}{{ First Name }}", "ZoéZoé"),
        ("{{ prenom }}, {{ PRÉNOM }}", "Chloé, Chloé"),
        ("Hi {{ nickname|there }}", "Hi there"),
        ("Hi {{ nickname | you all }}", "Hi you all"),
        ("Hi {{ nickname|a}b }}", "Hi a}b"),
        ("Hi {{ nickname }}.", "Hi ."),
        ("Hi {{ empty|friend }}", "Hi friend"),
        ("Hi {{\u00a0first_name\u00a0}}", "Hi Zoé"),
        ("nothing { to } fill }}", "nothing { to } fill }}"),
        ("{{ code }}", "{{ first_name }}"),
        ("", ""),
    ],
)
def test_values_are_put_in_and_fallbacks_where_they_lack(text: str, filled: str) -> None:
    values = {
        "first_name": "Zoé",
        "prenom": "Chloé",
        "empty": "",
        "code": "{{ first_name }}",
    }
    assert parse(text).fill(values, escape_nothing) == filled


def test_a_template_names_its_fields_folded() -> None:
    assert fields(parse("{{ Prénom }} {{Child}} {{ child|x }}")) == {"prenom", "child"}


@pytest.mark.parametrize(
    ("text", "line", "shown", "reason"),
    [
        ("Hi {{ first_name", 1, "{{ first_name", "no }}"),
        ("Hi\n{{ first_name, {{ child }}", 2, "{{ first_name, {{ child }}", "no }}"),
        ("one\ntwo {{ }} x", 2, "{{ }}", "names no field"),
        ("{{ |there }}", 1, "{{ |there }}", "names no field"),
        ("{{ <b>first</b>_name }}", 1, "{{ <b>first</b>_name }}", "formatting"),
        ("{{{ first_name }}}", 1, "{{{ first_name }}", "braces"),
    ],
)
def test_a_broken_field_stays_and_is_named(text: str, line: int, shown: str, reason: str) -> None:
    template = parse(text)
    (problem,) = template.problems
    assert (problem.line, problem.text) == (line, shown)
    assert reason in problem.reason
    assert "".join(template.constants).startswith(text[: text.find("{{") + 2])


def test_many_broken_fields_are_read_in_linear_time_and_not_all_listed() -> None:
    template = parse("{{a " * 50_000 + "}}")
    assert len(template.problems) == 20
    assert fields(template) == {"a"}


def test_entities_in_fields_are_read_in_markup_only() -> None:
    text = "{{&nbsp;pr&eacute;nom|Tom &amp; Ann }}"
    assert fields(parse(text, markup=True)) == {"prenom"}
    assert parse(text, markup=True).fill({}, escape_html) == "Tom &amp; Ann"


def test_values_are_escaped_for_where_they_stand() -> None:
    template = parse("{{ x }}")
    nasty = {"x": '<b a="\'">&\r\nBcc: charlie@example.org\x00'}
    assert template.fill(nasty, escape_html).startswith("&lt;b a=&quot;&#x27;&quot;&gt;&amp;")
    assert template.fill(nasty, escape_header) == '<b a="\'">& Bcc: charlie@example.org '


@given(st.text())
def test_any_text_is_parsed_without_losing_a_character(text: str) -> None:
    template = parse(text)
    if not template.slots:
        assert template.constants == (text,)
    assert len(template.constants) == len(template.slots) + 1


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="{}"))), st.text())
def test_a_value_stands_as_it_is_between_the_constants(texts: list[str], value: str) -> None:
    filled = parse("{{ x }}".join(texts)).fill({"x": value}, escape_nothing)
    assert filled == value.join(texts)


@given(st.text(alphabet="{} ab|·"))
def test_a_literal_text_comes_back_as_it_is(text: str):
    template = parse(literal(text))
    assert template.fill({"a": "filled", "b": "filled"}, escape_nothing) == text
    assert not template.problems
