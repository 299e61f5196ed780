"""Who stands behind the link in a message: the delivery, its addresses, and no more than that."""

from __future__ import annotations

from dataclasses import dataclass

from sendout.core.addresses import BadAddress, read_email
from sendout.core.tokens import BadToken
from sendout.deliveries.links import read_unsubscribe
from sendout.deliveries.models import Delivery
from sendout.senders.models import Channel
from sendout.suppression.choices import Place


@dataclass(frozen=True, slots=True)
class Reached:
    """An address of the recipient: where it is on the list, and as it may be shown."""

    place: Place
    shown: str


def find_delivery(token: str) -> Delivery | None:
    """Give the delivery that the link came with, if it is still there."""
    try:
        key = read_unsubscribe(token)
    except BadToken:
        return None
    related = ("organisation", "participant", "sendout")
    return Delivery.objects.select_related(*related).filter(pk=key).first()


def reached(delivery: Delivery) -> list[Reached]:
    """Give the address the message went to, and the one the person has on the other channel."""
    person = delivery.participant
    known: dict[Channel, tuple[str, str]] = {}
    if person is not None:
        known[Channel.EMAIL] = normal_email(person.email), person.email
        known[Channel.SMS] = person.phone, person.phone
    channel, address = Channel(delivery.channel), delivery.address
    known[channel] = (normal_email(address) if channel == Channel.EMAIL else address, address)
    return [
        Reached(Place(delivery.organisation, channel, normal), mask(shown))
        for channel, (normal, shown) in known.items()
        if normal
    ]


def normal_email(address: str) -> str:
    """Give an email address as the Unsubscribes list writes it; nothing when it is none."""
    try:
        email = read_email(address)
    except BadAddress:
        return ""
    return email.normal if email else ""


def came_with(delivery: Delivery) -> str:
    """Say with which message the link came, as evidence for the staff."""
    what = "email" if delivery.channel == Channel.EMAIL else "SMS"
    at = (delivery.accepted_at or delivery.created_at).astimezone(delivery.organisation.zone)
    return f"The link came with the {what} “{delivery.sendout.name}” of {at:%-d %b %Y, %H:%M %Z}."


def mask(address: str) -> str:
    """Show enough of an address for its owner to know it, and too little for others."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}•••@{domain}"
    return "•" * max(len(address) - 2, 0) + address[-2:]
