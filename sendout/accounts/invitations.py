"""Ask somebody to join an organisation, by a signed link that is good once and for two weeks."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from sendout.accounts.models import Invitation, Membership, Organisation, User
from sendout.core.message.template import escape_header

LIFETIME = timedelta(days=14)
SALT = "invitation"

MAIL = """Hello,

{inviter} invites you to join {organisation} on Sendout, as {role}.

Open this link to accept. It is good for {days} days and for one person:

{link}

If you did not expect this, do nothing.
"""


class NoInvitation(Exception):
    """This invitation cannot be made or accepted; the message says why and what to do."""


def invite(organisation: Organisation, email: str, role: str, by: User) -> Invitation:
    """Invite an address; one that is invited already gets a fresh invitation with this role.

    Raises NoInvitation when the address belongs to a member.
    """
    if Membership.objects.filter(organisation=organisation, user__email__iexact=email).exists():
        raise NoInvitation(f"{email} is a member already; change the role in the list.")
    with transaction.atomic():
        organisation.invitations.filter(email__iexact=email, accepted_at=None).delete()
        return Invitation.objects.create(
            organisation=organisation, email=email.lower(), role=role, invited_by=by
        )


def revoke(invitation: Invitation) -> None:
    """Take an open invitation back; its link stops working."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).delete()


def mail(invitation: Invitation, link: str) -> None:
    """Send the link to the invited address. Raises OSError or SMTPException when that fails."""
    text = MAIL.format(
        inviter=invitation.invited_by or invitation.organisation,
        organisation=invitation.organisation,
        role=invitation.get_role_display().lower(),
        days=LIFETIME.days,
        link=link,
    )
    subject = escape_header(f"Join {invitation.organisation} on Sendout")
    send_mail(subject, text, None, [invitation.email])


def token_of(invitation: Invitation) -> str:
    """Give the signed part of the invitation's link."""
    return signing.dumps(invitation.pk, salt=SALT)


def is_over(invitation: Invitation) -> bool:
    """Tell whether the invitation's time is over."""
    return timezone.now() > invitation.created_at + LIFETIME


def find(token: str) -> Invitation:
    """Give the open invitation of a link.

    Raises NoInvitation when the link is not ours, was used, was taken back or is too old.
    """
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise NoInvitation(
            "This link is not complete; open it again from the email, or copy all of it."
        ) from None
    invitation = Invitation.objects.select_related("organisation").filter(pk=key).first()
    if invitation is None:
        raise NoInvitation("This invitation was taken back or replaced; look for a newer email.")
    if invitation.accepted_at is not None:
        raise NoInvitation("This invitation was used already; sign in instead.")
    if is_over(invitation):
        raise NoInvitation(
            f"This invitation is older than {LIFETIME.days} days; "
            f"ask {invitation.organisation} for a new one."
        )
    return invitation


def accept(invitation: Invitation, user: User) -> Membership:
    """Make the user a member; a member stays what they are.

    Raises NoInvitation when it is for another address, or somebody accepted it meanwhile.
    """
    if user.email.lower() != invitation.email.lower():
        raise NoInvitation(
            f"This invitation is for {invitation.email}, and you are signed in as {user.email}; "
            "sign out and open the link again."
        )
    with transaction.atomic():
        _use_up(invitation)
        membership, _ = Membership.objects.get_or_create(
            organisation=invitation.organisation, user=user, defaults={"role": invitation.role}
        )
    return membership


def register(invitation: Invitation, name: str, password: str) -> User:
    """Make an account for the invited address, which the link has proved, and accept with it.

    Raises NoInvitation when somebody accepted it meanwhile.
    """
    with transaction.atomic():
        _use_up(invitation)
        user = User.objects.create_user(invitation.email, password, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Membership.objects.create(
            organisation=invitation.organisation, user=user, role=invitation.role
        )
    return user


def _use_up(invitation: Invitation) -> None:
    """Of two browsers that come at once, the second waits for the first and is told."""
    open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None)
    if not open_one.update(accepted_at=timezone.now()):
        raise NoInvitation("This invitation was used already; sign in instead.")
