"""What is filled in when there is no time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.compose import closures
from sendout.people.models import Group
from sendout.sendouts.closures import Whom

OWN = "own"
LONGEST = 80  # characters of a blank


class ClosureForm(forms.Form):
    """Whom it is for, and what is said: in prepared words with blanks, or in one's own."""

    use_required_attribute = False  # the blanks or the box are not shown
    everyone = forms.BooleanField(required=False, label=gettext_lazy("Everyone"))
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, label=gettext_lazy("Groups")
    )
    occasion = forms.ChoiceField(
        choices=[(each.key, each.title) for each in closures.PREPARED]
        + [(OWN, gettext_lazy("In your own words"))],
        initial=closures.PREPARED[0].key,
        widget=forms.RadioSelect,
        label=gettext_lazy("What has happened?"),
    )
    what = forms.CharField(
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Say what it is about.")},
        label=gettext_lazy("What is it about?"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("The pool")}),
    )
    until = forms.CharField(
        required=False,
        max_length=LONGEST,
        label=gettext_lazy("Until when?"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("tomorrow, 8:00")}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Said in"))
    own = forms.CharField(
        max_length=1_000,
        error_messages={"required": gettext_lazy("Write what is to be said.")},
        label=gettext_lazy("Your own words"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Group.objects.filter(organisation=organisation).order_by("name")
        self.own_groups = own.annotate(size=Count("participants"))
        self.fields["groups"].queryset = own  # type: ignore[attr-defined]
        offered = closures.languages(organisation)
        self.fields["language"].choices = offered  # type: ignore[attr-defined]
        self.fields["language"].initial = offered[0][0]
        if self.is_bound:
            own_words = self.data.get("occasion") == OWN
            self.fields["own"].required = own_words
            self.fields["what"].required = not own_words

    def clean(self) -> dict[str, Any]:
        """Somebody must be chosen."""
        data = super().clean() or {}
        if not data.get("everyone") and not data.get("groups"):
            self.add_error("groups", _("Choose the groups it is for, or everyone."))
        return data

    @property
    def said(self) -> dict[str, str | bool]:
        """The fields of the message."""
        data = self.cleaned_data
        if data["occasion"] == OWN:
            return closures.own_words(data["own"])
        return closures.fill(data["occasion"], data["language"], data)

    @property
    def whom(self) -> Whom:
        """The audience."""
        return Whom(self.cleaned_data["everyone"], self.cleaned_data["groups"])
