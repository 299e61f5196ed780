"""Microsoft: Exchange of all ages, Office 365, Outlook.com, in the languages of their owners."""

from __future__ import annotations

from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.unseen.case import TO, Case, delayed, failed, head, parts, report, text

OFFICE = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@far.example>"


def office(subject: str, words: str, status: str, said: str, action: str = "failed") -> bytes:
    """Write as Exchange Online does: HTML for people, its own fields in the report."""
    return report(
        head(OFFICE, subject, "X-MS-Exchange-Message-Is-Ndr:", "Content-Language: en-US"),
        f"<html><head><style>td{{color:#333}}</style></head><body>{words}</body></html>",
        f"""
        Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com
        Received-From-MTA: dns;out.club.example
        Arrival-Date: Mon, 2 Nov 2026 09:30:00 +0000

        Final-Recipient: rfc822;{TO}
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp;{said}
        """.replace("\n        ", "\n"),
        html=True,
    )


CASES: dict[str, Case] = {
    "office 365, German, no such recipient": failed(
        office(
            "Unzustellbar: Closed today",
            f"<p>Ihre Nachricht an <b>{TO}</b> konnte nicht übermittelt werden.</p>"
            "<p><b>parent</b> wurde unter <b>far.example</b> nicht gefunden.</p>"
            "<table><tr><td>club</td><td>Office 365</td><td>parent</td></tr>"
            "<tr><td>Aktion erforderlich</td><td></td><td>Empfänger</td></tr></table>",
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient parent@far.example not found by"
            " SMTP address lookup",
        ),
        Cause.ADDRESS,
    ),
    "office 365, French, full": failed(
        office(
            "Non remis : Closed today",
            f"<p>Votre message à <b>{TO}</b> n’a pas pu être remis.</p><p>La boîte aux lettres du"
            " destinataire est pleine et ne peut pas accepter de messages pour le moment.</p>",
            "5.2.2",
            "554 5.2.2 mailbox full;"
            " STOREDRV.Deliver.Exception:QuotaExceededException.MapiException"
            "ShutoffQuotaExceeded; Failed to process message due to a permanent exception",
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "office 365, Spanish, a group for its own people": failed(
        office(
            "No se puede entregar: Closed today",
            f"<p>No se pudo entregar el mensaje a <b>{TO}</b>.</p><p>El grupo <b>parent</b> solo"
            " acepta mensajes de personas de su organización.</p>",
            "5.7.133",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required;"
            " Delivery restriction check failed because the sender was not authenticated",
        ),
        Cause.POLICY,
    ),
    "office 365, we are on its list": failed(
        office(
            "Undeliverable: Closed today",
            f"<p>Your message to <b>{TO}</b> couldn't be delivered.</p><p>A mail server on the way"
            " rejected it.</p>",
            "5.7.606",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this"
            " list please visit https://sender.office.com/ AS(1410)",
        ),
        Cause.BLOCKED,
    ),
    "office 365, edge blocks what is in no directory": failed(
        office(
            "Undeliverable: Closed today",
            f"<p>Your message to <b>{TO}</b> couldn't be delivered.</p>",
            "5.4.1",
            "550 5.4.1 Recipient address rejected: Access denied. For more information see"
            " https://aka.ms/EXOSmtpErrors [DB5EUR01FT034.eop-EUR01.prod.protection.outlook.com"
            " 2026-11-02T09:30:00.000Z 08DE0A0B0C0D0E0F]",
        ),
        Cause.ADDRESS,
    ),
    "office 365, the domain does not exist": failed(
        office(
            "Undeliverable: Closed today",
            f"<p>Your message to <b>{TO}</b> couldn't be delivered.</p><p>far.example couldn't be"
            " found.</p>",
            "5.4.310",
            "550 5.4.310 DNS domain far.example does not exist [Message=InfoDomainNonexistent]"
            " [LastAttemptedServerName=far.example]",
        ),
        Cause.ADDRESS,
    ),
    "office 365, tried for a day": failed(
        office(
            "Undeliverable: Closed today",
            f"<p>Your message to <b>{TO}</b> couldn't be delivered.</p><p>Office 365 tried for a"
            " day and could not connect to the server.</p>",
            "4.4.7",
            "550 4.4.7 QUEUE.Expired; message expired",
        ),
        Cause.EXPIRED,
        False,
    ),
    "office 365, Italian, taken for spam": failed(
        office(
            "Non recapitabile: Closed today",
            f"<p>Impossibile recapitare il messaggio a <b>{TO}</b>.</p>",
            "5.7.509",
            "550 5.7.509 Access denied, sending domain [CLUB.EXAMPLE] does not pass DMARC"
            " verification and has a DMARC policy of reject.",
        ),
        Cause.AUTH,
    ),
    "office 365, Dutch, delayed": delayed(
        office(
            "Bezorging vertraagd: Closed today",
            f"<p>De bezorging van uw bericht aan <b>{TO}</b> is vertraagd.</p>",
            "4.4.316",
            "450 4.4.316 Connection refused [Message=Socket error code 10061]",
            "delayed",
        ),
        Cause.NETWORK,
    ),
    "exchange 2010, words alone": failed(
        text(
            head("Microsoft Exchange <postmaster@far.example>", "Undeliverable: Closed today"),
            f"""
            Delivery has failed to these recipients or distribution lists:

            {TO}
            The recipient's mailbox is full and can't accept messages now. Microsoft Exchange will
            not try to redeliver this message for you. Please try resending this message later.

            Diagnostic information for administrators:

            Generating server: far.example

            {TO}
            #< #5.2.2 smtp;554 5.2.2 mailbox full> #SMTP#

            Original message headers:
            """,
        ),
        Cause.MAILBOX_FULL,
        False,
    ),
    "exchange 2007, French": failed(
        text(
            head("Administrateur système <postmaster@far.example>", "Non remis : Closed today"),
            f"""
            Échec de la remise aux destinataires ou listes de distribution suivants :

            {TO}
            L’adresse de messagerie que vous avez entrée est introuvable. Vérifiez l’adresse et
            essayez de renvoyer le message.

            Informations de diagnostic pour les administrateurs :

            Génération du serveur : far.example

            {TO}
            #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

            En-têtes du message d'origine :
            """,
        ),
        Cause.ADDRESS,
    ),
    "exchange 2003, German": failed(
        parts(
            head("System Administrator <postmaster@far.example>", "Unzustellbar: Closed today"),
            "multipart/report; report-type=delivery-status",
            (
                "text/plain; charset=utf-8",
                "Ihre Nachricht\n\n  An:      parent\n  Betreff: Closed"
                " today\n\nhat einige oder alle"
                " Empfänger nicht erreicht.\n\nFolgende Empfänger konnten"
                " nicht erreicht werden:\n\n"
                f"      {TO} am 02.11.2026 09:30\n            Das E-Mail-Konto existiert in der"
                " Organisation nicht, an die diese Nachricht gesendet wurde.\n            "
                "<mail.far.example #5.1.1>\n",
            ),
            (
                "message/delivery-status",
                "Reporting-MTA: dns;mail.far.example\n\nFinal-Recipient: RFC822;parent@far.example"
                "\nAction: failed\nStatus: 5.1.1\nX-Display-Name: parent\n",
            ),
        ),
        Cause.ADDRESS,
    ),
    "exchange 5.5, the recipient name is not recognized": failed(
        text(
            head("System Administrator <postmaster@far.example>", "Undeliverable: Closed today"),
            f"""
            Your message

              To:      '{TO}'
              Subject: Closed today
              Sent:    Mon, 2 Nov 2026 09:30:00 +0100

            did not reach the following recipient(s):

            {TO} on Mon, 2 Nov 2026 09:30:05 +0100
                The recipient name is not recognized
                The MTS-ID of the original message is: c=ca;a= ;p=far;l=MAIL0111020930WXYZ
                MSEXCH:IMS:FAR:MONTREAL:MAIL 0 (000C05A6) Unknown Recipient
            """,
            "",
        ),
        Cause.ADDRESS,
    ),
    "outlook.com, one of its users": failed(
        report(
            head("postmaster@outlook.com", "Delivery Status Notification (Failure)"),
            f"""
            This is an automatically generated Delivery Status Notification.

            Delivery to the following recipients failed.

                   {TO}
            """,
            f"""
            Reporting-MTA: dns;BAY004-OMC1S1.hotmail.com
            Received-From-MTA: dns;club.example
            Arrival-Date: Mon, 2 Nov 2026 01:30:00 -0800

            Final-Recipient: rfc822;{TO}
            Action: failed
            Status: 5.5.0
            Diagnostic-Code: smtp;550 Requested action not taken: mailbox unavailable (-2147467259)
            """,
        ),
        Cause.ADDRESS,
    ),
    "an address of X.400": failed(
        report(
            head("postmaster@far.example", "Delivery Report (failure) for parent"),
            f"""
            This report relates to your message: Subject: Closed today,
            Message-ID: <d17@club.example>,
            To: {TO}

            Your message was not delivered to:   {TO}
            for the following reason:
                    Recipient's Mailbox unavailable
                    MTA 'mail.far.example' gives error message  User unknown in directory
            """,
            """
            Reporting-MTA: x400; mta FAR in /PRMD=far/ADMD= /C=CA/

            Final-Recipient: X400; /G=Pat/S=Parent/O=far/PRMD=far/ADMD= /C=CA/
            Original-Recipient: rfc822; parent@far.example
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: X400; Reason 1 Diagnostic 0 (unrecognised-OR-name)
            """,
        ),
        Cause.ADDRESS,
    ),
}
