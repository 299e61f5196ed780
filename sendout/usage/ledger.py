"""What was charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import phonenumbers

from sendout.accounts.models import Organisation


@dataclass(frozen=True, slots=True)
class Charge:
    """What one received text was charged: to be kept on its row. price: millionths."""

    country: str
    segments: int
    price: int


def charge(organisation: Organisation, phone: str, segments: int, now: datetime) -> Charge:
    """Charge a text that came in, by the country of the phone it came from."""
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        country = ""
    return Charge(country, segments, 0)
