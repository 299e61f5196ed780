"""Signatures are verified by dkimpy, which shares no code with ours."""

from __future__ import annotations

import re
from itertools import product

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from sendout.core.message.dkim import (
    SIGNED,
    BadKey,
    Key,
    Signer,
    dns_record,
    load,
    make_key,
    sign_by_all,
    to_pem,
)
from tests.core.message.test_email import URL, bodies, fill, letter, texts, values

RSA, ED25519 = make_key(), make_key("ed25519")
RECORDS = {
    b"rsa._domainkey.aqua.example.org.": dns_record(RSA).encode(),
    b"ed._domainkey.aqua.example.org.": dns_record(ED25519).encode(),
}
WAYS = list(product(["relaxed", "simple"], repeat=2))
MESSAGE = (
    b"From: news@aqua.example.org\r\nTo: alice@example.com\r\nSubject: Pool  closed\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:00 -0500\r\nMessage-ID: <m1@aqua.example.org>\r\n"
    b"List-Unsubscribe: <https://mail.aqua.example.org/u/x>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHello \r\n\r\n there\t .\r\n\r\n\r\n"
)


def rsa_signer(**how: str) -> Signer:
    return Signer("aqua.example.org", "rsa", RSA, **how)


def ed25519_signer(**how: str) -> Signer:
    return Signer("aqua.example.org", "ed", ED25519, **how)


def verifies(message: bytes, which: int = 0) -> bool:
    def answer(name: bytes, timeout: int = 5) -> bytes | None:
        return RECORDS.get(name)

    try:
        return bool(dkim.DKIM(message).verify(which, dnsfunc=answer))
    except dkim.ValidationError:
        return False


@settings(max_examples=60, deadline=None)
@given(bodies, bodies, texts, values, st.sampled_from(WAYS))
def test_any_message_of_ours_verifies(
    html: str, text: str, display: str, values: dict[str, str], way: tuple[str, str]
) -> None:
    said = letter("For {{ name }}", html, text, reply_to="desk@aqua.example.org")
    message = fill(said, values, to_name=display, unsubscribe_url=URL)
    header, body = way
    signer = rsa_signer(header=header, body=body)
    assert verifies(signer.sign(message, at=1_795_000_000) + message)


@settings(max_examples=200, deadline=None)
@given(
    body=st.lists(st.sampled_from([b"\r\n", b" ", b"\t", b"a", b".", b"\xc3\xa9"]), max_size=14),
    subject=st.lists(st.sampled_from([b"\r\n\t", b"\r\n ", b" ", b"\t", b"a", b":"]), max_size=8),
    way=st.sampled_from(WAYS),
)
def test_any_blanks_verify(body: list[bytes], subject: list[bytes], way: tuple[str, str]) -> None:
    """The end of the last line is put there by SMTP where it is missing."""
    text = b"".join(subject)
    if re.search(rb"\r\n[ \t]*(\r\n|\Z)", text):
        text = b"a line of blanks ends the header for some readers"
    fields = b"From: a@aqua.example.org\r\nSubject:" + text + b"x\r\nTo:\tb@c.test\r\n\r\n"
    message = fields + b"".join(body)
    header, how = way
    travels = message if message.endswith(b"\r\n") else message + b"\r\n"
    assert verifies(ed25519_signer(header=header, body=how).sign(message) + travels)


@pytest.mark.parametrize("message", [b"From: a@b.test\r\n\r\n", b"From: a@b.test\r\n", MESSAGE])
@pytest.mark.parametrize("way", WAYS)
def test_messages_without_a_body_verify(message: bytes, way: tuple[str, str]) -> None:
    if b"\r\n\r\n" not in message:
        message += b"\r\n"
    assert verifies(rsa_signer(header=way[0], body=way[1]).sign(message) + message)


def test_two_keys_sign_the_same_message() -> None:
    signed = sign_by_all([ed25519_signer(), rsa_signer(body="simple")], MESSAGE, at=5) + MESSAGE
    assert signed.count(b"DKIM-Signature:") == 2
    assert verifies(signed, 0)
    assert verifies(signed, 1)
    alone = ed25519_signer().sign(MESSAGE, at=5)
    assert signed.startswith(alone)  # Ed25519 signs the same twice


@pytest.mark.parametrize("name", ["From", "Subject", "To", "Date", "Message-ID"])
@pytest.mark.parametrize("also", ["List-Unsubscribe", "List-Unsubscribe-Post"])
def test_no_field_can_be_changed_or_added(name: str, also: str) -> None:
    signature = rsa_signer().sign(MESSAGE)
    for field in (name, also):
        added = f"{field}: x\r\n".encode()
        changed = re.sub(rf"(?m)^{field}: .*\r$".encode(), added[:-1], MESSAGE)
        assert changed != MESSAGE
        assert not verifies(signature + changed)
        assert not verifies(signature + added + MESSAGE)
    assert verifies(signature + b"Received: from elsewhere\r\n" + MESSAGE)


def test_a_changed_body_does_not_verify_and_blanks_may_change() -> None:
    signature = rsa_signer().sign(MESSAGE)
    assert not verifies(signature + MESSAGE.replace(b"there", b"their"))
    rewrapped = MESSAGE.replace(b"Pool  closed", b"Pool\r\n closed").replace(b"\t .", b" .")
    assert verifies(signature + rewrapped)
    strict = rsa_signer(header="simple", body="simple").sign(MESSAGE)
    assert not verifies(strict + rewrapped)


def test_the_field_is_well_formed() -> None:
    field = rsa_signer().sign(MESSAGE, at=1_795_000_000)
    assert field.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in field.split(b"\r\n"))
    assert all(line[:1] == b" " for line in field[:-2].split(b"\r\n")[1:])
    tags = dict(
        part.strip().split("=", 1)
        for part in re.sub(r"\s", "", field.decode().partition(":")[2]).split(";")
    )
    assert (tags["a"], tags["c"], tags["t"]) == ("rsa-sha256", "relaxed/relaxed", "1795000000")
    assert (tags["d"], tags["s"]) == ("aqua.example.org", "rsa")
    names = tags["h"].split(":")
    assert names.count("from") == names.count("list-unsubscribe-post") == 2
    assert names.count("reply-to") == 1
    assert set(names) <= {name.decode() for name in SIGNED}
    assert "t=" not in rsa_signer().sign(MESSAGE).decode().partition("h=")[0]


class TestKeys:
    @pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
    def test_a_key_is_written_and_read(self, key: Key) -> None:
        assert dns_record(load(to_pem(key))) == dns_record(key)

    def test_a_record_says_its_kind(self) -> None:
        assert dns_record(RSA).startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
        assert re.fullmatch(r"v=DKIM1; k=ed25519; p=[\w+/]{43}=", dns_record(ED25519))

    def test_a_short_key_is_refused(self) -> None:
        short = rsa.generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505
        with pytest.raises(BadKey, match="1024 bits; receivers want 2048"):
            load(to_pem(short))
        with pytest.raises(BadKey, match="1024 bits"):
            Signer("example.org", "s", short)

    @pytest.mark.parametrize("pem", ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
    def test_what_is_no_key_is_said(self, pem: str) -> None:
        with pytest.raises(BadKey, match="no private key in PEM format"):
            load(pem)

    def test_a_key_of_another_kind_is_said(self) -> None:
        other = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(BadKey, match="RSA or Ed25519"):
            load(to_pem(other))  # type: ignore[arg-type]
        with pytest.raises(BadKey, match='not "dsa"'):
            make_key("dsa")

    @pytest.mark.parametrize("name", ["", "a b", "x;d=evil.org", "a..b", "a\r\nb", "é" * 300])
    def test_names_that_are_none_are_refused(self, name: str) -> None:
        with pytest.raises(BadKey, match="is no domain"):
            Signer(name, "s", ED25519)
        with pytest.raises(BadKey, match="is no selector"):
            Signer("example.org", name, ED25519)

    def test_a_domain_with_accents_is_written_as_the_dns_does(self) -> None:
        assert Signer("École.example", "S1", ED25519).domain == "xn--cole-9oa.example"

    def test_a_canonicalisation_nobody_knows(self) -> None:
        with pytest.raises(BadKey, match="no canonicalisation"):
            Signer("example.org", "s", ED25519, body="loose")
