"""What is no bounce: absences, receipts of tickets, challenges, mailing lists, complaints."""

from __future__ import annotations

from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.unseen.case import COPY, TO, Case, Told, head, parts, text

PERSON = f"Pat Parent <{TO}>"
COMPLAINED = (Told("complained", Cause.OTHER, False),)


def away(subject: str, words: str, *more: str, path: str = "<>") -> Case:
    """Give the answer of a machine for a person."""
    return Case(text(head(PERSON, subject, *more, path=path), words, ""), "auto_reply")


def arf(
    sender: str, fields: str, copy: str = COPY, words: str = "This is an abuse report."
) -> bytes:
    """Write an abuse report (RFC 5965)."""
    return parts(
        head(sender, "FW: Closed today", path="<feedback@provider.example>"),
        "multipart/report; report-type=feedback-report",
        ("text/plain; charset=us-ascii", words),
        ("message/feedback-report", fields),
        ("message/rfc822", copy),
    )


CASES: dict[str, Case] = {
    "away, English, no header says so": away(
        "Out of office", "I am out of the office until 9 November and will answer after that."
    ),
    "away, French": away(
        "Réponse automatique : Closed today",
        "Bonjour, je suis absente du bureau jusqu'au 9 novembre.",
        "Auto-Submitted: auto-replied",
    ),
    "away, German": away(
        "Abwesenheitsnotiz: Closed today",
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum 9. November nicht im Büro. Ihre E-Mail"
        " wird nicht weitergeleitet.",
    ),
    "away, Italian": away(
        "Risposta automatica: Closed today", "Sono fuori ufficio fino al 9 novembre."
    ),
    "away, Dutch": away("Automatisch antwoord: Closed today", "Ik ben afwezig tot 9 november."),
    "away, Portuguese": away("Resposta automática: Closed today", "Estou de férias até dia 9."),
    "away, Swedish": away("Autosvar: Closed today", "Jag är inte på kontoret."),
    "away, Norwegian": away("Automatisk svar: Closed today", "Jeg er på ferie til 9. november."),
    "away, Danish": away("Automatisk svar: Closed today", "Jeg er ikke på kontoret."),
    "away, Finnish": away("Automaattinen vastaus: Closed today", "Olen lomalla 9.11. asti."),
    "away, Polish": away("Odpowiedź automatyczna: Closed today", "Jestem nieobecny do 9.11."),
    "away, Czech": away("Automatická odpověď: Closed today", "Jsem mimo kancelář."),
    "away, Hungarian": away("Automatikus válasz: Closed today", "Nem vagyok az irodában."),
    "away, Turkish": away("Otomatik Yanıt: Closed today", "Ofis dışındayım."),
    "away, Chinese": away("自动回复: Closed today", "我目前不在办公室。"),
    "away, Japanese": away("自動応答: Closed today", "現在、外出しております。"),
    "away, Russian": away("Автоответ: Closed today", "Меня нет в офисе до 9 ноября."),
    "away, by the header of Exchange": away(
        "Closed today", "Back on Monday.", "X-Auto-Response-Suppress: All",
        "auto-submitted: auto-generated",
    ),
    "a new address": away(
        "Automatic reply: Closed today",
        "This mailbox is no longer monitored. Please write to pat@new.example instead.",
    ),
    "a ticket": away(
        "[#4711] Ticket received: Closed today",
        "We have received your message and will get back to you within two days.",
        "Precedence: auto_reply",
    ),
    "a challenge, English": Case(
        text(
            head("Pat Parent <parent@far.example>", "Closed today (please confirm your message)",
                 "Auto-Submitted: auto-replied"),
            "Hello, I use a filter against spam. Your message is waiting. Please click the link"
            " below to verify that you are a real person.\nhttps://filter.example/v/1",
            "",
        ),
        "challenge",
    ),
    "a challenge, French": Case(
        text(
            head("MailInBlack <noreply@mailinblack.com>", "Demande d'authentification"),
            "Votre message à parent@far.example est en attente. Cliquez sur le lien ci-dessous pour"
            " vous authentifier.",
            "",
        ),
        "challenge",
    ),
    "mailman, a post is held": Case(
        text(
            head("parents-bounces@lists.far.example",
                 "Your message to Parents awaits moderator approval",
                 "List-Id: <parents.lists.far.example>", "Precedence: bulk",
                 path="<parents-bounces@lists.far.example>"),
            "Your mail to 'Parents' with the subject\n\n    Closed today\n\nIs being held until the"
            " list moderator can review it for approval.",
            "",
        ),
        "unknown",
    ),
    "sympa, not a subscriber": Case(
        text(
            head("SYMPA <sympa@lists.far.example>", "Error sending message to parents",
                 path="<sympa-request@lists.far.example>"),
            "Your message for list parents@lists.far.example was rejected.\nThe message has been"
            " rejected because you are not subscribed to this list.",
            "",
        ),
        "unknown",
    ),
    "a person asks": Case(
        text(head(PERSON, "Closed today?", path=f"<{TO}>"), "Is the pool closed tomorrow too?", ""),
        "unknown",
    ),
    "a complaint by Yahoo": Case(
        arf(
            "Yahoo! Mail AntiSpam Feedback <feedback@arf.yahoo.example>",
            f"Feedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 0.1\n"
            f"Original-Mail-From: <bounces+b17@club.example>\nOriginal-Rcpt-To: {TO}\n"
            "Received-Date: Mon, 02 Nov 2026 09:40:00 GMT\nReported-Domain: club.example\n"
            "Authentication-Results: spf=pass; dkim=pass",
        ),
        "complaint",
        COMPLAINED,
    ),
    "a complaint by AOL, the recipient blacked out": Case(
        arf(
            "scomp@aol.example",
            "Feedback-Type: abuse\nUser-Agent: AOL SComp\nVersion: 0.1\nReceived-Date: Mon, 02 Nov"
            " 2026 04:40:00 -0500\nSource-IP: 192.0.2.7\nReported-Domain: out.club.example\n"
            "Redacted-Address: redacted\nRedacted-Address: redacted@",
            COPY.replace(TO, "redacted"),
        ),
        "complaint",
        (Told("complained", Cause.OTHER, False, ""),),
    ),
    "a complaint by Outlook.com": Case(
        parts(
            head("staff@hotmail.com", "complaint about message from 192.0.2.7",
                 path="<bounces.staff@hotmail.com>"),
            "multipart/mixed",
            ("message/rfc822",
             f"X-HmXmrOriginalRecipient: {TO}\nX-MS-Exchange-EOPDirect: true\n{COPY}"),
        ),
        "complaint",
        COMPLAINED,
    ),
    "a complaint by Comcast": Case(
        arf(
            "Comcast FBL <feedback@fbl.comcast.example>",
            "Feedback-Type: abuse\nUser-Agent: Return Path Abuse Feedback Loop Service/1.0\n"
            f"Version: 1\nOriginal-Mail-From: bounces+b17@club.example\nOriginal-Rcpt-To: {TO}\n"
            "Arrival-Date: Mon, 02 Nov 2026 09:40:00 +0000\nSource-IP: 192.0.2.7\n"
            "Removal-Recipient: parent@far.example",
        ),
        "complaint",
        COMPLAINED,
    ),
    "a complaint in capitals, a part in base64": Case(
        arf(
            "fbl@provider.example",
            f"FEEDBACK-TYPE: Abuse\nUSER-AGENT: X/1\nORIGINAL-RCPT-TO: <{TO}>",
        ),
        "complaint",
        COMPLAINED,
    ),
    "an opt-out": Case(
        arf("fbl@provider.example", f"Feedback-Type: opt-out\nOriginal-Rcpt-To: {TO}\nVersion: 1"),
        "complaint",
        (Told("opt_out", Cause.OTHER, False),),
    ),
    "a report about DMARC": Case(
        arf(
            "dmarc-noreply@provider.example",
            "Feedback-Type: auth-failure\nUser-Agent: X/1\nVersion: 1\nAuth-Failure: dmarc\n"
            f"Original-Rcpt-To: {TO}\nDelivery-Result: reject\nReported-Domain: club.example",
        ),
        "unknown",
    ),
    "a daily report of DMARC": Case(
        parts(
            head("noreply-dmarc-support@provider.example",
                 "Report domain: club.example Submitter: provider.example Report-ID: 123",
                 path="<noreply-dmarc-support@provider.example>"),
            "multipart/mixed",
            ("text/plain", "This is an aggregate report."),
            ("application/gzip", "H4sIAAAAAAAA"),
        ),
        "unknown",
    ),
    "not spam after all": Case(
        arf("fbl@provider.example", f"Feedback-Type: not-spam\nOriginal-Rcpt-To: {TO}"), "unknown"
    ),
}  # fmt: skip
