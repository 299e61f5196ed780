"""The characters of a text as octets: GSM 03.38 (3GPP TS 23.038) unpacked, Latin-1, UCS-2.

By SMPP 3.4 section 5.2.19 `data_coding` 0 is "the SMSC's default alphabet": nearly always GSM
03.38 with one septet in each octet, with some providers Latin-1. 1 is ASCII, 3 Latin-1, 8 UCS-2.
"""

from __future__ import annotations

DEFAULT, ASCII, LATIN_1, UCS_2 = 0, 1, 3, 8  # data_coding

# Section 6.2.1: by their codes 0x00 to 0x7F; 0x1B leads to the table after it.
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
ESCAPED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\",
    0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip

_OCTETS = {c: bytes([code]) for code, c in enumerate(ALPHABET) if code != ESCAPE} | {
    c: bytes([ESCAPE, code]) for code, c in ESCAPED.items()
}


def encode_gsm(text: str) -> bytes:
    """Write one septet in each octet. Raises KeyError for a character that the alphabet lacks."""
    return b"".join(map(_OCTETS.__getitem__, text))


def decode_gsm(data: bytes) -> str:
    """Read one septet from each octet; an unknown escaped one is read as if it were not escaped.

    That is what section 6.2.1.1 asks of a receiver. What is no septet is shown as U+FFFD.
    """
    read: list[str] = []
    escaped = False
    for octet in data:
        if octet == ESCAPE and not escaped:
            escaped = True
            continue
        plain = ALPHABET[octet] if octet < 0x80 and octet != ESCAPE else "\ufffd"
        read.append(ESCAPED.get(octet, plain) if escaped else plain)
        escaped = False
    return "".join(read)


def decode(data_coding: int, data: bytes, alphabet: str) -> str:
    """Read the octets of a text. alphabet: what data_coding 0 means, "gsm" or "latin1".

    Classes of messages (0xF0 to 0xFF, 3GPP TS 23.038 section 4) say the alphabet in bits 2 and 3.
    """
    if data_coding >= 0xF0:
        data_coding = UCS_2 if data_coding & 0x0C == 0x08 else DEFAULT
    if data_coding == UCS_2:
        return data.decode("utf-16-be", "replace")
    if data_coding == DEFAULT and alphabet == "gsm":
        return decode_gsm(data)
    return data.decode("latin-1")
