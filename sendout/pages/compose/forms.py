"""What is filled in on the other compose pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.core import clocks
from sendout.pages.compose.write_form import LONGEST_BODY
from sendout.people.models import Group
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import (
    Channels,
    OncePer,
    SendOut,
)


class AudienceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom it goes to, through which senders."""

    typed = forms.CharField(
        required=False,
        max_length=LONGEST_BODY,
        label=gettext_lazy("Typed addresses"),
        help_text=gettext_lazy(
            "Emails or phone numbers, one per line or separated by commas. "
            "New ones become participants."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("A file"),
        help_text=gettext_lazy(
            "CSV or Excel. Its people are added to your participants, or updated, and put "
            "into a group named after this send-out."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods"}),
    )

    class Meta:
        model = SendOut
        fields = ("everyone", "groups", "once_per", "email_sender", "sms_sender", "urgent")
        labels = {
            "everyone": gettext_lazy("Everyone"),
            "once_per": gettext_lazy("When a family shares an address"),
            "email_sender": gettext_lazy("Emails leave through"),
            "sms_sender": gettext_lazy("SMS leave through"),
            "urgent": gettext_lazy("Urgent: ahead of everything else that is being sent"),
        }
        widgets = {"groups": forms.CheckboxSelectMultiple, "once_per": forms.RadioSelect}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Group.objects.filter(organisation=organisation).order_by("name")
        self._choose("groups", own)
        self.fields["once_per"].choices = OncePer.choices  # type: ignore[attr-defined]
        used = Channels(self.instance.channels).used
        for channel in Channel:
            if channel in used:
                senders = Sender.objects.filter(organisation=organisation, active=True)
                self._choose(f"{channel}_sender", senders.filter(channel=channel).order_by("name"))
                self.fields[f"{channel}_sender"].empty_label = _("Choose one")  # type: ignore[attr-defined]
            else:
                del self.fields[f"{channel}_sender"]

    def _choose(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields[name].required = False


class ClockField(forms.DateTimeField):
    """A date and time on the current zone's clock, on days on which the clocks change too."""

    def to_python(self, value: Any) -> datetime | None:
        """Give the moment. Django takes no time that is skipped or comes twice."""
        try:
            return super().to_python(value)
        except ValidationError:
            local = typed_time(value)
            if local is None:
                raise
            return clocks.at(local, timezone.get_current_timezone())


def typed_time(value: object) -> datetime | None:
    """Read a time that the clocks skip or show twice; None for anything else."""
    try:
        local = datetime.fromisoformat(str(value))
        if local.tzinfo is None and clocks.changes(local, timezone.get_current_timezone()):
            return local
    except (ValueError, OverflowError):
        pass
    return None


class ScheduleForm(forms.Form):
    """When it is to leave, on the organisation's clock, which `member_of` has set, or on each
    recipient's own.
    """

    when = ClockField(
        label=gettext_lazy("Date and time"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": gettext_lazy("Choose the date and time at which it is to leave.")
        },
    )

    clock = forms.ChoiceField(
        choices=[
            ("own", gettext_lazy("For everybody at this moment")),
            ("each", gettext_lazy("When each recipient's own clock shows this time")),
        ],
        required=False,
        initial="own",
        label=gettext_lazy("Whose clock"),
        help_text=gettext_lazy(
            "A recipient's time zone is in your own column “timezone”, such as "
            "America/Vancouver. Whoever has none there counts as being in yours."
        ),
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, sendout: SendOut) -> ScheduleForm:
        """Give the form as the send-out stands."""
        if sendout.local_time:
            return cls(
                initial={"when": datetime.fromisoformat(sendout.local_time), "clock": "each"}
            )
        return cls(initial={"when": sendout.scheduled_for})

    @property
    def local(self) -> datetime:
        """The time as it was typed, without a zone."""
        when: datetime = self.cleaned_data["when"]
        return typed_time(self.data["when"]) or timezone.make_naive(when)

    @property
    def local_time(self) -> str:
        """The same as a send-out keeps it; empty where it leaves for everybody at once."""
        each = self.cleaned_data["clock"] == "each"
        return f"{self.local:%Y-%m-%dT%H:%M}" if each else ""

    @property
    def clock_words(self) -> str:
        """What the change of the clocks made of the time, in a sentence; empty on other days."""
        local = typed_time(self.data.get("when", ""))
        return clocks.words(local, timezone.get_current_timezone()) if local else ""


class TestForm(forms.Form):
    """Where the writer's own test message goes."""

    channel = forms.ChoiceField(choices=Channel.choices, widget=forms.HiddenInput)
    address = forms.CharField(max_length=320)
    participant = forms.IntegerField(required=False, widget=forms.HiddenInput)
