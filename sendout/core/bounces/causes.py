"""Why a message did not arrive, said to the staff in English or French."""

from __future__ import annotations

from sendout.core.bounces import verdicts as v
from sendout.core.bounces.codes import explain
from sendout.core.bounces.verdicts import Cause, Verdict

__all__ = ["Cause", "plain"]

# What to say when nothing but the cause is known.
SENTENCES: dict[Cause, Verdict] = {
    Cause.ADDRESS: v.NO_MAILBOX,
    Cause.MAILBOX_FULL: v.FULL,
    Cause.BLOCKED: v.BLOCKED,
    Cause.CONTENT: v.REFUSED_CONTENT,
    Cause.POLICY: v.OWN_RULES,
    Cause.LOOP: v.CIRCLE,
    Cause.EXPIRED: v.TOO_LONG,
    Cause.AUTH: v.UNPROVEN,
    Cause.NETWORK: v.OUT_OF_REACH,
    Cause.OTHER: v.NO,
}


def plain(cause_or_code: Cause | str, language: str = "en", text: str = "") -> str:
    """Say a cause or an enhanced or basic code in one sentence.

    language: `fr` and its regions give French, all others English. text: the server's own words,
    which tell more than a code.
    """
    if cause_or_code in set(Cause):
        verdict = SENTENCES[Cause(cause_or_code)]
    else:
        verdict = explain(cause_or_code, text)
    return verdict.french if language.lower().startswith("fr") else verdict.plain
