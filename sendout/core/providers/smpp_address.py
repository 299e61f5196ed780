"""Numbers and names as SMPP writes them (sections 5.2.5 and 5.2.6), and back."""

from __future__ import annotations

import re

from sendout.core.providers.smpp_config import BY_ITSELF, SmppConfig
from sendout.core.providers.smpp_pdu import Address

UNKNOWN, INTERNATIONAL, NATIONAL, NETWORK, ALPHANUMERIC = 0, 1, 2, 3, 5
ISDN = 1  # the numbering plan of E.164
_SHORT_CODE = re.compile(r"\d{3,8}")


def source(text: str, config: SmppConfig) -> Address:
    """Write who a text comes from: E.164, a short code, or a name."""
    if text.startswith("+"):
        address = Address(text[1:], INTERNATIONAL, ISDN)
    elif _SHORT_CODE.fullmatch(text):
        address = Address(text, NETWORK, UNKNOWN)
    else:
        address = Address(text, ALPHANUMERIC, UNKNOWN)
    ton = address.ton if config.source_ton == BY_ITSELF else config.source_ton
    npi = address.npi if config.source_npi == BY_ITSELF else config.source_npi
    return Address(address.text, ton, npi)


def destination(phone: str) -> Address:
    """Write to whom it goes: E.164."""
    return Address(phone.removeprefix("+"), INTERNATIONAL, ISDN)


def number(address: Address) -> str:
    """Read a number as it came, with a plus where its country code is said to be there."""
    text = address.text.strip()
    international = address.ton == INTERNATIONAL and text.isdigit()
    return f"+{text}" if international else text
