"""Bounces in plain words: whom they are about, and what is said of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from sendout.core.bounces.grading import Answer
from sendout.core.bounces.mail import LONGEST_LINE, Mail
from sendout.core.bounces.parts import Headers, header
from sendout.core.bounces.report import Action
from sendout.core.bounces.wording import ADDRESS, addresses, basic_code, enhanced_codes, tidy

MOST_LINES = 400
MOST_ADDRESSES = 100
LINES_ABOUT_ONE = 25

_FAILURE = re.compile(
    r"undeliver|invalid (final|user|address|recipient)|(not|n't|unable to|failed to|"
    r"impossible to) (be )?(been )?(deliver|sent|send|reach|find|complete|accept|receive|"
    r"process)\w*|deliver\w* .{0,60}(fail|error|problem|impossible|unsuccess|delay|abort|"
    r"not possible)|fail(ed|ure|ing)?\b.{0,60}(deliver|address|recipient|send|mail|message)|(mail|"
    r"message|address|recipient|user|delivery)\w*\b.{0,60}\b(fail|reject|unknown|refus|return|"
    r"bounc|invalid|block|full|exceed|not (found|known|exist|accept))|(did|does|could|was|were|"
    r"has|have|is|are|can)( not|n't) (be |been )?(deliver|reach|found|exist|receiv|sent|accepted|"
    r"recogni|(exactly )?match)|no such|unknown (user|recipient|address)|user unknown|"
    r"permanent (fatal )?error|fatal error|returned to (you|sender)|quota|mailbox|rejected|"
    r"delayed|unrouteable|disabled|no longer|out of service|not listed|said:|giving up|gave up|"
    r"(n'a|n'ont) (pas )?(pu )?|impossible|[ée]chec|refus[ée]|n'existe pas|inconnu|"
    r"nicht (zugestellt|erreicht|gefunden|angenommen)|konnte|unbekannt|fehler|unzustell|"
    r"no (se )?(ha )?(pudo|podido|puede|existe|entreg)|fall[oó]|rechazad|error|non (è stato|"
    r"esiste|recapit)|n[ãa]o (foi|p[ôo]de|existe)|niet (bezorg|afgelever|bestaat)|(エラー|届|配信|"
    r"送信|不明|"
    r"存在|失敗)|退信|无法|失败|не (удалось|доставлен|может)|"
    r"nie (mog[łl]|zosta[łl]|uda[łl]|istnieje)|"
    r"niedostarcz|ne(mohl|lze|podařilo)|nem (siker|k[ée]zbes|l[ée]tez)|teslim edilem|(kan|kunne|"
    r"kunde) (inte|ikke) |ei voi(tu|da)|nu a putut|전달할 수 없|δεν (ήταν|είναι)",
    re.I,
)
_DELAY = re.compile(
    r"(will|continues?|going|keep) (to )?(be )?(retr[iy]|try(ing)? (again|to deliver|for)|"
    r"attempt(s|ing)? (to )?(re)?deliver|kept trying)|still (trying|being|in the queue|on the|"
    r"attempt|deliver)|\bdelayed\b|not yet (been )?deliver|no action (is )?(required|need)|"
    r"(do not|don't|no) need to (re-?send|try|do|retransmit)|warning message only|this is (just |"
    r"only )?a warning|could not send (message|mail|notification)? ?for (the )?past|will be tried|"
    r"attempts? (to deliver )?.{0,40}will (be made|continue)|keep(s)? trying|"
    r"remain(s)? in the queue|sera r[ée]essay|retard|verz[öo]ger|weitere versuche|"
    r"seguir[áa] intent|nuevo intento",
    re.I,
)
_SURELY_DELAYED = re.compile(
    r"not yet (been )?deliver|no action is (required|needed)|attempts will continue", re.I
)
_FINAL = re.compile(
    r"permanent|giving up|gave up|given up|(will|can)( not|n't|not) be (retried|delivered|"
    r"attempt)|no (further|more) (attempt|deliver|retr)|returned to (you|sender)|"
    r"could not be delivered|not going to try|has been (cancell|abandon|removed|rejected)|fatal",
    re.I,
)
_SENT_ALL_RIGHT = re.compile(
    r"(successful(ly)?|has been|was) (relayed|delivered)\b(?!.{0,20}(fail|not))|"
    r"deliver\w* (was |has been )?success|return receipt", re.I
)  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]{2}")
_HEADING = re.compile(r"^\s*(?:to|cc|from|sender|subject|sent|date|reply-to|message-?id)\s*:", re.I)
_OURS = re.compile(
    r"mail from:?|message-?id|return-path|^\s*from\b|reply-to|contact\b|sender", re.I
)
_STANDS = re.compile(r"^[\s\W]*(?:\d+[.)]\s*)?(?:[\w ]{0,24}[:=]\s*)?[\s\W]*$")
_TYPE = re.compile(r"(?:smtp|mailto|rfc822|email)\s*[:;=]\s*[\[<]?$", re.I)
_LABEL = re.compile(
    r"(?:\bto|recipients?|rcpt to|user(?:id| name)?|address(?:es)?|mailbox|for|unknown|account|"
    r"destinataire|generated from|expanded from|empf[äa]nger|destinatario|adresse|direcci[óo]n|"
    r"addressee|message|e-?mail|mail)\W{0,12}$",
    re.I,
)
_BARE = re.compile(
    r"(?:recipients?|address(?:es)?|following)\b[^\n]*(?:\n[^\n]+)?:[ \t]*\n\s+([\w.+-]{1,64})(?:["
    r" \t]*$|[ \t]{3})",
    re.M,
)
_HOME = re.compile(r"@((?:[\w-]{1,63}\.)+[a-z]{2,24})", re.I)
_ROLE = re.compile(
    r"^(postmaster|mailer-?daemon|abuse|support|help|helpdesk|no-?reply|admin)\w*@", re.I
)
_TARGETS = (
    "x-failed-recipients",
    "to",
    "delivered-to",
    "envelope-to",
    "x-original-to",
    "x-rcpt-to",
)
_SENDERS = ("from", "sender", "return-path", "reply-to", "errors-to")


def is_bounce(words: str) -> bool:
    """Tell whether a text says that a message could not be delivered."""
    return _FAILURE.search(words[:6_000]) is not None


def is_receipt(words: str) -> bool:
    """Tell whether a text says that a message was delivered, and nothing else."""
    return _SENT_ALL_RIGHT.search(words[:3_000]) is not None and action_of(words) == "delivered"


def action_of(words: str) -> Action:
    """Say whether a text reports a failure, a delay or a delivery."""
    start = words[:4_000]
    if _SURELY_DELAYED.search(start) or (_DELAY.search(start) and not _FINAL.search(start)):
        return "delayed"
    if _SENT_ALL_RIGHT.search(start) and not _FINAL.search(start) and not basic_code(start):
        return "delivered"
    return "failed"


def answers(mail: Mail) -> list[Answer]:
    """Give what a bounce in plain words says of each address; one without address if of none."""
    action = action_of(mail.words)
    lines = [line[:LONGEST_LINE] for line in mail.words.splitlines()[:MOST_LINES]]
    found = _addressed(mail, lines)
    everything = "\n".join(lines)
    if not found:
        return [Answer(_only_target(mail), action, "", reply_in(lines), "", everything)]
    ends = [*sorted(found.values()), len(lines)]
    given = []
    for address, number in found.items():
        end = next((n for n in ends if n > number), len(lines))
        about = lines[number : min(end, number + LINES_ABOUT_ONE)]
        reply = reply_in(about) or reply_in(lines)
        around = everything if len(found) == 1 else ""
        given.append(Answer(address, action, "", reply, "\n".join(about), around))
    return given


def about(mail: Mail, address: str) -> str:
    """Give what the words of a mail say of one address: the lines after it, or all of them.

    Where it stands alone at first, as in a transcript of Sendmail, the reason follows elsewhere.
    """
    lines = [line[:LONGEST_LINE] for line in mail.words.splitlines()[:MOST_LINES]]
    spots = [n for n, line in enumerate(lines) if address and address in line]
    if not spots:
        return "\n".join(lines)
    found = [[lines[n], *_until_another(lines[n + 1 : n + LINES_ABOUT_ONE])] for n in spots[:3]]
    telling = (part for part in found if reply_in(part))
    return "\n".join(next(telling, [line for part in found for line in part]))


def _until_another(lines: Sequence[str]) -> list[str]:
    """Give the lines up to the one that begins with an address."""
    return list(takewhile(lambda line: not ADDRESS.match(line.lstrip(" \t<*")), lines))


def targets(headers: Headers) -> list[str]:
    """Give whom a message was sent to, as its own headers say."""
    return addresses(" ".join(header(headers, name) for name in _TARGETS)[:4_000])


def _only_target(mail: Mail) -> str:
    """Find whom a bounce that names no address is about."""
    bare = _BARE.search(mail.words)
    home = _HOME.search(header(mail.headers, "from"))
    if bare and home:  # AOL's old way: only the name of a mailbox of its own
        return f"{bare[1]}@{home[1].lower()}"
    meant = addresses(header(mail.headers, "x-failed-recipients")) or targets(mail.returned)
    return meant[0] if len(meant) == 1 else ""


def _addressed(mail: Mail, lines: Sequence[str]) -> dict[str, int]:
    """Find the addresses that failed and the line where each is told of."""
    named = addresses(header(mail.headers, "x-failed-recipients"))
    meant = {address.lower() for address in [*named, *targets(mail.returned)]}
    ours = _own_addresses(mail) - meant
    spots = _spots(lines, ours, meant)
    if named:
        return {address: spots.get(address, 0) for address in named[:MOST_ADDRESSES]}
    hits = {
        address: number
        for address, number in spots.items()
        if address.lower() in meant or _stands_alone(lines[number], address)
    }
    if not any(address.lower() in meant for address in hits):
        hits = {}
        spots = {} if _BARE.search(mail.words) else spots
    return dict(list((hits or spots).items())[:MOST_ADDRESSES])


def _own_addresses(mail: Mail) -> set[str]:
    names = ("to", "delivered-to", "envelope-to", *_SENDERS)
    values = [header(mail.headers, name) for name in names]
    values += [header(mail.returned, name) for name in _SENDERS]
    return {address.lower() for address in addresses(" ".join(values)[:8_000])}


def _spots(lines: Sequence[str], ours: set[str], meant: set[str]) -> dict[str, int]:
    """Give each address that is named as a recipient, with the first line that does so."""
    sure: dict[str, int] = {}
    headed: dict[str, int] = {}
    for number, line in enumerate(lines):
        for match in ADDRESS.finditer(line):
            address = tidy(match[1])
            if not address or address.lower() in ours:
                continue
            if _HEADING.match(line):
                headed.setdefault(address, number)
            elif address.lower() in meant or _is_recipient(line, match):
                sure.setdefault(address, number)
    return sure or headed


def _is_recipient(line: str, match: re.Match[str]) -> bool:
    before, after = line[: match.start(1)], line[match.end(1) :]
    if _OURS.search(before[-60:]) or _ROLE.match(match[1]):
        return False
    before = _TYPE.sub("", before)
    return (
        tidy(match[1]) != match[1]
        or _STANDS.match(before) is not None
        or _LABEL.search(before[-40:]) is not None
        or _FAILURE.search(after[:200]) is not None
        or _FAILURE.search(before[-200:]) is not None
    )


def _stands_alone(line: str, address: str) -> bool:
    return not line.replace(address, "", 1).strip(" \t<>[]*-:;,.\"'")


def has_reply(words: str) -> bool:
    """Tell whether a text quotes a mail server's refusal."""
    return reply_in(words.splitlines()[:MOST_LINES]) != ""


def reply_in(lines: Sequence[str]) -> str:
    """Find the remote server's answer: the paragraph from the first line with a code on."""
    for number, line in enumerate(lines):
        if basic_code(line) or [code for code in enhanced_codes(line) if code[0] in "45"]:
            rest = takewhile(str.strip, _until_another(lines[number + 1 : number + 8]))
            before = () if _LETTERS.search(line) else _just_before(lines, number)
            return "\n".join(each.strip() for each in (*before, line, *rest))
    return ""


def _just_before(lines: Sequence[str], number: int) -> Sequence[str]:
    """Give the line that a code alone ends, as qmail writes it: "over quota", then "(#5.1.1)"."""
    before = lines[number - 1] if number else ""
    return (before,) if before.strip() and not ADDRESS.match(before.lstrip(" \t<*")) else ()
