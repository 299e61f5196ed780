"""What is filled in for a rule by which replies are forwarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.people.models import Group
from sendout.replies.models import ForwardRule
from sendout.senders.sharing import has_number
from sendout.sendouts.models import Kind, SendOut, State
from sendout.wording.said import said

DAYS = list(
    enumerate(
        [
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        ]
    )
)
MOST = 20  # phones or mailboxes of one rule
LONGEST_AWAY = 480  # characters
RECENT = 50  # send-outs to choose from


class Lines(forms.CharField):
    """Several values, one a line; each is read, and what is wrong is named with its line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def read(self, text: str, read: Callable[[str], str]) -> list[str]:
        """Give the values as `read` understands them, each once."""
        found, wrong = [], []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                found.append(read(line))
            except BadAddress as error:
                wrong.append(
                    _("Line %(line)s: %(reason)s.") % {"line": number, "reason": said(error.reason)}
                )
        if wrong:
            raise forms.ValidationError(wrong[:5])
        values = list(dict.fromkeys(value for value in found if value))
        if len(values) > MOST:
            raise forms.ValidationError(_("Give at most %(most)s, one a line.") % {"most": MOST})
        return values


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule: whose replies, to whom, and when the office is open."""

    phones = Lines(
        required=False,
        label=gettext_lazy("To these phones"),
        help_text=gettext_lazy(
            "Of your staff, one a line. What they text back goes to the family through your "
            "number; their own number stays unknown."
        ),
    )
    mailboxes = Lines(
        required=False,
        label=gettext_lazy("To these mailboxes"),
        help_text=gettext_lazy("One a line; at any hour."),
    )
    days = forms.TypedMultipleChoiceField(
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("The office is open on"),
        help_text=gettext_lazy(
            "While it is closed, phones get nothing until it opens. Choose no day for an "
            "office that never closes."
        ),
    )

    class Meta:
        model = ForwardRule
        fields = (
            "name", "sendout", "group", "phones", "mailboxes", "days", "opens", "closes", "away",
            "active",
        )  # fmt: skip
        labels = {
            "sendout": gettext_lazy("Only replies to this message"),
            "group": gettext_lazy("Only replies from people of this group"),
            "opens": gettext_lazy("Opens at"),
            "closes": gettext_lazy("Closes at"),
            "away": gettext_lazy("Answer while the office is closed"),
            "active": gettext_lazy("In use"),
        }
        help_texts = {
            "group": gettext_lazy(
                "Without a message and a group, all replies that no closer rule is about."
            ),
            "away": gettext_lazy("Sent by itself, once in a conversation until the office opens."),
        }
        widgets = {
            "opens": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "away": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_AWAY}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = self.instance.organisation
        groups = Group.objects.filter(organisation=organisation).order_by("name")
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["sendout"].queryset = self._sendouts()  # type: ignore[attr-defined]
        self.fields["group"].empty_label = _("Everybody")  # type: ignore[attr-defined]
        self.fields["sendout"].empty_label = _("Every message")  # type: ignore[attr-defined]
        for name in ("phones", "mailboxes"):
            self.initial[name] = "\n".join(getattr(self.instance, name))

    def _sendouts(self) -> QuerySet[SendOut]:
        """Give the newest messages that go by SMS, and the one that was chosen."""
        own = SendOut.objects.filter(organisation=self.instance.organisation, kind=Kind.CAMPAIGN)
        texts = own.exclude(channels="email").exclude(state=State.CANCELLED).order_by("-pk")
        known = {*texts.values_list("pk", flat=True)[:RECENT], self.instance.sendout_id}
        return own.filter(pk__in=known).order_by("-pk")

    def clean_name(self) -> str:
        """A name is used once in an organisation."""
        name: str = self.cleaned_data["name"].strip()
        same = ForwardRule.objects.filter(organisation=self.instance.organisation, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a rule with this name; choose another."))
        return name

    def clean_phones(self) -> list[str]:
        """Read the numbers; one of our own would go round in a circle."""
        field: Lines = self.fields["phones"]  # type: ignore[assignment]
        return field.read(self.cleaned_data["phones"], self._phone)

    def _phone(self, line: str) -> str:
        phone = read_phone(line, self.instance.organisation.country)
        if phone is not None and has_number(self.instance.organisation, phone.normal):
            raise BadAddress(
                _("%(phone)s is the number of a sender, not of a person") % {"phone": phone.normal}
            )
        return phone.normal if phone else ""

    def clean_away(self) -> str:
        """It goes out as one text, which phones put together from a few segments."""
        text: str = self.cleaned_data["away"].replace("\r\n", "\n").strip()
        if len(text) > LONGEST_AWAY:
            raise forms.ValidationError(
                _("This has %(n)s characters; shorten it to %(most)s.")
                % {"n": len(text), "most": LONGEST_AWAY}
            )
        return text

    def clean_mailboxes(self) -> list[str]:
        """Read the addresses."""
        field: Lines = self.fields["mailboxes"]  # type: ignore[assignment]
        return field.read(self.cleaned_data["mailboxes"], _mailbox)

    def clean(self) -> dict[str, Any]:
        """Hours go with days, and a rule does something."""
        cleaned = super().clean() or self.cleaned_data
        opens, closes, days = (cleaned.get(name) for name in ("opens", "closes", "days"))
        if days and "opens" in cleaned and "closes" in cleaned:
            if opens is None or closes is None:
                self.add_error("opens", _("Say from when until when the office is open."))
            elif opens >= closes:
                self.add_error("closes", _("The office closes after it opens: give a later time."))
        if cleaned.get("away") and not days and "days" in cleaned:
            self.add_error(
                "days", _("Choose the days: an office that never closes is never closed.")
            )
        targets = [name for name in ("phones", "mailboxes", "away") if cleaned.get(name)]
        if not targets and not self.errors:
            self.add_error(None, _("Give a phone, a mailbox or an answer: this rule does nothing."))
        return cleaned


def _mailbox(line: str) -> str:
    email = read_email(line)
    return email.normal if email else ""
