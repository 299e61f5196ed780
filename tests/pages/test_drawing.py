"""Fields are drawn without templates, and look as Django's templates make them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from sendout.pages.drawing import DRAWN, Renderer

CHOICES: list[tuple[Any, Any]] = [
    ("", "---"),
    ("a&b", 'Tom & "Mia"'),
    (1, 1_234_567),
    ("2", mark_safe("<b>two</b>")),
    ("3", gettext_lazy("Email")),
    ("more", [("4", "four"), ("5", "<five>")]),
    (None, [("6", "six")]),
]
ONE_LINE = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.ColorInput,
    forms.SearchInput,
    forms.TelInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.DateTimeInput,
    forms.TimeInput,
    forms.FileInput,
    forms.CheckboxInput,
    forms.Textarea,
]
PASSWORD = forms.PasswordInput(render_value=True)
OF_CHOICES = [
    forms.Select,
    forms.SelectMultiple,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
]
LEFT_TO_DJANGO = [
    forms.MultipleHiddenInput,
    forms.ClearableFileInput,
    forms.SplitDateTimeWidget,
    forms.SelectDateWidget,
]
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.text().map(mark_safe),
    st.dates(),
    st.sampled_from(["", "a&b", "1", 1, "6", date(2026, 3, 8), time(9, 5)]),
)
attributes = st.dictionaries(
    st.sampled_from(["id", "class", "disabled", "data-x", "maxlength", "aria-label"]), values
)
languages = st.sampled_from(["en", "fr"])


def alike(widget: forms.Widget, value: Any, attrs: dict[str, Any], language: str) -> None:
    with override(language):
        ours = widget.render("na<me", value, attrs, renderer=Renderer())
        theirs = widget.render("na<me", value, attrs, renderer=DjangoTemplates())
    assert ours == theirs


def test_it_draws_the_forms_of_all_pages() -> None:
    assert isinstance(get_default_renderer(), Renderer)


@pytest.mark.parametrize("kind", ONE_LINE)
@given(values, attributes, languages)
def test_fields_of_text_and_boxes(
    kind: type[forms.Widget], value: Any, attrs: dict[str, Any], language: str
) -> None:
    alike(kind(), value, attrs, language)


@given(values, attributes, languages)
def test_passwords(value: Any, attrs: dict[str, Any], language: str) -> None:
    alike(PASSWORD, value, attrs, language)


@pytest.mark.parametrize("kind", OF_CHOICES)
@given(st.one_of(values, st.lists(values, max_size=3)), attributes, languages)
def test_choices(
    kind: type[forms.Select], value: Any, attrs: dict[str, Any], language: str
) -> None:
    alike(kind(choices=CHOICES), value, attrs, language)


@pytest.mark.parametrize("kind", LEFT_TO_DJANGO)
def test_what_has_another_form_is_left_to_django(kind: type[forms.Widget]) -> None:
    assert kind.template_name not in DRAWN
    alike(kind(), None, {"id": "x"}, "en")


@pytest.mark.parametrize("kind", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_choices_one_by_one(kind: type[forms.ChoiceWidget]) -> None:
    class Form(forms.Form):
        field = forms.ChoiceField(choices=CHOICES, widget=kind)

    ours, theirs = Form(renderer=Renderer()), Form(renderer=DjangoTemplates())
    drawn = [str(each) for each in ours["field"]]
    assert drawn == [str(each) for each in theirs["field"]]
    assert len(drawn) == 8


def test_a_choice_with_a_template_of_its_own_gets_it() -> None:
    class Odd(forms.Select):
        option_template_name = "django/forms/widgets/checkbox_option.html"

        def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return super().create_option(*args, **kwargs) | {"type": "checkbox"}

    alike(Odd(choices=CHOICES), "2", {"id": "x"}, "en")

    class Unknown(forms.Select):
        option_template_name = "django/forms/widgets/multiwidget.html"

    alike(Unknown(choices=CHOICES), "2", {"id": "x"}, "en")
