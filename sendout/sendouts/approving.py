"""A second member looks at what goes to many: asked for, given, sent back, withdrawn, too late."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Membership, Role, User
from sendout.sendouts.approved import fingerprint, people_at_once, stands
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Approval, SendOut, State, Verdict

TOO_LATE = "It did not leave at its time: nobody had approved it by then."
APPROVERS = (Role.OWNER, Role.SENDER)  # whoever may send


def waiting_for(member: Membership) -> QuerySet[SendOut]:
    """Give the send-outs that this member may decide about."""
    if not member.may(Role.SENDER):
        return SendOut.objects.none()
    open_ = Approval.objects.filter(organisation=member.organisation_id, verdict=Verdict.OPEN)
    others = open_.exclude(
        Q(asked_by=member.user_id) | Q(sendout__message__updated_by=member.user_id)
    )
    return SendOut.objects.filter(pk__in=others.values("sendout"), state=State.DRAFT)


def approvers(sendout: SendOut, asker: User) -> list[User]:
    """Give the members who may approve it: who may send, but neither asked nor wrote it."""
    members = Membership.objects.filter(
        organisation=sendout.organisation_id, role__in=APPROVERS, user__is_active=True
    ).exclude(user__in=[asker.pk, sendout.message.updated_by_id or asker.pk])
    return [each.user for each in members.select_related("user").order_by("pk")]


@transaction.atomic
def ask(sendout: SendOut, member: User, when: datetime | None = None) -> Approval:
    """Ask the others to approve a draft as it stands; an older question is withdrawn.

    when: the time it is to leave; None for at once. Raises NotPossible for what is no draft, or
    where nobody else may.
    """
    held = SendOut.objects.select_for_update(of=("self",)).get(pk=sendout.pk)
    if held.state != State.DRAFT:
        raise NotPossible(_("“{name}” is no draft any more.").format(name=held.name))
    if when is not None and when <= timezone.now():
        raise NotPossible(_("The time is past: choose a later one."))
    if not approvers(held, member):
        raise NotPossible(
            _("Nobody else may approve it: an owner invites a second sender under Settings.")
        )
    withdraw(held)
    SendOut.objects.filter(pk=held.pk).update(trouble="")
    return Approval.objects.create(
        organisation=held.organisation,
        sendout=held,
        asked_by=member,
        version=held.message.version,
        people=people_at_once(held),
        fingerprint=fingerprint(held),
        when=when,
    )


def check_may_decide(approval: Approval, sendout: SendOut, member: User) -> None:
    """Raise NotPossible for who asked or wrote it, and for what has changed or is decided."""
    if member.pk in (approval.asked_by_id, sendout.message.updated_by_id):
        raise NotPossible(_("You asked for it or wrote it yourself: another member must decide."))
    if approval.verdict != Verdict.OPEN:
        raise NotPossible(_("This was decided or withdrawn meanwhile."))
    if not stands(approval, sendout):
        raise NotPossible(_("It was changed since: look at it again once approval is asked for."))


def open_of(sendout: SendOut) -> Approval | None:
    """Give the question that nobody has answered yet."""
    return Approval.objects.filter(sendout=sendout, verdict=Verdict.OPEN).first()


def decide(sendout: SendOut, member: User, verdict: Verdict, note: str = "") -> Approval:
    """Approve it or send it back, once; in the transaction in which it then starts.

    Raises NotPossible as `check_may_decide` does.
    """
    approval = Approval.objects.select_for_update().filter(sendout=sendout).order_by("-pk").first()
    if approval is None:
        raise NotPossible(_("Nobody asked for approval."))
    check_may_decide(approval, sendout, member)
    approval.verdict, approval.note = verdict, note.strip()
    approval.decided_by, approval.decided_at = member, timezone.now()
    approval.save(update_fields=["verdict", "note", "decided_by", "decided_at"])
    return approval


@transaction.atomic
def decide_alone(sendout: SendOut, member: User, verdict: Verdict, note: str) -> Approval:
    """Decide where nothing starts with it; raises NotPossible as `decide` does."""
    return decide(sendout, member, verdict, note)


def withdraw(sendout: SendOut) -> None:
    """Take back what was asked for and not decided."""
    open_ = Approval.objects.filter(sendout=sendout, verdict=Verdict.OPEN)
    open_.update(verdict=Verdict.WITHDRAWN, decided_at=timezone.now())


def withdraw_given(sendout: SendOut) -> None:
    """Take back what was asked for, and what was approved."""
    _asked_or_given(sendout.pk).update(verdict=Verdict.WITHDRAWN)


def withdraw_if_changed(pk: int) -> None:
    """Take it back, given or not, where what it was about has changed. pk: of the send-out."""
    for each in _asked_or_given(pk).select_related("sendout__message"):
        if not stands(each, each.sendout):
            Approval.objects.filter(pk=each.pk).update(verdict=Verdict.WITHDRAWN)


def _asked_or_given(pk: int) -> QuerySet[Approval]:
    return Approval.objects.filter(sendout=pk, verdict__in=(Verdict.OPEN, Verdict.APPROVED))


def lapse(now: datetime) -> None:
    """Give up what nobody approved in time, and say so on the send-out."""
    late = Approval.objects.filter(verdict=Verdict.OPEN, when__lte=now)
    for pk, sendout in list(late.values_list("pk", "sendout")):
        if late.filter(pk=pk).update(verdict=Verdict.LAPSED, decided_at=now):
            SendOut.objects.filter(pk=sendout, state=State.DRAFT).update(trouble=TOO_LATE)
