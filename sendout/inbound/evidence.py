"""Which delivery a mail that came back is about, and what proves it.

Anybody can write a mail that looks like a bounce, so nothing in it is believed but our signature:
the token in the address it came to, in the return path of the mail it returns, or in that mail's
List-Unsubscribe. Numbers of deliveries can be guessed; the Message-ID, which holds one, is a hint
for people alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from sendout.core.addresses import BadAddress, read_email
from sendout.core.bounces.reading import Original, Reading
from sendout.core.tokens import BadToken
from sendout.deliveries.links import read_return_path, read_unsubscribe
from sendout.deliveries.models import Delivery

# Where mail servers write whom a mail was for, the most telling first; none of these is standard.
RECIPIENT_HEADERS = (
    "X-Original-To",
    "Delivered-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Forwarded-To",
    "To",
    "Cc",
)
MOST_BYTES = 100_000  # of a header
MOST_CHARACTERS = 10_000  # of all that a mail says it was for
# What may be a return path of ours, with whatever a forwarder put before it.
_RETURN_PATH = re.compile(r"""[^\s<>,;:"()@]{0,200}\+[0-9a-f]{22,42}@[^\s<>,;:"()@]{1,255}""", re.I)
_PAGE = re.compile(r"/u/([0-9a-f]{22,42})\b", re.IGNORECASE)
_OUR_ID = re.compile(r"<?(\d{1,18})@")


@dataclass(frozen=True, slots=True)
class Found:
    """The delivery a mail is about. proven: by our signature, and not by what anybody can write."""

    delivery: Delivery
    proven: bool


def head_of(raw: bytes) -> Message:
    """Give the header of a mail; what stands there may be anything."""
    return BytesHeaderParser().parsebytes(raw[:MOST_BYTES])


def find_delivery(
    envelope_to: str, head: Message, reading: Reading, organisation: int | None
) -> Found | None:
    """Find the delivery; without proof only among those of the organisation whose mail this is."""
    signed = next(signatures(envelope_to, head, reading.original), None)
    if signed is not None:
        row = Delivery.objects.filter(pk=signed, channel="email").first()
        return Found(row, proven=True) if row else None
    hinted = _hinted(reading, organisation)
    return Found(hinted, proven=False) if hinted else None


def signatures(envelope_to: str, head: Message, original: Original) -> Iterator[int]:
    """Give the deliveries that signed addresses of a mail name, the most telling first."""
    for address in (envelope_to, *addresses(head), original.return_path):
        try:
            yield read_return_path(address)
        except BadToken:
            continue
    for token in _PAGE.findall(original.list_unsubscribe)[:10]:
        try:
            yield read_unsubscribe(token)
        except BadToken:
            continue


def addresses(head: Message) -> list[str]:
    """Give what may be a return path of ours among the addresses that a mail was for.

    They are found by their form, not parsed: strangers wrote them.
    """
    values = [str(value) for name in RECIPIENT_HEADERS for value in head.get_all(name, [])]
    return _RETURN_PATH.findall(" ".join(values)[:MOST_CHARACTERS])[:50]


def _hinted(reading: Reading, organisation: int | None) -> Delivery | None:
    """Find the delivery that the returned mail names and whose address the report names, too."""
    named = _OUR_ID.match(reading.original.message_id.strip())
    if named is None or organisation is None:
        return None
    row = Delivery.objects.filter(
        pk=int(named.group(1)), organisation=organisation, channel="email"
    ).first()
    told = {reading.original.recipient, *(report.address for report in reading.reports)}
    return row if row and any(same_address(row.address, each) for each in told) else None


def same_address(ours: str, theirs: str) -> bool:
    """Tell whether two ways of writing mean the same address."""
    try:
        read = [read_email(each.strip().strip("<>")) for each in (ours, theirs)]
    except BadAddress:
        return False
    return read[0] is not None and read[1] is not None and read[0].normal == read[1].normal
