"""Whom a message says it comes from."""

from __future__ import annotations

import re

from sendout.core.addresses import BadAddress, read_email, read_phone

# 3GPP TS 23.040 section 9.1.2.5: an alphanumeric sender has room for 11 GSM characters.
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &._-]{1,11}")
SHORT_CODE = re.compile(r"\d{3,8}")


def read_from(channel: str, text: str, country: str) -> str:
    """Read a sender's own address: an email address; for SMS a number, short code or name.

    country: for numbers without a country code. Raises BadAddress.
    """
    if channel == "email":
        email = read_email(text)
        if email is None:
            raise BadAddress("the from-address is missing")
        return email.typed
    text = text.strip()
    if NAME.fullmatch(text) or SHORT_CODE.fullmatch(text):
        return text
    phone = read_phone(text, country)
    if phone is None:
        raise BadAddress("the sender's number or name is missing")
    return phone.normal
