"""Numbers and names as SMPP writes them (sections 5.2.5 and 5.2.6), and back."""

from __future__ import annotations

import re

from sendout.core.addresses import BadAddress, read_phone
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


def read_number(address: Address, country: str) -> str:
    """Read who wrote as E.164, where it is a number; else as it came.

    country: two letters, for numbers that come without their country code.
    """
    text = address.text.strip()
    if address.ton == ALPHANUMERIC:
        return text
    digits = text.removeprefix("+")
    if _SHORT_CODE.fullmatch(digits) and address.ton != INTERNATIONAL:
        return digits
    national, international = digits, f"+{digits}"
    tries = (international, national) if address.ton == INTERNATIONAL else (national, international)
    for each in tries if text == digits else (international,):
        try:
            phone = read_phone(each, country)
        except BadAddress:
            continue
        if phone is not None:
            return phone.normal
    return international if address.ton == INTERNATIONAL and digits.isdigit() else text
