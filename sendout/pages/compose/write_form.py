"""The form in which a message is written."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Language
from sendout.compose.converting import convert_both
from sendout.compose.editing import WRITTEN, Page
from sendout.compose.markup import BadStyle
from sendout.compose.models import PLAIN, BodyFormat, Category
from sendout.compose.versions import other_language_of
from sendout.core.message.blocks.reading import BadBlocks, read, read_json, write
from sendout.pages.wording import Phrase
from sendout.sendouts.models import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Channels,
    FallbackTo,
    SendOut,
)
from sendout.sendouts.waits import HOUR, offered
from sendout.sendouts.writing import Writing

LONGEST_BODY = 400_000  # characters; providers cut or refuse larger emails
LONGEST_SMS = 1_600  # about ten segments; networks refuse more parts
IN_OTHER: dict[str, dict[str, Phrase]] = {
    Language.FRENCH: {
        "other_subject": gettext_lazy("Subject in French"),
        "other_body": gettext_lazy("Email text in French"),
        "other_sms_text": gettext_lazy("SMS text in French"),
    },
    Language.ENGLISH: {
        "other_subject": gettext_lazy("Subject in English"),
        "other_body": gettext_lazy("Email text in English"),
        "other_sms_text": gettext_lazy("SMS text in English"),
    },
}
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
    in_both = forms.BooleanField(
        required=False,
        label=gettext_lazy("In English and in French"),
        help_text=gettext_lazy(
            "Each gets the one they read. What you leave empty in the other language is the same "
            "for all."
        ),
    )
    subject = forms.CharField(max_length=300, required=False)
    other_subject = forms.CharField(max_length=300, required=False)
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
    other_body = forms.CharField(
        max_length=LONGEST_BODY,
        required=False,
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
    other_sms_text = forms.CharField(
        max_length=LONGEST_SMS,
        required=False,
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

    def __init__(self, *args: Any, other: str, **kwargs: Any) -> None:
        """other: the language of the other text, as `other_language_of` gives it."""
        super().__init__(*args, **kwargs)
        self.other = other
        for name, label in IN_OTHER[self.other].items():
            self.fields[name].label = str(label)
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

    def clean_other_subject(self) -> str:
        """The same."""
        return " ".join(self.cleaned_data["other_subject"].split())

    def clean_blocks(self) -> list[dict[str, Any]]:
        """Read the blocks; what is half filled in may stay so in a draft."""
        try:
            return write(read_json(self.cleaned_data["blocks"]))
        except BadBlocks as error:
            raise ValidationError(str(error)) from error

    def _take_over(self, data: dict[str, Any]) -> None:
        """Take over what was written in another format, where a browser ran no scripts."""
        blocks, body = data.get("blocks"), data.get("body", "")
        bodies = (body, data.get("other_body", "") if data.get("in_both") else "")
        chosen = data.get("body_format", "")
        try:
            if chosen == BodyFormat.BLOCKS and blocks == [] and body.strip():
                made, _other = convert_both(bodies, (), BodyFormat.MARKDOWN, BodyFormat.BLOCKS)
                data["blocks"] = write(made.blocks)
            elif chosen and chosen != BodyFormat.BLOCKS and blocks and not body.strip():
                made, other = convert_both(("", ""), read(blocks), BodyFormat.BLOCKS, chosen)
                data["body"], data["other_body"] = made.body, other
        except (BadBlocks, BadStyle) as error:
            self.add_error("body", str(error))

    @classmethod
    def of(cls, sendout: SendOut) -> WriteForm:
        """Give the form as the send-out stands; what repeats begins in blocks as well."""
        message = sendout.message
        said = {name: getattr(message, name) for name in WRITTEN}
        said["in_both"] = bool(message.other_language)
        if sendout.pattern and message.version == 1 and not message.body.strip():
            said["body_format"] = BodyFormat.BLOCKS
        said["blocks"] = json.dumps(message.blocks, ensure_ascii=False) if message.blocks else ""
        kept = {name: getattr(sendout, name) for name in KEPT}
        initial = said | kept | {"version": message.version}
        return cls(initial=initial, other=other_language_of(message, sendout.organisation))

    @property
    def kept(self) -> dict[str, Any]:
        """What goes into the send-out."""
        return {name: self.cleaned_data[name] for name in KEPT}

    @property
    def written(self) -> dict[str, Any]:
        """What goes into the message."""
        data = self.cleaned_data
        chosen = {"other_language": self.other if data["in_both"] else ""}
        said = {name: data[name] for name in WRITTEN if name in data} | chosen
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
