"""What is filled in when there is no time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Language, Organisation
from sendout.compose import closures
from sendout.compose.versions import other_than
from sendout.people.models import Group
from sendout.sendouts.closures import Whom, prepared_by
from sendout.sendouts.models import Template

OWN = "own"
TEMPLATE = "template-"  # before its id
LONGEST = 80  # characters of a blank
IN_OTHER = {
    Language.ENGLISH: {
        "what_other": gettext_lazy("What is it about, in English?"),
        "until_other": gettext_lazy("Until when, in English?"),
    },
    Language.FRENCH: {
        "what_other": gettext_lazy("What is it about, in French?"),
        "until_other": gettext_lazy("Until when, in French?"),
    },
}


class ClosureForm(forms.Form):
    """Whom it is for, and what is said: in prepared words with blanks, in those of one of the
    organisation's templates, or in one's own.
    """

    use_required_attribute = False  # the blanks or the box are not shown
    everyone = forms.BooleanField(required=False, label=gettext_lazy("Everyone"))
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, label=gettext_lazy("Groups")
    )
    occasion = forms.ChoiceField(
        initial=closures.PREPARED[0].key,
        widget=forms.RadioSelect,
        label=gettext_lazy("What has happened?"),
    )
    what = forms.CharField(
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Say what it is about.")},
        label=gettext_lazy("What is it about?"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("such as: the pool")}),
    )
    until = forms.CharField(
        required=False,
        max_length=LONGEST,
        label=gettext_lazy("Until when?"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("such as: tomorrow, 8:00")}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Said in"))
    what_other = forms.CharField(required=False, max_length=LONGEST)
    until_other = forms.CharField(required=False, max_length=LONGEST)
    own = forms.CharField(
        max_length=1_000,
        error_messages={"required": gettext_lazy("Write what is to be said.")},
        label=gettext_lazy("Your own words"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._own = organisation.language
        own = Group.objects.filter(organisation=organisation).order_by("name")
        self.own_groups = own.annotate(size=Count("participants"))
        self.fields["groups"].queryset = own  # type: ignore[attr-defined]
        self._templates = {f"{TEMPLATE}{each.pk}": each for each in prepared_by(organisation)}
        self.fields["occasion"].choices = [  # type: ignore[attr-defined]
            *((each.key, each.title) for each in closures.PREPARED),
            *((key, template.name) for key, template in self._templates.items()),
            (OWN, _("In your own words")),
        ]
        offered = closures.languages(organisation)
        self.fields["language"].choices = offered  # type: ignore[attr-defined]
        self.fields["language"].initial = offered[0][0]
        for name, label in IN_OTHER[Language(other_than(self._own))].items():
            self.fields[name].label = label
        if self.is_bound:
            occasion = self.data.get("occasion", "")
            self.fields["own"].required = occasion == OWN
            self.fields["what"].required = occasion in closures.BY_KEY
            self.in_both = (
                occasion in closures.BY_KEY and self.data.get("language") == closures.BOTH
            )

    def clean(self) -> dict[str, Any]:
        """Somebody must be chosen."""
        data = super().clean() or {}
        if not data.get("everyone") and not data.get("groups"):
            self.add_error("groups", _("Choose the groups it is for, or everyone."))
        if self.in_both:
            for name in closures.BLANKS:
                if data.get(name) and not data.get(f"{name}_other"):
                    words = _("Say it in the other language, too, or choose one language for all.")
                    self.add_error(f"{name}_other", words)
        return data

    @property
    def template(self) -> Template | None:
        """The template that was chosen, if any."""
        return self._templates.get(self.cleaned_data["occasion"])

    @property
    def said(self) -> dict[str, str | bool]:
        """The fields of the message, where it is not a template's."""
        data = self.cleaned_data
        if data["occasion"] == OWN:
            return closures.own_words(data["own"])
        return closures.fill(data["occasion"], data["language"], data, self._own)

    @property
    def whom(self) -> Whom:
        """The audience."""
        return Whom(self.cleaned_data["everyone"], self.cleaned_data["groups"])
