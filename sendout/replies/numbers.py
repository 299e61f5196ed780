"""Phone numbers as providers write them: with or without +, now and then without a country."""

from __future__ import annotations

from sendout.core.addresses import BadAddress, read_phone

LONGEST = 32


def readings(text: str, country: str) -> list[str]:
    """Give the numbers that this may be, likeliest first; a short code or name stays as it is.

    country: for those that were written without their country.
    """
    plain = "".join(text.split())
    tried = [plain] if plain.startswith("+") else [f"+{plain}", plain]
    found = [number for each in tried if (number := _read(each, country))]
    return list(dict.fromkeys(found)) or [text.strip()[:LONGEST]]


def _read(text: str, country: str) -> str:
    try:
        phone = read_phone(text, country)
    except BadAddress:
        return ""
    return phone.normal if phone else ""
