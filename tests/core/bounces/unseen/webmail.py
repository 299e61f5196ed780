"""The large mailbox providers, and the services that send for others."""

from __future__ import annotations

import json

from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.unseen.case import (
    TO,
    Case,
    Told,
    delayed,
    failed,
    head,
    parts,
    report,
    text,
)

GOOGLE = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"


def gmail(
    words: str, fields: str, subject: str = "Delivery Status Notification (Failure)"
) -> bytes:
    """Write as Gmail does: words, HTML, a report and the message."""
    return parts(
        head(GOOGLE, subject, f"X-Failed-Recipients: {TO}", "Auto-Submitted: auto-replied"),
        "multipart/report; report-type=delivery-status",
        ("text/plain; charset=utf-8", words),
        (
            "message/delivery-status",
            "Reporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; club@club.example\n"
            f"Arrival-Date: Mon, 02 Nov 2026 01:30:00 -0800 (PST)\nX-Original-Message-ID:"
            f" <d17@club.example>\n\nFinal-Recipient: rfc822; {TO}\n{fields}",
        ),
        ("message/rfc822", f"From: club@club.example\nTo: {TO}\nMessage-ID: <d17@club.example>\n"),
    )


def ses(kind: str, **what: object) -> bytes:
    """Write as Amazon SNS does when its notifications of SES go to a mailbox."""
    mail = {
        "timestamp": "2026-11-02T09:30:00.000Z",
        "source": "club@club.example",
        "messageId": "0102018b-1111-2222-3333-444455556666-000000",
        "destination": [TO],
        "headers": [
            {"name": "Message-ID", "value": "<d17@club.example>"},
            {"name": "To", "value": TO},
            {"name": "List-Unsubscribe", "value": "<https://club.example/u/abc>"},
        ],
        "commonHeaders": {"from": ["The Club <club@club.example>"], "subject": "Closed today"},
    }
    told = json.dumps({"notificationType": kind, "mail": mail, **what})
    return text(
        head("AWS Notifications <no-reply@sns.amazonaws.com>", "AWS Notification Message",
             "x-amz-sns-message-id: 1", path="<0102@eu-west-1.amazonses.com>"),
        told + "\n\n--\nIf you wish to stop receiving notifications from this topic, please click"
        " or visit the link below to unsubscribe:\nhttps://sns.eu-west-1.amazonaws.com/u.html",
        "",
    )  # fmt: skip


def ses_bounce(kind: str, sub: str, code: str, said: str) -> bytes:
    """Write a bounce that Amazon SES tells of."""
    who = {"emailAddress": TO, "action": "failed", "status": code, "diagnosticCode": said}
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [who]}
    return ses("Bounce", bounce=bounce)


CASES: dict[str, Case] = {
    "gmail, no such account": failed(
        gmail(
            "\n** Address not found **\n\nYour message wasn't delivered to"
            f" {TO} because the address"
            " couldn't be found, or is unable to receive mail.\n\nThe response from the remote"
            " server was:\n550 5.1.1 The email account that you tried to reach does not exist.",
            "Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; far.example.\nDiagnostic-Code: smtp;"
            " 550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
            " 550-5.1.1 double-checking the recipient's email address for typos or\n 550 5.1.1"
            " unnecessary spaces. - gsmtp\nLast-Attempt-Date: Mon, 02 Nov 2026 01:30:01 -0800",
        ),
        Cause.ADDRESS,
    ),
    "gmail, German, the domain has no server": failed(
        gmail(
            f"\n** Adresse nicht gefunden **\n\nIhre Nachricht wurde nicht an {TO} zugestellt, weil"
            " die Domain far.example nicht gefunden wurde.\n\nDie Antwort war:\nDNS Error: 12345"
            " DNS type 'mx' lookup of far.example responded with code NXDOMAIN",
            "Action: failed\nStatus: 4.0.0\nDiagnostic-Code: smtp; DNS Error: DNS type 'mx' lookup"
            " of far.example responded with code NXDOMAIN\n Domain name not found: far.example",
            "Benachrichtigung zum Übermittlungsstatus (Fehlgeschlagen)",
        ),
        Cause.ADDRESS,
        False,
    ),
    "gmail, it will be tried again": delayed(
        gmail(
            f"\n** Delivery incomplete **\n\nThere was a temporary problem delivering your message"
            f" to {TO}. Gmail will retry for 45 more hours. You'll be notified"
            " if the delivery fails"
            " permanently.",
            "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; The recipient server did not"
            " accept our requests to connect.\n [mx.far.example. 192.0.2.9: timed out]\n"
            "Will-Retry-Until: Wed, 04 Nov 2026 09:30:00 -0800 (PST)",
            "Delivery Status Notification (Delay)",
        ),
        Cause.NETWORK,
    ),
    "gmail, an attachment that it takes for dangerous": failed(
        gmail(
            "\n** Message blocked **\n\nYour message was blocked.",
            "Action: failed\nStatus: 5.7.0\nDiagnostic-Code: smtp; 552-5.7.0 This message was"
            " blocked because its content presents a potential\n 552-5.7.0 security issue. Please"
            " visit\n 552 5.7.0 https://support.google.com/mail/?p=BlockedMessage - gsmtp",
        ),
        Cause.CONTENT,
    ),
    "gmail, two subjects": failed(
        gmail(
            "\n** Message blocked **\n\nYour message was blocked.",
            "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550-5.7.1"
            " This message is not RFC"
            " 5322 compliant. There are multiple Subject\n 550-5.7.1 headers. To reduce the amount"
            " of spam sent to Gmail, this message has\n 550 5.7.1 been blocked. - gsmtp",
        ),
        Cause.CONTENT,
    ),
    "yahoo, now": failed(
        report(
            head("MAILER-DAEMON@yahoo.example", "Failure Notice"),
            "Sorry, we were unable to deliver your message to the following address.\n\n"
            f"<{TO}>:\n554: delivery error: dd This user doesn't have a far.example account"
            " (parent@far.example) [0] - mta1234.mail.far.example",
            f"Reporting-MTA: dns; yahoo.example\n\nFinal-Recipient: rfc822; {TO}\nAction: failed\n"
            "Status: 5.0.0\nDiagnostic-Code: smtp; 554 delivery error: dd This user doesn't have a"
            " far.example account",
        ),
        Cause.ADDRESS,
    ),
    "yahoo, over quota": failed(
        text(
            head("MAILER-DAEMON@yahoo.example", "Failure Notice"),
            f"""
            Sorry, we were unable to deliver your message to the following address.

            <{TO}>:
            552: 1 Requested mail action aborted, mailbox not found or over quota, the mailbox is
            full

            --- Below this line is a copy of the message.
            """,
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "icloud": failed(
        report(
            head(
                "Mail Delivery System <MAILER-DAEMON@icloud.example>", "Undeliverable: Closed today"
            ),
            f"This is the mail system.\n\n<{TO}>: user lookup success but no user record found",
            f"Reporting-MTA: dns; mr85p00im.icloud.example\n\nFinal-Recipient: rfc822;{TO}\n"
            "Action: failed\nStatus: 5.1.6 (user no longer on server)\nDiagnostic-Code: smtp;550"
            " 5.1.6 recipient no longer on server: parent@far.example",
        ),
        Cause.ADDRESS,
    ),
    "gmx": failed(
        text(
            head(
                '"GMX Mailer Daemon" <mailer-daemon@gmx.example>',
                "Mail delivery failed: returning message to sender",
            ),
            f"""
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of
            its recipients. This is a permanent error. The following address
            failed:

            {TO}:
            SMTP error from remote server for RCPT TO command, host: mx.far.example (192.0.2.9)
            reason: 550 Requested action not taken: mailbox unavailable

            --- The header of the original message is following. ---
            """,
        ),
        Cause.ADDRESS,
    ),
    "web.de, German": failed(
        text(
            head("mailer-daemon@web.example", "Mail konnte nicht zugestellt werden"),
            f"""
            Ihre E-Mail konnte leider nicht an den folgenden Empfänger zugestellt werden:

            {TO}
               Das Postfach des Empfängers hat sein Speicherlimit überschritten und nimmt keine
               E-Mails an. Speicherplatz erschöpft.
            """,
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "mail.ru": failed(
        text(
            head("mailer-daemon@corp.mail.example", "Mail failure.", f"X-Failed-Recipients: {TO}"),
            f"""
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              {TO}
                SMTP error from remote mail server after RCPT TO:<{TO}>:
                host mxs.mail.example [192.0.2.9]: 550 Message was not accepted -- invalid mailbox.
                Local mailbox {TO} is unavailable: user not found
            """,
        ),
        Cause.ADDRESS,
    ),
    "yandex, Russian": failed(
        report(
            head("mailer-daemon@yandex.example", "Недоставленное сообщение"),
            f"""
            Это письмо отправлено почтовым сервером yandex.example.

            К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может быть отправлено
            одному или нескольким адресатам. Технические подробности можно найти ниже.

            <{TO}>: host mx.far.example[192.0.2.9] said: 550 5.7.1 No such user! (in reply to RCPT
            TO command)
            """,
            f"Reporting-MTA: dns; forward.yandex.example\n\nFinal-Recipient: rfc822; {TO}\n"
            "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 No such user!",
        ),
        Cause.ADDRESS,
    ),
    "russian words alone": failed(
        text(
            head("Mail Delivery System <MAILER-DAEMON@far.example>", "Сообщение не доставлено"),
            f"Ваше сообщение не доставлено адресату {TO}\nПочтовый ящик переполнен.",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "polish words": failed(
        text(
            head("MAILER-DAEMON@far.example", "Niedostarczona wiadomość"),
            f"Twoja wiadomość nie mogła zostać dostarczona do:\n{TO}\nUżytkownik nie istnieje.",
        ),
        Cause.ADDRESS,
    ),
    "brazilian words": failed(
        text(
            head("MAILER-DAEMON@far.example", "Mensagem não entregue"),
            f"Sua mensagem não foi entregue para {TO}.\nA caixa postal do destinatário está cheia.",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "aol, once": failed(
        text(
            head(
                "Mail Delivery Subsystem <MAILER-DAEMON@aol.example>", "Returned mail: User unknown"
            ),
            f"""
            The original message was received at Mon, 2 Nov 2026 04:30:00 -0500 (EST)
            from out.club.example [192.0.2.7]

            *** ATTENTION ***

            Your e-mail is being returned to you because there was a problem with its delivery.
            The address which was undeliverable is listed in the section labeled: "----- The
            following addresses had permanent fatal errors -----".

               ----- The following addresses had permanent fatal errors -----
            <{TO}>

               ----- Transcript of session follows -----
            ... while talking to air-xj02.mail.aol.example.:
            >>> RCPT To:<{TO}>
            <<< 550 MAILBOX NOT FOUND
            550 <{TO}>... User unknown
            """,
        ),
        Cause.ADDRESS,
    ),
    "zoho": failed(
        text(
            head("mailer-daemon@mail.zoho.example", "Undelivered Mail Returned to Sender"),
            f"""
            This message was created automatically by mail delivery software.
            A message that you sent could not be delivered to one or more of its recipients.
            This is a permanent error.

            {TO} Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 Address does not exist

            Received:from mail.zoho.example by mx.zoho.example
            """,
        ),
        Cause.ADDRESS,
    ),
    "amazon, a bounce as JSON": failed(
        ses_bounce("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"), Cause.ADDRESS
    ),
    "amazon, a full mailbox as JSON": failed(
        ses_bounce("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"),
        Cause.MAILBOX_FULL,
        False,
    ),
    "amazon, a complaint as JSON": Case(
        ses(
            "Complaint",
            complaint={
                "complainedRecipients": [{"emailAddress": TO}],
                "complaintFeedbackType": "abuse",
                "userAgent": "Amazon SES Mailbox Simulator",
            },
        ),
        "complaint",
        (Told("complained", Cause.OTHER, False),),
    ),
    "amazon, a delivery as JSON": Case(
        ses(
            "Delivery", delivery={"recipients": [TO], "smtpResponse": "250 2.6.0 Message received"}
        ),
        "delivered",
        (Told("delivered", Cause.OTHER, False),),
    ),
    "amazon, the bounce itself": failed(
        report(
            head("MAILER-DAEMON@eu-west-1.amazonses.com", "Delivery Status Notification (Failure)"),
            "An error occurred while trying to deliver the mail to the"
            f" following recipients:\n{TO}",
            "Reporting-MTA: dns; a1-2.smtp-out.eu-west-1.amazonses.com\n\nAction: failed\n"
            f"Final-Recipient: rfc822; {TO}\nDiagnostic-Code: smtp; 554 4.4.7 Message expired:"
            " unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for far.example>\n"
            "Status: 4.4.7",
        ),
        Cause.EXPIRED,
        False,
    ),
    "google groups": failed(
        text(
            head(
                "Mail Delivery Subsystem <mailer-daemon@google.example>",
                "Delivery Status Notification (Failure)",
                f"X-Failed-Recipients: {TO}",
            ),
            f"""
            Hello {"bounces+b17@club.example"},

            We're writing to let you know that the group you tried to contact (parent) may not
            exist, or you may not have permission to post messages to the group.
            """,
        ),
        Cause.OTHER,
    ),
}
