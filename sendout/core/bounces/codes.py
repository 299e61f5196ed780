"""Whose fault a refusal is, and how to say it to the staff.

`TABLE` is read from top to bottom and the first row that fits decides. A row fits when one of its
codes fits (or it names none) and its words are found (or it names none). Codes are the last two
numbers of an enhanced status (RFC 3463, RFC 5248, RFC 7372, RFC 7505), a basic code (RFC 5321
section 4.2) or one of our own short words. Words come first where servers are known to send them
under any code: a blocked sending server is told so with 550 5.1.1 by some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sendout.core.bounces import phrases as said
from sendout.core.bounces import verdicts as v
from sendout.core.bounces.verdicts import LATER, NO, OF_A_TEXT, Verdict
from sendout.core.delivery.outcome import Blame

STOPPED = "stopped"  # the code of a text that was refused because this person texted STOP


@dataclass(frozen=True, slots=True)
class _Row:
    codes: tuple[str, ...]
    words: re.Pattern[str] | None
    verdict: Verdict


def _row(codes: str, words: str, verdict: Verdict) -> _Row:
    pattern = re.compile(words, re.IGNORECASE) if words else None
    return _Row(tuple(codes.split()), pattern, verdict)


TABLE: tuple[_Row, ...] = (
    # our own short words: nothing was handed over
    _row("connect", "", v.UNREACHED),
    _row("dns", "", v.UNNAMED),
    _row("tls", "", v.UNENCRYPTED),
    _row("login", "", v.SIGN_IN_REFUSED),
    _row("greeting", "", v.TURNED_AWAY),
    # our own short words for what providers of SMS tell: `core.providers.sms_meanings`
    _row("number", "", v.NO_SUCH_NUMBER),
    _row(STOPPED, "", v.STOPPED),
    _row("phone-off", "", v.PHONE_OFF),
    _row("barred", "", v.BARRED),
    _row("filtered", "", v.FILTERED),
    _row("text", "", v.BAD_TEXT),
    _row("unregistered", "", v.UNREGISTERED),
    _row("country", "", v.NO_COUNTRY),
    _row("busy", "", v.SMS_BUSY),
    # us: the way out is not set up right
    _row("7.8 7.9 530 534 535 538", "", v.SIGN_IN_REFUSED),
    # Exchange: a group that takes mail from its own organisation only
    _row("7.124 7.129 7.133 7.134 7.135 7.136", "", v.OWN_RULES),
    _row("", said.SIGN_IN_MISSING, v.SIGN_IN_MISSING),
    _row("", said.NO_RELAY, v.NO_RELAY),
    _row("1.7 1.8", "", v.FROM_REFUSED),
    _row("", said.FROM_REFUSED, v.FROM_REFUSED),
    _row("7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27 7.29 7.30", "", v.UNPROVEN),
    _row("", said.UNPROVEN, v.UNPROVEN),
    # a loop says "exceeded", too, and an alias that points at itself "unknown"
    _row("4.6", "", v.CIRCLE),
    _row("", said.CIRCLE, v.CIRCLE),
    # a link in the message is on a list, not we: before "blocked"
    _row("", said.BAD_LINK, v.REFUSED_CONTENT),
    _row("", said.BAD_FORM, v.REFUSED_CONTENT),
    _row("", r"deferred: connection (timed|refused|reset)", v.OUT_OF_REACH),  # Sendmail, of TCP
    _row("", said.BLOCKED, v.BLOCKED),
    _row("7.28", "", v.TOO_FAST),
    # Gmail says of a mailbox that gets too much what others say of a closed one: 5.2.1
    _row("", r"receiving mail (at a rate|too quickly)", v.NO_MORE),
    _row("", said.TOO_FAST, v.TOO_FAST),
    # the mailbox is there but takes nothing: before "too large", which also says 552
    _row("2.2", "", v.FULL),
    _row("", said.FULL, v.FULL),
    # what we said
    _row("3.4 2.3", "", v.TOO_LARGE),
    _row("", said.TOO_LARGE, v.TOO_LARGE),
    _row("", said.REFUSED_CONTENT, v.REFUSED_CONTENT),
    _row("6.0 6.1 6.2 6.3 6.4 6.5 6.6 6.7 6.8 6.9 6.10", "", v.UNREADABLE),
    # a name server that is down for the moment says nothing about the address
    _row("", said.NO_ANSWER, v.OUT_OF_REACH),
    _row("", said.FOR_NOW, v.OUT_OF_ORDER),
    _row("", said.HAS_BLOCKED, v.OWN_RULES),
    # the address
    _row("1.2 1.10", "", v.NO_DOMAIN),
    _row("", said.NO_DOMAIN, v.NO_DOMAIN),
    _row("1.3", "", v.MISSPELT),
    _row("1.6 551", "", v.MOVED),
    _row("", said.MOVED, v.MOVED),
    _row("1.1", "", v.NO_MAILBOX),
    _row("1.0", r"(?<!sender )address rejected", v.NO_MAILBOX),  # IronPort
    _row("", said.NO_NUMBER, v.NO_NUMBER),
    _row("4.1", r"access denied", v.NO_MAILBOX),  # Exchange Online
    _row("2.1", "", v.CLOSED),
    _row("", said.CLOSED, v.CLOSED),
    # the person's server, and everything else
    _row("", r"gr[ae]y ?-?list", v.SECOND_TRY),
    _row("4.7", "", v.TOO_LONG),
    _row("", said.TOO_LONG, v.TOO_LONG),
    _row("", said.OWN_RULES, v.OWN_RULES),
    _row("4.0 4.1 4.2 4.3 4.4 4.5", "", v.OUT_OF_REACH),
    _row("", said.OUT_OF_REACH, v.OUT_OF_REACH),
    _row("", said.OUT_OF_ORDER, v.OUT_OF_ORDER),
    _row("7.0 7.1 7.2 2.0 2.4", "", v.OWN_RULES),
    _row("5.0 5.1 5.2 5.4 500 501 502 503 504 555", "", v.MISUNDERSTOOD),
    _row("3.0 3.1 3.2 3.3 3.5", "", v.OUT_OF_ORDER),
    _row("5.3", "", v.NO_MORE),
    _row("552", "", v.TOO_LARGE),
)

MOST_TEXT = 3_000  # characters of a server's words that are looked at

# IronPort writes "Unknown address error" before whatever the remote server said.
_NO_REASON = re.compile(r"\S{1,300}@\S+|unknown address error", re.IGNORECASE)
_FOLD = re.compile(r"[ \t]*\n(?![ \t]*\n)[ \t]*")  # a line that goes on; paragraphs stay apart
_ENHANCED = re.compile(r"[245]\.(\d{1,3}\.\d{1,3})")


def judge(code: str, text: str) -> Verdict:
    """Find whose fault `code` (as in `Refused.code`) with the server's words `text` is.

    A temporary refusal (4xx, 4.x.x) never blames the address.
    """
    found = explain(code, text)
    if code.startswith("4") and (found is NO or found.blame is Blame.ADDRESS):
        return LATER
    return found


def explain(code: str, text: str) -> Verdict:
    """Find what `code` and `text` are about, be it for good or for now; `NO` when neither tells."""
    return _explain(code, text[:MOST_TEXT])


@lru_cache(maxsize=200)  # a server that refuses many says the same to each
def _explain(code: str, text: str) -> Verdict:
    # Addresses go: "blacklist@" or "full@" in front of the @ says nothing about the reason.
    words = _FOLD.sub(" ", _NO_REASON.sub(" ", text))
    enhanced = _ENHANCED.fullmatch(code)
    key = enhanced.group(1) if enhanced else code
    return next((row.verdict for row in TABLE if _fits(row, key, words)), NO)


def _fits(row: _Row, key: str, words: str) -> bool:
    return (not row.codes or key in row.codes) and (
        row.words is None or row.words.search(words) is not None
    )


def blame(code: str, text: str) -> Blame:
    """Say whose fault a refusal is."""
    return judge(code, text).blame


def plain_words(code: str, text: str, *, of_text: bool = False) -> str:
    """Say a refusal to the staff in one sentence. of_text: it is an SMS that was refused."""
    found = judge(code, text)
    return (OF_A_TEXT.get(found, found) if of_text else found).plain
