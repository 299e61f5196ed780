"""Receipts as different providers write them, and texts of phones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sendout.core.delivery.outcome import Blame
from sendout.core.providers.heard import Receipt
from sendout.core.providers.smpp_address import number
from sendout.core.providers.smpp_config import SmppConfig
from sendout.core.providers.smpp_hearing import HeardText, answer_ref, read
from sendout.core.providers.smpp_parts import Place
from sendout.core.providers.smpp_pdu import Address, Message, Tag

CONFIG = SmppConfig("smpp.example.org", "club", bad_number_errors="001, 1011")
WORDS = (
    "id:{id} sub:001 dlvrd:001 submit date:2611250312 done date:2611250313 stat:{stat} "
    "err:{err} text:Piscine"
)


def told(words: str, esm_class: int = 0x04, **more: bytes) -> Message:
    """Give what a provider tells."""
    tlvs = {int(Tag[name]): value for name, value in more.items()}
    ends = Address("15145550101", 1, 1), Address("AquaClub", 5, 0)
    return Message(*ends, words.encode(), esm_class=esm_class, tlvs=tlvs)


def receipt(message: Message, config: SmppConfig = CONFIG) -> Receipt:
    """Read a receipt."""
    heard = read(message, config)
    assert isinstance(heard, Receipt)
    assert heard.phone == "+15145550101"
    return heard


@pytest.mark.parametrize(
    ("stat", "err", "kind", "code", "blame"),
    [
        ("DELIVRD", "000", "delivered", "", None),
        ("UNDELIV", "001", "bounced", "number", Blame.ADDRESS),
        ("UNDELIV", "1011", "bounced", "number", Blame.ADDRESS),
        ("UNDELIV", "069", "bounced", "", Blame.RECIPIENT),
        ("REJECTD", "012", "bounced", "barred", Blame.RECIPIENT),
        ("DELETED", "000", "bounced", "", Blame.RECIPIENT),
        ("EXPIRED", "001", "bounced", "phone-off", Blame.RECIPIENT),
        ("ACCEPTD", "000", "sent", "", None),
        ("ENROUTE", "000", "sent", "", None),
        ("UNKNOWN", "000", "untold", "", None),
        ("BUFFERED", "000", "untold", "", None),
    ],
)
def test_words(stat: str, err: str, kind: str, code: str, blame: Blame | None) -> None:
    heard = receipt(told(WORDS.format(id="0A1b", stat=stat, err=err)))
    assert (heard.kind, heard.ref, heard.code, heard.blame) == (kind, "0A1b", code, blame)
    assert heard.key == f"0A1b:{stat[:7]}"


def test_the_reason_is_shown_with_the_code_of_the_provider() -> None:
    said = receipt(told(WORDS.format(id="7", stat="UNDELIV", err="069"))).text
    assert said == "The text could not be delivered. (UNDELIV err 069)"


def test_words_are_read_in_any_order_and_case() -> None:
    assert receipt(told("ID: 77 STAT: delivrd")).kind == "delivered"
    assert receipt(told("stat:UNDELIV ERR:0 Id:77")).ref == "77"


def test_the_words_of_the_text_itself_say_nothing() -> None:
    words = WORDS.format(id="7", stat="DELIVRD", err="000") + " id:9 stat:UNDELIV err:001"
    assert receipt(told(words)).key == "7:DELIVRD"


def test_a_receipt_may_come_in_ucs_2() -> None:
    words = WORDS.format(id="7", stat="UNDELIV", err="001")
    heard = receipt(replace(told(""), content=words.encode("utf-16-be"), data_coding=8))
    assert (heard.key, heard.code) == ("7:UNDELIV", "number")


@pytest.mark.parametrize("told_as", ["a,b", " 7 ", "x" * 300])
def test_an_id_is_kept_the_same_from_both_sides(told_as: str) -> None:
    message = told("", RECEIPTED_MESSAGE_ID=told_as.encode(), MESSAGE_STATE=b"\2")
    assert receipt(message).ref == answer_ref(told_as, "same")
    assert "," not in receipt(message).ref


def test_parameters_say_more_than_words() -> None:
    message = told("", RECEIPTED_MESSAGE_ID=b"abc\0", MESSAGE_STATE=b"\x08")
    assert receipt(message).key == "abc:REJECTD"
    message = told("nothing", esm_class=0, RECEIPTED_MESSAGE_ID=b"abc", MESSAGE_STATE=b"\x02")
    assert receipt(message).kind == "delivered"


@pytest.mark.parametrize(
    ("network", "blame"),
    [
        (b"\x03\x00\x01", Blame.ADDRESS),
        (b"\x03\x00\x0b", Blame.ADDRESS),
        (b"\x03\x00\x1b", Blame.RECIPIENT),
        (b"\x02\x00\x01", Blame.RECIPIENT),
        (b"\x03", Blame.RECIPIENT),
    ],
)
def test_the_network_of_gsm_says_that_a_number_is_unknown(network: bytes, blame: Blame) -> None:
    message = told(WORDS.format(id="7", stat="UNDELIV", err="069"), NETWORK_ERROR_CODE=network)
    assert receipt(message).blame is blame


def test_our_own_number_comes_back_where_the_provider_echoes_it() -> None:
    message = told("id:7 stat:DELIVRD", USER_MESSAGE_REFERENCE=b"\x12\x34")
    heard = read(message, CONFIG)
    assert isinstance(heard, Receipt)
    assert heard.reference == 0x1234


@pytest.mark.parametrize("ids", ["hex-decimal", "decimal-hex"])
def test_an_id_that_is_no_number_is_left_as_it_is(ids: str) -> None:
    config = replace(CONFIG, ids=ids)
    assert receipt(told("id:{3f-9} stat:DELIVRD"), config).ref == "{3f-9}"


def test_a_phone_cannot_forge_a_receipt() -> None:
    heard = read(told(WORDS.format(id="7", stat="UNDELIV", err="001"), esm_class=0), CONFIG)
    assert isinstance(heard, HeardText)


def test_what_phones_acknowledge_is_nothing_to_us() -> None:
    assert read(told("", esm_class=0x08), CONFIG) is None


def test_a_part_of_a_text_says_where_it_belongs() -> None:
    headed = replace(told("", esm_class=0x40), content=b"\x05\x00\x03\x07\x02\x01Hel")
    heard = read(headed, CONFIG)
    assert heard == HeardText("+15145550101", "AquaClub", b"Hel", 0, Place(7, 2, 1))
    sar = told(
        "lo", esm_class=0, SAR_MSG_REF_NUM=b"\0\7", SAR_TOTAL_SEGMENTS=b"\2",
        SAR_SEGMENT_SEQNUM=b"\2",
    )  # fmt: skip
    heard = read(sar, CONFIG)
    assert heard == HeardText("+15145550101", "AquaClub", b"lo", 0, Place(7, 2, 2))


@pytest.mark.parametrize(
    ("address", "phone"),
    [
        (Address("15145550101", 1, 1), "+15145550101"),
        (Address("+15145550101", 1, 1), "+15145550101"),
        (Address("15145550101", 0, 0), "15145550101"),
        (Address("5145550101", 2, 1), "5145550101"),
        (Address("33612345678", 1, 1), "+33612345678"),
        (Address("12345", 3, 0), "12345"),
        (Address("12345", 0, 0), "12345"),
        (Address("AquaClub", 5, 0), "AquaClub"),
    ],
)
def test_a_number_has_a_plus_where_its_country_code_is_said_to_be_there(
    address: Address, phone: str
) -> None:
    assert number(address) == phone
