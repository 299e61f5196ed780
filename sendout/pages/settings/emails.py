"""What the organisation's emails look like: its colour and its logo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from sendout.accounts.models import Organisation, Role
from sendout.compose.images import find_image, path_of, store
from sendout.core.message.pictures import LARGEST_UPLOAD, BadPicture, prepare
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.settings.form_page import form_page


class EmailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Colour and logo; a new logo takes the place of the one there was."""

    file = forms.FileField(
        required=False,
        label=_("Logo"),
        help_text=_(
            "PNG, JPEG, GIF or WebP. It stands on white above every email, in place of the name."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    without = forms.BooleanField(required=False, label=_("Leave the logo out, show the name"))
    use_required_attribute = False  # a picker always holds a colour, and may not say so

    class Meta:
        model = Organisation
        fields = ("colour",)
        labels = {"colour": _("Colour")}
        help_texts = {"colour": _("Of the bar above, of buttons and of links in your emails.")}
        widgets = {"colour": forms.ColorInput}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["colour"].widget.attrs["maxlength"]  # a picker has none
        if not self.instance.logo:
            del self.fields["without"]

    def clean_file(self) -> bytes | None:
        """Refuse what is no picture."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        upload: bytes = file.read(LARGEST_UPLOAD + 1)
        try:
            prepare(upload)
        except BadPicture as error:
            raise forms.ValidationError(str(error)) from error
        return upload

    def save(self, commit: bool = True) -> Organisation:
        """Keep the colour and the logo."""
        if self.cleaned_data.get("without"):
            self.instance.logo = ""
        if upload := self.cleaned_data["file"]:
            self.instance.logo = store(self.instance, upload).name
        saved: Organisation = super().save(commit)
        return saved


@member_of(Role.VIEWER)
def emails(request: MemberRequest) -> HttpResponse:
    """Show how emails look; owners change it."""
    logo = find_image(request.organisation, request.organisation.logo)
    shown = path_of(logo) if logo else ""
    return form_page(request, EmailsForm, "emails", tab="emails", logo=shown)
