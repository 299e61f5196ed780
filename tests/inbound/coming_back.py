"""Mails that come back, as mail servers write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

DATE = format_datetime(datetime(2026, 11, 2, 9, 30, tzinfo=UTC))


def bounce(
    to: str,
    address: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 User unknown",
    original: str = "",
    number: int = 1,
) -> bytes:
    """Write a delivery status notification (RFC 3464). original: headers of the mail it returns."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.test>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {DATE}
Message-ID: <{number}.bounce@mx.example.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system at mx.example.test.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B
Content-Type: text/rfc822-headers

{original or "Subject: News"}

--B--
""".replace("\n", "\r\n").encode()


def complaint(to: str, original: str, number: int = 1) -> bytes:
    """Write a complaint (RFC 5965). original: headers of the mail it is about."""
    return f"""\
From: feedback@isp.example.test
To: {to}
Subject: FW: News
Date: {DATE}
Message-ID: <{number}.complaint@isp.example.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Sorter/1.0
Version: 1

--B
Content-Type: message/rfc822

{original}

Hello
--B--
""".replace("\n", "\r\n").encode()


def letter(to: str, *, subject: str = "A question", more: str = "", number: int = 1) -> bytes:
    """Write a mail that a person, or with `more` headers a machine, has written."""
    return f"""\
From: Ann <ann@example.test>
To: {to}
Subject: {subject}
Date: {DATE}
Message-ID: <{number}.letter@example.test>
{more}
When do we meet?
""".replace("\n", "\r\n").encode()
