"""What the SMS of a delivery says, filled in as it left."""

from __future__ import annotations

from sendout.compose.fields import merge_values
from sendout.compose.rendering import compile_sms
from sendout.deliveries.models import Delivery
from sendout.deliveries.told import told_before
from sendout.people.models import Participant
from sendout.sendouts.models import Kind


def sms_said(row: Delivery) -> str:
    """Give the text of a delivery by SMS, with the values that its participant has now."""
    organisation, sendout = row.organisation, row.sendout
    person = row.participant or Participant(language="")
    text = compile_sms(sendout.message, organisation, closed=sendout.kind == Kind.CAMPAIGN)
    told = bool(text.closing) and bool(told_before(organisation, [row.pk]))
    return text.fill(merge_values(person, organisation), person.language, told=told)
