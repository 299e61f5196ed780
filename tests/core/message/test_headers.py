"""Headers from user data parse back, fold, and cannot be broken out of."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendout.core.addresses import BadAddress
from sendout.core.message.headers import bare, mailbox, unstructured

typed = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.text(st.sampled_from('ab \r\n\t\x00,"\\<>=?@é\U0001f3ca'), max_size=200),
    st.lists(st.sampled_from(["swim", "lessons", "é", "=?", " ", "x" * 90]), max_size=40).map(
        " ".join
    ),
)


def parsed(field: str, name: str) -> str:
    message = message_from_bytes(field.encode() + b"\r\n\r\n", policy=policy.default)
    assert message.keys() == [name], "one header in, one header out"
    assert message.get_content() == ""
    return str(message[name])


def on_one_line(text: str) -> str:
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return re.sub(" +", " ", text).strip(" ")


def assert_folded(field: str) -> None:
    for line in field.split("\r\n"):
        assert len(line) <= 998
        assert len(line) <= 78 or " " not in line.strip(" ").removeprefix("Subject: ")
        assert line.strip(" ")


@given(typed)
@example("x" * 2000)
@example("word " * 300)
@example("\r\nBcc: charlie@example.org")
def test_a_subject_comes_back_on_one_line(text: str) -> None:
    field = unstructured("Subject", text)
    assert_folded(field)
    assert parsed(field, "Subject") == on_one_line(text)


def test_a_plain_subject_is_left_readable() -> None:
    assert unstructured("Subject", "Pool closed tonight") == "Subject: Pool closed tonight"
    assert unstructured("Subject", "Pool\u00a0closed").startswith("Subject: =?utf-8?b?")


@given(typed)
@example('Alice "Al" \\ Roy')
@example("x" * 500)
@example("=?utf-8?b?QQ==?=")
def test_a_name_and_address_come_back(display: str) -> None:
    field = mailbox("To", display, "alice@example.com")
    assert_folded(field)
    message = message_from_bytes(field.encode() + b"\r\n\r\n")
    assert message.keys() == ["To"]
    coded, address = parseaddr(message["To"])
    assert address == "alice@example.com"
    assert str(make_header(decode_header(coded))) == on_one_line(display)


def test_a_domain_is_written_in_ascii_and_a_local_part_as_it_is() -> None:
    assert mailbox("To", "", "alice@café.example") == "To: alice@xn--caf-dma.example"
    assert mailbox("To", "A", "zoé@café.example") == "To: A <zoé@xn--caf-dma.example>"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "alice@example.com\r\nBcc: charlie@example.org",
        "alice@example.com, charlie@example.org",
        "alice@example.com>",
        "a lice@example.com",
        "(alice)@example.com",
        "alice@example.com\u0085",
        "alice@exa\u2028mple.com",
    ],
)
def test_an_address_that_could_add_something_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        mailbox("To", "Alice", address)


@pytest.mark.parametrize("text", ["", "a b", "a>", "a\r\nb", "é"])
def test_what_cannot_stand_between_angles_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be a message id"):
        bare("message id", text)


@pytest.mark.parametrize("name", ["", "X Y", "X:", "Xé", "X\r\nY"])
def test_a_bad_header_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a header name"):
        unstructured(name, "x")
