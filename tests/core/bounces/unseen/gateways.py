"""Filters, gateways and servers of companies: what stands between the world and a mailbox."""

from __future__ import annotations

from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.unseen.case import TO, Case, failed, head, parts, report, text


def said(sender: str, subject: str, words: str, *more: str) -> bytes:
    """Write plain words."""
    return text(head(sender, subject, *more), words)


def dsn(reply: str, status: str = "5.0.0") -> bytes:
    """Write a report of a Postfix that a gateway refused."""
    return report(
        head("MAILER-DAEMON@out.club.example (Mail Delivery System)",
             "Undelivered Mail Returned to Sender"),
        f"<{TO}>: host mx.far.example[192.0.2.9] said: {reply} (in reply to RCPT TO command)",
        f"Reporting-MTA: dns; out.club.example\n\nFinal-Recipient: rfc822; {TO}\nAction: failed\n"
        f"Status: {status}\nDiagnostic-Code: smtp; {reply}",
    )  # fmt: skip


CASES: dict[str, Case] = {
    "mimecast, security policy": failed(
        dsn("554 Email rejected due to security policies - https://community.mimecast.com/docs/"
            "DOC-1369#554 [aBcDeFgHiJ.uk123]"),
        Cause.POLICY,
    ),
    "mimecast, spam signature": failed(
        dsn("554 email rejected due to security policies - MCSpamSignature.sa.2.2"), Cause.CONTENT
    ),
    "mimecast, invalid recipient": failed(
        dsn("550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk1]"),
        Cause.ADDRESS,
    ),
    "proofpoint, on its list": failed(
        dsn("554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7"), Cause.BLOCKED
    ),
    "proofpoint, no such person": failed(
        dsn("550 5.1.1 User Unknown - pphosted", "5.1.1"), Cause.ADDRESS
    ),
    "barracuda, reputation": failed(
        dsn("554 Service unavailable; Client host [out.club.example] blocked using Barracuda"
            " Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.7"),
        Cause.BLOCKED,
    ),
    "barracuda, spam": failed(
        dsn("550 permanent failure for one or more recipients (parent@far.example:blocked)"),
        Cause.OTHER,
    ),
    "barracuda, a notice of its own": failed(
        said(
            "Barracuda Spam Firewall <mailer-daemon@far.example>",
            "**Message you sent blocked by our bulk email filter**",
            f"""
            Your message to: {TO}
            was blocked by our Spam Firewall. The email you sent with the following subject has NOT
            BEEN DELIVERED:

            Subject: Closed today
            """,
        ),
        Cause.CONTENT,
    ),
    "ironport": failed(
        dsn("550 #5.1.0 Address rejected."), Cause.ADDRESS
    ),
    "ironport, reputation": failed(
        dsn("554 Your access to this mail system has been rejected due to the sending MTA's poor"
            " reputation. If you believe that this failure is in error, please contact the intended"
            " recipient via alternate means."),
        Cause.BLOCKED,
    ),
    "postini": failed(
        dsn("550 No such user - psmtp"), Cause.ADDRESS
    ),
    "messagelabs": failed(
        dsn("553-Message filtered. Refer to the Troubleshooting page at 553-http://www.symantec"
            "cloud.com/troubleshooting for more 553 information. (#5.7.1)"),
        Cause.CONTENT,
    ),
    "trend micro": failed(
        dsn("550 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using Trend Micro Email"
            " Reputation database. Please see <http://www.mail-abuse.com/cgi-bin/lookup?192.0.2.7>",
            "5.7.1"),
        Cause.BLOCKED,
    ),
    "please use your provider": failed(
        dsn("550 5.7.0 <parent@far.example>... Please use the smtp server of your ISP.", "5.7.0"),
        Cause.BLOCKED,
    ),
    "helo": failed(
        dsn("501 5.0.0 Invalid domain name", "5.0.0"), Cause.BLOCKED
    ),
    "a German company": failed(
        dsn("550 5.1.1 <parent@far.example>: Empfaenger unbekannt", "5.1.1"), Cause.ADDRESS
    ),
    "t-online": failed(
        dsn("554 IP=192.0.2.7 - A problem occurred. Ask your postmaster for help or to contact"
            " tosa@rx.far.example to clarify. (BL)"),
        Cause.BLOCKED,
    ),
    "a number of messages, not a size": failed(
        said(
            "Mail Administrator <postmaster@far.example>",
            "Mail System Error - Returned Mail",
            f"""
            This Message was undeliverable due to the following reason:

            The number of messages in recipient's mailbox exceeded the local limit.

            Recipient: <{TO}>
            """,
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "domino": failed(
        report(
            head("Postmaster@far.example", "DELIVERY FAILURE: User parent (parent@far.example) not"
                 " listed in Domino Directory", "X-Mailer: IBM Domino Release 9.0.1"),
            f"""
            Your message

              Subject: Closed today

            was not delivered to:

              {TO}

            because:

              User parent ({TO}) not listed in Domino Directory
            """,
            f"Reporting-MTA: dns;mail.far.example\n\nFinal-Recipient: rfc822;{TO}\nAction: failed\n"
            "Status: 5.1.1\nDiagnostic-Code: X-Notes; User parent not listed in Domino Directory",
        ),
        Cause.ADDRESS,
    ),
    "notes, before that": failed(
        said(
            "Mailer@far.example",
            "DELIVERY FAILURE: Error delivering to FAR\\MAIL; Database disk quota exceeded",
            f"""
            ------- Failure Reasons  --------

            Database disk quota exceeded
            {TO}

            ------- Returned Message --------
            """,
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "notes, Japanese": failed(
        said(
            "Mailer@far.example",
            "配信エラー: Closed today",
            f"""
            ------- Failure Reasons  --------

            ディレクトリのリストにありません
            {TO}

            ------- Returned Message --------
            """,
        ),
        Cause.ADDRESS,
    ),
    "groupwise": failed(
        parts(
            head("System Administrator <postmaster@far.example>", "Message status - undeliverable"),
            "multipart/mixed",
            ("text/plain; charset=utf-8",
             f"The message that you sent was undeliverable to the following:\n\tparent ({TO} - no"
             " such user)\n\nPossibly truncated original message follows:\n"),
            ("message/rfc822", f"From: club@club.example\nTo: {TO}\nSubject: Closed today\n"),
        ),
        Cause.ADDRESS,
    ),
    "zimbra": failed(
        report(
            head("MAILER-DAEMON@zimbra.far.example (Mail Delivery System)",
                 "Undelivered Mail Returned to Sender"),
            f"<{TO}>: host zimbra.far.example[192.0.2.9] said: 452 4.2.2 Over quota (in reply to"
            " end of DATA command)",
            f"Reporting-MTA: dns; zimbra.far.example\n\nFinal-Recipient: rfc822; {TO}\nAction:"
            " failed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 Over quota",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "mdaemon": failed(
        said(
            "MDaemon at far.example <MDaemon@far.example>",
            "Permanent Delivery Failure",
            f"""
            The attached message had PERMANENT fatal delivery errors!

            After one or more unsuccessful delivery attempts the attached message has
            been removed from the mail queue on this server.  The number and frequency
            of delivery attempts are determined by local configuration parameters.

            YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

            Failed address: {TO}

            --- Session Transcript ---
             Mon 2026-11-02 09:30:00: <-- 220 mx.far.example ESMTP
             Mon 2026-11-02 09:30:00: --> RCPT To:<{TO}>
             Mon 2026-11-02 09:30:00: <-- 550 {TO}, Recipient unknown
            --- End Transcript ---
            """,
        ),
        Cause.ADDRESS,
    ),
    "imail": failed(
        said(
            '"Mail Administrator" <Postmaster@far.example>',
            "Undeliverable Mail",
            f"""
            Unknown user: {TO}

            Original message follows.

            """,
            "X-Mailer: <SMTP32 v8.22>",
        ),
        Cause.ADDRESS,
    ),
    "communigate": failed(
        report(
            head("MAILER-DAEMON@far.example", "Undeliverable mail: Closed today",
                 "X-Mailer: CommuniGate Pro CLI mailer"),
            f"Failed to deliver to '{TO}'\nLOCAL module(account parent) reports:\n account is full"
            " (quota exceeded)",
            "Reporting-MTA: dns; far.example\n\nOriginal-Recipient:"
            f" rfc822;<{TO}>\nFinal-Recipient:"
            " LOCAL;<parent>\nAction: failed\nStatus: 4.0.0",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "smartermail": failed(
        said(
            '"System Administrator" <postmaster@far.example>',
            "Delivery Failure",
            f"""
            Could not deliver message to the following recipient(s):

            Failed Recipient: {TO}
            Reason: Remote host said: 550 <{TO}> No such user here

               -- The header and top 20 lines of the message follows --

            """,
        ),
        Cause.ADDRESS,
    ),
    "hmailserver": failed(
        said(
            "mailer-daemon@far.example",
            "Message undeliverable: Closed today",
            f"""
            Your message did not reach some or all of the intended recipients.

               Sent: Mon, 2 Nov 2026 09:30:00 +0100
               Subject: Closed today

            The following recipient(s) could not be reached:

            {TO}
               Error Type: SMTP
               Error Description: No mail servers appears to exists for the recipient's address.
               Additional information: Please check that you have not misspelled the recipient's
               email address.

            hMailServer
            """,
        ),
        Cause.ADDRESS,
    ),
    "sun's messaging server": failed(
        report(
            head("Internet Mail Delivery <postmaster@far.example>",
                 "Delivery Notification: Delivery has failed"),
            f"""
            This report relates to a message you sent with the following header fields:

              Message-id: <d17@club.example>
              To: {TO}
              Subject: Closed today

            Your message cannot be delivered to the following recipients:

              Recipient address: parent@ims-ms-daemon
              Original address: {TO}
              Reason: Over quota
            """,
            f"Reporting-MTA: dns;ims.far.example (tcp-daemon)\n\nOriginal-recipient: rfc822;{TO}\n"
            "Final-recipient: rfc822;parent@ims-ms-daemon\nAction: failed\nStatus: 5.2.2"
            " (Over quota)",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "an html page of a gateway": failed(
        parts(
            head("Mail Gateway <postmaster@gw.far.example>", "Nachricht unzustellbar"),
            "multipart/alternative",
            ("text/html; charset=utf-8",
             "<html><body><h1>Zustellung fehlgeschlagen</h1><p>Die Nachricht an <a href='mailto:"
             f"{TO}'>{TO}</a> wurde nicht zugestellt.</p><p>Grund: Der Empf&auml;nger ist uns nicht"
             " bekannt.</p></body></html>"),
        ),
        Cause.ADDRESS,
    ),
}  # fmt: skip
