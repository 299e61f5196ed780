"""There is always an owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from sendout.accounts.members import LastOwner, change_role, remove
from sendout.accounts.models import Membership, Organisation, Role, User
from tests.cast import join


def of(user: User) -> Membership:
    return user.memberships.get()


def test_the_only_owner_cannot_go(alice: User, bob: User) -> None:
    with pytest.raises(LastOwner, match="make somebody else an owner first"):
        remove(of(alice))
    assert of(alice).role == Role.OWNER


def test_the_only_owner_cannot_become_less(alice: User) -> None:
    with pytest.raises(LastOwner):
        change_role(of(alice), Role.SENDER)
    assert of(alice).role == Role.OWNER


def test_an_owner_of_another_organisation_does_not_count(alice: User, charlie: User) -> None:
    with pytest.raises(LastOwner):
        remove(of(alice))


def test_an_owner_goes_once_there_is_another(alice: User, bob: User) -> None:
    change_role(of(bob), Role.OWNER)
    remove(of(alice))
    assert not alice.memberships.exists()
    assert User.objects.filter(pk=alice.pk).exists()


def test_others_come_and_go(alice: User, bob: User) -> None:
    change_role(of(bob), Role.SENDER)
    assert of(bob).role == Role.SENDER
    remove(of(bob))
    assert not bob.memberships.exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_do_not_both_go(club: Organisation, alice: User) -> None:
    owners = [of(alice), of(join(club, "Dana", Role.OWNER))]

    def leave(membership: Membership) -> bool:
        try:
            remove(membership)
        except LastOwner:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, owners)) == [False, True]
    assert club.memberships.filter(role=Role.OWNER).count() == 1
