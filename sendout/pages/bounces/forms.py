"""What is filled in for a mailbox. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.mailboxes.config import SETTINGS
from sendout.core.providers.setting import BadConfig, Setting, Value, fitting
from sendout.pages.senders.forms import KEEP, PREFIX, WHERE, is_local, make_field
from sendout.returns.entering import put_settings
from sendout.returns.models import Mailbox
from sendout.senders.vault import CannotUnseal, unseal
from sendout.wording.said import said

LABELS = {
    "tls": gettext_lazy("Encryption"),
    "verify": gettext_lazy("Check the server's certificate"),
    "auth": gettext_lazy("Sign in with"),
    "afterwards": gettext_lazy("A mail that was read"),
    "token_url": gettext_lazy("Token URL"),
    "client_id": gettext_lazy("Client ID"),
}
CHOICES = {
    "implicit": gettext_lazy("from the start (usual)"),
    "starttls": "STARTTLS",
    "none": "none",
    "password": gettext_lazy("a password"),
    "xoauth2": gettext_lazy("tokens (XOAUTH2)"),
    "delete": gettext_lazy("is deleted in the mailbox"),
    "leave": gettext_lazy("stays in the mailbox"),
}
EXPLAINED = ("tls", "verify", "afterwards")  # by their own words


class MailboxForm(forms.ModelForm):  # type: ignore[type-arg]
    """A mailbox with its settings."""

    class Meta:
        model = Mailbox
        fields = ("name",)
        help_texts = {"name": gettext_lazy("For the staff, such as “Bounces”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = SETTINGS[self.instance.kind]
        self.stored = _stored(self.instance)
        for setting in self.settings:
            if not is_local(setting):
                self._add(setting)

    def _add(self, setting: Setting) -> None:
        field = make_field(setting)
        field.label = LABELS.get(setting.name, field.label)
        if setting.choices:
            field.choices = [(choice, CHOICES[choice]) for choice in setting.choices]  # type: ignore[attr-defined]
            field.required = True
        if setting.name in EXPLAINED:
            field.help_text = ""
        field.initial = self.instance.config.get(setting.name, setting.default)
        if setting.secret:
            field.initial = None
            if setting.name in self.stored:
                field.help_text = KEEP
        self.fields[PREFIX + setting.name] = field

    def plain_fields(self) -> list[forms.BoundField]:
        """Give the fields that everybody fills in."""
        return [self["name"], *(self[PREFIX + s.name] for s in self._shown() if not s.when)]

    def token_fields(self) -> list[forms.BoundField]:
        """Give the fields for signing in by tokens."""
        return [self[PREFIX + setting.name] for setting in self._shown() if setting.when]

    @property
    def by_tokens(self) -> bool:
        """Whether the fields for tokens are to be seen at once."""
        return bool(self[PREFIX + "auth"].value() == "xoauth2")

    def _shown(self) -> list[Setting]:
        return [setting for setting in self.settings if not is_local(setting)]

    def clean_name(self) -> str:
        """A name is used once in an organisation."""
        name: str = self.cleaned_data["name"].strip()
        same = Mailbox.objects.filter(organisation=self.instance.organisation_id, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a mailbox with this name; choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        """Try the settings as a whole."""
        cleaned = super().clean() or self.cleaned_data
        if any(name.startswith(PREFIX) for name in self.errors):
            return cleaned
        try:
            self._check_secrets_stay_home()
            put_settings(self.instance, self._settings())
        except BadConfig as error:
            name = PREFIX + str(error).split(" ", 1)[0]
            sentence = f"{str(error)[:1].upper()}{str(error)[1:].rstrip('.')}."
            self.add_error(name if name in self.fields else None, sentence)
        return cleaned

    def _settings(self) -> dict[str, Value]:
        """Give the settings as typed, with the secrets that are kept."""
        values: dict[str, Value] = {}
        for setting in fitting(self.settings, {"auth": self._typed("auth")}):
            typed = self._typed(setting.name)
            if is_local(setting) and setting.name in self.instance.config:
                values[setting.name] = self.instance.config[setting.name]
            elif typed not in (None, ""):
                values[setting.name] = typed
            elif setting.name in self.stored:
                values[setting.name] = self.stored[setting.name]
        return values

    def _typed(self, name: str) -> Any:
        return self.cleaned_data.get(PREFIX + name)

    def _check_secrets_stay_home(self) -> None:
        """Nobody learns a stored password by having it sent to a server of their own."""
        moved = {PREFIX + name for name in WHERE} & set(self.changed_data)
        for setting in fitting(self.settings, {"auth": self._typed("auth")}):
            kept = setting.name in self.stored and not self._typed(setting.name)
            if moved and setting.secret and kept:
                raise BadConfig(
                    _(
                        "%(what)s must be entered again, because it would go somewhere else than "
                        "before."
                    )
                    % {"what": said(setting.name)}
                )

    def save(self, commit: bool = True) -> Mailbox:
        """Store it as due: what was wrong before may be right now, and read from its beginning."""
        mailbox: Mailbox = super().save(commit=False)
        mailbox.look_at, mailbox.down_reason, mailbox.failures = None, "", 0
        if {PREFIX + name for name in ("host", "username", "folder")} & set(self.changed_data):
            mailbox.mark = ""
        if commit:
            mailbox.save()
        return mailbox


def _stored(mailbox: Mailbox) -> dict[str, Value]:
    """Give the secrets on the row; those that no key reads count as not stored."""
    try:
        return unseal(mailbox.secrets)
    except CannotUnseal:
        return {}
