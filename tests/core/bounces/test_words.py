"""Bounces in plain words, and the mails that only look like one."""

from __future__ import annotations

import re

import pytest

from sendout.core.bounces import verdicts
from sendout.core.bounces.codes import plain_words
from sendout.core.bounces.reading import read
from sendout.core.bounces.verdicts import Cause
from tests.core.bounces.mails import ORIGINAL, complaint, plain, report

A = Cause.ADDRESS
FULL = Cause.MAILBOX_FULL

DIALECTS = [
    ("""
     Hi. This is the qmail-send program at mx.example.
     I'm afraid I wasn't able to deliver your message to the following addresses.
     This is a permanent error; I've given up. Sorry it didn't work out.

     <parent@far.example>:
     192.0.2.2 does not like recipient.
     Remote host said: 550 5.1.1 No such user here
     Giving up on 192.0.2.2.
     """, A, True),
    ("""
     Delivery to the following recipient failed permanently:

          parent@far.example

     Technical details of permanent failure:
     The error that the other server returned was:
     550 550 5.2.2 The email account that you tried to reach is over quota.
     """, FULL, False),
    ("""
     Message from yahoo.example.
     Unable to deliver message to the following address(es).

     <parent@far.example>:
     This user doesn't have a yahoo.example account (parent@far.example) [0]
     """, A, True),
    ("""
     Your message
       To:      parent@far.example
       Subject: Closed today
     did not reach the following recipient(s):

     parent@far.example on Mon, 1 Jan 2024 10:00:00 +0100
         The recipient name is not recognized
     """, A, True),
    ("""
        ----- The following addresses had permanent fatal errors -----
     <parent@far.example>
         (reason: 550 5.1.1 <parent@far.example>... User unknown)

        ----- Transcript of session follows -----
     ... while talking to mx.far.example.:
     >>> DATA
     <<< 550 5.1.1 <parent@far.example>... User unknown
     """, A, True),
    ("""
     Votre message n'a pas pu être remis à parent@far.example :
     l'adresse n'existe pas.
     """, A, True),
    ("""
     Votre message n'a pas été remis au destinataire suivant :
     parent@far.example
     La boîte aux lettres du destinataire est pleine.
     """, FULL, False),
    ("""
     Ihre Nachricht konnte nicht zugestellt werden:
     parent@far.example
     Empfänger unbekannt
     """, A, True),
    ("""
     Ihre Nachricht an parent@far.example konnte nicht zugestellt werden.
     Das Postfach des Empfängers ist voll.
     """, FULL, False),
    ("""
     No se pudo entregar el mensaje a parent@far.example
     El usuario no existe.
     """, A, True),
    ("""
     Your message could not be delivered to: parent@far.example
     The mailbox may be full, or the user may not exist. Please check the address.
     """, Cause.OTHER, True),
]  # fmt: skip


@pytest.mark.parametrize(("words", "cause", "hard"), DIALECTS)
def test_servers_say_it_in_their_own_ways(words: str, cause: Cause, hard: bool) -> None:
    reading = read(plain(words))
    (found,) = reading.reports
    assert reading.kind == "bounce"
    assert (found.address, found.action) == ("parent@far.example", "failed")
    assert (found.cause, found.hard) == (cause, hard)
    assert reading.original.message_id == "<d17@club.example>"


def test_a_warning_is_a_delay() -> None:
    words = """
        This message was created automatically by mail delivery software.
        A message that you sent has not yet been delivered to one or more of its
        recipients after more than 24 hours on the queue on mx.example.

          parent@far.example

        No action is required on your part. Delivery attempts will continue for some
        time. Eventually the mail delivery software will give up, and the message will be
        returned to you.
        """
    (found,) = read(plain(words)).reports
    assert (found.action, found.hard) == ("delayed", False)


def test_html_alone_is_read_too() -> None:
    raw = (
        b"Return-Path: <>\nFrom: postmaster@outlook.example\nSubject: Undeliverable: Closed today\n"
        b"Content-Type: text/html; charset=utf-8\n\n"
        b"<html><style>p{color:red}</style><p>Your message to <b>parent@far.example</b> couldn't be"
        b" delivered.</p><p><b>parent</b> wasn't found at <b>far.example</b>.</p></html>"
    )
    (found,) = read(raw).reports
    assert (found.address, found.cause) == ("parent@far.example", A)


def test_the_header_of_exim_names_who_failed() -> None:
    headers = ("Return-Path: <>", "X-Failed-Recipients: a@far.example, b@far.example")
    headers += ("From: Mailer-Daemon@exim.example", "Subject: Mail delivery failed")
    words = "  a@far.example\n    Unrouteable address\n  b@far.example\n    mailbox is full"
    found = [(each.address, each.cause) for each in read(plain(words, *headers)).reports]
    assert found == [("a@far.example", A), ("b@far.example", FULL)]


def test_our_own_addresses_are_never_the_ones_that_failed() -> None:
    words = """
        The message from bounces+b17@club.example, club@club.example could not be delivered to
        parent@far.example: no such user. Questions? Write to postmaster@mx.example.
        """
    assert [each.address for each in read(plain(words)).reports] == ["parent@far.example"]


BOUNCE = plain(DIALECTS[0][0]).decode().partition("\n\n")[2]
QUOTED = "\n".join(f"> {line}" for line in BOUNCE.splitlines())
BOB = "From: Bob <bob@home.example>\nTo: office@club.example\n"


@pytest.mark.parametrize(
    ("name", "head", "body"),
    [
        ("an answer", BOB + "Subject: Re: failure notice\nIn-Reply-To: <x@y>\n", QUOTED),
        ("an answer from a phone", BOB + "Subject: Re: failure notice\n", QUOTED),
        (
            "a forward",
            BOB + "Subject: Fwd: Undelivered Mail Returned to Sender\n",
            "What is this?\n\n---------- Forwarded message ---------\n" + BOUNCE,
        ),
        ("a complaint of a person", BOB + "Subject: Closed?\n", "My mailbox is full of you."),
        ("a question", BOB + "Subject: Help\n", "I get 550 5.1.1 User unknown for a@b.example."),
    ],
)
def test_a_person_who_quotes_a_bounce_is_none(name: str, head: str, body: str) -> None:
    assert read(f"{head}\n{body}".encode()).kind == "unknown", name


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\nSubject: Re: Closed today",
        "Subject: Out of office: Closed today",
        "Subject: Réponse automatique : Closed today",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique?=",
        "Subject: Abwesenheitsnotiz",
        "Subject: Respuesta automática",
        "X-Autoreply: yes\nSubject: Closed today",
        "Precedence: auto_reply\nSubject: Closed today",
        "Return-Path: <>\nSubject: Automatic reply: Closed today",
    ],
)
def test_an_answer_of_a_machine_is_no_bounce(head: str) -> None:
    words = "I am away until Monday. Mail to my old address is not delivered."
    reading = read(f"From: parent@far.example\n{head}\n\n{words}\n".encode())
    assert (reading.kind, reading.reports) == ("auto_reply", ())


@pytest.mark.parametrize(
    ("sender", "subject", "words"),
    [
        ("support@boxbe.example", "Closed today (Action Required)",
         "Your message is waiting. Click the link to verify that you are a real person."),
        ("parent@earthlink.example", "Re: Closed today [spamBlocker challenge]",
         "I apologize for this automatic reply. Your email address must be confirmed: you are not "
         "yet on my approved senders list. Click the link below to request that I add you."),
        ("no-reply@spamarrest.com", "Re: Closed today",
         "Please click the link below to verify yourself. This one-time verification is needed."),
        ("parent@far.example", "Please confirm your message",
         "Please click this link to confirm that you are human."),
        ("noreply@mailinblack.com", "Demande d'authentification",
         "Cliquez sur le lien pour vous authentifier."),
    ],
)  # fmt: skip
def test_a_challenge_is_no_bounce(sender: str, subject: str, words: str) -> None:
    raw = f"Return-Path: <>\nFrom: {sender}\nSubject: {subject}\n\n{words}\n".encode()
    assert read(raw).kind == "challenge"


@pytest.mark.parametrize(
    ("kind", "action"),
    [("abuse", "complained"), ("fraud", "complained"), ("Opt-Out", "opt_out")],
)
def test_a_complaint_names_who_complains(kind: str, action: str) -> None:
    reading = read(
        complaint(
            f"""
            Feedback-Type: {kind}
            User-Agent: SomeProvider/1.0
            Original-Mail-From: <bounces+b17@club.example>
            Original-Rcpt-To: <parent@far.example>
            Source-IP: 192.0.2.1
            """
        )
    )
    assert reading.kind == "complaint"
    assert [(each.address, each.action, each.hard) for each in reading.reports] == [
        ("parent@far.example", action, False)
    ]
    assert reading.original.message_id == "<d17@club.example>"
    assert reading.original.return_path == "bounces+b17@club.example"
    assert reading.original.source_ip == "192.0.2.1"
    assert reading.original.feedback_type == kind


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam", "virus"])
def test_a_report_about_something_else_is_no_complaint(kind: str) -> None:
    reading = read(complaint(f"Feedback-Type: {kind}\nOriginal-Rcpt-To: parent@far.example"))
    assert (reading.kind, reading.reports) == ("unknown", ())


def test_a_complaint_may_hide_who_complains() -> None:
    (found,) = read(complaint("Feedback-Type: abuse", to="undisclosed recipients:;")).reports
    assert (found.address, found.action) == ("", "complained")


def test_outlook_com_complains_with_a_subject_alone() -> None:
    raw = (
        "From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        "X-HmXmrOriginalRecipient: parent@far.example\n" + ORIGINAL.format(to="x@y.example")
    )
    (found,) = read(raw.encode() + b"\n--b--\n").reports
    assert (found.address, found.action) == ("parent@far.example", "complained")


def test_a_mail_program_unsubscribes_with_a_subject_alone() -> None:
    (found,) = read(b"From: Parent <parent@far.example>\nSubject: unsubscribe\n\n").reports
    assert (found.address, found.action) == ("parent@far.example", "opt_out")


def test_the_same_bounce_is_read_whatever_its_line_ends() -> None:
    raw = report("Final-Recipient: rfc822; parent@far.example\nAction: failed\nStatus: 5.1.1")
    for ending in (b"\r\n", b"\r"):
        assert read(raw.replace(b"\n", ending)) == read(raw)


def test_a_report_in_base64_is_read() -> None:
    raw = (
        b"Return-Path: <>\nSubject: Undeliverable\nContent-Type: multipart/report; boundary=b\n\n"
        b"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        b"RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IHBhcmVudEBmYXIuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApT\n"
        b"dGF0dXM6IDUuMS4xCg==\n--b--\n"
    )
    assert [(each.address, each.code) for each in read(raw).reports] == [
        ("parent@far.example", "5.1.1")
    ]


TOLD = [value for value in vars(verdicts).values() if isinstance(value, verdicts.Verdict)]


@pytest.mark.parametrize("found", TOLD, ids=lambda found: found.plain)
def test_a_failed_text_is_never_told_in_words_for_emails(found: verdicts.Verdict) -> None:
    said = verdicts.OF_A_TEXT.get(found, found)
    assert not re.search("mail|receiving server|@", said.plain)
    assert said.blame is found.blame


def test_the_channel_decides_about_the_words() -> None:
    assert plain_words("5.1.1", "") == "There is no such mailbox."
    assert plain_words("5.1.1", "", of_text=True) == "The number does not exist, or takes no texts."
