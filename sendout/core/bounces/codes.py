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

from sendout.core.delivery.outcome import Blame


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose fault it is, and one sentence for the staff."""

    blame: Blame
    plain: str


@dataclass(frozen=True, slots=True)
class _Row:
    codes: tuple[str, ...]
    words: re.Pattern[str] | None
    verdict: Verdict


def _row(codes: str, words: str, blame: Blame, plain: str) -> _Row:
    pattern = re.compile(words, re.IGNORECASE) if words else None
    return _Row(tuple(codes.split()), pattern, Verdict(blame, plain))


ADDRESS, RECIPIENT, MESSAGE, SENDER = Blame.ADDRESS, Blame.RECIPIENT, Blame.MESSAGE, Blame.SENDER

TABLE: tuple[_Row, ...] = (
    # our own short words: nothing was handed over
    _row("connect", "", SENDER, "Our sending server could not be reached."),
    _row("dns", "", SENDER, "The name of our sending server could not be found."),
    _row("tls", "", SENDER, "The encrypted connection to our sending server failed."),
    _row("login", "", SENDER, "Our sending server did not accept the sign-in."),
    _row("greeting", "", SENDER, "Our sending server turned us away."),
    # us: the way out is not set up right
    _row("7.8 7.9 530 534 535 538", "", SENDER, "Our sending server did not accept the sign-in."),
    _row(
        "",
        r"authentication (is )?required|must (authenticate|log ?in)|not (authenticated|logged in)",
        SENDER,
        "Our sending server wants a sign-in first.",
    ),
    _row(
        "",
        r"relay(ing)? (access |is |was )?(denied|not (permitted|allowed))|(unable|not (permitted|"
        r"allowed)|refus\w+|cannot) to relay|no relay|we do not relay|relaying denied",
        SENDER,
        "Our sending server does not send to other organisations for us.",
    ),
    _row(
        "1.7 1.8",
        "",
        SENDER,
        "The receiving server does not accept our from-address.",
    ),
    _row(
        "",
        r"sender (address )?(rejected|denied|refused|unknown|not allowed|verify failed)|"
        r"not owned by user|from[- ]address .*not (allowed|permitted)|not allowed to send",
        SENDER,
        "The receiving server does not accept our from-address.",
    ),
    _row(
        "7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27",
        "",
        SENDER,
        "The receiving server misses proof that the message is ours (SPF, DKIM or DMARC).",
    ),
    _row(
        "",
        r"\b(spf|dkim|dmarc)\b|reverse dns|\bptr\b",
        SENDER,
        "The receiving server misses proof that the message is ours (SPF, DKIM or DMARC).",
    ),
    _row(
        "",
        r"block ?list|black ?list|deny ?list|\b[a-z]*[rd]nsbl\b|\brbl\b|spamhaus|spamcop|barracuda|"
        r"banned|reputation|blocked (using|by)|(ip|host|client|server)\b.{0,40}\bblocked",
        SENDER,
        "The receiving server blocks our sending server at the moment.",
    ),
    # the mailbox is there but takes nothing: before "too large", which also says 552
    _row(
        "2.2",
        "",
        RECIPIENT,
        "The mailbox is full.",
    ),
    _row(
        "",
        r"over ?quota|quota exceeded|exceeded .{0,30}quota|mailbox (is |size )?(full|limit)|"
        r"(mailbox|inbox|user|account|recipient).{0,40}(is full|out of (storage|space))",
        RECIPIENT,
        "The mailbox is full.",
    ),
    # what we said
    _row("3.4 2.3", "", MESSAGE, "The message is too large for the receiving server."),
    _row(
        "",
        r"(message|mail|size|header).{0,30}(too (big|large|long)|exceeds)|too (big|large)\b",
        MESSAGE,
        "The message is too large for the receiving server.",
    ),
    _row(
        "",
        r"\bspam\b|unsolicited|virus|malware|phish|content (rejected|denied|filter)|"
        r"prohibited (attachment|content)|suspicious",
        MESSAGE,
        "The receiving server took the message for spam or refused what it contains.",
    ),
    _row("6.0 6.1 6.2 6.3 6.4 6.5 6.6 6.7", "", MESSAGE, "The receiving server cannot read it."),
    # the address
    _row(
        "1.2 1.10",
        "",
        ADDRESS,
        "The part of the address after the @ does not receive mail.",
    ),
    _row(
        "",
        r"(host|domain)( or domain)?( name)?( was)? not found|no such (domain|host)|"
        r"domain .{0,40}does(n't| not) (exist|receive|accept)|null ?mx|unrouteable|nxdomain",
        ADDRESS,
        "The part of the address after the @ does not receive mail.",
    ),
    _row("1.3", "", ADDRESS, "The address is not written correctly."),
    _row("1.6 551", "", ADDRESS, "The person has left this address."),
    _row("1.1", "", ADDRESS, "There is no such mailbox."),
    _row(
        "",
        r"(user|recipient|mailbox|account|address|addressee|alias)\b.{0,60}"
        r"(unknown|not (found|known|exist)|does(n't| not) exist|invalid|is not valid)|"
        r"(unknown|invalid|no such|non-?existent|bad destination|not a valid|not a known) "
        r"(local )?(user|recipient|mailbox|account|address|person|here)|no mailbox here|"
        r"(mailbox|address) unavailable|subscriber unknown|unknown subscriber|"
        r"number .{0,30}(not in service|does not exist|invalid|unknown|not assigned)",
        ADDRESS,
        "There is no such mailbox or number.",
    ),
    _row("4.1", r"access denied", ADDRESS, "There is no such mailbox."),  # Exchange Online
    _row("2.1", "", ADDRESS, "The mailbox was closed."),
    _row(
        "",
        r"(user|mailbox|account|recipient).{0,40}(disabled|inactive|closed|deactivated|suspended)",
        ADDRESS,
        "The mailbox was closed.",
    ),
    # the person's server, and everything else
    _row("", r"gr[ae]y ?-?list", RECIPIENT, "The receiving server takes mail at a second try."),
    _row("4.6", "", RECIPIENT, "The mailbox forwards in a circle."),
    _row(
        "4.7",
        "",
        RECIPIENT,
        "The receiving server could not be reached for too long.",
    ),
    _row(
        "4.0 4.1 4.2 4.3 4.4 4.5",
        "",
        RECIPIENT,
        "The receiving server could not be reached.",
    ),
    _row(
        "7.0 7.1 7.2 2.0 2.4",
        "",
        RECIPIENT,
        "The receiving server refuses our mail by its own rules.",
    ),
    _row(
        "5.0 5.1 5.2 5.4 500 501 502 503 504 555",
        "",
        SENDER,
        "The server and we did not understand each other.",
    ),
    _row("5.3", "", RECIPIENT, "The receiving server takes no more at once."),
    _row("552", "", MESSAGE, "The message is too large for the receiving server."),
)

NO = Verdict(RECIPIENT, "The receiving server refused the message.")
LATER = Verdict(RECIPIENT, "The receiving server asks us to try again later.")

_ADDRESSES = re.compile(r"\S+@\S+")
_ENHANCED = re.compile(r"[245]\.(\d{1,3}\.\d{1,3})")


def judge(code: str, text: str) -> Verdict:
    """Find whose fault `code` (as in `Refused.code`) with the server's words `text` is.

    A temporary refusal (4xx, 4.x.x) never blames the address.
    """
    # Addresses go: "blacklist@" or "full@" in front of the @ says nothing about the reason.
    words = _ADDRESSES.sub(" ", text)
    enhanced = _ENHANCED.fullmatch(code)
    key = enhanced.group(1) if enhanced else code
    temporary = code.startswith("4")
    for row in TABLE:
        if _fits(row, key, words):
            return LATER if temporary and row.verdict.blame is ADDRESS else row.verdict
    return LATER if temporary else NO


def _fits(row: _Row, key: str, words: str) -> bool:
    return (not row.codes or key in row.codes) and (
        row.words is None or row.words.search(words) is not None
    )


def blame(code: str, text: str) -> Blame:
    """Say whose fault a refusal is."""
    return judge(code, text).blame


def plain_words(code: str, text: str) -> str:
    """Say a refusal to the staff in one sentence."""
    return judge(code, text).plain
