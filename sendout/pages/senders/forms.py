"""What is filled in for a sender; a part of it is what its provider declares."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.core.providers.registry import find
from sendout.core.providers.setting import BadConfig, Setting, Value, fitting, leading
from sendout.deliveries.links import read_bounce_address
from sendout.senders import pool
from sendout.senders.from_address import read_from
from sendout.senders.models import Channel, Sender
from sendout.senders.signing import can_sign
from sendout.senders.vault import CannotUnseal, unseal
from sendout.senders.warming import BadWarmup, put_warmup
from sendout.senders.ways import put_settings
from sendout.wording.said import said

PREFIX = "setting_"
KEEP = gettext_lazy("Stored, and never shown. Leave empty to keep it.")
SHARING = ("pool", "weight", "warmup_first", "warmup_target")
COUNTED = {"warmup_day", "warmup_sent"}
# Where a stored secret would go. Whoever changes one of these gives the secret again, so that
# nobody learns a password by sending it to a server of their own.
WHERE = frozenset({"host", "port", "tls", "verify", "token_url", "api_url"})
FIELDS: dict[type, type[forms.Field]] = {
    str: forms.CharField,
    int: forms.IntegerField,
    float: forms.FloatField,
    bool: forms.BooleanField,
}


def is_local(setting: Setting) -> bool:
    """Tell whether a setting names a file of the server, which only its administrator sets."""
    return setting.name.endswith("_file")


class SenderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A sender with the settings of its provider. Secrets go in and never come out."""

    confirms_stop = forms.TypedChoiceField(
        choices=[
            ("", gettext_lazy("As is usual there")),
            ("True", gettext_lazy("The provider")),
            ("False", gettext_lazy("Sendout")),
        ],
        coerce=lambda value: value == "True",
        empty_value=None,
        required=False,
        label=gettext_lazy("Who confirms a STOP to the phone"),
        help_text=gettext_lazy(
            "One short text, as carriers ask for. Some providers, such as Twilio, send it "
            "by themselves."
        ),
    )

    class Meta:
        model = Sender
        fields = (
            "name", "from_name", "from_address", "reply_to", "bounce_address",
            "connections", "pace_count", "pace_period", "confirms_stop",
            "pool", "weight", "warmup_first", "warmup_target",
        )  # fmt: skip
        labels = {
            "from_name": gettext_lazy("From name"),
            "from_address": gettext_lazy("From address"),
            "reply_to": gettext_lazy("Reply-to address"),
            "bounce_address": gettext_lazy("Bounce address"),
            "connections": gettext_lazy("Connections at once"),
            "pace_count": gettext_lazy("Messages at most"),
            "pace_period": gettext_lazy("Per"),
            "weight": gettext_lazy("Share of the work"),
            "warmup_first": gettext_lazy("Warm-up: messages on the first day"),
            "warmup_target": gettext_lazy("Warm-up: messages a day at which it ends"),
        }
        help_texts = {
            "name": gettext_lazy("For the staff; recipients do not see it."),
            "reply_to": gettext_lazy("Where answers go, when not to the from-address."),
            "bounce_address": gettext_lazy(
                "Where mail servers return what cannot be delivered, such as "
                "bounces@club.example. Each email gets a return address of its own: with bounces+… "
                "before the @. Empty for the from-address."
            ),
            "pace_count": gettext_lazy("How many messages may leave in that time; 0 for no limit."),
            "pool": gettext_lazy(
                "Senders with the same name here share the work of each message, and stand in "
                "for one that is down. Empty for none."
            ),
            "weight": gettext_lazy(
                "From 1 to 100: with 3 it takes three times as much as one with 1."
            ),
            "warmup_first": gettext_lazy(
                "For a new domain, such as 100: each day allows half as many again. "
                "0 for no warm-up."
            ),
            "warmup_target": gettext_lazy("Such as 5000; then there is no limit any more."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sender = self.instance
        declared = find(sender.channel, sender.kind).settings
        self.settings = fitting(declared, sender.config)
        self.choice = leading(declared)  # made before this form, and for good
        self.stored = stored_secrets(sender)
        if sender.channel == Channel.SMS:
            del self.fields["from_name"], self.fields["reply_to"]
            self.fields["from_address"].label = _("From number or name")
        else:
            del self.fields["confirms_stop"]
        if not can_sign(sender):
            del self.fields["bounce_address"]
        for name in ("weight", "warmup_first", "warmup_target"):
            self.fields[name].required = False
        self.fields["connections"].min_value = 1  # type: ignore[attr-defined]
        self.fields["connections"].widget.attrs |= {"min": 1, "max": 100}
        for setting in self.settings:
            if not is_local(setting) and setting is not self.choice:
                self._add(setting)

    def _add(self, setting: Setting) -> None:
        """Add the field of one setting, and one to forget a secret that is stored."""
        name = PREFIX + setting.name
        field = make_field(setting)
        field.initial = self.instance.config.get(setting.name, setting.default)
        if setting.secret:
            field.initial = None
            field.required = field.required and setting.name not in self.stored
        self.fields[name] = field
        if setting.secret and setting.name in self.stored:
            field.help_text = KEEP
            label = _("Forget the stored value: %(what)s") % {"what": said(setting.name)}
            self.fields[f"forget_{setting.name}"] = forms.BooleanField(required=False, label=label)

    def provider_fields(self) -> list[forms.BoundField]:
        """Give the fields that the provider declared."""
        return [self[name] for name in self.fields if name.startswith((PREFIX, "forget_"))]

    def own_fields(self) -> list[forms.BoundField]:
        """Give the fields that every sender has."""
        own = (name for name in self.fields if name in self.Meta.fields)
        return [self[name] for name in own if name not in SHARING]

    def sharing_fields(self) -> list[forms.BoundField]:
        """Give the fields that tell with whom it works together, and how it begins."""
        return [self[name] for name in SHARING]

    def clean_name(self) -> str:
        """A name is used once in an organisation."""
        name: str = self.cleaned_data["name"].strip()
        same = Sender.objects.filter(organisation=self.instance.organisation_id, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a sender with this name; choose another."))
        return name

    def clean_connections(self) -> int:
        """More than a hundred helps nobody."""
        count: int = self.cleaned_data["connections"]
        if not 1 <= count <= 100:
            raise forms.ValidationError(_("Give a number of connections from 1 to 100."))
        return count

    def clean_pool(self) -> str:
        """A rehearsal shares no work with senders that reach people."""
        name = str(self.cleaned_data["pool"]).strip()
        self.instance.pool = name
        try:
            pool.check(self.instance)
        except pool.NotTogether as error:
            raise forms.ValidationError(str(error)) from None
        return name

    def clean_weight(self) -> int:
        """One part where nobody says."""
        weight: int | None = self.cleaned_data["weight"]
        try:
            return pool.read_weight(1 if weight is None else weight)
        except pool.NotTogether as error:
            raise forms.ValidationError(str(error)) from None

    def clean_warmup_target(self) -> int:
        """Take both numbers of a warm-up, or none."""
        first = self.cleaned_data.get("warmup_first") or 0
        target: int = self.cleaned_data["warmup_target"] or 0
        try:
            put_warmup(self.instance, first, target, timezone.now())
        except BadWarmup as error:
            raise forms.ValidationError(str(error)) from None
        self.cleaned_data["warmup_first"] = first
        return target

    def clean_from_address(self) -> str:
        """Read an address, or for SMS a number or name."""
        sender = self.instance
        try:
            return read_from(
                sender.channel, self.cleaned_data["from_address"], sender.organisation.country
            )
        except BadAddress as error:
            raise forms.ValidationError(_sentence(error.reason)) from None

    def clean_reply_to(self) -> str:
        """Read an address, or none."""
        try:
            email = read_email(self.cleaned_data["reply_to"])
        except BadAddress as error:
            raise forms.ValidationError(_sentence(error.reason)) from None
        return email.typed if email else ""

    def clean_bounce_address(self) -> str:
        """Read an address with room for a token before its @, or none."""
        try:
            return read_bounce_address(self.cleaned_data["bounce_address"])
        except BadAddress as error:
            raise forms.ValidationError(_sentence(error.reason)) from None

    def clean(self) -> dict[str, Any]:
        """Try the settings on the provider."""
        cleaned = super().clean() or self.cleaned_data
        if any(name.startswith(PREFIX) for name in self.errors):
            return cleaned
        try:
            self._check_secrets_stay_home()
            put_settings(self.instance, self._settings())
        except BadConfig as error:
            self._blame(str(error))
        return cleaned

    def _settings(self) -> dict[str, Value]:
        """Give the settings as typed, with the secrets that are kept."""
        values: dict[str, Value] = {}
        for setting in self.settings:
            typed = self.cleaned_data.get(PREFIX + setting.name)
            fixed = is_local(setting) or setting is self.choice
            if fixed and setting.name in self.instance.config:
                values[setting.name] = self.instance.config[setting.name]
            elif typed not in (None, ""):
                values[setting.name] = typed
            elif setting.secret and self._keeps(setting):
                values[setting.name] = self.stored[setting.name]
        return values

    def _keeps(self, setting: Setting) -> bool:
        forget = self.cleaned_data.get(f"forget_{setting.name}")
        typed = self.cleaned_data.get(PREFIX + setting.name)
        return setting.secret and setting.name in self.stored and not forget and not typed

    def _check_secrets_stay_home(self) -> None:
        moved = {PREFIX + name for name in WHERE} & set(self.changed_data)
        for setting in self.settings:
            if moved and self._keeps(setting):
                raise BadConfig(
                    _(
                        "%(what)s must be entered again, because it would go somewhere else than "
                        "before."
                    )
                    % {"what": said(setting.name)}
                )

    def _blame(self, sentence: str) -> None:
        """Put a provider's sentence beside the setting that it begins with."""
        name = PREFIX + sentence.split(" ", 1)[0]
        self.add_error(name if name in self.fields else None, _sentence(sentence))

    def save(self, commit: bool = True) -> Sender:
        """Store it as working and due: what was wrong before may be right now."""
        sender: Sender = super().save(commit=False)
        sender.down_since, sender.down_until, sender.down_reason = None, None, ""
        sender.pace_due = None
        if commit and sender.pk:  # what workers count meanwhile is theirs to write
            fields = (field.name for field in Sender._meta.concrete_fields if field.name != "id")
            sender.save(update_fields=[name for name in fields if name not in COUNTED])
        elif commit:
            sender.save()
        return sender


class TestForm(forms.Form):
    """Where a test goes."""

    to = forms.CharField(max_length=320, label=gettext_lazy("Send it to"))

    def __init__(self, *args: Any, sender: Sender, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sender = sender
        if sender.channel == Channel.SMS:
            self.fields["to"].label = _("Send it to this number")

    def clean_to(self) -> str:
        """Read an address or a number."""
        text, country = self.cleaned_data["to"], self.sender.organisation.country
        try:
            if self.sender.channel == Channel.SMS:
                phone = read_phone(text, country)
                return phone.normal if phone else ""
            email = read_email(text)
            return email.typed if email else ""
        except BadAddress as error:
            raise forms.ValidationError(_sentence(error.reason)) from None


def stored_secrets(sender: Sender) -> dict[str, Value]:
    """Give the secrets on the row; those that no key reads count as not stored."""
    try:
        return unseal(sender.secrets)
    except CannotUnseal:
        return {}


def make_field(setting: Setting) -> forms.Field:
    """Make the field for a setting that a provider declares."""
    common: dict[str, Any] = {
        "label": setting.label,
        "help_text": capfirst(said(setting.help)),
        "required": setting.default is None,
    }
    if setting.choices:
        return forms.ChoiceField(choices=[(c, c) for c in setting.choices], **common)
    if setting.secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(widget=widget, strip=False, **common)
    if setting.kind is bool:
        common["required"] = False
    return FIELDS[setting.kind](**common)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
