"""Whether a send-out may leave by the word of one member, and what a second one's word is about.

What was approved is the message at its version, the choice of people, the way and the time.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from sendout.people.models import Group
from sendout.sendouts.audience import audience
from sendout.sendouts.models import Approval, Kind, SendOut, State, Verdict

BEFORE_SESSIONS = "before"  # `series.models.When.BEFORE`, which this room does not know


def needed(sendout: SendOut) -> bool:
    """Tell whether it goes to more people than the organisation lets one member write to."""
    limit = sendout.organisation.approval_above
    if limit is None or sendout.kind != Kind.CAMPAIGN:
        return False
    return people_at_once(sendout) > limit


def people_at_once(sendout: SendOut) -> int:
    """Count whom it is for; before sessions those of the largest group: each is sent by itself."""
    if not sendout.pattern or sendout.series.when != BEFORE_SESSIONS:
        return audience(sendout).count()
    groups = Group.objects.filter(organisation=sendout.organisation_id)
    if not sendout.everyone:
        groups = groups.filter(pk__in=sendout.groups.values("pk"))
    sizes = groups.annotate(n=Count("participants")).values_list("n", flat=True)
    return max(sizes, default=0)


def refusal(sendout: SendOut, when: datetime | None = None) -> str:
    """Say why it may not leave yet; empty when it is small enough, or approved as it stands.

    when: the time it is to be scheduled for; None where that is settled or it leaves now.
    """
    if not needed(sendout):
        return ""
    if when is None and _approved_as_series(sendout):
        return ""
    last = newest(sendout)
    if last is None or last.verdict != Verdict.APPROVED or not stands(last, sendout):
        sentence = (
            _(
                "“{name}” goes to more than {limit} people, so another member must approve it: ask "
                "for approval on its last page, Check and send."
            )
            if sendout.pattern
            else _(
                "“{name}” goes to more than {limit} people, so another member must approve it: "
                "write it as a message and ask for approval on its last page, Check and send."
            )
        )
        limit = sendout.organisation.approval_above
        return sentence.format(name=sendout.name, limit=f"{limit:,}")
    if when is not None and last.when != when:
        return _("It was approved for another time: ask for approval of the new one first.")
    return ""


def _approved_as_series(sendout: SendOut) -> bool:
    """Tell whether it leaves as a series made it, at its time, and that series was approved so.

    Taken back to draft, changed, or made from a pattern that was approved otherwise, it needs an
    approval of its own.
    """
    occurrence = getattr(sendout, "occurrence", None)
    if occurrence is None or sendout.state != State.SCHEDULED:
        return False
    if sendout.scheduled_for != occurrence.due or occurrence.made_as != fingerprint(sendout):
        return False
    pattern: SendOut = occurrence.series.pattern
    last = newest(pattern)
    return (
        last is not None
        and last.verdict == Verdict.APPROVED
        and last.fingerprint == occurrence.pattern_as
        and stands(last, pattern)
    )


def fingerprint(sendout: SendOut) -> str:
    """Give what stays the same as long as nobody changes what is said, to whom, or how.

    People who join or leave a group that was chosen are meant by the choice.
    """
    chosen = (
        sendout.message_id,
        sendout.message.version,
        sendout.message.category,
        sendout.channels,
        sendout.once_per,
        sendout.email_sender_id,
        sendout.sms_sender_id,
        sendout.fallback_minutes,
        sendout.fallback_to,
        sendout.everyone,
        sorted(sendout.groups.values_list("pk", flat=True)),
        sorted(sendout.people.values_list("pk", flat=True)),
    )
    return hashlib.sha256(repr(chosen).encode()).hexdigest()


def newest(sendout: SendOut) -> Approval | None:
    """Give the last time that somebody asked."""
    return approvals_of(sendout).first()


def approvals_of(sendout: SendOut) -> QuerySet[Approval]:
    """Give each time that somebody asked, the newest first."""
    return sendout.approvals.select_related("asked_by", "decided_by").order_by("-pk")


def stands(approval: Approval, sendout: SendOut) -> bool:
    """Tell whether it is still about what it was asked for."""
    return approval.fingerprint == fingerprint(sendout)
