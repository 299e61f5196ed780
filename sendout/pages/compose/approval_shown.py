"""How a send-out stands with the approval of a second member, for the page before sending."""

from __future__ import annotations

from dataclasses import dataclass

from sendout.accounts.models import User
from sendout.sendouts.approved import needed, newest, stands
from sendout.sendouts.approving import check_may_decide
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Approval, SendOut, State, Verdict


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """needed: whether somebody must still be asked. last: the last time that somebody was.

    waits: whether it is open, and about what is on the page. may_decide: whether the reader may;
    why_not: else why.
    """

    needed: bool = False
    last: Approval | None = None
    waits: bool = False
    may_decide: bool = False
    why_not: str = ""


def shown_approval(sendout: SendOut, member: User) -> ShownApproval:
    """Give what the page shows to this member; nothing where one word is enough."""
    last = newest(sendout)
    if sendout.state != State.DRAFT or not needed(sendout):
        return ShownApproval(last=last)
    same = last is not None and stands(last, sendout)
    if last is None or not same or last.verdict != Verdict.OPEN:
        given = same and last is not None and last.verdict == Verdict.APPROVED
        return ShownApproval(needed=not given, last=last)
    try:
        check_may_decide(last, sendout, member)
    except NotPossible as refusal:
        return ShownApproval(needed=True, last=last, waits=True, why_not=str(refusal))
    return ShownApproval(needed=True, last=last, waits=True, may_decide=True)
