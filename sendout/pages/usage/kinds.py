"""What was charged for, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from sendout.usage.models import Kind, Medium
from sendout.usage.statement import Line

KINDS = {
    (Medium.EMAIL, Kind.CAMPAIGN): gettext_lazy("Emails sent"),
    (Medium.EMAIL, Kind.ANSWER): gettext_lazy("Emails sent in answer"),
    (Medium.EMAIL, Kind.FORWARD): gettext_lazy("Emails forwarded"),
    (Medium.EMAIL, Kind.NOTICE): gettext_lazy("Emails sent as notices"),
    (Medium.EMAIL, Kind.RECEIVED): gettext_lazy("Emails received"),
    (Medium.SMS, Kind.CAMPAIGN): gettext_lazy("SMS sent"),
    (Medium.SMS, Kind.ANSWER): gettext_lazy("SMS sent in answer"),
    (Medium.SMS, Kind.FORWARD): gettext_lazy("SMS forwarded"),
    (Medium.SMS, Kind.NOTICE): gettext_lazy("SMS sent as notices"),
    (Medium.SMS, Kind.RECEIVED): gettext_lazy("SMS received"),
}


def kind_name(line: Line) -> str:
    """Name a line that is told by its kind and channel."""
    return str(KINDS[Medium(line.channel), Kind(line.kind)])
