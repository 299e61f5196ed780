"""Email addresses and phone numbers as people type them, read into one form each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

import phonenumbers
from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

# RFC 6761, RFC 6762: names that never leave the house. Rehearsals and the sandbox live there.
# The library documents this list as the place to say so.
_AT_HOME = ("test", "local", "localhost")
SPECIAL_USE_DOMAIN_NAMES[:] = [n for n in SPECIAL_USE_DOMAIN_NAMES if n not in _AT_HOME]

_LONGEST_CELL = 1000  # characters; what is longer is no address, and not worth a regex

# What word processors, spreadsheets and Asian keyboards put in the place of plain characters.
_SPACES = dict.fromkeys(map(ord, "\u00a0\u1680\u2007\u202f\u205f\u3000\t\r\n\v\f"), " ")
_SPACES |= dict.fromkeys(range(0x2000, 0x200B), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"), "")
_INVISIBLE |= dict.fromkeys(range(0x202A, 0x202F), "")
_INVISIBLE |= dict.fromkeys(range(0x2066, 0x206A), "")
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0xFF61: "."}

_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_MAILTO = re.compile(r"mailto\s*:\s*([^?]*)(?:\?.*)?", re.IGNORECASE)
_ANGLE = re.compile(r"[^<>]*<([^<>]*)>[\s;,.]*")
_COMMA_DOMAIN = re.compile(r"([^\s@,;]+@[\w-]+),([a-z]{2,}(?:\.[a-z]{2,})?)", re.IGNORECASE)

_EXCEL_FLOAT = re.compile(r"\+?\d+\.0+|\d(?:\.\d+)?[eE]\+?\d{1,2}")
# Kinds of numbers that receive no texts, and what is said of them. Where a country's plan does not
# tell landlines from mobiles, as in Canada and the United States, nobody can say before sending.
NO_TEXTS = {
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
}
KIND_WORDS = {
    "landline": "it is a landline, which receives no texts",
    "premium": "it is a number that charges its callers, which receives no texts",
}
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")


class BadAddress(ValueError):
    """What was typed is no address; `reason` says why, in words for the person who typed it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Email:
    """An email address.

    typed: where messages go, the local part in the letters its owner uses. normal: what two
    addresses are compared by, lower case with the domain in ASCII (IDNA 2008), so that `É`
    and `é` are the same person but `ss` and `ß` are not. mended: what was put right, or None.
    """

    typed: str
    normal: str
    mended: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number.

    typed: the cell's text, trimmed. normal: E.164. mended: as for Email. kind: one of those in
    KIND_WORDS, which receive no texts, or empty.
    """

    typed: str
    normal: str
    mended: str | None = None
    kind: str = ""


def read_email(text: str) -> Email | None:
    """Read the email address in a cell; None where the cell is empty.

    Of several addresses separated by semicolons the first is taken, and `mended` says so.
    Raises BadAddress when there is none, or two separated in a way that may be a slip.
    """
    _refuse_endless(text, "an email address")
    cell = _plain_characters(text)
    if not cell.strip():
        return None
    address, mended = _mend_email(cell)
    if cell.strip() != text.strip(" "):
        mended.insert(0, "unusual characters replaced by plain ones")
    checked = _check_email(address, text)
    typed = f"{checked.local_part}@{checked.domain}"
    normal = f"{normalize('NFC', checked.local_part.lower())}@{checked.ascii_domain}"
    return Email(typed, normal, "; ".join(mended) or None)


def wire_address(address: str) -> str:
    """Write an address for SMTP and for headers: the domain in ASCII (RFC 5891) if it is not.

    A local part outside ASCII stays, and then needs SMTPUTF8 (RFC 6531).
    Raises BadAddress when it is not an address.
    """
    if address.isascii():
        return address
    checked = _check_email(address, address)
    return f"{checked.local_part}@{checked.ascii_domain}"


def read_phone(text: str, country: str) -> Phone | None:
    """Read the phone number in a cell as E.164; None where the cell is empty.

    country: two letters (ISO 3166), for numbers typed without their country code. A number
    must be one that can exist under the country's numbering plan.
    Raises BadAddress otherwise.
    """
    _refuse_endless(text, "a phone number")
    typed = _plain_characters(text).strip()
    if not typed:
        return None
    number, mended = _find_number(typed, country)
    if number is None:
        raise BadAddress(f"{_shown(text)} is not a phone number in {country}")
    if number.extension:
        mended.append(f"extension {number.extension} left out")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(typed, e164, "; ".join(mended) or None, _kind(number))


def phone_kind(e164: str) -> str:
    """Give the kind of a number as in `Phone.kind`; empty too for what is no number."""
    try:
        return _kind(phonenumbers.parse(e164))
    except NumberParseException:
        return ""


def _kind(number: PhoneNumber) -> str:
    return NO_TEXTS.get(phonenumbers.number_type(number), "")


def _refuse_endless(text: str, thing: str) -> None:
    if len(text) > _LONGEST_CELL:
        raise BadAddress(f"{_shown(text)} is not {thing}: it is {len(text)} characters long")


def _shown(text: str) -> str:
    """Quote what was typed, on one line and short enough for a sentence."""
    words = " ".join(text[:80].split())
    return f'"{words[:60]}…"' if len(words) > 60 or len(text) > 80 else f'"{words}"'


def _plain_characters(text: str) -> str:
    return text if text.isprintable() and text.isascii() else text.translate(_PLAIN)


_PLAIN = _SPACES | _INVISIBLE | _WIDE


def _mend_email(cell: str) -> tuple[str, list[str]]:
    """Return the likely address in the cell, and what had to be put right to see it."""
    mended = []
    address = cell
    for step in _EMAIL_STEPS:
        before, (address, words) = address, step(address)
        if address != before and words:
            mended.append(words)
    return address, mended


def _take_first(text: str) -> tuple[str, str]:
    parts = [part for part in text.split(";") if part.strip(" ,.")]
    if len(parts) < 2:
        return text, ""
    others = "; ".join(part.strip() for part in parts[1:])
    return parts[0], f"only the first of {len(parts)} addresses taken, without {_shown(others)}"


def _trim(text: str) -> tuple[str, str]:
    return text.strip(), "spaces around it removed"


def _unwrap(text: str) -> tuple[str, str]:
    if found := _ANGLE.fullmatch(text):
        text = found[1].strip()
        return _unwrap_mailto(text), "only the address between < and > taken"
    return _unwrap_mailto(text), "mailto: removed"


def _unwrap_mailto(text: str) -> str:
    found = _MAILTO.fullmatch(text)
    return found[1].strip() if found else text


def _drop_marks(text: str) -> tuple[str, str]:
    return text.strip(_QUOTES + " ").rstrip(";,.:").strip(_QUOTES + " "), "marks around it removed"


def _close_gaps(text: str) -> tuple[str, str]:
    local, at, domain = text.partition("@")
    domain = re.sub(r" *\. *", ".", domain.lstrip()) if "@" not in domain else domain
    return local.rstrip() + at + domain, "spaces inside it removed"


def _comma_to_dot(text: str) -> tuple[str, str]:
    found = _COMMA_DOMAIN.fullmatch(text)
    return (f"{found[1]}.{found[2]}" if found else text), "comma in the domain made a dot"


def _lower_capitals(text: str) -> tuple[str, str]:
    """An address all in capitals is a caps lock key, not a mailbox that tells them apart."""
    return (text.lower() if text.isupper() else text), "capitals made small letters"


_EMAIL_STEPS = (
    _trim,
    _take_first,
    _unwrap,
    _drop_marks,
    _close_gaps,
    _comma_to_dot,
    _lower_capitals,
)


def _check_email(address: str, text: str) -> ValidatedEmail:
    if fault := _plain_fault(address):
        raise BadAddress(f"{_shown(text)} is not an email address: {fault}")
    here = address.lower().endswith("@localhost")  # the one domain without a dot
    try:
        return validate_email(address, check_deliverability=False, globally_deliverable=not here)
    except EmailNotValidError as error:
        raise BadAddress(f"{_shown(text)} is not an email address: {_reason(error)}") from error


def _plain_fault(address: str) -> str | None:
    """Say the commonest faults in fewer and plainer words than the library does."""
    local, at, domain = address.partition("@")
    if not at:
        return "it has no @"
    if "@" in domain:
        separated = re.search(r"@[^@]*[\s,/;|&][^@]*@", address)
        return "it holds two addresses; keep one" if separated else "it has more than one @"
    faults = {
        "nothing stands before the @": not local,
        "nothing stands after the @": not domain,
        "it has a space in it": " " in address,
        "it has two dots in a row": ".." in address,
    }
    return next((fault for fault, found in faults.items() if found), None)


def _reason(error: EmailNotValidError) -> str:
    words = str(error).strip().rstrip(".")
    return words[:1].lower() + words[1:]


def _find_number(typed: str, country: str) -> tuple[PhoneNumber | None, list[str]]:
    """Try the cell as typed, then with each thing put right that people get wrong."""
    for attempt, words in _phone_attempts(typed):
        number = _valid_number(attempt, country)
        if number is not None:
            return number, [words] if words else []
    found = [match.number for match in phonenumbers.PhoneNumberMatcher(typed, country)]
    if len(found) > 1:
        return found[0], [f"only the first of {len(found)} numbers taken"]
    return (found[0] if found else None), ["the words around it left out"] if found else []


def _phone_attempts(typed: str) -> list[tuple[str, str]]:
    bare = typed.lstrip("=").strip(_QUOTES + " ;,.")
    if _EXCEL_FLOAT.fullmatch(bare):
        return [(f"{float(bare):.0f}", "written as a plain number again")]
    without_trunk = _TRUNK_ZERO.sub(" ", bare)
    attempts = [(bare, "" if bare == typed else "marks around it removed")]
    if without_trunk != bare:
        attempts.insert(0, (without_trunk, "(0) left out"))
    if bare.startswith("00"):
        attempts.append(("+" + without_trunk[2:], "leading 00 read as +"))
    return attempts


def _valid_number(text: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
