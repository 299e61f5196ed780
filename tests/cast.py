"""The cast: Alice and Bob work for the Aqua Club; Charlie for the Skating Club sees none of it."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.senders.models import Sender

PASSWORD = "correct horse battery"


@pytest.fixture
def club(db: None) -> Organisation:
    return Organisation.objects.create(
        slug="aqua-club",
        name="Aqua Club",
        postal_address="12 Pool Street, Montréal QC",
        timezone="America/Toronto",
        country="CA",
    )


@pytest.fixture
def other_club(db: None) -> Organisation:
    return Organisation.objects.create(slug="skating-club", name="Skating Club")


def join(organisation: Organisation, name: str, role: Role) -> User:
    """Make a user who is a member of the organisation."""
    email = f"{name.lower()}@{organisation.slug}.example.org"
    user = User.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


@pytest.fixture
def alice(club: Organisation) -> User:
    return join(club, "Alice", Role.OWNER)


@pytest.fixture
def bob(club: Organisation) -> User:
    return join(club, "Bob", Role.VIEWER)


@pytest.fixture
def charlie(other_club: Organisation) -> User:
    return join(other_club, "Charlie", Role.OWNER)


def sign_in(user: User) -> Client:
    """Give a browser-like client in which this user has signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def email_sender(club: Organisation) -> Sender:
    return Sender.objects.create(
        organisation=club,
        name="Sandbox email",
        channel="email",
        kind="sandbox",
        from_name="Aqua Club",
        from_address="office@aquaclub.example.org",
        is_default=True,
    )


@pytest.fixture
def sms_sender(club: Organisation) -> Sender:
    return Sender.objects.create(
        organisation=club,
        name="Sandbox SMS",
        channel="sms",
        kind="sandbox",
        from_address="+15145550100",
        is_default=True,
    )
