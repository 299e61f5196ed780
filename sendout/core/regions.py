"""In which country a phone number is: what a text to it costs depends on that."""

from __future__ import annotations

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException

NANP = "+1"  # Canada, the United States and the Caribbean: the area code tells them apart
AREA = 5  # characters of such a number with its area code
TAIL = 4  # digits at the end that tell no two countries apart
MOST = 50_000  # beginnings of numbers that are kept
NOWHERE = "001"  # what the library calls numbers of no country, such as +800


_known: dict[str, str] = {}  # the country of each beginning of numbers that was met


def region_of(phone: str) -> str:
    """Give the country of an E.164 number as ISO 3166 says, two letters; empty where it has none.

    Asked for every text that leaves: what is found out about the beginning of a number is kept.
    """
    beginning = phone[:AREA] if phone.startswith(NANP) else phone[:-TAIL]
    found = _known.get(beginning)
    if found is None:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[beginning] = _look_up(phone)
    return found


def _look_up(phone: str) -> str:
    """Ask the numbering plans; a number that cannot exist counts as its code's main country."""
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    region = region or COUNTRY_CODE_TO_REGION_CODE.get(number.country_code or 0, ("",))[0]
    return "" if region == NOWHERE else region
