"""The organisation's settings for SMS: how to unsubscribe below them, and quiet hours."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation, Role
from sendout.accounts.organisations import LAW_WANTS_STOP_WORDS
from sendout.compose.closing import WORDS
from sendout.core.message.sms import measure
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.settings.countries import country_name
from sendout.pages.settings.form_page import form_page

STOP = re.compile(r"\bSTOP\b")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class TextsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is added to texts, and when none leaves unasked."""

    class Meta:
        model = Organisation
        fields = (
            "stop_words", "stop_words_in_all", "stop_words_en", "stop_words_fr",
            "quiet_hours", "quiet_from", "quiet_until",
        )  # fmt: skip
        labels = {
            "stop_words": gettext_lazy("Marketing texts that say how to unsubscribe"),
            "stop_words_in_all": gettext_lazy("Operational texts say it, too"),
            "stop_words_en": gettext_lazy("In English"),
            "stop_words_fr": gettext_lazy("In French"),
            "quiet_hours": gettext_lazy("Ask before a text reaches people at night"),
            "quiet_from": gettext_lazy("From"),
            "quiet_until": gettext_lazy("Until"),
        }
        help_texts = {
            "stop_words_in_all": gettext_lazy(
                "Nobody needs to be told in a reminder; it costs characters."
            ),
            "quiet_hours": gettext_lazy(
                "By the clock of each recipient: their area code tells it, or a column "
                "“timezone”; where neither does, your own clock counts."
            ),
        }
        widgets = {
            "stop_words": forms.RadioSelect,
            "quiet_from": CLOCK,
            "quiet_until": CLOCK,
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        country = self.instance.country
        self.fields["stop_words"].help_text = (
            (
                _("The law of %(country)s asks for it in every marketing text.")
                % {"country": country_name(country)}
            )
            if country in LAW_WANTS_STOP_WORDS
            else _("It costs about 30 characters of each text.")
        )
        for language, words in WORDS.items():
            field = self.fields[f"stop_words_{language}"]
            field.widget.attrs["placeholder"] = words
            field.help_text = _("Empty for “%(words)s”.") % {"words": words}

    def clean_stop_words_en(self) -> str:
        """Take words of one's own that name the word to reply."""
        return stop_words(self.cleaned_data["stop_words_en"])

    def clean_stop_words_fr(self) -> str:
        """Take words of one's own that name the word to reply."""
        return stop_words(self.cleaned_data["stop_words_fr"])

    def clean(self) -> dict[str, Any]:
        """Quiet hours begin and end at different times."""
        data = super().clean() or self.cleaned_data
        if data.get("quiet_from") == data.get("quiet_until") and not self.errors:
            self.add_error(
                "quiet_until", _("Choose another time than the one at which they begin.")
            )
        return data


def stop_words(typed: str) -> str:
    """Read words that are to stand below texts. Raises ValidationError."""
    words = " ".join(typed.split())
    if words and not STOP.search(words):
        raise forms.ValidationError(_("Name the word STOP in capitals: it is what people reply."))
    if forcing := measure(words).forcing:
        raise forms.ValidationError(
            _("Leave out %(characters)s: every text would cost more than twice as much.")
            % {"characters": " ".join(forcing)}
        )
    return words


@member_of(Role.VIEWER)
def texts(request: MemberRequest) -> HttpResponse:
    """Show the settings for SMS; owners change them."""
    return form_page(request, TextsForm, "texts", tab="texts")
