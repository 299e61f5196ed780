"""What is filled in on the compose pages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.compose.converting import convert
from sendout.compose.editing import WRITTEN, Page
from sendout.compose.markup import BadStyle
from sendout.compose.models import PLAIN, BodyFormat, Category
from sendout.core import clocks
from sendout.core.message.blocks.reading import BadBlocks, read, read_json, write
from sendout.people.models import Group
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Channels,
    FallbackTo,
    OncePer,
    SendOut,
)
from sendout.sendouts.waits import HOUR, offered
from sendout.sendouts.writing import Writing

LONGEST_BODY = 400_000  # characters; providers cut or refuse larger emails
LONGEST_SMS = 1_600  # about ten segments; networks refuse more parts
KEPT = ("name", "channels", "fallback_minutes", "fallback_to")  # by the send-out
CATEGORY_HELP = {
    Category.OPERATIONAL: gettext_lazy("Operational: reminders, cancellations, invoices, safety"),
    Category.MARKETING: gettext_lazy(
        "Marketing: new programmes, promotions; choose only people who agreed"
    ),
}


class WriteForm(forms.Form):
    """What is said, and by which channels.

    version: what the writer began from; page, turn: as `editing.Page`, filled in by autosave.js.
    """

    name = forms.CharField(
        max_length=200,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For the staff; recipients do not see it."),
    )
    channels = forms.ChoiceField(choices=Channels.choices, initial=Channels.EMAIL)
    fallback_minutes = forms.IntegerField(
        min_value=SHORTEST_WAIT,
        max_value=LONGEST_WAIT,
        required=False,
        initial=HOUR,
        label=gettext_lazy("Send the SMS after"),
        help_text=gettext_lazy(
            "From when the last email has left. What would arrive at night waits for the morning."
        ),
        widget=forms.Select,
    )
    fallback_to = forms.ChoiceField(
        choices=FallbackTo.choices,
        required=False,
        initial=FallbackTo.NOT_ARRIVED,
        label=gettext_lazy("To those"),
        help_text=gettext_lazy(
            "Not arrived: it bounced, was refused, is still being tried, or there is no email "
            "address. Mail programs that open emails by themselves are not counted as persons."
        ),
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(
        choices=list(CATEGORY_HELP.items()),
        initial=Category.OPERATIONAL,
        widget=forms.RadioSelect,
        label=gettext_lazy("What is it about?"),
    )
    subject = forms.CharField(max_length=300, required=False)
    body_format = forms.ChoiceField(
        choices=BodyFormat.choices,
        initial=BodyFormat.BLOCKS,
        widget=forms.RadioSelect,
        label=gettext_lazy("Written in"),
    )
    body = forms.CharField(
        max_length=LONGEST_BODY,
        required=False,
        label=gettext_lazy("Email text"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "true"}),
    )
    blocks = forms.CharField(
        max_length=LONGEST_BODY,
        required=False,
        label=gettext_lazy("Email text in blocks"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "hidden": True}),
    )
    sms_text = forms.CharField(
        max_length=LONGEST_SMS,
        required=False,
        label=gettext_lazy("SMS text"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true"}),
    )
    sms_plain = forms.ChoiceField(
        choices=[(level.value, label) for level, label in PLAIN.items()],
        required=False,
        widget=forms.RadioSelect,
        label=gettext_lazy("How the text leaves"),
    )
    tracks = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("See who opens it and clicks on links"),
        help_text=gettext_lazy(
            "Links then lead through Sendout. Leave out where that could worry people."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    page = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    turn = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waits = self.fields["fallback_minutes"]
        waits.widget.choices = offered(self.get_initial_for_field(waits, "fallback_minutes"))

    def clean_fallback_minutes(self) -> int:
        """A page without a choice means the usual one."""
        return self.cleaned_data["fallback_minutes"] or HOUR

    def clean_fallback_to(self) -> str:
        """The same."""
        return self.cleaned_data["fallback_to"] or FallbackTo.NOT_ARRIVED

    def clean(self) -> None:
        """Whoever is to be texted for not opening must be seen opening."""
        data = self.cleaned_data
        self._take_over(data)
        follows = data.get("channels") == Channels.EMAIL_THEN_SMS
        if follows and data.get("fallback_to") == FallbackTo.NOT_OPENED and not data.get("tracks"):
            self.add_error(
                "fallback_to",
                _("Not possible for a message whose opens are not looked at: tick that below."),
            )

    def clean_subject(self) -> str:
        """A subject is one line."""
        return " ".join(self.cleaned_data["subject"].split())

    def clean_blocks(self) -> list[dict[str, Any]]:
        """Read the blocks; what is half filled in may stay so in a draft."""
        try:
            return write(read_json(self.cleaned_data["blocks"]))
        except BadBlocks as error:
            raise ValidationError(str(error)) from error

    def _take_over(self, data: dict[str, Any]) -> None:
        """Take over what was written in another format, where a browser ran no scripts."""
        blocks, body = data.get("blocks"), data.get("body", "")
        chosen = data.get("body_format", "")
        try:
            if chosen == BodyFormat.BLOCKS and blocks == [] and body.strip():
                made = convert(body, (), BodyFormat.MARKDOWN, BodyFormat.BLOCKS)
                data["blocks"] = write(made.blocks)
            elif chosen and chosen != BodyFormat.BLOCKS and blocks and not body.strip():
                data["body"] = convert("", read(blocks), BodyFormat.BLOCKS, chosen).body
        except (BadBlocks, BadStyle) as error:
            self.add_error("body", str(error))

    @classmethod
    def of(cls, sendout: SendOut) -> WriteForm:
        """Give the form as the send-out stands; what repeats begins in blocks as well."""
        message = sendout.message
        said = {name: getattr(message, name) for name in WRITTEN}
        if sendout.pattern and message.version == 1 and not message.body.strip():
            said["body_format"] = BodyFormat.BLOCKS
        said["blocks"] = json.dumps(message.blocks, ensure_ascii=False) if message.blocks else ""
        kept = {name: getattr(sendout, name) for name in KEPT}
        return cls(initial=said | kept | {"version": message.version})

    @property
    def kept(self) -> dict[str, Any]:
        """What goes into the send-out."""
        return {name: self.cleaned_data[name] for name in KEPT}

    @property
    def written(self) -> dict[str, Any]:
        """What goes into the message."""
        said = {name: self.cleaned_data[name] for name in WRITTEN}
        return {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in said.items()
        }

    @property
    def page_key(self) -> Page:
        """The page it was written on."""
        return Page(self.cleaned_data["page"], self.cleaned_data["turn"] or 0)

    @property
    def writing(self) -> Writing:
        """All of it, as it is saved."""
        return Writing(self.kept, self.written, self.cleaned_data["version"], self.page_key)


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
