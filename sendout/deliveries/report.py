"""Each single delivery with its reason in plain words, for lists, files and the popup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from sendout.core.bounces.codes import plain_words
from sendout.core.delivery.status import LABELS, Status
from sendout.core.money import plain_amount
from sendout.deliveries.hold import held_now
from sendout.deliveries.models import OPEN, Batch, Delivery
from sendout.senders.models import Channel

AT_A_TIME = 2_000  # rows fetched

COLUMNS = [
    "id",
    "participant",
    "channel",
    "address",
    "status",
    "reason",
    "segments",
    "price",
    "currency",
    "sent_at",
    "delivered_at",
    "opened_at",
    "clicked_at",
    "provider_ref",
]
_FETCHED = {
    "participant": "participant_id",
    "currency": "organisation__currency",
    "sent_at": "accepted_at",
}
_REASONS = ("skip_reason", "error_code", "error_text")
OF_REASON = ("status", "channel", *_REASONS)  # what `reason` takes of a row, but for the carrier
_FIELDS = [_FETCHED.get(name, name) for name in COLUMNS if name != "reason"]

# A fact that is indexed, and that every row of the status has.
PROOF: dict[str, Q] = {
    Status.DEFERRED: Q(deferred_at__isnull=False),
    Status.UNKNOWN: Q(unsure__gt=0),
    Status.DELIVERED: Q(delivered_at__isnull=False),
    Status.OPENED: Q(opened_at__isnull=False),
    Status.CLICKED: Q(clicked_at__isnull=False),
    Status.REPLIED: Q(replied_at__isnull=False),
    Status.BOUNCED: Q(bounced_at__isnull=False),
    Status.COMPLAINED: Q(complained_at__isnull=False),
    Status.ERROR: Q(failed_at__isnull=False),
    Status.SKIPPED: Q(skipped_at__isnull=False),
    Status.CARRIED: Q(carried_at__isnull=False),
    Status.CANCELLED: Q(cancelled_at__isnull=False),
}

SKIPPED = {
    "no_address": {
        "email": "No email address is known.",
        "sms": "No phone number is known.",
    },
    "invalid_address": {
        "email": "The email address is not written correctly.",
        "sms": "The phone number is not valid.",
    },
    "deleted": {
        "email": "The participant was deleted before this one could leave.",
        "sms": "The participant was deleted before this one could leave.",
    },
    "family": {
        "email": "Told with the email to another one of the family.",
        "sms": "Told with the SMS to another one of the family.",
    },
    "duplicate": {
        "email": "Somebody else with the same email address gets it already.",
        "sms": "Somebody else with the same phone number gets it already.",
    },
}
LISTED = {
    "unsubscribed": "On the Unsubscribes list: the recipient unsubscribed.",
    "complaint": "On the Unsubscribes list: the recipient marked a message as spam.",
    "bad_email": "On the Unsubscribes list: bad email address.",
    "bad_number": "On the Unsubscribes list: bad phone number.",
    "admin": "On the Unsubscribes list: added by staff.",
    "expired": "The send-out had ended before this one could leave.",
}
WITH_FAMILY = "Told with the message to another one of the family."
NO_TEXTS = {
    "landline": "The number is a landline, which receives no texts.",
    "premium": "The number charges its callers, and receives no texts.",
}
CANCELLED = "The send-out was stopped before this one left."
SAID_OF_ALL = {Status.CANCELLED: CANCELLED, Status.CARRIED: WITH_FAMILY}
SAYS_ITSELF = ("unsure", "content", "settings")  # codes whose text is ours and plain already
TROUBLED = (Status.BOUNCED, Status.ERROR, Status.DEFERRED, Status.UNKNOWN)


def recipient_name(delivery: Delivery) -> str:
    """Name who a delivery goes to: by their name, else by the address."""
    return named(delivery.participant.name if delivery.participant else "", delivery.address)


def named(name: str, address: str) -> str:
    """Name who something goes to; who has no name is called by the address."""
    return name or address or _("no name")


def reason_words(
    status: str, channel: str, skip_reason: str = "", error_code: str = "", error_text: str = ""
) -> str:
    """Say in plain words why a delivery has its status; empty where nothing stood in the way."""
    if status == Status.SKIPPED:
        by_channel = SKIPPED.get(skip_reason)
        listed = LISTED.get(skip_reason) or NO_TEXTS.get(skip_reason, skip_reason)
        return by_channel[channel] if by_channel else listed
    if status in SAID_OF_ALL:
        return SAID_OF_ALL[Status(status)]
    if status not in TROUBLED or not (error_code or error_text):
        return ""
    if error_code in SAYS_ITSELF or (status == Status.UNKNOWN and not error_code):
        return error_text
    return plain_words(error_code, error_text, of_text=channel == Channel.SMS)


def reason(delivery: Delivery | Mapping[str, Any]) -> str:
    """Say the same of a delivery, or of a row of `values()` that has the columns it takes."""
    told = delivery if isinstance(delivery, Mapping) else vars(delivery)
    if told["status"] == Status.CARRIED and told.get("carrier_status"):
        status = LABELS[Status(told["carrier_status"])]
        words = _("Told with the message to %(name)s: %(status)s")
        return words % {"name": told["carrier_name"] or _("the family"), "status": status}
    return reason_words(*(told[name] for name in OF_REASON))


def with_carrier(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Have `reason` know with whose message a carried one was told, and what became of that."""
    one = Delivery.objects.annotate(of=F("sendout_id") + 0)  # found by the participant alone
    carrier = one.filter(
        participant=OuterRef("carrier"), of=OuterRef("sendout_id"), channel=OuterRef("channel")
    )
    return deliveries.annotate(
        carrier_status=Subquery(carrier.values("status")[:1]),
        carrier_name=Subquery(carrier.values("participant__first_name")[:1]),
    )


def with_status(
    deliveries: QuerySet[Delivery], sendout: int, channel: str, status: str
) -> QuerySet[Delivery]:
    """Keep the deliveries of this send-out and channel that have the status.

    Each status is looked for where few rows are: among those with its fact, or in the batches that
    are not done. What a worker has in hand is being sent, whatever its row says.
    """
    if status == Status.SENDING:
        return deliveries.filter(pk__in=held_now(sendout, channel))
    found = deliveries.filter(PROOF.get(status, Q()), status=status)
    if status not in OPEN:
        return found
    busy = Q(ready=True) | Q(retry_at__isnull=False) | Q(held__isnull=False)
    batches = Batch.objects.filter(busy, sendout=sendout, channel=channel)
    waiting = found.filter(batch__in=list(batches.values_list("ordinal", flat=True)))
    return waiting.exclude(pk__in=held_now(sendout, channel))


def rows(sendout: int, channel: str | None = None) -> Iterator[dict[str, Any]]:
    """Give every delivery of a send-out by `COLUMNS`, fetched as they are asked for.

    participant: its id. price: in units of the currency, as `0.014`. Times: UTC, or None.
    """
    found = Delivery.objects.filter(sendout=sendout)
    return rows_of(found.filter(channel=channel) if channel else found)


def rows_of(deliveries: QuerySet[Delivery], *more: str) -> Iterator[dict[str, Any]]:
    """Give these deliveries by `COLUMNS` and `more` fields, in the order of their ids."""
    carried = ("carrier_status", "carrier_name")
    found = with_carrier(deliveries).order_by("id").values(*_FIELDS, *_REASONS, *carried, *more)
    for row in found.iterator(AT_A_TIME):
        row["reason"], row["price"] = reason(row), plain_amount(row["price"])
        yield {name: row[_FETCHED.get(name, name)] for name in (*COLUMNS, *more)}
