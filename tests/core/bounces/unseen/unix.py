"""The mail servers that people run themselves: Postfix, Exim, Sendmail, qmail, Courier, ..."""

from __future__ import annotations

from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.unseen.case import (
    COPY,
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

DAEMON = "MAILER-DAEMON@mx.far.example (Mail Delivery System)"
EXIM = "Mail Delivery System <Mailer-Daemon@mx.far.example>"
QMAIL = "MAILER-DAEMON@mx.far.example"
EXIM_START = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:
"""


def exim(words: str) -> bytes:
    """Write as Exim does, with its own header and a copy below."""
    return text(
        head(EXIM, "Mail delivery failed: returning message to sender",
             f"X-Failed-Recipients: {TO}", "Auto-Submitted: auto-replied"),
        f"{EXIM_START}\n{words}\n\n------ This is a copy of the message, including all the headers."
        " ------",
    )  # fmt: skip


def qmail(words: str) -> bytes:
    """Write as qmail does."""
    start = "Hi. This is the qmail-send program at mx.far.example.\nI'm afraid I wasn't able to "
    start += "deliver your message to the following addresses.\nThis is a permanent error; I've "
    start += "given up. Sorry it didn't work out.\n\n"
    return text(
        head(QMAIL, "failure notice"),
        f"{start}<{TO}>:\n{words}\n\n--- Below this line is a copy of the message.",
    )


def postfix(words: str, status: str, said: str, action: str = "failed") -> bytes:
    """Write as Postfix does."""
    return report(
        head(DAEMON, "Undelivered Mail Returned to Sender", "Auto-Submitted: auto-replied"),
        f"This is the mail system at host mx.far.example.\n\nI'm sorry to have to inform you that"
        " your message could not\nbe delivered to one or more recipients. It's attached below.\n\n"
        f"                   The mail system\n\n<{TO}>: {words}",
        f"Reporting-MTA: dns; mx.far.example\nX-Postfix-Queue-ID: 4Fz1\nX-Postfix-Sender: rfc822;"
        f" bounces+b17@club.example\n\nFinal-Recipient: rfc822; {TO}\nOriginal-Recipient: rfc822;"
        f"{TO}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}",
    )


CASES: dict[str, Case] = {
    "postfix, a quota by Dovecot": failed(
        postfix(
            "host dovecot.far.example[private/dovecot-lmtp] said: 552 5.2.2 <parent@far.example>"
            " Quota exceeded (mailbox for user is full) (in reply to end of DATA command)",
            "5.2.2",
            "smtp; 552 5.2.2 <parent@far.example> Quota exceeded (mailbox for user is full)",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "postfix, nothing answers for five days": failed(
        postfix(
            "connect to mx.far.example[192.0.2.9]:25: Connection timed out",
            "4.4.1",
            "X-Postfix; connect to mx.far.example[192.0.2.9]:25: Connection timed out",
        ),
        Cause.EXPIRED,
        False,
    ),
    "postfix, an alias leads to a program that fails": failed(
        postfix(
            'Command died with status 255: "/usr/local/bin/filter". Command output: out of memory',
            "5.3.0",
            "x-unix; out of memory",
        ),
        Cause.NETWORK,
        False,
    ),
    "postfix, a policy server about SPF": failed(
        postfix(
            "host mx.far.example[192.0.2.9] said: 550 5.7.23 <parent@far.example>: Recipient"
            " address rejected: Message rejected due to: SPF fail - not authorized. Please see"
            " http://www.openspf.net/Why?s=mfrom;id=club.example;ip=192.0.2.7 (in reply to RCPT TO"
            " command)",
            "5.7.23",
            "smtp; 550 5.7.23 <parent@far.example>: Recipient address rejected: Message rejected"
            " due to: SPF fail - not authorized.",
        ),
        Cause.AUTH,
    ),
    "postfix, rspamd": failed(
        postfix(
            "host mx.far.example[192.0.2.9] said: 554 5.7.1 Spam message rejected (in reply to end"
            " of DATA command)",
            "5.7.1",
            "smtp; 554 5.7.1 Spam message rejected",
        ),
        Cause.CONTENT,
    ),
    "postfix, a mailbox that was never made": failed(
        postfix(
            "host mx.far.example[192.0.2.9] said: 550 5.1.1 <parent@far.example>: Recipient address"
            " rejected: User unknown in relay recipient table (in reply to RCPT TO command)",
            "5.1.1",
            "smtp; 550 5.1.1 <parent@far.example>: Recipient address rejected: User unknown in"
            " relay recipient table",
        ),
        Cause.ADDRESS,
    ),
    "postfix, an address that can be delivered to, and no delivery": Case(
        postfix(
            "delivery via mx.far.example[192.0.2.9]:25: 250 2.1.5 Ok",
            "2.1.5",
            "smtp; 250 2.1.5 Ok",
            "deliverable",
        ),
        "delivered",
        (Told("relayed", Cause.OTHER, False),),
    ),
    "exim, unrouteable": failed(
        exim(f"  {TO}\n    all relevant MX records point to non-existent hosts"), Cause.ADDRESS
    ),
    "exim, retry time-out": failed(
        exim(
            f"  {TO}\n    host mx.far.example [192.0.2.9]\n    SMTP error from remote mail server"
            " after RCPT TO:<parent@far.example>:\n    451 4.7.1 Greylisting in action, please come"
            " back later: retry timeout exceeded"
        ),
        Cause.POLICY,
        False,
    ),
    "exim, all hosts have been failing": failed(
        exim(
            f"  {TO}\n    all hosts for 'far.example' have been failing for a long time (and retry"
            " time not reached)"
        ),
        Cause.EXPIRED,
        False,
    ),
    "exim by cPanel, the domain sends too much": failed(
        exim(
            f"  {TO}\n    Domain club.example has exceeded the max emails per hour (250/250"
            " (100%)) allowed.  Message discarded."
        ),
        Cause.BLOCKED,
    ),
    "exim, no such person": failed(
        exim(
            f"  {TO}\n    host mx.far.example [192.0.2.9]\n    SMTP error from remote mail server"
            " after RCPT TO:<parent@far.example>:\n    550 No such person at this address"
        ),
        Cause.ADDRESS,
    ),
    "exim, a German filter": failed(
        exim(f"  {TO}\n    Der Empfänger parent ist auf diesem System unbekannt"), Cause.ADDRESS
    ),
    "exim, a report too": failed(
        parts(
            head(
                EXIM,
                "Mail delivery failed: returning message to sender",
                f"X-Failed-Recipients: {TO}",
            ),
            "multipart/report; report-type=delivery-status",
            (
                "text/plain; charset=us-ascii",
                f"{EXIM_START}\n  {TO}\n    mailbox is full (MTA-imposed quota"
                " exceeded while writing"
                " to file /var/mail/parent)",
            ),
            (
                "message/delivery-status",
                "Reporting-MTA: dns; mx.far.example\n\nAction:"
                f" failed\nFinal-Recipient: rfc822;{TO}"
                "\nStatus: 5.0.0",
            ),
            ("text/rfc822-headers", COPY),
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "opensmtpd, an envelope expired": failed(
        text(
            head(
                "Mailer Daemon <MAILER-DAEMON@mx.far.example>",
                "Delivery status notification: error",
            ),
            f"""
                Hi!

                This is the MAILER-DAEMON, please DO NOT REPLY to this email.

                An error has occurred while attempting to deliver a message for
                the following list of recipients:

            {TO}: Envelope expired

                Below is a copy of the original message:
            """,
        ),
        Cause.EXPIRED,
        False,
    ),
    "sendmail, a local user": failed(
        report(
            head(
                "Mail Delivery Subsystem <MAILER-DAEMON@far.example>",
                "Returned mail: see transcript for details",
            ),
            f"""
            The original message was received at Mon, 2 Nov 2026 09:30:00 +0100
            from out.club.example [192.0.2.7]

               ----- The following addresses had permanent fatal errors -----
            <{TO}>
                (reason: 550 5.1.1 User unknown)

               ----- Transcript of session follows -----
            550 5.1.1 <{TO}>... User unknown
            """,
            f"""
            Reporting-MTA: dns; far.example
            Received-From-MTA: DNS; out.club.example
            Arrival-Date: Mon, 2 Nov 2026 09:30:00 +0100

            Final-Recipient: RFC822; {TO}
            X-Actual-Recipient: RFC822; parent@inside.far.example
            Action: failed
            Status: 5.1.1
            Last-Attempt-Date: Mon, 2 Nov 2026 09:30:01 +0100
            """,
        ),
        Cause.ADDRESS,
    ),
    "sendmail, four hours": delayed(
        report(
            head(
                "Mail Delivery Subsystem <MAILER-DAEMON@far.example>",
                "Warning: could not send message for past 4 hours",
            ),
            f"""
                **********************************************
                **      THIS IS A WARNING MESSAGE ONLY      **
                **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
                **********************************************

               ----- The following addresses had transient non-fatal errors -----
            <{TO}>

               ----- Transcript of session follows -----
            <{TO}>... Deferred: Connection refused by mx.far.example.
            Warning: message still undelivered after 4 hours
            Will keep trying until message is 5 days old
            """,
            f"""
            Reporting-MTA: dns; relay.example

            Final-Recipient: RFC822; {TO}
            Action: delayed
            Status: 4.2.0
            Will-Retry-Until: Sat, 7 Nov 2026 09:30:00 +0100
            """,
        ),
        Cause.NETWORK,
    ),
    "qmail, vpopmail": failed(
        qmail("Sorry, no mailbox here by that name. vpopmail (#5.1.1)"), Cause.ADDRESS
    ),
    "qmail, a quota of vpopmail": failed(
        qmail("user is over quota\n(#5.1.1)"), Cause.MAILBOX_FULL, False
    ),
    "qmail, the remote end blocks us": failed(
        qmail(
            "192.0.2.9 failed after I sent the message.\nRemote host said: 554 Denied [CS]"
            " [0b1c2d3e.0.12345.00-2301] (Mode: normal), your host is on our blocklist"
        ),
        Cause.BLOCKED,
    ),
    "qmail, queue lifetime": failed(
        qmail(
            "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try"
            " again; this message has been in the queue too long."
        ),
        Cause.EXPIRED,
        False,
    ),
    "qmail, French": failed(
        text(
            head(QMAIL, "échec de remise"),
            f"""
            Bonjour, ceci est le programme qmail-send sur mx.far.example.
            Je n'ai pas pu remettre votre message aux adresses suivantes.
            C'est une erreur permanente, j'abandonne. Désolé.

            <{TO}>:
            Désolé, aucune boîte aux lettres de ce nom ici. L'adresse n'existe pas. (#5.1.1)

            --- Sous cette ligne se trouve une copie du message.
            """,
        ),
        Cause.ADDRESS,
    ),
    "courier": failed(
        report(
            head(
                '"Courier mail server at mx.far.example" <postmaster@far.example>',
                "NOTICE: mail delivery status.",
            ),
            f"""
            This is a delivery status notification from mx.far.example,
            running the Courier mail server, version 1.0.

            The original message was received on Mon, 02 Nov 2026 09:30:00 +0100
            from out.club.example (out.club.example [192.0.2.7])

            ---------------------------------------------------------------------------

                                       UNDELIVERABLE MAIL

            Your message to the following recipients cannot be delivered:

            <{TO}>:
                 mx.far.example [192.0.2.9]:
             >>> RCPT TO:<{TO}>
             <<< 550 User unknown.
            """,
            f"""
            Reporting-MTA: dns; mx.far.example
            Arrival-Date: Mon, 02 Nov 2026 09:30:00 +0100
            Received-From-MTA: dns; out.club.example (out.club.example [192.0.2.7])

            Final-Recipient: rfc822; {TO}
            Action: failed
            Status: 5.0.0
            Remote-MTA: dns; mx.far.example [192.0.2.9]
            Diagnostic-Code: smtp; 550 User unknown.
            """,
        ),
        Cause.ADDRESS,
    ),
    "dragonfly": failed(
        text(
            head("MAILER-DAEMON <>", "Mail delivery failed"),
            f"""
            This is the DragonFly Mail Agent v0.13 at mx.far.example.

            There was an error delivering your mail to <{TO}>.

            host not found

            Message headers follow.
            """,
        ),
        Cause.ADDRESS,
    ),
    "james": failed(
        text(
            head("postmaster@far.example", "Delivery failure"),
            f"""
            Hi. This is the James mail server at mx.far.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out. Below
            I include the list of recipients and the reason why I was unable to deliver
            your message.

            Failed recipient(s):
            {TO}

            Error message:
            550 5.1.1 Requested action not taken: mailbox unavailable
            """,
        ),
        Cause.ADDRESS,
    ),
    "a loop, and a size in the same words": failed(
        postfix(
            "host mx.far.example[192.0.2.9] refused to accept the message: 554 5.4.6 Hop count"
            " exceeded - possible mail loop (in reply to end of DATA command)",
            "5.4.6",
            "smtp; 554 5.4.6 Hop count exceeded - possible mail loop",
        ),
        Cause.LOOP,
    ),
}
