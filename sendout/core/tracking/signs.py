"""What a single request shows about who made it: one table, from the sign to its words.

A sign is what the door keeps of a request, in place of the reader's address and user agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who it was. UNKNOWN counts as nobody: it is told in the story and moves no number."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sign proves by itself, and how it is told to the staff."""

    who: Who
    words: str


NOTHING = ""  # looks like a browser or a mail program in somebody's hands
PROXY = "proxy"
HEAD = "head"
OFFICE = "office"

SIGNS = {
    NOTHING: Sign(Who.HUMAN, ""),
    # Google and Yahoo fetch when the mail is shown, on behalf of the reader and without their
    # address: support.google.com/mail/answer/145919, and YahooMailProxy's own help page.
    PROXY: Sign(Who.HUMAN, ""),
    # Apple's relay calls itself "Mozilla/5.0" and nothing else, and fetches every picture of every
    # mail, read or not (Mail Privacy Protection, since iOS 15 and macOS 12).
    "apple": Sign(Who.MACHINE, "Apple Mail fetches all pictures by itself, read or not"),
    # Gmail fetches ahead for people who have it open when the mail arrives; one fixed user agent
    # (measured by SparkPost in January 2022 over 9.8 thousand million opens: 1 to 6 % of them).
    "gmail_ahead": Sign(Who.MACHINE, "Gmail fetched the pictures before the mail was shown"),
    "scanner": Sign(Who.MACHINE, "a security scanner gave its name"),
    "robot": Sign(Who.MACHINE, "a program gave its name, not a browser"),
    HEAD: Sign(Who.MACHINE, "it only asked whether the page is there (HEAD)"),
    # No scan: the browser of a person follows it at once.
    OFFICE: Sign(Who.MACHINE, "Office looked at the page before it opened the browser"),
    "ahead": Sign(Who.MACHINE, "it was fetched ahead, in case somebody wants it"),
    "nameless": Sign(Who.UNKNOWN, "it gave no name, as every browser does"),
    "app": Sign(Who.UNKNOWN, "a part of some app, which may work for a person or by itself"),
}
