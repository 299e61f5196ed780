"""Whatever is thrown at the reader: it answers, and soon."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendout.core.bounces import parts
from sendout.core.bounces.reading import Reading, read
from sendout.core.bounces.wording import LONGEST_TEXT
from tests.core.bounces.mails import complaint, plain, report

SEEDS = [
    report("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1"),
    report("Original-Recipient: utf-8; zoë@b.example\nAction: delayed\nWill-Retry-Until: never"),
    plain("<a@b.example>: host mx.b.example said: 550 5.1.1 User unknown"),
    complaint("Feedback-Type: abuse\nOriginal-Rcpt-To: a@b.example"),
]
SCRAPS = [
    b"\n", b"\r", b"\0", b"--b1", b"--b1--", b":", b";", b"=?utf-8?b?/w==?=", b"=?x?q?=",
    b"Subject: =?utf-8?b?YWJjZ?=\n",
    b"\xff\xfe", b"Content-Type: multipart/mixed; boundary=b1\n\n", b"charset=idna", b"charset=\"",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n=",
    b"\\x{110000}", b"\\x{d800}", b"@", b"<", b">", b"5.1.1", b"550 ", b"a@b.example", b"rfc822;",
    b"Content-Type: message/rfc822\n\n", b"Final-Recipient:", b"Action:", b"charset=utf-7\n+",
    b"boundary*0=\"x\"; boundary*1*=utf-8''y", b"&#xD800;", b"&#99999999999;", b"\xe9",
]  # fmt: skip


def whole(reading: Reading) -> None:
    """State what is true of every reading."""
    failed = [each for each in reading.reports if each.action in ("failed", "delayed")]
    assert (reading.kind == "bounce") == bool(failed)
    assert bool(reading.reports) == (reading.kind in ("bounce", "delivered", "complaint"))
    for each in reading.reports:
        assert len(each.text) <= LONGEST_TEXT
        assert each.text.isprintable()
        assert each.address == "" or 0 < each.address.find("@") < 320
        assert re.fullmatch(r"|[245]\.\d{1,3}\.\d{1,3}", each.code)
        assert each.plain or each not in failed
        assert not (each.hard and each.action != "failed")


@given(st.binary(max_size=2_000))
def test_arbitrary_bytes_never_raise(raw: bytes) -> None:
    whole(read(raw))


@settings(max_examples=300)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 40), st.sampled_from(SCRAPS) | st.binary(max_size=9)
        ),
        max_size=12,
    ),
)
def test_mutilated_mails_never_raise(raw: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
    for place, length, scrap in cuts:
        at = int(place * len(raw))
        raw = raw[:at] + scrap + raw[at + length :]
    whole(read(raw))


def nested(kind: bytes, depth: int) -> bytes:
    """Put a mail into a mail into a mail."""
    head = b"".join(
        b"Content-Type: %s; boundary=b%d\n\n--b%d\n" % (kind, number, number)
        for number in range(depth)
    )
    return b"Return-Path: <>\nSubject: Undeliverable\n" + head + b"\n<a@b.example>: user unknown\n"


HUGE = {
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 30_000,
    "parts in parts": nested(b"multipart/mixed", 20_000),
    "many parts": nested(b"multipart/mixed", 1) + b"\n--b0\n\nx\n" * 100_000,
    "one long line": b"Return-Path: <>\nSubject: Undeliverable\n\n" + b"a" * 1_000_000,
    "one long header": b"Subject: " + b"=?utf-8?q?a?= " * 80_000 + b"\n\nx",
    "many headers": b"X-A: b\n" * 150_000 + b"\nx",
    "a folded header": b"Subject: a\n" + b" b\n" * 300_000 + b"\nx",
    "nothing but at signs": b"Return-Path: <>\nSubject: Undeliverable\n\n" + b"a@" * 500_000,
    "addresses": b"Return-Path: <>\nSubject: Undeliverable\n\n" + b"<a@b.example> " * 70_000,
    "one dotted word": b"Return-Path: <>\nSubject: Undeliverable\n\na@" + b"a." * 500_000,
    "angle brackets": b"Return-Path: <>\nSubject: Undeliverable\nContent-Type: text/html\n\n"
    + b"<a " * 300_000,
    "blanks": b"Return-Path: <>\nSubject: Undeliverable\n\n" + b" \n\t" * 300_000,
    "dashes": b"Return-Path: <>\nSubject: Undeliverable\n\n" + (b"-" * 999 + b"\n") * 1_000,
    "lines that almost part": nested(b"multipart/mixed", 1) + b"\n--b" * 300_000,
    "a report of one line": report("Final-Recipient: rfc822; " + "a;" * 400_000),
    "a long reason": report(
        "Final-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; 550 "
        + "the mailbox of the user is not " * 20_000
    ),
    "brackets": b"Return-Path: <>\nSubject: Undeliverable\n\n" + b"((((<<<<[[[[" * 80_000,
    "idna": b"Subject: Undeliverable\nContent-Type: text/plain; charset=punycode\n\n"
    + b"a-" * 400_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HUGE)
def test_huge_mails_are_read_to_a_limit(name: str) -> None:
    whole(read(HUGE[name]))


def test_no_more_is_read_than_the_limits_say() -> None:
    headers, leaves = parts.split(HUGE["many parts"])
    assert len(leaves) <= parts.MOST_PARTS
    assert headers["subject"] == "Undeliverable"
    deep = parts.split(HUGE["mails in mails"])[1]
    assert max(part.depth for part in deep) <= parts.MOST_DEPTH


@pytest.mark.parametrize("word", ["=?utf-8?b?a?=", "=?none?q?=FF?=", "=?utf-8?b?=FF?=", "=?"])
def test_a_broken_encoded_word_is_left_as_it_is(word: str) -> None:
    assert parts.header(parts.parse_headers(f"Subject: {word}".encode()), "subject")


def test_a_part_may_come_without_its_end() -> None:
    raw = SEEDS[0]
    whole_address = {each.address for each in read(raw).reports}
    for cut in itertools.count(20, 20):
        left = raw[:-cut]
        if b"Status: 5.1.1" not in left:
            break
        assert {each.address for each in read(left).reports} == whole_address
