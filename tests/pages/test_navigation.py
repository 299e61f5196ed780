"""The navigation is drawn once for a role, and nobody gets another one's."""

from __future__ import annotations

import re

import pytest

from sendout.accounts.models import Membership, Organisation, Role, User
from tests.cast import sign_in

OWNERS = {"Bounces", "Usage", "Workers"}


@pytest.mark.parametrize("first", [Role.OWNER, Role.VIEWER])
def test_each_role_has_its_own_links(club: Organisation, bob: User, first: Role) -> None:
    seen = {}
    for role in (first, Role.SENDER, Role.OWNER, Role.VIEWER):
        Membership.objects.filter(user=bob).update(role=role)
        seen[role] = titles(bob)
    assert seen[Role.OWNER] - seen[Role.SENDER] == OWNERS
    assert seen[Role.SENDER] - seen[Role.VIEWER] == {"Closure"}


def test_it_speaks_each_readers_language(club: Organisation, bob: User) -> None:
    before = titles(bob)
    User.objects.filter(pk=bob.pk).update(language="fr")
    assert "Réglages" in titles(bob) - before
    assert "Settings" in before


def test_the_link_of_the_page_is_marked(club: Organisation, bob: User) -> None:
    for page in ("groups", "participants", "groups"):
        html = sign_in(bob).get(f"/o/aqua-club/{page}/").content.decode()
        assert re.findall(r'href="/o/aqua-club/(\w+)/" aria-current="page"', html) == [page]


def titles(member: User) -> set[str]:
    """Give the links that a member sees."""
    html = sign_in(member).get("/o/aqua-club/groups/").content.decode()
    return set(re.findall(r'<span class="nav-link-title">([^<]*)</span>', html))
