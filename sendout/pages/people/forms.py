"""Forms of the people's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.core.addresses import BadAddress, Email, Phone, read_email, read_phone
from sendout.core.table.headers import Field
from sendout.core.table.rows import LONGEST_VALUE, clean
from sendout.pages.wording import Phrase
from sendout.people.columns import own_columns
from sendout.people.models import Group, Participant
from sendout.wording.said import sentence

OWN = "own_"  # prefix of the form fields for the organisation's own fields


class ParticipantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A participant as staff types them: a wrong address is refused here, and says why."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Participant
        fields = ["first_name", "last_name", "email", "phone_typed", "language", "external_id"]
        labels = {
            "phone_typed": gettext_lazy("Mobile phone"),
            "external_id": gettext_lazy("Your own number for them"),
        }
        help_texts = {"external_id": gettext_lazy("A member or client number, if you have one.")}
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone_typed": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        choices = Group.objects.filter(organisation=organisation).order_by("name")
        self.fields["groups"] = forms.ModelMultipleChoiceField(
            choices, required=False, widget=forms.CheckboxSelectMultiple
        )
        if self.instance.pk:
            self.initial["groups"] = list(self.instance.groups.values_list("pk", flat=True))
        self.names = own_columns(organisation)
        for place, name in enumerate(self.names):
            self.fields[f"{OWN}{place}"] = forms.CharField(
                label=name,
                required=False,
                max_length=LONGEST_VALUE,
                initial=self.instance.fields.get(name, ""),
            )

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The organisation's own fields."""
        return [self[f"{OWN}{place}"] for place in range(len(self.names))]

    def clean_first_name(self) -> str:
        """Tidy the name."""
        return clean(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        """Tidy the name."""
        return clean(self.cleaned_data["last_name"])

    def clean_email(self) -> str:
        """Read the email address."""
        self._email = _read(lambda: read_email(self.cleaned_data["email"]))
        return self._email.typed if isinstance(self._email, Email) else ""

    def clean_phone_typed(self) -> str:
        """Read the phone number."""
        typed = self.cleaned_data["phone_typed"]
        self._phone = _read(lambda: read_phone(typed, self.organisation.country))
        return clean(typed)

    def clean(self) -> dict[str, Any]:
        """Ask for something to know the person by."""
        data = super().clean() or self.cleaned_data
        known = ("first_name", "last_name", "email", "phone_typed")
        if not self.errors and not any(data.get(name) for name in known):
            raise forms.ValidationError(_("Give a name, an email address or a phone number."))
        return data

    def save(self, commit: bool = True) -> Participant:
        """Store the participant with the addresses as they are compared and written to."""
        person: Participant = self.instance
        person.organisation = self.organisation
        person.email_normal = self._email.normal if self._email else ""
        person.phone = self._phone.normal if self._phone else ""
        person.phone_kind = self._phone.kind if isinstance(self._phone, Phone) else ""
        typed = {name: self.cleaned_data[f"{OWN}{i}"] for i, name in enumerate(self.names)}
        kept = {**person.fields, **typed}
        person.fields = {name: value for name, value in kept.items() if value}
        person.save()
        person.groups.set(self.cleaned_data["groups"])
        return person


def _read(read: Any) -> Email | Phone | None:
    try:
        found: Email | Phone | None = read()
    except BadAddress as bad:
        raise forms.ValidationError(sentence(bad.reason)) from bad
    return found


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group's name."""

    class Meta:
        model = Group
        fields = ["name"]

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.organisation = organisation

    def clean_name(self) -> str:
        """Tidy the name; one that is taken is refused."""
        name = clean(self.cleaned_data["name"])
        same = Group.objects.filter(organisation=self.instance.organisation, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a group of this name already."))
        return name


class UploadForm(forms.Form):
    """A file of participants."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, as your registration software or spreadsheet saves it."
        ),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods"}),
    )
    group = forms.CharField(
        label=gettext_lazy("Put everybody of the file in this group"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A group that exists or a new one."),
        widget=forms.TextInput(attrs={"list": "group-names", "autocomplete": "off"}),
    )

    @property
    def upload(self) -> UploadedFile[Any]:
        """The file."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file


FIELD_LABELS: dict[str, Phrase] = {
    Field.FIRST_NAME: gettext_lazy("First name"),
    Field.LAST_NAME: gettext_lazy("Last name"),
    Field.FULL_NAME: gettext_lazy("Full name"),
    Field.EMAIL: gettext_lazy("Email"),
    Field.PHONE: gettext_lazy("Mobile phone"),
    Field.LANGUAGE: gettext_lazy("Language"),
    Field.GROUPS: gettext_lazy("Group"),
    Field.EXTERNAL_ID: gettext_lazy("Your own number for them"),
    Field.FAMILY: gettext_lazy("Family: a number or name that its members share"),
    Field.OURS: gettext_lazy("Number in Sendout, from a file exported here"),
    Field.OWN: gettext_lazy("Keep as a field of its own"),
    Field.IGNORE: gettext_lazy("Leave out"),
}
