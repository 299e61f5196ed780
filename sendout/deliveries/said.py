"""What an SMS says: of a send-out with its slots open, of a delivery filled in as it left."""

from __future__ import annotations

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.rendering import compile_sms
from sendout.core.message.texting import CompiledSms
from sendout.deliveries.families import as_family, carrier_of, members
from sendout.deliveries.models import Delivery
from sendout.deliveries.told import told_before
from sendout.people.models import Participant
from sendout.sendouts.models import Kind, SendOut


def sms_of(sendout: SendOut, organisation: Organisation) -> CompiledSms:
    """Compile the SMS of an organisation's send-out: campaigns alone say how to unsubscribe."""
    return compile_sms(sendout.message, organisation, closed=sendout.kind == Kind.CAMPAIGN)


def sms_said(row: Delivery) -> str:
    """Give the text of a delivery by SMS, with the values that its participant has now."""
    organisation = row.organisation
    row = carrier_of(row)
    person = row.participant or Participant(language="")
    people = members([row.pk]).get(row.pk, [])
    values = merge_values(as_family(person, people) if len(people) > 1 else person, organisation)
    text = sms_of(row.sendout, organisation)
    told = bool(text.closing) and bool(told_before(organisation, [row.pk]))
    return text.fill(values, person.language, told=told)
