"""Delivery reports by RFC 3464, RFC 6533, and as servers bend them."""

from __future__ import annotations

import pytest

from sendout.core.bounces.reading import Recipient, read
from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.mails import report


def only(raw: bytes) -> Recipient:
    """Give the one recipient that a mail reports."""
    (recipient,) = read(raw).reports
    return recipient


def test_an_unknown_mailbox_is_a_hard_failure_of_the_address() -> None:
    raw = report(
        """
        Final-Recipient: rfc822; parent@far.example
        Original-Recipient: rfc822;parent@far.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 <parent@far.example>: Recipient address
            rejected: User unknown
        """
    )
    reading = read(raw)
    assert reading.kind == "bounce"
    assert only(raw) == Recipient(
        "parent@far.example",
        "failed",
        True,
        Cause.ADDRESS,
        "5.1.1",
        "550 5.1.1 <parent@far.example>: Recipient address rejected: User unknown",
        "There is no such mailbox.",
    )


def test_the_returned_message_tells_which_one_it_was() -> None:
    original = read(report("Final-Recipient: rfc822; parent@far.example\nAction: failed")).original
    assert original.message_id == "<d17@club.example>"
    assert original.recipient == "parent@far.example"
    assert original.return_path == "bounces+b17@club.example"
    assert original.sender == "club@club.example"
    assert original.subject == "Closed today"
    assert original.list_unsubscribe == "<https://club.example/u/abc>"


@pytest.mark.parametrize(
    ("status", "said", "hard", "cause"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", False, Cause.MAILBOX_FULL),
        ("5.0.0", "550 User's mailbox is over quota", False, Cause.MAILBOX_FULL),
        ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using "
         "zen.spamhaus.org", True, Cause.BLOCKED),
        ("5.7.1", "550 5.7.1 Message rejected as spam", True, Cause.CONTENT),
        ("5.3.4", "552 5.3.4 Message too big", True, Cause.CONTENT),
        ("5.7.26", "550-5.7.26 This mail is unauthenticated", True, Cause.AUTH),
        ("5.7.1", "550 5.7.1 Message refused by local policy", True, Cause.POLICY),
        ("5.4.6", "554 5.4.6 Too many hops", True, Cause.LOOP),
        ("4.4.1", "connect to mx.far.example[192.0.2.2]:25: Connection timed out", False,
         Cause.EXPIRED),
        ("4.7.1", "450 4.7.1 Greylisted, try again later", False, Cause.POLICY),
        ("5.1.2", "550 5.1.2 Host unknown", True, Cause.ADDRESS),
        ("5.2.1", "550 5.2.1 The email account is disabled", True, Cause.ADDRESS),
        ("4.1.1", "450 4.1.1 unverified address: user unknown", False, Cause.ADDRESS),
        ("4.4.3", "Host or domain name not found. Name service error for name=far.example "
         "type=MX: Host not found, try again", False, Cause.EXPIRED),
        ("5.9.9", "599 Computer says no", True, Cause.OTHER),
    ],
)  # fmt: skip
def test_the_servers_words_say_why(status: str, said: str, hard: bool, cause: Cause) -> None:
    found = only(
        report(
            "Final-Recipient: rfc822; parent@far.example\nAction: failed\n"
            f"Status: {status}\nDiagnostic-Code: smtp; {said}"
        )
    )
    assert (found.action, found.hard, found.cause) == ("failed", hard, cause)


@pytest.mark.parametrize(
    ("action", "expected", "kind"),
    [
        ("delayed", "delayed", "bounce"),
        ("DELAYED (not yet)", "delayed", "bounce"),
        ("delivered", "delivered", "delivered"),
        ("relayed", "relayed", "delivered"),
        ("expanded", "expanded", "delivered"),
        ("error", "failed", "bounce"),
        ("Failed", "failed", "bounce"),
        ("", "failed", "bounce"),
    ],
)
def test_an_action_is_read_in_all_its_spellings(action: str, expected: str, kind: str) -> None:
    raw = report(f"Final-Recipient: rfc822; parent@far.example\nAction: {action}\nStatus: 5.0.0")
    assert read(raw).kind == kind
    assert only(raw).action == expected


def test_a_delay_is_never_hard() -> None:
    raw = report(
        "Final-Recipient: rfc822; parent@far.example\nAction: delayed\nStatus: 4.1.1\n"
        "Diagnostic-Code: smtp; 450 4.1.1 User unknown"
    )
    assert not only(raw).hard


def test_a_lying_status_gives_way_to_the_servers_own_words() -> None:
    raw = report(
        "Action: failed\nFinal-Recipient: rfc822;parent@far.example\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 5.1.1 No such user here"
    )
    assert only(raw).code == "5.1.1"


def test_words_tell_what_the_report_leaves_out() -> None:
    raw = report(
        "Action: failed\nFinal-Recipient: rfc822;parent@far.example\nStatus: 5.0.0",
        words="The following address failed:\n\n  parent@far.example\n    Unrouteable address",
    )
    found = only(raw)
    assert (found.cause, found.hard, found.text) == (Cause.ADDRESS, True, "Unrouteable address")


def test_part_of_an_ip_address_is_no_code() -> None:
    raw = report(
        "Final-Recipient: rfc822; parent@far.example\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 5.1.1.2 refused, see 10.5.2.2 and 5.4.3.2.1"
    )
    assert only(raw).code == "5.0.0"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Final-Recipient: rfc822; <parent@far.example>", "parent@far.example"),
        ("Final-Recipient: parent@far.example", "parent@far.example"),
        ("FINAL-RECIPIENT: RFC822;parent@far.example (a parent)", "parent@far.example"),
        ("Original-Recipient: rfc822;bob+2Btag@far.example", "bob+tag@far.example"),
        ("Original-Recipient: rfc822;bob+2026@far.example", "bob+2026@far.example"),
        ("X-Actual-Recipient: rfc822; parent@far.example", "parent@far.example"),
        ("Final-Recipient: utf-8; zoë@far.example", "zoë@far.example"),
        (r"Final-Recipient: utf-8; zo\x{EB}@far.example", "zoë@far.example"),
        ("Final-Recipient: x400; /cn=nobody/", "parent@far.example"),
        (
            "Final-Recipient: rfc822; new@elsewhere.example\n"
            "Original-Recipient: rfc822; parent@far.example",
            "parent@far.example",
        ),
    ],
)
def test_an_address_is_found_in_all_its_spellings(field: str, expected: str) -> None:
    assert only(report(f"{field}\nAction: failed\nStatus: 5.1.1")).address == expected


def test_a_report_of_a_mailbox_with_an_accent_is_read() -> None:
    raw = report(
        "Final-Recipient: utf-8; zoë@far.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown",
        kind="message/global-delivery-status",
    )
    assert (only(raw).address, only(raw).cause) == ("zoë@far.example", Cause.ADDRESS)


def test_each_recipient_of_a_report_has_its_own_reason() -> None:
    raw = report(
        "Final-Recipient: rfc822; a@far.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Original-Recipient: rfc822; b@far.example\nFinal-Recipient: rfc822; x@far.example\n\n"
        "Action: failed\n\nStatus: 5.2.2\n\n"
        "Final-Recipient: rfc822; c@far.example\nAction: delayed\nStatus: 4.4.1"
    )
    found = [(each.address, each.action, each.cause) for each in read(raw).reports]
    assert found == [
        ("a@far.example", "failed", Cause.ADDRESS),
        ("b@far.example", "failed", Cause.MAILBOX_FULL),
        ("c@far.example", "delayed", Cause.NETWORK),
    ]


def test_ten_thousand_recipients_are_not_all_read() -> None:
    groups = "\n\n".join(
        f"Final-Recipient: rfc822; p{number}@far.example\nAction: failed"
        for number in range(10_000)
    )
    assert len(read(report(groups)).reports) == 200


def test_a_report_inside_an_enclosed_message_is_not_this_mails_own() -> None:
    inner = report("Final-Recipient: rfc822; parent@far.example\nAction: failed\nStatus: 5.1.1")
    raw = (
        b"From: Bob <bob@club.example>\nTo: office@club.example\nSubject: Look at this\n"
        b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\nWhat is this?\n\n--outer\n"
        b"Content-Type: message/rfc822\n\n" + inner + b"\n--outer--\n"
    )
    assert read(raw).kind == "unknown"
