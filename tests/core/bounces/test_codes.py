"""Whose fault a refusal is, with the words that servers really send."""

from __future__ import annotations

import pytest

from sendout.core.bounces.codes import TABLE, blame, judge, plain_words
from sendout.core.delivery.outcome import Blame

SAID = [
    # the address: only these may put anybody on the Unsubscribes list
    (
        "5.1.1",
        "<a@example.test>: Recipient address rejected: User unknown in virtual mailbox table",
        Blame.ADDRESS,
    ),
    (
        "5.1.1",
        "The email account that you tried to reach does not exist. Please try double-checking the "
        "recipient's email address for typos or unnecessary spaces.",
        Blame.ADDRESS,
    ),
    ("550", "5.1.1: no such user", Blame.ADDRESS),
    ("550", "No Such User Here", Blame.ADDRESS),
    ("550", "Unknown user: a@example.test", Blame.ADDRESS),
    ("550", "Requested action not taken: mailbox unavailable", Blame.ADDRESS),
    ("5.5.0", "Requested action not taken: mailbox unavailable (S2017062302)", Blame.ADDRESS),
    (
        "5.4.1",
        "Recipient address rejected: Access denied. AS(201806281) [x.prod.outlook.com]",
        Blame.ADDRESS,
    ),
    ("5.2.1", "The email account that you tried to reach is inactive.", Blame.ADDRESS),
    ("5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found", Blame.ADDRESS),
    ("5.1.10", "Domain does not accept mail (nullMX)", Blame.ADDRESS),
    ("5.1.2", "Bad destination system address", Blame.ADDRESS),
    ("5.4.4", "Host or domain name not found. Name service error: Host not found", Blame.ADDRESS),
    ("5.1.3", "Bad recipient address syntax", Blame.ADDRESS),
    ("551", "User not local; please try <a@example.com>", Blame.ADDRESS),
    # the person's mailbox or server
    ("5.2.2", "The email account that you tried to reach is over quota.", Blame.RECIPIENT),
    ("552", "Mailbox full", Blame.RECIPIENT),
    ("552", "5.2.2 user over quota; cannot receive new mail", Blame.RECIPIENT),
    ("4.2.2", "Mailbox full", Blame.RECIPIENT),
    ("5.7.1", "Message rejected due to local policy.", Blame.RECIPIENT),
    ("5.4.6", "Routing loop detected", Blame.RECIPIENT),
    ("450", "4.2.0: Greylisted, please try again in 300 seconds", Blame.RECIPIENT),
    ("451", "Temporary local problem - please try later", Blame.RECIPIENT),
    ("4.1.1", "Recipient address rejected: unverified address: User unknown", Blame.RECIPIENT),
    ("550", "Mailbox temporarily unavailable", Blame.RECIPIENT),
    ("5.7.1", "The recipient has blocked your address", Blame.RECIPIENT),
    (
        "5.7.133",
        "Delivery restriction check failed: sender not authenticated for group",
        Blame.RECIPIENT,
    ),
    ("4.4.3", "Name service error: Host not found, try again", Blame.RECIPIENT),
    ("5.2.1", "The user is receiving mail at a rate that prevents delivery", Blame.RECIPIENT),
    ("5.3.5", "System incorrectly configured", Blame.RECIPIENT),
    ("550", "", Blame.RECIPIENT),
    ("5.9.9", "Computer says no", Blame.RECIPIENT),
    # what we said
    ("5.3.4", "Message size exceeds fixed limit", Blame.MESSAGE),
    ("552", "Message too large", Blame.MESSAGE),
    ("552", "", Blame.MESSAGE),
    ("5.7.1", "Our system has detected that this message is likely unsolicited", Blame.MESSAGE),
    ("554", "Message rejected: spam content", Blame.MESSAGE),
    ("5.6.0", "Cannot parse headers", Blame.MESSAGE),
    ("550", "A link in the message is listed by a URIBL", Blame.MESSAGE),
    # us
    ("5.7.1", "<a@elsewhere.test>: Relay access denied", Blame.SENDER),
    ("550", "relay not permitted", Blame.SENDER),
    ("550", "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Blame.SENDER),
    ("530", "Must issue a STARTTLS command first", Blame.SENDER),
    ("5.7.0", "Authentication required", Blame.SENDER),
    ("5.7.8", "Error: authentication failed", Blame.SENDER),
    ("5.7.1", "<club@example.org>: Sender address rejected: not owned by user", Blame.SENDER),
    ("5.1.8", "Sender address rejected: Domain not found", Blame.SENDER),
    (
        "5.7.1",
        "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
        "https://www.spamhaus.org/query/ip/192.0.2.1",
        Blame.SENDER,
    ),
    ("5.7.606", "Access denied, banned sending IP [192.0.2.1]", Blame.SENDER),
    ("5.1.1", "Message refused: your IP has a poor reputation", Blame.SENDER),
    ("5.7.26", "This mail is unauthenticated", Blame.SENDER),
    ("550", "SPF check failed for example.org", Blame.SENDER),
    ("550", "Your domain does not exist", Blame.SENDER),
    ("4.7.0", "Messages from 192.0.2.1 temporarily deferred due to user complaints", Blame.SENDER),
    ("5.7.28", "Our system has detected an unusual rate of mail", Blame.SENDER),
    ("5.1.0", "Unknown address error 550-'5.7.1 listed at spamhaus'", Blame.SENDER),
    ("connect", "cannot connect to mail.example.org:25: connection refused", Blame.SENDER),
    ("login", "sign-in was refused", Blame.SENDER),
    ("502", "Command not implemented", Blame.SENDER),
]


@pytest.mark.parametrize(("code", "text", "expected"), SAID)
def test_the_one_at_fault_is_found(code: str, text: str, expected: Blame) -> None:
    assert blame(code, text) is expected
    assert plain_words(code, text).endswith(".")


def test_an_address_says_nothing_about_the_reason() -> None:
    text = "<spamhaus.full@relay-access-denied.test>: no such user here"
    assert blame("550", text) is Blame.ADDRESS


@pytest.mark.parametrize(("_code", "text", "_blame"), SAID)
def test_a_temporary_refusal_never_blames_the_address(_code: str, text: str, _blame: Blame) -> None:
    for code in ("450", "4.1.1", "4.1.2", "4.2.1"):
        assert blame(code, text) is not Blame.ADDRESS


def test_each_short_word_of_ours_has_its_own_sentence() -> None:
    words = {plain_words(code, "x") for code in ("connect", "dns", "tls", "login", "greeting")}
    assert len(words) == 5


def test_every_row_of_the_table_can_be_reached() -> None:
    reached = {judge(code, text).plain for code, text, _ in SAID}
    reached |= {judge(code, "").plain for row in TABLE for code in _spelled(row.codes)}
    unreached = {row.verdict.plain for row in TABLE} - reached
    assert unreached == set()


def _spelled(codes: tuple[str, ...]) -> list[str]:
    return [f"5.{code}" if "." in code else code for code in codes]
