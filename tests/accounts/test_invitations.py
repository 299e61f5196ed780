"""An invitation is good once, for its address, for two weeks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.utils import timezone

from sendout.accounts import invitations
from sendout.accounts.invitations import NoInvitation, accept, find, invite, register, token_of
from sendout.accounts.models import Invitation, Membership, Organisation, Role, User

DANA = "dana@example.org"


@pytest.fixture
def invitation(club: Organisation, alice: User) -> Invitation:
    return invite(club, DANA, Role.SENDER, alice)


def test_the_invited_address_becomes_a_member_with_the_role(invitation: Invitation) -> None:
    user = User.objects.create_user(DANA)
    membership = accept(find(token_of(invitation)), user)
    assert (membership.organisation, membership.role) == (invitation.organisation, "sender")


def test_registering_makes_an_account_with_a_proved_address(invitation: Invitation) -> None:
    user = register(invitation, "Dana", "correct horse battery")
    assert user.check_password("correct horse battery")
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.get(user=user).organisation == invitation.organisation


def test_a_used_link_says_so(invitation: Invitation) -> None:
    register(invitation, "Dana", "correct horse battery")
    with pytest.raises(NoInvitation, match="used already"):
        find(token_of(invitation))


def test_two_browsers_accept_once(invitation: Invitation) -> None:
    user = User.objects.create_user(DANA)
    first, second = find(token_of(invitation)), find(token_of(invitation))
    accept(first, user)
    with pytest.raises(NoInvitation, match="used already"):
        accept(second, user)
    assert Membership.objects.filter(user=user).count() == 1


def test_an_old_link_says_so_and_whom_to_ask(invitation: Invitation) -> None:
    late = timezone.now() - timedelta(days=14, seconds=1)
    Invitation.objects.update(created_at=late)
    with pytest.raises(NoInvitation, match=r"older than 14 days; ask Aqua Club"):
        find(token_of(invitation))


def test_a_link_of_almost_two_weeks_still_works(invitation: Invitation) -> None:
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=13, hours=23))
    assert find(token_of(invitation)) == invitation


def test_a_link_that_was_taken_back_says_so(invitation: Invitation) -> None:
    link = token_of(invitation)
    invitations.revoke(invitation)
    with pytest.raises(NoInvitation, match="taken back"):
        find(link)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_link_that_lost_its_end_says_so(invitation: Invitation, cut: int) -> None:
    with pytest.raises(NoInvitation, match="not complete"):
        find(token_of(invitation)[:-cut])


def test_somebody_elses_account_does_not_get_in(invitation: Invitation, charlie: User) -> None:
    with pytest.raises(NoInvitation, match=r"is for dana@example.org, and you are signed in as"):
        accept(invitation, charlie)
    assert not Membership.objects.filter(user=charlie, organisation=invitation.organisation)


def test_inviting_again_replaces_the_first_link(
    invitation: Invitation, club: Organisation, alice: User
) -> None:
    again = invite(club, "Dana@Example.org", Role.VIEWER, alice)
    assert [i.pk for i in club.invitations.all()] == [again.pk]
    with pytest.raises(NoInvitation, match="replaced"):
        find(token_of(invitation))


def test_a_member_is_not_invited(club: Organisation, alice: User, bob: User) -> None:
    with pytest.raises(NoInvitation, match="is a member already"):
        invite(club, bob.email.upper(), Role.OWNER, alice)


def test_a_member_who_was_invited_keeps_the_role(invitation: Invitation) -> None:
    user = User.objects.create_user(DANA)
    Membership.objects.create(organisation=invitation.organisation, user=user, role=Role.OWNER)
    assert accept(invitation, user).role == Role.OWNER


def test_the_email_says_who_what_and_where(invitation: Invitation) -> None:
    invitations.mail(invitation, "https://sendout.example/invitation/x/")
    [sent] = django_mail.outbox
    assert sent.to == [DANA]
    for words in ("Alice invites you", "Aqua Club", "as sender", "14 days", "/invitation/x/"):
        assert words in sent.body


def test_a_name_of_several_lines_makes_no_header(invitation: Invitation) -> None:
    invitation.organisation.name = "Aqua\r\nBcc: mallory@example.org"
    invitations.mail(invitation, "https://sendout.example/invitation/x/")
    [sent] = django_mail.outbox
    assert sent.subject == "Join Aqua Bcc: mallory@example.org on Sendout"
    assert sent.recipients() == [DANA]
