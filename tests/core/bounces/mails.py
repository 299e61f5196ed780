"""Mails that came back, put together as servers write them."""

from __future__ import annotations

from textwrap import dedent

ORIGINAL = """\
Return-Path: <bounces+b17@club.example>
From: The Club <club@club.example>
To: {to}
Subject: Closed today
Message-ID: <d17@club.example>
List-Unsubscribe: <https://club.example/u/abc>

The pool is closed today.
"""


def plain(words: str, *headers: str, to: str = "parent@far.example") -> bytes:
    """Make a bounce in plain words, the message it is about below them."""
    head = "\n".join(headers) or (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice"
    )
    copy = "\n--- Below this line is a copy of the message.\n\n" + ORIGINAL.format(to=to)
    return f"{head}\nTo: bounces+b17@club.example\n\n{dedent(words)}\n{copy}".encode()


def report(
    status: str,
    *,
    words: str = "Your message could not be delivered.",
    to: str = "parent@far.example",
    kind: str = "message/delivery-status",
) -> bytes:
    """Make a delivery report (RFC 3464) with these fields."""
    text = f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: bounces+b17@club.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

{words}

--b1
Content-Type: {kind}

Reporting-MTA: dns; mx.example
X-Postfix-Sender: rfc822; bounces+b17@club.example

{dedent(status).strip()}

--b1
Content-Type: message/rfc822

{ORIGINAL.format(to=to)}
--b1--
"""
    return text.encode()


def complaint(fields: str, to: str = "parent@far.example") -> bytes:
    """Make an abuse report (RFC 5965) with these fields."""
    text = f"""\
From: feedback@provider.example
To: complaints@club.example
Subject: FW: Closed today
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report for an email message received from 192.0.2.1.

--b1
Content-Type: message/feedback-report

{dedent(fields).strip()}

--b1
Content-Type: message/rfc822

{ORIGINAL.format(to=to)}
--b1--
"""
    return text.encode()
