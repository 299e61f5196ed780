"""From a server's answer to what it means: hard or soft, the cause, the code, plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sendout.core.bounces import verdicts as v
from sendout.core.bounces.codes import MOST_TEXT, explain
from sendout.core.bounces.report import Action, Recipient
from sendout.core.bounces.verdicts import Cause, Verdict
from sendout.core.bounces.wording import basic_code, enhanced_codes, is_generic, shorten

# What passes by itself, whatever code it is given: another message may well arrive.
PASSING = (Cause.MAILBOX_FULL, Cause.EXPIRED, Cause.NETWORK)
_TELLS_LITTLE = (v.NO, v.MISUNDERSTOOD, v.OUT_OF_ORDER, v.OWN_RULES, v.OUT_OF_REACH)

_PREFIX = re.compile(r"^\s*(?:smtp|x-[\w-]+|unix|dns|local|host)\s*;\s*", re.I)
# Advice names causes that are only possible: "the mailbox may be full or may not exist".
_GUESS = re.compile(
    r"\b(?:may|might|could be|perhaps|possibl[ey]|probably|usual(?:ly)?|if (?:you|the|your|"
    r"it|this|they)|(?:please|to) (?:check|verify|try|make sure|contact|visit|see)|check (?:that|"
    r"the|if|for)|make sure|verify that|or (?:the|your) |for example|such as|typically|"
    r"peut-?[êe]tre|v[ée]rifie[rz]|m[öo]glicherweise|bitte|verifique|compruebe)\b",
    re.I,
)
_CLAUSE = re.compile(r"(?<=[.\n])")
_TEMPORARY = re.compile(r"\btemporar(?:y|ily)|try again later|persistent transient", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one address.

    text: the remote server's answer, near: the lines about the address, around: the whole mail.
    """

    address: str
    action: Action
    status: str = ""
    text: str = ""
    near: str = ""
    around: str = ""


def grade(answer: Answer) -> Recipient:
    """Say what an answer means; only failures and delays have a cause."""
    if answer.action not in ("failed", "delayed"):
        code = answer.status or next(iter(enhanced_codes(answer.text)), "")
        text = shorten(_PREFIX.sub("", answer.text))
        return Recipient(answer.address, answer.action, False, Cause.OTHER, code, text)
    code = _code(answer)
    reply = basic_code(answer.text) or basic_code(answer.around)
    verdict = _verdict(answer, code or reply)
    temporary = _is_temporary(answer, code, reply)
    if answer.action == "failed" and temporary and verdict.cause in (Cause.NETWORK, Cause.OTHER):
        verdict = v.TOO_LONG
    hard = answer.action == "failed" and not temporary and verdict.cause not in PASSING
    said = shorten(_PREFIX.sub("", answer.text or _without_address(answer) or answer.around))
    return Recipient(answer.address, answer.action, hard, verdict.cause, code, said, verdict.plain)


def _without_address(answer: Answer) -> str:
    """Give the lines about an address without the address in front of them."""
    start, found, rest = answer.near.partition(answer.address or "\0")
    return rest.lstrip(" \t\n>]:;,.-") if found and len(start) < 40 else answer.near


def _code(answer: Answer) -> str:
    """Choose the enhanced code: `Status` may lie (5.0.0) where the server's own words do not."""
    told = [answer.status] if answer.status else []
    told += enhanced_codes(answer.text) or enhanced_codes(answer.near + "\n" + answer.around)
    refusals = [code for code in told if code[0] in "45"]
    exact = [code for code in refusals if not is_generic(code)]
    halfway = [code for code in refusals if not code.endswith(".0.0")]
    return next(iter(exact or halfway or refusals), "")


def _verdict(answer: Answer, code: str) -> Verdict:
    """Read the server's answer; where it tells little, the lines about the address, then all."""
    verdict, silent = explain(code, answer.text), explain(code, "")
    for wider in (answer.near, answer.around):
        if verdict not in _TELLS_LITTLE:
            break
        found = explain(code, _without_guesses(wider))
        verdict = verdict if found in (v.NO, v.MISUNDERSTOOD, silent) else found
    return verdict


def _without_guesses(text: str) -> str:
    clauses = _CLAUSE.split(text[: 3 * MOST_TEXT])
    return "".join(clause for clause in clauses if not _GUESS.search(clause))


def _is_temporary(answer: Answer, code: str, reply: str) -> bool:
    if reply:
        return reply.startswith("4")
    if code and not is_generic(code):
        return code.startswith("4")
    if code.startswith("4"):
        return True
    return _TEMPORARY.search(answer.text or answer.around) is not None and not code
