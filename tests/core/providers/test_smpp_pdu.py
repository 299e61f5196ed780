"""Units of SMPP on the wire, against another codec (`smpp34`)."""

from __future__ import annotations

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.providers.smpp_pdu import (
    Address,
    Command,
    Malformed,
    Message,
    Pdu,
    PduReader,
    Tag,
)

names = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
octet = st.integers(0, 255)
messages = st.builds(
    Message,
    st.builds(Address, names, octet, octet),
    st.builds(Address, names, octet, octet),
    st.binary(max_size=600),
    esm_class=octet,
    data_coding=octet,
    registered=octet,
    tlvs=st.dictionaries(
        st.sampled_from([Tag.USER_MESSAGE_REFERENCE, Tag.SAR_MSG_REF_NUM, 0x1400]),
        st.binary(max_size=40),
    ),
)


@given(messages)
def test_another_codec_reads_the_same(message: Message) -> None:
    theirs = smpp34.decode(Pdu(Command.SUBMIT_SM, 0, 7, message.encode()).encode())
    assert isinstance(theirs, smpp34.SubmitSm)
    tlvs = {tlv.tag: bytes(tlv.value) for tlv in theirs.tlvs}
    assert theirs.sequence_number == 7
    assert theirs.source_addr == message.source.text
    assert theirs.destination_addr == message.to.text
    assert (theirs.source_addr_ton, theirs.dest_addr_npi) == (message.source.ton, message.to.npi)
    assert theirs.esm_class == message.esm_class
    assert theirs.data_coding == message.data_coding
    assert theirs.registered_delivery == message.registered
    payload = tlvs.pop(Tag.MESSAGE_PAYLOAD, b"")
    assert bytes(theirs.short_message) or payload == message.content
    assert bytes(theirs.short_message) + payload == message.content
    assert tlvs == message.tlvs


@given(messages)
def test_what_another_codec_writes_is_read(message: Message) -> None:
    theirs = smpp34.DeliverSm(
        message.source.text,
        message.to.text,
        message.content[:254],
        source_addr_ton=message.source.ton,
        source_addr_npi=message.source.npi,
        dest_addr_ton=message.to.ton,
        dest_addr_npi=message.to.npi,
        esm_class=message.esm_class,
        data_coding=message.data_coding,
        registered_delivery=message.registered,
        tlvs=[smpp34.Tlv(tag, value) for tag, value in message.tlvs.items()],
        sequence_number=9,
    )
    [pdu] = PduReader().feed(theirs.encode())
    assert (pdu.command, pdu.number) == (Command.DELIVER_SM, 9)
    read = Message.read(pdu.body)
    assert read.content == message.content[:254]
    assert (read.source, read.to, read.tlvs) == (message.source, message.to, message.tlvs)


@given(st.lists(messages, max_size=4), st.integers(1, 50))
def test_units_are_found_however_the_network_cuts_them(said: list[Message], step: int) -> None:
    units = [Pdu(Command.DELIVER_SM, 0, n, each.encode()) for n, each in enumerate(said)]
    data, reader = b"".join(unit.encode() for unit in units), PduReader()
    found = [u for at in range(0, len(data), step) for u in reader.feed(data[at : at + step])]
    assert found == units


@given(st.binary(max_size=200))
def test_anything_may_come(body: bytes) -> None:
    try:
        Message.read(body)
    except Malformed:
        pass


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad", b"\0\0\0\x05" + b"\0" * 12])
def test_what_is_no_smpp_is_said(data: bytes) -> None:
    with pytest.raises(Malformed, match="a unit says that it has"):
        list(PduReader().feed(data))
