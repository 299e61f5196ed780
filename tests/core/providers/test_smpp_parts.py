"""Texts cut, numbered and written as octets; other people's tables are the oracles."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.sms import measure
from sendout.core.providers.smpp_alphabet import ALPHABET, ESCAPED, decode, decode_gsm, encode_gsm
from sendout.core.providers.smpp_parts import (
    Part,
    Place,
    TooLong,
    parts,
    place_in_tlvs,
    take_off_header,
)
from tests.rigs import require
from tests.rigs.smsc import PEERS

GSM = ALPHABET.replace("\x1b", "") + "".join(ESCAPED.values())
IN_GSM = st.text(st.sampled_from(GSM), min_size=1, max_size=700)
ANY = st.text(
    st.sampled_from(GSM[:40] + "\U0001f3ca‐漢") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=500,
)


def content(part: Part) -> bytes:
    """Give what a part says, without its header."""
    return take_off_header(part.content)[1] if part.headed else part.content


def place(part: Part) -> Place | None:
    """Give where a part belongs."""
    return take_off_header(part.content)[0] if part.headed else place_in_tlvs(part.tlvs)


@given(IN_GSM | ANY, st.sampled_from(["udh8", "sar"]))
def test_there_are_as_many_parts_as_are_counted(text: str, long: str) -> None:
    assert len(parts(text, long, "gsm", 7)) == measure(text).segments


@given(IN_GSM | ANY, st.sampled_from(["udh8", "udh16", "sar"]), st.integers(1, 1 << 40))
def test_each_part_can_be_read_alone_and_fits(text: str, long: str, reference: int) -> None:
    cut = parts(text, long, "gsm", reference)
    assert "".join(decode(part.data_coding, content(part), "gsm") for part in cut) == text
    if len(cut) > 1:
        assert [place(part) for part in cut] == [
            Place(reference & (0xFF if long == "udh8" else 0xFFFF), len(cut), number)
            for number in range(1, len(cut) + 1)
        ]
    for part in cut:
        septets, octets = len(content(part)), len(part.content)
        header = octets - septets
        room = 140 - (6 if long == "sar" and len(cut) > 1 else header)
        size = septets if part.data_coding == 8 else -(-septets * 7 // 8)
        assert size <= room


@given(IN_GSM)
def test_our_table_reads_what_it_writes(text: str) -> None:
    assert decode_gsm(encode_gsm(text)) == text


def test_another_table_writes_the_same() -> None:
    script = (
        'const {encodings} = require("smpp");'
        "const text = JSON.parse(process.argv[1]);"
        'console.log(encodings.ASCII.encode(text).toString("hex"))'
    )
    # Theirs takes the form feed for a page break outside the alphabet.
    text = GSM.replace("\f", "")
    done = subprocess.run(
        [require("node"), "-e", script, json.dumps(text)],
        cwd=PEERS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == encode_gsm(text).hex()


def test_what_is_no_septet_and_what_is_cut_off_is_still_read() -> None:
    assert decode_gsm(b"Hi\xff\x1b") == "Hi�"
    assert decode_gsm(b"\x1bA\x1b\x65") == "A€"


@pytest.mark.parametrize(
    ("data_coding", "data", "text"),
    [
        (0, b"\x00\x0f", "@å"),
        (1, b"Hello", "Hello"),
        (3, b"\xe9t\xe9", "été"),
        (8, "🏊".encode("utf-16-be"), "🏊"),
        (0xF0, b"\x00", "@"),
        (0x18, b"\x40", "@"),
    ],
)
def test_data_coding_says_how_it_is_read(data_coding: int, data: bytes, text: str) -> None:
    assert decode(data_coding, data, "gsm") == text


def test_a_provider_may_take_latin_1_for_its_default_alphabet() -> None:
    [part] = parts("déjà vu", "udh8", "latin1", 1)
    assert (part.data_coding, part.content) == (0, "déjà vu".encode("latin-1"))
    [euro] = parts("5 €", "udh8", "latin1", 1)
    assert (euro.data_coding, euro.content) == (8, "5 €".encode("utf-16-be"))


def test_more_parts_than_can_be_numbered_are_refused() -> None:
    with pytest.raises(TooLong, match="256 parts"):
        parts("a" * (153 * 255 + 1), "udh8", "gsm", 1)


@pytest.mark.parametrize("data", [b"", b"\x05", b"\x05\x00\x03\x01\x02", b"\xff" * 20])
def test_a_broken_header_is_no_header(data: bytes) -> None:
    assert take_off_header(data) == (None, data)


def test_a_header_with_other_things_in_it_is_understood() -> None:
    ports = b"\x05\x04\x0b\x84\x23\xf0"
    header = ports + b"\x00\x03\x09\x02\x01"
    assert take_off_header(bytes([len(header)]) + header + b"Hi") == (Place(9, 2, 1), b"Hi")
